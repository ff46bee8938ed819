# language: pl
Właściwość: Prywatność i bezpieczeństwo
  Dźwięk poza rozmową, obce połączenia, fałszywe certyfikaty i dźwięk bez szyfrowania.

  @S44 @fat @sat @nightly
  Scenariusz: Poza rozmową żaden dźwięk nie opuszcza punktu
    Zakładając, że punkt jest gotowy do pracy
    I trwa rozmowa z operatorem
    Gdy operator kończy rozmowę
    I mija 60 s
    Wtedy poza rozmową z punktu nie wyszedł żaden dźwięk [T40]

  @S45 @fat @nightly
  Scenariusz: Nikt poza serwerem miasta nie otworzy mikrofonu
    Zakładając, że punkt jest gotowy do pracy
    Gdy do punktu dzwoni ktoś obcy
    I trwa rozmowa z operatorem
    I do punktu dzwoni ktoś obcy
    Wtedy rozmowa trwa nadal
    Gdy operator kończy rozmowę
    I mija 5 s
    I do punktu dzwoni ktoś obcy
    I mija 35 s
    Wtedy punkt nie przyjął żadnego obcego połączenia [T40]
    I poza rozmową z punktu nie wyszedł żaden dźwięk [T40]

  @S52 @fat @nightly
  Scenariusz: Punkt tuż po uruchomieniu także nikomu nie otwiera mikrofonu
    Zakładając, że punkt jest gotowy do pracy
    I punkt jest wyłączony
    I mija 10 s
    Gdy zasilanie zostaje włączone
    Wtedy punkt jest zarejestrowany najpóźniej 60 s po włączeniu zasilania [T19]
    Gdy do punktu dzwoni ktoś obcy
    I mija 35 s
    Wtedy punkt nie przyjął żadnego obcego połączenia [T40]
    I poza rozmową z punktu nie wyszedł żaden dźwięk [T40]

  @S46 @fat @nightly
  Scenariusz: Fałszywy certyfikat i nieszyfrowany dźwięk są odrzucane
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 1 s
    Gdy serwery przedstawiają certyfikat nieznanego urzędu certyfikacji
    I mija 1 min
    I serwery przedstawiają certyfikat innego serwera
    I mija 1 min
    I serwery przedstawiają certyfikat, który stracił ważność
    I mija 1 min
    I serwery przedstawiają certyfikat, który nie jest jeszcze ważny
    I mija 1 min
    I serwery przedstawiają certyfikat nieprzeznaczony dla serwerów
    I mija 1 min
    Wtedy punkt nie uznał żadnego fałszywego certyfikatu [T40]
    I lampka „nieczynny” świeci najpóźniej 60 s po ostatniej chwili, w której zgłoszenie było możliwe [T26]
    Gdy przycisk zostaje naciśnięty na 150 ms
    Wtedy lampka „nieczynny” reaguje najpóźniej 2 s po naciśnięciu [T38]
    Gdy serwery znów przedstawiają własny certyfikat
    Wtedy lampka „nieczynny” gaśnie najpóźniej 5 s po tym, jak punkt może znów dzwonić [T27]
    Gdy mija 1 min
    I operator kończy wszystkie trwające połączenia
    I mija 5 s
    I operator odpowiada bez szyfrowania
    I przycisk zostaje naciśnięty na 150 ms
    I mija 10 s
    I operator kończy wszystkie trwające połączenia
    I mija 5 s
    I operator znów odpowiada z szyfrowaniem
    I trwa rozmowa z operatorem
    I operator proponuje dalszą rozmowę bez szyfrowania
    Wtedy z punktu nie wyszedł żaden nieszyfrowany dźwięk [T40]
