//! What every machine of the desk works with: its setting, chance, the layers beneath (transport, transactions) and the
//! record of what is told.
//!
//! Must not know calls beyond their number, nor who else works with it.

use super::config::{DeskConfig, Outgoing};
use super::events::Events;
use super::restraint::{AT_HOME, Restraint};
use super::transactions::{InviteClients, InviteNews, Purpose, Transactions, transaction_key};
use super::transport::{Sending, Transport};
use crate::clock::{Instant, Stamped};
use crate::instrument::operator::{Behaviour, CallEvent, CallId, Irregular};
use crate::sip::digest::Algorithm;
use crate::sip::message::{self, ALLOWED, Reply, Request, Response};
use crate::sip::route::Route;
use crate::sip::token::Tokens;
use std::net::SocketAddr;
use std::time::Duration;

#[derive(Debug)]
pub(super) struct Context {
    config: DeskConfig,
    tokens: Tokens,
    transport: Transport,
    transactions: Transactions,
    /// INVITEs of ours within calls.
    invite_clients: InviteClients,
    events: Events,
    restraint: Restraint,
}

impl Context {
    pub fn of(config: DeskConfig) -> Self {
        Context {
            tokens: Tokens::from_seed(config.seed),
            transport: Transport::of(&config),
            transactions: Transactions::default(),
            invite_clients: InviteClients::default(),
            events: Events::default(),
            restraint: Restraint::default(),
            config,
        }
    }
    pub fn draw_from(&mut self, tokens: Tokens) {
        self.tokens = tokens;
    }
    pub fn behave(&mut self, how: Behaviour) {
        self.transport.turned(&self.config.behaviour, &how);
        self.config.behaviour = how;
    }
    pub fn config(&self) -> &DeskConfig {
        &self.config
    }
    pub fn behaviour(&self) -> Behaviour {
        self.config.behaviour
    }
    pub fn tokens(&mut self) -> &mut Tokens {
        &mut self.tokens
    }
    /// Two draws for the beginnings of a stream.
    pub fn random(&mut self) -> [u64; 2] {
        [self.tokens.number(), self.tokens.number()]
    }
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    // What is told.

    pub fn trust(&mut self, within: Duration) {
        self.events.trust(within);
    }
    pub fn tell(&mut self, at: Instant, event: CallEvent) {
        self.events.tell(at, event);
    }
    /// Beside a call it may be anybody's, as often as he likes.
    pub fn tell_irregular(&mut self, at: Instant, way: Route, call: Option<CallId>, what: Irregular) {
        let unsaid = if call.is_some() { Some(0) } else { self.may_tell(at, way.peer, &what.kind()) };
        let Some(unsaid) = unsaid else { return };
        let what = if unsaid == 0 { what } else { Irregular::Again { what: Box::new(what), unsaid } };
        self.tell(at, CallEvent::Irregular { call, from: way.peer.to_string(), what });
    }
    /// What every message of a post may have is told once a second at most.
    pub fn tell_now_and_then(&mut self, at: Instant, way: Route, what: Irregular) {
        if self.may_tell_each_second(at, way.peer, &what.kind()).is_some() {
            self.tell(at, CallEvent::Irregular { call: None, from: way.peer.to_string(), what });
        }
    }
    /// Whether something that anybody may do is told now, and how often it has happened since it was told last.
    pub fn may_tell(&mut self, at: Instant, from: SocketAddr, kind: &str) -> Option<u32> {
        self.restraint.may_tell(at, from, kind, AT_HOME)
    }
    /// The same of what is told once a second at most, whoever does it.
    pub fn may_tell_each_second(&mut self, at: Instant, from: SocketAddr, kind: &str) -> Option<u32> {
        self.restraint.may_tell(at, from, kind, 1)
    }
    pub fn take_events(&mut self) -> Vec<Stamped<CallEvent>> {
        self.events.take()
    }

    // What leaves.

    /// Whether the server at our end of this way takes everything and answers nothing.
    pub fn is_silent(&self, way: Route) -> bool {
        self.transport.is_silent(way, &self.config.behaviour)
    }
    /// A post has registered on this way; gives where it was reached until now, if that was over another connection.
    pub fn registered(&mut self, user: &str, way: Route) -> Option<SocketAddr> {
        self.restraint.is_home(way.peer.ip());
        self.transport.registered(user, way)
    }
    /// What came this way was a post's, beyond doubt.
    pub fn believed(&mut self, user: &str, way: Route) -> Option<SocketAddr> {
        self.transport.believed(user, way)
    }
    /// That connection is no more.
    pub fn closed(&mut self, way: Route) {
        self.transport.closed(way);
    }
    pub fn send(&mut self, to: Route, bytes: Vec<u8>) {
        self.transport.send(to, bytes, &self.config.behaviour);
    }
    pub fn send_datagram(&mut self, from: SocketAddr, to: SocketAddr, bytes: Vec<u8>) {
        self.transport.send_datagram(from, to, bytes);
    }
    /// As a stranger would send it.
    pub fn send_forged(&mut self, from: SocketAddr, to: SocketAddr, bytes: Vec<u8>) {
        self.transport.send_forged(from, to, bytes);
    }
    pub fn take_forged(&mut self) -> Vec<Outgoing> {
        self.transport.take_forged()
    }
    pub fn take_outgoing(&mut self) -> Vec<Outgoing> {
        self.transport.take()
    }
    pub fn outgoing_left(&mut self, by: Instant) {
        self.events.have_left(by);
    }

