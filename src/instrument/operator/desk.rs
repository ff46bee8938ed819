//! The operator's desk: registrar, calls and media as one sans-I/O machine. It takes datagrams and moments, and gives datagrams, events
//! and the next moment at which it must be woken; the same machine sits on a real network and in the twin.
//!
//! Must not know sockets or clocks, nor what a call is a test of. It never dials out, and it answers only those who registered with it.

mod call;
mod headset;
mod life;
mod media;
mod requests;
mod secure;
mod self_check;
#[cfg(test)]
mod tests;

use super::security::{ConnectionFault, MediaSecurity};
use super::{Answering, CallEvent, CallId};
use crate::clock::{Instant, Stamped};
use crate::rtp::codec::Codec;
use crate::rtp::stats::Stats;
use crate::sip::digest::Algorithm;
use crate::sip::message::{self, Message, Response};
use crate::sip::registrar::{Binding, Change, Registrar};
use crate::sip::sdes::Srtp;
use crate::sip::token::{Chance, Tokens};
use crate::sip::transaction::{Act, Client, InviteServer, Server};
use crate::sip::way::{Way, Wire};
use call::Call;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::time::Duration;

pub use crate::sip::registrar::User;
pub use call::Stage;

/// Ended calls whose record is kept.
const PAST_CALLS: usize = 64;
/// A call that nobody answers and nobody cancels ends after three minutes: its caller is gone.
const LONGEST_RING: Duration = Duration::from_secs(180);
/// Requests remembered of each kind; beyond that the oldest are forgotten.
const MOST_TRANSACTIONS: usize = 4096;
/// Media may still be under way for so long after a call's last signalling.
const MEDIA_GRACE: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
pub struct DeskConfig {
    /// Every token, tag and number the desk makes up follows from it.
    pub seed: u64,
    /// Where SIP is spoken, with the address that peers are told.
    pub sip: SocketAddr,
    /// Even ports for calls (RFC 3550, 11); the last port is the self-check's.
    pub media_ports: RangeInclusive<u16>,
    pub realm: String,
    /// The rig's posts.
    pub users: Vec<User>,
    /// The user part that calls must be for.
    pub operator_user: String,
    pub answering: Answering,
    /// Calls at a time; one more hears 486.
    pub max_calls: usize,
    /// From INVITE to 180.
    pub ring_after: Duration,
    /// The codecs spoken, in the bench's order of preference.
    pub codecs: Vec<Codec>,
    /// Digest algorithms that a post is challenged with, in this order.
    pub digests: Vec<Algorithm>,
    /// Whether media is to be secure.
    pub srtp: Srtp,
}

/// A datagram, or a message of a connection, to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub wire: Wire,
    pub from: SocketAddr,
    pub to: SocketAddr,
    pub bytes: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    #[error("there is no call {}", .0.0)]
    NoSuchCall(CallId),
    #[error("call {} is {stage}", .call.0)]
    WrongStage { call: CallId, stage: Stage },
    #[error("call {} has no media yet", .0.0)]
    NoMedia(CallId),
    #[error("frame {to} of call {} has not been heard yet", .call.0)]
    NotYetHeard { call: CallId, to: u64 },
    #[error("frames {from} to {to} are no stretch of a call")]
    BadStretch { from: u64, to: u64 },
}

/// What the desk knows of a call, living or past.
#[derive(Debug, Clone, PartialEq)]
pub struct CallInfo {
    pub id: CallId,
    pub stage: Stage,
    pub invite: super::Invite,
    pub media_port: u16,
}

#[derive(Debug)]
struct InviteTransaction {
    machine: InviteServer,
    to: Way,
}

pub struct Desk {
    config: DeskConfig,
    tokens: Tokens,
    registrar: Registrar,
    invites: BTreeMap<String, InviteTransaction>,
    servers: BTreeMap<String, (Way, Server)>,
    clients: BTreeMap<String, (Way, Client, CallId)>,
    calls: BTreeMap<CallId, Call>,
    past: BTreeMap<CallId, Call>,
    /// The last call on each media port.
    ports: BTreeMap<u16, CallId>,
    next_port: u16,
    last_call: u32,
    /// When media strangers were last reported.
    reported: BTreeMap<IpAddr, Instant>,
    self_check: Option<self_check::SelfCheck>,
    /// When signalling wants to be woken; media is asked each time.
    signalling_due: Option<Instant>,
    outgoing: Vec<Outgoing>,
    events: Vec<Stamped<CallEvent>>,
}

fn outgoing(way: Way, bytes: Vec<u8>) -> Outgoing {
    Outgoing { wire: way.wire, from: way.own, to: way.peer, bytes }
}

