//! The texts of the command line: English as the options have them, and Polish.

use crate::cli::args::{
    ACCURACY_EXIT_CODES, EXIT_CODES, EXPLORE_EXIT_CODES, PROTOCOL_EXIT_CODES, PROVE_EXIT_CODES, VERIFY_EXIT_CODES,
};

pub(super) const TEXTS: &[(&str, &str)] = &[
    (
        EXIT_CODES,
        "\
Kody wyjścia:
  0    spełnione są wszystkie sprawdzone wymagania
  1    punkt nie spełnia co najmniej jednego wymagania
  2    nie zrozumiano wiersza polecenia
  3    stanowisko nie mogło ocenić: zawiódł przyrząd albo wynik leży zbyt blisko limitu
  4    błąd w pliku scenariuszy
  5    materiał dowodowy przebiegu zmieniono po jego zakończeniu (report, verify, seal)
  70   błąd samego programu hejnal
  130  przerwano przez Ctrl-C lub SIGTERM; stanowisko jest w stanie bezpiecznym

Przykłady:
  hejnal run                              wszystkie scenariusze na punkcie wirtualnym, bez sprzętu
  hejnal run --tags \"@S01 or @S02\"        dwa scenariusze
  hejnal run --rig my-rig.yaml --lang pl  własne stanowisko, po polsku
  hejnal twin --server sip:100@pbx:5060   punkt wirtualny na żywo dzwoni do własnego serwera
  hejnal check --rig my-rig.yaml          czy wszystko w porządku? Niczego nie uruchamia
  hejnal report runs/latest               ponownie czyta ostatni przebieg
  hejnal verify runs/latest               czy zapisowi przebiegu można wierzyć?
  hejnal protocol runs/latest             protokół odbioru do wydruku i podpisu",
    ),
    (
        PROTOCOL_EXIT_CODES,
        "\
To, co stoi na przeszkodzie odbiorowi, podaje pierwsza strona i samo polecenie.

Kody wyjścia:
  0    zapisano, a w materiale dowodowym nic sobie nie przeczy
  2    nie zrozumiano wiersza polecenia albo opisu odbioru lub przebiegi do siebie nie należą
  3    dziennika nie da się odczytać albo się urywa
  5    zapisano, ale po przebiegu coś zmieniono, usunięto albo dodano",
    ),
    (
        VERIFY_EXIT_CODES,
        "\
Kody wyjścia:
  0    nic sobie nie przeczy; wynik przebiegu podano w treści
  2    nie zrozumiano wiersza polecenia albo klucza
  3    dziennika nie da się odczytać albo się urywa: nic z niego nie wynika
  5    po przebiegu coś zmieniono, usunięto albo dodano",
    ),
    (
        PROVE_EXIT_CODES,
        "\
Usterka jest wykryta tylko wtedy, gdy wykryje ją przewidziany dla niej scenariusz i wskaże właściwego winnego oraz wymaganie.

Kody wyjścia:
  0    każdy wiersz tabeli jest zgodny z oczekiwaniem
  1    co najmniej jeden nie jest: usterka niewykryta lub błędnie rozpoznana, odrzucony sprawny punkt albo wina stanowiska przypisana punktowi
  2    nie zrozumiano wiersza polecenia albo nie ma takiej usterki
  4    błąd w pliku scenariuszy albo brak scenariusza dla wskazanej usterki
  130  przerwano przez Ctrl-C lub SIGTERM",
    ),
    (
        EXPLORE_EXIT_CODES,
        "\
Przebieg z błędem jest skracany do najmniejszego i zapisywany jako scenariusz w obu językach; `hejnal run --seed` powtarza go.

Kody wyjścia:
  0    żaden przebieg nie wykazał błędu
  1    punkt nie spełnił co najmniej jednego wymagania
  2    nie zrozumiano wiersza polecenia albo nie ma takiej usterki
  3    stanowisko nie mogło ocenić
  70   błąd samego programu hejnal
  130  przerwano przez Ctrl-C lub SIGTERM; stanowisko jest w stanie bezpiecznym",
    ),
    ("Acceptance bench for city SOS posts: presses the button, listens and speaks at both ends, cuts fibre and power, and judges what the post does", "Stanowisko odbiorcze miejskich punktów SOS: naciska przycisk, słucha i mówi po obu stronach, przerywa światłowód i zasilanie, i ocenia, co robi punkt"),
    ("Run scenarios and judge the post", "Wykonuje scenariusze i ocenia punkt"),
    ("Check features and rig without moving anything", "Sprawdza scenariusze i opis stanowiska, niczego nie uruchamiając"),
    ("Prove the bench: plant each known defect and see that it is caught, and that healthy posts pass", "Sprawdza samo stanowisko: podkłada każdą znaną usterkę i patrzy, czy zostaje wykryta, a sprawne punkty zaliczone"),
    ("Let posts live lives that nobody wrote, drawn at random, and judge every moment of them", "Losuje przebiegi, których nikt nie napisał, i ocenia każdą ich chwilę"),
    ("List every phrase that a feature may use, by what it is for", "Wypisuje wszystkie frazy scenariuszy według zastosowania"),
    ("Run the virtual post in real time: real SIP and RTP, its button on the keyboard, its boards as pseudo-terminals", "Uruchamia punkt wirtualny w czasie rzeczywistym: prawdziwe SIP i RTP, przycisk na klawiaturze, moduły przekaźników i wejść jako pseudoterminale"),
    ("Write a summary in Markdown to this file, for the page of a build server", "Zapisuje w tym pliku podsumowanie w formacie Markdown, na stronę serwera CI"),
    ("Write the figures to this file as OpenMetrics text, a gauge for each kind", "Zapisuje w tym pliku wyniki jako tekst OpenMetrics, po jednym wskaźniku na rodzaj wyniku"),
    ("Write the acceptance protocol of one or several runs: a page to print and to sign", "Tworzy protokół odbioru z jednego lub kilku przebiegów: stronę do wydruku i podpisu"),
    ("Directories of runs, or their journals: one post, one or several runs", "Katalogi przebiegów albo ich dzienniki: jeden punkt, jeden lub kilka przebiegów"),
    ("What no run can know: parties, contract, commission, documents; rigs/acceptance/case.yaml is one to copy [default: lines to write on]", "Czego nie wie żaden przebieg: strony, umowa, komisja, dokumenty; wzór do skopiowania: rigs/acceptance/case.yaml [domyślnie: linie do wypełnienia]"),
    ("Directory for the page; it must be new or empty [default: protocols/<post>-<UTC time of the last run>]", "Katalog na stronę; musi być nowy albo pusty [domyślnie: protocols/<punkt>-<czas UTC ostatniego przebiegu>]"),
    ("Public key that must have sealed the runs", "Klucz publiczny, którym przebiegi muszą być opieczętowane"),
    ("Language of the protocol", "Język protokołu"),
    ("List the runs in a folder; `prune` deletes old ones", "Wypisuje przebiegi z katalogu; `prune` usuwa stare"),
    ("Where the runs lie", "Gdzie leżą przebiegi"),
    ("Language of the list", "Język wykazu"),
    ("Delete old runs, never a sealed one; without --yes only tells which", "Usuwa stare przebiegi, nigdy opieczętowanych; bez --yes tylko je wypisuje"),
    ("Keep the newest so many", "Zachowuje tyle najnowszych"),
    ("Only those older than so many days", "Tylko starsze niż tyle dni"),
    ("Delete them", "Usuwa je"),
    ("Show a run again from its journal; nothing is written into its directory", "Ponownie pokazuje przebieg z dziennika; w jego katalogu niczego nie zapisuje"),
    ("Hold what a run left behind against itself: chain, figures, verdicts, files, seal; offline, nothing is written", "Sprawdza, czy zapis przebiegu jest spójny: łańcuch skrótów, wyniki, oceny, pliki, pieczęć; bez sieci, niczego nie zapisuje"),
    ("Public key that must have sealed the run", "Klucz publiczny, którym musi dać się sprawdzić pieczęć przebiegu"),
    ("Seal a run with the bench's key: the hashes of all its files, signed so that minisign can check them", "Pieczętuje przebieg kluczem stanowiska: skróty wszystkich plików z podpisem, który sprawdzi minisign"),
    ("The bench's secret key", "Klucz tajny stanowiska"),
    ("Make a key for seals: the secret one in FILE, the public one in FILE.pub", "Tworzy klucz do pieczęci: tajny w PLIKU, publiczny w PLIK.pub"),
    ("Where to write the secret key", "Gdzie zapisać klucz tajny"),
    ("Write pages for a browser into this directory, with pictures and recordings; it must be new or empty", "Zapisuje strony dla przeglądarki z wykresami i nagraniami w tym katalogu; musi być nowy albo pusty"),
    ("Write the JUnit report to this file", "Zapisuje raport JUnit do tego pliku"),
    ("Do something with a rig, without a post to judge", "Działa na samym stanowisku, bez oceniania punktu"),
    ("Make the rig safe now: button released, mains on, fibre connected; each is read back", "Od razu przywraca stan bezpieczny: przycisk zwolniony, zasilanie włączone, światłowód podłączony; każdy stan odczytuje ponownie"),
    ("Stand by a run and make its rig safe if it ends without; a run starts its guard itself", "Czuwa nad przebiegiem i przywraca stan bezpieczny, jeśli przebieg tego nie zrobi; przebieg sam uruchamia swojego strażnika"),
    ("Measure recordings: delay, levels, gaps, echo, response, intelligibility; no bench needed", "Mierzy nagrania: opóźnienie, poziomy, przerwy, echo, charakterystykę, zrozumiałość; bez stanowiska"),
    ("Write the sounds that recordings are measured by", "Zapisuje sygnały pomiarowe"),
    ("Try the measurements on sounds whose truth is known: how often it lies within what they state, and what they find where nothing is", "Sprawdza pomiary na dźwiękach o znanej prawdziwej wartości: jak często mieści się ona w podanej niepewności i co znajdują tam, gdzie nic nie ma"),
    ("Rows of the table [default: all]", "Wiersze tabeli [domyślnie: wszystkie]"),
    ("Trials a row", "Liczba prób w wierszu"),
    ("List the rows; try nothing", "Wypisuje wiersze; niczego nie sprawdza"),
    (
        ACCURACY_EXIT_CODES,
        "\
Kody wyjścia:
  0    każdy wiersz został potwierdzony
  1    co najmniej jeden nie: w podanej niepewności mieści się za mało wyników albo coś znaleziono tam, gdzie nic nie ma
  2    nie zrozumiano wiersza polecenia albo nie ma takiego wiersza",
    ),
    ("Be the operator alone: answer a real post, show its calls, write what was heard", "Działa jako sam operator: odbiera połączenia prawdziwego punktu, pokazuje je i zapisuje, co było słychać"),
    ("Print completions for a shell", "Wypisuje uzupełnienia dla powłoki"),
    ("Feature files or directories [default: features/en or features/pl]", "Pliki lub katalogi scenariuszy [domyślnie: features/en albo features/pl]"),
    ("The rig's file", "Plik z opisem stanowiska"),
    ("The whole of an acceptance: `fat` before the post is installed, `sat` where it stands, `nightly` all there is, for hours", "Cały odbiór: `fat` (fabryczny) przed montażem punktu, `sat` (obiektowy) w miejscu montażu, `nightly` (nocny) wszystko, co jest, przez wiele godzin"),
    ("Only scenarios with these tags, e.g. \"@S01 or @S02\" [default: \"not @long and not @manual\"]", "Tylko scenariusze z tymi znacznikami, np. \"@S01 or @S02\" [domyślnie: \"not @long and not @manual\"]"),
    ("Language of features and report", "Język scenariuszy i raportu"),
    ("Directory for journal, report and recordings [default: runs/<UTC time>-<rig>]", "Katalog na dziennik, raport i nagrania [domyślnie: runs/<czas UTC>-<stanowisko>]"),
    ("Who makes the run: stands in the journal and on the report", "Kto wykonuje przebieg: trafia do dziennika i do raportu"),
    ("Which recordings to keep; the journal has the hash of each, kept or not", "Które nagrania zachować; dziennik zawiera skrót każdego, także niezachowanego"),
    ("Every one", "Wszystkie"),
    ("Those of scenarios that did not pass, and of the others a megabyte", "Nagrania niezaliczonych scenariuszy, a z pozostałych jeden megabajt"),
    ("None", "Żadnych"),
    ("Seed of the virtual post and of the stimuli: the same seed gives the same run [default: the rig's]", "Ziarno generatora losowego punktu wirtualnego i sygnałów: to samo ziarno daje ten sam przebieg [domyślnie: z opisu stanowiska]"),
    ("Run everything so many times over", "Ile razy wykonać wszystko"),
    ("Try a scenario again so many times when the bench failed it, never when the post did", "Ile razy powtórzyć scenariusz, gdy zawiodło stanowisko; nigdy, gdy zawiódł punkt"),
    ("Only these defects [default: all that a scenario looks for, but those that take hours]", "Tylko te usterki [domyślnie: wszystkie, których szuka jakiś scenariusz, prócz trwających godzinami]"),
    ("List the defects and what each is held against; plant nothing", "Wypisuje usterki i to, co ma je wykryć; niczego nie podkłada"),
    ("Run every scenario for every defect, and show which others fail", "Wykonuje wszystkie scenariusze dla każdej usterki i pokazuje, które jeszcze nie są zaliczone"),
    ("Instead of the known defects plant those that no scenario was written for: whichever scenario finds one is the right one", "Zamiast znanych usterek podkłada takie, dla których nie napisano scenariusza: wykryć je może dowolny"),
    ("Directory for the journals, a folder for each defect [default: runs/<UTC time>-prove]", "Katalog na dzienniki, osobny dla każdej usterki [domyślnie: runs/<czas UTC>-prove]"),
    ("Seed of the virtual posts and of the stimuli [default: the rig's]", "Ziarno generatora losowego punktów wirtualnych i sygnałów [domyślnie: z opisu stanowiska]"),
    ("Language of features and matrix", "Język scenariuszy i tabeli wyników"),
    ("So many lives [default: 100, or as many as --time has room for]", "Liczba przebiegów [domyślnie: 100 albo tyle, ile zmieści się w --time]"),
    ("Begin no life after so long, e.g. \"60 s\" or \"8 h\"", "Po takim czasie nie zaczyna nowego przebiegu, np. \"60 s\" albo \"8 h\""),
    ("Seed of the lives: the same seed gives the same lives [default: the rig's]", "Ziarno generatora losowego: to samo ziarno daje te same przebiegi [domyślnie: z opisu stanowiska]"),
    ("Plant this defect in the virtual post, to see whether it is found", "Podkłada tę usterkę w punkcie wirtualnym, aby sprawdzić, czy zostanie wykryta"),
    ("The rig's file; on a real post lives follow each other in real time", "Plik z opisem stanowiska; na prawdziwym punkcie przebiegi następują po sobie w czasie rzeczywistym"),
    ("Lives at a time [default: as many as there are processors]", "Liczba przebiegów naraz [domyślnie: tyle, ile procesorów]"),
    ("Take the mains away at most so many times: in each life of a virtual post, in all lives of a real one [default: 10]", "Ile razy najwyżej wyłączyć zasilanie: w każdym przebiegu punktu wirtualnego, we wszystkich łącznie na punkcie prawdziwym [domyślnie: 10]"),
    ("Directory for what fails: its smallest life as features, and its journal [default: runs/<UTC time>-explore]", "Katalog na wykryte błędy: najkrótszy przebieg jako scenariusze oraz dziennik [domyślnie: runs/<czas UTC>-explore]"),
    ("Language of the report", "Język raportu"),
    ("The figures that a run may state instead: key, name, unit, method, norm", "Zamiast fraz wypisuje wielkości, które może podać przebieg: klucz, nazwa, jednostka, metoda, norma"),
    ("One language only", "Tylko jeden język"),
    ("The rig's file: the post's identity, firmware and defects", "Plik z opisem stanowiska: identyfikator punktu, oprogramowanie i usterki"),
    ("Whom the post calls and where it registers: any SIP server over UDP", "Dokąd punkt dzwoni i gdzie się rejestruje: dowolny serwer SIP po UDP"),
    ("Another server, where the post turns to while that one does not answer", "Inny serwer, do którego punkt zwraca się, gdy tamten nie odpowiada"),
    ("The user part whom the post calls if nobody answers there", "Nazwa użytkownika, do którego punkt dzwoni, gdy tam nikt nie odbiera"),
    ("The post's password at the server [default: the one in the rig's operator]", "Hasło punktu na serwerze [domyślnie: z operatora w opisie stanowiska]"),
    ("The server is a telephone: call it without registering", "Serwer jest telefonem: dzwoni do niego bez rejestracji"),
    ("The post's own address and SIP port [default: the address that reaches the server, any free port]", "Własny adres i port SIP punktu [domyślnie: adres, z którego widać serwer, dowolny wolny port]"),
    ("What the person at the post says once the call is connected", "Co mówi osoba przy punkcie po zestawieniu połączenia"),
    ("Where to record what is heard before the loudspeaker", "Gdzie nagrać to, co słychać przed głośnikiem"),
    ("A sound card whose microphone is before the post and whose loudspeaker is the post's, as ALSA names it: default, plughw:CARD=USB", "Karta dźwiękowa z mikrofonem przed punktem i głośnikiem w roli głośnika punktu, pod nazwą ALSA: default, plughw:CARD=USB"),
    ("Seed of the post's chances [default: the rig's]", "Ziarno generatora losowego punktu [domyślnie: z opisu stanowiska]"),
    ("The run's directory or its journal.jsonl", "Katalog przebiegu albo jego journal.jsonl"),
    ("Show the uncertainty budgets as well", "Pokazuje także budżety niepewności"),
    ("Language of the report; the run's own unless given", "Język raportu; jeśli nie podano, język przebiegu"),
    ("Where to listen for SIP over UDP and TCP; 0.0.0.0 and [::] mean every address of this machine", "Gdzie nasłuchiwać SIP po UDP i TCP; 0.0.0.0 i [::] oznaczają każdy adres tego komputera"),
    ("A post that may register and call; may be repeated", "Punkt, który może się rejestrować i dzwonić; można podać wielokrotnie"),
    ("Take address, realm and posts from this rig's operator instead", "Adres, realm i punkty bierze z operatora w tym opisie stanowiska"),
    ("Realm of the digest challenge", "Realm uwierzytelniania digest"),
    ("The user part that calls must be for", "Nazwa użytkownika, do której trzeba dzwonić"),
    ("Digest algorithms to challenge with, separated by commas; many posts refuse a challenge that names one they do not know", "Algorytmy digest rozdzielone przecinkami; wiele punktów odrzuca żądanie z algorytmem, którego nie zna"),
    ("Let it ring for so long, then answer", "Po takim czasie dzwonienia odbiera"),
    ("Let it ring until `a` and Enter are typed (`h` hangs up, `q` ends, `e` opens early media, `p` puts on hold, `c` takes off hold, `m` moves media to another port, `b` makes busy, `1` and `2` make a server a black hole, `s` sends no media; most again undo it)", "Dzwoni, aż wpisze się `a` i Enter (`h` rozłącza, `q` kończy, `e` otwiera dźwięk przed odebraniem, `p` zawiesza rozmowę, `c` ją wznawia, `m` przenosi dźwięk na inny port, `b` ustawia zajętość, `1` i `2` wyłączają odpowiedzi serwera, `s` wyłącza nadawanie dźwięku; powtórzenie znaku zwykle cofa jego skutek)"),
    ("Answer no call but with this status: 480, 486 (busy) or 503", "Każde połączenie odrzuca z tym kodem: 480, 486 (zajęty) albo 503"),
    ("With --reject: when to try again (Retry-After)", "Z --reject: po jakim czasie próbować ponownie (Retry-After)"),
    ("A second operator: rings so long after the first began to, at once if the first rejects; also for calls to --second-as", "Drugi operator: dzwoni po takim czasie od początku dzwonienia u pierwszego, od razu, jeśli pierwszy odrzuci; także dla połączeń do --second-as"),
    ("The user part of the second operator", "Nazwa użytkownika drugiego operatora"),
    ("The second operator answers so long after it began to ring there", "Po takim czasie dzwonienia odbiera drugi operator"),
    ("Where the backup server listens for SIP", "Gdzie nasłuchuje SIP serwer zapasowy"),
    ("Send a call tone before the answer (183)", "Nadaje sygnał wywołania przed odebraniem (183)"),
    ("Send provisional responses reliably to whoever supports that (PRACK); whoever requires it gets it anyway", "Odpowiedzi tymczasowe wysyła niezawodnie, jeśli druga strona to obsługuje (PRACK); kto tego wymaga, dostaje je tak zawsze"),
    ("Ask for a session timer of so long where the post asks for none (RFC 4028), at least 90 s", "Żąda licznika sesji o tym czasie, jeśli punkt sam nie żąda (RFC 4028), co najmniej 90 s"),
    ("Who refreshes the session where the post leaves that to us", "Kto odświeża sesję, gdy punkt pozostawia to nam"),
    ("Hang up so long after the answer", "Rozłącza po takim czasie od odebrania"),
    ("Speak this WAV file into every call", "W każdej rozmowie odtwarza ten plik WAV"),
    ("Speak this test sound into every call", "W każdej rozmowie odtwarza ten sygnał pomiarowy"),
    ("Directory for what was heard [default: runs/<UTC time>-operator]", "Katalog na nagrania rozmów [domyślnie: runs/<czas UTC>-operator]"),
    ("Codecs to speak, best first, separated by commas [default: all]", "Kodeki od najlepszego, rozdzielone przecinkami [domyślnie: wszystkie]"),
    ("Calls at a time; one more hears 486", "Liczba połączeń naraz; następne dostaje 486"),
    ("UDP ports for media, two for each call and one more", "Porty UDP na dźwięk, dwa na połączenie i jeden dodatkowy"),
    ("Where to listen for SIP over TLS as well, e.g. 0.0.0.0:5061", "Gdzie nasłuchiwać także SIP po TLS, np. 0.0.0.0:5061"),
    ("PEM file with the operator's certificate, and behind it those that lead to its CA", "Plik PEM z certyfikatem operatora, a za nim certyfikaty pośrednie"),
    ("PEM file with its private key", "Plik PEM z jego kluczem prywatnym"),
    ("PEM file with the CA of the posts' certificates; a post must then show one", "Plik PEM z CA certyfikatów punktów; punkt musi się wtedy okazać certyfikatem"),
    ("What posts call the operator, to be found in its certificate [default: the address of --tls]", "Nazwa, pod którą punkty łączą się z operatorem, obecna w jego certyfikacie [domyślnie: adres z --tls]"),
    ("Secure media: plain calls refused, secure ones taken where offered, or secure ones refused [default: optional, or as the rig says]", "Szyfrowanie dźwięku: połączenia jawne odrzucane, szyfrowane przyjmowane, jeśli oferowane, albo szyfrowane odrzucane [domyślnie: optional albo według opisu stanowiska]"),
    ("Language of what is shown", "Język komunikatów"),
    ("What kind of sound", "Rodzaj sygnału"),
    ("Where to write it", "Plik wynikowy"),
    ("Seed of the random parts: the same seed gives the same sound, at every rate", "Ziarno części losowych: to samo ziarno daje ten sam sygnał przy każdej częstotliwości próbkowania"),
    ("Length in seconds [default: what the kind usually needs]", "Długość w sekundach [domyślnie: zwykła dla tego rodzaju]"),
    ("Samples per second", "Liczba próbek na sekundę"),
    ("Frequency of the tone, in hertz", "Częstotliwość tonu w hercach"),
    ("Digits to dial: 0 to 9, *, #, A to D", "Cyfry do wybrania: 0 do 9, *, #, A do D"),
    ("Order of the maximum-length sequence, 10 to 20 [default: the least that does not repeat itself]", "Rząd ciągu o maksymalnej długości, 10 do 20 [domyślnie: najmniejszy, który się nie powtarza]"),
    ("Language of what is said", "Język komunikatów"),
    ("Delay, gain and clock ratio between a stimulus and its recording", "Opóźnienie, wzmocnienie i stosunek zegarów między sygnałem a nagraniem"),
    ("Course of the delay over a long recording: drift, creep and slips", "Przebieg opóźnienia w długim nagraniu: dryf, narastanie i skoki"),
    ("From the press to the first sound, both in one recording: a tone gated by the contact, and the ear", "Od naciśnięcia do pierwszego dźwięku, oba w jednym nagraniu: ton kluczowany stykiem i mikrofon"),
    ("Frequency response, coherence and distortion", "Charakterystyka częstotliwościowa, koherencja i zniekształcenia"),
    ("Talker echo: its level below the talker's own sound, weighted (ITU-T G.122) and not, and its delay", "Echo mówiącego: tłumienie względem własnego głosu, ważone (ITU-T G.122) i nieważone, oraz opóźnienie"),
    ("What double talk costs the near voice (ITU-T P.340)", "Ile traci bliski głos przy mowie jednoczesnej (ITU-T P.340)"),
    ("Lost or muted stretches, cut beginnings, clicks, packets played twice", "Odcinki utracone lub wyciszone, ucięte początki, trzaski, pakiety odtworzone dwukrotnie"),
    ("Levels: RMS, peak, A-weighted, third octaves, active speech (ITU-T P.56), noise floor, clipping", "Poziomy: RMS, szczytowy, A, tercje, mowa czynna (ITU-T P.56), szum tła, przesterowanie"),
    ("Tones: distortion of a steady tone, dialled digits (ITU-T Q.23), call tones (ITU-T E.180)", "Tony: zniekształcenia tonu ciągłego, wybierane cyfry (ITU-T Q.23), sygnały wywołania (ITU-T E.180)"),
    ("Speech transmission index by STIPA (IEC 60268-16)", "Wskaźnik transmisji mowy metodą STIPA (IEC 60268-16)"),
    ("Short-time objective intelligibility (STOI and ESTOI)", "Obiektywna zrozumiałość krótkoczasowa (STOI i ESTOI)"),
    ("Perceptual quality of speech (ITU-T P.862, PESQ)", "Percepcyjna jakość mowy (ITU-T P.862, PESQ)"),
    ("What was played", "Co odtworzono"),
    ("What was recorded", "Co nagrano"),
    ("Channel of what was played, from 1", "Kanał odtwarzanego sygnału, od 1"),
    ("Print one JSON object instead of words", "Zamiast słów wypisuje jeden obiekt JSON"),
    ("Also draw the result into this SVG file", "Rysuje też wynik do tego pliku SVG"),
    ("Channel of the recording, from 1", "Kanał nagrania, od 1"),
    ("Leave out so much of the recording's beginning", "Pomija taki początek nagrania"),
    ("Take no more than so much of the recording", "Bierze najwyżej taki odcinek nagrania"),
    ("Language of the words", "Język opisu"),
    ("Length of each stretch of the reference, in seconds", "Długość każdego odcinka sygnału, w sekundach"),
    ("How far the delay may wander from one stretch to the next, in seconds", "O ile opóźnienie może się zmienić między odcinkami, w sekundach"),
    ("Channel into which the relay contact gates a tone, from 1", "Kanał z tonem kluczowanym stykiem przekaźnika, od 1"),
    ("Channel in which the sound arrives, from 1", "Kanał, w którym pojawia się dźwięk, od 1"),
    ("Frequency of the gated tone, in hertz", "Częstotliwość kluczowanego tonu w hercach"),
    ("What the near side spoke, with pauses", "Co mówiła strona bliska, z pauzami"),
    ("What the far side spoke at the same time, with pauses of its own", "Co w tym czasie mówiła strona daleka, z własnymi pauzami"),
    ("What arrived at the far side", "Co dotarło do strony dalekiej"),
    ("Channel of the near voice's file, from 1", "Kanał w pliku głosu bliskiego, od 1"),
    ("Channel of the far voice's file, from 1", "Kanał w pliku głosu dalekiego, od 1"),
    ("Leave out gaps shorter than this, in milliseconds", "Pomija przerwy krótsze niż tyle milisekund"),
    ("How far below the sound's level a gap must fall, in dB", "O ile dB poniżej poziomu dźwięku musi spaść przerwa"),
    ("What full scale stands for: dB SPL of a full-scale sine, or a WAV of a calibrator's tone (250 Hz or 1 kHz) through the same chain", "Co oznacza pełna skala: dB SPL sinusoidy o pełnej skali albo WAV z tonem kalibratora (250 Hz lub 1 kHz) przez ten sam tor"),
    ("Level of the calibrator's tone, in dB SPL", "Poziom tonu kalibratora w dB SPL"),
    ("Expanded uncertainty (k = 2) of the calibration, in dB (class 1 of IEC 60942: 0.4)", "Niepewność rozszerzona (k = 2) kalibracji w dB (klasa 1 wg IEC 60942: 0,4)"),
    ("Codec whose full scale dBm0 refers to", "Kodek, do którego pełnej skali odnosi się dBm0"),
    ("Recording of the STIPA test signal (or an impulse response, with --impulse-response)", "Nagranie sygnału STIPA (albo odpowiedź impulsowa, z --impulse-response)"),
    ("The signal that was played, if its modulation is not the standard's 0.55", "Odtworzony sygnał, jeśli jego modulacja nie wynosi normatywnych 0,55"),
    ("Take the recording for an impulse response (indirect method)", "Traktuje nagranie jako odpowiedź impulsową (metoda pośrednia)"),
    ("Sound pressure level of a full-scale sine, in dB: with it, masking and the hearing threshold are taken into account", "Poziom ciśnienia akustycznego sinusoidy o pełnej skali, w dB: pozwala uwzględnić maskowanie i próg słyszenia"),
    ("Ambient noise in use, seven octave levels from 125 Hz to 8 kHz in dB SPL: also states the index in that noise (annex M)", "Hałas tła podczas użytkowania, siedem poziomów oktawowych od 125 Hz do 8 kHz w dB SPL: podaje też wskaźnik w tym hałasie (załącznik M)"),
    ("Codec that the recording came through: the index is judged against what that codec alone allows", "Kodek, przez który przeszło nagranie: wskaźnik odnosi się do tego, na co pozwala sam kodek"),
    ("Before the post leaves the workshop", "zanim punkt opuści warsztat"),
    ("Where the post stands", "w miejscu, w którym stoi punkt"),
    ("Everything, unattended", "wszystko, bez udziału człowieka"),
    ("Composite-source burst for delay, 500 to 3000 Hz", "sygnał złożony (CSS) do pomiaru opóźnienia, od 500 do 3000 Hz"),
    ("A fresh burst every second, for `measure track`", "co sekundę nowy sygnał złożony, dla `measure track`"),
    ("STIPA test signal (IEC 60268-16:2020)", "sygnał pomiarowy STIPA (IEC 60268-16:2020)"),
    ("Stationary noise with the spectrum of speech", "szum stacjonarny o widmie mowy"),
    ("Linear sweep, 100 Hz to the edge of the band", "sygnał przestrajany liniowo od 100 Hz do krańca pasma"),
    ("Exponential sweep, 100 Hz to the edge of the band", "sygnał przestrajany wykładniczo od 100 Hz do krańca pasma"),
    ("Steady tone (--hz)", "ton ciągły (--hz)"),
    ("Maximum-length sequence (--order)", "ciąg o maksymalnej długości (--order)"),
    ("Noise in the syllables and pauses of fluent speech", "szum o sylabach i pauzach płynnej mowy"),
    ("Two voices that speak in turn and at once: near in channel 1, far in channel 2", "dwa głosy, na przemian i jednocześnie: bliski w kanale 1, daleki w kanale 2"),
    ("Dialled digits (--keys), 70 ms each", "wybierane cyfry (--keys), każda 70 ms"),
    ("Ringing tone of Poland: 425 Hz, 1 s on, 4 s off", "polski zwrotny sygnał wywołania: 425 Hz, 1 s sygnału, 4 s przerwy"),
    ("Busy tone of Poland: 425 Hz, 0.5 s on, 0.5 s off", "polski sygnał zajętości: 425 Hz, 0,5 s sygnału, 0,5 s przerwy"),
    ("G.711 over a telephone band of 300 to 3400 Hz and nothing beside it", "G.711 w paśmie telefonicznym od 300 do 3400 Hz i nic poza nim"),
    ("G.711 over all of its 4 kHz", "G.711 w całym paśmie 4 kHz"),
    ("G.722 at 64 kbit/s", "G.722 przy 64 kbit/s"),
    ("Opus, full band", "Opus, pełne pasmo"),
];

