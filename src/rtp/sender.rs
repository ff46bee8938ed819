//! What the operator says, as a stream of packets that never pauses: silence is sent as silence, as telephones do.
//!
//! Frame `n` of the axis is spoken at `origin + n · 125 µs`; the packet with frames `n..n + 160` leaves at
//! `origin + (n + 160) · 125 µs` exactly. Must not know sockets.

use super::axis::{Axis, PACKET, RATE};
use super::codec::Codec;
use super::digits::Keys;
use super::lateness::Lateness;
use super::packet::Packet;
use super::report::Sent;
use super::voice::Mouth;
use crate::clock::Instant;
use std::collections::VecDeque;
use std::time::Duration;

/// A sender that was woken later than this many packets skips what is past instead of sending it in a burst.
const MOST_BEHIND: u64 = 50;
/// Frames that may wait to be spoken: an hour.
const MOST_QUEUED: usize = 8000 * 3600;
/// By so much another source's sequence numbers and timestamps are elsewhere.
const FURTHER_ON: (u16, u32) = (20_000, 1 << 30);

#[derive(Debug)]
pub struct Sender {
    axis: Axis,
    codec: Codec,
    payload_type: u8,
    ssrc: u32,
    sequence: u16,
    first_timestamp: u32,
    /// Index of the packet that leaves next.
    next: u64,
    /// The next packet follows a pause or is the first (RFC 3551, 4.1).
    marker: bool,
    /// Frames waiting to be spoken, the first of them at `queue_start`.
    queue: Vec<f32>,
    queue_start: u64,
    /// What sounds again and again from its first frame on, wherever nothing is spoken: a call tone.
    background: Option<(u64, Vec<f32>)>,
    mouth: Mouth,
    keys: Keys,
    lateness: Lateness,
    /// In how many parts each packet goes, and those of the last one that have yet to leave, each with its moment.
    parts: usize,
    rest: VecDeque<(Instant, Vec<u8>)>,
    packets: u32,
    octets: u32,
}

impl Sender {
    /// `random` gives SSRC, first sequence number and timestamp (RFC 3550, 5.1).
    pub fn on(axis: Axis, codec: Codec, payload_type: u8, random: [u64; 2]) -> Self {
        Sender {
            axis,
            codec,
            payload_type,
            ssrc: random[0] as u32,
            sequence: (random[1] >> 32) as u16,
            first_timestamp: random[1] as u32,
            next: 0,
            marker: true,
            queue: Vec::new(),
            queue_start: 0,
            background: None,
            mouth: Mouth::default(),
            keys: Keys::default(),
            lateness: Lateness::default(),
            parts: 1,
            rest: VecDeque::new(),
            packets: 0,
            octets: 0,
        }
    }

    /// The same for whoever takes no packets of 20 ms. Those of a codec that looks back are not cut.
    #[must_use]
    pub fn in_parts(mut self, parts: usize) -> Self {
        self.parts = parts.max(1);
        self
    }
    /// A new agreement.
    pub fn use_codec(&mut self, codec: Codec, payload_type: u8) {
        (self.codec, self.payload_type) = (codec, payload_type);
    }

    /// Queues samples at the next packet boundary after `at`; returns the frame of the first. What was still to be said
    /// from there on is replaced.
    pub fn speak(&mut self, at: Instant, samples: &[f32]) -> u64 {
        let boundary = self.axis.next_frame(at).div_ceil(PACKET).max(self.next) * PACKET;
        self.drop_spoken();
        if self.queue.is_empty() || self.queue_start > boundary {
            self.queue.clear();
            self.queue_start = boundary;
        }
        let kept = usize::try_from(boundary - self.queue_start).unwrap_or(usize::MAX).min(MOST_QUEUED);
        self.queue.resize(kept, 0.0);
        self.queue.extend(samples);
        let first = boundary / PACKET;
        self.lateness.speaks(first..first + (samples.len() as u64).div_ceil(PACKET));
        boundary
    }

