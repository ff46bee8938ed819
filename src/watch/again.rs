//! Rules about cases that come again: dialled again too often, past the server that serves, beside the press that took
//! their place, and when they were given up.

use super::calls::{COUNT, both_of, named};
use super::cases::{CASE_NUMBER, Cause, causes};
use super::course::{Course, RECOVERS_WITHIN};
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::bench::{Call, Report};
use crate::instrument::operator::{CallId, Server};
use crate::rig::Role::{Button, Console, Operator};
use crate::unit::{Bilingual, Method, Quantity, both};

pub const RULES: &[Rule] = &[
    Rule { quantity: DIALLED_ON, needs: &[Console, Operator], limit: Bound::Never, look: dialled_on },
    Rule { quantity: PAST_MAIN, needs: &[Operator], limit: Bound::Never, look: past_main },
    Rule { quantity: TOO_OLD, needs: &[Button, Operator], limit: Bound::Never, look: too_old },
    Rule { quantity: AFTER_REFUSAL, needs: &[Console, Operator], limit: Bound::Never, look: after_refusal },
    Rule { quantity: NUMBERED_APART, needs: &[Console, Operator], limit: Bound::Never, look: numbered_apart },
    Rule { quantity: SECOND_CASES, needs: &[Button, Operator], limit: Bound::Never, look: second_cases },
];

const DIALLED_ON: Quantity = Quantity {
    key: "T39.watch.dialled-again-and-again",
    en: "cases dialled again and again within one registration",
    pl: "sprawy, w których dzwoniono raz za razem w ramach jednej rejestracji",
    method: Method::new(
        "CALL lines on the console, against the registrations accepted",
        "wiersze CALL na konsoli, względem przyjętych rejestracji",
        "",
    ),
    requirement: "T39",
    ..COUNT
};
const SECOND_CASES: Quantity = Quantity {
    key: "T33.watch.second-cases",
    en: "presses while a call was lost that became a case beside it",
    pl: "naciśnięcia po utracie połączenia, z których obok wznowionego zgłoszenia powstała druga sprawa",
    ..COUNT
};

const PAST_MAIN: Quantity = Quantity {
    key: "T09.watch.calls-past-the-main-server",
    en: "calls sent to the backup server although the main one served",
    pl: "zgłoszenia wysłane na serwer zapasowy, choć główny działał",
    method: Method::new(
        "every INVITE at the backup server, against registrations, refusals and outages since the last one at the main server",
        "każdy INVITE na serwerze zapasowym względem rejestracji, odmów i przerw od ostatniej rejestracji na głównym",
        "RFC 3263, 4.3",
    ),
    requirement: "T09",
    ..COUNT
};

const NUMBERED_APART: Quantity = Quantity {
    key: "T33.watch.numbers-apart",
    en: "calls with another number than the console gives them",
    pl: "zgłoszenia o innym numerze niż podany na konsoli",
    method: Method::new(
        "number of every call, against the CALL lines on the console since the firmware began",
        "numer każdego zgłoszenia względem wierszy CALL na konsoli od startu oprogramowania",
        "",
    ),
    ..COUNT
};
const TOO_OLD: Quantity = Quantity {
    key: "T38.watch.kept-presses-too-old",
    en: "kept presses that became a call after more than ten minutes",
    pl: "zachowane naciśnięcia, z których zgłoszenie powstało po ponad dziesięciu minutach",
    requirement: "T38",
    ..COUNT
};
const AFTER_REFUSAL: Quantity = Quantity {
    key: "T38.watch.refused-presses-delivered",
    en: "presses told as refused that became a call",
    pl: "naciśnięcia zgłoszone jako odrzucone, z których powstało zgłoszenie",
    method: Method::new(
        "CALL lines on the console, against the numbers of calls",
        "wiersze CALL na konsoli względem numerów zgłoszeń",
        "",
    ),
    requirement: "T38",
    ..COUNT
};

/// Seconds after which a kept press is given up (post protocol, section 4) [EJ]: whoever pressed has gone, or has found
/// another way.
const KEPT_FOR: f64 = 600.0;

/// Seconds after a call's arrival within which the console has said so.
const TOLD_WITHIN: f64 = 2.0;

/// From here on it is the server that fails (RFC 3261, 21.5), not the request or whoever is called.
const SERVER_FAILURE: u16 = 500;

