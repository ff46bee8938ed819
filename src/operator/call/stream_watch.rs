//! Whether the post's stream hangs together: one source for a whole talk (RFC 3550, 5.1), every packet of it, and as
//! many samples in a packet as its timestamps say.
//!
//! Must not know how it is played.

use crate::clock::Instant;
use crate::instrument::operator::Irregular;
use crate::operator::timers::{AGREED_WITHIN, SETTLES_WITHIN};
use crate::rtp::codec::Codec;
use crate::rtp::packet::Packet;

/// A step of the sequence number beyond these is a new beginning, not a loss or a late packet (RFC 3550, A.1).
const MOST_DROPPED: i16 = 3000;
const MOST_LATE: i16 = -100;
/// So many packets in a row that never come are more than a network loses: with the usual ones of 20 ms, a gap of more
/// than 60 ms.
const MISSING: i16 = 4;
/// Packets that are looked at together, and how many of them at least do not fit if it is no accident. Engineering
/// judgement.
const LOOKED_AT: u32 = 100;
const MISFITS: u32 = 50;

#[derive(Debug, Default)]
pub struct StreamWatch {
    last: Option<Last>,
    /// When the first stream began since anything was agreed: one that is never the same for long does not settle.
    first: Option<Instant>,
    /// A new agreement has come since the stream last began: whatever it brought about may begin another.
    may_begin_anew: bool,
    looked_at: u32,
    misfits: u32,
    is_misfit_told: bool,
    found: Option<Irregular>,
    /// When it began anew; what brought that about may be agreed only then.
    began_anew: Option<Instant>,
}

/// The last packet of the stream under way.
#[derive(Debug)]
struct Last {
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    /// Ticks that its payload lasts; `None`: nobody knows.
    lasts: Option<u32>,
}

impl StreamWatch {
    /// Something was agreed anew: a hold, a move, a codec, an address.
    pub fn agreed(&mut self) {
        self.may_begin_anew = self.began_anew.take().is_none();
        self.first = None;
        (self.looked_at, self.misfits) = (0, 0);
    }

    /// A packet of voice.
    pub fn hears(&mut self, at: Instant, packet: &Packet<'_>, codec: Codec) {
        let lasts = matches!(codec, Codec::Pcma | Codec::Pcmu | Codec::G722).then_some(packet.payload.len() as u32);
        let first = *self.first.get_or_insert(at);
        let Some(last) = &self.last else { return self.begin(packet, lasts) };
        let step = packet.sequence.wrapping_sub(last.sequence).cast_signed();
        if packet.ssrc != last.ssrc || !(MOST_LATE..=MOST_DROPPED).contains(&step) {
            let may = std::mem::take(&mut self.may_begin_anew);
            if at.since(first) >= SETTLES_WITHIN && !may {
                // The first counts: one that is renamed all the time would else never have stood for long enough.
                self.began_anew.get_or_insert(at);
            }
            return self.begin(packet, lasts);
        }
        if step <= 0 {
            return;
        }
        if step > MISSING {
            self.found.get_or_insert(Irregular::Missing { packets: (step - 1).unsigned_abs() });
        }
        // After a pause the timestamp has gone on, and the marker may say so (RFC 3551, 4.1).
        if let (1, false, Some(samples)) = (step, packet.marker, last.lasts.filter(|lasts| *lasts > 0)) {
            self.compare(samples, packet.timestamp.wrapping_sub(last.timestamp));
        }
        if let Some(last) = &mut self.last {
            (last.sequence, last.timestamp, last.lasts) = (packet.sequence, packet.timestamp, lasts);
        }
    }
    /// A packet of the stream that carries no sound: a key, or what silence is like.
    pub fn passes(&mut self, packet: &Packet<'_>) {
        let Some(last) = self.last.as_mut().filter(|last| last.ssrc == packet.ssrc) else { return };
        let step = packet.sequence.wrapping_sub(last.sequence).cast_signed();
        if !(1..=MOST_DROPPED).contains(&step) {
            return;
        }
        if step > MISSING {
            self.found.get_or_insert(Irregular::Missing { packets: (step - 1).unsigned_abs() });
        }
        // Its timestamp is the moment at which it began, and how long it lasts nobody says by its length.
        (last.sequence, last.lasts) = (packet.sequence, None);
    }
    fn begin(&mut self, packet: &Packet<'_>, lasts: Option<u32>) {
        self.last = Some(Last { ssrc: packet.ssrc, sequence: packet.sequence, timestamp: packet.timestamp, lasts });
    }
    /// Whole packets may have been left out in between where nobody spoke; parts of one may not.
    fn compare(&mut self, samples: u32, step: u32) {
        self.looked_at += 1;
        self.misfits += u32::from(step != samples && step / samples < 2);
        if self.looked_at < LOOKED_AT {
            return;
        }
        if self.misfits >= MISFITS && !std::mem::replace(&mut self.is_misfit_told, true) {
            self.found = Some(Irregular::Misfit { samples, step });
        }
        (self.looked_at, self.misfits) = (0, 0);
    }

