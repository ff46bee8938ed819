//! The module's connections against the operator's host: whom it believes, and that nothing of the system's chance
//! shows.

use super::super::tls::{Lines, News, Security, Trust};
use crate::clock::Instant;
use crate::instrument::operator::CallEvent;
use crate::instrument::operator::Certificate;
use crate::twin::street::secure_host::SecureHost;
use crate::twin::{BACKUP_ADDRESS, TwinConfig, desk, secured};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

const POST: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 20, 0, 17));
const SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 20, 0, 2)), 5061);
const OPTIONS: &str = "OPTIONS sip:10.20.0.2:5061 SIP/2.0\r\nVia: SIP/2.0/TLS 10.20.0.17;branch=z9hG4bK1;rport\r\nMax-Forwards: 70\r\n\
    From: <sip:SOS-0417@10.20.0.2>;tag=1\r\nTo: <sip:10.20.0.2>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

/// What came of one request over a connection of its own.
struct Outcome {
    news: Vec<News>,
    events: Vec<CallEvent>,
    /// Which way, and how heavy.
    segments: Vec<(bool, usize)>,
}

fn asked(shown: Certificate, trust: Trust, security: &Security) -> Outcome {
    ask(&mut Lines::new(POST, 0, security, trust).expect("an authority"), SERVER, shown)
}
/// Asks a server over a new connection.
fn ask(lines: &mut Lines, to: SocketAddr, shown: Certificate) -> Outcome {
    let mut desk = desk(&TwinConfig::new(1, "SOS-0417"));
    let mut host = SecureHost::open();
    host.show(shown);
    let (at, mut news, mut segments) = (Instant::ZERO, Vec::new(), Vec::new());
    lines.abandon(at + std::time::Duration::from_secs(60), to);
    lines.take_segments();
    lines.send(at, to, OPTIONS.as_bytes());
    loop {
        let out = lines.take_segments();
        for segment in &out {
            segments.push((true, segment.weight()));
            host.segment(at, segment, &mut desk);
        }
        for answer in desk.take_outgoing() {
            host.send(at, answer.to, &answer.bytes);
        }
        let back = host.take_segments();
        if out.is_empty() && back.is_empty() {
            return Outcome { news, events: desk.take_events().into_iter().map(|event| event.value).collect(), segments };
        }
        for segment in &back {
            segments.push((false, segment.weight()));
            news.extend(lines.segment(at, segment));
        }
    }
}

const FALSE: [(Certificate, Trust); 5] = [
    (Certificate::OtherAuthority, Trust::AnyAuthority),
    (Certificate::OtherName, Trust::AnyName),
    (Certificate::Expired, Trust::Expired),
    (Certificate::NotYetValid, Trust::NotYetValid),
    (Certificate::NotForServers, Trust::AnyPurpose),
];

#[test]
fn each_certificate_is_false_in_one_way_and_believed_only_by_whoever_overlooks_that() {
    let believes = |shown, trust| {
        let Outcome { news, events, .. } = asked(shown, trust, &secured());
        let connected = events.iter().any(|event| matches!(event, CallEvent::Connected { .. }));
        let answered = news.iter().any(|one| matches!(one, News::Message(_, bytes) if bytes.starts_with(b"SIP/2.0 200 OK")));
        let refused = news.iter().any(|one| matches!(one, News::Lost(_, true)));
        let told = events.iter().any(|event| matches!(event, CallEvent::ConnectionFailed { .. }));
        assert!(answered == connected && refused != connected && told == refused, "{shown:?} {trust:?}: {news:?} {events:?}");
        connected
    };
    assert!(believes(Certificate::Own, Trust::Strict));
    for (shown, overlooks) in FALSE {
        assert!(!believes(shown, Trust::Strict), "{shown:?}");
        assert!(believes(shown, Trust::Anyone), "{shown:?}");
        for (other, trust) in FALSE {
            assert_eq!(believes(shown, trust), shown == other, "{shown:?} {overlooks:?} {trust:?}");
        }
    }
}

/// Whether the main server, then the same under a false name, then the backup under a false name is believed.
fn believes_in_turn(trust: Trust) -> [bool; 3] {
    let mut lines = Lines::new(POST, 0, &secured(), trust).expect("an authority");
    let backup = SocketAddr::new(BACKUP_ADDRESS, SERVER.port());
    [(SERVER, Certificate::Own), (SERVER, Certificate::OtherAuthority), (backup, Certificate::OtherAuthority)].map(
        |(to, shown)| {
            let news = ask(&mut lines, to, shown).news;
            news.contains(&News::Up(to)) && !news.iter().any(|one| matches!(one, News::Lost(..)))
        },
    )
}

#[test]
fn whoever_was_believed_once_is_believed_again_by_bad_modules_only() {
    assert_eq!(believes_in_turn(Trust::Strict), [true, false, false]);
    assert_eq!(believes_in_turn(Trust::AnyoneLater), [true, true, true]);
    assert_eq!(believes_in_turn(Trust::AnyOtherServer), [true, false, true]);
}

#[test]
fn what_the_line_carries_is_the_same_in_every_run() {
    for only_tls12 in [false, true] {
        let security = Security { only_tls12, ..secured() };
        let first = asked(Certificate::Own, Trust::Strict, &security);
        assert!(first.news.contains(&News::Up(SERVER)));
        for _ in 0..30 {
            assert_eq!(asked(Certificate::Own, Trust::Strict, &security).segments, first.segments);
            let refused = asked(Certificate::OtherAuthority, Trust::Strict, &security).segments;
            assert_eq!(asked(Certificate::OtherAuthority, Trust::Strict, &security).segments, refused);
        }
    }
}
