//! What a technician reads, as snapshots to be read in a review: a whole run in both languages, a killed one, colours,
//! a soak.

use super::*;
use crate::report::tests::{cut_run, whole_run};

fn show(entries: &[Entry], style: Style, lang: Lang) -> String {
    let mut terminal = Terminal::new(Vec::new(), style, lang, "runs/20260703T140509Z-virtual/journal.jsonl");
    entries.iter().for_each(|entry| terminal.take(entry));
    String::from_utf8(terminal.finish().0).unwrap()
}

#[test]
fn a_run_in_english() {
    insta::assert_snapshot!("terminal_en", show(&whole_run(), Style::default(), Lang::En));
}

#[test]
fn a_run_in_polish() {
    insta::assert_snapshot!("terminal_pl", show(&whole_run(), Style::default(), Lang::Pl));
}

#[test]
fn a_killed_run() {
    insta::assert_snapshot!("terminal_cut", show(&cut_run(), Style::default(), Lang::En));
}

#[test]
fn colours_and_redraws_only_where_asked_for_and_they_change_no_words() {
    let plain = show(&whole_run(), Style::default(), Lang::En);
    assert!(!plain.contains(['\u{1b}', '\r']));
    let rich = show(&whole_run(), Style { colour: true, redraw: true, budgets: false }, Lang::En);
    assert!(rich.contains("\u{1b}[32m✓\u{1b}[0m"));
    let status = "\r\u{1b}[2K\u{1b}[?7l               0.2 s  relay: close 1\u{1b}[?7h";
    assert!(rich.contains(status));
    // What a terminal shows in the end: redrawn lines are gone, colours are no words.
    let mut shown = String::new();
    for line in rich.lines() {
        let mut line = line.rsplit("\r\u{1b}[2K").next().unwrap().to_string();
        for code in ["32", "31", "33", "2", "1", "0"] {
            line = line.replace(&format!("\u{1b}[{code}m"), "");
        }
        shown += line.trim_end();
        shown.push('\n');
    }
    assert_eq!(shown, plain);
}

#[test]
fn budgets_are_told_to_who_asks_for_them() {
    let asked = Style { budgets: true, ..Style::default() };
    assert!(show(&whole_run(), asked, Lang::Pl).contains("budżet niepewności: "));
    assert!(!show(&whole_run(), Style::default(), Lang::Pl).contains("budżet niepewności"));
}

#[test]
fn scenarios_that_nobody_asked_for_are_one_list_and_others_keep_their_reason() {
    let mut run = whole_run();
    let left_out = |id: String, why: (&str, &str)| Entry {
        event: Event::LeftOut { id, name: "Name".into(), why: why.into() },
        ..run[1].clone()
    };
    let others = (20..34).map(|number| left_out(format!("S{number}"), crate::report::NOT_ASKED_FOR));
    let new: Vec<Entry> = others.chain([left_out("S50".into(), ("it takes hours", "trwa wiele godzin"))]).collect();
    run.splice(1..1, new);
    let shown = show(&run, Style::default(), Lang::Pl);
    assert_eq!(shown.matches("nie objęto go tym przebiegiem").count(), 1, "{shown}");
    assert!(shown.contains("S30, S31\n    S32, S33\n"), "{shown}");
    assert!(shown.contains("S50    Name (pominięto: trwa wiele godzin)"), "{shown}");
}

#[test]
fn a_soak_is_told_by_its_share_and_a_live_terminal_keeps_no_round() {
    let mut terminal = Terminal::new(Vec::new(), Style::default(), Lang::En, "j");
    crate::report::model::tests::soak(50).for_each(|entry| terminal.take(&entry));
    assert!(terminal.model.cases.is_empty());
    let shown = String::from_utf8(terminal.finish().0).unwrap();
    assert!(shown.contains("One press raises exactly one call within the limit  (50 of 50 passed)"), "{shown}");
    assert!(shown.contains("(0 of 50 passed)"), "{shown}");
}

#[test]
fn a_seed_is_told_of_a_simulated_rig_alone() {
    let mut run = whole_run();
    assert!(show(&run, Style::default(), Lang::Pl).contains("ziarno generatora losowego: 7"));
    if let Some(Event::RunBegan { simulated, .. }) = run.first_mut().map(|entry| &mut entry.event) {
        *simulated = false;
    }
    assert!(!show(&run, Style::default(), Lang::Pl).contains("ziarno"));
}
