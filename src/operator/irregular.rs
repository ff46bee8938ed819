//! What no sound post does in its signalling: found beside the serving of each message, and told.
//!
//! Must not decide what a message is answered with, nor show a password.

use super::{Call, Desk};
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, CallId, Invite, Irregular, host_of};
use crate::sip::dialog::DialogId;
use crate::sip::digest::Credentials;
use crate::sip::message::{Message, Method, Request, targets};
use crate::sip::registrar::User;
use crate::sip::route::{Route, Wire};
use crate::sip::sdes::Crypto;
use crate::sip::sdp::Audio;
use crate::sip::secret::Secret;
use std::collections::VecDeque;
use std::net::IpAddr;

/// What is told instead of a text with a password in it.
const HIDDEN: &str = "•••";
/// The largest payload of a UDP datagram in one frame: 1500 octets without the headers of IPv4 and UDP.
const LONGEST_DATAGRAM: usize = 1472;
/// From tags of so many calls are remembered.
const MOST_TAGS: usize = 256;

/// What it takes to find these things.
#[derive(Debug)]
pub(super) struct Watch {
    secrets: Vec<Secret>,
    /// From tag and Call-ID of the latest calls.
    tags: VecDeque<(String, String)>,
    /// With which key those calls of the latest that are secure were offered.
    keys: VecDeque<(CallId, Crypto)>,
}

impl Watch {
    pub fn over(users: &[User]) -> Self {
        let secrets = Secret::of(users.iter().map(|user| (user.name.as_str(), user.password.as_str())));
        Watch { secrets, tags: VecDeque::new(), keys: VecDeque::new() }
    }
    fn knows(&self, bytes: &[u8]) -> bool {
        self.secrets.iter().any(|secret| secret.is_in(bytes))
    }
}

impl Desk {
    pub(super) fn tell_irregular(&mut self, at: Instant, way: Route, call: Option<CallId>, what: Irregular) {
        self.tell(at, CallEvent::Irregular { call, from: way.peer.to_string(), what });
    }

    pub(super) fn look_for_secrets(&mut self, at: Instant, way: Route, message: &Message, bytes: &[u8]) {
        if self.watch.knows(bytes) {
            let method = match message {
                Message::Request(request) => request.method.to_string(),
                Message::Response(response) => format!("{} {}", response.status, response.head.cseq_method),
            };
            self.tell_irregular(at, way, None, Irregular::Secret { method });
        }
    }

    /// The same, fit to be written down.
    pub(super) fn without_secrets(&self, mut invite: Invite) -> Invite {
        let values = invite.headers.iter_mut().map(|(_, value)| value);
        for text in values.chain([&mut invite.to, &mut invite.dialog]).filter(|text| self.watch.knows(text.as_bytes())) {
            HIDDEN.clone_into(text);
        }
        invite
    }
    pub(super) fn contact_without_secrets(&self, contact: String) -> String {
        if self.watch.knows(contact.as_bytes()) { format!("sip:{HIDDEN}@{}", host_of(&contact)) } else { contact }
    }

    /// Whoever wants to be reached names the address that he sends from. A name instead of an address says nothing, nor does a null address,
    /// which is the old way to put on hold (RFC 3264, 8.4). Ports are not compared: a connection comes from a port of its own.
    pub(super) fn look_at_addresses(&mut self, at: Instant, way: Route, request: &Request, call: Option<CallId>) {
        let own = way.peer.ip().to_canonical();
        let is_elsewhere = |ip: &IpAddr| ip.to_canonical() != own && !ip.is_unspecified();
        let gone = request.head.header("Expires").is_some_and(|expires| expires.trim() == "0");
        let contacts = request.head.headers("Contact").flat_map(targets);
        let standing = contacts.filter(|target| target.expires.map_or(!gone, |expires| expires > 0));
        let contact = standing.filter_map(|target| target.socket).map(|socket| socket.ip()).find(is_elsewhere);
        let media = Audio::parse(&request.head.body).ok().map(|audio| audio.remote.ip()).filter(is_elsewhere);
        let found = contact.map(|ip| ("Contact", ip)).or(media.map(|ip| ("SDP", ip)));
        if let Some((place, named)) = found {
            self.tell_irregular(at, way, call, Irregular::Elsewhere { place, named: named.to_string() });
        }
    }

    /// What no frame of an Ethernet holds travels in pieces, which many firewalls let none of through; a request so long goes over a connection
    /// (RFC 3261, 18.1.1).
    pub(super) fn look_at_length(&mut self, at: Instant, way: Route, message: &Message, bytes: &[u8]) {
        if let (Message::Request(request), true) = (message, way.wire == Wire::Udp && bytes.len() > LONGEST_DATAGRAM) {
            let method = request.method.to_string();
            self.tell_irregular(at, way, None, Irregular::TooLong { method, bytes: bytes.len() });
        }
    }

