//! Rules about the city's camera system: each press that becomes a call calls up this post's camera, in time, once, and
//! nothing else does.

use super::calls::obliging;
use super::cases::{Cause, causes};
use super::course::{Contact, Course};
use super::reports::CalledUp;
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::rig::Role::{Button, Cameras, Operator};
use crate::unit::{Bilingual, Method, Quantity, Unit, combine};

pub const RULES: &[Rule] = &[
    Rule { quantity: UNSEEN, needs: &[Button, Operator, Cameras], limit: Bound::Never, look: unseen },
    Rule { quantity: TO_EVENT, needs: &[Button, Operator, Cameras], limit: Bound::Ceiling, look: to_event },
    Rule { quantity: NEEDLESS, needs: &[Button, Operator, Cameras], limit: Bound::Never, look: needless },
    Rule { quantity: ELSEWHERE, needs: &[Operator, Cameras], limit: Bound::Never, look: elsewhere },
];

const UNSEEN: Quantity = Quantity {
    key: "T37.watch.presses-unseen",
    unit: Unit::Count,
    en: "presses that called up no camera",
    pl: "naciśnięcia, które nie przywołały kamery",
    method: Method::new(
        "every event at the camera system (HTTP), against the button's sense input",
        "każde zdarzenie w systemie monitoringu (HTTP) względem wejścia kontroli przycisku",
        "RFC 9110",
    ),
    requirement: "T37",
};
const TO_EVENT: Quantity = Quantity {
    key: "T37.watch.press-to-camera-event",
    unit: Unit::Second,
    en: "press to camera event, longest in the scenario",
    pl: "od naciśnięcia do zdarzenia w monitoringu, najdłużej w scenariuszu",
    method: Method::new(
        "button's sense input to reception of the event's last byte (HTTP)",
        "od wejścia kontroli przycisku do odebrania ostatniego bajtu zdarzenia (HTTP)",
        "RFC 9110",
    ),
    ..UNSEEN
};
const NEEDLESS: Quantity = Quantity {
    key: "T37.watch.needless-camera-events",
    en: "camera events beyond one for each press",
    pl: "zdarzenia w monitoringu ponad jedno na naciśnięcie",
    ..UNSEEN
};
const ELSEWHERE: Quantity = Quantity {
    key: "T37.watch.other-cameras",
    en: "camera events of this post that name another camera",
    pl: "zdarzenia tego punktu, które wskazują inną kamerę",
    ..UNSEEN
};

/// An event so late is of no press any more, unless something stood in its way.
const OF_PRESS_WITHIN: f64 = 10.0;
/// What stood in its way may keep it as long as a press is kept: it is dropped after ten minutes at the latest (T38),
/// and called up within one.
const KEPT_WITHIN: f64 = 660.0;

/// An answer is with the post within so many seconds, or was lost.
const ANSWER_WITHIN: f64 = 1.0;
/// What was tried in vain while there was no way to the camera system is tried again so soon [EJ].
const AGAIN_WITHIN: f64 = 30.0;

/// The presses that had to call up a camera which could be called up, each with the first event for it.
fn owed(course: &Course) -> Vec<(f64, Option<CalledUp>)> {
    let patience = course.ceiling("T37") + 1.0;
    let mut owed = Vec::new();
    let mut next = 0;
    for (at, call) in obliging(course) {
        let within = Span { from: at, to: at + patience };
        // A press without a call is found by another rule, and a system that does not take events has none to show.
        if call.is_none() || course.span.to < within.to || !course.cameras_take(within) {
            continue;
        }
        let is_for_it =
            |event: &CalledUp| event.is_named && event.at >= at - course.inputs_within && event.at < at + OF_PRESS_WITHIN;
        let found = course.called_up.iter().enumerate().skip(next).find(|(_, event)| is_for_it(event));
        next = found.map_or(next, |(index, _)| index + 1);
        owed.push((at, found.map(|(_, event)| *event)));
    }
    owed
}

