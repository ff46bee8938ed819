//! The guard's own process: it stands by, and takes over when the run has ended without making safe.

use super::account::{Account, Why};
use super::lease::{Lease, LeaseError, Locked};
use super::vigil::{News, Verdict, Vigil};
use super::{DISMISSED, READY};
use crate::bench::Switchgear;
use crate::clock::{Clock as _, RealClock, Stopwatch, wall_clock};
use crate::journal::SafeCheck;
use crate::rig::Rig;
use rustix::process::Pid;
use std::io::{self, BufRead as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

const ENDING: [i32; 4] =
    [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP, signal_hook::consts::SIGQUIT];
/// What was ended is gone within so long.
const GONE_WITHIN: Duration = Duration::from_secs(2);
/// How often it is asked whether a dead run has let go of its lease.
const LET_GO_EVERY: Duration = Duration::from_millis(10);
/// A port that a dead run has held may be free a moment later, and a board that was in the middle of an answer as well.
const AGAIN_AFTER: Duration = Duration::from_millis(100);
/// What could not be made safe after so long cannot be.
const TRIES_FOR: Duration = Duration::from_secs(10);

/// Stands by until the run has made safe itself (`None`) or this had to do it.
///
/// # Errors
/// The run cannot be heard, or what was done could not be written down.
pub fn keep(rig: &Arc<Rig>, folder: &Path, patience: Duration) -> io::Result<Option<Account>> {
    let run = run_process();
    outlive_terminal()?;
    let news = listen();
    let mut out = io::stdout();
    writeln!(out, "{READY}")?;
    out.flush()?;
    let Some(why) = watch(&news, patience) else { return Ok(None) };
    let watch = Stopwatch::start();
    if why == Why::Stuck {
        end(run);
        let _gone_or_not = wait_for_end(&news);
    }
    let mut account = Account::new(why, wall_clock().as_secs(), 0, Vec::new());
    match lease(rig, run) {
        Err(other) => account.left_to = Some(other),
        // Where the lease cannot be had the rig is made safe all the same.
        Ok(_locked) => account.checks = make_safe(rig),
    }
    account.took_ms = u64::try_from(watch.elapsed().as_millis()).unwrap_or(u64::MAX);
    account.write(folder)?;
    Ok(Some(account))
}

/// Ctrl-C is for the run, and a terminal that closes is what the guard is for.
fn outlive_terminal() -> io::Result<()> {
    let unread = Arc::new(AtomicBool::new(false));
    for signal in ENDING {
        signal_hook::flag::register(signal, Arc::clone(&unread))?;
    }
    Ok(())
}

/// What the run writes, from a thread of its own: a pipe cannot be waited at for so long and no longer.
fn listen() -> Receiver<News> {
    let (tell, news) = channel();
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            let said = match line.as_str() {
                DISMISSED => Some(News::Dismissed),
                beat => beat.parse().ok().map(News::Beat),
            };
            if said.is_some_and(|said| tell.send(said).is_err()) {
                return;
            }
        }
        let _nobody_waits = tell.send(News::Gone);
    });
    news
}

fn watch(news: &Receiver<News>, patience: Duration) -> Option<Why> {
    let watch = Stopwatch::start();
    let mut vigil = Vigil::begun(watch.elapsed(), patience);
    loop {
        let verdict = match news.recv_timeout(vigil.left(watch.elapsed())) {
            Ok(said) => vigil.heard(watch.elapsed(), said),
            Err(RecvTimeoutError::Timeout) => vigil.waited(watch.elapsed()),
            Err(RecvTimeoutError::Disconnected) => Verdict::Died,
        };
        match verdict {
            Verdict::GoesOn => {}
            Verdict::Dismissed => return None,
            Verdict::Died => return Some(Why::Died),
            Verdict::Stuck => return Some(Why::Stuck),
        }
    }
}

/// Its instruments are free when its pipe is.
fn wait_for_end(news: &Receiver<News>) -> bool {
    let watch = Stopwatch::start();
    while let Some(left) = GONE_WITHIN.checked_sub(watch.elapsed()) {
        match news.recv_timeout(left) {
            Ok(News::Gone) | Err(RecvTimeoutError::Disconnected) => return true,
            Ok(News::Beat(_) | News::Dismissed) => {}
            Err(RecvTimeoutError::Timeout) => return false,
        }
    }
    false
}

/// The rig's lease, or the process of another run that has taken it. A run that has just died may hold it for a moment
/// longer than its pipe.
fn lease(rig: &Rig, run: Option<Pid>) -> Result<Option<Locked>, u32> {
    let (clock, dead) = (RealClock::start(), run.map(process_of));
    loop {
        match Lease::take_over(&rig.file) {
            Ok(locked) => return Ok(Some(locked)),
            Err(LeaseError::Held(holder)) if Some(holder.process) != dead => return Err(holder.process),
            Err(LeaseError::Held(_)) if clock.now().as_secs_f64() < GONE_WITHIN.as_secs_f64() => {
                let _nobody_interrupts = clock.wait(LET_GO_EVERY);
            }
            Err(_) => return Ok(None),
        }
    }
}

/// Each attempt does whatever can be done: one board that is dead keeps no other from being switched.
fn make_safe(rig: &Arc<Rig>) -> Vec<SafeCheck> {
    let clock = RealClock::start();
    loop {
        let checks = match Switchgear::open_what_answers(rig) {
            Ok(mut gear) => gear.make_safe(),
            Err(error) => {
                let what = ("the rig's instruments", "przyrządy stanowiska").into();
                vec![SafeCheck { what, ok: false, detail: error.account() }]
            }
        };
        if checks.iter().all(|check| check.ok) || clock.now().as_secs_f64() > TRIES_FOR.as_secs_f64() {
            return checks;
        }
        let _nobody_interrupts = clock.wait(AGAIN_AFTER);
    }
}

/// The run is what has started the guard.
fn run_process() -> Option<Pid> {
    // Whoever has lost his parent is a child of the system's first process.
    rustix::process::getppid().filter(|pid| !pid.is_init())
}
fn end(run: Option<Pid>) {
    if let Some(run) = run {
        let _gone_already = rustix::process::kill_process(run, rustix::process::Signal::KILL);
    }
}
fn process_of(run: Pid) -> u32 {
    run.as_raw_nonzero().get().unsigned_abs()
}
