//! Media and RTCP of one call as they come and leave (RFC 3550): who may send any, what is told of it, and what is
//! sent.

use super::Call;
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, FarView, Irregular, Side, Stray};
use crate::operator::config::{Circumstances, Outgoing};
use crate::operator::context::Context;
use crate::rtp::codec::Codec;
use crate::rtp::packet::Packet;
use std::borrow::Cow;
use std::net::SocketAddr;

/// A packet of constant rate carries whole stretches of 10 ms, 80 octets; a sealed one is longer by its tag.
const STRETCH: usize = 80;

/// Which packets are lost follows from their sequence numbers, scattered by a multiplicative hash.
fn is_left_out(packet: &[u8], per_mille: u16) -> bool {
    let sequence = packet.get(2..4).map_or(0, |number| u32::from(number[0]) << 8 | u32::from(number[1]));
    let place = sequence.wrapping_mul(0x9E37_79B1) >> 16;
    place % 1000 < u32::from(per_mille)
}

// What comes.
impl Call {
    /// What arrived at one of its ports, opened where the call is secure. `None`: it must not be read; that has been
    /// counted and told. Packets of strangers pass unopened, to be told as such.
    pub fn opened<'b>(&mut self, at: Instant, from: SocketAddr, bytes: &'b [u8], cx: &mut Context) -> Option<Cow<'b, [u8]>> {
        if !self.life.is_up() || !self.is_from(from) {
            return Some(Cow::Borrowed(bytes));
        }
        let looks_plain = self.srtp.is_on() && self.looks_plain(bytes);
        match self.srtp.opened(bytes, looks_plain) {
            Ok(bytes) => Some(bytes),
            Err(news) => {
                news.into_iter().for_each(|what| cx.tell(at, CallEvent::Security { call: self.id, what }));
                None
            }
        }
    }
    /// Is this what a plain packet of the call would look like? Nobody can be sure of it where a packet's length
    /// varies.
    fn looks_plain(&self, bytes: &[u8]) -> bool {
        let (Some(packet), Some(agreed)) = (Packet::parse(bytes), self.talk.agreed()) else { return false };
        packet.payload_type == agreed.payload_type && agreed.codec != Codec::Opus && packet.payload.len() % STRETCH == 0
    }

    /// A packet at one of its ports; true if the post's voice had been missing. The error says why it is none of this
    /// call's.
    pub fn hear(
        &mut self,
        how: Circumstances,
        from: SocketAddr,
        port: u16,
        packet: &Packet<'_>,
        cx: &mut Context,
    ) -> Result<bool, Stray> {
        let at = how.at;
        if !self.life.is_up() {
            return Err(Stray::BeforeAnswer);
        }
        if !self.is_from(from) {
            return Err(Stray::OfAnother);
        }
        if self.media.has_left(port, at) {
            return Err(Stray::OldPort);
        }
        if !self.media.is_of_source(at, from, self.talk.agreed().map(|agreed| agreed.remote)) {
            return Err(Stray::OfAnother);
        }
        let is_voice = self.talk.agreed().is_some_and(|agreed| agreed.payload_type == packet.payload_type);
        if self.media.is_held(at) && is_voice && !packet.payload.is_empty() {
            return Err(Stray::OnHold);
        }
        let moved = self.media.arrives_at(port);
        if !self.media.is_begun() {
            let random = cx.random();
            self.start_media(at, random, cx);
        }
        self.media.came_under(how.dscp);
        let Some(agreed) = self.talk.agreed() else { return Ok(false) };
        if packet.payload_type == agreed.comfort && packet.payload_type != agreed.payload_type {
            self.media.passes(at, packet);
            if self.media.is_suppressed() {
                self.tell_irregular(at, Irregular::SilenceSuppressed, cx);
            }
            return Ok(false);
        }
        if agreed.events == Some(packet.payload_type) {
            self.media.passes(at, packet);
            let told = self.media.digit(packet).map(|digit| CallEvent::Digit { call: self.id, digit });
            told.into_iter().for_each(|event| cx.tell(at, event));
            return Ok(false);
        }
        let first = self.media.is_untouched();
        let mut is_back = false;
        if self.media.hear(at, how.within, packet, agreed) {
            if first {
                cx.tell(at, CallEvent::FirstMedia { call: self.id });
                let named = agreed.remote;
                if named.ip() == from.ip() && named.port() != from.port() {
                    let what = Irregular::OtherPort { place: "SDP", named: named.port() };
                    cx.tell(at, CallEvent::Irregular { call: Some(self.id), from: from.to_string(), what });
                }
            }
            if moved {
                cx.tell(at, CallEvent::MediaMoved { call: self.id });
            }
            is_back = self.media.is_heard_again();
            if is_back {
                cx.tell(at, CallEvent::VoiceBack { call: self.id, side: Side::FromPost });
            }
        }
        if let Some(what) = self.media.oddity(at) {
            cx.tell(at, CallEvent::Irregular { call: Some(self.id), from: from.to_string(), what });
        }
        Ok(is_back)
    }
    /// Whether media of the call that is over may still be under way.
    pub fn may_straggle(&self, at: Instant) -> bool {
        self.life.is_over() && self.media.may_straggle(at)
    }

    /// The post's voice has been missing for too long.
    pub(super) fn miss_voice(&mut self, at: Instant, cx: &mut Context) {
        if let Some(since) = self.media.miss_voice(at) {
            cx.tell(at, CallEvent::VoiceMissing { call: self.id, side: Side::FromPost, since });
        }
    }

    /// A report of RTCP. One from elsewhere says nothing about anything.
    pub fn reported(&mut self, at: Instant, from: SocketAddr, bytes: &[u8], cx: &mut Context) {
        if !self.is_from(from) {
            return;
        }
        if let Some(view) = self.media.reported(at, bytes) {
            self.far_reported(at, view, cx);
        }
    }
    /// The post has told what it receives of us.
    fn far_reported(&mut self, at: Instant, view: FarView, cx: &mut Context) {
        let (call, side) = (self.id, Side::ToPost);
        cx.tell(at, CallEvent::FarReport { call, view });
        match self.media.is_far_end_deaf(at, &view) {
            // It cannot know how long: since the report before at the latest.
            Some(true) => cx.tell(at, CallEvent::VoiceMissing { call, side, since: at }),
            Some(false) => cx.tell(at, CallEvent::VoiceBack { call, side }),
            None => {}
        }
    }
}

