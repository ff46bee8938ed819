# language: pl
Właściwość: Drugi operator i serwer

  @S27 @fat @nightly
  Scenariusz: Po naprawie punkt wraca na serwer główny
    Zakładając, że punkt jest gotowy do pracy
    Gdy serwer odrzuca każde żądanie
    I mija 2 min
    I serwer jest znów sprawny
    Wtedy punkt jest ponownie zarejestrowany najpóźniej 60 s po powrocie serwera [T19]
    Gdy operator odbiera po 1 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
