//! Whether a known sound came through whole: what was lost or muted, cut beginnings, clicks, packets played twice, a
//! direction that carries nothing.
//!
//! Knows nothing of calls or packets. What the reference does by itself (pause, click, repeat) is no damage.

use super::align::{Aligned, align};
use super::delay::Signal;
use super::gaps::{self, Gap, Rule};
use super::impairments::{self, Click, Repeat};
use super::level;
use super::replaced::{self, Filling, Replaced};

/// Below this a recording carries nothing.
const SILENT_DBFS: f64 = -80.0;
/// A reference that cannot even be aligned with itself is taken for a steady tone from this length on, in seconds; a
/// shorter one says nothing.
const SHORTEST_TONE_S: f64 = 0.1;
/// Deeper than this nothing is left of the sound: it was lost, not turned down.
const LOST_DB: f64 = 30.0;
/// A pause's edges are as soft as a gap's: so much of either belongs to it, seconds.
const EDGE_S: f64 = 0.002;
/// A word begins where the reference paused for so long before, seconds.
const PAUSE_S: f64 = 0.05;

/// What is missing of a sound, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Everything: nothing goes this way.
    OneWay,
    /// The very first sound: what is said before the path opens is not heard.
    Beginning,
    /// The first sound after a pause: a voice switch opens late.
    Onset,
    /// Sound in the midst, wholly.
    Lost,
    /// Sound in the midst, turned down.
    Muted,
}

/// A stretch in which the reference sounds and the recording does not.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Missing {
    #[serde(flatten)]
    pub gap: Gap,
    pub kind: Kind,
}

/// What became of a sound.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Continuity {
    /// Times from the reference's start (from the recording's, if the reference could not be aligned).
    pub gaps: Vec<Missing>,
    pub clicks: Vec<Click>,
    pub repeats: Vec<Repeat>,
    /// Other stretches in which the sound did not arrive: noise stands for it, or, of a faint one, silence.
    pub filled: Vec<Replaced>,
    /// Nothing of the reference arrives at all.
    pub one_way: bool,
    /// Where the reference stands in the recording, seconds; null if it could not be aligned, or nothing arrived.
    pub delay_s: Option<f64>,
    /// Whether the recording had to be measured by itself, the reference being a steady tone, say.
    pub alone: bool,
}

/// Why nothing can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// The reference is silent: nothing of it can be missing.
    ReferenceSilent,
    /// The recording holds other sound than the reference.
    NotThere,
    /// Too short, not finite, or at an impossible rate.
    Unusable,
}

impl Continuity {
    /// Everything that is missing, seconds with expanded uncertainty: the edges of different gaps are independent.
    pub fn total_s(&self) -> (f64, f64) {
        let total = self.gaps.iter().map(|missing| missing.gap.length_s).sum();
        (total, self.gaps.iter().map(|missing| missing.gap.uncertainty_s.powi(2)).sum::<f64>().sqrt())
    }
    /// All of the sound that did not arrive, whatever was heard instead, seconds with expanded uncertainty.
    pub fn lost_s(&self) -> (f64, f64) {
        let gaps = self.gaps.iter().map(|missing| (missing.gap.start_s, missing.gap.length_s, missing.gap.uncertainty_s));
        let repeats = self.repeats.iter().map(|one| (one.start_s, one.length_s, one.uncertainty_s));
        let filled = self.filled.iter().map(|one| (one.start_s, one.length_s, one.uncertainty_s));
        let mut all: Vec<(f64, f64, f64)> = gaps.chain(repeats).chain(filled).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut total, mut until, mut variance) = (0.0, f64::NEG_INFINITY, 0.0);
        for (start, length, uncertainty) in all {
            total += (start + length - until.max(start)).max(0.0);
            until = until.max(start + length);
            variance += uncertainty * uncertainty;
        }
        (total, f64::sqrt(variance))
    }
    /// The longest gap, seconds with expanded uncertainty.
    pub fn longest_s(&self) -> (f64, f64) {
        self.longest(|_| true)
    }
    /// The longest missing beginning of a word, the very first included.
    pub fn longest_onset_s(&self) -> (f64, f64) {
        self.longest(|kind| matches!(kind, Kind::Beginning | Kind::Onset))
    }
    fn longest(&self, wanted: impl Fn(Kind) -> bool) -> (f64, f64) {
        let of = self
            .gaps
            .iter()
            .filter(|missing| wanted(missing.kind))
            .map(|missing| (missing.gap.length_s, missing.gap.uncertainty_s));
        of.fold((0.0, 0.0), |longest, one| if one.0 > longest.0 { one } else { longest })
    }
}

