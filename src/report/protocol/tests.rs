//! What may be signed of which runs, and what several of them come to together.

use super::samples::{case, change, figure, killed, later, mended, on_a_real_post, part, protocol, read_run, sound};
use super::*;
use crate::journal::{Event, Outcome};
use crate::problem::Place;

fn told(protocol: &Protocol) -> String {
    protocol.reasons.iter().map(|reason| format!("{}\n", reason.en)).collect()
}

#[test]
fn a_real_run_that_holds_and_passed_leaves_the_decision_to_the_commission() {
    assert_eq!(told(&protocol(vec![on_a_real_post(part(&["S01"]))], None)), "");
    assert_eq!(
        told(&protocol(vec![on_a_real_post(part(&["S01", "S03"]))], Some(case("case: 1", "case: 1")))),
        "",
        "a retry is none"
    );
}

#[test]
fn whatever_stands_against_the_acceptance_is_named() {
    let real = |ids: &[&str]| on_a_real_post(part(ids));
    let check = |protocol: Protocol, expected: &str| {
        let told = told(&protocol);
        assert!(told.contains(expected), "{expected:?} in {told:?}");
    };
    check(protocol(vec![part(&["S01"])], None), "simulated (run 1)");
    check(protocol(vec![real(&["S01", "S02"])], None), "requirements that the post does not meet: T04 (S02)");
    check(protocol(vec![real(&["S01", "S12"])], None), "not decided: scenarios S12");
    check(protocol(vec![real(&["S01", "S13"])], None), "not decided: scenarios S13");
    check(protocol(vec![on_a_real_post(killed())], None), "run 1 was not made to its end: of 7 scenarios planned 6");
    check(protocol(vec![real(&[])], None), "run 1 was not made to its end");
    let overdue = case("due: 2027-02-10", "due: 2026-07-02");
    check(protocol(vec![real(&["S01"])], Some(overdue)), "calibration overdue: kalibrator akustyczny, due 2026-07-02");
    let on_the_day = case("due: 2027-02-10", "due: 2026-07-03");
    assert_eq!(told(&protocol(vec![real(&["S01"])], Some(on_the_day))), "", "a certificate counts on its last day");
    let blocking = case("class: C }", "class: A }");
    check(protocol(vec![real(&["S01"])], Some(blocking)), "known defect of class A: zarysowana obudowa");
    let removed = case("class: C }", "class: A, removed: 2026-12-01 }");
    assert_eq!(told(&protocol(vec![real(&["S01"])], Some(removed))), "");
}

#[test]
fn evidence_that_does_not_hold_or_a_seal_that_nobody_checked_bars_it() {
    let scratch = tempfile::tempdir().unwrap();
    let examination = Examination { findings: vec![Bilingual::new("line 7 was changed", "wiersz 7 zmieniono")], ..sound() };
    let changed = read_run(&scratch.path().join("a"), on_a_real_post(part(&["S01"])), examination);
    let unchecked = Examination { is_seal_unchecked: true, ..sound() };
    let unchecked = read_run(&scratch.path().join("b"), on_a_real_post(part(&["S01"])), unchecked);
    let told = told(&Protocol::new(vec![changed, unchecked], None).unwrap());
    assert!(told.contains("the evidence of run 1 does not hold (1): line 7 was changed"), "{told}");
    assert!(told.contains("the seal of run 2 was not checked"), "{told}");
}

#[test]
fn a_defect_is_tied_to_its_retest_and_both_figures_stand() {
    let first = on_a_real_post(part(&["S01", "S02"]));
    // Given in the wrong order: their dates decide.
    let again = later(mended(on_a_real_post(part(&["S02"]))), 10);
    let protocol = protocol(vec![again, first], None);
    let [defect] = &protocol.defects[..] else { panic!("{:?}", protocol.defects) };
    let value = |seen: &Seen| seen.figure.as_ref().map(|figure| (seen.run, figure.measurement.estimate.value));
    assert_eq!(value(&defect.first), Some((0, 0.743)));
    assert_eq!(defect.retests.iter().map(value).collect::<Vec<_>>(), [Some((1, 0.25))]);
    assert_eq!((defect.state, defect.requirement.as_deref()), (State::Removed, Some("T04")));
    assert_eq!(told(&protocol), "");
}

/// A post that does nothing is judged by other figures than one that does it.
#[test]
fn a_retest_without_the_same_figure_shows_that_of_the_same_requirement() {
    let first = change(on_a_real_post(part(&["S02"])), |event| {
        if let Event::Measured(one) = event {
            one.key = "T04.never-heard".into();
        }
    });
    let protocol = protocol(vec![first, later(mended(on_a_real_post(part(&["S02"]))), 1)], None);
    let figure = protocol.defects[0].retests[0].figure.as_ref().unwrap();
    assert_eq!((figure.measurement.key.as_str(), figure.measurement.estimate.value), ("T04.answer-to-voice", 0.25));
}

