//! What an attempt at a scenario means: how it is entered, limited, ended, made safe, journaled and counted.
//!
//! Whatever ends an attempt (a pass, a shortfall, a panic, a limit, Ctrl-C) it is closed and made safe in the same way,
//! and a verdict can only get worse on the way out. Knows nothing of cucumber.

use super::cucumber_runner;
use super::model::Feature;
use super::panics::{self, Panicked};
use super::phrase_matcher::{Lost, PhraseMatcher};
use super::runner_port::{RunnerPort, ScenarioInfo};
use crate::clock::{Guard, Instant};
use crate::fault::{Blame, Blamed};
use crate::journal::{Ending, Event, Outcome, SafeCheck, Tally};
use crate::post::{Fault, ScenarioError};
use crate::unit::{Bilingual, Lang};
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

/// How long making safe may wait in all, on the bench's clock, before what is not done counts as failed.
pub const MAKING_SAFE_WITHIN: Duration = Duration::from_secs(60);

/// How long entering or leaving a scenario may wait in all.
pub const PREPARING_WITHIN: Duration = Duration::from_secs(600);

/// How to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How many times the whole selection is run.
    pub rounds: u32,
    /// How many more times a scenario is tried when the bench failed it.
    pub retries: u32,
}

impl Default for Options {
    fn default() -> Self {
        Options { rounds: 1, retries: 0 }
    }
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    pub ending: Ending,
    pub tally: Tally,
    pub exit_code: u8,
}

/// Why something did not pass, as it travels through cucumber's events.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cause {
    Fault(Fault),
    Panicked(Panicked),
    Unsafe(Vec<SafeCheck>),
}

impl Cause {
    pub(super) fn of(info: &Arc<dyn Any + Send>) -> Cause {
        info.downcast_ref::<Cause>().cloned().unwrap_or_else(|| {
            Cause::Panicked(Panicked { message: "an unknown payload reached the journal".into(), location: String::new() })
        })
    }

    /// The text of a step leads to no phrase. The checks before the run report this too; here it is the last line of
    /// defence.
    pub(super) fn lost(text: &str, lost: &Lost) -> Cause {
        let problem = super::lint::explain(text, lost);
        Cause::Fault(Fault::Scenario(ScenarioError { cause: problem.cause, remedy: problem.remedy }))
    }

    fn ending(&self) -> Ending {
        match self {
            Cause::Fault(fault) => fault.ending(),
            Cause::Panicked(Panicked { message, location }) => {
                let place = if location.is_empty() { String::new() } else { format!(" (at {location})") };
                let what = Bilingual::new(
                    format!("hejnal panicked: {message}{place}"),
                    format!("błąd wewnętrzny programu hejnal: {message}{place}"),
                );
                let remedy = (
                    "this is a mistake in hejnal, not in the post: report it and attach the journal",
                    "to błąd programu hejnal, nie punktu: zgłoś go i dołącz dziennik",
                );
                Ending::failed(Blame::Hejnal, what, remedy)
            }
            Cause::Unsafe(checks) => {
                let failed = |lang: Lang| -> String {
                    let failed = checks.iter().filter(|check| !check.ok);
                    let told = failed.map(|check| format!("{}: {}", check.what.show(lang), check.detail.show(lang)));
                    told.collect::<Vec<_>>().join("; ")
                };
                let what = Bilingual::new(
                    format!("the rig could not be made safe: {}", failed(Lang::En)),
                    format!("nie udało się przywrócić stanu bezpiecznego stanowiska: {}", failed(Lang::Pl)),
                );
                let remedy = (
                    "look at the rig before you touch the post: it may still be switched",
                    "obejrzyj stanowisko, zanim dotkniesz punktu: przekaźniki mogą być nadal przełączone",
                );
                Ending::failed(Blame::Bench, what, remedy)
            }
        }
    }
}

/// Runs something of the bench's; gives back its fault, or the panic that a mistake of ours ended it with.
fn protect<T>(f: impl FnOnce() -> Result<T, Fault>) -> Result<T, Cause> {
    match panics::catch(f) {
        Ok(result) => result.map_err(Cause::Fault),
        // A fault may also be raised by unwinding through code that cannot return one.
        Err((payload, panicked)) => Err(match payload.downcast::<Fault>() {
            Ok(fault) => Cause::Fault(*fault),
            Err(_) => Cause::Panicked(panicked),
        }),
    }
}

