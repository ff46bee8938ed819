//! What happened, in order: the one event type that lies between running a bench and reporting on it.
//!
//! Terminal, JUnit and every later report are functions of these events and of nothing else. Knows nothing of how they
//! came about.

pub mod audio;
mod harmless;
mod method;
pub mod read;
pub mod seen;
pub mod store;

pub use harmless::harmless_entry;
pub use method::MethodText;

use crate::clock::Instant;
use crate::fault::Blame;
use crate::unit::{Bilingual, Estimate, Lang};
use crate::verdict::{Criterion, Source};
use seen::Observation;
use serde::{Deserialize, Serialize};

/// Version of the journal's format. A reader reads its own format and no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FormatVersion(pub u32);

impl FormatVersion {
    pub const CURRENT: FormatVersion = FormatVersion(5);
    pub fn is_readable(self) -> bool {
        self == FormatVersion::CURRENT
    }
}

/// How a step, scenario or run ended. Ordered: a verdict can only get worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Passed,
    /// Nothing spoke against it, but it did not run (an earlier step ended the scenario, or the run was stopped).
    Skipped,
    /// The figure lay closer to its limit than its uncertainty.
    Inconclusive,
    /// It did not pass; `blame` says whose fault.
    Failed,
}

/// An outcome and, unless it passed, who has to act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    pub outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blame: Option<Blame>,
    /// What went wrong, in one sentence.
    #[serde(default, skip_serializing_if = "Bilingual::is_empty")]
    pub message: Bilingual,
    /// What to do about it, in one sentence for a technician.
    #[serde(default, skip_serializing_if = "Bilingual::is_empty")]
    pub remedy: Bilingual,
}

impl Ending {
    pub fn passed() -> Self {
        Ending { outcome: Outcome::Passed, blame: None, message: Bilingual::default(), remedy: Bilingual::default() }
    }
    /// Did not pass, and whose fault it was.
    pub fn failed(blame: Blame, message: impl Into<Bilingual>, remedy: impl Into<Bilingual>) -> Self {
        Ending { outcome: Outcome::Failed, blame: Some(blame), message: message.into(), remedy: remedy.into() }
    }
    /// The worse of two endings, the earlier one where they are equal. The less a result can be trusted the worse it
    /// is, so the blame decides before the outcome does: a post condemned with a broken instrument is not condemned.
    /// But a figure too close to its limit says nothing against the instruments: whatever was decided beside it stands.
    #[must_use]
    pub fn or_worse(self, other: Ending) -> Ending {
        if other.weight() > self.weight() { other } else { self }
    }
    fn weight(&self) -> impl PartialOrd {
        let is_trusted = self.outcome != Outcome::Inconclusive;
        (is_trusted.then_some(self.blame).flatten(), self.outcome)
    }
    pub fn has_passed(&self) -> bool {
        self.outcome == Outcome::Passed
    }
    /// What the process ends with (see [`crate::fault::exit`]). Something that did not run, with nobody to blame, was
    /// stopped.
    pub fn exit_code(&self) -> u8 {
        match self.blame {
            None if self.has_passed() => crate::fault::exit::ACCEPTED,
            None => crate::fault::exit::STOPPED,
            Some(blame) => blame.exit_code(),
        }
    }
}

/// How the scenarios of a run ended, each once a round: its last attempt counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    pub passed: usize,
    /// The post does not meet a requirement.
    pub failed: usize,
    /// A figure lay too close to its limit.
    pub inconclusive: usize,
    /// Nothing was found out about the post, on account of the bench.
    pub not_judged_bench: usize,
    /// The same, on account of a feature.
    pub not_judged_scenario: usize,
    /// The same, on account of a mistake of ours.
    pub not_judged_hejnal: usize,
    /// Never begun, or stopped on the way.
    pub skipped: usize,
}

impl Tally {
    /// Counts the attempt that decided a scenario.
    pub fn count(&mut self, ending: &Ending) {
        let Tally { passed, failed, inconclusive, not_judged_bench, not_judged_scenario, not_judged_hejnal, skipped } = self;
        *match (ending.outcome, ending.blame) {
            (Outcome::Passed, _) => passed,
            (Outcome::Inconclusive, _) => inconclusive,
            (Outcome::Skipped, _) | (Outcome::Failed, None | Some(Blame::Nobody)) => skipped,
            (Outcome::Failed, Some(Blame::Device)) => failed,
            (Outcome::Failed, Some(Blame::Bench)) => not_judged_bench,
            (Outcome::Failed, Some(Blame::Scenario)) => not_judged_scenario,
            (Outcome::Failed, Some(Blame::Hejnal)) => not_judged_hejnal,
        } += 1;
    }
    pub fn total(&self) -> usize {
        let Tally { passed, failed, inconclusive, not_judged_bench, not_judged_scenario, not_judged_hejnal, skipped } = self;
        passed + failed + inconclusive + not_judged_bench + not_judged_scenario + not_judged_hejnal + skipped
    }
}

/// A figure held against a requirement, kept whether it passed or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// By which machines know the quantity: [`crate::unit::Figure::key`].
    pub key: String,
    /// The quantity as a reader of the report knows it, in both languages.
    pub en: String,
    pub pl: String,
    /// How many observations the figure rests on, where it is one of a series.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub observations: usize,
    pub estimate: Estimate,
    /// `None`: reported, not judged.
    pub criterion: Option<Criterion>,
    /// Where the requirement comes from.
    pub source: Option<Source>,
    /// How the figure was got, and by which norm.
    pub method: MethodText,
    pub outcome: Outcome,
}

