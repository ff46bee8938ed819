//! The whole operator's desk: pieces of input between two bytes 0xFE, the first byte of each saying where it goes or
//! how much time passes.

use hejnal::clock::Instant;
use hejnal::operator::{Desk, DeskConfig, User};
use hejnal::instrument::operator::{Answering, Behaviour};
use hejnal::rtp::codec::Codec;
use hejnal::rtp::report::Calendar;
use hejnal::sip::digest::Algorithm;
use hejnal::sip::sdes::Srtp;
use hejnal::sip::route::{Route, Wire};
use std::net::SocketAddr;
use std::time::Duration;

fn desk() -> Desk {
    Desk::new(DeskConfig {
        seed: 1,
        sip: SocketAddr::from(([10, 0, 0, 1], 5060)),
        backup: Some(SocketAddr::from(([10, 0, 0, 3], 5060))),
        media_ports: 20_000..=20_005,
        realm: "straz".to_owned(),
        users: vec![User { name: "sos-1".to_owned(), password: "tajne".to_owned() }],
        grants: hejnal::sip::registrar::LONGEST,
        operator_user: "operator".to_owned(),
        second_user: "operator2".to_owned(),
        behaviour: Behaviour::answering(Answering::After(Duration::ZERO)),
        max_calls: 2,
        ring_after: Duration::ZERO,
        codecs: Codec::ALL.to_vec(),
        digests: vec![Algorithm::Md5],
        srtp: Srtp::Optional,
        calendar: Calendar { beginning: Duration::ZERO },
    })
}

pub fn run(data: &[u8]) {
    let (mut desk, mut now) = (desk(), Instant::from_nanos(1));
    let (own, post) = (SocketAddr::from(([10, 0, 0, 1], 5060)), SocketAddr::from(([10, 0, 0, 2], 5062)));
    for piece in data.split(|byte| *byte == 0xfe) {
        let Some((&place, bytes)) = piece.split_first() else { continue };
        match place {
            b'0'..=b'5' => desk.datagram(now, post, SocketAddr::new(own.ip(), 20_000 + u16::from(place - b'0')), bytes),
            b'c' => desk.message(now, Duration::ZERO, Route { wire: Wire::Tcp, own, peer: post }, bytes),
            b't' => {
                let until = now + Duration::from_millis(u64::from(bytes.first().copied().unwrap_or(1)) * 200);
                while let Some(due) = desk.next_wake().filter(|due| *due <= until) {
                    now = now.max(due);
                    desk.wake(now);
                }
                now = until;
            }
            _ => desk.datagram(now, post, own, bytes),
        }
        let (_, _) = (desk.take_outgoing(), desk.take_events());
    }
}
