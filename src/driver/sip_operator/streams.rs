//! SIP over connections: TCP, and TLS on top of it. A thread a connection reads, and writes what its peer could not
//! take at once: whoever has something to send never waits for a peer.
//!
//! Must not know SIP beyond where one message ends and the next begins.

use crate::clock::Instant;
use crate::driver::datagrams::Watch;
use crate::instrument::operator::security::ConnectionFault;
use crate::operator::tls_session::{Secured, TlsConfig, TlsSession};
use crate::sip::framing::{Framed, Framer};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A peer that takes nothing of what waits for it is given up after this. Engineering judgement: longer than any
/// network of a city loses what it carries.
const READS_WITHIN: Duration = Duration::from_secs(10);
/// So much may wait for a peer: more than all answers to what it can have asked meanwhile.
const MOST_WAITING: usize = 256 * 1024;
/// How often what waits is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(10);
/// Bytes read at once: a message of any post, and not so much that others wait for what comes of it.
const CHUNK: usize = 4096;
/// A TLS record with a handshake message, of whichever version (RFC 8446, 5.1): how a client that means TLS begins.
const CLIENT_HELLO: [u8; 2] = [0x16, 0x03];

/// One connection. Readers and writers share it.
pub struct Connection {
    stream: TcpStream,
    tls: Option<Mutex<TlsSession>>,
    waiting: Mutex<Waiting>,
    /// It was closed from this side.
    closed: Condvar,
}

/// What the peer has not taken yet.
#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    /// How many of them have been taken.
    taken: usize,
    /// Since when nothing has been, where something waits: as of the last look.
    stuck_since: Option<Instant>,
    /// There was more than may wait.
    is_over: bool,
    is_closed: bool,
}

/// What reading a connection came to.
#[derive(Debug)]
pub enum Heard {
    Messages(Vec<Vec<u8>>),
    /// A sign of life, and no message.
    Ping,
    /// Nothing for now.
    Nothing,
    /// Over; the reason if it is not that the peer closed it.
    Over(Option<ConnectionFault>),
}

impl Connection {
    pub fn accept(stream: TcpStream, tls: Option<&TlsConfig>) -> io::Result<Connection> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        let tls = tls.map(|config| TlsSession::begun(TlsConfig::clone(config)).map(Mutex::new)).transpose();
        Ok(Connection { stream, tls: tls.map_err(io::Error::other)?, waiting: Mutex::default(), closed: Condvar::new() })
    }
    fn session(&self) -> Option<MutexGuard<'_, TlsSession>> {
        self.tls.as_ref().map(|session| session.lock().unwrap_or_else(PoisonError::into_inner))
    }
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Whether it is one over TLS.
    pub fn is_sealed(&self) -> bool {
        self.tls.is_some()
    }
    /// Ends it from this side: its reader notices.
    pub fn close(&self) {
        // One that is closed already is what was wanted.
        let _closed = self.stream.shutdown(Shutdown::Both);
        self.waiting().is_closed = true;
        self.closed.notify_all();
    }
    pub fn is_closed(&self) -> bool {
        self.waiting().is_closed
    }
    /// Lets so much time pass, or what is left of it when it is closed.
    pub fn rest(&self, time: Duration) {
        let _woken = self.closed.wait_timeout_while(self.waiting(), time, |waiting| !waiting.is_closed);
    }
    /// What tells whether bytes have come.
    pub fn watch(&self) -> io::Result<Watch> {
        Watch::over([self.stream.as_fd()].into_iter())
    }

    /// Waits for bytes up to `look`, or less while some wait for the peer, and gives what messages they complete. Pings
    /// are answered here.
    pub fn hear(&self, watch: &Watch, look: Duration, framer: &mut Framer) -> Heard {
        let is_waiting = !self.waiting().bytes.is_empty();
        match watch.readable(if is_waiting { TRY_AGAIN } else { look }) {
            Ok(places) if places.is_empty() => return Heard::Nothing,
            Ok(_) => {}
            Err(e) if e.kind() == ErrorKind::Interrupted => return Heard::Nothing,
            Err(e) => return Heard::Over(Some(ConnectionFault::Other(e.to_string()))),
        }
        let mut chunk = [0; CHUNK];
        let length = match (&self.stream).read(&mut chunk) {
            Ok(0) => return Heard::Over(self.broken_off()),
            Ok(length) => length,
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => return Heard::Nothing,
            Err(e) => return Heard::Over(Some(self.broken_off().unwrap_or(ConnectionFault::Other(e.to_string())))),
        };
        let bytes = chunk.get(..length).unwrap_or_default();
        let plain = match self.session() {
            None if bytes.starts_with(&CLIENT_HELLO) => Err(ConnectionFault::TlsOnPlain),
            None => Ok(bytes.to_vec()),
            Some(mut session) => self.decrypt(&mut session, bytes),
        };
        match plain.and_then(|plain| framer.received(&plain).map_err(|e| ConnectionFault::Other(e.to_string()))) {
            Ok(framed) => self.without_pings(framed),
            Err(fault) => Heard::Over(Some(fault)),
        }
    }

    /// What it means that nothing more comes.
    fn broken_off(&self) -> Option<ConnectionFault> {
        self.session()?.broken_off()
    }

    /// How a TLS connection is secured, once, as soon as it is.
    pub fn secured(&self) -> Option<Secured> {
        self.session()?.secured()
    }

    fn without_pings(&self, framed: Vec<Framed>) -> Heard {
        let (mut messages, mut is_pinged) = (Vec::new(), false);
        for one in framed {
            match one {
                Framed::Message(bytes) => messages.push(bytes),
                Framed::Ping => {
                    is_pinged = true;
                    self.send(b"\r\n");
                }
            }
        }
        if messages.is_empty() && is_pinged { Heard::Ping } else { Heard::Messages(messages) }
    }

    fn decrypt(&self, session: &mut TlsSession, bytes: &[u8]) -> Result<Vec<u8>, ConnectionFault> {
        let plain = session.received(bytes);
        // Handshake messages and alerts alike have to go out, also when the handshake has failed.
        self.put(&session.take_outgoing());
        plain
    }

    /// Sends, or has it wait for the peer to take it. One that is gone by now is noticed by its reader.
    pub fn send(&self, bytes: &[u8]) {
        // Records leave in the order in which they were sealed: the session stays locked until they wait.
        let Some(mut session) = self.session() else { return self.put(bytes) };
        if session.send(bytes).is_ok() {
            self.put(&session.take_outgoing());
        } else {
            self.close();
        }
    }
    fn put(&self, bytes: &[u8]) {
        let mut waiting = self.waiting();
        if waiting.bytes.len() + bytes.len() > MOST_WAITING {
            waiting.is_over = true;
        } else {
            waiting.bytes.extend_from_slice(bytes);
            waiting.write(&self.stream);
        }
    }

    /// Tries what waits once more. The error is that the peer does not take it.
    pub fn go_on_writing(&self, at: Instant) -> Result<(), ConnectionFault> {
        let mut waiting = self.waiting();
        let before = waiting.taken;
        waiting.write(&self.stream);
        let is_stuck = !waiting.bytes.is_empty() && waiting.taken == before;
        waiting.stuck_since = is_stuck.then(|| waiting.stuck_since.unwrap_or(at));
        let is_late = waiting.stuck_since.is_some_and(|since| at.since(since) >= READS_WITHIN);
        if is_late || waiting.is_over { Err(ConnectionFault::ReadsNothing { bytes: waiting.bytes.len() }) } else { Ok(()) }
    }
}

