//! What is shown: one line for everything that happens, and at a terminal a last line with the lamps.
//!
//! Knows nothing of how anything comes about.

use crate::clock::Instant;
use std::fmt::{self, Display};
use std::io::Write;

/// How the post looks now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// Call placed, connected, out of service.
    pub lamps: [bool; 3],
    pub pressed: bool,
    pub fibre: bool,
    pub mains: bool,
}

pub const LAMPS: [&str; 3] = ["call placed", "connected", "out of service"];

impl Display for Look {
    /// Never longer than a terminal of 80 columns, on which it is drawn again and again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, lit) in LAMPS.iter().zip(self.lamps) {
            write!(f, "{} {name} ", if lit { '●' } else { '○' })?;
        }
        let button = if self.pressed { "closed" } else { "open" };
        let fibre = if self.fibre { "ok" } else { "cut" };
        let mains = if self.mains { "on" } else { "off" };
        write!(f, " button {button}, fibre {fibre}, mains {mains}")
    }
}

/// Whoever reads may have gone: then nothing is shown, and the post works on.
pub struct StatusLine {
    out: Box<dyn Write>,
    /// Keep a last line with the lamps.
    last_line: bool,
    look: Look,
}

const CLEAR: &str = "\r\x1b[2K";

impl StatusLine {
    pub fn new(out: Box<dyn Write>, last_line: bool) -> Self {
        StatusLine { out, last_line, look: Look::default() }
    }

    /// One line: when, what it is about, what happened.
    pub fn tell(&mut self, at: Instant, about: &str, what: impl Display) {
        self.line(format_args!("{:>9.3} s  {about:<8} {what}", at.as_secs_f64()));
    }
    /// One line without a moment.
    pub fn say(&mut self, what: impl Display) {
        self.line(format_args!("{what}"));
    }
    fn line(&mut self, text: fmt::Arguments<'_>) {
        let start = if self.last_line { CLEAR } else { "" };
        let _nobody_reads = writeln!(self.out, "{start}{text}");
        self.redraw();
    }

    /// The post looks like this now; what has changed is told.
    pub fn show(&mut self, at: Instant, look: Look) {
        let before = std::mem::replace(&mut self.look, look);
        if before == look {
            return;
        }
        for (name, (was, is)) in LAMPS.iter().zip(before.lamps.iter().zip(look.lamps)) {
            if *was != is {
                self.tell(at, "lamp", format_args!("{name} {}", if is { "on" } else { "off" }));
            }
        }
        if before.pressed != look.pressed {
            self.tell(at, "button", if look.pressed { "closed" } else { "open" });
        }
        if before.fibre != look.fibre {
            self.tell(at, "fibre", if look.fibre { "connected" } else { "cut" });
        }
        if before.mains != look.mains {
            self.tell(at, "mains", if look.mains { "on" } else { "off" });
        }
        self.redraw();
    }
    pub fn look(&self) -> Look {
        self.look
    }

    fn redraw(&mut self) {
        if self.last_line {
            let _nobody_reads = write!(self.out, "{CLEAR}{}", self.look);
        }
        let _nobody_reads = self.out.flush();
    }
    /// Leaves the terminal with nothing half-drawn.
    pub fn leave(&mut self) {
        if self.last_line {
            self.last_line = false;
            let _nobody_reads = write!(self.out, "{CLEAR}");
            let _nobody_reads = self.out.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("paper").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn check(last_line: bool, expected: &str) {
        let paper = Paper::default();
        let mut face = StatusLine::new(Box::new(paper.clone()), last_line);
        let healthy = Look { fibre: true, mains: true, ..Look::default() };
        face.show(Instant::from_nanos(1_500_000), healthy);
        face.show(Instant::from_nanos(12_345_000_000), Look { lamps: [false, true, false], ..healthy });
        face.show(Instant::from_nanos(12_345_000_000), face.look());
        face.leave();
        let text = String::from_utf8(paper.0.lock().expect("paper").clone()).expect("text");
        let plain = text.replace(CLEAR, "<");
        assert_eq!(plain, expected);
    }

    #[test]
    fn how_it_looks_fits_a_narrow_terminal() {
        let longest = Look { lamps: [true; 3], pressed: true, fibre: false, mains: false };
        assert!(longest.to_string().chars().count() < 80, "{longest}");
    }

    #[test]
    fn every_change_is_one_line() {
        check(false, "    0.002 s  fibre    connected\n    0.002 s  mains    on\n   12.345 s  lamp     connected on\n");
    }

    #[test]
    fn a_terminal_has_the_lamps_on_its_last_line_and_is_left_clean() {
        let line =
            |connected: char| format!("<○ call placed {connected} connected ○ out of service  button open, fibre ok, mains on");
        let (off, on) = (line('○'), line('●'));
        let expected = format!(
            "<    0.002 s  fibre    connected\n{off}<    0.002 s  mains    on\n{off}{off}<   12.345 s  lamp     connected on\n{on}{on}<"
        );
        check(true, &expected);
    }
}
