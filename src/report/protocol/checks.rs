//! What several runs of one post come to together: of each scenario the result that counts, the defects with their
//! retests, and what each requirement rests on.

use super::case::{CaseFile, Class};
use super::run::{Figure, Run, ScenarioResult};
use crate::journal::Outcome;
use crate::report::model::Looked;
use crate::rig::Limit;
use crate::unit::Date;

/// A scenario over all runs, oldest first.
#[derive(Debug, Clone)]
pub struct Check {
    pub id: String,
    pub name: String,
    /// Which run had it.
    pub results: Vec<(usize, ScenarioResult)>,
    /// Which of the results counts.
    counts: usize,
}

impl Check {
    /// The run whose result counts, and that result.
    pub fn counting(&self) -> Option<&(usize, ScenarioResult)> {
        self.results.get(self.counts)
    }
}

/// Of each scenario that any of the runs had, in the order of their ids. The last result that says anything about the
/// post counts: a bench that failed afterwards does not take back what was found.
pub fn checks(runs: &[Run]) -> Vec<Check> {
    let mut checks: Vec<Check> = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        for result in &run.results {
            let (id, name) = (&result.scenario.id, &result.scenario.name);
            match checks.iter_mut().find(|check| check.id == *id) {
                Some(check) => check.results.push((index, result.clone())),
                None => {
                    let results = vec![(index, result.clone())];
                    checks.push(Check { id: id.clone(), name: name.clone(), results, counts: 0 });
                }
            }
        }
    }
    for check in &mut checks {
        let last = check.results.len().saturating_sub(1);
        check.counts = check.results.iter().rposition(|(_, result)| result.is_decided()).unwrap_or(last);
    }
    checks.sort_by(|one, other| one.id.cmp(&other.id));
    checks
}

/// What became of a defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A later run has found the post as it must be.
    Removed,
    /// A later run has found it again.
    Stands,
    NotRetested,
}

/// What a figure came to in a run.
#[derive(Debug, Clone)]
pub struct Seen {
    pub run: usize,
    pub figure: Option<Figure>,
    pub result: ScenarioResult,
}

/// A requirement that the post did not meet, and what later runs say of it.
#[derive(Debug, Clone)]
pub struct Defect {
    /// From 1.
    pub number: usize,
    pub id: String,
    pub name: String,
    /// Of the requirement; `None` where no figure decided.
    pub requirement: Option<String>,
    pub first: Seen,
    pub retests: Vec<Seen>,
    pub state: State,
    /// What the commission says of it.
    pub class: Option<Class>,
    pub remove_by: Option<Date>,
    pub remark: Option<String>,
}

pub fn defects(checks: &[Check], case: Option<&CaseFile>) -> Vec<Defect> {
    let mut found = Vec::new();
    for check in checks {
        let Some(place) = check.results.iter().position(|(_, result)| result.blames_the_post()) else { continue };
        let Some((run, result)) = check.results.get(place) else { continue };
        let figure = result.decisive().cloned();
        let again = check.results.iter().skip(place + 1).map(|(run, result)| {
            let again = figure.as_ref().and_then(|first| of_the_same(result, first));
            Seen { run: *run, figure: again.or_else(|| result.decisive()).cloned(), result: result.clone() }
        });
        let retests: Vec<Seen> = again.collect();
        let state = match retests.iter().rfind(|seen| seen.result.is_decided()) {
            None => State::NotRetested,
            Some(last) if last.result.has_passed() => State::Removed,
            Some(_) => State::Stands,
        };
        let is_of = |scenario: &Option<(String, _)>| scenario.as_ref().is_some_and(|(id, _)| *id == check.id);
        let said = case.and_then(|case| case.defects.iter().find(|defect| is_of(&defect.scenario)));
        found.push(Defect {
            number: found.len() + 1,
            id: check.id.clone(),
            name: check.name.clone(),
            requirement: figure.as_ref().and_then(|figure| Some(figure.measurement.source.as_ref()?.id.clone())),
            first: Seen { run: *run, figure, result: result.clone() },
            retests,
            state,
            class: said.and_then(|said| said.class),
            remove_by: said.and_then(|said| said.remove_by),
            remark: said.map(|said| said.what.clone()),
        });
    }
    found
}

/// What a later run says of a figure: the same one, or whatever says most of the same requirement, for a post that does
/// nothing is judged by other figures than one that does it late.
fn of_the_same<'r>(result: &'r ScenarioResult, first: &Figure) -> Option<&'r Figure> {
    let source = |figure: &Figure| figure.measurement.source.as_ref().map(|source| source.id.clone());
    let is_akin = |figure: &&Figure| source(figure).is_some() && source(figure) == source(first) && figure.is_told();
    let akin = || result.figures.iter().filter(is_akin).min_by(|one, other| weight(one).total_cmp(&weight(other)));
    result.figure(&first.measurement.key).or_else(akin)
}

/// Where a requirement was judged: one scenario, one figure, one line of one journal.
#[derive(Debug, Clone)]
pub struct Proof {
    pub run: usize,
    pub id: String,
    pub figure: Figure,
}

/// A requirement, and what stands for it.
#[derive(Debug, Clone)]
pub struct Requirement {
    pub limit: Limit,
    pub looked: Looked,
    /// Of each scenario that judged it by a step the figure that says most.
    pub proofs: Vec<Proof>,
    /// Scenarios in which rules of the standing watch alone had an occasion to look at it.
    pub watched: usize,
}

impl Requirement {
    pub fn is_covered(&self) -> bool {
        self.looked == Looked::Judged
    }
    pub fn has_failed(&self) -> bool {
        self.proofs.iter().any(|proof| proof.figure.measurement.outcome == Outcome::Failed)
    }
}

/// The requirements on posts of the runs' profile, each with what stands for it among the results that count.
pub fn requirements(runs: &[Run], checks: &[Check]) -> Vec<Requirement> {
    let mut all: Vec<Requirement> = Vec::new();
    for run in runs {
        for (limit, looked) in run.model.requirements() {
            match all.iter_mut().find(|known| known.limit.id == limit.id) {
                Some(known) => known.looked = known.looked.max(looked),
                None => all.push(Requirement { limit, looked, proofs: Vec::new(), watched: 0 }),
            }
        }
    }
    for requirement in &mut all {
        for check in checks {
            let Some((run, result)) = check.counting() else { continue };
            let id = requirement.limit.id;
            let of_it = || {
                let is_its = |figure: &&Figure| figure.measurement.source.as_ref().is_some_and(|source| source.id == id);
                result.figures.iter().filter(is_its).filter(|figure| figure.measurement.criterion.is_some())
            };
            let is_told = |figure: &&Figure| figure.is_told();
            match of_it().filter(is_told).min_by(|one, other| weight(one).total_cmp(&weight(other))) {
                Some(figure) => {
                    requirement.proofs.push(Proof { run: *run, id: check.id.clone(), figure: figure.clone() });
                }
                None => requirement.watched += usize::from(of_it().next().is_some()),
            }
        }
    }
    all
}

/// The less, the more a figure says: failed, undecided, then the closest to its limit.
fn weight(figure: &Figure) -> f64 {
    match figure.measurement.outcome {
        Outcome::Failed => f64::NEG_INFINITY,
        Outcome::Inconclusive => f64::MIN,
        _ => crate::report::Margin::of("", &figure.measurement).map_or(f64::MAX, |margin| margin.part),
    }
}
