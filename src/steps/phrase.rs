//! Steps are rows in a table: an English phrase, a Polish phrase, what they judge, the roles needed and a function of
//! about three lines.

use super::bound::Judged;
use crate::post::{Fault, ScenarioError};
use crate::rig::Role;
use crate::unit::both;
use std::time::Duration;

/// What a phrase is for; it may be used under any keyword all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Given,
    When,
    Then,
}

/// One row of the phrase book. `en` and `pl` are cucumber expressions over the parameter types `{duration}`, `{level}`,
/// `{percent}`, `{count}`, `{times}`, `{requirement}` and `{string}`, and hold the same parameters in the same order.
/// Where two words stand to choose from before a Polish duration (`mija/mijają {duration}`), the first is the verb of
/// one, of five and of parts, the second that of two, three and four.
pub struct Phrase<W: 'static> {
    pub kind: Kind,
    pub en: &'static str,
    pub pl: &'static str,
    /// The requirement that its figures are held against; `None` where it judges none that a feature could loosen.
    pub judges: Option<Judged>,
    pub needs: &'static [Role],
    /// How long, on the post's clock, this step may take at most.
    pub within: Duration,
    pub run: fn(&mut W, &Args) -> Result<(), Fault>,
}

/// The parameters of one use of a phrase, in order, already understood.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Args {
    pub values: Vec<Arg>,
    /// The data table under the step, row by row.
    pub table: Vec<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    Duration(Duration),
    Level(crate::unit::Estimate),
    Percent(f64),
    /// Also of `{times}`.
    Count(u64),
    /// Its id, e.g. `T02`.
    Requirement(&'static str),
    Text(String),
}

impl Args {
    pub fn duration(&self, index: usize) -> Result<Duration, Fault> {
        match self.values.get(index) {
            Some(Arg::Duration(value)) => Ok(*value),
            other => Err(unlike("a duration", index, other)),
        }
    }
    pub fn count(&self, index: usize) -> Result<u64, Fault> {
        match self.values.get(index) {
            Some(Arg::Count(value)) => Ok(*value),
            other => Err(unlike("a count", index, other)),
        }
    }
    pub fn requirement(&self, index: usize) -> Result<&'static str, Fault> {
        match self.values.get(index) {
            Some(Arg::Requirement(id)) => Ok(id),
            other => Err(unlike("a requirement", index, other)),
        }
    }
    /// In dB, dBA or whatever else its unit is.
    pub fn level(&self, index: usize) -> Result<f64, Fault> {
        match self.values.get(index) {
            Some(Arg::Level(value)) => Ok(value.value),
            other => Err(unlike("a level", index, other)),
        }
    }
    pub fn percent(&self, index: usize) -> Result<f64, Fault> {
        match self.values.get(index) {
            Some(Arg::Percent(value)) => Ok(*value),
            other => Err(unlike("a percentage", index, other)),
        }
    }
}

/// The row's function asks for a parameter that its phrase does not have: a mistake in the table, which the phrase
/// book's test finds first.
fn unlike(wanted: &str, index: usize, found: Option<&Arg>) -> Fault {
    Fault::Scenario(ScenarioError {
        cause: both!(
            "parameter {} of this phrase should be {wanted}, but is {found:?}",
            "parametr {} tej frazy jest innego rodzaju, niż oczekuje program: {found:?}",
            index + 1
        ),
        remedy: ("this is a mistake in the phrase table: report it", "to błąd w zbiorze fraz programu hejnal: zgłoś go").into(),
    })
}

pub const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

pub const fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}