impl Desk {
    pub fn new(config: DeskConfig) -> Self {
        let mut registrar = Registrar::new(config.realm.clone(), config.users.clone());
        registrar.offer(config.digests.clone());
        Desk {
            tokens: Tokens::from_seed(config.seed),
            registrar,
            invites: BTreeMap::new(),
            servers: BTreeMap::new(),
            clients: BTreeMap::new(),
            calls: BTreeMap::new(),
            past: BTreeMap::new(),
            ports: BTreeMap::new(),
            next_port: config.media_ports.start().next_multiple_of(2),
            last_call: 0,
            reported: BTreeMap::new(),
            self_check: None,
            signalling_due: None,
            outgoing: Vec::new(),
            events: Vec::new(),
            config,
        }
    }

    /// Draws from here what it made up from its seed so far: on a real network nobody may be able to guess a key or a nonce.
    #[must_use]
    pub fn drawing_from(mut self, chance: Chance) -> Self {
        self.tokens = Tokens::from_chance(chance);
        self
    }

    /// A datagram arrived at `to`, one of the desk's own addresses. `at` is its reception.
    pub fn datagram(&mut self, at: Instant, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        self.datagram_of_class(at, from, to, bytes, None);
    }

    /// The same, with the differentiated services code point it came under where that is known.
    pub fn datagram_of_class(&mut self, at: Instant, from: SocketAddr, to: SocketAddr, bytes: &[u8], dscp: Option<u8>) {
        if to.port() == self.config.sip.port() {
            self.signalling(at, Way::udp(self.own(to), from), bytes);
            self.settle();
        } else if to.port() == *self.config.media_ports.end() {
            self.check_answered(bytes);
        } else if self.config.media_ports.contains(&to.port()) {
            self.media(at, from, to.port(), bytes, dscp);
        }
    }

    /// A whole message arrived over a connection.
    pub fn message(&mut self, at: Instant, way: Way, bytes: &[u8]) {
        self.signalling(at, Way { own: self.own(way.own), ..way }, bytes);
        self.settle();
    }

    /// A connection over TLS is up.
    pub fn connected(&mut self, at: Instant, way: Way, cipher: String, certified: bool) {
        self.tell(at, CallEvent::Connected { from: way.peer.to_string(), cipher, certified });
    }

    /// A connection ended otherwise than by being closed, e.g. because a certificate was not believed.
    pub fn lost_connection(&mut self, at: Instant, way: Way, fault: ConnectionFault) {
        self.tell(at, CallEvent::ConnectionFailed { from: way.peer.to_string(), fault });
    }

    /// The address that a peer is told who reached us at `to`: the configured one, unless that means every address of this machine.
    fn own(&self, to: SocketAddr) -> SocketAddr {
        if self.config.sip.ip().is_unspecified() { to } else { SocketAddr::new(self.config.sip.ip(), to.port()) }
    }

    fn signalling(&mut self, at: Instant, way: Way, bytes: &[u8]) {
        // Keep-alives (RFC 5626, 3.5.1) and noise alike have no answer.
        match message::parse(bytes) {
            Ok(Message::Request(request)) => self.request(at, way, request),
            Ok(Message::Response(response)) => self.response(at, &response),
            Err(_) => {}
        }
    }

    fn response(&mut self, at: Instant, response: &Response) {
        let Some((_, client, call)) = self.clients.get_mut(&response.head.via.branch) else { return };
        let call = *call;
        if client.response(at, response.status) {
            self.expect_quiet(call, at);
        }
    }

    /// Everything that is due at `at`.
    pub fn wake(&mut self, at: Instant) {
        if self.signalling_due.is_some_and(|due| at >= due) {
            self.wake_registrar(at);
            self.wake_transactions(at);
            self.wake_calls(at);
            self.settle();
        }
        self.wake_media(at);
    }

    pub fn next_wake(&self) -> Option<Instant> {
        let media = self.calls.values().filter_map(Call::next_media_wake).min();
        [self.signalling_due, media].into_iter().flatten().min()
    }

    /// Works out when signalling is due next. Called after whatever may have changed it.
    fn settle(&mut self) {
        let invites = self.invites.values().filter_map(|t| t.machine.next_wake());
        let servers = self.servers.values().map(|(_, server)| server.next_wake());
        let clients = self.clients.values().filter_map(|(_, client, _)| client.next_wake());
        let calls = self.calls.values().filter_map(Call::next_wake);
        let check = self.self_check.as_ref().and_then(self_check::SelfCheck::next_wake);
        let all = invites.chain(servers).chain(clients).chain(calls);
        self.signalling_due = all.chain(self.registrar.next_wake()).chain(check).min();
    }

    fn wake_registrar(&mut self, at: Instant) {
        let lapsed = self.registrar.wake(at);
        self.tell_changes(at, lapsed);
        self.wake_self_check(at);
    }

    fn wake_transactions(&mut self, at: Instant) {
        for transaction in self.invites.values_mut() {
            if transaction.machine.wake(at) == Act::Send {
                let bytes = transaction.machine.bytes().to_vec();
                self.outgoing.push(outgoing(transaction.to, bytes));
            }
        }
        self.invites.retain(|_, t| !t.machine.is_over());
        self.servers.retain(|_, (_, server)| !server.is_over(at));
        let mut unanswered = Vec::new();
        for (to, client, call) in self.clients.values_mut() {
            match client.wake(at) {
                Act::Send => {
                    self.outgoing.push(outgoing(*to, client.bytes().to_vec()));
                }
                Act::TimedOut => unanswered.push(*call),
                Act::Nothing => {}
            }
        }
        self.clients.retain(|_, (_, client, _)| !client.is_over());
        for call in unanswered {
            self.expect_quiet(call, at);
        }
    }

