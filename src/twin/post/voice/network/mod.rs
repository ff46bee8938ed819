//! The module on its network: an address from a DHCP server, its servers' addresses from a name server, the time from
//! an NTP server, each where the module is set to ask for it.
//!
//! Must not know calls or registrations: it says what has become of its address and of its servers, and takes in what
//! comes to its own ports.

mod faults;
mod lease;
#[cfg(test)]
mod outsider_tests;
mod resolver;
mod sntp;
#[cfg(test)]
mod tests;

pub use faults::NetworkFaults;

use super::transaction::earliest;
use crate::clock::Instant;
use crate::rng::Rng;
use lease::{Given, LeaseClient};
use resolver::Resolver;
use sntp::TimeClient;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Where the module is when nobody has given it an address.
const NOWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
const DNS_PORT: u16 = 53;
pub const DHCP_PORT: u16 = 67;
const NTP_PORT: u16 = 123;
/// Where it asks names and the time from.
const RESOLVER_PORT: u16 = 49_053;
const SNTP_PORT: u16 = 49_123;

/// What the module is set to ask for.
#[derive(Debug, Clone, Default)]
pub struct NetworkSettings {
    /// Its address is given by a DHCP server, who knows it by this hardware address.
    pub leases_as: Option<[u8; 6]>,
    /// Its servers are those of this domain.
    pub domain: Option<String>,
    /// Whom to ask for names; a DHCP server may tell it as well.
    pub name_server: Option<SocketAddr>,
    /// It has a clock, which a time server sets.
    pub keeps_time: bool,
    /// Whom to ask for the time; a DHCP server may tell it as well.
    pub time_server: Option<SocketAddr>,
    /// A lease is renewed after this share of it instead of the server's own word.
    pub renews_after: Option<f64>,
    /// Names are asked for this often, whatever their time to live.
    pub asks_names_every: Option<Duration>,
    /// The time is asked for this often.
    pub asks_time_every: Option<Duration>,
    /// It tells its time as that of Warsaw in winter, and says so.
    pub tells_local_time: bool,
    /// It tells it to the microsecond, or to the tenth of a second.
    pub tells_microseconds: bool,
    pub tells_tenths: bool,
    /// Its clock is behind by so much.
    pub clock_behind: Duration,
    /// When its link comes back it asks for an address as if it had never had one.
    pub discovers_anew: bool,
    pub faults: NetworkFaults,
}

/// What has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// The module's address; `None`: it has none any more.
    Address(Option<IpAddr>),
    /// The servers to register with, the first first.
    Servers(Vec<SocketAddr>),
}

/// A datagram of its own: from which port, and to whom.
pub type Sent = (u16, SocketAddr, Vec<u8>);

pub struct Network {
    settings: NetworkSettings,
    link: bool,
    /// Since when that is down.
    unlinked: Option<Instant>,
    is_summer: bool,
    own: Option<IpAddr>,
    lease: Option<LeaseClient>,
    resolver: Option<Resolver>,
    clock: Option<TimeClient>,
    news: Vec<News>,
    out: Vec<Sent>,
}

impl Network {
    /// `fixed`: its address where nobody gives it one. `seed`: for the numbers of its questions.
    pub fn new(at: Instant, settings: &NetworkSettings, fixed: IpAddr, link: bool, seed: u64) -> Network {
        let mut random = Rng::new(seed ^ at.as_nanos(), "voice module's network");
        let mut network = Network {
            link: false,
            unlinked: None,
            is_summer: false,
            own: settings.leases_as.is_none().then_some(fixed),
            lease: settings.leases_as.map(|hardware| LeaseClient::new(hardware, Rng::seeded(random.bits()))),
            resolver: settings.domain.clone().map(|domain| Resolver::new(domain, Rng::seeded(random.bits()))),
            clock: settings.keeps_time.then(|| TimeClient::new(Rng::seeded(random.bits()))),
            news: Vec::new(),
            out: Vec::new(),
            settings: settings.clone(),
        };
        network.set_link(at, link);
        network
    }

    /// The module's address now.
    pub fn address(&self) -> IpAddr {
        self.own.unwrap_or(NOWHERE)
    }
    /// It can send and receive.
    pub fn is_online(&self) -> bool {
        self.link && self.own.is_some()
    }
    /// It also knows whom to register with, and has what it believes it needs for that.
    pub fn may_register(&self) -> bool {
        let knows_servers = self.resolver.as_ref().is_none_or(Resolver::has_answer);
        let waits_for_time = self.settings.faults.waits_for_time && self.clock.as_ref().is_some_and(|clock| !clock.is_set());
        self.is_online() && knows_servers && !waits_for_time
    }
    /// What the module takes the time to be, since 1970; `None`: it does not know.
    pub fn time(&self, at: Instant) -> Option<Duration> {
        let faults = &self.settings.faults;
        let clock = self.clock.as_ref()?;
        match clock.time(at, faults.clock_gains).map(|time| time.saturating_sub(self.settings.clock_behind)) {
            Some(time) if faults.rounds_time => Some(Duration::from_secs(time.as_secs() / 10 * 10)),
            Some(time) if self.is_summer => Some(time + LOCAL_TIME),
            Some(time) if faults.local_time_as_utc => Some(time + LOCAL_TIME),
            None if faults.begins_in_1970 => Some(Duration::from_nanos(at.as_nanos())),
            time => time,
        }
    }
    /// The same as a message bears it (RFC 5424, 6.2.3).
    pub fn timestamp(&self, at: Instant) -> Option<String> {
        let time = self.time(at)?;
        let (time, zone) = if self.settings.tells_local_time { (time + LOCAL_TIME, "+01:00") } else { (time, "Z") };
        let (year, month, day) = civil(time.as_secs() / 86_400);
        let month = if self.settings.faults.months_from_zero { month - 1 } else { month };
        let digits = if self.settings.tells_tenths {
            1
        } else if self.settings.tells_microseconds {
            6
        } else {
            3
        };
        Some(stamp((year, month, day), time, digits, zone))
    }

