//! Figures become verdicts here, and every one of them goes into the journal, whether it passed or not.
//!
//! Knows nothing of how a figure was measured.

use super::{Fault, Post, Result};
use crate::bench::{Moment, stood_still};
use crate::clock::Instant;
use crate::instrument::{InstrumentError, Subsystem};
use crate::journal::{Event, Measurement, Outcome};
use crate::rig::Mark;
use crate::unit::{Bilingual, Estimate, Figure, Form, Lang, Quantity, Unit};
use crate::verdict::{Criterion, GUARD_STANDARD_UNCERTAINTIES, Source, Verdict, decide};

impl Post {
    /// Holds one figure against one criterion and writes both down. It rests on all that was seen in the scenario.
    pub(super) fn judge(&mut self, quantity: &Quantity, estimate: Estimate, criterion: Criterion) -> Result<()> {
        self.judge_form(quantity, Form::Itself, 1, estimate, criterion, self.began)
    }

    /// Holds what stands for so many observations against a criterion.
    pub(super) fn judge_samples(
        &mut self,
        quantity: &Quantity,
        observations: usize,
        figure: Estimate,
        criterion: Criterion,
    ) -> Result<()> {
        self.judge_form(quantity, Form::Itself, observations, figure, criterion, self.began)
    }

    /// `from`: what was seen since then is what the figure rests on.
    fn judge_form(
        &mut self,
        quantity: &Quantity,
        form: Form,
        observations: usize,
        estimate: Estimate,
        criterion: Criterion,
        from: Instant,
    ) -> Result<()> {
        let Figure { key, name, .. } = quantity.figure(form);
        let verdict = decide(name.clone(), estimate, criterion);
        let attended = self.attended_since(from);
        let outcome = match &verdict {
            _ if attended.is_err() => Outcome::Inconclusive,
            Verdict::Pass => Outcome::Passed,
            Verdict::Fail(_) => Outcome::Failed,
            Verdict::Inconclusive(_) => Outcome::Inconclusive,
        };
        if attended.is_ok() && outcome != Outcome::Passed {
            let beyond = match criterion {
                Criterion::AtMost(most) if quantity.unit == Unit::Second => estimate.value - most,
                _ => f64::INFINITY,
            };
            let worst = self.wanting.entry(quantity.requirement).or_insert(beyond);
            *worst = worst.max(beyond);
        }
        let limit = self.bench.rig.limits.get(quantity.requirement);
        let source = limit.map(|limit| Source { id: limit.id.into(), text: limit.source.clone() });
        self.bench.log.append(Event::Measured(Measurement {
            key,
            en: name.en,
            pl: name.pl,
            observations,
            estimate,
            criterion: Some(criterion),
            source,
            method: quantity.method.into(),
            outcome,
        }));
        attended?;
        match verdict {
            Verdict::Pass => Ok(()),
            Verdict::Fail(shortfall) => Err(Fault::Device(shortfall)),
            Verdict::Inconclusive(undecided) => Err(Fault::Undecided(undecided)),
        }
    }

    /// The figure that judges where a feature states one: the contract's own, where the rig carries it, be it stricter
    /// or looser; else the feature's, which is never looser than the requirement. `beyond`: how much more the feature's
    /// sentence counts than the requirement does.
    pub(super) fn agreed(&self, quantity: &Quantity, stated: f64, beyond: f64) -> f64 {
        let limit = self.bench.rig.limits.get(quantity.requirement).filter(|limit| limit.mark == Mark::Contract);
        let Some(limit) = limit.filter(|limit| limit.unit == quantity.unit) else { return stated };
        let agreed = limit.limit + beyond;
        if agreed > stated {
            let [agreed, stated] = [agreed, stated].map(|value| Estimate::new(value, 0.0, limit.unit));
            let (source, id) = (&limit.source, limit.id);
            self.bench.log.note(Bilingual::new(
                format!("{id}: judged by {source}, {agreed}; this suite asks for {stated}"),
                format!("{id}: ocena według {source}, {}; ten zestaw wymaga {}", agreed.show(Lang::Pl), stated.show(Lang::Pl)),
            ));
        }
        agreed
    }

    /// Judges something that had to happen at most `limit` seconds after `from`. What never happened is a count of
    /// zero, not a time.
    pub(super) fn judge_within(&mut self, quantity: &Quantity, from: Moment, found: Option<Moment>, limit: f64) -> Result<()> {
        let limit = self.agreed(quantity, limit, 0.0);
        match found {
            Some(moment) => {
                let took = moment.since(from);
                effect_follows_cause(quantity, took)?;
                self.judge_form(quantity, Form::Itself, 1, took, Criterion::AtMost(limit), from.instant())
            }
            None => self.judge_absent(quantity),
        }
    }

    pub(super) fn judge_absent(&mut self, quantity: &Quantity) -> Result<()> {
        self.judge_form(quantity, Form::Occurrences, 1, Estimate::count(0), Criterion::AtLeast(1.0), self.began)
    }

