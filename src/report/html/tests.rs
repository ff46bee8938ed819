//! What a page may not have in it, and what it must not leave out.

use super::*;
use crate::journal::store::Journal;
use crate::journal::{Entry, Event};
use crate::report::tests::{cut_run, whole_run};
use std::collections::BTreeSet;

/// The page of a run, and its folder.
fn page_of(entries: Vec<Entry>, findings: &[Bilingual], lang: Lang) -> (String, tempfile::TempDir) {
    let scratch = tempfile::tempdir().unwrap();
    let run = scratch.path().join("run");
    let mut journal = Journal::create(&run).unwrap().of_simulation();
    entries.into_iter().for_each(|entry| _ = journal.append(entry.at, entry.event));
    journal.commit().unwrap();
    let folder = scratch.path().join("page");
    let seal = Bilingual::new("none", "brak");
    write(journal.path(), &folder, About { findings, last_hash: "00ff", seal: &seal, lang }).unwrap();
    (std::fs::read_to_string(folder.join("index.html")).unwrap(), scratch)
}

/// What stands in an attribute of this name.
fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    page.split(&format!(" {attribute}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn jenkins_and_gitlab_show_the_page_as_it_is_and_every_link_leads_somewhere() {
    for lang in [Lang::En, Lang::Pl] {
        let (page, scratch) = page_of(whole_run(), &[], lang);
        for forbidden in ["<script", " style=\"", "<style", "data:", " onclick", "http://", "https://"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        assert!(page.starts_with(&format!("<!DOCTYPE html><html lang=\"{}\">", lang.code())));
        let ids = values(&page, "id");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id once");
        for link in values(&page, "href").into_iter().chain(values(&page, "src")) {
            let is_there = match link.strip_prefix('#') {
                Some(id) => ids.contains(&id),
                None => scratch.path().join("page").join(link).exists(),
            };
            assert!(is_there, "{link}");
        }
        assert_eq!(page.matches("<img").count(), page.matches(" alt=\"").count(), "a picture has its words");
    }
}

#[test]
fn whoever_reads_one_screen_knows_the_verdict_the_blame_and_what_was_not_checked() {
    let (page, _scratch) = page_of(whole_run(), &[], Lang::En);
    let place = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words:?} in {page}"));
    let order = [
        "Acceptance report: SOS-0417",
        "VIRTUAL POST",
        "NO VERDICT",
        "What did not pass, and whose move it is",
        "NOT JUDGED: hejnal",
        "FAILED: post",
        "Not checked",
        "Closest to their limits",
        "Results of all scenarios",
    ];
    let places: Vec<usize> = order.iter().map(|words| place(words)).collect();
    assert!(places.is_sorted(), "{places:?}");
    // A scenario says so as well: one page of a print may be all that somebody sees.
    assert_eq!(page.matches("VIRTUAL POST").count(), 2 + 6, "{page}");
    assert!(page.contains("743.0 ms ± 6.0 ms") && page.contains("at most 500 ms") && page.contains("T04 [EJ]"));
}

#[test]
fn what_does_not_hold_stands_before_everything() {
    let findings = [Bilingual::new("line 7 <was> changed", "wiersz 7 zmieniono")];
    let (page, _scratch) = page_of(whole_run(), &findings, Lang::En);
    let body = page.split("<header").nth(1).unwrap();
    assert!(body.find("line 7 &lt;was&gt; changed").unwrap() < body.find("<h1").unwrap(), "{body}");
    assert!(page.contains("NOT TO BE RELIED ON") && !page.contains("NO VERDICT"));
}

#[test]
fn a_run_that_broke_off_comes_to_nothing_and_says_so() {
    let (page, _scratch) = page_of(cut_run(), &[], Lang::Pl);
    assert!(page.contains("BEZ OCENY") && page.contains("dziennik się urywa"), "{page}");
}

#[test]
fn nothing_of_a_strangers_text_is_markup() {
    let mut run = whole_run();
    for entry in &mut run {
        if let Event::ScenarioBegan { name, .. } = &mut entry.event {
            *name = "<script>alert(1)</script>\u{202e}\u{1b}[2J\"'".into();
        }
    }
    let (page, _scratch) = page_of(run, &[], Lang::En);
    assert!(!page.contains("<script") && !page.contains('\u{202e}') && !page.contains('\u{1b}'), "{page}");
    assert!(page.contains("&lt;script&gt;"));
}