    fn wake_calls(&mut self, at: Instant) {
        let ids: Vec<CallId> = self.calls.keys().copied().collect();
        for id in ids {
            self.wake_call(at, id);
        }
    }

    fn tell_changes(&mut self, at: Instant, changes: Vec<Change>) {
        for change in changes {
            let event = match change {
                Change::Bound { user, contact, expires } => CallEvent::Registered { user, contact, expires },
                Change::Refused { user, why } => CallEvent::RegistrationRefused { user, why },
            };
            self.tell(at, event);
        }
    }

    fn tell(&mut self, at: Instant, event: CallEvent) {
        self.events.push(Stamped::new(at, event));
    }
    fn send(&mut self, to: Way, bytes: Vec<u8>) {
        self.outgoing.push(outgoing(to, bytes));
    }

    /// All datagrams to be sent, in order.
    pub fn take_outgoing(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.outgoing).into_iter().filter_map(|one| self.sealed(one)).collect()
    }
    /// All events since the last call, in order.
    pub fn take_events(&mut self) -> Vec<Stamped<CallEvent>> {
        std::mem::take(&mut self.events)
    }

    /// For the calls that come from now on.
    pub fn set_answering(&mut self, how: Answering) {
        self.config.answering = how;
    }
    /// Answers a ringing call.
    pub fn answer(&mut self, at: Instant, call: CallId) -> Result<(), DeskError> {
        let stage = self.living(call)?.stage();
        if !matches!(stage, Stage::Arrived | Stage::Ringing) {
            return Err(DeskError::WrongStage { call, stage });
        }
        self.ring(at, call);
        self.accept(at, call);
        self.settle();
        Ok(())
    }
    /// Ends a call, whatever it is at: 480 to a ringing one; BYE to one that is up, held back until the ACK has come (RFC 3261, 15).
    pub fn hang_up(&mut self, at: Instant, call: CallId) -> Result<(), DeskError> {
        self.living(call)?;
        self.end_from_here(at, call);
        self.settle();
        Ok(())
    }
    /// Ends every call: for making safe.
    pub fn hang_up_all(&mut self, at: Instant) {
        let ids: Vec<CallId> = self.calls.keys().copied().collect();
        for id in ids {
            self.end_from_here(at, id);
        }
        self.settle();
    }

    fn living(&self, call: CallId) -> Result<&Call, DeskError> {
        match (self.calls.get(&call), self.past.get(&call)) {
            (Some(living), _) => Ok(living),
            (None, Some(past)) => Err(DeskError::WrongStage { call, stage: past.stage() }),
            (None, None) => Err(DeskError::NoSuchCall(call)),
        }
    }
    fn known(&self, call: CallId) -> Result<&Call, DeskError> {
        self.calls.get(&call).or_else(|| self.past.get(&call)).ok_or(DeskError::NoSuchCall(call))
    }

    /// Living and past calls, in order of arrival.
    pub fn calls(&self) -> Vec<CallInfo> {
        let mut all: Vec<CallInfo> = self.past.values().chain(self.calls.values()).map(Call::info).collect();
        all.sort_by_key(|info| info.id);
        all
    }
    /// Who can be reached where.
    pub fn bindings(&self) -> &[Binding] {
        self.registrar.bindings()
    }
    /// Is a request of ours (a BYE) still unanswered, or a call still up?
    pub fn is_waiting_for_farewell(&self) -> bool {
        !self.calls.is_empty() || self.clients.values().any(|(_, client, _)| client.is_unanswered())
    }
    /// Nothing is under way: no call, no transaction, no registration. Only the records of past calls are kept.
    pub fn is_at_rest(&self) -> bool {
        let transactions = self.invites.len() + self.servers.len() + self.clients.len();
        transactions == 0 && self.calls.is_empty() && self.registrar.bindings().is_empty()
    }
    /// The codec agreed on last.
    pub fn agreed_codec(&self, call: CallId) -> Option<Codec> {
        self.known(call).ok()?.agreed.as_ref().map(|agreed| agreed.codec)
    }
    /// The frame after the last one heard; 0 if nothing was.
    pub fn media_end(&self, call: CallId) -> Result<u64, DeskError> {
        Ok(self.known(call)?.media.as_ref().map_or(0, |media| media.playout.end()))
    }
    /// What a call's media was secured with, and what was not played for it.
    pub fn media_security(&self, call: CallId) -> Result<MediaSecurity, DeskError> {
        Ok(self.known(call)?.safety.account())
    }
    /// What a call's received packets went through.
    pub fn media_stats(&self, call: CallId) -> Result<Stats, DeskError> {
        Ok(self.known(call)?.stats())
    }
}
