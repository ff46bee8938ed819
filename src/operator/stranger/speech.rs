//! The stranger speaks into a talk: packets like the operator's, sent to the same port of the post from an address that
//! nobody has named to it.
//!
//! Into an encrypted talk he speaks in packets that bear the operator's own address: that can be forged, and where
//! sound is authenticated it proves nothing (RFC 3711, 3.3). At first they are plain; then they are encrypted ones in
//! which he has flipped what the operator says, which a post learns only from their seal (9.5).
//!
//! Each stretch is sent twice, before the operator's own and after it: a post may keep the first that came of it, or
//! the last.

use super::Stranger;
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, CallId, StrangerNews};
use crate::operator::call::Call;
use crate::operator::calls::Calls;
use crate::operator::context::Context;
use crate::operator::timers::STRANGER_BEHIND;
use crate::rtp::axis::{PACKET, RATE};
use crate::rtp::codec::Codec;
use crate::rtp::packet::Packet;
use std::f64::consts::TAU;
use std::net::SocketAddr;

/// What he lets sound.
pub const TONE_HZ: f64 = 1020.0;
const PEAK: f64 = 0.3;
/// So many packets of 20 ms, of which the last ones are flipped where they are encrypted.
const LENGTH: u32 = 100;
const FLIPPED: u32 = 50;

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

/// When the operator's next packet of a call is due, and what could be sent beside it.
fn forged(at: Instant, call: &Call, cx: &Context) -> Option<(Instant, [Forged; 2])> {
    if cx.behaviour().mute {
        return None;
    }
    let (due, codec, remote, packets) = call.forged(at)?;
    let bytes = |packet: Packet<'_>| Packet { payload: &tone(codec, packet.timestamp), ..packet }.bytes();
    Codec::G711.contains(&codec).then(|| (due, packets.map(|packet| (remote, bytes(packet)))))
}

impl Stranger {
    /// Into the talk that stands, while the operator's own packets flow: before they do a post may take whoever comes
    /// first. A rig whose stranger shares the operator's host proves nothing, for a far end may send from another port
    /// than it receives at (RFC 4961).
    pub fn speak(&mut self, at: Instant, calls: &Calls, cx: &mut Context) {
        let Some(call) = calls.living().rfind(|call| call.is_confirmed()) else { return };
        if !call.is_secure() && self.address.ip() == call.talk().address().ip() {
            return;
        }
        if let Some((due, _)) = forged(at, call, cx) {
            self.speech = Some(Speech { call: call.id(), next: due + STRANGER_BEHIND, left: LENGTH });
            cx.tell(at, CallEvent::Stranger { news: StrangerNews::Spoke });
        }
    }

    pub(super) fn wake_speech(&mut self, at: Instant, calls: &Calls, cx: &mut Context) {
        let Some(Speech { call, left, .. }) = self.speech.take_if(|speech| at >= speech.next) else { return };
        let left = left.saturating_sub(1);
        let Some(talk) = calls.get(call) else { return };
        let Some((due, packets)) = forged(at, talk, cx) else { return };
        if left > 0 {
            self.speech = Some(Speech { call, next: due + STRANGER_BEHIND, left });
        }
        let from = if talk.is_secure() { talk.talk().address() } else { self.voice() };
        for (to, bytes) in packets {
            let flipped = (talk.is_secure() && left < FLIPPED).then(|| talk.flipped(&bytes)).flatten();
            cx.send_forged(from, to, flipped.unwrap_or(bytes));
        }
    }
}
