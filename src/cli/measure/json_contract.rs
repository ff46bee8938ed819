//! Every measurement as it is told: in both languages, with method and norm at each figure, and with the keys that
//! `--help` promises.

use std::collections::BTreeSet;

use clap::{Args as _, FromArgMatches as _};
use serde_json::Value;

use super::keys::{self, KEYS};
use super::tests::{Files, find};
use super::*;
use crate::dsp::stimulus::{self, Random};
use crate::intelligibility::stipa;

/// A command line for each kind of result: everything that can be found, and nothing of it.
fn commands(files: &Files) -> Vec<Vec<String>> {
    let mut random = Random::new(3);
    let mut noisy = |x: &[f32]| -> Vec<f32> { x.iter().map(|x| 0.5 * x + 0.003 * random.gaussian() as f32).collect() };
    let put = |name: &str, samples: &[f32], rate| files.write(name, samples, rate);
    let burst = put("burst.wav", &stimulus::burst(1, 8000, 1.0), 8000);
    let bursts: Vec<f32> = (0..8).flat_map(|k| stimulus::burst(1 + k, 8000, 1.0)).collect();
    let mut slipped = [&[0.0; 400], &bursts[..32_000], &[0.0; 160], &bursts[32_000..], &[0.0; 400]].concat();
    slipped = noisy(&slipped);
    let speech = stimulus::speech_like(1, 16_000, 6.0);
    let noise = stimulus::speech_noise(1, 8000, 10.0);
    let mut damaged = noisy(&[&[0.0; 400], &noise[..], &[0.0; 400]].concat());
    damaged[20_000..20_320].fill(0.0);
    damaged[40_000] = 0.95;
    let packet: Vec<f32> = damaged[50_000..50_160].to_vec();
    damaged[50_160..50_320].copy_from_slice(&packet);
    let (near, far) = stimulus::double_talk(1, 8000, 20.0);
    let test_signal = stipa::test_signal(1, 24_000, 16.0);
    let mut own = Random::new(5);
    let decay: Vec<f32> = (0..24_000).map(|n| (own.gaussian() * (-f64::from(n) / 2000.0).exp()) as f32).collect();
    let silence = put("silence.wav", &[0.0; 48_000], 8000);
    let (bursts, slipped) = (put("bursts.wav", &bursts, 8000), put("slipped.wav", &slipped, 8000));
    let (clean, heard) =
        (put("speech.wav", &speech, 16_000), put("heard.wav", &noisy_after(&mut Random::new(4), &speech), 16_000));
    let (noise, damaged) = (put("noise.wav", &noise, 8000), put("damaged.wav", &damaged, 8000));
    let tone = put("tone.wav", &stimulus::tone(8000, 2.0, 1000.0, 0.0), 8000);
    let dialled = put("dialled.wav", &stimulus::dial("05*", 8000, 0.07, 0.07).unwrap(), 8000);
    let ringing = put("ringing.wav", &stimulus::cadence(8000, 11.0, 425.0, &[(1.0, 4.0)]), 8000);
    let both = put(
        "both.wav",
        &near.iter().zip(&far).map(|(a, b)| if b.abs() > 0.01 { 0.3 * a } else { 0.6 * a }).collect::<Vec<_>>(),
        8000,
    );
    let (near, far) = (put("near.wav", &near, 8000), put("far.wav", &far, 8000));
    let (wide, narrow) = (put("stipa.wav", &test_signal, 24_000), put("stipa8.wav", &stipa::test_signal(1, 8000, 14.0), 8000));
    let word =
        put("word.wav", &noisy(&[&[0.0; 16_000], &stimulus::speech_noise(2, 16_000, 2.0)[..], &[0.0; 16_000]].concat()), 16_000);
    let decay = put("decay.wav", &decay, 24_000);
    let press = super::tests::write_press(files, "press.wav");
    let words = |line: &[&str]| line.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let mut all = vec![
        words(&["delay", &burst, &slipped]),
        words(&["track", &bursts, &slipped]),
        words(&["track", &bursts, &slipped, "--window", "4"]),
        words(&["press", &press]),
        words(&["press", &press, "--gate", "2", "--ear", "1"]),
        words(&["echo", &noise, &damaged]),
        words(&["gaps", &noise, &damaged]),
        words(&["response", &noise, &damaged]),
        words(&["response", &tone, &tone]),
        words(&["double-talk", &near, &far, &both]),
        words(&["double-talk", &near, &far, &silence]),
        words(&["level", &heard, "--calibration", "94"]),
        words(&["level", &word]),
        words(&["level", &silence]),
        words(&["tones", &tone]),
        words(&["tones", &dialled]),
        words(&["tones", &ringing]),
        words(&["stipa", &wide, "--codec", "opus", "--calibration", "90", "--noise", "60,60,60.5,60,60,60,60"]),
        words(&["stipa", &narrow, "--codec", "g711"]),
        words(&["stipa", &decay, "--impulse-response"]),
        words(&["stipa", &noise]),
        words(&["stipa", &silence]),
        words(&["stoi", &clean, &heard]),
        words(&["pesq", &clean, &heard]),
        words(&["pesq", &burst, &slipped]),
    ];
    all.extend(of_nothing(&burst, &silence));
    all.extend(of_more_than_one(files, &burst));
    all
}

