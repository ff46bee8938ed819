//! Features as the bench sees them: outlines written out, backgrounds put before each scenario, every line where it
//! truly stands.
//!
//! Knows nothing of phrases or rigs.

use super::gherkin::RawFeature;
use crate::unit::Lang;

/// A feature file.
#[derive(Debug, Clone)]
pub struct Feature {
    pub name: String,
    /// As it was named or found.
    pub file: String,
    pub lang: Lang,
    /// One for each of `raw`'s scenarios, in the same order.
    pub scenarios: Vec<Scenario>,
    pub(super) raw: RawFeature,
}

/// A scenario ready to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// E.g. `S01`, from its tag; `S14.2` is the second example row of outline `S14`. Empty where no such tag stands.
    pub id: String,
    pub name: String,
    pub line: usize,
    pub column: usize,
    /// With their `@`, the feature's and the rule's included.
    pub tags: Vec<String>,
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub line: usize,
    pub column: usize,
    pub keyword: String,
    pub text: String,
    /// The data table under the step, row by row.
    pub table: Vec<Vec<String>>,
    /// A text block stands under the step.
    pub has_text_block: bool,
}

/// Is this tag a scenario's id: one capital letter and two or three digits, `@S01`.
pub fn is_id(tag: &str) -> bool {
    let mut chars = tag.trim_start_matches('@').chars();
    let digits = chars.clone().skip(1);
    chars.next().is_some_and(|c| c.is_ascii_uppercase())
        && digits.clone().all(|c| c.is_ascii_digit())
        && (2..=3).contains(&digits.count())
}
