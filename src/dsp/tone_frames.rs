//! How strong given tones are from moment to moment: the ground on which dialled digits and call tones are told.
//!
//! Knows nothing of what the tones mean.

use std::f64::consts::PI;

/// Distance between looks, seconds.
pub(super) const HOP_S: f64 = 0.005;
/// Hops in one look of 20 ms: long enough to tell the tones of a telephone apart, short enough for the shortest digit.
const HOPS: usize = 4;

/// Power of each tone and of everything, look by look.
pub(super) struct ToneFrames {
    /// Samples from one look to the next.
    pub hop: usize,
    /// Mean square of all that sounds.
    pub total: Vec<f64>,
    /// Mean square of each tone, in the order asked for, as far as a look at just that frequency catches it.
    pub tones: Vec<Vec<f64>>,
    /// How far each tone is from the frequency asked for, hertz (± 100), as its phase moves to the next look.
    pub offsets: Vec<Vec<f64>>,
}

impl ToneFrames {
    /// `None` for values that are not finite, less than one look, or a rate outside 4 kHz to 1 MHz.
    pub fn new(samples: &[f32], rate: f64, frequencies: &[f64]) -> Option<ToneFrames> {
        if !(4e3..=1e6).contains(&rate) || !samples.iter().all(|x| x.is_finite()) {
            return None;
        }
        let hop = (HOP_S * rate).round() as usize;
        let hops = samples.len() / hop;
        let looks = hops.checked_sub(HOPS)? + 1;
        let squares: Vec<f64> = samples.chunks_exact(hop).map(|part| part.iter().map(|x| f64::from(*x).powi(2)).sum()).collect();
        let total = squares.windows(HOPS).map(|four| four.iter().sum::<f64>() / (HOPS * hop) as f64).collect();
        let (mut tones, mut offsets) = (Vec::new(), Vec::new());
        for hz in frequencies {
            let parts: Vec<(f64, f64)> =
                samples.chunks_exact(hop).enumerate().map(|(k, part)| phasor(part, k * hop, hz / rate)).collect();
            let sums: Vec<(f64, f64)> = parts
                .windows(HOPS)
                .map(|four| four.iter().fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1)))
                .collect();
            let length = (HOPS * hop) as f64;
            tones.push(sums.iter().map(|(re, im)| 2.0 * (re * re + im * im) / (length * length)).collect());
            // From each look to the next; the last one has none and takes that of the look before.
            let turn = |k: usize| -> f64 {
                let k = k.min(looks.saturating_sub(2));
                let (Some((a, b)), Some((c, d))) = (sums.get(k), sums.get(k + 1)) else { return 0.0 };
                (d * a - c * b).atan2(c * a + d * b)
            };
            offsets.push((0..looks).map(|k| turn(k) / (2.0 * PI * HOP_S)).collect());
        }
        Some(ToneFrames { hop, total, tones, offsets })
    }

    pub fn len(&self) -> usize {
        self.total.len()
    }

    /// Mean square of a tone, what a look loses of it for being off its frequency made good (up to 25 Hz).
    pub fn whole(&self, tone: usize, k: usize) -> f64 {
        let off = (self.offsets[tone][k].abs() * HOPS as f64 * HOP_S).min(0.5) * PI;
        let caught = if off < 1e-9 { 1.0 } else { off.sin() / off };
        self.tones[tone][k] / (caught * caught)
    }

    /// The looks about `first..=last` in which `power` is at least a quarter of its greatest (half of the amplitude:
    /// the tone fills half of the look).
    pub fn edges(&self, first: usize, last: usize, power: impl Fn(usize) -> f64) -> (usize, usize) {
        let least = 0.25 * (first..=last).map(&power).fold(0.0, f64::max);
        let loud = |k: &usize| power(*k) >= least;
        let range = first.saturating_sub(HOPS)..(last + HOPS + 1).min(self.len());
        let middle = (first + last) / 2;
        let from = (range.start..=middle).rev().take_while(|k| loud(k) || *k > first).filter(loud).last().unwrap_or(first);
        let to = (middle..range.end).take_while(|k| loud(k) || *k < last).filter(loud).last().unwrap_or(last);
        (from, to)
    }

    /// Where a stretch of looks in which a tone is at least half as large as in its middle begins and ends, in samples:
    /// half of the first look lies before the tone begins, half of the last after it ends.
    pub fn stretch(&self, first: usize, last: usize) -> (usize, usize) {
        let half = HOPS * self.hop / 2;
        (first * self.hop + half - self.hop / 2, last * self.hop + half + self.hop / 2)
    }
}

/// Sum of samples turned back by a frequency (cycles per sample), phases counted from sample 0 of the whole.
fn phasor(samples: &[f32], start: usize, frequency: f64) -> (f64, f64) {
    let turn = |n: usize| 2.0 * PI * (frequency * n as f64).fract();
    let (step_sin, step_cos) = turn(1).sin_cos();
    let (mut sin, mut cos) = turn(start).sin_cos();
    let mut sum = (0.0, 0.0);
    for x in samples {
        sum.0 += f64::from(*x) * cos;
        sum.1 -= f64::from(*x) * sin;
        (sin, cos) = (sin * step_cos + cos * step_sin, cos * step_cos - sin * step_sin);
    }
    sum
}