/// A burst that slipped on the way, and one whose echo is louder.
fn of_more_than_one(files: &Files, burst: &str) -> [Vec<String>; 2] {
    let (one, mut random) = (stimulus::burst(1, 8000, 1.0), Random::new(6));
    let mut put = |name: &str, samples: Vec<f32>| {
        files.write(name, &samples.iter().map(|x| x + 0.002 * random.gaussian() as f32).collect::<Vec<_>>(), 8000)
    };
    let torn = [&[0.0; 400], &one[..4800], &[0.0; 160], &one[4800..], &[0.0; 400]].concat();
    let at = |n: usize, late: usize| n.checked_sub(late).and_then(|n| one.get(n)).copied().unwrap_or(0.0);
    let twice = (0..10_000).map(|n| 0.4 * at(n, 400) + 0.8 * at(n, 700)).collect();
    [put("torn.wav", torn), put("twice.wav", twice)].map(|heard| ["delay".to_owned(), burst.to_owned(), heard].to_vec())
}

/// A sound and silence, as reference and recording either way.
fn of_nothing(sound: &str, silence: &str) -> Vec<Vec<String>> {
    let pairs = ["delay", "track", "response", "echo", "gaps", "stoi", "pesq"];
    let both_ways =
        |command: &&str| [[*command, sound, silence], [*command, silence, sound]].map(|line| line.map(str::to_owned).to_vec());
    pairs.iter().flat_map(both_ways).collect()
}

fn noisy_after(random: &mut Random, samples: &[f32]) -> Vec<f32> {
    [&[0.0; 800][..], samples].concat().iter().map(|x| 0.5 * x + 0.003 * random.gaussian() as f32).collect()
}

/// Words that an English sentence of this program can hardly do without, and that are none in Polish.
const ENGLISH: [&str; 34] = [
    "the",
    "of",
    "and",
    "not",
    "with",
    "from",
    "at",
    "is",
    "are",
    "was",
    "no",
    "level",
    "recording",
    "reference",
    "sound",
    "delay",
    "clock",
    "measured",
    "found",
    "uncertainty",
    "silence",
    "than",
    "less",
    "more",
    "must",
    "within",
    "channel",
    "file",
    "sample",
    "time",
    "speech",
    "noise",
    "best",
    "nothing",
];

/// No English phrase, no decimal point; norms and the names of options and files are what they are.
#[track_caller]
fn is_polish(text: &str, of: &str) {
    for line in text.lines() {
        // Commands keep their names.
        let line: String = line.split('`').step_by(2).collect();
        let line = ["(ITU", "(IEC", "(AES", "(JCGM", "(Taal", "(Jensen"]
            .iter()
            .fold(line.as_str(), |line, norm| line.split(norm).next().unwrap_or(line));
        let own = |word: &&str| !word.starts_with('-') && !word.contains('/') && !word.contains(".wav");
        let all: Vec<&str> = line.split([' ', '>', '<', ',', ';', ':', '(', ')', '"', '`']).collect();
        // What stands behind an option is told as it was typed.
        let typed = |at: usize| at > 0 && all[at - 1].starts_with("--");
        let words: Vec<&str> = all.iter().enumerate().filter(|(at, _)| !typed(*at)).map(|(_, word)| *word).filter(own).collect();
        let english = words.iter().find(|word| ENGLISH.contains(&word.to_lowercase().as_str()));
        assert_eq!(english, None, "{of}: {line}");
        let point = |word: &&&str| {
            word.split_once('.')
                .is_some_and(|(a, b)| [a, b].iter().all(|part| part.trim_start_matches(['-', '−']).parse::<u32>().is_ok()))
        };
        // The version of a library keeps its point.
        assert_eq!(words.iter().find(point).filter(|word| **word != "0.2"), None, "{of}: {line}");
    }
}

