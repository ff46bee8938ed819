//! Finding the signal: normalised cross-correlation over every lag and a grid of clock ratios.

use super::{MAX_PPM, Pair};
use crate::dsp::fft::{self, Complex64};
use crate::dsp::interp::sinc_at;

/// Standard deviations above chance needed: the largest of 10⁸ chance values stays below 6.
const DETECTION_Z: f64 = 7.5;
/// Below this the reference cannot be told from a repetition of itself.
const MIN_CONFIDENCE: f64 = 0.05;
/// Candidates closer than this belong to the same peak.
const SAME_PEAK_S: f64 = 0.003;
/// Longer references are searched by their middle: the fit then takes in the rest.
const MAX_SEARCHED_S: f64 = 10.0;

/// A coarse position: good to a fraction of a sample and half a step of the clock grid.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub delay: f64,
    pub ratio: f64,
    pub confidence: f64,
}

/// One correlation over all lags, normalised by the local energy of the capture.
struct Correlation {
    /// Plain correlation: sharp peak, for interpolation.
    plain: Vec<f64>,
    /// Normalised to ±1.
    normalised: Vec<f64>,
    best: usize,
}

pub(super) fn search(pair: &Pair) -> Option<Found> {
    let section = Section::of(pair);
    let length = fft::fast_len(pair.capture.len() + section.len + 2);
    let spectrum = fft::forward(pair.capture.iter().map(|x| f64::from(*x)), length);
    let energy = window_energy(&pair.capture, section.len);
    let mut best: Option<(f64, Correlation)> = None;
    for ratio in clock_grid(pair, &section) {
        let correlation = correlate(&section.template(pair, ratio), &spectrum, &energy, length);
        let height = |c: &Correlation| c.normalised.get(c.best).map_or(0.0, |x| x.abs());
        if best.as_ref().is_none_or(|(_, b)| height(&correlation) > height(b)) {
            best = Some((ratio, correlation));
        }
    }
    let (ratio, correlation) = best?;
    let confidence = judge(pair, &section, &correlation)?;
    let lag = fractional_lag(&correlation, section.len, pair.capture.len())?;
    // The section's own start, and the reference's centroid, seen through the clock ratio.
    let section_start = pair.centroid + (section.start as f64 / pair.reference_rate - pair.centroid) * (1.0 + ratio);
    Some(Found { delay: lag / pair.capture_rate - section_start, ratio, confidence })
}

/// The stretch of the reference used for the search, in working samples.
struct Section {
    start: usize,
    len: usize,
}

impl Section {
    fn of(pair: &Pair) -> Section {
        let wanted = ((MAX_SEARCHED_S * pair.reference_rate) as usize).min(pair.reference.len());
        let middle = (pair.centroid * pair.reference_rate) as usize;
        let start = middle.saturating_sub(wanted / 2).min(pair.reference.len() - wanted);
        Section { start, len: wanted }
    }

    /// The section as it looks on the capture's clock.
    fn template(&self, pair: &Pair, ratio: f64) -> Vec<f64> {
        let step = pair.reference_rate / (pair.capture_rate * (1.0 + ratio));
        let end = (self.start + self.len) as f64;
        let value = |n: usize| {
            let position = self.start as f64 + n as f64 * step;
            if position < end { f64::from(sinc_at(&pair.reference, position)) } else { 0.0 }
        };
        (0..self.len + 1).map(value).collect()
    }

    fn seconds(&self, pair: &Pair) -> f64 {
        self.len as f64 / pair.reference_rate
    }
}

/// Clock ratios so close together that the ends of the section stay within a quarter of a period of the highest frequency.
fn clock_grid(pair: &Pair, section: &Section) -> Vec<f64> {
    let highest = (pair.band.1 * pair.reference_rate).max(100.0);
    let step = 0.8 / (highest * section.seconds(pair));
    let limit = MAX_PPM * 1e-6;
    let each_side = ((limit - step / 2.0) / step).ceil().max(0.0) as i32;
    let step = if each_side > 0 { limit / (f64::from(each_side) + 0.5) } else { 0.0 };
    (-each_side..=each_side).map(|k| f64::from(k) * step).collect()
}

