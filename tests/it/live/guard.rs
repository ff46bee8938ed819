//! A run on boards that are no part of its process, ended in the middle by all that can end it: whatever it was, fibre
//! and mains are on again soon, and somebody has written down that they were read back.
//!
//! Must not know how a guard works: it looks at the post, at the run's folder and at what the program says.

use super::bench::{path_of, rig};
use super::post::{Post, Scratch, signal};
use super::{PASSWORD, SECOND};
use crate::program::{Running, Said, hejnal, journal, said};
use hejnal::clock::{Clock as _, RealClock};
use hejnal::journal::Event;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

const SWITCHED: &str = "\
Feature: Left alone
  @L01
  Scenario: Fibre and mains are off for a long time
    Given the post is ready
    When the fibre is cut
    And the post is switched off
    And 10 minutes pass
";

/// From whatever ended a run to a rig that is safe; how long that took is printed.
const SAFE_WITHIN: Duration = Duration::from_secs(10);

struct Bench {
    scratch: Scratch,
    clock: Arc<RealClock>,
    post: Post,
}

impl Bench {
    /// `host`: an address of its own, for the ports of the bench's operator are always the same.
    fn set_up(host: u8) -> Bench {
        let (scratch, clock) = (Scratch::new(), Arc::new(RealClock::start()));
        let listen = format!("127.0.0.{host}:5060");
        let mut post = Post::start(&clock, &["--server", &format!("sip:operator@{listen}"), "--password", PASSWORD]);
        let paths = ["console", "inputs", "relays"].map(|name| path_of(&mut post, name));
        let text = format!("{}guard: {{ stuck-after: 5 s }}\n", rig(&paths, &listen));
        std::fs::write(scratch.path("rig.yaml"), text).expect("written");
        std::fs::write(scratch.path("left.feature"), SWITCHED).expect("written");
        Bench { scratch, clock, post }
    }

    fn folder(&self) -> PathBuf {
        self.scratch.path("run")
    }

    fn words(&self, words: &[&str]) -> Command {
        let mut command = hejnal(words);
        command.arg("--rig").arg(self.scratch.path("rig.yaml")).env("XDG_STATE_HOME", self.scratch.folder());
        command
    }

    /// A run that has cut the fibre and taken the mains away.
    fn run(&mut self) -> Running {
        let mut command = self.words(&["run"]);
        command.arg(self.scratch.path("left.feature")).arg("--out").arg(self.folder());
        let mut run = Running::start(command);
        assert!(run.hear("10 minutes pass", 0), "{:?}", run.end());
        self.post.expect("fibre    cut", SECOND * 60);
        self.post.expect("mains    off", SECOND * 60);
        run
    }

    /// Both are on again; how long after `from`, in seconds.
    fn is_safe_again(&mut self, what: &str, from: hejnal::clock::Instant) {
        let shown = ["mains    on", "fibre    connected"].map(|words| self.post.expect(words, SAFE_WITHIN).at);
        let took = shown.map(|at| at.seconds_after(from));
        println!("{what}: safe again after {:.2} s", took[0].max(took[1]));
    }

    fn report(&self) -> Said {
        said(hejnal(["report", self.folder().to_str().expect("a path")]))
    }

    /// The process that guards the run, as its journal tells.
    fn guard(&self) -> u32 {
        let told = journal(&self.folder()).entries.iter().find_map(|entry| match &entry.event {
            Event::Note { text } => text.en.split("; process ").nth(1)?.split(' ').next()?.parse().ok(),
            _ => None,
        });
        told.expect("the journal names the guard")
    }
}

#[test]
fn a_run_that_is_killed_leaves_its_rig_to_the_guard_and_the_next_one_is_told() {
    let mut bench = Bench::set_up(21);
    let run = bench.run();
    let second = said(bench.words(&["rig", "safe"]));
    assert_eq!(second.code, Some(3), "{second:?}");
    assert!(second.err.contains("the rig is in use: process "), "{second:?}");
    let killed = bench.clock.now();
    run.signal("KILL");
    bench.is_safe_again("killed", killed);
    let heard = run.end();
    assert!(heard.err.contains("the run was gone; the guard made the rig safe, "), "{heard:?}");
    assert!(heard.err.contains("button released: read back; mains on: read back; fibre connected: read back"), "{heard:?}");
    let report = bench.report();
    assert_eq!(report.code, Some(3), "{report:?}");
    assert!(report.out.contains("the guard made the rig safe, "), "{report:?}");
    let verified = said(hejnal(["verify", bench.folder().to_str().expect("a path")]));
    assert!(!verified.out.contains("guard.json"), "{verified:?}");
    let safe = said(bench.words(&["rig", "safe"]));
    assert_eq!(safe.code, Some(0), "{safe:?}");
    assert!(safe.out.contains("the run before this one made no end: no. 1, process "), "{safe:?}");
    assert!(safe.out.contains("the run was gone; the guard made the rig safe, "), "{safe:?}");
    let again = said(bench.words(&["rig", "safe"]));
    assert!(again.code == Some(0) && !again.out.contains("made no end"), "told once: {again:?}");
    for told in ["✓ button released: read back", "✓ mains on: read back", "✓ fibre connected: read back"] {
        assert!(safe.out.contains(told), "{told}: {safe:?}");
    }
    assert_eq!(bench.post.quit().0, Some(0));
}

#[test]
fn a_run_that_is_stopped_for_too_long_is_ended_and_its_rig_made_safe() {
    let mut bench = Bench::set_up(22);
    let run = bench.run();
    let stopped = bench.clock.now();
    run.signal("STOP");
    bench.is_safe_again("stopped, 5 s of patience", stopped);
    let heard = run.end();
    assert_eq!(heard.code, None, "killed: {heard:?}");
    assert!(heard.err.contains("the run did nothing any more and was ended; the guard made the rig safe, "), "{heard:?}");
}

#[test]
fn a_run_whose_guard_is_gone_ends_by_itself_and_blames_the_bench() {
    let mut bench = Bench::set_up(23);
    let run = bench.run();
    let killed = bench.clock.now();
    signal(bench.guard(), "KILL");
    bench.is_safe_again("guard killed", killed);
    let heard = run.end();
    assert_eq!(heard.code, Some(3), "{heard:?}");
    assert!(heard.out.contains("the run's guard has ended"), "{heard:?}");
    assert!(!bench.folder().join("guard.json").exists());
}

#[test]
fn a_terminal_that_closes_ends_a_run_as_ctrl_c_does() {
    for (host, name) in [(24, "HUP"), (25, "QUIT")] {
        let mut bench = Bench::set_up(host);
        let run = bench.run();
        let ended = bench.clock.now();
        run.signal(name);
        bench.is_safe_again(name, ended);
        let heard = run.end();
        assert_eq!(heard.code, Some(130), "{name}: {heard:?}");
        assert!(!bench.folder().join("guard.json").exists(), "{name}: it made safe itself");
    }
}