    // Requests of the other end's, and their answers.

    /// Where requests within a call reach us.
    pub fn contact(&self, way: Route) -> String {
        format!("<sip:{}@{}{}>", self.config.operator_user, way.own, way.wire.parameter())
    }
    /// The answer to a request outside any call of ours.
    pub fn reply(&mut self, request: &Request, status: u16, way: Route) -> Reply {
        let tag = self.tokens.hex();
        Reply::to(request, status, &tag, way.peer).header("Allow", ALLOWED)
    }
    /// Refuses a request and forgets it: nothing is sent but in answer to what comes (RFC 3261, 8.2.7), and nothing
    /// stands in the way of the one whose transaction he may have named.
    pub fn refuse_statelessly(&mut self, way: Route, request: &Request, status: u16, lines: &[(&'static str, String)]) {
        let to = way.towards(message::answer_to(&request.head.via, way.peer));
        // The same for each repetition, as it must be.
        let tag = Algorithm::Sha256.hash(&format!("{} {}", request.head.call_id, request.head.via.branch));
        let tag: String = tag.chars().take(16).collect();
        let reply = Reply::to(request, status, &tag, way.peer).header("Allow", ALLOWED).headers(lines);
        self.send(to, reply.bytes());
    }
    /// Answers a request other than INVITE, and remembers the answer.
    pub fn respond(&mut self, at: Instant, way: Route, request: &Request, reply: Reply) {
        let to = way.towards(message::answer_to(&request.head.via, way.peer));
        let bytes = reply.bytes();
        self.transactions.answered(at, transaction_key(request, request.method), way.wire, to, bytes.clone());
        self.send(to, bytes);
    }
    /// Sends a provisional response to the INVITE with this key; gives where it went, if it could still go.
    pub fn progress(&mut self, key: &str, response: Vec<u8>) -> Option<Route> {
        let to = self.transactions.provisional(key, response.clone())?;
        self.send(to, response);
        Some(to)
    }
    /// Sends the final response to the INVITE with this key; gives where it went, if it was the first.
    pub fn conclude(&mut self, at: Instant, key: &str, status: u16, response: Vec<u8>) -> Option<Route> {
        let to = self.transactions.conclude(at, key, status, response.clone())?;
        self.send(to, response);
        Some(to)
    }
    pub fn transactions(&mut self) -> &mut Transactions {
        &mut self.transactions
    }
    /// Whether a request of ours within a call is still unanswered.
    pub fn awaits_answer(&self) -> bool {
        self.transactions.awaits_answer()
    }
    /// No transaction is under way.
    pub fn is_at_rest(&self) -> bool {
        self.transactions.counts() == [0; 3]
    }

    // Requests of ours.

    /// One other than INVITE.
    pub fn ask(&mut self, at: Instant, branch: String, to: Route, call: CallId, purpose: Purpose, request: Vec<u8>) {
        self.transactions.ask(at, branch, to, call, purpose, request.clone());
        self.send(to, request);
    }
    pub fn invite(&mut self, at: Instant, branch: String, to: Route, call: CallId, cseq: u32, request: Vec<u8>) {
        self.invite_clients.ask(at, branch, to, call, cseq, request.clone());
        self.send(to, request);
    }
    /// A response to an INVITE of ours.
    pub fn invite_responded(&mut self, at: Instant, response: &Response) -> Option<InviteNews> {
        let (sending, news) = self.invite_clients.responded(at, response);
        self.send_all(sending);
        news
    }
    /// The ACK to the 2xx of an INVITE of ours.
    pub fn acknowledge(&mut self, at: Instant, branch: &str, to: Route, ack: Vec<u8>) {
        self.invite_clients.acknowledge(at, branch, to, ack.clone());
        self.send(to, ack);
    }

    // What is due of both.

    pub fn transactions_due(&self) -> Option<Instant> {
        self.transactions.next_wake()
    }
    pub fn invites_due(&self) -> Option<Instant> {
        self.invite_clients.next_wake()
    }
    /// Requests of ours that nobody answered. That an ACK is missing is told.
    pub fn wake_transactions(&mut self, at: Instant) -> Vec<(CallId, Purpose)> {
        let due = self.transactions.wake(at);
        for way in due.unacknowledged {
            self.tell_irregular(at, way, None, Irregular::Unacknowledged);
        }
        self.send_all(due.again);
        due.unanswered
    }
    /// Calls in which nobody answered an INVITE of ours.
    pub fn wake_invites(&mut self, at: Instant) -> Vec<CallId> {
        let (again, unanswered) = self.invite_clients.wake(at);
        self.send_all(again);
        unanswered
    }
    fn send_all(&mut self, messages: impl IntoIterator<Item = Sending>) {
        messages.into_iter().for_each(|(to, bytes)| self.send(to, bytes));
    }
}