    /// A key is pressed for a tenth of a second, in the place of whatever is spoken; keys follow one another.
    pub fn press(&mut self, key: char, payload_type: u8) {
        self.keys.press(key, payload_type);
    }

    /// Lets `pattern` sound over and over from the next packet on, beneath whatever is spoken; an empty one is silence.
    pub fn repeat(&mut self, pattern: Vec<f32>) {
        self.background = (!pattern.is_empty()).then_some((self.next * PACKET, pattern));
    }

    /// Goes on as another source does: with its own numbers and times, and nothing sent so far (RFC 3550, 8).
    pub fn begin_anew(&mut self) {
        self.ssrc = !self.ssrc;
        self.sequence = self.sequence.wrapping_add(FURTHER_ON.0);
        self.first_timestamp = self.first_timestamp.wrapping_add(FURTHER_ON.1);
        (self.packets, self.octets, self.marker) = (0, 0, true);
    }

    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }
    /// For a report at `at`; `None` while nothing has been sent.
    pub fn sent(&self, at: Instant) -> Option<Sent> {
        (self.packets > 0).then(|| Sent { packets: self.packets, octets: self.octets, timestamp: self.timestamp_at(at) })
    }
    /// The RTP timestamp of the sample that is spoken at `at`.
    fn timestamp_at(&self, at: Instant) -> u32 {
        let nanos = u128::from(at.as_nanos().saturating_sub(self.axis.origin.as_nanos()));
        let ticks = nanos * u128::from(self.codec.clock_rate()) / 1_000_000_000;
        self.first_timestamp.wrapping_add(ticks as u32)
    }

    fn drop_spoken(&mut self) {
        let spoken = (self.next * PACKET).saturating_sub(self.queue_start);
        let spoken = usize::try_from(spoken).unwrap_or(usize::MAX).min(self.queue.len());
        self.queue.drain(..spoken);
        self.queue_start += spoken as u64;
    }

    /// What [`Sender::wake`] gave so far has left by now, at `by`.
    pub fn gone(&mut self, by: Instant) {
        self.lateness.gone(by);
    }
    /// How long after it was due the latest packet left that carried what was spoken last; before the first of those,
    /// the latest of all.
    pub fn latest(&self) -> Duration {
        self.lateness.latest()
    }

    pub fn next_wake(&self) -> Instant {
        self.rest.front().map_or(self.next_whole(), |(due, _)| self.next_whole().min(*due))
    }
    fn next_whole(&self) -> Instant {
        self.axis.instant_of((self.next + 1) * PACKET)
    }

    /// The packet before the next one, and the one after it, as somebody would forge them: without a payload.
    pub fn beside(&self) -> [Packet<'static>; 2] {
        let at = |ahead: i64| Packet {
            marker: false,
            payload_type: self.payload_type,
            sequence: self.sequence.wrapping_add(ahead as u16),
            timestamp: self.timestamp_of((self.next as i64 + ahead).unsigned_abs() * PACKET),
            ssrc: self.ssrc,
            payload: &[],
        };
        [at(-1), at(1)]
    }
    fn timestamp_of(&self, first: u64) -> u32 {
        self.first_timestamp.wrapping_add((first as u32).wrapping_mul(self.codec.clock_rate() / RATE))
    }

    /// The next packet if it is due. `sending`: whether the agreement lets us send; the axis goes on either way.
    pub fn wake(&mut self, at: Instant, sending: bool) -> Option<Vec<u8>> {
        if self.rest.front().is_some_and(|(due, _)| at >= *due) {
            return self.rest.pop_front().map(|(_, part)| part);
        }
        let elapsed = at.as_nanos().saturating_sub(self.axis.instant_of(0).as_nanos()) / 125_000 / PACKET;
        if elapsed > self.next + MOST_BEHIND {
            self.next = elapsed - 1;
            self.marker = true;
        }
        while at >= self.next_whole() {
            let (first, due) = (self.next * PACKET, self.next_whole());
            self.next += 1;
            if !sending {
                self.marker = true;
                continue;
            }
            self.lateness.handed(first / PACKET, due, at);
            return self.packet(first, due);
        }
        None
    }

    /// The packet with the frames from there on, or its first part; the others wait for their moments.
    fn packet(&mut self, first: u64, due: Instant) -> Option<Vec<u8>> {
        let mut payload = self.payload(first);
        let (mut payload_type, mut timestamp, mut marker) = (self.payload_type, self.timestamp_of(first), false);
        let ticks = PACKET as u32 * (self.codec.clock_rate() / RATE);
        if let Some(key) = self.keys.next(timestamp, ticks) {
            (payload_type, timestamp, marker, payload) = (key.payload_type, key.timestamp, key.marker, key.payload.to_vec());
        }
        let is_voice = payload_type == self.payload_type && self.codec != Codec::Opus;
        let parts = if is_voice && payload.len().is_multiple_of(self.parts) { self.parts } else { 1 };
        for (n, part) in (0u32..).zip(payload.chunks((payload.len() / parts).max(1))) {
            let share = |whole: u32| whole * n / parts as u32;
            let marker = std::mem::take(&mut self.marker) || (marker && n == 0);
            let bytes = self.sent_as(marker, payload_type, timestamp.wrapping_add(share(ticks)), part);
            self.rest.push_back((due + Duration::from_micros(share(PACKET as u32 * 125).into()), bytes));
        }
        self.rest.pop_front().map(|(_, first)| first)
    }

    fn sent_as(&mut self, marker: bool, payload_type: u8, timestamp: u32, payload: &[u8]) -> Vec<u8> {
        let packet = Packet { marker, payload_type, sequence: self.sequence, timestamp, ssrc: self.ssrc, payload };
        self.sequence = self.sequence.wrapping_add(1);
        // Counted as RFC 3550, 6.4.1 counts: without headers, and wrapping.
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(payload.len() as u32);
        packet.bytes()
    }

    fn payload(&mut self, first: u64) -> Vec<u8> {
        let quiet = self.queue.is_empty() || self.queue_start >= first + PACKET;
        if let Some((start, pattern)) = self.background.as_ref().filter(|_| quiet) {
            let at = first.saturating_sub(*start) as usize;
            let samples = std::array::from_fn(|n| pattern.get((at + n) % pattern.len()).copied().unwrap_or_default());
            return self.mouth.say(self.codec, &samples);
        }
        if let Some(silence) = self.codec.silence().filter(|_| quiet) {
            return vec![silence; PACKET as usize];
        }
        let mut samples = [0.0; PACKET as usize];
        if !quiet {
            self.fill(first, &mut samples);
        }
        self.mouth.say(self.codec, &samples)
    }

    fn fill(&mut self, first: u64, samples: &mut [f32]) {
        // Stretches begin at packet boundaries, so the queue's part of this packet begins with it.
        let from = usize::try_from(first - self.queue_start.min(first)).unwrap_or(usize::MAX);
        let spoken = self.queue.get(from..).unwrap_or_default();
        for (to, sample) in samples.iter_mut().zip(spoken) {
            *to = *sample;
        }
        if from + samples.len() >= self.queue.len() {
            self.queue.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender() -> Sender {
        Sender::on(Axis::starting(Instant::ZERO), Codec::Pcma, 8, [1, 2])
    }
    fn ms(millis: u64) -> Instant {
        Instant::from_nanos(millis * 1_000_000)
    }
    /// Frames that are not silence, up to a moment.
    fn spoken(sender: &mut Sender, until: u64) -> Vec<u64> {
        let mut frames = Vec::new();
        while sender.next_wake() <= ms(until) {
            let first = sender.next * PACKET;
            let bytes = sender.wake(sender.next_wake(), true).unwrap_or_default();
            frames.extend(bytes[12..].iter().zip(first..).filter(|(b, _)| **b != 0xd5).map(|(_, n)| n));
        }
        frames
    }

    #[test]
    fn another_source_has_its_own_numbers_and_times_and_has_sent_nothing_yet() {
        let s = &mut sender();
        let of = |bytes: Option<Vec<u8>>| bytes.expect("due")[1..12].to_vec();
        let before = of(s.wake(ms(20), true));
        s.begin_anew();
        assert!(s.sent(ms(30)).is_none());
        let after = of(s.wake(ms(40), true));
        assert_eq!((before[0], after[0]), (0x88, 0x88), "both begin a stream");
        assert!(before[1..3] != after[1..3] && before[7..] != after[7..]);
        assert_eq!(s.sent(ms(40)).map(|sent| sent.packets), Some(1));
    }

    #[test]
    fn stretches_begin_at_packet_boundaries_pause_and_replace_each_other() {
        let s = &mut sender();
        assert_eq!(s.speak(ms(0), &[0.5; 170]), 0);
        assert_eq!(spoken(s, 40), (0..170).collect::<Vec<_>>());
        assert_eq!(s.speak(ms(41), &[0.5; 400]), 480);
        assert_eq!(s.speak(ms(75), &[0.5; 10]), 640, "cuts the first stretch short");
        assert_eq!(spoken(s, 200), (480..650).collect::<Vec<_>>());
        assert_eq!(s.speak(ms(200), &[0.5; 10]), 1600);
        assert_eq!(s.speak(ms(290), &[0.5; 10]), 2400, "with a pause between, if nobody was woken meanwhile");
        assert_eq!(spoken(s, 400), (1600..1610).chain(2400..2410).collect::<Vec<_>>());
    }

    #[test]
    fn a_tone_repeats_beneath_what_is_spoken_until_it_is_taken_away() {
        let s = &mut sender();
        spoken(s, 40);
        s.repeat([[0.5; 100], [0.0; 100]].concat());
        let tone = |from: u64, to: u64| (from..to).filter(|n| (n - 320) % 200 < 100);
        assert_eq!(spoken(s, 100), tone(320, 800).collect::<Vec<_>>());
        assert_eq!(s.speak(ms(100), &[0.5; 160]), 800);
        assert_eq!(spoken(s, 140), (800..960).chain(tone(960, 1120)).collect::<Vec<_>>());
        s.repeat(Vec::new());
        assert!(spoken(s, 200).is_empty());
    }

    #[test]
    fn whoever_takes_no_packets_of_20_ms_is_sent_their_parts_evenly() {
        let mut s = sender().in_parts(2);
        let mut sent = Vec::new();
        while s.next_wake() <= ms(80) {
            let now = s.next_wake();
            let bytes = s.wake(now, true).expect("a part");
            let packet = Packet::parse(&bytes).expect("a packet");
            sent.push((now.as_nanos() / 1_000_000, packet.sequence, packet.timestamp.wrapping_sub(2), packet.payload.len()));
        }
        let expected: Vec<_> = (0..7u32).map(|n| (20 + 10 * u64::from(n), n as u16, 80 * n, 80)).collect();
        assert_eq!(sent, expected);
    }

    #[test]
    fn a_report_tells_the_timestamp_of_its_own_moment() {
        let s = &mut sender();
        assert_eq!(s.sent(ms(10)), None);
        let first = s.wake(ms(20), true).expect("a packet");
        let first = u32::from_be_bytes([first[4], first[5], first[6], first[7]]);
        let sent = s.sent(ms(1030)).expect("something");
        assert_eq!((sent.packets, sent.octets, sent.timestamp.wrapping_sub(first)), (1, 160, 8240), "frame 0 is spoken at 0");
    }

    #[test]
    fn a_sender_woken_after_a_long_sleep_does_not_burst() {
        let s = &mut sender();
        let sent = |s: &mut Sender, at| std::iter::from_fn(|| s.wake(ms(at), true)).count();
        assert_eq!(sent(s, 100), 5);
        assert_eq!(sent(s, 900), 40, "a little late is made up for");
        assert_eq!(sent(s, 1_000_000), 1);
        assert_eq!(s.next_wake(), ms(1_000_020));
    }
}
