//! Where a received packet belongs: sequence numbers and timestamps unrolled past their wrap, and the moments at which
//! a stream starts anew.
//!
//! Must not know payloads or playout.

use super::axis::RATE;
use super::packet::Packet;
use crate::clock::Instant;

/// A timestamp that strays this far from the time gone by is a new beginning, not a late packet. In seconds.
pub const JUMP: f64 = 10.0;

/// A packet's place in its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Sequence number since the stream's first packet (which has 0); negative for what was sent before it.
    pub sequence: i64,
    /// Timestamp since the stream's first packet, in frames.
    pub timestamp: i64,
    /// This packet begins a new stream: first of all, another source, or a jump.
    pub restarted: bool,
}

/// The stream under way.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    stream: Option<Stream>,
    /// Ticks of the RTP clock a frame, above the one of most codecs.
    more_ticks: u32,
}

#[derive(Debug, Clone)]
struct Stream {
    ssrc: u32,
    /// The highest so far, unrolled and as on the wire.
    sequence: (i64, u16),
    timestamp: (i64, u32),
    heard_at: Instant,
    /// Ticks a frame.
    ticks: u32,
}

impl Timeline {
    /// The RTP clock in Hz, a multiple of the axis' rate. Another than before begins a new stream.
    pub fn use_clock(&mut self, rate: u32) {
        let more = (rate / RATE).saturating_sub(1);
        if std::mem::replace(&mut self.more_ticks, more) != more {
            self.stream = None;
        }
    }

    pub fn place(&mut self, at: Instant, packet: &Packet<'_>) -> Place {
        match &mut self.stream {
            Some(stream) if !stream.is_left_by(at, packet) => stream.place(at, packet),
            _ => {
                self.restart(at, packet);
                Place { sequence: 0, timestamp: 0, restarted: true }
            }
        }
    }

    /// The sequence number of a packet that is of the stream and carries no sound: a key, or what silence is like.
    /// `None`: it is of another.
    pub fn passes(&mut self, packet: &Packet<'_>) -> Option<i64> {
        let stream = self.stream.as_mut().filter(|stream| stream.ssrc == packet.ssrc)?;
        let step = packet.sequence.wrapping_sub(stream.sequence.1).cast_signed();
        let sequence = stream.sequence.0 + i64::from(step);
        if sequence > stream.sequence.0 {
            stream.sequence = (sequence, packet.sequence);
        }
        Some(sequence)
    }

    /// The stream under way: its source, and its highest timestamp as on the wire and as counted from the first.
    pub fn stream(&self) -> Option<(u32, u32, i64)> {
        self.stream.as_ref().map(|stream| (stream.ssrc, stream.timestamp.1, stream.timestamp.0))
    }

    /// Makes this packet the first of a new stream.
    pub fn restart(&mut self, at: Instant, packet: &Packet<'_>) {
        self.stream = Some(Stream {
            ssrc: packet.ssrc,
            sequence: (0, packet.sequence),
            timestamp: (0, packet.timestamp),
            heard_at: at,
            ticks: self.more_ticks + 1,
        });
    }
}

impl Stream {
    fn is_left_by(&self, at: Instant, packet: &Packet<'_>) -> bool {
        let step =
            f64::from(packet.timestamp.wrapping_sub(self.timestamp.1).cast_signed()) / f64::from(RATE) / f64::from(self.ticks);
        packet.ssrc != self.ssrc || (step - at.seconds_after(self.heard_at)).abs() > JUMP
    }

    fn place(&mut self, at: Instant, packet: &Packet<'_>) -> Place {
        let step = packet.sequence.wrapping_sub(self.sequence.1).cast_signed();
        let sequence = self.sequence.0 + i64::from(step);
        let timestamp = self.timestamp.0 + i64::from(packet.timestamp.wrapping_sub(self.timestamp.1).cast_signed());
        if sequence > self.sequence.0 {
            self.sequence = (sequence, packet.sequence);
        }
        if timestamp > self.timestamp.0 {
            self.timestamp = (timestamp, packet.timestamp);
            self.heard_at = at;
        }
        Place { sequence, timestamp: timestamp.div_euclid(i64::from(self.ticks)), restarted: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(timeline: &mut Timeline, millis: u64, (ssrc, sequence, timestamp): (u32, u16, u32), expected: (i64, i64, bool)) {
        let packet = Packet { marker: false, payload_type: 8, sequence, timestamp, ssrc, payload: &[] };
        let place = timeline.place(Instant::from_nanos(millis * 1_000_000), &packet);
        assert_eq!((place.sequence, place.timestamp, place.restarted), expected);
    }

    #[test]
    fn numbers_are_unrolled_past_their_wrap_both_ways() {
        let t = &mut Timeline::default();
        check(t, 0, (1, 65535, u32::MAX - 100), (0, 0, true));
        check(t, 20, (1, 0, 59), (1, 160, false));
        check(t, 21, (1, 65534, u32::MAX - 260), (-1, -160, false));
        check(t, 40, (1, 1, 219), (2, 320, false));
    }

    #[test]
    fn another_source_or_a_jump_begins_anew_but_a_long_silence_does_not() {
        let t = &mut Timeline::default();
        check(t, 0, (1, 10, 0), (0, 0, true));
        check(t, 30_000, (1, 1510, 240_000), (1500, 240_000, false));
        check(t, 30_020, (2, 1511, 240_160), (0, 0, true));
        check(t, 30_040, (2, 1512, 240_160 + 81_000), (0, 0, true));
        check(t, 60_000, (2, 1513, 240_160 + 81_160), (0, 0, true));
    }
}
