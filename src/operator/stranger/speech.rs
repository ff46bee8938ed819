//! The stranger speaks into a talk: packets like the operator's, sent to the same port of the post from an address that nobody has named to it.
//!
//! Each stretch is sent twice, before the operator's own and after it: a post may keep the first that came of it, or the last.

use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, CallId, StrangerNews};
use crate::operator::timers::STRANGER_BEHIND;
use crate::operator::{Desk, Outgoing};
use crate::rtp::axis::{PACKET, RATE};
use crate::rtp::codec::Codec;
use crate::rtp::packet::Packet;
use crate::sip::route::Wire;
use std::f64::consts::TAU;
use std::net::SocketAddr;

/// What he lets sound.
pub const TONE_HZ: f64 = 1020.0;
const PEAK: f64 = 0.3;
/// So many packets of 20 ms.
const LENGTH: u32 = 100;

/// A packet of his, and where to.
type Forged = (SocketAddr, Vec<u8>);

#[derive(Debug)]
pub(super) struct Speech {
    call: CallId,
    next: Instant,
    left: u32,
}

impl Speech {
    pub fn next_wake(&self) -> Instant {
        self.next
    }
}

/// The tone as a packet of this timestamp carries it.
fn tone(codec: Codec, timestamp: u32) -> Vec<u8> {
    let sample = |n: u32| {
        let seconds = f64::from(timestamp.wrapping_add(n) % RATE) / f64::from(RATE);
        (PEAK * (TAU * TONE_HZ * seconds).sin()) as f32
    };
    codec.encode(&(0..PACKET as u32).map(sample).collect::<Vec<_>>())
}

impl Desk {
    /// Into the talk that stands, while the operator's own packets flow: before they do a post may take whoever comes first. A rig whose stranger
    /// shares the operator's host proves nothing, for a far end may send from another port than it receives at (RFC 4961).
    pub(super) fn let_stranger_speak(&mut self, at: Instant) {
        let talk = self.calls.values().rfind(|call| call.life.is_confirmed());
        let Some((call, own)) = talk.map(|call| (call.id(), call.talk().address())) else { return };
        let forged = self.forged(at, call);
        let Some(stranger) = self.stranger.as_mut().filter(|stranger| stranger.address.ip() != own.ip()) else { return };
        if let Some((due, _)) = forged {
            stranger.speech = Some(Speech { call, next: due + STRANGER_BEHIND, left: LENGTH });
            self.tell(at, CallEvent::Stranger { news: StrangerNews::Spoke });
        }
    }

    pub(super) fn wake_speech(&mut self, at: Instant) {
        let due = |speech: &&mut Speech| at >= speech.next;
        let Some(speech) = self.stranger.as_mut().and_then(|stranger| stranger.speech.as_mut()).filter(due) else { return };
        speech.left = speech.left.saturating_sub(1);
        let (call, left) = (speech.call, speech.left);
        let forged = self.forged(at, call);
        let Some(stranger) = &mut self.stranger else { return };
        let from = stranger.voice();
        match &forged {
            Some((due, _)) if left > 0 => stranger.speech = Some(Speech { call, next: *due + STRANGER_BEHIND, left }),
            _ => stranger.speech = None,
        }
        self.outgoing.extend(forged.into_iter().flat_map(|(_, packets)| packets).map(|(to, bytes)| Outgoing {
            wire: Wire::Udp,
            from,
            to,
            bytes,
        }));
    }

    /// When the operator's next packet is due, and what could be sent beside it.
    fn forged(&self, at: Instant, call: CallId) -> Option<(Instant, [Forged; 2])> {
        let call = self.calls.get(&call)?;
        let agreed = call.talk().agreed().filter(|agreed| agreed.sending && !self.config.behaviour.mute)?;
        let codec = Some(agreed.codec).filter(|codec| Codec::G711.contains(codec))?;
        let (due, packets) = call.media.forged(at)?;
        let bytes = |packet: Packet<'_>| Packet { payload: &tone(codec, packet.timestamp), ..packet }.bytes();
        Some((due, packets.map(|packet| (agreed.remote, bytes(packet)))))
    }
}
