//! Terminals of this machine: pseudo-terminals that look like serial ports to other programs, and the keyboard without its line editing.
//!
//! The only place that names libc. Knows nothing of what is typed or of what the bytes mean.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd};
use std::time::Duration;

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
        let (mut near, mut far) = (-1, -1);
        // SAFETY: both descriptors are written before they are read; null pointers ask for no name and the usual settings.
        let made = unsafe {
            libc::openpty(&raw mut near, &raw mut far, std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut())
        };
        check(made)?;
        // SAFETY: openpty has just made both, and nobody else owns them.
        let (near, far) = unsafe { (OwnedFd::from_raw_fd(near), OwnedFd::from_raw_fd(far)) };
        let mut settings = settings_of(far.as_fd())?;
        // SAFETY: a whole termios, as read from the terminal.
        unsafe { libc::cfmakeraw(&raw mut settings) };
        apply(far.as_fd(), &settings)?;
        make_impatient(near.as_fd())?;
        Ok(Pty { near: File::from(near), path: name_of(far.as_fd())?, far })
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
                    // SAFETY: both descriptors are ours and open.
                    unsafe {
                        check(libc::tcflush(self.near.as_raw_fd(), libc::TCOFLUSH))?;
                        check(libc::tcflush(self.far.as_raw_fd(), libc::TCIFLUSH))?;
                    }
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
    let mut wanted = libc::pollfd { fd: from.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    let millis = i32::try_from(within.as_millis()).unwrap_or(i32::MAX);
    // SAFETY: one pollfd, alive for the length of the call.
    let ready = unsafe { libc::poll(&raw mut wanted, 1, millis) };
    if ready == 0 {
        return Ok(None);
    }
    let taken = check(ready).and_then(|()| from.read(buffer));
    match taken {
        Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(None),
        taken => taken.map(Some),
    }
}

/// A keyboard that gives each key at once and does not show it, until this is dropped.
pub struct SingleKeys {
    keyboard: OwnedFd,
    before: libc::termios,
}

impl SingleKeys {
    /// `keyboard` must be a terminal. Ctrl-C still interrupts; the keys that would suspend or quit without a word to us are taken out.
    pub fn on(keyboard: BorrowedFd<'_>) -> io::Result<SingleKeys> {
        let before = settings_of(keyboard)?;
        let mut settings = before;
        settings.c_lflag &= !(libc::ICANON | libc::ECHO);
        for key in [libc::VSUSP, libc::VQUIT] {
            settings.c_cc[key] = libc::_POSIX_VDISABLE;
        }
        settings.c_cc[libc::VMIN] = 1;
        settings.c_cc[libc::VTIME] = 0;
        let keyboard = keyboard.try_clone_to_owned()?;
        apply(keyboard.as_fd(), &settings)?;
        Ok(SingleKeys { keyboard, before })
    }
}

impl Drop for SingleKeys {
    fn drop(&mut self) {
        // A terminal that is gone needs no restoring.
        let _gone = apply(self.keyboard.as_fd(), &self.before);
    }
}

fn check(outcome: libc::c_int) -> io::Result<()> {
    if outcome < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn settings_of(terminal: BorrowedFd<'_>) -> io::Result<libc::termios> {
    let mut settings = MaybeUninit::uninit();
    // SAFETY: tcgetattr fills the whole structure, or says that it has not.
    unsafe {
        check(libc::tcgetattr(terminal.as_raw_fd(), settings.as_mut_ptr()))?;
        Ok(settings.assume_init())
    }
}

fn apply(terminal: BorrowedFd<'_>, settings: &libc::termios) -> io::Result<()> {
    // SAFETY: a whole termios that outlives the call.
    check(unsafe { libc::tcsetattr(terminal.as_raw_fd(), libc::TCSANOW, settings) })
}

/// Writing and reading return at once when they cannot go on.
fn make_impatient(line: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: both calls take and give plain flags of an open descriptor.
    unsafe {
        let flags = libc::fcntl(line.as_raw_fd(), libc::F_GETFL);
        check(flags)?;
        check(libc::fcntl(line.as_raw_fd(), libc::F_SETFL, flags | libc::O_NONBLOCK))
    }
}

fn name_of(terminal: BorrowedFd<'_>) -> io::Result<String> {
    let mut name = [0u8; 256];
    // SAFETY: the buffer is as long as stated; the name in it ends with a NUL.
    let failed = unsafe { libc::ttyname_r(terminal.as_raw_fd(), name.as_mut_ptr().cast(), name.len()) };
    if failed != 0 {
        return Err(io::Error::from_raw_os_error(failed));
    }
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
    Ok(String::from_utf8_lossy(name.get(..end).unwrap_or_default()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let mut cooked = settings_of(pty.far.as_fd()).expect("settings");
        cooked.c_lflag |= libc::ICANON | libc::ECHO;
        apply(pty.far.as_fd(), &cooked).expect("set");
        let lflag = || settings_of(pty.far.as_fd()).expect("settings").c_lflag & (libc::ICANON | libc::ECHO);
        let keys = SingleKeys::on(pty.far.as_fd()).expect("a terminal");
        assert_eq!(lflag(), 0);
        drop(keys);
        assert_eq!(lflag(), libc::ICANON | libc::ECHO);
    }
}
