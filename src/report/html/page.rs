//! The page: its first screen says whether the post passed, what failed and whose move it is, and what nobody has
//! looked at.

use super::About;
use super::scenario_section::{class, kind, verdict};
use super::words::{self, Words, say};
use crate::fault::exit;
use crate::journal::store::FILE_NAME;
use crate::report::model::{Header, Looked, Model, Scenario};
use crate::report::words as common;
use crate::report::{Margin, NOT_ASKED_FOR};
use crate::unit::{Bilingual, Estimate, Lang, Utc};
use maud::{DOCTYPE, Markup, html};
use std::path::Path;

/// How many of the narrowest margins stand there.
const MARGINS_SHOWN: usize = 8;

pub(super) fn page(model: &Model, sections: &[Markup], journal: &Path, about: About<'_>) -> String {
    let lang = about.lang;
    let title = format!("{}: {}", say(lang, words::TITLE), model.header.as_ref().map_or("?", |header| &header.post.identity));
    let page = html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="style.css";
            }
            body {
                a.skip href="#results" { (say(lang, words::SKIP)) }
                header #top {
                    (doubts(about))
                    h1 { (title) " " (kind(model, lang)) }
                    (outcome(model, about))
                    (of_the_run(model, lang))
                }
                main {
                    (failed(model, lang))
                    (not_checked(model, lang))
                    (closest(model, lang))
                    (results(model, lang))
                    @for section in sections { (section) }
                    (evidence(model, journal, about))
                }
            }
        }
    };
    page.into_string()
}

/// How many requirements a step has tried.
fn judged(model: &Model) -> usize {
    model.requirements().iter().filter(|(_, looked)| *looked == Looked::Judged).count()
}

/// As much of a hash as an eye compares; the whole of it stands in the journal.
fn short(hash: &str) -> String {
    format!("{}…", hash.chars().take(16).collect::<String>())
}

/// What does not hold, before anything else.
fn doubts(about: About<'_>) -> Markup {
    let text = common::words(about.lang);
    html! {
        @if !about.findings.is_empty() {
            div.doubts role="alert" {
                p { strong { ((text.does_not_hold)(about.findings.len())) } }
                ul { @for finding in about.findings { li { (finding.show(about.lang)) } } }
                p { (text.not_to_be_relied_on) }
            }
        }
    }
}

fn outcome(model: &Model, about: About<'_>) -> Markup {
    let lang = about.lang;
    let code = if about.findings.is_empty() { model.exit_code() } else { exit::EVIDENCE };
    let (class, word) = match code {
        exit::ACCEPTED => ("good", words::MET),
        exit::DEVICE => ("bad", words::NOT_MET),
        exit::EVIDENCE => ("bad", words::BROKEN),
        _ => ("unsure", words::NO_VERDICT),
    };
    let meaning =
        if model.end.is_some() || code == exit::EVIDENCE { common::exit_meaning(code, lang) } else { common::cut_off(lang) };
    html! {
        div class={ "outcome " (class) } {
            p.word { (say(lang, words::VERDICT)) ": " strong { (say(lang, word)) } }
            p { (meaning) "." }
            p { (common::tally(&model.tally(), lang)) ", " ((common::words(lang).judged)(judged(model), model.requirements().len())) }
        }
        @if model.header.as_ref().is_some_and(|header| header.simulated) { p.virtual-note { (say(lang, words::ON_VIRTUAL)) } }
    }
}

