//! Whitening: where the noise has a colour (traffic, hum, a codec's shaping), least squares is only the best estimate
//! after both signals have passed a filter that makes the noise white.

use std::f64::consts::PI;

use super::prepare::{Pair, centroid};
use crate::fft;

/// Length of the spectra averaged over the residual: 32 ms.
const SEGMENT_S: f64 = 0.032;
/// More spectra would not be seen in the mean.
const MOST_SEGMENTS: usize = 1000;
/// Noise that varies by less than this over the band is white enough: the spectrum is known no better.
const WORTHWHILE_DB: f64 = 4.0;
/// Frequencies are raised or lowered against each other by no more than this.
const MOST_DB: f64 = 30.0;
/// A sound's own colour is taken off it no further than so: beyond lies what its rounding adds.
const MOST_OF_OWN_DB: f64 = 50.0;

/// The pair filtered so that `residual` would be white within the reference's band; `None` where that would change
/// little. The filter has zero phase, the same for both signals, so it moves neither.
pub(super) fn whitened(pair: &Pair, residual: &[f32]) -> Option<Pair> {
    let curve = Curve::of(pair, residual)?;
    if curve.highest - curve.lowest < WORTHWHILE_DB {
        return None;
    }
    let (reference, capture) = (curve.off(pair, &pair.reference, MOST_DB), curve.off(pair, &pair.capture, MOST_DB));
    Some(Pair { reference, capture, ..*pair })
}

/// The pair without the reference's own colour: what is left of the capture's is the path's. One filter for both, so
/// that neither is moved and the gain stays what it is.
pub(super) fn bared(pair: &Pair) -> Option<Pair> {
    let curve = Curve::of(pair, &pair.reference)?;
    let (reference, capture) = (curve.off(pair, &pair.reference, MOST_DB), curve.off(pair, &pair.capture, MOST_DB));
    let centroid = centroid(&reference)? / pair.reference_rate;
    Some(Pair { reference, capture, centroid, ..*pair })
}

/// The pair with each sound's own colour taken off it, within the reference's band: behind a small loudspeaker little
/// is left of a voice's shape, and what is left of the sound is found by its phase. Neither sound is moved.
pub(super) fn levelled(pair: &Pair) -> Option<Pair> {
    let even = |samples: &[f32]| Some(Curve::of(pair, samples)?.off(pair, samples, MOST_OF_OWN_DB));
    let (reference, capture) = (even(&pair.reference)?, even(&pair.capture)?);
    let centroid = centroid(&reference)? / pair.reference_rate;
    Some(Pair { reference, capture, centroid, ..*pair })
}

/// A spectrum over the reference's band, in dB.
struct Curve {
    /// From zero frequency to half the rate.
    values: Vec<f64>,
    band: (f64, f64),
    highest: f64,
    lowest: f64,
}

impl Curve {
    fn of(pair: &Pair, samples: &[f32]) -> Option<Curve> {
        let values = noise_spectrum(samples, (SEGMENT_S * pair.capture_rate) as usize)?;
        let mut curve = Curve { values, band: pair.band, highest: f64::NEG_INFINITY, lowest: f64::INFINITY };
        for k in 0..=64 {
            let value = curve.at(pair.band.0 + (pair.band.1 - pair.band.0) * f64::from(k) / 64.0);
            (curve.highest, curve.lowest) = (curve.highest.max(value), curve.lowest.min(value));
        }
        curve.lowest.is_finite().then_some(curve)
    }

    /// At a frequency in cycles per sample; beyond the band as at its edge.
    fn at(&self, f: f64) -> f64 {
        let last = self.values.len() - 1;
        let position = (f.clamp(self.band.0, self.band.1) * 2.0 * last as f64).min(last as f64);
        let low = (position as usize).min(last - 1);
        let part = position - low as f64;
        self.values[low] * (1.0 - part) + self.values[low + 1] * part
    }

    /// A sound without this colour.
    fn off(&self, pair: &Pair, samples: &[f32], most_db: f64) -> Vec<f32> {
        let gain = |f: f64| 10f64.powf((self.highest - self.at(f)).min(most_db) / 20.0);
        let samples: Vec<f64> = samples.iter().map(|x| f64::from(*x)).collect();
        fft::filter(&samples, (0.1 * pair.capture_rate) as usize, gain).iter().map(|x| *x as f32).collect()
    }
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
