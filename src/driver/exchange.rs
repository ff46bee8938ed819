//! Question and answer with an instrument, over a TCP connection or a serial line, on the thread that asks.
//!
//! Must not know what is asked. A connection that is found lost is made anew, once for each question; after an answer
//! that was late or spoilt nothing of the old connection is listened to any more, so that no answer is taken for that
//! to another question.

use super::failure::Failure;
use super::serial;
use super::way::{Stream, Way};
use crate::clock::{Clock, Instant};
use std::io::ErrorKind;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

/// A host of the bench's own network has taken a connection by then.
const CONNECTS_WITHIN: Duration = Duration::from_millis(1_000);
/// How long the system may hold a question back.
const WRITES_WITHIN: Duration = Duration::from_millis(500);
/// How long one reading may block.
const LOOK: Duration = Duration::from_millis(5);
/// Bytes are in the system's hands sooner, unless the thread had to wait.
const WRITTEN_WITHIN: Duration = Duration::from_millis(2);
/// No line is so busy with what nobody asked for.
const DRAINED_WITHIN: Duration = Duration::from_millis(200);

/// An answer, and when the question was handed over, had left, and the answer had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer<T> {
    pub asked: Instant,
    pub left: Instant,
    pub came: Instant,
    pub value: T,
}

/// What an answer's bytes have come to; `ended`: no more will come.
pub(super) type Reading<'r, T> = &'r mut dyn FnMut(&[u8], bool) -> Option<Result<T, Failure>>;

pub(super) struct Exchange {
    way: Way,
    clock: Arc<dyn Clock>,
    stream: Option<Box<dyn Stream>>,
    /// On a serial line: so long nothing is said between an answer and the next question.
    quiet: Duration,
    /// When the last byte came or went.
    last: Instant,
}

impl Exchange {
    /// Nothing is opened before the first question.
    pub fn over(way: Way, quiet: Duration, clock: Arc<dyn Clock>) -> Exchange {
        Exchange { way, clock, stream: None, quiet, last: Instant::ZERO }
    }
    pub fn way(&self) -> &Way {
        &self.way
    }
    /// The next question has a connection of its own.
    pub fn hang_up(&mut self) {
        if !self.way.is_serial() {
            self.stream = None;
        }
    }

    /// Asks, and reads until `read` has the whole answer.
    pub fn ask<T>(&mut self, question: &[u8], within: Duration, read: Reading<'_, T>) -> Result<Answer<T>, Failure> {
        let stood_before = self.stream.is_some();
        let outcome = match self.ask_once(question, within, read) {
            // A connection that stood idle may have been given up at the other end.
            Err(Failure::Gone(_)) if stood_before => {
                self.stream = None;
                self.ask_once(question, within, read)
            }
            outcome => outcome,
        };
        match &outcome {
            // What it refuses it has understood, and the line is in order.
            Ok(_) | Err(Failure::Refused(_)) => {}
            Err(Failure::Gone(_) | Failure::Unreachable(_)) => self.stream = None,
            Err(_) => self.settle(),
        }
        outcome
    }

    /// Says something that is not answered; the moment it had left.
    pub fn tell(&mut self, words: &[u8]) -> Result<Instant, Failure> {
        let stood_before = self.stream.is_some();
        match self.send(words) {
            Err(Failure::Gone(_)) if stood_before => {
                self.stream = None;
                self.send(words).map(|(_, left)| left)
            }
            outcome => outcome.map(|(_, left)| left),
        }
    }

    fn ask_once<T>(&mut self, question: &[u8], within: Duration, read: Reading<'_, T>) -> Result<Answer<T>, Failure> {
        let (asked, left) = self.send(question)?;
        let Some(stream) = self.stream.as_mut() else { return Err(Failure::Gone(String::new())) };
        stream.wait_at_most(LOOK).map_err(|error| Failure::Gone(error.to_string()))?;
        let (mut bytes, mut buffer) = (Vec::new(), [0; 2048]);
        loop {
            let piece = stream.read(&mut buffer);
            let came = self.clock.now();
            let ended = match piece {
                Ok(0) => true,
                Ok(count) => {
                    bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
                    self.last = came;
                    false
                }
                Err(e) if matches!(e.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                    if came.since(left) > within {
                        return Err(if bytes.is_empty() { Failure::Silent(within) } else { Failure::garbled(&bytes) });
                    }
                    continue;
                }
                Err(e) if bytes.is_empty() => return Err(Failure::Gone(e.to_string())),
                Err(_) => true,
            };
            match read(&bytes, ended) {
                Some(Ok(value)) => return Ok(Answer { asked, left, came, value }),
                Some(Err(failure)) => return Err(failure),
                None if ended && bytes.is_empty() => return Err(Failure::Gone("end of file".into())),
                None if ended => return Err(Failure::garbled(&bytes)),
                None if came.since(left) > within => return Err(Failure::garbled(&bytes)),
                None => {}
            }
        }
    }

    fn send(&mut self, question: &[u8]) -> Result<(Instant, Instant), Failure> {
        if self.stream.is_none() {
            self.stream = Some(self.open()?);
        }
        self.keep_quiet();
        let line_time = self.way.time_of(u32::try_from(question.len()).unwrap_or(u32::MAX));
        let Some(stream) = self.stream.as_mut() else { return Err(Failure::Gone(String::new())) };
        let preferred = super::priority::for_now();
        let asked = self.clock.now();
        let written = stream.write_all(question).and_then(|()| stream.flush());
        let written_at = self.clock.now();
        drop(preferred);
        if written_at.since(asked) > WRITTEN_WITHIN {
            self.clock.note_still(asked, written_at);
        }
        let left = written_at + line_time;
        written.map_err(|error| Failure::Gone(error.to_string()))?;
        self.last = left;
        Ok((asked, left))
    }

    fn open(&self) -> Result<Box<dyn Stream>, Failure> {
        let opened = match &self.way {
            Way::Tcp(address) => TcpStream::connect_timeout(address, CONNECTS_WITHIN).and_then(|stream| {
                stream.set_nodelay(true)?;
                stream.set_write_timeout(Some(WRITES_WITHIN))?;
                Ok(Box::new(stream) as Box<dyn Stream>)
            }),
            Way::Serial { path, baud, even } => serial::stream(path, *baud, *even),
        };
        opened.map_err(|error| Failure::Unreachable(error.to_string()))
    }

    /// On a serial line: waits out the pause between two frames, and throws away what comes in it.
    fn keep_quiet(&mut self) {
        if !self.way.is_serial() {
            return;
        }
        let Some(stream) = self.stream.as_mut() else { return };
        let began = self.clock.now();
        let mut buffer = [0; 512];
        loop {
            let now = self.clock.now();
            let rest = self.quiet.saturating_sub(now.since(self.last));
            if rest.is_zero() || now.since(began) > DRAINED_WITHIN {
                return;
            }
            let is_set = stream.wait_at_most(rest.max(Duration::from_millis(1)));
            if is_set.is_ok() && matches!(stream.read(&mut buffer), Ok(count) if count > 0) {
                self.last = self.clock.now();
            }
        }
    }

    /// After an answer that was none: what still comes belongs to it.
    fn settle(&mut self) {
        self.hang_up();
        let Some(stream) = self.stream.as_mut() else { return };
        let (began, mut buffer) = (self.clock.now(), [0; 512]);
        while stream.wait_at_most(LOOK * 4).is_ok()
            && matches!(stream.read(&mut buffer), Ok(count) if count > 0)
            && self.clock.now().since(began) < DRAINED_WITHIN
        {}
    }
}
