//! The media of one call: both directions on one axis, what came and what it went through (RFC 3550), the ports it
//! moved between, and whether any is missing.

use super::media_watchdog::MediaWatchdog;
use super::offer_answer::Agreed;
use super::source::Source;
use super::stream_watch::StreamWatch;
use crate::clock::Instant;
use crate::instrument::audio::Timebase;
use crate::instrument::operator::Irregular;
use crate::operator::timers::{GRACE, QUIET_AFTER};
use crate::rtp::axis::{Axis, RATE};
use crate::rtp::codec::Codec;
use crate::rtp::digits::Digits;
use crate::rtp::packet::Packet;
use crate::rtp::playout::{Anchor, Fate, Playout};
use crate::rtp::report::{Calendar, FarView, Reporting};
use crate::rtp::sender::Sender;
use crate::rtp::stats::{Meter, Stats};
use crate::rtp::voice::Ear;
use std::net::SocketAddr;
use std::time::Duration;

/// A secure stream begins in the lower half of the sequence numbers: if its first packets are lost, the other end still
/// counts its rollovers right (RFC 4568, 6.4).
const UPPER_HALF: u64 = 1 << 47;

/// Both directions, once they have begun.
#[derive(Debug)]
struct Streams {
    axis: Axis,
    ear: Ear,
    playout: Playout,
    sender: Sender,
    /// How far to trust the moments from which on the other end's streams are heard (k = 2): of the least certain of
    /// them.
    anchored_within: Duration,
    reporting: Reporting,
}

#[derive(Debug, Default)]
pub struct MediaPath {
    streams: Option<Streams>,
    meter: Meter,
    digits: Digits,
    stream: StreamWatch,
    source: Source,
    /// The other end says that it is silent, and has said so before.
    is_silent: bool,
    was_silent: bool,
    watchdog: MediaWatchdog,
    /// Ports of ours that a change gave up, with the moment from which media there is stray; and the one it took.
    old_ports: Vec<(u16, Instant)>,
    new_port: Option<u16>,
    /// From when on media is stray because the call is on hold.
    held_from: Option<Instant>,
    /// From when on no more media may come; `None` while it may.
    quiet_from: Option<Instant>,
}

impl MediaPath {
    pub fn is_begun(&self) -> bool {
        self.streams.is_some()
    }
    /// Begins both directions at `at`, the origin of the call's axis, unless they have begun.
    pub fn begin(&mut self, at: Instant, agreed: &Agreed, is_secure: bool, random: [u64; 2], calendar: Calendar) {
        if self.is_begun() {
            return;
        }
        let axis = Axis::starting(at);
        let random = if is_secure { [random[0], random[1] & !UPPER_HALF] } else { random };
        let sender = Sender::on(axis, agreed.codec, agreed.payload_type, random).in_parts(agreed.parts);
        // The low bits of the sequence number's draw are the timestamp's; these have no other use.
        let reporting = Reporting::started(at, calendar, sender.ssrc(), agreed.codec.clock_rate(), random[0].rotate_left(32));
        let (ear, playout, anchored_within) = (Ear::default(), Playout::on(axis), Duration::ZERO);
        self.streams = Some(Streams { axis, ear, playout, sender, anchored_within, reporting });
    }
    /// Goes on under a new agreement.
    pub fn follow(&mut self, agreed: &Agreed) {
        self.stream.agreed();
        self.source = Source::default();
        if let Some(streams) = &mut self.streams {
            streams.sender.use_codec(agreed.codec, agreed.payload_type);
            streams.reporting.use_clock(agreed.codec.clock_rate());
        }
    }

    /// Moves to another port of ours.
    pub fn move_from(&mut self, at: Instant, old: u16, new: u16) {
        self.stream.agreed();
        self.new_port = Some(new);
        self.old_ports.push((old, at + GRACE));
    }
    /// Sends as another source from now on.
    pub fn begin_anew(&mut self) {
        if let Some(streams) = &mut self.streams {
            streams.sender.begin_anew();
            streams.reporting.speak_as(streams.sender.ssrc());
        }
    }
    /// Whether the call has given this port up, and media there is stray.
    pub fn has_left(&self, port: u16, at: Instant) -> bool {
        self.old_ports.iter().any(|(old, until)| *old == port && at >= *until)
    }
    /// We have put the call on hold, or taken it back.
    pub fn hold(&mut self, at: Instant, held: bool) {
        self.stream.agreed();
        self.held_from = held.then_some(at + GRACE);
    }
    /// Whether nothing may come because the call is on hold.
    pub fn is_held(&self, at: Instant) -> bool {
        self.held_from.is_some_and(|from| at >= from)
    }
    /// True for the first packet at the port it moved to.
    pub fn arrives_at(&mut self, port: u16) -> bool {
        self.new_port.take_if(|new| *new == port).is_some()
    }
    /// The last word of the call has been exchanged: media must stop.
    pub fn expect_quiet(&mut self, at: Instant) {
        self.quiet_from.get_or_insert(at + QUIET_AFTER);
    }
    /// Whether media of the call that is over may still be under way.
    pub fn may_straggle(&self, at: Instant) -> bool {
        self.quiet_from.is_none_or(|quiet| at < quiet)
    }

