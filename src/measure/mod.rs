//! What a metrologist signs: how each figure is got and by which norm, what a codec allows at best, and a measurement's
//! result with its uncertainties, in words and under stable keys.

pub mod accuracy;
mod calibration;
pub mod codec_ceiling;
pub mod measurement;
pub mod method;
pub mod press;
mod reader;
mod spectrum_plot;
pub mod stated;

use crate::dsp::delay::Signal;
use crate::wav::Recording;
pub use calibration::Calibration;
pub use measurement::{Failure, Finding};
pub use reader::WavSource;
pub use spectrum_plot::spectrum_plot;

/// A recording as `dsp` takes it.
pub fn signal(recording: &Recording) -> Signal<'_> {
    Signal::new(&recording.samples, f64::from(recording.rate))
}
