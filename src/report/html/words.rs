//! The words of the page, in both languages.

use crate::unit::Lang;

/// Says it in one language.
pub(super) const fn say<'a>(lang: Lang, (en, pl): (&'a str, &'a str)) -> &'a str {
    match lang {
        Lang::En => en,
        Lang::Pl => pl,
    }
}

pub(super) type Words = (&'static str, &'static str);

pub(super) const TITLE: Words = ("Acceptance report", "Raport z badań odbiorczych");
pub(super) const SKIP: Words = ("Skip to the results", "Przejdź do wyników");
pub(super) const VIRTUAL: Words = ("VIRTUAL POST", "PUNKT WIRTUALNY");
pub(super) const REAL: Words = ("real post", "punkt rzeczywisty");
pub(super) const VERDICT: Words = ("Verdict", "Ocena");
pub(super) const MET: Words = ("PASSED", "WYNIK POZYTYWNY");
pub(super) const NOT_MET: Words = ("FAILED", "WYNIK NEGATYWNY");
pub(super) const NO_VERDICT: Words = ("NO VERDICT", "BEZ OCENY");
pub(super) const BROKEN: Words = ("NOT TO BE RELIED ON", "NIEWIARYGODNE");
pub(super) const OF_THE_RUN: Words = ("The run", "Przebieg");
pub(super) const POST: Words = ("post", "punkt");
pub(super) const PLACE: Words = ("place", "miejsce");
pub(super) const KIND: Words = ("variant", "wariant");
pub(super) const FIRMWARE: Words = ("firmware", "oprogramowanie");
pub(super) const RIG: Words = ("rig", "stanowisko");
pub(super) const WHEN: Words = ("began (UTC)", "początek (UTC)");
pub(super) const BY: Words = ("made by", "wykonał(a)");
pub(super) const NOBODY: Words = ("not stated (hejnal run --by)", "nie podano (hejnal run --by)");
pub(super) const SEED: Words = ("seed", "ziarno");
pub(super) const PROGRAM: Words = ("bench program", "program stanowiska");
pub(super) const WHAT_FAILED: Words =
    ("What did not pass, and whose move it is", "Co nie zostało zaliczone i do kogo należy ruch");
pub(super) const NOTHING_FAILED: Words = ("Everything that was run has passed.", "Wszystko, co wykonano, zostało zaliczone.");
pub(super) const TODO: Words = ("what to do", "co zrobić");
pub(super) const SCENARIO: Words = ("scenario", "scenariusz");
pub(super) const REQUIREMENT: Words = ("requirement", "wymaganie");
pub(super) const WHY: Words = ("why", "dlaczego");
pub(super) const NOT_TRIED: Words = ("not tried", "bez próby");
pub(super) const NOT_RUN: Words = ("Scenarios that were not run", "Scenariusze, których nie wykonano");
pub(super) const FIGURE: Words = ("quantity", "wielkość");
pub(super) const MEASURED: Words = ("measured (± at 95 %)", "zmierzono (± przy 95 %)");
pub(super) const REQUIRED: Words = ("required", "wymagane");
pub(super) const SOURCE: Words = ("source", "źródło");
pub(super) const LEFT: Words = ("left to the limit", "zapas do limitu");
pub(super) const RESULT: Words = ("result", "wynik");
pub(super) const HELD: Words = ("met", "spełnione");
pub(super) const NOT_HELD: Words = ("NOT MET", "NIESPEŁNIONE");
pub(super) const UNDECIDED: Words = ("UNDECIDED", "NIEROZSTRZYGNIĘTE");
pub(super) const REPORTED: Words = ("reported only", "tylko podano");
pub(super) const ALL: Words = ("Results of all scenarios", "Wyniki wszystkich scenariuszy");
pub(super) const STEPS: Words = ("Steps", "Kroki");
pub(super) const FIGURES: Words = ("Figures", "Wyniki pomiarów");
pub(super) const WATCH: Words = ("Standing watch: rules that held", "Nadzór przebiegu: spełnione reguły");
pub(super) const PICTURES: Words = ("Course", "Przebieg w czasie");
pub(super) const LANES: Words = (
    "Timeline: finger, lamps, power, fibre, signalling and voice",
    "Oś czasu: przycisk, lampki, zasilanie, światłowód, sygnalizacja i głos",
);
pub(super) const LADDER: Words = ("The call, message by message", "Zgłoszenie, komunikat po komunikacie");
pub(super) const LANES_KEY: Words = (
    "Filled: it was so. Empty frame: voice was missing. Dot: a message. The same is told in words below.",
    "Wypełnienie: stan trwał. Pusta ramka: brak głosu. Kropka: komunikat. To samo podano słowami niżej.",
);
pub(super) const IN_WORDS: Words = ("The same in words", "To samo słowami");
pub(super) const RECORDINGS: Words = ("Recordings", "Nagrania");
pub(super) const LISTEN: Words = ("listen", "odsłuchaj");
pub(super) const SILENCE: Words = ("silence", "cisza");
pub(super) const SILENCE_KEY: Words = (
    "Marked: at least 0.2 s without sound (below −60 dBFS), pauses of the sentence among them.",
    "Zaznaczono: co najmniej 0,2 s bez dźwięku (poniżej −60 dBFS), w tym pauzy zdania.",
);
pub(super) const TIME: Words = ("time in s", "czas w s");
pub(super) const LEVEL: Words = ("part of full scale", "część pełnej skali");
pub(super) const SAFE: Words = ("Made safe", "Stan bezpieczny");
pub(super) const YES: Words = ("yes", "tak");
pub(super) const EVIDENCE: Words = ("Evidence", "Materiał dowodowy");
pub(super) const JOURNAL: Words = ("journal", "dziennik");
pub(super) const LAST_HASH: Words = ("hash of its last line", "skrót ostatniego wiersza");
pub(super) const SEAL: Words = ("seal", "pieczęć");
pub(super) const CHECK: Words = ("to be checked with", "sprawdzenie poleceniem");
pub(super) const LIMITS: Words = ("What this report does not say", "Czego ten raport nie stwierdza");
pub(super) const ON_VIRTUAL: Words = (
    "The post was a virtual one. Nothing here was measured on a real post, and nothing of it can be accepted.",
    "Punkt był wirtualny. Niczego nie zmierzono na prawdziwym punkcie i niczego na tej podstawie nie można odebrać.",
);
pub(super) const METHOD: Words = ("method", "metoda");
pub(super) const BACK: Words = ("to the top", "na początek");
