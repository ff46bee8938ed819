//! A DHCP server of one post (RFC 2131; RFC 2132): it gives the address that the bench wants the post to have, and with
//! it where names and the time are asked for.
//!
//! It answers nobody but that post and the bench itself, whom it gives nothing: on a bench's network others may have an
//! address server of their own.

use super::{Reply, Seen, Service};
use crate::clock::{Instant, Stamped};
use crate::instrument::services::{AddressAsked, AddressConduct, OwnAnswer, Told};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

pub const PORT: u16 = 67;
pub const CLIENT_PORT: u16 = 68;
/// The card under which the bench asks, of those that whoever likes may give himself.
const BENCH_CARD: [u8; 6] = [2, b'H', b'E', b'J', 0, 1];
/// Where one who has no address asks from.
const EVERYBODY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), CLIENT_PORT);
/// The fixed part of a message, up to the cookie.
const FIXED: usize = 236;
const COOKIE: [u8; 4] = [99, 130, 83, 99];
/// Shorter messages were dropped by relays of old (RFC 1542, 2.1).
const LEAST: usize = 300;

mod kind {
    pub const DISCOVER: u8 = 1;
    pub const OFFER: u8 = 2;
    pub const REQUEST: u8 = 3;
    pub const DECLINE: u8 = 4;
    pub const ACK: u8 = 5;
    pub const NAK: u8 = 6;
    pub const RELEASE: u8 = 7;
    pub const INFORM: u8 = 8;
}

/// What the post is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// The server's own.
    pub server: Ipv4Addr,
    /// Whom alone it serves, by the address of its network card.
    pub post: [u8; 6],
    pub address: Ipv4Addr,
    /// The one that it gives when it is told to.
    pub other: Ipv4Addr,
    /// Bits of an address that are the network's.
    pub prefix: u8,
    pub lease: Duration,
    pub router: Option<Ipv4Addr>,
    pub name_server: Option<Ipv4Addr>,
    pub time_server: Option<Ipv4Addr>,
}

pub struct AddressServer {
    pool: Pool,
    conduct: AddressConduct,
    seen: Seen<AddressAsked>,
}

/// What a client says.
struct Message<'b> {
    bytes: &'b [u8],
    kind: u8,
    /// The address that it has, and the one that it wants.
    own: Ipv4Addr,
    wanted: Option<Ipv4Addr>,
    server: Option<Ipv4Addr>,
}

impl AddressServer {
    pub fn new(pool: Pool) -> Self {
        AddressServer { pool, conduct: AddressConduct::default(), seen: Seen::default() }
    }
    fn address(&self) -> Ipv4Addr {
        if self.conduct.gives_other { self.pool.other } else { self.pool.address }
    }

    /// `None`: it has nothing to say to that.
    fn answer(&mut self, at: Instant, asked: &Message<'_>) -> Option<Vec<u8>> {
        let address = self.address();
        match asked.kind {
            kind::DISCOVER => Some(self.give(asked, kind::OFFER, address)),
            // Another server's offer was taken.
            kind::REQUEST if asked.server.is_some_and(|server| server != self.pool.server) => None,
            kind::REQUEST => {
                let named = if asked.own.is_unspecified() { asked.wanted? } else { asked.own };
                if named == address {
                    self.seen.add(at, EVERYBODY, AddressAsked::Given { address: address.into(), lease: self.pool.lease });
                    return Some(self.give(asked, kind::ACK, address));
                }
                self.seen.add(at, EVERYBODY, AddressAsked::Refused { address: named.into() });
                Some(self.message(asked, kind::NAK, Ipv4Addr::UNSPECIFIED))
            }
            kind::RELEASE => {
                self.seen.add(at, EVERYBODY, AddressAsked::Released { address: asked.own.into() });
                None
            }
            kind::DECLINE => {
                self.seen.add(at, EVERYBODY, AddressAsked::Released { address: asked.wanted?.into() });
                None
            }
            // It has an address and asks for the rest (4.3.5).
            kind::INFORM => {
                let mut bytes = self.message(asked, kind::ACK, Ipv4Addr::UNSPECIFIED);
                self.add_settings(&mut bytes);
                Some(bytes)
            }
            _ => None,
        }
    }

