//! What the results rest on: rigs, instruments and runs; what nobody has looked at; and the letters by which a run is
//! known again.

use super::super::words::{self as common, say};
use super::{cell, grouped, heading, or_blank, pairs, table, words};
use crate::journal::store::FILE_NAME;
use crate::report::model::Looked;
use crate::report::protocol::{Protocol, Run};
use crate::report::words as shared;
use crate::report::{NOT_ASKED_FOR, verdict_in_words};
use crate::unit::{Bilingual, Date, Lang, Utc};
use maud::{Markup, html};
use std::collections::BTreeSet;

pub(super) fn bench(protocol: &Protocol, lang: Lang) -> Markup {
    html! {
        section {
            (heading(protocol, words::BENCH, lang))
            (rigs(protocol, lang))
            h3 { (say(lang, words::OPENED)) }
            (opened(protocol, lang))
            h3 { (say(lang, words::CALIBRATED)) }
            (calibrated(protocol, lang))
        }
        section {
            (heading(protocol, words::RUNS, lang))
            (runs(protocol, lang))
        }
    }
}

/// Each rig once, however many runs were made on it.
fn rigs(protocol: &Protocol, lang: Lang) -> Markup {
    let mut seen = BTreeSet::new();
    let mut known = Vec::new();
    for run in &protocol.runs {
        let header = &run.header;
        if seen.insert((&header.rig, &header.rig_sha256, &header.hejnal)) {
            known.push([
                (words::RIG, Some(format!("{} ({})", header.rig, header.rig_file))),
                (words::RIG_HASH, Some(grouped(&header.rig_sha256))),
                (words::PROGRAM, Some(format!("hejnal {}", header.hejnal))),
            ]);
        }
    }
    html! { @for rows in &known { (pairs(rows, lang)) } }
}

fn opened(protocol: &Protocol, lang: Lang) -> Markup {
    let known: BTreeSet<&[String; 3]> = protocol.runs.iter().flat_map(|run| &run.instruments).collect();
    let rows: Vec<Vec<Markup>> =
        known.into_iter().map(|[name, model, unit]| vec![cell(name), cell(shared::model(model, lang)), cell(unit)]).collect();
    table("", &[words::INSTRUMENT, words::MODEL, words::PORT], &rows, lang)
}

fn calibrated(protocol: &Protocol, lang: Lang) -> Markup {
    let last: Option<Date> = protocol.runs.iter().filter_map(Run::date).max();
    let shown = |date: Date| date.show(lang);
    let mut rows: Vec<Vec<Markup>> = Vec::new();
    for one in protocol.case.iter().flat_map(|case| &case.instruments) {
        let is_overdue = last.is_some_and(|last| one.due < last);
        let due = html! {
            (shown(one.due))
            @if is_overdue { " " span.verdict.bad { (say(lang, words::OVERDUE)) } }
        };
        let on = one.calibrated.map(shown);
        rows.push(vec![
            cell(&one.name),
            cell(one.serial.as_deref().unwrap_or("–")),
            cell(&one.certificate),
            cell(on.as_deref().unwrap_or("–")),
            due,
        ]);
    }
    if rows.is_empty() {
        rows.push((0..5).map(|_| or_blank(None, lang)).collect());
    }
    let heads = [words::INSTRUMENT, words::SERIAL, words::CERTIFICATE, words::CALIBRATED_ON, words::DUE];
    table("", &heads, &rows, lang)
}

/// The moment of a run, as far as a minute.
fn moment(run: &Run) -> String {
    let iso = run.model.began_unix_seconds.map(|seconds| Utc::from_unix(seconds).iso());
    iso.and_then(|iso| Some(iso.get(..16)?.replace('T', " "))).unwrap_or_else(|| "?".into())
}

fn runs(protocol: &Protocol, lang: Lang) -> Markup {
    let mut rows: Vec<Vec<Markup>> = Vec::new();
    for (index, run) in protocol.runs.iter().enumerate() {
        let (class, word) = if run.header.simulated { ("tag virtual", common::VIRTUAL) } else { ("tag", common::REAL) };
        let ending = run.model.ending();
        let verdict = match run.model.end {
            Some(_) => html! { (verdict_in_words(&ending, lang)) small.quiet { (shared::tally(&run.model.tally(), lang)) } },
            None => {
                html! { span.verdict.unsure { (say(lang, words::BROKE_OFF)) } small.quiet { (shared::tally(&run.model.tally(), lang)) } }
            }
        };
        let found = &run.examination.findings;
        let evidence = html! {
            @if found.is_empty() { span.verdict.good { (say(lang, words::HOLDS)) } }
            @else {
                span.verdict.bad { (say(lang, words::HOLDS_NOT)) }
                @for finding in found { small { (finding.show(lang)) } }
            }
        };
        let by = Some(run.header.by.as_str());
        rows.push(vec![
            html! { (index + 1) },
            html! { span class=(class) { (say(lang, word)) } },
            cell(moment(run)),
            or_blank(by, lang),
            verdict,
            evidence,
            cell(run.examination.seal.show(lang)),
        ]);
    }
    let heads = [words::RUN_NUMBER, words::KIND, words::BEGAN, words::BY, words::VERDICT, words::EVIDENCE, words::SEAL];
    table("runs", &heads, &rows, lang)
}

