//! The checks of what a feature says: that each step means one thing, that the rig has what it needs, and that scenarios can be told apart.

use super::{Needs, Problem, Problems, explain};
use crate::rig::{Limits, Profile, Role};
use crate::steps::bound;
use crate::suite::model::{Feature, Scenario, Step, is_id};
use crate::suite::phrase_matcher::{Found, PhraseMatcher};
use crate::unit::Lang;
use std::collections::BTreeMap;

pub(super) fn check<W>(feature: &Feature, book: &PhraseMatcher<W>, needs: &Needs, problems: &mut Problems<'_>) {
    for scenario in &feature.scenarios {
        id(scenario, problems);
        for step in &scenario.steps {
            step_means_one_thing(step, book, needs, problems);
        }
    }
}

fn id(scenario: &Scenario, problems: &mut Problems<'_>) {
    let ids: Vec<&str> = scenario.tags.iter().map(String::as_str).filter(|tag| is_id(tag)).collect();
    let at = (scenario.line, scenario.column);
    match ids.as_slice() {
        [_] => {}
        [] => problems.add(
            at,
            format!("the scenario {:?} has no id", scenario.name),
            "give it a tag like @S07: the same one in both languages, used by no other scenario",
        ),
        several => problems.add(
            at,
            format!("the scenario {:?} has several ids: {}", scenario.name, several.join(", ")),
            "keep one of them; an id on the feature or rule counts for all its scenarios",
        ),
    }
}

fn step_means_one_thing<W>(step: &Step, book: &PhraseMatcher<W>, needs: &Needs, problems: &mut Problems<'_>) {
    let at = (step.line, step.column);
    if step.has_text_block {
        problems.add(at, "no phrase takes a text block", "take the block away; tables and quoted texts are understood");
    }
    match book.find(&step.text) {
        Ok(found) => {
            let lacks = |role: &&Role| needs.roles.as_ref().is_some_and(|roles| !roles.contains(*role));
            for role in found.phrase.needs.iter().filter(lacks) {
                let cause =
                    format!("this step needs the role `{}`, which the rig `{}` has not wired", role_name(*role), needs.rig);
                problems.add(at, cause, "wire it in the rig's file, or leave the scenario out with --tags");
            }
            no_requirement_is_loosened(at, &found, needs, problems);
        }
        Err(_) if unknown_requirement(&step.text).is_some() => {
            let id = unknown_requirement(&step.text).unwrap_or_default();
            let remedy = "ids run from T01 to T42; `hejnal steps` shows which phrase is judged by which";
            problems.add(at, format!("there is no requirement {id}"), remedy);
        }
        Err(lost) => {
            let (cause, remedy) = explain(&step.text, &lost);
            problems.add(at, cause, remedy);
        }
    }
}

/// A feature may ask for more than the rig does. Where it asks for less, a post would pass that does not meet what was agreed.
fn no_requirement_is_loosened<W>(at: (usize, usize), found: &Found<'_, W>, needs: &Needs, problems: &mut Problems<'_>) {
    if let Some((id, of)) = bound::misnamed(found.phrase, &found.args) {
        let remedy = format!("it can be judged by {}; `hejnal steps` shows which phrase is judged by which", of.join(", "));
        problems.add(at, format!("this sentence says nothing of what {id} limits"), remedy);
        return;
    }
    let Some(bound) = bound::of(found.phrase, &found.args) else { return };
    let Some(limit) = needs.limits.as_ref().and_then(|limits| limits.get(bound.requirement)) else { return };
    let Some((stated, asked)) = bound::loosened(&bound, &found.args, limit) else { return };
    let cause = format!("this step lets {stated} pass for {} ({}), where the rig asks for {asked}", limit.id, limit.en);
    let remedy =
        format!("write {asked} or a stricter figure; what was agreed is changed under `limits` in the rig, with its source");
    problems.add(at, cause, remedy);
}

/// An id in brackets at the end of a step that looks like a requirement and is none.
fn unknown_requirement(text: &str) -> Option<&str> {
    let id = text.trim_end().strip_suffix(']')?.rsplit_once('[')?.1;
    let looks_like_one = id.starts_with('T') && id.len() > 1 && id.chars().skip(1).all(|c| c.is_ascii_digit());
    (looks_like_one && Limits::of(Profile::ExistingPole).get(id).is_none()).then_some(id)
}

/// The role as a rig's file spells it.
fn role_name(role: Role) -> String {
    serde_json::to_value(role).ok().and_then(|name| name.as_str().map(str::to_string)).unwrap_or_default()
}

/// The same scenario stands in both languages under one id; within a language an id is taken once.
pub(super) fn ids_are_unique(features: &[Feature], found: &mut Vec<Problem>) {
    let mut taken: BTreeMap<(bool, &str), String> = BTreeMap::new();
    for feature in features {
        for scenario in feature.scenarios.iter().filter(|scenario| !scenario.id.is_empty()) {
            let here = format!("{}:{}", feature.file, scenario.line);
            let key = (feature.lang == Lang::Pl, scenario.id.as_str());
            match taken.get(&key) {
                Some(there) => Problems { file: &feature.file, found }.add(
                    (scenario.line, scenario.column),
                    format!("the id {} is taken by {there}", scenario.id),
                    "give each scenario an id of its own",
                ),
                None => drop(taken.insert(key, here)),
            }
        }
    }
}
