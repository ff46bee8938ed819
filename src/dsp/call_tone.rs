//! Tones by which a network says how a call fares (ITU-T E.180): dial, ringing, busy, special information, told by
//! frequency and cadence.
//!
//! Knows nothing of calls. The national figures are Poland's: 425 Hz throughout (E.180 supplement 2).

use super::distortion::strongest_tone;
use super::tone_frames::{HOP_S, ToneFrames};

/// E.180, 3: 400 to 450 Hz, preferably 425 Hz.
const SINGLE_HZ: std::ops::RangeInclusive<f64> = 398.0..=452.0;
/// E.180, 8: three tones one after the other.
const SPECIAL_HZ: [f64; 3] = [950.0, 1400.0, 1800.0];
/// A tone's share of all that sounds while it is on.
const SHARE: f64 = 0.8;
/// Below this a tone is crosstalk, mean square (−50 dBFS).
const FAINTEST: f64 = 0.5e-5;

/// What a tone says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Continuous: dial now.
    Dial,
    /// 0.67 to 1.5 s on, 3 to 5 s off (Poland: 1 s, 4 s): the other end rings.
    Ringing,
    /// A cycle of 0.3 to 1.1 s, on for about half of it (Poland: 0.5 s, 0.5 s): busy, or no way through.
    Busy,
    /// 950, 1400 and 1800 Hz: the call cannot be set up as dialled.
    SpecialInformation,
    /// The frequency of a call tone in a cadence of none.
    Unknown,
}

/// One tone, over all its bursts.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct CallTone {
    pub kind: Kind,
    /// Seconds from the first sample.
    pub start_s: f64,
    /// From the first burst's beginning to the last one's end, seconds.
    pub length_s: f64,
    pub bursts: usize,
    /// Mean length of the bursts that have both ends, seconds (of all, if none has).
    pub on_s: f64,
    /// Mean length of the pauses between them; null for a single burst.
    pub off_s: Option<f64>,
    /// Expanded (k = 2) of all times, seconds.
    pub uncertainty_s: f64,
    pub hz: f64,
    /// Expanded (k = 2), hertz.
    pub hz_uncertainty: f64,
    /// dBFS (sine).
    pub level_dbfs: f64,
}

/// A stretch of one tone, in samples.
#[derive(Debug, Clone, Copy)]
struct Burst {
    start: usize,
    end: usize,
    power: f64,
    hz: f64,
    /// Whether it was seen to begin and to end.
    whole: bool,
}

impl Burst {
    fn seconds(&self, rate: f64) -> f64 {
        (self.end - self.start) as f64 / rate
    }
}

/// The call tones in `samples`, in order; none for silence, speech or values that are not finite.
pub fn call_tones(samples: &[f32], rate: f64) -> Vec<CallTone> {
    let frequencies = [425.0, SPECIAL_HZ[0], SPECIAL_HZ[1], SPECIAL_HZ[2]];
    let Some(frames) = ToneFrames::new(samples, rate, &frequencies) else { return Vec::new() };
    let mut tones = special(&frames, rate);
    let bursts: Vec<Burst> =
        bursts(&frames, 0, samples.len()).into_iter().filter(|b| b.seconds(rate) >= 0.1 && SINGLE_HZ.contains(&b.hz)).collect();
    let mut rest = bursts.as_slice();
    while let Some(first) = rest.first() {
        let (kind, count) = cadence(rest, rate, samples.len());
        let group = &rest[..count];
        tones.extend(describe(kind, group, rate, samples).filter(|_| first.power > 0.0));
        rest = &rest[count..];
    }
    tones.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    tones
}

/// Stretches in which one of the tones sounds nearly alone.
fn bursts(frames: &ToneFrames, tone: usize, len: usize) -> Vec<Burst> {
    let power = |k: usize| frames.whole(tone, k);
    let centre = [425.0, SPECIAL_HZ[0], SPECIAL_HZ[1], SPECIAL_HZ[2]][tone];
    let on = |k: usize| power(k) > SHARE * frames.total[k] && power(k) > FAINTEST;
    let mut out = Vec::new();
    let mut k = 0;
    while k < frames.len() {
        if !on(k) {
            k += 1;
            continue;
        }
        let last =
            (k..frames.len()).find(|n| !(*n..*n + 4).any(|next| next < frames.len() && on(next))).unwrap_or(frames.len()) - 1;
        let strongest = (k..=last).map(power).fold(0.0, f64::max);
        let (from, to) = frames.edges(k, last, |n| frames.tones[tone][n]);
        let full: Vec<usize> = (from..=to).filter(|n| power(*n) > 0.7 * strongest).collect();
        let mean = |of: &dyn Fn(usize) -> f64| full.iter().map(|n| of(*n)).sum::<f64>() / full.len().max(1) as f64;
        let (start, end) = frames.stretch(from, to);
        let whole = from > 0 && to + 1 < frames.len();
        let (start, end) = (if from == 0 { 0 } else { start }, if to + 1 == frames.len() { len } else { end });
        out.push(Burst { start, end, power: mean(&power), hz: centre + mean(&|n| frames.offsets[tone][n]), whole });
        k = last.max(to) + 1;
    }
    out
}

