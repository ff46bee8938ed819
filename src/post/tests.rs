//! The verbs of a post on a virtual one, where what they do is not seen by any figure.

use super::*;
use crate::bench::{Circuit, Opening, open};
use crate::fault::{Blame, Blamed as _};
use crate::image;
use crate::rig;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A post on a bench of its own, whose journal goes with it.
struct Stage {
    post: Post,
    folder: PathBuf,
}

impl Stage {
    /// `lives`: firmware is on it; otherwise it never says anything.
    fn set(name: &str, lives: bool) -> Stage {
        let folder = std::env::temp_dir().join(format!("hejnal-post-{name}-{}", std::process::id()));
        let rig = Arc::new(rig::load(Path::new("rigs/virtual.yaml")).expect("a rig that is shipped"));
        let bytes = std::fs::read(&rig.post.firmware.file).expect("an image that is shipped");
        let opening = Opening { rig, seed: 1, folder: folder.clone(), onlookers: Vec::new(), preamble: Vec::new() };
        let bench = open(opening).expect("the virtual post");
        if lives {
            bench.twin().expect("virtual").install(&image::parse(&bytes).expect("an image"));
        }
        let mut post = Post::new(bench, 1);
        // Nothing is to be written in a test of something else.
        post.is_written = true;
        Stage { post, folder }
    }
    fn told(&self, word: &str) -> usize {
        self.post.bench.record.reports_since(Instant::ZERO).filter(|report| report.value.argument(word).is_some()).count()
    }
}

impl Deref for Stage {
    type Target = Post;
    fn deref(&self) -> &Post {
        &self.post
    }
}

impl DerefMut for Stage {
    fn deref_mut(&mut self) -> &mut Post {
        &mut self.post
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.folder);
    }
}

const FINGER: Duration = Duration::from_millis(150);

#[test]
fn a_talk_that_no_press_has_led_to_is_owed_by_the_post_only_after_a_press() {
    let mut stage = Stage::set("owed", false);
    stage.connect_everything().expect("the bench works");
    assert_eq!(stage.hang_up().map_err(|fault| fault.blame()), Err(Blame::Scenario), "nobody has pressed");
    stage.press(FINGER).expect("the bench works");
    assert_eq!(stage.hang_up().map_err(|fault| fault.blame()), Err(Blame::Device));
}

#[test]
fn the_bench_learns_its_button_on_a_post_that_cannot_take_it_for_a_press() {
    let mut stage = Stage::set("learn", true);
    stage.connect_everything().expect("the bench works");
    stage.pass(Duration::from_secs(5)).expect("not interrupted");
    assert_eq!((stage.told("BOOT"), stage.bench.knows_delays(Circuit::Button)), (1, false));
    stage.learn_button().expect("the bench works");
    assert!(stage.bench.knows_delays(Circuit::Button));
    stage.connect_everything().expect("the bench works");
    stage.pass(Duration::from_secs(1)).expect("not interrupted");
    assert_eq!((stage.told("PRESS"), stage.told("BOOT")), (0, 2));
    // Known is known: the post is not switched off again.
    stage.learn_button().expect("the bench works");
    assert_eq!(stage.is_closed(Circuit::Mains).map_err(|fault| fault.blame()), Ok(true));
}

#[test]
fn a_post_that_was_never_heard_of_is_not_condemned_for_being_silent() {
    let mut stage = Stage::set("unheard", false);
    assert_eq!(stage.make_ready().map_err(|fault| fault.blame()), Err(Blame::Bench));
}

#[test]
fn pulses_are_such_as_were_wanted_or_the_relay_is_at_fault() {
    let mut stage = Stage::set("pulses", false);
    let began = stage.now();
    let width = Duration::from_millis(6);
    stage.pulses(3, width, Duration::from_millis(60)).expect("a quick relay");
    let check = |count, width, others| {
        let outcome = stage.prove_pulses(began, count, width, others);
        outcome.map_err(|fault| fault.blame())
    };
    assert_eq!(check(3, width, 0), Ok(()));
    assert_eq!(check(2, width, 1), Ok(()));
    assert_eq!(check(4, width, 0), Err(Blame::Bench));
    assert_eq!(check(3, width, 1), Err(Blame::Bench));
    assert_eq!(check(3, width * 4, 0), Err(Blame::Bench), "too short");
}

#[test]
fn a_scenario_after_one_that_took_the_mains_away_begins_with_a_post_started_anew() {
    let mut stage = Stage::set("anew", true);
    stage.connect_everything().expect("the bench works");
    stage.pass(Duration::from_secs(4)).expect("not interrupted");
    assert_eq!(stage.told("BOOT"), 1);
    stage.mains_off().expect("the bench works");
    stage.mains_on().expect("the bench works");
    stage.begin_scenario().expect("the bench works");
    let boots = |stage: &Stage| stage.post.bench.record.reports_since(stage.post.began).count();
    assert_eq!(boots(&stage), 0);
    stage.make_ready().expect("a post in order");
    assert!(stage.told("BOOT") >= 1, "it was switched off for long enough to forget");
}
