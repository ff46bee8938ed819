//! A serial port of this machine: one blocking thread reads it and stamps every byte right after the read.
//!
//! The thread looks every few milliseconds: one that comes back later with bytes in its hand did not run, and cannot
//! say when they came. The clock is told so, as it is of a write that took long. Knows nothing of the protocol spoken
//! over it. A port that vanishes (USB lead pulled) shows as an end of file or a broken pipe and is told once all bytes
//! before it have been taken.

use super::priority;
use super::way::Stream;
use crate::clock::{Clock, Instant, Stamped};
use crate::instrument::port::Port;
use crate::instrument::{InstrumentError, Result};
use crate::unit::Bilingual;
use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a write may block.
const LONGEST_WRITE: Duration = Duration::from_millis(100);
/// How long a read may block: bytes that came while the thread did not run are stamped too late, undetected, by no more
/// than this and `OVERSLEPT`.
const LONGEST_READ: Duration = Duration::from_millis(5);
/// A read that returns so much later than it may is that of a thread that had to wait for the processor.
const OVERSLEPT: Duration = Duration::from_millis(5);
/// A write into the system's buffer does not last so long, unless its thread had to wait.
const WRITTEN_WITHIN: Duration = Duration::from_millis(2);
const REPLUG: (&str, &str) = (
    "Check the USB lead and whether another program holds the port, then start again.",
    "Sprawdź przewód USB oraz to, czy portu nie zajmuje inny program, i uruchom ponownie.",
);

/// A port that is read by whoever asks, for instruments that speak only when asked.
struct Asked(Box<dyn serialport::SerialPort>);

impl Read for Asked {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Asked {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        // Whatever is to be written is on its way; a pseudo-terminal that nobody reads would never be flushed.
        Ok(())
    }
}

impl Stream for Asked {
    fn wait_at_most(&mut self, time: Duration) -> std::io::Result<()> {
        Ok(self.0.set_timeout(time)?)
    }
}

/// Opens `path` for questions and answers, without a thread; `even`: with a parity bit.
pub(super) fn stream(path: &str, baud: u32, even: bool) -> std::io::Result<Box<dyn Stream>> {
    let parity = if even { serialport::Parity::Even } else { serialport::Parity::None };
    let port = serialport::new(path, baud).parity(parity).timeout(LONGEST_WRITE).open()?;
    Ok(Box::new(Asked(port)))
}

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
        let failed = |cause: &dyn std::fmt::Display| InstrumentError::new(path, "open", Bilingual::same(cause), REPLUG);
        let writer = serialport::new(path, baud).timeout(LONGEST_WRITE).open().map_err(|e| failed(&e))?;
        let mut port = writer.try_clone().map_err(|e| failed(&e))?;
        port.set_timeout(LONGEST_READ).map_err(|e| failed(&e))?;
        let (tell, heard) = channel();
        let closing = Arc::new(AtomicBool::new(false));
        let (until, time) = (Arc::clone(&closing), Arc::clone(&clock));
        let listen = move || listen(port, &*time, &until, |what| tell.send(what).is_ok());
        let reader = std::thread::Builder::new().name(format!("serial {path}")).spawn(listen).map_err(|e| failed(&e))?;
        Ok(Serial { path: path.into(), baud, writer, clock, heard, gone: None, closing, reader: Some(reader) })
    }

    fn failed(&self, action: &str, cause: &dyn std::fmt::Display) -> InstrumentError {
        InstrumentError::new(self.path.as_str(), action, Bilingual::same(cause), REPLUG)
    }
}

