//! Figures as a reader of English or Polish expects them: prefix, digits that the uncertainty justifies, decimal comma
//! in Polish.
//!
//! Knows nothing of where a figure is shown.

use super::{Estimate, Lang, Unit};

/// Digits of a figure that has no uncertainty (a limit, a setting): more than anybody writes into one.
const EXACT_DIGITS: i32 = 6;
/// Two digits of uncertainty say as much as is known of it (JCGM 100:2008, 7.2.6).
const UNCERTAINTY_DIGITS: i32 = 2;
/// Below a billionth of the unit shown no instrument of this bench tells anything.
const MOST_DECIMALS: i32 = 9;

impl Estimate {
    /// The estimate in words, e.g. `153.24 ms ± 0.42 ms`, in Polish `153,24 ms ± 0,42 ms`.
    ///
    /// Value and uncertainty share unit and number of decimals. A value that is not a number is shown as `unknown`.
    pub fn show(&self, lang: Lang) -> String {
        if !self.value.is_finite() {
            return unknown(lang).to_string();
        }
        let scale = Scale::of(self, lang);
        let (value, uncertainty) = (self.value / scale.size, self.uncertainty.abs() / scale.size);
        if !value.is_finite() {
            return unknown(lang).to_string();
        }
        if uncertainty == 0.0 {
            return scale.with_unit(trimmed(fixed(value, decimals(value, EXACT_DIGITS))), lang);
        }
        if !uncertainty.is_finite() {
            let value = scale.with_unit(trimmed(fixed(value, decimals(value, EXACT_DIGITS))), lang);
            return format!("{value} ± {}", unknown(lang));
        }
        let places = decimals(uncertainty, UNCERTAINTY_DIGITS);
        let least = 10f64.powi(-places);
        let value = scale.with_unit(fixed(value, places), lang);
        format!("{value} ± {}", scale.with_unit(fixed(uncertainty.max(least), places), lang))
    }
}

impl Estimate {
    /// The value alone, with the decimals that its uncertainty justifies: for figures derived from one that is shown in
    /// full.
    pub fn show_value(&self, lang: Lang) -> String {
        let shown = self.show(lang);
        shown.split(" ± ").next().unwrap_or_default().to_string()
    }
}

const fn unknown(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "unknown",
        Lang::Pl => "nieznane",
    }
}

/// The unit a figure is shown in: its symbol, and how many base units it has.
struct Scale {
    size: f64,
    symbol: &'static str,
}

impl Scale {
    fn of(estimate: &Estimate, lang: Lang) -> Scale {
        let largest = estimate.value.abs().max(if estimate.uncertainty.is_finite() { estimate.uncertainty.abs() } else { 0.0 });
        // Rounded first, so that 0.9999999 s becomes 1 s and not 1000 ms.
        let largest = rounded(largest, decimals(largest, EXACT_DIGITS));
        match estimate.unit {
            Unit::Second => Scale::of_time(largest, estimate.uncertainty == 0.0, lang),
            Unit::Hertz if largest >= 1000.0 => Scale { size: 1e3, symbol: "kHz" },
            Unit::Ratio => Scale { size: 0.01, symbol: "%" },
            unit => Scale { size: 1.0, symbol: unit.symbol() },
        }
    }

    /// Minutes and hours only where they make a figure easier to read: whole ones, or those too long to be thought of
    /// in seconds.
    fn of_time(seconds: f64, exact: bool, lang: Lang) -> Scale {
        let whole = |unit: f64| exact && seconds % unit == 0.0;
        let hour = if lang == Lang::Pl { "godz." } else { "h" };
        if seconds == 0.0 {
            Scale { size: 1.0, symbol: "s" }
        } else if seconds < 1e-3 {
            Scale { size: 1e-6, symbol: "µs" }
        } else if seconds < 1.0 {
            Scale { size: 1e-3, symbol: "ms" }
        } else if seconds >= 36_000.0 || (seconds >= 3600.0 && whole(3600.0)) {
            Scale { size: 3600.0, symbol: hour }
        } else if seconds >= 600.0 || (seconds >= 120.0 && whole(60.0)) {
            Scale { size: 60.0, symbol: "min" }
        } else {
            Scale { size: 1.0, symbol: "s" }
        }
    }

