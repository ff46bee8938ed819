//! What a path does to sound besides losing it: clicks that were not in the reference, and packets played twice.
//!
//! Knows nothing of packets but their usual lengths. Both are looked for in the reference as well: what sounds so by
//! itself is no damage.

use super::align::Aligned;
use super::fft;

/// A short disturbance.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Click {
    /// Seconds from the first sample.
    pub at_s: f64,
    /// Expanded (k = 2), seconds.
    pub uncertainty_s: f64,
    /// How far it stands out of what can be foretold of the sound about it, dB.
    pub prominence_db: f64,
}

/// A stretch that says again what was just said.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Repeat {
    /// Where the repetition begins, seconds from the first sample.
    pub start_s: f64,
    pub length_s: f64,
    /// Expanded (k = 2) of both, seconds.
    pub uncertainty_s: f64,
    /// How much earlier the same was heard, seconds.
    pub lag_s: f64,
}

/// Order of the prediction: two poles a formant, and some for the spectrum's tilt.
const ORDER: usize = 12;
/// A click's residual over the usual one. Noise reaches 5 in a million samples, pitch pulses 8.
const PROMINENCE: f64 = 12.0;
/// Quieter than this nothing is heard as a click, full scale 1.
const FAINTEST: f64 = 0.001;

/// Lengths of packets that telephony uses, seconds.
const PACKETS_S: [f64; 5] = [0.01, 0.02, 0.03, 0.04, 0.06];
/// So alike are two stretches of different sound never, and a repeated one through a codec always.
const ALIKE: f64 = 0.97;

/// Clicks in the aligned recording that the reference does not have, in order.
pub fn clicks(pair: &Aligned) -> Vec<Click> {
    let own = outliers(&pair.reference, pair.rate, 0.5 * PROMINENCE);
    let near = |at: usize| {
        let reach = (0.003 * pair.rate) as usize;
        own.iter().any(|(known, _)| known.abs_diff(at) <= reach)
    };
    // Of what stands out within 5 ms, the strongest is the click.
    let reach = (0.005 * pair.rate) as usize;
    let mut found: Vec<(usize, f64)> = Vec::new();
    for one in outliers(&pair.capture, pair.rate, PROMINENCE).into_iter().filter(|(at, _)| !near(*at)) {
        match found.last_mut() {
            Some(last) if one.0 - last.0 <= reach => {
                if one.1 > last.1 {
                    *last = one;
                }
            }
            _ => found.push(one),
        }
    }
    let click = |(at, prominence): &(usize, f64)| Click {
        at_s: *at as f64 / pair.rate,
        uncertainty_s: 2.0 / pair.rate + pair.delay.uncertainty,
        prominence_db: 20.0 * prominence.log10(),
    };
    found.iter().map(click).collect()
}

/// Samples that stand out of what the samples before them foretell, each with its ratio to the usual residual.
fn outliers(samples: &[f32], rate: f64, least: f64) -> Vec<(usize, f64)> {
    let frame = ((0.03 * rate) as usize).max(4 * ORDER);
    let mut out: Vec<(usize, f64)> = Vec::new();
    for start in (0..samples.len().saturating_sub(2 * frame)).step_by(frame) {
        // The coefficients come from the frame and its neighbours, so that a click in it does not explain itself away.
        let from = start.saturating_sub(frame);
        let about: Vec<f64> = samples[from..(start + 2 * frame).min(samples.len())].iter().map(|x| f64::from(*x)).collect();
        let Some(residual) = residual(&about) else { continue };
        let mut magnitudes: Vec<f64> = residual.iter().map(|e| e.abs()).collect();
        magnitudes.sort_by(f64::total_cmp);
        let usual = (magnitudes[magnitudes.len() / 2] / 0.6745).max(FAINTEST / PROMINENCE);
        for (n, e) in residual.iter().enumerate() {
            let (at, ratio) = (from + n, e.abs() / usual);
            if ratio >= least && (start..start + frame).contains(&at) {
                out.push((at, ratio));
            }
        }
    }
    out
}

