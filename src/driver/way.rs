//! The way to an instrument that speaks only when asked: a TCP connection or a serial line, and the bytes on it.
//!
//! Must not know what is said.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// What bytes come and go through, waiting for them so long and no longer.
pub(super) trait Stream: Read + Write + Send {
    fn wait_at_most(&mut self, time: Duration) -> io::Result<()>;
}

impl Stream for TcpStream {
    fn wait_at_most(&mut self, time: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(time))
    }
}

/// Where an instrument is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    Tcp(SocketAddr),
    /// 8 data bits; `even`: with a parity bit.
    Serial {
        path: String,
        baud: u32,
        even: bool,
    },
}

impl Way {
    pub const fn is_serial(&self) -> bool {
        matches!(self, Way::Serial { .. })
    }
    /// How long it takes to pass on so many bytes, as far as that is known: a network tells nothing.
    pub fn time_of(&self, bytes: u32) -> Duration {
        match self {
            Way::Tcp(_) => Duration::ZERO,
            // Start, eight data bits, parity or a second stop bit, and stop.
            Way::Serial { baud, .. } => Duration::from_secs(1) * 11 * bytes / (*baud).max(1),
        }
    }
}

impl std::fmt::Display for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Way::Tcp(address) => write!(f, "{address}"),
            Way::Serial { path, .. } => f.write_str(path),
        }
    }
}
