//! The rule about a post's own counters: told anew, they have grown by as many cases as reached the operator.
//!
//! Bounds on both sides: what a post cannot have heard, and what cannot have been seen at the operator, speaks against
//! no figure.

use super::calls::COUNT;
use super::cases::{Cause, causes};
use super::course::Course;
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::instrument::supervision::Counts;
use crate::rig::Role::{Button, Operator, Supervision};
use crate::unit::{Bilingual, Method, Quantity};

pub const RULES: &[Rule] = &[
    Rule { quantity: MISCOUNTED, needs: &[Button, Operator, Supervision], limit: Bound::Never, look: miscounted },
    Rule { quantity: UNREADABLE, needs: &[Supervision], limit: Bound::Never, look: unreadable },
];

const MISCOUNTED: Quantity = Quantity {
    key: "T33.watch.counters-that-differ",
    en: "times the post's counters told something else than reached the operator",
    pl: "podania liczników punktu niezgodne z tym, co dotarło do operatora",
    method: Method::new(
        "every COUNT at the supervision (syslog), against the cases at the operator's end",
        "każdy komunikat COUNT w nadzorze (syslog) względem spraw po stronie operatora",
        "RFC 5424; RFC 3261, 13",
    ),
    ..COUNT
};

const UNREADABLE: Quantity = Quantity {
    key: "T33.watch.counters-unreadable",
    en: "times the post's counters were told so that nobody can read them",
    pl: "podania liczników punktu, których nie da się odczytać",
    method: Method::new(
        "every COUNT at the supervision (syslog), against the wording agreed on",
        "każdy komunikat COUNT w nadzorze (syslog) względem uzgodnionego zapisu",
        "RFC 5424",
    ),
    ..COUNT
};

/// So long after its end a case is in the counters.
const TOLD_WITHIN: f64 = 5.0;

/// From the first of its calls to the end of the last, as far as the operator's end knows.
struct Case {
    first: usize,
    /// When its button was pressed: a call that nobody heard is counted too.
    began: f64,
    lasts: Span,
    /// Somebody answered it; whether the post must have heard that.
    answered: Option<bool>,
}

fn cases(course: &Course, causes: &[Cause]) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for (index, (cause, (_, call))) in causes.iter().zip(&course.calls).enumerate() {
        let first = match cause {
            Cause::SameCase(first) | Cause::Duplicate(first) | Cause::Closed(first) => *first,
            Cause::Before | Cause::Press(_) | Cause::Kept(_) | Cause::Nothing => index,
        };
        let lasts = course.lasts(call);
        let began = match cause {
            Cause::Press(press) | Cause::Kept(press) => course.contacts[*press].closed,
            _ => lasts.from,
        };
        let heard = call.confirmed.is_some_and(|at| course.is_surely_in(call, at.seconds + 0.5));
        let answered = call.answered.map(|_| heard);
        match cases.iter_mut().find(|case| case.first == first) {
            Some(case) => {
                case.lasts.to = case.lasts.to.max(lasts.to);
                case.answered = case.answered.max(answered);
            }
            None => cases.push(Case { first, began, lasts, answered }),
        }
    }
    cases
}

/// Each time they are told, over the last time before the first case since the post started.
fn miscounted(course: &Course) -> Vec<Sample> {
    let causes = causes(course);
    let cases = cases(course, &causes);
    // A press of which the operator's end knows nothing may have been dialled.
    // One that fell into a call which the post knew of belongs to that; of a call that hangs at the operator's end
    // behind a cut or a dead server the post knows nothing.
    let is_in_call = |at: f64| course.calls.iter().any(|(_, call)| course.is_surely_in(call, at));
    let is_unseen = |(index, at): &(usize, f64)| {
        !is_in_call(*at) && !causes.contains(&Cause::Press(*index)) && !causes.contains(&Cause::Kept(*index))
    };
    let pressed = course.contacts.iter().enumerate().filter(|(_, contact)| contact.may_be_press(course));
    let unseen: Vec<f64> = pressed.map(|(index, contact)| (index, contact.closed)).filter(is_unseen).map(|(_, at)| at).collect();
    // A call that was ended as the scenario before was made safe is told of within this one.
    let of_before = course.owed_until.max(course.span.from + TOLD_WITHIN);
    let mut samples = Vec::new();
    let mut base: Option<(f64, Counts)> = None;
    for (at, told) in &course.supervised.counts {
        let starts_anew = |since: f64| course.starts().any(|start| start > since && start <= *at);
        let in_between = |since: f64| cases.iter().any(|case| case.lasts.to >= since && case.began <= *at);
        let nothing_happened = |since: f64| !in_between(since) && !unseen.iter().any(|press| *press > since && press <= at);
        let Some((since, before)) =
            base.filter(|(since, _)| !(starts_anew(*since) || *at < of_before && nothing_happened(*since)))
        else {
            base = Some((*at, *told));
            continue;
        };
        let seen = told_otherwise(&cases, &unseen, (since, before), (*at, *told));
        samples.push(Sample::breach(*at, seen));
    }
    samples
}

/// Whoever adds up the city's cases needs all of the three.
fn unreadable(course: &Course) -> Vec<Sample> {
    let told = course.notices.iter().filter(|(at, text)| *at >= course.span.from && text.starts_with("COUNT"));
    let sample = |(at, text): &(f64, String)| {
        let is_readable = Counts::read(text).is_some();
        Sample::breach(*at, (!is_readable).then(|| Bilingual::new(text.clone(), text.clone())))
    };
    told.map(sample).collect()
}

fn told_otherwise(
    cases: &[Case],
    unseen: &[f64],
    (since, before): (f64, Counts),
    (at, told): (f64, Counts),
) -> Option<Bilingual> {
    let grown = |now: u64, before: u64| i128::from(now) - i128::from(before);
    let possible = || cases.iter().filter(|case| case.lasts.to >= since && case.began <= at);
    let sure = || possible().filter(|case| case.lasts.from > since && case.lasts.to < at - TOLD_WITHIN);
    let unseen = unseen.iter().filter(|press| **press > since && **press <= at).count();
    let (calls, answered) = (grown(told.calls, before.calls), grown(told.answered, before.answered));
    let calls_may = sure().count() as i128..=(possible().count() + unseen) as i128;
    let heard = |case: &&Case| case.answered == Some(true);
    let answered_may = sure().filter(heard).count() as i128..=possible().filter(|case| case.answered.is_some()).count() as i128;
    let adds_up = told.calls == told.answered.saturating_add(told.unanswered);
    if calls_may.contains(&calls) && answered_may.contains(&answered) && adds_up {
        return None;
    }
    let (may, answered_at) = (calls_may.end(), answered_may.end());
    Some(Bilingual::new(
        format!("{calls} calls more, {answered} of them answered; at the operator {may} and {answered_at} at the most"),
        format!("zgłoszenia: o {calls} więcej, w tym odebrane: {answered}; u operatora najwyżej {may} i {answered_at}"),
    ))
}
