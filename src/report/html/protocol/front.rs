//! The first page: whether something stands against the acceptance, and how much was looked at.

use super::super::words::{self as common, say};
use super::{pairs, words};
use crate::report::protocol::{Protocol, State};
use crate::unit::Lang;
use maud::{Markup, html};

pub(super) fn front(protocol: &Protocol, title: &str, lang: Lang) -> Markup {
    let heading = protocol.case.as_ref().and_then(|case| case.protocol.as_ref());
    let rows = [
        (words::NUMBER, heading.and_then(|heading| heading.number.clone())),
        (words::DATE, heading.map(|heading| heading.date.show(lang))),
        (words::PLACE_OF_SIGNING, heading.and_then(|heading| heading.place.clone())),
        (words::STAGE, heading.and_then(|heading| Some(heading.stage?.shown(lang).to_string()))),
    ];
    let (class, word) = if protocol.is_simulated() { ("tag virtual", common::VIRTUAL) } else { ("tag", common::REAL) };
    html! {
        @if protocol.is_simulated() { p.virtual-note { (say(lang, common::VIRTUAL)) ". " (say(lang, words::EXERCISE)) } }
        h1 { (title) " " span class=(class) { (say(lang, word)) } }
        (pairs(&rows, lang))
        (standing(protocol, lang))
        (at_a_glance(protocol, lang))
    }
}

fn standing(protocol: &Protocol, lang: Lang) -> Markup {
    html! {
        @if protocol.reasons.is_empty() {
            div.outcome.good { p { (say(lang, words::OPEN)) } }
        } @else {
            div.outcome.bad role="alert" {
                p.word { strong { (say(lang, words::BARRED)) } }
                ul { @for reason in &protocol.reasons { li { (reason.show(lang)) } } }
                p { (say(lang, words::BARRED_SO)) }
            }
        }
    }
}

fn at_a_glance(protocol: &Protocol, lang: Lang) -> Markup {
    let passed = protocol.checks.iter().filter(|check| check.counting().is_some_and(|(_, result)| result.has_passed())).count();
    let covered = protocol.requirements.iter().filter(|one| one.is_covered()).count();
    let clauses = protocol.case.as_ref().map_or(0, |case| case.clauses.len());
    let (uncovered, found) = (protocol.uncovered_clauses().len(), protocol.defects.len());
    let open = protocol.defects.iter().filter(|defect| defect.state != State::Removed).count();
    let (checks, requirements) = (protocol.checks.len(), protocol.requirements.len());
    let told = |en: String, pl: String| Some(if lang == Lang::Pl { pl } else { en });
    let mut rows = vec![
        (words::CHECKS, told(format!("passed: {passed} of {checks}"), format!("zaliczone: {passed} z {checks}"))),
        (
            words::REQUIREMENTS,
            told(
                format!("tried: {covered} of {requirements} (the rest: part 7)"),
                format!("sprawdzone: {covered} z {requirements} (pozostałe: część 7)"),
            ),
        ),
        (words::DEFECTS_IN_SHORT, told(format!("{found} (open: {open})"), format!("{found} (nieusunięte: {open})"))),
    ];
    if clauses > 0 {
        let full = clauses - uncovered;
        let covered = told(format!("covered in full: {full} of {clauses}"), format!("z pełnym pokryciem: {full} z {clauses}"));
        rows.push((words::CLAUSES, covered));
    }
    html! { section aria-label=(say(lang, words::AT_A_GLANCE)) { (pairs(&rows, lang)) } }
}
