//! Over which connection a post is reached now: that of its last registration (RFC 5626, 5.3). A dialog outlives the
//! connection it began on.
//!
//! Must not know calls.

use crate::sip::route::Route;
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// Connections remembered that are no more.
const MOST: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Flows {
    /// By user and address of ours.
    current: BTreeMap<(String, SocketAddr), SocketAddr>,
    /// Where a post is found that was found there.
    moved: BTreeMap<SocketAddr, SocketAddr>,
}

impl Flows {
    /// A post has registered on this way.
    pub fn registered(&mut self, user: &str, way: Route) {
        if !way.wire.is_stream() {
            return;
        }
        self.moved.remove(&way.peer);
        let before = self.current.insert((user.to_owned(), way.own), way.peer).filter(|before| *before != way.peer);
        if let Some(before) = before {
            self.moved.values_mut().filter(|to| **to == before).for_each(|to| *to = way.peer);
            while self.moved.len() >= MOST {
                self.moved.pop_first();
            }
            self.moved.insert(before, way.peer);
        }
    }
    /// The same way as it is now.
    pub fn current(&self, way: Route) -> Route {
        let moved = self.moved.get(&way.peer).filter(|_| way.wire.is_stream());
        Route { peer: moved.copied().unwrap_or(way.peer), ..way }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::route::Wire;

    #[test]
    fn a_way_leads_to_the_connection_that_was_registered_on_last() {
        let address = |port: u16| SocketAddr::from(([10, 0, 0, 2], port));
        let way = |wire, port| Route { wire, own: address(5061), peer: address(port) };
        let mut flows = Flows::default();
        for (user, port) in [("sos-1", 1), ("sos-2", 9), ("sos-1", 2), ("sos-1", 3)] {
            flows.registered(user, way(Wire::Tls, port));
        }
        let leads = |flows: &Flows, wire, port| flows.current(way(wire, port)).peer.port();
        assert_eq!([1, 2, 3, 9].map(|port| leads(&flows, Wire::Tls, port)), [3, 3, 3, 9]);
        assert_eq!(leads(&flows, Wire::Udp, 1), 1, "a datagram goes where it was to go");
        flows.registered("sos-1", way(Wire::Tls, 1));
        assert_eq!([1, 2, 3].map(|port| leads(&flows, Wire::Tls, port)), [1, 1, 1]);
    }
}
