//! What no sound post does in its signalling, found beside the serving of each message.
//!
//! Must not decide what a message is answered with, nor show a password, nor know calls beyond their number.

use crate::instrument::operator::{CallId, Invite, Irregular, Unreachable, host_of};
use crate::sip::digest::Credentials;
use crate::sip::message::{Message, Method, Request, Target, targets};
use crate::sip::registrar::User;
use crate::sip::route::{Route, Wire};
use crate::sip::sdes::Crypto;
use crate::sip::sdp::Audio;
use crate::sip::secret::Secret;
use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};

/// What is told instead of a text with a password in it.
const HIDDEN: &str = "•••";
/// The largest payload of a UDP datagram in one frame: 1500 octets without the headers of IPv4 and UDP.
const LONGEST_DATAGRAM: usize = 1472;
/// From tags of so many calls are remembered.
const MOST_TAGS: usize = 256;

/// What of earlier messages it takes to find these things.
#[derive(Debug)]
pub(super) struct Irregularities {
    secrets: Vec<Secret>,
    /// From tag and Call-ID of the latest calls.
    tags: VecDeque<(String, String)>,
    /// With which key those calls of the latest that are secure were offered.
    keys: VecDeque<(CallId, Crypto)>,
    /// The latest requests without credentials outside a call: to which server, Call-ID, count and method.
    unsigned: VecDeque<(SocketAddr, String, u32, Method)>,
}

impl Irregularities {
    pub fn over(users: &[User]) -> Self {
        let secrets = Secret::of(users.iter().map(|user| (user.name.as_str(), user.password.as_str())));
        Irregularities { secrets, tags: VecDeque::new(), keys: VecDeque::new(), unsigned: VecDeque::new() }
    }
    fn knows(&self, bytes: &[u8]) -> bool {
        self.secrets.iter().any(|secret| secret.is_in(bytes))
    }

    /// A password in any message.
    pub fn secret_in(&self, message: &Message, bytes: &[u8]) -> Option<Irregular> {
        self.knows(bytes).then(|| Irregular::Secret { method: named(message) })
    }
    /// Whoever is asked who he is asks anew: what comes under the same count is the request that was turned away.
    pub fn same_request(&mut self, way: Route, message: &Message) -> Option<Irregular> {
        let Message::Request(request) = message else { return None };
        let (head, method) = (&request.head, request.method);
        if head.to.tag.is_some() || matches!(method, Method::Ack | Method::Cancel) {
            return None;
        }
        let one = (way.own, head.call_id.clone(), head.cseq, method);
        let is_signed = ["Authorization", "Proxy-Authorization"].iter().any(|name| head.header(name).is_some());
        let is_known = self.unsigned.contains(&one);
        if is_signed {
            // Told once: its repetitions are no other request.
            self.unsigned.retain(|known| *known != one);
            return is_known.then(|| Irregular::SameRequest { method: method.to_string() });
        }
        if !is_known {
            if self.unsigned.len() >= MOST_TAGS {
                self.unsigned.pop_front();
            }
            self.unsigned.push_back(one);
        }
        None
    }
    /// The same, fit to be written down.
    pub fn without_secrets(&self, mut invite: Invite) -> Invite {
        let values = invite.headers.iter_mut().map(|(_, value)| value);
        for text in values.chain([&mut invite.to, &mut invite.dialog]).filter(|text| self.knows(text.as_bytes())) {
            HIDDEN.clone_into(text);
        }
        invite
    }
    pub fn contact_without_secrets(&self, contact: String) -> String {
        if self.knows(contact.as_bytes()) { format!("sip:{HIDDEN}@{}", host_of(&contact)) } else { contact }
    }

    /// Two calls under one key give away what was said in both: the same key stream lies over them.
    pub fn same_key(&mut self, call: CallId, offered: Crypto) -> Option<Irregular> {
        let is_known = self.keys.iter().any(|(of, known)| *of != call && known.key == offered.key);
        if self.keys.len() >= MOST_TAGS {
            self.keys.pop_front();
        }
        self.keys.push_back((call, offered));
        is_known.then_some(Irregular::SameKey)
    }

    /// A call that is tried anew keeps its Call-ID, and may keep its tag.
    pub fn same_tag(&mut self, invite: &Request) -> Option<Irregular> {
        let tag = invite.head.from.tag.clone()?;
        let id = invite.head.call_id.clone();
        let is_known = self.tags.iter().any(|(known, of)| *known == tag && *of != id);
        if self.tags.len() >= MOST_TAGS {
            self.tags.pop_front();
        }
        self.tags.push_back((tag, id));
        is_known.then_some(Irregular::SameTag)
    }
}

/// What a message is, in words of the standard.
fn named(message: &Message) -> String {
    match message {
        Message::Request(request) => request.method.to_string(),
        Message::Response(response) => {
            format!("{} {}", response.status, response.head.cseq_method.map_or("", Method::name))
        }
    }
}

