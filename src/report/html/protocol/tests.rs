//! What the page of a protocol may not have in it, and what it must not leave out.

use super::*;
use crate::journal::Entry;
use crate::journal::Event;
use crate::report::protocol::CaseFile;
use crate::report::protocol::samples::{case, change, killed, later, mended, on_a_real_post, part, protocol};
use crate::unit::Bilingual;
use std::collections::BTreeSet;

fn page_of(runs: Vec<Vec<Entry>>, case: Option<CaseFile>, lang: Lang) -> String {
    page(&protocol(runs, case), lang).replace('\u{a0}', " ")
}

fn example() -> Option<CaseFile> {
    Some(case("case: 1", "case: 1"))
}

/// A run of each kind, by name.
fn every_kind() -> Vec<(&'static str, Vec<Vec<Entry>>)> {
    vec![
        ("passed", vec![on_a_real_post(part(&["S01"]))]),
        ("failed", vec![on_a_real_post(part(&["S01", "S02"]))]),
        ("bench", vec![on_a_real_post(part(&["S01", "S13"]))]),
        ("interrupted", vec![on_a_real_post(killed())]),
        ("retested", vec![on_a_real_post(part(&["S01", "S02"])), later(mended(on_a_real_post(part(&["S02"]))), 3)]),
        ("simulated", vec![part(&["S01"])]),
    ]
}

/// What stands in an attribute of this name.
fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    page.split(&format!(" {attribute}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn the_word_stands_only_where_nothing_stands_against_it() {
    for (name, runs) in every_kind() {
        for case in [None, example()] {
            for (lang, word) in [(Lang::Pl, "przyjęto"), (Lang::En, "accepted")] {
                let page = page_of(runs.clone(), case.clone(), lang).to_lowercase();
                let is_free = matches!(name, "passed" | "retested");
                assert_eq!(page.contains(word), is_free, "{name}, {lang:?}");
                let barred =
                    if lang == Lang::Pl { "co stoi na przeszkodzie odbiorowi" } else { "what stands against the acceptance" };
                assert_eq!(page.contains(barred), !is_free, "{name}, {lang:?}");
            }
        }
    }
}

#[test]
fn the_page_needs_nothing_from_elsewhere_and_every_link_leads_somewhere() {
    for (name, runs) in every_kind() {
        for lang in [Lang::Pl, Lang::En] {
            let page = page_of(runs.clone(), example(), lang);
            for forbidden in ["<script", " style=\"", "<style", "data:", " onclick", "http://", "https://", "<img"] {
                assert!(!page.contains(forbidden), "{name}: {forbidden}");
            }
            let ids = values(&page, "id");
            assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{name}: an id once");
            for link in values(&page, "href") {
                assert!(link == "style.css" || link.strip_prefix('#').is_some_and(|id| ids.contains(&id)), "{name}: {link}");
            }
            assert!(page.starts_with(&format!("<!DOCTYPE html><html lang=\"{}\">", lang.code())));
        }
    }
}

#[test]
fn a_simulated_run_says_so_at_the_top_and_in_every_part() {
    let simulated = page_of(vec![part(&["S01"])], example(), Lang::Pl);
    let parts = simulated.matches("<h2").count();
    assert_eq!((parts, simulated.matches("PUNKT WIRTUALNY").count()), (13, 13 + 4), "{simulated}");
    let body = simulated.split("<header").nth(1).unwrap();
    assert!(body.find("PUNKT WIRTUALNY").unwrap() < body.find("<h1").unwrap());
    let real = page_of(vec![on_a_real_post(part(&["S01"]))], example(), Lang::Pl);
    assert!(!real.contains("WIRTUALNY") && !real.contains("class=\"protocol simulated\""));
}

#[test]
fn what_a_run_knows_and_what_people_say_stand_there() {
    let page = page_of(vec![on_a_real_post(part(&["S01", "S02"]))], example(), Lang::Pl);
    for words in [
        "SOS-0417",
        "istniejący słup",
        "IM.272.14.2026 z dnia 12.03.2026",
        "51.7687, 19.4570",
        "sucho, 4 °C",
        "NIE PRZEKAZANO",
        "743,0 ms ± 6,0 ms",
        "najwyżej 500 ms",
        "wymagania, których punkt nie spełnia: T04 (S02)",
        "BEZ POKRYCIA",
        "§ 4 ust. 2",
        "przewodnicząca, Zamawiający",
        "01234567 89abcdef",
        "☐ odmówiono odbioru",
        "nie dotyczy czasu przyjazdu patrolu",
    ] {
        assert!(page.contains(words), "{words:?} in {page}");
    }
}

#[test]
fn a_retest_stands_beside_what_it_was_about() {
    let (_, runs) = every_kind().remove(4);
    let page = page_of(runs, None, Lang::Pl);
    let row = page.split("<tr>").find(|row| row.contains("USUNIĘTA")).unwrap();
    assert!(
        row.contains("przebieg 1: ") && row.contains("743,0 ms") && row.contains("przebieg 2: ") && row.contains("250,0 ms"),
        "{row}"
    );
    assert!(row.contains("☐ A ☐ B ☐ C"), "the class is the commission's: {row}");
}

#[test]
fn without_a_case_there_are_lines_to_write_on() {
    let page = page_of(vec![part(&["S01"])], None, Lang::Pl);
    assert!(page.matches("class=\"blank\"").count() > 30, "{page}");
}

#[test]
fn nothing_of_a_strangers_text_is_markup_or_steers_anything() {
    let hostile = format!("<script>alert(1)</script>\u{202e}\u{1b}[2J\"'{}", "ż".repeat(10_000));
    let run = change(part(&["S01", "S02", "S13"]), |event| match event {
        Event::RunBegan { rig, by, post, .. } => {
            for text in [rig, by, &mut post.identity, &mut post.place, &mut post.firmware] {
                text.clone_from(&hostile);
            }
        }
        Event::ScenarioBegan { name, feature, .. } => (*name, *feature) = (hostile.clone(), hostile.clone()),
        Event::InstrumentOpened { model, .. } => model.clone_from(&hostile),
        Event::ScenarioEnded { ending, .. } if !ending.has_passed() => ending.message = Bilingual::same(&hostile),
        _ => {}
    });
    let typed = format!("\"<script>\\e[2J\\u202e{}\"", "ż".repeat(10_000));
    let case = case("name: Punkt alarmowy SOS przy pasażu", &format!("name: {typed}"));
    let page = page_of(vec![run], Some(case), Lang::Pl);
    assert!(!page.contains("<script") && !page.contains('\u{202e}') && !page.contains('\u{1b}'));
    assert!(page.contains("&lt;script&gt;") && page.contains("… (+"));
    assert!(page.len() < 400_000, "{}", page.len());
}