/// Compares a recording with what was played.
pub fn continuity(reference: Signal, capture: Signal, rule: Rule) -> Result<Continuity, Unknown> {
    let usable = |s: &Signal| (1000.0..=1e6).contains(&s.rate);
    let alternating = |s: &Signal| level::rms_dbfs(&level::without_offset(s.samples));
    let (own, heard) = alternating(&reference).zip(alternating(&capture)).ok_or(Unknown::Unusable)?;
    if !usable(&reference) || !usable(&capture) {
        return Err(Unknown::Unusable);
    }
    if own < SILENT_DBFS {
        return Err(Unknown::ReferenceSilent);
    }
    let none = Continuity {
        gaps: Vec::new(),
        clicks: Vec::new(),
        repeats: Vec::new(),
        filled: Vec::new(),
        one_way: false,
        delay_s: None,
        alone: false,
    };
    if heard < SILENT_DBFS {
        let depth_db = (own - heard).min(200.0);
        let length_s = reference.samples.len() as f64 / reference.rate;
        let gap = Gap { start_s: 0.0, length_s, uncertainty_s: 1.0 / reference.rate, depth_db };
        return Ok(Continuity { gaps: vec![Missing { gap, kind: Kind::OneWay }], one_way: true, ..none });
    }
    if let Some(pair) = align(reference, capture) {
        return Ok(compare(&pair, rule));
    }
    if align(reference, reference).is_some() {
        return Err(Unknown::NotThere);
    }
    if (reference.samples.len() as f64) < SHORTEST_TONE_S * reference.rate {
        return Err(Unknown::Unusable);
    }
    let found = gaps::gaps(capture.samples, capture.rate, rule).ok_or(Unknown::Unusable)?;
    Ok(Continuity { gaps: found.iter().map(|gap| Missing { gap: *gap, kind: midst(gap) }).collect(), alone: true, ..none })
}

fn compare(pair: &Aligned, rule: Rule) -> Continuity {
    let gaps = missing(pair, rule);
    let replaced = replaced::replaced(pair);
    // Where sound breaks off or comes back, what comes next cannot be foretold: that is the gap's own edge.
    let at_edge = |at: f64| {
        let near = |start: f64, length: f64| (start - 0.01..start + length + 0.01).contains(&at);
        gaps.iter().any(|missing| near(missing.gap.start_s, missing.gap.length_s))
            || replaced.iter().any(|one| near(one.start_s, one.length_s))
    };
    Continuity {
        clicks: impairments::clicks(pair).into_iter().filter(|click| !at_edge(click.at_s)).collect(),
        repeats: repeats(pair, &replaced),
        filled: replaced.iter().filter(|one| one.filling != Filling::Repeat && !is_known(one, &gaps)).copied().collect(),
        gaps,
        one_way: false,
        delay_s: Some(pair.delay.seconds),
        alone: false,
    }
}