/// What the bursts from the first one on say together, and how many of them say it.
fn cadence(bursts: &[Burst], rate: f64, len: usize) -> (Kind, usize) {
    let on = |k: usize| bursts[k].seconds(rate);
    let off = |k: usize| bursts.get(k + 1).map(|next| (next.start - bursts[k].end) as f64 / rate);
    let cut = |k: usize| !bursts[k].whole;
    // A burst that the recording cuts may be shorter than the cadence has it, never longer.
    let is_ring = |k: usize| on(k) <= 1.55 && (on(k) >= 0.62 || cut(k));
    let is_beat = |k: usize| on(k) <= 0.75 && (on(k) >= 0.1 || cut(k));
    let run = |fits: &dyn Fn(usize) -> bool, pause: &dyn Fn(f64) -> bool| {
        let mut count = usize::from(fits(0));
        while count > 0 && count < bursts.len() && fits(count) && off(count - 1).is_some_and(pause) {
            count += 1;
        }
        count
    };
    let beats = run(&is_beat, &|off| (0.1..=0.75).contains(&off));
    if beats >= 2 {
        let cycles: Vec<f64> = (0..beats - 1).filter_map(|k| off(k).map(|off| bursts[k].seconds(rate) + off)).collect();
        let fits = cycles.iter().enumerate().all(|(k, cycle)| (0.28..=1.15).contains(cycle) || cut(k));
        return (if fits { Kind::Busy } else { Kind::Unknown }, beats);
    }
    let rings = run(&is_ring, &|off| (2.9..=5.1).contains(&off));
    let silence_after = rings > 0 && (len - bursts[rings - 1].end) as f64 / rate >= 2.9 && rings == bursts.len();
    if rings >= 2 || (rings == 1 && silence_after && !cut(0)) {
        return (Kind::Ringing, rings);
    }
    (if on(0) >= 2.0 { Kind::Dial } else { Kind::Unknown }, 1)
}

fn describe(kind: Kind, group: &[Burst], rate: f64, samples: &[f32]) -> Option<CallTone> {
    let (first, last) = (group.first()?, group.last()?);
    let whole: Vec<&Burst> = group.iter().filter(|b| b.whole).collect();
    let counted: Vec<f64> = if whole.is_empty() {
        group.iter().map(|b| b.seconds(rate)).collect()
    } else {
        whole.iter().map(|b| b.seconds(rate)).collect()
    };
    let pauses: Vec<f64> = group.windows(2).map(|pair| (pair[1].start - pair[0].end) as f64 / rate).collect();
    let mean = |of: &[f64]| (!of.is_empty()).then(|| of.iter().sum::<f64>() / of.len() as f64);
    let longest = group.iter().max_by_key(|b| b.end - b.start)?;
    // The longest burst tells the frequency best.
    let fine = strongest_tone(&samples[longest.start..longest.end], rate);
    let fine = fine.filter(|tone| (tone.tone_hz - longest.hz).abs() < 30.0);
    Some(CallTone {
        kind,
        start_s: first.start as f64 / rate,
        length_s: (last.end - first.start) as f64 / rate,
        bursts: group.len(),
        on_s: mean(&counted)?,
        off_s: mean(&pauses),
        uncertainty_s: 2.0 * HOP_S,
        hz: fine.map_or(longest.hz, |tone| tone.tone_hz),
        hz_uncertainty: 0.2 / longest.seconds(rate).max(0.1),
        level_dbfs: fine.map_or(10.0 * (2.0 * longest.power).log10(), |tone| tone.level_dbfs),
    })
}