    fn with_unit(&self, figure: String, lang: Lang) -> String {
        let figure = if lang == Lang::Pl { figure.replace('.', ",") } else { figure };
        if self.symbol.is_empty() { figure } else { format!("{figure} {}", self.symbol) }
    }
}

/// How many decimals leave `digits` significant ones; negative where even whole digits say too much.
fn decimals(value: f64, digits: i32) -> i32 {
    let needed = |value: f64| if value == 0.0 { 0 } else { digits - 1 - value.abs().log10().floor() as i32 };
    // Rounding may carry into a further digit: 0.0996 becomes 0.10, not 0.100.
    needed(rounded(value, needed(value))).min(MOST_DECIMALS)
}

fn rounded(value: f64, decimals: i32) -> f64 {
    if decimals >= 0 {
        let step = 10f64.powi(decimals.min(300));
        if step.is_finite() && (value * step).is_finite() { (value * step).round() / step } else { value }
    } else {
        let step = 10f64.powi(-decimals);
        (value / step).round() * step
    }
}

/// Plain digits with so many decimals, never `-0`.
fn fixed(value: f64, decimals: i32) -> String {
    let text = format!("{:.*}", usize::try_from(decimals).unwrap_or(0), rounded(value, decimals));
    match text.strip_prefix('-') {
        Some(digits) if digits.chars().all(|c| c == '0' || c == '.') => digits.to_string(),
        _ => text,
    }
}

