//! A dialog as its callee keeps it: who is at the other end, in what order requests go, and the 2xx that waits for its
//! ACK (RFC 3261, 12 and 13.3.1.4).
//!
//! Must not know media, events or how long anybody rings.

use super::message::{self, ALLOWED, Request, targets};
use super::route::Route;
use super::transaction::{Act, Repeat, Timers};
use crate::clock::Instant;
use std::net::SocketAddr;

/// What names a dialog at the callee (RFC 3261, 12): Call-ID, our tag, theirs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DialogId {
    pub call_id: String,
    pub local: String,
    pub remote: String,
}

impl DialogId {
    /// The dialog a request within one speaks of; `None` outside any.
    pub fn of(request: &Request) -> Option<Self> {
        let local = request.head.to.tag.clone()?;
        let remote = request.head.from.tag.clone().unwrap_or_default();
        Some(DialogId { call_id: request.head.call_id.clone(), local, remote })
    }
}

/// How an in-dialog request stands in the order of its sender's requests (RFC 3261, 12.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Next,
    /// Lower than one seen before: answered 500.
    Late,
}

/// A 2xx on its way until its ACK comes.
#[derive(Debug, Clone)]
struct Unacknowledged {
    cseq: u32,
    response: Vec<u8>,
    to: Route,
    repeat: Repeat,
}

#[derive(Debug, Clone)]
pub struct Dialog {
    pub id: DialogId,
    local: String,
    remote: String,
    remote_uri: String,
    remote_socket: Option<SocketAddr>,
    route: Vec<String>,
    route_socket: Option<SocketAddr>,
    /// Where the INVITE came from: used where the Contact names a host we would have to look up.
    way: Route,
    local_cseq: u32,
    remote_cseq: u32,
    answer: Option<Unacknowledged>,
}

impl Dialog {
    /// Made by an INVITE that we answer under `tag`.
    pub fn from_invite(invite: &Request, tag: &str, way: Route) -> Self {
        let head = &invite.head;
        let id =
            DialogId { call_id: head.call_id.clone(), local: tag.to_owned(), remote: head.from.tag.clone().unwrap_or_default() };
        let route: Vec<_> = head.headers("Record-Route").flat_map(targets).collect();
        let mut dialog = Dialog {
            id,
            local: format!("{};tag={tag}", head.to.raw),
            remote: head.from.raw.clone(),
            remote_uri: head.from.uri.clone(),
            remote_socket: None,
            route_socket: route.first().and_then(|r| r.socket),
            route: route.into_iter().map(|r| r.uri).collect(),
            way,
            local_cseq: 0,
            remote_cseq: head.cseq,
            answer: None,
        };
        dialog.refresh_target(invite);
        dialog
    }

    /// INVITE and re-INVITE set the remote target (RFC 3261, 12.2.2).
    pub fn refresh_target(&mut self, invite: &Request) {
        if let Some(target) = invite.head.header("Contact").and_then(|c| targets(c).into_iter().next()) {
            self.remote_uri = target.uri;
            self.remote_socket = target.socket;
        }
    }

    /// Where the other end says it is, or whoever stands before it.
    pub fn named_sockets(&self) -> impl Iterator<Item = SocketAddr> {
        self.remote_socket.into_iter().chain(self.route_socket)
    }

    /// Takes note of a request of the other end.
    pub fn order(&mut self, request: &Request) -> Order {
        if request.head.cseq <= self.remote_cseq {
            return Order::Late;
        }
        self.remote_cseq = request.head.cseq;
        Order::Next
    }

    /// The 2xx to the INVITE with this CSeq was sent.
    pub fn answered(&mut self, at: Instant, timers: &Timers, cseq: u32, response: Vec<u8>, to: Route) {
        self.answer = Some(Unacknowledged { cseq, response, to, repeat: Repeat::whatever_the_transport(at, timers, timers.t2) });
    }
    pub fn awaits_ack(&self) -> bool {
        self.answer.is_some()
    }
    /// True if this ACK is the one waited for.
    pub fn acknowledged(&mut self, ack: &Request) -> bool {
        let ours = self.answer.as_ref().is_some_and(|a| a.cseq == ack.head.cseq);
        if ours {
            self.answer = None;
        }
        ours
    }
    /// What is due of the unacknowledged 2xx; after `TimedOut` nobody waits any more.
    pub fn wake(&mut self, at: Instant) -> Act {
        let act = self.answer.as_mut().map_or(Act::Nothing, |a| a.repeat.wake(at));
        if act == Act::TimedOut {
            self.answer = None;
        }
        act
    }
    pub fn next_wake(&self) -> Option<Instant> {
        self.answer.as_ref().map(|a| a.repeat.next_wake())
    }
    /// The 2xx under way and where it goes.
    pub fn unacknowledged(&self) -> Option<(Route, &[u8])> {
        self.answer.as_ref().map(|a| (a.to, a.response.as_slice()))
    }

