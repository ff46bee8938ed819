# language: pl
Właściwość: Warianty i rozbudowa
  W kolejnym punkcie zmienia się tylko nazwa; to ona decyduje, dokąd wysłana zostanie pomoc.

  @S49 @fat @nightly
  Scenariusz: Kolejny punkt zgłasza się pod własną nazwą; trzydzieści wraca jednocześnie
    Zakładając, że punkt jest gotowy do pracy
    Gdy do punktu zostają wgrane ustawienia innego punktu
    I punkt jest wyłączony
    I mija 10 s
    I zasilanie zostaje włączone
    Wtedy punkt jest zarejestrowany najpóźniej 60 s po włączeniu zasilania [T19]
    Gdy operator odbiera po 1 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy zgłoszenie wskazuje ten inny punkt i żaden inny
    Gdy mijają 3 s
    I operator kończy rozmowę
    I w ustawieniach punktu jedna litera jego nazwy zostaje uszkodzona
    Wtedy w ciągu 90 s punkt nie podaje się za inny punkt [T41]
    Gdy do punktu zostają ponownie wgrane jego własne ustawienia
    I punkt jest wyłączony
    I mija 10 s
    I zasilanie zostaje włączone
    Wtedy punkt jest zarejestrowany najpóźniej 60 s po włączeniu zasilania [T19]
    I ustawienia punktu są nienaruszone
    I przy 5 włączeniach zasilania chwile pierwszego żądania różnią się co najmniej o 100 ms [T39]
    Gdy serwery muszą obsłużyć trzydzieści punktów, które wracają jednocześnie
    I punkt jest wyłączony
    I mija 10 s
    I zasilanie zostaje włączone
    I mija 10 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy lampka „nieczynny” reaguje najpóźniej 2 s po naciśnięciu [T38]
    Gdy mija 60 s
    I serwery są znów sprawne
    Wtedy punkt jest zarejestrowany najpóźniej 120 s po włączeniu zasilania, gdy przyjdzie jego kolej [T39]
    I zachowane zgłoszenie dociera raz i jest oznaczone jako opóźnione, najpóźniej 60 s po powrocie serwera, albo jest wyraźnie odrzucone [T38]

  @S50 @sat @manual
  Scenariusz: Lista kontrolna miejsca jest sprawdzona i podpisana
    Wtedy osoba sprawdzająca potwierdza na miejscu każdą z tych pozycji i podpisuje
      | Oznakowanie „SOS” jest na miejscu i daje się odczytać z chodnika w dzień i w nocy [EJ]                                              |
      | Przycisk jest na wysokości od 80 do 110 cm nad ziemią i można do niego podjechać wózkiem [M]                                        |
      | Znak jest wyczuwalny dotykiem, a stan żadnej lampki nie jest pokazany samym kolorem (EN 301 549, 8.1.3 [V])                         |
      | Kamera miejska pokazuje punkt i osobę, która przed nim stoi [EJ]                                                                    |
      | Zmierzono tłumienie i reflektogram (OTDR) światłowodu, a protokół jest w dokumentacji [M]                                           |
      | Zmierzono uziemienie, impedancję pętli zwarcia i wyłączniki różnicowoprądowe (PN-HD 60364-6), a protokół jest w dokumentacji [M]    |
