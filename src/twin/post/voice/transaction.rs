//! SIP transactions over UDP: what is sent again, until when, and what a retransmission is answered (RFC 3261, section
//! 17).
//!
//! Knows messages and time, nothing of calls or registrations; whose transaction it is, is the owner's label.

use super::message::{Message, Start};
use super::quirk::Resending;
use crate::clock::Instant;
use std::net::SocketAddr;
use std::time::Duration;

pub const T1: Duration = Duration::from_millis(500);
/// A defective module's T1.
const HAMMER: Duration = Duration::from_millis(50);
pub const T2: Duration = Duration::from_secs(4);
/// How long a finished transaction still answers retransmissions: 64 × T1.
pub const LINGER: Duration = Duration::from_secs(32);
/// Requests served at once; a flood beyond it is not remembered (and so answered anew).
const MOST_SERVED: usize = 64;

/// Datagrams on their way out, and whether the link carries them.
#[derive(Debug, Default)]
pub struct Outbox {
    pub link: bool,
    pub datagrams: Vec<(SocketAddr, Vec<u8>)>,
    /// Messages go over connections, of which these are up; `None`: over none.
    pub connected: Option<Vec<SocketAddr>>,
}

impl Outbox {
    /// `false`: nothing has left the module yet, for want of a link or a connection.
    pub fn send(&mut self, to: SocketAddr, bytes: &[u8]) -> bool {
        let is_connected = self.connected.as_ref().map(|up| up.contains(&to));
        // A connection that stands delivers when the link is back.
        if self.link || is_connected == Some(true) {
            self.datagrams.push((to, bytes.to_vec()));
        }
        self.link && is_connected != Some(false)
    }
    /// The connection there has come up, or is no more.
    pub fn set_connected(&mut self, to: SocketAddr, is_up: bool) {
        let Some(up) = &mut self.connected else { return };
        up.retain(|known| *known != to);
        up.extend(is_up.then_some(to));
    }
    /// Whether what is sent comes surely, or not at all (RFC 3261, 17.1).
    fn is_reliable(&self) -> bool {
        self.connected.is_some()
    }
}

/// Whose request it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    Registration,
    /// The INVITE of the call with that number.
    Invite(u32),
    /// A new offer in that call, which only a defective module makes.
    Reinvite(u32),
    Bye,
    Cancel,
    /// Is the main server there again?
    Probe,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing heard yet.
    Trying,
    /// A provisional answer came.
    Proceeding,
    /// A final one; only its retransmissions are still of interest.
    Completed,
}

/// A request of ours.
#[derive(Debug, Clone)]
pub struct Client {
    pub owner: Owner,
    pub request: Message,
    pub to: SocketAddr,
    /// It got past the link at least once.
    pub left: bool,
    /// How often it was sent anew with credentials.
    pub challenges: u8,
    branch: String,
    method: String,
    bytes: Vec<u8>,
    ack: Vec<u8>,
    state: State,
    interval: Duration,
    resend_at: Option<Instant>,
    ends_at: Option<Instant>,
    resending: Resending,
}

impl Client {
    fn is_invite(&self) -> bool {
        self.method == "INVITE"
    }
    pub fn answered_provisionally(&self) -> bool {
        self.state == State::Proceeding
    }
    /// Retransmits if due. `true`: given up.
    fn wake(&mut self, at: Instant, out: &mut Outbox) -> bool {
        if self.ends_at.is_some_and(|t| t <= at) {
            return true;
        }
        if self.resend_at.is_some_and(|t| t <= at) {
            self.left |= out.send(self.to, &self.bytes);
            if self.resending == Resending::Hammering {
                self.resend_at = Some(at + HAMMER);
                return false;
            }
            self.interval = if self.is_invite() { self.interval * 2 } else { (self.interval * 2).min(T2) };
            self.resend_at = Some(at + self.interval);
        }
        false
    }
    fn provisional(&mut self, at: Instant) {
        self.state = State::Proceeding;
        if self.is_invite() {
            // From here on the owner decides how long it may ring.
            if self.resending != Resending::InRinging {
                self.resend_at = None;
            }
            self.ends_at = None;
        } else {
            self.interval = T2;
            self.resend_at = self.resend_at.map(|_| at + T2);
        }
    }
    fn complete(&mut self, at: Instant, response: &Message, out: &mut Outbox) {
        self.state = State::Completed;
        self.resend_at = None;
        let is_thanked = self.resending != Resending::Thankless || matches!(response.code(), 401 | 407);
        if self.is_invite() && response.code() >= 300 && is_thanked {
            self.ack = ack_of_refusal(&self.request, response).to_bytes();
            out.send(self.to, &self.ack);
            self.ends_at = Some(at + LINGER);
        } else {
            self.ends_at = Some(at);
        }
    }
}

