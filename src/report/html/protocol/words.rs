//! The words of a protocol, in both languages. The word for an acceptance that has been given stands here once.

use crate::report::html::words::Words;

pub(super) const TITLE: Words = ("Technical acceptance protocol", "Protokół odbioru technicznego");
pub(super) const NUMBER: Words = ("number", "numer");
pub(super) const DATE: Words = ("date", "data");
pub(super) const PLACE_OF_SIGNING: Words = ("drawn up in", "miejsce sporządzenia");
pub(super) const STAGE: Words = ("stage", "etap");
pub(super) const BARRED: Words = ("What stands against the acceptance", "Co stoi na przeszkodzie odbiorowi");
pub(super) const BARRED_SO: Words = (
    "As long as one of these stands the post cannot be taken over on the strength of this protocol.",
    "Dopóki zachodzi choć jedna z tych przyczyn, na podstawie tego protokołu nie można dokonać odbioru.",
);
pub(super) const OPEN: Words = (
    "Nothing in the results stands against taking the post over: the decision is the commission's (part 10).",
    "Wyniki nie stoją na przeszkodzie odbiorowi: decyzja należy do komisji (część 10).",
);
pub(super) const EXERCISE: Words = (
    "The post was a virtual one. Nothing here was measured on a real post: this protocol is an exercise.",
    "Punkt był wirtualny. Niczego nie zmierzono na prawdziwym punkcie: ten protokół jest ćwiczeniem.",
);
pub(super) const AT_A_GLANCE: Words = ("At a glance", "W skrócie");
pub(super) const CHECKS: Words = ("scenarios", "scenariusze");
pub(super) const REQUIREMENTS: Words = ("requirements", "wymagania");
pub(super) const CLAUSES: Words = ("clauses of the contract", "klauzule umowy");
pub(super) const DEFECTS_IN_SHORT: Words = ("defects found", "stwierdzone wady");
pub(super) const PARTIES: Words = ("1. Parties and contract", "1. Strony i umowa");
pub(super) const OBJECT: Words = ("2. Object", "2. Przedmiot odbioru");
pub(super) const COMMISSION: Words = ("3. Commission", "3. Komisja");
pub(super) const BENCH: Words = ("4. Rig and instruments", "4. Stanowisko i przyrządy");
pub(super) const RUNS: Words = ("5. Runs", "5. Przebiegi badań");
pub(super) const RESULTS: Words = ("Annex A. Results of the checks", "Załącznik A. Wyniki sprawdzeń");
pub(super) const MATRIX: Words = ("Annex B. Contract, requirements and evidence", "Załącznik B. Umowa, wymagania i dowody");
pub(super) const NOT_CHECKED: Words = ("7. What was not checked", "7. Czego nie sprawdzono");
pub(super) const DEFECTS: Words = ("6. Defects", "6. Wady");
pub(super) const PAPERS: Words = ("8. Documents, trial run, training", "8. Dokumenty, ruch próbny, szkolenie");
pub(super) const LIMITATIONS: Words = ("9. What this protocol does not say", "9. Czego ten protokół nie stwierdza");
pub(super) const DECISION: Words = ("10. Decision and signatures", "10. Decyzja i podpisy");
pub(super) const DIGESTS: Words = ("11. Digests", "11. Skróty kontrolne");

pub(super) const CONTRACT: Words = ("contract", "umowa");
pub(super) const OF_DAY: Words = ("of", "z dnia");
pub(super) const SUBJECT: Words = ("subject", "przedmiot umowy");
pub(super) const ADDRESS: Words = ("address", "adres");
pub(super) const REPRESENTED: Words = ("represented by", "reprezentuje");
pub(super) const OBJECT_NAME: Words = ("object", "obiekt");
pub(super) const POINT: Words = ("point", "punkt");
pub(super) const COORDINATES: Words = ("coordinates (WGS 84)", "współrzędne (WGS 84)");
pub(super) const VARIANT: Words = ("variant", "wariant");
pub(super) const CHIP: Words = ("microcontroller", "mikrokontroler");
pub(super) const FIRMWARE: Words = ("firmware", "oprogramowanie");
pub(super) const FIRMWARE_HASH: Words = ("firmware, SHA-256", "oprogramowanie, SHA-256");
pub(super) const SERIALS: Words = ("Serial numbers", "Numery seryjne");
pub(super) const PART: Words = ("part", "element");
pub(super) const PERSON: Words = ("name", "imię i nazwisko");
pub(super) const ROLE: Words = ("role", "funkcja");
pub(super) const ON_BEHALF: Words = ("on behalf of", "z ramienia");
pub(super) const WEATHER: Words = ("weather", "pogoda");
pub(super) const RIG: Words = ("rig", "stanowisko");
pub(super) const RIG_HASH: Words = ("configuration of the rig, SHA-256", "konfiguracja stanowiska, SHA-256");
pub(super) const PROGRAM: Words = ("bench program", "program stanowiska");
pub(super) const OPENED: Words =
    ("Instruments of the rig, as the runs have them", "Przyrządy stanowiska według zapisu przebiegów");
