//! The only file that names cucumber: its parser, its expressions, and our own runner and writer on its events.
//!
//! The runner goes in lock step: an event is written down before what it announces happens, so that a figure never lands on the wrong step.
//! What an attempt means, how it ends and what is journaled is decided in `run`; nothing of that is known here.

use super::lexer::{Heading, Line, What};
use super::model::{Feature, Scenario, Step, is_id};
use super::phrase_matcher::{Found, Parameter, PhraseMatcher};
use super::run::{Cause, Session};
use super::runner_port::{RunnerPort, ScenarioInfo};
use crate::problem::Problem;
use crate::unit::{Lang, both};
use cucumber::event::{self, Cucumber, HookType, Retries, Source, StepError};
use cucumber::tag::Ext as _;
use cucumber::{Event, Runner, Writer, cli, gherkin, parser};
use cucumber_expressions::Expression;
use futures::channel::mpsc;
use futures::stream::{self, LocalBoxStream, Stream};
use futures::{FutureExt as _, SinkExt as _, StreamExt as _};
use gherkin::tagexpr::TagOperation;
use regex::Regex;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// A feature as the parser sees it, changed so that each of its scenarios can be run as it stands.
#[derive(Debug, Clone)]
pub(super) struct RawFeature(gherkin::Feature);

impl RawFeature {
    /// Keeps the scenarios whose place in the list `keep` approves of.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) {
        let mut place = 0..;
        self.0.scenarios.retain(|_| place.next().is_some_and(&mut keep));
    }
}

/// Where the parser gave up, and what it would have taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unparsed {
    pub at: crate::problem::Place,
    pub expected: String,
}

impl Unparsed {
    pub(super) fn problem(&self) -> Problem {
        let cause =
            ("Gherkin cannot make sense of this line or the one before it", "Gherkin nie rozumie tego wiersza albo poprzedniego");
        Problem::new(cause, both!("expected one of: {}", "oczekiwano jednego z: {}", self.expected))
    }
}

/// The regular expression of a phrase.
pub(super) fn expression(phrase: &str) -> Result<Regex, String> {
    let parameters: HashMap<&str, &str> = Parameter::ALL.iter().map(|p| (p.name(), p.pattern())).collect();
    Expression::regex_with_parameters(phrase, &parameters).map_err(|error| error.to_string())
}

/// A condition on tags, `@S01 and not @slow`.
#[derive(Debug, Clone)]
pub(super) struct Tags(TagOperation);

impl Tags {
    pub(super) fn parse(text: &str) -> Option<Tags> {
        text.parse().ok().map(Tags)
    }
    pub(super) fn match_on(&self, tags: &[String]) -> bool {
        self.0.eval(tags.iter().map(|tag| tag.trim_start_matches('@')))
    }
}

/// Parses a feature file that has been scanned already; the lines give the true positions.
pub(super) fn parse(file: &str, text: &str, lang: Lang, lines: &[Line]) -> Result<Feature, Unparsed> {
    let env = gherkin::GherkinEnv::new(match lang {
        Lang::En => "en",
        Lang::Pl => "pl",
    });
    let parsed = env.map_err(|_| Unparsed { at: crate::problem::Place::START, expected: "a language it knows".into() })?;
    let mut raw = gherkin::Feature::parse(text, parsed).map_err(|error| unparsed(&error.to_string()))?;
    raw.path = Some(file.into());
    place(&mut raw, lines);
    let rows = flatten(&mut raw);
    let scenarios = raw.scenarios.iter().zip(rows).map(|(raw, row)| scenario(raw, row)).collect();
    Ok(Feature { name: raw.name.clone(), file: file.to_string(), lang, scenarios, raw: RawFeature(raw) })
}

/// The parser tells where it stopped only in its message: `Error at 3:5: {"...", "..."}`.
fn unparsed(message: &str) -> Unparsed {
    let mut parts = message.trim_start_matches("Error at ").splitn(3, ':');
    let mut number = || parts.next().and_then(|part| part.trim().parse().ok()).unwrap_or(1);
    let (line, column) = (number(), number());
    let words = parts.next().unwrap_or_default().trim().trim_matches(['{', '}']);
    let mut words: Vec<&str> = words.split(", ").collect();
    words.sort_unstable();
    Unparsed { at: crate::problem::Place { line, column }, expected: words.join(", ") }
}

