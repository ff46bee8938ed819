//! Sounds that come and go like speech, alone and in pairs that interrupt each other.
//!
//! Knows nothing of languages: spectrum, syllables and pauses are those of speech, the words are noise.

use std::f64::consts::PI;

use super::{Random, raised_cosine, speech_noise};

/// One round of a double talk: who speaks for how long, seconds (near, far, time).
const ROUND: [(bool, bool, f64); 4] = [(true, false, 2.0), (false, true, 2.0), (true, true, 3.0), (false, false, 1.0)];
/// Edges of a turn, seconds: a click would be heard in both directions.
const EDGE_S: f64 = 0.01;

/// Noise with the spectrum of speech in syllables of 120 to 280 ms, a tenth of them followed by a pause of 100 to 300
/// ms: the modulation of fluent speech (about 4 Hz). The same waveform at every rate from 8 kHz up.
pub fn speech_like(seed: u64, rate_hz: u32, seconds: f64) -> Vec<f32> {
    let mut random = Random::new(seed ^ 0x5EED_0F5E_ECB0_0571);
    let mut syllables: Vec<(f64, f64, f64)> = Vec::new();
    let mut at = 0.0;
    while at < seconds.min(36_000.0) {
        let length = 0.12 + 0.16 * random.uniform();
        // Syllables differ by some 10 dB.
        syllables.push((at, length, 10f64.powf(-0.5 * random.uniform())));
        at += length + if random.uniform() < 0.1 { 0.1 + 0.2 * random.uniform() } else { 0.0 };
    }
    let mut current = 0;
    let noise = speech_noise(seed, rate_hz, seconds);
    let shape = |(n, x): (usize, &f32)| {
        let t = n as f64 / f64::from(rate_hz);
        while syllables.get(current + 1).is_some_and(|next| next.0 <= t) {
            current += 1;
        }
        let gain = syllables.get(current).map_or(0.0, |(start, length, loud)| {
            let part = (t - start) / length;
            if part < 1.0 { loud * (0.1 + 0.9 * (PI * part).sin()) } else { 0.0 }
        });
        (f64::from(*x) * gain) as f32
    };
    noise.iter().enumerate().map(shape).collect()
}

/// A pair of speech-like sounds for double talk (after ITU-T P.501, 7.3, and P.340): near and far end, which in turn
/// speak alone for 2 s each, then both at once for 3 s, then nobody for 1 s, over and over. The two have nothing in
/// common.
pub fn double_talk(seed: u64, rate_hz: u32, seconds: f64) -> (Vec<f32>, Vec<f32>) {
    let far = speech_like(seed.wrapping_mul(2).wrapping_add(1), rate_hz, seconds);
    (near_of_double_talk(seed, rate_hz, seconds), in_turn(far, rate_hz, |turn| turn.1))
}

/// The near end of [`double_talk`] alone.
pub fn near_of_double_talk(seed: u64, rate_hz: u32, seconds: f64) -> Vec<f32> {
    in_turn(speech_like(seed.wrapping_mul(2), rate_hz, seconds), rate_hz, |turn| turn.0)
}

/// Silent but for the speaker's turns.
fn in_turn(mut sound: Vec<f32>, rate_hz: u32, speaks: fn(&(bool, bool, f64)) -> bool) -> Vec<f32> {
    for (n, sample) in sound.iter_mut().enumerate() {
        *sample = (f64::from(*sample) * turn(n as f64 / f64::from(rate_hz), speaks)) as f32;
    }
    sound
}

/// 1 while it is the speaker's turn, 0 otherwise, with soft edges inside the turn.
fn turn(t: f64, speaks: fn(&(bool, bool, f64)) -> bool) -> f64 {
    let round: f64 = ROUND.iter().map(|turn| turn.2).sum();
    let mut left = t % round;
    for one in &ROUND {
        if left < one.2 {
            return if speaks(one) { raised_cosine(left.min(one.2 - left) / EDGE_S) } else { 0.0 };
        }
        left -= one.2;
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::{peak, rms_dbfs};

    #[test]
    fn speech_like_comes_and_goes_and_keeps_its_shape_at_every_rate() {
        let (low, high) = (speech_like(3, 8000, 4.0), speech_like(3, 48_000, 4.0));
        assert_eq!((low.len(), high.len()), (32_000, 192_000));
        assert!(peak(&high).unwrap() <= 0.5 && speech_like(4, 8000, 4.0) != low);
        let levels: Vec<f64> = low.chunks(160).filter_map(rms_dbfs).collect();
        let (most, least) =
            (levels.iter().copied().fold(-200.0, f64::max), levels.iter().copied().filter(|l| l.is_finite()).fold(0.0, f64::min));
        let pauses = levels.iter().filter(|l| !l.is_finite()).count();
        assert!(
            most - least > 18.0 && (5..100).contains(&pauses),
            "{most:.1} to {least:.1} dB, {pauses} silent blocks of {}",
            levels.len()
        );
        // Bands beyond 4 kHz are missing at the low rate, so only the envelopes are alike.
        let envelope = |x: &[f32], block: usize| -> Vec<f64> {
            x.chunks(block).map(|part| rms_dbfs(part).unwrap_or(-200.0).max(-60.0)).collect()
        };
        let (a, b) = (envelope(&low, 800), envelope(&high, 4800));
        assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 4.0), "{a:?}\n{b:?}");
        assert!(speech_like(1, 8000, f64::NAN).is_empty());
    }

    #[test]
    fn each_speaks_alone_then_both_then_nobody() {
        let (near, far) = double_talk(1, 8000, 16.0);
        let loud = |x: &[f32], from: f64, to: f64| rms_dbfs(&x[(from * 8e3) as usize..(to * 8e3) as usize]).unwrap() > -40.0;
        for start in [0.0, 8.0] {
            for (from, to, n, f) in
                [(0.1, 1.9, true, false), (2.1, 3.9, false, true), (4.1, 6.9, true, true), (7.0, 8.0, false, false)]
            {
                assert_eq!(
                    (loud(&near, start + from, start + to), loud(&far, start + from, start + to)),
                    (n, f),
                    "{start} + {from}"
                );
            }
        }
        let dot: f64 = near.iter().zip(&far).map(|(a, b)| f64::from(a * b)).sum();
        let energy: f64 = near.iter().map(|a| f64::from(a * a)).sum();
        assert!(dot.abs() < 0.05 * energy);
    }
}
