//! A module's inputs, asked for all the time by a thread of its own.
//!
//! A change is stamped when the answer that has it arrives. It came about after the question before it was put: that is
//! what the stamp may be late by, and it is measured, not believed: a thread that had to wait for the processor makes
//! it longer, and no stamp wrong. Must not know the protocol.

use super::Module;
use crate::clock::{Clock, Instant, Stamped};
use crate::driver::exchange::Answer;
use crate::driver::failure::Failure;
use crate::driver::listening::{Common, Listening};
use crate::instrument::lamp::{Edge, Input};
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// So many questions in a row may go without a sound answer before it is told: lines have their noise.
const TRIES: u32 = 3;
/// A module that stays silent is not asked without a pause.
const AGAIN: Duration = Duration::from_millis(100);
/// The line is left to whoever wants to switch for this long.
const LEAST_PAUSE: Duration = Duration::from_millis(1);
/// What a stamp may be late by beyond the polling period; a gap that is longer is no measure of anything, and a module
/// that has such gaps again and again is told.
const SLOWEST: Duration = Duration::from_millis(150);
/// So many gaps say how late it is at present.
const LAST: usize = 64;

/// Dropping it ends the asking.
pub(super) struct Watching {
    listening: Listening<Seen>,
    poll: Duration,
}

#[derive(Default)]
struct Seen {
    /// The last answer: when it was asked for, and what it said.
    last: Option<(Instant, Vec<bool>)>,
    changes: Vec<Stamped<Edge>>,
    /// So many gaps in a row were too long.
    slow: u32,
    /// Not yet told.
    failure: Option<Failure>,
    /// Why there is no answer yet.
    unanswered: Option<Failure>,
    /// From a question to the arrival of the answer to the next: the last ones, and the longest of those that had a
    /// change in them.
    gaps: VecDeque<Duration>,
    longest: Duration,
}

impl Seen {
    fn take(&mut self, answer: Answer<Vec<bool>>, poll: Duration, clock: &dyn Clock) {
        let Answer { asked, came, value, .. } = answer;
        if let Some((before, states)) = self.last.take() {
            let gap = came.since(before);
            let is_slow = gap > poll + SLOWEST;
            self.slow = if is_slow { self.slow + 1 } else { 0 };
            if self.slow == TRIES {
                self.failure = Some(Failure::Slow(gap));
            }
            if is_slow {
                // Nobody knows when within it anything came about.
                clock.note_still(before, came);
            } else {
                self.gaps.push_back(gap);
                self.gaps.drain(..self.gaps.len().saturating_sub(LAST));
                self.longest = self.longest.max(if states == value { Duration::ZERO } else { gap });
            }
            for (number, (_, lit)) in (1..).zip(states.iter().zip(&value)).filter(|(_, (was, lit))| was != lit) {
                self.changes.push(Stamped::new(came, Edge { input: Input(number), lit: *lit }));
            }
        }
        self.last = Some((asked, value));
        self.unanswered = None;
    }

    fn miss(&mut self, failure: Failure, in_a_row: u32) {
        // Before its first answer it may still be starting: whoever opens it asks why.
        if in_a_row == TRIES && self.last.is_some() {
            self.failure = Some(failure.clone());
        }
        self.unanswered = Some(failure);
    }
}

impl Watching {
    pub fn start(module: &Arc<Module>) -> io::Result<Watching> {
        let (poll, theirs) = (module.settings.poll, Arc::clone(module));
        let listening = Listening::start("modbus inputs", Seen::default(), move |common| {
            watch(&theirs, common);
            Ok(())
        })?;
        Ok(Watching { listening, poll })
    }

    /// Whether its inputs have been told.
    pub fn is_answered(&self) -> Result<(), Failure> {
        let seen = self.listening.lock();
        match (&seen.last, &seen.unanswered) {
            (_, Some(failure)) => Err(failure.clone()),
            (None, None) => Err(Failure::Silent(Duration::ZERO)),
            (Some(_), None) => Ok(()),
        }
    }
    pub fn edges(&self) -> Result<Vec<Stamped<Edge>>, Failure> {
        let mut seen = self.listening.heard().map_err(Failure::Gone)?;
        match seen.failure.take() {
            Some(failure) => Err(failure),
            None => Ok(std::mem::take(&mut seen.changes)),
        }
    }
    /// What an answer to a question of that moment or later has said.
    pub fn is_lit(&self, input: Input, since: Instant) -> Option<bool> {
        let seen = self.listening.lock();
        let (_, states) = seen.last.as_ref().filter(|(asked, _)| *asked >= since)?;
        states.get(usize::from(input.0).checked_sub(1)?).copied()
    }
    /// How late a stamp may be: as late as was seen, or as the period makes it.
    pub fn lateness(&self) -> Duration {
        let seen = self.listening.lock();
        seen.gaps.iter().copied().fold(seen.longest.max(self.poll), Duration::max)
    }
}

fn watch(module: &Module, common: &Common<Seen>) {
    let clock = &module.clock;
    let poll = module.settings.poll;
    // Never used, so that waiting for it is a pause.
    let (_kept, pause) = channel::<()>();
    let mut in_a_row = 0;
    let mut due = clock.now();
    while common.goes_on() {
        while module.wanting.load(Ordering::Relaxed) > 0 && common.goes_on() {
            rest(&pause, LEAST_PAUSE);
        }
        match module.read_inputs() {
            Ok(answer) => {
                in_a_row = 0;
                common.lock().take(answer, poll, &**clock);
                due = (due + poll).max(clock.now() + LEAST_PAUSE);
            }
            Err(failure) => {
                in_a_row += 1;
                common.lock().miss(failure, in_a_row);
                due = clock.now() + if in_a_row < TRIES { LEAST_PAUSE } else { AGAIN };
            }
        }
        rest(&pause, due.since(clock.now()));
    }
}

fn rest(pause: &Receiver<()>, time: Duration) {
    let _only_time_passes = pause.recv_timeout(time);
}
