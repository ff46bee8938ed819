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
fn whoever_says_much_and_reads_nothing_keeps_nobody_waiting() {
    let (_operator, clock) = check(28_800..=28_803, 28_860).expect("free ports");
    let at = SocketAddr::from(([127, 0, 0, 1], 28_860));
    let words: String = (0..200).map(|n| options(n, "TCP")).collect();
    let mut deaf: Vec<(TcpStream, Vec<u8>)> = Vec::new();
    for _ in 0..8 {
        let stream = TcpStream::connect(at).expect("an open port");
        stream.set_nonblocking(true).expect("a socket");
        deaf.push((stream, Vec::new()));
    }
    let good = Post(UdpSocket::bind("127.0.0.1:0").expect("a port"));
    good.0.set_read_timeout(Some(Duration::from_secs(3))).expect("set");
    let (mut slowest, mut said) = (Duration::ZERO, 0);
    let until = clock.now() + Duration::from_secs(4);
    let mut n = 0;
    while clock.now() < until {
        for (stream, unsaid) in &mut deaf {
            if unsaid.is_empty() {
                unsaid.extend_from_slice(words.as_bytes());
            }
            let taken = stream.write(unsaid).unwrap_or_default();
            unsaid.drain(..taken);
            said += taken;
        }
        n += 1;
        let watch = Stopwatch::start();
        let answer = good.ask("127.0.0.1:28860", "OPTIONS sip:operator@127.0.0.1", &format!("{n} OPTIONS"), "", "\r\n");
        assert!(answer.starts_with("SIP/2.0 200"), "{answer}");
        slowest = slowest.max(watch.elapsed());
    }
    assert!(slowest < Duration::from_millis(900), "{slowest:?} after {said} bytes");
    // What is read of them in that time, and what lies in the system's buffers.
    assert!(said > words.len(), "{said}");
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
