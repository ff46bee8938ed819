//! The `limits:` section over the list of requirements T01 to T45: each with its figure, its hard figure, and where
//! they come from.
//!
//! Knows nothing of how a quantity is measured or judged. Every limit is a setting: a contract may override each one in
//! the rig.

use super::post::Profile;
use crate::problem::{Problems, meant_or_listed};
use crate::unit::{self, Bilingual, Estimate, Lang, Unit, both};
use crate::yaml::{Node, Section, Word, write_as};
use std::collections::BTreeMap;

use Mark::{Judgement, Verified};
use Sense::{AtLeast, AtMost, Exactly};
use Unit::{Count, Decibel, DecibelA, Hertz, Ratio, Second};

/// How well the source of a limit is known. A report prints it beside the figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Seen in a public text.
    Verified,
    /// From memory of a standard: to be verified before it enters a contract.
    Memory,
    /// Engineering judgement.
    Judgement,
    /// Written into the rig by whoever answers for it.
    Contract,
}

impl Mark {
    pub const fn text(self) -> &'static str {
        match self {
            Mark::Verified => "[V]",
            Mark::Memory => "[M]",
            Mark::Judgement => "[EJ]",
            Mark::Contract => "[C]",
        }
    }
}

/// On which side of the limit a good figure lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    AtMost,
    AtLeast,
    Exactly,
}

/// One requirement.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// E.g. `T02`.
    pub id: &'static str,
    /// What is measured, in the words of the report.
    pub en: &'static str,
    pub pl: &'static str,
    /// Unit of `limit` and `hard`; always a base unit (a ratio is 0.03, not 3).
    pub unit: Unit,
    pub sense: Sense,
    /// What 95 % of the cases must meet.
    pub limit: f64,
    /// What every single case must meet, where that is another figure.
    pub hard: Option<f64>,
    /// Source with its mark, e.g. `ITU-T G.114 [V]` or `contract 17/2026, 4.2 [C]`.
    pub source: String,
    pub mark: Mark,
}

impl Limit {
    pub const fn what(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Pl => self.pl,
        }
    }
    /// The figure that every single case must meet: the hard limit, or the limit itself where there is no other.
    pub fn ceiling(&self) -> f64 {
        self.hard.unwrap_or(self.limit)
    }
    /// The limit as a figure without uncertainty, for showing.
    pub fn figure(&self) -> Estimate {
        Estimate::new(self.limit, 0.0, self.unit)
    }
}

/// All requirements of a rig, by id.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits(BTreeMap<&'static str, Limit>);

impl Limits {
    /// The requirement with this id, e.g. `T02`.
    pub fn get(&self, id: &str) -> Option<&Limit> {
        self.0.get(id)
    }
    /// All of them, in order of id.
    pub fn iter(&self) -> impl Iterator<Item = &Limit> {
        self.0.values()
    }
}

impl Limits {
    /// What is asked of a post of this profile where the rig does not say otherwise.
    pub fn of(profile: Profile) -> Self {
        let rows = TABLE.iter().chain(if profile == Profile::NewPost { NEW_POST } else { &[] });
        Limits(rows.map(|row| (row.0, row.limit())).collect())
    }
}

/// Id, English, Polish, sense, limit, hard limit, unit, source, mark.
struct Row(&'static str, &'static str, &'static str, Sense, f64, Option<f64>, Unit, &'static str, Mark);

impl Row {
    fn limit(&self) -> Limit {
        let Row(id, en, pl, sense, limit, hard, unit, source, mark) = *self;
        Limit { id, en, pl, unit, sense, limit, hard, source: source.to_string(), mark }
    }
}

/// Reads what the rig overrides. Each entry must say who asks for it: a report prints that beside the figure.
pub(super) fn read(node: Option<&Node>, profile: Profile, problems: &mut Problems) -> Limits {
    let mut limits = Limits::of(profile);
    let Some(section) = node.and_then(|node| Section::open_free(node, "limits", problems)) else { return limits };
    for (id, node) in section.entries() {
        let Some(limit) = limits.0.get_mut(id.text.as_str()) else {
            complain_of_id(id, problems);
            continue;
        };
        if let Some(changed) = read_one(limit, node, problems) {
            *limit = changed;
        }
    }
    limits
}

fn complain_of_id(id: &Word, problems: &mut Problems) {
    let folded = id.text.to_uppercase();
    let known: Vec<&str> = TABLE.iter().map(|row| row.0).filter(|known| *known == folded).collect();
    let remedy = match known.first() {
        Some(_) => meant_or_listed(&id.text, &known, ("ids", "identyfikatory")),
        None => ("ids run from T01 to T45", "dopuszczalne identyfikatory: od T01 do T45").into(),
    };
    problems.add(id.at, both!("unknown limit \"{}\"", "nieznany limit \"{}\"", id.text), remedy);
}

