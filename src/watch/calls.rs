//! Rules about calls: for which press each is, how soon it comes, and how it ends.

use super::cases::{CASE_NUMBER, Cause, causes, is_marked_delayed};
use super::course::Course;
use super::course::LOST_AFTER;
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::bench::Call;
use crate::instrument::operator::EndedBy;
use crate::rig::Role::{Button, Console, Operator};
use crate::unit::{Bilingual, Method, Quantity, Unit, both, combine};

pub const RULES: &[Rule] = &[
    Rule { quantity: WITHOUT_PRESS, needs: &[Button, Operator], limit: Bound::Never, look: without_press },
    Rule { quantity: REPEATED, needs: &[Button, Operator], limit: Bound::Never, look: repeated },
    Rule { quantity: UNSERVED, needs: &[Button, Operator], limit: Bound::Never, look: unserved },
    Rule { quantity: TO_INVITE, needs: &[Button, Operator], limit: Bound::Ceiling, look: to_invite },
    Rule { quantity: TO_RINGING, needs: &[Button, Operator], limit: Bound::Ceiling, look: to_ringing },
    Rule { quantity: KEPT_LOST, needs: &[Console, Operator], limit: Bound::Never, look: kept_lost },
    Rule { quantity: CUT_SHORT, needs: &[Operator], limit: Bound::Never, look: cut_short },
    Rule { quantity: GIVEN_UP, needs: &[Operator], limit: Bound::Never, look: given_up },
    Rule { quantity: KEPT_LATE, needs: &[Button, Operator], limit: Bound::Never, look: kept_late },
    Rule { quantity: CALLED_DELAYED, needs: &[Button, Operator], limit: Bound::Never, look: called_delayed },
];

pub(super) const COUNT: Quantity = Quantity {
    key: "",
    unit: Unit::Count,
    en: "",
    pl: "",
    method: Method::new(
        "every call that reached the operator, against the button's sense input and what was done to the post",
        "każde zgłoszenie, które dotarło do operatora, względem wejścia kontroli przycisku i czynności stanowiska",
        "RFC 3261, 13",
    ),
    requirement: "T33",
};
const WITHOUT_PRESS: Quantity = Quantity {
    key: "T32.watch.calls-without-press",
    en: "calls without a press",
    pl: "zgłoszenia bez naciśnięcia",
    requirement: "T32",
    ..COUNT
};
const REPEATED: Quantity =
    Quantity { key: "T33.watch.repeated-cases", en: "cases raised again", pl: "sprawy zgłoszone ponownie", ..COUNT };
