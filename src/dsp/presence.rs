//! Which stretches of a continuous reference are there in a capture: first audible moment, gaps, one-way silence.
//!
//! Correlation, not energy: street noise, the other direction's voice and comfort noise are not mistaken for the reference. Knows nothing of
//! calls; the caller has already aligned the two signals.

/// Length of one look, in seconds: long enough to tell the reference from noise of equal level, short enough to place an edge.
const BLOCK_S: f64 = 0.020;
/// Distance between looks, in seconds.
const HOP_S: f64 = 0.005;
/// A block counts as present where its correlation with the reference reaches this share of the typical one of the present blocks.
const SHARE: f64 = 0.4;
/// Below this correlation coefficient nothing is found at all (noise alone reaches 0.2 in one block of a thousand at 3 kHz bandwidth).
const FLOOR: f64 = 0.25;

/// Where a reference was heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Presence {
    /// Start of the first present look, in seconds into the aligned signals.
    pub first_s: f64,
    /// End of the last present look.
    pub last_s: f64,
    /// Absent stretches between first and last: start and length in seconds, longest last.
    pub gaps: Vec<(f64, f64)>,
    /// Half-width within which each edge lies, in seconds.
    pub edge_s: f64,
}

impl Presence {
    /// Length of the longest absent stretch, zero when there is none.
    pub fn longest_gap_s(&self) -> f64 {
        self.gaps.last().map_or(0.0, |(_, length)| *length)
    }
}

/// Looks for `reference` in `capture`, sample by sample aligned and at the same rate (Hz).
///
/// Blocks in which the reference itself is silent are passed over: they say nothing. `None`: the reference is nowhere to be heard.
pub fn presence(reference: &[f32], capture: &[f32], rate: f64) -> Option<Presence> {
    let length = reference.len().min(capture.len());
    let block = (BLOCK_S * rate) as usize;
    let hop = ((HOP_S * rate) as usize).max(1);
    if block == 0 || length < block {
        return None;
    }
    let looks: Vec<Option<f64>> =
        (0..=length - block).step_by(hop).map(|at| correlation(&reference[at..at + block], &capture[at..at + block])).collect();
    let mut strong: Vec<f64> = looks.iter().flatten().copied().filter(|c| *c >= FLOOR).collect();
    strong.sort_by(f64::total_cmp);
    let typical = *strong.get(strong.len() / 2)?;
    let needed = (SHARE * typical).max(FLOOR);
    let time = |look: usize| look as f64 * hop as f64 / rate;

    // A look that straddles an edge is present once about half of it is, so an edge lies half a block inside the first present look.
    let inset = BLOCK_S / 2.0;
    let (mut first, mut last, mut gaps) = (None, 0.0, Vec::new());
    for (look, found) in looks.iter().enumerate() {
        if found.is_some_and(|c| c >= needed) {
            let here = time(look) + inset;
            match first {
                None => first = Some(here),
                // The looks in between held the reference, yet it was not heard.
                Some(_) if here - last > 1.5 * HOP_S && heard_nothing(&looks, last, here, inset, hop, rate, needed) => {
                    gaps.push((last, here - last));
                }
                Some(_) => {}
            }
            last = here;
        }
    }
    gaps.sort_by(|a, b| a.1.total_cmp(&b.1));
    Some(Presence { first_s: (first? - inset).max(0.0), last_s: last + inset, gaps, edge_s: BLOCK_S / 2.0 })
}

/// Whether some look strictly between two moments held the reference and did not hear it.
fn heard_nothing(looks: &[Option<f64>], from: f64, to: f64, inset: f64, hop: usize, rate: f64, needed: f64) -> bool {
    let index = |t: f64| (((t - inset) * rate / hop as f64).round()).max(0.0) as usize;
    looks[index(from) + 1..index(to).min(looks.len())].iter().flatten().any(|c| *c < needed)
}

/// Normalised correlation of two stretches; `None` where the reference is silent, 0 where the capture is.
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
    Some(if yy > 0.0 { (xy / (xx * yy).sqrt()).max(0.0) } else { 0.0 })
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
    fn look(muted: &[(f64, f64)], noise_level: f32) -> Option<Presence> {
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
                assert!((p.first_s - onset).abs() <= p.edge_s, "{onset} s at noise {noise_level}: {p:?}");
            }
        }
    }

    #[test]
    fn a_gap_is_measured_and_a_whole_signal_has_none() {
        let p = look(&[(1.0, 1.4)], 0.5).expect("heard");
        assert!((p.longest_gap_s() - 0.4).abs() <= 2.0 * p.edge_s, "{p:?}");
        assert_eq!(p.gaps.len(), 1);
        assert!(look(&[], 0.5).expect("heard").gaps.is_empty());
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
