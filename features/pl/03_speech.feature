# language: pl
Właściwość: Rozmowa
  Opóźnienie, hałas ulicy, mowa jednoczesna, zawieszenie i przełączenie rozmowy, głośność.

  @S12 @fat @sat @nightly
  Scenariusz: Opóźnienie mieści się w limicie przez całą rozmowę
    Zakładając, że punkt jest gotowy do pracy
    I rozmowa wymaga odświeżania co 90 s
    I trwa rozmowa z operatorem
    Wtedy opóźnienie usta–ucho od wzywającego do operatora wynosi najwyżej 150 ms [T10]
    I opóźnienie usta–ucho od operatora do wzywającego wynosi najwyżej 150 ms [T10]
    I w ciągu 2 min rozmowy opóźnienie w żadnym kierunku nie rośnie o więcej niż 20 ms [T11]

  @S13 @fat @sat @nightly
  Scenariusz: Mowa jest zrozumiała w hałasie ulicy
    Zakładając, że punkt jest gotowy do pracy
    I trwa rozmowa z operatorem
    Gdy przy punkcie rozbrzmiewa hałas ulicy o poziomie 75 dBA [T14]
    Wtedy mowa operatora przed punktem jest o co najmniej 10 dB głośniejsza od hałasu [T13]
    I wzywający rozumie operatora w tym hałasie [T12]

  @S14 @fat @nightly
  Scenariusz: Rozmowa znosi straty pakietów, zawieszenie i przełączenie
    Zakładając, że punkt jest gotowy do pracy
    I trwa rozmowa z operatorem
    Wtedy wzywający słyszy operatora bez ubytków przy utracie 3 % pakietów [T18]
    Gdy operator zawiesza rozmowę na 35 s
    Wtedy obie strony słyszą się znów najpóźniej 0,5 s po tej zmianie [T04]
    Gdy operator przenosi dźwięk rozmowy na inny port
    Wtedy obie strony słyszą się znów najpóźniej 0,5 s po tej zmianie [T04]
    Gdy operator prosi punkt o ponowną ofertę dźwięku
    Wtedy obie strony słyszą się znów najpóźniej 0,5 s po tej zmianie [T04]
    Gdy mija 10 s
    Wtedy rozmowa trwa nadal

  @S15 @fat @nightly
  Scenariusz: Obie strony mogą mówić jednocześnie bez echa
    Zakładając, że punkt jest gotowy do pracy
    I trwa rozmowa z operatorem
    Wtedy własny głos operatora wraca do niego cichszy o co najmniej 40 dB [T17]
    I obie strony mogą mówić jednocześnie i żadna nie zagłusza drugiej [T17]
    I komunikat z głośnika obok punktu o poziomie 80 dBA nie przerywa głosu operatora [T17]
    I własny głos operatora wraca do niego cichszy o co najmniej 40 dB [T17]

  @S16 @fat @nightly @long
  Scenariusz: Trzydziestominutowa rozmowa nie zostaje przerwana
    Zakładając, że punkt jest gotowy do pracy
    I trwa rozmowa z operatorem
    Wtedy w ciągu 30 min rozmowy opóźnienie w żadnym kierunku nie rośnie o więcej niż 20 ms [T11]
    I rozmowa trwa nadal
    I opóźnienie usta–ucho od wzywającego do operatora wynosi najwyżej 150 ms [T10]
    I opóźnienie usta–ucho od operatora do wzywającego wynosi najwyżej 150 ms [T10]

  @S17 @fat @sat @nightly
  Scenariusz: Głośność ma wymagany zakres regulacji
    Zakładając, że punkt jest gotowy do pracy
    I trwa rozmowa z operatorem
    Wtedy operator może regulować głośnik w zakresie co najmniej 18 dB [T15]
    I rozmowa trwa nadal
    Gdy operator kończy rozmowę
    I mijają 2 s
    I trwa rozmowa z operatorem
    I operator ustawia najwyższą głośność głośnika
    Wtedy rozmowa trwa nadal
