//! The way of sound between the card's converters and the air: plugs, leads, mouth and ear. Each fault of it is a path
//! around the sound one.
//!
//! Knows samples, frames and seconds, nothing of who plays what.

use crate::instrument::audio::{Frame, Jack};
use crate::twin::street::air::Air;
use std::fmt::Debug;

/// Nominal frames per second.
pub const RATE: u32 = 48_000;
/// Frames per period: the driver reports once a period.
pub const PERIOD: u32 = 480;

/// Why a recording cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoRecord {
    #[error("the stretch has not been recorded to its end yet")]
    NotYet,
    #[error("the stretch is longer ago than the record reaches")]
    NoMore,
    #[error("the stretch ends before it begins")]
    Backwards,
    #[error("the card has no such jack")]
    NoJack,
}

/// An input of the card as far as the path beyond it is concerned.
pub(in crate::twin) trait Recording {
    /// When the sound of a frame was at the jack, of a card that is so many frames late.
    fn seconds(&self, frame: Frame, late: u64) -> f64;
    /// What its converter has made of what was at the jack.
    fn samples(&self, from: Frame, to: Frame, late: u64) -> Result<Vec<f32>, NoRecord>;
}

/// What is not said of a path here is as in the path that it is around.
pub(in crate::twin) trait SoundPath: Debug + Send {
    fn inner(&self) -> &dyn SoundPath;
    /// Where what is to be played on an output from `first` seconds on comes out.
    fn output(&self, output: Jack, first: f64) -> Jack {
        self.inner().output(output, first)
    }
    /// The mouth's lead is given samples, the first at `first` seconds.
    fn mouth(&self, air: &mut Air, first: f64, period: f64, samples: Vec<f32>) {
        self.inner().mouth(air, first, period, samples);
    }
    /// What the ear's lead gives at `first` seconds, `first + period`, …
    fn ear(&self, air: &Air, first: f64, period: f64, out: &mut [f32]) {
        self.inner().ear(air, first, period, out);
    }
    /// What the card has recorded of a stretch of an input, everything so many frames late.
    fn recorded(&self, input: &dyn Recording, from: Frame, to: Frame, late: u64) -> Result<Vec<f32>, NoRecord> {
        self.inner().recorded(input, from, to, late)
    }
}

/// All in order.
#[derive(Debug)]
pub(in crate::twin) struct Sound;

impl SoundPath for Sound {
    fn inner(&self) -> &dyn SoundPath {
        self
    }
    fn output(&self, output: Jack, _: f64) -> Jack {
        output
    }
    fn mouth(&self, air: &mut Air, first: f64, period: f64, samples: Vec<f32>) {
        air.from_mouth(first, period, &samples);
    }
    fn ear(&self, air: &Air, first: f64, period: f64, out: &mut [f32]) {
        air.at_ear(first, period, out);
    }
    fn recorded(&self, input: &dyn Recording, from: Frame, to: Frame, late: u64) -> Result<Vec<f32>, NoRecord> {
        input.samples(from, to, late)
    }
}

pub(in crate::twin) type Path = Box<dyn SoundPath>;

/// What an amplifier, a lead or a converter makes of samples of which the first sounds at `first` seconds.
pub(in crate::twin) type Effect = fn(first: f64, period: f64, samples: &mut [f32]);

/// A mouth's lead with something in it, from a moment on.
#[derive(Debug)]
pub(in crate::twin) struct MouthSpoiled(pub Path, pub f64, pub Effect);

impl SoundPath for MouthSpoiled {
    fn inner(&self) -> &dyn SoundPath {
        &*self.0
    }
    fn mouth(&self, air: &mut Air, first: f64, period: f64, mut samples: Vec<f32>) {
        if first > self.1 {
            (self.2)(first, period, &mut samples);
        }
        self.0.mouth(air, first, period, samples);
    }
}

/// The same of an ear's.
#[derive(Debug)]
pub(in crate::twin) struct EarSpoiled(pub Path, pub f64, pub Effect);

impl SoundPath for EarSpoiled {
    fn inner(&self) -> &dyn SoundPath {
        &*self.0
    }
    fn ear(&self, air: &Air, first: f64, period: f64, out: &mut [f32]) {
        self.0.ear(air, first, period, out);
        if first > self.1 {
            (self.2)(first, period, out);
        }
    }
}

/// Amplifiers that reckon: so many seconds of the mouth's and of the ear's.
#[derive(Debug)]
pub(in crate::twin) struct Reckoning(pub Path, pub f64, pub f64);

impl SoundPath for Reckoning {
    fn inner(&self) -> &dyn SoundPath {
        &*self.0
    }
    fn mouth(&self, air: &mut Air, first: f64, period: f64, samples: Vec<f32>) {
        self.0.mouth(air, first + self.1, period, samples);
    }
    fn ear(&self, air: &Air, first: f64, period: f64, out: &mut [f32]) {
        self.0.ear(air, first - self.2, period, out);
    }
}

/// The plugs of the first two outputs are the wrong way round, from a moment on.
#[derive(Debug)]
pub(in crate::twin) struct OutputsExchanged(pub Path, pub f64);

impl SoundPath for OutputsExchanged {
    fn inner(&self) -> &dyn SoundPath {
        &*self.0
    }
    fn output(&self, output: Jack, first: f64) -> Jack {
        let output = self.0.output(output, first);
        if first > self.1 && output.0 <= 2 { Jack(3 - output.0) } else { output }
    }
}

/// A card that loses a period at one moment and finds one at another: by how many all is late at `seconds`.
#[derive(Debug)]
pub(in crate::twin) struct Slipping(pub Path, pub fn(seconds: f64) -> u64);

impl SoundPath for Slipping {
    fn inner(&self) -> &dyn SoundPath {
        &*self.0
    }
    /// A slip falls on a whole second of frames.
    fn recorded(&self, input: &dyn Recording, from: Frame, to: Frame, late: u64) -> Result<Vec<f32>, NoRecord> {
        if from >= to {
            return self.0.recorded(input, from, to, late);
        }
        let second = u64::from(RATE);
        let (mut out, mut first) = (Vec::new(), from);
        while first < to {
            let end = (first + second - first % second).min(to);
            let slipped = (self.1)(first as f64 / f64::from(RATE)) * u64::from(PERIOD);
            out.extend(self.0.recorded(input, first, end, late + slipped)?);
            first = end;
        }
        Ok(out)
    }
}

/// A card that, from a moment on, does not record the first frames of every second.
#[derive(Debug)]
pub(in crate::twin) struct Holed(pub Path, pub f64, pub u64);

impl SoundPath for Holed {
    fn inner(&self) -> &dyn SoundPath {
        &*self.0
    }
    fn recorded(&self, input: &dyn Recording, from: Frame, to: Frame, late: u64) -> Result<Vec<f32>, NoRecord> {
        let mut out = self.0.recorded(input, from, to, late)?;
        if input.seconds(from, late) > self.1 {
            out.iter_mut().zip(from..).filter(|(_, frame)| frame % u64::from(RATE) < self.2).for_each(|(x, _)| *x = 0.0);
        }
        Ok(out)
    }
}
