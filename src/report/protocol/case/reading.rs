//! From the file of a case as written to the case as meant.

use super::fields::{choice, date, each, in_order, needed, optional_date, own, plain};
use super::{
    Calibrated, CaseFile, Class, Clause, Contract, Document, FORMAT, Heading, KnownDefect, Member, Object, Party, SerialNumber,
    Side, Stage, Training, TrialRun,
};
use crate::journal::store::sha256_hex;
use crate::problem::{Place, Problems};
use crate::rig::{Limits, Profile};
use crate::unit::{Date, both};
use crate::yaml::{self, Node, Section, Value, Word};
use std::path::Path;

const SECTIONS: [&str; 14] = [
    "case",
    "protocol",
    "contract",
    "parties",
    "object",
    "commission",
    "weather",
    "serial-numbers",
    "instruments",
    "documents",
    "defects",
    "trial-run",
    "training",
    "clauses",
];

pub(super) fn read(path: &Path, bytes: &[u8], problems: &mut Problems) -> Option<CaseFile> {
    let tree = yaml::parse(bytes, problems)?;
    if !is_readable(&tree, problems) {
        return None;
    }
    let top = Section::open(&tree, "", &SECTIONS, problems)?;
    let section = |name: &str| top.get(name).filter(|node| node.value != Value::Nothing);
    let protocol = section("protocol").and_then(|node| heading(node, problems));
    let signed = protocol.as_ref().map(|heading| heading.date);
    let case = CaseFile {
        file: path.to_path_buf(),
        sha256: sha256_hex(bytes),
        contract: section("contract").and_then(|node| contract(node, problems)),
        object: section("object").and_then(|node| object(node, problems)),
        trial_run: section("trial-run").and_then(|node| trial_run(node, problems)),
        training: section("training").and_then(|node| training(node, problems)),
        weather: section("weather").and_then(|_| plain(&top, "weather", "weather: \"dry, 18 °C, wind 2 m/s\"", problems)),
        parties: each(&top, "parties", "- { as: ordering, name: Miasto Łódź }", problems, party),
        commission: each(&top, "commission", "- { name: Jan Kowalski, role: chair }", problems, member),
        serial_numbers: each(&top, "serial-numbers", "- { of: voice module, number: \"SN 4711\" }", problems, serial_number),
        instruments: each(
            &top,
            "instruments",
            "- { name: calibrator, certificate: 17/2026, due: 2027-03-01 }",
            problems,
            calibrated,
        ),
        documents: each(&top, "documents", "- { name: as-built drawings, handed-over: yes }", problems, document),
        defects: each(&top, "defects", "- { what: scratched housing, class: C }", problems, |node, name, problems| {
            defect(node, name, signed, problems)
        }),
        clauses: each(&top, "clauses", "- { clause: \"§ 4.2\", requirements: [T01, T02] }", problems, clause),
        protocol,
    };
    complain_of_doubles(top.get("clauses"), problems);
    Some(case)
}

/// A file of a later format may mean other things by the same words: nothing else in it is looked at.
fn is_readable(tree: &Node, problems: &mut Problems) -> bool {
    let Some(top) = Section::open_free(tree, "", problems) else { return false };
    let Some(version) = top.number("case", (1, u64::from(u32::MAX)), "case: 1", problems) else { return true };
    if version <= FORMAT {
        return true;
    }
    let at = top.get("case").map_or(Place::START, |node| node.at);
    let cause = both!(
        "the case is of format {version}, this program reads formats up to {FORMAT}",
        "opis odbioru ma format {version}, ten program czyta formaty do {FORMAT}"
    );
    problems.add(at, cause, ("use a newer hejnal", "użyj nowszej wersji programu hejnal"));
    false
}

fn heading(node: &Node, problems: &mut Problems) -> Option<Heading> {
    let section = Section::open(node, "protocol", &["number", "date", "place", "stage"], problems)?;
    let number = plain(&section, "number", "number: 3/2026", problems);
    let date = date(&section, "date", problems);
    let place = plain(&section, "place", "place: Łódź", problems);
    let word = section.optional_text("stage", "stage: sat", problems);
    let stage = choice(&section, "stage", word, &Stage::NAMES, problems).and_then(|index| Stage::ALL.get(index).copied());
    Some(Heading { number, date: date?, place, stage })
}

fn contract(node: &Node, problems: &mut Problems) -> Option<Contract> {
    let section = Section::open(node, "contract", &["number", "date", "subject"], problems)?;
    let number = needed(&section, "number", "number: IM.272.14.2026", problems);
    let date = optional_date(&section, "date", problems);
    let subject = plain(&section, "subject", "subject: SOS posts on Piotrkowska", problems);
    Some(Contract { number: number?, date, subject })
}

