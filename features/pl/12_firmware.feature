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
