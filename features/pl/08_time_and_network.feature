# language: pl
Właściwość: Zegar, nazwy, adresy
  To, co punkt dostaje z sieci, może przyjść późno, nie przyjść wcale albo być inne niż wczoraj: nic z tego nie może uciszyć punktu.

  @S39 @fat @nightly
  Scenariusz: Bez ustawionego zegara punkt nadal dzwoni, a potem podaje prawdziwy czas
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 1 s
    Wtedy następny komunikat punktu do nadzoru podaje czas z błędem najwyżej 1 s [T36]
    Gdy serwer NTP przestaje odpowiadać
    I punkt jest wyłączony
    I mija 10 s
    I zasilanie zostaje włączone
    Wtedy punkt jest zarejestrowany najpóźniej 60 s po włączeniu zasilania [T19]
    Gdy przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
    Gdy mijają 3 s
    I operator kończy rozmowę
    I mija 1 min
    I serwer NTP znów podaje właściwy czas
    I mija 20 min
    Wtedy następny komunikat punktu do nadzoru podaje czas z błędem najwyżej 1 s [T36]
    Gdy serwer NTP podaje czas zawyżony o 1 h
    I punkt jest wyłączony
    I mija 10 s
    I zasilanie zostaje włączone
    I mija 1 min
    I serwer NTP znów podaje właściwy czas
    I mija 20 min
    Wtedy następny komunikat punktu do nadzoru podaje czas z błędem najwyżej 1 s [T36]

  @S40 @fat @nightly
  Scenariusz: Zmiana adresu lub awaria DNS nie ucisza punktu
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 1 s
    I trwa rozmowa z operatorem
    Gdy serwer DHCP przydziela punktowi inny adres
    Wtedy punkt jest zarejestrowany z nowego adresu najpóźniej 15 s po jego otrzymaniu [T20]
    Gdy mija 12 s
    Wtedy rozmowa trwa nadal
    Gdy operator kończy rozmowę
    I mijają 2 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
    I obie strony słyszą się najpóźniej 500 ms po odebraniu [T04]
    Gdy mijają 3 s
    I operator kończy rozmowę
    I serwer DHCP przestaje odpowiadać
    I mija 5 min
    I serwer DHCP znów odpowiada
    Wtedy punkt jest zarejestrowany najpóźniej 60 s po powrocie serwera DHCP [T19]
    Gdy mijają 2 min
    I serwer DNS wskazuje serwer zapasowy jako główny
    Wtedy punkt jest zarejestrowany na wskazanym serwerze najpóźniej 60 s po utracie ważności poprzedniej odpowiedzi DNS [T19]
    Gdy przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
    Gdy mijają 3 s
    I operator kończy rozmowę
    I serwer DNS znów wskazuje serwer główny jako główny
    Wtedy punkt jest zarejestrowany na wskazanym serwerze najpóźniej 60 s po utracie ważności poprzedniej odpowiedzi DNS [T19]
    Gdy serwer DNS przestaje odpowiadać
    I mija 5 min
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
    Gdy mijają 3 s
    I operator kończy rozmowę
    I punkt jest wyłączony
    I mija 10 s
    I zasilanie zostaje włączone
    I mijają 2 min
    I serwer DNS odpowiada z opóźnieniem 3 s
    Wtedy punkt jest zarejestrowany najpóźniej 60 s po powrocie serwera DNS [T19]
    Gdy przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
