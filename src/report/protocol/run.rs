//! A run as a protocol needs it: the read model, and of each scenario the figures that count, each with the line of the
//! journal in which it stands.
//!
//! Reads the journal once; what is kept does not grow with the number of rounds.

use crate::fault::Blame;
use crate::journal::read::{Entries, file_of};
use crate::journal::store::JournalError;
use crate::journal::{Ending, Event, Measurement, Outcome, harmless_entry};
use crate::report::model::{Header, Scenario};
use crate::report::{Case, Keep, Margin, Model};
use crate::unit::{Bilingual, Date, Utc, harmless};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What was found when a run's evidence was held against itself.
#[derive(Debug, Clone)]
pub struct Examination {
    /// What does not hold; empty: everything does.
    pub findings: Vec<Bilingual>,
    /// The hash of the journal's last line.
    pub last_hash: String,
    /// Whose seal it bears, in words.
    pub seal: Bilingual,
    /// There is a seal, and nobody has checked whose.
    pub is_seal_unchecked: bool,
}

/// A figure that counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub measurement: Measurement,
    /// Of the journal, from 1.
    pub line: u64,
}

impl Figure {
    /// Rules of the standing watch that held are counted, not listed.
    pub fn is_told(&self) -> bool {
        !self.measurement.is_of_watch() || self.measurement.outcome != Outcome::Passed
    }
}

/// A scenario in one run.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioResult {
    pub scenario: Scenario,
    /// Of each key the worst over all rounds, in the order in which they came.
    pub figures: Vec<Figure>,
}

impl ScenarioResult {
    /// The figure that decided against the post, or could not decide; `None` where no figure decided.
    pub fn decisive(&self) -> Option<&Figure> {
        let first = |outcome| self.figures.iter().find(move |figure| figure.measurement.outcome == outcome);
        first(Outcome::Failed).or_else(|| first(Outcome::Inconclusive))
    }
    pub fn figure(&self, key: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.measurement.key == key)
    }
    pub fn ending(&self) -> Option<Ending> {
        self.scenario.ending()
    }
    pub fn has_passed(&self) -> bool {
        self.ending().is_some_and(|ending| ending.has_passed())
    }
    /// Whether it says anything about the post.
    pub fn is_decided(&self) -> bool {
        self.ending().is_some_and(|ending| speaks_of_the_post(&ending))
    }
    /// The post was found wanting.
    pub fn blames_the_post(&self) -> bool {
        self.ending().is_some_and(|ending| ending.blame == Some(Blame::Device))
    }
}

/// A bench that was found wanting says nothing about a post; a figure too close to its limit does.
fn speaks_of_the_post(ending: &Ending) -> bool {
    let is_told = matches!(ending.outcome, Outcome::Passed | Outcome::Failed);
    is_told && matches!(ending.blame, None | Some(Blame::Device)) || ending.outcome == Outcome::Inconclusive
}

/// A run that has been read.
#[derive(Debug, Clone)]
pub struct Run {
    /// Where its journal lies, harmless to show.
    pub journal: String,
    pub model: Model,
    pub header: Header,
    pub examination: Examination,
    pub results: Vec<ScenarioResult>,
    /// Name, model and port or serial number.
    pub instruments: Vec<[String; 3]>,
    /// What its rig could not show, and what it lacks for it.
    pub not_watched: Vec<(Bilingual, String)>,
}

