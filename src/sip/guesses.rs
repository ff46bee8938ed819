//! Passwords that were wrong, by who was asked for them: whoever is wrong too often is not listened to for a while,
//! right or wrong, so that guessing leads nowhere.
//!
//! What counts is where the challenge went, for nobody answers one that he has not received: no guess is held against a
//! post that shares its address with whoever guesses, or under whose address he writes. Whoever was right once need not
//! guess. Must not know users or passwords.

use super::allowance::Allowance;
use super::digest::Mark;
use crate::clock::Instant;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// A post that is set up by hand is wrong a few times. Engineering judgement: a hundred thousand words take eleven
/// days.
const MOST: u32 = 5;
const FORGIVES: Duration = Duration::from_secs(10);
/// So many are remembered of either kind; the one that is forgiven first is forgotten first, and the one that was right
/// longest ago.
const MOST_REMEMBERED: usize = 1024;

#[derive(Debug, Default)]
pub struct Guesses {
    wrong: BTreeMap<Mark, Allowance>,
    right: VecDeque<Mark>,
}

impl Guesses {
    /// Whether another try of his is looked at; the error is how long it takes until one is.
    pub fn may_try(&self, at: Instant, who: Mark) -> Result<(), Duration> {
        let used = self.wrong.get(&who).copied().unwrap_or_default();
        if self.right.contains(&who) || used.is_left(at, MOST, FORGIVES) {
            Ok(())
        } else {
            Err(used.whole_at().since(at + FORGIVES * (MOST - 1)))
        }
    }
    /// One of his was right.
    pub fn was_right(&mut self, who: Mark) {
        self.right.retain(|other| *other != who);
        if self.right.len() >= MOST_REMEMBERED {
            self.right.pop_front();
        }
        self.right.push_back(who);
    }
    /// One of his was wrong.
    pub fn was_wrong(&mut self, at: Instant, who: Mark) {
        if self.wrong.len() >= MOST_REMEMBERED && !self.wrong.contains_key(&who) {
            self.wrong.retain(|_, used| used.whole_at() > at);
            let first = self.wrong.iter().min_by_key(|(_, used)| **used).map(|(who, _)| *who);
            first.filter(|_| self.wrong.len() >= MOST_REMEMBERED).and_then(|first| self.wrong.remove(&first));
        }
        self.wrong.entry(who).or_default().use_one(at, FORGIVES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::from_nanos(seconds * 1_000_000_000)
    }
    /// How many of so many wrong ones were looked at.
    fn looked_at(guesses: &mut Guesses, moment: Instant, who: Mark) -> usize {
        let tries = (0..1000).filter(|_| {
            let may = guesses.may_try(moment, who).is_ok();
            if may {
                guesses.was_wrong(moment, who);
            }
            may
        });
        tries.count()
    }

    #[test]
    fn one_is_heard_a_few_times_and_then_now_and_then() {
        let mut guesses = Guesses::default();
        assert_eq!(looked_at(&mut guesses, at(100), [1; 8]), 5);
        assert_eq!(guesses.may_try(at(100), [1; 8]), Err(Duration::from_secs(10)));
        assert_eq!(guesses.may_try(at(100), [2; 8]), Ok(()), "nobody else is held responsible");
        assert_eq!(looked_at(&mut guesses, at(110), [1; 8]), 1);
        assert_eq!(looked_at(&mut guesses, at(3600), [1; 8]), 5);
        guesses.was_right([1; 8]);
        assert_eq!(looked_at(&mut guesses, at(3600), [1; 8]), 1000, "he knows it");
        (0..MOST_REMEMBERED as u64).for_each(|n| guesses.was_right(n.to_be_bytes()));
        assert_eq!(guesses.right.len(), MOST_REMEMBERED);
        assert_eq!(looked_at(&mut guesses, at(3600), [1; 8]), 0);
    }

    #[test]
    fn what_is_remembered_has_its_bounds_and_whoever_guesses_most_is_remembered_longest() {
        let mut guesses = Guesses::default();
        assert_eq!(looked_at(&mut guesses, at(100), [0xff; 8]), 5);
        for n in 0..10_000u64 {
            guesses.was_wrong(at(100), n.to_be_bytes());
        }
        assert_eq!(guesses.wrong.len(), MOST_REMEMBERED);
        assert_eq!(looked_at(&mut guesses, at(100), [0xff; 8]), 0);
    }
}
