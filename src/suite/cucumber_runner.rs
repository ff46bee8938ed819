//! Features run one step after the other, told in cucumber's events to a cucumber writer: the session, which keeps the
//! journal.
//!
//! One direction: the runner acts and tells, the writer writes down, and each event is on disk before what it announces
//! happens, so that a figure never lands on the wrong step. What an attempt means and how it ends is decided in `run`.

use super::model::{Feature, Scenario, Step};
use super::phrase_matcher::{Found, PhraseMatcher};
use super::run::{Cause, Session};
use super::runner_port::{RunnerPort, ScenarioInfo};
use cucumber::event::{self, Cucumber, HookType, Retries, Source, StepError};
use cucumber::{Event, Writer, cli, gherkin, parser};
use std::sync::Arc;

/// Runs all features so many times over; a soak of a million rounds holds one.
pub(super) fn drive<S: RunnerPort>(
    session: &mut Session<'_, S>,
    book: &PhraseMatcher<S::World>,
    features: &[Feature],
    rounds: u32,
) {
    // One thread: the steps wait for the bench's clock, and the order of events must be the order of what happened.
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.unwrap_or_else(|error| panic!("cannot drive the features: {error}"));
    runtime.block_on(BenchRunner { session, book }.run(features, rounds));
}

/// Where in the features an event belongs.
struct Place {
    feature: Source<gherkin::Feature>,
    scenario: Source<gherkin::Scenario>,
    retries: Retries,
}

/// Runs features on a bench, each attempt ended by making safe.
struct BenchRunner<'r, 's, S: RunnerPort> {
    session: &'r mut Session<'s, S>,
    book: &'r PhraseMatcher<S::World>,
}

impl<S: RunnerPort> BenchRunner<'_, '_, S> {
    async fn run(mut self, features: &[Feature], rounds: u32) {
        self.emit(Cucumber::Started).await;
        for round in 1..=rounds {
            for feature in features {
                if self.session.must_stop() {
                    break;
                }
                self.feature(feature, round).await;
            }
            if self.session.must_stop() {
                break;
            }
        }
        self.emit(Cucumber::Finished).await;
    }

    async fn emit(&mut self, event: Cucumber<S::World>) {
        self.session.handle_event(Ok(Event::new(event)), &cli::Empty).await;
    }

    async fn tell(&mut self, place: &Place, event: event::Scenario<S::World>) {
        let (feature, scenario) = (place.feature.clone(), place.scenario.clone());
        let event = event.with_retries(Some(place.retries));
        self.emit(Cucumber::scenario(feature, None::<Source<gherkin::Rule>>, scenario, event)).await;
    }

    async fn feature(&mut self, feature: &Feature, round: u32) {
        let raw = Source::new(feature.raw.0.clone());
        self.emit(Cucumber::feature_started(raw.clone())).await;
        for (raw_scenario, scenario) in raw.scenarios.iter().zip(&feature.scenarios) {
            if self.session.must_stop() {
                break;
            }
            let retries = Retries::initial(self.session.retries());
            let mut place = Place { feature: raw.clone(), scenario: Source::new(raw_scenario.clone()), retries };
            loop {
                self.attempt(&place, feature, scenario, round).await;
                let next = place.retries.next_try();
                let again = self.session.decide(next.is_some());
                match next {
                    Some(next) if again => place.retries = next,
                    _ => break,
                }
            }
        }
        self.emit(Cucumber::feature_finished(raw)).await;
    }

    async fn attempt(&mut self, place: &Place, feature: &Feature, scenario: &Scenario, round: u32) {
        self.session.prepare(ScenarioInfo {
            id: scenario.id.clone(),
            name: scenario.name.clone(),
            feature: feature.name.clone(),
            file: feature.file.clone(),
            line: scenario.line,
            tags: scenario.tags.clone(),
            round,
            attempt: u32::try_from(place.retries.current).unwrap_or(u32::MAX).saturating_add(1),
        });
        self.tell(place, event::Scenario::Started).await;
        self.tell(place, event::Scenario::hook_started(HookType::Before)).await;
        let world = match self.session.enter() {
            Ok(mut world) => {
                self.tell(place, event::Scenario::hook_passed(HookType::Before)).await;
                self.steps(place, scenario, &mut world).await;
                Some(world)
            }
            Err(cause) => {
                self.tell(place, event::Scenario::hook_failed(HookType::Before, None, Arc::new(cause))).await;
                None
            }
        };
        self.tell(place, event::Scenario::hook_started(HookType::After)).await;
        let after = match self.session.close(world) {
            Ok(()) => event::Scenario::hook_passed(HookType::After),
            Err(cause) => event::Scenario::hook_failed(HookType::After, None, Arc::new(cause)),
        };
        self.tell(place, after).await;
        self.tell(place, event::Scenario::Finished).await;
    }

    /// Up to the first step that does not pass.
    async fn steps(&mut self, place: &Place, scenario: &Scenario, world: &mut S::World) {
        for (raw, step) in place.scenario.steps.iter().zip(&scenario.steps) {
            let raw = Source::new(raw.clone());
            self.tell(place, event::Scenario::step_started(raw.clone())).await;
            let result = self.step(step, world);
            let passed = matches!(result, event::Step::Passed(..));
            self.tell(place, event::Scenario::Step(raw, result)).await;
            if !passed {
                return;
            }
        }
    }

    fn step(&self, step: &Step, world: &mut S::World) -> event::Step<S::World> {
        let failed = |cause| event::Step::Failed(None, None, None, StepError::Panic(Arc::new(cause)));
        let Found { phrase, mut args, regex } = match self.book.find(&step.text) {
            Ok(found) => found,
            Err(lost) => return failed(Cause::lost(&step.text, &lost)),
        };
        args.table = step.table.clone();
        let mut captures = regex.capture_locations();
        regex.captures_read(&mut captures, &step.text);
        let guarded = self.session.grant(phrase.within);
        match guarded.run(|| (phrase.run)(world, &args)) {
            Ok(()) => event::Step::Passed(captures, None),
            Err(cause) => failed(cause),
        }
    }
}

/// cucumber's events as the journal's.
impl<S: RunnerPort> Writer<S::World> for Session<'_, S> {
    type Cli = cli::Empty;

    async fn handle_event(&mut self, event: parser::Result<Event<Cucumber<S::World>>>, _: &cli::Empty) {
        let Ok(Cucumber::Feature(_, event::Feature::Scenario(_, event))) = event.map(Event::into_inner) else { return };
        match event.event {
            event::Scenario::Started => self.scenario_began(),
            event::Scenario::Step(step, event::Step::Started) => {
                self.step_began(step.position.line, step.keyword.trim(), &step.value);
            }
            event::Scenario::Step(_, event::Step::Passed(..)) => self.step_ended(None),
            event::Scenario::Step(_, event::Step::Failed(_, _, _, StepError::Panic(info))) => {
                self.step_ended(Some(Cause::of(&info)));
            }
            event::Scenario::Hook(_, event::Hook::Failed(_, info)) => self.hook_failed(Cause::of(&info)),
            event::Scenario::Finished => self.scenario_ended(),
            _ => {}
        }
    }
}
