//! Which stretches of a continuous reference are there in a capture: first audible moment, gaps, one-way silence.
//!
//! Correlation, not energy: street noise, the other direction's voice and comfort noise are not mistaken for the
//! reference. Knows nothing of calls.

use super::delay::{Signal, delay};
use super::{fft, interp};

/// Length of one look, in seconds: long enough to tell the reference from noise of equal level. Edges are then placed
/// sample by sample.
const BLOCK_S: f64 = 0.020;
/// Distance between looks, in seconds.
const HOP_S: f64 = 0.005;
/// A block counts as present where its correlation with the reference reaches this share of the typical one of the
/// present blocks.
const SHARE: f64 = 0.4;
/// Below this correlation coefficient nothing is found at all (noise alone reaches 0.2 in one block of a thousand at 3
/// kHz bandwidth).
const FLOOR: f64 = 0.25;

/// So many looks in a row make a presence: one packet of 20 ms is seen by five, while a likeness by chance, with the
/// other side's voice say, lasts for two or three. One such moment would split an interruption in two and make it look
/// shorter than it was.
const FEWEST_LOOKS: usize = 4;
/// Half a period of the lowest frequency that voices have here (500 Hz) may pass before a sound shows, in seconds.
/// Resampling smears edges by less.
const SMEAR_S: f64 = 0.001;
/// The other side's voice may go on through an interruption and look like the reference for so much longer, in seconds.
const LIKENESS_S: f64 = 0.002;

/// Where a reference was heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// Where it was first heard, in seconds into the aligned signals.
    pub first_s: f64,
    /// Where it was last heard.
    pub last_s: f64,
    /// Absent stretches between first and last: start and length in seconds, longest last.
    pub gaps: Vec<(f64, f64)>,
    /// It was heard upside down: somewhere a pair of wires is exchanged.
    pub is_inverted: bool,
    /// Half-width within which the first moment lies with 95 %, in seconds.
    pub first_edge_s: f64,
    /// The same for the edges of the gaps, the widest of them; 0 if there are no gaps.
    pub gap_edge_s: f64,
}

impl Activity {
    /// Length of the longest absent stretch, zero when there is none.
    pub fn longest_gap_s(&self) -> f64 {
        self.gaps.last().map_or(0.0, |(_, length)| *length)
    }
}

/// Finds when `reference` was heard in `capture`, whatever their rates and however late: both are brought to `rate`
/// (whole hertz) and the reference is moved to where it stands in the capture, so that moments count from the capture's
/// first sample. `None`: nowhere to be heard.
pub fn find(reference: Signal, capture: Signal, rate: u32) -> Option<Activity> {
    let aligned = delay(reference, capture)?;
    let at_rate = |signal: Signal| -> Vec<f32> {
        fft::resample(signal.samples, signal.rate.round() as u32, rate).iter().map(|s| *s as f32).collect()
    };
    let (reference, capture) = (at_rate(reference), at_rate(capture));
    let rate = f64::from(rate);
    let place = |i: usize| {
        let t = i as f64 / rate;
        interp::sinc_at(&reference, (t - aligned.at(t - aligned.seconds)) * rate)
    };
    let placed: Vec<f32> = (0..capture.len()).map(place).collect();
    presence(&placed, &capture, rate)
}

/// Looks for `reference` in `capture`, sample by sample aligned and at the same rate (Hz).
///
/// Blocks in which the reference itself is silent are passed over: they say nothing. `None`: the reference is nowhere
/// to be heard.
pub fn presence(reference: &[f32], capture: &[f32], rate: f64) -> Option<Activity> {
    let length = reference.len().min(capture.len());
    let block = (BLOCK_S * rate) as usize;
    let hop = ((HOP_S * rate) as usize).max(1);
    if block == 0 || length < block {
        return None;
    }
    let signed: Vec<Option<f64>> =
        (0..=length - block).step_by(hop).map(|at| correlation(&reference[at..at + block], &capture[at..at + block])).collect();
    // A path that inverts is heard as well as one that does not.
    let weight = |sign: f64| signed.iter().flatten().map(|c| c * sign).filter(|c| *c >= FLOOR).sum::<f64>();
    let sign = if weight(-1.0) > weight(1.0) { -1.0 } else { 1.0 };
    let looks: Vec<Option<f64>> = signed.iter().map(|look| look.map(|c| (c * sign).max(0.0))).collect();
    let mut strong: Vec<f64> = looks.iter().flatten().copied().filter(|c| *c >= FLOOR).collect();
    strong.sort_by(f64::total_cmp);
    let typical = *strong.get(strong.len() / 2)?;
    let needed = (SHARE * typical).max(FLOOR);

    let runs = runs(&looks, needed);
    let (first, last) = (runs.first()?.0, runs.last()?.1);
    let signals = Signals { reference: &reference[..length], capture: &capture[..length], block };
    let (begin, end) = (signals.begins(first * hop), signals.ends(last * hop + block));
    let stated = |width: f64, smear: f64| (width / rate).hypot(smear);
    let mut gap_edge_s: f64 = 0.0;
    let mut gaps = Vec::new();
    for pair in runs.windows(2) {
        let (from, to) = (signals.ends(pair[0].1 * hop + block), signals.begins(pair[1].0 * hop));
        gap_edge_s = gap_edge_s.max(stated(from.width.max(to.width), LIKENESS_S));
        gaps.push((from.at / rate, ((to.at - from.at) / rate).max(0.0)));
    }
    gaps.sort_by(|a, b| a.1.total_cmp(&b.1));
    Some(Activity {
        first_s: begin.at / rate,
        last_s: end.at / rate,
        gaps,
        is_inverted: sign < 0.0,
        first_edge_s: stated(begin.width, SMEAR_S),
        gap_edge_s,
    })
}