/// The reading thread: ends when nobody listens any more or the port has gone.
fn listen(mut port: impl Read, clock: &dyn Clock, closing: &AtomicBool, mut tell: impl FnMut(Heard) -> bool) {
    priority::ask();
    let mut buffer = [0u8; 1024];
    // Until then whatever had come had been taken: what is found next came after it.
    let mut empty = clock.now();
    while !closing.load(Ordering::Relaxed) {
        let looked = clock.now();
        let goes_on = match port.read(&mut buffer) {
            Ok(0) => {
                tell(Heard::Gone("end of file: the port has vanished".into()));
                false
            }
            Ok(count) => {
                let at = clock.now();
                note_oversleeping(clock, empty, at, LONGEST_READ + OVERSLEPT);
                empty = at;
                buffer.iter().take(count).all(|&byte| tell(Heard::Byte(Stamped::new(at, byte))))
            }
            Err(e) if e.kind() == ErrorKind::TimedOut => {
                // Not the present: the thread may have been held up between the port's last word and this line.
                empty = looked + LONGEST_READ;
                true
            }
            Err(e) if matches!(e.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => true,
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

/// Before anybody is handed what was stamped by it: a call that took longer than it may says nothing of when what it
/// did was done.
fn note_oversleeping(clock: &dyn Clock, from: Instant, to: Instant, may_take: Duration) {
    if to.since(from) > may_take {
        clock.note_still(from, to);
    }
}

impl Port for Serial {
    /// The moment is that of handing over plus the time the bits take on the line: a USB converter does not tell when
    /// they have left.
    fn write(&mut self, bytes: &[u8]) -> Result<Instant> {
        if let Some(cause) = &self.gone {
            return Err(self.failed("write to", cause));
        }
        // Between the bytes and their stamp nobody else may run.
        let preferred = priority::for_now();
        let before = self.clock.now();
        self.writer.write_all(bytes).map_err(|e| self.failed("write to", &e))?;
        let written = self.clock.now();
        drop(preferred);
        note_oversleeping(&*self.clock, before, written, WRITTEN_WITHIN);
        let line_time = Duration::from_nanos(bytes.len() as u64 * 10_000_000_000 / u64::from(self.baud.max(1)));
        Ok(written + line_time)
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

/// A pseudo-terminal for the tests of drivers: the path of one end, and the other.
#[cfg(all(test, unix))]
pub(super) fn tests_pair() -> (String, Box<dyn serialport::SerialPort>) {
    let (far, near) = serialport::TTYPort::pair().expect("a pseudo-terminal");
    let path = serialport::SerialPort::name(&near).expect("a name");
    drop(near);
    (path, Box::new(far))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::clock::{AttentiveClock, Guard, Interrupted, RealClock, poll};
    use serialport::{SerialPort, TTYPort};
    use std::sync::atomic::AtomicU64;

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

    /// Goes on only when somebody says so.
    #[derive(Default)]
    struct Told(AtomicU64, Guard);
    impl Clock for Told {
        fn now(&self) -> Instant {
            Instant::from_nanos(self.0.load(Ordering::Relaxed))
        }
        fn wait_until(&self, _: Instant) -> std::result::Result<(), Interrupted> {
            Ok(())
        }
        fn guard(&self) -> &Guard {
            &self.1
        }
    }
    /// Each reading takes so many milliseconds and gives so many bytes; the port is gone after the last.
    struct Slow<'a>(Arc<Told>, std::slice::Iter<'a, (u64, usize)>);
    impl Read for Slow<'_> {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            let Some(&(millis, count)) = self.1.next() else { return Ok(0) };
            self.0.0.fetch_add(millis * 1_000_000, Ordering::Relaxed);
            if count > 0 { Ok(count) } else { Err(ErrorKind::TimedOut.into()) }
        }
    }

    #[test]
    fn bytes_that_came_while_nobody_could_look_are_no_measure_of_anything() {
        let ms = |millis: u64| Instant::from_nanos(millis * 1_000_000);
        let hear = |readings: &[(u64, usize)]| {
            let told = Arc::new(Told::default());
            let clock = AttentiveClock::over(Arc::clone(&told) as Arc<dyn Clock>, None);
            let mut still_when_told = Vec::new();
            let port = Slow(told, readings.iter());
            listen(port, &clock, &AtomicBool::new(false), |heard| {
                let Heard::Byte(byte) = heard else { return true };
                still_when_told.push((byte.at, clock.stood_still(ms(0), byte.at).map(|still| still.as_millis())));
                true
            });
            still_when_told
        };
        assert_eq!(hear(&[(5, 0), (5, 0), (3, 1)]), [(ms(13), None)]);
        assert_eq!(hear(&[(5, 0), (40, 1), (2, 1)]), [(ms(45), Some(40)), (ms(47), Some(40))]);
        // The port may have said that nothing had come long before the thread went on.
        assert_eq!(hear(&[(40, 0), (3, 1)]), [(ms(43), Some(38))]);
        assert_eq!(hear(&[(40, 0), (5, 0), (3, 1)]), [(ms(48), None)]);
    }

    #[test]
    fn a_pulled_lead_is_told_as_the_benchs_trouble() {
        let clock = Arc::new(RealClock::start());
        let (far, mut port) = pair(&clock);
        drop(far);
        let error = check(&clock, &mut port, 1).expect_err("gone");
        assert!(error.remedy.en.contains("USB lead"), "{error}");
        assert!(port.write(b"x").is_err());
    }

    #[test]
    fn a_port_that_is_not_there_is_told_by_name() {
        let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
        let error = Serial::open("/dev/ttyNOT-THERE", 9600, clock).err().expect("no such port");
        assert!(error.instrument.contains("NOT-THERE"), "{error}");
    }
}
