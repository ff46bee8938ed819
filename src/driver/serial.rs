//! A serial port of this machine: one blocking thread reads it and stamps every byte right after the read.
//!
//! Knows nothing of the protocol spoken over it. A port that vanishes (USB lead pulled) shows as an end of file or a broken pipe and is told once
//! all bytes before it have been taken.

use crate::clock::{Clock, Instant, Stamped};
use crate::instrument::port::Port;
use crate::instrument::{InstrumentError, Result};
use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a read may block: the time it takes to notice that the port is no longer wanted.
const LONGEST_READ: Duration = Duration::from_millis(100);
const REPLUG: &str = "Check the USB lead and whether another program holds the port, then start again.";

enum Heard {
    Byte(Stamped<u8>),
    Gone(String),
}

pub struct Serial {
    path: String,
    baud: u32,
    writer: Box<dyn serialport::SerialPort>,
    clock: Arc<dyn Clock>,
    heard: Receiver<Heard>,
    gone: Option<String>,
    closing: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
}

impl Serial {
    /// Opens `path` at `baud` bits per second, 8N1, no flow control.
    pub fn open(path: &str, baud: u32, clock: Arc<dyn Clock>) -> Result<Self> {
        let failed = |cause: &dyn std::fmt::Display| InstrumentError::new(path, "open", cause, REPLUG);
        let writer = serialport::new(path, baud).timeout(LONGEST_READ).open().map_err(|e| failed(&e))?;
        let port = writer.try_clone().map_err(|e| failed(&e))?;
        let (tell, heard) = channel();
        let closing = Arc::new(AtomicBool::new(false));
        let (until, time) = (Arc::clone(&closing), Arc::clone(&clock));
        let listen = move || listen(port, &*time, &until, |what| tell.send(what).is_ok());
        let reader = std::thread::Builder::new().name(format!("serial {path}")).spawn(listen).map_err(|e| failed(&e))?;
        Ok(Serial { path: path.into(), baud, writer, clock, heard, gone: None, closing, reader: Some(reader) })
    }

    fn failed(&self, action: &str, cause: &dyn std::fmt::Display) -> InstrumentError {
        InstrumentError::new(self.path.as_str(), action, cause, REPLUG)
    }
}

/// The reading thread: ends when nobody listens any more or the port has gone.
fn listen(
    mut port: Box<dyn serialport::SerialPort>,
    clock: &dyn Clock,
    closing: &AtomicBool,
    mut tell: impl FnMut(Heard) -> bool,
) {
    let mut buffer = [0u8; 1024];
    while !closing.load(Ordering::Relaxed) {
        let goes_on = match port.read(&mut buffer) {
            Ok(0) => {
                tell(Heard::Gone("end of file: the port has vanished".into()));
                false
            }
            Ok(count) => {
                let at = clock.now();
                buffer.iter().take(count).all(|&byte| tell(Heard::Byte(Stamped::new(at, byte))))
            }
            Err(e) if matches!(e.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted | ErrorKind::WouldBlock) => true,
            Err(e) => {
                tell(Heard::Gone(e.to_string()));
                false
            }
        };
        if !goes_on {
            return;
        }
    }
}

impl Port for Serial {
    /// The moment is that of handing over plus the time the bits take on the line: a USB converter does not tell when they have left.
    fn write(&mut self, bytes: &[u8]) -> Result<Instant> {
        if let Some(cause) = &self.gone {
            return Err(self.failed("write to", cause));
        }
        self.writer.write_all(bytes).map_err(|e| self.failed("write to", &e))?;
        let line_time = Duration::from_nanos(bytes.len() as u64 * 10_000_000_000 / u64::from(self.baud.max(1)));
        Ok(self.clock.now() + line_time)
    }

    fn read(&mut self) -> Result<Vec<Stamped<u8>>> {
        let mut bytes = Vec::new();
        loop {
            match self.heard.try_recv() {
                Ok(Heard::Byte(byte)) => bytes.push(byte),
                Ok(Heard::Gone(cause)) => self.gone = Some(cause),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    self.gone.get_or_insert_with(|| "its reading thread has ended".into());
                    break;
                }
            }
        }
        match &self.gone {
            Some(cause) if bytes.is_empty() => Err(self.failed("read from", cause)),
            _ => Ok(bytes),
        }
    }

    fn name(&self) -> String {
        self.path.clone()
    }
}

impl Drop for Serial {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        if let Some(reader) = self.reader.take() {
            // A reader that panicked has nothing left to clean up.
            let _ = reader.join();
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::clock::{RealClock, poll};
    use serialport::{SerialPort, TTYPort};

    /// A pseudo-terminal: the far end, and a `Serial` on the near one.
    fn pair(clock: &Arc<RealClock>) -> (TTYPort, Serial) {
        let (master, slave) = TTYPort::pair().expect("a pseudo-terminal");
        let path = slave.name().expect("a name");
        // Kept open, the slave could not be opened exclusively.
        drop(slave);
        let serial = Serial::open(&path, 115_200, Arc::clone(clock) as Arc<dyn Clock>).expect("opens");
        (master, serial)
    }

    /// Reads until `enough` bytes are there or the port fails, 2 s at most.
    fn check(clock: &RealClock, port: &mut Serial, enough: usize) -> Result<Vec<Stamped<u8>>> {
        let mut all = Vec::new();
        let deadline = clock.now() + Duration::from_secs(2);
        let outcome = poll(clock, deadline, Duration::from_millis(2), || match port.read() {
            Ok(bytes) => {
                all.extend(bytes);
                Ok::<_, crate::clock::Interrupted>((all.len() >= enough).then_some(Ok(())))
            }
            Err(e) => Ok(Some(Err(e))),
        });
        outcome.expect("not interrupted").unwrap_or(Ok(())).map(|()| all)
    }

    #[test]
    fn bytes_go_both_ways_and_are_stamped_in_order() {
        let clock = Arc::new(RealClock::start());
        let (mut far, mut port) = pair(&clock);
        let before = clock.now();
        far.write_all(b"+IN 1 1\r\n").expect("writes");
        let got = check(&clock, &mut port, 9).expect("reads");
        assert_eq!(got.iter().map(|b| b.value).collect::<Vec<_>>(), b"+IN 1 1\r\n");
        assert!(got.iter().all(|b| b.at >= before && b.at <= clock.now()));
        let left = port.write(&[0xA0, 1, 1, 0xA2]).expect("writes");
        assert!(left > before);
        let mut frame = [0; 4];
        far.read_exact(&mut frame).expect("arrives");
        assert_eq!(frame, [0xA0, 1, 1, 0xA2], "no byte is translated on the way");
    }

    #[test]
    fn a_pulled_lead_is_told_as_the_benchs_trouble() {
        let clock = Arc::new(RealClock::start());
        let (far, mut port) = pair(&clock);
        drop(far);
        let error = check(&clock, &mut port, 1).expect_err("gone");
        assert!(error.remedy.contains("USB lead"), "{error}");
        assert!(port.write(b"x").is_err());
    }

    #[test]
    fn a_port_that_is_not_there_is_told_by_name() {
        let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
        let error = Serial::open("/dev/ttyNOT-THERE", 9600, clock).err().expect("no such port");
        assert!(error.instrument.contains("NOT-THERE"), "{error}");
    }
}
