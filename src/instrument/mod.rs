//! What the bench's instruments can do, as small traits: at most six methods each, object-safe, and none of them ever
//! waits.
//!
//! Knows nothing of cucumber, YAML, roles or verdicts, and nothing of which driver or twin stands behind a trait. An
//! instrument can only blame the bench: nothing here can say that a post is bad.

pub mod audio;
pub mod cameras;
pub mod console;
pub mod inspector;
pub mod lamp;
pub mod network;
pub mod operator;
pub mod port;
pub mod probe;
pub mod relay;
pub mod services;
mod subsystem;
pub mod supervision;

pub use subsystem::Subsystem;

use crate::fault::{Blame, Blamed};
use crate::unit::Bilingual;

pub type Result<T> = std::result::Result<T, InstrumentError>;

/// What an instrument says it is: for the journal, and to notice that another one was plugged in.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Identity {
    /// E.g. `LCUS-4 relay board`.
    pub model: String,
    /// Serial number or port, whatever tells two of a kind apart.
    pub unit: String,
}

/// An instrument failed: which, at what, why, and what the person at the bench can do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{instrument}: failed to {action}: {cause}")]
pub struct InstrumentError {
    pub instrument: String,
    /// The rig's name for it, once known.
    pub name: Option<String>,
    pub part: Subsystem,
    pub action: String,
    pub cause: Bilingual,
    /// What to do, in one sentence for a technician.
    pub remedy: Bilingual,
}

impl InstrumentError {
    pub fn new(
        instrument: impl Into<String>,
        action: impl Into<String>,
        cause: impl Into<Bilingual>,
        remedy: impl Into<Bilingual>,
    ) -> Self {
        let (instrument, action) = (instrument.into(), action.into());
        InstrumentError { instrument, name: None, part: Subsystem::Other, action, cause: cause.into(), remedy: remedy.into() }
    }
    /// Says which part of the bench it was, unless that has been said nearer to the cause.
    #[must_use]
    pub fn of(self, part: Subsystem) -> Self {
        if self.part == Subsystem::Other { InstrumentError { part, ..self } } else { self }
    }
    /// Puts the name under which the rig knows the instrument before what the instrument calls itself.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        let instrument = match self.instrument {
            own if own == name => own,
            own => format!("{name} ({own})"),
        };
        InstrumentError { instrument, name: Some(name.to_owned()), ..self }
    }
    /// What went wrong. A library's words stay as they are: they are what a search or a manufacturer's support needs.
    pub fn account(&self) -> Bilingual {
        let (part, cause) = (self.part.name_pl(), &self.cause);
        let pl = match &self.name {
            _ if cause.en == cause.pl => format!("{part}: usterka. Szczegóły: {self}"),
            Some(name) => format!("{part} ({name}): {}", with_decimal_commas(&cause.pl)),
            None => format!("{part}: {}", with_decimal_commas(&cause.pl)),
        };
        Bilingual::new(self.to_string(), pl)
    }
    /// What to do.
    pub fn advice(&self) -> Bilingual {
        self.remedy.clone()
    }
}

/// A figure before its unit as Polish writes it; versions and addresses keep their dots.
fn with_decimal_commas(text: &str) -> String {
    const UNITS: [&str; 6] = ["s", "ms", "dB", "Hz", "ppm", "%"];
    let words: Vec<&str> = text.split(' ').collect();
    let written = |(place, word): (usize, &&str)| {
        let is_number = word.trim_start_matches('(').parse::<f64>().is_ok();
        let unit = words.get(place + 1).map(|next| next.trim_end_matches([',', ';', ':', ')']));
        if is_number && unit.is_some_and(|unit| UNITS.contains(&unit)) { word.replace('.', ",") } else { (*word).to_owned() }
    };
    words.iter().enumerate().map(written).collect::<Vec<_>>().join(" ")
}

impl Blamed for InstrumentError {
    fn blame(&self) -> Blame {
        Blame::Bench
    }
}

/// What every instrument can do.
pub trait Instrument: Send {
    fn identify(&mut self) -> Result<Identity>;
    /// Bring whatever this instrument switches or plays to the state that harms nobody. Called at every end of a run.
    fn make_safe(&mut self) -> Result<()>;
}

/// One that a post uses over the network, and that the bench can use as the post does.
pub trait AsksItself: Instrument {
    /// Uses it once, under this number; `false`: there is no way to it from here.
    fn ask_itself(&mut self, number: u16) -> Result<bool>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_technician_reads_the_cause_and_a_librarys_words_stay_as_they_are() {
        let error = |cause: Bilingual| {
            InstrumentError::new("board on ttyUSB0", "answer", cause, ("look", "sprawdź")).of(Subsystem::Inputs)
        };
        let own = error(("it has not answered", "brak odpowiedzi").into());
        assert_eq!(own.account().pl, "moduł wejść: brak odpowiedzi");
        let named = own.named("inputs").account();
        assert_eq!(named.en, "inputs (board on ttyUSB0): failed to answer: it has not answered");
        assert_eq!(named.pl, "moduł wejść (inputs): brak odpowiedzi");
        let figures = error(("late", "wersja 1.4 po 67.7 ms (14.5 s)").into()).account().pl;
        assert_eq!(figures, "moduł wejść: wersja 1.4 po 67,7 ms (14,5 s)");
        let system = error(Bilingual::same("os error 2")).account().pl;
        assert_eq!(system, "moduł wejść: usterka. Szczegóły: board on ttyUSB0: failed to answer: os error 2");
    }
}