    /// What was found since the last look.
    pub fn take(&mut self, at: Instant) -> Option<Irregular> {
        let anew = self.began_anew.take_if(|began| at.since(*began) >= AGREED_WITHIN).map(|_| Irregular::BegunAnew);
        anew.or_else(|| self.found.take())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_nanos(millis * 1_000_000)
    }

    /// Packet after packet, from this millisecond on: source, number, timestamp, samples.
    fn found(watch: &mut StreamWatch, from: u64, packets: impl IntoIterator<Item = (u32, u16, u32, usize)>) -> Vec<Irregular> {
        let mut found = Vec::new();
        for (n, (ssrc, sequence, timestamp, samples)) in packets.into_iter().enumerate() {
            let payload = vec![0xd5; samples];
            let packet = Packet { marker: false, payload_type: 8, sequence, timestamp, ssrc, payload: &payload };
            let now = at(from + 20 * n as u64);
            watch.hears(now, &packet, Codec::Pcma);
            found.extend(watch.take(now));
        }
        found
    }
    /// So many packets of 20 ms of a source.
    fn stream(ssrc: u32, from: u16, count: u16) -> impl Iterator<Item = (u32, u16, u32, usize)> {
        (0..count).map(move |n| (ssrc, from.wrapping_add(n), u32::from(n) * 160, 160))
    }

    #[test]
    fn a_stream_goes_on_as_it_began_unless_something_was_agreed() {
        let of = |packets: Vec<_>| found(&mut StreamWatch::default(), 0, packets);
        assert_eq!(of(stream(1, 65_500, 300).collect()), []);
        assert_eq!(of(stream(1, 0, 150).chain(stream(2, 0, 150)).collect()), [Irregular::BegunAnew]);
        assert_eq!(of(stream(1, 0, 150).chain(stream(1, 9000, 150)).collect()), [Irregular::BegunAnew], "other numbers");
        assert_eq!(of(stream(1, 0, 90).chain(stream(2, 0, 150)).collect()), [], "it was still being set up");
        let restless: Vec<_> = (0..8).flat_map(|source| stream(source, 0, 50)).collect();
        assert!(!of(restless).is_empty(), "never the same for two seconds");
        let mut changed = StreamWatch::default();
        assert_eq!(found(&mut changed, 0, stream(1, 0, 150)), []);
        changed.agreed();
        assert_eq!(found(&mut changed, 3000, stream(2, 0, 150)), []);
        assert_eq!(found(&mut changed, 6000, stream(3, 0, 20)), []);
        changed.agreed();
        assert_eq!(found(&mut changed, 6400, stream(3, 20, 150)), [], "it was the quicker one");
    }

    #[test]
    fn packets_that_never_come_are_missed_when_they_are_many() {
        let without = |missing: std::ops::Range<u16>| {
            found(&mut StreamWatch::default(), 0, stream(1, 65_500, 300).filter(|(_, number, ..)| !missing.contains(number)))
        };
        assert_eq!(without(20..23), [], "60 ms");
        assert_eq!(without(20..24), [Irregular::Missing { packets: 4 }]);
        assert_eq!(without(0..25), [Irregular::Missing { packets: 25 }]);
        let late = [1, 2, 3, 10, 4, 5, 6, 7, 8, 9, 11].map(|n: u16| (1, n, u32::from(n) * 160, 160));
        assert_eq!(
            found(&mut StreamWatch::default(), 0, late),
            [Irregular::Missing { packets: 6 }],
            "of what is so late nothing is played"
        );
    }

    #[test]
    fn keys_and_silence_are_not_missed() {
        let mut watch = StreamWatch::default();
        let mut found = Vec::new();
        for number in 0..400u16 {
            let payload = [0xd5; 160];
            let mut packet = Packet {
                marker: false,
                payload_type: 8,
                sequence: number,
                timestamp: u32::from(number) * 160,
                ssrc: 1,
                payload: &payload,
            };
            if number % 20 < 8 {
                (packet.timestamp, packet.payload) = (u32::from(number / 20) * 3200, &payload[..4]);
                watch.passes(&packet);
            } else {
                watch.hears(at(20 * u64::from(number)), &packet, Codec::Pcma);
            }
            found.extend(watch.take(at(20 * u64::from(number))));
        }
        assert_eq!(found, []);
    }

    #[test]
    fn a_packet_holds_what_its_timestamps_say() {
        let of = |samples: usize, step: u32| {
            found(&mut StreamWatch::default(), 0, (0..250u16).map(|n| (1, n, u32::from(n) * step, samples)))
        };
        assert_eq!(of(152, 160), [Irregular::Misfit { samples: 152, step: 160 }]);
        assert_eq!(of(160, 1), [Irregular::Misfit { samples: 160, step: 1 }]);
        for (samples, step) in [(160, 160), (320, 320), (80, 80), (240, 240), (160, 480), (0, 160)] {
            assert_eq!(of(samples, step), [], "{samples} {step}");
        }
    }
}
