//! The operator's desk: registrar, calls and media as one sans-I/O machine. It takes datagrams and moments, and gives
//! datagrams, events and the next moment at which it must be woken; the same machine sits on a real network and in the
//! twin.
//!
//! Must not know sockets or clocks, nor what a call is a test of. The operator never dials out, and answers only those
//! who registered with him.
//!
//! [`Desk`] itself decides nothing about SIP: it leads what arrives to the machine that it is for (here and in
//! `routing`), wakes each when it is due (`waking`), and passes on what the operator does (`operating`). Each machine
//! owns its state; all write what they send and tell into one `Context`.

mod asking;
mod call;
mod calls;
mod config;
mod context;
mod error;
mod events;
mod flows;
mod intruders;
mod irregular;
mod malformed;
mod media_ports;
mod operating;
pub mod operator_port;
mod registering;
mod resending;
mod responses;
mod restraint;
mod routing;
mod self_check;
mod stranger;
#[cfg(test)]
mod tests;
mod timers;
pub mod tls_session;
mod transactions;
mod transport;
mod waking;
mod wording;

use crate::clock::{Instant, Stamped};
use crate::instrument::operator::security::ConnectionFault;
use crate::instrument::operator::{CallEvent, CallId, Stray};
use crate::rtp::packet::{self, Packet};
use crate::sip::message::{self, Message};
use crate::sip::registrar::Registrar;
use crate::sip::route::{Route, Wire};
use crate::sip::token::{Chance, Tokens};
use calls::Calls;
use context::Context;
use std::net::SocketAddr;
use std::time::Duration;

pub use crate::sip::registrar::User;
pub use call::{CallInfo, CallState};
pub use config::{Circumstances, DeskConfig, Outgoing};
pub use error::DeskError;
pub use stranger::{TONE_HZ as STRANGERS_TONE_HZ, addresses_of_stranger};
pub use timers::BENCH_GRANTS;

pub struct Desk {
    cx: Context,
    registrar: Registrar,
    calls: Calls,
    ports: media_ports::MediaPorts,
    irregularities: irregular::Irregularities,
    intruders: intruders::Intruders,
    black_hole: resending::BlackHole,
    self_check: self_check::SelfCheck,
    /// `None`: nobody is asked.
    asking: Option<asking::Asking>,
    stranger: Option<stranger::Stranger>,
    /// When signalling wants to be woken; media is asked each time.
    signalling_due: Option<Instant>,
}

impl Desk {
    pub fn new(config: DeskConfig) -> Self {
        let mut registrar = Registrar::new(config.realm.clone(), config.users.clone());
        registrar.grant(config.grants);
        registrar.offer(config.digests.clone());
        Desk {
            registrar,
            calls: Calls::default(),
            ports: media_ports::MediaPorts::of(config.media_ports.clone()),
            irregularities: irregular::Irregularities::over(&config.users),
            intruders: intruders::Intruders::default(),
            black_hole: resending::BlackHole::default(),
            self_check: self_check::SelfCheck::default(),
            asking: None,
            stranger: None,
            signalling_due: None,
            cx: Context::of(config),
        }
    }

    /// Draws from here what it made up from its seed so far: on a real network nobody may be able to guess a key or a
    /// nonce.
    #[must_use]
    pub fn drawing_from(mut self, chance: Chance) -> Self {
        self.cx.draw_from(Tokens::from_chance(chance));
        self
    }
    /// With a stranger at this address, if there is one; it is none of the operator's. His voice comes from two ports
    /// further on.
    #[must_use]
    pub fn beside_stranger(mut self, address: Option<SocketAddr>) -> Self {
        self.stranger = address.map(stranger::Stranger::at);
        self
    }
    /// From now on registered posts are asked whether they are there.
    pub fn ask_posts(&mut self) {
        self.asking.get_or_insert_default();
    }

    /// A datagram arrived at `to`, one of the desk's own addresses. `at` is its reception, exactly.
    pub fn datagram(&mut self, at: Instant, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        self.datagram_that_came(Circumstances { at, within: Duration::ZERO, dscp: None }, from, to, bytes);
    }

    /// The same under circumstances of a real network.
    pub fn datagram_that_came(&mut self, how: Circumstances, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        let at = how.at;
        self.cx.trust(how.within);
        if let Some(stranger) = self.stranger.as_mut().filter(|stranger| stranger.is_at(to)) {
            stranger.received(at, from, to, bytes, &mut self.cx);
            self.settle();
        } else if self.cx.transport().is_signalling(to) {
            self.signalling(at, Route::udp(self.cx.transport().own(to), from), bytes);
            self.settle();
        } else if to.port() == self.cx.transport().self_check().0.port() {
            if self.self_check.received(bytes) {
                self.settle();
            }
        } else if self.ports.contains(to.port()) {
            self.media(how, from, to.port(), bytes);
        }
        self.cx.trust(Duration::ZERO);
    }

    /// A whole message arrived over a connection, its moment trusted `within` (k = 2).
    pub fn message(&mut self, at: Instant, within: Duration, way: Route, bytes: &[u8]) {
        self.cx.trust(within);
        self.signalling(at, Route { own: self.cx.transport().own(way.own), ..way }, bytes);
        self.settle();
        self.cx.trust(Duration::ZERO);
    }

    /// A connection over TLS is up.
    pub fn connected(&mut self, at: Instant, way: Route, cipher: String, certified: bool) {
        if self.cx.may_tell(at, way.peer, "Connected").is_some() {
            self.cx.tell(at, CallEvent::Connected { from: way.peer.to_string(), cipher, certified });
        }
    }

