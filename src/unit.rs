//! Quantities as people write and read them: units, an estimate with its uncertainty, and the parsing of "0,5 s" or "2
//! sekundy".
//!
//! Knows nothing of instruments, posts or verdicts.

mod bilingual;
mod date;
mod emergency;
mod expected;
mod figure;
mod harmless;
mod method;
mod numeral;
mod parse;
mod quantity;
mod show;

pub use bilingual::Bilingual;
pub(crate) use bilingual::both;
pub use date::{Date, Utc};
pub use emergency::is_emergency;
pub use expected::ParseError;
pub use figure::Figure;
pub use harmless::{harmless, is_harmless};
pub use method::Method;
pub use numeral::{BARE_UNITS, PolishNumber, PolishPlural, number_words, parse_times, polish_number};
pub use parse::{parse_count, parse_duration, parse_frequency, parse_level, parse_number, parse_percent};
pub use quantity::{Form, Quantity};

use std::fmt;

/// The language of phrases, features and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    #[default]
    En,
    Pl,
}

impl Lang {
    /// As it is typed, and as folders of features are named.
    pub const fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Pl => "pl",
        }
    }
}

/// The unit of a figure. Values are always held in the base unit named here; showing picks a readable prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Unit {
    /// Seconds.
    #[serde(rename = "s")]
    Second,
    /// A plain count.
    #[serde(rename = "1")]
    Count,
    /// A ratio, shown in percent.
    #[serde(rename = "ratio")]
    Ratio,
    /// A level difference or gain.
    #[serde(rename = "dB")]
    Decibel,
    /// Level relative to digital full scale.
    #[serde(rename = "dBFS")]
    DecibelFullScale,
    /// Level relative to the overload point, a square wave at digital full scale (ITU-T G.100.1).
    #[serde(rename = "dBov")]
    DecibelOverload,
    /// Level relative to the reference point of a telephone channel (ITU-T G.711).
    #[serde(rename = "dBm0")]
    DecibelMilliwatt0,
    /// Sound pressure level re 20 µPa, not weighted.
    #[serde(rename = "dB SPL")]
    DecibelSpl,
    /// Sound pressure level re 20 µPa, A-weighted.
    #[serde(rename = "dBA")]
    DecibelA,
    /// Clock ratio deviation, parts per million.
    #[serde(rename = "ppm")]
    PartsPerMillion,
    /// Frequency or bandwidth.
    #[serde(rename = "Hz")]
    Hertz,
}

impl Unit {
    /// The symbol of the base unit; empty for a count.
    pub fn symbol(self) -> &'static str {
        match self {
            Unit::Second => "s",
            Unit::Count => "",
            Unit::Ratio => "%",
            Unit::Decibel => "dB",
            Unit::DecibelFullScale => "dBFS",
            Unit::DecibelOverload => "dBov",
            Unit::DecibelMilliwatt0 => "dBm0",
            Unit::DecibelSpl => "dB SPL",
            Unit::DecibelA => "dBA",
            Unit::PartsPerMillion => "ppm",
            Unit::Hertz => "Hz",
        }
    }
}

/// A measured value with its expanded uncertainty (coverage factor 2, about 95 %; JCGM 100:2008, 6.2.1).
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Estimate {
    #[serde(deserialize_with = "null_is_nan")]
    pub value: f64,
    /// Half-width of the 95 % interval, never negative. Zero for a count.
    #[serde(deserialize_with = "null_is_nan")]
    pub uncertainty: f64,
    pub unit: Unit,
}

impl Estimate {
    pub fn seconds(value: f64, uncertainty: f64) -> Self {
        Estimate { value, uncertainty: uncertainty.abs(), unit: Unit::Second }
    }
    /// A count has no uncertainty.
    pub fn count(value: usize) -> Self {
        Estimate { value: value as f64, uncertainty: 0.0, unit: Unit::Count }
    }
    pub fn new(value: f64, uncertainty: f64, unit: Unit) -> Self {
        Estimate { value, uncertainty: uncertainty.abs(), unit }
    }
}

/// JSON has no word for what is not a number and writes `null`; such a figure must come back as what it was.
fn null_is_nan<'de, D: serde::Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(<Option<f64> as serde::Deserialize>::deserialize(from)?.unwrap_or(f64::NAN))
}

/// Root sum of squares: independent contributions to one uncertainty (JCGM 100:2008, 5.1.2).
pub fn combine(parts: &[f64]) -> f64 {
    parts.iter().map(|u| u * u).sum::<f64>().sqrt()
}

/// Expanded uncertainty (k = 2) of something known only to lie within ± `half_width` (rectangular, JCGM 100:2008,
/// 4.3.7).
pub fn rectangular(half_width: f64) -> f64 {
    2.0 * half_width.abs() / 3f64.sqrt()
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.show(Lang::En))
    }
}
