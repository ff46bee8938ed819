//! Rigs whose roles differ from the wires that are there: what `check` says, or else the first scenario that fails,
//! whom it accuses and of what.
//!
//! One table to read through in a review. A wrong rig must be laid to the bench or to the rig.

use crate::program::{Scratch, journal, say};
use hejnal::journal::Event;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// The bench itself, a call with speech and lamps.
const SCENARIOS: &str = "@S00 or @S01 or @S08 or @S09";

/// The wires of `rigs/virtual.yaml`, whatever its roles are made to say.
const HARNESS: &str = "  wiring:
    button: { relay: relays/1, contact: normally-open, sense: inputs/4 }
    mains:  { relay: relays/2, contact: normally-closed, sense: inputs/5 }
    fibre:  { relay: relays/3, contact: normally-closed, sense: inputs/6 }
    lamp-placed: inputs/1
    lamp-connected: inputs/2
    lamp-out-of-service: inputs/3
    mouth: card/out-1
    ear: card/in-1
    contact-tone: { out: card/out-2, in: card/in-2 }
    loopback: { out: card/out-2, in: card/in-3 }
";

/// What to put for what in the shipped rig, one after the other.
type Changes = &'static [(&'static str, &'static str)];

const TABLE: &[(&str, Changes)] = &[
    ("as wired", &[]),
    (
        "button and mains, relays and senses",
        &[
            ("relays/1, contact: normally-open, sense: inputs/4", "relays/2, contact: normally-open, sense: inputs/5"),
            (
                "mains:  { relay: relays/2, contact: normally-closed, sense: inputs/5",
                "mains:  { relay: relays/1, contact: normally-closed, sense: inputs/4",
            ),
        ],
    ),
    (
        "button and fibre, relays and senses",
        &[
            ("relays/1, contact: normally-open, sense: inputs/4", "relays/3, contact: normally-open, sense: inputs/6"),
            (
                "fibre:  { relay: relays/3, contact: normally-closed, sense: inputs/6",
                "fibre:  { relay: relays/1, contact: normally-closed, sense: inputs/4",
            ),
        ],
    ),
    (
        "mains and fibre, relays and senses",
        &[
            (
                "mains:  { relay: relays/2, contact: normally-closed, sense: inputs/5",
                "mains:  { relay: relays/3, contact: normally-closed, sense: inputs/6",
            ),
            (
                "fibre:  { relay: relays/3, contact: normally-closed, sense: inputs/6",
                "fibre:  { relay: relays/2, contact: normally-closed, sense: inputs/5",
            ),
        ],
    ),
    (
        "button and mains, relays",
        &[("button: { relay: relays/1", "button: { relay: relays/2"), ("mains:  { relay: relays/2", "mains:  { relay: relays/1")],
    ),
    (
        "button and fibre, relays",
        &[("button: { relay: relays/1", "button: { relay: relays/3"), ("fibre:  { relay: relays/3", "fibre:  { relay: relays/1")],
    ),
    (
        "mains and fibre, relays",
        &[("mains:  { relay: relays/2", "mains:  { relay: relays/3"), ("fibre:  { relay: relays/3", "fibre:  { relay: relays/2")],
    ),
    ("button and mains, senses", &[("inputs/4", "inputs/0"), ("inputs/5", "inputs/4"), ("inputs/0", "inputs/5")]),
    ("button and fibre, senses", &[("inputs/4", "inputs/0"), ("inputs/6", "inputs/4"), ("inputs/0", "inputs/6")]),
    ("mains and fibre, senses", &[("inputs/5", "inputs/0"), ("inputs/6", "inputs/5"), ("inputs/0", "inputs/6")]),
    ("button's sense and a lamp", &[("inputs/4", "inputs/0"), ("inputs/1", "inputs/4"), ("inputs/0", "inputs/1")]),
    ("mains' sense and a lamp", &[("inputs/5", "inputs/0"), ("inputs/3", "inputs/5"), ("inputs/0", "inputs/3")]),
    ("button on the spare relay", &[("button: { relay: relays/1", "button: { relay: relays/8")]),
    ("fibre's sense on a spare input", &[("sense: inputs/6", "sense: more-inputs/8")]),
    ("lamps placed and connected", &[("inputs/1", "inputs/0"), ("inputs/2", "inputs/1"), ("inputs/0", "inputs/2")]),
    ("lamps placed and out of service", &[("inputs/1", "inputs/0"), ("inputs/3", "inputs/1"), ("inputs/0", "inputs/3")]),
    ("lamps connected and out of service", &[("inputs/2", "inputs/0"), ("inputs/3", "inputs/2"), ("inputs/0", "inputs/3")]),
    ("ear and contact tone", &[("card/in-1", "card/in-0"), ("card/in-2", "card/in-1"), ("card/in-0", "card/in-2")]),
    ("ear and loop-back", &[("card/in-1", "card/in-0"), ("card/in-3", "card/in-1"), ("card/in-0", "card/in-3")]),
    ("contact tone and loop-back", &[("card/in-2", "card/in-0"), ("card/in-3", "card/in-2"), ("card/in-0", "card/in-3")]),
    ("mouth and tone", &[("card/out-1", "card/out-0"), ("card/out-2", "card/out-1"), ("card/out-0", "card/out-2")]),
    ("button normally closed", &[("contact: normally-open", "contact: normally-closed")]),
    (
        "mains normally open",
        &[("mains:  { relay: relays/2, contact: normally-closed", "mains:  { relay: relays/2, contact: normally-open")],
    ),
    ("a relay beyond the board", &[("relays/3", "relays/5")]),
    ("an input beyond the board", &[("inputs/6", "inputs/9")]),
    ("a jack beyond the card", &[("ear: card/in-1", "ear: card/in-4")]),
    ("another realm", &[("realm: straz.miejska", "realm: dyspozytornia.example")]),
    ("another password", &[("password: piotrkowska", "password: narutowicza")]),
    ("another post among the users", &[("- { name: SOS-0417", "- { name: SOS-0500")]),
    (
        "boards under other names",
        &[
            ("relays:   { driver: lcus, port: twin:relays", "rack:     { driver: lcus, port: twin:rack-a"),
            ("relays/", "rack/"),
            ("port: twin:console", "port: twin:post"),
        ],
    ),
];