fn unseen(course: &Course) -> Vec<Sample> {
    let sample = |(at, event): (f64, Option<CalledUp>)| {
        let seen = event.is_none().then(|| ("no event of this point came", "nie nadeszło zdarzenie tego punktu").into());
        Sample::breach(at, seen)
    };
    owed(course).into_iter().chain(owed_for_kept(course)).map(sample).collect()
}

/// A press that was kept calls up a camera too: from the press on, and at the latest soon after it was delivered.
fn owed_for_kept(course: &Course) -> Vec<(f64, Option<CalledUp>)> {
    let owed = |(cause, (_, call)): (Cause, &(_, crate::bench::Call))| {
        let Cause::Kept(index) = cause else { return None };
        let (arrived, pressed) = (call.arrived.seconds, course.contacts.get(index)?.began);
        let due = Span { from: arrived, to: arrived + course.ceiling("T37") + AGAIN_WITHIN };
        let is_owed = due.to <= course.span.to && course.cameras_take(due) && !course.is_disturbed(due);
        let is_for_it = |event: &&CalledUp| event.is_named && event.at >= pressed && event.at <= due.to;
        is_owed.then(|| (arrived, course.called_up.iter().rfind(is_for_it).copied()))
    };
    causes(course).into_iter().zip(&course.calls).filter_map(owed).collect()
}

fn to_event(course: &Course) -> Vec<Sample> {
    let sample = |(at, event): (f64, Option<CalledUp>)| {
        let event = event?;
        let within = combine(&[course.inputs_within, event.uncertainty]);
        Some(Sample::seconds(at, event.at - at, within, ("the event came late", "zdarzenie nadeszło za późno").into()))
    };
    owed(course).into_iter().filter_map(sample).collect()
}

/// Each contact excuses one event; one that was sent again because its first sending had come to nothing is the same
/// event.
fn needless(course: &Course) -> Vec<Sample> {
    let mut used: Vec<Option<f64>> = vec![None; course.contacts.len()];
    let taken = course.called_up.iter().filter(|event| event.is_named && event.taken);
    let sample = |event: &CalledUp| {
        let excuses = |contact: &Contact, used: Option<f64>| {
            let waited = Span { from: contact.began - course.inputs_within - event.uncertainty, to: event.at };
            // An answer that was lost on its way is no answer.
            let was_in_way = course.is_disturbed(waited) || !course.cameras_take(waited);
            let within = if was_in_way { KEPT_WITHIN } else { OF_PRESS_WITHIN };
            // One that was taken, and whose answer nothing can have kept away, is not sent again.
            let is_answered = |at: f64| {
                let answered = Span { from: at - ANSWER_WITHIN, to: at + ANSWER_WITHIN };
                !course.is_disturbed(answered) && course.cameras_take(answered)
            };
            let is_free = used.is_none_or(|at| !is_answered(at));
            is_free && contact.may_be_press(course) && waited.from <= event.at && waited.length() <= within
        };
        let of = |index: &usize| course.contacts.get(*index).zip(used.get(*index));
        let found =
            (0..course.contacts.len()).rev().find(|index| of(index).is_some_and(|(contact, used)| excuses(contact, *used)));
        if let Some(used) = found.and_then(|index| used.get_mut(index)) {
            *used = Some(event.at);
        }
        // What was pressed before the scenario may still be on its way.
        let is_needless = found.is_none() && event.at >= course.owed_until;
        let seen: Option<Bilingual> =
            is_needless.then(|| ("no press had asked for this event", "o to zdarzenie nie prosiło żadne naciśnięcie").into());
        Sample::breach(event.at, seen)
    };
    taken.map(sample).collect()
}

fn elsewhere(course: &Course) -> Vec<Sample> {
    let sample = |event: &CalledUp| {
        let seen =
            (!event.is_named).then_some(("the event named no camera of this post", "zdarzenie nie wskazało kamery tego punktu"));
        Sample::breach(event.at, seen.map(Bilingual::from))
    };
    course.called_up.iter().filter(|event| event.is_named || event.is_posts).map(sample).collect()
}
