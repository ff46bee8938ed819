# language: pl
Właściwość: Rozmowa
  Tu opóźnienie, zawieszenie i przełączenie; zrozumiałość w hałasie ulicy sprawdzana jest osobno.

  @S12 @fat @sat @nightly
  Scenariusz: Opóźnienie mieści się w limicie przez całą rozmowę
    Zakładając, że punkt jest gotowy do pracy
    I trwa rozmowa z operatorem
    Wtedy opóźnienie usta–ucho od wzywającego do operatora wynosi najwyżej 150 ms [T10]
    I opóźnienie usta–ucho od operatora do wzywającego wynosi najwyżej 150 ms [T10]
    I w ciągu 2 min rozmowy opóźnienie w żadnym kierunku nie rośnie o więcej niż 20 ms [T11]

  @S14 @fat @nightly
  Scenariusz: Rozmowa znosi zawieszenie i przełączenie
    Zakładając, że punkt jest gotowy do pracy
    I trwa rozmowa z operatorem
    Gdy operator zawiesza rozmowę na 5 s
    Wtedy obie strony słyszą się znów najpóźniej 0,5 s po tej zmianie [T04]
    Gdy operator przenosi dźwięk rozmowy na inny port
    Wtedy obie strony słyszą się znów najpóźniej 0,5 s po tej zmianie [T04]
    Gdy mija 10 s
    Wtedy rozmowa trwa nadal

  @S16 @fat @nightly @long
  Scenariusz: Trzydziestominutowa rozmowa nie zostaje przerwana
    Zakładając, że punkt jest gotowy do pracy
    I trwa rozmowa z operatorem
    Wtedy w ciągu 30 min rozmowy opóźnienie w żadnym kierunku nie rośnie o więcej niż 20 ms [T11]
    I rozmowa trwa nadal
    I opóźnienie usta–ucho od wzywającego do operatora wynosi najwyżej 150 ms [T10]
    I opóźnienie usta–ucho od operatora do wzywającego wynosi najwyżej 150 ms [T10]
