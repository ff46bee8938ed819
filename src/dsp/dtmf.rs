//! Digits dialled by tone pairs (ITU-T Q.23), told as a receiver by Q.24 would.
//!
//! Knows nothing of calls.

use super::tone_frames::{HOP_S, ToneFrames};

const LOW_HZ: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
const HIGH_HZ: [f64; 4] = [1209.0, 1336.0, 1477.0, 1633.0];
const KEYS: [[char; 4]; 4] = [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];
/// Shorter is no digit: Q.24 has 40 ms accepted and 23 ms rejected, and leaves what lies between to the receiver.
pub const SHORTEST_S: f64 = 0.032;
/// Off by more is no digit: Q.24 has 1.5 % accepted and 3.5 % rejected.
const FARTHEST: f64 = 0.022;
/// A key's two tones begin and end at once: so many looks beside a digit nothing is left of either but so large a
/// share. Notes of music die away, go on, or follow each other.
const BESIDE: std::ops::RangeInclusive<usize> = 3..=4;
const RELEASED: f64 = 0.1;
/// While it is pressed neither tone sinks below so large a share of its mean.
const STEADY: f64 = 0.4;
/// The two tones' share of all that sounds: a voice never comes near it for so long.
const SHARE: f64 = 0.75;
/// A receiver that hears less hears noise, mean square (−60 dBFS).
const FAINTEST: f64 = 0.5e-6;
/// The higher tone over the lower, dB: Q.24 asks for 4 to 10 dB either way, depending on the network.
const TWIST_DB: std::ops::RangeInclusive<f64> = -10.0..=10.0;

/// A digit.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Digit {
    /// `0`–`9`, `*`, `#`, `A`–`D`.
    pub key: char,
    /// Seconds from the first sample.
    pub start_s: f64,
    pub length_s: f64,
    /// Expanded (k = 2) of both, seconds.
    pub uncertainty_s: f64,
    /// Level of both tones together, dBFS (sine).
    pub level_dbfs: f64,
    /// High tone over low tone, dB.
    pub twist_db: f64,
    /// How far the low and the high tone are off, as a share of their frequency.
    pub off: [f64; 2],
}

/// Sends a pair: frequencies of a key's low and high tone, hertz. `None` if it is none.
pub fn frequencies(key: char) -> Option<(f64, f64)> {
    let row = KEYS.iter().position(|row| row.contains(&key.to_ascii_uppercase()))?;
    let column = KEYS[row].iter().position(|k| *k == key.to_ascii_uppercase())?;
    Some((LOW_HZ[row], HIGH_HZ[column]))
}

/// The digits in `samples`, in order; none for silence, speech or values that are not finite.
pub fn digits(samples: &[f32], rate: f64) -> Vec<Digit> {
    let all: Vec<f64> = LOW_HZ.iter().chain(&HIGH_HZ).copied().collect();
    let Some(frames) = ToneFrames::new(samples, rate, &all) else { return Vec::new() };
    let pairs: Vec<Option<(usize, usize)>> = (0..frames.len()).map(|k| pair(&frames, k)).collect();
    let mut found = Vec::new();
    let mut k = 0;
    while k < pairs.len() {
        let Some(pair) = pairs[k] else {
            k += 1;
            continue;
        };
        // One look of doubt does not end a digit (Q.24: interruptions of 10 ms are bridged).
        let goes_on = |k: usize| (k..k + 3).any(|next| pairs.get(next) == Some(&Some(pair)));
        let end = (k..pairs.len()).find(|k| !goes_on(*k)).unwrap_or(pairs.len());
        found.extend(digit(&frames, pair, k, end - 1, rate));
        k = end;
    }
    found
}

/// Row and column that stand out in a look.
fn pair(frames: &ToneFrames, k: usize) -> Option<(usize, usize)> {
    let power = |tone: usize| frames.whole(tone, k);
    let strongest = |range: std::ops::Range<usize>| range.max_by(|a, b| power(*a).total_cmp(&power(*b)));
    let (row, column) = (strongest(0..4)?, strongest(4..8)?);
    let both = power(row) + power(column);
    let alone = |best: usize, range: std::ops::Range<usize>| {
        range.filter(|other| *other != best).all(|other| power(other) < 0.25 * power(best))
    };
    let twist = 10.0 * (power(column) / power(row)).log10();
    let clear = both > SHARE * frames.total[k] && both > FAINTEST && TWIST_DB.contains(&twist);
    (clear && alone(row, 0..4) && alone(column, 4..8)).then_some((row, column - 4))
}

