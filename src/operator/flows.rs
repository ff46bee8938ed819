//! Over which connection a post is reached now: that of its last registration, or the one that lives (RFC 5626, 5.3). A
//! dialog outlives the connection it began on.
//!
//! Must not know calls.

use crate::sip::route::Route;
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// Connections remembered, also such as are no more.
const MOST: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Flows {
    /// By the post's end.
    lines: BTreeMap<SocketAddr, Line>,
    /// Registrations and messages so far.
    count: u64,
}

/// One connection that a post has proved to be its own.
#[derive(Debug)]
struct Line {
    user: String,
    /// As it was first seen.
    way: Route,
    /// The how manieth registration of all, and the how manieth sign of the post; 0: none.
    registered: u64,
    seen: u64,
    is_dead: bool,
}

impl Flows {
    /// A post has registered on this way; gives the connection it was registered on before, or has lost, if that is
    /// another.
    pub fn registered(&mut self, user: &str, way: Route) -> Option<SocketAddr> {
        let before = self.latest(user, way, |line| line.registered > 0 || line.is_dead);
        let before = before.filter(|before| *before != way.peer);
        let count = self.note(user, way)?;
        self.lines.get_mut(&way.peer)?.registered = count;
        before
    }
    /// A post has spoken on this way; gives the connection it has lost, if this is another in its place.
    pub fn believed(&mut self, user: &str, way: Route) -> Option<SocketAddr> {
        let is_known = self.lines.get(&way.peer).is_some_and(|line| line.user == user && line.seen > 0);
        let lost = self.latest(user, way, |line| line.is_dead);
        let lives = self.latest(user, way, |line| !line.is_dead && line.registered > 0);
        self.note(user, way)?;
        lost.filter(|lost| !is_known && lives.is_none() && *lost != way.peer)
    }
    /// That connection is no more.
    pub fn closed(&mut self, way: Route) {
        self.lines.get_mut(&way.peer).into_iter().for_each(|line| line.is_dead = true);
    }

    /// The connections that stand.
    pub fn living(&self) -> impl Iterator<Item = Route> {
        self.lines.values().filter(|line| !line.is_dead).map(|line| line.way)
    }

    fn note(&mut self, user: &str, way: Route) -> Option<u64> {
        if !way.wire.is_stream() {
            return None;
        }
        self.count += 1;
        if self.lines.len() >= MOST && !self.lines.contains_key(&way.peer) {
            let least = self.lines.iter().min_by_key(|(_, line)| (!line.is_dead, line.seen)).map(|(peer, _)| *peer);
            least.and_then(|least| self.lines.remove(&least));
        }
        let new = || Line { user: user.to_owned(), way, registered: 0, seen: 0, is_dead: false };
        let line = self.lines.entry(way.peer).or_insert_with(new);
        // Without a word gone, it may come again from the same place, to another of our addresses.
        if line.user != user || line.is_dead || (line.way.wire, line.way.own) != (way.wire, way.own) {
            *line = new();
        }
        line.seen = self.count;
        Some(self.count)
    }
    /// The post's end of the latest connection of this user to the same address of ours that is like that.
    fn latest(&self, user: &str, way: Route, is_it: impl Fn(&Line) -> bool) -> Option<SocketAddr> {
        let same = |line: &&Line| line.user == user && line.way.wire == way.wire && line.way.own == way.own;
        let found = self.lines.values().filter(same).filter(|line| is_it(line));
        found.max_by_key(|line| (line.registered, line.seen)).map(|line| line.way.peer)
    }

