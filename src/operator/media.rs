//! Media at the desk: which call a packet belongs to, who may send any, what is told of them, and the packets that leave.

use super::call::{Call, CallState};
use super::timers::REPORT_EVERY;
use super::{Circumstances, Desk, DeskError, Outgoing};
use crate::clock::Instant;
use crate::instrument::operator::security::{MediaSecurity, Security};
use crate::instrument::operator::{CallEvent, CallId, Side, Stray};
use crate::rtp::codec::Codec;
use crate::rtp::packet::{self, Packet};
use crate::rtp::report::FarView;
use crate::rtp::stats::Stats;
use crate::sip::route::Wire;
use crate::sip::sdp::SdpError;
use std::borrow::Cow;
use std::net::SocketAddr;

/// A packet of constant rate carries whole stretches of 10 ms, 80 octets; a sealed one is longer by its tag.
const STRETCH: usize = 80;
/// Kinds and sources remembered for that.
const MOST_STRAYS: usize = 64;

impl Desk {
    pub(super) fn media(&mut self, how: Circumstances, from: SocketAddr, port: u16, bytes: &[u8]) {
        let at = how.at;
        let Some(bytes) = self.opened(at, from, port, bytes) else { return };
        let bytes = &*bytes;
        if packet::is_rtcp(bytes) {
            return self.report_received(at, from, port, bytes);
        }
        let Some(packet) = Packet::parse(bytes).filter(|_| port.is_multiple_of(2)) else {
            return self.stray(at, from, None, Stray::NoMedia);
        };
        let owner = self.ports.get(&port).copied();
        let Some(call) = owner.and_then(|id| self.calls.get_mut(&id)) else {
            return self.ownerless(at, from, owner);
        };
        let id = call.id();
        if !call.life.is_up() {
            return self.stray(at, from, Some(id), Stray::BeforeAnswer);
        }
        if !call.is_from(from) {
            return self.stray(at, from, Some(id), Stray::OfAnother);
        }
        if call.media.has_left(port, at) {
            return self.stray(at, from, Some(id), Stray::OldPort);
        }
        let is_voice = call.talk().agreed().is_some_and(|agreed| agreed.payload_type == packet.payload_type);
        if call.media.is_held(at) && is_voice && !packet.payload.is_empty() {
            return self.stray(at, from, Some(id), Stray::OnHold);
        }
        let moved = call.media.arrives_at(port);
        if !call.media.is_begun() {
            call.start_media(at, [self.tokens.number(), self.tokens.number()], self.config.calendar);
        }
        call.media.came_under(how.dscp);
        let Some(agreed) = call.talk().agreed().cloned() else { return };
        if agreed.events == Some(packet.payload_type) {
            let told = call.media.digit(&packet).map(|digit| CallEvent::Digit { call: id, digit });
            told.into_iter().for_each(|event| self.tell(at, event));
            return;
        }
        let first = call.media.is_untouched();
        if call.media.hear(at, how.within, &packet, &agreed) {
            if first {
                self.tell(at, CallEvent::FirstMedia { call: id });
            }
            if moved {
                self.tell(at, CallEvent::MediaMoved { call: id });
            }
            self.heard_again(at, id);
        }
        if let Some(what) = self.calls.get_mut(&id).and_then(|call| call.media.oddity(at)) {
            self.tell(at, CallEvent::Irregular { call: Some(id), from: from.to_string(), what });
        }
    }

    /// A packet of the post's voice has come.
    fn heard_again(&mut self, at: Instant, id: CallId) {
        if self.calls.get_mut(&id).is_some_and(|call| call.media.is_heard_again()) {
            self.tell(at, CallEvent::VoiceBack { call: id, side: Side::FromPost });
            self.settle();
        }
    }

    /// The post's voice has been missing for too long.
    pub(super) fn miss_voice(&mut self, at: Instant, id: CallId) {
        if let Some(since) = self.calls.get_mut(&id).and_then(|call| call.media.miss_voice(at)) {
            self.tell(at, CallEvent::VoiceMissing { call: id, side: Side::FromPost, since });
        }
    }

    /// Media on a port without a living call: stragglers of its last one are forgiven for a while.
    fn ownerless(&mut self, at: Instant, from: SocketAddr, owner: Option<CallId>) {
        match owner.and_then(|id| self.past.get(&id)) {
            Some(call) if matches!(call.state(), CallState::Ended(_)) && call.media.may_straggle(at) => {}
            Some(_) => self.stray(at, from, owner, Stray::AfterEnd),
            None => self.stray(at, from, None, Stray::NoCall),
        }
    }

    fn stray(&mut self, at: Instant, from: SocketAddr, call: Option<CallId>, kind: Stray) {
        let source = (from.ip(), kind);
        if self.reported.get(&source).is_some_and(|last| at.since(*last) < REPORT_EVERY) {
            return;
        }
        if self.reported.len() >= MOST_STRAYS {
            self.reported.pop_first();
        }
        self.reported.insert(source, at);
        self.tell(at, CallEvent::StrayMedia { call, from: from.to_string(), kind });
    }

