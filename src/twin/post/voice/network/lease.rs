//! The module's DHCP client (RFC 2131): an address for a time, renewed before that is over, given up when it is.

use super::NetworkSettings;
use crate::clock::Instant;
use crate::rng::Rng;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// The client's port; a server's is the one before it.
pub const PORT: u16 = 68;
use super::DHCP_PORT as SERVER_PORT;
/// From one question to the next, doubled each time up to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LAST_PAUSE: Duration = Duration::from_secs(16);
/// A defective client's pause.
const HASTE: Duration = Duration::from_millis(50);
/// From one attempt to renew to the next.
const RENEWAL_PAUSE: Duration = Duration::from_secs(10);
/// So many questions a defective client asks.
const FEW: u32 = 4;
const COOKIE: [u8; 4] = [99, 130, 83, 99];
/// The fixed part of a message, up to the cookie.
const FIXED: usize = 236;

mod kind {
    pub const DISCOVER: u8 = 1;
    pub const OFFER: u8 = 2;
    pub const REQUEST: u8 = 3;
    pub const ACK: u8 = 5;
    pub const NAK: u8 = 6;
}

/// What a server has given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub address: Ipv4Addr,
    pub name_server: Option<Ipv4Addr>,
    pub time_server: Option<Ipv4Addr>,
    server: Ipv4Addr,
    renew_at: Instant,
    rebind_at: Instant,
    until: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Discovering,
    /// An address was offered by this server.
    Requesting {
        address: Ipv4Addr,
        server: Ipv4Addr,
    },
    /// Whether the address from before the link went may be kept.
    Confirming,
    Bound,
    /// A defective client does nothing any more.
    Resigned,
}

pub struct LeaseClient {
    hardware: [u8; 6],
    random: Rng,
    number: u32,
    doing: Doing,
    given: Option<Given>,
    due: Option<Instant>,
    tries: u32,
}

impl LeaseClient {
    pub fn new(hardware: [u8; 6], random: Rng) -> Self {
        LeaseClient { hardware, random, number: 0, doing: Doing::Discovering, given: None, due: None, tries: 0 }
    }
    pub fn given(&self) -> Option<&Given> {
        self.given.as_ref()
    }
    /// The link has come. `anew`: what was given before is given up.
    pub fn begin(&mut self, at: Instant, anew: bool) {
        self.given = self.given.take().filter(|_| !anew);
        if self.doing != Doing::Resigned {
            let doing = if self.given.is_some() { Doing::Confirming } else { Doing::Discovering };
            self.ask_for(at, doing);
        }
    }
    fn ask_for(&mut self, at: Instant, doing: Doing) {
        self.number = (self.random.bits() >> 32) as u32;
        (self.doing, self.due, self.tries) = (doing, Some(at), 0);
    }
    /// A lease runs out whether the link is up or not.
    pub fn next_wake(&self, link: bool) -> Option<Instant> {
        let until = self.given.as_ref().map(|given| given.until);
        super::earliest(until, self.due.filter(|_| link))
    }

    /// What it asks now, and whom.
    pub fn wake(&mut self, at: Instant, link: bool, settings: &NetworkSettings) -> Vec<(SocketAddr, Vec<u8>)> {
        let faults = &settings.faults;
        if let Some(given) = self.given.as_mut().filter(|given| given.until <= at) {
            if faults.outlives_lease {
                given.until = at + LAST_PAUSE;
            } else if faults.never_renews {
                (self.given, self.doing, self.due) = (None, Doing::Resigned, None);
            } else {
                self.given = None;
                self.ask_for(at, Doing::Discovering);
            }
        }
        if faults.starts_over && link && self.doing == Doing::Bound && self.due.is_some_and(|due| due <= at) {
            self.given = None;
            self.ask_for(at, Doing::Discovering);
        }
        if !link || self.due.is_none_or(|due| due > at) {
            return Vec::new();
        }
        self.tries += 1;
        if faults.gives_up_leasing && self.tries > FEW && self.given.is_none() {
            (self.doing, self.due) = (Doing::Resigned, None);
            return Vec::new();
        }
        if faults.gives_up_at_silence && self.doing == Doing::Bound && self.tries > 1 {
            self.given = None;
            self.ask_for(at, Doing::Discovering);
            self.tries = 1;
        }
        let pause =
            if faults.asks_hastily { HASTE } else { FIRST_PAUSE.saturating_mul(1 << (self.tries - 1).min(8)).min(LAST_PAUSE) };
        self.due = Some(at + pause);
        let everybody = Ipv4Addr::BROADCAST;
        let asked = match (self.doing, &self.given) {
            (Doing::Discovering, _) => (everybody, self.message(kind::DISCOVER, None, None, None)),
            (Doing::Requesting { address, server }, _) => {
                if self.tries > FEW {
                    self.ask_for(at, Doing::Discovering);
                    return Vec::new();
                }
                (everybody, self.message(kind::REQUEST, None, Some(address), Some(server)))
            }
            (Doing::Confirming, Some(given)) => {
                let asked = (everybody, self.message(kind::REQUEST, None, Some(given.address), None));
                // Without an answer the lease stands as it stood.
                if self.tries >= FEW {
                    (self.doing, self.due) = (Doing::Bound, Some(given.renew_at.max(at)));
                }
                asked
            }
            (Doing::Bound, Some(given)) if !faults.never_renews => {
                self.due = Some(at + RENEWAL_PAUSE);
                let to = if at < given.rebind_at { given.server } else { everybody };
                (to, self.message(kind::REQUEST, Some(given.address), None, None))
            }
            _ => {
                self.due = None;
                return Vec::new();
            }
        };
        let (to, bytes) = asked;
        vec![(SocketAddr::new(to.into(), SERVER_PORT), bytes)]
    }

