//! Figures as people type them.

use hejnal::unit::{parse_count, parse_duration, parse_frequency, parse_level, parse_number, parse_percent};

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (_, _, _) = (parse_count(text), parse_duration(text), parse_level(text));
    for figure in [parse_number(text), parse_percent(text), parse_frequency(text)] {
        assert!(figure.is_err() || figure.is_ok_and(f64::is_finite), "{text:?}");
    }
}
