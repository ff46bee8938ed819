# language: pl
Właściwość: Oprogramowanie
  Na punkcie działa to, co zostało zatwierdzone, a przerwane wgrywanie nie unieruchamia punktu.

  @S48 @fat @nightly
  Scenariusz: Wgranie oprogramowania jest potwierdzone odczytem, znosi zanik zasilania i daje się powtórzyć
    Zakładając, że zasilanie jest włączone, a światłowód podłączony
    Gdy oprogramowanie wskazane w opisie stanowiska zostaje wgrane do punktu
    Wtedy zawartość odczytana z punktu jest zgodna z plikiem co do bajtu [T41]
    I punkt podaje wersję i kompilację z pliku [T41]
    Gdy zasilanie zanika przy 60 % wgrywania
    Wtedy oprogramowanie daje się wgrać ponownie, a punkt jest zarejestrowany najpóźniej 60 s później [T41]
    I ustawienia punktu są nienaruszone

  @S53 @fat @nightly
  Scenariusz: Wadliwe oprogramowanie na próbie zostaje cofnięte, a sprawne pozostaje
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 1 s
    Gdy do punktu zostaje wgrane na próbę oprogramowanie, które nigdy się nie zarejestruje
    Wtedy punkt jest ponownie zarejestrowany, z poprzednią wersją i kompilacją, najpóźniej 5 min później [T41]
    I jako przyczynę startu punkt podaje powrót do poprzedniego oprogramowania [T41]
    I ustawienia punktu są nienaruszone
    Gdy przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
    Gdy operator kończy wszystkie trwające połączenia
    I mijają 2 s
    I światłowód zostaje przerwany
    I do punktu zostaje wgrane na próbę sprawne oprogramowanie w innej wersji
    I mija 10 s
    I punkt jest wyłączony
    I mija 10 s
    I zasilanie zostaje włączone
    I mijają 2 s
    I światłowód zostaje przywrócony
    Wtedy punkt jest ponownie zarejestrowany, z poprzednią wersją i kompilacją, najpóźniej 60 s później [T41]
    I jako przyczynę startu punkt podaje powrót do poprzedniego oprogramowania [T41]
    Gdy światłowód zostaje przerwany
    I do punktu zostaje wgrane na próbę sprawne oprogramowanie w innej wersji
    I mija 10 s
    I oprogramowanie punktu zawiesza się
    I światłowód zostaje przywrócony
    Wtedy punkt jest ponownie zarejestrowany, z poprzednią wersją i kompilacją, najpóźniej 60 s później [T41]
    I jako przyczynę startu punkt podaje powrót do poprzedniego oprogramowania [T41]
    Gdy do punktu zostaje wgrane na próbę sprawne oprogramowanie w innej wersji
    Wtedy punkt jest zarejestrowany, z nową wersją i kompilacją, najpóźniej 60 s później [T41]
    Gdy punkt jest wyłączony
    I mija 10 s
    I zasilanie zostaje włączone
    Wtedy punkt jest zarejestrowany, z nową wersją i kompilacją, najpóźniej 60 s później [T41]
    I ustawienia punktu są nienaruszone
    Gdy przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
