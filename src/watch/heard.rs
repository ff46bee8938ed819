//! What was heard in talks: voices that were let sound, what arrived of each, and what was heard while nobody spoke.

use super::span::Span;
use crate::instrument::operator::CallId;
use crate::unit::Estimate;

/// A voice that was let sound in a talk, and what arrived of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampled {
    pub at: f64,
    /// The call that it was spoken into, whichever others the operator's end may still take for talks.
    pub call: CallId,
    pub to_operator: bool,
    /// The caller shouts: nearly twice as loud as he speaks otherwise.
    pub is_loud: bool,
    /// `None`: it was not heard at all.
    pub heard: Option<Arrived>,
    /// How much fainter the operator heard his own voice, dB; `None`: not looked for, or the noise there would hide an
    /// echo.
    pub echo_loss: Option<Estimate>,
    /// How loud the caller heard his own voice come back from the post, relative to the operator's there, dB; `None`:
    /// he did not.
    pub comes_back_db: Option<f64>,
}

/// What arrived of a voice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrived {
    /// From mouth to ear.
    pub delay: Estimate,
    /// Looks at which it was expected, and those at which it was not there.
    pub looks: usize,
    pub lost: usize,
    /// Of the lost ones those from the first look on.
    pub swallowed: usize,
    /// Of the others so many in a row.
    pub in_a_row: usize,
    /// Share of its samples that stand at the ceiling.
    pub clipped: f64,
    pub tone: Option<Tone>,
}

/// How a voice sounded that arrived.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tone {
    /// Its level where it was heard, and where it was spoken, dBFS.
    pub level_dbfs: f64,
    pub spoken_dbfs: f64,
    /// What was there without it, dBFS.
    pub noise_dbfs: f64,
    /// Tilt of its spectrum upwards, dB per octave.
    pub tilt: Estimate,
    /// The deepest hole in its band, dB.
    pub hole: Estimate,
    /// The voice over all else that was heard with it in its band, dB.
    pub purity: Estimate,
    /// What was left of its peaks, 1 for all.
    pub peaks: Estimate,
    /// How loud it was heard once more later on, relative to itself, dB.
    pub repeated: Estimate,
}

/// A stretch of a talk in which nobody spoke; both ends were listened to.
#[derive(Debug, Clone, PartialEq)]
pub struct Silence {
    pub span: Span,
    pub at_operator: Vec<Foreign>,
    pub at_caller: Vec<Foreign>,
    /// What the operator heard all through it and no street explains, relative to the caller's voice, dB; `None`: not
    /// known, or nothing of it.
    pub own_noise_db: Option<f64>,
}

/// A sound that stands out of the noise at one end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Foreign {
    pub span: Span,
    /// Relative to the voices at that end, dB.
    pub level_db: f64,
    /// Of a tone; `None` for a burst.
    pub hz: Option<f64>,
}
