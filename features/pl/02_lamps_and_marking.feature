# language: pl
Właściwość: Sygnalizacja i oznakowanie
  Lampka, która obiecuje więcej, niż zaszło, każe czekać na pomoc, której nikt nie wezwał.

  @S08 @fat @sat @nightly
  Scenariusz: Lampka „wezwano” reaguje natychmiast
    Zakładając, że punkt jest gotowy do pracy
    I operator nie odbiera
    I telefon operatora dzwoni dopiero 3 s po zgłoszeniu
    Gdy przycisk zostaje naciśnięty na 110 ms
    Wtedy lampka „wezwano” zapala się najpóźniej 0,2 s po naciśnięciu [T05]

  @S09 @fat @sat @nightly
  Scenariusz: Lampka „połączono” oznacza rzeczywiste odebranie
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 8 s
    Gdy przycisk zostaje naciśnięty na 110 ms
    Wtedy lampka „połączono” pozostaje zgaszona do chwili odebrania [T06]
    I lampka „połączono” zapala się najpóźniej 0,5 s po odebraniu [T06]
    Gdy operator kończy wszystkie trwające połączenia
    I mija 5 s
    I serwer operatora nadaje sygnał wywołania
    I przycisk zostaje naciśnięty na 110 ms
    Wtedy lampka „połączono” pozostaje zgaszona do chwili odebrania [T06]
    I lampka „połączono” zapala się najpóźniej 0,5 s po odebraniu [T06]
    Gdy operator kończy wszystkie trwające połączenia
    I mija 5 s
    I telefon operatora odbiera bez dzwonienia
    I przycisk zostaje naciśnięty na 110 ms
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

  @S11 @fat @sat @nightly
  Scenariusz: Niesprawny punkt nie wygląda na gotowy
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 1 s
    Gdy światłowód zostaje przerwany
    Wtedy lampka „nieczynny” świeci najpóźniej 60 s po ostatniej chwili, w której zgłoszenie było możliwe [T26]
    Gdy przycisk zostaje naciśnięty na 150 ms
    Wtedy lampka „nieczynny” reaguje najpóźniej 2 s po naciśnięciu [T38]
    Gdy mija 10 s
    I światłowód zostaje przywrócony
    Wtedy lampka „nieczynny” gaśnie najpóźniej 5 s po tym, jak punkt może znów dzwonić [T27]
    I zachowane zgłoszenie dociera raz i jest oznaczone jako opóźnione, najpóźniej 60 s po powrocie światłowodu, albo jest wyraźnie odrzucone [T38]
    Gdy operator kończy wszystkie trwające połączenia
    I mija 5 s
    I serwery wszystko przyjmują i na nic nie odpowiadają
    Wtedy lampka „nieczynny” świeci najpóźniej 60 s po ostatniej chwili, w której zgłoszenie było możliwe [T26]
    Gdy serwery są znów sprawne
    Wtedy lampka „nieczynny” gaśnie najpóźniej 5 s po tym, jak punkt może znów dzwonić [T27]
    Gdy mija 10 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
