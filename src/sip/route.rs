//! The way a message came and its answers go: over what, from which of our addresses, to whom.
//!
//! Must not know messages or sockets.

use super::transaction::Timers;
use std::net::SocketAddr;

/// What carries messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wire {
    Udp,
    Tcp,
    Tls,
}

impl Wire {
    /// As it stands in a Via (RFC 3261, 25.1).
    pub fn name(self) -> &'static str {
        match self {
            Wire::Udp => "UDP",
            Wire::Tcp => "TCP",
            Wire::Tls => "TLS",
        }
    }
    /// Whether messages follow each other in a connection instead of standing alone.
    pub fn is_stream(self) -> bool {
        self != Wire::Udp
    }
    pub fn timers(self) -> Timers {
        if self.is_stream() { Timers::STREAM } else { Timers::UDP }
    }
    /// The parameter of our Contact that brings later requests this way (RFC 3261, 19.1.1).
    pub fn parameter(self) -> &'static str {
        match self {
            Wire::Udp => "",
            Wire::Tcp => ";transport=tcp",
            Wire::Tls => ";transport=tls",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    pub wire: Wire,
    /// The address of ours that the other end is told.
    pub own: SocketAddr,
    pub peer: SocketAddr,
}

impl Route {
    pub fn udp(own: SocketAddr, peer: SocketAddr) -> Self {
        Route { wire: Wire::Udp, own, peer }
    }
    /// The same way to another address of the peer. A connection leads to one place only.
    pub fn towards(self, peer: SocketAddr) -> Self {
        if self.wire.is_stream() { self } else { Route { peer, ..self } }
    }
}
