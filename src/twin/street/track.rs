//! What was sounded, kept so that it can be heard later: stretches of samples on a sample clock of their own, read at
//! any moment on any other.
//!
//! Knows nothing of loudspeakers, microphones or distances. Reading interpolates between samples, band-limited and
//! without delay of its own.

use crate::dsp::interp::Resampler;
use std::collections::VecDeque;
use std::sync::LazyLock;

/// Stretches that continue one another are joined up to this many samples.
const JOINED: usize = 16_384;
/// Two samples of one clock lie this much of a period off their grid at most.
const SEAM: f64 = 1e-3;
/// Readers slower than the recorded clock by more than this need a low-pass against aliases.
const SAME_RATE: f64 = 1.01;

/// Interpolators for the rates that meet in the twin: a telephone's 8 kHz and a sound card's 48 kHz.
#[derive(Debug)]
pub struct Interpolators {
    unity: &'static Resampler,
    six_to_one: &'static Resampler,
}

/// Their tables are made once: a twin is built for every life.
static UNITY: LazyLock<Resampler> = LazyLock::new(|| Resampler::new(1.0));
static SIX_TO_ONE: LazyLock<Resampler> = LazyLock::new(|| Resampler::new(6.0));

impl Default for Interpolators {
    fn default() -> Self {
        Interpolators { unity: &UNITY, six_to_one: &SIX_TO_ONE }
    }
}

impl Interpolators {
    fn for_step(&self, step: f64) -> &Resampler {
        if step > SAME_RATE { self.six_to_one } else { self.unity }
    }
}

#[derive(Debug)]
struct Stretch {
    /// Seconds, of the first sample.
    first: f64,
    /// Seconds between samples.
    period: f64,
    samples: Vec<f32>,
}

impl Stretch {
    fn end(&self) -> f64 {
        self.first + self.samples.len() as f64 * self.period
    }
}

/// Everything one source has sounded and will sound, in order.
#[derive(Debug, Default)]
pub struct Track {
    stretches: VecDeque<Stretch>,
}

impl Track {
    /// `samples`, the first at `first` seconds, each `period` seconds after the one before. Digital silence is not
    /// kept.
    pub fn push(&mut self, first: f64, period: f64, samples: &[f32]) {
        if samples.iter().all(|&x| x == 0.0) || period <= 0.0 {
            return;
        }
        if let Some(last) = self.stretches.back_mut() {
            let same_clock = last.period == period && (last.end() - first).abs() < SEAM * period;
            if same_clock && last.samples.len() + samples.len() <= JOINED {
                last.samples.extend_from_slice(samples);
                return;
            }
        }
        self.stretches.push_back(Stretch { first, period, samples: samples.to_vec() });
    }

    /// Whatever would sound at `moment` or later will not.
    pub fn cut_from(&mut self, moment: f64) {
        for stretch in &mut self.stretches {
            let keep = ((moment - stretch.first) / stretch.period).ceil().max(0.0) as usize;
            stretch.samples.truncate(keep);
        }
        self.stretches.retain(|s| !s.samples.is_empty());
    }

    /// Forgets what had ended before `moment`.
    pub fn forget_before(&mut self, moment: f64) {
        while self.stretches.front().is_some_and(|s| s.end() < moment) {
            self.stretches.pop_front();
        }
    }

    /// Adds `gain` times what sounded at `first`, `first + period`, … to `out`.
    pub fn add_to(&self, by: &Interpolators, first: f64, period: f64, gain: f32, out: &mut [f32]) {
        let until = first + out.len() as f64 * period;
        let mut scratch = Vec::new();
        for stretch in self.stretches.iter().rev() {
            let step = period / stretch.period;
            let interpolator = by.for_step(step);
            let margin = interpolator.reach() as f64 * stretch.period;
            if stretch.first - margin >= until {
                continue;
            }
            // Stretches are in order: all earlier ones have ended too.
            if stretch.end() + margin * 2.0 <= first {
                break;
            }
            let from = ((stretch.first - margin - first) / period).ceil().max(0.0) as usize;
            let to = (((stretch.end() + margin - first) / period).ceil().max(0.0) as usize).min(out.len());
            let Some(part) = out.get_mut(from..to) else { continue };
            scratch.resize(part.len(), 0.0);
            let start = (first + from as f64 * period - stretch.first) / stretch.period;
            interpolator.block(&stretch.samples, start, step, &mut scratch);
            part.iter_mut().zip(&scratch).for_each(|(sum, x)| *sum += gain * x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    const TONE: f64 = 730.0;

    /// A tone put down in pieces of `piece` samples at 1/`period` and read at another clock: the worst error.
    fn check(period: f64, piece: usize, reading: f64) -> f64 {
        let mut track = Track::default();
        let samples: Vec<f32> = (0..60_000).map(|n| (TAU * TONE * n as f64 * period).sin() as f32).collect();
        for (n, part) in samples.chunks(piece).enumerate() {
            track.push(2.0 + (n * piece) as f64 * period, period, part);
        }
        let (first, mut out) = (2.5 + 1.234e-5, vec![0.0; 4000]);
        track.add_to(&Interpolators::default(), first, reading, 0.5, &mut out);
        let error = |(n, x): (usize, &f32)| {
            let moment = first + n as f64 * reading - 2.0;
            (f64::from(*x) - 0.5 * (TAU * TONE * moment).sin()).abs()
        };
        out.iter().enumerate().map(error).fold(0.0, f64::max)
    }

    #[test]
    fn a_tone_in_pieces_is_read_whole_on_any_clock() {
        for (period, reading) in [(1.0 / 8000.2, 1.0 / 48001.0), (1.0 / 48000.7, 1.0 / 8000.1), (1.0 / 8000.0, 1.0 / 8000.5)] {
            for piece in [160, 480, 60_000] {
                let error = check(period, piece, reading);
                assert!(error < 2e-4, "{period} in {piece}s read at {reading}: {error:.1e}");
            }
        }
    }

    /// The loudest of what is heard between two moments.
    fn peak(track: &Track, from: f64, to: f64) -> f32 {
        let mut out = vec![0.0; ((to - from) * 1000.0) as usize];
        track.add_to(&Interpolators::default(), from, 0.001, 1.0, &mut out);
        out.iter().fold(0f32, |peak, x| peak.max(x.abs()))
    }

    #[test]
    fn what_is_cut_or_forgotten_is_not_heard() {
        let mut track = Track::default();
        track.push(1.0, 0.001, &[1.0; 1000]);
        track.push(5.0, 0.001, &[1.0; 1000]);
        track.cut_from(5.5);
        assert!(peak(&track, 5.6, 9.0) < 1e-3 && peak(&track, 5.3, 5.4) > 0.9 && peak(&track, 1.1, 1.9) > 0.9);
        track.forget_before(3.0);
        assert_eq!(peak(&track, 0.0, 4.0), 0.0);
        track.cut_from(4.0);
        assert_eq!(peak(&track, 0.0, 9.0), 0.0);
    }

    #[test]
    fn silence_costs_nothing() {
        let mut track = Track::default();
        track.push(1.0, 0.001, &[0.0; 1000]);
        assert!(track.stretches.is_empty());
    }
}
