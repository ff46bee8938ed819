//! One life on a bench of its own, the same way as any scenario, and what came of it.

use super::Plan;
use super::gherkin_text::{Heading, feature};
use super::life::{Figure, Life, Sentence};
use super::model::{BIRTH, ROWS};
use crate::bench::{self, Onlooker, Opening};
use crate::fault::{Blame, Blamed as _};
use crate::journal::audio::Retention;
use crate::journal::seen::{CallObservation, Observation};
use crate::journal::{Ending, Entry, Event};
use crate::report::{Attempt, Model};
use crate::steps::World;
use crate::suite::lint::{self, Needs};
use crate::suite::preamble::{Planned, preamble};
use crate::suite::run::{Options, run};
use crate::suite::runner_port::RunnerPort as _;
use crate::suite::signals::Signals;
use crate::suite::{OnBench, PhraseMatcher, panics};
use crate::unit::{Bilingual, Lang, both};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// A way of failing: lives that fail for the same requirement by the same figure fail alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    pub blame: Blame,
    /// E.g. `T45`; empty where no figure decided.
    pub requirement: String,
    /// Of the figure, or what was said instead of one.
    pub key: String,
    /// What the figure is.
    pub name: Bilingual,
}

impl Failure {
    fn of(attempt: &Attempt) -> Option<Failure> {
        let ending = attempt.ending.as_ref().filter(|ending| !ending.has_passed())?;
        let blame = ending.blame.unwrap_or(Blame::Hejnal);
        Some(match attempt.decided_by() {
            Some(figure) => Failure {
                blame,
                requirement: figure.source.as_ref().map(|source| source.id.clone()).unwrap_or_default(),
                key: figure.key.clone(),
                name: Bilingual::new(figure.en.clone(), figure.pl.clone()),
            },
            None => Failure::without_figure(ending),
        })
    }

    /// Figures within a message would make every one of its kind.
    fn without_figure(ending: &Ending) -> Failure {
        let plain = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).take(100).collect::<String>();
        let blame = ending.blame.unwrap_or(Blame::Hejnal);
        let name = Bilingual::new(plain(&ending.message.en), plain(&ending.message.pl));
        Failure { blame, requirement: String::new(), key: name.en.clone(), name }
    }

    /// Of a folder for its evidence.
    pub fn folder_name(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
        let key = if self.requirement.is_empty() { format!("{:?}-{}", self.blame, self.key) } else { self.key.clone() };
        key.chars().map(plain).take(60).collect::<String>().to_lowercase()
    }

    /// In a line.
    pub fn told(&self, lang: Lang) -> String {
        let Failure { requirement, key, name, .. } = self;
        if requirement.is_empty() { name.show(lang).to_string() } else { format!("{}, {key} [{requirement}]", name.show(lang)) }
    }
}

/// What came of one life.
#[derive(Debug, Clone)]
pub struct Lived {
    pub ending: Ending,
    pub failure: Option<Failure>,
    pub presses: u64,
    pub calls: u64,
    /// Of the post's time.
    pub seconds: f64,
    /// How many of its deeds were done.
    pub deeds: usize,
}

/// Lives it; the journal is left in the folder.
pub(super) fn live(plan: &Plan, book: &PhraseMatcher<World>, life: &Life, seed: u64, folder: &Path) -> Lived {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let outcome = panics::catch(|| run_life(plan, book, life, seed, folder, Arc::clone(&seen)));
    let seen = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
    let ending = match outcome {
        Ok(Ok(ending) | Err(ending)) => ending,
        Err((_, panicked)) => {
            let panics::Panicked { message, location } = panicked;
            let what =
                both!("hejnal panicked: {message} (at {location})", "błąd wewnętrzny programu hejnal: {message} (w {location})");
            Ending::failed(Blame::Hejnal, what, OUR_MISTAKE)
        }
    };
    let mut model = seen.model.unwrap_or_else(|| Model::of(&[]));
    model.finish();
    let attempt = model.attempts().next();
    let done = attempt.map_or(0, |attempt| attempt.steps.iter().filter(|step| step.has_passed()).count());
    let failure = match attempt.and_then(Failure::of) {
        None if !ending.has_passed() => Some(Failure::without_figure(&ending)),
        failure => failure,
    };
    Lived {
        failure: failure.filter(|failure| failure.blame != Blame::Nobody),
        presses: life.sentences().iter().take(done).map(presses).sum(),
        calls: seen.calls,
        seconds: attempt.map_or(0.0, Attempt::seconds),
        deeds: deeds_done(life, done),
        ending,
    }
}