pub(super) const INSTRUMENT: Words = ("instrument", "przyrząd");
pub(super) const MODEL: Words = ("model", "model");
pub(super) const PORT: Words = ("port or serial number", "port lub numer seryjny");
pub(super) const CALIBRATED: Words = ("Instruments with calibration", "Przyrządy wzorcowane");
pub(super) const SERIAL: Words = ("serial number", "numer seryjny");
pub(super) const CERTIFICATE: Words = ("certificate", "świadectwo");
pub(super) const CALIBRATED_ON: Words = ("calibrated", "data wzorcowania");
pub(super) const DUE: Words = ("valid until", "ważne do");
pub(super) const OVERDUE: Words = ("OVERDUE", "PO TERMINIE");
pub(super) const RUN: Words = ("run", "przebieg");
pub(super) const RUN_NUMBER: Words = ("no.", "nr");
pub(super) const KIND: Words = ("post", "punkt");
pub(super) const BEGAN: Words = ("began (UTC)", "początek (UTC)");
pub(super) const BY: Words = ("made by", "wykonał(a)");
pub(super) const VERDICT: Words = ("verdict", "ocena");
pub(super) const EVIDENCE: Words = ("evidence", "materiał dowodowy");
pub(super) const SEAL: Words = ("seal", "pieczęć");
pub(super) const HOLDS: Words = ("judged again, holds", "oceniony ponownie, spójny");
pub(super) const HOLDS_NOT: Words = ("DOES NOT HOLD", "NIEWIARYGODNY");
pub(super) const BROKE_OFF: Words = ("broke off", "urwany");
pub(super) const ALL_WATCHED: Words = ("rules of the standing watch that held", "spełnione reguły nadzoru przebiegu");
pub(super) const IN_RUN: Words = ("run", "przebieg");
pub(super) const RUN_AND_LINE: Words = ("run : line of its journal", "przebieg : wiersz dziennika");
pub(super) const LINE: Words = ("line", "wiersz");
pub(super) const EARLIER: Words = ("other runs", "inne przebiegi");
pub(super) const CLAUSE: Words = ("clause", "klauzula");
pub(super) const NO_CLAUSE: Words = ("Requirements that no clause names", "Wymagania, których nie wskazuje żadna klauzula");
pub(super) const NO_REQUIREMENT: Words =
    ("no requirement of the bench stands for it", "nie odpowiada jej żadne wymaganie stanowiska");
