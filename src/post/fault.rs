//! Why a step did not pass: one variant for each party that can be to blame.
//!
//! Knows nothing of cucumber. A [`Shortfall`] comes from `verdict::decide` alone, so nothing else can condemn a post.

use crate::clock::Interrupted;
use crate::fault::{Blame, Blamed};
use crate::instrument::InstrumentError;
use crate::journal::{Ending, Outcome};
use crate::verdict::{Shortfall, Undecided};

/// The scenario asks for something that makes no sense at this point.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct ScenarioError {
    pub cause: String,
    pub remedy: String,
}

/// Why a step did not pass.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Fault {
    #[error(transparent)]
    Device(#[from] Shortfall),
    #[error(transparent)]
    Undecided(#[from] Undecided),
    #[error(transparent)]
    Bench(#[from] InstrumentError),
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

impl Blamed for Fault {
    fn blame(&self) -> Blame {
        match self {
            Fault::Device(shortfall) => shortfall.blame(),
            Fault::Undecided(undecided) => undecided.blame(),
            Fault::Bench(error) => error.blame(),
            Fault::Scenario(_) => Blame::Scenario,
            Fault::Interrupted(Interrupted::Stop) => Blame::Nobody,
            // A bench step that outlasts what it was granted is the bench's or the scenario's doing: a post is judged by figures only.
            Fault::Interrupted(Interrupted::Limit { .. }) => Blame::Bench,
        }
    }
}

impl Fault {
    /// How the journal records a step that ended with this fault.
    pub fn ending(&self) -> Ending {
        let outcome = match self {
            Fault::Undecided(_) => Outcome::Inconclusive,
            Fault::Interrupted(Interrupted::Stop) => Outcome::Skipped,
            _ => Outcome::Failed,
        };
        let remedy = match self {
            Fault::Device(_) => String::new(),
            Fault::Undecided(_) => "measure again with a better instrument, or ask for a wider limit".into(),
            Fault::Bench(error) => error.remedy.clone(),
            Fault::Scenario(error) => error.remedy.clone(),
            Fault::Interrupted(Interrupted::Stop) => "start the run again".into(),
            Fault::Interrupted(Interrupted::Limit { .. }) => "look at the step's last events in the journal".into(),
        };
        Ending { outcome, blame: Some(self.blame()), message: self.to_string(), remedy }
    }
}
