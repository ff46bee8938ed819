//! What a page says of one scenario.

use super::recordings::{MOST_DRAWN, picture};
use super::words::{self, say};
use super::{Folder, Shown};
use crate::journal::store::JournalError;
use crate::journal::{Ending, Measurement, Outcome, SafeCheck};
use crate::plot::Ladder;
use crate::report::model::{Model, Scenario};
use crate::report::words as common;
use crate::report::{Attempt, Step};
use crate::unit::{Bilingual, Lang};
use maud::{Markup, html};
use std::path::Path;

/// The class of an ending: a colour, beside which a word says the same.
pub(super) fn class(ending: Option<&Ending>) -> &'static str {
    use crate::fault::Blame;
    match ending.map(|ending| (ending.outcome, ending.blame)) {
        Some((Outcome::Passed, _)) => "good",
        Some((Outcome::Failed, Some(Blame::Device | Blame::Hejnal))) => "bad",
        _ => "unsure",
    }
}

/// A verdict in its word.
pub(super) fn verdict(ending: Option<&Ending>, lang: Lang) -> Markup {
    html! { span class={ "verdict " (class(ending)) } { (common::verdict(ending, lang)) } }
}

/// Whether the post was a virtual one, wherever it is spoken of.
pub(super) fn kind(model: &Model, lang: Lang) -> Markup {
    let is_virtual = model.header.as_ref().is_none_or(|header| header.simulated);
    let (class, word) = if is_virtual { ("tag virtual", words::VIRTUAL) } else { ("tag", words::REAL) };
    html! { span class=(class) { (say(lang, word)) } }
}

/// The section of a scenario, with its pictures and recordings put beside the page.
pub(super) fn section(
    scenario: &Scenario,
    shown: &Shown,
    out: &mut Folder<'_>,
    run: &Path,
    model: &Model,
    lang: Lang,
) -> Result<Markup, JournalError> {
    let attempt = &shown.attempt;
    let pictures = pictures(shown, out, lang)?;
    let recordings = recordings(shown, out, run, lang)?;
    let steps_figures = attempt.steps.iter().map(|step| step.figures.1).max().unwrap_or(0);
    let (of_steps, of_watch) = attempt.figures.split_at_checked(steps_figures).unwrap_or((&attempt.figures, &[]));
    let (held, broken): (Vec<&Measurement>, Vec<&Measurement>) = of_watch.iter().partition(|one| one.outcome == Outcome::Passed);
    let told: Vec<&Measurement> = of_steps.iter().chain(broken).collect();
    let heading = format!("h-{}", scenario.id);
    let ending = scenario.ending();
    Ok(html! {
        section.scenario id=(scenario.id) aria-labelledby=(heading) {
            h3 id=(heading) {
                span.id { (scenario.id) } " " (scenario.name) " "
                (verdict(ending.as_ref(), lang)) " " (kind(model, lang))
            }
            p.quiet {
                (attempt.feature)
                @if scenario.rounds > 1 { " · " (common::share(scenario.passed, scenario.rounds, lang)) }
                @if scenario.attempts > 1 { " · " (common::on_attempt("", scenario.attempts, lang).trim()) }
                " · " (common::elapsed(attempt.seconds(), lang))
            }
            (why(attempt, model, lang))
            @if !attempt.steps.is_empty() {
                h4 { (say(lang, words::STEPS)) }
                ol.steps { @for step in &attempt.steps { (step_of(step, lang)) } }
            }
            @if !told.is_empty() {
                h4 { (say(lang, words::FIGURES)) }
                (figures(&told, lang))
            }
            (pictures)
            (recordings)
            (safe(&attempt.checks, lang))
            @if !held.is_empty() {
                details {
                    summary { (say(lang, words::WATCH)) ": " (held.len()) }
                    (figures(&held, lang))
                }
            }
            p.back { a href="#top" { (say(lang, words::BACK)) } }
        }
    })
}

/// Whose move it is, and what it is.
fn why(attempt: &Attempt, model: &Model, lang: Lang) -> Markup {
    let Some(ending) = attempt.ending.as_ref().filter(|ending| !ending.has_passed()) else { return html! {} };
    let remedy = common::remedy(model.header.as_ref(), attempt, ending, lang);
    html! {
        div class={ "why " (class(Some(ending))) } {
            p { strong { (common::blamed(ending, lang)) } }
            p { (ending.message.show(lang)) }
            @if !remedy.is_empty() { p { (say(lang, words::TODO)) ": " (remedy) } }
        }
    }
}

fn step_of(step: &Step, lang: Lang) -> Markup {
    html! {
        li {
            span.keyword { (step.keyword) } " " (step.text)
            @if !step.has_passed() { " " (verdict(step.ending.as_ref(), lang)) }
        }
    }
}

/// What a figure came to, in a word and its colour.
pub(super) fn result(figure: &Measurement) -> (&'static str, words::Words) {
    match (figure.outcome, &figure.criterion) {
        (_, None) => ("quiet", words::REPORTED),
        (Outcome::Passed, _) => ("good", words::HELD),
        (Outcome::Failed, _) => ("bad", words::NOT_HELD),
        _ => ("unsure", words::UNDECIDED),
    }
}

