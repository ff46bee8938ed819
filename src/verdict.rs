//! The only place that can find a post wanting: a criterion, an estimate, and what follows from the two.
//!
//! Knows nothing of instruments or of how a figure was measured.

use crate::fault::{Blame, Blamed};
use crate::unit::{Bilingual, Estimate, Lang};
use serde::{Deserialize, Serialize};

/// A limit closer than this many standard uncertainties cannot be decided (half of the expanded uncertainty is one
/// standard uncertainty). Guarded acceptance and guarded rejection, JCGM 106:2012, 8.3.
pub const GUARD_STANDARD_UNCERTAINTIES: f64 = 3.0;

/// What a figure must satisfy, in the figure's base unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    AtMost(f64),
    AtLeast(f64),
    Between(f64, f64),
    /// For counts: exactly so many.
    Exactly(f64),
}

/// Where a requirement comes from: an id of the requirements list (`T02`), and how well its source is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// E.g. `T02`.
    pub id: String,
    /// E.g. `E.721 [M]` or `[EJ]`.
    pub text: String,
}

/// A requirement that was measured and not met. Only [`decide`] makes one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{what}: measured {}, required {}", estimate.show(Lang::En), criterion.show(estimate, Lang::En))]
pub struct Shortfall {
    what: Bilingual,
    estimate: Estimate,
    criterion: Criterion,
}

impl Shortfall {
    pub fn what(&self) -> &Bilingual {
        &self.what
    }
    pub fn estimate(&self) -> Estimate {
        self.estimate
    }
    pub fn criterion(&self) -> Criterion {
        self.criterion
    }
    /// The finding in both languages.
    pub fn account(&self) -> Bilingual {
        Bilingual::new(self.to_string(), measured_pl(&self.what, &self.estimate, &self.criterion))
    }
}

fn measured_pl(what: &Bilingual, estimate: &Estimate, criterion: &Criterion) -> String {
    let (measured, required) = (estimate.show(Lang::Pl), criterion.show(estimate, Lang::Pl));
    format!("{}: zmierzono {measured}, wymagane {required}", what.pl)
}

impl Blamed for Shortfall {
    fn blame(&self) -> Blame {
        Blame::Device
    }
}

/// The limit lies within the guard band: neither a pass nor a failure can be signed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "{what}: measured {}, required {}: the limit is too close to decide with this uncertainty",
    estimate.show(Lang::En), criterion.show(estimate, Lang::En)
)]
pub struct Undecided {
    pub what: Bilingual,
    pub estimate: Estimate,
    pub criterion: Criterion,
}

impl Undecided {
    /// The finding in both languages.
    pub fn account(&self) -> Bilingual {
        let measured = measured_pl(&self.what, &self.estimate, &self.criterion);
        Bilingual::new(self.to_string(), format!("{measured}: limit leży zbyt blisko, by rozstrzygnąć przy tej niepewności"))
    }
}

impl Blamed for Undecided {
    fn blame(&self) -> Blame {
        Blame::Bench
    }
}

/// What follows from a figure and its limit.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    Pass,
    Fail(Shortfall),
    Inconclusive(Undecided),
}

/// Judges one figure. `what` names the quantity as a reader of the report knows it.
///
/// A figure that is not a number is inconclusive, never a pass and never the post's fault.
pub fn decide(what: impl Into<Bilingual>, estimate: Estimate, criterion: Criterion) -> Verdict {
    let what = what.into();
    let guard = GUARD_STANDARD_UNCERTAINTIES * estimate.uncertainty / 2.0;
    let (low, high) = criterion.interval();
    let value = estimate.value;
    let undecided = |what| Verdict::Inconclusive(Undecided { what, estimate, criterion });
    if !value.is_finite() || !guard.is_finite() {
        return undecided(what);
    }
    if value - guard >= low && value + guard <= high {
        Verdict::Pass
    } else if value + guard < low || value - guard > high {
        Verdict::Fail(Shortfall { what, estimate, criterion })
    } else {
        undecided(what)
    }
}