// What leaves.
impl Call {
    pub fn next_media_wake(&self) -> Option<Instant> {
        self.media.next_wake().filter(|_| self.life.may_send())
    }
    /// The packets of media that are due.
    pub fn send_media(&mut self, at: Instant, cx: &mut Context) {
        if !self.life.may_send() {
            return;
        }
        let (mute, lost) = (cx.behaviour().mute, cx.behaviour().loses_per_mille);
        let Some((sending, to)) = self.talk.agreed().map(|agreed| (agreed.sending && !mute, agreed.remote)) else { return };
        let from = self.talk.address();
        while let Some(bytes) = self.media.next_packet(at, sending) {
            if !is_left_out(&bytes, lost) {
                cx.send_datagram(from, to, bytes);
            }
        }
    }
    /// The report that is due.
    pub fn send_report(&mut self, at: Instant, cx: &mut Context) {
        if self.life.may_send() && self.media.is_report_due(at, || cx.tokens().number()) {
            self.report(at, false, cx);
        }
    }
    /// The last word of its media (RFC 3550, 6.3.7).
    pub(super) fn report_goodbye(&mut self, at: Instant, cx: &mut Context) {
        if !cx.behaviour().mute && self.media.has_sent(at) {
            self.report(at, true, cx);
        }
    }
    fn report(&mut self, at: Instant, goodbye: bool, cx: &mut Context) {
        let own = self.talk.address();
        let Some((remote, to)) = self.talk.agreed().map(|agreed| (agreed.remote, agreed.rtcp)) else { return };
        let Some(bytes) = self.media.report(at, &format!("operator@{}", own.ip()), goodbye) else { return };
        let port = if to == remote { own.port() } else { own.port() + 1 };
        cx.send_datagram(SocketAddr::new(own.ip(), port), to, bytes);
    }
    /// What leaves from one of its ports, sealed if the call is secure. `None`: it must not leave.
    pub fn sealed(&mut self, one: Outgoing) -> Option<Outgoing> {
        Some(Outgoing { bytes: self.srtp.sealed(one.bytes)?, ..one })
    }
    /// All packets so far have left by then.
    pub fn packets_left(&mut self, by: Instant) {
        self.media.packets_left(by);
    }

    /// A key of ours, if named events were agreed.
    pub fn press(&mut self, key: char) {
        if let Some(events) = self.talk.agreed().and_then(|agreed| agreed.events) {
            self.media.press(key, events);
        }
    }
    /// What somebody would forge now who speaks beside us, in which codec and where to, and when the next packet of
    /// that is due; `None`: nothing of ours flows.
    pub fn forged(&self, at: Instant) -> Option<(Instant, Codec, SocketAddr, [Packet<'static>; 2])> {
        let agreed = self.talk.agreed().filter(|agreed| agreed.sending)?;
        let (due, packets) = self.media.forged(at)?;
        Some((due, agreed.codec, agreed.remote, packets))
    }
    /// What he makes of a packet of an encrypted talk in which he flips what we say.
    pub fn flipped(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.srtp.forge(bytes)
    }
}