const UNSERVED: Quantity = Quantity {
    key: "T45.watch.unserved-presses",
    en: "presses that became no call",
    pl: "naciśnięcia, z których nie powstało zgłoszenie",
    requirement: "T45",
    ..COUNT
};
const TO_INVITE: Quantity = Quantity {
    key: "T01.watch.press-to-invite",
    unit: Unit::Second,
    en: "press to INVITE, longest in the scenario",
    pl: "od naciśnięcia do INVITE, najdłużej w scenariuszu",
    method: Method::new(
        "button's sense input to reception of the INVITE",
        "od wejścia kontroli przycisku do odebrania INVITE",
        "RFC 3261, 13",
    ),
    requirement: "T01",
};
const TO_RINGING: Quantity = Quantity {
    key: "T02.watch.press-to-ringing",
    en: "press to ringing, longest in the scenario",
    pl: "od naciśnięcia do dzwonka, najdłużej w scenariuszu",
    method: Method::new(
        "button's sense input to 180 sent by the operator",
        "od wejścia kontroli przycisku do odpowiedzi 180 wysłanej przez operatora",
        "RFC 3261, 13",
    ),
    requirement: "T02",
    ..TO_INVITE
};
const KEPT_LOST: Quantity = Quantity {
    key: "T38.watch.kept-presses-lost",
    en: "presses that the post said it keeps and did not deliver",
    pl: "naciśnięcia, które punkt zapisał jako zachowane, lecz ich nie doręczył",
    method: Method::new(
        "CALL lines on the console, against the calls at the operator's end",
        "wiersze CALL na konsoli, względem połączeń po stronie operatora",
        "",
    ),
    requirement: "T38",
    ..COUNT
};
const CUT_SHORT: Quantity = Quantity {
    key: "T42.watch.talks-cut-short",
    en: "talks that the post ended",
    pl: "rozmowy zakończone przez punkt",
    method: Method::new("who ended every call, and when", "kto i kiedy zakończył każde połączenie", "RFC 3261, 15"),
    requirement: "T42",
    ..COUNT
};
const GIVEN_UP: Quantity = Quantity {
    key: "T44.watch.given-up-while-ringing",
    en: "calls given up while an operator's phone rang",
    pl: "zgłoszenia porzucone, gdy telefon operatora dzwonił",
    method: Method::new(
        "CANCEL of every call, from its 180 on",
        "CANCEL każdego zgłoszenia, licząc od odpowiedzi 180",
        "RFC 3261, 9",
    ),
    requirement: "T44",
    ..COUNT
};
const KEPT_LATE: Quantity = Quantity {
    key: "T38.watch.kept-presses-misdelivered",
    en: "kept presses delivered unmarked or too late",
    pl: "zachowane naciśnięcia doręczone bez oznaczenia lub za późno",
    requirement: "T38",
    ..COUNT
};

const CALLED_DELAYED: Quantity = Quantity {
    key: "T38.watch.falsely-delayed",
    en: "calls marked as delayed that were not",
    pl: "zgłoszenia oznaczone jako opóźnione, choć nie były opóźnione",
    requirement: "T38",
    ..COUNT
};

/// In the name of a call: its number and whom it was for.
pub(super) fn named(call: &Call) -> (String, String) {
    let number = call.invite.header(CASE_NUMBER).unwrap_or("–");
    (
        format!("call for press {number} to {}", call.callee()),
        format!("zgłoszenie z naciśnięcia nr {number} do użytkownika {}", call.callee()),
    )
}

fn judged(course: &Course) -> impl Iterator<Item = (usize, &Call, Cause)> {
    let all = causes(course).into_iter().zip(&course.calls).enumerate();
    all.map(|(index, (cause, (_, call)))| (index, call, cause)).filter(|(_, _, cause)| *cause != Cause::Before)
}

fn without_press(course: &Course) -> Vec<Sample> {
    let sample = |(_, call, cause): (usize, &Call, Cause)| {
        let (en, pl) = named(call);
        let seen = (cause == Cause::Nothing)
            .then(|| both_of(&en, &pl, "though nobody had pressed the button", "choć nikt nie nacisnął przycisku"));
        Sample::breach(call.arrived.seconds, seen)
    };
    judged(course).map(sample).collect()
}

pub(super) fn both_of(en: &str, pl: &str, what_en: &str, what_pl: &str) -> Bilingual {
    Bilingual::new(format!("{en}, {what_en}"), format!("{pl}, {what_pl}"))
}

fn repeated(course: &Course) -> Vec<Sample> {
    let sample = |(_, call, cause): (usize, &Call, Cause)| {
        let (en, pl) = named(call);
        let seen = match cause {
            Cause::Duplicate(_) => {
                Some(both_of(&en, &pl, "while the same case is being served", "gdy ta sama sprawa jest już obsługiwana"))
            }
            Cause::Closed(_) => Some(both_of(&en, &pl, "after that case was closed", "po zamknięciu tej sprawy")),
            _ => None,
        };
        Sample::breach(call.arrived.seconds, seen)
    };
    judged(course).map(sample).collect()
}

