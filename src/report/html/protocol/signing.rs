//! What is signed: defects with their dates and retests, what the protocol does not say, the decision.

use super::super::words::{self as common, say};
use super::{cell, heading, or_blank, table, words};
use crate::report::protocol::{Class, Defect, KnownDefect, Protocol, Seen, State};
use crate::report::words as shared;
use crate::unit::Lang;
use maud::{Markup, html};

/// Lines to sign on where nobody is named.
const BLANK_SIGNATURES: usize = 4;

pub(super) fn defects(protocol: &Protocol, lang: Lang) -> Markup {
    let found: Vec<Vec<Markup>> = protocol.defects.iter().map(|defect| found(defect, lang)).collect();
    let known = protocol.case.iter().flat_map(|case| &case.defects).filter(|defect| defect.scenario.is_none());
    let known: Vec<Vec<Markup>> = known.map(|defect| told(defect, lang)).collect();
    html! {
        section {
            (heading(protocol, words::DEFECTS, lang))
            p { (say(lang, words::CLASSES)) }
            h3 { (say(lang, words::FOUND)) }
            @if found.is_empty() { p { (say(lang, words::NONE_FOUND)) } }
            @else {
                (table("defects", &[words::DEFECT, words::FIRST_FOUND, words::RETEST, words::STATE, words::CLASS, words::REMOVE_BY], &found, lang))
            }
            @if !known.is_empty() {
                h3 { (say(lang, words::KNOWN)) }
                (table("", &[words::DEFECT, words::CLASS, words::REMOVE_BY, words::STATE], &known, lang))
            }
        }
    }
}

/// The letter, or three boxes of which one is crossed.
fn class(class: Option<Class>) -> Markup {
    html! {
        @match class {
            Some(class) => (class.letter()),
            None => { span.boxes { @for class in Class::ALL { "☐\u{a0}" (class.letter()) " " } } },
        }
    }
}

fn found(defect: &Defect, lang: Lang) -> Vec<Markup> {
    let (kind, word) = match defect.state {
        State::Removed => ("good", words::REMOVED),
        State::Stands => ("bad", words::STANDS),
        State::NotRetested => ("bad", words::NO_RETEST),
    };
    let due = defect.remove_by.map(|date| date.show(lang));
    vec![
        html! {
            (defect.number) ". "
            @if let Some(requirement) = &defect.requirement { (requirement) ", " }
            (defect.id) " " (defect.name)
            @if let Some(remark) = &defect.remark { small { (remark) } }
        },
        seen(&defect.first, lang),
        html! {
            @if defect.retests.is_empty() { (say(lang, words::NO_RETEST)) }
            @for retest in &defect.retests { div { (seen(retest, lang)) } }
        },
        html! { span class={ "verdict " (kind) } { (say(lang, word)) } },
        class(defect.class),
        or_blank(due.as_deref(), lang),
    ]
}

/// The figure of a run beside its limit; where none decided, the verdict.
fn seen(seen: &Seen, lang: Lang) -> Markup {
    html! {
        (say(lang, words::IN_RUN)) " " (seen.run + 1) ": "
        @match &seen.figure {
            Some(figure) => {
                @let one = &figure.measurement;
                (one.name(lang)) ": " strong { (super::figure(one, lang)) }
                ", " (shared::words(lang).required) " " (super::required(one, lang))
                small.quiet { (say(lang, words::LINE)) " " (figure.line) }
            },
            None => (shared::verdict(seen.result.ending().as_ref(), lang)),
        }
    }
}

fn told(defect: &KnownDefect, lang: Lang) -> Vec<Markup> {
    let due = defect.remove_by.map(|date| date.show(lang));
    let state = match defect.removed {
        Some(date) => html! { span.verdict.good { (say(lang, words::REMOVED)) } " " (date.show(lang)) },
        None => html! { span.verdict.bad { (say(lang, words::STANDS)) } },
    };
    vec![cell(&defect.what), class(defect.class), or_blank(due.as_deref(), lang), state]
}

pub(super) fn limitations(protocol: &Protocol, lang: Lang) -> Markup {
    let kind = if protocol.is_simulated() { shared::words(lang).simulated } else { say(lang, words::REAL_ONLY) };
    html! {
        section {
            (heading(protocol, words::LIMITATIONS, lang))
            ul {
                li { (kind) }
                li { (shared::words(lang).scope) }
                li { (say(lang, words::SAMPLE)) }
                li { (say(lang, words::NOT_MEASURED)) }
            }
        }
    }
}

pub(super) fn decision(protocol: &Protocol, lang: Lang) -> Markup {
    let is_open = protocol.reasons.is_empty();
    let choices = if is_open { &words::DECISIONS[..] } else { &words::DECISIONS_BARRED[..] };
    let members = protocol.case.as_ref().map_or(&[][..], |case| &case.commission);
    let mut rows: Vec<Vec<Markup>> = Vec::new();
    for member in members {
        let of = member.of.as_ref().map(|of| format!(", {of}")).unwrap_or_default();
        rows.push(vec![cell(&member.name), cell(format!("{}{of}", member.role)), html! { span.sign {} }]);
    }
    for _ in rows.len()..if members.is_empty() { BLANK_SIGNATURES } else { 0 } {
        rows.push(vec![or_blank(None, lang), or_blank(None, lang), html! { span.sign {} }]);
    }
    html! {
        section #decision {
            (heading(protocol, words::DECISION, lang))
            @if protocol.is_simulated() { p.virtual-note { (say(lang, common::VIRTUAL)) ". " (say(lang, words::EXERCISE)) } }
            @if !is_open { p { (say(lang, words::BARRED_SHORT)) } }
            ul.choices { @for choice in choices { li { "☐ " (say(lang, *choice)) } } }
            (table("", &[words::PERSON, words::ROLE, words::SIGNATURE], &rows, lang))
        }
    }
}