/// Leave to spend so much time, withdrawn when it has been used.
pub(super) struct Grant {
    guard: Guard,
    now: Instant,
    within: Duration,
}

impl Grant {
    pub(super) fn run<T>(self, f: impl FnOnce() -> Result<T, Fault>) -> Result<T, Cause> {
        // A step that never waits must not run on after Ctrl-C either.
        if let Err(interrupted) = self.guard.check(self.now) {
            return Err(Cause::Fault(Fault::Interrupted(interrupted)));
        }
        self.guard.set_limit(self.now, self.within);
        let result = protect(f);
        self.guard.clear_limit();
        result
    }
}

/// A run under way.
pub(super) struct Session<'s, S: RunnerPort> {
    stage: &'s mut S,
    options: Options,
    scenario: ScenarioInfo,
    /// Of the attempt under way.
    ending: Ending,
    /// An attempt has begun and is not made safe yet.
    open: bool,
    finished: Finished,
    /// The journal cannot be kept any more: nothing that follows could be proved.
    broken: bool,
    stopped: bool,
}

impl<'s, S: RunnerPort> Session<'s, S> {
    fn new(stage: &'s mut S, options: Options) -> Self {
        let finished = Finished { ending: Ending::passed(), tally: Tally::default(), exit_code: 0 };
        let (scenario, ending) = (ScenarioInfo::default(), Ending::passed());
        Session { stage, options, scenario, ending, open: false, finished, broken: false, stopped: false }
    }

    pub(super) fn retries(&self) -> usize {
        self.options.retries as usize
    }
    pub(super) fn must_stop(&self) -> bool {
        self.stopped || self.broken || self.stage.clock().guard().stop_requested()
    }
    /// Is the attempt that just ended worth another, if one is left? Only where an instrument failed: trying again
    /// until a figure happens to lie on the right side of its limit would be no measurement. The attempt stays in the
    /// journal; the last one counts.
    pub(super) fn decide(&mut self, one_left: bool) -> bool {
        let bench_failed = self.ending.blame == Some(Blame::Bench) && self.ending.outcome == Outcome::Failed;
        let again = one_left && bench_failed && !self.must_stop();
        if !again {
            self.count();
        }
        again
    }
    pub(super) fn prepare(&mut self, scenario: ScenarioInfo) {
        self.scenario = scenario;
        self.ending = Ending::passed();
        self.open = true;
    }
    pub(super) fn grant(&self, within: Duration) -> Grant {
        let clock = self.stage.clock();
        Grant { guard: clock.guard().clone(), now: clock.now(), within }
    }

    pub(super) fn enter(&mut self) -> Result<S::World, Cause> {
        let grant = self.grant(PREPARING_WITHIN);
        grant.run(|| self.stage.enter(&self.scenario))
    }

    /// Leaves the world, if there is one, and makes safe, whatever came before. A stop request, even a second one, does
    /// not cut it short.
    pub(super) fn close(&mut self, world: Option<S::World>) -> Result<(), Cause> {
        let guard = self.stage.clock().guard().clone();
        guard.set_shielded(true);
        guard.set_limit(self.stage.clock().now(), PREPARING_WITHIN);
        let left = match world {
            Some(world) => protect(|| self.stage.leave(world, &self.ending)),
            None => Ok(()),
        };
        guard.set_limit(self.stage.clock().now(), MAKING_SAFE_WITHIN);
        let safe = self.make_safe();
        guard.clear_limit();
        guard.set_shielded(false);
        self.stopped |= guard.stop_requested();
        self.open = false;
        match (left, safe) {
            (Ok(()), safe) => safe,
            (Err(left), Ok(())) => Err(left),
            (Err(left), Err(safe)) => Err(if left.ending().blame > safe.ending().blame { left } else { safe }),
        }
    }

    fn make_safe(&mut self) -> Result<(), Cause> {
        let checks = match panics::catch(|| self.stage.make_safe()) {
            Ok(checks) => checks,
            Err((_, panicked)) => {
                let cause = Cause::Panicked(panicked);
                let what = ("making safe", "przywracanie stanu bezpiecznego").into();
                let detail = cause.ending().message;
                self.journal(Event::MadeSafe { checks: vec![SafeCheck { what, ok: false, detail }] });
                return Err(cause);
            }
        };
        self.journal(Event::MadeSafe { checks: checks.clone() });
        if checks.iter().all(|check| check.ok) { Ok(()) } else { Err(Cause::Unsafe(checks)) }
    }

