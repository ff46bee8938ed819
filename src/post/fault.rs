//! Why a step did not pass: one variant for each party that can be to blame.
//!
//! Knows nothing of cucumber. A [`Shortfall`] comes from `verdict::decide` alone, so nothing else can condemn a post.

use crate::clock::Interrupted;
use crate::fault::{Blame, Blamed};
use crate::instrument::InstrumentError;
use crate::journal::{Ending, Outcome};
use crate::unit::{Bilingual, Estimate, Lang};
use crate::verdict::{Shortfall, Undecided};

/// The scenario asks for something that makes no sense at this point.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct ScenarioError {
    pub cause: Bilingual,
    pub remedy: Bilingual,
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
            // A bench step that outlasts what it was granted is the bench's or the scenario's doing: a post is judged
            // by figures only.
            Fault::Interrupted(Interrupted::Limit { .. } | Interrupted::Unguarded) => Blame::Bench,
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
        let (message, remedy) = match self {
            Fault::Device(shortfall) => (shortfall.account(), Bilingual::default()),
            Fault::Undecided(undecided) => (undecided.account(), Bilingual::from(MEASURE_BETTER)),
            Fault::Bench(error) => (error.account(), error.advice()),
            Fault::Scenario(error) => (error.cause.clone(), error.remedy.clone()),
            Fault::Interrupted(interrupted) => account_of(*interrupted),
        };
        Ending { outcome, blame: Some(self.blame()), message, remedy }
    }
}

const MEASURE_BETTER: (&str, &str) = (
    "measure again with a better instrument, or ask for a wider limit",
    "zmierz ponownie dokładniejszym przyrządem albo uzgodnij szerszy limit",
);

/// What was interrupted, and what to do.
fn account_of(interrupted: Interrupted) -> (Bilingual, Bilingual) {
    let (pl, remedy) = match interrupted {
        Interrupted::Stop => {
            let remedy = ("start the run again", "uruchom przebieg ponownie");
            ("przebieg zatrzymała osoba lub system, który go uruchomił".to_string(), remedy)
        }
        Interrupted::Unguarded => {
            let remedy = (
                "see what has ended the guard's process, e.g. in the system's log, then start the run again",
                "sprawdź, np. w dzienniku systemu, co zakończyło proces strażnika, i uruchom przebieg ponownie",
            );
            ("proces strażnika przebiegu zakończył się, a bez niego nie wolno niczego przełączać".to_string(), remedy)
        }
        Interrupted::Limit { limit } => {
            let remedy = ("look at the step's last events in the journal", "sprawdź w dzienniku ostatnie zdarzenia tego kroku");
            let limit = Estimate::seconds(limit.as_secs_f64(), 0.0).show(Lang::Pl);
            (format!("wyczerpano czas przewidziany na ten krok: {limit}"), remedy)
        }
    };
    (Bilingual::new(interrupted.to_string(), pl), Bilingual::from(remedy))
}