/// A table of figures with uncertainty, limit and source.
fn figures(figures: &[&Measurement], lang: Lang) -> Markup {
    let heads = [words::FIGURE, words::MEASURED, words::REQUIRED, words::SOURCE, words::RESULT].map(|word| say(lang, word));
    let [name, measured, required, source, outcome] = heads;
    html! {
        table {
            thead { tr { @for head in heads { th scope="col" { (head) } } } }
            tbody {
                @for figure in figures {
                    @let (class, word) = result(figure);
                    tr {
                        th scope="row" data-label=(name) {
                            (figure.name(lang))
                            small.quiet { (say(lang, words::METHOD)) ": " (method(figure, lang)) }
                        }
                        td data-label=(measured) { (figure.estimate.show(lang)) }
                        td data-label=(required) {
                            @match &figure.criterion { Some(limit) => (limit.show(&figure.estimate, lang)), None => "–" }
                        }
                        td data-label=(source) { @match &figure.source { Some(source) => (common::source(source)), None => "–" } }
                        td data-label=(outcome) { span class={ "verdict " (class) } { (say(lang, word)) } }
                    }
                }
            }
        }
    }
}

fn method(figure: &Measurement, lang: Lang) -> String {
    let how = match lang {
        Lang::En => &figure.method.en,
        Lang::Pl => &figure.method.pl,
    };
    if figure.method.norm.is_empty() { how.clone() } else { format!("{how} ({})", figure.method.norm) }
}

fn pictures(shown: &Shown, out: &mut Folder<'_>, lang: Lang) -> Result<Markup, JournalError> {
    let id = &shown.attempt.id;
    let title = |(en, pl): words::Words| Bilingual::new(format!("{id}: {en}"), format!("{id}: {pl}"));
    let (lanes, ladder) = (shown.course.lanes(&title(words::LANES)), shown.course.ladder(&title(words::LADDER)));
    if lanes.is_none() && ladder.is_none() {
        return Ok(html! {});
    }
    let alt = |word: words::Words| title(word).show(lang).to_string();
    let lanes = lanes.map(|lanes| out.picture(lanes, lang)).transpose()?;
    let drawn = ladder.clone().map(|ladder| out.picture(ladder, lang)).transpose()?;
    Ok(html! {
        h4 { (say(lang, words::PICTURES)) }
        @if let Some(file) = lanes {
            figure {
                img src=(file) alt=(alt(words::LANES)) loading="lazy";
                figcaption { (say(lang, words::LANES_KEY)) }
            }
        }
        @if let (Some(file), Some(ladder)) = (drawn, ladder) {
            figure { img src=(file) alt=(alt(words::LADDER)) loading="lazy"; }
            (in_words(&ladder, lang))
        }
    })
}

/// Whoever cannot see a picture reads it.
fn in_words(ladder: &Ladder, lang: Lang) -> Markup {
    html! {
        details {
            summary { (say(lang, words::IN_WORDS)) }
            ol.course { @for rung in &ladder.rungs { li { span.when { (rung.when.show(lang)) } " " (rung.what.show(lang)) } } }
        }
    }
}

fn recordings(shown: &Shown, out: &mut Folder<'_>, run: &Path, lang: Lang) -> Result<Markup, JournalError> {
    if shown.recordings.is_empty() {
        return Ok(html! {});
    }
    let mut rows = Vec::new();
    for (number, (file, what)) in shown.recordings.iter().enumerate() {
        let what = heard(what, lang);
        let from = run.join(file);
        // A name that leads elsewhere is told by `hejnal verify`, and followed by nobody.
        let is_own = Path::new(file).components().count() == 2 && file.starts_with("audio/") && !file.contains("..");
        let is_there = is_own && std::fs::symlink_metadata(&from).is_ok_and(|about| about.is_file());
        if !is_there {
            rows.push(html! { li { (what) ": " (file) " –" } });
            continue;
        }
        let to = out.path.join(file);
        std::fs::copy(&from, &to).map_err(JournalError::io("write", &to))?;
        let drawn = if number < MOST_DRAWN { picture(&from, &what) } else { None };
        let drawn = drawn.map(|plot| out.picture(plot, lang)).transpose()?;
        rows.push(html! {
            li {
                a href=(file) { (say(lang, words::LISTEN)) ": " (what) } " " small.quiet { (file) }
                @if let Some(picture) = drawn { figure { img src=(picture) alt=(what) loading="lazy"; } }
            }
        });
    }
    Ok(html! {
        h4 { (say(lang, words::RECORDINGS)) }
        p.quiet { (say(lang, words::SILENCE_KEY)) }
        ul.recordings { @for row in &rows { (row) } }
    })
}

/// What a recording holds; the journal tells it in English.
fn heard(what: &str, lang: Lang) -> String {
    const HEARD: [(&str, &str); 4] = [
        ("spoken by the artificial mouth", "mowa ze sztucznych ust przed punktem"),
        ("spoken by the operator", "mowa operatora"),
        ("heard by the operator", "co słyszał operator"),
        ("heard before the post's loudspeaker", "co było słychać przed głośnikiem punktu"),
    ];
    let of_call = || {
        let call = what.strip_prefix("call ")?.strip_suffix(", all that the operator heard")?;
        Some(format!("zgłoszenie {call}: wszystko, co słyszał operator"))
    };
    match lang {
        Lang::En => what.to_string(),
        Lang::Pl => {
            let known = HEARD.iter().find(|(en, _)| *en == what).map(|(_, pl)| (*pl).to_string());
            known.or_else(of_call).unwrap_or_else(|| what.to_string())
        }
    }
}

fn safe(checks: &[SafeCheck], lang: Lang) -> Markup {
    if checks.is_empty() {
        return html! {};
    }
    let failed: Vec<&SafeCheck> = checks.iter().filter(|check| !check.ok).collect();
    let names: Vec<&str> = checks.iter().map(|check| check.what.show(lang)).collect();
    html! {
        @if failed.is_empty() {
            p.quiet { (say(lang, words::SAFE)) ": " (say(lang, words::YES)) " (" (names.join(", ")) ")" }
        }
        @for check in failed {
            p.why.bad { (common::words(lang).not_made_safe) ": " (check.what.show(lang)) " (" (check.detail.show(lang)) ")" }
        }
    }
}
