//! Numbers in words, and how Polish words agree with a number: `raz`, `dwa razy`; `mija 5 sekund`, `mijają 2 sekundy`.

use super::expected::ParseError;
use super::parse::{parse_count, parse_duration};

/// Words for zero to twelve, English and Polish, the Polish ones in all their cases and genders.
const NUMBER_WORDS: [&[&str]; 13] = [
    &["zero", "zera"],
    &["one", "once", "a", "an", "jeden", "jedna", "jedno", "jednego", "jednej", "jedną", "jednym", "jednemu", "raz"],
    &["two", "twice", "dwa", "dwie", "dwaj", "dwóch", "dwu", "dwom", "dwóm", "dwoma", "dwiema", "dwoje"],
    &["three", "trzy", "trzej", "trzech", "trzem", "trzema", "troje"],
    &["four", "cztery", "czterej", "czterech", "czterem", "czterema", "czworo"],
    &["five", "pięć", "pięciu", "pięcioma", "pięcioro"],
    &["six", "sześć", "sześciu", "sześcioma", "sześcioro"],
    &["seven", "siedem", "siedmiu", "siedmioma", "siedmioro"],
    &["eight", "osiem", "ośmiu", "ośmioma", "ośmioro"],
    &["nine", "dziewięć", "dziewięciu", "dziewięcioma", "dziewięcioro"],
    &["ten", "dziesięć", "dziesięciu", "dziesięcioma", "dziesięcioro"],
    &["eleven", "jedenaście", "jedenastu", "jedenastoma", "jedenaścioro"],
    &["twelve", "dwanaście", "dwunastu", "dwunastoma", "dwanaścioro"],
];

pub(super) fn number_word(text: &str) -> Option<u64> {
    let lower = text.to_lowercase();
    let at = NUMBER_WORDS.iter().position(|forms| forms.contains(&lower.as_str()))?;
    u64::try_from(at).ok()
}

/// All words that may stand for a number before a unit.
pub fn number_words() -> impl Iterator<Item = &'static str> {
    let once = ["once", "twice", "raz"];
    NUMBER_WORDS.iter().flat_map(|forms| forms.iter().copied()).chain(["pół"]).filter(move |word| !once.contains(word))
}

/// Units of time that stand for one of themselves, in the cases that follow `mija`, `na` and `po`.
pub const BARE_UNITS: &[&str] = &[
    "sekunda",
    "sekundę",
    "sekundzie",
    "minuta",
    "minutę",
    "minucie",
    "kwadrans",
    "kwadransie",
    "godzina",
    "godzinę",
    "godzinie",
    "doba",
    "dobę",
    "dobie",
];

/// How often: `5 times`, `once`, `dwa razy`, `raz`. The inner error is the right form of what nobody says (`1 razy`),
/// in quotation marks.
pub fn parse_times(text: &str) -> Result<Result<u64, String>, ParseError> {
    let text = text.trim();
    let Some((number, noun)) = text.rsplit_once(' ') else { return parse_count(text).map(Ok) };
    let count = parse_count(number)?;
    Ok(match (count == 1, noun.to_lowercase().as_str()) {
        (true, "razy") => Err("„raz”".to_string()),
        (true, "times") => Err("“once”".to_string()),
        (false, "raz") => Err(format!("„{number} razy”")),
        (false, "time") => Err(format!("“{number} times”")),
        _ => Ok(count),
    })
}

/// Which form of a verb goes with a quantity in Polish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolishNumber {
    /// `mija minuta`, `mija 5 minut`, `mija pół minuty`.
    OneOrMany,
    /// Two, three and four, also at the end of a greater number, but for twelve, thirteen and fourteen:
    /// `mijają 22 minuty`.
    Few,
}

/// Which form of a noun goes with a number in Polish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolishPlural {
    /// `1 zgłoszenie`.
    One,
    /// `22 zgłoszenia`.
    Few,
    /// `5 zgłoszeń`, `12 zgłoszeń`, `21 zgłoszeń`.
    Many,
}

impl PolishPlural {
    pub fn of(count: u64) -> Self {
        match count {
            1 => PolishPlural::One,
            _ if matches!(count % 10, 2..=4) && !matches!(count % 100, 12..=14) => PolishPlural::Few,
            _ => PolishPlural::Many,
        }
    }
}

/// The number of the first part of a duration whose unit is written out in Polish; `None` behind a symbol, which may be
/// read either way.
pub fn polish_number(duration: &str) -> Option<PolishNumber> {
    let text = duration.trim().to_lowercase();
    if BARE_UNITS.contains(&text.as_str()) {
        return Some(PolishNumber::OneOrMany);
    }
    parse_duration(&text).ok()?;
    let mut words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    let unit = words.find(|word| number_word(word).is_none() && *word != "pół")?;
    if unit.starts_with("minute") || !POLISH_UNITS.iter().any(|stem| unit.starts_with(stem)) {
        return None;
    }
    let number = text.split_once(unit)?.0.trim();
    let Ok(whole) = parse_count(number) else { return Some(PolishNumber::OneOrMany) };
    Some(match PolishPlural::of(whole) {
        PolishPlural::Few => PolishNumber::Few,
        PolishPlural::One | PolishPlural::Many => PolishNumber::OneOrMany,
    })
}

/// Beginnings of Polish units of time, none of them a symbol.
const POLISH_UNITS: [&str; 10] =
    ["mikrosekund", "milisekund", "sekund", "minut", "kwadrans", "godzin", "dob", "dób", "dni", "dzień"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_form_of_a_number_word_means_two_numbers() {
        let mut all: Vec<&str> = NUMBER_WORDS.iter().flat_map(|forms| forms.iter().copied()).collect();
        let before = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), before);
    }

    #[track_caller]
    fn check_times(text: &str, expected: Result<u64, &str>) {
        assert_eq!(parse_times(text), Ok(expected.map_err(str::to_string)), "{text:?}");
    }

    #[test]
    fn how_often_is_said_with_the_right_noun() {
        for (text, count) in [("raz", 1), ("jeden raz", 1), ("dwa razy", 2), ("once", 1), ("twice", 2), ("1 000 razy", 1000)] {
            check_times(text, Ok(count));
        }
        check_times("1 razy", Err("„raz”"));
        check_times("1 times", Err("“once”"));
        check_times("5 raz", Err("„5 razy”"));
        assert!(parse_times("wiele razy").is_err());
    }

    #[track_caller]
    fn check_number(text: &str, expected: Option<PolishNumber>) {
        assert_eq!(polish_number(text), expected, "{text:?}");
    }

    #[test]
    fn a_verb_goes_with_its_number() {
        for text in
            ["minuta", "1 sekunda", "5 sekund", "12 minut", "112 minut", "0,5 sekundy", "pół godziny", "1 minuta 2 sekundy"]
        {
            check_number(text, Some(PolishNumber::OneOrMany));
        }
        for text in ["2 sekundy", "dwie minuty", "104 godziny", "22 dni", "3 kwadranse", "2 minuty 5 sekund"] {
            check_number(text, Some(PolishNumber::Few));
        }
        for text in ["2 s", "5 min", "2 minutes", "2 furlongi", ""] {
            check_number(text, None);
        }
    }
}
