//! A program of the owner's that switches, and may tell: for what has no driver.
//!
//! What it is called with stands in the rig. It ends with 0 when it has done what it was asked, within the time that
//! the rig gives it; one that tells a state writes the word for it. Must not know what is switched.

use super::failure::Failure;
use super::switchboard::{Switchboard, Switches};
use super::way::Way;
use crate::clock::{Clock, Instant};
use crate::instrument::Identity;
use crate::rig::drivers::Command;
use crate::unit::{Bilingual, both};
use std::io::Read as _;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

/// How often a program is looked at.
const LOOK: Duration = Duration::from_millis(2);
/// So much of what it says is read.
const LONGEST: u64 = 4096;

pub struct Program {
    settings: Command,
    clock: Arc<dyn Clock>,
}

/// A program that serves so many channels. Nothing is run yet.
pub fn open(path: &str, settings: &Command, channels: u8, clock: Arc<dyn Clock>) -> Switchboard<Program> {
    let identity = Identity { model: "program of the owner's".to_owned(), unit: path.to_owned() };
    Switchboard::new(Program { settings: settings.clone(), clock }, identity, channels)
}

impl Program {
    /// Runs it to its end; when it began, and the first line of what it said.
    fn run(&self, words: &[String], channel: u8, to: &str) -> Result<(Instant, String), Failure> {
        let fill = |word: &String| word.replace("{channel}", &channel.to_string()).replace("{to}", to);
        let mut words = words.iter().map(fill);
        let mut program = std::process::Command::new(words.next().unwrap_or_default());
        program.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let began = self.clock.now();
        let mut child = program.spawn().map_err(|error| Failure::Unreachable(error.to_string()))?;
        let (said, complained) = (pipe(child.stdout.take()), pipe(child.stderr.take()));
        let code = self.wait(&mut child, began)?;
        let first = |heard: &std::sync::mpsc::Receiver<String>| {
            let text = heard.recv_timeout(LOOK * 50).unwrap_or_default();
            text.lines().next().unwrap_or_default().trim().to_owned()
        };
        if code == Some(0) {
            return Ok((began, first(&said)));
        }
        let code = code.map_or_else(|| Bilingual::new("by a signal", "sygnałem"), |code| both!("with {code}", "kodem {code}"));
        let why = first(&complained);
        let colon = if why.is_empty() { "" } else { ": " };
        let en = format!("it ends {}{colon}{why}", code.en);
        Err(Failure::Refused(Bilingual::new(en, format!("program zakończył się {}{colon}{why}", code.pl))))
    }

    fn wait(&self, child: &mut Child, began: Instant) -> Result<Option<i32>, Failure> {
        // Never used, so that waiting for it is a pause.
        let (_kept, pause) = channel::<()>();
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return Ok(status.code()),
                Ok(None) if self.clock.now().since(began) < self.settings.within => {
                    let _only_time_passes = pause.recv_timeout(LOOK);
                }
                Ok(None) => {
                    // One that has ended meanwhile needs no end.
                    let _gone = child.kill();
                    let _reaped = child.wait();
                    return Err(Failure::Silent(self.settings.within));
                }
                Err(error) => return Err(Failure::Gone(error.to_string())),
            }
        }
    }
}

/// What comes out of a pipe, read beside: a program that says much must not wait for us.
fn pipe(from: Option<impl std::io::Read + Send + 'static>) -> std::sync::mpsc::Receiver<String> {
    let (tell, heard) = channel();
    if let Some(mut from) = from {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            // What was read before it broke is what there is.
            let _broken = from.by_ref().take(LONGEST).read_to_end(&mut bytes);
            let _nobody_listens = tell.send(String::from_utf8_lossy(&bytes).into_owned());
            let _drained = std::io::copy(&mut from, &mut std::io::sink());
        });
    }
    heard
}

