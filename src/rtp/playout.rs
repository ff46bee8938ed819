//! The reference playout: the definition of when the operator hears a sample, and the record of everything heard.
//!
//! RTP timestamp `ts` is heard from the frame at which the axis next begins one, 40 ms after the stream's first packet
//! was received, plus `ts − first ts`. A packet received after its first frame was due is late: heard as lost, which is
//! silence of the right length. A far end whose clock drifts is followed by single frames (see `drift`). Must not know
//! sockets or statistics.

use super::axis::Axis;
use super::codec::Codec;
use super::drift::{Drift, Step};
use super::packet::Packet;
use super::timeline::{Place, Timeline};
use crate::clock::Instant;
use std::time::Duration;

/// The depth of the reference playout, a common fixed jitter buffer.
pub const DEPTH: Duration = Duration::from_millis(40);
/// A stream of which so many more packets came too late to be heard than came in time is anchored anew, as any
/// telephone would: otherwise a post that once leaves out two packets' worth of sound without counting it would be
/// heard in shreds for the rest of the call. Packets in a row would not do: jitter lets one in ten through.
pub const MOST_LATE: u32 = 50;

/// Frames by which a packet that was overtaken may overlap its neighbours: the step that was made in between.
const SEAM: u64 = 1;

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Heard from this frame on.
    Heard(u64),
    Late,
    /// Its stretch was taken by an earlier packet.
    Covered,
}

/// When a stream is heard: one of its RTP timestamps and the moment at which the reference playout begins that sample.
/// All others follow at 125 µs each, up to the stream's next anchor.
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
    drift: Drift,
    anchors: Vec<Anchor>,
    /// Late packets, less those since that came in time; not below 0.
    late: u32,
    heard: Heard,
}

impl Playout {
    pub fn on(axis: Axis) -> Self {
        let (timeline, drift, heard) = (Timeline::default(), Drift::default(), Heard::default());
        Playout { axis, timeline, anchor: 0, drift, anchors: Vec::new(), late: 0, heard }
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

    /// Takes note of a packet of the stream that carries no sound; gives its sequence number.
    pub fn passes(&mut self, packet: &Packet<'_>) -> Option<i64> {
        self.timeline.passes(packet)
    }

    /// Puts a packet where `place` says it belongs.
    pub fn receive(&mut self, at: Instant, place: Place, codec: Codec, payload: &[u8]) -> Fate {
        let now = self.axis.next_frame(at).cast_signed();
        if place.restarted {
            self.anchor = self.axis.next_frame(at + DEPTH).cast_signed();
            self.drift = Drift::default();
            self.late = 0;
            self.note_anchor();
        }
        let turn = self.anchor + place.timestamp;
        let step = self.drift.observe(turn - now);
        let Some(first) = u64::try_from(turn).ok().filter(|_| turn >= now) else {
            self.late += 1;
            return Fate::Late;
        };
        self.late = self.late.saturating_sub(1);
        if self.follow(step, first, codec, payload) { Fate::Heard(first) } else { Fate::Covered }
    }

    /// Records a payload from frame `first` on, and makes the step within it: its first frame is left out or heard
    /// twice, so that nothing is torn.
    fn follow(&mut self, step: Step, first: u64, codec: Codec, payload: &[u8]) -> bool {
        let Some((one, rest)) = payload.split_at_checked(codec.width()).filter(|_| step != Step::Keep) else {
            return self.heard.add(first, codec, payload);
        };
        self.anchor += if step == Step::Earlier { -1 } else { 1 };
        self.note_anchor();
        if step == Step::Earlier {
            return self.heard.add(first, codec, rest);
        }
        self.heard.add(first, codec, &[one, payload].concat())
    }

    fn note_anchor(&mut self) {
        let Some((ssrc, timestamp, offset)) = self.timeline.stream() else { return };
        let Ok(frame) = u64::try_from(self.anchor + offset) else { return };
        self.anchors.push(Anchor { ssrc, timestamp, at: self.axis.instant_of(frame) });
    }

    /// The frame after the last one that is known.
    pub fn end(&self) -> u64 {
        self.heard.stretches.last().map_or(0, Stretch::end)
    }

    /// In the order of their timestamps within each stream.
    pub fn anchors(&self) -> &[Anchor] {
        &self.anchors
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
        let index = self.stretches.partition_point(|s| s.first < first);
        let before = index.checked_sub(1).and_then(|n| self.stretches.get(n));
        let head = before.map_or(0, |s| s.end().saturating_sub(first));
        let end = first.saturating_add(codec.frames(payload.len()));
        let tail = self.stretches.get(index).map_or(0, |s| end.saturating_sub(s.first));
        let (first, frames) = (first + head, (end - first).saturating_sub(head + tail));
        if head.max(tail) > SEAM || frames == 0 {
            return false;
        }
        let bytes = |frames: u64| frames as usize * codec.width();
        let payload = payload.get(bytes(head)..bytes(head + frames)).unwrap_or_default();
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
        assert_eq!(playout.anchors(), [Anchor { ssrc: 1, timestamp: 1000, at: at(1_540_125) }]);
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

    /// Packets of a clock that is so many parts per million fast, for an hour; every hundredth is overtaken by the one
    /// after it, just where steps are made.
    fn an_hour(ppm: f64) -> (Playout, Vec<Fate>) {
        let mut playout = Playout::on(Axis::starting(at(0)));
        let order = (0..180_000u32).map(|n| if n % 100 / 2 == 12 { n ^ 1 } else { n });
        let fates = order.clone().zip(0u32..).map(|(n, turn)| {
            let micros = (f64::from(n.max(turn)) * 20_000.0 / (1.0 + ppm * 1e-6)) as u64;
            feed(&mut playout, micros, n as u16, n * 160, &[LOUD; 160])
        });
        let fates = fates.collect();
        (playout, fates)
    }

    #[test]
    fn an_hour_of_a_clock_that_is_off_is_heard_without_a_gap_and_at_the_same_delay() {
        for ppm in [-100.0, 100.0] {
            let (playout, fates) = an_hour(ppm);
            let lost: Vec<_> = fates.iter().zip(0..).filter(|(fate, _)| !matches!(fate, Fate::Heard(_))).collect();
            assert!(lost.is_empty(), "{ppm} ppm: {lost:?}");
            let end = playout.end();
            let spoken = 3600.0 / (1.0 + ppm * 1e-6) * 8000.0;
            assert!(
                (end as f64 - spoken - 320.0).abs() < 80.0,
                "{ppm} ppm: ends {} frames after its last word",
                end as f64 - spoken
            );
            // Each packet overtaken by the one that made a step may leave a single frame.
            let silent = playout.heard(320, end).iter().filter(|s| s.abs() < 0.01).count();
            assert!(silent <= 1800, "{ppm} ppm: {silent} silent frames");
        }
    }
}
