//! The post's own counters of its calls, held against what reached the operator.
//!
//! Whether a patrol found somebody only the operator can know: what a post can count is who was answered and who was
//! not.

use super::deeds::What;
use super::{Fault, Post, Result};
use crate::clock::Stamped;
use crate::instrument::supervision::Counts;
use crate::unit::{Bilingual, Estimate, Method, Quantity, Unit};
use crate::verdict::Criterion;
use crate::watch::{Span, cases_closed};
use std::time::Duration;

/// So long after the last call's end its counters have been told.
const TOLD_WITHIN: Duration = Duration::from_secs(5);

const TOLD: Quantity = Quantity {
    key: "T33.counted.told",
    unit: Unit::Count,
    en: "times the post told its counters anew",
    pl: "kolejne podania liczników przez punkt",
    method: Method::new("COUNT at the supervision (syslog)", "komunikaty COUNT w nadzorze (syslog)", "RFC 5424"),
    requirement: "T33",
};
const MISCOUNTED: Quantity = Quantity {
    key: "T33.counted.calls",
    en: "calls that the post and the operator count differently",
    pl: "zgłoszenia, których punkt i operator nie policzyli jednakowo",
    method: Method::new(
        "growth of calls in COUNT at the supervision (syslog), against the cases at the operator's end",
        "przyrost calls w COUNT w nadzorze (syslog) względem spraw po stronie operatora",
        "RFC 5424; RFC 3261, 13",
    ),
    ..TOLD
};
const MISANSWERED: Quantity = Quantity {
    key: "T33.counted.answered",
    en: "answered calls that the post and the operator count differently",
    pl: "odebrane zgłoszenia, których punkt i operator nie policzyli jednakowo",
    ..MISCOUNTED
};
const UNSUMMED: Quantity = Quantity {
    key: "T33.counted.sum",
    en: "calls that are neither among the answered nor among the unanswered",
    pl: "zgłoszenia, których nie ma ani wśród odebranych, ani wśród nieodebranych",
    ..MISCOUNTED
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[TOLD, MISCOUNTED, MISANSWERED, UNSUMMED];

impl Post {
    /// From the counters as they were told last before the first press, or first within the scenario, to those told
    /// last.
    pub fn counters_agree(&mut self) -> Result<()> {
        self.end_what_stands()?;
        self.pass(TOLD_WITHIN)?;
        let course = self.course()?;
        let counts = self.bench.record.counts();
        // A call that was ended as the scenario before was made safe is told of within this one.
        let pressed = self.deeds.all().find(|(_, what)| *what == What::Press);
        let begins = pressed.map_or(self.began, |(at, _)| at.instant());
        let before = counts.iter().rfind(|told| told.at < begins).or(counts.first());
        // One whose firmware or module has started anew may count from zero.
        let is_anew = |told: &Stamped<Counts>, earlier: &Stamped<Counts>| {
            let between = Span { from: earlier.at.as_secs_f64(), to: told.at.as_secs_f64() };
            told.value.calls < earlier.value.calls && course.own_starts().any(|start| between.holds(start))
        };
        let mut anew = counts.iter().zip(counts.iter().skip(1)).filter(|(earlier, told)| is_anew(told, earlier));
        let first = anew.next_back().map(|(_, told)| told).or(before).copied();
        let last = counts.last().copied();
        let told = counts.iter().filter(|told| first.is_some_and(|first| told.at > first.at)).count();
        self.judge(&TOLD, Estimate::count(told), Criterion::AtLeast(1.0))?;
        let (Some(first), Some(last)) = (first, last) else { return Ok(()) };
        // What ended just before it was told is in it.
        let span = Span { from: first.at.as_secs_f64(), to: last.at.as_secs_f64().max(self.bench.now().as_secs_f64()) };
        let (answered, unanswered) = cases_closed(&course, span);
        self.tell_counts(first, last, answered, unanswered);
        let grown = |of: fn(&Counts) -> u64| last_minus_first(of(&first.value), of(&last.value));
        let differ = |own: i128, counted: usize| usize::try_from((own - counted as i128).unsigned_abs()).unwrap_or(usize::MAX);
        let calls = differ(grown(|counts| counts.calls), answered + unanswered);
        let picked_up = differ(grown(|counts| counts.answered), answered);
        let Counts { calls: all, answered: yes, unanswered: no } = last.value;
        let sum = usize::try_from(all.abs_diff(yes.saturating_add(no))).unwrap_or(usize::MAX);
        let judged = [(&MISCOUNTED, calls), (&MISANSWERED, picked_up), (&UNSUMMED, sum)];
        let judge = |(quantity, count)| self.judge(quantity, Estimate::count(count), Criterion::Exactly(0.0));
        judged.map(judge).into_iter().fold(Ok::<(), Fault>(()), Result::and)
    }

    pub(super) fn tell_counts(&self, first: Stamped<Counts>, last: Stamped<Counts>, answered: usize, unanswered: usize) {
        let Counts { calls, answered: yes, unanswered: no } = last.value;
        let Counts { calls: before, answered: yes_before, unanswered: no_before } = first.value;
        let at_operator = answered + unanswered;
        self.bench.log.note(Bilingual::new(
            format!(
                "calls: {before} to {calls}, answered {yes_before} to {yes}, unanswered {no_before} to {no} as the post counts; {at_operator}, {answered} and {unanswered} at the operator"
            ),
            format!(
                "zgłoszenia według punktu: od {before} do {calls}, odebrane od {yes_before} do {yes}, nieodebrane od {no_before} do {no}; u operatora: {at_operator}, {answered} i {unanswered}"
            ),
        ));
    }
}

fn last_minus_first(first: u64, last: u64) -> i128 {
    i128::from(last) - i128::from(first)
}
