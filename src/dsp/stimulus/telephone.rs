//! Tones that telephones send: digits and cadences.
//!
//! Knows nothing of calls, nor of how either is told again.

use std::f64::consts::PI;

use super::{PEAK, sample_count};
use crate::dtmf;

/// A silence of `off_s`, then each digit for `on_s` followed by such a silence (ITU-T Q.23), both tones of a digit as
/// loud, together at [`PEAK`]. `None` if a key is not `0`–`9`, `*`, `#` or `A`–`D`.
pub fn dial(keys: &str, rate_hz: u32, on_s: f64, off_s: f64) -> Option<Vec<f32>> {
    let mut out = vec![0.0; sample_count(off_s, rate_hz)];
    for key in keys.chars() {
        let (low, high) = dtmf::frequencies(key)?;
        let wave = |n: usize| {
            let turn = |hz: f64| (2.0 * PI * hz * n as f64 / f64::from(rate_hz)).sin();
            (0.5 * f64::from(PEAK) * (turn(low) + turn(high))) as f32
        };
        out.extend((0..sample_count(on_s, rate_hz)).map(wave));
        out.extend(std::iter::repeat_n(0.0, sample_count(off_s, rate_hz)));
    }
    Some(out)
}

/// A tone of `hz` at [`PEAK`], on and off for the given seconds, over and over until `seconds` are full.
pub fn cadence(rate_hz: u32, seconds: f64, hz: f64, on_off: &[(f64, f64)]) -> Vec<f32> {
    let cycle: f64 = on_off.iter().map(|(on, off)| on + off).sum();
    let is_on = |t: f64| {
        let mut left = t % cycle;
        on_off.iter().any(|(on, off)| {
            let sounds = (0.0..*on).contains(&left);
            left -= on + off;
            sounds
        })
    };
    let sample = |n: usize| {
        let t = n as f64 / f64::from(rate_hz);
        if is_on(t) { (f64::from(PEAK) * (2.0 * PI * hz * t).sin()) as f32 } else { 0.0 }
    };
    (0..sample_count(seconds, rate_hz)).map(sample).collect()
}
