# language: pl
Właściwość: Stanowisko dowodzi swojej sprawności, zanim oceni
  Stanowisko z uszkodzonym przewodem ma wskazać siebie, a nie punkt.

  @S00 @fat @sat @nightly
  Scenariusz: Stanowisko dowodzi sprawności przekaźnika, uszu i zegara, zanim oceni
    Zakładając, że punkt jest wyłączony
    Wtedy styk przycisku zamyka się i otwiera zgodnie z poleceniem
    I stanowisko słyszy własny dźwięk w uchu i w pętli zwrotnej
    I pulpit operatora odpowiada na zapytanie wysłane do samego siebie
