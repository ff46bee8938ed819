//! The services that a bench gives the network round a post: addresses, names, the time. Each is a machine over
//! datagrams and moments, the same on a real network and in the twin.
//!
//! Must not know sockets, clocks, or what a post does with what it is given.

pub mod dhcp;
pub mod dns;
pub mod ntp;
pub mod syslog;

use crate::clock::{Instant, Stamped};
use std::net::SocketAddr;

/// Nobody fetches what was asked of a bench that stands still: so much is kept.
const KEPT: usize = 4096;

/// A datagram that is to leave at its moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub at: Instant,
    pub to: SocketAddr,
    pub bytes: Vec<u8>,
}

/// One of them.
pub trait Service: Send + 'static {
    type Conduct: Copy + Default;
    type Seen: Send;
    fn behave(&mut self, how: Self::Conduct);
    /// A datagram for its port.
    fn datagram(&mut self, at: Instant, from: SocketAddr, bytes: &[u8]) -> Option<Reply>;
    /// What it was asked since the last call, in order.
    fn take_seen(&mut self) -> Vec<Stamped<Self::Seen>>;
}

/// What was asked, the latest of it.
#[derive(Debug)]
struct Seen<T>(Vec<Stamped<T>>);

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Seen(Vec::new())
    }
}

impl<T> Seen<T> {
    fn add(&mut self, at: Instant, what: T) {
        if self.0.len() >= KEPT {
            self.0.remove(0);
        }
        self.0.push(Stamped::new(at, what));
    }
    fn take(&mut self) -> Vec<Stamped<T>> {
        std::mem::take(&mut self.0)
    }
}