/// The cases that came to their end within a stretch: how many somebody had answered, and how many nobody.
pub fn cases_closed(course: &Course, within: Span) -> (usize, usize) {
    let causes = causes(course);
    let mut cases: Vec<(usize, f64, bool)> = Vec::new();
    for (index, (cause, (_, call))) in causes.into_iter().zip(&course.calls).enumerate() {
        let first = match cause {
            Cause::SameCase(first) | Cause::Duplicate(first) | Cause::Closed(first) => first,
            Cause::Before | Cause::Press(_) | Cause::Kept(_) | Cause::Nothing => index,
        };
        let (ended, is_answered) = (course.lasts(call).to, call.confirmed.is_some());
        match cases.iter_mut().find(|(case, ..)| *case == first) {
            Some((_, end, answered)) => (*end, *answered) = (end.max(ended), *answered || is_answered),
            None => cases.push((first, ended, is_answered)),
        }
    }
    let closed = || cases.iter().filter(|(_, end, _)| within.holds(*end));
    let answered = closed().filter(|(.., answered)| *answered).count();
    (answered, closed().count() - answered)
}

/// Presses that had to become a call at once, each with the first call for it.
pub(super) fn obliging(course: &Course) -> Vec<(f64, Option<&Call>)> {
    let causes = causes(course);
    let mut found = Vec::new();
    for (index, contact) in course.contacts.iter().enumerate() {
        let at = contact.closed;
        let served = Span { from: at, to: at + LOST_AFTER.as_secs_f64() };
        let has_to_be = contact.is_press(course) && course.ready_at(at).is_some() && !course.is_disturbed(served);
        let call = causes.iter().zip(&course.calls).find(|(cause, _)| **cause == Cause::Press(index)).map(|(_, (_, call))| call);
        // A second press before the first has become a call is of the same case.
        let is_unheard = |call: &Call| course.unheard_until(call).is_some_and(|until| call.arrived.seconds < at && at < until);
        let is_same_case = course.in_call(at)
            || course.calls.iter().any(|(_, call)| is_unheard(call))
            || found.last().is_some_and(|(before, call): &(f64, Option<&Call>)| {
                call.map_or(at - before < 1.0, |call| call.arrived.seconds >= at)
            });
        let is_seen = call.is_some() || course.span.to >= served.to;
        if has_to_be && is_seen && !is_same_case {
            found.push((at, call));
        }
    }
    found
}

fn unserved(course: &Course) -> Vec<Sample> {
    let unserved = |call: Option<&Call>| {
        call.is_none().then(|| Bilingual::from(("no call came of this press", "z tego naciśnięcia nie powstało zgłoszenie")))
    };
    obliging(course).into_iter().map(|(at, call)| Sample::breach(at, unserved(call))).collect()
}

fn to_invite(course: &Course) -> Vec<Sample> {
    let sample = |(at, call): (f64, Option<&Call>)| {
        let arrived = call?.arrived;
        let within = combine(&[course.inputs_within, arrived.uncertainty]);
        Some(Sample::seconds(at, arrived.seconds - at, within, ("the call came late", "zgłoszenie dotarło za późno").into()))
    };
    obliging(course).into_iter().filter_map(sample).collect()
}

fn to_ringing(course: &Course) -> Vec<Sample> {
    let sample = |(at, call): (f64, Option<&Call>)| {
        let call = call?;
        // What the operator's own end takes is not the post's.
        let ringing = call.ringing.filter(|ringing| ringing.seconds - call.arrived.seconds < RINGS_AT_ONCE)?;
        let within = combine(&[course.inputs_within, ringing.uncertainty]);
        Some(Sample::seconds(at, ringing.seconds - at, within, ("the phone rang late", "telefon zadzwonił za późno").into()))
    };
    obliging(course).into_iter().filter_map(sample).collect()
}

/// A telephone rings within so many seconds of its call, or is slow.
const RINGS_AT_ONCE: f64 = 0.5;

