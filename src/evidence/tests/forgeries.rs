//! What a forger writes into a journal before he chains it anew, and how each is named.

use super::Kind;
use crate::clock::Instant;
use crate::fault::Blame;
use crate::journal::{Ending, Entry, Event, Outcome, SafeCheck, Tally};
use crate::verdict::Criterion;

/// The figure with this key.
fn figure<'e>(entries: &'e mut [Entry], key: &str) -> &'e mut crate::journal::Measurement {
    let found = entries.iter_mut().find_map(|entry| match &mut entry.event {
        Event::Measured(measurement) if measurement.key == key => Some(measurement),
        _ => None,
    });
    found.expect("the figure")
}

fn ended<'e>(entries: &'e mut [Entry], of: &str) -> &'e mut Ending {
    let found = entries.iter_mut().find_map(|entry| match &mut entry.event {
        Event::ScenarioEnded { id, ending, .. } if id == of => Some(ending),
        _ => None,
    });
    found.expect("the scenario's end")
}

fn runs_end(entries: &mut [Entry]) -> (&mut Ending, &mut Tally, &mut u8) {
    match entries.last_mut().map(|entry| &mut entry.event) {
        Some(Event::RunEnded { ending, tally, exit_code }) => (ending, tally, exit_code),
        _ => panic!("the run's end"),
    }
}

fn place(entries: &[Entry], is_it: impl Fn(&Event) -> bool) -> usize {
    entries.iter().position(|entry| is_it(&entry.event)).expect("such an event")
}

const LATE: &str = "T04.answer-to-voice";
const RINGS: &str = "T02.press-to-ringing";
const CLOSE: &str = "T10.delay.to-operator";

