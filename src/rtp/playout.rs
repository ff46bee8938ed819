//! The reference playout: the definition of when the operator hears a sample, and the record of everything heard.
//!
//! RTP timestamp `ts` is heard from the frame at which the axis next begins one, 40 ms after the stream's first packet was received,
//! plus `ts − first ts`. A packet received after its first frame was due is late: heard as lost, which is silence of the right length.
//! Must not know sockets or statistics.

use super::axis::Axis;
use super::codec::Codec;
use super::packet::Packet;
use super::timeline::{Place, Timeline};
use crate::clock::Instant;
use std::time::Duration;

/// The depth of the reference playout, a common fixed jitter buffer.
pub const DEPTH: Duration = Duration::from_millis(40);
/// A stream of which so many more packets came too late to be heard than came in time is anchored anew, as any telephone would: otherwise a post
/// whose clock runs 20 ppm slow would fall silent for good after half an hour, and one that once leaves out two packets' worth of sound without counting
/// it would be heard in shreds for the rest of the call. Packets in a row would not do: jitter lets one in ten through.
pub const MOST_LATE: u32 = 50;

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Heard from this frame on.
    Heard(u64),
    Late,
    /// Its stretch was taken by an earlier packet.
    Covered,
}

/// When a stream is heard: one of its RTP timestamps and the moment at which the reference playout begins that sample. All others follow at
/// 125 µs each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    pub ssrc: u32,
    pub timestamp: u32,
    pub at: Instant,
}

#[derive(Debug, Clone)]
pub struct Playout {
    axis: Axis,
    timeline: Timeline,
    /// The frame at which the stream's timestamp 0 is heard.
    anchor: i64,
    /// Late packets, less those since that came in time; not below 0.
    late: u32,
    heard: Heard,
}

impl Playout {
    pub fn on(axis: Axis) -> Self {
        Playout { axis, timeline: Timeline::default(), anchor: 0, late: 0, heard: Heard::default() }
    }

    /// `rate`: the RTP clock in Hz of what is agreed.
    pub fn place(&mut self, at: Instant, packet: &Packet<'_>, rate: u32) -> Place {
        self.timeline.use_clock(rate);
        let place = self.timeline.place(at, packet);
        if !place.restarted && self.late >= MOST_LATE {
            self.timeline.restart(at, packet);
            return Place { sequence: 0, timestamp: 0, restarted: true };
        }
        place
    }

    /// Puts a packet where `place` says it belongs.
    pub fn receive(&mut self, at: Instant, place: Place, codec: Codec, payload: &[u8]) -> Fate {
        if place.restarted {
            self.anchor = self.axis.next_frame(at + DEPTH).cast_signed();
            self.late = 0;
        }
        let first = u64::try_from(self.anchor + place.timestamp);
        let Some(first) = first.ok().filter(|frame| self.axis.instant_of(*frame) >= at) else {
            self.late += 1;
            return Fate::Late;
        };
        self.late = self.late.saturating_sub(1);
        if self.heard.add(first, codec, payload) { Fate::Heard(first) } else { Fate::Covered }
    }

    /// The frame after the last one that is known.
    pub fn end(&self) -> u64 {
        self.heard.stretches.last().map_or(0, Stretch::end)
    }

    /// Of the stream under way; `None` before the first packet.
    pub fn anchor(&self) -> Option<Anchor> {
        let (ssrc, timestamp, offset) = self.timeline.stream()?;
        let frame = u64::try_from(self.anchor + offset).ok()?;
        Some(Anchor { ssrc, timestamp, at: self.axis.instant_of(frame) })
    }

    /// What is heard in frames `from..to`; silence where nothing came.
    pub fn heard(&self, from: u64, to: u64) -> Vec<f32> {
        self.heard.read(from, to)
    }
}

/// The record: encoded payloads and where each belongs, in order of position.
#[derive(Debug, Clone, Default)]
struct Heard {
    bytes: Vec<u8>,
    stretches: Vec<Stretch>,
}

#[derive(Debug, Clone, Copy)]
struct Stretch {
    first: u64,
    frames: u64,
    codec: Codec,
    offset: usize,
    length: usize,
}

impl Stretch {
    fn end(&self) -> u64 {
        self.first + self.frames
    }
}

impl Heard {
    fn add(&mut self, first: u64, codec: Codec, payload: &[u8]) -> bool {
        let frames = codec.frames(payload.len());
        if frames == 0 {
            return false;
        }
        let index = self.stretches.partition_point(|s| s.first < first);
        let before = index.checked_sub(1).and_then(|n| self.stretches.get(n)).copied();
        let covered = before.is_some_and(|s| s.end() > first)
            || self.stretches.get(index).is_some_and(|s| s.first < first.saturating_add(frames));
        if covered {
            return false;
        }
        let offset = self.bytes.len();
        self.bytes.extend_from_slice(payload);
        // A stream without gaps stays one stretch.
        let last = index == self.stretches.len();
        if let Some(s) =
            self.stretches.last_mut().filter(|s| last && s.end() == first && s.codec == codec && s.offset + s.length == offset)
        {
            s.frames += frames;
            s.length += payload.len();
            return true;
        }
        self.stretches.insert(index, Stretch { first, frames, codec, offset, length: payload.len() });
        true
    }

