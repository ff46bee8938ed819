//! SIP over connections: TCP, and TLS on top of it. A thread a connection reads; whoever has something to send writes.
//!
//! Must not know SIP beyond where one message ends and the next begins.

use super::tls;
use crate::instrument::operator::security::ConnectionFault;
use crate::sip::framing::{Framed, Framer};
use rustls::{ServerConfig, ServerConnection};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A peer that does not take what is sent to it is given up after this.
const WRITE_PATIENCE: Duration = Duration::from_secs(1);
/// Bytes read at once.
const CHUNK: usize = 16_384;
/// A TLS record with a handshake message, of whichever version (RFC 8446, 5.1): how a client that means TLS begins.
const CLIENT_HELLO: [u8; 2] = [0x16, 0x03];

/// One connection. Readers and writers share it.
pub struct Connection {
    stream: TcpStream,
    tls: Option<Mutex<Session>>,
}

/// TLS on top of a connection.
struct Session {
    tls: ServerConnection,
    /// Something has come: whoever hangs up before that was only looking whether the port is open.
    touched: bool,
    /// Its security has been told.
    told: bool,
}

/// What a TLS connection came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secured {
    pub cipher: String,
    /// The peer has shown a certificate, and it was believed.
    pub certified: bool,
}

/// What reading a connection came to.
#[derive(Debug)]
pub enum Heard {
    Messages(Vec<Vec<u8>>),
    /// Nothing for now.
    Nothing,
    /// Over; the reason if it is not that the peer closed it.
    Over(Option<ConnectionFault>),
}

impl Connection {
    /// `look`: how long a read may wait.
    pub fn accept(stream: TcpStream, tls: Option<&Arc<ServerConfig>>, look: Duration) -> io::Result<Connection> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(look))?;
        stream.set_write_timeout(Some(WRITE_PATIENCE))?;
        let session = |config| ServerConnection::new(config).map(|tls| Mutex::new(Session { tls, touched: false, told: false }));
        let tls = tls.map(|config| session(Arc::clone(config))).transpose();
        Ok(Connection { stream, tls: tls.map_err(io::Error::other)? })
    }

    /// Waits for bytes, and gives what messages they complete. Pings are answered here.
    pub fn hear(&self, framer: &mut Framer) -> Heard {
        let mut chunk = [0; CHUNK];
        let length = match (&self.stream).read(&mut chunk) {
            Ok(0) => return Heard::Over(self.broken_off()),
            Ok(length) => length,
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) => {
                return Heard::Nothing;
            }
            Err(e) => return Heard::Over(Some(self.broken_off().unwrap_or(ConnectionFault::Other(e.to_string())))),
        };
        let bytes = chunk.get(..length).unwrap_or_default();
        let plain = match &self.tls {
            None if bytes.starts_with(&CLIENT_HELLO) => Err(ConnectionFault::TlsOnPlain),
            None => Ok(bytes.to_vec()),
            Some(session) => self.decrypt(&mut session.lock().unwrap_or_else(PoisonError::into_inner), bytes),
        };
        match plain.and_then(|plain| framer.received(&plain).map_err(|e| ConnectionFault::Other(e.to_string()))) {
            Ok(framed) => Heard::Messages(self.without_pings(framed)),
            Err(fault) => Heard::Over(Some(fault)),
        }
    }

    /// What it means that nothing more comes.
    fn broken_off(&self) -> Option<ConnectionFault> {
        let session = self.tls.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        (session.touched && session.tls.is_handshaking()).then_some(ConnectionFault::HungUp)
    }

    /// How a TLS connection is secured, once, as soon as it is.
    pub fn secured(&self) -> Option<Secured> {
        let mut session = self.tls.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        if session.tls.is_handshaking() || std::mem::replace(&mut session.told, true) {
            return None;
        }
        Some(Secured { cipher: tls::cipher(&session.tls), certified: session.tls.peer_certificates().is_some() })
    }

    fn without_pings(&self, framed: Vec<Framed>) -> Vec<Vec<u8>> {
        let mut messages = Vec::new();
        for one in framed {
            match one {
                Framed::Message(bytes) => messages.push(bytes),
                // A peer that is gone by now is noticed by the next read.
                Framed::Ping => drop(self.send(b"\r\n")),
            }
        }
        messages
    }

    fn decrypt(&self, session: &mut Session, mut bytes: &[u8]) -> Result<Vec<u8>, ConnectionFault> {
        let broken = |e: io::Error| ConnectionFault::Other(e.to_string());
        session.touched = true;
        let tls = &mut session.tls;
        let mut plain = Vec::new();
        while !bytes.is_empty() {
            tls.read_tls(&mut bytes).map_err(broken)?;
            let state = tls.process_new_packets();
            // Handshake messages and alerts alike have to go out, also when the handshake has failed.
            let mut written = Ok(0);
            while tls.wants_write() && written.is_ok() {
                written = tls.write_tls(&mut &self.stream);
            }
            // What the peer had to say matters more than that it does not listen any more.
            let state = state.map_err(|e| tls::fault_of(&e))?;
            written.map_err(broken)?;
            let start = plain.len();
            plain.resize(start + state.plaintext_bytes_to_read(), 0);
            tls.reader().read_exact(plain.get_mut(start..).unwrap_or_default()).map_err(broken)?;
        }
        Ok(plain)
    }

    pub fn send(&self, bytes: &[u8]) -> io::Result<()> {
        let Some(session) = &self.tls else { return (&self.stream).write_all(bytes) };
        let tls = &mut session.lock().unwrap_or_else(PoisonError::into_inner).tls;
        tls.writer().write_all(bytes)?;
        while tls.wants_write() {
            tls.write_tls(&mut &self.stream)?;
        }
        Ok(())
    }
}