/// What a lost call is worth within one registration (post protocol, section 4): dialled, and at once once more. A kept
/// press is dialled once.
const fn dials_at_most(fate: &str) -> Option<usize> {
    match fate.as_bytes() {
        b"dialled" => Some(2),
        b"delayed" => Some(1),
        _ => None,
    }
}

/// Who is registered at the main server turns to another one only where it does not answer or says that it cannot
/// serve.
fn past_main(course: &Course) -> Vec<Sample> {
    let sample = |(_, call): &(CallId, Call)| {
        let at = call.arrived.seconds;
        let home = course.bindings.iter().rfind(|binding| binding.at < at).filter(|binding| binding.is_primary)?;
        let since = Span { from: home.at - RECOVERS_WITHIN, to: at };
        let unserved = |(id, other): &(CallId, Call)| {
            since.holds(other.arrived.seconds) && course.refused.get(id).is_some_and(|status| *status >= SERVER_FAILURE)
        };
        let is_excused = course.outages.iter().any(|outage| outage.span.meets(since))
            || course.swallowed.iter().chain(&course.attempts).any(|at| since.holds(*at))
            || course.calls.iter().any(unserved);
        // Whoever is at home at both may choose, and the second operator may be known to the backup server alone.
        let is_at_home = course.bindings.iter().any(|own| !own.is_primary && own.at < at && at < own.at + own.granted);
        let is_first = course.callees.first().is_some_and(|first| first == call.callee());
        let is_past = call.server == Server::Backup && is_first && !is_at_home && !is_excused;
        let (en, pl) = named(call);
        Some(Sample::breach(at, is_past.then(|| Bilingual::new(en, pl))))
    };
    course.calls.iter().filter_map(sample).collect()
}

/// Only where the console has said something of calls since the firmware began, and no line was spoiled.
fn numbered_apart(course: &Course) -> Vec<Sample> {
    let sample = |(_, call): &(CallId, Call)| {
        let at = call.arrived.seconds;
        let since = course.starts().filter(|start| *start <= at).fold(course.span.from, f64::max);
        let so_far = Span { from: since, to: at + TOLD_WITHIN };
        let dials = |(when, report): &(f64, Report)| {
            let number = report.argument("CALL").filter(|_| so_far.holds(*when))?.to_owned();
            dials_at_most(report.words.get(2)?).map(|_| number)
        };
        let told: Vec<String> = course.reports.iter().filter_map(dials).collect();
        let number = call.invite.header(CASE_NUMBER)?;
        if told.is_empty() || at < course.owed_until || course.garbled.iter().any(|spoiled| so_far.holds(*spoiled)) {
            return None;
        }
        let (en, pl) = named(call);
        Some(Sample::breach(at, told.iter().all(|told| told != number).then(|| Bilingual::new(en, pl))))
    };
    course.calls.iter().filter_map(sample).collect()
}

fn too_old(course: &Course) -> Vec<Sample> {
    let kept = causes(course).into_iter().zip(&course.calls).filter_map(|(cause, (_, call))| match cause {
        Cause::Kept(index) => Some((call, course.contacts.get(index)?.closed)),
        _ => None,
    });
    // Of several that waited the console says which was kept.
    let told = |call: &Call| {
        let since = course.starts().filter(|start| *start <= call.arrived.seconds).fold(f64::NEG_INFINITY, f64::max);
        let is_its = |(at, report): &&(f64, Report)| {
            Span { from: since, to: call.arrived.seconds }.holds(*at)
                && report.argument("CALL") == call.invite.header(CASE_NUMBER)
                && report.words.get(2).is_some_and(|word| word == "kept")
        };
        course.reports.iter().find(is_its).map(|(at, _)| *at)
    };
    let sample = |(call, pressed): (&Call, f64)| {
        let (at, (en, pl)) = (call.arrived.seconds, named(call));
        let pressed = told(call).map_or(pressed, |told| told.min(pressed));
        let is_old = at - pressed > KEPT_FOR + course.inputs_within + call.arrived.uncertainty;
        Sample::breach(at, is_old.then(|| Bilingual::new(en, pl)))
    };
    kept.map(sample).collect()
}