    /// Whether the bench itself has run without a pause since then: what it did not see, and what it did too late, is
    /// not the post's.
    pub(super) fn attended_since(&self, from: Instant) -> Result<()> {
        let still = self.bench.clock().stood_still(from, self.bench.now());
        still.map_or(Ok(()), |still| Err(stood_still(still).into()))
    }

    /// Judges a series: the 95th percentile against the limit and the largest against the hard limit (statistics rule
    /// of the requirements).
    pub(super) fn judge_series(&mut self, quantity: &Quantity, series: &[Estimate], limit: f64) -> Result<()> {
        let mut sorted = series.to_vec();
        sorted.sort_by(|a, b| a.value.total_cmp(&b.value));
        let (Some(p95), Some(max)) = (percentile(&sorted, 0.95), sorted.last()) else {
            return self.judge_absent(quantity);
        };
        if let Some(earliest) = sorted.first() {
            effect_follows_cause(quantity, *earliest)?;
        }
        if sorted.len() == 1 {
            let limit = self.agreed(quantity, limit, 0.0);
            return self.judge(quantity, *max, Criterion::AtMost(limit));
        }
        let limit = self.agreed(quantity, limit, 0.0);
        let n = sorted.len();
        let typical = self.judge_form(quantity, Form::P95, n, p95, Criterion::AtMost(limit), self.began);
        let hard = self.bench.rig.limits.get(quantity.requirement).and_then(|l| l.hard).unwrap_or(limit).max(limit);
        let worst = self.judge_form(quantity, Form::Largest, n, *max, Criterion::AtMost(hard), self.began);
        surer(typical, worst)
    }

    /// How long to wait for something that should happen within `limit` seconds before calling it absent: the hard
    /// limit and a margin, so that what is merely late is measured as late.
    pub(super) fn patience(&self, requirement: &str, limit: f64) -> f64 {
        let hard = self.bench.rig.limits.get(requirement).and_then(|l| l.hard).unwrap_or(limit);
        hard.max(limit) * 1.5 + 2.0
    }
}

/// Of two judgements: what is broken for certain is not unsaid by what could not be decided; else the first one that
/// did not hold.
pub(super) fn surer(first: Result<()>, second: Result<()>) -> Result<()> {
    match (first, second) {
        (Err(Fault::Undecided(_)), Err(Fault::Device(shortfall))) => Err(Fault::Device(shortfall)),
        (first, second) => first.and(second),
    }
}

/// Nothing comes before its cause: two stamps that say so are not of one clock, whatever each of them is said to be
/// worth.
fn effect_follows_cause(quantity: &Quantity, took: Estimate) -> Result<()> {
    if took.value + GUARD_STANDARD_UNCERTAINTIES * took.uncertainty / 2.0 >= 0.0 {
        return Ok(());
    }
    Err(InstrumentError::new(
        "input board",
        "stamp in the order of events",
        Bilingual::new(
            format!("{}: {}: what follows came before its cause", quantity.en, took.show(Lang::En)),
            format!("skutek zarejestrowano przed przyczyną ({}: {})", quantity.pl, took.show(Lang::Pl)),
        ),
        (
            "look for a hub, a cable or a program that holds the reports of the input board or the sound card back",
            "poszukaj koncentratora, przewodu lub programu, który opóźnia zgłoszenia modułu wejść albo karty dźwiękowej",
        ),
    )
    .of(Subsystem::Inputs)
    .into())
}

/// The share of successes that so many trials without a failure show with 95 % confidence: exact, by the binomial
/// distribution.
pub(super) fn proved_share(trials: usize) -> f64 {
    if trials == 0 { 0.0 } else { 0.05_f64.powf(1.0 / trials as f64) }
}

/// Nearest-rank percentile of a sorted series.
fn percentile(sorted: &[Estimate], share: f64) -> Option<Estimate> {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Method;

    #[test]
    fn what_a_series_without_a_failure_proves() {
        let check = |trials, expected: f64| assert!((proved_share(trials) - expected).abs() < 5e-4, "{trials}");
        check(0, 0.0);
        check(1, 0.05);
        check(30, 0.905);
        check(59, 0.9505);
        check(299, 0.990);
    }

    #[test]
    fn nothing_comes_before_its_cause_by_more_than_the_stamps_are_worth() {
        let quantity = Quantity {
            key: "",
            unit: Unit::Second,
            en: "press to lamp",
            pl: "od naciśnięcia do lampki",
            method: Method::new("", "", ""),
            requirement: "T05",
        };
        let holds = |took: f64| effect_follows_cause(&quantity, Estimate::seconds(took, 0.01)).is_ok();
        // Three standard uncertainties, as for any verdict.
        assert_eq!([0.1, 0.0, -0.014, -0.016].map(holds), [true, true, true, false]);
    }

    #[test]
    fn the_nearest_rank_percentile_is_a_measured_value() {
        let series: Vec<Estimate> = (1..=20).map(|n| Estimate::seconds(f64::from(n), 0.0)).collect();
        assert_eq!(percentile(&series, 0.95).map(|e| e.value), Some(19.0));
        assert_eq!(percentile(&series[..5], 0.95).map(|e| e.value), Some(5.0));
        assert_eq!(percentile(&[], 0.95), None);
    }
}
