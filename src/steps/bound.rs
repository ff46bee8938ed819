//! What a phrase judges: `rings at most {duration} after the press [T02]` says T02, and that its first parameter is an
//! upper limit.
//!
//! A feature may ask for more than its rig, never for less without anybody noticing; whoever compares the two asks
//! here.

use super::phrase::{Arg, Args, Phrase};
use crate::rig::{Limit, Sense};
use crate::unit::{Estimate, Unit};

/// What a row of the phrase book judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    pub requirement: Requirement,
    /// `None`: the sentence states no figure that could be held against the rig's.
    pub limit: Option<Stated>,
}

/// The requirement that a sentence stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// Always the same one.
    Is(&'static str),
    /// The one that is written in this parameter, if it is one of these: the others limit another kind of figure.
    Written { parameter: usize, of: &'static [&'static str] },
}

/// A limit within a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stated {
    /// Which parameter of the phrase, from 0.
    pub parameter: usize,
    pub sense: Sense,
    /// How much more the sentence counts than the requirement does, in thousandths of its base unit: T21 limits the gap
    /// beyond a glitch of up to 1 s, its sentence states the whole gap.
    pub beyond_milli: u32,
}

const fn judged(requirement: Requirement, limit: Option<(usize, Sense)>) -> Option<Judged> {
    let limit = match limit {
        Some((parameter, sense)) => Some(Stated { parameter, sense, beyond_milli: 0 }),
        None => None,
    };
    Some(Judged { requirement, limit })
}
/// Judged by this requirement, without a figure in the sentence.
pub const fn requirement(id: &'static str) -> Option<Judged> {
    judged(Requirement::Is(id), None)
}
/// The parameter is the most that may be.
pub const fn at_most(id: &'static str, parameter: usize) -> Option<Judged> {
    judged(Requirement::Is(id), Some((parameter, Sense::AtMost)))
}
/// The parameter is the least that must be.
pub const fn at_least(id: &'static str, parameter: usize) -> Option<Judged> {
    judged(Requirement::Is(id), Some((parameter, Sense::AtLeast)))
}
/// The parameter is the most that may be, and so many thousandths of the base unit more than what the requirement
/// limits.
pub const fn at_most_beyond(id: &'static str, parameter: usize, beyond_milli: u32) -> Option<Judged> {
    let limit = Some(Stated { parameter, sense: Sense::AtMost, beyond_milli });
    Some(Judged { requirement: Requirement::Is(id), limit })
}
/// Judged by whichever of these requirements the parameter names.
pub const fn one_of(of: &'static [&'static str], parameter: usize) -> Option<Judged> {
    judged(Requirement::Written { parameter, of }, None)
}
/// Judged by whichever of these requirements the parameter names; `limit` is the parameter that is exactly what must
/// be.
pub const fn exactly_of(of: &'static [&'static str], parameter: usize, limit: usize) -> Option<Judged> {
    judged(Requirement::Written { parameter, of }, Some((limit, Sense::Exactly)))
}

/// A limit stated by a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// E.g. `T02`.
    pub requirement: &'static str,
    pub stated: Stated,
}