    pub fn came_under(&mut self, dscp: Option<u8>) {
        self.meter.came_under(dscp);
    }
    /// A packet of named events; gives the key that it tells of.
    pub fn digit(&mut self, packet: &Packet<'_>) -> Option<char> {
        self.digits.received(packet)
    }
    /// Takes note of a packet of the stream that carries no sound.
    pub fn passes(&mut self, at: Instant, packet: &Packet<'_>) {
        self.stream.passes(packet);
        let sequence = self.streams.as_mut().and_then(|streams| streams.playout.passes(packet));
        sequence.into_iter().for_each(|sequence| self.meter.passed(at, sequence));
    }
    /// The other end tells what its silence is like, and sends no voice meanwhile (RFC 3389); true the first time.
    pub fn is_suppressed(&mut self) -> bool {
        self.is_silent = true;
        !std::mem::replace(&mut self.was_silent, true)
    }
    /// Whether a packet from there is of the other end's stream, which `named` says where it is to be had.
    pub fn is_of_source(&mut self, at: Instant, from: SocketAddr, named: Option<SocketAddr>) -> bool {
        self.source.admits(at, from, named)
    }
    /// No packet has come yet.
    pub fn is_untouched(&self) -> bool {
        self.meter.is_untouched()
    }
    /// Takes a packet, whose reception is trusted `within`, into the record; false if it is of a kind that was not
    /// agreed.
    pub fn hear(&mut self, at: Instant, within: Duration, packet: &Packet<'_>, agreed: &Agreed) -> bool {
        let Some(streams) = &mut self.streams else { return false };
        if packet.payload_type != agreed.payload_type {
            self.meter.had_foreign_payload();
            return false;
        }
        self.is_silent = false;
        self.stream.hears(at, packet, agreed.codec);
        let place = streams.playout.place(at, packet, agreed.codec.clock_rate());
        if place.restarted {
            streams.anchored_within = streams.anchored_within.max(within);
        }
        if !self.meter.received(at, packet, place) {
            return true;
        }
        let decoded = streams.ear.hear(agreed.codec, packet.payload);
        let fate = match &decoded {
            Some(linear) => streams.playout.receive(at, place, Codec::L16, linear),
            None => streams.playout.receive(at, place, agreed.codec, packet.payload),
        };
        if fate == Fate::Late {
            self.meter.was_late();
        }
        true
    }
    /// What no sound stream is like, if that was found since the last look.
    pub fn oddity(&mut self, at: Instant) -> Option<Irregular> {
        self.stream.take(at)
    }
    pub fn stats(&self) -> Stats {
        self.meter.stats()
    }

