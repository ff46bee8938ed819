//! A datagram for each of the services round a post.

use hejnal::clock::Instant;
use hejnal::rtp::report::Calendar;
use hejnal::services::dhcp::{AddressServer, Pool};
use hejnal::services::dns::{NameServer, Zone};
use hejnal::services::ntp::TimeServer;
use hejnal::services::{Reply, Service};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

pub fn run(data: &[u8]) {
    let host = |last| Ipv4Addr::new(10, 20, 0, last);
    let at = |last| SocketAddr::new(host(last).into(), 5060);
    let pool = Pool {
        server: host(2),
        post: [2, 0x53, 0x4F, 0x53, 4, 0x17],
        address: host(17),
        other: host(18),
        prefix: 24,
        lease: Duration::from_secs(120),
        router: None,
        name_server: None,
        time_server: Some(host(2)),
    };
    let zone = Zone { domain: "straz.example".into(), main: at(2), backup: Some(at(3)) };
    let mut answers: Vec<Reply> = Vec::new();
    answers.extend(AddressServer::new(pool).datagram(Instant::ZERO, at(17), data));
    answers.extend(NameServer::new(zone).datagram(Instant::ZERO, at(17), data));
    answers.extend(TimeServer::new(Calendar { beginning: Duration::ZERO }).datagram(Instant::ZERO, at(17), data));
    // Whoever asks in a false name must not have others flooded by the answer.
    assert!(answers.iter().all(|answer| answer.bytes.len() <= data.len() + 512));
}
