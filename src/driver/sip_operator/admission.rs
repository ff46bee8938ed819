//! Who may stay connected: as many as there is room for, of one address a few, and whoever is of the least use makes
//! room for another. A post's connection makes room for nobody's.
//!
//! Must not know what is said over them.

use super::streams::Connection;
use crate::clock::Instant;
use crate::instrument::operator::security::ConnectionFault;
use crate::sip::allowance::Allowance;
use crate::sip::route::{Route, Wire};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// Connections at a time.
const MOST: usize = 64;
/// Of one address, beside those of posts.
const MOST_OF_ADDRESS: usize = 8;
/// Whoever connects has something to say: so long may a handshake and the first message take. Engineering judgement.
const SPEAKS_WITHIN: Duration = Duration::from_secs(10);
/// And so long may he be silent after that who is no post: more than a keep-alive's interval (RFC 5626, 4.4.1).
const GOES_ON_WITHIN: Duration = Duration::from_secs(180);

/// A connection that is no post's is read so fast at most: so many messages at once, and one more each interval.
/// Whatever comes faster waits with whoever says it. Engineering judgement: a post says two before it is known.
const READ_AT_ONCE: u32 = 50;
const READ_EACH: Duration = Duration::from_millis(10);
/// The same holds for all of one address together, but that makes none of them wait longer than this each time: a post
/// may be among them.
const WAITS_FOR_OTHERS: Duration = Duration::from_millis(300);

/// All connections that stand.
#[derive(Default)]
pub struct Admission {
    held: BTreeMap<(Wire, SocketAddr), Held>,
    /// How much was read of an address.
    read: BTreeMap<IpAddr, Allowance>,
}

struct Held {
    way: Route,
    connection: Arc<Connection>,
    has_spoken: bool,
    /// When it was opened, or a whole message came last.
    last: Instant,
    /// How much was read of it.
    read: Allowance,
}

impl Admission {
    pub fn get(&self, wire: Wire, peer: SocketAddr) -> Option<&Arc<Connection>> {
        self.held.get(&(wire, peer)).map(|held| &held.connection)
    }
    pub fn all(&self) -> impl Iterator<Item = &Arc<Connection>> {
        self.held.values().map(|held| &held.connection)
    }
    pub fn admit(&mut self, at: Instant, way: Route, connection: Arc<Connection>) {
        self.held.insert((way.wire, way.peer), Held { way, connection, has_spoken: false, last: at, read: Allowance::default() });
    }
    /// It has ended. Another may stand in its place by now.
    pub fn forget(&mut self, way: Route, connection: &Arc<Connection>) {
        if self.get(way.wire, way.peer).is_some_and(|held| Arc::ptr_eq(held, connection)) {
            self.held.remove(&(way.wire, way.peer));
        }
    }

    /// Makes room for one more from there: closes whatever is of the least use, and tells which. The error is that
    /// there is no room, because every connection is a post's.
    pub fn make_room(&mut self, peer: SocketAddr, is_posts: impl Fn(Route) -> bool) -> Result<Option<Route>, ConnectionFault> {
        let address = peer.ip();
        let strange: Vec<&Held> = self.held.values().filter(|held| !is_posts(held.way)).collect();
        let of_address = || strange.iter().filter(|held| held.way.peer.ip() == address);
        let is_full = self.held.len() >= MOST;
        let least = if of_address().count() >= MOST_OF_ADDRESS {
            of_address().min_by_key(|held| (held.has_spoken, held.last))
        } else if is_full {
            strange.iter().min_by_key(|held| (held.has_spoken, held.last))
        } else {
            return Ok(None);
        };
        let way = least.map(|held| held.way).ok_or(ConnectionFault::NoRoom)?;
        if let Some(held) = self.held.remove(&(way.wire, way.peer)) {
            held.connection.close();
        }
        Ok(Some(way))
    }