/// The digit carried by a run of looks, if it lasts and its tones are where they should be.
fn digit(frames: &ToneFrames, (row, column): (usize, usize), first: usize, last: usize, rate: f64) -> Option<Digit> {
    let tones = [row, column + 4];
    let power = |k: usize| tones.map(|tone| frames.tones[tone][k]).iter().sum::<f64>();
    let strongest = (first..=last).map(power).fold(0.0, f64::max);
    let (from, to) = frames.edges(first, last, power);
    let full: Vec<usize> = (first..=last).filter(|k| power(*k) > 0.7 * strongest).collect();
    let mean = |of: &dyn Fn(usize) -> f64| full.iter().map(|k| of(*k)).sum::<f64>() / full.len().max(1) as f64;
    let off = tones.map(|tone| mean(&|k| frames.offsets[tone][k]) / if tone < 4 { LOW_HZ[tone] } else { HIGH_HZ[tone - 4] });
    let sharp = tones.iter().all(|tone| is_keyed(&frames.tones[*tone], (from, to), &full));
    let (start, end) = frames.stretch(from, to);
    let length_s = (end - start) as f64 / rate;
    let level = mean(&power);
    (length_s >= SHORTEST_S && sharp && off.iter().all(|off| off.abs() <= FARTHEST)).then(|| Digit {
        key: KEYS[row][column],
        start_s: start as f64 / rate,
        length_s,
        uncertainty_s: HOP_S,
        level_dbfs: 10.0 * (2.0 * level).log10(),
        twist_db: 10.0 * (mean(&|k| frames.tones[tones[1]][k]) / mean(&|k| frames.tones[tones[0]][k])).log10(),
        off,
    })
}