    /// An offer, or its confirmation.
    fn give(&self, asked: &Message<'_>, kind: u8, address: Ipv4Addr) -> Vec<u8> {
        let mut bytes = self.message(asked, kind, address);
        let lease = u32::try_from(self.pool.lease.as_secs()).unwrap_or(u32::MAX);
        // The lease, and when it is to be renewed with its server and with any (4.4.5).
        for (code, seconds) in [(51, lease), (58, lease / 2), (59, lease / 8 * 7)] {
            bytes.extend([code, 4]);
            bytes.extend(seconds.to_be_bytes());
        }
        self.add_settings(&mut bytes);
        bytes
    }
    /// The fixed part, and who says what.
    fn message(&self, asked: &Message<'_>, kind: u8, address: Ipv4Addr) -> Vec<u8> {
        let field = |from: usize, to: usize| asked.bytes.get(from..to).unwrap_or_default();
        let mut bytes = vec![2, 1, 6, 0];
        bytes.extend(field(4, 8));
        bytes.extend([0, 0]);
        bytes.extend(field(10, 12));
        bytes.extend(if kind == kind::NAK { Ipv4Addr::UNSPECIFIED } else { asked.own }.octets());
        bytes.extend(address.octets());
        bytes.resize(24, 0);
        bytes.extend(field(24, 44));
        bytes.resize(FIXED, 0);
        bytes.extend(COOKIE);
        bytes.extend([53, 1, kind, 54, 4]);
        bytes.extend(self.pool.server.octets());
        bytes
    }
    fn add_settings(&self, bytes: &mut Vec<u8>) {
        let Pool { prefix, router, name_server, time_server, .. } = &self.pool;
        let mask = u32::MAX.checked_shl(32 - u32::from(*prefix)).unwrap_or_default();
        let given = [(1, Some(Ipv4Addr::from(mask))), (3, *router), (6, *name_server), (42, *time_server)];
        for (code, address) in given.into_iter().filter_map(|(code, address)| Some((code, address?))) {
            bytes.extend([code, 4]);
            bytes.extend(address.octets());
        }
    }
}

impl Service for AddressServer {
    type Conduct = AddressConduct;
    type Seen = AddressAsked;
    const PORT: u16 = PORT;
    const IS_FOR_ALL: bool = true;

    fn behave(&mut self, how: AddressConduct) {
        self.conduct = how;
    }
    fn datagram(&mut self, at: Instant, _from: SocketAddr, bytes: &[u8]) -> Option<Reply> {
        let is_bench = is_of_bench(bytes);
        let asked = Message::parse(bytes, if is_bench { BENCH_CARD } else { self.pool.post })?;
        if is_bench && (asked.kind != kind::DISCOVER || self.conduct.is_silent) {
            return None;
        }
        if self.conduct.is_silent {
            self.seen.add(at, EVERYBODY, AddressAsked::Unanswered);
            return None;
        }
        let mut bytes = self.answer(at, &asked)?;
        bytes.push(255);
        bytes.resize(bytes.len().max(LEAST), 0);
        // Who has an address is told there, but for that it is not his any more; everybody else hears what all hear.
        let is_refusal = bytes.get(FIXED + 6) == Some(&kind::NAK);
        let to = if asked.own.is_unspecified() || is_refusal { Ipv4Addr::BROADCAST } else { asked.own };
        Some(Reply { at, to: SocketAddrV4::new(to, CLIENT_PORT).into(), bytes })
    }
    fn take_seen(&mut self) -> Vec<Stamped<AddressAsked>> {
        self.seen.take()
    }
    /// It is known by its card, and where everybody asks from.
    fn is_asked_by_bench(&mut self, _at: SocketAddr) {}
    fn question(&self, number: u16) -> Vec<u8> {
        let mut bytes = vec![1, 1, 6, 0, 0, 0];
        bytes.extend(number.to_be_bytes());
        // Answers go to everybody, for it has no address under this card.
        bytes.extend([0, 0, 0x80, 0]);
        bytes.resize(28, 0);
        bytes.extend(BENCH_CARD);
        bytes.resize(FIXED, 0);
        bytes.extend(COOKIE);
        bytes.extend([53, 1, kind::DISCOVER, 255]);
        bytes.resize(LEAST, 0);
        bytes
    }
    fn understand(&self, bytes: &[u8]) -> Option<OwnAnswer> {
        let is_answer = bytes.first() == Some(&2) && is_of_bench(bytes);
        let number = u16::from_be_bytes(bytes.get(6..8)?.try_into().ok()?);
        let as_asked = [&[1], bytes.get(1..)?].concat();
        let message = Message::parse(&as_asked, BENCH_CARD).filter(|message| is_answer && message.kind == kind::OFFER)?;
        let server = message.server?;
        Some(OwnAnswer { number, told: Told::Offer { server: server.into(), is_ours: server == self.pool.server } })
    }
}

