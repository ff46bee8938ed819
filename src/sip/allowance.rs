//! So many at once, and one more each interval: how often something may be done, told or tried by whoever is not known.
//!
//! Must not know what is counted.

use crate::clock::Instant;
use std::time::Duration;

/// How much of an allowance is used up, by the moment at which nothing of it will be any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Allowance(Instant);

impl Default for Allowance {
    fn default() -> Self {
        Allowance(Instant::ZERO)
    }
}

impl Allowance {
    /// Whether one of `most` is left, of which one comes back after `each`.
    pub fn is_left(self, at: Instant, most: u32, each: Duration) -> bool {
        self.0 <= at + each * most.saturating_sub(1)
    }
    pub fn use_one(&mut self, at: Instant, each: Duration) {
        self.0 = self.0.max(at) + each;
    }
    /// Uses one if it is left; false if none is.
    pub fn take(&mut self, at: Instant, most: u32, each: Duration) -> bool {
        let is_left = self.is_left(at, most, each);
        if is_left {
            self.use_one(at, each);
        }
        is_left
    }
    /// When nothing of it is used up any more.
    pub fn whole_at(self) -> Instant {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_at_once_and_one_more_each_interval() {
        let at = |millis: u64| Instant::from_nanos(millis * 1_000_000);
        let second = Duration::from_secs(1);
        let mut allowance = Allowance::default();
        let mut taken = |millis: u64, tries: u32| (0..tries).filter(|_| allowance.take(at(millis), 3, second)).count();
        assert_eq!([taken(5000, 9), taken(5999, 9), taken(6000, 9), taken(6001, 9), taken(60_000, 9)], [3, 0, 1, 0, 3]);
    }
}