impl Criterion {
    fn interval(self) -> (f64, f64) {
        match self {
            Criterion::AtMost(high) => (f64::NEG_INFINITY, high),
            Criterion::AtLeast(low) => (low, f64::INFINITY),
            Criterion::Between(low, high) => (low, high),
            Criterion::Exactly(value) => (value, value),
        }
    }
    /// The requirement in words, in the unit of the figure it is held against.
    pub fn show(&self, like: &Estimate, lang: Lang) -> String {
        let one = |value: f64| Estimate::new(value, 0.0, like.unit).show(lang);
        match (*self, lang) {
            (Criterion::AtMost(high), Lang::En) => format!("at most {}", one(high)),
            (Criterion::AtMost(high), Lang::Pl) => format!("najwyżej {}", one(high)),
            (Criterion::AtLeast(low), Lang::En) => format!("at least {}", one(low)),
            (Criterion::AtLeast(low), Lang::Pl) => format!("co najmniej {}", one(low)),
            (Criterion::Between(low, high), Lang::En) => format!("between {} and {}", one(low), one(high)),
            (Criterion::Between(low, high), Lang::Pl) => format!("od {} do {}", one(low), one(high)),
            (Criterion::Exactly(value), Lang::En) => format!("exactly {}", one(value)),
            (Criterion::Exactly(value), Lang::Pl) => format!("dokładnie {}", one(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: f64, uncertainty: f64, criterion: Criterion, expected: &str) {
        let verdict = match decide(Bilingual::same("x"), Estimate::seconds(value, uncertainty), criterion) {
            Verdict::Pass => "pass",
            Verdict::Fail(_) => "fail",
            Verdict::Inconclusive(_) => "inconclusive",
        };
        assert_eq!(verdict, expected, "{value} ± {uncertainty} against {criterion:?}");
    }

    #[test]
    fn a_limit_within_three_standard_uncertainties_is_not_decided() {
        check(1.0, 0.1, Criterion::AtMost(1.2), "pass");
        check(1.0, 0.1, Criterion::AtMost(1.14), "inconclusive");
        check(1.0, 0.1, Criterion::AtMost(0.86), "inconclusive");
        check(1.0, 0.1, Criterion::AtMost(0.84), "fail");
        check(1.0, 0.1, Criterion::AtLeast(0.84), "pass");
        check(1.0, 0.1, Criterion::AtLeast(1.16), "fail");
        check(1.0, 0.1, Criterion::Between(0.8, 1.2), "pass");
        check(1.0, 0.1, Criterion::Between(0.9, 1.2), "inconclusive");
    }

    #[test]
    fn a_figure_whose_guard_just_touches_the_limit_passes_and_is_not_refused() {
        // The guard is 0.75, and every sum exact.
        check(1.0, 0.5, Criterion::AtMost(1.75), "pass");
        check(1.0, 0.5, Criterion::AtLeast(0.25), "pass");
        check(1.0, 0.5, Criterion::AtMost(0.25), "inconclusive");
        check(1.0, 0.5, Criterion::AtLeast(1.75), "inconclusive");
        check(-1.0, 0.5, Criterion::Between(-1.75, -0.25), "pass");
        check(-2.0, 0.5, Criterion::Between(-1.0, 1.0), "fail");
        check(2.0, 0.5, Criterion::Between(-1.0, 1.0), "fail");
    }

    #[test]
    fn what_is_found_is_said_in_both_languages_with_figure_and_requirement() {
        let what = || Bilingual::new("press to ringing", "od naciśnięcia do dzwonka");
        let decided = |value: f64, criterion: Criterion| decide(what(), Estimate::seconds(value, 0.1), criterion);
        let Verdict::Fail(shortfall) = decided(3.0, Criterion::AtMost(2.0)) else { panic!("3 s are more than 2 s") };
        assert_eq!((shortfall.what(), shortfall.estimate().value), (&what(), 3.0));
        assert_eq!((shortfall.criterion(), shortfall.blame()), (Criterion::AtMost(2.0), Blame::Device));
        let said = Bilingual::new(
            "press to ringing: measured 3.00 s ± 0.10 s, required at most 2 s",
            "od naciśnięcia do dzwonka: zmierzono 3,00 s ± 0,10 s, wymagane najwyżej 2 s",
        );
        assert_eq!(shortfall.account(), said);
        let Verdict::Inconclusive(undecided) = decided(2.0, Criterion::AtLeast(2.0)) else { panic!("2 s are the limit") };
        assert_eq!(undecided.blame(), Blame::Bench);
        let said = Bilingual::new(
            "press to ringing: measured 2.00 s ± 0.10 s, required at least 2 s: the limit is too close to decide with this uncertainty",
            "od naciśnięcia do dzwonka: zmierzono 2,00 s ± 0,10 s, wymagane co najmniej 2 s: limit leży zbyt blisko, by rozstrzygnąć przy tej niepewności",
        );
        assert_eq!(undecided.account(), said);
        let shown = |criterion: Criterion, lang| criterion.show(&Estimate::count(3), lang);
        assert_eq!(shown(Criterion::Exactly(1.0), Lang::En), "exactly 1");
        assert_eq!(shown(Criterion::Exactly(1.0), Lang::Pl), "dokładnie 1");
        assert_eq!(shown(Criterion::Between(1.0, 2.0), Lang::En), "between 1 and 2");
        assert_eq!(shown(Criterion::Between(1.0, 2.0), Lang::Pl), "od 1 do 2");
    }

    #[test]
    fn a_count_on_its_limit_is_exact() {
        check(1.0, 0.0, Criterion::Exactly(1.0), "pass");
        check(2.0, 0.0, Criterion::Exactly(1.0), "fail");
        check(0.0, 0.0, Criterion::AtMost(0.0), "pass");
    }

    #[test]
    fn what_is_not_a_number_is_nobodys_pass_and_nobodys_failure() {
        check(f64::NAN, 0.1, Criterion::AtMost(1.0), "inconclusive");
        check(f64::INFINITY, 0.1, Criterion::AtMost(1.0), "inconclusive");
        check(0.5, f64::NAN, Criterion::AtMost(1.0), "inconclusive");
    }
}