fn cut_short(course: &Course) -> Vec<Sample> {
    let sample = |(_, call): &(_, Call)| {
        let talk = Span { from: call.confirmed?.seconds, to: course.lasts(call).to };
        // An answer that waited for a cut to end may come to a post that has long called somebody else.
        let known = Span { from: call.answered.map_or(talk.from, |at| at.seconds.min(talk.from)), to: talk.to };
        // What it gave up in a cut, unheard, and called anew, it ends as soon as it is answered after all (RFC 3261,
        // 9.1).
        let rang = Span { from: call.arrived.seconds, to: talk.from };
        let anew = |(_, other): &(_, Call)| other.arrived.seconds > rang.from && other.arrived.seconds < rang.to;
        let is_given_up = talk.length() < ENDED_AT_ONCE && course.is_disturbed(rang) && course.calls.iter().any(anew);
        // As it starts it ends what its voice module took alone.
        let is_yet_away = |start: f64| course.registered_after(start).is_none_or(|at| at > talk.to);
        let is_starting = course.own_starts().any(|start| start <= talk.to && is_yet_away(start));
        let is_free =
            is_given_up || is_starting || course.is_disturbed(known) || course.unsealed.iter().any(|span| span.meets(known));
        let is_cut = matches!(call.ended, Some((_, EndedBy::Post | EndedBy::Silence))) && !is_free;
        let after = format!("{:.1} s", talk.length());
        let after_pl = after.replace('.', ",");
        let seen = is_cut
            .then(|| Bilingual::new(format!("the talk ended after {after}"), format!("rozmowa skończyła się po {after_pl}")));
        Some(Sample::breach(talk.to, seen))
    };
    course.calls.iter().filter_map(sample).collect()
}

/// A call that goes on ringing elsewhere is not given up.
fn given_up(course: &Course) -> Vec<Sample> {
    let least = course.limit("T44");
    let sample = |(_, call): &(_, Call)| {
        let ringing = Span { from: call.ringing?.seconds, to: course.lasts(call).to };
        let goes_on = course.calls.iter().any(|(_, other)| {
            other.invite.header(CASE_NUMBER) == call.invite.header(CASE_NUMBER)
                && (other.arrived.seconds - ringing.to).abs() < ELSEWHERE_WITHIN
                && other != call
        });
        let is_given_up = matches!(call.ended, Some((_, EndedBy::Cancelled)))
            && ringing.length() < least
            && !goes_on
            && !course.is_disturbed(ringing);
        let after = format!("{:.1} s", ringing.length());
        let after_pl = after.replace('.', ",");
        let seen = is_given_up
            .then(|| Bilingual::new(format!("given up after {after} of ringing"), format!("porzucono po {after_pl} dzwonienia")));
        Some(Sample::breach(ringing.to, seen))
    };
    course.calls.iter().filter_map(sample).collect()
}

/// A post that gives one operator up calls the next within so many seconds.
const ELSEWHERE_WITHIN: f64 = 3.0;
/// Seconds within which a post ends what is answered after it had given it up [EJ].
const ENDED_AT_ONCE: f64 = 0.5;

/// Late without a word is a patrol sent to where nobody waits any more.
fn kept_late(course: &Course) -> Vec<Sample> {
    let all = causes(course);
    let sample = |(_, call, cause): (usize, &Call, Cause)| {
        let arrived = call.arrived.seconds;
        let is_marked = is_marked_delayed(call) || course.headers.delayed.is_none();
        // One that nobody took is not offered for ever.
        let is_same = |first: usize| is_marked && matches!(all.get(first), Some(Cause::Kept(_)));
        if !matches!(cause, Cause::Kept(_)) && !matches!(cause, Cause::SameCase(first) if is_same(first)) {
            return None;
        }
        let returned = returned_before(course, arrived);
        let (en, pl) = named(call);
        let seen = if !is_marked {
            Some(both_of(&en, &pl, "not marked as delayed", "bez oznaczenia opóźnienia"))
        } else if arrived - returned > DELIVERED_WITHIN {
            Some(both_of(&en, &pl, "too long after the return", "zbyt późno po powrocie łączności"))
        } else {
            None
        };
        Some(Sample::breach(arrived, seen))
    };
    judged(course).filter_map(sample).collect()
}

