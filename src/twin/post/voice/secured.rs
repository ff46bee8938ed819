//! Signalling over connections instead of datagrams: what is said goes into them, and what comes out of them is heard.
//!
//! Must not know what is said.

use super::account::Account;
use super::tls::{Lines, News};
use super::{Action, Config, Running, State, Voice, message};
use crate::clock::Instant;
use crate::twin::street::stream::Segment;
use std::net::SocketAddr;

impl Config {
    /// Where a server is reached: over TLS at a port of its own (RFC 3261, 19.1.2).
    pub(super) fn port_of(&self, server: SocketAddr) -> SocketAddr {
        let further = u16::from(self.security.is_some());
        SocketAddr::new(server.ip(), server.port() + further)
    }
}

impl Account {
    /// Without TLS from now on, as only a defective module is.
    fn give_up_security(&mut self) {
        self.suite = None;
        self.server.set_port(message::SIP_PORT);
        self.other.iter_mut().for_each(|other| other.set_port(message::SIP_PORT));
    }
}

impl Running {
    /// What signalling has said; `None`: by datagrams.
    pub(super) fn say_securely(&mut self, at: Instant, said: Vec<(SocketAddr, Vec<u8>)>) -> Option<Vec<Segment>> {
        let lines = self.lines.as_mut()?;
        for (to, bytes) in said.into_iter().filter(|_| !self.blundered.is_shut) {
            lines.send(at, to, &bytes);
        }
        let given_up = std::mem::take(&mut self.agent.silent);
        let keeps_them = self.agent.keeps_dead_connections();
        for to in given_up.into_iter().filter(|_| !keeps_them) {
            lines.abandon(at, to);
            self.agent.stack.out.set_connected(to, lines.is_up(to));
        }
        Some(lines.take_segments())
    }
}

impl Voice {
    /// A segment of one of the module's connections.
    pub fn segment_in(&mut self, at: Instant, segment: &Segment) {
        if self.config.faults.trusts_by_unset_clock {
            self.set_clock_of_connections(at);
        }
        let State::Running(running) = &mut self.state else { return };
        if self.config.cameras == Some(segment.from) {
            return self.cameras_answer(at, segment);
        }
        let Some(lines) = running.lines.as_mut().filter(|_| self.link) else { return };
        let news = lines.segment(at, segment);
        self.connections(at, news);
    }
    pub(super) fn wake_connections(&mut self, at: Instant) {
        if self.config.faults.trusts_by_unset_clock {
            self.set_clock_of_connections(at);
        }
        let State::Running(running) = &mut self.state else { return };
        let Some(lines) = running.lines.as_mut().filter(|lines| lines.next_wake().is_some_and(|due| due <= at)) else { return };
        let news = lines.wake(at);
        self.connections(at, news);
    }
    fn connections(&mut self, at: Instant, news: Vec<News>) {
        for one in news {
            let State::Running(running) = &mut self.state else { return };
            let agent = &mut running.agent;
            match one {
                News::Message(from, bytes) => agent.datagram(at, from, &bytes),
                News::Up(to) => {
                    agent.stack.out.set_connected(to, true);
                    agent.connection(at, to, true);
                }
                News::Lost(to, _) if self.config.faults.falls_back_to_plain => {
                    agent.connection(at, to, false);
                    agent.stack.out.connected = None;
                    agent.stack.account.give_up_security();
                    running.lines = None;
                }
                News::Lost(to, was_refused) => {
                    self.opens_again(at, to);
                    let State::Running(running) = &mut self.state else { return };
                    let agent = &mut running.agent;
                    agent.stack.out.set_connected(to, false);
                    agent.connection(at, to, false);
                    self.takes_refusal_as_final(was_refused);
                }
            }
            self.settle(at);
        }
        self.settle(at);
    }
    /// A module whose clock nothing keeps while it is without power takes the time from the network.
    pub(super) fn set_clock_of_connections(&mut self, at: Instant) {
        let State::Running(running) = &mut self.state else { return };
        let time = running.network.time(at).unwrap_or_default();
        running.lines.iter_mut().for_each(|lines| lines.tell_time(time, at));
    }
    /// A fresh start's connections.
    pub(super) fn lines(&mut self) -> Option<Lines> {
        let security = self.config.security.as_ref()?;
        let port = self.random.word() as u16;
        Lines::new(self.config.address, port, security, self.config.faults.trust)
    }
    pub(super) fn send_segments(&mut self, segments: Vec<Segment>) {
        if self.link {
            self.actions.extend(segments.into_iter().map(Action::Segment));
        }
    }
}
