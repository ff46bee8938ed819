//! The transaction layer at the desk (RFC 3261, 17): what waits for an answer, what was answered, and what is due of
//! both.
//!
//! Says what is to be sent and sends nothing. Must not know what a request asks for, nor calls beyond their number.

mod invite_clients;
mod needless;

use super::transport::Sending;
use crate::clock::Instant;
use crate::instrument::operator::CallId;
use crate::sip::message::{Method, Request};
use crate::sip::route::{Route, Wire};
use crate::sip::transaction::{Act, Client, InviteServer, Server};
use std::collections::BTreeMap;

pub(super) use invite_clients::{InviteClients, InviteNews};
use needless::Needless;

/// Requests remembered of each kind; beyond that the oldest are forgotten.
pub(super) const MOST_TRANSACTIONS: usize = 4096;

/// An INVITE of the other end's.
#[derive(Debug)]
struct InviteTransaction {
    machine: InviteServer,
    to: Route,
    needless: Needless,
}

/// A request of ours, other than INVITE, and what for.
#[derive(Debug)]
struct ClientTransaction {
    to: Route,
    machine: Client,
    call: CallId,
    purpose: Purpose,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Farewell,
    /// An UPDATE that refreshes the session.
    Refresh,
}

/// An INVITE that came again.
pub(super) struct Repeated {
    pub answer: Option<Sending>,
    /// It had been answered too often for that.
    pub is_needless: bool,
}

/// What is due.
#[derive(Default)]
pub(super) struct Due {
    pub again: Vec<Sending>,
    /// Where the ACK to a failure is missing from.
    pub unacknowledged: Vec<Route>,
    /// Requests of ours that nobody answered.
    pub unanswered: Vec<(CallId, Purpose)>,
}

#[derive(Debug, Default)]
pub(super) struct Transactions {
    invites: BTreeMap<String, InviteTransaction>,
    servers: BTreeMap<String, (Route, Server)>,
    clients: BTreeMap<String, ClientTransaction>,
}

/// Which transaction a request belongs to (RFC 3261, 17.2.3). ACK and CANCEL name that of their INVITE.
pub(super) fn transaction_key(request: &Request, method: Method) -> String {
    let head = &request.head;
    if head.via.branch.starts_with("z9hG4bK") {
        return format!("{} {} {method}", head.via.branch, head.via.sent_by);
    }
    let tag = head.from.tag.as_deref().unwrap_or_default();
    format!("{} {} {tag} {} {method}", head.call_id, head.cseq, head.via.sent_by)
}

impl Transactions {
    /// A flood must not shut the rig's posts out: the oldest answers are forgotten, and calls that were turned away. At
    /// worst a repetition of theirs is taken for a new request.
    pub fn make_room(&mut self) {
        if self.servers.len() >= MOST_TRANSACTIONS {
            let oldest = self.servers.iter().min_by_key(|(_, (_, server))| server.next_wake()).map(|(key, _)| key.clone());
            oldest.and_then(|key| self.servers.remove(&key));
        }
        if self.invites.len() >= MOST_TRANSACTIONS {
            let refused = self.invites.iter().find(|(_, invite)| invite.machine.is_refused()).map(|(key, _)| key.clone());
            refused.and_then(|key| self.invites.remove(&key));
        }
    }

    // An INVITE of the other end's, by its key.

