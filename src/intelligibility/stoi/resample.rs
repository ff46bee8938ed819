//! The way to 10 kHz that the published figures of STOI and ESTOI took: a polyphase filter by Kaiser's window.
//!
//! Knows nothing of speech. An ideal resampler will not do: the highest band of the model ends at 4.3 kHz, and of
//! telephone speech only what a real filter's slope leaves is there to be compared. With another slope the figures
//! differ by up to 0.03.

use std::f64::consts::PI;

use super::RATE;

/// Rejection of the filter, dB; its slope begins this share of the cut-off before it.
const REJECTION_DB: f64 = 60.0;
const ROLL_OFF: f64 = 0.1;

/// `samples` at `rate` (not 0) brought to the model's rate; sample 0 stays at time zero.
pub(super) fn to_model_rate(samples: &[f32], rate: u32) -> Vec<f64> {
    if rate == RATE {
        return samples.iter().map(|x| f64::from(*x)).collect();
    }
    let common = gcd(rate, RATE);
    let (up, down) = ((RATE / common) as usize, (rate / common) as usize);
    let filter = low_pass(up, down);
    let half = filter.len() / 2;
    let wanted = (samples.len() * up).div_ceil(down);
    // An output sample stands at `n · down` on the fine grid, an input sample at `k · up`.
    let one = |n: usize| {
        let at = n * down;
        let first = at.saturating_sub(half).div_ceil(up);
        let last = ((at + half) / up + 1).min(samples.len());
        let taps = filter.iter().skip(at + half - last.saturating_sub(1) * up).step_by(up);
        let used = samples.get(first..last).unwrap_or(&[]);
        used.iter().rev().zip(taps).map(|(x, h)| f64::from(*x) * h).sum()
    };
    (0..wanted).map(one).collect()
}

/// A windowed sinc of odd length whose phases have a gain of about 1 each.
fn low_pass(up: usize, down: usize) -> Vec<f64> {
    let cut_off = 0.5 / up.max(down) as f64;
    let half = ((REJECTION_DB - 8.0) / (28.714 * ROLL_OFF * cut_off)).ceil() as i64;
    let beta = 0.1102 * (REJECTION_DB - 8.7);
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) };
    let tap = |t: i64| {
        let inside = 1.0 - (t as f64 / half as f64).powi(2);
        bessel(beta * inside.max(0.0).sqrt()) * sinc(2.0 * cut_off * t as f64)
    };
    let taps: Vec<f64> = (-half..=half).map(tap).collect();
    let scale = up as f64 / taps.iter().sum::<f64>();
    taps.iter().map(|h| h * scale).collect()
}

/// Modified Bessel function of the first kind, order 0, by its series.
fn bessel(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut sum) = (1.0, 1.0);
    for n in 1..60 {
        term *= quarter / f64::from(n * n);
        sum += term;
        if term < 1e-17 * sum {
            break;
        }
    }
    sum
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_keeps_its_place_and_level() {
        for rate in [8000u32, 16_000, 44_100, 48_000] {
            let tone = |t: f64| 0.5 * (2.0 * PI * 1000.0 * t).sin();
            let input: Vec<f32> = (0..rate).map(|i| tone(f64::from(i) / f64::from(rate)) as f32).collect();
            let output = to_model_rate(&input, rate);
            assert_eq!(output.len(), 10_000);
            for (n, got) in output.iter().enumerate().take(9000).skip(1000) {
                assert!((got - tone(n as f64 / 1e4)).abs() < 2e-3, "{rate} Hz, sample {n}: {got}");
            }
        }
        assert!(to_model_rate(&[], 16_000).is_empty() && to_model_rate(&[0.1], 48_000).len() == 1);
    }
}
