//! Media at the desk: which call a packet belongs to, who may send any, and the packets that leave.
//!
//! Must not know SIP messages.

use super::call::{Call, Stage};
use super::{Desk, Outgoing};
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, CallId};
use crate::rtp::codec::Codec;
use crate::rtp::packet::{self, Packet};
use crate::rtp::playout::Fate;
use crate::sip::way::Wire;
use std::net::SocketAddr;
use std::time::Duration;

/// A stranger's media is reported this often, however many packets it sends.
const REPORT_EVERY: Duration = Duration::from_secs(1);
/// Strangers remembered for that.
const MOST_STRANGERS: usize = 64;

impl Desk {
    pub(super) fn media(&mut self, at: Instant, from: SocketAddr, port: u16, bytes: &[u8], dscp: Option<u8>) {
        let Some(bytes) = self.opened(at, from, port, bytes) else { return };
        let bytes = &*bytes;
        // The odd port is RTCP's; some peers send it to the even one (RFC 5761).
        if port % 2 == 1 || packet::is_rtcp(bytes) {
            return;
        }
        let Some(packet) = Packet::parse(bytes) else {
            return self.stranger(at, from, "no media on a media port");
        };
        let owner = self.ports.get(&port).copied();
        let Some(call) = owner.and_then(|id| self.calls.get_mut(&id)) else {
            return self.stray(at, from, owner);
        };
        if !call.is_up() {
            return self.stranger(at, from, "media before the answer");
        }
        if !call.is_from(from) {
            return self.stranger(at, from, "media into the call of another");
        }
        if call.media.is_none() {
            call.start_media(at, [self.tokens.number(), self.tokens.number()]);
        }
        call.meter.came_under(dscp);
        if call.agreed.as_ref().is_some_and(|a| a.events == Some(packet.payload_type)) {
            let told = call.digits.received(&packet).map(|digit| CallEvent::Digit { call: call.id, digit });
            told.into_iter().for_each(|event| self.tell(at, event));
            return;
        }
        let (id, first) = (call.id, call.meter.is_untouched());
        if hear(call, at, &packet) && first {
            self.tell(at, CallEvent::FirstMedia { call: id });
        }
    }

    /// Media on a port without a living call: stragglers of its last one are forgiven for a while.
    fn stray(&mut self, at: Instant, from: SocketAddr, owner: Option<CallId>) {
        match owner.and_then(|id| self.past.get(&id)) {
            Some(call) if matches!(call.stage, Stage::Ended(_)) && call.quiet_from.is_none_or(|quiet| at < quiet) => {}
            Some(_) => self.stranger(at, from, "media after the call"),
            None => self.stranger(at, from, "media without a call"),
        }
    }

    fn stranger(&mut self, at: Instant, from: SocketAddr, what: &str) {
        if self.reported.get(&from.ip()).is_some_and(|last| at.since(*last) < REPORT_EVERY) {
            return;
        }
        if self.reported.len() >= MOST_STRANGERS {
            self.reported.pop_first();
        }
        self.reported.insert(from.ip(), at);
        self.tell(at, CallEvent::Intruder { from: from.to_string(), what: what.to_owned() });
    }

    pub(super) fn wake_media(&mut self, at: Instant) {
        for call in self.calls.values_mut() {
            let up = call.is_up();
            let (Some(media), Some(agreed)) = (&mut call.media, &call.agreed) else { continue };
            if !up {
                continue;
            }
            while let Some(bytes) = media.sender.wake(at, agreed.aloud) {
                let Some(bytes) = call.safety.sealed(bytes) else { continue };
                self.outgoing.push(Outgoing { wire: Wire::Udp, from: call.local.address, to: agreed.remote, bytes });
            }
        }
    }
}

/// Takes a packet into a call's record; false if it is of a kind that was not agreed.
fn hear(call: &mut Call, at: Instant, packet: &Packet<'_>) -> bool {
    let (Some(media), Some(agreed)) = (&mut call.media, &call.agreed) else { return false };
    if packet.payload_type != agreed.payload_type {
        call.meter.had_foreign_payload();
        return false;
    }
    let place = media.playout.place(at, packet, agreed.codec.clock_rate());
    if !call.meter.received(at, packet.ssrc, place) {
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