fn read_one(limit: &Limit, node: &Node, problems: &mut Problems) -> Option<Limit> {
    let path = format!("limits.{}", limit.id);
    let section = Section::open(node, &path, &["limit", "hard", "source"], problems)?;
    let example = example_of(limit.unit);
    let soft = section.text("limit", &format!("limit: {example}"), problems);
    let soft = soft.and_then(|word| figure(word, limit, problems));
    let hard_word = section.optional_text("hard", &format!("hard: {example}"), problems);
    let hard = hard_word.and_then(|word| figure(word, limit, problems));
    let source = section.text("source", "source: \"contract 17/2026, 4.2\"", problems);
    let (soft, source) = (soft?, source?);
    if let (Some(hard), Some(word)) = (hard, hard_word) {
        let (fits, wanted) = match limit.sense {
            Sense::AtMost => (hard >= soft, ("not below", "nie niższy niż")),
            Sense::AtLeast => (hard <= soft, ("not above", "nie wyższy niż")),
            Sense::Exactly => (hard == soft, ("equal to", "równy jak")),
        };
        if !fits {
            let (hard, (en, pl)) = (&word.text, wanted);
            let cause = Bilingual::new(
                format!("{path}: the hard limit \"{hard}\" must be {en} the limit, which 95 % of cases meet"),
                format!("{path}: limit bezwzględny \"{hard}\" musi być {pl} limit spełniany w 95 % przypadków"),
            );
            problems.add(
                word.at,
                cause,
                ("swap the two figures, or leave hard: out", "zamień obie wartości miejscami albo usuń hard:"),
            );
            return None;
        }
    }
    let source = format!("{} {}", source.text, Mark::Contract.text());
    Some(Limit { limit: soft, hard, source, mark: Mark::Contract, ..limit.clone() })
}

const fn example_of(unit: Unit) -> &'static str {
    match unit {
        Unit::Second => "2 s",
        Unit::Ratio | Unit::PartsPerMillion => "3 %",
        Unit::Decibel | Unit::DecibelFullScale | Unit::DecibelOverload | Unit::DecibelMilliwatt0 => "10 dB",
        Unit::DecibelSpl => "75 dB SPL",
        Unit::DecibelA => "75 dBA",
        Unit::Hertz => "7 kHz",
        Unit::Count => "1",
    }
}

/// A figure in the unit of the requirement, in its base unit.
fn figure(word: &Word, limit: &Limit, problems: &mut Problems) -> Option<f64> {
    let read = match limit.unit {
        Unit::Second => unit::parse_duration(&word.text).map(|time| time.as_secs_f64()),
        Unit::Ratio | Unit::PartsPerMillion => unit::parse_percent(&word.text),
        Unit::Hertz => unit::parse_frequency(&word.text),
        Unit::Count => unit::parse_number(&word.text),
        Unit::Decibel
        | Unit::DecibelFullScale
        | Unit::DecibelOverload
        | Unit::DecibelMilliwatt0
        | Unit::DecibelSpl
        | Unit::DecibelA => level(word, limit.unit),
    };
    let value = match read {
        Ok(value) => value,
        Err(error) => {
            let error = error.told();
            let cause = Bilingual::new(
                format!("limits.{} ({}): {}", limit.id, limit.en, error.en),
                format!("limits.{} ({}): {}", limit.id, limit.pl, error.pl),
            );
            problems.add(word.at, cause, write_as(example_of(limit.unit)));
            return None;
        }
    };
    if value > 0.0 || (value == 0.0 && limit.unit == Unit::Count) {
        return Some(value);
    }
    let cause = Bilingual::new(
        format!("limits.{} ({}) is \"{}\": it could never be met", limit.id, limit.en, word.text),
        format!("limits.{} ({}) wynosi \"{}\": takiego limitu nie da się spełnić", limit.id, limit.pl, word.text),
    );
    let example = example_of(limit.unit);
    problems.add(word.at, cause, both!("write a positive figure, e.g. {example}", "wpisz wartość dodatnią, np. {example}"));
    None
}

fn level(word: &Word, unit: Unit) -> Result<f64, unit::ParseError> {
    let level = unit::parse_level(&word.text)?;
    if level.unit == unit {
        return Ok(level.value);
    }
    let expected = if unit == Unit::DecibelA {
        ("a sound level in dBA, such as 75 dBA", "poziom dźwięku w dBA, np. 75 dBA")
    } else {
        ("a difference of levels in dB, such as 10 dB", "różnica poziomów w dB, np. 10 dB")
    };
    Err(unit::ParseError { text: word.text.clone(), expected })
}

/// Where a post of its own is held to other figures: it carries its own battery, not the pole's.
#[rustfmt::skip]
const NEW_POST: &[Row] = &[
    Row("T24", "battery hold-up with 15 minutes of speech", "podtrzymanie z akumulatora z 15 minutami rozmowy",
        AtLeast, 14400.0, Some(3600.0), Second, "4 h [EJ]; EN 81-28: 1 h [V]", Judgement),
];