/// The requirement that a step names although its sentence cannot stand for it, and those for which it can.
pub fn misnamed<W>(phrase: &Phrase<W>, args: &Args) -> Option<(&'static str, &'static [&'static str])> {
    match phrase.judges?.requirement {
        Requirement::Written { parameter, of } => {
            args.requirement(parameter).ok().filter(|id| !of.contains(id)).map(|id| (id, of))
        }
        Requirement::Is(_) => None,
    }
}

/// The limit that a step states, if it states one.
pub fn of<W>(phrase: &Phrase<W>, args: &Args) -> Option<Bound> {
    let judged = phrase.judges?;
    let requirement = match judged.requirement {
        Requirement::Is(id) => id,
        Requirement::Written { parameter, .. } => args.requirement(parameter).ok()?,
    };
    Some(Bound { requirement, stated: judged.limit? })
}

/// The limit that a step states and the one its rig asks for, both shown alike, where the step would let pass what the
/// rig refuses.
pub fn loosened(bound: &Bound, args: &Args, limit: &Limit) -> Option<(Estimate, Estimate)> {
    let stated = figure(args.values.get(bound.stated.parameter)?, limit.unit)?;
    let asked = limit.limit + f64::from(bound.stated.beyond_milli) / 1e3;
    // Figures are written with a few digits; a difference beyond them is one of binary fractions.
    let same = (stated - asked).abs() <= 1e-9 * asked.abs().max(1.0);
    let looser = match (bound.stated.sense, limit.sense) {
        (Sense::AtMost, Sense::AtMost) => stated > asked,
        (Sense::AtLeast, Sense::AtLeast) => stated < asked,
        (Sense::Exactly, Sense::Exactly) => true,
        _ => false,
    };
    let show = |value| Estimate::new(value, 0.0, limit.unit);
    (looser && !same).then(|| (show(stated), show(asked)))
}

/// A parameter in the base unit of the requirement; `None` where it is a figure of another kind.
fn figure(arg: &Arg, unit: Unit) -> Option<f64> {
    match (arg, unit) {
        (Arg::Duration(time), Unit::Second) => Some(time.as_secs_f64()),
        (Arg::Count(count), Unit::Count) => Some(*count as f64),
        (Arg::Percent(ratio), Unit::Ratio) => Some(*ratio),
        (Arg::Level(level), unit) if level.unit == unit => Some(level.value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{TABLES, World};
    use super::*;
    use crate::rig::{Limits, Profile};
    use std::time::Duration;

    fn all() -> impl Iterator<Item = &'static Phrase<World>> {
        TABLES.iter().flat_map(|table| table.iter())
    }

    /// A row and the end of its sentence cannot say different things.
    #[test]
    fn what_stands_in_a_sentences_brackets_is_what_its_row_judges() {
        for phrase in all() {
            for wording in [phrase.en, phrase.pl] {
                let named = wording.rsplit_once('[').and_then(|(_, id)| id.strip_suffix(']'));
                let judged = phrase.judges.map(|judged| match judged.requirement {
                    Requirement::Is(id) => id,
                    Requirement::Written { .. } => "{requirement}",
                });
                assert_eq!(named, judged, "{wording}");
            }
        }
    }

    #[test]
    fn a_limit_is_a_parameter_of_its_requirements_kind() {
        let limits = Limits::of(Profile::ExistingPole);
        let kind = |phrase: &Phrase<World>, index: usize| {
            phrase.en.split('{').nth(index + 1).and_then(|rest| rest.split('}').next()).map(str::to_string)
        };
        for phrase in all() {
            let Some(judged) = phrase.judges else { continue };
            let ids = match judged.requirement {
                Requirement::Is(id) => vec![id],
                Requirement::Written { parameter, of } => {
                    assert_eq!(kind(phrase, parameter).as_deref(), Some("requirement"), "{}", phrase.en);
                    of.to_vec()
                }
            };
            assert!(ids.iter().all(|id| limits.get(id).is_some()), "{}", phrase.en);
            let Some(stated) = judged.limit else { continue };
            let kind = kind(phrase, stated.parameter);
            assert!(matches!(kind.as_deref(), Some("duration" | "level" | "percent" | "count")), "{}: {kind:?}", phrase.en);
        }
    }

    #[track_caller]
    fn check(beginning: &str, seconds: f64, expected: bool) {
        let limits = Limits::of(Profile::ExistingPole);
        let phrase = all().find(|phrase| phrase.en.starts_with(beginning)).expect("a phrase that begins so");
        let args = Args { values: vec![Arg::Duration(Duration::from_secs_f64(seconds))], table: Vec::new() };
        let bound = of(phrase, &args).expect("a limit");
        let found = loosened(&bound, &args, limits.get(bound.requirement).unwrap());
        assert_eq!(found.is_some(), expected, "{beginning} {seconds}");
    }

    #[test]
    fn looser_is_found_and_equal_or_stricter_is_not() {
        let ring = "the operator's phone rings at most {duration} after the press";
        check(ring, 3.0, true);
        check(ring, 2.0, false);
        check(ring, 1.5, false);
        check("speech is interrupted for at most", 1.3, false);
        check("speech is interrupted for at most", 1.4, true);
        // Another unit is another figure.
        check("the firmware can be written again", 60.0, false);
    }

    #[test]
    fn one_sentence_stands_for_any_requirement_of_its_kind_and_for_no_other() {
        let limits = Limits::of(Profile::ExistingPole);
        let phrase = all().find(|phrase| phrase.en.starts_with("within {duration} exactly")).unwrap();
        let args = |count, id| Args {
            values: vec![Arg::Duration(Duration::from_secs(10)), Arg::Count(count), Arg::Requirement(id)],
            table: Vec::new(),
        };
        for (count, id, is_loosened) in [(1, "T31", false), (2, "T31", true), (1, "T33", false)] {
            let args = args(count, id);
            let bound = of(phrase, &args).unwrap();
            assert_eq!((bound.requirement, misnamed(phrase, &args)), (id, None));
            assert_eq!(loosened(&bound, &args, limits.get(id).unwrap()).is_some(), is_loosened, "{count} {id}");
        }
        assert_eq!(misnamed(phrase, &args(1, "T10")).map(|(id, _)| id), Some("T10"));
    }
}
