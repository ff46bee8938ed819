//! The two servers: which of them was reached, and what one does that is not well.
//!
//! Must not know calls.

use super::Desk;
use super::resending::swallowed_key;
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, Health, Server};
use crate::sip::message::{Message, Method, Reply, Request};
use crate::sip::route::Route;
use std::net::SocketAddr;

impl Desk {
    /// Whether SIP is spoken at this address of ours.
    pub(super) fn is_signalling(&self, own: SocketAddr) -> bool {
        let is_backups =
            self.config.backup.is_some_and(|backup| own.port() == backup.port()) && self.server_at(own) == Server::Backup;
        own.port() == self.config.sip.port() || is_backups
    }

    pub(super) fn server_at(&self, own: SocketAddr) -> Server {
        let main = self.config.sip;
        // A server with an address of its own is known by that alone: over TLS it is another port.
        let is_backup = |backup: SocketAddr| {
            let by_port = backup.ip() == main.ip() || backup.ip().is_unspecified() || main.ip().is_unspecified();
            (own.ip() == backup.ip() || backup.ip().is_unspecified()) && (!by_port || own.port() == backup.port())
        };
        if self.config.backup.is_some_and(is_backup) { Server::Backup } else { Server::Primary }
    }

    /// The address that a peer is told who reached us at `to`: the configured one, unless that means every address of this machine.
    pub(super) fn own(&self, to: SocketAddr) -> SocketAddr {
        let configured = match (self.server_at(to), self.config.backup) {
            (Server::Backup, Some(backup)) => backup.ip(),
            _ => self.config.sip.ip(),
        };
        if configured.is_unspecified() { to } else { SocketAddr::new(configured, to.port()) }
    }

    /// Whether the server at our end of this way is a black hole. The self-check is let through: it asks whether the bench works, not how the
    /// server is to behave.
    pub(super) fn is_silent(&self, way: Route) -> bool {
        let is_server = (way.wire.is_stream() || self.is_signalling(way.own)) && !self.is_self_check(way);
        is_server && self.config.behaviour.health(self.server_at(way.own)) == Health::Silent
    }

    fn is_self_check(&self, way: Route) -> bool {
        way.peer.port() == *self.config.media_ports.end() && way.peer.ip() == way.own.ip()
    }

    /// Takes what reaches a black hole, and tells of each new request.
    pub(super) fn is_swallowed(&mut self, at: Instant, way: Route, message: &Message) -> bool {
        self.note_turn(way, message);
        if !self.is_silent(way) {
            return false;
        }
        if let Message::Request(request) = message
            && self.swallow(at, &swallowed_key(&request.head.via.branch, request.method), way, request.method)
        {
            let (server, from) = (self.server_at(way.own), request.head.from.user.clone());
            self.tell(at, CallEvent::Swallowed { server, from, what: request.method.to_string() });
        }
        true
    }

    /// The answer of a server that turns everything new away; requests within a call are served. `None`: it is well.
    pub(super) fn turned_away(&mut self, request: &Request, way: Route) -> Option<Reply> {
        let Health::Refusing { retry_after } = self.config.behaviour.health(self.server_at(way.own)) else { return None };
        let is_new = request.head.to.tag.is_none() && request.method != Method::Cancel;
        if !is_new || self.is_self_check(way) {
            return None;
        }
        let reply = self.reply(request, 503, way);
        Some(match retry_after {
            Some(time) => reply.header("Retry-After", &time.as_secs().to_string()),
            None => reply,
        })
    }
}
