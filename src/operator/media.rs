//! Media at the desk: which call a packet belongs to, who may send any, and the packets that leave.
//!
//! Must not know SIP messages.

use super::call::{Call, CallState};
use super::{Circumstances, Desk, DeskError, Outgoing};
use crate::clock::Instant;
use crate::instrument::operator::security::MediaSecurity;
use crate::instrument::operator::{CallEvent, CallId, Stray};
use crate::rtp::codec::Codec;
use crate::rtp::packet::{self, Packet};
use crate::rtp::playout::Fate;
use crate::rtp::report::FarView;
use crate::rtp::stats::Stats;
use crate::sip::route::Wire;
use std::net::SocketAddr;
use std::time::Duration;

/// Stray media of one kind and source is reported this often, however many packets it sends.
const REPORT_EVERY: Duration = Duration::from_secs(1);
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
        let id = call.id;
        if !call.is_up() {
            return self.stray(at, from, Some(id), Stray::BeforeAnswer);
        }
        if !call.is_from(from) {
            return self.stray(at, from, Some(id), Stray::OfAnother);
        }
        if call.old_ports.iter().any(|(old, until)| *old == port && at >= *until) {
            return self.stray(at, from, Some(id), Stray::OldPort);
        }
        let moved = call.new_port.take_if(|new| *new == port).is_some();
        if call.media.is_none() {
            call.start_media(at, [self.tokens.number(), self.tokens.number()], self.config.calendar);
        }
        call.meter.came_under(how.dscp);
        if call.agreed.as_ref().is_some_and(|a| a.events == Some(packet.payload_type)) {
            let told = call.digits.received(&packet).map(|digit| CallEvent::Digit { call: id, digit });
            told.into_iter().for_each(|event| self.tell(at, event));
            return;
        }
        let first = call.meter.is_untouched();
        if hear(call, how, &packet) {
            if first {
                self.tell(at, CallEvent::FirstMedia { call: id });
            }
            if moved {
                self.tell(at, CallEvent::MediaMoved { call: id });
            }
            self.heard_again(at, id);
        }
    }

    /// Media on a port without a living call: stragglers of its last one are forgiven for a while.
    fn ownerless(&mut self, at: Instant, from: SocketAddr, owner: Option<CallId>) {
        match owner.and_then(|id| self.past.get(&id)) {
            Some(call) if matches!(call.state, CallState::Ended(_)) && call.quiet_from.is_none_or(|quiet| at < quiet) => {}
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
        for call in self.calls.values_mut() {
            let may_send = call.may_send();
            let (Some(media), Some(agreed)) = (&mut call.media, &call.agreed) else { continue };
            if !may_send {
                continue;
            }
            while let Some(bytes) = media.sender.wake(at, agreed.sending && !self.config.behaviour.mute) {
                self.outgoing.push(Outgoing { wire: Wire::Udp, from: call.local.address, to: agreed.remote, bytes });
            }
        }
        self.wake_reports(at);
    }

    /// The codec agreed on last.
    pub fn agreed_codec(&self, call: CallId) -> Option<Codec> {
        self.known(call).ok()?.agreed.as_ref().map(|agreed| agreed.codec)
    }
    /// The frame after the last one heard; 0 if nothing was.
    pub fn media_end(&self, call: CallId) -> Result<u64, DeskError> {
        Ok(self.known(call)?.media.as_ref().map_or(0, |media| media.playout.end()))
    }
    /// What a call's media was secured with, and what was not played for it.
    pub fn media_security(&self, call: CallId) -> Result<MediaSecurity, DeskError> {
        Ok(self.known(call)?.safety.account())
    }
    /// What a call's received packets went through.
    pub fn media_stats(&self, call: CallId) -> Result<Stats, DeskError> {
        Ok(self.known(call)?.stats())
    }
    /// What the post saw of our stream, as it reported last.
    pub fn far_view(&self, call: CallId) -> Result<Option<FarView>, DeskError> {
        Ok(self.known(call)?.media.as_ref().and_then(|media| media.reporting.far()))
    }
}

/// Takes a packet into a call's record; false if it is of a kind that was not agreed.
fn hear(call: &mut Call, how: Circumstances, packet: &Packet<'_>) -> bool {
    let at = how.at;
    let (Some(media), Some(agreed)) = (&mut call.media, &call.agreed) else { return false };
    if packet.payload_type != agreed.payload_type {
        call.meter.had_foreign_payload();
        return false;
    }
    let place = media.playout.place(at, packet, agreed.codec.clock_rate());
    if place.restarted {
        media.anchored_within = media.anchored_within.max(how.within);
    }
    if !call.meter.received(at, packet, place) {
        return true;
    }
    let decoded = media.ear.hear(agreed.codec, packet.payload);
    let fate = match &decoded {
        Some(linear) => media.playout.receive(at, place, Codec::L16, linear),
        None => media.playout.receive(at, place, agreed.codec, packet.payload),
    };
    if fate == Fate::Late {
        call.meter.was_late();
    }
    true
}
