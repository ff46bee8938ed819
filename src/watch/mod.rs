//! The standing watch: what must hold of any post at any time is a rule, and every scenario is held against every rule
//! from its first event to its last. Scenarios bring about; the watch judges.
//!
//! A rule is a row: what it judges, what of the rig it needs, and a function from what happened to what was found.
//! Rules are independent, and have no state beyond what happened. One that the rig cannot observe is told as *not
//! watched*, never as held.

mod both_ends;
mod cases;
mod counted;
mod course;
mod heard;
mod lit;
mod seen;

mod again;
mod averages;
mod calls;
mod cameras;
mod console;
mod faults;
mod lamps;
mod marks;
mod network;
mod operators;
mod own_tests;
mod protocol;
mod reports;
mod resending;
mod service;
mod silence;
mod span;
mod stream;
mod supervised;
mod told;
mod tone;
mod voice;
mod witness;

use crate::rig::Role;
use crate::unit::{Bilingual, Estimate, Quantity, Unit};
use crate::verdict::{Criterion, Verdict, decide};
pub use calls::cases_closed;
pub use course::{Binding, BothEnds, Course, Kind, LOST_AFTER, Outage, contacts};
pub use heard::{Arrived, Foreign, Sampled, Silence, Tone};
pub use lit::Lit;
pub use reports::{CalledUp, StrayMedia, Supervised};
pub use seen::note;
pub use span::Span;
pub use tone::{NOMINAL_DBM0, missing_setting};
pub use witness::{Contradiction, contradictions, of_both_ends};

/// One row.
pub struct Rule {
    pub quantity: Quantity,
    pub needs: &'static [Role],
    pub limit: Bound,
    pub look: fn(&Course) -> Vec<Sample>,
}

/// Which figure a rule holds its samples against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// Each sample is a breach or none; there may be none.
    Never,
    /// The figure of the requirement that 95 % of cases must meet.
    Limit,
    /// The figure of the requirement that every single case must meet.
    Ceiling,
    /// The figure of the requirement that every single case must reach.
    Floor,
    /// A figure of the rule's own, of which a sample may have so much at most.
    AtMost(f64),
    /// A figure of the rule's own that a sample must reach.
    AtLeast(f64),
    /// Two figures of the rule's own, between which a sample must lie.
    Between(f64, f64),
}

/// One occasion on which a rule could have been broken.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    pub at: f64,
    pub figure: Estimate,
    /// What was seen; empty where there is nothing to tell.
    pub seen: Bilingual,
}

impl Sample {
    /// An occasion that is a breach if something was seen.
    fn breach(at: f64, seen: Option<Bilingual>) -> Sample {
        Sample { at, figure: Estimate::count(usize::from(seen.is_some())), seen: seen.unwrap_or_default() }
    }
    fn seconds(at: f64, seconds: f64, uncertainty: f64, seen: Bilingual) -> Sample {
        Sample { at, figure: Estimate::seconds(seconds, uncertainty), seen }
    }
}

pub const RULES: &[&[Rule]] = &[
    calls::RULES,
    counted::RULES,
    cameras::RULES,
    again::RULES,
    marks::RULES,
    operators::RULES,
    lamps::RULES,
    protocol::RULES,
    resending::RULES,
    stream::RULES,
    supervised::RULES,
    own_tests::RULES,
    network::RULES,
    service::RULES,
    faults::RULES,
    voice::RULES,
    tone::RULES,
    averages::RULES,
    silence::RULES,
    told::RULES,
    console::RULES,
];

/// All that the watch judges.
pub fn quantities() -> impl Iterator<Item = Quantity> {
    RULES.iter().copied().flatten().map(|rule| rule.quantity)
}

impl Rule {
    pub fn criterion(&self, course: &Course) -> Criterion {
        match self.limit {
            Bound::Never => Criterion::Exactly(0.0),
            Bound::Limit => Criterion::AtMost(course.limit(self.quantity.requirement)),
            Bound::Ceiling => Criterion::AtMost(course.ceiling(self.quantity.requirement)),
            Bound::Floor => Criterion::AtLeast(course.ceiling(self.quantity.requirement)),
            Bound::AtMost(most) => Criterion::AtMost(most),
            Bound::AtLeast(least) => Criterion::AtLeast(least),
            Bound::Between(least, most) => Criterion::Between(least, most),
        }
    }

    /// What stands for all samples: how many are breaches, or the one closest to its limit or furthest beyond. Where
    /// that one is too close to tell, one that is surely beyond stands for them.
    pub fn sum_up(&self, samples: &[Sample], criterion: Criterion) -> Option<Estimate> {
        let told = |figure: Estimate| decide(Bilingual::default(), figure, criterion);
        let worst = self.worst(samples)?;
        let surely = || samples.iter().map(|sample| sample.figure).find(|figure| matches!(told(*figure), Verdict::Fail(_)));
        Some(if matches!(told(worst), Verdict::Inconclusive(_)) { surely().unwrap_or(worst) } else { worst })
    }

    fn worst(&self, samples: &[Sample]) -> Option<Estimate> {
        let worst = |a: &&Sample, b: &&Sample| a.figure.value.total_cmp(&b.figure.value);
        let figure = |sample: &Sample| sample.figure;
        match self.limit {
            Bound::Never => {
                let breaches: f64 = samples.iter().map(|sample| sample.figure.value).sum();
                (!samples.is_empty()).then(|| Estimate::new(breaches, 0.0, Unit::Count))
            }
            Bound::Limit | Bound::Ceiling | Bound::AtMost(_) => samples.iter().max_by(worst).map(figure),
            Bound::Floor | Bound::AtLeast(_) => samples.iter().min_by(worst).map(figure),
            Bound::Between(least, most) => {
                let off = |sample: &Sample| (sample.figure.value - (least + most) / 2.0).abs();
                samples.iter().max_by(|a, b| off(a).total_cmp(&off(b))).map(figure)
            }
        }
    }
}
#[cfg(test)]
mod tests;