/// Without the zeros that end a fraction.
fn trimmed(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

#[cfg(test)]
mod tests {
    use super::super::{parse_duration, parse_level, parse_percent};
    use super::*;
    use proptest::prelude::*;

    fn check(value: f64, uncertainty: f64, unit: Unit, english: &str, polish: &str) {
        let estimate = Estimate::new(value, uncertainty, unit);
        assert_eq!((estimate.show(Lang::En), estimate.show(Lang::Pl)), (english.into(), polish.into()));
    }

    #[test]
    fn time_takes_a_readable_prefix() {
        check(0.000_150, 0.0, Unit::Second, "150 µs", "150 µs");
        check(0.2, 0.0, Unit::Second, "200 ms", "200 ms");
        check(0.0125, 0.0, Unit::Second, "12.5 ms", "12,5 ms");
        check(2.0, 0.0, Unit::Second, "2 s", "2 s");
        check(90.0, 0.0, Unit::Second, "90 s", "90 s");
        check(120.0, 0.0, Unit::Second, "2 min", "2 min");
        check(125.0, 0.0, Unit::Second, "125 s", "125 s");
        check(1800.0, 0.0, Unit::Second, "30 min", "30 min");
        check(259_200.0, 0.0, Unit::Second, "72 h", "72 godz.");
        check(0.0, 0.0, Unit::Second, "0 s", "0 s");
        check(-1.5, 0.0, Unit::Second, "-1.5 s", "-1,5 s");
        check(0.999_999_99, 0.0, Unit::Second, "1 s", "1 s");
    }

    #[test]
    fn uncertainty_has_two_digits_and_the_value_as_many_decimals() {
        check(0.153_238_4, 0.000_42, Unit::Second, "153.24 ms ± 0.42 ms", "153,24 ms ± 0,42 ms");
        check(1.234_567, 0.012_3, Unit::Second, "1.235 s ± 0.012 s", "1,235 s ± 0,012 s");
        check(1.234_567, 0.099_6, Unit::Second, "1.23 s ± 0.10 s", "1,23 s ± 0,10 s");
        check(0.345_678, 0.123_4, Unit::Second, "350 ms ± 120 ms", "350 ms ± 120 ms");
        check(0.000_1, 5.0, Unit::Second, "0.0 s ± 5.0 s", "0,0 s ± 5,0 s");
        check(2.0, 1e-20, Unit::Second, "2.000000000 s ± 0.000000001 s", "2,000000000 s ± 0,000000001 s");
        check(-12.52, 0.31, Unit::DecibelMilliwatt0, "-12.52 dBm0 ± 0.31 dBm0", "-12,52 dBm0 ± 0,31 dBm0");
        check(0.0301, 0.002, Unit::Ratio, "3.01 % ± 0.20 %", "3,01 % ± 0,20 %");
        check(-0.000_01, 0.02, Unit::Decibel, "0.000 dB ± 0.020 dB", "0,000 dB ± 0,020 dB");
    }

    #[test]
    fn a_value_alone_keeps_the_decimals_of_its_uncertainty() {
        let left = Estimate::new(0.085_364_9, 0.000_42, Unit::Second);
        assert_eq!((left.show_value(Lang::En), left.show_value(Lang::Pl)), ("85.36 ms".into(), "85,36 ms".into()));
        assert_eq!(Estimate::seconds(2.0, 0.0).show_value(Lang::En), "2 s");
    }

    #[test]
    fn other_units() {
        check(300.0, 0.0, Unit::Count, "300", "300");
        check(0.45, 0.0, Unit::Count, "0.45", "0,45");
        check(75.0, 0.0, Unit::DecibelA, "75 dBA", "75 dBA");
        check(7000.0, 0.0, Unit::Hertz, "7 kHz", "7 kHz");
        check(440.0, 0.0, Unit::Hertz, "440 Hz", "440 Hz");
        check(-70.0, 0.0, Unit::PartsPerMillion, "-70 ppm", "-70 ppm");
        check(-0.0, 0.0, Unit::Decibel, "0 dB", "0 dB");
    }

    #[test]
    fn what_is_not_a_number_is_called_unknown() {
        check(f64::NAN, 0.1, Unit::Second, "unknown", "nieznane");
        check(f64::INFINITY, 0.0, Unit::Count, "unknown", "nieznane");
        check(2.0, f64::INFINITY, Unit::Second, "2 s ± unknown", "2 s ± nieznane");
        check(2.0, f64::NAN, Unit::Second, "2 s ± unknown", "2 s ± nieznane");
    }

    fn lang() -> impl Strategy<Value = Lang> {
        prop_oneof![Just(Lang::En), Just(Lang::Pl)]
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_read_again(digits in 1u32..100_000, power in -9i32..3, lang in lang()) {
            let seconds = f64::from(digits) * 10f64.powi(power);
            let shown = Estimate::seconds(seconds, 0.0).show(lang);
            let read = parse_duration(&shown).expect("a shown duration").as_secs_f64();
            // The bench's clock counts nanoseconds.
            prop_assert!((read - seconds).abs() <= 0.6e-9 + seconds * 1e-5, "{seconds} shown as {shown} read as {read}");
        }

        #[test]
        fn a_shown_level_can_be_read_again(tenths in -2000i32..2000, lang in lang()) {
            let value = f64::from(tenths) / 10.0;
            for unit in [Unit::Decibel, Unit::DecibelA, Unit::DecibelFullScale, Unit::DecibelMilliwatt0] {
                let read = parse_level(&Estimate::new(value, 0.0, unit).show(lang)).expect("a shown level");
                prop_assert_eq!((read.value, read.unit), (value, unit));
            }
        }

        #[test]
        fn a_shown_percentage_can_be_read_again(permille in 0u32..=1000, lang in lang()) {
            let ratio = f64::from(permille) / 1000.0;
            let read = parse_percent(&Estimate::new(ratio, 0.0, Unit::Ratio).show(lang)).expect("a shown percentage");
            prop_assert!((read - ratio).abs() < 1e-12);
        }

        #[test]
        fn no_figure_makes_it_panic_or_shows_minus_zero(value in proptest::num::f64::ANY, uncertainty in proptest::num::f64::ANY, lang in lang()) {
            for unit in [Unit::Second, Unit::Ratio, Unit::Hertz, Unit::Count] {
                let shown = Estimate::new(value, uncertainty, unit).show(lang);
                let figure = shown.split(' ').next().unwrap_or_default();
                prop_assert!(!figure.starts_with('-') || figure.contains(|c: char| ('1'..='9').contains(&c)), "{}", shown);
            }
        }

        #[test]
        fn the_interval_shown_is_the_interval_meant(value in -1e3f64..1e3, relative in 1e-4f64..1.0) {
            let uncertainty = (value.abs() * relative).max(1e-6);
            let shown = Estimate::new(value, uncertainty, Unit::Decibel).show(Lang::En);
            let figures: Vec<f64> = shown.split(' ').filter_map(|part| part.parse().ok()).collect();
            prop_assert_eq!(figures.len(), 2);
            prop_assert!((figures[1] - uncertainty).abs() <= uncertainty * 0.051, "{}", shown);
            prop_assert!((figures[0] - value).abs() <= uncertainty * 0.051, "{}", shown);
        }
    }
}
