//! The operator's desk: registrar, calls and media as one sans-I/O machine. It takes datagrams and moments, and gives datagrams, events
//! and the next moment at which it must be woken; the same machine sits on a real network and in the twin.
//!
//! Must not know sockets or clocks, nor what a call is a test of. The operator never dials out, and answers only those who registered with him.

mod asking;
mod call;
mod call_audio;
mod call_lifecycle;
mod config;
mod early_dialog;
mod flows;
mod irregular;
mod media;
pub mod operator_port;
mod reinvite;
mod requests;
mod resending;
mod responses;
mod rtcp;
mod self_check;
mod servers;
mod session_timer;
mod standing;
mod stranger;
#[cfg(test)]
mod tests;
mod timers;
pub mod tls_session;
mod transactions;

use crate::clock::{Instant, Stamped};
use crate::instrument::operator::security::ConnectionFault;
use crate::instrument::operator::{Action, Behaviour, CallEvent, CallId, Server, Stray};
use crate::sip::message::{self, Message, Response};
use crate::sip::registrar::{Change, Registrar};
use crate::sip::route::Route;
use crate::sip::token::{Chance, Tokens};
use crate::sip::transaction::Server as ServerTransaction;
use call::Call;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use transactions::{ClientTransaction, InviteTransaction, Purpose};

pub use crate::sip::registrar::User;
pub use call::{CallInfo, CallState};
pub use config::{Circumstances, DeskConfig, DeskError, Outgoing};
pub use stranger::{TONE_HZ as STRANGERS_TONE_HZ, addresses_of_stranger};
pub use timers::BENCH_GRANTS;

/// Ended calls whose record is kept.
const PAST_CALLS: usize = 64;
/// Requests remembered of each kind; beyond that the oldest are forgotten.
const MOST_TRANSACTIONS: usize = 4096;

pub struct Desk {
    config: DeskConfig,
    tokens: Tokens,
    registrar: Registrar,
    invites: BTreeMap<String, InviteTransaction>,
    flows: flows::Flows,
    servers: BTreeMap<String, (Route, ServerTransaction)>,
    clients: BTreeMap<String, ClientTransaction>,
    /// INVITEs of ours within calls, by branch.
    reinvites: BTreeMap<String, reinvite::Asked>,
    calls: BTreeMap<CallId, Call>,
    past: BTreeMap<CallId, Call>,
    /// The last call on each media port.
    ports: BTreeMap<u16, CallId>,
    next_port: u16,
    last_call: u32,
    /// When stray media was last reported.
    reported: BTreeMap<(IpAddr, Stray), Instant>,
    watch: irregular::Watch,
    stranger: Option<stranger::Stranger>,
    black_hole: resending::BlackHole,
    self_check: Option<self_check::SelfCheck>,
    /// `None`: nobody is asked.
    asking: Option<asking::Asking>,
    /// When signalling wants to be woken; media is asked each time.
    signalling_due: Option<Instant>,
    outgoing: Vec<Outgoing>,
    events: Vec<Stamped<CallEvent>>,
    /// How far to trust the moment at hand (k = 2).
    within: Duration,
    /// From this event on, what goes with our own deeds may not have left yet.
    unsettled: usize,
}

impl Desk {
    pub fn new(config: DeskConfig) -> Self {
        let mut registrar = Registrar::new(config.realm.clone(), config.users.clone());
        registrar.grant(config.grants);
        registrar.offer(config.digests.clone());
        Desk {
            tokens: Tokens::from_seed(config.seed),
            registrar,
            invites: BTreeMap::new(),
            flows: flows::Flows::default(),
            servers: BTreeMap::new(),
            clients: BTreeMap::new(),
            reinvites: BTreeMap::new(),
            calls: BTreeMap::new(),
            past: BTreeMap::new(),
            ports: BTreeMap::new(),
            next_port: config.media_ports.start().next_multiple_of(2),
            last_call: 0,
            reported: BTreeMap::new(),
            watch: irregular::Watch::over(&config.users),
            stranger: None,
            black_hole: resending::BlackHole::default(),
            self_check: None,
            asking: None,
            signalling_due: None,
            outgoing: Vec::new(),
            events: Vec::new(),
            within: Duration::ZERO,
            unsettled: 0,
            config,
        }
    }

    /// Draws from here what it made up from its seed so far: on a real network nobody may be able to guess a key or a nonce.
    #[must_use]
    pub fn drawing_from(mut self, chance: Chance) -> Self {
        self.tokens = Tokens::from_chance(chance);
        self
    }

    /// A datagram arrived at `to`, one of the desk's own addresses. `at` is its reception, exactly.
    pub fn datagram(&mut self, at: Instant, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        self.datagram_that_came(Circumstances { at, within: Duration::ZERO, dscp: None }, from, to, bytes);
    }

    /// The same under circumstances of a real network.
    pub fn datagram_that_came(&mut self, how: Circumstances, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        let at = how.at;
        self.within = how.within;
        if self.is_strangers(to) {
            self.stranger_received(at, from, to, bytes);
            self.settle();
        } else if self.is_signalling(to) {
            self.signalling(at, Route::udp(self.own(to), from), bytes);
            self.settle();
        } else if to.port() == *self.config.media_ports.end() {
            self.check_answered(bytes);
        } else if self.config.media_ports.contains(&to.port()) {
            self.media(how, from, to.port(), bytes);
        }
        self.within = Duration::ZERO;
    }