fn of_the_run(model: &Model, lang: Lang) -> Markup {
    let Some(Header { hejnal, seed, simulated, rig, rig_file, rig_sha256, post, by, .. }) = &model.header else {
        return html! {};
    };
    let began = model
        .began_unix_seconds
        .map_or_else(|| "?".into(), |began| Utc::from_unix(began).iso().replace('T', " ").replace('Z', ""));
    let rows: Vec<(Words, String)> = vec![
        (words::POST, post.identity.clone()),
        (words::PLACE, post.place.clone()),
        (words::KIND, common::profile(&post.profile, lang).to_string()),
        (words::WHEN, began),
        (words::BY, if by.is_empty() { say(lang, words::NOBODY).to_string() } else { by.clone() }),
        (words::FIRMWARE, format!("{}, {}, SHA-256 {}", post.firmware, post.chip, short(&post.firmware_sha256))),
        (words::RIG, format!("{rig} ({rig_file}), SHA-256 {}", short(rig_sha256))),
        (words::PROGRAM, format!("hejnal {hejnal}")),
    ];
    html! {
        section aria-label=(say(lang, words::OF_THE_RUN)) {
            dl.run {
                @for (name, value) in rows { div { dt { (say(lang, name)) } dd { (value) } } }
                @if *simulated { div { dt { (say(lang, words::SEED)) } dd { (seed) } } }
            }
        }
    }
}

fn link(id: &str) -> Markup {
    html! { a href={ "#" (id) } { (id) } }
}