fn party(node: &Node, name: &str, problems: &mut Problems) -> Option<Party> {
    let section = Section::open(node, name, &["as", "name", "address", "represented-by"], problems)?;
    let word = section.text("as", "as: contractor", problems);
    let side = choice(&section, "as", word, &Side::NAMES, problems).and_then(|index| Side::ALL.get(index).copied());
    let name = needed(&section, "name", "name: Miasto Łódź", problems);
    let address = plain(&section, "address", "address: \"ul. Piotrkowska 104, 90-926 Łódź\"", problems);
    let represented_by = plain(&section, "represented-by", "represented-by: Jan Kowalski", problems);
    Some(Party { side: side?, name: name?, address, represented_by })
}

fn object(node: &Node, problems: &mut Problems) -> Option<Object> {
    let section = Section::open(node, "object", &["name", "address", "coordinates", "variant"], problems)?;
    let name = needed(&section, "name", "name: SOS post at the passage", problems);
    let address = plain(&section, "address", "address: \"ul. Piotrkowska 104, 90-926 Łódź\"", problems);
    let word = section.optional_text("coordinates", "coordinates: \"51.7687, 19.4570\"", problems);
    let coordinates = word.and_then(|word| coordinates(word, problems));
    let names = Profile::ALL.map(Profile::name);
    let word = section.optional_text("variant", "variant: existing-pole", problems);
    let variant = choice(&section, "variant", word, &names, problems).and_then(|index| names.get(index).copied());
    Some(Object { name: name?, address, coordinates, variant: variant.zip(word.map(|word| word.at)) })
}

/// Degrees north and east.
fn coordinates(word: &Word, problems: &mut Problems) -> Option<String> {
    let is_degrees = |text: &str, most: f64| {
        let is_plain = text.bytes().all(|letter| letter.is_ascii_digit() || matches!(letter, b'.' | b'-'));
        is_plain && text.parse::<f64>().is_ok_and(|degrees| degrees.abs() <= most)
    };
    let parts = word.text.split_once(',').map(|(north, east)| (north.trim(), east.trim()));
    let sound = parts.filter(|(north, east)| is_degrees(north, 90.0) && is_degrees(east, 180.0));
    if sound.is_none() {
        let text = &word.text;
        let cause = both!(
            "object.coordinates must be degrees north and east, here is \"{text}\"",
            "object.coordinates: oczekiwano stopni szerokości i długości geograficznej, jest \"{text}\""
        );
        problems.add(word.at, cause, yaml::write_as("coordinates: \"51.7687, 19.4570\""));
    }
    sound.map(|(north, east)| format!("{north}, {east}"))
}

fn member(node: &Node, name: &str, problems: &mut Problems) -> Option<Member> {
    let section = Section::open(node, name, &["name", "role", "of"], problems)?;
    let name = needed(&section, "name", "name: Jan Kowalski", problems);
    let role = needed(&section, "role", "role: chair", problems);
    let of = plain(&section, "of", "of: City Guard", problems);
    Some(Member { name: name?, role: role?, of })
}

fn serial_number(node: &Node, name: &str, problems: &mut Problems) -> Option<SerialNumber> {
    let section = Section::open(node, name, &["of", "number"], problems)?;
    let of = needed(&section, "of", "of: voice module", problems);
    let number = needed(&section, "number", "number: \"SN 4711\"", problems);
    Some(SerialNumber { of: of?, number: number? })
}

fn calibrated(node: &Node, name: &str, problems: &mut Problems) -> Option<Calibrated> {
    let section = Section::open(node, name, &["name", "serial", "certificate", "calibrated", "due"], problems)?;
    let name = needed(&section, "name", "name: sound level meter", problems);
    let serial = plain(&section, "serial", "serial: \"2250-3001\"", problems);
    let certificate = needed(&section, "certificate", "certificate: 17/2026", problems);
    let calibrated = optional_date(&section, "calibrated", problems);
    let due = date(&section, "due", problems);
    in_order(&section, ("calibrated", calibrated), ("due", due), problems);
    Some(Calibrated { name: name?, serial, certificate: certificate?, calibrated, due: due? })
}

fn document(node: &Node, name: &str, problems: &mut Problems) -> Option<Document> {
    let section = Section::open(node, name, &["name", "number", "handed-over"], problems)?;
    let name = needed(&section, "name", "name: as-built drawings", problems);
    let number = plain(&section, "number", "number: PW-12", problems);
    let word = section.text("handed-over", "handed-over: yes", problems);
    let handed_over = choice(&section, "handed-over", word, &["yes", "no"], problems);
    Some(Document { name: name?, number, handed_over: handed_over? == 0 })
}