/// The ACK of a non-2xx answer belongs to the INVITE's own transaction (17.1.1.3).
fn ack_of_refusal(invite: &Message, response: &Message) -> Message {
    let mut ack = Message::request("ACK", invite.uri());
    if let Some(via) = invite.header("Via") {
        ack.push("Via", via);
    }
    for route in invite.all("Route") {
        ack.push("Route", route);
    }
    ack.push("Max-Forwards", "70");
    for (name, from) in [("From", invite), ("To", response), ("Call-ID", invite)] {
        ack.push(name, from.header(name).unwrap_or_default());
    }
    ack.push("CSeq", format!("{} ACK", invite.cseq().map_or(1, |(n, _)| n)));
    ack
}

/// All requests of ours under way.
#[derive(Debug, Default)]
pub struct Clients(Vec<Client>, pub Resending);

impl Clients {
    /// Sends a request; it is given up `patience` after now if nothing answers it.
    pub fn start(&mut self, at: Instant, owner: Owner, request: Message, to: SocketAddr, patience: Duration, out: &mut Outbox) {
        let bytes = request.to_bytes();
        let left = out.send(to, &bytes);
        self.0.push(Client {
            owner,
            to,
            left,
            challenges: 0,
            branch: request.branch().unwrap_or_default().to_owned(),
            method: request.method().unwrap_or_default().to_owned(),
            request,
            bytes,
            ack: Vec::new(),
            state: State::Trying,
            interval: T1,
            resend_at: (self.1 != Resending::Never && !out.is_reliable()).then(|| at + T1),
            ends_at: Some(at + patience),
            resending: self.1,
        });
    }
    /// How often the newest request was challenged before it was sent.
    pub fn set_challenges(&mut self, challenges: u8) {
        if let Some(client) = self.0.last_mut() {
            client.challenges = challenges;
        }
    }
    /// The transaction that a response belongs to, if it is news to it.
    pub fn response(&mut self, at: Instant, response: &Message, out: &mut Outbox) -> Option<Client> {
        let (branch, (_, method)) = (response.branch()?, response.cseq()?);
        let client = self.0.iter_mut().find(|c| c.branch == branch && c.method == method)?;
        if client.state == State::Completed {
            if !client.ack.is_empty() && response.code() >= 300 {
                out.send(client.to, &client.ack);
            }
            return None;
        }
        match response.code() {
            100..200 => client.provisional(at),
            _ => client.complete(at, response, out),
        }
        Some(client.clone())
    }
    pub fn get(&self, owner: Owner) -> Option<&Client> {
        self.0.iter().rev().find(|c| c.owner == owner && c.state != State::Completed)
    }
    /// The connection to this server is up: what was said to it leaves.
    pub fn connected(&mut self, to: SocketAddr) {
        self.0.iter_mut().filter(|client| client.to == to).for_each(|client| client.left = true);
    }
    /// There is none any more, and nothing asked over it will be answered.
    pub fn disconnected(&mut self, at: Instant, to: SocketAddr) {
        let asked = self.0.iter_mut().filter(|client| client.to == to && client.state != State::Completed);
        asked.for_each(|client| client.ends_at = Some(at));
    }
    pub fn forget(&mut self, owner: Owner) {
        self.0.retain(|c| c.owner != owner);
    }
    /// A cancelled INVITE must not wait for its end for ever (9.1).
    pub fn end_within(&mut self, owner: Owner, at: Instant, patience: Duration) {
        for client in self.0.iter_mut().filter(|c| c.owner == owner && c.state != State::Completed) {
            client.ends_at = Some(at + patience);
        }
    }
    /// Retransmits what is due and returns the owners of what nobody answered, and who did not.
    pub fn wake(&mut self, at: Instant, out: &mut Outbox) -> Vec<(Owner, SocketAddr)> {
        let mut given_up = Vec::new();
        self.0.retain_mut(|client| {
            let over = client.wake(at, out);
            if over && client.state != State::Completed {
                given_up.push((client.owner, client.to));
            }
            !over
        });
        given_up
    }
    pub fn next_wake(&self) -> Option<Instant> {
        self.0.iter().filter_map(|c| earliest(c.resend_at, c.ends_at)).min()
    }
}