/// Packets that were played again just as they were, and whatever else repeats what was heard before.
fn repeats(pair: &Aligned, replaced: &[Replaced]) -> Vec<Repeat> {
    let mut found: Vec<Repeat> = replaced
        .iter()
        .filter(|one| one.filling == Filling::Repeat)
        .map(|one| Repeat { start_s: one.start_s, length_s: one.length_s, uncertainty_s: one.uncertainty_s, lag_s: one.lag_s })
        .collect();
    let meets = |a: &Repeat, b: &Repeat| a.start_s < b.start_s + b.length_s && b.start_s < a.start_s + a.length_s;
    for exact in impairments::repeats(pair) {
        // A packet that is played again as it was is told by its own edges.
        match found.iter_mut().find(|one| meets(one, &exact)) {
            Some(one) if one.length_s <= exact.length_s + one.uncertainty_s => *one = exact,
            Some(_) => {}
            None => found.push(exact),
        }
    }
    found.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    found
}

/// Whether most of a stretch is told as a gap already.
fn is_known(one: &Replaced, gaps: &[Missing]) -> bool {
    let shared = |gap: &Gap| (gap.start_s + gap.length_s).min(one.start_s + one.length_s) - gap.start_s.max(one.start_s);
    gaps.iter().map(|missing| shared(&missing.gap).max(0.0)).sum::<f64>() > 0.5 * one.length_s
}

fn midst(gap: &Gap) -> Kind {
    if gap.depth_db >= LOST_DB { Kind::Lost } else { Kind::Muted }
}

/// Gaps of the aligned capture while the reference itself sounds.
fn missing(pair: &Aligned, rule: Rule) -> Vec<Missing> {
    // The level that the recording should have where it sounds: the reference's, through the fitted gain.
    let rms = |x: &[f32]| (x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / x.len().max(1) as f64).sqrt();
    let own_rms = rms(&pair.reference);
    let pauses = gaps::gaps(&pair.reference, pair.rate, Rule { sound_rms: Some(own_rms), ..rule }).unwrap_or_default();
    let captured = gaps::gaps(&pair.capture, pair.rate, Rule { sound_rms: Some(own_rms * pair.delay.gain.abs()), ..rule });
    let parts: Vec<Gap> = captured.unwrap_or_default().iter().flat_map(|gap| outside(gap, &pauses)).collect();
    let with_depth = |gap: Gap| Gap { depth_db: below_due(pair, gap.start_s, gap.start_s + gap.length_s), ..gap };
    // A soft word of the reference is no gap: the depth that counts is that below what the reference would be there.
    let deep = parts.into_iter().map(with_depth).filter(|gap| gap.depth_db >= 0.5 * rule.depth_db);
    let found = joined(pair, deep.map(|gap| widened(pair, gap)).collect(), rule);
    let lasting = found.into_iter().filter(|gap| gap.length_s >= rule.shortest_s);
    lasting.map(|gap| Missing { gap, kind: kind(&gap, &pauses) }).collect()
}

/// What is only turned down rises above the limit in places: parts with hardly anything between them are one, if that
/// is as faint as they are.
fn joined(pair: &Aligned, parts: Vec<Gap>, rule: Rule) -> Vec<Gap> {
    const APART_S: f64 = 0.06;
    let mut out: Vec<Gap> = Vec::new();
    for part in parts {
        let Some(last) = out.last_mut() else {
            out.push(part);
            continue;
        };
        let last_end = last.start_s + last.length_s;
        let end = last_end.max(part.start_s + part.length_s);
        let depth_db = below_due(pair, last.start_s, end);
        if part.start_s - last_end < APART_S && depth_db >= 0.8 * rule.depth_db {
            let uncertainty_s = last.uncertainty_s.max(part.uncertainty_s);
            *last = Gap { start_s: last.start_s, length_s: end - last.start_s, uncertainty_s, depth_db };
        } else {
            out.push(part);
        }
    }
    out
}

