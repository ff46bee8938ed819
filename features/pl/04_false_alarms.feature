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