/// Puts the scanned positions in the place of the parser's, which may be a line late. Where the two disagree on how many there are, the
/// parser's stay.
fn place(raw: &mut gherkin::Feature, lines: &[Line]) {
    let at = |line: &Line| gherkin::LineCol { line: line.number, col: line.column };
    let steps = lines.iter().filter(|line| matches!(line.what, What::Step { .. })).map(at);
    let scenarios =
        lines.iter().filter(|line| matches!(line.what, What::Heading { heading: Heading::Scenario | Heading::Outline, .. }));
    let rules = raw.rules.iter_mut().map(|rule| (&mut rule.background, &mut rule.scenarios));
    let mut step_places = Vec::new();
    let mut scenario_places = Vec::new();
    for (background, scenarios) in std::iter::once((&mut raw.background, &mut raw.scenarios)).chain(rules) {
        step_places.extend(background.iter_mut().flat_map(|b| &mut b.steps).map(|step| &mut step.position));
        for scenario in scenarios {
            scenario_places.push(&mut scenario.position);
            step_places.extend(scenario.steps.iter_mut().map(|step| &mut step.position));
        }
    }
    replace(step_places, &steps.collect::<Vec<_>>());
    replace(scenario_places, &scenarios.map(at).collect::<Vec<_>>());
}

fn replace(places: Vec<&mut gherkin::LineCol>, with: &[gherkin::LineCol]) {
    if places.len() == with.len() {
        places.into_iter().zip(with).for_each(|(place, with)| *place = *with);
    }
}

/// Writes rules, backgrounds and outlines out, so that the feature is a plain list of scenarios that stand for themselves. Gives
/// for each of them which example row of its outline it is, from 1.
fn flatten(raw: &mut gherkin::Feature) -> Vec<Option<usize>> {
    let background = |b: Option<gherkin::Background>| b.map(|b| b.steps).unwrap_or_default();
    let common = background(raw.background.take());
    let mut plain = Vec::new();
    for scenario in std::mem::take(&mut raw.scenarios) {
        write_out(scenario, &common, &raw.tags, &mut plain);
    }
    for rule in std::mem::take(&mut raw.rules) {
        let steps: Vec<_> = common.iter().cloned().chain(background(rule.background)).collect();
        let tags: Vec<_> = raw.tags.iter().cloned().chain(rule.tags).collect();
        for scenario in rule.scenarios {
            write_out(scenario, &steps, &tags, &mut plain);
        }
    }
    let (scenarios, rows) = plain.into_iter().unzip();
    raw.scenarios = scenarios;
    rows
}

/// A scenario written out, and which example row it is.
type Plain = (gherkin::Scenario, Option<usize>);

fn write_out(mut scenario: gherkin::Scenario, before: &[gherkin::Step], tags: &[String], into: &mut Vec<Plain>) {
    scenario.tags = tags.iter().chain(&scenario.tags).map(|tag| format!("@{}", tag.trim_start_matches('@'))).collect();
    scenario.steps = before.iter().chain(&scenario.steps).cloned().collect();
    let examples = std::mem::take(&mut scenario.examples);
    if examples.is_empty() {
        into.push((scenario, None));
        return;
    }
    let mut number = 0;
    for example in &examples {
        let rows = example.table.as_ref().map(|table| table.rows.as_slice()).unwrap_or_default();
        let Some((names, rows)) = rows.split_first() else { continue };
        for values in rows {
            number += 1;
            into.push((fill_in(&scenario, &example.tags, names, values), Some(number)));
        }
    }
}

/// One example row of an outline.
fn fill_in(outline: &gherkin::Scenario, tags: &[String], names: &[String], values: &[String]) -> gherkin::Scenario {
    let fill = |text: &mut String| {
        for (name, value) in names.iter().zip(values) {
            *text = text.replace(&format!("<{name}>"), value);
        }
    };
    let mut scenario = outline.clone();
    scenario.tags.extend(tags.iter().map(|tag| format!("@{}", tag.trim_start_matches('@'))));
    let before = scenario.name.clone();
    fill(&mut scenario.name);
    if scenario.name == before {
        scenario.name = format!("{before} ({})", values.join(", "));
    }
    for step in &mut scenario.steps {
        fill(&mut step.value);
        step.docstring.iter_mut().for_each(fill);
        step.table.iter_mut().flat_map(|table| &mut table.rows).flatten().for_each(fill);
    }
    scenario
}

fn scenario(raw: &gherkin::Scenario, row: Option<usize>) -> Scenario {
    let id = raw.tags.iter().find(|tag| is_id(tag)).map(|tag| {
        let id = tag.trim_start_matches('@');
        row.map_or(id.to_string(), |row| format!("{id}.{row}"))
    });
    let steps = raw.steps.iter().map(|step| Step {
        line: step.position.line,
        column: step.position.col,
        keyword: step.keyword.trim().to_string(),
        text: step.value.clone(),
        table: step.table.as_ref().map(|table| table.rows.clone()).unwrap_or_default(),
        has_text_block: step.docstring.is_some(),
    });
    Scenario {
        id: id.unwrap_or_default(),
        name: raw.name.clone(),
        line: raw.position.line,
        column: raw.position.col,
        tags: raw.tags.clone(),
        steps: steps.collect(),
    }
}