/// Whoever signs must know what nobody has looked at.
pub(super) fn not_checked(protocol: &Protocol, lang: Lang) -> Markup {
    let uncovered: Vec<_> = protocol.requirements.iter().filter(|one| !one.is_covered()).collect();
    let rows: Vec<Vec<Markup>> = uncovered
        .iter()
        .map(|one| {
            let why = match one.looked {
                Looked::Watched => shared::words(lang).only_watched,
                _ => say(lang, common::NOT_TRIED),
            };
            vec![html! { (one.limit.id) " " (one.limit.what(lang)) }, cell(why)]
        })
        .collect();
    html! {
        section {
            (heading(protocol, words::NOT_CHECKED, lang))
            h3 { (say(lang, words::UNCOVERED_REQUIREMENTS)) }
            @if rows.is_empty() { p { (say(lang, words::ALL_COVERED)) } }
            @else { (table("", &[common::REQUIREMENT, common::WHY], &rows, lang)) }
            (clauses(protocol, lang))
            (left_out(protocol, lang))
            (not_shown(protocol, lang))
        }
    }
}

fn clauses(protocol: &Protocol, lang: Lang) -> Markup {
    let uncovered = protocol.uncovered_clauses();
    let missing = |id: &&&str| !protocol.requirements.iter().any(|one| one.limit.id == **id && one.is_covered());
    html! {
        @if !uncovered.is_empty() {
            h3 { (say(lang, words::UNCOVERED_CLAUSES)) }
            ul {
                @for clause in uncovered {
                    @let missing: Vec<&str> = clause.requirements.iter().filter(missing).copied().collect();
                    li {
                        strong { (clause.clause) } ": "
                        @if missing.is_empty() { (say(lang, words::NO_REQUIREMENT)) } @else { (missing.join(", ")) }
                    }
                }
            }
        }
    }
}

/// Scenarios that no run has made, with the reason that the last of them gives.
fn left_out(protocol: &Protocol, lang: Lang) -> Markup {
    let is_made = |id: &str| protocol.checks.iter().any(|check| check.id == id);
    let mut left: Vec<(&str, &str, &Bilingual)> = Vec::new();
    for one in protocol.runs.iter().rev().flat_map(|run| &run.model.left_out) {
        if !is_made(&one.id) && !left.iter().any(|(id, ..)| *id == one.id) {
            left.push((&one.id, &one.name, &one.why));
        }
    }
    left.sort_unstable_by_key(|(id, ..)| *id);
    let not_asked_for = Bilingual::from(NOT_ASKED_FOR);
    let (others, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(|(.., why)| **why == not_asked_for);
    html! {
        @if !others.is_empty() || !rest.is_empty() {
            h3 { (say(lang, common::NOT_RUN)) }
            ul {
                @for (id, name, why) in rest { li { (id) " " (name) ": " (why.show(lang)) } }
                @if !others.is_empty() {
                    li { (not_asked_for.show(lang)) ": " (others.iter().map(|(id, ..)| *id).collect::<Vec<_>>().join(", ")) }
                }
            }
        }
    }
}

fn not_shown(protocol: &Protocol, lang: Lang) -> Markup {
    let all: BTreeSet<(&str, &str)> =
        protocol.runs.iter().flat_map(|run| &run.not_watched).map(|(what, role)| (what.show(lang), role.as_str())).collect();
    html! {
        @if !all.is_empty() {
            h3 { (say(lang, words::NOT_SHOWN)) }
            ul { @for (what, role) in all { li { (what) " (" (say(lang, words::LACKS)) ": " (role) ")" } } }
        }
    }
}

pub(super) fn digests(protocol: &Protocol, lang: Lang) -> Markup {
    html! {
        section.digests {
            (heading(protocol, words::DIGESTS, lang))
            @for (index, run) in protocol.runs.iter().enumerate() {
                h3 { (say(lang, words::RUN)) " " (index + 1) }
                dl.digest {
                    div { dt { (say(lang, words::DIGEST_OF_JOURNAL)) } dd.digest { (grouped(&run.examination.last_hash)) } }
                    div { dt { (say(lang, words::VERIFY)) } dd { "hejnal verify " (run.journal.trim_end_matches(FILE_NAME)) } }
                }
            }
            @if let Some(case) = &protocol.case {
                dl.digest { div { dt { (say(lang, words::CASE)) } dd.digest { (grouped(&case.sha256)) } } }
            }
            p.quiet { (say(lang, words::DIGEST_KEY)) }
        }
    }
}
