//! The checks of what a feature says: that each step means one thing, that the rig has what it needs, and that
//! scenarios can be told apart.

use super::{Needs, explain};
use crate::problem::{Place, Problem, Problems};
use crate::rig::{Limits, Mark, Profile, Role};
use crate::steps::bound;
use crate::suite::model::{Feature, Scenario, Step, is_id};
use crate::suite::phrase_matcher::{Found, PhraseMatcher};
use crate::unit::{Bilingual, Lang, both};
use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn check<W>(feature: &Feature, book: &PhraseMatcher<W>, needs: &Needs, problems: &mut Problems) {
    for scenario in &feature.scenarios {
        id(scenario, problems);
        for step in &scenario.steps {
            step_means_one_thing(step, book, needs, problems);
        }
    }
}

fn id(scenario: &Scenario, problems: &mut Problems) {
    let ids: Vec<&str> = scenario.tags.iter().map(String::as_str).filter(|tag| is_id(tag)).collect();
    let at = Place { line: scenario.line, column: scenario.column };
    match ids.as_slice() {
        [_] => {}
        [] => problems.add(
            at,
            both!("the scenario {:?} has no id", "scenariusz {:?} nie ma identyfikatora", scenario.name),
            (
                "give it a tag like @S07: the same one in both languages, used by no other scenario",
                "nadaj mu znacznik w rodzaju @S07: ten sam w obu językach, nieużywany przez inny scenariusz",
            ),
        ),
        several => problems.add(
            at,
            both!(
                "the scenario {:?} has several ids: {}",
                "scenariusz {:?} ma kilka identyfikatorów: {}",
                scenario.name,
                several.join(", ")
            ),
            (
                "keep one of them; an id on the feature or rule counts for all its scenarios",
                "zostaw jeden; identyfikator przy właściwości lub regule dotyczy wszystkich jej scenariuszy",
            ),
        ),
    }
}

fn step_means_one_thing<W>(step: &Step, book: &PhraseMatcher<W>, needs: &Needs, problems: &mut Problems) {
    let at = Place { line: step.line, column: step.column };
    if step.has_text_block {
        let cause = ("no phrase takes a text block", "żadna fraza nie przyjmuje bloku tekstu");
        let remedy = (
            "take the block away; tables and quoted texts are understood",
            "usuń blok; tabele i teksty w cudzysłowie są rozumiane",
        );
        problems.add(at, cause, remedy);
    }
    match book.find(&step.text) {
        Ok(found) => {
            let lacks = |role: &&Role| needs.roles.as_ref().is_some_and(|roles| !roles.contains(*role));
            for role in found.phrase.needs.iter().filter(lacks) {
                let cause = both!(
                    "this step needs the role `{}`, which the rig `{}` has not wired",
                    "ten krok wymaga roli `{}`, której nie przypisano na stanowisku `{}`",
                    role.name(),
                    needs.rig
                );
                let remedy = match role {
                    Role::SecondSlot => (
                        "say of the post's `firmware` in the rig's file where it is, or leave the scenario out with --tags",
                        "podaj je w opisie stanowiska, w `firmware` punktu, albo pomiń scenariusz za pomocą --tags",
                    ),
                    _ => (
                        "wire it in the rig's file, or leave the scenario out with --tags",
                        "przypisz ją w opisie stanowiska albo pomiń scenariusz za pomocą --tags",
                    ),
                };
                problems.add(at, cause, remedy);
            }
            no_requirement_is_loosened(at, &found, needs, problems);
        }
        Err(_) if unknown_requirement(&step.text).is_some() => {
            let id = unknown_requirement(&step.text).unwrap_or_default();
            let remedy = (
                "ids run from T01 to T45; `hejnal steps` shows which phrase is judged by which",
                "identyfikatory mają postać od T01 do T45; `hejnal steps` pokazuje, które wymaganie ocenia daną frazę",
            );
            problems.add(at, both!("there is no requirement {id}", "nie ma wymagania {id}"), remedy);
        }
        Err(lost) => problems.push(at, explain(&step.text, &lost)),
    }
}

/// A feature may ask for more than the rig does. Where it asks for less, a post would pass that does not meet what was
/// agreed.
fn no_requirement_is_loosened<W>(at: Place, found: &Found<'_, W>, needs: &Needs, problems: &mut Problems) {
    if let Some((id, of)) = bound::misnamed(found.phrase, &found.args) {
        let of = of.join(", ");
        let remedy = both!(
            "it can be judged by {of}; `hejnal steps` shows which phrase is judged by which",
            "ocenia je {of}; `hejnal steps` pokazuje, które wymaganie ocenia daną frazę"
        );
        problems.add(
            at,
            both!("this sentence says nothing of what {id} limits", "to zdanie nie dotyczy tego, co ogranicza {id}"),
            remedy,
        );
        return;
    }
    let Some(bound) = bound::of(found.phrase, &found.args) else { return };
    // A contract's own figure judges in place of the feature's, whichever of them is stricter.
    let limit =
        needs.limits.as_ref().and_then(|limits| limits.get(bound.requirement)).filter(|limit| limit.mark != Mark::Contract);
    let Some(limit) = limit else { return };
    let Some((stated, asked)) = bound::loosened(&bound, &found.args, limit) else { return };
    let cause = Bilingual::new(
        format!("this step lets {stated} pass for {} ({}), where the rig asks for {asked}", limit.id, limit.en),
        format!(
            "ten krok dopuszcza {} dla {} ({}), a stanowisko wymaga {}",
            stated.show(Lang::Pl),
            limit.id,
            limit.pl,
            asked.show(Lang::Pl)
        ),
    );
    let remedy = Bilingual::new(
        format!("write {asked} or a stricter figure; what was agreed is changed under `limits` in the rig, with its source"),
        format!(
            "wpisz {} lub wartość ostrzejszą; uzgodnione limity zmienia się w sekcji `limits` opisu stanowiska, z podaniem źródła",
            asked.show(Lang::Pl)
        ),
    );
    problems.add(at, cause, remedy);
}

/// An id in brackets at the end of a step that looks like a requirement and is none.
fn unknown_requirement(text: &str) -> Option<&str> {
    let id = text.trim_end().strip_suffix(']')?.rsplit_once('[')?.1;
    let looks_like_one = id.starts_with('T') && id.len() > 1 && id.chars().skip(1).all(|c| c.is_ascii_digit());
    (looks_like_one && Limits::of(Profile::ExistingPole).get(id).is_none()).then_some(id)
}

/// The same scenario stands in both languages under one id; within a language an id is taken once.
pub(super) fn ids_are_unique(features: &[Feature], found: &mut Vec<Problem>) {
    let mut taken: BTreeMap<(bool, &str), String> = BTreeMap::new();
    for feature in features {
        for scenario in feature.scenarios.iter().filter(|scenario| !scenario.id.is_empty()) {
            let here = format!("{}:{}", feature.file, scenario.line);
            let key = (feature.lang == Lang::Pl, scenario.id.as_str());
            match taken.get(&key) {
                Some(there) => {
                    let cause = both!("the id {} is taken by {there}", "identyfikator {} jest już użyty w {there}", scenario.id);
                    let remedy = ("give each scenario an id of its own", "nadaj każdemu scenariuszowi własny identyfikator");
                    let at = Place { line: scenario.line, column: scenario.column };
                    found.push(Problem::new(cause, remedy).in_file(Path::new(&feature.file), at));
                }
                None => drop(taken.insert(key, here)),
            }
        }
    }
}