fn failed(model: &Model, lang: Lang) -> Markup {
    let mut wanting: Vec<&Scenario> = model.scenarios.iter().filter(|scenario| scenario.worst.is_some()).collect();
    wanting.sort_by_key(|scenario| std::cmp::Reverse(scenario.worst.as_ref().and_then(|attempt| attempt.blame())));
    // What no scenario can tell: that the run broke off, or why none was begun.
    let of_the_run = match model.end.as_ref().map(|end| &end.ending) {
        None => Some((common::words(lang).broken_off, common::words(lang).broken_off_remedy)),
        Some(ending) if wanting.is_empty() && !ending.has_passed() => Some((ending.message.show(lang), ending.remedy.show(lang))),
        Some(_) => None,
    };
    let heads = [words::SCENARIO, words::RESULT, words::WHY, words::TODO].map(|word| say(lang, word));
    let [scenario, result, why, todo] = heads;
    html! {
        section {
            h2 { (say(lang, words::WHAT_FAILED)) }
            @if let Some((what, remedy)) = of_the_run { div.why.unsure { p { strong { (what) } } p { (remedy) } } }
            @else if wanting.is_empty() { p { (say(lang, words::NOTHING_FAILED)) } }
            @if !wanting.is_empty() {
                table {
                    thead { tr { @for head in heads { th scope="col" { (head) } } } }
                    tbody {
                        @for one in wanting {
                            @let ending = one.ending();
                            @let message = ending.as_ref().map(|ending| ending.message.show(lang));
                            @let remedy = one.worst.as_ref().zip(ending.as_ref());
                            tr {
                                th scope="row" data-label=(scenario) { (link(&one.id)) " " (one.name) }
                                td data-label=(result) { (verdict(ending.as_ref(), lang)) }
                                td data-label=(why) { (message.unwrap_or(common::words(lang).killed)) }
                                td data-label=(todo) {
                                    @if let Some((attempt, ending)) = remedy { (common::remedy(model.header.as_ref(), attempt, ending, lang)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whoever signs must know what nobody has looked at.
fn not_checked(model: &Model, lang: Lang) -> Markup {
    let text = common::words(lang);
    let requirements = model.requirements();
    let judged = judged(model);
    let heads = [words::REQUIREMENT, words::WHY].map(|word| say(lang, word));
    let not_asked_for = Bilingual::from(NOT_ASKED_FOR);
    let (others, left): (Vec<_>, Vec<_>) = model.left_out.iter().partition(|one| one.why == not_asked_for);
    html! {
        section {
            h2 { (text.not_checked) }
            p { ((text.judged)(judged, requirements.len())) }
            @if judged < requirements.len() {
                table {
                    thead { tr { @for head in heads { th scope="col" { (head) } } } }
                    tbody {
                        @for (limit, looked) in requirements.iter().filter(|(_, looked)| *looked != Looked::Judged) {
                            tr {
                                th scope="row" data-label=(heads[0]) { (limit.id) " " (limit.what(lang)) }
                                td data-label=(heads[1]) {
                                    (if *looked == Looked::Watched { text.only_watched } else { say(lang, words::NOT_TRIED) })
                                }
                            }
                        }
                    }
                }
            }
            @if !model.left_out.is_empty() {
                h3 { (say(lang, words::NOT_RUN)) }
                ul {
                    @for one in left { li { (one.id) " " (one.name) ": " (one.why.show(lang)) } }
                    @if !others.is_empty() {
                        li { (not_asked_for.show(lang)) ": " (others.iter().map(|one| one.id.as_str()).collect::<Vec<_>>().join(", ")) }
                    }
                }
            }
        }
    }
}

fn closest(model: &Model, lang: Lang) -> Markup {
    let margins: Vec<&Margin> = model.margins().into_iter().take(MARGINS_SHOWN).collect();
    let heads = [words::SCENARIO, words::FIGURE, words::MEASURED, words::REQUIRED, words::LEFT].map(|word| say(lang, word));
    html! {
        @if !margins.is_empty() {
            section {
                h2 { (common::words(lang).closest) }
                table {
                    thead { tr { @for head in heads { th scope="col" { (head) } } } }
                    tbody {
                        @for margin in margins {
                            @let figure = &margin.measurement;
                            @let required = figure.criterion.map(|limit| limit.show(&figure.estimate, lang));
                            tr {
                                th scope="row" data-label=(heads[0]) { (link(&margin.id)) }
                                td data-label=(heads[1]) { (figure.name(lang)) }
                                td data-label=(heads[2]) { (figure.estimate.show(lang)) }
                                td data-label=(heads[3]) { (required.unwrap_or_default()) }
                                td data-label=(heads[4]) { (left(margin, lang)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What is left in words and as a bar, which says no more than the words.
fn left(margin: &Margin, lang: Lang) -> Markup {
    let measured = margin.measurement.estimate;
    let digits = measured.uncertainty.max(margin.left.abs() / 50.0);
    let shown = Estimate::new(margin.left, digits, measured.unit).show_value(lang);
    let part = format!("{:.0} %", margin.part * 100.0);
    let value = format!("{:.3}", margin.part.clamp(0.0, 1.0));
    html! { (shown) " (" (part) ") " meter min="0" max="1" low="0.1" value=(value) aria-hidden="true" {} }
}

fn results(model: &Model, lang: Lang) -> Markup {
    let heads = [words::SCENARIO, words::RESULT].map(|word| say(lang, word));
    html! {
        section #results {
            h2 { (say(lang, words::ALL)) " " (kind(model, lang)) }
            table {
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody {
                    @for one in &model.scenarios {
                        @let ending = one.ending();
                        tr class=(class(ending.as_ref())) {
                            th scope="row" data-label=(heads[0]) { (link(&one.id)) " " (one.name) }
                            td data-label=(heads[1]) {
                                (verdict(ending.as_ref(), lang))
                                @if one.rounds > 1 { " " (common::share(one.passed, one.rounds, lang)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn evidence(model: &Model, journal: &Path, about: About<'_>) -> Markup {
    let (lang, text) = (about.lang, common::words(about.lang));
    let name = crate::unit::harmless(&journal.display().to_string()).into_owned();
    let rows = [
        (words::JOURNAL, name.clone()),
        (words::LAST_HASH, about.last_hash.to_string()),
        (words::SEAL, about.seal.show(lang).to_string()),
        (words::CHECK, format!("hejnal verify {}", name.trim_end_matches(FILE_NAME))),
    ];
    html! {
        section {
            h2 { (say(lang, words::EVIDENCE)) }
            dl.run { @for (name, value) in rows { div { dt { (say(lang, name)) } dd { (value) } } } }
            h3 { (say(lang, words::LIMITS)) }
            ul {
                @if model.header.as_ref().is_some_and(|header| header.simulated) { li { (text.simulated) } }
                li { (text.scope) }
                li { (text.marks) }
            }
        }
    }
}