/// Special information: its three tones in order, each for about a third of a second, hardly a pause between them
/// (E.180, 8: up to 30 ms).
fn special(frames: &ToneFrames, rate: f64) -> Vec<CallTone> {
    let len = frames.len() * frames.hop;
    let of: Vec<Vec<Burst>> = (1..4).map(|tone| bursts(frames, tone, len)).collect();
    let fits = |b: &&Burst| (0.25..=0.41).contains(&b.seconds(rate));
    let follows = |a: &Burst, b: &Burst| (b.start as f64 - a.end as f64).abs() / rate < 0.05;
    let triples = of[0].iter().filter(fits).filter_map(|a| {
        let b = of[1].iter().filter(fits).find(|b| follows(a, b))?;
        let c = of[2].iter().filter(fits).find(|c| follows(b, c))?;
        Some((a, b, c))
    });
    let tone = |(a, b, c): (&Burst, &Burst, &Burst)| CallTone {
        kind: Kind::SpecialInformation,
        start_s: a.start as f64 / rate,
        length_s: (c.end - a.start) as f64 / rate,
        bursts: 3,
        on_s: (a.seconds(rate) + b.seconds(rate) + c.seconds(rate)) / 3.0,
        off_s: None,
        uncertainty_s: 2.0 * HOP_S,
        hz: a.hz,
        hz_uncertainty: 5.0,
        level_dbfs: 10.0 * (2.0 * a.power).log10(),
    };
    triples.map(tone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stimulus::{Random, burst, cadence as sound, speech_noise, tone};

    fn check(hz: f64, on_off: &[(f64, f64)], seconds: f64, rate: u32, noise: f64) -> Vec<CallTone> {
        let mut random = Random::new(2);
        let clean = sound(rate, seconds, hz, on_off);
        let heard: Vec<f32> = clean.iter().map(|x| x + (noise * random.gaussian()) as f32).collect();
        call_tones(&heard, f64::from(rate))
    }

    #[test]
    fn polish_tones_are_told_apart() {
        for rate in [8000u32, 16_000, 48_000] {
            for hz in [400.0, 425.0, 450.0] {
                for noise in [0.0, 0.02] {
                    let ring = check(hz, &[(1.0, 4.0)], 14.0, rate, noise);
                    assert_eq!(ring.len(), 1, "{rate} Hz, {hz} Hz: {ring:?}");
                    let one = ring[0];
                    assert_eq!((one.kind, one.bursts), (Kind::Ringing, 3), "{one:?}");
                    assert!(
                        (one.on_s - 1.0).abs() < one.uncertainty_s && (one.off_s.unwrap() - 4.0).abs() < one.uncertainty_s,
                        "{one:?}"
                    );
                    assert!((one.hz - hz).abs() < one.hz_uncertainty && (one.level_dbfs + 6.0).abs() < 0.3, "{one:?}");
                    let busy = check(hz, &[(0.5, 0.5)], 6.2, rate, noise);
                    assert_eq!(busy.iter().map(|t| (t.kind, t.bursts)).collect::<Vec<_>>(), [(Kind::Busy, 7)], "{busy:?}");
                    assert!((busy[0].on_s - 0.5).abs() < 0.01 && (busy[0].off_s.unwrap() - 0.5).abs() < 0.01, "{busy:?}");
                    let dial = check(hz, &[(10.0, 0.0)], 5.0, rate, noise);
                    assert_eq!(dial.iter().map(|t| (t.kind, t.bursts)).collect::<Vec<_>>(), [(Kind::Dial, 1)], "{dial:?}");
                }
            }
        }
    }

    #[test]
    fn other_cadences_and_sounds_are_not_named() {
        assert_eq!(check(425.0, &[(2.5, 3.0)], 12.0, 8000, 0.0)[0].kind, Kind::Dial);
        assert_eq!(check(425.0, &[(0.3, 8.0)], 3.0, 8000, 0.0)[0].kind, Kind::Unknown);
        assert!(check(480.0, &[(1.0, 4.0)], 12.0, 8000, 0.0).is_empty());
        assert!(call_tones(&tone(8000, 5.0, 1000.0, 0.0), 8e3).is_empty());
        for seed in 0..10 {
            assert!(
                call_tones(&speech_noise(seed, 8000, 10.0), 8e3).is_empty()
                    && call_tones(&burst(seed, 8000, 10.0), 8e3).is_empty()
            );
        }
        assert!(
            call_tones(&[0.0; 8000], 8e3).is_empty()
                && call_tones(&[f32::NAN; 800], 8e3).is_empty()
                && call_tones(&[], 8e3).is_empty()
        );
    }

    #[test]
    fn special_information_is_three_tones_in_order() {
        let of = |order: [f64; 3]| {
            let mut all = vec![0.0; 4000];
            order.iter().for_each(|hz| all.extend(tone(8000, 0.33, *hz, 0.002)));
            all.extend(vec![0.0; 8000]);
            call_tones(&all, 8e3)
        };
        let found = of(SPECIAL_HZ);
        assert_eq!(found.iter().map(|t| t.kind).collect::<Vec<_>>(), [Kind::SpecialInformation], "{found:?}");
        assert!((found[0].start_s - 0.5).abs() < 0.01 && (found[0].length_s - 0.99).abs() < 0.02, "{found:?}");
        assert!(of([1800.0, 1400.0, 950.0]).is_empty());
    }
}
