//! Rules about what the console tells of presses and of calls: every press that was made, what became of its call, and
//! in the wording agreed on.
//!
//! A line that is not there is the post's only where every line that came could be read.

use super::calls::COUNT;
use super::cases::CASE_NUMBER;
use super::course::{Contact, Course};
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::bench::{Call, Report};
use crate::instrument::operator::{CallId, EndedBy};
use crate::rig::Role::{Button, Console, Operator};
use crate::unit::{Bilingual, Method, Quantity, both};

pub const RULES: &[Rule] = &[
    Rule { quantity: PRESSES, needs: &[Button, Console], limit: Bound::Never, look: presses },
    Rule { quantity: FATES, needs: &[Console, Operator], limit: Bound::Never, look: fates },
    Rule { quantity: ASTRAY, needs: &[Console, Operator], limit: Bound::Never, look: astray },
    Rule { quantity: SUMS, needs: &[Console], limit: Bound::Never, look: sums },
];

const PRESSES: Quantity = Quantity {
    key: "T36.watch.presses-untold",
    en: "presses that the console did not tell",
    pl: "naciśnięcia, o których konsola nie powiadomiła",
    method: Method::new(
        "PRESS lines on the console, against the button's sense input",
        "wiersze PRESS na konsoli, względem wejścia kontroli przycisku",
        "",
    ),
    requirement: "T36",
    ..COUNT
};
const FATES: Quantity = Quantity {
    key: "T36.watch.untrue-fates",
    en: "calls whose end the console told otherwise than the operator saw it",
    pl: "zgłoszenia, których zakończenie konsola podała niezgodnie ze stroną operatora",
    method: Method::new(
        "CALL lines on the console, against the calls at the operator's end",
        "wiersze CALL na konsoli, względem połączeń po stronie operatora",
        "",
    ),
    requirement: "T36",
    ..COUNT
};
const ASTRAY: Quantity = Quantity {
    key: "T36.watch.fates-of-no-call",
    en: "lines about what became of a call that bear the number of none",
    pl: "wiersze o dalszych losach zgłoszenia z numerem, którego nie miało żadne",
    ..FATES
};
const SUMS: Quantity = Quantity {
    key: "T36.watch.checksums-otherwise",
    en: "checksums on the console written otherwise than agreed",
    pl: "sumy kontrolne na konsoli zapisane inaczej, niż uzgodniono",
    method: Method::new("letters in the checksum of every console line", "litery w sumie kontrolnej każdego wiersza konsoli", ""),
    requirement: "T36",
    ..COUNT
};

/// An event is told within so many seconds: what T36 grants the clock of a log at the very most.
fn told_within(course: &Course) -> f64 {
    course.ceiling("T36")
}

/// Within so many seconds of its start a post need not have seen a press, and one that was closed before is none.
const BOOTS_WITHIN: f64 = 1.0;

fn is_readable(course: &Course, within: Span) -> bool {
    !course.garbled.iter().any(|at| within.holds(*at))
}

/// In whatever state the post is: who presses in a talk may be somebody else, and the log is where that can be found
/// out.
fn presses(course: &Course) -> Vec<Sample> {
    let late = told_within(course);
    let lines: Vec<f64> =
        course.reports.iter().filter(|(_, report)| report.argument("PRESS").is_some()).map(|(at, _)| *at).collect();
    let owed = |contact: &&Contact| {
        let around = Span { from: contact.began - BOOTS_WITHIN, to: contact.closed + late };
        let lives = !course.outages.iter().any(|outage| outage.kind.starts_firmware() && outage.span.meets(around))
            && !course.starts().any(|at| around.holds(at));
        contact.is_press(course) && lives && around.to <= course.span.to && is_readable(course, around)
    };
    // A line for each of those that have to have one, in their order; the line of any other may be taken for that of
    // one beside it.
    let mut used = vec![false; lines.len()];
    let sample = |contact: &Contact| {
        let within = Span { from: contact.began, to: contact.closed + late };
        let line = lines.iter().zip(&mut used).find(|(at, is_used)| within.holds(**at) && !**is_used);
        let is_told = line.map(|(_, is_used)| *is_used = true).is_some();
        let seen = (!is_told).then(|| Bilingual::from(("no PRESS line came", "wiersz PRESS nie nadszedł")));
        Sample::breach(contact.closed, seen)
    };
    course.contacts.iter().filter(owed).map(sample).collect()
}

/// A probe that resets the firmware may have stopped it so long before, in seconds, and what came meanwhile is lost on
/// it.
const STOPPED_BEFORE: f64 = 1.0;

