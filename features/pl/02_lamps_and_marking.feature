# language: pl
Właściwość: Sygnalizacja i oznakowanie
  Lampka, która obiecuje więcej, niż zaszło, każe czekać na pomoc, której nikt nie wezwał.

  @S08 @fat @sat @nightly
  Scenariusz: Lampka „wezwano” reaguje natychmiast
    Zakładając, że punkt jest gotowy do pracy
    I operator nie odbiera
    Gdy przycisk zostaje naciśnięty na 110 ms
    Wtedy lampka „wezwano” zapala się najpóźniej 0,2 s po naciśnięciu [T05]

  @S09 @fat @sat @nightly
  Scenariusz: Lampka „połączono” oznacza rzeczywiste odebranie
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 8 s
    Gdy przycisk zostaje naciśnięty na 110 ms
    Wtedy lampka „połączono” pozostaje zgaszona do chwili odebrania [T06]
    I lampka „połączono” zapala się najpóźniej 0,5 s po odebraniu [T06]

  @S10 @fat @sat @nightly
  Scenariusz: Żadna lampka nie potwierdza niewysłanego zgłoszenia
    Zakładając, że punkt jest gotowy do pracy
    Gdy światłowód zostaje przerwany
    I mija 5 s
    I przycisk zostaje naciśnięty na 150 ms
    I mija 10 s
    Wtedy żadna lampka nie potwierdza zgłoszenia, którego nie wysłano [T05]
    Gdy światłowód zostaje przywrócony
    Wtedy punkt jest ponownie zarejestrowany najpóźniej 15 s po powrocie światłowodu [T20]
