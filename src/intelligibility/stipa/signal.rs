//! The STIPA test signal.

use std::f64::consts::PI;

use super::{BANDS_HZ, MODULATIONS_HZ, SOURCE_DEPTH, SPEECH_LEVELS_DB};
use hejnal_dsp::fft::{self, Complex64};
use hejnal_dsp::stimulus::{Random, grid_len, render};

/// STIPA test signal: half-octave bands of pink noise at the levels of male speech, each with two modulations of its
/// intensity in opposite phase (IEC 60268-16:2020, annex B). At rates below 22.05 kHz the highest bands are missing.
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

/// Pink noise half an octave wide, RMS 1, whose level is steady: what the noise itself fluctuates at the speed of the
/// modulations is taken out of it, because an analyser cannot tell it from them.
fn half_octave(random: &mut Random, centre: f64, length: usize, rate: f64) -> Vec<f64> {
    let edge = 2f64.powf(0.25);
    let bin = |hz: f64| (hz * length as f64 / rate) as usize;
    let (first, last) = (bin(centre / edge), bin(centre * edge));
    // Constant amplitude with random phase has a steadier level than Gaussian bins, and is as noise-like.
    let band: Vec<Complex64> =
        (first..=last).map(|k| Complex64::from_polar(1.0 / (k.max(1) as f64).sqrt(), 2.0 * PI * random.uniform())).collect();
    let band = steadied(band, (STEADY_HZ * length as f64 / rate) as usize);
    let mut bins = vec![Complex64::default(); first];
    bins.extend(band);
    let samples = fft::inverse(bins, length);
    let rms = (samples.iter().map(|x| x * x).sum::<f64>() / length as f64).sqrt().max(1e-300);
    samples.iter().map(|x| x / rms).collect()
}

/// Fluctuations up to here are taken out of the carriers, hertz: above the fastest modulation.
const STEADY_HZ: f64 = 30.0;

/// The noise with these neighbouring bins, divided again and again by its own slow envelope and brought back into its
/// band (after Pumplin 1985 and Kohlrausch et al. 1997, who make the whole envelope flat; here the fast part is left as
/// it is).
fn steadied(band: Vec<Complex64>, slow: usize) -> Vec<Complex64> {
    const ROUNDS: usize = 8;
    // Moved down in frequency the envelope is the same, and there are far fewer samples. Twice the lowest frequency
    // stays above what is slow.
    let first = slow + 1;
    let slow = slow.min(band.len() / 2);
    let length = fft::fast_len(5 * (first + band.len()) / 2);
    let mut spectrum = vec![Complex64::default(); first];
    spectrum.extend(band);
    let end = spectrum.len();
    for _ in 0..ROUNDS {
        let samples = fft::inverse(spectrum, length);
        let mut envelope = fft::forward(samples.iter().map(|x| x * x), length);
        envelope.truncate(slow);
        let fading = slow / 2;
        for (k, bin) in envelope.iter_mut().enumerate().skip(fading) {
            *bin *= 0.5 + 0.5 * (PI * (k - fading) as f64 / (slow - fading) as f64).cos();
        }
        let envelope = fft::inverse(envelope, length);
        let mean = envelope.iter().sum::<f64>() / length as f64;
        // Where the noise all but vanishes it is not raised without bounds.
        let steady = samples.iter().zip(&envelope).map(|(x, e)| x / e.max(0.2 * mean).sqrt());
        spectrum = fft::forward(steady, length);
        spectrum.truncate(end);
        spectrum[..first].fill(Complex64::default());
    }
    spectrum.split_off(first)
}