const fn yes() -> bool {
    true
}
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_yes(is_so: &bool) -> bool {
    *is_so
}
const fn one() -> usize {
    1
}
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_one(observations: &usize) -> bool {
    *observations == 1
}

impl Measurement {
    /// It was judged by a rule of the standing watch, not by a step.
    pub fn is_of_watch(&self) -> bool {
        self.key.contains(".watch.")
    }
    /// The quantity in a language, with the size of the series where there is one:
    /// `press to INVITE, 95th percentile (n = 300)`.
    pub fn name(&self, lang: Lang) -> String {
        let name = match lang {
            Lang::En => &self.en,
            Lang::Pl => &self.pl,
        };
        if self.observations > 1 { format!("{name} (n = {})", self.observations) } else { name.clone() }
    }
}

/// One thing that was read back while making safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeCheck {
    /// E.g. `button released`, `mains on`, `fibre connected`.
    pub what: Bilingual,
    pub ok: bool,
    /// What was read back, or why it could not be.
    pub detail: Bilingual,
}

/// Everything that can stand in a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// First line of every journal.
    RunBegan {
        format: FormatVersion,
        hejnal: String,
        lang: Lang,
        seed: u64,
        /// The rig is a virtual one: nothing in this run was measured on a post.
        simulated: bool,
        rig: String,
        /// The rig's file as the run found it: whoever repeats a scenario must not get another rig.
        #[serde(default)]
        rig_file: String,
        rig_sha256: String,
        post: PostIdentity,
        planned: usize,
        /// How long that usually takes, in seconds of the post's time; `None` where nobody knows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        takes_s: Option<u64>,
        /// Who started the run, as he says.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        by: String,
    },
    /// The only line that may differ between two runs with the same seed. It stands outside the hash chain.
    WallClock {
        unix_seconds: u64,
    },
    /// A scenario of the features that this run does not make, so that nobody takes it for passed.
    LeftOut {
        id: String,
        name: String,
        why: Bilingual,
    },
    /// What an input sees, so that a reader without the rig knows what its changes mean: it is on while the circuit is
    /// closed or the lamp lit.
    Wired {
        /// As the rig names it: `lamp-placed`, `fibre`.
        role: String,
        instrument: String,
        input: u8,
    },
    InstrumentOpened {
        name: String,
        /// E.g. `LCUS-4 relay board`.
        model: String,
        /// Serial number or port: what tells two of a kind apart.
        unit: String,
    },
    /// A contribution to the uncertainty of what this run measures, with how it was found.
    Budget {
        /// [`crate::unit::Figure::key`].
        key: String,
        what: Bilingual,
        estimate: Estimate,
        method: Bilingual,
    },
    ScenarioBegan {
        id: String,
        name: String,
        feature: String,
        file: String,
        line: usize,
        tags: Vec<String>,
        /// Which repetition of the whole selection this is, from 1.
        round: u32,
        /// Which try within the round, from 1. More than one only where the bench was to blame for the earlier ones.
        attempt: u32,
    },
    StepBegan {
        line: usize,
        keyword: String,
        text: String,
    },
    /// The bench did something to an instrument.
    Did {
        instrument: String,
        action: String,
    },
    /// Something arrived, stamped at its source (which may be earlier than the line's own stamp).
    Seen {
        source: String,
        seen_at_ns: Instant,
        /// How far to trust that moment (k = 2); absent where the source states nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uncertainty_ns: Option<u64>,
        what: Observation,
    },
    /// A remark for the reader: what the bench is about to do or concluded.
    Note {
        text: Bilingual,
    },
    Measured(Measurement),
    /// How many rules of the standing watch had an occasion in the scenario, and how many of them did not hold. Their
    /// figures stand before it, after the last step.
    Watched {
        rules: usize,
        broken: usize,
    },
    /// What this rig cannot show, so that nobody takes it for checked.
    NotWatched {
        /// [`crate::unit::Figure::key`].
        key: String,
        what: Bilingual,
        /// The role or the setting that the rig lacks for it.
        role: String,
    },
    /// What was spoken or heard, as a WAV beside the journal.
    Audio {
        file: String,
        sha256: String,
        what: String,
        /// The run was not to keep it, and its hash is all there is.
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
        kept: bool,
    },
    StepEnded {
        ending: Ending,
    },
    MadeSafe {
        checks: Vec<SafeCheck>,
    },
    ScenarioEnded {
        id: String,
        round: u32,
        attempt: u32,
        ending: Ending,
    },
    /// Last line of a run that reached its end.
    RunEnded {
        ending: Ending,
        tally: Tally,
        exit_code: u8,
    },
}

/// Which post was judged, as the rig names it and as it named itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostIdentity {
    pub identity: String,
    pub place: String,
    pub profile: String,
    pub chip: String,
    pub firmware: String,
    pub firmware_sha256: String,
}

/// An event with its place in the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub n: u64,
    /// On the bench's clock: nanoseconds since the run began.
    pub at: Instant,
    pub event: Event,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_decided_stands_beside_what_could_not_be() {
        let undecided = Ending { outcome: Outcome::Inconclusive, blame: Some(Blame::Bench), ..Ending::passed() };
        let failed = |blame| Ending::failed(blame, ("a", "a"), ("b", "b"));
        let worse = |one: &Ending, two: &Ending| {
            let worse = one.clone().or_worse(two.clone());
            assert_eq!(worse, two.clone().or_worse(one.clone()), "whichever comes first");
            worse
        };
        assert_eq!(worse(&undecided, &Ending::passed()), undecided);
        assert_eq!(worse(&undecided, &failed(Blame::Device)), failed(Blame::Device));
        assert_eq!(worse(&failed(Blame::Bench), &failed(Blame::Device)), failed(Blame::Bench));
    }
}
