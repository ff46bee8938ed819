# language: pl
Właściwość: Zasilanie

  @S35 @fat @sat @nightly
  Scenariusz: Od zimnego startu do pierwszego zgłoszenia bez utraty ustawień
    Zakładając, że punkt jest gotowy do pracy
    I punkt jest wyłączony
    I mija 10 s
    Gdy zasilanie zostaje włączone
    Wtedy punkt jest zarejestrowany najpóźniej 60 s po włączeniu zasilania [T19]
    I ustawienia punktu są nienaruszone
    Gdy operator odbiera po 1 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]

  @S36 @fat @nightly
  Scenariusz: Najpierw zasilanie, potem światłowód: punkt i tak dołącza, a naciśnięcie podczas startu nie ginie
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 1 s
    I punkt jest wyłączony
    I światłowód zostaje przerwany
    I mija 10 s
    Gdy zasilanie zostaje włączone
    I mija 1 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy lampka „nieczynny” reaguje najpóźniej 2 s po naciśnięciu [T38]
    Gdy mija 110 s
    I światłowód zostaje przywrócony
    Wtedy punkt jest ponownie zarejestrowany najpóźniej 15 s po powrocie światłowodu [T20]
    I zachowane zgłoszenie dociera raz i jest oznaczone jako opóźnione, najpóźniej 60 s po powrocie światłowodu, albo jest wyraźnie odrzucone [T38]
