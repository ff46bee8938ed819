# language: pl
Właściwość: Utrata i powrót światłowodu

  @S28 @fat @nightly
  Scenariusz: Sekundowy zanik łączności nie przerywa rozmowy
    Zakładając, że punkt jest gotowy do pracy
    I trwa rozmowa z operatorem
    Gdy łączność światłowodowa zostaje przerwana na 1 s w czasie wypowiedzi wzywającego
    I łączność światłowodowa zostaje przerwana na 1 s w czasie wypowiedzi operatora
    Wtedy przerwa w mowie w żadnym kierunku nie trwa dłużej niż 1,3 s [T21]
    I rozmowa trwa nadal
    Gdy operator kończy rozmowę
    Wtedy w ciągu kolejnych 10 s do operatora nie dociera żadne zgłoszenie [T33]

  @S29 @fat @sat @nightly
  Scenariusz: Po dwudziestosekundowej przerwie rozmowa wraca bez ponownego naciśnięcia
    Zakładając, że punkt jest gotowy do pracy
    I trwa rozmowa z operatorem
    Gdy łączność światłowodowa zostaje przerwana na 20 s
    Wtedy obie strony rozmawiają znów, bez ponownego naciśnięcia, najpóźniej 5 s po powrocie światłowodu [T22]
    Gdy operator kończy rozmowę
    I mijają 2 s
    I trwa rozmowa z operatorem
    I łączność światłowodowa zostaje przerwana na 20 s
    Wtedy obie strony rozmawiają znów, bez ponownego naciśnięcia, najpóźniej 5 s po powrocie światłowodu [T22]
    Gdy operator kończy wszystkie trwające połączenia
    I mijają 2 s
    I operator nie odbiera
    I przycisk zostaje naciśnięty na 150 ms
    I mijają 3 s
    I łączność światłowodowa zostaje przerwana na 10 s
    I operator odbiera po 1 s
    Wtedy obie strony rozmawiają znów, bez ponownego naciśnięcia, najpóźniej 5 s po powrocie światłowodu [T22]
    Gdy operator kończy wszystkie trwające połączenia
    I mijają 2 s
    I operator nie odbiera
    I przycisk zostaje naciśnięty na 150 ms
    I mija 8 s
    I łączność światłowodowa zostaje przerwana na 15 s
    I operator odbiera po 1 s
    Wtedy obie strony rozmawiają znów, bez ponownego naciśnięcia, najpóźniej 5 s po powrocie światłowodu [T22]
    Gdy operator kończy wszystkie trwające połączenia
    I mijają 2 s
    I trwa rozmowa z operatorem
    I światłowód zostaje przerwany
    I mija 12 s
    I przycisk zostaje naciśnięty na 150 ms
    I mija 5 s
    I światłowód zostaje przywrócony
    I mija 20 s
    I operator kończy wszystkie trwające połączenia
    I mija 20 s
    I operator kończy wszystkie trwające połączenia
    I mijają 2 s
    I trwa rozmowa z operatorem
    I łączność światłowodowa zostaje przerwana na 40 s
    I mija 20 s
    I operator kończy wszystkie trwające połączenia
    I mijają 2 s
    I trwa rozmowa z operatorem
    I serwery wszystko przyjmują i na nic nie odpowiadają
    I łączność światłowodowa zostaje przerwana na 36 s
    I mija 30 s
    I serwery są znów sprawne
    I operator kończy wszystkie trwające połączenia
    I mija 60 s
    I mijają 2 s
    I trwa rozmowa z operatorem
    I światłowód zostaje przerwany
    I mija 36 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy lampka „nieczynny” reaguje najpóźniej 2 s po naciśnięciu [T38]
    Gdy mija 5 s
    I światłowód zostaje przywrócony
    Wtedy zachowane zgłoszenie dociera raz i jest oznaczone jako opóźnione, najpóźniej 60 s po powrocie światłowodu, albo jest wyraźnie odrzucone [T38]

  @S30 @fat @sat @nightly
  Scenariusz: Operator widzi przerwę i jej koniec
    Zakładając, że punkt jest gotowy do pracy
    Gdy mijają 2 min
    I światłowód zostaje przerwany
    Wtedy nadzór uznaje punkt za utracony najpóźniej 60 s po przerwaniu światłowodu [T26]
    Gdy mija 60 s
    I światłowód zostaje przywrócony
    Wtedy nadzór otrzymuje sygnał życia punktu najpóźniej 60 s po powrocie światłowodu [T27]
    I punkt jest ponownie zarejestrowany najpóźniej 15 s po powrocie światłowodu [T20]
    Gdy mijają 2 min
    I łączność światłowodowa zostaje przerwana na 5 min
    Wtedy nadzór otrzymuje sygnał życia punktu najpóźniej 60 s po powrocie światłowodu [T27]
    Gdy mija 1 min

  @S31 @fat @sat @nightly
  Scenariusz: Po dziesięciu minutach bez światłowodu punkt znów dzwoni
    Zakładając, że punkt jest gotowy do pracy
    Gdy światłowód zostaje przerwany
    I przycisk zostaje naciśnięty na 150 ms
    I mija 5 min
    I przycisk zostaje naciśnięty na 150 ms
    I mija 5,5 min
    I światłowód zostaje przywrócony
    Wtedy punkt jest ponownie zarejestrowany najpóźniej 15 s po powrocie światłowodu [T20]
    Gdy operator odbiera po 1 s
    I mijają 2 s
    I światłowód zostaje przerwany
    I mija 10 s
    I przycisk zostaje naciśnięty na 150 ms
    I mija 100 s
    I światłowód zostaje przywrócony
    Wtedy punkt jest ponownie zarejestrowany najpóźniej 15 s po powrocie światłowodu [T20]
    Gdy mija 60 s
    I operator kończy wszystkie trwające połączenia
    I mijają 2 s
    I światłowód zostaje przerwany
    I mija 7 min
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy lampka „nieczynny” reaguje najpóźniej 2 s po naciśnięciu [T38]
    Gdy operator odbiera po 1 s
    I mija 80 s
    I światłowód zostaje przywrócony
    Wtedy zachowane zgłoszenie dociera raz i jest oznaczone jako opóźnione, najpóźniej 60 s po powrocie światłowodu, albo jest wyraźnie odrzucone [T38]
    Gdy operator kończy wszystkie trwające połączenia
    I mijają 2 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]

  @S32 @fat @nightly
  Scenariusz: Naciśnięcie w czasie przerwy nie ginie i nie powoduje spóźnionego zgłoszenia
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 1 s
    Gdy światłowód zostaje przerwany
    I mija 30 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy lampka „nieczynny” reaguje najpóźniej 2 s po naciśnięciu [T38]
    Gdy mija 10 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy lampka „nieczynny” reaguje najpóźniej 2 s po naciśnięciu [T38]
    Gdy mija 50 s
    I światłowód zostaje przywrócony
    Wtedy zachowane zgłoszenie dociera raz i jest oznaczone jako opóźnione, najpóźniej 60 s po powrocie światłowodu, albo jest wyraźnie odrzucone [T38]
    I w ciągu kolejnych 10 min do operatora nie dociera żadne zgłoszenie [T32]
    Gdy światłowód zostaje przerwany
    I mija 30 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy lampka „nieczynny” reaguje najpóźniej 2 s po naciśnięciu [T38]
    Gdy mija 10 s
    I światłowód zostaje przywrócony
    Wtedy zachowane zgłoszenie dociera raz i jest oznaczone jako opóźnione, najpóźniej 60 s po powrocie światłowodu, albo jest wyraźnie odrzucone [T38]
    Gdy operator kończy wszystkie trwające połączenia
    I mijają 2 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
    Gdy operator kończy wszystkie trwające połączenia
    I mijają 2 s
    I operator jest zajęty
    I światłowód zostaje przerwany
    I mija 30 s
    I przycisk zostaje naciśnięty na 150 ms
    I mija 10 s
    I światłowód zostaje przywrócony
    I mija 100 s

  @S33 @fat @nightly
  Scenariusz: Dwadzieścia krótkich zaników łącza nie zawiesza punktu
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 1 s
    Gdy łączność światłowodowa zostaje przerwana 20 razy na 1 s, w odstępach 1 s
    Wtedy punkt jest ponownie zarejestrowany najpóźniej 15 s po powrocie światłowodu [T20]
    Gdy mija 5 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
    Gdy operator kończy wszystkie trwające połączenia
    I mijają 2 s
    I łączność światłowodowa zostaje przerwana 20 razy na 0,2 s, w odstępach 0,3 s
    I mija 20 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]

  @S34 @fat @nightly
  Scenariusz: Łącze aktywne, lecz bez transmisji: wykryte na czas
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 1 s
    Gdy serwer główny przestaje odpowiadać na nawiązanych połączeniach sieciowych
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy zgłoszenie dociera do jednego z serwerów najpóźniej 5 s po naciśnięciu [T09]
    Gdy mijają 3 s
    I operator kończy rozmowę
    I mijają 2 min
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy zgłoszenie dociera do jednego z serwerów najpóźniej 5 s po naciśnięciu [T09]
    Gdy mijają 3 s
    I operator kończy rozmowę
    I serwery są znów sprawne
    I mija 1 min
    Gdy serwery wszystko przyjmują i na nic nie odpowiadają
    I przycisk zostaje naciśnięty na 150 ms
    I mija 70 s
    I przycisk zostaje naciśnięty na 150 ms, gdy punkt próbuje się zarejestrować
    Wtedy lampka „nieczynny” reaguje najpóźniej 2 s po naciśnięciu [T38]
    Gdy mija 30 s
    I serwery są znów sprawne
    Wtedy zachowane zgłoszenie dociera raz i jest oznaczone jako opóźnione, najpóźniej 60 s po powrocie serwera, albo jest wyraźnie odrzucone [T38]
