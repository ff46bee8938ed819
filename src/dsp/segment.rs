//! Dividing a signal into stretches of two states (contact open or closed, sound present or lost) by the most likely
//! sequence.
//!
//! Knows nothing of what the states mean: it is given the evidence of each sample.

/// A change of state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// First sample of the new state.
    pub at: usize,
    /// The new state.
    pub on: bool,
    /// Half-width, in samples, of the positions that are nearly as likely (within two standard deviations).
    pub spread: f64,
}

/// The most likely changes, given each sample's log-likelihood ratio of "on" over "off" and the cost of one change in
/// the same measure (Viterbi's algorithm for two states). The state of the first sample is not a change: it is returned
/// beside them.
pub fn two_state(evidence: &[f64], change_cost: f64) -> (bool, Vec<Change>) {
    // came_from[n]: for each state at n, whether the best way there changed state at n.
    let mut changed = Vec::with_capacity(evidence.len());
    let (mut off, mut on) = (0.0, 0.0);
    for (n, e) in evidence.iter().enumerate() {
        let (to_off, to_on) = if n == 0 { (false, false) } else { (on - change_cost > off, off - change_cost > on) };
        let next_off = if to_off { on - change_cost } else { off };
        let next_on = if to_on { off - change_cost } else { on } + e;
        changed.push([to_off, to_on]);
        (off, on) = (next_off, next_on);
    }
    let mut state = on > off;
    let mut changes = Vec::new();
    for (at, came) in changed.iter().enumerate().rev() {
        if came[usize::from(state)] {
            changes.push(Change { at, on: state, spread: 0.0 });
            state = !state;
        }
    }
    changes.reverse();
    spread(evidence, &mut changes);
    (state, changes)
}

/// How far each change could be moved at a loss of likelihood of no more than 2 (two standard deviations).
fn spread(evidence: &[f64], changes: &mut [Change]) {
    const LOSS: f64 = 2.0;
    for change in changes {
        let sign = if change.on { 1.0 } else { -1.0 };
        let reach = |steps: &mut dyn Iterator<Item = f64>| {
            let (mut sum, mut widest) = (0.0, 0usize);
            for (k, e) in steps.take(10_000).enumerate() {
                sum += e;
                if sum < -LOSS {
                    break;
                }
                widest = k + 1;
                if sum > 10.0 * LOSS {
                    break;
                }
            }
            widest as f64
        };
        // Moving later loses the evidence of the samples passed over; moving earlier takes in evidence against.
        let later = reach(&mut evidence[change.at..].iter().map(|e| -sign * e));
        let earlier = reach(&mut evidence[..change.at].iter().rev().map(|e| sign * e));
        change.spread = later.max(earlier);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_clear_evidence_and_ignores_a_flicker() {
        let mut evidence = vec![-3.0; 100];
        evidence[40..70].fill(3.0);
        evidence[20] = 3.0;
        evidence[55] = -3.0;
        let (first, changes) = two_state(&evidence, 10.0);
        assert!(!first);
        assert_eq!(changes.iter().map(|c| (c.at, c.on)).collect::<Vec<_>>(), [(40, true), (70, false)]);
        assert!(changes.iter().all(|c| c.spread == 0.0));
    }

    #[test]
    fn starts_on_and_states_its_doubt() {
        let mut evidence = vec![2.0; 30];
        evidence.extend([0.0; 10]);
        evidence.extend([-2.0; 30]);
        let (first, changes) = two_state(&evidence, 5.0);
        assert!(first && changes.len() == 1);
        assert!((30..=40).contains(&changes[0].at) && changes[0].spread >= 5.0);
        assert_eq!(two_state(&[], 5.0), (false, Vec::new()));
    }
}
