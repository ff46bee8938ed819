//! Every figure of a run carries value, unit, uncertainty, method and norm, in the journal and in the report for
//! dashboards. Knows nothing of how any figure is got.

use crate::program::{Scratch, journal, say};
use hejnal::journal::Event;
use hejnal::journal::read::LoadedJournal;
use hejnal::suite::usual_time;
use std::collections::BTreeSet;

/// The tags that the requirements of a call, its speech, its lamps and the firmware are judged under: figures of every
/// kind.
const SCENARIOS: &str = "@S01 or @S02 or @S12 or @S15 or @S41";

#[test]
fn every_figure_in_journal_and_report_is_whole() {
    let scratch = Scratch::new();
    let out = scratch.path().join("run");
    let ran = say(["run", "--tags", SCENARIOS, "--out", out.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let story = journal(&out);
    let figures: Vec<_> = story
        .entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Measured(measurement) => Some(measurement),
            _ => None,
        })
        .collect();
    assert!(figures.len() >= 8, "{} figures", figures.len());
    for figure in &figures {
        let told = |words: &str| words.trim().len() > 5;
        assert!(told(&figure.en) && told(&figure.pl) && figure.en != figure.pl, "{figure:?}");
        assert!(told(&figure.method.en) && told(&figure.method.pl) && figure.method.en != figure.method.pl, "{figure:?}");
        assert!(figure.estimate.value.is_finite() && figure.estimate.uncertainty.is_finite(), "{figure:?}");
        let counted = serde_json::to_value(figure.estimate.unit).unwrap() == "1";
        assert!(figure.estimate.uncertainty > 0.0 || counted, "only a count has no uncertainty: {figure:?}");
    }
    assert!(figures.iter().any(|figure| figure.method.norm.contains("ITU-T P.501")), "a sound figure names its norm");
    let junit = std::fs::read_to_string(out.join("junit.xml")).unwrap();
    for part in ["quantity", "quantity.pl", "value", "unit", "uncertainty", "method", "method.pl", "outcome"] {
        let mark = format!(".{part}\" value=\"");
        let values: Vec<&str> = junit.split(&mark).skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(values.len(), figures.len(), "{part}");
        assert!(values.iter().all(|value| !value.trim().is_empty()), "{part}: {values:?}");
    }
}

/// What a run of everything that is chosen by default states: figures, judged or not, and contributions to their
/// uncertainty.
#[test]
fn every_figure_of_a_default_run_is_in_the_list_of_figures() {
    let scratch = Scratch::new();
    let out = scratch.path().join("run");
    let ran = say(["run", "--out", out.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let listed = say(["steps", "--figures"]).out;
    let listed: BTreeSet<&str> =
        listed.lines().filter(|line| !line.starts_with(' ')).filter_map(|line| line.split_whitespace().next()).collect();
    let story = journal(&out);
    let stated: BTreeSet<&str> = story
        .entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Measured(measurement) => Some(measurement.key.as_str()),
            Event::Budget { key, .. } => Some(key.as_str()),
            _ => None,
        })
        .collect();
    assert!(stated.len() >= 40, "{stated:?}");
    assert_eq!(stated.difference(&listed).collect::<Vec<_>>(), Vec::<&&str>::new());
    as_long_as_was_told(&story);
}

/// What a run says beforehand of its length is so, scenario by scenario, to a quarter or a quarter of a minute.
fn as_long_as_was_told(story: &LoadedJournal) {
    let began = story.entries.iter().filter_map(|entry| match &entry.event {
        Event::ScenarioBegan { id, .. } => Some((id.as_str(), entry.at)),
        _ => None,
    });
    let began: Vec<_> = began.collect();
    let end = story.entries.last().map(|entry| entry.at).unwrap_or_default();
    let ends = began.iter().skip(1).map(|(_, at)| *at).chain([end]);
    let took: Vec<(&str, f64)> = began.iter().zip(ends).map(|((id, from), to)| (*id, to.since(*from).as_secs_f64())).collect();
    assert!(took.len() >= 40, "{took:?}");
    let unlike = |(id, took): &&(&str, f64)| {
        // Of one that is not known a run could tell nothing at all.
        usual_time::of(id).is_none_or(|told| (told.as_secs_f64() - took).abs() > 15f64.max(took / 4.0))
    };
    assert_eq!(took.iter().filter(unlike).collect::<Vec<_>>(), Vec::<&(&str, f64)>::new(), "the table of usual_time is stale");
}
