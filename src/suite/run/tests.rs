//! The runner proved on a stage without a bench: whatever ends an attempt, it is made safe and ends as it should.

use super::*;
use crate::bench::Log;
use crate::clock::{Clock, Interrupted};
use crate::instrument::InstrumentError;
use crate::journal::Entry;
use crate::journal::read::read;
use crate::journal::store::tests::run_began;
use crate::journal::store::{Journal, JournalError};
use crate::steps::phrase::{Args, Kind, Phrase};
use crate::suite::lint::{self, Needs};
use crate::suite::runner_port::Sink;
use crate::suite::select;
use crate::unit::{Bilingual, Estimate};
use crate::verdict::{Criterion, Verdict, decide};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// Waiting moves the time on; a stop request comes at a moment of the test's choosing.
#[derive(Default)]
struct TestClock {
    now: AtomicU64,
    stop_at: AtomicU64,
    guard: Guard,
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        Instant::from_nanos(self.now.load(Ordering::Relaxed))
    }
    fn wait_until(&self, deadline: Instant) -> Result<(), Interrupted> {
        let stop_at = self.stop_at.load(Ordering::Relaxed);
        let stops = stop_at != 0 && stop_at <= deadline.as_nanos();
        if stops {
            self.stop_at.store(0, Ordering::Relaxed);
            self.guard.stop_flag().store(true, Ordering::Relaxed);
        }
        let until = self.guard.limit().map_or(deadline, |limit| limit.min(deadline));
        self.now.fetch_max(until.as_nanos(), Ordering::Relaxed);
        self.guard.check(self.now())
    }
    fn guard(&self) -> &Guard {
        &self.guard
    }
}

/// What the stage is to do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Plan {
    #[default]
    AllWell,
    EnterFails,
    EnterFailsOnce,
    EnterPanics,
    LeaveBlamesTheBench,
    LeavePanics,
    LeaveFailsUnsafe,
    LeavePanicsUnsafe,
    NotSafe,
    MakingSafePanics,
    StopAgainWhileMakingSafe,
    JournalBreaks,
}

struct TestStage {
    clock: Arc<TestClock>,
    log: Log,
    plan: Plan,
    entered: u32,
    made_safe: u32,
    waited_while_making_safe: Option<Result<(), Interrupted>>,
    broken: Broken,
}

/// A sink in place of one on a full disk.
struct Broken;
impl Sink for Broken {
    fn append(&mut self, _: Event) {}
    fn commit(&mut self) -> Result<(), JournalError> {
        let cause = std::io::Error::from(std::io::ErrorKind::StorageFull);
        Err(JournalError::Io { action: "write", path: "j".into(), cause })
    }
}

struct World {
    clock: Arc<TestClock>,
    /// Reaches around everything: a panic here is the runner's own.
    poisoned: bool,
}

fn bench_fault(cause: &str) -> Fault {
    Fault::Bench(InstrumentError::new("relay", "close the contact", Bilingual::same(cause), Bilingual::same("look at the cable")))
}

impl RunnerPort for TestStage {
    type World = World;
    fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
    fn journal(&mut self) -> &mut dyn Sink {
        if self.plan == Plan::JournalBreaks && self.entered > 0 { &mut self.broken } else { &mut self.log }
    }
    fn enter(&mut self, _: &ScenarioInfo) -> Result<World, Fault> {
        self.entered += 1;
        match self.plan {
            Plan::EnterFails => Err(bench_fault("no answer")),
            Plan::EnterFailsOnce if self.entered == 1 => Err(bench_fault("no answer")),
            Plan::EnterPanics => panic!("entered badly"),
            _ => Ok(World { clock: Arc::clone(&self.clock), poisoned: false }),
        }
    }
    fn leave(&mut self, _: World, ending: &Ending) -> Result<(), Fault> {
        match self.plan {
            Plan::LeaveBlamesTheBench if ending.blame == Some(Blame::Device) => Err(bench_fault("the relay is welded")),
            Plan::LeaveFailsUnsafe => Err(bench_fault("the relay is welded")),
            Plan::LeavePanics | Plan::LeavePanicsUnsafe => panic!("left badly"),
            _ => Ok(()),
        }
    }
    fn make_safe(&mut self) -> Vec<SafeCheck> {
        self.made_safe += 1;
        if self.plan == Plan::MakingSafePanics {
            panic!("unsafe");
        }
        if self.plan == Plan::StopAgainWhileMakingSafe {
            self.clock.guard.stop_flag().store(true, Ordering::Relaxed);
            self.waited_while_making_safe = Some(self.clock.wait(Duration::from_secs(1)));
        }
        let ok = !matches!(self.plan, Plan::NotSafe | Plan::LeaveFailsUnsafe | Plan::LeavePanicsUnsafe);
        vec![SafeCheck { what: Bilingual::same("button released"), ok, detail: Bilingual::same("sense contact closed") }]
    }
}

