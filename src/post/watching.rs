//! The standing watch of a scenario: all that happened is held against every rule, and what no rule could see is told.
//!
//! What the rules are, and what they read, knows `watch` alone.

use super::judge::surer;
use super::{Fault, Post, Result};
use crate::instrument::InstrumentError;
use crate::journal::Event;
use crate::rig::Role;
use crate::unit::{Bilingual, Estimate, Lang, Quantity};
use crate::verdict::Criterion;
use crate::watch::{Contradiction, Course, RULES, Rule, Sample, contradictions, missing_setting, of_both_ends};

/// Of many breaches of one rule the first so many are told one by one.
const MOST_TOLD: usize = 5;

impl Post {
    /// Holds all that happened in this scenario against every rule; every rule that had an occasion leaves a figure.
    /// The first breach that is certain is the fault.
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
            if let Some(setting) = missing_setting(&rule.quantity, &course) {
                unwatched.push((rule, setting));
                continue;
            }
            let samples = (rule.look)(&course);
            let criterion = rule.criterion(&course);
            let Some(figure) = rule.sum_up(&samples, criterion) else { continue };
            rules += 1;
            let judged = self.judge_samples(&rule.quantity, samples.len(), figure, criterion);
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
        Ok(of_both_ends(&self.course()?).map(|found| found.error))
    }

    fn note_contradictions(&mut self, course: &Course) {
        let found = contradictions(course).into_iter();
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
    pub(super) fn tell_breaches(&self, rule: &Rule, course: &Course, samples: &[Sample]) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Unit;
    use crate::verdict::{Verdict, decide};

    /// Whatever could not be decided beside it.
    #[test]
    fn what_is_broken_for_certain_is_the_fault() {
        let judged = |value: f64| {
            let what = Bilingual::new("level", "poziom");
            match decide(what, Estimate::new(value, 1.0, Unit::Decibel), Criterion::AtMost(0.0)) {
                Verdict::Pass => Ok(()),
                Verdict::Fail(shortfall) => Err(Fault::Device(shortfall)),
                Verdict::Inconclusive(undecided) => Err(Fault::Undecided(undecided)),
            }
        };
        let (holds, undecided, broken) = (-9.0, 0.1, 9.0);
        for (first, second, fault) in [
            (holds, holds, holds),
            (undecided, broken, broken),
            (broken, undecided, broken),
            (undecided, holds, undecided),
            (holds, undecided, undecided),
        ] {
            assert_eq!(surer(judged(first), judged(second)), judged(fault), "{first} {second}");
        }
    }
}
