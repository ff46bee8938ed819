//! The services that a bench gives the network round a post: addresses, names, the time. Each is a machine over
//! datagrams and moments, the same on a real network and in the twin.
//!
//! Must not know sockets, clocks, or what a post does with what it is given.

pub mod dhcp;
pub mod dns;
pub mod ntp;
pub mod syslog;

use crate::clock::{Instant, Stamped};
use crate::instrument::services::OwnAnswer;
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
    /// Where it is asked by whoever was not told otherwise.
    const PORT: u16;
    /// Whoever asks speaks to everybody.
    const IS_FOR_ALL: bool = false;
    fn behave(&mut self, how: Self::Conduct);
    /// A datagram for its port.
    fn datagram(&mut self, at: Instant, from: SocketAddr, bytes: &[u8]) -> Option<Reply>;
    /// What it was asked since the last call, in order.
    fn take_seen(&mut self) -> Vec<Stamped<Self::Seen>>;
    /// The bench itself asks from there: that is answered as ever, and not told.
    fn is_asked_by_bench(&mut self, at: SocketAddr);
    /// A question of the bench's own.
    fn question(&self, number: u16) -> Vec<u8>;
    /// What was answered to it, be it by another server.
    fn understand(&self, bytes: &[u8]) -> Option<OwnAnswer>;
}

/// What was asked, the latest of it.
#[derive(Debug)]
struct Seen<T> {
    asked: Vec<Stamped<T>>,
    /// Where the bench asks from.
    bench: Option<SocketAddr>,
}

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Seen { asked: Vec::new(), bench: None }
    }
}

impl<T> Seen<T> {
    fn add(&mut self, at: Instant, from: SocketAddr, what: T) {
        if self.bench == Some(from) {
            return;
        }
        if self.asked.len() >= KEPT {
            self.asked.remove(0);
        }
        self.asked.push(Stamped::new(at, what));
    }
    fn take(&mut self) -> Vec<Stamped<T>> {
        std::mem::take(&mut self.asked)
    }
}