const OUR_MISTAKE: (&str, &str) = ("this is a mistake in hejnal: report it", "to błąd programu hejnal: zgłoś go");

/// What passes by as the journal is written.
#[derive(Default)]
struct Seen {
    model: Option<Model>,
    calls: u64,
}

impl Seen {
    fn take(&mut self, entry: &Entry) {
        let model = self.model.get_or_insert_with(|| Model::of(&[]));
        model.take(entry);
        let is_call =
            matches!(&entry.event, Event::Seen { what: Observation::Call { what: CallObservation::Invited { .. }, .. }, .. });
        self.calls += u64::from(is_call);
    }
}

fn run_life(
    plan: &Plan,
    book: &PhraseMatcher<World>,
    life: &Life,
    seed: u64,
    folder: &Path,
    seen: Arc<Mutex<Seen>>,
) -> Result<Ending, Ending> {
    let heading = Heading { about: both!("Life of seed {seed}", "Przebieg z ziarna {seed}"), notes: Vec::new() };
    let text = feature(life, &heading, plan.lang);
    let features = lint::of_text("life.feature", &text, book, &Needs::of(&plan.rig)).map_err(|problems| {
        let first = problems.first().map(|problem| Bilingual::new(problem.show(Lang::En), problem.show(Lang::Pl)));
        Ending::failed(Blame::Hejnal, first.unwrap_or_default(), OUR_MISTAKE)
    })?;
    let unread = |error: std::io::Error| Ending::failed(Blame::Bench, Bilingual::same(error), UNREADABLE);
    let planned = Planned { scenarios: 1, takes_s: None };
    let preamble = preamble(&plan.rig, plan.lang, seed, planned, &[], "").map_err(unread)?;
    let onlooker: Onlooker = Box::new(move |entry| seen.lock().unwrap_or_else(PoisonError::into_inner).take(entry));
    let opening =
        Opening { rig: Arc::new(plan.rig.clone()), seed, folder: folder.to_path_buf(), onlookers: vec![onlooker], preamble };
    let bench = bench::open(opening).map_err(|e| Ending::failed(e.blame(), e.account(), e.remedy()))?;
    let mut stage = OnBench::new(bench, seed, folder, Retention::default());
    plan.ward.iter().for_each(|ward| ward.attend(stage.clock().guard()));
    let _signals = Signals::install(&stage.clock().guard().stop_flag()).map_err(unread)?;
    Ok(run(&mut stage, book, vec![features], Options::default()).ending)
}

const UNREADABLE: (&str, &str) = ("check the firmware's file in the rig", "sprawdź plik oprogramowania w opisie stanowiska");

/// How often a sentence presses the button as a finger does.
fn presses(sentence: &Sentence) -> u64 {
    match sentence.figures.first() {
        Some(Figure::Count(count)) if sentence.phrase.contains("pressed {times}") => *count,
        _ if sentence.phrase.starts_with("the button is pressed") || sentence.phrase.contains("then closes") => 1,
        _ if sentence.phrase.starts_with("a talk with the operator") => 1,
        _ => 0,
    }
}

fn deeds_done(life: &Life, sentences: usize) -> usize {
    let mut left = sentences.saturating_sub(BIRTH.len());
    let is_done = |deed: &&super::life::Deed| {
        let says = ROWS.get(deed.row).map_or(0, |row| row.says.len());
        let done = left >= says;
        left = left.saturating_sub(says);
        done
    };
    life.deeds.iter().take_while(is_done).count()
}
