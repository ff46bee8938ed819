# language: pl
Właściwość: Wezwanie operatora Straży Miejskiej
  Rozstrzyga to, co dotarło do operatora, a nie wskazanie lampki ani zapis w dzienniku urządzenia.

  @S01 @fat @sat @nightly
  Scenariusz: Jedno naciśnięcie wywołuje dokładnie jedno zgłoszenie w wymaganym czasie
    Zakładając, że punkt jest gotowy do pracy
    Gdy przycisk zostaje naciśnięty 30 razy na 150 ms, a operator kończy każdą rozmowę po 4 s
    Wtedy każde zgłoszenie opuszcza punkt najpóźniej 0,5 s po naciśnięciu [T01]
    I telefon operatora dzwoni najpóźniej 2 s po każdym naciśnięciu [T02]
    I każde naciśnięcie wywołało dokładnie 1 zgłoszenie [T33]
    I każde naciśnięcie wywołało dokładnie 1 zgłoszenie [T45]
    Gdy przycisk zostaje naciśnięty 3 razy na 110 ms, a operator kończy każdą rozmowę po 4 s
    Wtedy każde naciśnięcie wywołało dokładnie 1 zgłoszenie [T29]

  @S02 @fat @sat @nightly
  Scenariusz: Obie strony słyszą się od pierwszego słowa
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 1 s
    Gdy przycisk zostaje naciśnięty na 150 ms
    Wtedy obie strony słyszą się najpóźniej 0,5 s po odebraniu [T04]
    I obie strony słyszą się najpóźniej 3 s po naciśnięciu [T03]

  @S03 @fat @sat @nightly
  Scenariusz: Zgłoszenie wskazuje właściwy punkt i lokalizację
    Zakładając, że punkt jest gotowy do pracy
    I operator nie odbiera
    Gdy przycisk zostaje naciśnięty na 150 ms
    Wtedy zgłoszenie wskazuje ten punkt i żaden inny
    Gdy mijają 2 s
    I przycisk zostaje naciśnięty na 300 ms
    Wtedy w ciągu kolejnych 5 s do operatora nie dociera żadne zgłoszenie [T33]

  @S04 @fat @sat @nightly
  Scenariusz: Zgłoszenie trafia wyłącznie do Straży Miejskiej
    Zakładając, że punkt jest gotowy do pracy
    I operator odbiera po 50 ms
    Gdy przycisk zostaje naciśnięty na 2 s
    Wtedy zgłoszenie trafia do operatora Straży Miejskiej i nigdzie indziej
    I w ciągu 10 s do operatora dociera dokładnie 1 zgłoszenie [T33]

  @S05 @nightly @long
  Scenariusz: Trzysta naciśnięć, żadne nie ginie
    Zakładając, że punkt jest gotowy do pracy
    Gdy przycisk zostaje naciśnięty 300 razy na 150 ms, a operator kończy każdą rozmowę po 20 s
    Wtedy każde naciśnięcie wywołało dokładnie 1 zgłoszenie [T33]
    I każde naciśnięcie wywołało dokładnie 1 zgłoszenie [T45]
    I telefon operatora dzwoni najpóźniej 2 s po każdym naciśnięciu [T02]

  @S06 @fat @nightly
  Scenariusz: Ponowne naciśnięcie nie przerywa rozmowy
    Zakładając, że punkt jest gotowy do pracy
    I trwa rozmowa z operatorem
    Gdy przycisk zostaje naciśnięty na 1 s
    I mija 5 s
    I przycisk zostaje naciśnięty na 4 s
    I przycisk zostaje naciśnięty 20 razy na 150 ms, co 500 ms
    I mija 5 s
    Wtedy rozmowa trwa nadal
    I w ciągu kolejnych 5 s do operatora nie dociera żadne zgłoszenie [T33]

  @S07 @fat @nightly
  Scenariusz: Po rozmowie punkt jest znów gotowy
    Zakładając, że punkt jest gotowy do pracy
    I trwa rozmowa z operatorem
    Gdy operator kończy rozmowę
    Wtedy obie lampki gasną najpóźniej 0,5 s po zakończeniu rozmowy [T06]
    Gdy mijają 2 s
    I operator odbiera po 1 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
    Gdy mijają 3 s
    I łączność światłowodowa zostaje przerwana na 70 s
    Wtedy punkt jest ponownie zarejestrowany najpóźniej 15 s po powrocie światłowodu [T20]
    Gdy mijają 2 s
    I przycisk zostaje naciśnięty na 150 ms
    Wtedy telefon operatora dzwoni najpóźniej 2 s po naciśnięciu [T02]
