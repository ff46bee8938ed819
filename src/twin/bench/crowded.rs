//! The network between the operator's host and the post's line, when it is a bad one, or when the bench is not alone in it.
//!
//! Knows datagrams and moments, nothing of what is said.

use super::trouble::{FROM, Trouble};
use crate::rng::{noise_of, unit_of};
use crate::twin::kernel::world::{Event, World};
use crate::twin::street::line::Way;
use crate::twin::street::net::Datagram;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

const MS: u64 = 1_000_000;
const LOST: f64 = 0.02;
/// How often everything is held back, for how long, and by how much.
const STALLS: (u64, u64, u64) = (4000 * MS, 300 * MS, 80 * MS);
const SELDOM: u64 = 200;
/// How long a switch looks for loops (IEEE 802.1D, 8.10.2: twice the forward delay), how often it starts anew and how long it is away.
const LOOKS_FOR: u64 = 30_000 * MS;
const RESTARTS_EVERY: u64 = 240_000 * MS;
const AWAY: u64 = 40_000 * MS;
/// How long a firewall remembers whom it sent to, and after how long a silence a port sleeps.
const REMEMBERS: u64 = 20_000 * MS;
const SILENT: u64 = 10_000 * MS;
/// The mirrored port is that much behind.
const BEHIND: u64 = MS / 5;
const SERIES: u64 = 0x5107;
/// The other machine.
const OTHER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 20, 0, 77)), 5071);
/// The other post, and what it says of its sound.
const NEIGHBOUR: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 20, 0, 18)), 5060);
const SOUND: &str = "v=0\r\no=- 1 1 IN IP4 10.20.0.18\r\ns=-\r\nc=IN IP4 10.20.0.18\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8\r\n";
const SIP_PORT: u16 = 5060;
/// Where it knocks beside that: where sound may be awaited.
const SOUND_PORTS: [u16; 3] = [4000, 40_000, 40_002];

impl World {
    /// When a datagram that the line carries until `at` is really there: never, once or twice.
    pub(in crate::twin) fn through_switch(&mut self, at: u64, way: Way) -> Vec<u64> {
        if self.is_in(Trouble::NetworkDoubles) {
            return vec![at, at + BEHIND];
        }
        if self.is_now_in(Trouble::NetworkDrops) {
            self.troubles.count += 1;
            return if unit_of(SERIES, self.troubles.count) < LOST { Vec::new() } else { vec![at] };
        }
        if self.is_in(Trouble::NetworkDoublesSeldom) {
            self.troubles.count += 1;
            return if self.troubles.count.is_multiple_of(SELDOM) { vec![at, at + BEHIND] } else { vec![at] };
        }
        if self.is_stopped(at, way) {
            return Vec::new();
        }
        if self.is_now_in(Trouble::NetworkStalls) {
            let (every, length, by) = STALLS;
            let held = if at % every < length { at + by } else { at };
            let last = &mut self.troubles.last[way as usize];
            *last = held.max(*last + 1);
            return vec![*last];
        }
        vec![at]
    }
    /// The same of what is asked of a service: a firewall before one has a rule that lets everybody in, and remembers nobody for it.
    pub(in crate::twin) fn services_through_switch(&mut self, at: u64, way: Way) -> Vec<u64> {
        match self.boards.faults().trouble {
            Some(Trouble::FirewallForgets) => vec![at],
            _ => self.through_switch(at, way),
        }
    }
    /// Whether a datagram gets no further than the bench's switch or firewall.
    fn is_stopped(&mut self, at: u64, way: Way) -> bool {
        let latest = self.troubles.last;
        match self.boards.faults().trouble {
            Some(Trouble::SwitchSearchesLoops) => self.now() >= FROM && at < self.troubles.linked + LOOKS_FOR,
            Some(Trouble::SwitchRestarts) => at >= FROM && (at - FROM) % RESTARTS_EVERY < AWAY,
            Some(Trouble::FirewallForgets) => {
                let forgotten = way == Way::ToOperator && at > latest[Way::ToPost as usize] + REMEMBERS;
                self.troubles.last[way as usize] = at;
                forgotten && at >= FROM
            }
            Some(Trouble::PortSleeps) => {
                let slept = way == Way::ToOperator && at > latest[way as usize] + SILENT;
                self.troubles.last[way as usize] = at;
                slept && at >= FROM
            }
            _ => false,
        }
    }
    /// The other machine asks everybody whether he is a telephone.
    pub(in crate::twin) fn search_network(&mut self, turn: u64) {
        let (post, desk) = (self.voice.address(), self.host.address);
        for host in [post, desk] {
            let question = SocketAddr::new(host, SIP_PORT);
            self.thrown(Datagram { from: OTHER, to: question, bytes: options(question, turn).into_bytes() });
            for port in SOUND_PORTS {
                let noise = |n: u64| (noise_of(SERIES, turn * 64 + n) * 40.0) as i32 as u8;
                let bytes = (0..48).map(noise).collect();
                self.thrown(Datagram { from: OTHER, to: SocketAddr::new(host, port), bytes });
            }
        }
    }
    /// Another post, which takes this operator for its own, registers and calls.
    pub(in crate::twin) fn intrude(&mut self, turn: u64) {
        let desk = SocketAddr::new(self.host.address, SIP_PORT);
        for (method, user) in [("REGISTER", "SOS-0999"), ("INVITE", "operator")] {
            self.thrown(Datagram { from: NEIGHBOUR, to: desk, bytes: neighbourly(method, user, desk, turn).into_bytes() });
        }
    }
    fn thrown(&mut self, datagram: Datagram) {
        if datagram.to.ip() != self.voice.address() {
            self.queue.plan(self.now() + BEHIND, Event::AtOperator(datagram));
        } else if let Some(at) = self.line.carry(self.now(), Way::ToPost, datagram.bytes.len()) {
            self.queue.plan(at, Event::AtPost(datagram));
        }
    }
}

/// As a post speaks that has not been asked for its password yet.
fn neighbourly(method: &str, user: &str, desk: SocketAddr, turn: u64) -> String {
    let (body, kind) = if method == "INVITE" { (SOUND, "Content-Type: application/sdp\r\n") } else { ("", "Expires: 60\r\n") };
    format!(
        "{method} sip:{user}@{desk} SIP/2.0\r\nVia: SIP/2.0/UDP {NEIGHBOUR};rport;branch=z9hG4bK{method}{turn}\r\nMax-Forwards: 70\r\n\
         From: <sip:SOS-0999@{desk}>;tag={turn}\r\nTo: <sip:{user}@{desk}>\r\nCall-ID: {method}{turn}@{NEIGHBOUR}\r\n\
         CSeq: 1 {method}\r\nContact: <sip:SOS-0999@{NEIGHBOUR}>\r\n{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// As those ask who look for open telephone systems.
fn options(to: SocketAddr, turn: u64) -> String {
    format!(
        "OPTIONS sip:100@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {OTHER};branch=z9hG4bK-{turn};rport\r\nMax-Forwards: 70\r\n\
         From: \"friendly\" <sip:100@{OTHER}>;tag={turn}\r\nTo: <sip:100@{to}>\r\nCall-ID: {turn}@{OTHER}\r\nCSeq: 1 OPTIONS\r\n\
         Contact: <sip:100@{OTHER}>\r\nUser-Agent: friendly-scanner\r\nContent-Length: 0\r\n\r\n"
    )
}
