//! SIP over connections: TCP, and TLS on top of it. A thread a connection reads; whoever has something to send writes.
//!
//! Must not know SIP beyond where one message ends and the next begins.

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

/// One connection. Readers and writers share it.
pub struct Connection {
    stream: TcpStream,
    tls: Option<Mutex<ServerConnection>>,
}

/// What reading a connection came to.
#[derive(Debug)]
pub enum Heard {
    Messages(Vec<Vec<u8>>),
    /// Nothing for now.
    Nothing,
    /// Over; the reason if it is not that the peer closed it.
    Over(Option<String>),
}

impl Connection {
    /// `look`: how long a read may wait.
    pub fn accept(stream: TcpStream, tls: Option<&Arc<ServerConfig>>, look: Duration) -> io::Result<Connection> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(look))?;
        stream.set_write_timeout(Some(WRITE_PATIENCE))?;
        let tls = tls.map(|config| ServerConnection::new(Arc::clone(config)).map(Mutex::new)).transpose();
        Ok(Connection { stream, tls: tls.map_err(io::Error::other)? })
    }

    /// Waits for bytes, and gives what messages they complete. Pings are answered here.
    pub fn hear(&self, framer: &mut Framer) -> Heard {
        let mut chunk = [0; CHUNK];
        let length = match (&self.stream).read(&mut chunk) {
            Ok(0) => return Heard::Over(None),
            Ok(length) => length,
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) => {
                return Heard::Nothing;
            }
            Err(e) => return Heard::Over(Some(e.to_string())),
        };
        let bytes = chunk.get(..length).unwrap_or_default();
        let plain = match &self.tls {
            None => Ok(bytes.to_vec()),
            Some(tls) => self.decrypt(&mut tls.lock().unwrap_or_else(PoisonError::into_inner), bytes),
        };
        match plain.and_then(|plain| framer.received(&plain).map_err(|e| e.to_string())) {
            Ok(framed) => Heard::Messages(self.without_pings(framed)),
            Err(why) => Heard::Over(Some(why)),
        }
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

    fn decrypt(&self, tls: &mut ServerConnection, mut bytes: &[u8]) -> Result<Vec<u8>, String> {
        let mut plain = Vec::new();
        while !bytes.is_empty() {
            tls.read_tls(&mut bytes).map_err(|e| e.to_string())?;
            let state = tls.process_new_packets();
            // Handshake messages and alerts alike have to go out, also when the handshake has failed.
            while tls.wants_write() {
                tls.write_tls(&mut &self.stream).map_err(|e| e.to_string())?;
            }
            let state = state.map_err(|e| format!("TLS: {e}"))?;
            let start = plain.len();
            plain.resize(start + state.plaintext_bytes_to_read(), 0);
            tls.reader().read_exact(plain.get_mut(start..).unwrap_or_default()).map_err(|e| e.to_string())?;
        }
        Ok(plain)
    }

    pub fn send(&self, bytes: &[u8]) -> io::Result<()> {
        let Some(tls) = &self.tls else { return (&self.stream).write_all(bytes) };
        let mut tls = tls.lock().unwrap_or_else(PoisonError::into_inner);
        tls.writer().write_all(bytes)?;
        while tls.wants_write() {
            tls.write_tls(&mut &self.stream)?;
        }
        Ok(())
    }
}