pub(super) const NOT_COVERED: Words = ("NOT COVERED", "BEZ POKRYCIA");
pub(super) const ONLY_WATCHED: Words = ("standing watch only, in scenarios", "tylko nadzór przebiegu, scenariusze");
pub(super) const SEE_ABOVE: Words = ("see clause", "patrz klauzula");
pub(super) const UNCOVERED_CLAUSES: Words = ("Clauses without full cover", "Klauzule bez pełnego pokrycia");
pub(super) const UNCOVERED_REQUIREMENTS: Words = ("Requirements not tried on purpose", "Wymagania bez osobnej próby");
pub(super) const ALL_COVERED: Words = ("Every requirement was tried.", "Sprawdzono wszystkie wymagania.");
pub(super) const NOT_SHOWN: Words = ("What the rig could not show", "Czego stanowisko nie mogło wykazać");
pub(super) const LACKS: Words = ("the rig lacks", "brak na stanowisku");
pub(super) const FOUND: Words = ("Found by the runs", "Stwierdzone w przebiegach");
pub(super) const NONE_FOUND: Words = ("The runs have found none.", "W przebiegach nie stwierdzono wad.");
pub(super) const KNOWN: Words = ("Known to the commission", "Znane komisji");
pub(super) const CLASS: Words = ("class", "klasa");
pub(super) const CLASSES: Words = (
    "A: blocks the take-over. B: to be removed by the date. C: a remark. The bench proposes no class: it is for the commission to enter.",
    "A – uniemożliwia odbiór. B – do usunięcia w podanym terminie. C – uwaga. Stanowisko nie proponuje klasy: wpisuje ją komisja.",
);
pub(super) const DEFECT: Words = ("defect", "wada");
pub(super) const FIRST_FOUND: Words = ("found", "stwierdzono");
pub(super) const RETEST: Words = ("retest", "ponowne badanie");
pub(super) const NO_RETEST: Words = ("not tested again", "bez ponownego badania");
pub(super) const REMOVE_BY: Words = ("to be removed by", "termin usunięcia");
pub(super) const STATE: Words = ("state", "stan");
pub(super) const REMOVED: Words = ("REMOVED", "USUNIĘTA");
pub(super) const STANDS: Words = ("STANDS", "NIEUSUNIĘTA");
pub(super) const DOCUMENTS: Words = ("Documents", "Dokumenty");
pub(super) const DOCUMENT: Words = ("document", "dokument");
pub(super) const HANDED_OVER: Words = ("handed over", "przekazano");
pub(super) const OWED: Words = ("NOT HANDED OVER", "NIE PRZEKAZANO");
pub(super) const TRIAL: Words = ("Trial run", "Ruch próbny");
pub(super) const PERIOD: Words = ("from – to", "od – do");
pub(super) const AVAILABILITY: Words = ("availability", "dostępność");
pub(super) const PHANTOM: Words = ("calls without a press", "zgłoszenia bez naciśnięcia");
pub(super) const REMARKS: Words = ("remarks", "uwagi");
pub(super) const TRAINING: Words = ("Training", "Szkolenie");
pub(super) const TRAINER: Words = ("given by", "przeprowadził(a)");
pub(super) const PEOPLE: Words = ("people trained", "liczba przeszkolonych");
pub(super) const TO_FILL: Words = ("to be filled in", "do uzupełnienia");
pub(super) const REAL_ONLY: Words = (
    "The post was a real one. That the rig was wired as its file says, and that an unsealed run was not made up as a whole, no check of the evidence can show.",
    "Punkt był rzeczywisty. Tego, że stanowisko podłączono zgodnie z opisem i że przebiegu bez pieczęci nie zmyślono w całości, nie wykaże żadne sprawdzenie materiału dowodowego.",
);
pub(super) const SAMPLE: Words = (
    "The post was judged as it stood during the runs, with the firmware and the configuration named here; of other posts, of other firmware and of later days nothing follows.",
    "Oceniono punkt w stanie z czasu przebiegów, z podanym tu oprogramowaniem i konfiguracją; nic z tego nie wynika dla innych punktów, innego oprogramowania ani późniejszych dni.",
);
pub(super) const NOT_MEASURED: Words = (
    "Marking, height, foundation, earthing and electrical safety are no matter of the bench: they stand in the documents of part 8.",
    "Oznakowanie, wysokość, posadowienie, uziemienie i bezpieczeństwo elektryczne nie są przedmiotem badań stanowiska: dotyczą ich dokumenty z części 8.",
);
/// Said only where nothing stands against it.
pub(super) const DECISIONS: [Words; 3] = [
    ("accepted", "przyjęto"),
    ("accepted with the defects of part 6", "przyjęto z wadami wymienionymi w części 6"),
    ("refused", "odmówiono odbioru"),
];
pub(super) const DECISIONS_BARRED: [Words; 2] =
    [("refused", "odmówiono odbioru"), ("put off until the post has been tested again", "decyzję odłożono do ponownego badania")];
pub(super) const BARRED_SHORT: Words = (
    "Only one of these can be signed; why, says the first page.",
    "Podpisać można tylko jedną z poniższych decyzji; przyczyny podano na pierwszej stronie.",
);
pub(super) const SIGNATURE: Words = ("signature", "podpis");
pub(super) const DIGEST_OF_JOURNAL: Words = ("last line of the journal, SHA-256", "ostatni wiersz dziennika, SHA-256");
pub(super) const CASE: Words = ("file of the case, SHA-256", "opis odbioru, SHA-256");
pub(super) const VERIFY: Words = ("to be checked with", "sprawdzenie poleceniem");
pub(super) const DIGEST_KEY: Words = (
    "Whoever holds the run can show by these letters that it is the one that was signed for.",
    "Po tych znakach każdy, kto ma zapis przebiegu, wykaże, że właśnie jego dotyczą podpisy.",
);
