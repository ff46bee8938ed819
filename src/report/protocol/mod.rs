//! An acceptance protocol: one or several runs of one post, and what their people say (`case`), put together so that it
//! can be signed. How it looks is the matter of a view.
//!
//! Nothing in it is typed twice: whatever a journal holds is taken from there.

mod case;
mod checks;
mod run;
mod standing;

pub use case::{Calibrated, CaseFile, Class, Clause, KnownDefect, load};
pub use checks::{Check, Defect, Proof, Requirement, Seen, State};
pub use run::{Examination, Figure, Run, ScenarioResult};

use crate::problem::Problem;
use crate::unit::{Bilingual, both};

/// Everything that stands in a protocol.
#[derive(Debug)]
pub struct Protocol {
    /// Oldest first, and at least one.
    pub runs: Vec<Run>,
    pub case: Option<CaseFile>,
    pub checks: Vec<Check>,
    pub defects: Vec<Defect>,
    pub requirements: Vec<Requirement>,
    /// Why nothing can be signed as taken over; empty: the decision is the commission's.
    pub reasons: Vec<Bilingual>,
}

impl Protocol {
    /// # Errors
    /// The runs are of different posts, or the case contradicts them.
    pub fn new(mut runs: Vec<Run>, case: Option<CaseFile>) -> Result<Protocol, Vec<Problem>> {
        // A run without a date was made by nobody knows when: before all others, so that it makes nothing good.
        runs.sort_by_key(|run| run.model.began_unix_seconds);
        if let Some(problem) = runs.windows(2).find_map(different_posts) {
            return Err(vec![problem]);
        }
        let checks = checks::checks(&runs);
        let defects = checks::defects(&checks, case.as_ref());
        if let (Some(case), Some(run)) = (&case, runs.first()) {
            let found: Vec<&str> = defects.iter().map(|defect| defect.id.as_str()).collect();
            let problems = case.against(&run.header.post.profile, &found);
            if !problems.is_empty() {
                return Err(problems);
            }
        }
        let requirements = checks::requirements(&runs, &checks);
        let reasons = standing::reasons(&runs, &checks, &defects, case.as_ref());
        Ok(Protocol { runs, case, checks, defects, requirements, reasons })
    }

    pub fn is_simulated(&self) -> bool {
        self.runs.iter().any(|run| run.header.simulated)
    }

    /// Clauses of the contract for which not every requirement was judged.
    pub fn uncovered_clauses(&self) -> Vec<&Clause> {
        let is_covered = |id: &&str| self.requirements.iter().any(|one| one.limit.id == *id && one.is_covered());
        let clauses = self.case.iter().flat_map(|case| &case.clauses);
        clauses.filter(|clause| clause.requirements.is_empty() || !clause.requirements.iter().all(is_covered)).collect()
    }
}

fn different_posts(pair: &[Run]) -> Option<Problem> {
    let [one, other] = pair else { return None };
    let (first, second) = (&one.header.post, &other.header.post);
    if (&first.identity, &first.profile) == (&second.identity, &second.profile) {
        return None;
    }
    let (first, second) =
        (format!("{} ({})", first.identity, first.profile), format!("{} ({})", second.identity, second.profile));
    let cause = both!(
        "the runs are of different posts: {} is of {first}, {} is of {second}",
        "przebiegi dotyczą różnych punktów: {} – {first}, {} – {second}",
        one.journal,
        other.journal
    );
    let remedy = ("make a protocol for each post", "utwórz osobny protokół dla każdego punktu");
    Some(Problem::new(cause, remedy))
}

#[cfg(test)]
pub(in crate::report) mod samples;
#[cfg(test)]
mod tests;
