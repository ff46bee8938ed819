//! What a stream's packets went through, per call: the figures of RFC 3550 and a few a bench needs besides.
//!
//! Must not know limits.

use super::axis::RATE;
use super::timeline::Place;
use crate::clock::Instant;
use std::time::Duration;

/// All figures count from the call's first packet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stats {
    /// Packets received, duplicates included.
    pub packets: u64,
    /// Packets that never came (RFC 3550, A.3: expected less received; duplicates are not counted as received).
    pub lost: u64,
    /// Came after their playout moment: heard as lost, not counted in `lost`.
    pub late: u64,
    /// Came after a packet with a higher sequence number.
    pub reordered: u64,
    pub duplicates: u64,
    /// Interarrival jitter in seconds (RFC 3550, 6.4.1).
    pub jitter: f64,
    pub first_at: Option<Instant>,
    pub last_at: Option<Instant>,
    /// Longest time between two receptions.
    pub longest_gap: Duration,
    /// Sources in order of appearance.
    pub ssrcs: Vec<u32>,
    /// How often the playout had to be anchored anew after the first time.
    pub restarts: u32,
    /// Differentiated services code point of the last packet, where it is known: 46 is expedited forwarding, the class of voice.
    pub dscp: Option<u8>,
    /// Packets of a payload type that was not agreed.
    pub foreign_payloads: u64,
}

/// So many sequence numbers back a duplicate is still recognised.
const WINDOW: i64 = 64;
/// Sources listed at most.
const MOST_SSRCS: usize = 32;

/// Keeps the figures.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    stats: Stats,
    /// Loss of the streams before the present one.
    lost_before: u64,
    /// Sequence numbers of the present stream: lowest, highest, and which of the last 64 have come (bit 0: the highest).
    lowest: i64,
    highest: i64,
    seen: u64,
    unique: u64,
    transit: Option<i128>,
}

impl Meter {
    pub fn stats(&self) -> Stats {
        Stats { lost: self.lost(), ..self.stats.clone() }
    }

    /// Nothing has come yet.
    pub fn is_untouched(&self) -> bool {
        self.stats.packets == 0
    }

    fn lost(&self) -> u64 {
        let expected = if self.unique == 0 { 0 } else { (self.highest - self.lowest + 1).unsigned_abs() };
        self.lost_before + expected.saturating_sub(self.unique)
    }

    /// Takes note of a packet; false if it is a duplicate.
    pub fn received(&mut self, at: Instant, ssrc: u32, place: Place) -> bool {
        self.moments(at);
        if place.restarted {
            self.restart(ssrc, place);
            self.jitter(at, place.timestamp);
            return true;
        }
        let fresh = self.sequence(place.sequence);
        if fresh {
            self.unique += 1;
            self.jitter(at, place.timestamp);
        }
        fresh
    }
    pub fn was_late(&mut self) {
        self.stats.late += 1;
    }
    pub fn came_under(&mut self, dscp: Option<u8>) {
        self.stats.dscp = dscp.or(self.stats.dscp);
    }
    pub fn had_foreign_payload(&mut self) {
        self.stats.foreign_payloads += 1;
    }

    fn moments(&mut self, at: Instant) {
        self.stats.packets += 1;
        self.stats.first_at.get_or_insert(at);
        if let Some(last) = self.stats.last_at {
            self.stats.longest_gap = self.stats.longest_gap.max(at.since(last));
        }
        self.stats.last_at = Some(at);
    }

    fn restart(&mut self, ssrc: u32, place: Place) {
        self.lost_before = self.lost();
        if self.unique > 0 {
            self.stats.restarts += 1;
        }
        if !self.stats.ssrcs.contains(&ssrc) && self.stats.ssrcs.len() < MOST_SSRCS {
            self.stats.ssrcs.push(ssrc);
        }
        (self.lowest, self.highest, self.seen, self.unique) = (place.sequence, place.sequence, 1, 1);
        self.transit = None;
    }

    fn sequence(&mut self, sequence: i64) -> bool {
        let ahead = sequence - self.highest;
        if ahead > 0 {
            self.seen = if ahead < WINDOW { self.seen << ahead | 1 } else { 1 };
            self.highest = sequence;
            return true;
        }
        self.lowest = self.lowest.min(sequence);
        let bit = if -ahead < WINDOW { 1u64 << -ahead } else { 0 };
        if self.seen & bit != 0 {
            self.stats.duplicates += 1;
            return false;
        }
        self.seen |= bit;
        self.stats.reordered += 1;
        true
    }

    /// In whole nanoseconds, so that a perfectly even stream has no jitter at all.
    fn jitter(&mut self, at: Instant, timestamp: i64) {
        let transit = i128::from(at.as_nanos()) - i128::from(timestamp) * i128::from(1_000_000_000 / RATE);
        if let Some(before) = self.transit.replace(transit) {
            let difference = (transit - before).unsigned_abs() as f64 * 1e-9;
            self.stats.jitter += (difference - self.stats.jitter) / 16.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sequences: &[i64], lost: u64, reordered: u64, duplicates: u64) -> Stats {
        let mut meter = Meter::default();
        for (n, sequence) in sequences.iter().enumerate() {
            let place = Place { sequence: *sequence, timestamp: sequence * 160, restarted: n == 0 };
            meter.received(Instant::from_nanos(n as u64 * 20_000_000), 5, place);
        }
        let stats = meter.stats();
        assert_eq!((stats.lost, stats.reordered, stats.duplicates), (lost, reordered, duplicates), "{sequences:?}");
        stats
    }

    #[test]
    fn losses_reorderings_and_duplicates_are_told_apart() {
        assert_eq!(check(&[0, 1, 2, 3], 0, 0, 0).jitter, 0.0);
        check(&[0, 1, 4, 5], 2, 0, 0);
        check(&[0, 2, 1, 3], 0, 1, 0);
        check(&[0, 1, 1, 2, 0], 0, 0, 2);
        check(&[0, -1, 1], 0, 1, 0);
        check(&[0, 200, 1], 198, 1, 0);
    }

    #[test]
    fn jitter_is_the_rfcs_running_mean() {
        // One packet is missing and the rest come 20 ms early: |D| is 20 ms, then 0.
        let stats = check(&[0, 2, 3], 1, 0, 0);
        assert!((stats.jitter - 0.02 / 16.0 * (15.0 / 16.0)).abs() < 1e-12, "{}", stats.jitter);
    }

    #[test]
    fn a_new_source_keeps_the_losses_of_the_old_one() {
        let mut meter = Meter::default();
        let place = |sequence, restarted| Place { sequence, timestamp: sequence * 160, restarted };
        for (n, (ssrc, place)) in
            [(1, place(0, true)), (1, place(3, false)), (2, place(0, true)), (2, place(2, false))].into_iter().enumerate()
        {
            meter.received(Instant::from_nanos(n as u64), ssrc, place);
        }
        let stats = meter.stats();
        assert_eq!((stats.packets, stats.lost, stats.restarts, stats.ssrcs), (4, 3, 1, vec![1, 2]));
    }
}
