//! Audio in and out, on a sample clock of its own, with the bench clock's relation to it stated.
//!
//! The record is always running: a check asks for a stretch of it afterwards. Knows nothing of what the sounds are for.

use super::{Instrument, Result};
pub use crate::clock::sample_clock::{Frame, Timebase};

/// A socket of the port, as printed on it: 1 is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Jack(pub u8);

pub trait AudioPort: Instrument {
    /// Nominal frames per second.
    fn rate(&self) -> u32;
    /// Queues `samples` (full scale ± 1) on an output; returns the frame at which the first of them leaves the jack. An
    /// earlier stretch still playing on the same output is replaced from that frame on.
    fn play(&mut self, output: Jack, samples: &[f32]) -> Result<Frame>;
    /// The relation of the sample clock to the bench clock as known now.
    fn timebase(&mut self) -> Result<Timebase>;
    /// The recorded stretch `from..to` of an input. An error if part of it has not been recorded yet, or no more.
    fn record(&mut self, input: Jack, from: Frame, to: Frame) -> Result<Vec<f32>>;
}

/// A port that can be fed as it goes, for sound that nobody knows beforehand.
pub trait Feed: AudioPort {
    /// Queues `samples` behind whatever is still to sound on an output; returns the frame at which the first of them
    /// leaves the jack. If that is later than the end of what was fed before, the output has run dry in between.
    fn feed(&mut self, output: Jack, samples: &[f32]) -> Result<Frame>;
}
