//! Tamperings, each found and named. What no reading of an unsealed run can find is listed as well.

mod files;
mod forgeries;
mod letters;

use super::*;
use crate::clock::Instant;
use crate::journal::Entry;
use crate::journal::audio::{Recordings, Retention, Take};
use crate::journal::read::read;
use crate::journal::store::{FILE_NAME, Journal};
use crate::report::junit;
use files::FILES;
use forgeries::{FIGURES, Forgery, ORDER, VERDICTS};
use std::path::PathBuf;

/// A run with a pass, a shortfall, a retry, an undecided figure, a broken bench and a mistake of ours, and recordings
/// that are there.
fn entries() -> Vec<Entry> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/journals/whole.jsonl");
    read(&path).unwrap().entries
}

/// Writes the run into a folder as whoever forges it would: changed, and chained anew.
fn write_run(folder: &Path, change: impl FnOnce(&mut Vec<Entry>)) {
    let mut recordings = Recordings::new(folder, Retention::All);
    let mut all: Vec<Entry> = Vec::new();
    for mut entry in entries() {
        if matches!(entry.event, Event::Audio { .. }) {
            for (name, tone) in [("operator", 0.3), ("ear", 0.1)] {
                let take = Take { scenario: "S02", round: 1, attempt: 1, name };
                entry.event = recordings.put(take, "what was heard", 8000, &[tone; 400], true).unwrap();
                all.push(entry.clone());
            }
        } else {
            all.push(entry);
        }
    }
    change(&mut all);
    let mut journal = Journal::create(folder).unwrap().of_simulation();
    for entry in all {
        journal.append(entry.at, entry.event);
    }
    journal.commit().unwrap();
    let mut report = Vec::new();
    if junit::write(&mut report, journal.path(), &journal.path().display().to_string(), None).is_ok() {
        std::fs::write(folder.join("junit.xml"), report).unwrap();
    }
}

fn kinds(folder: &Path, key: Option<&PublicKey>) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = examine(folder, key).unwrap().findings.iter().map(|finding| finding.kind).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

#[test]
fn a_run_that_nobody_touched_holds() {
    let scratch = tempfile::tempdir().unwrap();
    write_run(scratch.path(), |_| ());
    let run = examine(scratch.path(), None).unwrap();
    assert_eq!(run.findings, []);
    assert_eq!((run.exit_code(), run.model.exit_code(), run.extent.recordings), (0, 70, 2));
    assert_eq!((run.extent.figures, run.extent.attempts, run.sealed), (4, 7, Sealed::Not));
}

/// Whoever forges a journal chains it anew; what it says must still follow from what it holds.
#[test]
fn a_journal_that_was_changed_and_chained_anew_is_found_out() {
    let all: Vec<&Forgery> = FIGURES.iter().chain(VERDICTS).chain(ORDER).collect();
    assert!(all.len() >= 60, "{}", all.len());
    for (what, change, kind) in all {
        let scratch = tempfile::tempdir().unwrap();
        write_run(scratch.path(), change);
        let found = kinds(scratch.path(), None);
        assert!(found.contains(kind), "{what}: {found:?}");
        assert_eq!(examine(scratch.path(), None).unwrap().exit_code(), exit::EVIDENCE, "{what}");
    }
}

/// A run in a folder of a scratch directory, sealed or not.
fn sealed_run(scratch: &Path, key: Option<&SecretKey>) -> PathBuf {
    let folder = scratch.join("run");
    write_run(&folder, |_| ());
    if let Some(key) = key {
        seal(&folder, &examine(&folder, None).unwrap(), key, 1_783_100_000).unwrap();
    }
    folder
}

#[test]
fn what_was_done_to_a_file_is_named() {
    let key = SecretKey::new().unwrap();
    let public = key.public();
    for (what, change, kind, takes_seal) in FILES {
        let scratch = tempfile::tempdir().unwrap();
        let folder = sealed_run(scratch.path(), Some(&key));
        assert_eq!(kinds(&folder, Some(&public)), [], "{what}: before");
        change(&folder);
        let found = kinds(&folder, Some(&public));
        assert!(found.contains(kind), "{what}: {found:?}");
        if !takes_seal {
            let scratch = tempfile::tempdir().unwrap();
            let folder = sealed_run(scratch.path(), None);
            change(&folder);
            let found = kinds(&folder, None);
            assert!(found.contains(kind), "{what}, unsealed: {found:?}");
        }
    }
}
