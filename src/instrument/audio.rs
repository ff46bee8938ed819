//! Audio in and out, on a sample clock of its own, with the bench clock's relation to it stated.
//!
//! The record is always running: a check asks for a stretch of it afterwards. Knows nothing of what the sounds are for.

use super::{Instrument, Result};
use crate::clock::Instant;

/// A position on a port's own sample clock: frames since its record began.
pub type Frame = u64;

/// A socket of the port, as printed on it: 1 is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Jack(pub u8);

/// Where a port's sample clock stands against the bench's clock: a fitted line and how far to trust it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timebase {
    /// A frame and the moment at which it was converted (sound at the jack, not data at the driver).
    pub frame: Frame,
    pub at: Instant,
    /// True frames per second of the bench's clock.
    pub frames_per_second: f64,
    /// Expanded uncertainty (k = 2) of a frame's moment, in seconds, for inputs.
    pub input_uncertainty: f64,
    /// The same for outputs; where it depends on what was played, of the stretch played last.
    pub output_uncertainty: f64,
}

impl Timebase {
    /// The bench time of a (fractional) frame position, in seconds since the run began.
    pub fn seconds_of(&self, frame: f64) -> f64 {
        self.at.as_secs_f64() + (frame - self.frame as f64) / self.frames_per_second
    }
    pub fn instant_of(&self, frame: f64) -> Instant {
        Instant::from_secs_f64(self.seconds_of(frame))
    }
    /// The frame position of a moment.
    pub fn frame_of(&self, at: Instant) -> f64 {
        self.frame as f64 + at.seconds_after(self.at) * self.frames_per_second
    }
}

pub trait AudioPort: Instrument {
    /// Nominal frames per second.
    fn rate(&self) -> u32;
    /// Queues `samples` (full scale ± 1) on an output; returns the frame at which the first of them leaves the jack. An earlier stretch still
    /// playing on the same output is replaced from that frame on.
    fn play(&mut self, output: Jack, samples: &[f32]) -> Result<Frame>;
    /// The relation of the sample clock to the bench clock as known now.
    fn timebase(&mut self) -> Result<Timebase>;
    /// The recorded stretch `from..to` of an input. An error if part of it has not been recorded yet, or no more.
    fn record(&mut self, input: Jack, from: Frame, to: Frame) -> Result<Vec<f32>>;
}

/// A port that can be fed as it goes, for sound that nobody knows beforehand.
pub trait Feed: AudioPort {
    /// Queues `samples` behind whatever is still to sound on an output; returns the frame at which the first of them leaves the jack. If that is
    /// later than the end of what was fed before, the output has run dry in between.
    fn feed(&mut self, output: Jack, samples: &[f32]) -> Result<Frame>;
}
