//! One attempt at a scenario as the journal tells it: its steps, figures and recordings, and how it ended.

use crate::clock::Instant;
use crate::fault::Blame;
use crate::journal::{Ending, Entry, Event, Measurement, Outcome, SafeCheck};
use crate::unit::Unit;
use crate::verdict::Criterion;

/// One attempt at one scenario.
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
    pub steps: Vec<Step>,
    /// In the order in which they were found; [`Step::figures`] says how many there were when a step began.
    pub figures: Vec<Measurement>,
    pub checks: Vec<SafeCheck>,
    /// Recordings, as paths beside the journal.
    pub audio: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub line: usize,
    pub keyword: String,
    pub text: String,
    pub began: Instant,
    /// `None`: it was under way when the attempt or the journal ended.
    pub ending: Option<Ending>,
    /// Which of the attempt's figures it found, from and up to.
    pub figures: (usize, usize),
}

impl Attempt {
    /// An attempt that begins with this entry; `None` for any other entry.
    pub(super) fn begun(entry: &Entry) -> Option<Attempt> {
        let Event::ScenarioBegan { id, name, feature, file, line, tags, round, attempt } = &entry.event else { return None };
        Some(Attempt {
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
            steps: Vec::new(),
            figures: Vec::new(),
            checks: Vec::new(),
            audio: Vec::new(),
        })
    }

    /// Takes what happened within it.
    pub(super) fn note(&mut self, at: Instant, event: &Event) {
        match event {
            Event::StepBegan { line, keyword, text } => {
                let (keyword, text, figures) = (keyword.clone(), text.clone(), (self.figures.len(), self.figures.len()));
                self.steps.push(Step { line: *line, keyword, text, began: at, ending: None, figures });
            }
            Event::StepEnded { ending } => {
                if let Some(step) = self.steps.last_mut() {
                    step.ending = Some(ending.clone());
                }
            }
            Event::Measured(measurement) => {
                self.figures.push(measurement.clone());
                if let Some(step) = self.steps.last_mut().filter(|step| step.ending.is_none()) {
                    step.figures.1 = self.figures.len();
                }
            }
            Event::MadeSafe { checks } => self.checks.clone_from(checks),
            Event::Audio { file, kept: true, .. } => self.audio.push(file.clone()),
            _ => {}
        }
    }

    pub fn has_passed(&self) -> bool {
        self.ending.as_ref().is_some_and(Ending::has_passed)
    }
    pub fn blame(&self) -> Option<Blame> {
        self.ending.as_ref().and_then(|ending| ending.blame)
    }
    /// The step that ended the attempt early, or the one under way.
    pub fn unpassed_step(&self) -> Option<&Step> {
        self.steps.last().filter(|step| !step.has_passed())
    }
    /// The figure that decided against the post, or could not decide; `None` where no figure decided.
    pub fn decisive(&self) -> Option<&Measurement> {
        let first = |outcome| self.figures.iter().find(move |m| m.outcome == outcome);
        first(Outcome::Failed).or_else(|| first(Outcome::Inconclusive))
    }
    /// The decisive figure, where the attempt ended as it did because of it.
    pub fn decided_by(&self) -> Option<&Measurement> {
        let ending = self.ending.as_ref()?;
        let by_a_figure = ending.blame == Some(Blame::Device) || ending.outcome == Outcome::Inconclusive;
        self.decisive().filter(|_| by_a_figure)
    }
    pub fn seconds(&self) -> f64 {
        self.ended.since(self.began).as_secs_f64()
    }
}

/// How far a figure that passed stayed from its nearest limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Margin {
    /// Of the scenario.
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
