//! Whitening: where the noise has a colour (traffic, hum, a codec's shaping), least squares is only the best estimate
//! after both signals have passed a filter that makes the noise white.

use std::f64::consts::PI;

use super::prepare::Pair;
use crate::fft;

/// Length of the spectra averaged over the residual: 32 ms.
const SEGMENT_S: f64 = 0.032;
/// More spectra would not be seen in the mean.
const MOST_SEGMENTS: usize = 1000;
/// Noise that varies by less than this over the band is white enough: the spectrum is known no better.
const WORTHWHILE_DB: f64 = 4.0;
/// Frequencies are raised or lowered against each other by no more than this.
const MOST_DB: f64 = 30.0;

/// The pair filtered so that `residual` would be white within the reference's band; `None` where that would change
/// little. The filter has zero phase, the same for both signals, so it moves neither.
pub(super) fn whitened(pair: &Pair, residual: &[f32]) -> Option<Pair> {
    let rate = pair.capture_rate;
    let spectrum = noise_spectrum(residual, (SEGMENT_S * rate) as usize)?;
    let at = |f: f64| -> f64 {
        let position = (f.clamp(pair.band.0, pair.band.1) * 2.0 * (spectrum.len() - 1) as f64).min((spectrum.len() - 1) as f64);
        let low = (position as usize).min(spectrum.len() - 2);
        let part = position - low as f64;
        spectrum[low] * (1.0 - part) + spectrum[low + 1] * part
    };
    let inside: Vec<f64> = (0..=64).map(|k| at(pair.band.0 + (pair.band.1 - pair.band.0) * f64::from(k) / 64.0)).collect();
    let highest = inside.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
    let lowest = inside.iter().fold(f64::INFINITY, |m, v| m.min(*v));
    if !lowest.is_finite() || highest - lowest < WORTHWHILE_DB {
        return None;
    }
    let gain = |f: f64| 10f64.powf((highest - at(f)).min(MOST_DB) / 20.0);
    let margin = (0.1 * rate) as usize;
    let filtered = |samples: &[f32]| {
        let samples: Vec<f64> = samples.iter().map(|x| f64::from(*x)).collect();
        fft::filter(&samples, margin, gain).iter().map(|x| *x as f32).collect::<Vec<f32>>()
    };
    Some(Pair { reference: filtered(&pair.reference), capture: filtered(&pair.capture), ..*pair })
}

/// Power spectrum in dB, zero frequency to half the rate, smoothed over five bins.
fn noise_spectrum(residual: &[f32], segment: usize) -> Option<Vec<f64>> {
    let length = fft::fast_len(segment);
    if residual.len() < 4 * length {
        return None;
    }
    let window: Vec<f64> = (0..length).map(|i| 0.5 - 0.5 * (2.0 * PI * i as f64 / length as f64).cos()).collect();
    let mut sum = vec![0.0; length / 2 + 1];
    let step = (length / 2).max(residual.len() / MOST_SEGMENTS);
    for start in (0..=residual.len() - length).step_by(step) {
        let bins = fft::forward(residual[start..start + length].iter().zip(&window).map(|(x, w)| f64::from(*x) * w), length);
        sum.iter_mut().zip(&bins).for_each(|(sum, bin)| *sum += bin.norm_sqr());
    }
    let smooth = |k: usize| {
        let near = &sum[k.saturating_sub(2)..(k + 3).min(sum.len())];
        near.iter().sum::<f64>() / near.len() as f64
    };
    let floor = sum.iter().fold(0.0, |m: f64, v| m.max(*v)) * 1e-9;
    (floor > 0.0).then(|| (0..sum.len()).map(|k| 10.0 * smooth(k).max(floor).log10()).collect())
}
