# language: pl
Właściwość: Przed oceną stanowisko potwierdza własną sprawność
  Stanowisko z uszkodzonym przewodem ma wskazać siebie, a nie punkt.

  @S00 @fat @sat @nightly
  Scenariusz: Przed oceną stanowisko potwierdza sprawność przekaźnika, mikrofonów i zegara
    Zakładając, że punkt jest wyłączony
    Wtedy styk przycisku zamyka się i otwiera zgodnie z poleceniem
    I stanowisko słyszy własny dźwięk w mikrofonie pomiarowym i w pętli zwrotnej
    I symulator operatora odpowiada na zapytanie wysłane do samego siebie
    I punkt reaguje na zasilanie i światłowód, a czujniki lampek widzą właściwe lampki
