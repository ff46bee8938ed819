//! What a stream's packets went through, per call: the figures of RFC 3550 and a few a bench needs besides.
//!
//! Must not know limits.

use super::axis::RATE;
use super::packet::Packet;
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
    /// Each source by itself, in order of appearance.
    pub sources: Vec<Source>,
    /// How often the playout had to be anchored anew after the first time.
    pub restarts: u32,
    /// Differentiated services code point of the last packet, where it is known: 46 is expedited forwarding, the class
    /// of voice.
    pub dscp: Option<u8>,
    /// Packets of a payload type that was not agreed.
    pub foreign_payloads: u64,
}

/// One source's share (RFC 3550, 6.4.1 and A.8).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Source {
    pub ssrc: u32,
    /// Duplicates included.
    pub packets: u64,
    pub lost: u64,
    pub reordered: u64,
    pub duplicates: u64,
    /// In seconds.
    pub jitter: f64,
}

/// What a receiver's report tells of the source it hears now (RFC 3550, 6.4.1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reception {
    pub ssrc: u32,
    /// Packets that should have come, from the first to the highest sequence number.
    pub expected: u64,
    /// Packets that came, duplicates not among them.
    pub received: u64,
    /// Extended highest sequence number.
    pub highest: u32,
    /// In seconds.
    pub jitter: f64,
}

/// So many sequence numbers back a duplicate is still recognised.
const WINDOW: i64 = 64;
/// Sources listed at most.
const MOST_SOURCES: usize = 32;

/// Keeps the figures.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    /// Loss, order and jitter in here are those of streams before the present one.
    stats: Stats,
    present: Stream,
}

/// The stream under way.
#[derive(Debug, Clone, Default)]
struct Stream {
    source: Source,
    /// The first packet's sequence number as on the wire.
    base: u16,
    /// Sequence numbers since that: lowest, highest, and which of the last 64 have come (bit 0: the highest).
    lowest: i64,
    highest: i64,
    seen: u64,
    unique: u64,
    transit: Option<i128>,
}

impl Stream {
    fn expected(&self) -> u64 {
        if self.unique == 0 { 0 } else { (self.highest - self.lowest + 1).unsigned_abs() }
    }
    fn source(&self) -> Source {
        Source { lost: self.expected().saturating_sub(self.unique), ..self.source }
    }
}

/// Adds a stream's figures to its source's, or begins one.
fn add(sources: &mut Vec<Source>, stream: &Source) {
    let room = sources.len() < MOST_SOURCES;
    match sources.iter_mut().find(|known| known.ssrc == stream.ssrc) {
        Some(known) => {
            known.packets += stream.packets;
            known.lost += stream.lost;
            known.reordered += stream.reordered;
            known.duplicates += stream.duplicates;
            known.jitter = stream.jitter;
        }
        None if room => sources.push(*stream),
        None => {}
    }
}

impl Meter {
    pub fn stats(&self) -> Stats {
        let mut stats = self.stats.clone();
        let present = self.present.source();
        if self.present.unique > 0 {
            add(&mut stats.sources, &present);
            (stats.lost, stats.jitter) = (stats.lost + present.lost, present.jitter);
            (stats.reordered, stats.duplicates) = (stats.reordered + present.reordered, stats.duplicates + present.duplicates);
        }
        stats
    }

    /// Of the source heard now; `None` before the first packet.
    pub fn reception(&self) -> Option<Reception> {
        let present = &self.present;
        (present.unique > 0).then(|| Reception {
            ssrc: present.source.ssrc,
            expected: present.expected(),
            received: present.unique,
            // Cycles and number as on the wire: both follow from the count since the first packet.
            highest: (i64::from(present.base) + present.highest) as u32,
            jitter: present.source.jitter,
        })
    }

    /// When the last packet came.
    pub fn last_at(&self) -> Option<Instant> {
        self.stats.last_at
    }
    /// Nothing has come yet.
    pub fn is_untouched(&self) -> bool {
        self.stats.packets == 0
    }