#[rustfmt::skip]
const TABLE: &[Row] = &[
    Row("T01", "press to INVITE leaving the post", "od naciśnięcia do wysłania INVITE",
        AtMost, 0.5, Some(1.0), Second, "[EJ]", Judgement),
    Row("T02", "press to ringing at the operator", "od naciśnięcia do dzwonka u operatora",
        AtMost, 2.0, Some(3.0), Second, "[EJ]; ITU-T E.721: 3 s, 95 %: 6 s [M]", Judgement),
    Row("T03", "press to voice both ways", "od naciśnięcia do głosu w obie strony",
        AtMost, 3.0, Some(5.0), Second, "[EJ]", Judgement),
    Row("T04", "operator's answer to voice both ways", "od odebrania do głosu w obie strony",
        AtMost, 0.5, Some(1.0), Second, "[EJ]", Judgement),
    Row("T05", "press to lamp \"call placed\"", "od naciśnięcia do lampki „wezwano”",
        AtMost, 0.2, Some(0.5), Second, "[EJ]; EN 81-28, EN 62820-2 [V]", Judgement),
    Row("T06", "answer to lamp \"connected\"", "od odebrania do lampki „połączono”",
        AtMost, 0.5, Some(1.0), Second, "[EJ]; EN 81-28 [V]", Judgement),
    Row("T07", "operator's time to answer (reported, not judged)", "czas odebrania przez operatora (podawany, nie oceniany)",
        AtMost, 15.0, Some(20.0), Second, "NENA: 90 %: 15 s, 95 %: 20 s [V]", Verified),
    Row("T08", "no answer to the second operator's ringing", "od braku odpowiedzi do dzwonka u drugiego operatora",
        AtMost, 15.0, Some(20.0), Second, "[EJ], T07", Judgement),
    Row("T09", "main server dead to call at the backup", "od awarii serwera do zgłoszenia na zapasowym",
        AtMost, 5.0, Some(10.0), Second, "[EJ]", Judgement),
    Row("T10", "mouth-to-ear delay", "opóźnienie usta–ucho",
        AtMost, 0.15, Some(0.25), Second, "ITU-T G.114: 150 ms [V]; 250 ms [EJ]", Verified),
    Row("T11", "growth of delay over 30 minutes", "przyrost opóźnienia w ciągu 30 minut",
        AtMost, 0.02, Some(0.05), Second, "[EJ]", Judgement),
    Row("T12", "speech transmission index in street noise", "wskaźnik transmisji mowy w hałasie ulicy",
        AtLeast, 0.5, Some(0.45), Count, "EN 54-16, ISO 7240-19 [V]", Verified),
    Row("T13", "speech level over noise at 1 m", "poziom mowy ponad hałasem w odległości 1 m",
        AtLeast, 10.0, Some(6.0), Decibel, "ENS [V]; ISO 7731 [V]", Verified),
    Row("T14", "street noise in which the post must work", "hałas ulicy, w którym punkt ma działać",
        AtLeast, 75.0, None, DecibelA, "Caltrans: 70–80 dBA [V]", Verified),
    Row("T15", "range of volume", "zakres regulacji głośności",
        AtLeast, 18.0, None, Decibel, "EN 301 549, 8.2.1.1 [V]", Verified),
    Row("T16", "audio bandwidth offered", "oferowane pasmo dźwięku",
        AtLeast, 7000.0, None, Hertz, "EN 301 549, 6.1 [V]", Verified),
    Row("T17", "echo attenuation at the operator", "tłumienie echa u operatora",
        AtLeast, 40.0, Some(30.0), Decibel, "[EJ]; ITU-T P.340 [M]", Judgement),
    Row("T18", "loss of speech quality at 3 % loss and 40 ms jitter", "spadek jakości mowy przy 3 % strat i 40 ms wahań opóźnienia",
        AtMost, 0.1, None, Ratio, "[EJ]", Judgement),
    Row("T19", "cold start to ready for a call", "od zimnego startu do gotowości",
        AtMost, 60.0, Some(120.0), Second, "[EJ]", Judgement),
    Row("T20", "fibre back to ready for a call", "od powrotu światłowodu do gotowości",
        AtMost, 15.0, Some(30.0), Second, "[EJ]", Judgement),
    Row("T21", "gap in speech beyond a glitch of up to 1 s", "przerwa w mowie ponad zanik łącza do 1 s",
        AtMost, 0.3, None, Second, "[EJ]", Judgement),
    Row("T22", "link back to speech again after a cut of 1 to 20 s", "od powrotu łącza do mowy po przerwie 1–20 s",
        AtMost, 5.0, Some(10.0), Second, "[EJ]", Judgement),
    Row("T23", "ready again after a supply dip of 50 to 500 ms", "ponowna gotowość po zapadzie zasilania 50–500 ms",
        AtMost, 60.0, Some(120.0), Second, "[EJ]", Judgement),
    Row("T24", "battery hold-up with 15 minutes of speech", "podtrzymanie z akumulatora z 15 minutami rozmowy",
        AtLeast, 3600.0, None, Second, "EN 81-28: 1 h [V]; 4 h [EJ]", Verified),
    Row("T25", "gap in speech when mains is lost", "przerwa w mowie przy zaniku sieci",
        AtMost, 0.1, None, Second, "[EJ]", Judgement),
    Row("T26", "post offline to fault at the operator", "od utraty łączności do zgłoszenia usterki u operatora",
        AtMost, 60.0, Some(100.0), Second, "Zenitel: 10–90 s [V]; 100 s [M]; EN 50136: 180 s [V]", Verified),
    Row("T27", "repair to fault cleared", "od naprawy do odwołania usterki",
        AtMost, 60.0, Some(120.0), Second, "[EJ]", Judgement),
    Row("T28", "stuck button to fault", "od zablokowania przycisku do zgłoszenia usterki",
        AtMost, 15.0, Some(30.0), Second, "15 s: Ascom [V]", Verified),
    Row("T29", "shortest press that always counts", "najkrótsze naciśnięcie, które zawsze jest przyjmowane",
        AtMost, 0.1, Some(0.15), Second, "Behnke: 10–200 ms [V]; 100 ms [EJ]", Judgement),
    Row("T30", "longest pulse that never counts", "najdłuższy impuls, który nigdy nie wywołuje zgłoszenia",
        AtLeast, 0.01, None, Second, "[EJ]", Judgement),
    Row("T31", "calls from bouncing contacts or ten presses in 10 s", "zgłoszenia z drgań styków lub dziesięciu naciśnięć w 10 s",
        Exactly, 1.0, None, Count, "[EJ]", Judgement),
    Row("T32", "calls without a press in 72 hours", "zgłoszenia bez naciśnięcia w ciągu 72 godzin",
        AtMost, 0.0, None, Count, "[EJ]", Judgement),
    Row("T33", "duplicate cases for one press", "podwójne sprawy z jednego naciśnięcia",
        AtMost, 0.0, None, Count, "[EJ]", Judgement),
    Row("T34", "time between audio self-tests", "odstęp między autotestami dźwięku",
        AtMost, 86400.0, Some(259200.0), Second, "24 h: UK ERT [V]; 72 h: EN 81-28 [V]", Verified),
    Row("T35", "self-test to fault of a broken microphone or loudspeaker", "od autotestu do zgłoszenia usterki mikrofonu lub głośnika",
        AtMost, 900.0, Some(86400.0), Second, "10 min: 2N [V]; 15 min [EJ]", Judgement),
    Row("T36", "error of the clock in the event log", "błąd zegara w dzienniku zdarzeń",
        AtMost, 1.0, Some(5.0), Second, "[EJ]", Judgement),
    Row("T37", "press to camera event", "od naciśnięcia do zdarzenia w monitoringu",
        AtMost, 1.0, Some(2.0), Second, "[EJ]; Łódź [V]", Judgement),
    Row("T38", "press while offline to a sign of failure", "od naciśnięcia bez łączności do sygnału awarii",
        AtMost, 2.0, None, Second, "[EJ]", Judgement),
    Row("T39", "power return to all of 30 posts registered", "od powrotu zasilania do rejestracji 30 punktów",
        AtMost, 120.0, None, Second, "[EJ]", Judgement),
    Row("T40", "audio packets outside a call", "pakiety dźwięku poza rozmową",
        AtMost, 0.0, None, Count, "EN 81-28 [V]; PL [V]", Verified),
    Row("T41", "posts lost by an interrupted flash", "punkty utracone przez przerwane wgrywanie",
        AtMost, 0.0, None, Count, "[EJ]", Judgement),
    Row("T42", "length of call that is not cut", "długość rozmowy, która nie zostaje przerwana",
        AtLeast, 1800.0, None, Second, "7 min [V]", Verified),
    Row("T43", "no operator free to a sign to the caller", "od braku wolnego operatora do sygnału dla wzywającego",
        AtMost, 2.0, None, Second, "[EJ]", Judgement),
    Row("T44", "ringing before a call may be given up", "czas dzwonienia, przed którym nie wolno porzucić zgłoszenia",
        AtLeast, 120.0, None, Second, "[EJ]", Judgement),
    Row("T45", "presses in a row and hours without a restart that fail", "nieobsłużone naciśnięcia z rzędu i godziny pracy bez restartu",
        AtMost, 0.0, None, Count, "[EJ]", Judgement),
];
