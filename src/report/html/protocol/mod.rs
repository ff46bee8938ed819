//! An acceptance protocol as a page to be printed and signed: its own stylesheet, no script, nothing fetched.
//!
//! Knows nothing of how its parts are found out: `report::protocol` has them.

mod evidence;
mod front;
mod people;
mod results;
mod signing;
mod words;

use super::Folder;
use super::words::{self as common, Words, say};
use crate::journal::Measurement;
use crate::journal::store::JournalError;
use crate::report::protocol::Protocol;
use crate::unit::Lang;
use maud::{DOCTYPE, Markup, html};
use std::path::Path;

const STYLE: &str = include_str!("protocol.css");

/// Writes the page of a protocol into a folder, which is made.
///
/// # Errors
/// Nothing can be written there.
pub fn write(protocol: &Protocol, folder: &Path, lang: Lang) -> Result<(), JournalError> {
    std::fs::create_dir_all(folder).map_err(JournalError::io("make", folder))?;
    let out = Folder { path: folder, pictures: 0 };
    out.put("style.css", &format!("{}{STYLE}", super::STYLE))?;
    out.put("index.html", &page(protocol, lang))
}

fn page(protocol: &Protocol, lang: Lang) -> String {
    let point = protocol.runs.first().map_or("?", |run| &run.header.post.identity);
    let title = format!("{}: {point}", say(lang, words::TITLE));
    let kind = if protocol.is_simulated() { "protocol simulated" } else { "protocol" };
    let page = html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="style.css";
            }
            body class=(kind) {
                a.skip href="#decision" { (say(lang, words::DECISION)) }
                header #top { (front::front(protocol, &title, lang)) }
                main {
                    (people::people(protocol, lang))
                    (evidence::bench(protocol, lang))
                    (signing::defects(protocol, lang))
                    (evidence::not_checked(protocol, lang))
                    (people::papers(protocol, lang))
                    (signing::limitations(protocol, lang))
                    (signing::decision(protocol, lang))
                    (evidence::digests(protocol, lang))
                    (results::results(protocol, lang))
                    (results::matrix(protocol, lang))
                }
            }
        }
    };
    page.into_string()
}

/// A part's heading, which says in every place whether the post was a virtual one.
fn heading(protocol: &Protocol, words: Words, lang: Lang) -> Markup {
    let (class, word) = if protocol.is_simulated() { ("tag virtual", common::VIRTUAL) } else { ("tag", common::REAL) };
    html! { h2 { (say(lang, words)) " " span class=(class) { (say(lang, word)) } } }
}

/// What stands there, or a line to write on.
fn or_blank(text: Option<&str>, lang: Lang) -> Markup {
    html! {
        @match text.filter(|text| !text.is_empty()) {
            Some(text) => (text),
            None => { span.blank title=(say(lang, words::TO_FILL)) { span.hidden { "(" (say(lang, words::TO_FILL)) ")" } } },
        }
    }
}

/// Names with what stands at each.
fn pairs(rows: &[(Words, Option<String>)], lang: Lang) -> Markup {
    html! {
        dl.run {
            @for (name, value) in rows { div { dt { (say(lang, *name)) } dd { (or_blank(value.as_deref(), lang)) } } }
        }
    }
}

/// A table with a heading row; each cell knows its heading, for a narrow screen. Its columns are as wide as its kind
/// has them, or as their contents want.
fn table(kind: &str, heads: &[Words], rows: &[Vec<Markup>], lang: Lang) -> Markup {
    html! {
        table class=(kind) {
            thead { tr { @for head in heads { th scope="col" { (say(lang, *head)) } } } }
            tbody {
                @for row in rows {
                    tr {
                        @for (place, (cell, head)) in row.iter().zip(heads).enumerate() {
                            @if place == 0 { th scope="row" data-label=(say(lang, *head)) { (cell) } }
                            @else { td data-label=(say(lang, *head)) { (cell) } }
                        }
                    }
                }
            }
        }
    }
}

/// Plain text in a cell.
fn cell(text: impl AsRef<str>) -> Markup {
    html! { (text.as_ref()) }
}

/// A figure that is broken between itself and its uncertainty at most.
fn figure(one: &Measurement, lang: Lang) -> String {
    one.estimate.show(lang).replace(' ', "\u{a0}").replace("\u{a0}±", " ±")
}

/// What was required of it; no number is parted from its unit.
fn required(one: &Measurement, lang: Lang) -> String {
    let Some(limit) = &one.criterion else { return "–".into() };
    let shown = limit.show(&one.estimate, lang);
    let last = shown.rsplit_once(' ');
    last.map_or_else(|| shown.clone(), |(before, unit)| format!("{before}\u{a0}{unit}"))
}

/// A hash in groups that an eye can compare.
fn grouped(hash: &str) -> String {
    let letters: Vec<char> = hash.chars().collect();
    letters.chunks(8).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
