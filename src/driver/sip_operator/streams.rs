//! SIP over connections: TCP, and TLS on top of it. A thread a connection reads; whoever has something to send writes.
//!
//! Must not know SIP beyond where one message ends and the next begins.

use crate::instrument::operator::security::ConnectionFault;
use crate::operator::tls_session::{Secured, TlsConfig, TlsSession};
use crate::sip::framing::{Framed, Framer};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::{Mutex, MutexGuard, PoisonError};
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
    tls: Option<Mutex<TlsSession>>,
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
    pub fn accept(stream: TcpStream, tls: Option<&TlsConfig>, look: Duration) -> io::Result<Connection> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(look))?;
        stream.set_write_timeout(Some(WRITE_PATIENCE))?;
        let tls = tls.map(|config| TlsSession::begun(TlsConfig::clone(config)).map(Mutex::new)).transpose();
        Ok(Connection { stream, tls: tls.map_err(io::Error::other)? })
    }
    fn session(&self) -> Option<MutexGuard<'_, TlsSession>> {
        self.tls.as_ref().map(|session| session.lock().unwrap_or_else(PoisonError::into_inner))
    }
    /// Whether it is one over TLS.
    pub fn is_sealed(&self) -> bool {
        self.tls.is_some()
    }
    /// Ends it from this side: its reader notices.
    pub fn close(&self) {
        // One that is closed already is what was wanted.
        let _closed = self.stream.shutdown(Shutdown::Both);
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
        let plain = match self.session() {
            None if bytes.starts_with(&CLIENT_HELLO) => Err(ConnectionFault::TlsOnPlain),
            None => Ok(bytes.to_vec()),
            Some(mut session) => self.decrypt(&mut session, bytes),
        };
        match plain.and_then(|plain| framer.received(&plain).map_err(|e| ConnectionFault::Other(e.to_string()))) {
            Ok(framed) => Heard::Messages(self.without_pings(framed)),
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

    fn decrypt(&self, session: &mut TlsSession, bytes: &[u8]) -> Result<Vec<u8>, ConnectionFault> {
        let plain = session.received(bytes);
        // Handshake messages and alerts alike have to go out, also when the handshake has failed.
        let written = (&self.stream).write_all(&session.take_outgoing());
        // What the peer had to say matters more than that it does not listen any more.
        let plain = plain?;
        written.map_err(|e| ConnectionFault::Other(e.to_string()))?;
        Ok(plain)
    }

    pub fn send(&self, bytes: &[u8]) -> io::Result<()> {
        let Some(mut session) = self.session() else { return (&self.stream).write_all(bytes) };
        session.send(bytes)?;
        (&self.stream).write_all(&session.take_outgoing())
    }
}
