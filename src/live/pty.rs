//! The bench's serial lines as pseudo-terminals: relay board, input board and console, for other programs to open as if
//! they were hardware.
//!
//! Knows nothing of the protocols on them.

use super::Input;
use super::tty::{self, Pty};
use crate::clock::{Clock, Stamped};
use crate::instrument::port::Port;
use crate::instrument::{InstrumentError, Result};
use crate::twin::Twin;
use crate::unit::Bilingual;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

/// How often a listening thread looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(100);
/// A console line longer than this is shown in pieces.
const LONGEST_LINE: usize = 200;

struct Wire {
    /// By which a rig knows the line, behind `twin:`.
    name: String,
    /// The post's console is at its other end.
    is_console: bool,
    board: Box<dyn Port>,
    pty: Pty,
}

pub struct Ptys {
    wires: Vec<Wire>,
    /// What the console has said of a line that is not over yet.
    line: Vec<u8>,
}

fn failed(name: &str, cause: impl Into<Bilingual>) -> InstrumentError {
    let remedy = (
        "Check that /dev/pts is mounted and that pseudo-terminals are left (sysctl kernel.pty.max).",
        "Sprawdź, czy zamontowano /dev/pts i czy są wolne pseudoterminale (sysctl kernel.pty.max).",
    );
    InstrumentError::new(format!("pseudo-terminal of the {name}"), "work", cause, remedy)
}

impl Ptys {
    pub fn open(twin: &Twin) -> Result<Ptys> {
        let open = |(name, is_console): (String, bool)| {
            let board = twin
                .port(&name)
                .ok_or_else(|| failed(&name, ("the virtual post has no such line", "punkt wirtualny nie ma takiej linii")))?;
            let pty = Pty::open().map_err(|e| failed(&name, Bilingual::same(e)))?;
            Ok(Wire { name, is_console, board, pty })
        };
        let wires = twin.ports().into_iter().map(open).collect::<Result<_>>()?;
        Ok(Ptys { wires, line: Vec::new() })
    }

    /// Each line's name and the path to open.
    pub fn paths(&self) -> impl Iterator<Item = (&str, &str)> {
        self.wires.iter().map(|wire| (wire.name.as_str(), wire.pty.path()))
    }

    /// Starts a thread on each line that tells what a bench writes.
    pub fn listen(&self, clock: &Arc<dyn Clock>, tell: &Sender<Input>, closing: &Arc<AtomicBool>) -> Result<()> {
        for (number, wire) in self.wires.iter().enumerate() {
            let from = wire.pty.listener().map_err(|e| failed(&wire.name, Bilingual::same(e)))?;
            let (clock, tell, closing) = (Arc::clone(clock), tell.clone(), Arc::clone(closing));
            let name = wire.name.clone();
            let work = move || hear(from, (number, &name), &*clock, &tell, &closing);
            let thread = std::thread::Builder::new().name(format!("wire {}", wire.name));
            thread.spawn(work).map_err(|e| failed(&wire.name, Bilingual::same(e)))?;
        }
        Ok(())
    }

    /// A bench has written these bytes now.
    pub fn write_board(&mut self, number: usize, bytes: &[u8]) -> Result<()> {
        self.wires.get_mut(number).map_or(Ok(()), |wire| wire.board.write(bytes).map(drop))
    }

    /// Hands on what the boards have sent by now; returns the console's lines.
    pub fn read_boards(&mut self) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        for wire in &mut self.wires {
            let bytes: Vec<u8> = wire.board.read()?.iter().map(|byte| byte.value).collect();
            if bytes.is_empty() {
                continue;
            }
            wire.pty.write(&bytes).map_err(|e| failed(&wire.name, Bilingual::same(e)))?;
            if wire.is_console {
                lines.extend(split(&mut self.line, &bytes));
            }
        }
        Ok(lines)
    }
}

/// Adds bytes to a line under way; the lines that are whole, with nothing in them that a terminal would act on.
fn split(line: &mut Vec<u8>, bytes: &[u8]) -> Vec<String> {
    let mut whole = Vec::new();
    for byte in bytes {
        match byte {
            b'\r' => {}
            b'\n' => whole.push(shown(&std::mem::take(line))),
            _ if line.len() >= LONGEST_LINE => whole.push(shown(&std::mem::replace(line, vec![*byte]))),
            _ => line.push(*byte),
        }
    }
    whole
}

fn shown(line: &[u8]) -> String {
    line.iter().flat_map(|byte| std::ascii::escape_default(*byte)).map(char::from).collect()
}

fn hear(mut from: File, (number, name): (usize, &str), clock: &dyn Clock, tell: &Sender<Input>, closing: &AtomicBool) {
    let mut buffer = [0; 1024];
    while !closing.load(Ordering::Relaxed) {
        let heard = tty::hear(&mut from, LOOK, &mut buffer);
        let at = clock.now();
        let input = match heard {
            Ok(None) => continue,
            Ok(Some(count)) if count > 0 => {
                Input::Bytes(number, Stamped::new(at, buffer.get(..count).unwrap_or_default().to_vec()))
            }
            Ok(Some(_)) => {
                Input::Failed(failed(name, Bilingual::same(io::Error::from(io::ErrorKind::UnexpectedEof))).to_string())
            }
            Err(e) => Input::Failed(failed(name, Bilingual::same(e)).to_string()),
        };
        let over = matches!(input, Input::Failed(_));
        if tell.send(input).is_err() || over {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pieces: &[&[u8]], expected: &[&str]) {
        let mut line = Vec::new();
        let lines: Vec<String> = pieces.iter().flat_map(|piece| split(&mut line, piece)).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn console_lines_are_put_together_and_made_harmless() {
        check(&[b"$BEAT 1", b"0 idle*3C\r", b"\n$ST"], &["$BEAT 10 idle*3C"]);
        check(&[b"\x1b[2J\xff\r\n"], &["\\x1b[2J\\xff"]);
        let long = vec![b'x'; 450];
        check(&[&long, b"\n"], &["x".repeat(200).as_str(), "x".repeat(200).as_str(), "x".repeat(50).as_str()]);
    }
}
