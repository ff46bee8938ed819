# language: pl
Właściwość: Zasilanie

  @S35 @fat @sat @nightly
  Scenariusz: Od zimnego startu do pierwszego zgłoszenia bez utraty ustawień
    Zakładając, że punkt jest gotowy do pracy
    I trwa rozmowa z operatorem
    I operator kończy rozmowę
    I mijają 2 s
    I punkt jest wyłączony
    I mija 10 s
    Gdy zasilanie zostaje włączone
    Wtedy punkt jest zarejestrowany najpóźniej 60 s po włączeniu zasilania [T19]
    I ustawienia punktu są nienaruszone
    Gdy operator odbiera po 1 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
    Gdy mija 8 s
    Wtedy rozmowa trwa nadal
    Gdy operator kończy rozmowę
    I mija 5 s

  @S36 @fat @nightly
  Scenariusz: Najpierw zasilanie, potem światłowód: punkt i tak się rejestruje, a naciśnięcie podczas startu nie ginie
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
    Gdy operator kończy wszystkie trwające połączenia
    I mija 30 s

  @S37 @fat @nightly
  Scenariusz: Zapady, szybkie przełączanie i sto cykli zasilania nie szkodzą
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 1 s
    Gdy zasilanie zanika na 50 ms
    Wtedy punkt przetrwał zapad albo jest ponownie zarejestrowany najpóźniej 60 s po nim [T23]
    Gdy zasilanie zanika na 200 ms
    Wtedy punkt przetrwał zapad albo jest ponownie zarejestrowany najpóźniej 60 s po nim [T23]
    Gdy zasilanie zanika na 500 ms
    Wtedy punkt przetrwał zapad albo jest ponownie zarejestrowany najpóźniej 60 s po nim [T23]
    Gdy zasilanie zanika na 800 ms
    Wtedy punkt przetrwał zapad albo jest ponownie zarejestrowany najpóźniej 60 s po nim [T23]
    Gdy zasilanie zanika na 1 s w 20 chwilach rozruchu, w odstępach 0,4 s
    Wtedy punkt przetrwał zapad albo jest ponownie zarejestrowany najpóźniej 60 s po nim [T23]
    Gdy zasilanie jest wyłączane na 2 s i włączane na 1 s, 100 razy
    Wtedy punkt przetrwał zapad albo jest ponownie zarejestrowany najpóźniej 60 s po nim [T23]
    I ustawienia punktu są nienaruszone
    Gdy mija 10 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]

  @S38 @fat @sat @nightly
  Scenariusz: Zanik sieci w rozmowie: akumulator podtrzymuje punkt i zgłasza swój stan
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 1 s
    I trwa rozmowa z operatorem
    Gdy napięcie sieci zanika i powraca w czasie wypowiedzi wzywającego
    I napięcie sieci zanika i powraca w czasie wypowiedzi operatora
    Wtedy przełączenie zasilania nie przerywa mowy w żadnym kierunku na dłużej niż 0,1 s [T25]
    I rozmowa trwa nadal
    Gdy operator kończy rozmowę
    I mijają 2 s
    I zanika napięcie sieci, a akumulator podtrzymuje punkt
    Wtedy punkt zgłasza nadzorowi zanik sieci najpóźniej 60 s po nim [T26]
    Gdy przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
    Gdy operator kończy wszystkie trwające połączenia
    I mijają 2 s
    I trwa rozmowa z operatorem
    I operator kończy rozmowę
    I mija 5 min
    I serwery wszystko przyjmują i na nic nie odpowiadają
    Wtedy punkt zgłasza nadzorowi brak serwera najpóźniej 60 s po jego utracie [T26]
    Gdy serwery są znów sprawne
    Wtedy punkt odwołuje to zgłoszenie najpóźniej 60 s po powrocie serwera [T27]
    Gdy napięcie sieci powraca
    Wtedy punkt odwołuje to zgłoszenie najpóźniej 60 s po powrocie sieci [T27]
    Gdy akumulator zostaje odłączony
    Wtedy punkt zgłasza nadzorowi brak akumulatora najpóźniej 60 s po jego odłączeniu [T26]
    Gdy mija 5 min
    I akumulator zostaje ponownie podłączony
    Wtedy punkt odwołuje to zgłoszenie najpóźniej 60 s po podłączeniu akumulatora [T27]
    Gdy trwa rozmowa z operatorem
    I zanika napięcie sieci, a akumulator podtrzymuje punkt
    Wtedy punkt zgłasza nadzorowi zanik sieci najpóźniej 60 s po nim [T26]
    I rozmowa trwa nadal
    Gdy napięcie sieci powraca
    Wtedy punkt odwołuje to zgłoszenie najpóźniej 60 s po powrocie sieci [T27]

  @S51 @nightly @long
  Scenariusz: Akumulator podtrzymuje punkt przez wymagany czas
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 1 s
    I trwa rozmowa z operatorem
    Gdy zanika napięcie sieci, a akumulator podtrzymuje punkt
    I mija 15 min
    Wtedy rozmowa trwa nadal
    Gdy operator kończy rozmowę
    Wtedy punkt jest gotowy do zgłoszeń przez co najmniej 4 h od zaniku sieci [T24]
    Gdy przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
