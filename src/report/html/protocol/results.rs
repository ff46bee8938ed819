//! The results of the checks, and the way from a clause of the contract to the line of a journal.

use super::super::scenario_section::{class, result, verdict};
use super::super::words::{self as common, say};
use super::{heading, words};
use crate::report::protocol::{Check, Clause, Figure, Proof, Protocol, Requirement};
use crate::report::words as shared;
use crate::unit::Lang;
use maud::{Markup, html};

/// All checks in one table, so that its columns stand beneath each other.
pub(super) fn results(protocol: &Protocol, lang: Lang) -> Markup {
    let heads = [common::FIGURE, common::MEASURED, common::REQUIRED, common::SOURCE, words::CLAUSE, common::RESULT];
    html! {
        section.annex {
            (heading(protocol, words::RESULTS, lang))
            table.results {
                thead { tr { @for head in heads { th scope="col" { (say(lang, head)) } } } }
                @for check in &protocol.checks { (one_check(protocol, check, lang)) }
            }
            p.quiet { (shared::words(lang).marks) }
        }
    }
}

/// The clauses that name a requirement.
fn clauses_of<'p>(protocol: &'p Protocol, id: &str) -> Vec<&'p str> {
    let clauses = protocol.case.iter().flat_map(|case| &case.clauses);
    clauses.filter(|clause| clause.requirements.contains(&id)).map(|clause| clause.clause.as_str()).collect()
}

fn one_check(protocol: &Protocol, check: &Check, lang: Lang) -> Markup {
    let Some((run, result)) = check.counting() else { return html! {} };
    let ending = result.ending();
    let told: Vec<&Figure> = result.figures.iter().filter(|figure| figure.is_told()).collect();
    let held = result.figures.len() - told.len();
    let others: Vec<&(usize, _)> = check.results.iter().filter(|(other, _)| other != run).collect();
    html! {
        tbody id={ "c-" (check.id) } {
            tr.check {
                th colspan="6" scope="rowgroup" {
                    strong { (check.id) " " (check.name) " " } (verdict(ending.as_ref(), lang))
                    small.quiet {
                        (say(lang, words::IN_RUN)) " " (run + 1)
                        @if result.scenario.rounds > 1 { " · " (shared::share(result.scenario.passed, result.scenario.rounds, lang)) }
                        @if result.scenario.attempts > 1 { " · " (shared::on_attempt("", result.scenario.attempts, lang).trim()) }
                        @if held > 0 { " · " (say(lang, words::ALL_WATCHED)) ": " (held) }
                        @if !others.is_empty() {
                            " · " (say(lang, words::EARLIER)) ": "
                            @for (place, (run, result)) in others.iter().enumerate() {
                                @if place > 0 { ", " }
                                (run + 1) " – " (shared::verdict(result.ending().as_ref(), lang))
                            }
                        }
                    }
                    @if let Some(ending) = ending.filter(|ending| !ending.has_passed()) {
                        div class={ "why " (class(Some(&ending))) } { (ending.message.show(lang)) }
                    }
                }
            }
            @for figure in told { (one_figure(protocol, figure, lang)) }
        }
    }
}

fn one_figure(protocol: &Protocol, figure: &Figure, lang: Lang) -> Markup {
    let one = &figure.measurement;
    let clauses = one.source.as_ref().map(|source| clauses_of(protocol, &source.id).join("; "));
    let clauses = clauses.filter(|all| !all.is_empty()).unwrap_or_else(|| "–".into());
    let (class, word) = result(one);
    html! {
        tr {
            th scope="row" data-label=(say(lang, common::FIGURE)) { (one.name(lang)) }
            td data-label=(say(lang, common::MEASURED)) { (super::figure(one, lang)) }
            td data-label=(say(lang, common::REQUIRED)) { (super::required(one, lang)) }
            td data-label=(say(lang, common::SOURCE)) { (one.source.as_ref().map_or_else(|| "–".into(), shared::source)) }
            td data-label=(say(lang, words::CLAUSE)) { (clauses) }
            td data-label=(say(lang, common::RESULT)) { span class={ "verdict " (class) } { (say(lang, word)) } }
        }
    }
}