type Item<W> = parser::Result<Event<Cucumber<W>>>;

/// Where in the features an event belongs.
struct Place {
    feature: Source<gherkin::Feature>,
    scenario: Source<gherkin::Scenario>,
    retries: Option<Retries>,
}

impl Place {
    fn event<W>(&self, event: event::Scenario<W>) -> Cucumber<W> {
        Cucumber::scenario(
            self.feature.clone(),
            None::<Source<gherkin::Rule>>,
            self.scenario.clone(),
            event.with_retries(self.retries),
        )
    }
}

/// Runs features on a stage, one step after the other, each attempt ended by making safe.
struct BenchRunner<'s, S: RunnerPort> {
    session: Rc<RefCell<Session<'s, S>>>,
    book: &'s PhraseMatcher<S::World>,
    /// What the stream of features is made of, round after round.
    features: Rc<Vec<Feature>>,
}

struct Drive<'s, S: RunnerPort> {
    runner: BenchRunner<'s, S>,
    to_writer: mpsc::Sender<Item<S::World>>,
}

impl<S: RunnerPort> Drive<'_, S> {
    /// Returns when the writer has dealt with the event: the channel holds one, and the writer takes the next only after the last.
    async fn emit(&mut self, event: Cucumber<S::World>) {
        // Nobody listens any more: the run is being dropped, and there is nobody to tell.
        let _nobody_listens = self.to_writer.send(Ok(Event::new(event))).await;
    }

    async fn features(mut self, features: impl Stream<Item = parser::Result<gherkin::Feature>>) {
        self.emit(Cucumber::Started).await;
        let mut features = std::pin::pin!(features.enumerate());
        while let Some((number, feature)) = features.next().await {
            let Ok(feature) = feature else { continue };
            let plan = Rc::clone(&self.runner.features);
            let count = plan.len().max(1);
            let Some(planned) = plan.get(number % count) else { continue };
            let round = u32::try_from(number / count).unwrap_or(u32::MAX).saturating_add(1);
            self.feature(Source::new(feature), planned, round).await;
            if self.runner.session.borrow().must_stop() {
                break;
            }
        }
        self.emit(Cucumber::Finished).await;
    }

    async fn feature(&mut self, feature: Source<gherkin::Feature>, planned: &Feature, round: u32) {
        self.emit(Cucumber::feature_started(feature.clone())).await;
        for (raw, scenario) in feature.scenarios.iter().zip(&planned.scenarios) {
            if self.runner.session.borrow().must_stop() {
                break;
            }
            let raw = Source::new(raw.clone());
            let mut retries = Retries::initial(self.runner.session.borrow().retries());
            loop {
                let place = Place { feature: feature.clone(), scenario: raw.clone(), retries: Some(retries) };
                self.attempt(&place, planned, scenario, round).await;
                let next = retries.next_try();
                let again = self.runner.session.borrow_mut().decide(next.is_some());
                match next {
                    Some(next) if again => retries = next,
                    _ => break,
                }
            }
        }
        self.emit(Cucumber::feature_finished(feature)).await;
    }

    async fn attempt(&mut self, place: &Place, feature: &Feature, scenario: &Scenario, round: u32) {
        let attempt = place.retries.map_or(0, |retries| retries.current);
        self.runner.session.borrow_mut().prepare(ScenarioInfo {
            id: scenario.id.clone(),
            name: scenario.name.clone(),
            feature: feature.name.clone(),
            file: feature.file.clone(),
            line: scenario.line,
            tags: scenario.tags.clone(),
            round,
            attempt: u32::try_from(attempt).unwrap_or(u32::MAX).saturating_add(1),
        });
        self.emit(place.event(event::Scenario::Started)).await;
        self.emit(place.event(event::Scenario::hook_started(HookType::Before))).await;
        let entered = self.runner.session.borrow_mut().enter();
        let world = match entered {
            Ok(mut world) => {
                self.emit(place.event(event::Scenario::hook_passed(HookType::Before))).await;
                self.steps(place, scenario, &mut world).await;
                Some(world)
            }
            Err(cause) => {
                self.emit(place.event(event::Scenario::hook_failed(HookType::Before, None, Arc::new(cause)))).await;
                None
            }
        };
        self.emit(place.event(event::Scenario::hook_started(HookType::After))).await;
        let closed = self.runner.session.borrow_mut().close(world);
        let after = match closed {
            Ok(()) => event::Scenario::hook_passed(HookType::After),
            Err(cause) => event::Scenario::hook_failed(HookType::After, None, Arc::new(cause)),
        };
        self.emit(place.event(after)).await;
        self.emit(place.event(event::Scenario::Finished)).await;
    }

    /// Up to the first step that does not pass.
    async fn steps(&mut self, place: &Place, scenario: &Scenario, world: &mut S::World) {
        for (raw, step) in place.scenario.steps.iter().zip(&scenario.steps) {
            let raw = Source::new(raw.clone());
            self.emit(place.event(event::Scenario::step_started(raw.clone()))).await;
            let result = self.step(step, world);
            let passed = matches!(result, event::Step::Passed(..));
            self.emit(place.event(event::Scenario::Step(raw, result))).await;
            if !passed {
                return;
            }
        }
    }

    fn step(&self, step: &Step, world: &mut S::World) -> event::Step<S::World> {
        let failed = |cause| event::Step::Failed(None, None, None, StepError::Panic(Arc::new(cause)));
        let Found { phrase, mut args, regex } = match self.runner.book.find(&step.text) {
            Ok(found) => found,
            Err(lost) => return failed(Cause::lost(&step.text, &lost)),
        };
        args.table = step.table.clone();
        let mut captures = regex.capture_locations();
        regex.captures_read(&mut captures, &step.text);
        // The session is borrowed to look at the clock only: the step may use all that the world shares with the stage.
        let guarded = self.runner.session.borrow().grant(phrase.within);
        match guarded.run(|| (phrase.run)(world, &args)) {
            Ok(()) => event::Step::Passed(captures, None),
            Err(cause) => failed(cause),
        }
    }
}