    pub fn set_link(&mut self, at: Instant, up: bool) {
        self.is_summer |= self.link && !up && self.settings.faults.summer_after_cut;
        self.link = up;
        if let (Some(lease), true) = (&mut self.lease, up) {
            lease.begin(at, self.settings.discovers_anew);
        }
        let since = if up { self.unlinked.take() } else { self.unlinked.replace(at) };
        if let (true, Some(since), Some(clock)) = (up && self.settings.faults.clock_stands_in_cuts, since, &mut self.clock) {
            clock.stood(at.since(since));
        }
        if up {
            self.come_online(at);
        }
        self.wake(at);
    }
    /// Asks for what it does not know, or has to be sure of.
    fn come_online(&mut self, at: Instant) {
        if !self.is_online() {
            return;
        }
        if let Some(resolver) = &mut self.resolver {
            resolver.begin(at);
        }
        let stood = self.settings.faults.clock_stands_in_cuts;
        if let Some(clock) = self.clock.as_mut().filter(|clock| !stood || !clock.is_set()) {
            clock.begin(at);
        }
    }
    /// Its servers' names are asked for now, whatever is known of them; `false`: there is nobody to ask.
    pub fn looks_up(&mut self, at: Instant) -> bool {
        if let Some(resolver) = &mut self.resolver {
            resolver.ask_anew(at);
        }
        self.wake(at);
        self.is_looking_up()
    }
    pub fn is_looking_up(&self) -> bool {
        self.resolver.as_ref().is_some_and(Resolver::is_asking)
    }
    fn name_server(&self) -> Option<SocketAddr> {
        let given = self.lease.as_ref().and_then(LeaseClient::given);
        self.settings.name_server.or_else(|| Some(SocketAddr::new(given?.name_server?.into(), DNS_PORT)))
    }
    fn time_server(&self) -> Option<SocketAddr> {
        let given = self.lease.as_ref().and_then(LeaseClient::given);
        self.settings.time_server.or_else(|| Some(SocketAddr::new(given?.time_server?.into(), NTP_PORT)))
    }

    /// A datagram for one of the module's ports; `false`: not for one of these.
    pub fn datagram(&mut self, at: Instant, from: SocketAddr, port: u16, bytes: &[u8]) -> bool {
        match port {
            lease::PORT => {
                if let Some(lease) = &mut self.lease {
                    lease.datagram(at, bytes, &self.settings);
                }
            }
            RESOLVER_PORT => {
                if let Some(resolver) = self.resolver.as_mut().filter(|_| self.settings.name_server.is_none_or(|s| s == from)) {
                    resolver.datagram(at, bytes, &self.settings);
                }
            }
            SNTP_PORT => {
                if let Some(clock) = &mut self.clock {
                    clock.datagram(at, bytes, &self.settings.faults);
                    clock.ask_by(self.settings.asks_time_every.map(|every| at + every));
                }
            }
            _ => return false,
        }
        self.wake(at);
        true
    }
    pub fn next_wake(&self) -> Option<Instant> {
        let lease = self.lease.as_ref().and_then(|lease| lease.next_wake(self.link));
        if !self.is_online() {
            return lease;
        }
        let resolver = self.resolver.as_ref().filter(|_| self.name_server().is_some()).and_then(Resolver::next_wake);
        let clock = self.clock.as_ref().filter(|_| self.time_server().is_some()).and_then(TimeClient::next_wake);
        earliest(lease, earliest(resolver, clock))
    }
    pub fn wake(&mut self, at: Instant) {
        if let Some(lease) = &mut self.lease {
            let asked = lease.wake(at, self.link, &self.settings);
            self.out.extend(asked.into_iter().map(|(to, bytes)| (lease::PORT, to, bytes)));
            let own = lease.given().map(|Given { address, .. }| IpAddr::V4(*address));
            if self.own != own {
                self.own = own;
                self.news.push(News::Address(own));
                self.come_online(at);
            }
        }
        if !self.is_online() {
            return;
        }
        let (name_server, time_server) = (self.name_server(), self.time_server());
        if let (Some(resolver), Some(server)) = (&mut self.resolver, name_server) {
            let asked = resolver.wake(at, &self.settings);
            self.out.extend(asked.into_iter().map(|bytes| (RESOLVER_PORT, server, bytes)));
            self.news.extend(resolver.take_answer().map(News::Servers));
        }
        if let (Some(clock), Some(server)) = (&mut self.clock, time_server) {
            let asked = clock.wake(at, &self.settings.faults);
            self.out.extend(asked.into_iter().map(|bytes| (SNTP_PORT, server, bytes)));
        }
    }
    pub fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }
    pub fn take_sent(&mut self) -> Vec<Sent> {
        std::mem::take(&mut self.out)
    }
}

/// Of Warsaw in winter, ahead of UTC.
const LOCAL_TIME: Duration = Duration::from_secs(3600);

/// A time since 1970, which is of this day, in the form of RFC 3339, with so many digits of its second's fraction.
fn stamp((year, month, day): (u64, u64, u64), time: Duration, digits: usize, zone: &str) -> String {
    let of_day = time.as_secs() % 86_400;
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    let fraction = format!("{:06}", time.subsec_micros());
    let fraction = fraction.get(..digits).unwrap_or(&fraction);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction}{zone}")
}

/// Year, month and day of a day counted from 1970: years are taken off one by one, as a clock chip does.
fn civil(mut days: u64) -> (u64, u64, u64) {
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for length in lengths {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}