/// Judged is only what both ends must know: a call that the operator turned away has failed, a talk that he ended has
/// ended.
fn fates(course: &Course) -> Vec<Sample> {
    let sample = |(at, report): &(f64, Report)| {
        let number = report.argument("CALL")?;
        let fate = report.words.get(2)?.as_str();
        let life = course.starts().filter(|start| start < at).fold(f64::NEG_INFINITY, f64::max);
        let of_case = |(_, call): &&(CallId, Call)| {
            let arrived = call.arrived.seconds;
            call.invite.header(CASE_NUMBER) == Some(number) && arrived > life && arrived < *at
        };
        let calls: Vec<&(CallId, Call)> = course.calls.iter().filter(of_case).collect();
        let (_, last) = calls.last()?;
        let (ended, by) = last.ended?;
        let told = Span { from: ended.seconds - 1.0, to: ended.seconds + told_within(course) };
        if !told.holds(*at) || course.is_disturbed(Span { from: last.arrived.seconds - 1.0, to: *at + STOPPED_BEFORE }) {
            return None;
        }
        let was_talk = last.confirmed.is_some() && by == EndedBy::Operator;
        let is_turned_away = |(id, call): &&(CallId, Call)| {
            call.answered.is_none() && (course.refused.contains_key(id) || matches!(call.ended, Some((_, EndedBy::Operator))))
        };
        let seen = match fate {
            "ended" if calls.iter().all(is_turned_away) => Some(both!(
                "call {number} told as ended, though it was turned away",
                "zgłoszenie nr {number} podano jako zakończone, choć je odrzucono"
            )),
            "failed" if was_talk => Some(both!(
                "call {number} told as failed, though the operator hung up",
                "zgłoszenie nr {number} podano jako nieudane, choć operator zakończył rozmowę"
            )),
            "ended" | "failed" => None,
            _ => return None,
        };
        Some(Sample::breach(*at, seen))
    };
    course.reports.iter().filter_map(sample).collect()
}

/// What rings, was answered or has ended was dialled before, under the same number.
fn astray(course: &Course) -> Vec<Sample> {
    let sample = |(at, report): &(f64, Report)| {
        let number = report.argument("CALL")?;
        let fate = report.words.get(2).filter(|fate| FATES_OF_CALLS.contains(&fate.as_str()))?;
        let life = course.starts().filter(|start| start < at).fold(f64::NEG_INFINITY, f64::max);
        let since = Span { from: life, to: *at };
        let is_dialled = |(when, earlier): &(f64, Report)| {
            since.holds(*when)
                && earlier.argument("CALL") == Some(number)
                && earlier.words.get(2).is_some_and(|word| DIALLED.contains(&word.as_str()))
        };
        let has_number =
            |(_, call): &(CallId, Call)| since.holds(call.arrived.seconds) && call.invite.header(CASE_NUMBER) == Some(number);
        let is_known = course.reports.iter().any(is_dialled) || course.calls.iter().any(has_number);
        // What was dialled before the scenario was told before it as well, and ends before anything is dialled in it.
        let is_new = |(when, earlier): &(f64, Report)| {
            when < at && earlier.words.get(2).is_some_and(|word| DIALLED.contains(&word.as_str()))
        };
        let is_old = *at < course.owed_until || !course.reports.iter().any(is_new);
        if !is_readable(course, since) || is_old || course.headers.press.is_none() {
            return None;
        }
        let seen = (!is_known).then(|| both!("call {number} {fate}", "zgłoszenie nr {number}: {fate}"));
        Some(Sample::breach(*at, seen))
    };
    course.reports.iter().filter_map(sample).collect()
}
/// What may be told of a call that was dialled, and how that was told.
const FATES_OF_CALLS: [&str; 3] = ["ringing", "connected", "ended"];
const DIALLED: [&str; 2] = ["dialled", "delayed"];

/// Single lines may owe it to the line; where all that have a letter there have a small one, and not one came garbled,
/// it is how the post writes. Told once.
fn sums(course: &Course) -> Vec<Sample> {
    let lettered: Vec<(f64, bool)> =
        course.reports.iter().filter_map(|(at, report)| Some((*at, report.is_sum_in_capitals?))).collect();
    let Some((first, _)) = lettered.first() else { return Vec::new() };
    let is_otherwise = lettered.len() >= LETTERED && lettered.iter().all(|(_, capitals)| !capitals) && course.garbled.is_empty();
    let told = || Bilingual::from(("small letters where capitals were agreed", "małe litery zamiast uzgodnionych wielkich"));
    vec![Sample::breach(*first, is_otherwise.then(told))]
}

/// So many lines say how a post writes.
const LETTERED: usize = 3;
