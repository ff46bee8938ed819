# language: pl
Właściwość: Fałszywe zgłoszenia i nadużycia
  W innym mieście nie potwierdziło się 1128 z 1181 zgłoszeń. Punkt nie może dokładać do nich własnych.

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
    Gdy na przycisk trafia 5 impulsów zakłócających po 6 ms w odstępach 60 ms
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]

  @S19 @fat @sat @nightly
  Scenariusz: Dziesięć naciśnięć w dziesięć sekund to jedna sprawa
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 4 s
    Gdy przycisk zostaje naciśnięty 10 razy na 150 ms, co 1 s
    Wtedy w ciągu 30 s do operatora dociera dokładnie 1 zgłoszenie [T31]
    I rozmowa trwa nadal
    Gdy operator kończy rozmowę
    Wtedy w ciągu kolejnych 60 s do operatora nie dociera żadne zgłoszenie [T31]
    Gdy przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]

  @S20 @fat @sat @nightly
  Scenariusz: Zablokowany przycisk daje jedno zgłoszenie i jedną usterkę
    Zakładając, że punkt jest gotowy do pracy
    Gdy przycisk zostaje naciśnięty 3 razy na 5 s, a operator kończy każdą rozmowę po 8 s
    I operator odbiera po 1 s
    I przycisk zostaje wciśnięty i przytrzymany
    Wtedy punkt zgłasza zablokowany przycisk najpóźniej 15 s po naciśnięciu [T28]
    Gdy operator kończy rozmowę
    Wtedy w ciągu 60 s do operatora dociera dokładnie 1 zgłoszenie [T28]
    Gdy łączność światłowodowa zostaje przerwana na 5 s
    Wtedy w ciągu kolejnych 20 s do operatora nie dociera żadne zgłoszenie [T28]
    Gdy punkt jest wyłączony
    I mija 10 s
    I zasilanie zostaje włączone
    Wtedy punkt jest zarejestrowany najpóźniej 60 s po włączeniu zasilania [T19]
    I w ciągu kolejnych 20 s do operatora nie dociera żadne zgłoszenie [T28]
    Gdy przycisk zostaje zwolniony
    Wtedy punkt odwołuje tę usterkę najpóźniej 60 s po zwolnieniu przycisku [T27]
    I w ciągu kolejnych 10 s do operatora nie dociera żadne zgłoszenie [T28]
    Gdy światłowód zostaje przerwany
    I mija 10 s
    I przycisk zostaje wciśnięty i przytrzymany
    Wtedy punkt zgłasza zablokowany przycisk najpóźniej 15 s po naciśnięciu [T28]
    Gdy światłowód zostaje przywrócony
    I mija 70 s
    I operator kończy wszystkie trwające połączenia
    I przycisk zostaje zwolniony
    Wtedy punkt odwołuje tę usterkę najpóźniej 60 s po zwolnieniu przycisku [T27]
    Gdy przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]

  @S21 @fat @nightly
  Scenariusz: Po dwudziestu niepotwierdzonych zgłoszeniach kolejne jest obsłużone jak pierwsze
    Zakładając, że punkt jest gotowy do pracy
    I serwery operatora zapisują nazwy nagłówków w formach skróconych
    Gdy przycisk zostaje naciśnięty 20 razy na 150 ms, a operator kończy każdą rozmowę po 1 s
    I operator nie odbiera
    I przycisk zostaje naciśnięty na 1 s
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
    I lampka „wezwano” zapala się najpóźniej 0,2 s po naciśnięciu [T05]

  @S22 @fat @nightly
  Scenariusz: Dwa punkty naraz: oba w kolejce z priorytetem, żadne zgłoszenie nie ginie
    Zakładając, że punkt jest gotowy do pracy
    Gdy operator przez 8 s rozmawia z innym punktem, a potem odbiera oczekujące zgłoszenia według priorytetu i kolejności
    I przycisk zostaje naciśnięty na 150 ms
    I mija 1 s
    I zgłasza się inny punkt, którego rozmowa potrwa 20 s
    Wtedy zgłoszenie tego punktu zostaje odebrane we właściwej kolejności [T33]
    I rozmowa trwa nadal
    Gdy mija 5 s
    I operator kończy rozmowę
    I mija 5 s
    I operator przez 3 s rozmawia z innym punktem, a potem odbiera oczekujące zgłoszenia według priorytetu i kolejności
    I zgłasza się inny punkt, którego rozmowa potrwa 4 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy zgłoszenie tego punktu zostaje odebrane we właściwej kolejności [T33]
    I rozmowa trwa nadal

  @S23 @nightly @long
  Scenariusz: Siedemdziesiąt dwie godziny bez samoczynnego zgłoszenia
    Zakładając, że punkt jest gotowy do pracy
    I operator nie odbiera
    Wtedy przez 72 h punkt nie wysyła żadnego samoczynnego zgłoszenia [T32]
    Gdy przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]

  @S24 @fat @nightly
  Scenariusz: Zgłoszenia potwierdzone i niepotwierdzone są liczone osobno, a ich suma się zgadza
    Zakładając, że punkt jest gotowy do pracy
    I serwery operatora wysyłają wiadomości o największej dozwolonej długości
    Gdy przycisk zostaje naciśnięty 3 razy na 150 ms, a operator kończy każdą rozmowę po 4 s
    I operator jest zajęty
    I przycisk zostaje naciśnięty na 150 ms
    I mija 60 s
    I operator kończy wszystkie trwające połączenia
    I przycisk zostaje naciśnięty na 150 ms
    I mija 60 s
    I operator kończy wszystkie trwające połączenia
    I mija 60 s
    I przycisk zostaje naciśnięty 2 razy na 150 ms, a operator kończy każdą rozmowę po 4 s
    Wtedy punkt policzył swoje zgłoszenia tak jak operator, osobno odebrane i nieodebrane [T33]