    pub fn datagram(&mut self, at: Instant, bytes: &[u8], settings: &NetworkSettings) {
        let Some(answer) = Answer::parse(bytes).filter(|one| one.number == self.number && one.hardware == self.hardware) else {
            return;
        };
        match (answer.kind, self.doing) {
            (kind::OFFER, Doing::Discovering) => {
                (self.doing, self.due, self.tries) =
                    (Doing::Requesting { address: answer.address, server: answer.server }, Some(at), 0);
            }
            (kind::ACK, Doing::Requesting { .. } | Doing::Confirming | Doing::Bound) => self.bind(at, &answer, settings),
            (kind::NAK, Doing::Requesting { .. } | Doing::Confirming | Doing::Bound) if !settings.faults.ignores_refusal => {
                self.given = None;
                self.ask_for(at, Doing::Discovering);
            }
            _ => {}
        }
    }
    fn bind(&mut self, at: Instant, answer: &Answer, settings: &NetworkSettings) {
        let share = |share: f64| answer.lease.mul_f64(share);
        let is_read = self.doing != Doing::Bound || !settings.faults.renewal_loses_servers;
        let renew = settings.renews_after.map(share).or(answer.renew).unwrap_or(share(0.5));
        let given = Given {
            address: answer.address,
            name_server: answer.name_server.filter(|_| is_read),
            time_server: answer.time_server.filter(|_| is_read),
            server: answer.server,
            renew_at: at + renew,
            rebind_at: at + answer.rebind.unwrap_or(share(0.875)),
            until: at + answer.lease,
        };
        self.ask_for(given.renew_at, Doing::Bound);
        self.given = Some(given);
    }

    fn message(&self, kind: u8, own: Option<Ipv4Addr>, wanted: Option<Ipv4Addr>, server: Option<Ipv4Addr>) -> Vec<u8> {
        let mut bytes = vec![1, 1, 6, 0];
        bytes.extend(self.number.to_be_bytes());
        bytes.extend([0, 0]);
        // Without an address it can only be reached by a call to everybody.
        bytes.extend(if own.is_some() { [0, 0] } else { [0x80, 0] });
        bytes.extend(own.unwrap_or(Ipv4Addr::UNSPECIFIED).octets());
        bytes.resize(28, 0);
        bytes.extend(self.hardware);
        bytes.resize(FIXED, 0);
        bytes.extend(COOKIE);
        bytes.extend([53, 1, kind]);
        for (code, address) in [(50, wanted), (54, server)] {
            if let Some(address) = address {
                bytes.extend([code, 4]);
                bytes.extend(address.octets());
            }
        }
        bytes.extend([55, 4, 1, 3, 6, 42, 255]);
        bytes
    }
}

/// What a server says.
struct Answer {
    kind: u8,
    number: u32,
    hardware: [u8; 6],
    address: Ipv4Addr,
    server: Ipv4Addr,
    lease: Duration,
    renew: Option<Duration>,
    rebind: Option<Duration>,
    name_server: Option<Ipv4Addr>,
    time_server: Option<Ipv4Addr>,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Option<Answer> {
        let four = |from: usize| bytes.get(from..from + 4)?.try_into().ok();
        (bytes.first() == Some(&2) && four(FIXED) == Some(COOKIE)).then_some(())?;
        let mut answer = Answer {
            kind: 0,
            number: u32::from_be_bytes(four(4)?),
            hardware: bytes.get(28..34)?.try_into().ok()?,
            address: Ipv4Addr::from(four(16)?),
            server: Ipv4Addr::UNSPECIFIED,
            lease: Duration::ZERO,
            renew: None,
            rebind: None,
            name_server: None,
            time_server: None,
        };
        let mut rest = bytes.get(FIXED + 4..)?;
        while let [code, tail @ ..] = rest {
            match code {
                0 => rest = tail,
                255 => break,
                _ => {
                    let (length, tail) = tail.split_first()?;
                    let (value, tail) = tail.split_at_checked(usize::from(*length))?;
                    answer.take(*code, value);
                    rest = tail;
                }
            }
        }
        (answer.kind == kind::NAK || answer.kind > 0 && !answer.lease.is_zero()).then_some(answer)
    }
    fn take(&mut self, code: u8, value: &[u8]) {
        let first = || value.get(..4)?.try_into().ok();
        let address = || first().map(Ipv4Addr::from);
        let time = || first().map(|four| Duration::from_secs(u32::from_be_bytes(four).into()));
        match code {
            6 => self.name_server = address(),
            42 => self.time_server = address(),
            51 => self.lease = time().unwrap_or_default(),
            53 => self.kind = value.first().copied().unwrap_or_default(),
            54 => self.server = address().unwrap_or(self.server),
            58 => self.renew = time(),
            59 => self.rebind = time(),
            _ => {}
        }
    }
}
