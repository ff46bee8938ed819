//! Sounds through paths whose truth is known: delay, clock, gain, noise, another arrival, a slip, a small loudspeaker.
//!
//! Knows nothing of what is measured.

use crate::dsp::filter::Biquad;
use crate::dsp::interp;
use crate::dsp::stimulus::Random;

/// A path that delays, on another clock, with white noise.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path {
    pub rate: f64,
    /// Capture time of the reference's first sample, seconds.
    pub delay_s: f64,
    pub ppm: f64,
    pub gain: f64,
    pub snr_db: f64,
}

impl Path {
    /// Of a trial: 50 to 300 ms late, clocks 120 ppm apart at most, half of them inverting, noise 0 to 40 dB below.
    pub fn drawn(random: &mut Random, rate: f64) -> Path {
        let gain = 0.1 + 0.8 * random.uniform();
        Path {
            rate,
            delay_s: 0.05 + 0.25 * random.uniform(),
            ppm: 240.0 * (random.uniform() - 0.5),
            gain: if random.uniform() < 0.5 { -gain } else { gain },
            snr_db: 40.0 * random.uniform(),
        }
    }

    /// The delay at a moment of the reference.
    pub fn delay_at(&self, t: f64) -> f64 {
        self.delay_s + t * self.ppm * 1e-6
    }

    /// What is recorded, without noise; half a second more than the sound takes.
    pub fn clean(&self, sound: &[f32]) -> Vec<f32> {
        let stretch = 1.0 + self.ppm * 1e-6;
        let mut heard = vec![0.0; sound.len() + ((self.delay_s + 0.5) * self.rate) as usize];
        interp::resample_linear_clock(sound, -self.delay_s * self.rate / stretch, 1.0 / stretch, &mut heard);
        heard.iter_mut().for_each(|x| *x *= self.gain as f32);
        heard
    }

    pub fn heard(&self, sound: &[f32], random: &mut Random) -> Vec<f32> {
        let mut heard = self.clean(sound);
        add_noise(&mut heard, power(sound) * self.gain * self.gain, self.snr_db, random);
        heard
    }
}

/// Mean square.
pub(super) fn power(samples: &[f32]) -> f64 {
    samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / samples.len().max(1) as f64
}

/// White noise so far below a power.
pub(super) fn add_noise(samples: &mut [f32], power: f64, snr_db: f64, random: &mut Random) {
    let sigma = (power * 10f64.powf(-snr_db / 10.0)).sqrt();
    samples.iter_mut().for_each(|x| *x += (sigma * random.gaussian()) as f32);
}

/// Through a chain of filters.
pub(super) fn filtered(samples: &[f32], sections: &[Biquad]) -> Vec<f32> {
    let mut running = sections.to_vec();
    samples.iter().map(|x| running.iter_mut().fold(f64::from(*x), |x, section| section.step(x)) as f32).collect()
}

/// Moved later by whole samples, with room behind.
pub(super) fn later(samples: &[f32], by: usize, room: usize) -> Vec<f32> {
    [&vec![0.0; by], samples, &vec![0.0; room]].concat()
}

/// One sound upon another, as long as the longer.
pub(super) fn sum(one: &[f32], other: &[f32]) -> Vec<f32> {
    let at = |x: &[f32], n: usize| x.get(n).copied().unwrap_or(0.0);
    (0..one.len().max(other.len())).map(|n| at(one, n) + at(other, n)).collect()
}
