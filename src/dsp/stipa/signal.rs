//! The STIPA test signal.

use std::f64::consts::PI;

use super::{BANDS_HZ, MODULATIONS_HZ, SOURCE_DEPTH, SPEECH_LEVELS_DB};
use crate::dsp::fft::{self, Complex64};
use crate::dsp::stimulus::{Random, grid_len, render};

/// STIPA test signal: half-octave bands of pink noise at the levels of male speech, each with two modulations of its intensity in opposite phase
/// (IEC 60268-16:2020, annex B). At rates below 22.05 kHz the highest bands are missing.
pub fn test_signal(seed: u64, rate_hz: u32, seconds: f64) -> Vec<f32> {
    const RATE: u32 = 48_000;
    let length = grid_len(seconds, RATE);
    let mut random = Random::new(seed);
    let mut sum = vec![0.0; length];
    for k in 0..BANDS_HZ.len() {
        let carrier = half_octave(&mut random, BANDS_HZ[k], length, f64::from(RATE));
        let level = 10f64.powf(SPEECH_LEVELS_DB[k] / 20.0);
        for (i, (slot, x)) in sum.iter_mut().zip(&carrier).enumerate() {
            *slot += level * x * modulation(MODULATIONS_HZ[k], i as f64 / f64::from(RATE));
        }
    }
    let bins = fft::forward(sum, length);
    render(&bins, length, RATE, rate_hz, seconds)
}

/// Amplitude factor whose square carries both modulations.
pub(super) fn modulation([slow, fast]: [f64; 2], time: f64) -> f64 {
    (0.5 * (1.0 + SOURCE_DEPTH * ((2.0 * PI * slow * time).sin() - (2.0 * PI * fast * time).sin()))).max(0.0).sqrt()
}

/// Pink noise half an octave wide, RMS 1.
fn half_octave(random: &mut Random, centre: f64, length: usize, rate: f64) -> Vec<f64> {
    let edge = 2f64.powf(0.25);
    let bin = |hz: f64| (hz * length as f64 / rate) as usize;
    let mut bins = vec![Complex64::default(); length / 2 + 1];
    for (k, slot) in bins.iter_mut().enumerate().take(bin(centre * edge) + 1).skip(bin(centre / edge)) {
        // Constant amplitude with random phase has a steadier level than Gaussian bins, and is as noise-like.
        *slot = Complex64::from_polar(1.0 / (k.max(1) as f64).sqrt(), 2.0 * PI * random.uniform());
    }
    let samples = fft::inverse(bins, length);
    let rms = (samples.iter().map(|x| x * x).sum::<f64>() / length as f64).sqrt().max(1e-300);
    samples.iter().map(|x| x / rms).collect()
}
