//! Whatever ends a run, the rig is left with the button released, the power on and the fibre connected, and the journal
//! says so.
//!
//! Knows nothing of how making safe is done: it reads the exit code and the journal, as an auditor would.

use crate::program::{Running, Said, Scratch, hejnal, journal, say};
use hejnal::bench::{self, Circuit, Opening};
use hejnal::fault::Blame;
use hejnal::journal::audio::Retention;
use hejnal::journal::read::LoadedJournal;
use hejnal::journal::{Ending, Entry, Event, FormatVersion, PostIdentity, SafeCheck};
use hejnal::rig;
use hejnal::steps::phrase::{Kind, Phrase};
use hejnal::steps::{TABLES, World};
use hejnal::suite::on_bench::OnBench;
use hejnal::suite::{Finished, Needs, Options, PhraseMatcher, lint};
use hejnal::unit::Lang;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Everything that can be left switched is switched, one thing after the other, and stays so for weeks.
fn all_switched() -> String {
    let begin = "Feature: F\n@S01\nScenario: Whoever interrupts finds everything switched\nGiven the post is ready\nWhen the fibre is cut\n";
    let held = "And the button is pressed for 2 minutes\n".repeat(12);
    let off = "And the post is switched off\n";
    let wait = "And 1 h pass\n".repeat(400);
    let next = "@S02\nScenario: The next one is never begun\nWhen 1 s passes\n";
    format!("{begin}{held}{off}{wait}{next}")
}

/// The circuits and instruments read back when the rig was last made safe.
#[track_caller]
fn last_made_safe(story: &LoadedJournal) -> (usize, Vec<SafeCheck>) {
    let found = story.entries.iter().enumerate().rev().find_map(|(place, entry)| match &entry.event {
        Event::MadeSafe { checks } => Some((place, checks.clone())),
        _ => None,
    });
    found.expect("the rig was made safe")
}

#[track_caller]
fn is_left_safe(story: &LoadedJournal) {
    let (place, checks) = last_made_safe(story);
    let done: Vec<(&str, bool)> = checks.iter().map(|check| (check.what.en.as_str(), check.ok)).collect();
    let wanted = [
        "button released",
        "mains on",
        "fibre connected",
        "loudspeaker connected",
        "microphone connected",
        "calls ended",
        "sound stopped",
    ];
    assert_eq!(done, wanted.map(|what| (what, true)), "{checks:?}");
    for check in checks.iter().take(3) {
        assert_eq!(check.detail.en, "read back", "{check:?}");
    }
    let after = story.entries.get(place..).unwrap_or_default();
    assert!(!after.iter().any(|entry| matches!(entry.event, Event::Did { .. } | Event::StepBegan { .. })), "nothing moves after");
}

fn ended(story: &LoadedJournal) -> Option<(&Ending, u8)> {
    match &story.entries.last()?.event {
        Event::RunEnded { ending, exit_code, .. } => Some((ending, *exit_code)),
        _ => None,
    }
}

/// Stopped from outside: told so everywhere, and safe.
#[track_caller]
fn is_stopped_and_safe(said: &Said, story: &LoadedJournal, what: &str) {
    assert_eq!(said.code, Some(130), "{what}: {said:?}");
    assert_eq!(story.damage, [], "{what}");
    let (ending, code) = ended(story).expect(what);
    assert_eq!((ending.blame, code), (Some(Blame::Nobody), 130), "{what}: {ending:?}");
    is_left_safe(story);
}