/// What the post says of a press is what becomes of it, until it starts anew and counts its presses anew.
fn after_refusal(course: &Course) -> Vec<Sample> {
    let sample = |(at, report): &(f64, Report)| {
        let (number, fate) = (report.argument("CALL")?, report.words.get(2)?);
        let until = course.starts().filter(|start| start > at).fold(f64::INFINITY, f64::min);
        let became = course.calls.iter().map(|(_, call)| call).find(|call| {
            Span { from: *at, to: until }.holds(call.arrived.seconds) && call.invite.header(CASE_NUMBER) == Some(number)
        });
        let seen = became.filter(|_| *fate == "refused").map(|call| {
            let (en, pl) = named(call);
            Bilingual::new(en, pl)
        });
        Some(Sample::breach(*at, seen))
    };
    course.reports.iter().filter_map(sample).collect()
}

/// Whoever has to be told something dials on until somebody hears it; thirty of them at once are a storm.
fn dialled_on(course: &Course) -> Vec<Sample> {
    let dials = |(at, report): &(f64, Report)| {
        let number = report.argument("CALL")?.to_owned();
        let fate = report.words.get(2)?.to_owned();
        Some((*at, number, dials_at_most(&fate)?, fate))
    };
    let dials: Vec<(f64, String, usize, String)> = course.reports.iter().filter_map(dials).collect();
    let anew = |within: Span| {
        course.bindings.iter().any(|binding| within.holds(binding.at))
            || course.reports.iter().any(|(at, report)| within.holds(*at) && report.argument("BOOT").is_some())
    };
    let sample = |(index, (at, number, most, fate)): (usize, &(f64, String, usize, String))| {
        let earlier = dials.iter().take(index).rev().filter(|(_, other, _, theirs)| other == number && theirs == fate);
        let times = 1 + earlier.take_while(|(earlier, ..)| !anew(Span { from: *earlier, to: *at })).count();
        let seen = (times == most + 1)
            .then(|| both!("press {number} was dialled {times} times", "z naciśnięcia nr {number} dzwoniono {times} razy"));
        Sample::breach(*at, seen)
    };
    dials.iter().enumerate().map(sample).collect()
}

/// A post that rings in vain asks the next at once (T08); a margin in seconds.
const HUNTS_ON_WITHIN: f64 = 1.0;

/// A press while a lost call waits takes its place: one person, one case.
fn second_cases(course: &Course) -> Vec<Sample> {
    let causes = causes(course);
    let arrived = |index: usize| course.calls.get(index).map(|(_, call)| call.arrived.seconds);
    // Who rang in vain and is sought elsewhere has lost nothing: his call was ended in so many words, and the next is
    // there at once.
    let was_lost = |first: usize, index: usize| {
        let is_of_case = |(other, cause): &(usize, &Cause)| *other == first || **cause == Cause::SameCase(first);
        let before = causes.iter().enumerate().take(index).rfind(is_of_case);
        let Some((_, before)) = before.and_then(|(before, _)| course.calls.get(before)) else { return false };
        let is_over =
            |(ended, _): (crate::bench::Moment, _)| arrived(index).is_some_and(|at| at - ended.seconds < HUNTS_ON_WITHIN);
        before.confirmed.is_some() || !before.ended.is_some_and(is_over)
    };
    // From the first call of a case that was lost and dialled again to the last.
    let again = causes.iter().enumerate().filter_map(|(index, cause)| match cause {
        Cause::SameCase(first) if was_lost(*first, index) => Some(Span { from: arrived(*first)?, to: arrived(index)? }),
        _ => None,
    });
    let again: Vec<Span> = again.collect();
    let sample = |(cause, (_, call)): (&Cause, &(_, crate::bench::Call))| {
        let (Cause::Press(contact) | Cause::Kept(contact)) = cause else { return None };
        let pressed = course.contacts.get(*contact)?.closed;
        let (en, pl) = named(call);
        let seen = again.iter().any(|case| case.holds(pressed)).then(|| {
            both_of(
                &en,
                &pl,
                "pressed while another call was lost that was dialled again as well",
                "naciśnięcie w czasie utraty innego połączenia, które także ponowiono",
            )
        });
        Some(Sample::breach(call.arrived.seconds, seen))
    };
    causes.iter().zip(&course.calls).filter_map(sample).collect()
}