    /// What somebody would forge now, beside our own stream, and when the next packet of that is due; `None`: nothing
    /// of ours flows.
    pub fn forged(&self, at: Instant) -> Option<(Instant, [Packet<'static>; 2])> {
        let sender = &self.streams.as_ref()?.sender;
        sender.sent(at)?;
        Some((sender.next_wake(), sender.beside()))
    }

    /// When the next packet or report is due.
    pub fn next_wake(&self) -> Option<Instant> {
        self.streams.as_ref().map(|streams| streams.sender.next_wake().min(streams.reporting.next_wake()))
    }
    /// A packet that is due; `None` if none is, or if none is to be sent.
    pub fn next_packet(&mut self, at: Instant, sending: bool) -> Option<Vec<u8>> {
        self.streams.as_mut()?.sender.wake(at, sending)
    }
    /// All packets so far have left by then.
    pub fn packets_left(&mut self, by: Instant) {
        self.streams.iter_mut().for_each(|streams| streams.sender.gone(by));
    }
    /// Repeats this while nothing else is spoken.
    pub fn repeat(&mut self, pattern: &[f32]) {
        self.streams.iter_mut().for_each(|streams| streams.sender.repeat(pattern.to_vec()));
    }

    /// Whether a report is due that is to be sent (RFC 3550, 6.3.6); the randomness is drawn only then.
    pub fn is_report_due(&mut self, at: Instant, random: impl FnOnce() -> u64) -> bool {
        let Some(streams) = &mut self.streams else { return false };
        at >= streams.reporting.next_wake() && streams.reporting.wake(at, random())
    }
    /// Something has been sent that a goodbye would end.
    pub fn has_sent(&self, at: Instant) -> bool {
        self.streams.as_ref().is_some_and(|streams| streams.sender.sent(at).is_some())
    }
    /// A report of ours, or the last one.
    pub fn report(&mut self, at: Instant, name: &str, goodbye: bool) -> Option<Vec<u8>> {
        let streams = self.streams.as_mut()?;
        Some(streams.reporting.write(at, streams.sender.sent(at), self.meter.reception().as_ref(), name, goodbye))
    }
    /// A report of the other end's, and what it sees of our stream.
    pub fn reported(&mut self, at: Instant, bytes: &[u8]) -> Option<FarView> {
        self.streams.as_mut()?.reporting.received(at, bytes)
    }
    /// What the other end saw of our stream, as it reported last.
    pub fn far_view(&self) -> Option<FarView> {
        self.streams.as_ref()?.reporting.far()
    }

    /// The other end has reason to speak from now on.
    pub fn expect_voice(&mut self, at: Instant) {
        self.watchdog.expect(at);
    }
    pub fn missing_at(&self) -> Option<Instant> {
        self.watchdog.missing_at(self.meter.last_at()).filter(|_| !self.is_silent)
    }
    /// Voice counts as missing from now on; gives since when there is none.
    pub fn miss_voice(&mut self, at: Instant) -> Option<Instant> {
        self.watchdog.miss(at, self.meter.last_at())
    }
    /// A packet of voice has come; true if it was missing.
    pub fn is_heard_again(&mut self) -> bool {
        self.watchdog.heard()
    }
    /// Whether this report says that nothing of ours arrives; `None` if it says nothing new.
    pub fn is_far_end_deaf(&mut self, at: Instant, view: &FarView) -> Option<bool> {
        let sent = self.streams.as_ref().and_then(|streams| streams.sender.sent(at)).map_or(0, |sent| sent.packets);
        self.watchdog.reported(view, sent)
    }

    /// A key is pressed, told under this payload type.
    pub fn press(&mut self, key: char, payload_type: u8) {
        self.streams.iter_mut().for_each(|streams| streams.sender.press(key, payload_type));
    }
    /// Queues samples into the outgoing stream; the frame at which the first of them is spoken.
    pub fn speak(&mut self, at: Instant, samples: &[f32]) -> Option<u64> {
        Some(self.streams.as_mut()?.sender.speak(at, samples))
    }
    /// What the reference playout plays in these frames.
    pub fn heard(&self, from: u64, to: u64) -> Option<Vec<f32>> {
        Some(self.streams.as_ref()?.playout.heard(from, to))
    }
    pub fn instant_of(&self, frame: u64) -> Option<Instant> {
        Some(self.streams.as_ref()?.axis.instant_of(frame))
    }
    /// The frame after the last one heard; 0 if nothing was.
    pub fn end(&self) -> u64 {
        self.streams.as_ref().map_or(0, |streams| streams.playout.end())
    }
    pub fn anchors(&self) -> &[Anchor] {
        self.streams.as_ref().map_or(&[], |streams| streams.playout.anchors())
    }
    /// The axis, exact by definition; uncertain is when its packets really came and left. What is heard is as uncertain
    /// as the reception that anchors its stream, for all that follows it is played by the axis. What is spoken: as late
    /// as the latest packet of the stretch spoken last, or of the call as long as none of the stretch has left.
    pub fn timebase(&self) -> Option<Timebase> {
        let streams = self.streams.as_ref()?;
        Some(Timebase {
            frame: 0,
            at: streams.axis.origin,
            frames_per_second: f64::from(RATE),
            input_uncertainty: streams.anchored_within.as_secs_f64(),
            output_uncertainty: streams.sender.latest().as_secs_f64(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_nanos(millis * 1_000_000)
    }

    #[test]
    fn a_port_given_up_is_left_after_a_second_and_the_new_one_is_reached_once() {
        let mut path = MediaPath::default();
        path.move_from(at(0), 20000, 20002);
        assert!(!path.has_left(20000, at(999)) && path.has_left(20000, at(1000)) && !path.has_left(20002, at(5000)));
        assert!(!path.arrives_at(20000) && path.arrives_at(20002) && !path.arrives_at(20002));
    }

    #[test]
    fn stragglers_are_forgiven_for_half_a_second_after_the_last_word() {
        let mut path = MediaPath::default();
        assert!(path.may_straggle(at(9000)), "the last word is still to come");
        path.expect_quiet(at(9000));
        path.expect_quiet(at(9400));
        assert!(path.may_straggle(at(9499)) && !path.may_straggle(at(9500)));
    }

    #[test]
    fn before_it_has_begun_nothing_is_heard_or_spoken() {
        let mut path = MediaPath::default();
        assert_eq!((path.speak(at(0), &[0.5]), path.heard(0, 1), path.end()), (None, None, 0));
        assert_eq!((path.next_wake(), path.next_packet(at(0), true), path.report(at(0), "operator", true)), (None, None, None));
    }
}