/// Lines of words differ between the languages, unless they hold nothing but names, norms and figures.
#[track_caller]
fn are_translated(english: &str, polish: &str, of: &str) {
    assert_eq!(english.lines().count(), polish.lines().count(), "{of}:\n{english}\n{polish}");
    for (en, pl) in english.lines().zip(polish.lines()) {
        let lower = |word: &str| word.len() > 3 && word.chars().all(char::is_lowercase);
        let words = en.split(' ').filter(|word| lower(word)).count();
        assert!(en != pl || words == 0, "{of}: in both languages: {en}");
    }
}

/// The words of a picture, a line each.
fn words_of(svg: &str) -> String {
    let texts = svg.lines().filter_map(|line| line.strip_prefix("<text ")?.split_once('>')?.1.strip_suffix("</text>"));
    texts.map(|text| format!("{text}\n")).collect()
}

#[test]
fn every_measurement_is_told_in_both_languages_and_with_the_keys_that_are_documented() {
    let files = Files::new();
    let mut seen: BTreeSet<(usize, String)> = BTreeSet::new();
    let plot = files.path("plot.svg").display().to_string();
    for command in commands(&files) {
        let of = command.join(" ");
        let words: Vec<&str> = command.iter().map(String::as_str).chain(["--plot", &plot]).collect();
        let finding = match find(&words) {
            Ok(finding) => finding,
            Err(failure) => {
                let (english, polish) = (failure.show(Lang::En), failure.show(Lang::Pl));
                are_translated(&english, &polish, &of);
                is_polish(&polish, &of);
                continue;
            }
        };
        let (english, polish) = (finding.to_text(Lang::En), finding.to_text(Lang::Pl));
        are_translated(&english, &polish, &of);
        is_polish(&polish, &of);
        if let (Some(english), Some(polish)) = (finding.to_svg(Lang::En), finding.to_svg(Lang::Pl)) {
            are_translated(&words_of(&english), &words_of(&polish), &of);
            is_polish(&words_of(&polish), &of);
        }
        assert!(!finding.found || finding.to_svg(Lang::Pl).is_some(), "{of} has a picture");
        check_keys(&finding, &mut seen, &of);
    }
    for (at, (command, figures, others)) in KEYS.iter().enumerate() {
        for key in figures.split_whitespace().chain(others.split_whitespace()) {
            assert!(seen.contains(&(at, key.to_owned())), "{command}: {key} is documented and never printed");
        }
    }
    let help = keys::help(crate::unit::Lang::En);
    assert!(KEYS.iter().all(|(command, ..)| help.contains(&format!("\n  {command}\n"))), "{help}");
}

/// Whether a key is the documented one, whose `*` stands for a frequency.
fn matches(documented: &str, key: &str) -> bool {
    let Some((before, after)) = documented.split_once('*') else { return documented == key };
    let middle = key.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    middle.is_some_and(|hz| !hz.is_empty() && hz.chars().all(|c| c.is_ascii_digit() || c == '_'))
}