/// Who reads of a delay asks himself whether anybody still waits: a press that was served at once is none, nor is a
/// talk that was lost in a cut of T22's length and is dialled again.
fn called_delayed(course: &Course) -> Vec<Sample> {
    let is_prompt = |call: &Call, cause: Cause| match cause {
        Cause::Press(contact) => course.contacts.get(contact).is_some_and(|contact| {
            let waited = Span { from: contact.closed, to: call.arrived.seconds };
            course.ready_at(contact.closed).is_some() && !course.is_disturbed(waited)
        }),
        Cause::SameCase(first) => course.calls.get(first).is_some_and(|(_, first)| {
            let between = Span { from: first.arrived.seconds, to: call.arrived.seconds };
            let cut: f64 = course.outages.iter().filter_map(|outage| outage.span.common(between)).map(Span::length).sum();
            !is_marked_delayed(first) && cut < HEALED_WITHOUT_PRESS
        }),
        _ => false,
    };
    let sample = |(_, call, cause): (usize, &Call, Cause)| {
        let (en, pl) = named(call);
        let told = || {
            both_of(
                &en,
                &pl,
                "marked as delayed though nothing had kept it",
                "oznaczone jako opóźnione, choć nic go nie wstrzymało",
            )
        };
        is_prompt(call, cause).then(|| Sample::breach(call.arrived.seconds, is_marked_delayed(call).then(told)))
    };
    judged(course).filter_map(sample).collect()
}

/// Of cuts up to so many seconds T22 speaks, and a margin for their stamps.
const HEALED_WITHOUT_PRESS: f64 = 20.5;

/// When the way to call came back: at the end of the last outage, or, where the post had to start anew, when it was
/// first registered after that, for which it has its own time (T19).
fn returned_before(course: &Course, arrived: f64) -> f64 {
    let ended = course.outages.iter().map(|outage| outage.span.to).filter(|to| *to <= arrived).fold(f64::NEG_INFINITY, f64::max);
    let started = course.own_starts().filter(|start| *start <= arrived).last();
    let joined = started.and_then(|start| course.bindings.iter().map(|binding| binding.at).find(|at| *at >= start));
    joined.filter(|joined| *joined <= arrived).map_or(ended, |joined| ended.max(joined))
}

/// T38: a kept press is delivered within so many seconds of the return, or not at all.
const DELIVERED_WITHIN: f64 = 60.0;

/// What the post itself says it keeps it has to deliver, where there is a way to call early enough.
fn kept_lost(course: &Course) -> Vec<Sample> {
    let kept = course.reports.iter().filter(|(_, report)| report.words.get(2).is_some_and(|word| word == "kept"));
    let sample = |(at, report): &(f64, crate::bench::Report)| {
        let number = report.argument("CALL")?;
        let restarted = course.own_starts().any(|start| start > *at && start < at + KEPT_FOR);
        let back = course.reachable().into_iter().find(|reachable| reachable.from > *at && reachable.from < at + KEPT_FOR)?;
        let due = Span { from: back.from, to: back.from + DELIVERED_WITHIN };
        if restarted || back.to < due.to {
            return None;
        }
        let mut calls = course.calls.iter().filter(|(_, call)| call.invite.header(CASE_NUMBER) == Some(number));
        let is_delivered = calls.any(|(_, call)| call.arrived.seconds > *at);
        let seen = (!is_delivered)
            .then(|| both!("press {number} was kept and never delivered", "naciśnięcie nr {number} zachowano i nie doręczono"));
        Some(Sample::breach(*at, seen))
    };
    kept.filter_map(sample).collect()
}

/// A kept press is dropped after so many seconds at the latest; up to then it is kept.
const KEPT_FOR: f64 = 540.0;
