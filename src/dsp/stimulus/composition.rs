//! Sounds composed of frequencies: the noise, and its rendering at any rate, scaled to its peak.
//!
//! In single precision, as samples are.

use std::f64::consts::PI;

use super::{PEAK, Random, sample_count};
use crate::fft::{self, Complex32, Complex64};
use crate::interp;

/// Points a period of the highest frequency at which a peak is looked for: it may lie between them, less than 5 %
/// higher.
const POINTS: usize = 10;
/// Points a period from which interpolation can read what lies between.
const FEWEST_POINTS: f64 = 2.5;

/// Bins of noise that is normally distributed, each times the `gain` of its frequency (hertz), which is zero above
/// `highest_hz`; for a composition of `length` at `rate`.
pub(super) fn noise(seed: u64, length: usize, rate: u32, highest_hz: f64, gain: impl Fn(f64) -> f64) -> Vec<Complex64> {
    let mut random = Random::new(seed);
    let hertz = |k: usize| k as f64 * f64::from(rate) / length as f64;
    let heard = (0..length / 2).take_while(|k| hertz(*k) <= highest_hz);
    heard.map(|k| Complex64::new(random.gaussian(), random.gaussian()) * gain(hertz(k))).collect()
}

/// Samples the periodic waveform given by `bins` of a composition of `length` at `rate` at another rate, scaled to
/// [`PEAK`] between samples.
pub fn render(bins: &[Complex64], length: usize, rate: u32, rate_hz: u32, seconds: f64) -> Vec<f32> {
    let wanted = sample_count(seconds, rate_hz);
    if rate_hz == 0 || wanted == 0 {
        return Vec::new();
    }
    let top = bins.iter().rposition(|bin| bin.norm_sqr() > 0.0).unwrap_or(0);
    let bins: Vec<Complex32> =
        bins[..bins.len().min(top + 1)].iter().map(|bin| Complex32::new(bin.re as f32, bin.im as f32)).collect();
    let on_grid = rate_hz.next_multiple_of(25);
    let out_length = (length as u64 * u64::from(on_grid) / u64::from(rate)) as usize;
    // The peak is sought on the same samples whatever rate is wanted: one waveform has one peak.
    let sought_length = length.max(fft::fast_len((FEWEST_POINTS * top as f64).ceil() as usize));
    let sought = fft::inverse_single(bins.clone(), sought_length);
    let peak = peak(&sought, top, fft::fast_len((POINTS * top).max(length))) * sought_length as f64 / length as f64;
    let gain = if peak > 0.0 { f64::from(PEAK) * 0.95 / peak } else { 0.0 };
    let mut out = sought;
    if out_length != sought_length {
        let kept = bins.len().min(out_length.min(length) / 2);
        out = fft::inverse_single(bins[..kept].to_vec(), out_length);
    }
    let scale = (gain * out_length as f64 / length as f64) as f32;
    out.iter_mut().for_each(|value| *value *= scale);
    if on_grid != rate_hz {
        let mut moved = vec![0.0; wanted];
        interp::resample_linear_clock(&out, 0.0, f64::from(on_grid) / f64::from(rate_hz), &mut moved);
        return moved;
    }
    out.resize(wanted, 0.0);
    out
}

/// The largest magnitude of a periodic waveform at `points` evenly spaced points of its period, no fewer than there are
/// samples, its highest frequency being the `top`th.
fn peak(samples: &[f32], top: usize, points: usize) -> f64 {
    let most = samples.iter().fold(0f32, |most, x| most.max(x.abs()));
    // Nothing of that frequency falls off faster than its cosine: a peak leaves at least so much on the sample beside
    // it.
    let half = PI * top as f64 / samples.len() as f64;
    let least = most * half.cos().max(0.0) as f32;
    let reach = interp::REACH.min(samples.len());
    let round: Vec<f32> = samples[samples.len() - reach..].iter().chain(samples).chain(&samples[..reach]).copied().collect();
    let spacing = samples.len() as f64 / points as f64;
    let near = |n: usize| {
        let (from, to) = ((n as f64 - 0.5) / spacing, (n as f64 + 0.5) / spacing);
        let points = from.ceil() as i64..=to.floor() as i64;
        points.map(|point| interp::sinc_at(&round, point as f64 * spacing + reach as f64).abs()).fold(0f32, f32::max)
    };
    let candidates = samples.iter().enumerate().filter(|(_, x)| x.abs() >= least);
    f64::from(candidates.map(|(n, _)| near(n)).fold(0.0, f32::max))
}