    /// The same way as it is now. An answer goes where its request came from for as long as that is there (RFC 3261,
    /// 18.2.2).
    pub fn current(&self, way: Route, is_answer: bool) -> Route {
        let Some(line) = self.lines.get(&way.peer).filter(|line| line.way.wire == way.wire) else { return way };
        if is_answer && !line.is_dead {
            return way;
        }
        // A post that lost its power has not closed what it had registered on: that is no better than where it was
        // heard of since.
        let is_better = |other: &Line| !other.is_dead && (line.is_dead || other.registered > line.seen);
        let peer = self.latest(&line.user, line.way, is_better);
        Route { peer: peer.unwrap_or(way.peer), ..way }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::route::Wire;

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, 2], port))
    }
    fn way(wire: Wire, port: u16) -> Route {
        Route { wire, own: address(5061), peer: address(port) }
    }
    fn leads(flows: &Flows, wire: Wire, port: u16) -> u16 {
        flows.current(way(wire, port), false).peer.port()
    }

    #[test]
    fn a_way_leads_to_the_connection_that_was_registered_on_last() {
        let mut flows = Flows::default();
        let before = [("sos-1", 1), ("sos-2", 9), ("sos-1", 2), ("sos-1", 3), ("sos-1", 3)]
            .map(|(user, port)| flows.registered(user, way(Wire::Tls, port)).map(|before| before.port()));
        assert_eq!(before, [None, None, Some(1), Some(2), None]);
        assert_eq!([1, 2, 3, 9].map(|port| leads(&flows, Wire::Tls, port)), [3, 3, 3, 9]);
        assert_eq!(leads(&flows, Wire::Udp, 1), 1, "a datagram goes where it was to go");
        flows.registered("sos-1", way(Wire::Tls, 1));
        assert_eq!([1, 2, 3].map(|port| leads(&flows, Wire::Tls, port)), [1, 1, 1]);
    }

    #[test]
    fn an_answer_goes_back_where_its_request_came_from_unless_that_is_gone() {
        let mut flows = Flows::default();
        flows.registered("sos-1", way(Wire::Tcp, 1));
        flows.registered("sos-1", way(Wire::Tcp, 2));
        let answer = |flows: &Flows, port| flows.current(way(Wire::Tcp, port), true).peer.port();
        assert_eq!([answer(&flows, 1), answer(&flows, 2)], [1, 2]);
        flows.closed(way(Wire::Tcp, 1));
        assert_eq!([answer(&flows, 1), answer(&flows, 2)], [2, 2]);
    }

    #[test]
    fn where_a_post_was_heard_of_last_is_better_than_where_it_had_registered_before() {
        let mut flows = Flows::default();
        flows.registered("sos-1", way(Wire::Tls, 1));
        flows.believed("sos-1", way(Wire::Tls, 2));
        assert_eq!(leads(&flows, Wire::Tls, 2), 2);
        flows.registered("sos-1", way(Wire::Tls, 3));
        assert_eq!(leads(&flows, Wire::Tls, 2), 3);
    }

    #[test]
    fn a_connection_from_where_another_came_from_is_not_that_one() {
        let mut flows = Flows::default();
        flows.registered("sos-1", way(Wire::Tls, 1));
        let backup = Route { own: address(5062), ..way(Wire::Tls, 1) };
        flows.believed("sos-1", backup);
        flows.registered("sos-1", way(Wire::Tls, 2));
        assert_eq!(flows.current(backup, false), backup);
    }

    #[test]
    fn what_a_post_says_over_another_connection_brings_it_back() {
        let mut flows = Flows::default();
        assert_eq!(flows.believed("sos-1", way(Wire::Tcp, 1)), None);
        flows.closed(way(Wire::Tcp, 1));
        assert_eq!(leads(&flows, Wire::Tcp, 1), 1, "there is no other");
        assert_eq!(flows.believed("sos-2", way(Wire::Tcp, 8)), None, "that is another's");
        assert_eq!(flows.believed("sos-1", way(Wire::Tcp, 2)), Some(address(1)));
        assert_eq!(flows.believed("sos-1", way(Wire::Tcp, 2)), None, "told once");
        assert_eq!(leads(&flows, Wire::Tcp, 1), 2);
        for port in 1000..2000 {
            flows.believed("sos-3", way(Wire::Tcp, port));
            flows.closed(way(Wire::Tcp, port));
        }
        assert!(flows.lines.len() <= MOST);
        assert_eq!(leads(&flows, Wire::Tcp, 2), 2, "what lives is remembered longest");
    }
}
