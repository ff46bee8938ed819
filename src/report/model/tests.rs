//! What a model derives, and what it may cost over a long soak.

use super::*;
use crate::fault::Blame;
use crate::report::tests::{cut_run, whole_run};
use crate::unit::Bilingual;

/// The same run over and over, as a soak: the rounds numbered, with one beginning and one end.
pub(in crate::report) fn soak(rounds: u32) -> impl Iterator<Item = Entry> {
    let run = whole_run();
    let within = |entry: &Entry| !matches!(entry.event, Event::RunBegan { .. } | Event::LeftOut { .. } | Event::RunEnded { .. });
    let began = run.first().cloned();
    let once: Vec<Entry> = run.iter().filter(|entry| within(entry)).cloned().collect();
    let one_round = move |round: u32| {
        once.clone().into_iter().map(move |mut entry| {
            if let Event::ScenarioBegan { round: of, .. } | Event::ScenarioEnded { round: of, .. } = &mut entry.event {
                *of = round;
            }
            entry
        })
    };
    began.into_iter().chain((1..=rounds).flat_map(one_round)).chain(run.last().cloned())
}

#[test]
fn the_last_attempt_counts_and_its_tally_is_the_runs_own() {
    let model = Model::of(&whole_run());
    let told: Vec<(&str, usize, bool)> =
        model.cases.iter().map(|case| (case.last.id.as_str(), case.earlier.len(), case.last.has_passed())).collect();
    let expected =
        [("S01", 0, true), ("S02", 0, false), ("S03", 1, true), ("S12", 0, false), ("S13", 0, false), ("S14", 0, false)];
    assert_eq!(told, expected);
    let end = model.end.as_ref().unwrap();
    assert_eq!((model.tally(), model.exit_code()), (end.tally, 70));
    let tally = model.tally();
    assert_eq!((tally.failed, tally.not_judged_bench, tally.not_judged_hejnal, tally.skipped), (1, 1, 1, 1));
}

#[test]
fn a_step_has_the_figures_that_it_found_and_the_attempt_the_blame() {
    let model = Model::of(&whole_run());
    let late = model.attempts().find(|attempt| attempt.id == "S02").unwrap();
    assert_eq!((late.blame(), late.decided_by().map(|m| m.key.as_str())), (Some(Blame::Device), Some("T04.answer-to-voice")));
    let step = late.unpassed_step().unwrap();
    assert_eq!((step.figures, step.ending.as_ref()), ((0, 1), late.ending.as_ref()));
    let first = model.attempts().next().unwrap();
    assert_eq!(first.steps.iter().map(|step| step.figures).collect::<Vec<_>>(), [(0, 0), (0, 0), (0, 2)]);
    assert_eq!(
        model.margins().iter().map(|margin| margin.measurement.key.as_str()).collect::<Vec<_>>(),
        ["T02.press-to-ringing"]
    );
}

#[test]
fn a_killed_run_has_an_attempt_without_an_end_and_no_exit_code_of_its_own() {
    let model = Model::of(&cut_run());
    assert_eq!(model.exit_code(), exit::BENCH);
    assert_eq!(model.scenarios.iter().map(|s| s.ending().is_some()).collect::<Vec<_>>(), [true, false]);
    assert_eq!((model.tally().passed, model.tally().skipped), (1, 6));
}

/// What is kept can only be compared by what it prints: everything that a model holds is in its `Debug`.
#[test]
fn a_soak_of_ten_thousand_rounds_keeps_no_more_than_one_of_ten() {
    let kept = |rounds: u32| {
        let mut model = Model::new(Keep::Tallies);
        soak(rounds).for_each(|entry| _ = model.take(&entry));
        model.finish();
        assert_eq!((model.scenarios[0].passed, model.scenarios[1].passed), (rounds as usize, 0));
        assert_eq!(model.scenarios[1].rounds, rounds as usize);
        assert!(model.cases.is_empty());
        format!("{model:?}").len()
    };
    let (short, long) = (kept(10), kept(10_000));
    assert!(long < short + 200, "{short} characters after 10 rounds, {long} after 10,000");
}

/// By a step, in passing, or by a bench that was then found wanting.
#[test]
fn how_a_requirement_was_looked_at() {
    let looked = |change: fn(&mut Event)| {
        let mut run = whole_run();
        let end = run.iter().position(|entry| matches!(entry.event, Event::ScenarioEnded { .. })).unwrap();
        run.truncate(end + 1);
        run.iter_mut().for_each(|entry| change(&mut entry.event));
        let (_, looked) = Model::of(&run).requirements().into_iter().find(|(limit, _)| limit.id == "T02").unwrap();
        looked
    };
    assert_eq!(looked(|_| ()), Looked::Judged);
    assert_eq!(
        looked(|event| {
            if let Event::Measured(measurement) = event {
                measurement.key = measurement.key.replace("T02.", "T02.watch.");
            }
        }),
        Looked::Watched
    );
    assert_eq!(
        looked(|event| {
            if let Event::Measured(measurement) = event {
                measurement.outcome = Outcome::Inconclusive;
            }
        }),
        Looked::NotAtAll
    );
    assert_eq!(
        looked(|event| {
            if let Event::ScenarioEnded { ending, .. } = event {
                *ending = Ending::failed(Blame::Bench, Bilingual::same("a lead"), Bilingual::same("mend it"));
            }
        }),
        Looked::NotAtAll
    );
}