    /// Credentials are for one resource, that of the request (RFC 7616, 3.4.6; RFC 3261, 22.4): for another they are good for whoever overhears
    /// them.
    pub(super) fn look_at_digest(&mut self, at: Instant, way: Route, request: &Request) {
        let Some(given) = request.head.headers("Authorization").find_map(Credentials::parse) else { return };
        let named = given.get("uri");
        let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other) || host_of(one).eq_ignore_ascii_case(host_of(other));
        if !same(named, &request.uri) {
            self.tell_irregular(at, way, None, Irregular::OtherResource { named: named.to_owned() });
        }
    }

    /// Two calls under one key give away what was said in both: the same key stream lies over them.
    pub(super) fn look_at_key(&mut self, at: Instant, id: CallId, offered: Option<Crypto>) {
        let Some(offered) = offered else { return };
        if self.watch.keys.iter().any(|(of, known)| *of != id && known.key == offered.key)
            && let Some(way) = self.calls.get(&id).map(|call| call.invitation().way())
        {
            self.tell_irregular(at, way, Some(id), Irregular::SameKey);
        }
        if self.watch.keys.len() >= MOST_TAGS {
            self.watch.keys.pop_front();
        }
        self.watch.keys.push_back((id, offered));
    }

    /// The post's description within a call, an offer or the answer to ours.
    pub(super) fn look_at_description(&mut self, at: Instant, id: CallId, body: &[u8], is_answer: bool) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let way = call.invitation().way();
        if let Some(what) = call.described_by_post(body, is_answer) {
            self.tell_irregular(at, way, Some(id), what);
        }
    }

    /// A call that is tried anew keeps its Call-ID, and may keep its tag.
    pub(super) fn look_at_tag(&mut self, at: Instant, way: Route, call: CallId, request: &Request) {
        let Some(tag) = request.head.from.tag.clone() else { return };
        let id = request.head.call_id.clone();
        if self.watch.tags.iter().any(|(known, of)| *known == tag && *of != id) {
            self.tell_irregular(at, way, Some(call), Irregular::SameTag);
        }
        if self.watch.tags.len() >= MOST_TAGS {
            self.watch.tags.pop_front();
        }
        self.watch.tags.push_back((tag, id));
    }

    /// Requests within a call that change nothing in it.
    pub(super) fn note_asked(&mut self, at: Instant, request: &Request) {
        if matches!(request.method, Method::Register | Method::Bye | Method::Cancel | Method::Prack | Method::Update) {
            return;
        }
        let call = DialogId::of(request).and_then(|dialog| self.calls.values().find(|call| call.dialog.id == dialog));
        if let Some(call) = call.map(Call::id) {
            self.tell(at, CallEvent::Asked { call, method: request.method.to_string() });
        }
    }

    pub(super) fn tell_out_of_order(&mut self, at: Instant, way: Route, call: CallId, request: &Request) {
        let method = request.method.to_string();
        self.tell_irregular(at, way, Some(call), Irregular::OutOfOrder { method });
    }

    /// A request that belongs to no call, though one stands under its Call-ID.
    pub(super) fn look_for_stray_tags(&mut self, at: Instant, way: Route, request: &Request) {
        let call = self.calls.values().find(|call| call.dialog.id.call_id == request.head.call_id).map(Call::id);
        if call.is_some() {
            self.tell_irregular(at, way, call, Irregular::Astray { method: request.method.to_string() });
        }
    }

    /// A BYE that crosses one of the post's hears 481; anything else but 200 is no answer to it.
    pub(super) fn look_at_farewell(&mut self, at: Instant, call: CallId, status: u16) {
        if status >= 300 && status != 481 {
            self.tell_of_past(at, call, Irregular::ByeRefused { status });
        }
    }

    /// Refusals that were repeated until nothing more could come.
    pub(super) fn tell_unacknowledged(&mut self, at: Instant, ways: &[Route]) {
        for way in ways {
            self.tell_irregular(at, *way, None, Irregular::Unacknowledged);
        }
    }

    pub(super) fn tell_unanswered(&mut self, at: Instant, call: CallId, method: &'static str) {
        self.tell_of_past(at, call, Irregular::Unanswered { method });
    }

    fn tell_of_past(&mut self, at: Instant, id: CallId, what: Irregular) {
        if let Some(way) = self.calls.get(&id).or_else(|| self.past.get(&id)).map(|call| call.invitation().way()) {
            self.tell_irregular(at, way, Some(id), what);
        }
    }
}
