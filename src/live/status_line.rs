//! What is shown: one line for everything that happens, and at a terminal a last line with the lamps.
//!
//! Knows nothing of how anything comes about.

use crate::clock::Instant;
use crate::unit::{Bilingual, Lang, both};
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

/// In both languages.
type Words = (&'static str, &'static str);

pub const LAMPS: [Words; 3] = [("call placed", "wezwano"), ("connected", "połączono"), ("out of service", "nieczynny")];

/// What a line is about.
const ABOUT: [Words; 14] = [
    ("lamp", "lampka"),
    ("button", "przycisk"),
    ("fibre", "łącze"),
    ("mains", "sieć"),
    ("ear", "nagranie"),
    ("end", "koniec"),
    ("network", "adres"),
    ("console", "konsola"),
    ("failed", "usterka"),
    ("status", "stan"),
    ("unknown", "nieznane"),
    ("mouth", "mowa"),
    ("card", "karta"),
    ("behind", "zwłoka"),
];

const fn of(words: Words, lang: Lang) -> &'static str {
    match lang {
        Lang::En => words.0,
        Lang::Pl => words.1,
    }
}

impl Look {
    /// Never longer than a terminal of 80 columns, on which it is drawn again and again.
    pub fn told(&self, lang: Lang) -> String {
        let lamp = |(words, lit): (&Words, bool)| format!("{} {} ", if lit { '●' } else { '○' }, of(*words, lang));
        let lamps: String = LAMPS.iter().zip(self.lamps).map(lamp).collect();
        let button = if self.pressed { ("closed", "wciśnięty") } else { ("open", "zwolniony") };
        let fibre = if self.fibre { ("ok", "jest") } else { ("cut", "brak") };
        let mains = if self.mains { ("on", "jest") } else { ("off", "brak") };
        let [button, fibre, mains] = [button, fibre, mains].map(|words| of(words, lang));
        match lang {
            Lang::En => format!("{lamps} button {button}, fibre {fibre}, mains {mains}"),
            Lang::Pl => format!("{lamps} przycisk {button}, łącze {fibre}, sieć {mains}"),
        }
    }
}

/// Whoever reads may have gone: then nothing is shown, and the post works on.
pub struct StatusLine {
    out: Box<dyn Write>,
    /// Keep a last line with the lamps.
    last_line: bool,
    lang: Lang,
    look: Look,
}

const CLEAR: &str = "\r\x1b[2K";

impl StatusLine {
    pub fn new(out: Box<dyn Write>, last_line: bool, lang: Lang) -> Self {
        StatusLine { out, last_line, lang, look: Look::default() }
    }

    /// One line: when, what it is about, what happened.
    pub fn tell(&mut self, at: Instant, about: &str, what: impl Into<Bilingual>) {
        let (what, moment) = (what.into(), format!("{:>9.3} s", at.as_secs_f64()));
        let moment = if self.lang == Lang::Pl { moment.replace('.', ",") } else { moment };
        let about = self.called(about);
        self.line(format_args!("{moment}  {about:<8} {}", what.show(self.lang)));
    }
    /// One line without a moment.
    pub fn say(&mut self, what: impl Into<Bilingual>) {
        let what = what.into();
        self.line(format_args!("{}", what.show(self.lang)));
    }
    /// One line: what, and where it is found.
    pub fn name(&mut self, about: &str, place: impl Display) {
        let about = self.called(about);
        self.line(format_args!("{about:<8} {place}"));
    }
    /// What is no word of ours keeps its name, as a board does.
    fn called<'a>(&self, about: &'a str) -> &'a str {
        ABOUT.iter().find(|(en, _)| *en == about).map_or(about, |words| of(*words, self.lang))
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
                let ((en, pl), (en_is, pl_is)) = (*name, if is { ("on", "świeci") } else { ("off", "zgasła") });
                self.tell(at, "lamp", both!("{en} {en_is}", "„{pl}” {pl_is}"));
            }
        }
        if before.pressed != look.pressed {
            self.tell(at, "button", if look.pressed { ("closed", "wciśnięty") } else { ("open", "zwolniony") });
        }
        if before.fibre != look.fibre {
            self.tell(at, "fibre", if look.fibre { ("connected", "przywrócone") } else { ("cut", "przerwane") });
        }
        if before.mains != look.mains {
            self.tell(at, "mains", if look.mains { ("on", "włączona") } else { ("off", "wyłączona") });
        }
        self.redraw();
    }
    pub fn look(&self) -> Look {
        self.look
    }

    fn redraw(&mut self) {
        if self.last_line {
            let _nobody_reads = write!(self.out, "{CLEAR}{}", self.look.told(self.lang));
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

    fn check(last_line: bool, lang: Lang, expected: &str) {
        let paper = Paper::default();
        let mut face = StatusLine::new(Box::new(paper.clone()), last_line, lang);
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
        for told in [Lang::En, Lang::Pl].map(|lang| longest.told(lang)) {
            assert!(told.chars().count() < 80, "{told}");
        }
    }

    #[test]
    fn every_change_is_one_line() {
        let en = "    0.002 s  fibre    connected\n    0.002 s  mains    on\n   12.345 s  lamp     connected on\n";
        check(false, Lang::En, en);
        let pl = "    0,002 s  łącze    przywrócone\n    0,002 s  sieć     włączona\n   12,345 s  lampka   „połączono” świeci\n";
        check(false, Lang::Pl, pl);
    }

    #[test]
    fn a_terminal_has_the_lamps_on_its_last_line_and_is_left_clean() {
        let line =
            |connected: char| format!("<○ call placed {connected} connected ○ out of service  button open, fibre ok, mains on");
        let (off, on) = (line('○'), line('●'));
        let expected = format!(
            "<    0.002 s  fibre    connected\n{off}<    0.002 s  mains    on\n{off}{off}<   12.345 s  lamp     connected on\n{on}{on}<"
        );
        check(true, Lang::En, &expected);
    }
}
