//! "0,5 s", "500 ms", "2 sekundy", "-12,5 dBm0": quantities as people write them, in both languages.
//!
//! Knows nothing of phrases or files. A comma and a point are both a decimal mark, never a separator of thousands; a
//! space may separate groups of three digits. What cannot be understood is refused with an example of what can.

use super::expected::{COUNT, DURATION, Expected, FREQUENCY, LEVEL, NUMBER, PERCENT, ParseError};
use super::numeral::{BARE_UNITS, number_word};
use super::{Estimate, Unit};
use std::time::Duration;

/// Longer than any soak, and far within what the bench's clock can hold (2^64 ns are 584 years).
const LONGEST_SECONDS: f64 = 10.0 * 366.0 * 86_400.0;

/// A length of time, never negative. Several parts may follow each other from long to short: `1 min 30 s`.
pub fn parse_duration(text: &str) -> Result<Duration, ParseError> {
    duration(text).ok_or_else(|| refuse(text, DURATION))
}

/// A level or a difference of levels, without uncertainty, in the unit that stands behind it.
pub fn parse_level(text: &str) -> Result<Estimate, ParseError> {
    let level = || {
        let (value, rest) = quantity(text.trim())?;
        let unit = match rest.to_lowercase().as_str() {
            "db" => Unit::Decibel,
            "dbm0" => Unit::DecibelMilliwatt0,
            "dbfs" => Unit::DecibelFullScale,
            "db spl" => Unit::DecibelSpl,
            "dba" | "db(a)" => Unit::DecibelA,
            _ => return None,
        };
        Some(Estimate::new(value, 0.0, unit))
    };
    level().ok_or_else(|| refuse(text, LEVEL))
}

/// How many: digits, or a word up to twelve in any Polish case.
pub fn parse_count(text: &str) -> Result<u64, ParseError> {
    let count = || {
        let text = text.trim();
        if let Some(small) = number_word(text) {
            return Some(small);
        }
        let (digits, rest) = integer_digits(text)?;
        if rest.is_empty() { digits.parse().ok() } else { None }
    };
    count().ok_or_else(|| refuse(text, COUNT))
}

/// A share of a whole. The result is a ratio: `3 %` is 0.03. More than the whole is refused.
pub fn parse_percent(text: &str) -> Result<f64, ParseError> {
    let ratio = || {
        let (value, rest) = quantity(text.trim())?;
        let named = matches!(rest.to_lowercase().as_str(), "%" | "percent" | "per cent" | "procent" | "procenta" | "procenty");
        (named && (0.0..=100.0).contains(&value)).then_some(value / 100.0)
    };
    ratio().ok_or_else(|| refuse(text, PERCENT))
}

/// A frequency in hertz, never negative.
pub fn parse_frequency(text: &str) -> Result<f64, ParseError> {
    let hertz = || {
        let (value, rest) = quantity(text.trim())?;
        let factor = match rest {
            "Hz" => 1.0,
            "kHz" => 1e3,
            _ => return None,
        };
        (value >= 0.0).then_some(value * factor)
    };
    hertz().ok_or_else(|| refuse(text, FREQUENCY))
}

/// A bare number.
pub fn parse_number(text: &str) -> Result<f64, ParseError> {
    let number = || quantity(text.trim()).and_then(|(value, rest)| rest.is_empty().then_some(value));
    number().ok_or_else(|| refuse(text, NUMBER))
}

fn refuse(text: &str, expected: Expected) -> ParseError {
    ParseError { text: text.to_string(), expected }
}

fn duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let (mut seconds, mut previous) = (0.0, f64::INFINITY);
    if rest.is_empty() {
        return None;
    }
    if BARE_UNITS.contains(&rest.to_lowercase().as_str()) {
        return seconds_in(rest).map(Duration::from_secs_f64);
    }
    while !rest.is_empty() {
        let (value, after) = quantity(rest)?;
        let end = after.find(|c: char| c.is_whitespace() || c.is_ascii_digit()).unwrap_or(after.len());
        let (name, tail) = after.split_at(end);
        let unit = seconds_in(name)?;
        // "30 s 1 min" is a slip of the pen, and so is a sign within.
        if unit >= previous || value.is_sign_negative() {
            return None;
        }
        previous = unit;
        seconds += value * unit;
        rest = tail.trim_start();
    }
    if seconds > LONGEST_SECONDS {
        return None;
    }
    Duration::try_from_secs_f64(seconds).ok()
}

