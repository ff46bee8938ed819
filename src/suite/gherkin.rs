//! Feature files read by cucumber's parser, its tags and its expressions, with what they lack mended: true positions,
//! everything written out.

use super::lexer::{Heading, Line, What};
use super::model::{Feature, Scenario, Step, is_id};
use crate::problem::{Place, Problem};
use crate::unit::{Lang, both};
use cucumber::gherkin;
use cucumber::tag::Ext as _;
use cucumber_expressions::Expression;
use gherkin::tagexpr::TagOperation;
use regex::Regex;
use std::collections::HashMap;

/// A feature as the parser sees it, changed so that each of its scenarios can be run as it stands.
#[derive(Debug, Clone)]
pub(super) struct RawFeature(pub(super) gherkin::Feature);

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
    pub at: Place,
    pub expected: String,
}

impl Unparsed {
    pub(super) fn problem(&self) -> Problem {
        let cause =
            ("Gherkin cannot make sense of this line or the one before it", "Gherkin nie rozumie tego wiersza albo poprzedniego");
        Problem::new(cause, both!("expected one of: {}", "oczekiwano jednego z: {}", self.expected))
    }
}

/// The regular expression of a phrase; `parameters`: name and pattern of each type that may stand in braces.
pub(super) fn expression(phrase: &str, parameters: &HashMap<&str, &str>) -> Result<Regex, String> {
    Expression::regex_with_parameters(phrase, parameters).map_err(|error| error.to_string())
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
    let env = gherkin::GherkinEnv::new(lang.code());
    let parsed = env.map_err(|_| Unparsed { at: Place::START, expected: "a language it knows".into() })?;
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
    Unparsed { at: Place { line, column }, expected: words.join(", ") }
}

/// Puts the scanned positions in the place of the parser's, which may be a line late. Where the two disagree on how
/// many there are, the parser's stay.
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

/// Writes rules, backgrounds and outlines out, so that the feature is a plain list of scenarios that stand for
/// themselves. Gives for each of them which example row of its outline it is, from 1.
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