thread_local! {
    static STEPS_RUN: Cell<u32> = const { Cell::new(0) };
}

fn judge(value: f64, uncertainty: f64) -> Result<(), Fault> {
    match decide(Bilingual::same("press to ringing"), Estimate::seconds(value, uncertainty), Criterion::AtMost(2.0)) {
        Verdict::Pass => Ok(()),
        Verdict::Fail(shortfall) => Err(shortfall.into()),
        Verdict::Inconclusive(undecided) => Err(undecided.into()),
    }
}

const fn phrase(en: &'static str, pl: &'static str, run: fn(&mut World, &Args) -> Result<(), Fault>) -> Phrase<World> {
    Phrase { kind: Kind::When, en, pl, judges: None, needs: &[], within: Duration::from_secs(10), run }
}

static PHRASES: &[Phrase<World>] = &[
    phrase("all is well", "wszystko gra", |_, _| {
        STEPS_RUN.set(STEPS_RUN.get() + 1);
        Ok(())
    }),
    phrase("a second passes", "mija sekunda", |world, _| Ok(world.clock.wait(Duration::from_secs(1))?)),
    phrase("an hour passes", "mija godzina", |world, _| Ok(world.clock.wait(Duration::from_secs(3600))?)),
    phrase("the post is late", "punkt się spóźnia", |_, _| judge(3.0, 0.01)),
    phrase("the post is nearly late", "punkt prawie się spóźnia", |_, _| judge(2.0, 0.01)),
    phrase("the step panics", "krok panikuje", |_, _| panic!("index out of {}", "bounds")),
    phrase("the step raises a fault", "krok rzuca", |_, _| std::panic::resume_unwind(Box::new(bench_fault("dead")))),
    phrase("the world is poisoned", "świat jest zatruty", |world, _| {
        world.poisoned = true;
        Ok(())
    }),
];

impl Drop for World {
    fn drop(&mut self) {
        assert!(!self.poisoned, "dropped badly");
    }
}

struct Outcomes {
    finished: Finished,
    stage: TestStage,
    entries: Vec<Entry>,
}

impl Outcomes {
    fn endings(&self) -> Vec<(String, u32, Ending)> {
        let ending = |entry: &Entry| match &entry.event {
            Event::ScenarioEnded { id, attempt, ending, .. } => Some((id.clone(), *attempt, ending.clone())),
            _ => None,
        };
        self.entries.iter().filter_map(ending).collect()
    }
}

struct Setup {
    plan: Plan,
    steps: &'static [&'static str],
    options: Options,
    stop_at: Duration,
}

const SETUP: Setup =
    Setup { plan: Plan::AllWell, steps: &["all is well"], options: Options { rounds: 1, retries: 0 }, stop_at: Duration::ZERO };

/// Runs one scenario a step list, named S01, S02, …
fn perform(setup: &Setup, scenarios: &[&[&str]]) -> Outcomes {
    let scratch = tempfile::tempdir().unwrap();
    let mut text = "Feature: F\n".to_string();
    for (n, steps) in scenarios.iter().enumerate() {
        text += &format!("@S{:02}\nScenario: s{n}\n", n + 1);
        text.extend(steps.iter().map(|step| format!("* {step}\n")));
    }
    let file = scratch.path().join("f.feature");
    std::fs::write(&file, text).unwrap();
    let book = PhraseMatcher::new(&[PHRASES]).unwrap();
    let features = select::select(lint::load(&[file], &book, &Needs::default()).unwrap(), None).features;
    let clock = Arc::new(TestClock::default());
    clock.stop_at.store(u64::try_from(setup.stop_at.as_nanos()).unwrap(), Ordering::Relaxed);
    let journal = Journal::create(scratch.path()).unwrap();
    let log = Log::new(Arc::clone(&clock) as Arc<dyn Clock>, journal, Vec::new());
    log.append(run_began());
    let mut stage =
        TestStage { clock, log, plan: setup.plan, entered: 0, made_safe: 0, waited_while_making_safe: None, broken: Broken };
    let finished = run(&mut stage, &book, features, setup.options);
    let story = read(scratch.path()).unwrap();
    assert_eq!(story.damage, []);
    Outcomes { finished, stage, entries: story.entries }
}