#[test]
fn a_signal_that_finds_everything_switched_leaves_it_safe() {
    let scratch = Scratch::new();
    let feature = scratch.write("f.feature", all_switched());
    let moments = [("2 minutes", 1), ("2 minutes", 4), ("2 minutes", 10), ("switched off", 1), ("1 h", 1), ("1 h", 4)];
    for (number, (line, further)) in moments.into_iter().enumerate() {
        let folder = scratch.path().join(number.to_string());
        let mut run = Running::start(hejnal(["run", feature.to_str().unwrap(), "--out", folder.to_str().unwrap()]));
        assert!(run.hear(line, further), "{line}");
        run.signal(if number % 2 == 0 { "INT" } else { "TERM" });
        let said = run.end();
        let story = journal(&folder);
        is_stopped_and_safe(&said, &story, line);
        assert!(said.out.contains("Exit code 130"), "{said:?}");
        // What had been switched was switched back, not found so by chance.
        let last = |relay: u8| {
            let end = format!(" relay {relay}");
            let mut done = story.entries.iter().rev().filter_map(|e| match &e.event {
                Event::Did { action, .. } if action.ends_with(&end) => Some(action.as_str()),
                _ => None,
            });
            (done.next().map(str::to_string), done.next().map(str::to_string))
        };
        assert_eq!(last(3), (Some("release relay 3".into()), Some("energise relay 3".into())), "fibre");
        if line == "1 h" {
            assert_eq!(last(2), (Some("release relay 2".into()), Some("energise relay 2".into())), "mains");
        }
        assert!(!story.entries.iter().any(|e| matches!(&e.event, Event::ScenarioBegan { id, .. } if id == "S02")));
    }
}

#[test]
fn signals_at_many_moments_of_a_soak_leave_the_rig_safe() {
    let scratch = Scratch::new();
    for (number, lines) in [0usize, 1, 2, 4, 6, 9, 14, 22, 37].into_iter().enumerate() {
        let folder = scratch.path().join(number.to_string());
        let out = folder.display().to_string();
        let words = ["run", "--tags", "@S01 or @S06 or @S07 or @S10 or @S48", "--repeat", "1000", "--out", &out];
        let mut run = Running::start(hejnal(words));
        assert!(run.hear("1/5000", lines));
        run.signal(if number % 2 == 0 { "INT" } else { "TERM" });
        let said = run.end();
        is_stopped_and_safe(&said, &journal(&folder), &format!("after {lines} lines"));
    }
}

#[test]
fn signals_that_keep_coming_do_not_cut_making_safe_short() {
    let scratch = Scratch::new();
    let feature = scratch.write("f.feature", all_switched());
    let folder = scratch.path().join("run");
    let mut run = Running::start(hejnal(["run", feature.to_str().unwrap(), "--out", folder.to_str().unwrap()]));
    assert!(run.hear("1 h", 0));
    for signal in ["INT", "INT", "TERM", "INT", "TERM", "INT"] {
        // The last ones may find it gone.
        if !folder.join("junit.xml").exists() {
            run.signal(signal);
        }
    }
    let said = run.end();
    is_stopped_and_safe(&said, &journal(&folder), "many signals");
}

#[test]
fn the_journal_of_a_killed_run_is_readable_to_its_last_finished_step() {
    let scratch = Scratch::new();
    for (number, lines) in [0usize, 3, 5, 11, 23, 48].into_iter().enumerate() {
        let folder = scratch.path().join(number.to_string());
        let out = folder.display().to_string();
        let mut run = Running::start(hejnal(["run", "--repeat", "1000", "--out", &out]));
        assert!(run.hear("S00", lines));
        run.signal("KILL");
        let heard = run.end();
        assert_eq!(heard.code, None);
        let story = journal(&folder);
        assert!(story.is_authentic() && !story.reached_its_end());
        // A step is on disk before the next one is announced, so whatever was heard to begin stands in the journal, but
        // for the last.
        let begun = |entry: &Entry| matches!(&entry.event, Event::StepBegan { .. });
        let announced = heard.out.lines().filter(|line| STEP_WORDS.iter().any(|word| line.starts_with(word))).count();
        assert!(story.entries.iter().filter(|e| begun(e)).count() + 1 >= announced, "{announced} steps were heard");
        let junit = folder.join("junit.xml").display().to_string();
        let report = say(["report", &out, "--junit", &junit]);
        assert_eq!(report.code, Some(3), "{report:?}");
        assert!(report.out.contains("Exit code 3: the run was killed before its end"), "{}", report.out);
        assert!(report.out.contains("nobody wrote down that the rig was made safe"), "{}", report.out);
        assert!(!report.out.contains("130"), "{}", report.out);
        assert!(folder.join("junit.xml").exists());
        let polish = say(["report", &out, "--lang", "pl"]);
        assert!(polish.out.contains("program przerwano przed końcem przebiegu"), "{}", polish.out);
    }
}

const STEP_WORDS: [&str; 4] = ["         Given ", "         When ", "         Then ", "         And "];