    /// A request under `branch` with lines and a body of its own, the CSeq it took, and where it goes: first route,
    /// else remote target, else where the INVITE came from. Over a connection it goes back the way the INVITE came.
    pub fn request(
        &mut self,
        method: &str,
        branch: &str,
        more: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> (Route, u32, Vec<u8>) {
        self.local_cseq += 1;
        let (way, bytes) = self.written(method, branch, self.local_cseq, more, body);
        (way, self.local_cseq, bytes)
    }

    /// The ACK to a 2xx to our INVITE with this CSeq (RFC 3261, 13.2.2.4). `answer`: to the offer that the 2xx brought.
    pub fn ack(&self, branch: &str, cseq: u32, answer: Option<Vec<u8>>) -> (Route, Vec<u8>) {
        let described = answer.as_ref().map(|_| ("Content-Type", "application/sdp".to_owned()));
        self.written("ACK", branch, cseq, described.as_slice(), answer.unwrap_or_default())
    }

    fn written(&self, method: &str, branch: &str, cseq: u32, more: &[(&'static str, String)], body: Vec<u8>) -> (Route, Vec<u8>) {
        let own = self.way.own;
        let mut lines = vec![(
            "Via",
            format!("SIP/2.0/{} {}:{};branch={branch};rport", self.way.wire.name(), message::host(own.ip()), own.port()),
        )];
        lines.extend(self.route.iter().map(|route| ("Route", format!("<{route}>"))));
        lines.push(("Max-Forwards", "70".to_owned()));
        lines.push(("From", self.local.clone()));
        lines.push(("To", self.remote.clone()));
        lines.push(("Call-ID", self.id.call_id.clone()));
        lines.push(("CSeq", format!("{cseq} {method}")));
        lines.push(("Allow", ALLOWED.to_owned()));
        lines.extend_from_slice(more);
        let to = if self.route.is_empty() { self.remote_socket } else { self.route_socket };
        (self.way.towards(to.unwrap_or(self.way.peer)), message::request(method, &self.remote_uri, &lines, body))
    }
}

/// The ACK to a failure of a request of ours: same target, branch and CSeq, the To of the response (RFC 3261,
/// 17.1.1.3).
pub fn ack_to_failure(invite: &[u8], to: &str) -> Vec<u8> {
    following(invite, "ACK", to, "", 0)
}

/// The ACK to a call that was answered under this To, by whoever keeps no dialog, and its BYE.
pub fn ack_to_answer(invite: &[u8], to: &str) -> Vec<u8> {
    following(invite, "ACK", to, "a", 0)
}
pub fn bye_to_answer(invite: &[u8], to: &str) -> Vec<u8> {
    following(invite, "BYE", to, "b", 1)
}

/// A request so many after an INVITE of ours, with the lines that it has in common with that. `transaction` makes its
/// branch another one.
fn following(invite: &[u8], method: &str, to: &str, transaction: &str, later: u32) -> Vec<u8> {
    let text = String::from_utf8_lossy(invite);
    let mut lines = text.split("\r\n");
    let target = lines.next().and_then(|first| first.split(' ').nth(1)).unwrap_or_default();
    let kept: Vec<(&str, String)> = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(": "))
        .filter_map(|(name, value)| match name {
            "Via" => Some((name, value.replacen("branch=z9hG4bK", &format!("branch=z9hG4bK{transaction}"), 1))),
            "Max-Forwards" | "From" | "Call-ID" | "Route" => Some((name, value.to_owned())),
            "To" => Some((name, to.to_owned())),
            "CSeq" => {
                let cseq: u32 = value.split(' ').next().and_then(|count| count.parse().ok()).unwrap_or(0);
                Some((name, format!("{} {method}", cseq + later)))
            }
            _ => None,
        })
        .collect();
    message::request(method, target, &kept, Vec::new())
}
