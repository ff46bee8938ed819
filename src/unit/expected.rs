//! What a quantity should have looked like, for whoever wrote something else.

use super::Bilingual;

/// Why a quantity could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.told())]
pub struct ParseError {
    pub text: String,
    /// What would have been understood, with an example, in English and Polish.
    pub expected: (&'static str, &'static str),
}

impl ParseError {
    /// What was written, and what would have been understood.
    pub fn told(&self) -> Bilingual {
        let (en, pl) = self.expected;
        Bilingual::new(format!("{:?} is not {en}", self.text), format!("{:?} to nie jest {pl}", self.text))
    }
}

/// What a kind of quantity is called, with an example, in English and Polish.
pub(super) type Expected = (&'static str, &'static str);

pub(super) const DURATION: Expected =
    ("a duration such as 0.5 s, 500 ms, 2 minutes or 72 h", "czas trwania, np. 0,5 s, 500 ms, 2 minuty albo 72 godziny");
pub(super) const LEVEL: Expected = (
    "a level with its unit, such as -12.5 dBm0, -20 dBFS, 75 dBA or 10 dB",
    "poziom z jednostką, np. -12,5 dBm0, -20 dBFS, 75 dBA albo 10 dB",
);
pub(super) const COUNT: Expected =
    ("a count: digits such as 300, or a word up to twelve", "liczba całkowita: cyfry, np. 300, albo słowo do „dwanaście”");
pub(super) const PERCENT: Expected =
    ("a percentage from 0 to 100 % such as 3 % or 0.5 %", "wartość od 0 do 100 %, np. 3 % albo 0,5 %");
pub(super) const FREQUENCY: Expected = ("a frequency such as 300 Hz or 7 kHz", "częstotliwość, np. 300 Hz albo 7 kHz");
pub(super) const NUMBER: Expected = ("a number such as 0.45 or 0,45", "liczba, np. 0,45");