    pub(super) fn wake_media(&mut self, at: Instant) {
        let (mute, lost) = (self.config.behaviour.mute, self.config.behaviour.loses_per_mille);
        for call in self.calls.values_mut().filter(|call| call.life.may_send()) {
            let Some((sending, to)) = call.talk().agreed().map(|agreed| (agreed.sending && !mute, agreed.remote)) else {
                continue;
            };
            let from = call.talk().address();
            while let Some(bytes) = call.media.next_packet(at, sending) {
                if !is_left_out(&bytes, lost) {
                    self.outgoing.push(Outgoing { wire: Wire::Udp, from, to, bytes });
                }
            }
        }
        self.wake_reports(at);
    }

    /// A key of ours, if named events were agreed.
    pub(super) fn press(&mut self, id: CallId, key: char) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        if let Some(events) = call.talk().agreed().and_then(|agreed| agreed.events) {
            call.media.press(key, events);
        }
    }

    /// The codec agreed on last.
    pub fn agreed_codec(&self, call: CallId) -> Option<Codec> {
        self.known(call).ok()?.talk().agreed().map(|agreed| agreed.codec)
    }
    /// The frame after the last one heard; 0 if nothing was.
    pub fn media_end(&self, call: CallId) -> Result<u64, DeskError> {
        Ok(self.known(call)?.media.end())
    }
    /// What a call's media was secured with, and what was not played for it.
    pub fn media_security(&self, call: CallId) -> Result<MediaSecurity, DeskError> {
        Ok(self.known(call)?.srtp.account())
    }
    /// What a call's received packets went through.
    pub fn media_stats(&self, call: CallId) -> Result<Stats, DeskError> {
        Ok(self.known(call)?.media.stats())
    }
    /// What the post saw of our stream, as it reported last.
    pub fn far_view(&self, call: CallId) -> Result<Option<FarView>, DeskError> {
        Ok(self.known(call)?.media.far_view())
    }
}

/// Which packets are lost follows from their sequence numbers, scattered by a multiplicative hash.
fn is_left_out(packet: &[u8], per_mille: u16) -> bool {
    let sequence = packet.get(2..4).map_or(0, |number| u32::from(number[0]) << 8 | u32::from(number[1]));
    let place = sequence.wrapping_mul(0x9E37_79B1) >> 16;
    place % 1000 < u32::from(per_mille)
}

/// Is this what a plain packet of the call would look like? Nobody can be sure of it where a packet's length varies.
fn looks_plain(call: &Call, bytes: &[u8]) -> bool {
    let (Some(packet), Some(agreed)) = (Packet::parse(bytes), call.talk().agreed()) else { return false };
    packet.payload_type == agreed.payload_type && agreed.codec != Codec::Opus && packet.payload.len() % STRETCH == 0
}

impl Desk {
    /// What leaves, sealed if it is media or control of a secure call. Everything passes here last, so that nothing can be forgotten.
    pub(super) fn sealed(&mut self, one: Outgoing) -> Option<Outgoing> {
        if one.wire != Wire::Udp || !packet::is_rtp_or_rtcp(&one.bytes) {
            return Some(one);
        }
        let Some(id) = self.ports.get(&(one.from.port() & !1)).copied() else { return Some(one) };
        let Some(call) = self.calls.get_mut(&id).or_else(|| self.past.get_mut(&id)) else { return Some(one) };
        Some(Outgoing { bytes: call.srtp.sealed(one.bytes)?, ..one })
    }

    /// What arrived at a media port, opened where its call is secure. `None`: it must not be read; that has been counted and told. Packets of
    /// strangers pass unopened, to be told as such.
    fn opened<'b>(&mut self, at: Instant, from: SocketAddr, port: u16, bytes: &'b [u8]) -> Option<Cow<'b, [u8]>> {
        let owner = self.ports.get(&(port & !1)).copied();
        let Some(call) = owner.and_then(|id| self.calls.get_mut(&id)).filter(|call| call.life.is_up() && call.is_from(from))
        else {
            return Some(Cow::Borrowed(bytes));
        };
        let looks_plain = call.srtp.is_on() && looks_plain(call, bytes);
        let id = call.id();
        match call.srtp.opened(bytes, looks_plain) {
            Ok(bytes) => Some(bytes),
            Err(news) => {
                news.into_iter().for_each(|what| self.tell(at, CallEvent::Security { call: id, what }));
                None
            }
        }
    }

    /// Tells what an agreement has changed.
    pub(super) fn tell_agreed_security(&mut self, at: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        if let Some(what) = call.srtp.news(call.invitation().wire()) {
            self.tell(at, CallEvent::Security { call: id, what });
        }
    }

    /// Tells why an offer was refused, if it was for its security.
    pub(super) fn tell_unsafe_offer(&mut self, at: Instant, call: CallId, error: Option<&SdpError>) {
        let what = match error {
            Some(SdpError::NotSecure) => Security::PlainRefused,
            Some(SdpError::Secure) => Security::SecureRefused,
            Some(SdpError::NoKey(why)) => Security::NoKey(why.clone()),
            _ => return,
        };
        self.tell(at, CallEvent::Security { call, what });
    }
}
