//! What really happened, to the nanosecond: for tests and proofs that hold a measurement against it, never for anything
//! that measures.
//!
//! Knows nothing of measurements.

use crate::clock::Instant;
use crate::rtp::playout::Anchor;
use crate::twin::post::voice;

/// The post's lamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lamp {
    CallPlaced,
    Connected,
    OutOfService,
}

/// A list of which the latest entries are kept: a twin that runs for days, or a soak of ten thousand rounds, must not
/// fill the memory with what nobody will ask for.
#[derive(Debug, Clone)]
pub struct Latest<T>(Vec<T>);

impl<T> Latest<T> {
    /// So many are always there, once there have been so many; far more than any proof looks back.
    pub const KEPT: usize = 1000;

    pub(in crate::twin) fn push(&mut self, value: T) {
        if self.0.len() >= 2 * Self::KEPT {
            self.0.drain(..Self::KEPT);
        }
        self.0.push(value);
    }
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Latest(Vec::new())
    }
}

impl<T> std::ops::Deref for Latest<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

/// Changes of one circuit: when, and to what.
pub type Changes = Latest<(u64, bool)>;

/// The first packet of a media stream seen at some place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet {
    pub at: u64,
    pub ssrc: u32,
    pub timestamp: u32,
}

/// Moments are nanoseconds of simulation time.
#[derive(Debug, Clone, Default)]
pub struct Truth {
    /// The button's contact, bounces and all: closed or open.
    pub button: Changes,
    /// The post's mains, as the supply gets them.
    pub mains: Changes,
    /// The supply's output.
    pub power: Changes,
    /// Light in the fibre.
    pub fibre: Changes,
    /// The copper link at the post's converter.
    pub link: Changes,
    pub lamps: Latest<(u64, Lamp, bool)>,
    /// Each INVITE datagram as it left the voice module: when, its Call-ID.
    pub invites: Latest<(u64, String)>,
    /// The first packet of each stream from the operator, as it left the desk: it carries what was spoken from 20 ms
    /// before.
    pub from_operator: Latest<Packet>,
    /// The first packet of each stream from the post, as it reached the desk.
    pub at_operator: Latest<Packet>,
    /// Each 180 (Ringing) as it left the desk: when, its Call-ID.
    pub ringings: Latest<(u64, String)>,
    /// When the reference playout plays the streams from the post.
    pub playouts: Vec<Anchor>,
    /// Seconds at which each stretch spoken by the operator began, in order: by definition of the reference sender.
    pub spoken: Latest<f64>,
    /// Seconds at which each stretch from the artificial mouth became sound, in order.
    pub mouthed: Latest<f64>,
    /// What the voice module knows of its calls.
    pub voice: voice::Truth,
    /// Frames per second of the sound card, and its converters' delays in and out in seconds.
    pub card: (f64, f64, f64),
    /// Seconds at which the card's frame 0 passed the driver.
    pub card_began: f64,
    /// Seconds of flight: mouth to the post's microphone, loudspeaker to the ear.
    pub flight: (f64, f64),
}

