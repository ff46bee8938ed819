//! The standing watch: what must hold of any post at any time is a rule, and every scenario is held against every rule from its first event to
//! its last. Scenarios bring about; the watch judges.
//!
//! A rule is a row: what it judges, what of the rig it needs, and a function from what happened to what was found. Rules are independent, and have
//! no state beyond what happened. One that the rig cannot observe is told as *not watched*, never as held.

mod cases;
mod course;
mod heard;
mod lit;
mod seen;

mod again;
mod calls;
mod faults;
mod lamps;
mod marks;
mod protocol;
mod resending;
mod service;
mod silence;
mod stream;
mod told;
mod tone;
mod voice;
mod witness;

use super::judge::Quantity;
use super::{Fault, Post, Result};
use crate::instrument::InstrumentError;
use crate::journal::Event;
use crate::rig::Role;
use crate::unit::{Bilingual, Estimate, Lang, Unit};
use crate::verdict::Criterion;
use course::Course;
pub(super) use course::{Span, StrayMedia};
pub(super) use heard::{Arrived, Foreign, Sampled, Silence, Tone};
pub(super) use witness::Contradiction;

/// One row.
pub(super) struct Rule {
    pub quantity: Quantity,
    pub needs: &'static [Role],
    pub limit: Bound,
    pub look: fn(&Course) -> Vec<Sample>,
}

/// Which figure a rule holds its samples against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Bound {
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
pub(super) struct Sample {
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

const RULES: &[&[Rule]] = &[
    calls::RULES,
    again::RULES,
    marks::RULES,
    lamps::RULES,
    protocol::RULES,
    resending::RULES,
    stream::RULES,
    service::RULES,
    faults::RULES,
    voice::RULES,
    tone::RULES,
    silence::RULES,
    told::RULES,
];

/// All that the watch judges.
pub(super) fn quantities() -> impl Iterator<Item = Quantity> {
    RULES.iter().copied().flatten().map(|rule| rule.quantity)
}

impl Rule {
    fn criterion(&self, course: &Course) -> Criterion {
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

    /// What stands for all samples: how many are breaches, or the one closest to its limit or furthest beyond.
    fn sum_up(&self, samples: &[Sample]) -> Option<Estimate> {
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

impl Post {
    /// Holds all that happened in this scenario against every rule; every rule that had an occasion leaves a figure. The first breach that is
    /// certain is the fault.
    pub fn judge_watch(&mut self) -> Result<()> {
        self.bench.collect()?;
        let course = self.course()?;
        self.note_contradictions(&course);
        let mut outcome = Ok(());
        let (mut rules, mut broken) = (0, 0);
        let mut unwatched = Vec::new();
        for rule in RULES.iter().copied().flatten() {
            // A lamp's sensor that has never seen light shows no more than one that is not there.
            let shows = |role: Role| self.bench.rig.wiring.has(role) && !self.bench.is_unproved_sensor(role);
            if let Some(role) = rule.needs.iter().find(|role| !shows(**role)) {
                unwatched.push((rule, role.name()));
                continue;
            }
            if let Some(setting) = tone::missing_setting(&rule.quantity, &course) {
                unwatched.push((rule, setting));
                continue;
            }
            let samples = (rule.look)(&course);
            let Some(figure) = rule.sum_up(&samples) else { continue };
            rules += 1;
            let judged = self.judge_samples(&rule.quantity, samples.len(), figure, rule.criterion(&course));
            broken += usize::from(judged.is_err());
            if matches!(judged, Err(Fault::Device(_))) {
                self.tell_breaches(rule, &course, &samples);
            }
            outcome = surer(outcome, judged);
        }
        self.bench.log.append(Event::Watched { rules, broken });
        self.tell_unwatched(&unwatched);
        outcome
    }

    /// Holds against each other once more what the instruments have told in this scenario.
    pub(super) fn look_for_contradictions(&mut self) -> Result<()> {
        let course = self.course()?;
        self.note_contradictions(&course);
        Ok(())
    }

    /// A circuit whose two ends have told different things in this scenario.
    pub(super) fn ends_in_contradiction(&self) -> Result<Option<InstrumentError>> {
        Ok(witness::of_both_ends(&self.course()?).map(|found| found.error))
    }

    fn note_contradictions(&mut self, course: &Course) {
        let found = witness::contradictions(course).into_iter();
        let new: Vec<Contradiction> = found.filter(|found| !self.contradictions.contains(found)).collect();
        // Whatever the verdict: who reads the record has to know.
        for Contradiction { error, .. } in &new {
            let account = error.account();
            self.bench.log.note(Bilingual::new(
                format!("the bench contradicts itself: {}", account.en),
                format!("wskazania stanowiska są sprzeczne: {}", account.pl),
            ));
        }
        self.contradictions.extend(new);
    }

    /// When it was, and what was seen: a figure alone leads nobody to the place.
    fn tell_breaches(&self, rule: &Rule, course: &Course, samples: &[Sample]) {
        let criterion = rule.criterion(course);
        let breaks = |sample: &&Sample| match criterion {
            Criterion::AtMost(most) => sample.figure.value > most,
            Criterion::AtLeast(least) => sample.figure.value < least,
            Criterion::Between(least, most) => !(least..=most).contains(&sample.figure.value),
            Criterion::Exactly(_) => sample.figure.value > 0.0,
        };
        for sample in samples.iter().filter(breaks).take(MOST_TOLD) {
            let at = Estimate::seconds(sample.at, 0.0);
            let Quantity { requirement, en, pl, .. } = rule.quantity;
            let (seen_en, seen_pl) = (&sample.seen.en, &sample.seen.pl);
            self.bench.log.note(Bilingual::new(
                format!("watch: {en} [{requirement}]: at {}: {seen_en}", at.show(Lang::En)),
                format!("nadzór przebiegu: {pl} [{requirement}]: w chwili {}: {seen_pl}", at.show(Lang::Pl)),
            ));
        }
    }

    /// What a rig cannot show is said once a run.
    fn tell_unwatched(&mut self, rules: &[(&Rule, &str)]) {
        if std::mem::replace(&mut self.has_told_unwatched, true) {
            return;
        }
        for (rule, lacks) in rules {
            let Quantity { key, en, pl, .. } = rule.quantity;
            let what = Bilingual::new(en, pl);
            self.bench.log.append(Event::NotWatched { key: key.into(), what, role: (*lacks).into() });
        }
    }
}

/// Of two rules: what is broken for certain is not unsaid by what could not be decided; else the first one that did not hold.
fn surer(first: Result<()>, second: Result<()>) -> Result<()> {
    match (first, second) {
        (Err(Fault::Undecided(_)), Err(Fault::Device(shortfall))) => Err(Fault::Device(shortfall)),
        (first, second) => first.and(second),
    }
}

/// Of many breaches of one rule the first so many are told one by one.
const MOST_TOLD: usize = 5;

#[cfg(test)]
mod tests;