/// Seconds in a unit of time, by its symbol or by its name in any form that follows a number.
fn seconds_in(name: &str) -> Option<f64> {
    match name.to_lowercase().as_str() {
        "µs" | "μs" | "us" | "microsecond" | "microseconds" | "mikrosekunda" | "mikrosekundę" | "mikrosekundy"
        | "mikrosekund" => Some(1e-6),
        "ms" | "millisecond" | "milliseconds" | "milisekunda" | "milisekundę" | "milisekundy" | "milisekund"
        | "milisekundach" => Some(1e-3),
        "s" | "sec" | "second" | "seconds" | "sek" | "sek." | "sekunda" | "sekundę" | "sekundy" | "sekund" | "sekundzie"
        | "sekundach" | "sekundami" => Some(1.0),
        "min" | "min." | "minute" | "minutes" | "minuta" | "minutę" | "minuty" | "minut" | "minucie" | "minutach"
        | "minutami" => Some(60.0),
        "h" | "hour" | "hours" | "godz" | "godz." | "godzina" | "godzinę" | "godziny" | "godzin" | "godzinie" | "godzinach"
        | "godzinami" => Some(3600.0),
        "kwadrans" | "kwadranse" | "kwadransów" | "kwadransie" | "kwadransach" => Some(900.0),
        "dobie" | "day" | "days" | "doba" | "dobę" | "doby" | "dób" | "dobach" | "dzień" | "dni" | "dniach" => Some(86_400.0),
        _ => None,
    }
}

/// A number at the beginning, in digits or as a word, and what follows it without the spaces between.
fn quantity(text: &str) -> Option<(f64, &str)> {
    if let Some((word, rest)) = text.split_once(char::is_whitespace) {
        if let Some(value) = number_word(word) {
            return Some((value as f64, rest.trim_start()));
        }
        if matches!(word.to_lowercase().as_str(), "half" | "pół") {
            let rest = rest.trim_start();
            let bare = rest.strip_prefix("a ").or_else(|| rest.strip_prefix("an ")).unwrap_or(rest);
            return Some((0.5, bare.trim_start()));
        }
    }
    let (sign, unsigned) = match text.strip_prefix('-').or_else(|| text.strip_prefix('−')) {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, rest) = integer_digits(unsigned)?;
    let (fraction, rest) = match rest.strip_prefix(['.', ',']) {
        Some(after) => {
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            after.split_at_checked(end).filter(|(digits, _)| !digits.is_empty())?
        }
        None => ("0", rest),
    };
    let value: f64 = format!("{sign}{whole}.{fraction}").parse().ok()?;
    value.is_finite().then_some((value, rest.trim_start()))
}

/// Digits at the beginning; a space (also a no-break one) may separate groups of three. Returns them without spaces,
/// and the rest.
fn integer_digits(text: &str) -> Option<(String, &str)> {
    let first = leading_digits(text);
    let (head, mut rest) = text.split_at_checked(first).filter(|(head, _)| !head.is_empty())?;
    let mut digits = head.to_string();
    while let Some((three, tail)) = group_of_three(rest).filter(|_| first <= 3) {
        digits.push_str(three);
        rest = tail;
    }
    Some((digits, rest))
}

/// A space and exactly three digits.
fn group_of_three(text: &str) -> Option<(&str, &str)> {
    let group = text.strip_prefix([' ', '\u{a0}', '\u{202f}'])?;
    if leading_digits(group) == 3 { group.split_at_checked(3) } else { None }
}