    /// A connection ended otherwise than by being closed, e.g. because a certificate was not believed.
    pub fn lost_connection(&mut self, at: Instant, way: Route, fault: ConnectionFault) {
        self.closed_connection(way);
        let Some(unsaid) = self.cx.may_tell(at, way.peer, &fault.kind()) else { return };
        let fault = if unsaid == 0 { fault } else { ConnectionFault::Again { fault: Box::new(fault), unsaid } };
        self.cx.tell(at, CallEvent::ConnectionFailed { from: way.peer.to_string(), fault });
    }
    /// A connection is no more, for whatever reason.
    pub fn closed_connection(&mut self, way: Route) {
        self.cx.closed(Route { own: self.cx.transport().own(way.own), ..way });
    }
    /// Whether a post is reached over this connection, or has a call on it: then it is not given up for a stranger's.
    pub fn relies_on(&self, way: Route) -> bool {
        let is_on = |began: Route| began.wire == way.wire && began.peer == way.peer;
        self.registrar.bindings().iter().any(|binding| binding.source == way.peer)
            || self.calls.living().any(|call| is_on(call.began_on()))
    }

    fn signalling(&mut self, at: Instant, way: Route, bytes: &[u8]) {
        // Keep-alives (RFC 5626, 3.5.1) and noise alike have no answer.
        let message = match message::parse(bytes) {
            Ok(message) => message,
            Err(broken) => return malformed::turned_away(at, way, bytes, broken, &mut self.cx),
        };
        malformed::unusual(&message).for_each(|what| self.cx.tell_now_and_then(at, way, what));
        let odd = self.irregularities.secret_in(&message, bytes).into_iter().chain(irregular::too_long(way, &message, bytes));
        let odd = odd.chain(irregular::untyped(&message)).chain(self.irregularities.same_request(way, &message));
        odd.for_each(|what| self.cx.tell_irregular(at, way, None, what));
        if self.black_hole.swallows(at, way, &message, &mut self.cx) {
            return;
        }
        match message {
            Message::Request(request) => self.request(at, way, request),
            Message::Response(response) => self.response(at, &response),
        }
    }

    /// Something arrived at a media port.
    fn media(&mut self, how: Circumstances, from: SocketAddr, port: u16, bytes: &[u8]) {
        if packet::is_negotiation(bytes) {
            return self.stray(how.at, from, None, Stray::Negotiation);
        }
        let (at, owner, cx) = (how.at, self.ports.owner(port), &mut self.cx);
        let opened = match owner.and_then(|id| self.calls.get_mut(id)) {
            Some(call) => call.opened(at, from, bytes, cx),
            None => Some(bytes.into()),
        };
        let Some(bytes) = opened else { return };
        let call = owner.and_then(|id| self.calls.get_mut(id));
        if packet::is_rtcp(&bytes) {
            call.into_iter().for_each(|call| call.reported(at, from, &bytes, cx));
            return;
        }
        // RTP comes to even ports (RFC 3550, 11).
        let Some(packet) = Packet::parse(&bytes).filter(|_| port.is_multiple_of(2)) else {
            return self.stray(at, from, None, Stray::NoMedia);
        };
        let Some(call) = call else {
            return match owner.and_then(|id| self.calls.past(id)) {
                // Stragglers of its last call are forgiven for a while.
                Some(past) if past.may_straggle(at) => {}
                Some(_) => self.stray(at, from, owner, Stray::AfterEnd),
                None => self.stray(at, from, None, Stray::NoCall),
            };
        };
        let id = call.id();
        match call.hear(how, from, port, &packet, cx) {
            // Its silence is waited for from now on.
            Ok(true) => self.settle(),
            Ok(false) => {}
            Err(kind) => self.stray(at, from, Some(id), kind),
        }
    }
    fn stray(&mut self, at: Instant, from: SocketAddr, call: Option<CallId>, kind: Stray) {
        if let Some(more) = self.cx.may_tell_each_second(at, from, kind.name()) {
            self.cx.tell(at, CallEvent::StrayMedia { call, from: from.to_string(), kind, more });
        }
    }

    /// Everything taken by [`Desk::take_outgoing`] so far has left by now, at `by`: no deed of ours was later than
    /// that.
    pub fn outgoing_left(&mut self, by: Instant) {
        self.calls.living_mut().for_each(|call| call.packets_left(by));
        self.cx.outgoing_left(by);
    }
    /// All datagrams to be sent, in order; media and control of secure calls sealed. Everything of ours passes here
    /// last, so that nothing can be forgotten; what a stranger sends has no key.
    pub fn take_outgoing(&mut self) -> Vec<Outgoing> {
        let own: Vec<Outgoing> = self.cx.take_outgoing().into_iter().filter_map(|one| self.sealed(one)).collect();
        own.into_iter().chain(self.cx.take_forged()).collect()
    }
    fn sealed(&mut self, one: Outgoing) -> Option<Outgoing> {
        if one.wire != Wire::Udp || !packet::is_rtp_or_rtcp(&one.bytes) {
            return Some(one);
        }
        match self.ports.owner(one.from.port()).and_then(|id| self.calls.known_mut(id)) {
            Some(call) => call.sealed(one),
            None => Some(one),
        }
    }
    /// All events since the last call, in order.
    pub fn take_events(&mut self) -> Vec<Stamped<CallEvent>> {
        self.cx.take_events()
    }
}
