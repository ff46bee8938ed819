# language: pl
Właściwość: Drugi operator i serwer

  @S25 @fat @sat @nightly
  Scenariusz: Brak odpowiedzi lub zajętość: dzwoni drugi operator
    Zakładając, że punkt jest gotowy do pracy
    I jest drugi operator, który odbiera po 1 s
    I operator jest zajęty
    Gdy przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon drugiego operatora dzwoni najpóźniej 15 s po wezwaniu pierwszego [T08]
    Gdy mija 5 s
    I operator kończy rozmowę
    I mija 5 s
    I operator odrzuca każde zgłoszenie
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon drugiego operatora dzwoni najpóźniej 15 s po wezwaniu pierwszego [T08]
    Gdy mija 5 s
    I operator kończy rozmowę
    I mija 5 s
    I operator nie odbiera
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon drugiego operatora dzwoni najpóźniej 15 s po wezwaniu pierwszego [T08]
    Gdy mija 5 s
    I operator kończy rozmowę
    I mija 5 s
    I jest drugi operator, który odbiera po 100 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon drugiego operatora dzwoni najpóźniej 15 s po wezwaniu pierwszego [T08]
    Gdy mija 105 s
    Wtedy rozmowa trwa nadal

  @S54 @fat @nightly
  Scenariusz: Wszyscy operatorzy zajęci: wzywający to widzi, a następne naciśnięcie jest obsłużone jak każde
    Zakładając, że punkt jest gotowy do pracy
    I wszyscy operatorzy są zajęci
    Gdy przycisk zostaje naciśnięty na 150 ms
    Wtedy lampka „nieczynny” reaguje najpóźniej 2 s po odmowie ostatniego operatora [T43]
    Gdy mija 130 s
    I trwa rozmowa z operatorem
    I operator kończy rozmowę
    I mijają 2 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]

  @S26 @fat @nightly
  Scenariusz: Awaria serwera głównego: zgłoszenie trafia przez serwer zapasowy
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 1 s
    Gdy serwer główny wszystko przyjmuje i na nic nie odpowiada
    I przycisk zostaje naciśnięty na 500 ms
    Wtedy zgłoszenie dociera do serwera zapasowego najpóźniej 5 s po naciśnięciu [T09]
    Gdy operator kończy wszystkie trwające połączenia
    I serwery są znów sprawne
    I mijają 3 min
    I serwer główny wszystko przyjmuje i na nic nie odpowiada
    I przycisk zostaje naciśnięty na 150 ms, gdy punkt próbuje się zarejestrować
    Wtedy zgłoszenie dociera do serwera zapasowego najpóźniej 5 s po naciśnięciu [T09]

  @S27 @fat @nightly
  Scenariusz: Po naprawie punkt wraca na serwer główny
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 1 s
    Gdy serwer główny wszystko przyjmuje i na nic nie odpowiada
    I mijają 2 min
    I przycisk zostaje naciśnięty na 700 ms
    Wtedy zgłoszenie dociera do serwera zapasowego najpóźniej 5 s po naciśnięciu [T09]
    Gdy operator kończy wszystkie trwające połączenia
    I serwery są znów sprawne
    Wtedy punkt jest znów zarejestrowany na serwerze głównym najpóźniej 60 s po jego powrocie [T19]
    Gdy serwer główny odrzuca każde żądanie
    I mijają 2 min
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy zgłoszenie dociera do serwera zapasowego najpóźniej 5 s po naciśnięciu [T09]
    Gdy operator kończy wszystkie trwające połączenia
    I serwery są znów sprawne
    Wtedy punkt jest znów zarejestrowany na serwerze głównym najpóźniej 60 s po jego powrocie [T19]
    Gdy serwery odrzucają każde żądanie
    I mijają 2 min
    I serwery są znów sprawne
    Wtedy punkt jest znów zarejestrowany na serwerze głównym najpóźniej 60 s po jego powrocie [T19]
    Gdy operator odbiera po 1 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