/// Stretches of looks that heard the reference: first and last look of each. Looks at which the reference was silent
/// break none.
fn runs(looks: &[Option<f64>], needed: f64) -> Vec<(usize, usize)> {
    let mut runs: Vec<Vec<usize>> = vec![Vec::new()];
    for (look, found) in looks.iter().enumerate() {
        match (found, runs.last_mut()) {
            (Some(c), Some(run)) if *c >= needed => run.push(look),
            (Some(_), Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    let lasting = runs.iter().filter(|run| run.len() >= FEWEST_LOOKS);
    lasting.filter_map(|run| Some((*run.first()?, *run.last()?))).collect()
}

/// An edge of the reference's presence, in samples, and the half-width within which it lies.
struct Edge {
    at: f64,
    width: f64,
}

/// Aligned signals of one length.
struct Signals<'a> {
    reference: &'a [f32],
    capture: &'a [f32],
    block: usize,
}

impl Signals<'_> {
    /// Where the reference begins to be heard, given the start of the first look that heard it.
    fn begins(&self, look: usize) -> Edge {
        let outside = look.min(self.block);
        let from = look - outside;
        let to = (look + 3 * self.block).min(self.reference.len());
        let pairs: Vec<(f64, f64)> = (from..to).map(|n| self.pair(n)).collect();
        let (inset, width) = place(&pairs, outside + self.block);
        Edge { at: (from + inset) as f64, width }
    }
    /// Where it ceases to be heard, given the end of the last look that heard it: the same, seen backwards.
    fn ends(&self, look_end: usize) -> Edge {
        let to = (look_end + self.block).min(self.reference.len());
        let from = look_end.saturating_sub(3 * self.block);
        let pairs: Vec<(f64, f64)> = (from..to).rev().map(|n| self.pair(n)).collect();
        let (inset, width) = place(&pairs, to - look_end + self.block);
        Edge { at: (to - inset) as f64, width }
    }
    fn pair(&self, n: usize) -> (f64, f64) {
        let y = f64::from(self.capture[n]);
        (f64::from(self.reference[n]), if y.is_finite() { y } else { 0.0 })
    }
}

/// The most likely place among `pairs` (reference, capture) from which the capture holds the reference, and how far
/// from it the edge may lie with 95 %. From pair number `sure` on it certainly does: gain and noise are taken from
/// there.
///
/// Each sample speaks for presence by how much smaller it gets when the reference is taken off it, in units of the
/// noise.
fn place(pairs: &[(f64, f64)], sure: usize) -> (usize, f64) {
    let known = &pairs[sure.min(pairs.len())..];
    let sum = |f: fn(f64, f64) -> f64| known.iter().map(|(x, y)| f(*x, *y)).sum::<f64>();
    let (xy, xx) = (sum(|x, y| x * y), sum(|x, _| x * x));
    let gain = if xx > 0.0 { xy / xx } else { 0.0 };
    let residual = known.iter().map(|(x, y)| (y - gain * x).powi(2)).sum::<f64>();
    // Noise can hardly be less than a thousandth of the signal: a fit that looks better is a coincidence of few
    // samples.
    let noise = (residual.max(1e-3 * gain * gain * xx) / known.len().max(1) as f64).max(f64::MIN_POSITIVE);
    let mut evidence = 0.0;
    let mut from_here: Vec<f64> = pairs
        .iter()
        .rev()
        .map(|(x, y)| {
            evidence += (y * y - (y - gain * x).powi(2)) / (2.0 * noise);
            evidence
        })
        .collect();
    from_here.reverse();
    let best = from_here.iter().enumerate().fold((0, f64::MIN), |best, (n, e)| if *e > best.1 { (n, *e) } else { best });
    // A log-likelihood 2 below its greatest bounds 95 %.
    // Where the reference itself is silent it says nothing, and cannot be where it began.
    let loud = 1e-3 * xx / known.len().max(1) as f64;
    let near = |n: &usize| from_here[*n] > best.1 - 2.0 && pairs[*n].0.powi(2) > loud;
    let (low, high) = ((0..pairs.len()).find(near), (0..pairs.len()).rev().find(near));
    // The likeliest place may itself lie in a silence of the reference, beside all that is near it.
    let width = [low, high].into_iter().flatten().map(|edge| edge.abs_diff(best.0)).max().unwrap_or(0);
    (best.0, width as f64)
}

/// Normalised correlation of two stretches, negative where one is the other's inverse; `None` where the reference is
/// silent, 0 where the capture is.
fn correlation(reference: &[f32], capture: &[f32]) -> Option<f64> {
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in reference.iter().zip(capture) {
        let (x, y) = (f64::from(*x), f64::from(*y));
        if !y.is_finite() {
            return Some(0.0);
        }
        xy += x * y;
        xx += x * x;
        yy += y * y;
    }
    if xx / reference.len() as f64 <= 1e-8 {
        return None;
    }
    Some(if yy > 0.0 { xy / (xx * yy).sqrt() } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 8000.0;

    fn noise(seed: u32, length: usize) -> Vec<f32> {
        let mut state = seed;
        (0..length)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 23) as f32 - 1.0
            })
            .collect()
    }

    /// Mutes `from..to` seconds of a reference, adds noise of the given relative level, and looks.
    fn look(muted: &[(f64, f64)], noise_level: f32) -> Option<Activity> {
        let reference = noise(1, 24_000);
        let mut capture: Vec<f32> =
            reference.iter().zip(noise(2, 24_000)).map(|(r, n)| 0.3 * r + 0.3 * noise_level * n).collect();
        for (from, to) in muted {
            for (i, y) in capture[(from * RATE) as usize..(to * RATE) as usize].iter_mut().enumerate() {
                *y = 0.3 * noise_level * noise(3 + i as u32, 1)[0];
            }
        }
        presence(&reference, &capture, RATE)
    }

    #[test]
    fn an_onset_is_placed_within_the_stated_half_width() {
        for noise_level in [0.0, 0.5, 1.0] {
            for onset in [0.1, 0.333, 0.8] {
                let p = look(&[(0.0, onset)], noise_level).expect("heard");
                assert!((p.first_s - onset).abs() <= p.first_edge_s, "{onset} s at noise {noise_level}: {p:?}");
                assert!(p.first_edge_s < 0.003, "{p:?}");
            }
        }
    }

    #[test]
    fn a_gap_is_measured_and_a_whole_signal_has_none() {
        let p = look(&[(1.0, 1.4)], 0.5).expect("heard");
        assert!((p.longest_gap_s() - 0.4).abs() <= 2.0 * p.gap_edge_s, "{p:?}");
        assert_eq!(p.gaps.len(), 1);
        assert!(look(&[], 0.5).expect("heard").gaps.is_empty());
    }

    #[test]
    fn a_path_that_inverts_is_heard_as_well() {
        let reference = noise(1, 24_000);
        let heard = |sign: f32| {
            let mut capture: Vec<f32> = reference.iter().zip(noise(2, 24_000)).map(|(r, n)| sign * r + 0.3 * n).collect();
            capture[..4000].fill(0.0);
            presence(&reference, &capture, RATE).expect("heard")
        };
        let (upright, inverted) = (heard(0.3), heard(-0.3));
        assert_eq!((upright.is_inverted, inverted.is_inverted), (false, true));
        for found in [upright, inverted] {
            assert!((found.first_s - 0.5).abs() <= found.first_edge_s, "{found:?}");
            assert!(found.gaps.is_empty(), "{found:?}");
        }
    }

    #[test]
    fn a_likeness_by_chance_does_not_split_an_interruption() {
        let (mut split, mut missed) = (0, 0);
        for seed in 0..200 {
            // Another voice as loud as the reference sounds in the gap.
            let reference = noise(seed, 24_000);
            let mut capture = reference.clone();
            capture[8_000..18_000].copy_from_slice(&noise(seed + 1_000, 10_000));
            let p = presence(&reference, &capture, RATE).expect("heard");
            let error = (p.longest_gap_s() - 1.25).abs();
            split += usize::from(error > 0.05);
            missed += usize::from(error > 2f64.sqrt() * p.gap_edge_s);
        }
        assert_eq!(split, 0, "of 200");
        assert!(missed <= 10, "{missed} of 200 beyond the stated uncertainty");
    }

    #[test]
    fn a_reference_that_is_silent_at_its_edge_still_has_a_place() {
        let quiet = [(0.0, 0.0); 10];
        let loud = noise(1, 50);
        let pairs: Vec<(f64, f64)> = quiet.into_iter().chain(loud.iter().map(|x| (f64::from(*x), 0.5 * f64::from(*x)))).collect();
        let (at, width) = place(&pairs, 30);
        assert!(at <= 10 && at as f64 + width >= 10.0, "at {at} ± {width}");
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(presence(&noise(1, 8000), &noise(2, 8000), RATE), None);
        assert_eq!(presence(&noise(1, 8000), &[0.0; 8000], RATE), None);
        assert_eq!(presence(&[0.0; 8000], &noise(2, 8000), RATE), None);
        assert_eq!(presence(&noise(1, 10), &noise(1, 10), RATE), None);
        assert_eq!(presence(&noise(1, 8000), &[f32::NAN; 8000], RATE), None);
    }
}
