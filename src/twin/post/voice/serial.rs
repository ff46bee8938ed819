//! The module's serial side: command lines in, reply and report lines out (PROTOCOL.md, section 3).
//!
//! Must not know SIP, audio or time: it only reads and words lines.

use std::fmt;

/// The longest line, without its end.
pub const LONGEST_LINE: usize = 96;

/// What the firmware asks of the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Attention,
    Identity(String),
    Register(bool),
    Dial { press: u32, delayed: bool },
    HangUp,
}

/// What the module says unasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    Ready,
    Link(bool),
    Registered(bool),
    Sent,
    Ring,
    Connected,
    End(Ending),
}

/// Why a call is over, in the firmware's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Remote,
    Local,
    Busy,
    Refused,
    NoAnswer,
    Lost,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Report::Ready => f.write_str("+READY"),
            Report::Link(up) => write!(f, "+LINK:{}", u8::from(*up)),
            Report::Registered(yes) => write!(f, "+REG:{}", u8::from(*yes)),
            Report::Sent => f.write_str("+SENT"),
            Report::Ring => f.write_str("+RING"),
            Report::Connected => f.write_str("+CONN"),
            Report::End(ending) => write!(f, "+END:{ending}"),
        }
    }
}
impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ending::Remote => "remote",
            Ending::Local => "local",
            Ending::Busy => "busy",
            Ending::Refused => "refused",
            Ending::NoAnswer => "noanswer",
            Ending::Lost => "lost",
        })
    }
}

/// Gathers bytes into command lines.
#[derive(Debug, Default)]
pub struct LineReader {
    line: Vec<u8>,
    overrun: bool,
}

impl LineReader {
    /// A finished line: the command, or `Err` for one that is not understood. Empty lines are nothing.
    pub fn push(&mut self, byte: u8) -> Option<Result<Command, NotUnderstood>> {
        match byte {
            b'\r' => self.finish(),
            b'\n' => None,
            _ if self.line.len() >= LONGEST_LINE => {
                self.overrun = true;
                None
            }
            _ => {
                self.line.push(byte);
                None
            }
        }
    }
    fn finish(&mut self) -> Option<Result<Command, NotUnderstood>> {
        let line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.overrun) {
            return Some(Err(NotUnderstood));
        }
        if line.is_empty() {
            return None;
        }
        Some(std::str::from_utf8(&line).ok().and_then(parse).ok_or(NotUnderstood))
    }
}

/// A line that is no command; answered `ERROR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotUnderstood;

fn parse(line: &str) -> Option<Command> {
    let rest = line.strip_prefix("AT")?;
    match rest {
        "" => return Some(Command::Attention),
        "+HUP" => return Some(Command::HangUp),
        "+REG=1" => return Some(Command::Register(true)),
        "+REG=0" => return Some(Command::Register(false)),
        _ => {}
    }
    if let Some(name) = rest.strip_prefix("+ID=") {
        return is_identity(name).then(|| Command::Identity(name.to_owned()));
    }
    let number = rest.strip_prefix("+DIAL=")?;
    let (number, delayed) = match number.strip_suffix(",DELAYED") {
        Some(number) => (number, true),
        None => (number, false),
    };
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(Command::Dial { press: number.parse().ok()?, delayed })
}

/// An identity becomes the user part of a SIP URI: only characters that need no escape there.
fn is_identity(name: &str) -> bool {
    (1..=16).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: Option<Result<Command, NotUnderstood>>) {
        let mut reader = LineReader::default();
        assert_eq!(bytes.iter().filter_map(|&b| reader.push(b)).next(), expected, "{}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn reads_every_command_of_the_protocol() {
        check(b"AT\r", Some(Ok(Command::Attention)));
        check(b"AT+ID=SOS-0417\r", Some(Ok(Command::Identity("SOS-0417".into()))));
        check(b"AT+REG=1\r", Some(Ok(Command::Register(true))));
        check(b"AT+REG=0\r\n", Some(Ok(Command::Register(false))));
        check(
            &[0x41, 0x54, 0x2B, 0x44, 0x49, 0x41, 0x4C, 0x3D, 0x37, 0x0D],
            Some(Ok(Command::Dial { press: 7, delayed: false })),
        );
        check(b"AT+DIAL=21,DELAYED\r", Some(Ok(Command::Dial { press: 21, delayed: true })));
        check(b"AT+HUP\r", Some(Ok(Command::HangUp)));
    }

    #[test]
    fn refuses_what_is_no_command() {
        for bad in
            [&b"AT+DIAL=\r"[..], b"AT+DIAL=+7\r", b"AT+DIAL=99999999999\r", b"AT+ID=a b\r", b"AT+ID=\r", b"HELLO\r", b"\xff\r"]
        {
            check(bad, Some(Err(NotUnderstood)));
        }
        check(b"\r", None);
        check(b"AT+HUP", None);
        let long = [vec![b'A'; 500], vec![b'\r']].concat();
        check(&long, Some(Err(NotUnderstood)));
    }

    #[test]
    fn words_reports_as_the_protocol_does() {
        assert_eq!(format!("{}\r\n", Report::Ring).as_bytes(), [0x2B, 0x52, 0x49, 0x4E, 0x47, 0x0D, 0x0A]);
        assert_eq!(Report::Link(true).to_string(), "+LINK:1");
        assert_eq!(Report::End(Ending::NoAnswer).to_string(), "+END:noanswer");
    }
}
