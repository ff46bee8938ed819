# language: pl
Właściwość: Fałszywe zgłoszenia i nadużycia
  W innym mieście 1128 z 1181 zgłoszeń było niepotwierdzonych. Punkt nie może ich przysparzać.

  @S18 @fat @nightly
  Scenariusz: Zakłócenia i drgania styków nie tworzą zgłoszeń
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 1 s
    Gdy styk przycisku drga 10 razy po 5 ms, po czym zamyka się na 200 ms
    Wtedy w ciągu 15 s do operatora dociera dokładnie 1 zgłoszenie [T31]
    Gdy operator kończy rozmowę
    I mijają 2 s
    I na przycisk trafia 200 impulsów zakłócających po 6 ms w odstępach 60 ms
    Wtedy w ciągu kolejnych 5 s do operatora nie dociera żadne zgłoszenie [T30]

  @S20 @fat @sat @nightly
  Scenariusz: Zablokowany przycisk daje jedno zgłoszenie i jedną usterkę
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 1 s
    Gdy przycisk zostaje wciśnięty i przytrzymany
    Wtedy punkt zgłasza zablokowany przycisk najpóźniej 15 s po naciśnięciu [T28]
    Gdy operator kończy rozmowę
    Wtedy w ciągu 60 s do operatora dociera dokładnie 1 zgłoszenie [T28]
    Gdy przycisk zostaje zwolniony
    Wtedy punkt odwołuje tę usterkę najpóźniej 60 s po zwolnieniu przycisku [T27]
    I w ciągu kolejnych 10 s do operatora nie dociera żadne zgłoszenie [T28]
    Gdy przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
