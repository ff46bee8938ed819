//! The transport layer at the desk (RFC 3261, 18): the two servers and their addresses, which of them is a black hole,
//! the connection on which a post is reached, and what waits to be sent.
//!
//! Must not know transactions or calls.

use super::config::{DeskConfig, Outgoing};
use super::flows::Flows;
use super::wording::reworded;
use crate::instrument::operator::{Behaviour, Health, Server};
use crate::sip::route::{Route, Wire};
use std::collections::BTreeSet;
use std::net::SocketAddr;

/// A message, and where it goes.
pub(super) type Sending = (Route, Vec<u8>);

#[derive(Debug)]
pub(super) struct Transport {
    primary: SocketAddr,
    backup: Option<SocketAddr>,
    /// From which the desk asks itself.
    self_check: SocketAddr,
    flows: Flows,
    /// Peers of the connections that a forgetful server takes for none.
    forgotten: BTreeSet<SocketAddr>,
    outgoing: Vec<Outgoing>,
    /// What somebody else sends under an address of ours.
    forged: Vec<Outgoing>,
}

impl Transport {
    pub fn of(config: &DeskConfig) -> Self {
        Transport {
            primary: config.sip,
            backup: config.backup,
            self_check: SocketAddr::new(config.sip.ip(), *config.media_ports.end()),
            flows: Flows::default(),
            forgotten: BTreeSet::new(),
            outgoing: Vec::new(),
            forged: Vec::new(),
        }
    }

    /// Whether SIP is spoken at this address of ours.
    pub fn is_signalling(&self, own: SocketAddr) -> bool {
        let is_backups = self.backup.is_some_and(|backup| own.port() == backup.port()) && self.server_at(own) == Server::Backup;
        own.port() == self.primary.port() || is_backups
    }

    pub fn server_at(&self, own: SocketAddr) -> Server {
        let main = self.primary;
        // A server with an address of its own is known by that alone: over TLS it is another port.
        let is_backup = |backup: SocketAddr| {
            let by_port = backup.ip() == main.ip() || backup.ip().is_unspecified() || main.ip().is_unspecified();
            (own.ip() == backup.ip() || backup.ip().is_unspecified()) && (!by_port || own.port() == backup.port())
        };
        if self.backup.is_some_and(is_backup) { Server::Backup } else { Server::Primary }
    }

    /// The address that a peer is told who reached us at `to`: the configured one, unless that means every address of
    /// this machine.
    pub fn own(&self, to: SocketAddr) -> SocketAddr {
        let configured = match (self.server_at(to), self.backup) {
            (Server::Backup, Some(backup)) => backup.ip(),
            _ => self.primary.ip(),
        };
        if configured.is_unspecified() { to } else { SocketAddr::new(configured, to.port()) }
    }

    /// Where the desk asks itself from, and whom.
    pub fn self_check(&self) -> (SocketAddr, SocketAddr) {
        (self.self_check, self.primary)
    }

    pub fn is_self_check(&self, way: Route) -> bool {
        way.peer.port() == self.self_check.port() && way.peer.ip() == way.own.ip()
    }

    /// Whether the server at our end of this way is a black hole. The self-check is let through: it asks whether the
    /// bench works, not how the server is to behave.
    pub fn is_silent(&self, way: Route, behaviour: &Behaviour) -> bool {
        let is_server = (way.wire.is_stream() || self.is_signalling(way.own)) && !self.is_self_check(way);
        is_server
            && match behaviour.health(self.server_at(way.own)) {
                Health::Silent => true,
                Health::Forgetful => way.wire.is_stream() && self.forgotten.contains(&way.peer),
                Health::Well | Health::Refusing { .. } => false,
            }
    }

    /// The servers change their ways: whatever connections stand with one that becomes forgetful are none from now on.
    pub fn turned(&mut self, before: &Behaviour, how: &Behaviour) {
        for server in [Server::Primary, Server::Backup] {
            let (was, is) = (before.health(server), how.health(server));
            let peers = self.flows.living().filter(|way| self.server_at(way.own) == server).map(|way| way.peer);
            let peers: Vec<SocketAddr> = peers.collect();
            if is == Health::Forgetful && was != Health::Forgetful {
                self.forgotten.extend(peers);
            }
        }
        if [Server::Primary, Server::Backup].into_iter().all(|server| how.health(server) != Health::Forgetful) {
            self.forgotten.clear();
        }
    }

    /// A post has registered on this way; gives where it was reached until now, if that was over another connection.
    pub fn registered(&mut self, user: &str, way: Route) -> Option<SocketAddr> {
        self.flows.registered(user, way)
    }
    /// What came this way was a post's, beyond doubt; gives the connection that this one takes the place of.
    pub fn believed(&mut self, user: &str, way: Route) -> Option<SocketAddr> {
        self.flows.believed(user, way)
    }
    pub fn closed(&mut self, way: Route) {
        self.flows.closed(way);
    }

    /// A message of SIP leaves on this way. A black hole sends nothing either.
    pub fn send(&mut self, way: Route, bytes: Vec<u8>, behaviour: &Behaviour) {
        if !self.is_silent(way, behaviour) {
            // The desk's question to itself is about the bench, and not about how its servers write.
            let bytes = if self.is_self_check(way) { bytes } else { reworded(bytes, behaviour.wording) };
            self.outgoing.push(Outgoing { wire: way.wire, from: way.own, to: way.peer, bytes });
        }
    }

    /// A datagram leaves that is no word of a server: media, and whoever else speaks from here.
    pub fn send_datagram(&mut self, from: SocketAddr, to: SocketAddr, bytes: Vec<u8>) {
        self.outgoing.push(Outgoing { wire: Wire::Udp, from, to, bytes });
    }

    /// A stranger's datagram: no key of ours may touch it.
    pub fn send_forged(&mut self, from: SocketAddr, to: SocketAddr, bytes: Vec<u8>) {
        self.forged.push(Outgoing { wire: Wire::Udp, from, to, bytes });
    }

    /// All that waits of a stranger's.
    pub fn take_forged(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.forged)
    }
    /// All that waits, in order, each on its way as that is now.
    pub fn take(&mut self) -> Vec<Outgoing> {
        let mut leaving = std::mem::take(&mut self.outgoing);
        for one in leaving.iter_mut().filter(|one| one.wire.is_stream()) {
            let way = Route { wire: one.wire, own: one.from, peer: one.to };
            one.to = self.flows.current(way, one.bytes.starts_with(b"SIP/")).peer;
        }
        leaving
    }
}