fn leading_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_duration(text: &str, milliseconds: Option<f64>) {
        let found = parse_duration(text).ok();
        assert_eq!(found, milliseconds.map(|ms| Duration::from_secs_f64(ms / 1000.0)), "{text:?}");
    }

    #[test]
    fn durations_in_both_languages() {
        for (text, milliseconds) in [
            ("0,5 s", 500.0),
            ("0.5 s", 500.0),
            ("500 ms", 500.0),
            ("500ms", 500.0),
            ("2 sekundy", 2000.0),
            ("1 sekunda", 1000.0),
            ("jedną sekundę", 1000.0),
            ("pół sekundy", 500.0),
            ("half a second", 500.0),
            ("dwie minuty", 120_000.0),
            ("one minute", 60_000.0),
            ("30 minut", 1_800_000.0),
            ("1 min", 60_000.0),
            ("1 min 30 s", 90_000.0),
            ("1h30min", 5_400_000.0),
            ("72 h", 259_200_000.0),
            ("72 godziny", 259_200_000.0),
            ("1 godzina", 3_600_000.0),
            ("2 minutes", 120_000.0),
            ("150 µs", 0.15),
            ("150 μs", 0.15),
            ("1 000 ms", 1000.0),
            ("1\u{a0}000 ms", 1000.0),
            ("10 S", 10_000.0),
            ("3 dni", 259_200_000.0),
            ("  2 s ", 2000.0),
            ("0 s", 0.0),
        ] {
            check_duration(text, Some(milliseconds));
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        let refused = [
            "",
            "s",
            "5",
            "-1 s",
            "−1 s",
            "-0 s",
            "1.2.3 s",
            "1, s",
            ".5 s",
            "5 seconds and more",
            "30 s 1 min",
            "1 s 1 s",
            "1 min -3 s",
            "five",
            "1e3 s",
            "0x10 s",
            "∞ s",
            "NaN s",
            "99999999 h",
            "10 dB",
            "1 000000 s",
            "two two s",
        ];
        for text in refused {
            check_duration(text, None);
        }
        assert!(parse_duration(&"9".repeat(500)).is_err());
        assert!(parse_duration(&format!("{} s", "9".repeat(500))).is_err());
    }

    #[test]
    fn an_error_says_what_would_be_understood() {
        let error = parse_duration("2 parsecs").expect_err("no unit of time");
        assert_eq!(error.to_string(), "\"2 parsecs\" is not a duration such as 0.5 s, 500 ms, 2 minutes or 72 h");
    }

    fn check_level(text: &str, expected: Option<(f64, Unit)>) {
        assert_eq!(parse_level(text).ok().map(|level| (level.value, level.unit)), expected, "{text:?}");
    }

    #[test]
    fn levels_carry_their_unit() {
        check_level("-12,5 dBm0", Some((-12.5, Unit::DecibelMilliwatt0)));
        check_level("−12.5 dBm0", Some((-12.5, Unit::DecibelMilliwatt0)));
        check_level("75 dBA", Some((75.0, Unit::DecibelA)));
        check_level("75 dB(A)", Some((75.0, Unit::DecibelA)));
        check_level("+10 dB", Some((10.0, Unit::Decibel)));
        check_level("-20dBFS", Some((-20.0, Unit::DecibelFullScale)));
        check_level("0 dB", Some((0.0, Unit::Decibel)));
        for text in ["75", "dB", "--3 dB", "3 dBm", "3 dBx", "75 dBA 3", ""] {
            check_level(text, None);
        }
    }

    fn check_count(text: &str, expected: Option<u64>) {
        assert_eq!(parse_count(text).ok(), expected, "{text:?}");
    }

    #[test]
    fn counts_are_digits_or_words() {
        for (text, count) in [
            ("300", 300),
            ("1 000", 1000),
            ("0", 0),
            ("one", 1),
            ("jedno", 1),
            ("Jeden", 1),
            ("dwa", 2),
            ("dwóch", 2),
            ("trzy", 3),
            ("czterech", 4),
            ("pięć", 5),
            ("TEN", 10),
            ("dziesięciu", 10),
            ("twelve", 12),
            ("dwanaście", 12),
            ("twice", 2),
        ] {
            check_count(text, Some(count));
        }
        for text in ["", "-1", "1.5", "1,000", "thirteen", "1 00", "99999999999999999999", "12 presses"] {
            check_count(text, None);
        }
    }

    #[test]
    fn a_percentage_becomes_a_ratio() {
        for (text, ratio) in
            [("3 %", 0.03), ("3%", 0.03), ("0,5 %", 0.005), ("100 percent", 1.0), ("5 procent", 0.05), ("0 %", 0.0)]
        {
            assert_eq!(parse_percent(text), Ok(ratio), "{text:?}");
        }
        for text in ["3", "101 %", "-1 %", "%", "3 %%", ""] {
            assert!(parse_percent(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn frequencies_and_bare_numbers() {
        assert_eq!(parse_frequency("7 kHz"), Ok(7000.0));
        assert_eq!(parse_frequency("3,4 kHz"), Ok(3400.0));
        assert!(parse_frequency("7 mHz").is_err());
        assert_eq!(parse_number("0,45"), Ok(0.45));
        assert!(parse_number("0,45 x").is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,24}") {
            let _ = (parse_duration(&text), parse_level(&text), parse_count(&text), parse_percent(&text));
            let _ = (parse_frequency(&text), parse_number(&text));
        }

        #[test]
        fn any_whole_milliseconds_are_read_exactly(ms in 0u64..1_000_000_000) {
            proptest::prop_assert_eq!(parse_duration(&format!("{ms} ms")), Ok(Duration::from_millis(ms)));
            let seconds = format!("{},{:03} s", ms / 1000, ms % 1000);
            proptest::prop_assert_eq!(parse_duration(&seconds), Ok(Duration::from_millis(ms)));
        }
    }
}
