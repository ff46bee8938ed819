//! Bringing a recording onto the clock and start of its reference, so that the two can be compared sample by sample.
//!
//! Knows nothing of what is compared afterwards.

use super::delay::{Delay, Signal, seek_coloured};
use super::fft;
use super::interp;

/// A reference and its recording, sample for sample, and what was found on the way.
#[derive(Debug, Clone)]
pub struct Aligned {
    pub reference: Vec<f32>,
    /// As long as the reference; zero where the recording does not reach. Level and polarity are the recording's own.
    pub capture: Vec<f32>,
    /// Hertz, of both: the lower of the two rates.
    pub rate: f64,
    pub delay: Delay,
}

/// Aligns `capture` to `reference` by the measured delay and clock ratio, also behind a path that colours it. `None`
/// where [`seek_coloured`] finds nothing.
pub fn align(reference: Signal, capture: Signal) -> Option<Aligned> {
    let found = seek_coloured(reference, capture).ok()?;
    Some(lay(reference, capture, found))
}

/// The same where the delay is known.
pub(super) fn lay(reference: Signal, capture: Signal, found: Delay) -> Aligned {
    let rate = reference.rate.min(capture.rate).round();
    let at_rate = |signal: Signal| -> Vec<f32> {
        fft::resample(signal.samples, signal.rate.round() as u32, rate as u32).iter().map(|x| *x as f32).collect()
    };
    let reference_out = at_rate(reference);
    let captured = at_rate(capture);
    let true_rate = |signal: Signal| signal.rate * rate / signal.rate.round();
    let (reference_rate, capture_rate) = (true_rate(reference), true_rate(capture));
    let step = capture_rate / reference_rate * (1.0 + found.ppm * 1e-6);
    let start = found.at(0.0) * capture_rate;
    let mut moved = vec![0.0; reference_out.len()];
    interp::resample_linear_clock(&captured, start, step, &mut moved);
    Aligned { reference: reference_out, capture: moved, rate, delay: found }
}

/// A delay that moves by little while a voice sounds, as where a far end's clock is followed sample by sample, is
/// followed in stretches of so many seconds.
const FOLLOWED_S: f64 = 0.050;
/// By how many samples it may move in all, and the step in which it is looked for, as a part of a sample.
const MOVES_BY: i32 = 2;
const PARTS: i32 = 8;

impl Aligned {
    /// The same with every stretch of the capture laid where it resembles the reference most.
    pub(super) fn followed(&self) -> Aligned {
        let stretch = ((FOLLOWED_S * self.rate) as usize).max(1);
        let sign = self.delay.gain.signum();
        let mut capture = Vec::with_capacity(self.capture.len());
        for (n, reference) in self.reference.chunks(stretch).enumerate() {
            let laid = |moved: i32| {
                let mut laid = vec![0.0; reference.len()];
                let from = (n * stretch) as f64 + f64::from(moved) / f64::from(PARTS);
                interp::resample_linear_clock(&self.capture, from, 1.0, &mut laid);
                laid
            };
            let likeness =
                |laid: &Vec<f32>| sign * reference.iter().zip(laid).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
            let moves = (-MOVES_BY * PARTS..=MOVES_BY * PARTS).map(laid);
            let best = moves.max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
            capture.extend(best.unwrap_or_default());
        }
        Aligned { capture, reference: self.reference.clone(), ..*self }
    }
}

#[cfg(test)]
use super::delay::Budget;

#[cfg(test)]
impl Aligned {
    /// Signals that are known to be aligned, for tests of what is done with them.
    pub fn exact(reference: Vec<f32>, capture: Vec<f32>, rate: f64, gain: f64) -> Aligned {
        let delay = Delay {
            seconds: 0.0,
            t_ref_s: 0.0,
            ppm: 0.0,
            uncertainty: 1e-6,
            ppm_uncertainty: 0.1,
            confidence: 1.0,
            gain,
            snr_db: 40.0,
            budget: Budget::default(),
        };
        Aligned { reference, capture, rate, delay }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stimulus::burst;

    #[test]
    fn the_recording_falls_onto_the_reference() {
        for (from, to) in [(8000u32, 48000u32), (48000, 8000), (16000, 16000)] {
            let reference = burst(3, from, 2.0);
            let played = burst(3, to, 2.0);
            let mut capture = vec![0.0; played.len() + to as usize];
            interp::resample_linear_clock(&played, -0.3 * f64::from(to), 1.0 / (1.0 + 80e-6), &mut capture);
            let capture: Vec<f32> = capture.iter().map(|x| -0.5 * x).collect();
            let aligned = align(Signal::new(&reference, f64::from(from)), Signal::new(&capture, f64::from(to))).unwrap();
            assert_eq!((aligned.reference.len(), aligned.rate), (aligned.capture.len(), f64::from(from.min(to))));
            let worst = aligned.reference.iter().zip(&aligned.capture).fold(0f32, |w, (r, c)| w.max((c + 0.5 * r).abs()));
            assert!(worst < 1e-3, "{from} to {to}: {worst}");
        }
    }
}
