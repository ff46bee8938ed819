//! Finding sounds whose frequency wanders, sweeps and dialled digits: a short stretch of one is nearly a tone and looks
//! the same a period later, and of a sweep a delay and a clock ratio do nearly the same to it.
//!
//! The whole does not look the same: short stretches are correlated each for itself, and summed along every line that a
//! delay and a clock ratio can draw through them. The highest sum is the likeliest line; where another place comes too
//! close to it, nothing is found rather than the wrong period.

use std::ops::Range;

use super::prepare::{Padded, Pair};
use super::search::{Found, MAX_SEARCHED_S, Section, Spread, best_of};
use super::{MAX_PPM, Missing};
use crate::fft;

/// The clock ratios at which the whole is looked for first: a sweep shows within so much of its own.
const COARSE: f64 = 133e-6;
/// A short stretch drifts by no more than so much of a period of the highest frequency.
const STRETCH_PERIODS: f64 = 0.3;
/// Lines are so close together that the ends of the section move by no more from one to the next, periods.
const LINE_PERIODS: f64 = 0.25;
/// How far the delay of the first look may be off, seconds.
const REACH_S: f64 = 0.0025;
/// Places to a sample.
const FINE: usize = 4;
/// Nearer than so many mean periods, two places are one peak.
const SAME_PERIODS: f64 = 0.3;
/// How much likelier than the next a place must be (twice the logarithm of the ratio): one trial in 10⁷ goes wrong.
const BEYOND_DOUBT: f64 = 32.0;

pub(super) fn search(pair: &Pair, capture: &Padded) -> Result<Found, Missing> {
    let section = Section::of(pair, MAX_SEARCHED_S);
    let spread = Spread::of(pair, &section);
    let coarse = best_of(pair, capture, &section, &spread, (COARSE, 1))?;
    let lines = Lines::of(pair, &section, &coarse);
    let best = lines.best();
    let freedom = spread.freedom(section.seconds(pair));
    let period = pair.capture_rate * FINE as f64 / spread.centre_hz.max(1.0);
    let (energy, held) = (lines.energy_of(pair, &section, &coarse), f64::from(best.height).powi(2));
    let explained = (held / energy.max(1e-300)).min(0.9999);
    let certainty = explained / (1.0 - explained) * freedom;
    let next = best.next((SAME_PERIODS * period) as usize);
    if f64::from(1.0 - next / best.height.max(1e-30)) * certainty < BEYOND_DOUBT {
        return Err(Missing::Repeated);
    }
    let moved = (best.place as f64 - lines.reach as f64) / (FINE as f64 * pair.capture_rate);
    Ok(Found { delay: coarse.delay + moved, ratio: best.ratio, ratio_doubt: lines.step, ..coarse })
}

/// The correlations of a section's short stretches about where the first look expects them.
struct Lines {
    stretches: Vec<Stretch>,
    /// Fine places to either side of the expected one.
    reach: usize,
    /// Between clock ratios.
    step: f64,
}

struct Stretch {
    /// From the pivot to its middle, fine places.
    from_pivot: f64,
    /// Fine place in `values` at which the first look expects it.
    expected: f64,
    values: Vec<f32>,
}

/// The likeliest line, and how high the sum is at every place for the line that suits it best.
struct Best {
    ratio: f64,
    place: usize,
    height: f32,
    heights: Vec<f32>,
}