/// Whether a tone begins and ends within a few looks of a digit's edges and is steady between them; `full` are the
/// looks that lie within it.
fn is_keyed(power: &[f64], (from, to): (usize, usize), full: &[usize]) -> bool {
    let mean = full.iter().map(|k| power[*k]).sum::<f64>() / full.len().max(1) as f64;
    // Where the recording begins or ends, so does the digit.
    let faint = |k: Option<usize>| k.and_then(|k| power.get(k)).is_none_or(|power| *power < RELEASED * mean);
    let before = BESIDE.into_iter().any(|n| faint(from.checked_sub(n)));
    let after = BESIDE.into_iter().any(|n| faint(Some(to + n)));
    before && after && full.iter().all(|k| power[*k] > STEADY * mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stimulus::{Random, dial, speech_noise};
    use std::f64::consts::PI;

    fn keys(found: &[Digit]) -> String {
        found.iter().map(|digit| digit.key).collect()
    }

    #[test]
    fn every_key_is_told_at_every_rate_through_noise() {
        for rate in [8000u32, 16_000, 44_100, 48_000] {
            for noise_db in [-200.0, -15.0] {
                let dialled = dial("0123456789*#ABCD", rate, 0.04, 0.04).unwrap();
                let power = dialled.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / dialled.len() as f64;
                let sigma = (2.0 * power).sqrt() * 10f64.powf(noise_db / 20.0) * (f64::from(rate) / 8000.0).sqrt().min(1.5);
                let mut random = Random::new(3);
                let heard: Vec<f32> = dialled.iter().map(|x| x + (sigma * random.gaussian()) as f32).collect();
                let found = digits(&heard, f64::from(rate));
                assert_eq!(keys(&found), "0123456789*#ABCD", "{rate} Hz, noise {noise_db} dB");
                for (k, digit) in found.iter().enumerate() {
                    assert!((digit.start_s - 0.08 * k as f64 - 0.04).abs() <= digit.uncertainty_s, "{rate}: {digit:?}");
                    assert!((digit.length_s - 0.04).abs() <= 2.0 * digit.uncertainty_s, "{rate}: {digit:?}");
                }
            }
        }
    }

    /// A pair with given faults.
    fn check(seconds: f64, off: f64, twist_db: f64) -> String {
        let high = 10f64.powf(twist_db / 20.0);
        let wave = |t: f64| (2.0 * PI * 770.0 * (1.0 + off) * t).sin() + high * (2.0 * PI * 1336.0 * (1.0 + off) * t).sin();
        let sound = |i: usize| (0.2..0.2 + seconds).contains(&(i as f64 / 8e3)).then(|| 0.1 * wave(i as f64 / 8e3));
        let samples: Vec<f32> = (0..4000).map(|i| sound(i).unwrap_or(0.0) as f32).collect();
        keys(&digits(&samples, 8e3))
    }

    #[test]
    fn the_limits_of_q24_are_kept() {
        for (seconds, off, twist) in
            [(0.04, 0.0, 0.0), (0.04, 0.015, 0.0), (0.04, -0.015, 4.0), (0.05, 0.0, -8.0), (1.0, 0.015, 0.0)]
        {
            assert_eq!(check(seconds, off, twist), "5", "{seconds} s, {off}, {twist} dB");
        }
        for (seconds, off, twist) in [(0.023, 0.0, 0.0), (0.1, 0.035, 0.0), (0.1, -0.035, 0.0), (0.1, 0.0, 20.0)] {
            assert_eq!(check(seconds, off, twist), "", "{seconds} s, {off}, {twist} dB");
        }
    }

    /// Chords and runs of plucked, bowed and blown notes of the tempered scale, each with its overtones: among them are
    /// pairs that lie where a digit's do.
    fn music(seed: u64) -> Vec<f32> {
        let mut random = Random::new(seed ^ 0x3051C);
        let mut out = vec![0f32; 160_000];
        let pick = |random: &mut Random, n: u64| random.next_u64() % n;
        for _ in 0..120 {
            let begin = (random.uniform() * 150_000.0) as usize;
            let hz = 440.0 * 2f64.powf((pick(&mut random, 30) as f64 - 6.0) / 12.0);
            let seconds = 0.08 + 0.5 * random.uniform();
            let (decay, overtones) = ([0.08, 0.3, 5.0][seed as usize % 3], pick(&mut random, 3));
            for n in 0..(seconds * 8e3) as usize {
                let t = n as f64 / 8e3;
                let swell = (t / 0.01).min(1.0) * ((seconds - t) / 0.02).min(1.0) * (-t / decay).exp();
                let tone: f64 = (0..=overtones).map(|h| (2.0 * PI * hz * (h + 1) as f64 * t).sin() / (1 + 2 * h) as f64).sum();
                if let Some(slot) = out.get_mut(begin + n) {
                    *slot += (0.08 * swell * tone) as f32;
                }
            }
        }
        out
    }

    #[test]
    fn music_dials_nothing() {
        let trials = std::env::var("HEJNAL_TRIALS").ok().and_then(|count| count.parse().ok()).unwrap_or(30);
        let dialled: Vec<(u64, String)> =
            (0..trials).map(|seed| (seed, keys(&digits(&music(seed), 8e3)))).filter(|(_, keys)| !keys.is_empty()).collect();
        // Chords may be a digit, rarely.
        assert!(dialled.len() as u64 <= trials / 33, "of {trials} pieces: {dialled:?}");
    }

    #[test]
    fn other_sounds_dial_nothing() {
        for seed in 0..20 {
            assert_eq!(keys(&digits(&speech_noise(seed, 8000, 10.0), 8e3)), "", "seed {seed}");
            assert_eq!(keys(&digits(&crate::stimulus::burst(seed, 8000, 10.0), 8e3)), "", "seed {seed}");
        }
        assert!(
            digits(&[0.0; 8000], 8e3).is_empty()
                && digits(&[f32::NAN; 8000], 8e3).is_empty()
                && digits(&[0.5; 8000], 8e3).is_empty()
        );
        assert!(digits(&[], 8e3).is_empty() && digits(&[0.1; 8000], f64::NAN).is_empty());
    }
}