/// A question of the bench's own, or an answer to it.
pub fn is_of_bench(bytes: &[u8]) -> bool {
    bytes.get(28..34) == Some(&BENCH_CARD[..])
}

impl Message<'_> {
    /// A client's message over Ethernet, from this card.
    fn parse(bytes: &[u8], post: [u8; 6]) -> Option<Message<'_>> {
        let four = |from: usize| bytes.get(from..from + 4)?.try_into().ok();
        let is_ours = bytes.get(..3)? == [1, 1, 6] && four(FIXED) == Some(COOKIE) && bytes.get(28..34)? == post;
        is_ours.then_some(())?;
        let mut message = Message { bytes, kind: 0, own: Ipv4Addr::from(four(12)?), wanted: None, server: None };
        let mut rest = bytes.get(FIXED + 4..)?;
        while let [code, tail @ ..] = rest {
            match code {
                0 => rest = tail,
                255 => break,
                _ => {
                    let (length, tail) = tail.split_first()?;
                    let (value, tail) = tail.split_at_checked(usize::from(*length))?;
                    let address = || <[u8; 4]>::try_from(value).ok().map(Ipv4Addr::from);
                    match code {
                        50 => message.wanted = address(),
                        53 => message.kind = *value.first()?,
                        54 => message.server = address(),
                        _ => {}
                    }
                    rest = tail;
                }
            }
        }
        Some(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POST: [u8; 6] = [2, 0x53, 0x4F, 0x53, 4, 0x17];

    fn server() -> AddressServer {
        let ip = |last| Ipv4Addr::new(10, 20, 0, last);
        AddressServer::new(Pool {
            server: ip(2),
            post: POST,
            address: ip(17),
            other: ip(18),
            prefix: 24,
            lease: Duration::from_secs(120),
            router: None,
            name_server: Some(ip(2)),
            time_server: Some(ip(2)),
        })
    }
    /// A message from this card, with its own address and these options.
    fn says(card: [u8; 6], own: [u8; 4], options: &[&[u8]]) -> Vec<u8> {
        let mut bytes = vec![1, 1, 6, 0, 1, 2, 3, 4, 0, 0, 0x80, 0];
        bytes.extend(own);
        bytes.resize(28, 0);
        bytes.extend(card);
        bytes.resize(FIXED, 0);
        bytes.extend(COOKIE);
        bytes.extend(options.concat());
        bytes.push(255);
        bytes
    }
    /// Kind and address of the answer, and to whom it goes.
    fn answered(server: &mut AddressServer, bytes: &[u8]) -> Option<(u8, [u8; 4], String)> {
        let reply = server.datagram(Instant::ZERO, "0.0.0.0:68".parse().expect("an address"), bytes)?;
        assert_eq!(reply.bytes[4..8], [1, 2, 3, 4]);
        Some((reply.bytes[FIXED + 6], reply.bytes[16..20].try_into().expect("four"), reply.to.to_string()))
    }
    const NOBODY: [u8; 4] = [0; 4];
    const FIRST: [u8; 4] = [10, 20, 0, 17];

    #[test]
    fn an_address_is_offered_given_renewed_and_taken_away() {
        let (mut server, card, everybody) = (server(), POST, || "255.255.255.255:68".to_owned());
        let discover = says(card, NOBODY, &[&[53, 1, 1]]);
        assert_eq!(answered(&mut server, &discover), Some((2, FIRST, everybody())));
        let request = says(card, NOBODY, &[&[53, 1, 3, 50, 4, 10, 20, 0, 17, 54, 4, 10, 20, 0, 2]]);
        assert_eq!(answered(&mut server, &request), Some((5, FIRST, everybody())));
        let renewal = says(card, FIRST, &[&[53, 1, 3]]);
        assert_eq!(answered(&mut server, &renewal), Some((5, FIRST, "10.20.0.17:68".to_owned())));
        server.behave(AddressConduct { gives_other: true, ..AddressConduct::default() });
        assert_eq!(answered(&mut server, &renewal), Some((6, NOBODY, everybody())));
        assert_eq!(answered(&mut server, &discover), Some((2, [10, 20, 0, 18], everybody())));
        let address = std::net::IpAddr::from(FIRST);
        let given = || AddressAsked::Given { address, lease: Duration::from_secs(120) };
        let seen: Vec<AddressAsked> = server.take_seen().into_iter().map(|seen| seen.value).collect();
        assert_eq!(seen, [given(), given(), AddressAsked::Refused { address }]);
    }

    #[test]
    fn it_tells_where_names_and_time_are_asked_for() {
        let reply = server().datagram(Instant::ZERO, "0.0.0.0:68".parse().expect("one"), &says(POST, NOBODY, &[&[53, 1, 1]]));
        let options = reply.expect("an answer").bytes[FIXED + 4..].to_vec();
        let wanted: [u8; 48] = [
            53, 1, 2, 54, 4, 10, 20, 0, 2, 51, 4, 0, 0, 0, 120, 58, 4, 0, 0, 0, 60, 59, 4, 0, 0, 0, 105, 1, 4, 255, 255, 255, 0,
            6, 4, 10, 20, 0, 2, 42, 4, 10, 20, 0, 2, 255, 0, 0,
        ];
        assert_eq!(options[..48], wanted);
    }

    #[test]
    fn the_bench_is_offered_an_address_and_knows_by_whom() {
        let mut server = server();
        let question = server.question(417);
        let reply = server.datagram(Instant::ZERO, EVERYBODY, &question).expect("an answer");
        let read = |server: &AddressServer| server.understand(&reply.bytes);
        let told = |server: [u8; 4], is_ours| Told::Offer { server: Ipv4Addr::from(server).into(), is_ours };
        assert_eq!(read(&server), Some(OwnAnswer { number: 417, told: told([10, 20, 0, 2], true) }));
        server.pool.server = Ipv4Addr::new(10, 20, 0, 9);
        assert_eq!(read(&server), Some(OwnAnswer { number: 417, told: told([10, 20, 0, 2], false) }));
        assert_eq!(server.take_seen(), []);
    }

    #[test]
    fn nobody_else_is_served_and_nothing_else_understood() {
        let mut server = server();
        let other = says([2, 0, 0, 0, 0, 9], NOBODY, &[&[53, 1, 1]]);
        assert_eq!(answered(&mut server, &other), None);
        let of_another_server = says(POST, NOBODY, &[&[53, 1, 3, 50, 4, 10, 20, 0, 17, 54, 4, 10, 20, 0, 9]]);
        assert_eq!(answered(&mut server, &of_another_server), None);
        assert_eq!(answered(&mut server, &says(POST, NOBODY, &[&[53, 4, 1]])), None);
        assert_eq!(answered(&mut server, &[1, 1, 6]), None);
        server.behave(AddressConduct { is_silent: true, ..AddressConduct::default() });
        assert_eq!(answered(&mut server, &says(POST, NOBODY, &[&[53, 1, 1]])), None);
        assert_eq!(server.take_seen().len(), 1, "of others nothing is told");
    }
}