/// Each key is documented where it stands, numbers are the same in either language, and each figure is whole.
#[track_caller]
fn check_keys(finding: &Finding, seen: &mut BTreeSet<(usize, String)>, of: &str) {
    const COMMON: [&str; 7] = ["format", "program", "found", "measurement", "figures", "method", "notes"];
    let (english, polish) = (finding.to_json(Lang::En), finding.to_json(Lang::Pl));
    let at = KEYS.iter().position(|(command, ..)| english["measurement"] == *command).unwrap();
    let (_, figures, others) = KEYS[at];
    let printed = english["figures"].as_object().unwrap();
    for (key, whole) in printed {
        let documented = figures.split_whitespace().find(|documented| matches(documented, key));
        seen.insert((at, documented.unwrap_or_else(|| panic!("{of}: the figure {key} is not documented")).to_owned()));
        assert_eq!(whole["value"], english[key.as_str()], "{of}: {key}");
        let parts: Vec<&str> = whole.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(parts, ["coverage_factor", "method", "method_pl", "norm", "uncertainty", "unit", "value"], "{of}: {key}");
        assert_ne!(whole["method"], whole["method_pl"], "{of}: {key}");
        assert!(whole["uncertainty"].is_number(), "{of}: {key} is {whole}");
    }
    for (key, value) in english.as_object().unwrap() {
        if !printed.contains_key(key) && !COMMON.contains(&key.as_str()) {
            let documented =
                others.split_whitespace().chain(figures.split_whitespace()).find(|documented| matches(documented, key));
            let documented = documented.unwrap_or_else(|| panic!("{of}: {key} is not documented"));
            if *value != Value::Null {
                seen.insert((at, documented.to_owned()));
            }
        }
        assert!(matches!(key.as_str(), "method" | "notes") || *value == polish[key.as_str()], "{of}: {key} follows the language");
    }
}

#[test]
fn what_is_refused_is_refused_in_polish_too() {
    let files = Files::new();
    let good = files.write("good.wav", &stimulus::burst(1, 8000, 1.0), 8000);
    let long = files.write("long.wav", &vec![0.1; 8000 * 601], 8000);
    let silence = files.write("silence.wav", &[0.0; 8000], 8000);
    let folder = files.path("").display().to_string();
    let cases: &[&[&str]] = &[
        &["delay", &good, "/none.wav"],
        &["delay", &good, &folder],
        &["level", &good, "--channel", "3"],
        &["level", &good, "--from", "9999999"],
        &["level", &good, "--from", "5.5"],
        &["level", &good, "--calibration", "999"],
        &["level", &good, "--calibration", &good],
        &["gaps", &good, &good, "--depth", "0"],
        &["track", &good, &good, "--window", "0"],
        &["press", &good, "--channel", "1"],
        &["press", &good, "--gate", "2"],
        &["press", &good, "--tone", "5.5"],
        &["press", &good],
        &["stipa", &good, "--calibration", "999"],
        &["stipa", &good, "--calibration", "90", "--noise", "60.5"],
        &["stipa", &good, "--calibration", "90", "--noise", "1,2,3,4,5,6,777"],
        &["stoi", &long, &long],
        &["stoi", &silence, &long],
        &["double-talk", &good, &files.write("other.wav", &[0.5, 0.1], 16_000), &good],
    ];
    for words in cases {
        let failure = match find(words) {
            Ok(finding) => panic!("{words:?}: {}", finding.to_text(Lang::En)),
            Err(failure) => failure,
        };
        let (english, polish) = (failure.show(Lang::En), failure.show(Lang::Pl));
        assert_ne!(english, polish, "{words:?}");
        is_polish(&polish, &words.join(" "));
    }
}

#[test]
fn what_a_stimulus_refuses_is_refused_in_both_languages() {
    let compose = |words: &[&str]| {
        let command = StimulusArgs::augment_args(clap::Command::new("stimulus").no_binary_name(true));
        let args = StimulusArgs::from_arg_matches(&command.try_get_matches_from(words).unwrap()).unwrap();
        super::stimulus::compose(&args).unwrap_err()
    };
    for words in [
        &["tone", "x.wav", "--rate", "5"][..],
        &["tone", "x.wav", "--seconds", "0.01"],
        &["tone", "x.wav", "--hz", "5"],
        &["mls", "x.wav", "--order", "99"],
        &["dtmf", "x.wav", "--keys", "xyz"],
        &["dtmf", "x.wav", "--keys", ""],
    ] {
        let refused = compose(words);
        assert!(refused.en.contains("accepted") && refused.pl.contains("przyjmuje się"), "{refused:?}");
        is_polish(&refused.pl, &words.join(" "));
    }
}
