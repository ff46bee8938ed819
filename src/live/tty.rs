//! Terminals of this machine: pseudo-terminals that look like serial ports to other programs, and the keyboard without
//! its line editing.
//!
//! Knows nothing of what is typed or of what the bytes mean.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, fcntl_getfl, fcntl_setfl, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::Duration;

/// What a key is set to that does nothing (`_POSIX_VDISABLE` of Linux).
const NO_KEY: u8 = 0;

/// A pseudo-terminal. Other programs open its [`path`](Pty::path) as they would a serial port.
#[derive(Debug)]
pub struct Pty {
    near: File,
    /// Held open, so that a program that closes its end leaves the line in being.
    far: OwnedFd,
    path: String,
}

impl Pty {
    /// A line on which every byte passes as it is.
    pub fn open() -> io::Result<Pty> {
        let near = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&near)?;
        unlockpt(&near)?;
        let name = ptsname(&near, Vec::new())?;
        let far = open(&*name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
        let mut settings = tcgetattr(&far)?;
        settings.make_raw();
        tcsetattr(&far, OptionalActions::Now, &settings)?;
        // Writing and reading return at once when they cannot go on.
        fcntl_setfl(&near, fcntl_getfl(&near)? | OFlags::NONBLOCK)?;
        Ok(Pty { near: File::from(near), path: name.to_string_lossy().into_owned(), far })
    }

    pub fn path(&self) -> &str {
        &self.path
    }

    /// A second handle, for a thread that listens with [`hear`].
    pub fn listener(&self) -> io::Result<File> {
        self.near.try_clone()
    }

    /// Hands bytes to whoever has the far end open. If nobody takes them the oldest are lost, as on a serial line.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.near.write(rest) {
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    // What is on the way, and what has arrived and was not taken.
                    tcflush(&self.near, QueueSelector::OFlush)?;
                    tcflush(&self.far, QueueSelector::IFlush)?;
                    return match self.near.write(rest) {
                        Err(e) if e.kind() != ErrorKind::WouldBlock => Err(e),
                        _ => Ok(()),
                    };
                }
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}

/// Waits at most `within` for bytes and takes them. `None`: none came; an empty piece: the far end is gone.
pub fn hear(from: &mut File, within: Duration, buffer: &mut [u8]) -> io::Result<Option<usize>> {
    let within = Timespec::try_from(within).map_err(io::Error::other)?;
    let ready = poll(&mut [PollFd::new(&*from, PollFlags::IN)], Some(&within));
    if ready == Ok(0) {
        return Ok(None);
    }
    let taken = ready.map_err(io::Error::from).and_then(|_| from.read(buffer));
    match taken {
        Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(None),
        taken => taken.map(Some),
    }
}

/// A keyboard that gives each key at once and does not show it, until this is dropped.
pub struct SingleKeys {
    keyboard: OwnedFd,
    before: Termios,
}

impl SingleKeys {
    /// `keyboard` must be a terminal. Ctrl-C still interrupts; the keys that would suspend or quit without a word to us
    /// are taken out.
    pub fn on(keyboard: BorrowedFd<'_>) -> io::Result<SingleKeys> {
        let before = tcgetattr(keyboard)?;
        let mut settings = before.clone();
        settings.local_modes -= LocalModes::ICANON | LocalModes::ECHO;
        for key in [SpecialCodeIndex::VSUSP, SpecialCodeIndex::VQUIT] {
            settings.special_codes[key] = NO_KEY;
        }
        settings.special_codes[SpecialCodeIndex::VMIN] = 1;
        settings.special_codes[SpecialCodeIndex::VTIME] = 0;
        let keyboard = keyboard.try_clone_to_owned()?;
        tcsetattr(&keyboard, OptionalActions::Now, &settings)?;
        Ok(SingleKeys { keyboard, before })
    }
}

impl Drop for SingleKeys {
    fn drop(&mut self) {
        // A terminal that is gone needs no restoring.
        let _gone = tcsetattr(&self.keyboard, OptionalActions::Now, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd as _;

    /// Takes what is there until `length` bytes have come, 2 s at most.
    fn heard(from: &mut File, length: usize) -> Vec<u8> {
        let (mut all, mut buffer) = (Vec::new(), [0; 8192]);
        while all.len() < length {
            match hear(from, Duration::from_secs(2), &mut buffer).expect("a line in being") {
                Some(count) => all.extend_from_slice(&buffer[..count]),
                None => break,
            }
        }
        all
    }

    #[test]
    fn every_byte_passes_both_ways_and_no_echo_comes_back() {
        let mut pty = Pty::open().expect("a pseudo-terminal");
        let mut bench = File::options().read(true).write(true).open(pty.path()).expect("a port");
        let all: Vec<u8> = (0..=255).collect();
        bench.write_all(&all).expect("written");
        assert_eq!(heard(&mut pty.listener().expect("a handle"), 256), all);
        pty.write(&all).expect("written");
        assert_eq!(heard(&mut bench, 256), all);
        let nothing = hear(&mut pty.listener().expect("a handle"), Duration::from_millis(20), &mut [0; 8]);
        assert_eq!(nothing.expect("a line in being"), None);
    }

    #[test]
    fn a_line_that_nobody_reads_holds_nobody_up_and_keeps_the_newest() {
        let mut pty = Pty::open().expect("a pseudo-terminal");
        for _ in 0..20_000 {
            pty.write(b"0123456789abcdef").expect("not held up");
        }
        pty.write(b"the end").expect("not held up");
        let mut bench = File::open(pty.path()).expect("a port");
        let mut kept = Vec::new();
        while !kept.ends_with(b"the end") {
            let more = heard(&mut bench, 1);
            assert!(!more.is_empty(), "the newest are lost, {} bytes kept", kept.len());
            kept.extend(more);
        }
        assert!(kept.len() < 320_007, "nothing was lost, so nothing was shown");
    }

    #[test]
    fn a_line_outlives_those_who_open_and_close_it() {
        let mut pty = Pty::open().expect("a pseudo-terminal");
        for round in 0..3u8 {
            let mut bench = File::options().read(true).write(true).open(pty.path()).expect("a port");
            pty.write(&[round]).expect("written");
            assert_eq!(heard(&mut bench, 1), [round]);
        }
    }

    #[test]
    fn the_keyboard_is_given_back_as_it_was() {
        let pty = Pty::open().expect("a terminal");
        let lines = LocalModes::ICANON | LocalModes::ECHO;
        let mut cooked = tcgetattr(&pty.far).expect("settings");
        cooked.local_modes |= lines;
        tcsetattr(&pty.far, OptionalActions::Now, &cooked).expect("set");
        let modes = || tcgetattr(&pty.far).expect("settings").local_modes & lines;
        let keys = SingleKeys::on(pty.far.as_fd()).expect("a terminal");
        assert_eq!(modes(), LocalModes::empty());
        drop(keys);
        assert_eq!(modes(), lines);
    }
}