static PANICS: &[Phrase<World>] = &[
    Phrase {
        kind: Kind::When,
        en: "hejnal stumbles with the fibre cut",
        pl: "hejnal potyka się przy przerwanym światłowodzie",
        judges: None,
        needs: &[],
        within: Duration::from_secs(60),
        run: |world, _| {
            world.post().cut_fibre()?;
            world.post().mains_off()?;
            panic!("a mistake of ours")
        },
    },
    Phrase {
        kind: Kind::When,
        en: "hejnal stumbles with the post in its hands",
        pl: "hejnal potyka się z punktem w rękach",
        judges: None,
        needs: &[],
        within: Duration::from_secs(60),
        run: |world, _| {
            let mut post = world.post();
            post.cut_fibre()?;
            let nothing: &[u64] = &[];
            // Known only while it runs, or the compiler would refuse it.
            let beyond = usize::from(post.now() == hejnal::clock::Instant::ZERO);
            post.pass(Duration::from_secs(nothing[beyond]))
        },
    },
];

/// Runs one step on the virtual rig, within this process: the product has no phrase that panics.
fn perform(step: &str) -> (Finished, LoadedJournal, [bool; 3]) {
    let scratch = Scratch::new();
    let feature = scratch.write("f.feature", format!("Feature: F\n@S01\nScenario: s\nGiven the post is ready\nWhen {step}\n"));
    let tables: Vec<&'static [Phrase<World>]> = TABLES.iter().copied().chain([PANICS]).collect();
    let book = PhraseMatcher::new(&tables).unwrap();
    let rig = rig::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rigs/virtual.yaml")).unwrap();
    let features = lint::load(&[feature], &book, &Needs::of(&rig)).unwrap();
    let folder = scratch.path().join("run");
    let preamble = vec![run_began(&rig)];
    let opening = Opening { rig: Arc::new(rig), seed: 1, folder: folder.clone(), onlookers: Vec::new(), preamble };
    let mut stage = OnBench::new(bench::open(opening).unwrap(), 1, &folder, Retention::default());
    let finished = hejnal::suite::run(&mut stage, &book, features, Options::default());
    let mut post = stage.post().borrow_mut();
    let closed = [Circuit::Button, Circuit::Mains, Circuit::Fibre].map(|circuit| post.is_closed(circuit).unwrap());
    drop(post);
    (finished, journal(&folder), closed)
}

fn run_began(rig: &rig::Rig) -> Event {
    let post = PostIdentity {
        identity: rig.post.identity.clone(),
        place: rig.post.place.clone(),
        profile: rig.post.profile.name().into(),
        chip: rig.post.chip.clone(),
        firmware: rig.post.firmware.version.clone(),
        firmware_sha256: String::new(),
    };
    Event::RunBegan {
        format: FormatVersion::CURRENT,
        hejnal: "test".into(),
        lang: Lang::En,
        seed: 1,
        simulated: true,
        rig: rig.name.clone(),
        rig_file: rig.file.display().to_string(),
        rig_sha256: rig.sha256.clone(),
        post,
        planned: 1,
        takes_s: None,
        by: String::new(),
    }
}

#[test]
fn a_panic_in_a_step_leaves_the_rig_safe_and_blames_hejnal() {
    for step in ["hejnal stumbles with the fibre cut", "hejnal stumbles with the post in its hands"] {
        let (finished, story, [button, mains, fibre]) = perform(step);
        assert_eq!((finished.exit_code, finished.ending.blame), (70, Some(Blame::Hejnal)), "{finished:?}");
        assert_eq!((button, mains, fibre), (false, true, true), "as the sense inputs have it now");
        assert!(finished.ending.message.en.contains("safety.rs:"), "{finished:?}");
        assert_eq!(story.damage, []);
        assert_eq!(ended(&story).map(|(_, code)| code), Some(70));
        is_left_safe(&story);
        let panicked = |e: &Entry| matches!(&e.event, Event::StepEnded { ending } if ending.blame == Some(Blame::Hejnal));
        let panic_at = story.entries.iter().position(panicked).unwrap();
        assert!(last_made_safe(&story).0 > panic_at, "made safe after the panic");
    }
}
