# language: pl
Właściwość: Prywatność i bezpieczeństwo
  Dźwięk poza rozmową i obce połączenia; certyfikaty dojdą później.

  @S44 @fat @sat @nightly
  Scenariusz: Poza rozmową żaden dźwięk nie opuszcza punktu
    Zakładając, że punkt jest gotowy do pracy
    I trwa rozmowa z operatorem
    Gdy operator kończy rozmowę
    I mija 60 s
    Wtedy poza rozmową z punktu nie wyszedł żaden dźwięk [T40]

  @S45 @fat @nightly
  Scenariusz: Nikt poza serwerem miasta nie otworzy mikrofonu
    Zakładając, że punkt jest gotowy do pracy
    Gdy do punktu dzwoni ktoś obcy
    I trwa rozmowa z operatorem
    I do punktu dzwoni ktoś obcy
    Wtedy rozmowa trwa nadal
    Gdy operator kończy rozmowę
    I mija 5 s
    I do punktu dzwoni ktoś obcy
    I mija 35 s
    Wtedy punkt nie przyjął żadnego obcego połączenia [T40]
    I poza rozmową z punktu nie wyszedł żaden dźwięk [T40]