/// What remains after linear prediction (autocorrelation method, Levinson and Durbin); `None` for silence.
fn residual(samples: &[f64]) -> Option<Vec<f64>> {
    let lag = |k: usize| samples.iter().zip(&samples[k..]).map(|(a, b)| a * b).sum::<f64>();
    let mut r: Vec<f64> = (0..=ORDER).map(lag).collect();
    if r[0] <= 1e-12 {
        return None;
    }
    // A little white noise keeps the recursion stable for tones.
    r[0] *= 1.0 + 1e-6;
    let mut a = vec![0.0; ORDER + 1];
    let mut error = r[0];
    for i in 1..=ORDER {
        let reflection = (r[i] - (1..i).map(|j| a[j] * r[i - j]).sum::<f64>()) / error;
        let before = a.clone();
        a[i] = reflection;
        (1..i).for_each(|j| a[j] = before[j] - reflection * before[i - j]);
        error *= 1.0 - reflection * reflection;
    }
    let predicted = |n: usize| (1..=ORDER.min(n)).map(|j| a[j] * samples[n - j]).sum::<f64>();
    Some((0..samples.len()).map(|n| samples[n] - predicted(n)).collect())
}

/// Packets played twice in the aligned recording where the reference goes on, in order.
pub fn repeats(pair: &Aligned) -> Vec<Repeat> {
    // A telephone's band is enough, and bounds the work.
    const RATE: u32 = 8000;
    let at_rate = |samples: &[f32]| -> Vec<f64> { fft::resample(samples, pair.rate.round() as u32, RATE) };
    let (reference, capture) = (at_rate(&pair.reference), at_rate(&pair.capture));
    let rate = f64::from(RATE);
    let power = capture.iter().map(|x| x * x).sum::<f64>() / capture.len().max(1) as f64;
    let mut found: Vec<Repeat> = Vec::new();
    for packet_s in PACKETS_S {
        let lag = (packet_s * rate) as usize;
        let window = lag.min(160);
        let (here, there) = (likeness(&capture, lag, window, 0.01 * power), likeness(&reference, lag, window, 0.0));
        let alike = |n: usize| here[n] >= ALIKE && there.get(n).is_none_or(|own| *own < 0.8 * ALIKE);
        let mut n = 0;
        while n < here.len() {
            if !alike(n) {
                n += 1;
                continue;
            }
            let last = (n..here.len()).find(|k| !alike(*k)).unwrap_or(here.len()) - 1;
            // A window is alike as soon as nearly all of it is repeated.
            let (start, end) = (lag + n, lag + last + window);
            let repeat = Repeat {
                start_s: start as f64 / rate,
                length_s: (end - start) as f64 / rate,
                uncertainty_s: 0.3 * window as f64 / rate,
                lag_s: packet_s,
            };
            let overlaps = |other: &Repeat| {
                repeat.start_s < other.start_s + other.length_s && other.start_s < repeat.start_s + repeat.length_s
            };
            if !found.iter().any(overlaps) {
                found.push(repeat);
            }
            n = last + 1;
        }
    }
    found.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    found
}

