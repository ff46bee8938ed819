//! Which figure of a phrase is the limit of the requirement named in its brackets: `rings at most {duration} after the press [T02]`.
//!
//! A feature may ask for more than its rig, never for less without anybody noticing; whoever compares the two asks here. Knows nothing of rigs'
//! files or of how a limit is judged.

use super::phrase::{Arg, Args, Phrase};
use crate::rig::{Limit, Sense};
use crate::unit::{Estimate, Unit};

/// A limit stated by a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// E.g. `T02`.
    pub requirement: &'static str,
    /// Which parameter of the phrase, from 0.
    pub parameter: usize,
    pub sense: Sense,
}

/// The words before a limit.
const WORDS: [(&str, Sense); 3] = [("at most ", Sense::AtMost), ("at least ", Sense::AtLeast), ("exactly ", Sense::Exactly)];

/// Phrases that name a requirement but state a figure of another kind: T38 limits the sign of failure, not the delivery after the outage.
const OTHER_FIGURES: [&str; 1] = ["the kept press is delivered"];

/// T21 limits the gap beyond a glitch of up to 1 s (in seconds); its phrase states the whole gap.
const GLITCH: (&str, f64) = ("T21", 1.0);

/// The limit that a phrase states, if it states one.
pub fn of<W>(phrase: &Phrase<W>) -> Option<Bound> {
    let requirement = phrase.en.rsplit_once('[')?.1.strip_suffix(']')?;
    if OTHER_FIGURES.iter().any(|other| phrase.en.starts_with(other)) {
        return None;
    }
    let before_each = phrase.en.split('{').map(|piece| piece.rsplit('}').next().unwrap_or_default());
    let words: Vec<&str> = before_each.collect();
    let (_, heads) = words.split_last()?;
    heads.iter().enumerate().find_map(|(parameter, head)| {
        let (_, sense) = WORDS.iter().find(|(word, _)| head.ends_with(word))?;
        Some(Bound { requirement, parameter, sense: *sense })
    })
}

/// The limit that a step states and the one its rig asks for, both shown alike, where the step would let pass what the rig refuses.
pub fn loosened(bound: &Bound, args: &Args, limit: &Limit) -> Option<(Estimate, Estimate)> {
    let stated = figure(args.values.get(bound.parameter)?, limit.unit)?;
    let extra = if bound.requirement == GLITCH.0 { GLITCH.1 } else { 0.0 };
    let asked = limit.limit + extra;
    // Figures are written with a few digits; a difference beyond them is one of binary fractions.
    let same = (stated - asked).abs() <= 1e-9 * asked.abs().max(1.0);
    let looser = match (bound.sense, limit.sense) {
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
    use super::super::TABLES;
    use super::*;
    use crate::rig::{Limits, Profile};
    use std::time::Duration;

    fn all() -> impl Iterator<Item = (&'static str, Option<Bound>)> {
        TABLES.iter().flat_map(|table| table.iter()).map(|phrase| (phrase.en, of(phrase)))
    }

    #[test]
    fn the_limit_of_a_phrase_is_the_figure_after_its_words() {
        let found = |beginning: &str| all().find(|(en, _)| en.starts_with(beginning)).and_then(|(_, bound)| bound);
        let at_most = |requirement, parameter| Some(Bound { requirement, parameter, sense: Sense::AtMost });
        assert_eq!(found("the operator's phone rings at most {duration} after the press"), at_most("T02", 0));
        assert_eq!(found("over {duration} of talk the delay grows by at most"), at_most("T11", 1));
        assert_eq!(found("the kept press is delivered"), None);
        assert_eq!(found("no further call"), None);
    }

    #[test]
    fn every_phrase_that_names_a_requirement_names_one_that_there_is() {
        let limits = Limits::of(Profile::ExistingPole);
        for (en, bound) in all() {
            assert!(bound.is_none_or(|bound| limits.get(bound.requirement).is_some()), "{en}");
        }
        // Were the words to change, the comparison would fall silent.
        assert!(all().filter(|(_, bound)| bound.is_some()).count() >= 15);
    }

    #[track_caller]
    fn check(id: &'static str, seconds: f64, expected: bool) {
        let limits = Limits::of(Profile::ExistingPole);
        let bound = Bound { requirement: id, parameter: 0, sense: Sense::AtMost };
        let args = Args { values: vec![Arg::Duration(Duration::from_secs_f64(seconds))], table: Vec::new() };
        assert_eq!(loosened(&bound, &args, limits.get(id).unwrap()).is_some(), expected, "{id} {seconds}");
    }

    #[test]
    fn looser_is_found_and_equal_or_stricter_is_not() {
        check("T02", 3.0, true);
        check("T02", 2.0, false);
        check("T02", 1.5, false);
        check("T21", 1.3, false);
        check("T21", 1.4, true);
        // Another unit is another figure.
        check("T41", 60.0, false);
    }
}