impl Switches for Program {
    fn switch(&mut self, channel: u8, on: bool) -> Result<Instant, Failure> {
        let to = if on { &self.settings.on } else { &self.settings.off };
        self.run(&self.settings.set, channel, to).map(|(began, _)| began)
    }
    fn is_on(&mut self, channel: u8) -> Result<Option<bool>, Failure> {
        let Some(get) = &self.settings.get else { return Ok(None) };
        let (_, said) = self.run(get, channel, "")?;
        match said.as_str() {
            on if on == self.settings.on => Ok(Some(true)),
            off if off == self.settings.off => Ok(Some(false)),
            other => Err(Failure::garbled(other.as_bytes())),
        }
    }
    fn way(&self) -> Option<&Way> {
        None
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::super::contract;
    use super::*;
    use crate::clock::RealClock;
    use crate::instrument::Instrument as _;
    use crate::instrument::relay::{Channel, Contact, RelayBoard as _};

    fn words(script: &str, folder: &std::path::Path) -> Vec<String> {
        ["/bin/sh", "-c", script, "sh", "{channel}", "{to}", &folder.display().to_string()].map(str::to_owned).to_vec()
    }

    fn board(set: &str, get: Option<&str>, folder: &std::path::Path, channels: u8) -> (Switchboard<Program>, Arc<dyn Clock>) {
        let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
        let settings = Command {
            set: words(set, folder),
            get: get.map(|get| words(get, folder)),
            on: "on".into(),
            off: "off".into(),
            within: Duration::from_secs(5),
        };
        (open("/bin/sh", &settings, channels, Arc::clone(&clock)), clock)
    }

    #[test]
    fn a_program_is_a_relay_board_like_any_other_whether_it_tells_or_not() {
        for get in [Some("cat \"$3/$1\" 2>/dev/null || echo off"), None] {
            let folder = tempfile::tempdir().expect("a folder");
            let (mut board, clock) = board("echo \"$2\" > \"$3/$1\"", get, folder.path(), 2);
            let closed = || {
                let state = |n: u8| std::fs::read_to_string(folder.path().join(n.to_string())).unwrap_or_default();
                (1..=2).map(|n| state(n).trim() == "on").collect()
            };
            contract::holds_for(&mut board, 2, &*clock, &closed);
        }
    }

    #[test]
    fn one_that_fails_hangs_is_not_there_or_lies_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let told = |set: &str, get: Option<&str>| {
            let (mut board, _) = board(set, get, folder.path(), 1);
            board.inner_within(Duration::from_millis(300));
            board.set(Channel(1), Contact::Closed).expect_err("it does not switch")
        };
        let failed = told("echo no such lamp >&2; exit 3", None);
        assert!(failed.cause.en.contains("ends with 3: no such lamp"), "{failed:?}");
        assert!(failed.cause.pl.contains("kodem 3: no such lamp"), "{failed:?}");
        let hangs = told("exec sleep 30", None);
        assert!(hangs.cause.en.contains("within 300 ms") && hangs.remedy.en.contains("by hand"), "{hangs:?}");
        assert!(told("exit 0", Some("echo off")).cause.en.contains("stays as it was"));
        assert!(told("exit 0", Some("echo maybe")).cause.en.contains("maybe"));
        let settings = Command { set: vec!["/not/there".into()], get: None, on: "1".into(), off: "0".into(), within: LOOK };
        let mut absent = open("/not/there", &settings, 1, Arc::new(RealClock::start()));
        let error = absent.set(Channel(1), Contact::Open).expect_err("no such program");
        assert!(error.instrument.contains("/not/there") && error.remedy.en.contains("may be run"), "{error:?}");
    }

    #[test]
    fn one_that_cannot_be_asked_and_was_never_told_is_unknown() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut board, _) = board("exit 0", None, folder.path(), 1);
        assert!(board.identify().is_ok() && board.get(Channel(1)).is_err());
        board.set(Channel(1), Contact::Closed).expect("it switches");
        assert_eq!(board.get(Channel(1)), Ok(Contact::Closed));
    }

    impl Switchboard<Program> {
        fn inner_within(&mut self, within: Duration) {
            self.inner_mut().settings.within = within;
        }
    }
}
