# language: pl
Właściwość: Nadzór
  Punkt, który sam uległ awarii, musi sam wrócić do pracy i nie może tej awarii ukryć.

  @S41 @fat @nightly
  Scenariusz: Zawieszenie kończy watchdog, a punkt je odnotowuje
    Zakładając, że punkt jest gotowy do pracy
    Gdy oprogramowanie punktu zawiesza się
    Wtedy punkt uruchamia się na nowo i jest zarejestrowany najpóźniej 60 s po zawieszeniu [T19]
    I jako przyczynę startu punkt podaje watchdog [T41]
    Gdy operator odbiera po 1 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
    I zgłoszenie wskazuje ten punkt i żaden inny
    Gdy mijają 3 s
    I oprogramowanie punktu zawiesza się
    Wtedy punkt uruchamia się na nowo i jest zarejestrowany najpóźniej 60 s po zawieszeniu [T19]
    Gdy mija 20 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
    Gdy mijają 3 s
    I operator kończy wszystkie trwające połączenia
    I mijają 2 s
    I punkt zostaje zresetowany przez port debugowania
    I mija 20 s
    Gdy punkt jest wyłączony
    I światłowód zostaje przerwany
    I mija 10 s
    I zasilanie zostaje włączone
    I mija 20 s
    I oprogramowanie punktu zawiesza się
    I mija 45 s
    I światłowód zostaje przywrócony
    Wtedy punkt jest ponownie zarejestrowany najpóźniej 15 s po powrocie światłowodu [T20]

  @S42 @fat @sat @nightly
  Scenariusz: Rejestracja i usterki są widoczne i odwoływane na czas
    Zakładając, że punkt jest gotowy do pracy
    Gdy mija 10 min
    Wtedy punkt był przez cały czas zarejestrowany [T26]
    Gdy serwery przyznają rejestrację na najwyżej 20 s
    I mijają 3 min
    Wtedy punkt był przez cały czas zarejestrowany [T26]
    Gdy serwery przyznają rejestrację na najwyżej 60 s
    I mija 1 min
    Gdy serwery wszystko przyjmują i na nic nie odpowiadają
    Wtedy punkt zgłasza nadzorowi brak serwera najpóźniej 60 s po jego utracie [T26]
    Gdy mija 5 min
    I serwery są znów sprawne
    Wtedy punkt jest znów zarejestrowany na serwerze głównym najpóźniej 60 s po jego powrocie [T19]
    I punkt odwołuje to zgłoszenie najpóźniej 60 s po powrocie serwera [T27]
    Gdy mija 5 min
    I serwery wszystko przyjmują i na nic nie odpowiadają
    Wtedy punkt zgłasza nadzorowi brak serwera najpóźniej 60 s po jego utracie [T26]
    Gdy serwery są znów sprawne
    Wtedy punkt odwołuje to zgłoszenie najpóźniej 60 s po powrocie serwera [T27]
    Gdy mija 1 min
    I trwa rozmowa z operatorem
    I serwery odrzucają każde żądanie
    I mija 90 s
    Wtedy rozmowa trwa nadal
    Gdy serwery są znów sprawne
    Wtedy punkt jest znów zarejestrowany na serwerze głównym najpóźniej 60 s po jego powrocie [T19]
    I rozmowa trwa nadal

  @S43 @fat @nightly
  Scenariusz: Codzienny autotest dźwięku mówi prawdę i nikomu nie przeszkadza
    Zakładając, że punkt jest gotowy do pracy
    I trwa rozmowa z operatorem
    Gdy głośnik punktu zostaje odłączony
    I operator kończy rozmowę
    I zbliża się termin autotestu punktu
    Wtedy punkt zgłasza nadzorowi uszkodzony głośnik najpóźniej 15 min po autoteście [T35]
    Gdy głośnik punktu zostaje ponownie podłączony
    Wtedy punkt odwołuje to zgłoszenie najpóźniej 15 min po naprawie [T35]
    Gdy trwa rozmowa z operatorem
    I mikrofon punktu zostaje odłączony
    I operator kończy rozmowę
    I zbliża się termin autotestu punktu
    Wtedy punkt zgłasza nadzorowi uszkodzony mikrofon najpóźniej 15 min po autoteście [T35]
    Gdy mikrofon punktu zostaje ponownie podłączony
    Wtedy punkt odwołuje to zgłoszenie najpóźniej 15 min po naprawie [T35]
    Gdy zbliża się termin autotestu punktu
    I trwa rozmowa z operatorem
    I mija 90 s
    Wtedy rozmowa trwa nadal
    Gdy operator kończy rozmowę
    Wtedy punkt nadrabia autotest, najpóźniej 24 h po poprzednim [T34]
    Gdy zbliża się termin autotestu punktu
    I operator odbiera po 50 ms
    I przycisk zostaje naciśnięty na 150 ms w trakcie autotestu punktu
    I mija 5 s
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
    I rozmowa trwa nadal