/// What a value is called in its option's line.
pub(super) const VALUE_NAMES: &[(&str, &str)] = &[
    ("FEATURES", "SCENARIUSZE"),
    ("ROWS", "WIERSZE"),
    ("FILE", "PLIK"),
    ("OCCASION", "ODBIÓR"),
    ("EXPR", "WARUNEK"),
    ("en|pl", "en|pl"),
    ("DIR", "KATALOG"),
    ("WHICH", "KTÓRE"),
    ("PERSON", "OSOBA"),
    ("N", "N"),
    ("DEFECTS", "USTERKI"),
    ("PATH", "ŚCIEŻKA"),
    ("DURATION", "CZAS"),
    ("ID", "ID"),
    ("SIP", "SIP"),
    ("WORD", "HASŁO"),
    ("ADDRESS[:PORT]", "ADRES[:PORT]"),
    ("WAV", "WAV"),
    ("DEVICE", "URZĄDZENIE"),
    ("RUN", "PRZEBIEG"),
    ("SHELL", "POWŁOKA"),
    ("ADDRESS:PORT", "ADRES:PORT"),
    ("NAME:PASSWORD", "NAZWA:HASŁO"),
    ("REALM", "REALM"),
    ("NAME", "NAZWA"),
    ("NAMES", "NAZWY"),
    ("TIME", "CZAS"),
    ("STATUS", "KOD"),
    ("REFRESHER", "STRONA"),
    ("KIND", "RODZAJ"),
    ("FIRST-LAST", "PIERWSZY-OSTATNI"),
    ("POLICY", "ZASADA"),
    ("OUT", "PLIK"),
    ("SEED", "ZIARNO"),
    ("SECONDS", "SEKUNDY"),
    ("RATE", "CZĘSTOTLIWOŚĆ"),
    ("HZ", "HERCE"),
    ("KEYS", "CYFRY"),
    ("OUT.svg", "PLIK.svg"),
    ("REFERENCE", "WZORZEC"),
    ("CAPTURE", "NAGRANIE"),
    ("NEAR", "BLISKI"),
    ("FAR", "DALEKI"),
    ("MS", "MS"),
    ("DB", "DB"),
    ("DAYS", "DNI"),
    ("DB|TONE.wav", "DB|TON.wav"),
    ("LAW", "PRAWO"),
    ("CODEC", "KODEK"),
    ("R.wav", "WZORZEC.wav"),
    ("L1,…,L7", "L1,…,L7"),
];