/// Where sound is only turned down, single samples do not show its edges; what the reference would be there does, to a
/// few milliseconds.
fn widened(pair: &Aligned, gap: Gap) -> Gap {
    const STEP_S: f64 = 0.001;
    const LOOK_S: f64 = 0.003;
    const FARTHEST: u32 = 500;
    if gap.depth_db >= LOST_DB {
        return gap;
    }
    let least = 0.6 * gap.depth_db;
    let steps = |faint: &dyn Fn(f64) -> bool| (0..FARTHEST).take_while(|k| faint(f64::from(*k) * STEP_S)).count() as f64 * STEP_S;
    let (start, end) = (gap.start_s, gap.start_s + gap.length_s);
    let before = steps(&|t| start - t > LOOK_S && below_due(pair, start - t - LOOK_S, start - t) >= least);
    let after = steps(&|t| below_due(pair, end + t, end + t + LOOK_S) >= least);
    Gap { start_s: start - before, length_s: gap.length_s + before + after, uncertainty_s: gap.uncertainty_s.max(LOOK_S), ..gap }
}

/// How far the recording lies below what the reference would be there, dB, 200 at most.
fn below_due(pair: &Aligned, from_s: f64, to_s: f64) -> f64 {
    let power = |x: &[f32]| {
        let at = |t: f64| ((t * pair.rate).round().max(0.0) as usize).min(x.len());
        let part = &x[at(from_s)..at(to_s)];
        part.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / part.len().max(1) as f64
    };
    let due = power(&pair.reference) * pair.delay.gain.powi(2);
    (10.0 * (due / power(&pair.capture).max(1e-30)).log10()).clamp(-200.0, 200.0)
}

/// The parts of `gap` that no pause of the reference explains.
fn outside(gap: &Gap, pauses: &[Gap]) -> Vec<Gap> {
    let mut parts = vec![(gap.start_s, gap.start_s + gap.length_s)];
    for pause in pauses {
        let (from, to) = (pause.start_s - EDGE_S, pause.start_s + pause.length_s + EDGE_S);
        parts = parts.iter().flat_map(|(a, b)| [(*a, b.min(from)), (a.max(to), *b)]).filter(|(a, b)| b > a).collect();
    }
    parts.iter().map(|(a, b)| Gap { start_s: *a, length_s: b - a, ..*gap }).collect()
}