    fn read(&self, from: u64, to: u64) -> Vec<f32> {
        let length = usize::try_from(to.saturating_sub(from)).unwrap_or_default();
        let mut out = vec![0.0; length];
        let start = self.stretches.partition_point(|s| s.end() <= from);
        for s in self.stretches.iter().skip(start).take_while(|s| s.first < to) {
            let skipped = from.saturating_sub(s.first) as usize * s.codec.width();
            let target = s.first.saturating_sub(from) as usize;
            let payload = self.bytes.get(s.offset + skipped..s.offset + s.length).unwrap_or_default();
            s.codec.decode(payload, out.get_mut(target..).unwrap_or_default());
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOUD: u8 = 0x2a;

    fn at(micros: u64) -> Instant {
        Instant::from_nanos(micros * 1000)
    }

    fn feed(playout: &mut Playout, micros: u64, sequence: u16, timestamp: u32, payload: &[u8]) -> Fate {
        let packet = Packet { marker: false, payload_type: 8, sequence, timestamp, ssrc: 1, payload };
        let place = playout.place(at(micros), &packet, 8000);
        playout.receive(at(micros), place, Codec::Pcma, payload)
    }

    fn voiced(playout: &Playout, from: u64, to: u64) -> Vec<u64> {
        let samples = playout.heard(from, to);
        samples.iter().zip(from..).filter(|(s, _)| s.abs() > 0.01).map(|(_, n)| n).collect()
    }

    fn impulse(n: usize) -> [u8; 160] {
        let mut payload = [0xd5; 160];
        payload[n] = LOUD;
        payload
    }

    #[test]
    fn an_impulse_is_heard_at_exactly_its_frame() {
        let mut playout = Playout::on(Axis::starting(at(1_000_000)));
        // Received 1.0000001 s after the origin's second: 40 ms later, then up to the next 125 µs.
        let first = feed(&mut playout, 1_500_010, 7, 1000, &impulse(3));
        assert_eq!(first, Fate::Heard(4321), "540.010 ms after the origin is within frame 4320, so 4321 begins next");
        feed(&mut playout, 1_519_000, 8, 1160, &impulse(0));
        assert_eq!(voiced(&playout, 0, 8000), [4324, 4481]);
        assert_eq!(playout.axis.instant_of(4324), at(1_540_500));
        assert_eq!(playout.anchor(), Some(Anchor { ssrc: 1, timestamp: 1160, at: at(1_560_125) }));
    }

    #[test]
    fn what_is_lost_late_reordered_or_doubled_keeps_everything_else_in_place() {
        let mut playout = Playout::on(Axis::starting(at(0)));
        let loud = [LOUD; 160];
        assert_eq!(feed(&mut playout, 0, 0, 0, &loud), Fate::Heard(320));
        assert_eq!(feed(&mut playout, 60_000, 3, 480, &loud), Fate::Heard(800));
        assert_eq!(feed(&mut playout, 60_000, 1, 160, &loud), Fate::Heard(480), "due exactly now");
        assert_eq!(feed(&mut playout, 61_000, 3, 480, &loud), Fate::Covered);
        assert_eq!(feed(&mut playout, 80_001, 2, 320, &loud), Fate::Late);
        let expected: Vec<u64> = (320..640).chain(800..960).collect();
        assert_eq!(voiced(&playout, 0, 2000), expected);
        assert_eq!(voiced(&playout, 400, 801), (400..640).chain(800..801).collect::<Vec<_>>());
    }

    #[test]
    fn a_second_of_late_packets_anchors_anew() {
        let mut playout = Playout::on(Axis::starting(at(0)));
        feed(&mut playout, 0, 0, 0, &[LOUD; 160]);
        let fates: Vec<Fate> = (1..53u16)
            .map(|n| feed(&mut playout, u64::from(n) * 20_000 + 100_000, n, u32::from(n) * 160, &[LOUD; 160]))
            .collect();
        assert!(fates[..50].iter().all(|f| *f == Fate::Late));
        let received = 51 * 20_000 + 100_000;
        assert_eq!(fates[50], Fate::Heard((received + 40_000) / 125));
        assert_eq!(fates[51], Fate::Heard((received + 60_000) / 125));
    }

    #[test]
    fn a_stream_that_is_late_but_for_every_tenth_packet_is_anchored_anew_and_then_heard_whole() {
        let mut playout = Playout::on(Axis::starting(at(0)));
        let mut fate = |n: u64| {
            let delay = match n {
                0 => 0,
                n if n.is_multiple_of(10) => 39_000,
                _ => 41_000,
            };
            feed(&mut playout, n * 20_000 + delay, n as u16, n as u32 * 160, &[LOUD; 160])
        };
        let fates: Vec<Fate> = (0..200).map(&mut fate).collect();
        let late = |part: &[Fate]| part.iter().filter(|f| **f == Fate::Late).count();
        // Eight more late ones with every ten packets.
        assert_eq!((late(&fates[..64]), late(&fates[64..])), (56, 0), "{fates:?}");
    }
}
