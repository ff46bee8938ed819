//! What the person at the keyboard wants: single keys at a terminal, words a line otherwise.
//!
//! Knows nothing of how anything is done.

use super::Input;
use super::tty;
use crate::clock::{Clock, Stamped};
use crate::unit::parse_duration;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

/// A press as a person gives it.
pub const PRESS: Duration = Duration::from_millis(150);
/// Longer than any stuck button; whoever wants more holds.
const LONGEST_PRESS: Duration = Duration::from_secs(3600);
/// A line longer than this is no command.
const LONGEST_LINE: usize = 200;
const LOOK: Duration = Duration::from_millis(100);

/// Something to be done at the post. `None` of a switch: the other way round than it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Press(Duration),
    Hold(Option<bool>),
    /// Ten closings of 2 ms within 40 ms, then a press.
    Bounce,
    Fibre(Option<bool>),
    Power(Option<bool>),
    /// The mouth speaks its file from the beginning.
    Say,
    Status,
    Help,
    Quit,
    /// Not understood.
    Unknown(String),
}

/// What a line of words asks for.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Nothing,
    Do(Command),
    /// Nothing further is read for so long.
    Wait(Duration),
}

pub const WORDS: &str = "press [150ms], hold, release, bounce, fibre cut|restore, power off|on, say, status, wait 2s, help, quit";
pub const KEYS: (&str, &str) = (
    "space: press  h: hold or release  b: bounce  f: fibre  m: mains  s: speak  i: status  ?: these keys  q: quit",
    "spacja: naciśnij  h: przytrzymaj lub zwolnij  b: drgania styku  f: światłowód  m: sieć  s: mów  i: stan  ?: te klawisze  q: koniec",
);

fn line(text: &str) -> Line {
    let unknown = || Line::Do(Command::Unknown(text.trim().to_owned()));
    let (word, rest) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
    let rest = rest.trim();
    let command = match (word, rest) {
        ("", _) => return Line::Nothing,
        ("wait", _) => return parse_duration(rest).map_or_else(|_| unknown(), Line::Wait),
        ("press", "") => Command::Press(PRESS),
        ("press", _) => match parse_duration(rest) {
            Ok(time) if time <= LONGEST_PRESS => Command::Press(time),
            _ => return unknown(),
        },
        ("hold", "") => Command::Hold(Some(true)),
        ("release", "") => Command::Hold(Some(false)),
        ("bounce", "") => Command::Bounce,
        ("fibre", "cut") => Command::Fibre(Some(false)),
        ("fibre", "restore") => Command::Fibre(Some(true)),
        ("power", "off") => Command::Power(Some(false)),
        ("power", "on") => Command::Power(Some(true)),
        ("say", "") => Command::Say,
        ("status", "") => Command::Status,
        ("help", "") => Command::Help,
        ("quit", "") => Command::Quit,
        _ => return unknown(),
    };
    Line::Do(command)
}

fn key(byte: u8) -> Option<Command> {
    match byte.to_ascii_lowercase() {
        b' ' | b'p' | b'\r' | b'\n' => Some(Command::Press(PRESS)),
        b'h' => Some(Command::Hold(None)),
        b'b' => Some(Command::Bounce),
        b'f' => Some(Command::Fibre(None)),
        b'm' => Some(Command::Power(None)),
        b's' => Some(Command::Say),
        b'i' => Some(Command::Status),
        b'?' => Some(Command::Help),
        // Ctrl-D is the end of a terminal's input.
        b'q' | 4 => Some(Command::Quit),
        _ => None,
    }
}

/// Where the commands come from.
pub struct Keyboard {
    pub from: File,
    /// Each byte is a key; otherwise each line is a command.
    pub keys: bool,
    /// The input's end is no wish to quit: nobody is there to type.
    pub endless: bool,
}

impl Keyboard {
    /// Starts a thread that tells every command with the moment it was read.
    pub fn listen(self, clock: Arc<dyn Clock>, tell: Sender<Input>, closing: Arc<AtomicBool>) -> io::Result<()> {
        let work = move || self.read(&*clock, &tell, &closing);
        std::thread::Builder::new().name("keyboard".to_owned()).spawn(work).map(drop)
    }

    fn read(mut self, clock: &dyn Clock, tell: &Sender<Input>, closing: &AtomicBool) {
        let mut pending: Vec<u8> = Vec::new();
        let mut buffer = [0; 256];
        let say = |command: Command| tell.send(Input::Command(Stamped::new(clock.now(), command))).is_ok();
        while !closing.load(Ordering::Relaxed) {
            match tty::hear(&mut self.from, LOOK, &mut buffer) {
                Ok(None) => {}
                Ok(Some(0)) | Err(_) => {
                    if !self.endless {
                        say(Command::Quit);
                    }
                    return;
                }
                Ok(Some(count)) if self.keys => {
                    let mut keys = buffer.iter().take(count).filter_map(|byte| key(*byte));
                    if !keys.all(&say) {
                        return;
                    }
                }
                Ok(Some(count)) => {
                    pending.extend(buffer.iter().take(count));
                    if !self.lines(&mut pending, clock, &say) {
                        return;
                    }
                }
            }
        }
    }

    /// Carries out every whole line. `false`: nobody listens any more.
    fn lines(&self, pending: &mut Vec<u8>, clock: &dyn Clock, say: &impl Fn(Command) -> bool) -> bool {
        while let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
            let text: Vec<u8> = pending.drain(..=end).collect();
            let open = match line(&String::from_utf8_lossy(&text)) {
                Line::Nothing => true,
                Line::Do(command) => say(command),
                Line::Wait(time) => clock.wait(time).is_ok(),
            };
            if !open {
                return false;
            }
        }
        if pending.len() > LONGEST_LINE {
            pending.clear();
            return say(Command::Unknown("a line without end".to_owned()));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Line) {
        assert_eq!(line(text), expected, "{text:?}");
    }

    #[test]
    fn every_word_that_help_names_is_understood() {
        for part in WORDS.split(", ") {
            for text in part.split('|') {
                let text = text.replace(['[', ']'], "");
                let text = match text.as_str() {
                    "restore" => "fibre restore".to_owned(),
                    "on" => "power on".to_owned(),
                    whole => whole.to_owned(),
                };
                assert!(!matches!(line(&text), Line::Do(Command::Unknown(_))), "{text}");
            }
        }
    }

    #[test]
    fn words_are_read_with_their_figures_and_anything_else_is_told() {
        check("press\n", Line::Do(Command::Press(PRESS)));
        check("  press  2 s \r\n", Line::Do(Command::Press(Duration::from_secs(2))));
        check("wait 100ms", Line::Wait(Duration::from_millis(100)));
        check("power off", Line::Do(Command::Power(Some(false))));
        check(" \n", Line::Nothing);
        for wrong in ["press hard", "press 2 h", "fibre", "power 1", "quit now", "Pres", "\u{1b}[A"] {
            check(wrong, Line::Do(Command::Unknown(wrong.to_owned())));
        }
    }

    #[test]
    fn every_key_that_help_names_does_something() {
        for name in KEYS.0.split("  ").chain(KEYS.1.split("  ")).filter_map(|part| part.split_once(": ")).map(|(name, _)| name) {
            let byte = if name == "space" { b' ' } else { name.as_bytes()[0] };
            assert!(key(byte).is_some() && key(byte.to_ascii_uppercase()).is_some(), "{name}");
        }
        assert_eq!(key(0x1B), None);
    }
}
