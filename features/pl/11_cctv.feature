# language: pl
Właściwość: Monitoring miejski
  Kto odbiera zgłoszenie, od razu widzi punkt; ale awaria kamery nikomu nie może odebrać głosu.

  @S47 @fat @sat @nightly
  Scenariusz: Naciśnięcie przywołuje właściwą kamerę; jej awaria nie opóźnia zgłoszenia
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 4 s
    Gdy przycisk zostaje naciśnięty na 150 ms
    Wtedy naciśnięcie przywołuje kamerę tego punktu najpóźniej po 1 s [T37]
    Gdy mija 8 s
    I operator kończy rozmowę
    I mija 15 s
    I system monitoringu wszystko przyjmuje i na nic nie odpowiada
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
    Gdy mija 8 s
    I operator kończy rozmowę
    I mijają 2 s
    I system monitoringu znów działa
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy naciśnięcie przywołuje kamerę tego punktu najpóźniej po 1 s [T37]
    Gdy mija 8 s
    I operator kończy rozmowę
    I mijają 2 s
    I system monitoringu odrzuca każde zdarzenie
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
    Gdy mija 8 s
    I operator kończy rozmowę
    I mijają 2 s
    I system monitoringu odpowiada dopiero po 10 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
    Gdy mija 8 s
    I operator kończy rozmowę
    I mija 60 s
    I system monitoringu znów działa
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy naciśnięcie przywołuje kamerę tego punktu najpóźniej po 1 s [T37]
    I telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
