//! What the bench's instruments can do, as small traits: at most six methods each, object-safe, and none of them ever waits.
//!
//! Knows nothing of cucumber, YAML, roles or verdicts, and nothing of which driver or twin stands behind a trait. An instrument can only
//! blame the bench: nothing here can say that a post is bad.

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
pub mod sample_clock;
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
    pub part: Subsystem,
    pub action: String,
    pub cause: String,
    /// What to do, in one sentence for a technician.
    pub remedy: Bilingual,
}

impl InstrumentError {
    pub fn new(
        instrument: impl Into<String>,
        action: impl Into<String>,
        cause: impl std::fmt::Display,
        remedy: impl Into<Bilingual>,
    ) -> Self {
        let (instrument, action, remedy) = (instrument.into(), action.into(), remedy.into());
        InstrumentError { instrument, part: Subsystem::Other, action, cause: cause.to_string(), remedy }
    }
    /// Says which part of the bench it was, unless that has been said nearer to the cause.
    #[must_use]
    pub fn of(self, part: Subsystem) -> Self {
        if self.part == Subsystem::Other { InstrumentError { part, ..self } } else { self }
    }
    /// Puts the name under which the rig knows the instrument before what the instrument calls itself.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        if self.instrument == name {
            self
        } else {
            InstrumentError { instrument: format!("{name} ({})", self.instrument), ..self }
        }
    }
    /// What went wrong. The technical detail stays in English: it is what a search or a manufacturer's support needs.
    pub fn account(&self) -> Bilingual {
        let pl = format!("{}: usterka. Szczegóły: {self}", self.part.name_pl());
        Bilingual::new(self.to_string(), pl)
    }
    /// What to do.
    pub fn advice(&self) -> Bilingual {
        self.remedy.clone()
    }
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