/// Wires that are wrong while the roles are as ever.
const WIRES: &[(&str, Changes)] = &[
    (
        "mains wired through the open contact",
        &[("mains:  { relay: relays/2, contact: normally-closed", "mains:  { relay: relays/2, contact: normally-open")],
    ),
    ("button wired through the closed contact", &[("contact: normally-open", "contact: normally-closed")]),
    (
        "fibre wired through the open contact",
        &[("fibre:  { relay: relays/3, contact: normally-closed", "fibre:  { relay: relays/3, contact: normally-open")],
    ),
];

fn changed(text: &str, changes: Changes) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from:?} stands in the rig");
        text.replace(from, to)
    })
}

/// What becomes of a rig: in a word or two, with whom it accuses.
fn told(roles: Changes, wires: Changes) -> String {
    let scratch = Scratch::new();
    let plain = std::fs::read_to_string(scratch.rig("defects: []", "defects: []")).unwrap();
    let (head, _) = plain.split_once("\ntwin:").unwrap();
    // The harness bears the names of its boards, whatever they are.
    let names = roles.iter().filter(|(from, _)| *from == "relays/").copied().collect::<Vec<_>>();
    let harness = names.iter().fold(changed(HARNESS, wires), |text, (from, to)| text.replace(from, to));
    let rig = scratch.write("rig.yaml", format!("{}\ntwin:\n  seed: 1\n{harness}", changed(head, roles)));
    let rig = rig.to_str().unwrap();
    let checked = say(["check", "--rig", rig]);
    if checked.code != Some(0) {
        let first = checked.err.lines().find(|line| line.starts_with(rig)).unwrap_or_default();
        let cause = first.splitn(4, ':').last().unwrap_or_default();
        return format!("check {}:{cause}", checked.code.unwrap_or(-1));
    }
    let out = scratch.path().join("run");
    let ran = say(["run", "--rig", rig, "--tags", SCENARIOS, "--out", out.to_str().unwrap()]);
    let failed = journal(&out).entries.into_iter().find_map(|entry| match entry.event {
        Event::ScenarioEnded { id, ending, .. } if !ending.has_passed() => Some((id, ending)),
        _ => None,
    });
    match failed {
        None => format!("run {}: passed", ran.code.unwrap_or(-1)),
        Some((id, ending)) => {
            let blame = ending.blame.map(|blame| format!("{blame:?}").to_lowercase()).unwrap_or_default();
            format!("run {}: {id} {blame}: {}", ran.code.unwrap_or(-1), ending.message.en)
        }
    }
}

#[test]
fn every_wrong_wire_is_found_and_laid_to_the_bench() {
    let roles = TABLE.iter().map(|(row, changes)| (*row, *changes, &[] as Changes));
    let rows: Vec<_> = roles.chain(WIRES.iter().map(|(row, changes)| (*row, &[] as Changes, *changes))).collect();
    let (next, found) = (AtomicUsize::new(0), Mutex::new(vec![String::new(); rows.len()]));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((row, roles, wires)) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let verdict = told(roles, wires);
                    let at = rows.iter().position(|(known, ..)| known == row).unwrap();
                    found.lock().unwrap_or_else(PoisonError::into_inner)[at] = verdict;
                }
            });
        }
    });
    let mut shown = String::new();
    for ((row, ..), verdict) in rows.iter().zip(found.into_inner().unwrap()) {
        writeln!(shown, "{row}\n    {verdict}").unwrap();
    }
    insta::assert_snapshot!("miswired", shown);
}
