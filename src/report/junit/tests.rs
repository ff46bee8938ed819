//! The report as a file: what stands in it, and that it is written in passes as it would be at once.

use super::super::tests::{cut_run, whole_run};
use super::*;
use crate::journal::store::Journal;
use crate::journal::{Entry, Tally};

/// The report of a journal with these entries.
fn render(entries: &[Entry], shown: &str) -> String {
    let scratch = tempfile::tempdir().unwrap();
    let mut journal = Journal::create(scratch.path()).unwrap();
    entries.iter().for_each(|entry| _ = journal.append(entry.at, entry.event.clone()));
    journal.commit().unwrap();
    let mut xml = Vec::new();
    write(&mut xml, scratch.path(), shown, None).unwrap();
    String::from_utf8(xml).unwrap()
}

#[test]
fn a_run_as_a_dashboard_takes_it() {
    insta::assert_snapshot!("junit_whole_run", render(&whole_run(), "runs/1/journal.jsonl"));
}

#[test]
fn a_killed_run_is_an_error_of_its_scenario() {
    let xml = render(&cut_run(), "runs/1/journal.jsonl");
    assert!(xml.contains("tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"0\""), "{xml}");
    assert!(xml.contains("<error type=\"killed\""), "{xml}");
}

#[test]
fn a_run_that_never_began_is_an_error_and_no_empty_success() {
    let mut run = whole_run();
    let ending = Ending::failed(
        Blame::Bench,
        crate::unit::Bilingual::same("relays: failed to open: no such file"),
        crate::unit::Bilingual::same("plug it in"),
    );
    run.truncate(2);
    run.push(Entry {
        n: 2,
        at: Instant::ZERO,
        event: Event::RunEnded { ending, tally: Tally { skipped: 7, ..Tally::default() }, exit_code: 3 },
    });
    let xml = render(&run, "j");
    assert!(xml.contains("<testsuites name=\"hejnal\" tests=\"1\" failures=\"0\" errors=\"1\""), "{xml}");
    assert!(xml.contains("<error type=\"bench\" message=\"relays: failed to open: no such file\">plug it in</error>"), "{xml}");
}

/// The lines between a feature's head and its end, without what differs from round to round.
fn of_feature<'x>(xml: &'x str, file: &str) -> Vec<&'x str> {
    let suite = xml.split("<testsuite ").find(|suite| suite.lines().next().is_some_and(|head| head.contains(file))).unwrap();
    suite.lines().filter(|line| line.contains("<testcase ") || line.contains("\"attempts\"")).collect()
}

#[test]
fn features_that_take_turns_round_by_round_are_each_told_in_one_piece() {
    let once = whole_run();
    let is_scenario = |entry: &&Entry| !matches!(entry.event, Event::RunBegan { .. } | Event::RunEnded { .. });
    let (head, end) = (once.first().unwrap(), once.last().unwrap());
    let mut rounds = vec![head.clone()];
    for number in 1..=3 {
        for entry in once.iter().filter(is_scenario) {
            let mut entry = entry.clone();
            match &mut entry.event {
                Event::ScenarioBegan { round, .. } | Event::ScenarioEnded { round, .. } => *round = number,
                _ => {}
            }
            rounds.push(entry);
        }
    }
    rounds.push(end.clone());
    let (one, three) = (render(&once, "j"), render(&rounds, "j"));
    for file in ["01_call", "03_speech"] {
        let told = of_feature(&one, file);
        let expected: Vec<String> = (1..=3)
            .flat_map(|round| {
                let mark = if round > 1 { format!(" (round {round})\" classname") } else { "\" classname".into() };
                told.iter().map(move |line| line.replace("\" classname", &mark)).collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(of_feature(&three, file), expected, "{file}");
    }
    let tests = |xml: &str| xml.matches("<testcase ").count();
    assert!(three.contains(&format!("<testsuites name=\"hejnal\" tests=\"{}\"", 3 * tests(&one))), "{three}");
}

#[test]
fn what_xml_cannot_hold_is_replaced_and_the_rest_escaped() {
    let mut run = whole_run();
    for entry in &mut run {
        if let Event::ScenarioBegan { name, .. } = &mut entry.event {
            *name = "a\u{0}<b> & \"c\" \u{1b}[0m".into();
        }
    }
    let xml = render(&run, "j");
    assert!(xml.contains("a␀&lt;b&gt; &amp; &quot;c&quot; ␛[0m"), "{xml}");
    let mut reader = quick_xml::Reader::from_str(&xml);
    loop {
        match reader.read_event().unwrap() {
            Xml::Eof => break,
            _ => continue,
        }
    }
}
