//! Lost or muted stretches in sound that should be continuous: a tone, noise, or one side of a call.
//!
//! Knows nothing of packets: a gap is what a listener would miss. The stretch's own level is the reference unless one
//! is given.

use super::segment;

/// A stretch without sound.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Gap {
    /// Seconds from the first sample.
    pub start_s: f64,
    pub length_s: f64,
    /// Expanded uncertainty (k = 2) of both, in seconds.
    pub uncertainty_s: f64,
    /// Level within the gap below the sound's level, in dB (positive; 200 at most).
    pub depth_db: f64,
}

/// What counts as a gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Shorter gaps are not reported, seconds. Below 3 ms, the dips of noise itself may be taken for gaps.
    pub shortest_s: f64,
    /// How far below the sound's level a gap must fall, dB.
    pub depth_db: f64,
    /// RMS of the sound (full scale ± 1). `None`: the median of the stretch itself, which must then be present more
    /// than half the time.
    pub sound_rms: Option<f64>,
}

impl Default for Rule {
    fn default() -> Self {
        Rule { shortest_s: 0.003, depth_db: 15.0, sound_rms: None }
    }
}

/// The gaps in `samples`, in order. With a known `sound_rms` a wholly silent stretch is one gap from end to end
/// (one-way silence); without one it has no level to compare with, and `None` is returned. `None` as well for no
/// samples and for values that are not finite.
pub fn gaps(samples: &[f32], rate: f64, rule: Rule) -> Option<Vec<Gap>> {
    let usable = (1000.0..=1e6).contains(&rate) && !samples.is_empty() && samples.iter().all(|x| x.is_finite());
    if !usable {
        return None;
    }
    let block = ((rule.shortest_s.max(0.002) * rate) as usize).clamp(2, samples.len().max(2));
    let mut powers: Vec<f64> = samples.chunks(block).map(mean_square).collect();
    powers.sort_by(f64::total_cmp);
    let sound = rule.sound_rms.map_or(powers[powers.len() / 2], |rms| rms * rms);
    if sound <= 1e-14 {
        return None;
    }
    let limit = sound * 10f64.powf(-rule.depth_db.clamp(3.0, 60.0) / 10.0);
    // What is left in a gap: the quietest block met, no more than the limit and not absurdly small.
    let rest = powers[0].clamp(sound * 1e-3, limit);
    let evidence = evidence(samples, rate, sound, rest);
    let (first_on, changes) = segment::two_state(&evidence, 12.0);
    let found = stretches(samples.len(), first_on, &changes);
    let describe = |(start, end, spread): &(usize, usize, f64)| Gap {
        start_s: *start as f64 / rate,
        length_s: (end - start) as f64 / rate,
        uncertainty_s: (spread + 1.0) / rate,
        depth_db: (10.0 * (sound / mean_square(&samples[*start..*end]).max(1e-30)).log10()).min(200.0),
    };
    let all = found.iter().map(describe);
    Some(all.filter(|gap| gap.length_s >= rule.shortest_s && gap.depth_db >= rule.depth_db).collect())
}

/// Log-likelihood ratio of sound over its absence for each sample, both taken as Gaussian. At high rates neighbouring
/// samples repeat each other, so each counts less.
fn evidence(samples: &[f32], rate: f64, sound: f64, rest: f64) -> Vec<f64> {
    let share = (8000.0 / rate).min(1.0);
    let prior = 0.5 * (rest / sound).ln();
    let slope = 0.5 * (1.0 / rest - 1.0 / sound);
    samples.iter().map(|x| share * (prior + slope * f64::from(*x).powi(2)).min(12.0)).collect()
}

/// The stretches that are off: start, end and doubt, in samples.
fn stretches(len: usize, first_on: bool, changes: &[segment::Change]) -> Vec<(usize, usize, f64)> {
    let mut out = Vec::new();
    let mut open = (!first_on).then_some((0, 0.0));
    for change in changes {
        match open {
            Some((start, spread)) if change.on => {
                out.push((start, change.at, change.spread.max(spread)));
                open = None;
            }
            None if !change.on => open = Some((change.at, change.spread)),
            _ => {}
        }
    }
    if let Some((start, spread)) = open.filter(|(start, _)| *start < len) {
        out.push((start, len, spread));
    }
    out
}

fn mean_square(samples: &[f32]) -> f64 {
    samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / samples.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stimulus::{Random, speech_noise, tone};

    fn sounds(rate: u32) -> Vec<(&'static str, Vec<f32>)> {
        let white: Vec<f32> = {
            let mut random = Random::new(8);
            (0..3 * rate).map(|_| 0.1 * random.gaussian() as f32).collect()
        };
        vec![("tone", tone(rate, 3.0, 1000.0, 0.0)), ("low tone", tone(rate, 3.0, 300.0, 0.0)), ("noise", white)]
    }

    #[test]
    fn gaps_are_exact_within_a_millisecond() {
        for rate in [8000u32, 16000, 48000] {
            for (name, sound) in sounds(rate) {
                for noise in [0.0, 0.003] {
                    check(name, &sound, rate, noise);
                }
            }
        }
    }

    fn check(name: &str, sound: &[f32], rate: u32, noise: f64) {
        let planted = [(0.5004, 0.02), (1.0, 0.0051), (1.7003, 0.2), (2.2, 0.06)];
        let mut random = Random::new(2);
        let inside = |t: f64| planted.iter().any(|(start, length)| (*start..start + length).contains(&t));
        let damaged: Vec<f32> = sound
            .iter()
            .enumerate()
            .map(|(i, x)| if inside(i as f64 / f64::from(rate)) { (noise * random.gaussian()) as f32 } else { *x })
            .collect();
        let found = gaps(&damaged, f64::from(rate), Rule::default()).unwrap();
        assert_eq!(found.len(), planted.len(), "{name} at {rate}: {found:?}");
        for (gap, (start, length)) in found.iter().zip(planted) {
            let (a, b) = (gap.start_s - start, gap.start_s + gap.length_s - start - length);
            assert!(a.abs() < 0.001 && b.abs() < 0.001, "{name} at {rate}: {gap:?} for {start} + {length}");
        }
    }

    #[test]
    fn unbroken_sound_has_no_gap() {
        for rate in [8000u32, 48000] {
            for (name, sound) in sounds(rate).into_iter().chain([("speech noise", speech_noise(6, rate, 10.0))]) {
                let found = gaps(&sound, f64::from(rate), Rule::default()).unwrap();
                assert!(found.is_empty(), "{name} at {rate}: {found:?}");
            }
        }
    }

    #[test]
    fn one_way_silence_is_one_gap() {
        let rule = Rule { sound_rms: Some(0.1), ..Rule::default() };
        let found = gaps(&[0.0; 8000], 8e3, rule).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].start_s, found[0].length_s), (0.0, 1.0));
        assert_eq!(gaps(&[0.0; 8000], 8e3, Rule::default()), None);
        assert_eq!(gaps(&[], 8e3, rule), None);
        assert_eq!(gaps(&[f32::NAN; 100], 8e3, rule), None);
        assert_eq!(gaps(&[0.1], 8e3, rule).map(|g| g.len()), Some(0));
    }
}
