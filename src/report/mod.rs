//! Reports are pure functions of a journal: on any machine, at any time, with no bench.
//!
//! This file folds a journal's entries into attempts; each report tells them in its own way. Knows nothing of how events come about.

pub mod junit;
pub mod terminal;
mod words;

use crate::clock::Instant;
use crate::fault::Blame;
use crate::journal::{Ending, Entry, Event, Measurement, Outcome, SafeCheck};
use crate::unit::Unit;
use crate::verdict::Criterion;

/// One attempt at one scenario, as the journal tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    pub id: String,
    pub name: String,
    pub feature: String,
    pub file: String,
    pub line: usize,
    pub tags: Vec<String>,
    pub round: u32,
    pub number: u32,
    pub began: Instant,
    pub ended: Instant,
    /// `None`: the run was killed in the middle of it.
    pub ending: Option<Ending>,
    pub measurements: Vec<Measurement>,
    /// The step under way, and after the end the one that ended it early.
    pub step: Option<Step>,
    pub checks: Vec<SafeCheck>,
    /// Recordings, as paths beside the journal.
    pub audio: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub line: usize,
    pub keyword: String,
    pub text: String,
}

impl Attempt {
    /// The figure that decided against the post, or could not decide.
    pub fn decisive(&self) -> Option<&Measurement> {
        self.measurements.iter().rev().find(|m| matches!(m.outcome, Outcome::Failed | Outcome::Inconclusive))
    }
    pub fn is_repeated_on_account_of_the_bench(&self) -> bool {
        self.ending.as_ref().is_some_and(|e| e.outcome == Outcome::Failed && e.blame == Some(Blame::Bench))
    }
    pub fn seconds(&self) -> f64 {
        self.ended.since(self.began).as_secs_f64()
    }
}

/// Gathers entries into attempts.
#[derive(Debug, Default)]
pub struct Fold {
    open: Option<Attempt>,
    last: Instant,
}

impl Fold {
    /// Takes an entry; gives the attempt that it completed, if it did.
    pub fn take(&mut self, entry: &Entry) -> Option<Attempt> {
        self.last = entry.at;
        match &entry.event {
            Event::ScenarioBegan { id, name, feature, file, line, tags, round, attempt } => {
                let unfinished = self.open.take();
                self.open = Some(Attempt {
                    id: id.clone(),
                    name: name.clone(),
                    feature: feature.clone(),
                    file: file.clone(),
                    line: *line,
                    tags: tags.clone(),
                    round: *round,
                    number: *attempt,
                    began: entry.at,
                    ended: entry.at,
                    ending: None,
                    measurements: Vec::new(),
                    step: None,
                    checks: Vec::new(),
                    audio: Vec::new(),
                });
                unfinished
            }
            Event::ScenarioEnded { ending, .. } => self.open.take().map(|mut attempt| {
                attempt.ended = entry.at;
                attempt.ending = Some(ending.clone());
                attempt
            }),
            event => {
                if let Some(attempt) = &mut self.open {
                    attempt.note(event);
                }
                None
            }
        }
    }

    /// The attempt under way.
    pub fn open(&self) -> Option<&Attempt> {
        self.open.as_ref()
    }

    /// What was under way when the journal broke off.
    pub fn finish(self) -> Option<Attempt> {
        self.open.map(|attempt| Attempt { ended: self.last, ..attempt })
    }
}

impl Attempt {
    fn note(&mut self, event: &Event) {
        match event {
            Event::StepBegan { line, keyword, text } => {
                self.step = Some(Step { line: *line, keyword: keyword.clone(), text: text.clone() });
            }
            Event::StepEnded { ending } if ending.has_passed() => self.step = None,
            Event::Measured(measurement) => self.measurements.push(measurement.clone()),
            Event::MadeSafe { checks } => self.checks.clone_from(checks),
            Event::Audio { file, .. } => self.audio.push(file.clone()),
            _ => {}
        }
    }
}

/// How far a figure that passed stayed from its nearest limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Margin {
    pub id: String,
    pub measurement: Measurement,
    /// In the figure's unit.
    pub left: f64,
    /// The same as a part of the limit: what margins are ordered by.
    pub part: f64,
}

impl Margin {
    /// `None` where there is no such thing: not judged, not a number, or a count that is right or wrong.
    pub fn of(id: &str, measurement: &Measurement) -> Option<Margin> {
        let value = measurement.estimate.value;
        if measurement.outcome != Outcome::Passed || measurement.estimate.unit == Unit::Count || !value.is_finite() {
            return None;
        }
        let (left, limit) = match measurement.criterion? {
            Criterion::AtMost(high) => (high - value, high),
            Criterion::AtLeast(low) => (value - low, low),
            Criterion::Between(low, high) => ((high - value).min(value - low), (high - low) / 2.0),
            Criterion::Exactly(_) => return None,
        };
        let part = left / limit.abs().max(f64::MIN_POSITIVE);
        Some(Margin { id: id.to_string(), measurement: measurement.clone(), left, part })
    }
}