pub fn earliest(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    a.into_iter().chain(b).min()
}

/// A request served: its answer, for its retransmissions.
#[derive(Debug)]
struct Served {
    branch: String,
    method: String,
    call_id: String,
    cseq: u32,
    bytes: Vec<u8>,
    to: SocketAddr,
    /// Final answers to INVITE are repeated until the ACK comes.
    resend_at: Option<Instant>,
    interval: Duration,
    ends_at: Instant,
}

#[derive(Debug, Default)]
pub struct Servers(Vec<Served>);

impl Servers {
    /// `true`: a retransmission, answered as before, or an ACK, noted.
    pub fn absorb(&mut self, request: &Message, out: &mut Outbox) -> bool {
        let (Some((cseq, _)), Some(method)) = (request.cseq(), request.method()) else { return true };
        if method == "ACK" {
            for served in self.0.iter_mut().filter(|s| s.method == "INVITE" && s.cseq == cseq && s.call_id == request.call_id()) {
                served.resend_at = None;
            }
            return false;
        }
        let branch = request.branch().unwrap_or_default();
        let known =
            self.0.iter().find(|s| s.method == method && s.branch == branch && s.cseq == cseq && s.call_id == request.call_id());
        if let Some(served) = known {
            out.send(served.to, &served.bytes);
        }
        known.is_some()
    }
    /// Sends a final answer and remembers it.
    pub fn answer(&mut self, at: Instant, request: &Message, response: &Message, to: SocketAddr, out: &mut Outbox) {
        let bytes = response.to_bytes();
        out.send(to, &bytes);
        let (Some((cseq, _)), Some(method)) = (request.cseq(), request.method()) else { return };
        if self.0.len() >= MOST_SERVED {
            self.0.remove(0);
        }
        self.0.push(Served {
            branch: request.branch().unwrap_or_default().to_owned(),
            method: method.to_owned(),
            call_id: request.call_id().to_owned(),
            cseq,
            bytes,
            to,
            resend_at: (method == "INVITE").then(|| at + T1),
            interval: T1,
            ends_at: at + LINGER,
        });
    }
    /// Is that INVITE (to which a CANCEL may belong) still remembered?
    pub fn knows_invite(&self, cancel: &Message) -> bool {
        let branch = cancel.branch().unwrap_or_default();
        self.0.iter().any(|s| s.method == "INVITE" && s.branch == branch)
    }
    pub fn wake(&mut self, at: Instant, out: &mut Outbox) {
        self.0.retain_mut(|served| {
            if served.resend_at.is_some_and(|t| t <= at) {
                out.send(served.to, &served.bytes);
                served.interval = (served.interval * 2).min(T2);
                served.resend_at = Some(at + served.interval);
            }
            served.ends_at > at
        });
    }
    pub fn next_wake(&self) -> Option<Instant> {
        self.0.iter().filter_map(|s| earliest(s.resend_at, Some(s.ends_at))).min()
    }
}

/// A response's status line as one would say it.
pub fn is_challenge(response: &Message) -> Option<bool> {
    match response.start {
        Start::Response { code: 401, .. } => Some(false),
        Start::Response { code: 407, .. } => Some(true),
        _ => None,
    }
}