impl<'s, S: RunnerPort> Runner<S::World> for BenchRunner<'s, S> {
    type Cli = cli::Empty;
    type EventStream = LocalBoxStream<'s, Item<S::World>>;

    fn run<F>(self, features: F, _: cli::Empty) -> Self::EventStream
    where
        F: Stream<Item = parser::Result<gherkin::Feature>> + 'static,
    {
        let (to_writer, from_runner) = mpsc::channel(0);
        let job = Drive { runner: self, to_writer }.features(features);
        let events = stream::select(from_runner.map(Some), job.into_stream().map(|()| None));
        events.filter_map(std::future::ready).boxed_local()
    }
}

/// Turns cucumber's events into the journal's.
struct JournalWriter<'s, S: RunnerPort> {
    session: Rc<RefCell<Session<'s, S>>>,
}

impl<S: RunnerPort> Writer<S::World> for JournalWriter<'_, S> {
    type Cli = cli::Empty;

    async fn handle_event(&mut self, event: Item<S::World>, _: &cli::Empty) {
        let Ok(Cucumber::Feature(_, event::Feature::Scenario(_, event))) = event.map(Event::into_inner) else { return };
        let mut session = self.session.borrow_mut();
        match event.event {
            event::Scenario::Started => session.scenario_began(),
            event::Scenario::Step(step, event::Step::Started) => {
                session.step_began(step.position.line, step.keyword.trim(), &step.value);
            }
            event::Scenario::Step(_, event::Step::Passed(..)) => session.step_ended(None),
            event::Scenario::Step(_, event::Step::Failed(_, _, _, StepError::Panic(info))) => {
                session.step_ended(Some(Cause::of(&info)));
            }
            event::Scenario::Hook(_, event::Hook::Failed(_, info)) => session.hook_failed(Cause::of(&info)),
            event::Scenario::Finished => session.scenario_ended(),
            _ => {}
        }
    }
}

/// Runs all features so many times over, made as they are needed: a soak of a million rounds holds one.
pub(super) fn drive<'s, S: RunnerPort>(
    session: &Rc<RefCell<Session<'s, S>>>,
    book: &'s PhraseMatcher<S::World>,
    features: Vec<Feature>,
    rounds: u32,
) {
    let features = Rc::new(features);
    let again = Rc::clone(&features);
    let source = (0..rounds).flat_map(move |_| {
        let features = Rc::clone(&again);
        (0..features.len()).filter_map(move |n| features.get(n).map(|feature| Ok(feature.raw.0.clone())))
    });
    let mut writer = JournalWriter { session: Rc::clone(session) };
    let runner = BenchRunner { session: Rc::clone(session), book, features };
    let mut events = runner.run(stream::iter(source), cli::Empty);
    // One thread: the steps wait for the bench's clock, and the order of events must be the order of what happened.
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.unwrap_or_else(|error| panic!("cannot drive the features: {error}"));
    runtime.block_on(async {
        while let Some(event) = events.next().await {
            writer.handle_event(event, &cli::Empty).await;
        }
    });
}