impl Lines {
    fn of(pair: &Pair, section: &Section, coarse: &Found) -> Lines {
        let length =
            ((STRETCH_PERIODS / (pair.highest_hz() * MAX_PPM * 1e-6) * pair.capture_rate) as usize).clamp(8, section.len);
        let lever = (section.len as f64 / pair.reference_rate).max(0.05);
        let around = ((REACH_S + MAX_PPM * 1e-6 * lever) * pair.capture_rate).ceil() as usize + 2;
        let stretch = |start: usize| {
            let end = (start + length).min(section.start + section.len);
            let place = (start as f64 / pair.reference_rate + coarse.delay) * pair.capture_rate;
            let middle = 0.5 * (start + end) as f64 / pair.reference_rate;
            let first = place.round() as i64 - around as i64;
            Stretch {
                from_pivot: (middle - coarse.pivot) * pair.capture_rate * FINE as f64,
                expected: (place - first as f64) * FINE as f64,
                values: correlated(&pair.reference[start..end], &pair.capture, first, 2 * around + 1),
            }
        };
        let starts = (section.start..section.start + section.len).step_by(length);
        let step = LINE_PERIODS / (pair.highest_hz() * lever / 2.0);
        let reach = (REACH_S * pair.capture_rate * FINE as f64) as usize;
        Lines { stretches: starts.map(stretch).collect(), reach, step: step.min(MAX_PPM * 1e-6) }
    }

    fn best(&self) -> Best {
        let each_side = (MAX_PPM * 1e-6 / self.step).ceil() as i32;
        let places = 2 * self.reach + 1;
        let mut best = Best { ratio: 0.0, place: self.reach, height: 0.0, heights: vec![0.0; places] };
        let mut sums = vec![0f32; places];
        for k in -each_side..=each_side {
            let ratio = f64::from(k) * self.step;
            sums.fill(0.0);
            for stretch in &self.stretches {
                let from = stretch.place(ratio) - self.reach as i64;
                let Some(values) = usize::try_from(from).ok().and_then(|from| stretch.values.get(from..from + places)) else {
                    continue;
                };
                sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
            }
            for (place, (sum, height)) in sums.iter().zip(&mut best.heights).enumerate() {
                *height = height.max(sum.abs());
                if sum.abs() > best.height {
                    (best.ratio, best.place, best.height) = (ratio, place, sum.abs());
                }
            }
        }
        best
    }

    /// The product of the section's energy and that of the capture where it is expected: what the sum's square would be
    /// if all of the capture were the reference.
    fn energy_of(&self, pair: &Pair, section: &Section, coarse: &Found) -> f64 {
        let energy = |samples: &[f32]| samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
        let from = (section.start as f64 / pair.reference_rate + coarse.delay) * pair.capture_rate;
        let clip = |at: f64| (at.max(0.0) as usize).min(pair.capture.len());
        let heard: Range<usize> = clip(from)..clip(from + section.len as f64);
        energy(&pair.reference[section.start..section.start + section.len]) * energy(&pair.capture[heard])
    }
}

impl Stretch {
    /// Where the line of a clock ratio expects it.
    fn place(&self, ratio: f64) -> i64 {
        (self.expected + ratio * self.from_pivot).round() as i64
    }
}

impl Best {
    /// The highest sum at another place than the best.
    fn next(&self, same: usize) -> f32 {
        let beside = |k: &usize| k.abs_diff(self.place) > same.max(1);
        let peak = |k: usize| {
            let at = |k: Option<usize>| k.and_then(|k| self.heights.get(k)).copied().unwrap_or(0.0);
            let height = self.heights[k];
            if height >= at(k.checked_sub(1)) && height >= at(Some(k + 1)) { height } else { 0.0 }
        };
        (0..self.heights.len()).filter(beside).map(peak).fold(0.0, f32::max)
    }
}

/// Correlation of `part` with the capture from sample `first` on, at `count` lags, [`FINE`] places to each.
fn correlated(part: &[f32], capture: &[f32], first: i64, count: usize) -> Vec<f32> {
    let length = fft::fast_len(part.len() + count);
    let sample = |n: usize| usize::try_from(first + n as i64).ok().and_then(|at| capture.get(at)).copied().unwrap_or(0.0);
    let heard = fft::forward_single((0..part.len() + count).map(sample), length);
    let mut product = fft::forward_single(part.iter().copied(), length);
    product.iter_mut().zip(&heard).for_each(|(p, y)| *p = y * p.conj());
    let mut values = fft::inverse_single(product, FINE * length);
    values.truncate(FINE * count);
    values.iter_mut().for_each(|value| *value *= FINE as f32);
    values
}
