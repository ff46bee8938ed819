//! Rules about the two operators: a case goes to the first of them first, and to the second where he refuses or does
//! not answer.

use super::calls::{COUNT, both_of, named};
use super::cases::{CASE_NUMBER, Cause, causes};
use super::course::Course;
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::bench::Call;
use crate::instrument::operator::{CallId, EndedBy};
use crate::rig::Role::{Button, Operator};
use crate::unit::{Method, Quantity};

pub const RULES: &[Rule] = &[
    Rule { quantity: SECOND_FIRST, needs: &[Button, Operator], limit: Bound::Never, look: second_first },
    Rule { quantity: NOT_PASSED_ON, needs: &[Operator], limit: Bound::Never, look: not_passed_on },
    Rule { quantity: TOLD_APART, needs: &[Operator], limit: Bound::Never, look: told_apart },
];

const SECOND_FIRST: Quantity = Quantity {
    key: "T08.watch.second-operator-first",
    en: "cases that went to the second operator first",
    pl: "sprawy skierowane najpierw do drugiego operatora",
    method: Method::new(
        "Request-URI of the first INVITE of every case",
        "Request-URI pierwszego INVITE każdej sprawy",
        "RFC 3261, 8.1.1.1",
    ),
    requirement: "T08",
    ..COUNT
};
const TOLD_APART: Quantity = Quantity {
    key: "T33.watch.cases-told-apart",
    en: "cases of which the second operator or server was told something else than the first",
    pl: "sprawy, o których drugiemu operatorowi lub serwerowi podano co innego niż pierwszemu",
    method: Method::new(
        "Priority, X-SOS-Post and X-SOS-Delayed of each INVITE of a case, against those of the one before it",
        "Priority, X-SOS-Post i X-SOS-Delayed każdego INVITE sprawy względem poprzedniego",
        "RFC 3261, 20.26",
    ),
    requirement: "T33",
    ..SECOND_FIRST
};
const NOT_PASSED_ON: Quantity = Quantity {
    key: "T08.watch.cases-not-passed-on",
    en: "cases that the first operator did not take and the second never heard of",
    pl: "sprawy, których pierwszy operator nie przyjął, a drugi się o nich nie dowiedział",
    method: Method::new(
        "every call that the first operator refuses or lets ring, against the calls to the second",
        "każde zgłoszenie, które pierwszy operator odrzuca lub którego nie odbiera, względem zgłoszeń do drugiego",
        "RFC 3261, 13",
    ),
    ..SECOND_FIRST
};

/// With these it is the server that fails (RFC 3261, 21.5), and another server may reach the same operator.
const SERVER_FAILURES: std::ops::Range<u16> = 500..600;

fn is_to(course: &Course, call: &Call, second: bool) -> bool {
    let place = course.callees.iter().position(|callee| callee == call.callee());
    place.is_some_and(|place| (place > 0) == second)
}

/// Kept or not, a press is first of all for the operator who is there for it. One whose INVITE met a silent server may
/// have been told otherwise.
fn second_first(course: &Course) -> Vec<Sample> {
    let sample = |(cause, (_, call)): (Cause, &(_, Call))| {
        let arrived = call.arrived.seconds;
        let met_silence = course.swallowed.iter().any(|at| Span { from: arrived - TRIED_WITHIN, to: arrived }.holds(*at));
        if !matches!(cause, Cause::Press(_) | Cause::Kept(_)) || met_silence {
            return None;
        }
        let (en, pl) = named(call);
        let told = || both_of(&en, &pl, "and not first to the operator", "zamiast najpierw do operatora");
        Some(Sample::breach(arrived, is_to(course, call, true).then(told)))
    };
    causes(course).into_iter().zip(&course.calls).filter_map(sample).collect()
}
/// An INVITE that nobody answers is given up within so many seconds, server by server.
const TRIED_WITHIN: f64 = 32.0;

/// Of calls that nothing disturbed for as long as it may take to turn to the second.
fn not_passed_on(course: &Course) -> Vec<Sample> {
    let sample = |(cause, (id, call)): (Cause, &(CallId, Call))| {
        let arrived = call.arrived.seconds;
        let from = match course.refused.get(id) {
            Some(status) if SERVER_FAILURES.contains(status) => return None,
            Some(_) => arrived,
            None => call.ringing?.seconds,
        };
        let due = Span { from: arrived, to: from + course.ceiling("T08") };
        // Whom the bench has answered or ended meanwhile nobody need be sought for.
        let is_settled = call.answered.is_some_and(|answered| answered.seconds < due.to)
            || !course.refused.contains_key(id) && !course.lasts(call).holds(due.to) && !is_given_up(call);
        if cause == Cause::Before
            || !is_to(course, call, false)
            || is_settled
            || due.to > course.span.to
            || course.is_disturbed(due)
        {
            return None;
        }
        let number = call.invite.header(CASE_NUMBER);
        let is_passed_on = course.calls.iter().any(|(_, other)| {
            is_to(course, other, true) && other.invite.header(CASE_NUMBER) == number && due.holds(other.arrived.seconds)
        });
        let (en, pl) = named(call);
        let told = || both_of(&en, &pl, "and nobody else was called", "i nie wezwano nikogo innego");
        Some(Sample::breach(arrived, (!is_passed_on).then(told)))
    };
    causes(course).into_iter().zip(&course.calls).filter_map(sample).collect()
}

/// By the post itself, whatever for.
fn is_given_up(call: &Call) -> bool {
    matches!(call.ended, Some((_, EndedBy::Cancelled)))
}

/// What a case bears wherever it goes.
const BORNE: [&str; 3] = ["Priority", "X-SOS-Post", "X-SOS-Delayed"];
/// Seconds within which one that was not taken is sought elsewhere.
const SOUGHT_WITHIN: f64 = 3.0;

/// Whoever is sought elsewhere is the same case, and says the same.
fn told_apart(course: &Course) -> Vec<Sample> {
    let sample = |(index, (_, call)): (usize, &(CallId, Call))| {
        let before = course.calls.iter().take(index).map(|(_, earlier)| earlier).rfind(|earlier| {
            let ended = earlier.ended.map(|(at, _)| at.seconds);
            let is_sought = ended.is_some_and(|at| (call.arrived.seconds - at).abs() < SOUGHT_WITHIN);
            let is_elsewhere = earlier.callee() != call.callee() || earlier.server != call.server;
            let is_same = earlier.invite.header(CASE_NUMBER) == call.invite.header(CASE_NUMBER);
            earlier.confirmed.is_none() && is_sought && is_elsewhere && is_same
        });
        let other =
            before.and_then(|before| BORNE.into_iter().find(|name| before.invite.header(name) != call.invite.header(name)));
        let (en, pl) = named(call);
        let seen = other.map(|name| both_of(&en, &pl, &format!("with another {name}"), &format!("z innym nagłówkiem {name}")));
        Sample::breach(call.arrived.seconds, seen)
    };
    course.calls.iter().enumerate().map(sample).collect()
}
