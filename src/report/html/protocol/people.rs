//! What only people know: parties, object, commission; documents, trial run and training.

use super::super::words::say;
use super::{cell, heading, or_blank, pairs, table, words};
use crate::report::protocol::{CaseFile, Protocol};
use crate::report::words as common;
use crate::unit::Lang;
use maud::{Markup, html};

/// Rows to write on where the file of the case names nobody.
const BLANK_ROWS: usize = 3;

pub(super) fn people(protocol: &Protocol, lang: Lang) -> Markup {
    let case = protocol.case.as_ref();
    html! {
        section {
            (heading(protocol, words::PARTIES, lang))
            (parties(case, lang))
        }
        section {
            (heading(protocol, words::OBJECT, lang))
            (object(protocol, lang))
        }
        section {
            (heading(protocol, words::COMMISSION, lang))
            (commission(case, lang))
            (pairs(&[(words::WEATHER, case.and_then(|case| case.weather.clone()))], lang))
        }
    }
}

fn parties(case: Option<&CaseFile>, lang: Lang) -> Markup {
    let contract = case.and_then(|case| case.contract.as_ref());
    let number = contract.map(|contract| match contract.date {
        Some(date) => format!("{} {} {}", contract.number, say(lang, words::OF_DAY), date.show(lang)),
        None => contract.number.clone(),
    });
    let mut rows = vec![(words::CONTRACT, number)];
    rows.push((words::SUBJECT, contract.and_then(|contract| contract.subject.clone())));
    let parties = case.map_or(&[][..], |case| &case.parties);
    html! {
        (pairs(&rows, lang))
        dl.run {
            @for party in parties {
                div {
                    dt { (party.side.shown(lang)) }
                    dd {
                        (party.name)
                        @if let Some(address) = &party.address { br; (address) }
                        @if let Some(person) = &party.represented_by { br; (say(lang, words::REPRESENTED)) ": " (person) }
                    }
                }
            }
            @if parties.is_empty() {
                @for side in [("ordering party", "zamawiający"), ("contractor", "wykonawca")] {
                    div { dt { (say(lang, side)) } dd { (or_blank(None, lang)) } }
                }
            }
        }
    }
}

fn object(protocol: &Protocol, lang: Lang) -> Markup {
    let case = protocol.case.as_ref();
    let object = case.and_then(|case| case.object.as_ref());
    let Some(last) = protocol.runs.last() else { return html! {} };
    let post = &last.header.post;
    let rows = [
        (words::POINT, Some(format!("{}, {}", post.identity, post.place))),
        (words::OBJECT_NAME, object.map(|object| object.name.clone())),
        (words::ADDRESS, object.and_then(|object| object.address.clone())),
        (words::COORDINATES, object.and_then(|object| object.coordinates.clone())),
        (words::VARIANT, Some(common::profile(&post.profile, lang).to_string())),
        (words::CHIP, Some(post.chip.clone())),
        (words::FIRMWARE, Some(post.firmware.clone())),
        (words::FIRMWARE_HASH, Some(super::grouped(&post.firmware_sha256))),
    ];
    let serials = case.map_or(&[][..], |case| &case.serial_numbers);
    let mut numbers: Vec<Vec<Markup>> = serials.iter().map(|one| vec![cell(&one.of), cell(&one.number)]).collect();
    if numbers.is_empty() {
        numbers = vec![vec![or_blank(None, lang), or_blank(None, lang)]];
    }
    html! {
        (pairs(&rows, lang))
        h3 { (say(lang, words::SERIALS)) }
        (table("", &[words::PART, words::SERIAL], &numbers, lang))
    }
}

fn commission(case: Option<&CaseFile>, lang: Lang) -> Markup {
    let members = case.map_or(&[][..], |case| &case.commission);
    let mut rows: Vec<Vec<Markup>> =
        members.iter().map(|member| vec![cell(&member.name), cell(&member.role), or_blank(member.of.as_deref(), lang)]).collect();
    if rows.is_empty() {
        rows = vec![vec![or_blank(None, lang), or_blank(None, lang), or_blank(None, lang)]; BLANK_ROWS];
    }
    table("", &[words::PERSON, words::ROLE, words::ON_BEHALF], &rows, lang)
}

pub(super) fn papers(protocol: &Protocol, lang: Lang) -> Markup {
    let case = protocol.case.as_ref();
    let documents = case.map_or(&[][..], |case| &case.documents);
    let mut rows: Vec<Vec<Markup>> = Vec::new();
    for document in documents {
        let handed = if document.handed_over {
            html! { span.verdict.good { (say(lang, super::common::YES)) } }
        } else {
            html! { span.verdict.bad { (say(lang, words::OWED)) } }
        };
        rows.push(vec![cell(&document.name), cell(document.number.as_deref().unwrap_or("–")), handed]);
    }
    if rows.is_empty() {
        rows = vec![vec![or_blank(None, lang), or_blank(None, lang), or_blank(None, lang)]; BLANK_ROWS];
    }
    html! {
        section {
            (heading(protocol, words::PAPERS, lang))
            h3 { (say(lang, words::DOCUMENTS)) }
            (table("", &[words::DOCUMENT, words::NUMBER, words::HANDED_OVER], &rows, lang))
            h3 { (say(lang, words::TRIAL)) }
            (trial_run(case, lang))
            h3 { (say(lang, words::TRAINING)) }
            (training(case, lang))
        }
    }
}

fn trial_run(case: Option<&CaseFile>, lang: Lang) -> Markup {
    let trial = case.and_then(|case| case.trial_run.as_ref());
    let rows = [
        (words::PERIOD, trial.map(|trial| format!("{} – {}", trial.from.show(lang), trial.to.show(lang)))),
        (words::AVAILABILITY, trial.and_then(|trial| trial.availability.clone())),
        (words::PHANTOM, trial.and_then(|trial| Some(trial.calls_without_press?.to_string()))),
        (words::REMARKS, trial.and_then(|trial| trial.remarks.clone())),
    ];
    pairs(&rows, lang)
}

fn training(case: Option<&CaseFile>, lang: Lang) -> Markup {
    let training = case.and_then(|case| case.training.as_ref());
    let rows = [
        (words::DATE, training.map(|training| training.date.show(lang))),
        (words::TRAINER, training.and_then(|training| training.by.clone())),
        (words::PEOPLE, training.and_then(|training| Some(training.people?.to_string()))),
        (words::REMARKS, training.and_then(|training| training.remarks.clone())),
    ];
    pairs(&rows, lang)
}