/// Correlation of each stretch of `window` samples with the one `lag` samples earlier; entry 0 is the stretch that
/// begins at `lag`. Zero where either is quieter than `faintest` (mean square).
fn likeness(x: &[f64], lag: usize, window: usize, faintest: f64) -> Vec<f64> {
    let Some(count) = x.len().checked_sub(lag + window) else { return Vec::new() };
    let sums = |of: &dyn Fn(usize) -> f64| -> Vec<f64> {
        let mut sum = vec![0.0];
        (0..x.len() - lag).for_each(|n| sum.push(sum[n] + of(n)));
        sum
    };
    let (product, late, early) = (sums(&|n| x[n] * x[n + lag]), sums(&|n| x[n + lag].powi(2)), sums(&|n| x[n].powi(2)));
    let of = |sum: &[f64], n: usize| sum[n + window] - sum[n];
    let least = (faintest * window as f64).max(1e-12);
    (0..=count)
        .map(|n| {
            let (a, b) = (of(&late, n), of(&early, n));
            if a < least || b < least { 0.0 } else { of(&product, n) / (a * b).sqrt() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stimulus::{Random, burst, speech_like, speech_noise};

    fn sounds(rate: u32, seed: u64) -> [(&'static str, Vec<f32>); 3] {
        [("noise", speech_noise(seed, rate, 7.0)), ("speech", speech_like(seed, rate, 7.0)), ("bursts", burst(seed, rate, 7.0))]
    }

    /// Half as loud, with noise 45 dB below, then damaged.
    fn heard(sound: &[f32], rate: u32, damage: impl Fn(&mut Vec<f32>)) -> Aligned {
        let mut random = Random::new(3);
        let mut capture: Vec<f32> = sound.iter().map(|x| 0.5 * x + 0.0003 * random.gaussian() as f32).collect();
        damage(&mut capture);
        Aligned::exact(sound.to_vec(), capture, f64::from(rate), 0.5)
    }

    #[test]
    fn clicks_are_found_where_they_are() {
        for rate in [8000u32, 48_000] {
            // Under a burst's own full-scale noise no click is heard.
            for (name, sound) in sounds(rate, 5).into_iter().take(2) {
                let planted = [1.5, 3.21, 6.4];
                let pair = heard(&sound, rate, |capture| {
                    for (k, at) in planted.iter().enumerate() {
                        capture[(at * f64::from(rate)) as usize] += [0.4, -0.4, 0.4][k];
                    }
                });
                let found = clicks(&pair);
                assert_eq!(found.len(), 3, "{name} at {rate}: {found:?}");
                for (click, at) in found.iter().zip(planted) {
                    assert!(
                        (click.at_s - at).abs() <= click.uncertainty_s + 1.0 / f64::from(rate),
                        "{name} at {rate}: {click:?} for {at}"
                    );
                }
            }
        }
    }

    #[test]
    fn repeated_packets_are_found_where_they_are() {
        for (rate, packet_s) in [(8000u32, 0.01), (16_000, 0.02), (8000, 0.06)] {
            for (name, sound) in sounds(rate, 6).into_iter().take(2) {
                {
                    let packet = (packet_s * f64::from(rate)) as usize;
                    let planted: [f64; 2] = [1.0, 5.0];
                    let pair = heard(&sound, rate, |capture| {
                        for at in planted {
                            let start = (at * f64::from(rate)) as usize;
                            capture.copy_within(start - packet..start, start);
                        }
                    });
                    let found = repeats(&pair);
                    // A stretch in which the sound itself pauses cannot be told from its repetition.
                    let loud = |at: f64| {
                        let start = (at * f64::from(rate)) as usize;
                        let power = |x: &[f32]| x.iter().map(|x| x * x).sum::<f32>() / x.len() as f32;
                        power(&sound[start - packet..start]) > 0.1 * power(&sound)
                    };
                    for at in planted.into_iter().filter(|at| loud(*at)) {
                        let hit = found.iter().find(|r| (r.start_s - at).abs() < r.uncertainty_s);
                        assert!(
                            hit.is_some_and(|r| (r.length_s - packet_s).abs() < r.uncertainty_s),
                            "{name} at {rate}, {packet_s} s: {found:?}"
                        );
                    }
                    assert!(found.len() <= 2, "{name} at {rate}, {packet_s} s: {found:?}");
                }
            }
        }
    }

    #[test]
    fn whole_sound_is_not_damaged() {
        for rate in [8000u32, 48_000] {
            for seed in 0..2 {
                for (name, sound) in sounds(rate, seed) {
                    let pair = heard(&sound, rate, |_| {});
                    assert!(
                        clicks(&pair).is_empty() && repeats(&pair).is_empty(),
                        "{name} {seed} at {rate}: {:?} {:?}",
                        clicks(&pair),
                        repeats(&pair)
                    );
                }
            }
        }
    }
}
