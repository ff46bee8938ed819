//! What it means for requests under way that connections come and go.
//!
//! Must not know what is in a connection.

use super::Agent;
use crate::clock::Instant;
use std::net::SocketAddr;

impl Agent {
    /// The connection to a server has come up, or is no more.
    pub fn connection(&mut self, at: Instant, to: SocketAddr, is_up: bool) {
        if is_up {
            self.stack.clients.connected(to);
            self.note_sent();
        } else {
            self.stack.clients.disconnected(at, to);
        }
    }
    /// The link is back: what was put into connections that stand leaves now.
    pub(super) fn linked(&mut self, at: Instant) {
        for to in self.stack.out.connected.clone().unwrap_or_default() {
            self.connection(at, to, true);
        }
    }
}
