//! How long after they were due packets left: of a whole stream, and of the stretch spoken last.
//!
//! A machine that wakes its sender late sends late. That is a share of the uncertainty of every delay measured with
//! that voice, and it is the share of the packets that carried it, not of one that was late an hour ago. Must not know
//! what the packets carry.

use crate::clock::Instant;
use std::ops::Range;
use std::time::Duration;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lateness {
    all: Ledger,
    stretch: Ledger,
    /// By their index in the stream, the packets that carry the stretch spoken last.
    packets: Range<u64>,
}

/// Of some packets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Ledger {
    /// `None`: none of them has been handed over yet.
    worst: Option<Duration>,
    /// The earliest due moment of those that were handed over but may not have left yet.
    waiting: Option<Instant>,
}

impl Ledger {
    fn note(&mut self, late: Duration) {
        self.worst = Some(self.worst.map_or(late, |worst| worst.max(late)));
    }
    fn handed(&mut self, due: Instant, at: Instant) {
        self.note(at.since(due));
        self.waiting = Some(self.waiting.map_or(due, |earliest| earliest.min(due)));
    }
    fn gone(&mut self, by: Instant) {
        if let Some(due) = self.waiting.take() {
            self.note(by.since(due));
        }
    }
}

impl Lateness {
    /// From now on the stretch spoken last is that in these packets.
    pub fn speaks(&mut self, packets: Range<u64>) {
        self.packets = packets;
        self.stretch = Ledger::default();
    }

    /// A packet that was due at `due` was handed over to be sent at `at`.
    pub fn handed(&mut self, packet: u64, due: Instant, at: Instant) {
        self.all.handed(due, at);
        if self.packets.contains(&packet) {
            self.stretch.handed(due, at);
        }
    }

    /// What was handed over has left by now, at `by`.
    pub fn gone(&mut self, by: Instant) {
        self.all.gone(by);
        self.stretch.gone(by);
    }

    /// The latest of the stretch spoken last; before the first packet of it has left, the latest of the stream, which
    /// is all that is known then.
    pub fn latest(&self) -> Duration {
        self.stretch.worst.or(self.all.worst).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn us(micros: u64) -> Instant {
        Instant::from_nanos(micros * 1000)
    }

    fn check(lateness: &Lateness, micros: u64) {
        assert_eq!(lateness.latest(), Duration::from_micros(micros), "{lateness:?}");
    }

    #[test]
    fn the_stretch_spoken_last_counts_as_soon_as_it_leaves_and_nothing_before_or_after_it() {
        let mut l = Lateness::default();
        check(&l, 0);
        l.handed(0, us(20_000), us(50_000));
        l.gone(us(50_100));
        check(&l, 30_100);
        l.speaks(3..5);
        check(&l, 30_100);
        l.handed(2, us(60_000), us(61_000));
        check(&l, 30_100);
        l.handed(3, us(80_000), us(80_050));
        check(&l, 50);
        l.gone(us(80_070));
        check(&l, 70);
        l.handed(4, us(100_000), us(100_020));
        l.gone(us(100_030));
        l.handed(5, us(120_000), us(129_000));
        l.gone(us(130_000));
        check(&l, 70);
        l.speaks(9..10);
        check(&l, 30_100);
    }

    #[test]
    fn what_left_together_is_as_late_as_the_first_of_it_was_due() {
        let mut l = Lateness::default();
        l.speaks(0..2);
        l.handed(0, us(20_000), us(41_000));
        l.handed(1, us(40_000), us(41_000));
        l.gone(us(41_500));
        check(&l, 21_500);
        l.gone(us(90_000));
        check(&l, 21_500);
    }
}