impl Waiting {
    fn write(&mut self, mut stream: &TcpStream) {
        while !self.bytes.is_empty() {
            match stream.write(&self.bytes) {
                Ok(0) => break,
                Ok(count) => {
                    self.bytes.drain(..count);
                    self.taken += count;
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                // Nobody is there to take it; the reader hears why.
                Err(_) => self.bytes.clear(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn at(seconds: u64) -> Instant {
        Instant::from_nanos(seconds * 1_000_000_000)
    }
    /// A connection, and its peer, who takes nothing; as much has been sent as the system keeps for the two.
    fn stuck() -> (Connection, TcpStream) {
        let door = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let peer = TcpStream::connect(door.local_addr().expect("bound")).expect("an open port");
        let connection = Connection::accept(door.accept().expect("a peer").0, None).expect("a connection");
        for _ in 0..10_000 {
            connection.send(&[b'x'; 4096]);
            if !connection.waiting().bytes.is_empty() {
                break;
            }
        }
        (connection, peer)
    }

    #[test]
    fn a_peer_that_takes_nothing_is_given_up() {
        let (connection, _peer) = stuck();
        // The system may make a little more room meanwhile.
        let faults: Vec<bool> = (0..=60).map(|second| connection.go_on_writing(at(second)).is_err()).collect();
        assert!(!faults[9] && faults[60], "{faults:?}");
    }

    #[test]
    fn no_more_waits_for_a_peer_than_may() {
        let (connection, _peer) = stuck();
        (0..1000).for_each(|_| connection.send(&[b'x'; 4096]));
        assert!(connection.waiting().bytes.len() <= MOST_WAITING);
        let fault = connection.go_on_writing(at(0));
        assert!(matches!(fault, Err(ConnectionFault::ReadsNothing { bytes }) if bytes > 0), "{fault:?}");
    }

    #[test]
    fn a_peer_that_takes_it_after_all_gets_everything() {
        let (connection, mut peer) = stuck();
        connection.send(b"end");
        peer.set_read_timeout(Some(Duration::from_millis(20))).expect("a socket");
        let (mut heard, mut chunk) = (Vec::new(), [0; CHUNK]);
        for _ in 0..10_000 {
            connection.go_on_writing(at(1)).expect("in order");
            match peer.read(&mut chunk) {
                Ok(length) => heard.extend_from_slice(&chunk[..length]),
                Err(_) if connection.waiting().bytes.is_empty() => break,
                Err(_) => {}
            }
        }
        assert!(heard.ends_with(b"xend") && heard.len() % 4096 == 3, "{}", heard.len());
    }

    #[test]
    fn whoever_rests_is_woken_by_the_end() {
        let (connection, _peer) = stuck();
        let rested = std::thread::scope(|scope| {
            let resting = scope.spawn(|| connection.rest(Duration::from_secs(60)));
            connection.close();
            resting.join()
        });
        assert!(rested.is_ok() && connection.is_closed());
    }
}