/// Nobody has to guess what a body is.
pub(super) fn untyped(message: &Message) -> Option<Irregular> {
    let head = match message {
        Message::Request(request) => &request.head,
        Message::Response(response) => &response.head,
    };
    let is_untyped = !head.body.is_empty() && head.header("Content-Type").is_none();
    is_untyped.then(|| Irregular::Untyped { method: named(message) })
}

/// Whoever wants to be reached names the address that he sends from. A name instead of an address says nothing, nor
/// does a null address, which is the old way to put on hold (RFC 3264, 8.4). Ports are not compared: a connection comes
/// from a port of its own.
pub(super) fn elsewhere(way: Route, request: &Request) -> Option<Irregular> {
    let own = way.peer.ip().to_canonical();
    let is_elsewhere = |ip: &IpAddr| ip.to_canonical() != own && !ip.is_unspecified();
    let contact = standing_contacts(request).filter_map(|target| target.socket).map(|socket| socket.ip()).find(is_elsewhere);
    let media = Audio::parse(request.head.description()).ok().map(|audio| audio.remote.ip()).filter(is_elsewhere);
    let (place, named) = contact.map(|ip| ("Contact", ip)).or(media.map(|ip| ("SDP", ip)))?;
    Some(Irregular::Elsewhere { place, named: named.to_string() })
}

/// The port that a Contact names beside the sender's own address, where a datagram came from another.
pub(super) fn other_port(way: Route, request: &Request) -> Option<Irregular> {
    let sockets = request.head.headers("Contact").flat_map(targets).filter_map(|target| target.socket);
    let is_same_host = |socket: &SocketAddr| socket.ip().to_canonical() == way.peer.ip().to_canonical();
    let named = sockets.filter(is_same_host).map(|socket| socket.port()).find(|port| *port != way.peer.port())?;
    (way.wire == Wire::Udp).then_some(Irregular::OtherPort { place: "Contact", named })
}

/// Addresses at which nothing of ours arrives, in what it wants to be reached by: whoever names one is deaf to us.
/// `begins`: a null address puts a call on hold only once that stands (RFC 3264, 8.4).
pub(super) fn unreachable(way: Route, request: &Request, begins: bool) -> impl Iterator<Item = Irregular> {
    let contact = standing_contacts(request).filter_map(|target| target.socket).next();
    let media = Audio::parse(request.head.description()).ok().map(|audio| audio.remote);
    [("Contact", contact), ("SDP", media)].into_iter().filter_map(move |(place, named)| {
        let named = named?;
        let why = out_of_reach(named.ip().to_canonical(), way).or((named.port() == 0).then_some(Unreachable::NoPort))?;
        let is_hold = why == Unreachable::Unspecified && !begins;
        (!is_hold).then(|| Irregular::Unreachable { place, named: named.ip().to_string(), why })
    })
}

fn out_of_reach(named: IpAddr, way: Route) -> Option<Unreachable> {
    let (peer, own) = (way.peer.ip().to_canonical(), way.own.ip().to_canonical());
    let is_link_local = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    let is_private = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => ip.is_private(),
        IpAddr::V6(ip) => ip.is_unique_local(),
    };
    let is_near = |ip: IpAddr| is_private(ip) || ip.is_loopback() || is_link_local(ip);
    [
        (named.is_unspecified(), Unreachable::Unspecified),
        (named.is_multicast(), Unreachable::Multicast),
        (named.is_loopback() && !peer.is_loopback(), Unreachable::Loopback),
        (named.is_ipv4() != own.is_ipv4() && named.is_ipv4() != peer.is_ipv4(), Unreachable::OtherFamily),
        (is_link_local(named) && !is_link_local(peer), Unreachable::LinkLocal),
        (is_private(named) && !is_near(peer), Unreachable::Private),
    ]
    .into_iter()
    .find_map(|(is_so, why)| is_so.then_some(why))
}

/// Those that the other end wants to be reached by from now on.
fn standing_contacts(request: &Request) -> impl Iterator<Item = Target> {
    let gone = request.head.header("Expires").is_some_and(|expires| expires.trim() == "0");
    let contacts = request.head.headers("Contact").flat_map(targets);
    contacts.filter(move |target| target.expires.map_or(!gone, |expires| expires > 0))
}

/// What no frame of an Ethernet holds travels in pieces, which many firewalls let none of through; a request so long
/// goes over a connection (RFC 3261, 18.1.1).
pub(super) fn too_long(way: Route, message: &Message, bytes: &[u8]) -> Option<Irregular> {
    let Message::Request(request) = message else { return None };
    let is_long = way.wire == Wire::Udp && bytes.len() > LONGEST_DATAGRAM;
    is_long.then(|| Irregular::TooLong { method: request.method.to_string(), bytes: bytes.len() })
}

/// Credentials are for one resource, that of the request (RFC 7616, 3.4.6; RFC 3261, 22.4): for another they are good
/// for whoever overhears them.
pub(super) fn other_resource(request: &Request) -> Option<Irregular> {
    let given = request.head.headers("Authorization").find_map(Credentials::parse)?;
    let named = given.get("uri");
    let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other) || host_of(one).eq_ignore_ascii_case(host_of(other));
    (!same(named, &request.uri)).then(|| Irregular::OtherResource { named: named.to_owned() })
}