    pub(super) fn scenario_began(&mut self) {
        let ScenarioInfo { id, name, feature, file, line, tags, round, attempt } = self.scenario.clone();
        self.journal(Event::ScenarioBegan { id, name, feature, file, line, tags, round, attempt });
    }
    pub(super) fn step_began(&mut self, line: usize, keyword: &str, text: &str) {
        self.journal(Event::StepBegan { line, keyword: keyword.into(), text: text.into() });
    }
    pub(super) fn step_ended(&mut self, cause: Option<Cause>) {
        let ending = cause.map_or_else(Ending::passed, |cause| cause.ending());
        self.worsen(ending.clone());
        self.journal(Event::StepEnded { ending });
    }
    /// Entering, leaving or making safe went wrong.
    pub(super) fn hook_failed(&mut self, cause: Cause) {
        self.worsen(cause.ending());
    }
    pub(super) fn scenario_ended(&mut self) {
        let ScenarioInfo { id, round, attempt, .. } = self.scenario.clone();
        self.journal(Event::ScenarioEnded { id, round, attempt, ending: self.ending.clone() });
    }

    fn worsen(&mut self, ending: Ending) {
        self.stopped |= ending.blame == Some(Blame::Nobody);
        self.ending = std::mem::replace(&mut self.ending, Ending::passed()).or_worse(ending);
    }

    /// Writes an event and has it on disk before anything else happens.
    fn journal(&mut self, event: Event) {
        self.stage.journal().append(event);
        if let Err(error) = self.stage.journal().commit() {
            self.broken = true;
            self.worsen(Ending::failed(error.blame(), error.account(), error.remedy()));
        }
    }

    /// Counts the attempt that decided its scenario.
    fn count(&mut self) {
        self.finished.tally.count(&self.ending);
        let so_far = std::mem::replace(&mut self.finished.ending, Ending::passed());
        self.finished.ending = so_far.or_worse(self.ending.clone());
    }

    fn finish(&mut self, planned: usize) -> Finished {
        let missing = planned.saturating_sub(self.finished.tally.total());
        self.finished.tally.skipped += missing;
        if missing > 0 {
            let message = Bilingual::new(
                format!("the run was stopped with {missing} of {planned} scenarios not begun"),
                format!("przebieg zatrzymano; nierozpoczęte scenariusze: {missing} z {planned}"),
            );
            let remedy = ("start the run again", "uruchom przebieg ponownie").into();
            let ending = Ending { outcome: Outcome::Skipped, blame: Some(Blame::Nobody), message, remedy };
            self.finished.ending = self.finished.ending.clone().or_worse(ending);
        }
        self.finished.exit_code = self.finished.ending.exit_code();
        let Finished { ending, tally, exit_code } = self.finished.clone();
        self.stage.journal().append(Event::RunEnded { ending, tally, exit_code });
        if let Err(error) = self.stage.journal().commit() {
            let broken = Ending::failed(error.blame(), error.account(), error.remedy());
            self.finished.ending = self.finished.ending.clone().or_worse(broken);
            self.finished.exit_code = self.finished.ending.exit_code();
        }
        self.finished.clone()
    }

    /// The runner itself panicked. The rig comes first.
    fn rescue(&mut self, panicked: Panicked) {
        if self.open {
            // The world was lost on the way; what can be made safe is.
            if let Err(cause) = self.close(None) {
                self.hook_failed(cause);
            }
            self.worsen(Cause::Panicked(panicked).ending());
            self.scenario_ended();
            self.count();
        } else {
            self.finished.ending = self.finished.ending.clone().or_worse(Cause::Panicked(panicked).ending());
        }
    }
}

/// Runs features on a stage. The journal must have begun; this ends it.
pub fn run<S: RunnerPort>(stage: &mut S, book: &PhraseMatcher<S::World>, features: Vec<Feature>, options: Options) -> Finished {
    let scenarios: usize = features.iter().map(|feature| feature.scenarios.len()).sum();
    let planned = scenarios.saturating_mul(options.rounds as usize);
    let mut session = Session::new(stage, options);
    let driven = panics::catch(|| cucumber_runner::drive(&mut session, book, &features, options.rounds));
    if let Err((_, panicked)) = driven {
        session.rescue(panicked);
    }
    session.finish(planned)
}

#[cfg(test)]
mod tests;