/// One scenario: how it ends, whom it blames, the exit code; and always made safe once, with the journal saying so
/// before the end.
#[track_caller]
fn check(setup: Setup, outcome: Outcome, blame: Option<Blame>, exit_code: u8, message: &str) -> Outcomes {
    let outcomes = perform(&setup, &[setup.steps]);
    let endings = outcomes.endings();
    let (_, _, ending) = endings.last().unwrap();
    assert_eq!((ending.outcome, ending.blame), (outcome, blame), "{ending:?}");
    assert!(ending.message.en.contains(message), "{ending:?}");
    assert_eq!(outcomes.finished.exit_code, exit_code);
    assert_eq!(outcomes.stage.made_safe, 1);
    let kinds: Vec<_> = outcomes.entries.iter().rev().take(3).map(|entry| &entry.event).collect();
    assert!(
        matches!(kinds[..], [Event::RunEnded { .. }, Event::ScenarioEnded { .. }, Event::MadeSafe { .. }]),
        "the journal ends with making safe and the endings: {kinds:?}"
    );
    assert!(outcomes.stage.clock.guard.limit().is_none(), "no limit is left behind");
    outcomes
}

#[test]
fn a_pass_is_a_pass() {
    check(SETUP, Outcome::Passed, None, 0, "");
}

#[test]
fn only_a_shortfall_blames_the_post() {
    let late = Setup { steps: &["the post is late", "all is well"], ..SETUP };
    let before = STEPS_RUN.get();
    check(late, Outcome::Failed, Some(Blame::Device), 1, "press to ringing: measured");
    assert_eq!(STEPS_RUN.get(), before, "no step follows one that did not pass");
    let nearly = Setup { steps: &["the post is nearly late"], ..SETUP };
    check(nearly, Outcome::Inconclusive, Some(Blame::Bench), 3, "too close to decide");
}

#[test]
fn a_panic_in_a_step_blames_hejnal_and_says_where() {
    let setup = Setup { steps: &["the step panics"], ..SETUP };
    let message = "hejnal panicked: index out of bounds (at src/suite/run/tests.rs:";
    check(setup, Outcome::Failed, Some(Blame::Hejnal), 70, message);
}

#[test]
fn a_fault_raised_by_unwinding_is_the_fault_it_is() {
    let setup = Setup { steps: &["the step raises a fault"], ..SETUP };
    check(setup, Outcome::Failed, Some(Blame::Bench), 3, "relay: failed to close the contact: dead");
}

#[test]
fn a_step_that_outlasts_its_grant_is_ended() {
    let setup = Setup { steps: &["an hour passes"], ..SETUP };
    let outcomes = check(setup, Outcome::Failed, Some(Blame::Bench), 3, "the time limit of 10s was used up");
    assert_eq!(outcomes.stage.clock.now(), Instant::ZERO + Duration::from_secs(10));
}

#[test]
fn ctrl_c_in_a_wait_ends_the_run_and_what_was_not_begun_is_counted() {
    let setup = Setup { stop_at: Duration::from_millis(1500), ..SETUP };
    let outcomes = perform(&setup, &[&["a second passes"], &["a second passes", "all is well"], &["all is well"]]);
    let endings = outcomes.endings();
    assert_eq!(endings.len(), 2);
    assert_eq!((endings[1].2.outcome, endings[1].2.blame), (Outcome::Skipped, Some(Blame::Nobody)));
    assert_eq!(outcomes.stage.made_safe, 2);
    let finished = &outcomes.finished;
    assert_eq!((finished.tally.passed, finished.tally.skipped, finished.exit_code), (1, 2, 130));
}

#[test]
fn a_second_ctrl_c_does_not_cut_making_safe_short() {
    let setup = Setup {
        plan: Plan::StopAgainWhileMakingSafe,
        steps: &["a second passes", "a second passes"],
        stop_at: Duration::from_millis(500),
        ..SETUP
    };
    let outcomes = check(setup, Outcome::Skipped, Some(Blame::Nobody), 130, "stopped");
    assert_eq!(outcomes.stage.waited_while_making_safe, Some(Ok(())));
}

