//! One stranger stops nobody: whoever reads nothing, says nothing, or comes with many connections.

use super::*;
use crate::clock::Stopwatch;
use crate::instrument::operator::security::ConnectionFault;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

fn options(n: u32, wire: &str) -> String {
    format!(
        "OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/{wire} 127.0.0.1:9;rport;branch=z9hG4bKo{n}\r\nFrom: <sip:a@b>;tag=1\r\n\
         To: <sip:operator@b>\r\nCall-ID: o{n}\r\nCSeq: {n} OPTIONS\r\nX-Long: {}\r\nContent-Length: 0\r\n\r\n",
        "x".repeat(100)
    )
}
/// Whether an OPTIONS over a connection is answered.
fn is_served(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_secs(3))).expect("a socket");
    let mut heard = [0; 4096];
    stream.write_all(options(1, "TCP").as_bytes()).is_ok() && stream.read(&mut heard).is_ok_and(|length| length > 0)
}
fn faults(operator: &mut SipOperator) -> Vec<ConnectionFault> {
    let told = operator.events().expect("a desk").into_iter();
    told.filter_map(|event| if let CallEvent::ConnectionFailed { fault, .. } = event.value { Some(fault) } else { None })
        .collect()
}

#[test]
fn whoever_reads_nothing_keeps_nobody_waiting_and_is_given_up() {
    let (mut operator, clock) = check(28_800..=28_803, 28_860).expect("free ports");
    let at = SocketAddr::from(([127, 0, 0, 1], 28_860));
    let mut deaf = TcpStream::connect(at).expect("an open port");
    deaf.set_write_timeout(Some(Duration::from_millis(50))).expect("a socket");
    let good = Post(UdpSocket::bind("127.0.0.1:0").expect("a port"));
    good.0.set_read_timeout(Some(Duration::from_secs(3))).expect("set");
    let words: String = (0..200).map(|n| options(n, "TCP")).collect();
    let (mut slowest, mut told, mut unsaid) = (Duration::ZERO, Vec::new(), Vec::new());
    let deadline = clock.now() + Duration::from_secs(20);
    for n in 1.. {
        // Until its own words are not taken any more either.
        if unsaid.is_empty() {
            unsaid = words.clone().into_bytes();
        }
        let said = deaf.write(&unsaid).unwrap_or_default();
        unsaid.drain(..said);
        let watch = Stopwatch::start();
        let answer = good.ask("127.0.0.1:28860", "OPTIONS sip:operator@127.0.0.1", &format!("{n} OPTIONS"), "", "\r\n");
        assert!(answer.starts_with("SIP/2.0 200"), "{answer}");
        slowest = slowest.max(watch.elapsed());
        told.extend(faults(&mut operator));
        if !told.is_empty() || clock.now() > deadline {
            break;
        }
    }
    // A write that waits for its peer would take a second each time.
    assert!(slowest < Duration::from_millis(900), "{slowest:?}");
    assert!(matches!(told[..], [ConnectionFault::ReadsNothing { .. }]), "{told:?}");
}

#[test]
fn idle_connections_lock_nobody_out() {
    let (mut operator, _clock) = check(28_900..=28_903, 28_960).expect("free ports");
    let at = SocketAddr::from(([127, 0, 0, 1], 28_960));
    let mut standing = TcpStream::connect(at).expect("an open port");
    assert!(is_served(&mut standing));
    let idle: Vec<TcpStream> = (0..70).map(|_| TcpStream::connect(at).expect("an open port")).collect();
    let mut next = TcpStream::connect(at).expect("an open port");
    assert!(is_served(&mut next), "there is room for it");
    assert!(is_served(&mut standing), "whoever has said something goes before whoever has not");
    let told = faults(&mut operator);
    assert!(told.contains(&ConnectionFault::Displaced) && told.len() < 10, "{told:?}");
    drop(idle);
}
