//! The verbs of a post on a virtual one, where what they do is not seen by any figure.

mod ordered;

use super::*;
use crate::bench::{Circuit, Opening, open};
use crate::fault::{Blame, Blamed as _};
use crate::image;
use crate::journal::{Entry, Event, Outcome};
use crate::rig;
use crate::unit::{Estimate, Method, Quantity, Unit};
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// A post on a bench of its own, whose journal goes with it.
struct Stage {
    post: Post,
    folder: TempDir,
    told: Arc<Mutex<Vec<Event>>>,
}

impl Stage {
    /// `lives`: firmware is on it; otherwise it never says anything.
    fn set(lives: bool) -> Stage {
        let folder = tempfile::tempdir().expect("a folder");
        let rig = Arc::new(rig::load(Path::new("rigs/virtual.yaml")).expect("a rig that is shipped"));
        let bytes = std::fs::read(&rig.post.firmware.file).expect("an image that is shipped");
        let told = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&told);
        let look = move |entry: &Entry| keep.lock().expect("one thread").push(entry.event.clone());
        let opening =
            Opening { rig, seed: 1, folder: folder.path().to_path_buf(), onlookers: vec![Box::new(look)], preamble: Vec::new() };
        let bench = open(opening).expect("the virtual post");
        if lives {
            bench.twin().expect("virtual").install(&image::parse(&bytes).expect("an image"));
        }
        let mut post = Post::new(bench, 1);
        // Nothing is to be written in a test of something else.
        post.is_written = true;
        Stage { post, folder, told }
    }
    fn said(&self, word: &str) -> usize {
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

const FINGER: Duration = Duration::from_millis(150);

#[test]
fn a_talk_that_no_press_has_led_to_is_owed_by_the_post_only_after_a_press() {
    let mut stage = Stage::set(false);
    stage.connect_everything().expect("the bench works");
    assert_eq!(stage.hang_up().map_err(|fault| fault.blame()), Err(Blame::Scenario), "nobody has pressed");
    stage.press(FINGER).expect("the bench works");
    assert_eq!(stage.hang_up().map_err(|fault| fault.blame()), Err(Blame::Device));
}

#[test]
fn the_bench_learns_its_button_on_a_post_that_cannot_take_it_for_a_press() {
    let mut stage = Stage::set(true);
    stage.connect_everything().expect("the bench works");
    stage.pass(Duration::from_secs(5)).expect("not interrupted");
    assert_eq!((stage.said("BOOT"), stage.bench.knows_delays(Circuit::Button)), (1, false));
    stage.learn_button().expect("the bench works");
    assert!(stage.bench.knows_delays(Circuit::Button));
    stage.connect_everything().expect("the bench works");
    stage.pass(Duration::from_secs(1)).expect("not interrupted");
    assert_eq!((stage.said("PRESS"), stage.said("BOOT")), (0, 2));
    // Known is known: the post is not switched off again.
    stage.learn_button().expect("the bench works");
    assert_eq!(stage.is_closed(Circuit::Mains).map_err(|fault| fault.blame()), Ok(true));
}

#[test]
fn a_post_that_was_never_heard_of_is_not_condemned_for_being_silent() {
    let mut stage = Stage::set(false);
    assert_eq!(stage.make_ready().map_err(|fault| fault.blame()), Err(Blame::Bench));
}

#[test]
fn pulses_are_such_as_were_wanted_or_the_relay_is_at_fault() {
    let mut stage = Stage::set(false);
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
    let mut stage = Stage::set(true);
    // It would be started anew for that as well.
    stage.learn_button().expect("the bench works");
    stage.connect_everything().expect("the bench works");
    stage.pass(Duration::from_secs(4)).expect("not interrupted");
    stage.mains_off().expect("the bench works");
    stage.mains_on().expect("the bench works");
    stage.pass(Duration::from_secs(4)).expect("not interrupted");
    stage.begin_scenario().expect("the bench works");
    let before = stage.said("BOOT");
    stage.make_ready().expect("a post in order");
    assert!(stage.said("BOOT") > before, "it was switched off for long enough to forget");
}

const DELAY: Quantity = Quantity {
    key: "test.delay",
    unit: Unit::Second,
    en: "delay",
    pl: "opóźnienie",
    method: Method::new("", "", ""),
    requirement: "T02",
};

impl Stage {
    /// The keys of what was judged so far, each with its figure and whether it passed.
    fn judged(&self) -> Vec<(String, f64, bool)> {
        let told = self.told.lock().expect("one thread");
        let measured = told.iter().filter_map(|event| match event {
            Event::Measured(figure) => Some((figure.key.clone(), figure.estimate.value, figure.outcome == Outcome::Passed)),
            _ => None,
        });
        measured.collect()
    }
}

fn seconds(values: &[f64]) -> Vec<Estimate> {
    values.iter().map(|value| Estimate::seconds(*value, 0.001)).collect()
}

#[test]
fn one_case_is_judged_as_itself_and_a_series_by_most_and_by_its_worst() {
    let mut stage = Stage::set(false);
    let mut judge = |values: &[f64], limit| stage.judge_series(&DELAY, &seconds(values), limit).map_err(|fault| fault.blame());
    assert_eq!(judge(&[0.3], 2.0), Ok(()));
    // T02 asks for 2 s of most, and for 3 s of every one.
    let mut most = vec![0.5; 19];
    most.push(2.5);
    assert_eq!(judge(&most, 2.0), Ok(()));
    most[19] = 4.0;
    assert_eq!(judge(&most, 2.0), Err(Blame::Device), "one is beyond what every one must meet");
    assert_eq!(judge(&[2.5, 2.5], 2.0), Err(Blame::Device), "most are beyond the limit");
    assert_eq!(judge(&[], 2.0), Err(Blame::Device), "what never came is no time");
    let judged = stage.judged();
    let of = |at: usize| judged.get(at).map(|(key, value, passed)| (key.as_str(), *value, *passed));
    assert_eq!(of(0), Some(("test.delay", 0.3, true)));
    assert_eq!((of(1), of(2)), (Some(("test.delay.p95", 0.5, true)), Some(("test.delay.largest", 2.5, true))));
    assert_eq!(of(4), Some(("test.delay.largest", 4.0, false)));
    assert_eq!(judged.last().map(|last| last.0.as_str()), Some("test.delay.occurrences"));
}

#[test]
fn delay_grows_from_the_first_burst_to_the_largest_and_no_burst_may_be_missing() {
    let mut stage = Stage::set(false);
    let mut grows = |values: &[Option<f64>]| {
        let series: Vec<_> = values.iter().map(|value| value.map(|value| Estimate::seconds(value, 0.001))).collect();
        stage.judge_growth(&DELAY, &series, 0.02).map_err(|fault| fault.blame())
    };
    assert_eq!(grows(&[Some(0.1), Some(0.115), Some(0.09)]), Ok(()));
    assert_eq!(grows(&[Some(0.1), Some(0.13), Some(0.1)]), Err(Blame::Device));
    assert_eq!(grows(&[Some(0.13), Some(0.1)]), Ok(()), "it has shrunk");
    assert_eq!(grows(&[Some(0.1), None, Some(0.1)]), Err(Blame::Device), "the talk was mute for a while");
    assert_eq!(grows(&[Some(0.1)]), Err(Blame::Device), "one burst shows no growth");
}

#[test]
fn a_post_is_found_wanting_only_over_a_stretch_in_which_the_bench_ran() {
    let mut stage = Stage::set(false);
    let late = |stage: &mut Stage, from: Instant| {
        let press = Moment::stamped(from, 0.001);
        let rang = Moment::stamped(from + Duration::from_secs(5), 0.001);
        stage.judge_within(&DELAY, press, Some(rang), 2.0).map_err(|fault| fault.blame())
    };
    let before = stage.now();
    stage.pass(Duration::from_secs(10)).expect("not interrupted");
    stage.bench.clock().note_still(before + Duration::from_secs(1), before + Duration::from_secs(2));
    assert_eq!(late(&mut stage, before), Err(Blame::Bench));
    assert!(stage.wanting.is_empty());
    let outcomes = |stage: &Stage| {
        let told = stage.told.lock().expect("one thread");
        told.iter()
            .filter_map(|event| if let Event::Measured(figure) = event { Some(figure.outcome) } else { None })
            .collect::<Vec<_>>()
    };
    assert_eq!(outcomes(&stage), [Outcome::Inconclusive], "the journal says no more than the verdict");
    let after = before + Duration::from_secs(3);
    assert_eq!(late(&mut stage, after), Err(Blame::Device), "the pause is over");
    // 5 s, where 2 s were asked for.
    assert!(stage.wanting.get("T02").is_some_and(|beyond| (beyond - 3.0).abs() < 1e-9), "{:?}", stage.wanting);
    assert_eq!(outcomes(&stage), [Outcome::Inconclusive, Outcome::Failed]);
}

#[test]
fn a_contracts_figure_judges_and_where_it_asks_for_less_that_is_told() {
    let mut stage = Stage::set(false);
    assert_eq!(stage.agreed(&DELAY, 1.0, 0.0), 1.0, "a requirement judges by what the feature states");
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(home.join("rigs/virtual.yaml")).expect("a rig that is shipped");
    let text = text.replace("../fixtures", &home.join("fixtures").display().to_string());
    let file = stage.folder.path().join("rig.yaml");
    let limits = "\nlimits:\n  T02: { limit: 1.5 s, hard: 3 s, source: \"contract 17\" }\n";
    std::fs::write(&file, text + limits).expect("written");
    stage.post.bench.rig = Arc::new(rig::load(&file).expect("a rig in order"));
    let told = |stage: &Stage| {
        let told = stage.told.lock().expect("one thread");
        told.iter().filter(|event| matches!(event, Event::Note { text } if text.en.contains("contract 17"))).count()
    };
    for (stated, times) in [(2.0, 0), (1.5, 0), (1.0, 1)] {
        assert_eq!((stage.agreed(&DELAY, stated, 0.0), told(&stage)), (1.5, times), "{stated}");
    }
}

impl Stage {
    /// The remarks in the journal that say so.
    fn remarks(&self, part: &str) -> Vec<String> {
        let told = self.told.lock().expect("one thread");
        let note = |event: &Event| if let Event::Note { text } = event { Some(text.en.clone()) } else { None };
        told.iter().filter_map(note).filter(|text| text.contains(part)).collect()
    }
}

#[test]
fn a_breach_is_told_by_its_moment_and_a_sample_that_holds_is_not() {
    let stage = Stage::set(false);
    let course = stage.course().expect("the bench works");
    let tells = |key: &str, figures: [f64; 2]| {
        let rule = watch::RULES.iter().copied().flatten().find(|rule| rule.quantity.key == key).expect("a rule");
        let sample = |(at, value): (f64, f64)| watch::Sample {
            at,
            figure: Estimate::new(value, 0.0, rule.quantity.unit),
            seen: crate::unit::Bilingual::new(format!("seen {value} in {key}"), format!("widziano {value} w {key}")),
        };
        stage.tell_breaches(rule, &course, &[3.0, 7.0].into_iter().zip(figures).map(sample).collect::<Vec<_>>());
        stage.remarks(&format!("in {key}"))
    };
    for (key, broken) in [
        ("T01.watch.press-to-invite", [0.5, 2.0]),
        ("T17.watch.echo-loss", [45.0, 10.0]),
        ("T12.watch.level.to-operator", [-26.0, -60.0]),
        ("T33.watch.repeated-cases", [0.0, 1.0]),
    ] {
        let told = tells(key, broken);
        assert!(matches!(told.as_slice(), [one] if one.contains("at 7 s: seen ")), "{told:?}");
    }
}

#[test]
fn what_a_rig_cannot_prove_is_said() {
    let stage = Stage::set(false);
    stage.tell_unproved();
    assert_eq!(stage.remarks("its sensor has seen no light").len(), 3);
    stage.tell_unproved_part("console", "konsola");
    assert_eq!(stage.remarks("the rig has no console: there is nothing to prove").len(), 1);
}
