//! A stranger in the street's network, who calls the post: from an address of its own, without an account anywhere.
//!
//! He is part of the desk because the desk knows where the post is. Must not reach anything else of it: what is his is not the operator's.

mod speech;

use super::timers::STRANGER_LISTENS;
use super::{Desk, Outgoing};
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, StrangerNews};
use crate::rtp::codec::Codec;
use crate::sip::dialog;
use crate::sip::message::{self, Message, Response, targets};
use crate::sip::route::Wire;
use crate::sip::transaction::{Act, InviteClient};
use speech::Speech;
use std::net::SocketAddr;

pub use speech::TONE_HZ;

/// His voice port, from his signalling port on.
const VOICE_PORT: u16 = 2;

/// Where he who speaks SIP at this address is to be heard: there, and at his voice port.
pub fn addresses_of_stranger(address: SocketAddr) -> [SocketAddr; 2] {
    [address, SocketAddr::new(address.ip(), address.port().saturating_add(VOICE_PORT))]
}

#[derive(Debug)]
pub(super) struct Stranger {
    /// Where he speaks SIP.
    address: SocketAddr,
    call: Option<Attempt>,
    speech: Option<Speech>,
}

/// His call to the post.
#[derive(Debug)]
struct Attempt {
    machine: InviteClient,
    to: SocketAddr,
    branch: String,
    /// The post has taken it: the To it answered under, and when he hangs up.
    taken: Option<(String, Instant)>,
    was_heard: bool,
}

impl Stranger {
    pub fn next_wake(&self) -> Option<Instant> {
        let of_call = |call: &Attempt| call.taken.as_ref().map(|(_, until)| *until).or_else(|| call.machine.next_wake());
        let speaks = self.speech.as_ref().map(Speech::next_wake);
        self.call.as_ref().and_then(of_call).into_iter().chain(speaks).min()
    }
    fn voice(&self) -> SocketAddr {
        addresses_of_stranger(self.address)[1]
    }
}

impl Desk {
    /// With a stranger at this address, if there is one; it is none of the operator's. His voice comes from two ports further on.
    #[must_use]
    pub fn beside_stranger(mut self, address: Option<SocketAddr>) -> Self {
        self.stranger = address.map(|address| Stranger { address, call: None, speech: None });
        self
    }

    pub(super) fn is_strangers(&self, to: SocketAddr) -> bool {
        self.stranger.as_ref().is_some_and(|stranger| to == stranger.address || to == stranger.voice())
    }

    /// The stranger calls the post that registered last. `false`: there is no stranger, or no post is registered.
    pub fn let_stranger_call(&mut self, at: Instant) -> bool {
        let Some(binding) = self.registrar.bindings().last() else { return false };
        let named = targets(&format!("<{}>", binding.contact)).into_iter().next().and_then(|target| target.socket);
        let (uri, to) = (binding.contact.clone(), named.unwrap_or(binding.source));
        let (branch, tag, id) = (self.tokens.branch(), self.tokens.hex(), self.tokens.hex());
        let number = self.tokens.number();
        let Some(stranger) = &mut self.stranger else { return false };
        let (own, voice) = (stranger.address, stranger.voice());
        let lines = [
            ("Via", format!("SIP/2.0/UDP {own};branch={branch};rport")),
            ("Max-Forwards", "70".to_owned()),
            ("From", format!("<sip:stranger@{own}>;tag={tag}")),
            ("To", format!("<{uri}>")),
            ("Call-ID", id),
            ("CSeq", "1 INVITE".to_owned()),
            ("Contact", format!("<sip:stranger@{own}>")),
            ("Content-Type", "application/sdp".to_owned()),
        ];
        let bytes = message::request("INVITE", &uri, &lines, offer(voice, number));
        let machine = InviteClient::started(at, Wire::Udp.timers(), bytes.clone());
        stranger.call = Some(Attempt { machine, to, branch, taken: None, was_heard: false });
        self.outgoing.push(Outgoing { wire: Wire::Udp, from: own, to, bytes });
        self.tell(at, CallEvent::Stranger { news: StrangerNews::Called });
        self.let_stranger_speak(at);
        self.settle();
        true
    }

    pub(super) fn stranger_received(&mut self, at: Instant, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        let Some(stranger) = &mut self.stranger else { return };
        let is_voice = to == stranger.voice();
        let Some(call) = stranger.call.as_mut().filter(|call| call.to.ip() == from.ip()) else { return };
        if is_voice {
            if !std::mem::replace(&mut call.was_heard, true) {
                self.tell(at, CallEvent::Stranger { news: StrangerNews::Heard });
            }
        } else if let Ok(Message::Response(response)) = message::parse(bytes)
            && response.head.via.branch == call.branch
        {
            self.stranger_answered(at, &response);
        }
    }

    fn stranger_answered(&mut self, at: Instant, response: &Response) {
        let Some(stranger) = &mut self.stranger else { return };
        let own = stranger.address;
        let Some(call) = &mut stranger.call else { return };
        let (status, to) = (response.status, call.to);
        let is_known = call.taken.is_some() || call.machine.is_over();
        let party = &response.head.to.raw;
        let is_taken = (200..300).contains(&status);
        let ack = if is_taken { dialog::ack_to_answer } else { dialog::ack_to_failure }(call.machine.bytes(), party);
        if is_taken {
            call.taken.get_or_insert((party.clone(), at + STRANGER_LISTENS));
            self.outgoing.push(Outgoing { wire: Wire::Udp, from: own, to, bytes: ack });
        } else if call.machine.response(at, status, ack) == Act::Send {
            let bytes = call.machine.bytes().to_vec();
            self.outgoing.push(Outgoing { wire: Wire::Udp, from: own, to, bytes });
        }
        if status >= 200 && !is_known {
            self.tell(at, CallEvent::Stranger { news: StrangerNews::Answered(status) });
        }
    }

    pub(super) fn wake_stranger(&mut self, at: Instant) {
        self.wake_speech(at);
        let Some(stranger) = &mut self.stranger else { return };
        let own = stranger.address;
        let Some(call) = &mut stranger.call else { return };
        let to = call.to;
        let bytes = match &call.taken {
            Some((party, until)) if at >= *until => Some(dialog::bye_to_answer(call.machine.bytes(), party)),
            Some(_) => None,
            None => (call.machine.wake(at) == Act::Send).then(|| call.machine.bytes().to_vec()),
        };
        let is_over = call.machine.is_over() || call.taken.as_ref().is_some_and(|(_, until)| at >= *until);
        if is_over {
            stranger.call = None;
        }
        self.outgoing.extend(bytes.map(|bytes| Outgoing { wire: Wire::Udp, from: own, to, bytes }));
    }
}

/// G.711 both ways.
fn offer(voice: SocketAddr, number: u64) -> Vec<u8> {
    let family = if voice.is_ipv4() { "IP4" } else { "IP6" };
    let (ip, port) = (voice.ip(), voice.port());
    let formats: Vec<String> = Codec::G711.iter().map(|codec| codec.payload().to_string()).collect();
    let id = number >> 32;
    format!(
        "v=0\r\no=- {id} 1 IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP {}\r\na=sendrecv\r\n",
        formats.join(" ")
    )
    .into_bytes()
}
