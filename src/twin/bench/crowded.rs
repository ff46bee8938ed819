//! Others in the bench's network, when it is not alone there, and what they send unasked.

use super::network_way::BEHIND;
use crate::rng::noise_of;
use crate::twin::kernel::world::{Event, World};
use crate::twin::street::line::Way;
use crate::twin::street::net::Datagram;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

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