    /// A message, or only a sign of life, has come over it.
    pub fn has_heard(&mut self, at: Instant, way: Route, is_message: bool) {
        if let Some(held) = self.held.get_mut(&(way.wire, way.peer)).filter(|held| is_message || held.has_spoken) {
            (held.has_spoken, held.last) = (true, at);
        }
    }
    /// So many messages of a stranger's were read; gives from when on the next may be.
    pub fn has_read(&mut self, at: Instant, way: Route, count: usize) -> Instant {
        self.read.retain(|_, used| used.whole_at() > at);
        let note = |used: &mut Allowance| {
            (0..count).for_each(|_| used.use_one(at, READ_EACH));
            used.whole_at().since(at + READ_EACH * (READ_AT_ONCE - 1))
        };
        let own = self.held.get_mut(&(way.wire, way.peer)).map_or(Duration::ZERO, |held| note(&mut held.read));
        let of_address = note(self.read.entry(way.peer.ip()).or_default());
        at + own.max(of_address.min(WAITS_FOR_OTHERS))
    }
    /// Whether it has been silent for too long to be kept, as nobody's connection is.
    pub fn idle(&self, at: Instant, way: Route) -> Option<ConnectionFault> {
        let held = self.held.get(&(way.wire, way.peer))?;
        let patience = if held.has_spoken { GOES_ON_WITHIN } else { SPEAKS_WITHIN };
        (at.since(held.last) >= patience).then_some(ConnectionFault::Idle { seconds: patience.as_secs() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    fn at(seconds: u64) -> Instant {
        Instant::from_nanos(seconds * 1_000_000_000)
    }
    fn way(ip: u8, port: u16) -> Route {
        let address = |last: u8, port: u16| SocketAddr::from(([10, 6, 6, last], port));
        Route { wire: Wire::Tcp, own: address(200, 5060), peer: address(ip, port) }
    }

    /// Connections whose ends are of this machine; where they seem to come from is said beside it.
    struct Scene {
        door: TcpListener,
        admission: Admission,
        peers: Vec<TcpStream>,
    }

    impl Scene {
        fn new() -> Self {
            let door = TcpListener::bind("127.0.0.1:0").expect("a free port");
            Scene { door, admission: Admission::default(), peers: Vec::new() }
        }
        /// What made room for it.
        fn connects(&mut self, moment: Instant, way: Route, posts: &[Route]) -> Result<Option<u16>, ConnectionFault> {
            let made = self.admission.make_room(way.peer, |way| posts.contains(&way))?;
            self.peers.push(TcpStream::connect(self.door.local_addr().expect("bound")).expect("an open port"));
            let (stream, _) = self.door.accept().expect("a peer");
            self.admission.admit(moment, way, Arc::new(Connection::accept(stream, None).expect("a connection")));
            Ok(made.map(|way| way.peer.port()))
        }
    }

    #[test]
    fn the_ninth_of_an_address_takes_the_place_of_the_one_that_has_said_the_least() {
        let mut s = Scene::new();
        for port in 1..=8 {
            assert_eq!(s.connects(at(port.into()), way(1, port), &[]), Ok(None));
        }
        s.admission.has_heard(at(20), way(1, 1), true);
        assert_eq!(s.connects(at(21), way(1, 9), &[]), Ok(Some(2)));
        assert_eq!(s.connects(at(21), way(2, 1), &[]), Ok(None), "another address has its own");
        let posts = [way(1, 3), way(1, 4)];
        assert_eq!(s.connects(at(22), way(1, 10), &posts), Ok(None), "a post's do not count");
        s.admission.has_heard(at(23), way(1, 5), false);
        assert_eq!(s.connects(at(24), way(1, 11), &posts), Ok(None));
        assert_eq!(s.connects(at(24), way(1, 12), &posts), Ok(Some(5)), "a ping is no message");
    }

    #[test]
    fn a_full_house_lets_in_whoever_comes_unless_all_are_posts() {
        let mut s = Scene::new();
        let all: Vec<Route> = (0..8).flat_map(|ip| (1..=8).map(move |port| way(ip, port))).collect();
        for (n, one) in all.iter().enumerate() {
            assert_eq!(s.connects(at(n as u64), *one, &[]), Ok(None));
        }
        assert_eq!(s.connects(at(100), way(77, 1), &all[1..]), Ok(Some(1)), "the only one that is no post's");
        let posts: Vec<Route> = all.iter().copied().chain([way(77, 1)]).collect();
        assert_eq!(s.connects(at(101), way(78, 1), &posts), Err(ConnectionFault::NoRoom));
        assert_eq!(s.admission.all().count(), MOST);
    }

    #[test]
    fn a_stranger_is_read_as_fast_as_he_needs_and_no_faster() {
        let mut s = Scene::new();
        for (ip, port) in [(1, 1), (1, 2), (2, 1)] {
            s.connects(at(0), way(ip, port), &[]).expect("room");
        }
        let mut rests = |seconds, ip, port, count| {
            let until = s.admission.has_read(at(seconds), way(ip, port), count);
            until.since(at(seconds)).as_millis()
        };
        assert_eq!([rests(1, 1, 1, 49), rests(1, 1, 1, 1), rests(1, 1, 1, 1), rests(1, 2, 1, 1)], [0, 10, 20, 0]);
        assert_eq!(rests(1, 1, 2, 1), 30, "of the same address");
        assert_eq!([rests(2, 1, 1, 1000), rests(2, 1, 2, 1)], [9510, 300], "and not for long");
        assert_eq!(rests(20, 1, 1, 1), 0);
        assert_eq!(s.admission.read.len(), 1, "what is made good is forgotten");
    }

    #[test]
    fn whoever_says_nothing_is_not_kept() {
        let mut s = Scene::new();
        s.connects(at(0), way(1, 1), &[]).expect("room");
        let idle = |s: &Scene, seconds| s.admission.idle(at(seconds), way(1, 1));
        assert_eq!((idle(&s, 9), idle(&s, 10)), (None, Some(ConnectionFault::Idle { seconds: 10 })));
        s.admission.has_heard(at(5), way(1, 1), true);
        assert_eq!((idle(&s, 184), idle(&s, 185)), (None, Some(ConnectionFault::Idle { seconds: 180 })));
        s.admission.has_heard(at(180), way(1, 1), false);
        assert_eq!(idle(&s, 359), None, "a ping is a sign of life");
    }
}
