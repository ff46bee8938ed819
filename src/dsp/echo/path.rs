//! What an echo path does to each frequency, once it is known where it begins: sent and returned sound laid upon each
//! other segment by segment, to the part of a sample, without a filter that would take the band's edge off.

use std::f64::consts::PI;

use crate::delay::{Delay, Signal};
use crate::fft::{self, Complex64};
use crate::response::Spectra;

/// Everything of a telephone's band lies below half of it, hertz.
const RATE: u32 = 8000;

/// What was sent and what was returned, and where the one stands in the other.
pub(super) struct Path {
    sent: Vec<f64>,
    returned: Vec<f64>,
    /// True samples per second of each.
    rates: [f64; 2],
    found: Delay,
}

impl Path {
    pub fn new(sent: Signal, returned: Signal, found: Delay) -> Path {
        let at_rate = |signal: Signal| fft::resample(signal.samples, signal.rate.round() as u32, RATE);
        let rates = [sent, returned].map(|signal| signal.rate * f64::from(RATE) / signal.rate.round());
        Path { sent: at_rate(sent), returned: at_rate(returned), rates, found }
    }

    /// Averaged over the segments of which both ends lie within the recording; `None` for fewer than two.
    pub fn spectra(&self, segment_s: f64) -> Option<Spectra> {
        let length = fft::fast_len((segment_s * f64::from(RATE)) as usize);
        let last = self.sent.len().checked_sub(length)?;
        let window: Vec<f64> = (0..length).map(|i| 0.5 - 0.5 * (2.0 * PI * i as f64 / length as f64).cos()).collect();
        let bins = length / 2 + 1;
        let mut sum = Spectra {
            spacing_hz: self.rates[0] / length as f64,
            segments: 0,
            reference: vec![0.0; bins],
            capture: vec![0.0; bins],
            cross: vec![Complex64::default(); bins],
        };
        for start in (0..=last).step_by(length / 2) {
            // The clocks may differ: each segment is laid by its own middle.
            let middle_s = (start + length / 2) as f64 / self.rates[0];
            let place = (middle_s + self.found.at(middle_s)) * self.rates[1] - (length / 2) as f64;
            let Some(heard) = usize::try_from(place.round() as i64).ok().and_then(|from| self.returned.get(from..from + length))
            else {
                continue;
            };
            let windowed = |x: &[f64]| fft::forward(x.iter().zip(&window).map(|(x, w)| x * w), length);
            let (x, y) = (windowed(&self.sent[start..start + length]), windowed(heard));
            let turn = 2.0 * PI * (place - place.round()) / length as f64;
            for (k, (x, y)) in x.iter().zip(&y).enumerate() {
                sum.reference[k] += x.norm_sqr();
                sum.capture[k] += y.norm_sqr();
                sum.cross[k] += y * x.conj() * Complex64::from_polar(1.0, turn * k as f64);
            }
            sum.segments += 1;
        }
        (sum.segments >= 2).then_some(sum)
    }
}