fn defect(node: &Node, name: &str, signed: Option<Date>, problems: &mut Problems) -> Option<KnownDefect> {
    let keys = ["what", "class", "remove-by", "removed", "scenario"];
    let section = Section::open(node, name, &keys, problems)?;
    let what = needed(&section, "what", "what: scratched housing", problems);
    let word = section.optional_text("class", "class: C", problems);
    let class = choice(&section, "class", word, &Class::NAMES, problems).and_then(|index| Class::ALL.get(index).copied());
    let remove_by = optional_date(&section, "remove-by", problems);
    let removed = optional_date(&section, "removed", problems);
    let scenario = section.optional_text("scenario", "scenario: S02", problems).map(|word| (own(word), word.at));
    if removed.is_none() && remove_by.zip(signed).is_some_and(|(due, signed)| due < signed) {
        let at = section.get("remove-by").map_or(section.at, |node| node.at);
        let path = section.path("remove-by");
        let remedy = (
            "name a day to come, or say when it was removed: removed: 2026-07-03",
            "podaj przyszły dzień albo datę usunięcia: removed: 2026-07-03",
        );
        problems.add(at, both!("{path} lies before protocol.date", "data {path} jest wcześniejsza niż protocol.date"), remedy);
    }
    Some(KnownDefect { what: what?, class, remove_by, removed, scenario })
}

fn trial_run(node: &Node, problems: &mut Problems) -> Option<TrialRun> {
    let keys = ["from", "to", "availability", "calls-without-press", "remarks"];
    let section = Section::open(node, "trial-run", &keys, problems)?;
    let (from, to) = (date(&section, "from", problems), date(&section, "to", problems));
    in_order(&section, ("from", from), ("to", to), problems);
    let availability = plain(&section, "availability", "availability: 99.8 %", problems);
    let calls_without_press = section.optional_number("calls-without-press", (0, 1_000_000), "calls-without-press: 0", problems);
    let remarks = plain(&section, "remarks", "remarks: one restart of the switch", problems);
    Some(TrialRun { from: from?, to: to?, availability, calls_without_press, remarks })
}

fn training(node: &Node, problems: &mut Problems) -> Option<Training> {
    let section = Section::open(node, "training", &["date", "by", "people", "remarks"], problems)?;
    let date = date(&section, "date", problems);
    let by = plain(&section, "by", "by: Anna Nowak", problems);
    let people = section.optional_number("people", (1, 10_000), "people: 12", problems);
    let remarks = plain(&section, "remarks", "remarks: both shifts", problems);
    Some(Training { date: date?, by, people, remarks })
}

fn clause(node: &Node, name: &str, problems: &mut Problems) -> Option<Clause> {
    let section = Section::open(node, name, &["clause", "says", "requirements"], problems)?;
    let clause = needed(&section, "clause", "clause: \"§ 4.2\"", problems);
    let says = plain(&section, "says", "says: the call is answered within 3 s", problems);
    let example = "requirements: [T01, T02]";
    section.need("requirements", example, problems)?;
    let items = section.list("requirements", example, problems)?;
    let path = section.path("requirements");
    let requirements = items.iter().filter_map(|node| requirement(node, &path, problems)).collect();
    Some(Clause { clause: clause?, says, requirements })
}

fn requirement(node: &Node, path: &str, problems: &mut Problems) -> Option<&'static str> {
    let word = yaml::word(node, path, "[T01, T02]", problems)?;
    let known: Vec<&'static str> = Limits::of(Profile::ExistingPole).iter().map(|limit| limit.id).collect();
    let found = known.iter().copied().find(|id| *id == word.text);
    if found.is_none() {
        let text = &word.text;
        let cause = both!("{path}: there is no requirement \"{text}\"", "{path}: nie ma wymagania \"{text}\"");
        // One letter off any of them is near to ten others: a guess would be one in the dark.
        let (first, last) = (known.first().copied().unwrap_or_default(), known.last().copied().unwrap_or_default());
        let remedy = both!(
            "requirements are {first} to {last}; `hejnal steps --figures` shows what each is about",
            "wymagania to {first}–{last}; czego dotyczą, pokazuje `hejnal steps --figures`"
        );
        problems.add(word.at, cause, remedy);
    }
    found
}

/// A clause that stands there twice would count twice.
fn complain_of_doubles(clauses: Option<&Node>, problems: &mut Problems) {
    let Some(Value::List(items)) = clauses.map(|node| &node.value) else { return };
    let mut seen: Vec<&Word> = Vec::new();
    for item in items {
        let Value::Section(entries) = &item.value else { continue };
        let named = entries.iter().find(|(key, _)| key.text == "clause").map(|(_, node)| &node.value);
        let Some(Value::Word(word)) = named else { continue };
        if let Some(first) = seen.iter().find(|known| known.text == word.text) {
            let (text, line) = (&word.text, first.at.line);
            let cause = both!(
                "clause \"{text}\" stands here a second time, first in line {line}",
                "klauzula \"{text}\" występuje tu po raz drugi, pierwszy raz w wierszu {line}"
            );
            problems.add(word.at, cause, ("put its requirements together", "połącz jej wymagania w jednym wpisie"));
        }
        seen.push(word);
    }
}