pub(super) fn matrix(protocol: &Protocol, lang: Lang) -> Markup {
    let clauses = protocol.case.as_ref().map_or(&[][..], |case| &case.clauses);
    let is_named = |one: &&Requirement| clauses.iter().any(|clause| clause.requirements.contains(&one.limit.id));
    let unnamed: Vec<&Requirement> = protocol.requirements.iter().filter(|one| !is_named(one)).collect();
    html! {
        section.annex {
            (heading(protocol, words::MATRIX, lang))
            @for (place, clause) in clauses.iter().enumerate() { (one_clause(protocol, clauses.get(..place).unwrap_or_default(), clause, lang)) }
            @if !unnamed.is_empty() {
                @if !clauses.is_empty() { h3 { (say(lang, words::NO_CLAUSE)) } }
                (requirements(&unnamed, lang))
            }
        }
    }
}

/// A clause with its requirements; those that stood under an earlier one are named and not told again.
fn one_clause(protocol: &Protocol, before: &[Clause], clause: &Clause, lang: Lang) -> Markup {
    let of_it = |one: &&Requirement| clause.requirements.contains(&one.limit.id);
    let told = |one: &&Requirement| before.iter().find(|clause| clause.requirements.contains(&one.limit.id));
    let (again, new): (Vec<&Requirement>, Vec<&Requirement>) =
        protocol.requirements.iter().filter(of_it).partition(|one| told(one).is_some());
    html! {
        h3 { (say(lang, words::CLAUSE)) " " (clause.clause) @if let Some(says) = &clause.says { ": " (says) } }
        @if clause.requirements.is_empty() {
            p { span.verdict.unsure { (say(lang, words::NOT_COVERED)) } ": " (say(lang, words::NO_REQUIREMENT)) }
        }
        @if !new.is_empty() { (requirements(&new, lang)) }
        @for one in again {
            p {
                (one.limit.id) " " (one.limit.what(lang)) ": " (say(lang, words::SEE_ABOVE)) " "
                (told(&one).map_or("", |clause| &clause.clause))
            }
        }
    }
}

fn requirements(all: &[&Requirement], lang: Lang) -> Markup {
    let heads = [common::REQUIREMENT, common::SCENARIO, common::MEASURED, common::REQUIRED, common::RESULT, words::RUN_AND_LINE];
    let labels = heads.map(|head| say(lang, head));
    html! {
        table.matrix {
            thead { tr { @for label in labels { th scope="col" { (label) } } } }
            @for one in all {
                tbody {
                    @for (place, proof) in one.proofs.iter().enumerate() {
                        tr {
                            @if place == 0 { (named(one, one.proofs.len(), labels[0], lang)) }
                            (proved(proof, &labels, lang))
                        }
                    }
                    @if one.proofs.is_empty() {
                        tr.uncovered {
                            (named(one, 1, labels[0], lang))
                            td colspan="5" data-label=(labels[4]) {
                                span.verdict.unsure { (say(lang, words::NOT_COVERED)) }
                                @if one.watched > 0 { " (" (say(lang, words::ONLY_WATCHED)) ": " (one.watched) ")" }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn named(one: &Requirement, rows: usize, label: &str, lang: Lang) -> Markup {
    html! { th scope="rowgroup" rowspan=(rows) data-label=(label) { strong { (one.limit.id) } " " (one.limit.what(lang)) } }
}

fn proved(proof: &Proof, labels: &[&str; 6], lang: Lang) -> Markup {
    let one = &proof.figure.measurement;
    let (class, word) = result(one);
    html! {
        td data-label=(labels[1]) { a href={ "#c-" (proof.id) } { (proof.id) } " " (one.name(lang)) }
        td data-label=(labels[2]) { (super::figure(one, lang)) }
        td data-label=(labels[3]) { (super::required(one, lang)) }
        td data-label=(labels[4]) { span class={ "verdict " (class) } { (say(lang, word)) } }
        td data-label=(labels[5]) { (proof.run + 1) " : " (proof.figure.line) }
    }
}