pub(super) type Forgery = (&'static str, fn(&mut Vec<Entry>), Kind);

pub(super) const FIGURES: &[Forgery] = &[
    ("a figure made better", |run| figure(run, LATE).estimate.value = 0.2, Kind::Figure),
    ("a figure made worse", |run| figure(run, RINGS).estimate.value = 2.4, Kind::Figure),
    ("a figure that is no number", |run| figure(run, RINGS).estimate.value = f64::NAN, Kind::Figure),
    ("a figure of another unit's size", |run| figure(run, RINGS).estimate.value *= 1000.0, Kind::Figure),
    ("a figure's sign", |run| figure(run, "call.arrived").estimate.value = -1.0, Kind::Figure),
    ("an outcome made good", |run| figure(run, LATE).outcome = Outcome::Passed, Kind::Figure),
    ("an outcome made bad", |run| figure(run, RINGS).outcome = Outcome::Failed, Kind::Figure),
    ("an outcome never given", |run| figure(run, RINGS).outcome = Outcome::Skipped, Kind::Figure),
    ("an undecided figure decided", |run| figure(run, CLOSE).outcome = Outcome::Passed, Kind::Figure),
    ("an undecided figure condemned", |run| figure(run, CLOSE).outcome = Outcome::Failed, Kind::Figure),
    ("a limit loosened", |run| figure(run, LATE).criterion = Some(Criterion::AtMost(5.0)), Kind::Figure),
    ("a limit tightened", |run| figure(run, RINGS).criterion = Some(Criterion::AtMost(0.2)), Kind::Figure),
    ("a limit turned round", |run| figure(run, RINGS).criterion = Some(Criterion::AtLeast(2.0)), Kind::Figure),
    ("a limit taken away", |run| figure(run, LATE).criterion = None, Kind::Figure),
    ("an uncertainty made small", |run| figure(run, CLOSE).estimate.uncertainty = 0.0, Kind::Scenario),
    ("an uncertainty made large", |run| figure(run, RINGS).estimate.uncertainty = 3.0, Kind::Figure),
    ("an uncertainty that is no number", |run| figure(run, RINGS).estimate.uncertainty = f64::INFINITY, Kind::Figure),
    ("a figure held back", |run| figure(run, RINGS).outcome = Outcome::Inconclusive, Kind::Scenario),
    ("another count", |run| figure(run, "call.arrived").estimate.value = 2.0, Kind::Figure),
    ("a limit's source", |run| figure(run, RINGS).source.as_mut().unwrap().text = "ITU-T E.721 [X]".into(), Kind::Limit),
    ("a limit of no requirement", |run| figure(run, RINGS).source.as_mut().unwrap().id = "T99".into(), Kind::Limit),
    ("a limit of another requirement", |run| figure(run, RINGS).source.as_mut().unwrap().id = "T10".into(), Kind::Limit),
];

pub(super) const VERDICTS: &[Forgery] = &[
    ("a scenario passed", |run| *ended(run, "S02") = Ending::passed(), Kind::Scenario),
    ("an undecided scenario passed", |run| *ended(run, "S12") = Ending::passed(), Kind::Scenario),
    ("a bench's failure passed", |run| *ended(run, "S13") = Ending::passed(), Kind::Scenario),
    ("the post blamed for the bench", |run| ended(run, "S13").blame = Some(Blame::Device), Kind::Scenario),
    (
        "the post blamed for what passed",
        |run| *ended(run, "S01") = Ending::failed(Blame::Device, ("x", "x"), ("", "")),
        Kind::Scenario,
    ),
    ("the scenario blamed for the post", |run| ended(run, "S02").outcome = Outcome::Inconclusive, Kind::Scenario),
    ("a failure skipped", |run| (ended(run, "S02").outcome, ended(run, "S02").blame) = (Outcome::Skipped, None), Kind::Scenario),
    ("nobody blamed", |run| ended(run, "S02").blame = Some(Blame::Nobody), Kind::Scenario),
    (
        "a step passed",
        |run| {
            let failed = |event: &Event| matches!(event, Event::StepEnded { ending } if ending.blame == Some(Blame::Device));
            let at = place(run, failed);
            run[at].event = Event::StepEnded { ending: Ending::passed() };
        },
        Kind::Step,
    ),
    ("a tally", |run| runs_end(run).1.failed = 0, Kind::End),
    ("a tally with one more", |run| runs_end(run).1.passed += 1, Kind::End),
    ("an exit code", |run| *runs_end(run).2 = 0, Kind::End),
    ("another exit code", |run| *runs_end(run).2 = 3, Kind::End),
    (
        "a verdict and its exit code",
        |run| {
            let (ending, _, exit_code) = runs_end(run);
            (*ending, *exit_code) = (Ending::passed(), 0);
        },
        Kind::End,
    ),
    (
        "a milder verdict and its exit code",
        |run| {
            let (ending, _, exit_code) = runs_end(run);
            (*ending, *exit_code) = (Ending::failed(Blame::Device, ("x", "x"), ("", "")), 1);
        },
        Kind::End,
    ),
    (
        "something left unsafe, and passed",
        |run| {
            let at = place(run, |event| matches!(event, Event::MadeSafe { .. }));
            let check = SafeCheck { what: ("mains on", "x").into(), ok: false, detail: ("off", "x").into() };
            run[at].event = Event::MadeSafe { checks: vec![check] };
        },
        Kind::Scenario,
    ),
];

fn is_end_of(id: &'static str) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::ScenarioEnded { id: found, .. } if found == id)
}

fn is_begin_of(id: &'static str) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::ScenarioBegan { id: found, .. } if found == id)
}

pub(super) const ORDER: &[Forgery] = &[
    (
        "a whole scenario cut out",
        |run| {
            let (from, to) = (place(run, is_begin_of("S02")), place(run, is_end_of("S02")));
            run.drain(from..=to);
        },
        Kind::End,
    ),
    (
        "an attempt at a scenario cut out",
        |run| {
            let (from, to) = (place(run, is_begin_of("S03")), place(run, is_end_of("S03")));
            run.drain(from..=to);
        },
        Kind::Scenario,
    ),
    (
        "a scenario put in twice",
        |run| {
            let (from, to) = (place(run, is_begin_of("S01")), place(run, is_end_of("S01")));
            let again: Vec<Entry> = run[from..=to].to_vec();
            run.splice(to + 1..to + 1, again);
        },
        Kind::Order,
    ),
    (
        "another try at what the post failed",
        |run| {
            let (from, to) = (place(run, is_begin_of("S01")), place(run, is_end_of("S01")));
            let mut again: Vec<Entry> = run[from..=to].to_vec();
            for entry in &mut again {
                if let Event::ScenarioBegan { id, attempt, .. } | Event::ScenarioEnded { id, attempt, .. } = &mut entry.event {
                    (*id, *attempt) = ("S02".into(), 2);
                }
            }
            let at = place(run, is_end_of("S02"));
            run.splice(at + 1..at + 1, again);
        },
        Kind::Scenario,
    ),
    ("a scenario's end cut out", |run| _ = run.remove(place(run, is_end_of("S01"))), Kind::Order),
    ("a scenario's beginning cut out", |run| _ = run.remove(place(run, is_begin_of("S01"))), Kind::Order),
    ("a step's end cut out", |run| _ = run.remove(place(run, |event| matches!(event, Event::StepEnded { .. }))), Kind::Order),
    (
        "a step's beginning cut out",
        |run| _ = run.remove(place(run, |event| matches!(event, Event::StepBegan { .. }))),
        Kind::Order,
    ),
    (
        "the end of another scenario",
        |run| {
            let at = place(run, is_end_of("S01"));
            if let Event::ScenarioEnded { id, .. } = &mut run[at].event {
                *id = "S04".into();
            }
        },
        Kind::Order,
    ),
    ("the date cut out", |run| _ = run.remove(1), Kind::Order),
    ("a second date", |run| run.insert(7, run[1].clone()), Kind::Order),
    ("a second beginning", |run| run.insert(7, run[0].clone()), Kind::Order),
    ("something after the end", |run| run.push(run[3].clone()), Kind::Order),
    ("time that runs backwards", |run| run[9].at = Instant::from_nanos(1), Kind::Order),
    ("a recording from elsewhere", |run| rename(run, "../../etc/passwd"), Kind::Order),
    ("a recording of an absolute name", |run| rename(run, "/etc/passwd"), Kind::Order),
    ("a recording within a folder", |run| rename(run, "audio/../journal.jsonl"), Kind::Order),
    ("a recording that is none", |run| rename(run, "audio/S99-r1-a1-ear.wav"), Kind::Missing),
    (
        "one recording twice",
        |run| {
            let at = place(run, |event| matches!(event, Event::Audio { .. }));
            run.insert(at, run[at].clone());
        },
        Kind::Order,
    ),
    (
        "a recording's hash",
        |run| {
            let at = place(run, |event| matches!(event, Event::Audio { .. }));
            if let Event::Audio { sha256, .. } = &mut run[at].event {
                *sha256 = "0".repeat(64);
            }
        },
        Kind::Changed,
    ),
    (
        "a recording said not to be kept",
        |run| {
            let at = place(run, |event| matches!(event, Event::Audio { .. }));
            if let Event::Audio { kept, .. } = &mut run[at].event {
                *kept = false;
            }
        },
        Kind::Added,
    ),
    (
        "a recording cut out of the journal",
        |run| _ = run.remove(place(run, |event| matches!(event, Event::Audio { .. }))),
        Kind::Added,
    ),
];

fn rename(run: &mut [Entry], name: &str) {
    let at = place(run, |event| matches!(event, Event::Audio { .. }));
    if let Event::Audio { file, .. } = &mut run[at].event {
        *file = name.into();
    }
}