impl Truth {
    pub(in crate::twin) fn datagram_left_post(&mut self, at: u64, bytes: &[u8]) {
        if bytes.starts_with(b"INVITE ") {
            self.invites.push((at, call_id(bytes)));
        }
    }
    pub(in crate::twin) fn datagram_left_operator(&mut self, at: u64, bytes: &[u8]) {
        if bytes.starts_with(b"SIP/2.0 180 ") {
            self.ringings.push((at, call_id(bytes)));
        }
        note_stream(&mut self.from_operator, at, bytes);
    }
    pub(in crate::twin) fn datagram_reached_operator(&mut self, at: u64, bytes: &[u8]) {
        note_stream(&mut self.at_operator, at, bytes);
    }
    /// When a sound spoken by the operator at `spoken` (seconds) came out of the loudspeaker in the latest call;
    /// `None`: never.
    pub fn out_of_loudspeaker(&self, spoken: f64) -> Option<f64> {
        let call = self.voice.calls.last()?;
        call.heard.iter().rev().find_map(|(ssrc, line)| {
            let first = self.from_operator.iter().find(|p| p.ssrc == *ssrc)?;
            let ticks = ((spoken - (first.at as f64 * 1e-9 - 0.02)) * 8000.0).floor();
            let fraction = spoken - (first.at as f64 * 1e-9 - 0.02) - ticks / 8000.0;
            Some(line.seconds_of(first.timestamp.wrapping_add(ticks as i64 as u32))? + fraction)
        })
    }
    /// When the operator hears the sample with this RTP timestamp of the latest call, in seconds.
    fn played(&self, timestamp: u32) -> Option<f64> {
        let ssrc = self.voice.calls.last()?.ssrc;
        let after = |anchor: &Anchor| timestamp.wrapping_sub(anchor.timestamp).cast_signed();
        let mut anchors = self.playouts.iter().filter(|anchor| anchor.ssrc == ssrc).peekable();
        let first = *anchors.peek()?;
        let anchor = anchors.rfind(|anchor| after(anchor) >= 0).unwrap_or(first);
        Some(anchor.at.as_secs_f64() + f64::from(after(anchor)) / 8000.0)
    }
    /// When a sound that was at the post's microphone at `seconds` is heard by the operator of the latest call; `None`:
    /// never.
    pub fn at_operators_ear(&self, seconds: f64) -> Option<f64> {
        let (timestamp, fraction) = self.voice.calls.last()?.sent.timestamp_at(seconds)?;
        Some(self.played(timestamp)? + fraction / 8000.0)
    }
    /// When the operator of the latest call first hears the post's microphone.
    pub fn microphone_first_heard(&self) -> Option<f64> {
        self.played(self.voice.calls.last()?.sent.segments().first()?.timestamp)
    }
    /// When the first 180 at or after `from` left the desk.
    pub fn ringing_after(&self, from: Instant) -> Option<Instant> {
        self.ringings.iter().find(|(at, _)| *at >= from.as_nanos()).map(|(at, _)| Instant::from_nanos(*at))
    }
    /// When the button's contact first closed at or after `from`.
    pub fn pressed_after(&self, from: Instant) -> Option<Instant> {
        self.button.iter().find(|(at, closed)| *closed && *at >= from.as_nanos()).map(|(at, _)| Instant::from_nanos(*at))
    }
    /// When a lamp first took this state at or after `from`.
    pub fn lamp_after(&self, from: Instant, lamp: Lamp, lit: bool) -> Option<Instant> {
        let mut changes = self.lamps.iter().filter(|(at, which, to)| *at >= from.as_nanos() && *which == lamp && *to == lit);
        changes.next().map(|(at, ..)| Instant::from_nanos(*at))
    }
    /// When the first INVITE at or after `from` left the voice module.
    pub fn invite_after(&self, from: Instant) -> Option<Instant> {
        self.invites.iter().find(|(at, _)| *at >= from.as_nanos()).map(|(at, _)| Instant::from_nanos(*at))
    }
}

/// The Call-ID of a SIP message, in its long form, which is the only one the voice module sends.
fn call_id(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let value = text.lines().find_map(|line| line.strip_prefix("Call-ID:"));
    value.unwrap_or_default().trim().to_string()
}

/// Keeps the first packet of each source; what is no RTP (RFC 3550, 5.1) is left alone.
fn note_stream(seen: &mut Latest<Packet>, at: u64, bytes: &[u8]) {
    let Some((&[first, second, _, _, t0, t1, t2, t3, s0, s1, s2, s3], _)) = bytes.split_first_chunk::<12>() else { return };
    // RTCP's packet types 200 to 207 look like payload types 72 to 79 (RFC 5761, 4).
    if first >> 6 != 2 || (72..80).contains(&(second & 0x7F)) {
        return;
    }
    let (ssrc, timestamp) = (u32::from_be_bytes([s0, s1, s2, s3]), u32::from_be_bytes([t0, t1, t2, t3]));
    if seen.last().is_none_or(|p| p.ssrc != ssrc) && seen.iter().all(|p| p.ssrc != ssrc) {
        seen.push(Packet { at, ssrc, timestamp });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_latest_are_kept_and_in_order() {
        let (mut latest, all) = (Latest::default(), 10 * Latest::<usize>::KEPT + 7);
        (0..all).for_each(|n| latest.push(n));
        assert!((Latest::<usize>::KEPT..=2 * Latest::<usize>::KEPT).contains(&latest.len()));
        assert!(latest.iter().copied().eq(all - latest.len()..all));
    }
}
