//! A stranger in the street's network, who calls the post: from an address of its own, without an account anywhere.
//!
//! He stands beside the desk because that knows where the post is. Must not reach anything else of it: what is his is
//! not the operator's.

mod orders;
mod speech;

use super::calls::Calls;
use super::context::Context;
use super::timers::STRANGER_LISTENS;
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, StrangerNews};
use crate::rtp::codec::Codec;
use crate::sip::dialog;
use crate::sip::message::{self, Message, Method, Response, targets};
use crate::sip::registrar::Binding;
use crate::sip::route::Wire;
use crate::sip::transaction::{Act, InviteClient};
use crate::unit::is_emergency;
use orders::NAME;
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
    was_called: bool,
}

impl Stranger {
    /// With his SIP at this address; it is none of the operator's. His voice comes from two ports further on.
    pub fn at(address: SocketAddr) -> Self {
        Stranger { address, call: None, speech: None }
    }
    pub fn is_at(&self, to: SocketAddr) -> bool {
        addresses_of_stranger(self.address).contains(&to)
    }
    fn voice(&self) -> SocketAddr {
        addresses_of_stranger(self.address)[1]
    }

    /// He calls whoever can be reached there, and gives orders; nobody whom a bench may not call, whatever a post
    /// names.
    pub fn call(&mut self, at: Instant, binding: &Binding, calls: &Calls, cx: &mut Context) {
        if is_emergency(&binding.contact) {
            return;
        }
        let named = targets(&format!("<{}>", binding.contact)).into_iter().next().and_then(|target| target.socket);
        let (uri, to) = (&binding.contact, named.unwrap_or(binding.source));
        let (branch, tag, id) = (cx.tokens().branch(), cx.tokens().hex(), cx.tokens().hex());
        let number = cx.tokens().number();
        let own = self.address;
        let lines = [
            ("Via", format!("SIP/2.0/UDP {own};branch={branch};rport")),
            ("Max-Forwards", "70".to_owned()),
            ("From", format!("<sip:{NAME}@{own}>;tag={tag}")),
            ("To", format!("<{uri}>")),
            ("Call-ID", id),
            ("CSeq", "1 INVITE".to_owned()),
            ("Contact", format!("<sip:{NAME}@{own}>")),
            ("Content-Type", "application/sdp".to_owned()),
        ];
        let bytes = message::request("INVITE", uri, &lines, offer(self.voice(), number));
        let machine = InviteClient::started(at, Wire::Udp.timers(), bytes.clone());
        self.call = Some(Attempt { machine, to, branch, taken: None, was_heard: false, was_called: false });
        cx.send_datagram(own, to, bytes);
        cx.tell(at, CallEvent::Stranger { news: StrangerNews::Called });
        orders::give(own, at, (uri, to), calls, cx);
    }

    pub fn received(&mut self, at: Instant, from: SocketAddr, to: SocketAddr, bytes: &[u8], cx: &mut Context) {
        let is_voice = to == self.voice();
        let Some(call) = self.call.as_mut().filter(|call| call.to.ip() == from.ip()) else { return };
        if is_voice {
            if !std::mem::replace(&mut call.was_heard, true) {
                cx.tell(at, CallEvent::Stranger { news: StrangerNews::Heard });
            }
            return;
        }
        match message::parse(bytes) {
            Ok(Message::Response(response)) if response.head.via.branch == call.branch => {
                call.answered(at, self.address, &response, cx);
            }
            // Whom he has told to call him; once a call of his.
            Ok(Message::Request(request))
                if request.method == Method::Invite && !std::mem::replace(&mut call.was_called, true) =>
            {
                cx.tell(at, CallEvent::Stranger { news: StrangerNews::CalledBack });
            }
            _ => {}
        }
    }

    pub fn next_wake(&self) -> Option<Instant> {
        let of_call = |call: &Attempt| call.taken.as_ref().map(|(_, until)| *until).or_else(|| call.machine.next_wake());
        let speaks = self.speech.as_ref().map(Speech::next_wake);
        self.call.as_ref().and_then(of_call).into_iter().chain(speaks).min()
    }
    pub fn wake(&mut self, at: Instant, calls: &Calls, cx: &mut Context) {
        self.wake_speech(at, calls, cx);
        let Some(call) = &mut self.call else { return };
        let bytes = match &call.taken {
            Some((party, until)) if at >= *until => Some(dialog::bye_to_answer(call.machine.bytes(), party)),
            Some(_) => None,
            None => (call.machine.wake(at) == Act::Send).then(|| call.machine.bytes().to_vec()),
        };
        bytes.into_iter().for_each(|bytes| cx.send_datagram(self.address, call.to, bytes));
        if call.machine.is_over() || call.taken.as_ref().is_some_and(|(_, until)| at >= *until) {
            self.call = None;
        }
    }
}

impl Attempt {
    fn answered(&mut self, at: Instant, own: SocketAddr, response: &Response, cx: &mut Context) {
        let status = response.status;
        let is_known = self.taken.is_some() || self.machine.is_over();
        let party = &response.head.to.raw;
        let is_taken = (200..300).contains(&status);
        let ack = if is_taken { dialog::ack_to_answer } else { dialog::ack_to_failure }(self.machine.bytes(), party);
        if is_taken {
            self.taken.get_or_insert((party.clone(), at + STRANGER_LISTENS));
            cx.send_datagram(own, self.to, ack);
        } else if self.machine.response(at, status, ack) == Act::Send {
            cx.send_datagram(own, self.to, self.machine.bytes().to_vec());
        }
        if status >= 200 && !is_known {
            cx.tell(at, CallEvent::Stranger { news: StrangerNews::Answered(status) });
        }
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