    /// A whole message arrived over a connection, its moment trusted `within` (k = 2).
    pub fn message(&mut self, at: Instant, within: Duration, way: Route, bytes: &[u8]) {
        self.within = within;
        self.signalling(at, Route { own: self.own(way.own), ..way }, bytes);
        self.settle();
        self.within = Duration::ZERO;
    }

    /// A connection over TLS is up.
    pub fn connected(&mut self, at: Instant, way: Route, cipher: String, certified: bool) {
        self.tell(at, CallEvent::Connected { from: way.peer.to_string(), cipher, certified });
    }

    /// A connection ended otherwise than by being closed, e.g. because a certificate was not believed.
    pub fn lost_connection(&mut self, at: Instant, way: Route, fault: ConnectionFault) {
        self.tell(at, CallEvent::ConnectionFailed { from: way.peer.to_string(), fault });
    }

    fn signalling(&mut self, at: Instant, way: Route, bytes: &[u8]) {
        // Keep-alives (RFC 5626, 3.5.1) and noise alike have no answer.
        let Ok(message) = message::parse(bytes) else { return };
        self.look_for_secrets(at, way, &message, bytes);
        self.look_at_length(at, way, &message, bytes);
        if self.is_swallowed(at, way, &message) {
            return;
        }
        match message {
            Message::Request(request) => self.request(at, way, request),
            Message::Response(response) => self.response(at, &response),
        }
    }

    fn response(&mut self, at: Instant, response: &Response) {
        if self.question_answered(at, &response.head.via.branch, response.status) {
            return;
        }
        let Some(client) = self.clients.get_mut(&response.head.via.branch) else {
            return self.reinvite_answered(at, response);
        };
        let (call, purpose) = (client.call, client.purpose);
        if client.machine.response(at, response.status) {
            match purpose {
                Purpose::Farewell => {
                    self.look_at_farewell(at, call, response.status);
                    self.expect_quiet(call, at);
                }
                Purpose::Refresh => self.refresh_answered(at, call, response),
            }
        }
    }

    /// `server` is the one that was spoken to; a binding that lapses was spoken to by nobody.
    fn tell_changes(&mut self, at: Instant, server: Server, changes: Vec<Change>) {
        for change in changes {
            let event = match change {
                Change::Bound { user, contact, expires } => {
                    CallEvent::Registered { user, contact: self.contact_without_secrets(contact), expires, server }
                }
                Change::Unbound { user, contact, why } => {
                    CallEvent::Unregistered { user, contact: self.contact_without_secrets(contact), why }
                }
                Change::Refused { user, why } => CallEvent::RegistrationRefused { user, why },
            };
            self.tell(at, event);
        }
    }

    fn tell(&mut self, at: Instant, event: CallEvent) {
        self.events.push(Stamped { at, within: self.within, value: event });
    }
    /// Everything taken by [`Desk::take_outgoing`] so far has left by now, at `by`: no deed of ours was later than that.
    pub fn outgoing_left(&mut self, by: Instant) {
        self.calls.values_mut().for_each(|call| call.media.packets_left(by));
        for event in self.events.iter_mut().skip(self.unsettled).filter(|event| event.value.is_own_deed()) {
            event.within = event.within.max(by.since(event.at));
        }
        self.unsettled = self.events.len();
    }
    /// A black hole sends nothing either.
    fn send(&mut self, to: Route, bytes: Vec<u8>) {
        if !self.is_silent(to) {
            let to = self.flows.current(to);
            self.outgoing.push(Outgoing { wire: to.wire, from: to.own, to: to.peer, bytes });
        }
    }

    /// All datagrams to be sent, in order.
    pub fn take_outgoing(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.outgoing).into_iter().filter_map(|one| self.sealed(one)).collect()
    }
    /// All events since the last call, in order.
    pub fn take_events(&mut self) -> Vec<Stamped<CallEvent>> {
        self.unsettled = 0;
        std::mem::take(&mut self.events)
    }

    pub fn behave(&mut self, how: Behaviour) {
        self.note_health(how);
        self.config.behaviour = how;
        self.settle();
    }
    pub fn behaviour(&self) -> Behaviour {
        self.config.behaviour
    }
    /// Does something to a call. A BYE is held back until the ACK has come (RFC 3261, 15).
    pub fn act(&mut self, at: Instant, call: CallId, what: Action) -> Result<(), DeskError> {
        let state = self.living(call)?.state();
        let is_ringing = matches!(state, CallState::Arrived | CallState::Ringing);
        let fits = match what {
            Action::Answer | Action::Announce => is_ringing,
            Action::HangUp => true,
            Action::Key(_) | Action::Change(_) => state == CallState::Confirmed,
        };
        if !fits {
            return Err(DeskError::WrongState { call, state });
        }
        match what {
            Action::Answer => {
                self.ring(at, call);
                self.accept(at, call);
            }
            Action::Announce => {
                self.ring(at, call);
                self.announce(at, call)?;
            }
            Action::HangUp => self.end_from_here(at, call),
            Action::Key(key) => self.press(call, key),
            Action::Change(change) => self.change(at, call, change)?,
        }
        self.settle();
        Ok(())
    }

    fn living(&self, call: CallId) -> Result<&Call, DeskError> {
        match (self.calls.get(&call), self.past.get(&call)) {
            (Some(living), _) => Ok(living),
            (None, Some(past)) => Err(DeskError::WrongState { call, state: past.state() }),
            (None, None) => Err(DeskError::NoSuchCall(call)),
        }
    }
    fn known(&self, call: CallId) -> Result<&Call, DeskError> {
        self.calls.get(&call).or_else(|| self.past.get(&call)).ok_or(DeskError::NoSuchCall(call))
    }
}
