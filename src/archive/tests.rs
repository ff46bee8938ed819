//! Which runs of a folder go, and which stay whatever is asked for.

use super::*;
use crate::clock::Instant;
use crate::evidence::LIST_FILE;
use crate::journal::read::read;
use crate::journal::store::Journal;

const DAY: u64 = 24 * 3600;
const NOW: u64 = 2_000_000_000;

/// A run made so many days ago.
fn make(folder: &Path, days_ago: u64, is_whole: bool) {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/journals/whole.jsonl");
    let mut journal = Journal::create(folder).unwrap().of_simulation();
    for entry in read(&kept).unwrap().entries {
        match entry.event {
            Event::WallClock { .. } => _ = journal.append(Instant::ZERO, Event::WallClock { unix_seconds: NOW - days_ago * DAY }),
            Event::RunEnded { .. } if !is_whole => {}
            event => _ = journal.append(entry.at, event),
        }
    }
    journal.commit().unwrap();
    std::fs::create_dir(folder.join("audio")).unwrap();
    std::fs::write(folder.join("audio/S02-r1-a1-ear.wav"), [0; 1000]).unwrap();
    std::fs::write(folder.join("junit.xml"), "<testsuites/>").unwrap();
}

fn names(runs: &[&Listed]) -> Vec<String> {
    runs.iter().map(|run| run.folder.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn runs_are_listed_newest_first_with_what_they_are() {
    let scratch = tempfile::tempdir().unwrap();
    make(&scratch.path().join("old"), 40, true);
    make(&scratch.path().join("new"), 1, true);
    make(&scratch.path().join("cut"), 20, false);
    std::fs::create_dir(scratch.path().join("no-run")).unwrap();
    std::fs::write(scratch.path().join("a-file"), "x").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("new", scratch.path().join("latest")).unwrap();
    let runs = list(scratch.path()).unwrap();
    assert_eq!(names(&runs.iter().collect::<Vec<_>>()), ["new", "cut", "old"]);
    let [new, cut, _] = &runs[..] else { panic!() };
    assert_eq!((new.post.as_str(), new.is_simulated, new.is_sealed), ("SOS-0417", true, false));
    assert_eq!(new.ending.as_ref().map(Ending::exit_code), Some(70));
    assert_eq!(cut.ending, None);
    let journal = std::fs::metadata(scratch.path().join("new/journal.jsonl")).unwrap().len();
    assert_eq!(new.bytes, journal + 1000 + 13);
}

#[test]
fn what_may_go_is_beyond_the_newest_and_old_enough_and_neither_sealed_nor_strange_nor_under_way() {
    let scratch = tempfile::tempdir().unwrap();
    for (name, days, is_whole) in [
        ("a", 1, true),
        ("b", 10, true),
        ("c", 20, true),
        ("sealed", 30, true),
        ("strange", 40, true),
        ("open", 50, false),
        ("z", 60, true),
    ] {
        make(&scratch.path().join(name), days, is_whole);
    }
    std::fs::write(scratch.path().join("sealed").join(LIST_FILE), "whatever").unwrap();
    std::fs::write(scratch.path().join("strange/notes.txt"), "mine").unwrap();
    let runs = list(scratch.path()).unwrap();
    let check = |keep, older, go: &[&str], stay: &[&str]| {
        let (found, spared) = old(&runs, keep, older, NOW);
        assert_eq!(names(&found), go, "{keep:?} {older:?}");
        assert_eq!(names(&spared.iter().map(|(run, _)| *run).collect::<Vec<_>>()), stay);
    };
    check(Some(2), None, &["c", "z"], &["sealed", "strange", "open"]);
    check(None, Some(10), &["b", "c", "z"], &["sealed", "strange", "open"]);
    check(Some(3), Some(55), &["z"], &[]);
    check(Some(100), None, &[], &[]);
    let (_, spared) = old(&runs, Some(0), None, NOW);
    assert_eq!(spared.iter().map(|(_, why)| *why).collect::<Vec<_>>(), [Spared::Sealed, Spared::Strangers, Spared::UnderWay]);
}

#[test]
fn a_run_goes_whole_and_one_that_was_sealed_meanwhile_stays() {
    let scratch = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        make(&scratch.path().join(name), 10, true);
    }
    let runs = list(scratch.path()).unwrap();
    std::fs::write(scratch.path().join("b").join(LIST_FILE), "sealed a moment ago").unwrap();
    let results: Vec<bool> = runs.iter().map(|run| delete(run).is_ok()).collect();
    assert_eq!(results.iter().filter(|is_gone| **is_gone).count(), 1);
    assert!(!scratch.path().join("a").exists());
    assert!(scratch.path().join("b/journal.jsonl").exists() && scratch.path().join("b/audio/S02-r1-a1-ear.wav").exists());
}

/// A link in a run's folder is followed by nobody.
#[cfg(unix)]
#[test]
fn nothing_beyond_a_link_is_counted_or_deleted() {
    let scratch = tempfile::tempdir().unwrap();
    let runs = scratch.path().join("runs");
    make(&runs.join("a"), 10, true);
    let mine = scratch.path().join("mine");
    std::fs::create_dir(&mine).unwrap();
    std::fs::write(mine.join("x.wav"), "mine").unwrap();
    std::os::unix::fs::symlink(&mine, runs.join("a/audio/more.wav")).unwrap();
    let listed = list(&runs).unwrap();
    assert_eq!(listed[0].spared(), Some(Spared::Strangers));
    assert!(delete(&listed[0]).is_err() && mine.join("x.wav").exists());
}
