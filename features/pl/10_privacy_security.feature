# language: pl
Właściwość: Prywatność i bezpieczeństwo
  Na razie tylko dźwięk poza rozmową; obce połączenia i certyfikaty dojdą później.

  @S44 @fat @sat @nightly
  Scenariusz: Poza rozmową żaden dźwięk nie opuszcza punktu
    Zakładając, że punkt jest gotowy do pracy
    I trwa rozmowa z operatorem
    Gdy operator kończy rozmowę
    I mija 60 s
    Wtedy poza rozmową z punktu nie wyszedł żaden dźwięk [T40]
