//! Whose fault it was: the taxonomy of blame, its exit codes and its place in a JUnit report.
//!
//! Knows nothing of what went wrong in particular: every error type of the bench says here only whom it blames.

use serde::{Deserialize, Serialize};

/// Who has to act. Ordered: the later, the less the run can be trusted, and the worse wins when several occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Blame {
    /// Nobody: the run was stopped by the person or system that started it.
    Nobody,
    /// The post did not meet a requirement, measured beyond the uncertainty.
    Device,
    /// The feature file asks for something that cannot be done or understood.
    Scenario,
    /// An instrument, a cable or the rig's description.
    Bench,
    /// A mistake in hejnal itself.
    Hejnal,
}

impl Blame {
    /// The process exit code (also in README): scripts may rely on these.
    pub const fn exit_code(self) -> u8 {
        match self {
            Blame::Device => exit::DEVICE,
            Blame::Scenario => exit::SCENARIO,
            Blame::Bench => exit::BENCH,
            Blame::Hejnal => exit::HEJNAL,
            Blame::Nobody => exit::STOPPED,
        }
    }
    /// `failure` only where the post is to blame: a dashboard must not count a broken cable as a broken post.
    pub const fn junit_element(self) -> &'static str {
        match self {
            Blame::Device => "failure",
            _ => "error",
        }
    }
}

/// Every exit code hejnal ends with.
pub mod exit {
    /// Everything that was judged met its requirement.
    pub const ACCEPTED: u8 = 0;
    /// At least one requirement was not met by the post.
    pub const DEVICE: u8 = 1;
    /// The command line was not understood (set by the argument parser).
    pub const USAGE: u8 = 2;
    /// The bench could not judge: an instrument failed, or a figure lay closer to its limit than its uncertainty.
    pub const BENCH: u8 = 3;
    /// A feature file or the scenario in it is at fault.
    pub const SCENARIO: u8 = 4;
    /// What a run left behind contradicts itself: a line, a figure, a verdict or a file was changed afterwards.
    pub const EVIDENCE: u8 = 5;
    /// A mistake in hejnal (EX_SOFTWARE of sysexits.h).
    pub const HEJNAL: u8 = 70;
    /// Stopped by Ctrl-C or SIGTERM (128 + SIGINT).
    pub const STOPPED: u8 = 130;
}

/// An error that knows whom it blames.
pub trait Blamed: std::error::Error {
    fn blame(&self) -> Blame;
}
