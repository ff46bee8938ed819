//! The run's side of the guard: it starts one before anything moves, tells it that the run goes on, and dismisses it.
//!
//! A run whose guard is gone must not go on: whatever waits on its clock is interrupted.

use super::{DISMISSED, READY};
use crate::clock;
use crate::rig::Rig;
use crate::unit::{Bilingual, Lang, both};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the guard hears of the run.
const BEAT_EVERY: Duration = Duration::from_millis(200);
/// A program that has to be read from a slow disk first.
const READY_WITHIN: Duration = Duration::from_secs(20);
/// Where memory runs out the system ends the run before its guard (proc(5), `oom_score_adj`).
const BEFORE_ITS_GUARD: &str = "500";

/// The guard of a run did not come to stand by.
#[derive(Debug, thiserror::Error)]
#[error("the guard does not stand by: {0}")]
pub struct Unguarded(io::Error);

impl Unguarded {
    pub fn account(&self) -> Bilingual {
        both!("the run's guard does not stand by: {}", "proces strażnika przebiegu nie działa: {}", self.0)
    }
    pub fn remedy(&self) -> Bilingual {
        (
            "nothing was moved; see that hejnal may start itself a second time",
            "niczego nie uruchomiono; sprawdź, czy hejnal może uruchomić drugi własny proces",
        )
            .into()
    }
}

/// Whoever is guarded, and whether the guard has gone.
#[derive(Debug, Default)]
struct Attended {
    clock: Option<clock::Guard>,
    is_lost: bool,
}

/// A run with a guard. Dropped without [`Ward::dismiss`] it leaves the rig to the guard.
#[derive(Debug)]
pub struct Ward {
    attended: Arc<Mutex<Attended>>,
    orders: Sender<()>,
    beating: JoinHandle<()>,
    process: u32,
}

impl Ward {
    /// Starts a guard for this rig and waits until it stands by.
    ///
    /// # Errors
    /// It could not be started, or said nothing.
    pub fn begin(rig: &Rig, folder: &Path, lang: Lang) -> Result<Ward, Unguarded> {
        let mut child = start(rig, folder, lang).map_err(Unguarded)?;
        let taken = |what: &str| Unguarded(io::Error::other(format!("no {what}")));
        let out = child.stdout.take().ok_or_else(|| taken("output"))?;
        let pipe = child.stdin.take().ok_or_else(|| taken("input"))?;
        stands_by(out).map_err(Unguarded)?;
        // Only now: the guard must not take it after its parent.
        let _only_where_there_is_such_a_thing = std::fs::write("/proc/self/oom_score_adj", BEFORE_ITS_GUARD);
        let attended = Arc::new(Mutex::new(Attended::default()));
        let (orders, heard) = channel();
        let (process, shared) = (child.id(), Arc::clone(&attended));
        let beating = std::thread::Builder::new().name("guard".into()).spawn(move || beat(child, pipe, &shared, &heard));
        Ok(Ward { attended, orders, beating: beating.map_err(Unguarded)?, process })
    }

    /// The guard's process.
    pub fn process(&self) -> u32 {
        self.process
    }

    /// From now on what is done on this clock is the run's going on.
    pub fn attend(&self, clock: &clock::Guard) {
        let mut attended = self.attended.lock().unwrap_or_else(PoisonError::into_inner);
        if attended.is_lost {
            clock.abandon();
        }
        attended.clock = Some(clock.clone());
    }

    /// The run has made safe itself.
    pub fn dismiss(self) {
        let _gone = self.orders.send(());
        let _panicked = self.beating.join();
    }
}

/// In a group of its own, so that no Ctrl-C and no closing terminal ends it with the run.
fn start(rig: &Rig, folder: &Path, lang: Lang) -> io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("guard").arg("--rig").arg(std::path::absolute(&rig.file)?).arg("--out").arg(std::path::absolute(folder)?);
    command.arg("--lang").arg(lang.code()).stdin(Stdio::piped()).stdout(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn()
}

fn stands_by(out: ChildStdout) -> io::Result<()> {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(out).read_line(&mut line);
        let _nobody_waits = tell.send(read.map(|_| line));
    });
    match told.recv_timeout(READY_WITHIN) {
        Ok(line) if line.as_ref().is_ok_and(|line| line.trim_end() == READY) => Ok(()),
        Ok(line) => Err(line.err().unwrap_or_else(|| io::Error::other("it ended at once"))),
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}

fn beat(mut child: Child, mut pipe: ChildStdin, attended: &Mutex<Attended>, orders: &Receiver<()>) {
    loop {
        match orders.recv_timeout(BEAT_EVERY) {
            Ok(()) => {
                let _gone = writeln!(pipe, "{DISMISSED}");
                drop(pipe);
                let _gone = child.wait();
                return;
            }
            // The pipe closes here, and the guard takes over.
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {}
        }
        let attended = || attended.lock().unwrap_or_else(PoisonError::into_inner);
        let done = attended().clock.as_ref().map_or(0, clock::Guard::progress);
        let has_ended = !matches!(child.try_wait(), Ok(None));
        if has_ended || writeln!(pipe, "{done}").is_err() {
            let mut attended = attended();
            attended.is_lost = true;
            attended.clock.iter().for_each(clock::Guard::abandon);
        }
    }
}
