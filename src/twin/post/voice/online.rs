//! What the network gives is carried out: its datagrams leave, signalling and supervision learn of addresses and
//! servers.
//!
//! Must not decide anything itself.

use super::network::{self, News};
use super::serial::Report;
use super::{Action, State, Voice};
use crate::clock::Instant;
use std::net::IpAddr;

impl Voice {
    /// The Ethernet link. While it is down nothing leaves or enters; a call is kept and its RTP keeps its timeline.
    pub fn set_link(&mut self, at: Instant, up: bool) {
        if self.believes_in_no_link() || self.waits_for_carrier(at, up) || std::mem::replace(&mut self.link, up) == up {
            return;
        }
        if !up {
            self.config.faults.worsen(&mut self.config.jitter_target);
        }
        if !up && self.is_worn_out_by_flaps() {
            self.state = State::Hung;
        }
        if let State::Running(running) = &mut self.state {
            running.agent.stack.report(Report::Link(up));
            running.media.iter_mut().filter(|_| up).for_each(|media| media.glitched());
            match up {
                true => running.flawed.linked(at),
                false => running.cameras.link_lost(),
            }
            running.network.set_link(at, up);
            self.network_acted(at);
            self.settle(at);
        }
    }
    /// Where it is reached now.
    pub fn address(&self) -> IpAddr {
        match &self.state {
            State::Running(running) => running.network.address(),
            State::Off | State::Booting { .. } | State::Hung => self.config.address,
        }
    }
    pub(super) fn network_acted(&mut self, at: Instant) {
        let State::Running(running) = &mut self.state else { return };
        let sent = running.network.take_sent();
        if sent.iter().any(|(_, to, _)| to.port() == network::DHCP_PORT) {
            self.asks_for_address();
        }
        let State::Running(running) = &mut self.state else { return };
        self.actions.extend(sent.into_iter().map(|(from_port, to, bytes)| Action::Send { from_port, to, bytes }));
        let settings = &self.config.network;
        running.agent.is_moving = settings.leases_as.is_some() || settings.domain.is_some();
        for news in running.network.take_news() {
            match news {
                News::Address(Some(address)) if !settings.faults.keeps_old_address || !running.has_address => {
                    running.has_address = true;
                    running.agent.set_address(at, address);
                }
                News::Address(_) => {}
                News::Servers(servers) => running.agent.set_servers(at, &servers),
            }
        }
        running.agent.set_online(at, running.network.may_register(), self.link);
        let online = running.network.is_online();
        if running.supervision.is_linked() != online {
            running.supervision.set_link(at, online);
        }
        self.dial_what_waited(at);
    }
}