#[test]
fn a_bench_that_failed_later_takes_nothing_back_and_a_post_that_failed_later_does() {
    let fault = later(on_a_real_post(part(&["S13"])), 1);
    let named_s01 = change(fault, |event| match event {
        Event::ScenarioBegan { id, .. } | Event::ScenarioEnded { id, .. } => *id = "S01".into(),
        _ => {}
    });
    let of_bench = protocol(vec![on_a_real_post(part(&["S01"])), named_s01], None);
    assert_eq!(of_bench.checks[0].counting().map(|(run, _)| *run), Some(0));
    let good_first = mended(on_a_real_post(part(&["S02"])));
    let of_post = protocol(vec![good_first, later(on_a_real_post(part(&["S02"])), 1)], None);
    assert_eq!(of_post.checks[0].counting().map(|(run, _)| *run), Some(1));
    assert_eq!(of_post.defects[0].state, State::NotRetested);
    assert!(told(&of_post).contains("T04 (S02)"));
}

#[test]
fn what_was_checked_with_another_firmware_bars_it() {
    let other = change(later(mended(on_a_real_post(part(&["S02"]))), 1), |event| {
        if let Event::RunBegan { post, .. } = event {
            post.firmware_sha256 = "ff".repeat(32);
        }
    });
    let protocol = protocol(vec![on_a_real_post(part(&["S01", "S02"])), other], None);
    assert!(told(&protocol).contains("checked with another firmware than the last one"), "{}", told(&protocol));
    assert!(told(&protocol).ends_with("scenarios S01\n"), "{}", told(&protocol));
}

#[test]
fn a_requirement_rests_on_a_line_of_the_journal_and_a_clause_without_cover_is_told() {
    let run = on_a_real_post(part(&["S01", "S02"]));
    let protocol = protocol(vec![run.clone()], Some(case("case: 1", "case: 1")));
    let of = |id: &str| protocol.requirements.iter().find(|one| one.limit.id == id).unwrap();
    let [proof] = &of("T02").proofs[..] else { panic!("{:?}", of("T02")) };
    let line = run.iter().position(|entry| matches!(&entry.event, Event::Measured(one) if one.key == "T02.press-to-ringing"));
    assert_eq!((proof.id.as_str(), proof.figure.line), ("S01", line.unwrap() as u64 + 1));
    assert!(of("T04").has_failed() && of("T04").is_covered() && !of("T10").is_covered());
    let uncovered: Vec<&str> = protocol.uncovered_clauses().iter().map(|clause| clause.clause.as_str()).collect();
    assert_eq!(uncovered.len(), 8, "T01 was not tried, nor was anything of the others: {uncovered:?}");
}

/// Of many rounds the worst of each figure stands there.
#[test]
fn of_rounds_the_worst_figure_counts() {
    let mut run = on_a_real_post(part(&["S01"]));
    let end = run.pop().unwrap();
    let rounds = [0.9, 0.95, 0.5].into_iter().enumerate().flat_map(|(place, value)| {
        let mut block: Vec<_> = part(&["S01"]).into_iter().filter(|entry| entry.event != end.event).collect();
        block.retain(|entry| !matches!(entry.event, Event::RunBegan { .. } | Event::WallClock { .. } | Event::RunEnded { .. }));
        let middle = block.len() - 3;
        let at = block[middle].at;
        block.insert(middle, crate::journal::Entry { n: 0, at, event: figure("T09", value, Outcome::Passed) });
        change(block, move |event| match event {
            Event::ScenarioBegan { round, .. } | Event::ScenarioEnded { round, .. } => *round = place as u32 + 2,
            _ => {}
        })
    });
    run.extend(rounds.collect::<Vec<_>>());
    run.push(end);
    let protocol = protocol(vec![run], None);
    let of_t09 = protocol.requirements.iter().find(|one| one.limit.id == "T09").unwrap();
    assert_eq!(of_t09.proofs.iter().map(|proof| proof.figure.measurement.estimate.value).collect::<Vec<_>>(), [0.95]);
}

#[test]
fn runs_of_different_posts_and_a_case_that_contradicts_them_are_refused() {
    let other = change(part(&["S01"]), |event| {
        if let Event::RunBegan { post, .. } = event {
            post.identity = "SOS-0418".into();
        }
    });
    let scratch = tempfile::tempdir().unwrap();
    let read = |name: &str, entries| read_run(&scratch.path().join(name), entries, sound());
    let refused = Protocol::new(vec![read("a", part(&["S01"])), read("b", other)], None).unwrap_err();
    assert!(refused[0].cause.en.contains("different posts"), "{refused:?}");
    let text = "{ what: zarysowana obudowa od strony jezdni, class: C }";
    let wrong = case(text, "{ scenario: S03, what: x }");
    let refused = Protocol::new(vec![read("c", part(&["S01", "S02"]))], Some(wrong)).unwrap_err();
    assert_eq!(refused[0].remedy.en, "did you mean \"S02\"?");
    assert!(refused[0].at.as_ref().is_some_and(|(_, Place { line, .. })| *line > 50), "{refused:?}");
    let wrong = case("variant: existing-pole", "variant: new-post");
    let refused = Protocol::new(vec![read("d", part(&["S01"]))], Some(wrong)).unwrap_err();
    assert!(refused[0].cause.en.starts_with("object.variant is \"new-post\""), "{refused:?}");
}