fn kind(gap: &Gap, pauses: &[Gap]) -> Kind {
    const NEAR_S: f64 = 0.01;
    let after = |pause: &&Gap| (pause.start_s + pause.length_s - gap.start_s).abs() < NEAR_S;
    match pauses.iter().find(after) {
        Some(pause) if pause.start_s < NEAR_S => Kind::Beginning,
        Some(pause) if pause.length_s >= PAUSE_S => Kind::Onset,
        _ if gap.start_s < NEAR_S => Kind::Beginning,
        _ => midst(gap),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stimulus::{Random, speech_like, speech_noise, tone};

    const RATE: f64 = 8000.0;

    /// Half as loud, with noise 50 dB below, silenced (or turned down by `factor`) in the given stretches.
    fn heard(reference: &[f32], stretches: &[(f64, f64)], factor: f32, seed: u64) -> Continuity {
        let mut random = Random::new(seed);
        let sample = |(n, x): (usize, &f32)| {
            let gone = stretches.iter().any(|(from, to)| (*from..*to).contains(&(n as f64 / RATE)));
            0.5 * x * if gone { factor } else { 1.0 } + 2e-4 * random.gaussian() as f32
        };
        let capture = reference.iter().enumerate().map(sample).collect();
        compare(&Aligned::exact(reference.to_vec(), capture, RATE, 0.5), Rule::default())
    }

    fn kinds(found: &Continuity) -> Vec<Kind> {
        found.gaps.iter().map(|missing| missing.kind).collect()
    }

    #[test]
    fn lost_and_muted_stretches_are_told_apart_and_placed() {
        for seed in 0..5 {
            let reference = speech_noise(seed, 8000, 10.0);
            let found = heard(&reference, &[(2.0, 2.06), (5.0, 5.2)], 0.0, seed);
            assert_eq!(kinds(&found), [Kind::Lost, Kind::Lost], "{found:?}");
            for (missing, (from, to)) in found.gaps.iter().zip([(2.0, 2.06), (5.0, 5.2)]) {
                let (start, end) = (missing.gap.start_s, missing.gap.start_s + missing.gap.length_s);
                assert!((start - from).abs() < 0.002 && (end - to).abs() < 0.002, "{missing:?}");
            }
            let (total, uncertainty) = found.total_s();
            assert!((total - 0.26).abs() < 0.003 && uncertainty < 0.003);
            let muted = heard(&reference, &[(4.0, 4.3)], 0.1, seed);
            assert!(kinds(&muted) == [Kind::Muted] && (muted.total_s().0 - 0.3).abs() < 0.02, "{muted:?}");
            assert_eq!(kinds(&heard(&reference, &[], 0.0, seed)), []);
        }
    }

    #[test]
    fn a_cut_beginning_is_called_so() {
        for seed in 0..5 {
            let mut reference = speech_noise(seed, 8000, 10.0);
            for pause in [0..4000, 32_000..40_000] {
                reference[pause].fill(0.0);
            }
            let found = heard(&reference, &[(0.5, 0.62), (5.0, 5.08)], 0.0, seed);
            assert_eq!(kinds(&found), [Kind::Beginning, Kind::Onset], "seed {seed}: {found:?}");
            let (longest, uncertainty) = found.longest_onset_s();
            assert!((longest - 0.12).abs() < 0.004 && uncertainty < 0.004, "{found:?}");
            assert_eq!(kinds(&heard(&reference, &[], 0.0, seed)), [], "seed {seed}");
        }
    }

    /// Pauses and soft syllables of fluent speech are the reference's own.
    #[test]
    fn fluent_speech_that_came_through_has_no_gap() {
        for seed in 0..10 {
            let reference = speech_like(seed, 8000, 12.0);
            let found = heard(&reference, &[], 0.0, seed);
            assert!(found.gaps.is_empty() && found.clicks.is_empty() && found.repeats.is_empty(), "seed {seed}: {found:?}");
            let damaged = heard(&reference, &[(6.0, 6.4)], 0.0, seed);
            assert!((1..=3).contains(&damaged.gaps.len()) && damaged.total_s().0 > 0.15, "seed {seed}: {damaged:?}");
        }
    }

    #[test]
    fn one_way_and_nothing_to_say_are_told_apart() {
        let reference = speech_noise(1, 8000, 5.0);
        let of = |reference: &[f32], capture: &[f32]| {
            continuity(Signal::new(reference, RATE), Signal::new(capture, RATE), Rule::default())
        };
        let dead = of(&reference, &[0.0; 40_000]).unwrap();
        assert!(dead.one_way && kinds(&dead) == [Kind::OneWay] && dead.longest_s().0 == 5.0, "{dead:?}");
        assert_eq!(of(&[0.0; 8000], &reference), Err(Unknown::ReferenceSilent));
        assert_eq!(of(&[0.0; 8000], &[0.0; 8000]), Err(Unknown::ReferenceSilent));
        assert_eq!(of(&reference, &speech_noise(2, 8000, 5.0)), Err(Unknown::NotThere));
        assert_eq!(of(&[], &reference), Err(Unknown::Unusable));
        assert_eq!(of(&reference, &[f32::NAN; 100]), Err(Unknown::Unusable));
        let steady = tone(8000, 3.0, 1000.0, 0.0);
        let mut broken = steady.clone();
        broken[8000..8400].fill(0.0);
        let alone = of(&steady, &broken).unwrap();
        assert!(alone.alone && kinds(&alone) == [Kind::Lost] && (alone.total_s().0 - 0.05).abs() < 0.001, "{alone:?}");
    }
}