    /// Begins one, with its 100; false if there is no room for it.
    pub fn invited(&mut self, at: Instant, key: &str, way: Route, to: Route, trying: Vec<u8>) -> bool {
        self.make_room();
        if self.invites.len() >= MOST_TRANSACTIONS {
            return false;
        }
        let (machine, needless) = (InviteServer::started(way.wire.timers(), trying), Needless::since(at));
        self.invites.insert(key.to_owned(), InviteTransaction { machine, to, needless });
        true
    }
    pub fn is_invited(&self, key: &str) -> bool {
        self.invites.contains_key(key)
    }
    /// It came again; `None`: it is new.
    pub fn invited_again(&mut self, at: Instant, key: &str, wire: Wire) -> Option<Repeated> {
        let known = self.invites.get_mut(key)?;
        let is_needless = wire == Wire::Udp && known.machine.is_proceeding() && known.needless.repeated(at);
        let answer = (known.machine.repeated() == Act::Send).then(|| (known.to, known.machine.bytes().to_vec()));
        Some(Repeated { answer, is_needless })
    }
    /// The response that it has at the moment.
    pub fn response(&self, key: &str) -> Option<Sending> {
        self.invites.get(key).map(|known| (known.to, known.machine.bytes().to_vec()))
    }
    /// Takes a provisional response; gives where it goes, if it may still go.
    pub fn provisional(&mut self, key: &str, response: Vec<u8>) -> Option<Route> {
        let known = self.invites.get_mut(key)?;
        (known.machine.provisional(response) == Act::Send).then_some(known.to)
    }
    /// Takes the final response; gives where it goes, if it is the first.
    pub fn conclude(&mut self, at: Instant, key: &str, status: u16, response: Vec<u8>) -> Option<Route> {
        let known = self.invites.get_mut(key)?;
        (known.machine.last(at, status, response) == Act::Send).then_some(known.to)
    }
    pub fn acknowledged(&mut self, at: Instant, key: &str) {
        self.invites.get_mut(key).into_iter().for_each(|known| known.machine.acknowledged(at));
    }

    // Any other request of the other end's, by its key.

    pub fn answered(&mut self, at: Instant, key: String, wire: Wire, to: Route, response: Vec<u8>) {
        self.servers.insert(key, (to, Server::answered(at, wire.timers(), response)));
    }
    /// What it was answered, if it has come before.
    pub fn answer(&self, key: &str) -> Option<Sending> {
        self.servers.get(key).map(|(to, server)| (*to, server.bytes().to_vec()))
    }

    // A request of ours other than INVITE, by its branch.

    pub fn ask(&mut self, at: Instant, branch: String, to: Route, call: CallId, purpose: Purpose, request: Vec<u8>) {
        let machine = Client::started(at, to.wire.timers(), request);
        self.clients.insert(branch, ClientTransaction { to, machine, call, purpose });
    }
    pub fn has_asked(&self, branch: &str) -> bool {
        self.clients.contains_key(branch)
    }
    /// Takes a response; gives which request that answers finally, the first time.
    pub fn responded(&mut self, at: Instant, branch: &str, status: u16) -> Option<(CallId, Purpose)> {
        let client = self.clients.get_mut(branch)?;
        client.machine.response(at, status).then_some((client.call, client.purpose))
    }
    /// Whether a request of ours is still unanswered.
    pub fn awaits_answer(&self) -> bool {
        self.clients.values().any(|client| client.machine.is_unanswered())
    }

    /// How many are under way: INVITEs of the other end's, other requests of its, and ours.
    pub fn counts(&self) -> [usize; 3] {
        [self.invites.len(), self.servers.len(), self.clients.len()]
    }
    /// When the next of them is due.
    pub fn next_wake(&self) -> Option<Instant> {
        let invites = self.invites.values().filter_map(|transaction| transaction.machine.next_wake());
        let servers = self.servers.values().map(|(_, server)| server.next_wake());
        let clients = self.clients.values().filter_map(|client| client.machine.next_wake());
        invites.chain(servers).chain(clients).min()
    }
    pub fn wake(&mut self, at: Instant) -> Due {
        let mut due = Due::default();
        for transaction in self.invites.values_mut() {
            match transaction.machine.wake(at) {
                Act::Send => due.again.push((transaction.to, transaction.machine.bytes().to_vec())),
                Act::TimedOut => due.unacknowledged.push(transaction.to),
                Act::Nothing => {}
            }
        }
        for client in self.clients.values_mut() {
            match client.machine.wake(at) {
                Act::Send => due.again.push((client.to, client.machine.bytes().to_vec())),
                Act::TimedOut => due.unanswered.push((client.call, client.purpose)),
                Act::Nothing => {}
            }
        }
        self.invites.retain(|_, transaction| !transaction.machine.is_over());
        self.servers.retain(|_, (_, server)| !server.is_over(at));
        self.clients.retain(|_, client| !client.machine.is_over());
        due
    }
}