impl Run {
    /// Reads a run, named by its directory or its journal.
    ///
    /// # Errors
    /// There is no journal there that could be read. `None`: its first line tells of no run.
    pub fn read(path: &Path, examination: Examination) -> Result<Option<Run>, JournalError> {
        let journal = file_of(path);
        let mut entries = Entries::open(&journal)?;
        let mut model = Model::new(Keep::Everything);
        let mut reading = Reading::default();
        while let Some(entry) = entries.next()? {
            let entry = harmless_entry(&entry);
            reading.note(entry.n + 1, &entry.event);
            model.take(&entry);
            model.take_cases().into_iter().for_each(|case| reading.settle(&case));
        }
        model.finish();
        model.take_cases().into_iter().for_each(|case| reading.settle(&case));
        let Some(header) = model.header.clone() else { return Ok(None) };
        let results = model.scenarios.iter().map(|scenario| {
            let figures = reading.figures.remove(&scenario.id).unwrap_or_default();
            ScenarioResult { scenario: scenario.clone(), figures }
        });
        let results = results.collect();
        let journal = harmless(&journal.display().to_string()).into_owned();
        let Reading { instruments, not_watched, .. } = reading;
        let instruments = instruments.into_iter().collect();
        Ok(Some(Run {
            journal,
            model,
            header,
            examination,
            results,
            instruments,
            not_watched: not_watched.into_values().collect(),
        }))
    }

    pub fn date(&self) -> Option<Date> {
        self.model.began_unix_seconds.map(|seconds| Utc::from_unix(seconds).into())
    }
    pub fn result(&self, id: &str) -> Option<&ScenarioResult> {
        self.results.iter().find(|result| result.scenario.id == id)
    }
    /// It came to its end, and nothing that was planned was left out.
    pub fn is_whole(&self) -> bool {
        self.model.end.is_some() && self.model.tally().skipped == 0 && !self.results.is_empty()
    }
}

/// What is gathered while a journal is read.
#[derive(Default)]
struct Reading {
    /// The lines of the figures of each attempt that may yet count.
    lines: BTreeMap<(String, u32, u32), Vec<u64>>,
    open: Option<(String, u32, u32)>,
    figures: BTreeMap<String, Vec<Figure>>,
    instruments: BTreeSet<[String; 3]>,
    not_watched: BTreeMap<String, (Bilingual, String)>,
}

impl Reading {
    fn note(&mut self, line: u64, event: &Event) {
        match event {
            Event::ScenarioBegan { id, round, attempt, .. } => self.open = Some((id.clone(), *round, *attempt)),
            Event::Measured(_) => {
                if let Some(open) = &self.open {
                    self.lines.entry(open.clone()).or_default().push(line);
                }
            }
            Event::InstrumentOpened { name, model, unit } => {
                self.instruments.insert([name.clone(), model.clone(), unit.clone()]);
            }
            Event::NotWatched { key, what, role } => {
                self.not_watched.insert(key.clone(), (what.clone(), role.clone()));
            }
            _ => {}
        }
    }

    /// A case is over: its last attempt counts.
    fn settle(&mut self, case: &Case) {
        let attempt = &case.last;
        let key = (attempt.id.clone(), attempt.round, attempt.number);
        let lines = self.lines.remove(&key).unwrap_or_default();
        self.lines.retain(|(id, round, _), _| (id, *round) != (&attempt.id, attempt.round));
        if !attempt.ending.as_ref().is_some_and(speaks_of_the_post) {
            return;
        }
        let known = self.figures.entry(attempt.id.clone()).or_default();
        for (measurement, line) in attempt.figures.iter().zip(lines) {
            let new = Figure { measurement: measurement.clone(), line };
            match known.iter_mut().find(|figure| figure.measurement.key == measurement.key) {
                Some(figure) if is_worse(measurement, &figure.measurement) => *figure = new,
                Some(_) => {}
                None => known.push(new),
            }
        }
    }
}

/// Whether a figure says more against the post than another of the same key.
fn is_worse(one: &Measurement, other: &Measurement) -> bool {
    let weight = |figure: &Measurement| match figure.outcome {
        Outcome::Failed => 2,
        Outcome::Inconclusive => 1,
        _ => 0,
    };
    let part = |figure: &Measurement| Margin::of("", figure).map_or(f64::INFINITY, |margin| margin.part);
    weight(one) > weight(other) || weight(one) == weight(other) && part(one) < part(other)
}