    /// Takes note of a packet; false if it is a duplicate.
    pub fn received(&mut self, at: Instant, packet: &Packet<'_>, place: Place) -> bool {
        self.moments(at);
        if place.restarted {
            self.restart(packet, place);
        }
        self.present.source.packets += 1;
        let fresh = place.restarted || self.present.sequence(place.sequence);
        if fresh {
            self.present.unique += 1;
            self.present.jitter(at, place.timestamp);
        }
        fresh
    }
    /// Takes note of a packet of the stream that carries no sound: it is as little lost as one that does.
    pub fn passed(&mut self, at: Instant, sequence: i64) {
        self.moments(at);
        self.present.source.packets += 1;
        if self.present.sequence(sequence) {
            self.present.unique += 1;
        }
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

    fn restart(&mut self, packet: &Packet<'_>, place: Place) {
        if self.present.unique > 0 {
            self.stats = Stats { restarts: self.stats.restarts + 1, ..self.stats() };
        }
        let source = Source { ssrc: packet.ssrc, ..Source::default() };
        let (lowest, highest) = (place.sequence, place.sequence);
        self.present = Stream { source, base: packet.sequence, lowest, highest, seen: 1, unique: 0, transit: None };
    }
}

impl Stream {
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
            self.source.duplicates += 1;
            return false;
        }
        self.seen |= bit;
        self.source.reordered += 1;
        true
    }

    /// In whole nanoseconds, so that a perfectly even stream has no jitter at all.
    fn jitter(&mut self, at: Instant, timestamp: i64) {
        let transit = i128::from(at.as_nanos()) - i128::from(timestamp) * i128::from(1_000_000_000 / RATE);
        if let Some(before) = self.transit.replace(transit) {
            let difference = (transit - before).unsigned_abs() as f64 * 1e-9;
            self.source.jitter += (difference - self.source.jitter) / 16.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sequence numbers on the wire begin just below their wrap.
    fn packet(ssrc: u32, sequence: i64) -> Packet<'static> {
        let sequence = (65_530 + sequence) as u16;
        Packet { marker: false, payload_type: 8, sequence, timestamp: 0, ssrc, payload: &[] }
    }

    fn check(sequences: &[i64], lost: u64, reordered: u64, duplicates: u64) -> Stats {
        let mut meter = Meter::default();
        for (n, sequence) in sequences.iter().enumerate() {
            let place = Place { sequence: *sequence, timestamp: sequence * 160, restarted: n == 0 };
            meter.received(Instant::from_nanos(n as u64 * 20_000_000), &packet(5, *sequence), place);
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
    fn what_carries_no_sound_is_no_loss() {
        let mut meter = Meter::default();
        for sequence in 0..9i64 {
            let at = Instant::from_nanos(sequence as u64 * 20_000_000);
            if (3..7).contains(&sequence) {
                meter.passed(at, sequence);
            } else {
                let place = Place { sequence, timestamp: sequence * 160, restarted: sequence == 0 };
                meter.received(at, &packet(5, sequence), place);
            }
        }
        let stats = meter.stats();
        assert_eq!((stats.packets, stats.lost, stats.reordered, stats.duplicates, stats.jitter), (9, 0, 0, 0, 0.0));
        assert_eq!(meter.reception().map(|told| (told.expected, told.received)), Some((9, 9)));
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
            meter.received(Instant::from_nanos(n as u64), &packet(ssrc, place.sequence), place);
        }
        let stats = meter.stats();
        assert_eq!((stats.packets, stats.lost, stats.restarts), (4, 3, 1));
        let each: Vec<_> = stats.sources.iter().map(|s| (s.ssrc, s.packets, s.lost)).collect();
        assert_eq!(each, [(1, 2, 2), (2, 2, 1)]);
    }

    #[test]
    fn a_report_tells_the_highest_number_with_its_cycles() {
        let mut meter = Meter::default();
        assert_eq!(meter.reception(), None);
        for (n, sequence) in [0i64, 1, 8, 8].into_iter().enumerate() {
            let place = Place { sequence, timestamp: sequence * 160, restarted: n == 0 };
            meter.received(Instant::from_nanos(sequence as u64 * 20_000_000), &packet(9, sequence), place);
        }
        let told = meter.reception().map(|r| (r.ssrc, r.expected, r.received, r.highest));
        assert_eq!(told, Some((9, 9, 3, 65_538)));
    }
}