#[test]
fn what_is_not_made_safe_makes_a_pass_a_failure_of_the_bench() {
    let setup = Setup { plan: Plan::NotSafe, ..SETUP };
    let message = "the rig could not be made safe: button released: sense contact closed";
    check(setup, Outcome::Failed, Some(Blame::Bench), 3, message);
    let late = Setup { plan: Plan::NotSafe, steps: &["the post is late"], ..SETUP };
    check(late, Outcome::Failed, Some(Blame::Bench), 3, message);
    // Whoever comes near must know of it, whatever else the bench has to say of itself; a mistake of ours is graver.
    check(Setup { plan: Plan::LeaveFailsUnsafe, ..SETUP }, Outcome::Failed, Some(Blame::Bench), 3, message);
    check(Setup { plan: Plan::LeavePanicsUnsafe, ..SETUP }, Outcome::Failed, Some(Blame::Hejnal), 70, "left badly");
    let panics = Setup { plan: Plan::MakingSafePanics, ..SETUP };
    check(panics, Outcome::Failed, Some(Blame::Hejnal), 70, "unsafe");
}

#[test]
fn a_bench_that_cannot_begin_or_end_is_blamed() {
    let fails = Setup { plan: Plan::EnterFails, ..SETUP };
    check(fails, Outcome::Failed, Some(Blame::Bench), 3, "no answer");
    let panics = Setup { plan: Plan::EnterPanics, ..SETUP };
    check(panics, Outcome::Failed, Some(Blame::Hejnal), 70, "entered badly");
    let welded = Setup { plan: Plan::LeaveBlamesTheBench, steps: &["the post is late"], ..SETUP };
    check(welded, Outcome::Failed, Some(Blame::Bench), 3, "welded");
    let left = Setup { plan: Plan::LeavePanics, ..SETUP };
    check(left, Outcome::Failed, Some(Blame::Hejnal), 70, "left badly");
    let dropped = Setup { steps: &["the world is poisoned"], ..SETUP };
    check(dropped, Outcome::Failed, Some(Blame::Hejnal), 70, "dropped badly");
}

#[test]
fn only_the_bench_gets_another_attempt_and_none_is_erased() {
    let retry = Options { rounds: 1, retries: 2 };
    let setup = Setup { plan: Plan::EnterFailsOnce, options: retry, ..SETUP };
    let outcomes = perform(&setup, &[&["all is well"], &["the post is late"], &["the post is nearly late"]]);
    let told: Vec<String> = outcomes.endings().iter().map(|(id, n, ending)| format!("{id} {n} {:?}", ending.outcome)).collect();
    assert_eq!(told, ["S01 1 Failed", "S01 2 Passed", "S02 1 Failed", "S03 1 Inconclusive"]);
    let Tally { passed, failed, inconclusive, .. } = outcomes.finished.tally;
    assert_eq!((passed, failed, inconclusive), (1, 1, 1));
    let in_vain = Setup { plan: Plan::EnterFails, options: retry, ..SETUP };
    let outcomes = perform(&in_vain, &[&["all is well"]]);
    assert_eq!((outcomes.endings().len(), outcomes.stage.made_safe, outcomes.finished.tally.not_judged_bench), (3, 3, 1));
}

#[test]
fn rounds_repeat_the_selection() {
    let setup = Setup { options: Options { rounds: 20, retries: 0 }, ..SETUP };
    let outcomes = perform(&setup, &[&["all is well"], &["a second passes"]]);
    assert_eq!((outcomes.finished.tally.passed, outcomes.stage.made_safe), (40, 40));
    let mut rounds = outcomes.entries.iter().filter_map(|entry| match entry.event {
        Event::ScenarioBegan { round, .. } => Some(round),
        _ => None,
    });
    assert_eq!(rounds.next_back(), Some(20));
}

#[test]
fn a_journal_that_cannot_be_kept_ends_the_run_made_safe() {
    let setup = Setup { plan: Plan::JournalBreaks, ..SETUP };
    let outcomes = perform(&setup, &[&["all is well"], &["all is well"]]);
    assert_eq!((outcomes.stage.entered, outcomes.stage.made_safe), (1, 1));
    let Finished { ending, exit_code, .. } = outcomes.finished;
    assert_eq!((ending.blame, exit_code), (Some(Blame::Bench), 3));
    assert!(ending.message.en.starts_with("failed to write j"), "{ending:?}");
}
