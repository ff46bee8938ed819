//! Runs for the tests of protocols: parts of the run that is kept as a file, changed as a test needs them.

use super::{CaseFile, Examination, Protocol, Run};
use crate::journal::store::Journal;
use crate::journal::{Ending, Entry, Event, Measurement, Outcome, Tally};
use crate::report::tests::{cut_run, whole_run};
use crate::unit::{Bilingual, Estimate};
use crate::verdict::{Criterion, Source};
use std::path::Path;

/// Some scenarios of the kept run, and an end that follows from them.
pub fn part(ids: &[&str]) -> Vec<Entry> {
    let (mut kept, mut open, mut tally, mut worst) = (Vec::new(), None, Tally::default(), Ending::passed());
    for entry in whole_run() {
        let is_within = open.as_ref().is_some_and(|id: &String| ids.contains(&id.as_str()));
        match &entry.event {
            Event::ScenarioBegan { id, .. } => {
                open = Some(id.clone());
                if ids.contains(&id.as_str()) {
                    kept.push(entry);
                }
            }
            Event::ScenarioEnded { id, ending, .. } => {
                open = None;
                if ids.contains(&id.as_str()) {
                    tally.count(ending);
                    worst = worst.or_worse(ending.clone());
                    kept.push(entry);
                }
            }
            Event::RunEnded { .. } => {
                let exit_code = worst.exit_code();
                kept.push(Entry { event: Event::RunEnded { ending: worst.clone(), tally, exit_code }, ..entry });
            }
            _ if open.is_none() || is_within => kept.push(entry),
            _ => {}
        }
    }
    change(kept, |event| {
        if let Event::RunBegan { planned, .. } = event {
            *planned = ids.len();
        }
    })
}

pub fn change(mut entries: Vec<Entry>, mut with: impl FnMut(&mut Event)) -> Vec<Entry> {
    entries.iter_mut().for_each(|entry| with(&mut entry.event));
    entries
}

pub fn on_a_real_post(entries: Vec<Entry>) -> Vec<Entry> {
    change(entries, |event| {
        if let Event::RunBegan { simulated, .. } = event {
            *simulated = false;
        }
    })
}

/// So many days later.
pub fn later(entries: Vec<Entry>, days: u64) -> Vec<Entry> {
    change(entries, |event| {
        if let Event::WallClock { unix_seconds } = event {
            *unix_seconds += days * 24 * 3600;
        }
    })
}

/// The post has been mended: every figure that failed lies at half of its limit.
pub fn mended(entries: Vec<Entry>) -> Vec<Entry> {
    change(entries, |event| match event {
        Event::Measured(one) if one.outcome == Outcome::Failed => {
            one.estimate.value = 0.25;
            one.outcome = Outcome::Passed;
        }
        Event::StepEnded { ending } | Event::ScenarioEnded { ending, .. } => *ending = Ending::passed(),
        Event::RunEnded { ending, tally, exit_code } => {
            *tally = Tally { passed: tally.total(), ..Tally::default() };
            (*ending, *exit_code) = (Ending::passed(), 0);
        }
        _ => {}
    })
}

/// The kept run as it was killed.
pub fn killed() -> Vec<Entry> {
    cut_run()
}

pub fn sound() -> Examination {
    let seal = Bilingual::new("none", "brak");
    Examination { findings: Vec::new(), last_hash: "0123456789abcdef".repeat(4), seal, is_seal_unchecked: false }
}

/// Writes a run and reads it as a protocol does.
pub fn read_run(folder: &Path, entries: Vec<Entry>, examination: Examination) -> Run {
    let mut journal = Journal::create(folder).unwrap().of_simulation();
    entries.into_iter().for_each(|entry| _ = journal.append(entry.at, entry.event));
    journal.commit().unwrap();
    Run::read(folder, examination).unwrap().unwrap()
}

/// A protocol of such runs; the scratch directory may go when it is made.
pub fn protocol(runs: Vec<Vec<Entry>>, case: Option<CaseFile>) -> Protocol {
    let scratch = tempfile::tempdir().unwrap();
    let read = |(index, entries)| read_run(&scratch.path().join(format!("run-{index}")), entries, sound());
    Protocol::new(runs.into_iter().enumerate().map(read).collect(), case).unwrap()
}

/// The case that is shipped as an example, with something replaced; its other text stays as it is.
pub fn case(from: &str, to: &str) -> CaseFile {
    let text = std::fs::read_to_string("rigs/acceptance/case.yaml").unwrap();
    assert!(text.contains(from), "{from:?} stands in the example");
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("case.yaml");
    std::fs::write(&file, text.replacen(from, to, 1)).unwrap();
    super::load(&file).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// A figure of a requirement that nothing else in the run is about.
pub fn figure(id: &str, value: f64, outcome: Outcome) -> Event {
    Event::Measured(Measurement {
        key: format!("{id}.made-up"),
        en: "made up".into(),
        pl: "zmyślona".into(),
        observations: 1,
        estimate: Estimate::seconds(value, 0.001),
        criterion: Some(Criterion::AtMost(1.0)),
        source: Some(Source { id: id.into(), text: "[EJ]".into() }),
        method: crate::unit::Method::new("made up", "zmyślona", "").into(),
        outcome,
    })
}