/// Energy of the capture within a window of `len` starting at each lag; index 0 is lag `−len`.
fn window_energy(capture: &[f32], len: usize) -> Vec<f64> {
    let square = |i: usize| capture.get(i).map_or(0.0, |x| f64::from(*x).powi(2));
    let mut sum = 0.0;
    let lags = capture.len() + len;
    (0..=lags)
        .map(|k| {
            if k > 0 {
                sum += square(k - 1);
            }
            if k > len {
                sum -= square(k - len - 1);
            }
            sum.max(0.0)
        })
        .collect()
}

fn correlate(template: &[f64], capture: &[Complex64], energy: &[f64], length: usize) -> Correlation {
    let bins = fft::forward(template.iter().copied(), length);
    let product: Vec<Complex64> = capture.iter().zip(&bins).map(|(y, w)| y * w.conj()).collect();
    let circular = fft::inverse(product, length);
    let len = template.len() - 1;
    let own: f64 = template.iter().map(|x| x * x).sum();
    let floor = energy.iter().fold(0f64, |max, e| max.max(*e)) * 1e-6 + 1e-30;
    // Index k is lag k − len; negative lags stand at the end of the circular result.
    let plain: Vec<f64> = (0..energy.len()).map(|k| circular[if k >= len { k - len } else { length + k - len }]).collect();
    let normalised: Vec<f64> = plain.iter().zip(energy).map(|(c, e)| c / ((e + floor) * own).sqrt()).collect();
    let best = index_of_max(&normalised);
    Correlation { plain, normalised, best }
}

fn index_of_max(values: &[f64]) -> usize {
    let larger = |best: (usize, f64), (k, v): (usize, &f64)| if v.abs() > best.1 { (k, v.abs()) } else { best };
    values.iter().enumerate().fold((0, 0.0), larger).0
}

/// Whether the peak is beyond chance and stands alone; its confidence if so.
fn judge(pair: &Pair, section: &Section, correlation: &Correlation) -> Option<f64> {
    let peak = correlation.normalised.get(correlation.best)?.abs();
    let freedom = 2.0 * effective_bandwidth(pair, section) * section.seconds(pair);
    if peak * freedom.sqrt() < DETECTION_Z {
        return None;
    }
    let near = (SAME_PEAK_S * pair.capture_rate) as usize;
    let elsewhere = |(k, v): (usize, &f64)| if k.abs_diff(correlation.best) > near { v.abs() } else { 0.0 };
    let second = correlation.normalised.iter().enumerate().map(elsewhere).fold(0.0, f64::max);
    let confidence = (1.0 - second / peak).clamp(0.0, 1.0);
    (confidence >= MIN_CONFIDENCE).then_some(confidence)
}

/// (∫P)² / ∫P², in hertz: what bandwidth of white noise would fluctuate as much.
fn effective_bandwidth(pair: &Pair, section: &Section) -> f64 {
    let samples = &pair.reference[section.start..section.start + section.len];
    let length = fft::fast_len(samples.len());
    let power: Vec<f64> = fft::forward(samples.iter().map(|x| f64::from(*x)), length).iter().map(|bin| bin.norm_sqr()).collect();
    let total: f64 = power.iter().sum();
    let squares: f64 = power.iter().map(|p| p * p).sum();
    if squares > 0.0 { total * total / squares * pair.reference_rate / length as f64 } else { 0.0 }
}

/// The lag in capture samples, between samples by a parabola.
fn fractional_lag(correlation: &Correlation, len: usize, capture: usize) -> Option<f64> {
    // The normalisation moves the peak by a sample at most.
    let near = correlation.best.saturating_sub(2)..(correlation.best + 3).min(correlation.plain.len());
    let best = near.max_by(|a, b| correlation.plain[*a].abs().total_cmp(&correlation.plain[*b].abs()))?;
    let whole = best as f64 - len as f64;
    debug_assert!(whole <= capture as f64);
    let (Some(before), Some(after)) =
        (best.checked_sub(1).and_then(|k| correlation.plain.get(k)), correlation.plain.get(best + 1))
    else {
        return Some(whole);
    };
    let at = correlation.plain[best];
    let bend = before - 2.0 * at + after;
    let part = if bend != 0.0 { (0.5 * (before - after) / bend).clamp(-1.0, 1.0) } else { 0.0 };
    Some(whole + part)
}
