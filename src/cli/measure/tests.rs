//! The commands from their arguments to their JSON, on files written for the occasion.

use std::path::{Path, PathBuf};

use clap::{Args, FromArgMatches};
use serde_json::Value;

use super::*;
use crate::dsp::{interp, stimulus};
use crate::intelligibility::stipa;
use crate::wav;

/// Sounds in a directory of this test's own, removed at its end.
pub(super) struct Files(tempfile::TempDir);

impl Files {
    pub fn new() -> Self {
        Files(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, samples: &[f32], rate: u32) -> String {
        let path = self.path(name);
        wav::write(&path, samples, rate).unwrap();
        path.to_string_lossy().into_owned()
    }
}

fn parse(words: &[&str]) -> MeasureArgs {
    let command = MeasureArgs::augment_args(clap::Command::new("measure").no_binary_name(true));
    MeasureArgs::from_arg_matches(&command.try_get_matches_from(words).unwrap()).unwrap()
}

/// Runs a command line up to its finding.
pub(super) fn find(words: &[&str]) -> Result<Finding, Failure> {
    parse(words).what.find()
}

fn check(words: &[&str]) -> Value {
    let finding = find(words).unwrap();
    let json = finding.to_json(Lang::En);
    assert_eq!((json["found"].clone(), json["measurement"].clone()), (Value::Bool(true), Value::from(words[0])), "{json}");
    assert!(finding.to_text(Lang::En).contains("Method: "));
    json
}

/// The burst of seed 1, half a second late, 90 ppm long, at half level.
fn late(rate: u32, seconds: f64) -> Vec<f32> {
    let played: Vec<f32> = (0..seconds as u64).flat_map(|k| stimulus::burst(1 + k, rate, 1.0)).collect();
    let mut out = vec![0.0; ((seconds + 1.0) * f64::from(rate)) as usize];
    interp::resample_linear_clock(&played, -0.5 * f64::from(rate), 1.0 / (1.0 + 90e-6), &mut out);
    out.iter().map(|x| 0.5 * x).collect()
}

#[test]
fn delay_and_track_on_files() {
    let files = Files::new();
    let reference = files.write("r.wav", &stimulus::burst(1, 48_000, 1.0), 48_000);
    let capture = files.write("c.wav", &late(8000, 1.0), 8000);
    let json = check(&["delay", &reference, &capture]);
    let t = json["t_ref_s"].as_f64().unwrap();
    assert!((json["delay_s"].as_f64().unwrap() - (0.5 + (0.5 + t) * 90e-6)).abs() < 2e-6, "{json}");
    assert!((json["ppm"].as_f64().unwrap() - 90.0).abs() < 2.0);
    for key in ["uncertainty_s", "ppm_uncertainty", "confidence", "gain", "snr_db"] {
        assert!(json[key].is_f64(), "{key}");
    }
    let long: Vec<f32> = (0..5).flat_map(|k| stimulus::burst(1 + k, 16_000, 1.0)).collect();
    let reference = files.write("rl.wav", &long, 16_000);
    let capture = files.write("cl.wav", &late(8000, 5.0), 8000);
    let json = check(&["track", &reference, &capture]);
    assert!((json["ppm"].as_f64().unwrap() - 90.0).abs() < 1.0 && json["slips"].as_array().unwrap().is_empty(), "{json}");
}

/// Five minutes and more are read piece by piece, with the same answer.
#[test]
fn long_files_have_the_same_delay() {
    let files = Files::new();
    let played = stimulus::burst(1, 8000, 1.0);
    let reference = files.write("r.wav", &played, 8000);
    let mut long = vec![0.0; 302 * 8000];
    long[1_600_000..1_608_000].copy_from_slice(&played);
    let capture = files.write("c.wav", &long, 8000);
    let json = check(&["delay", &reference, &capture]);
    assert!((json["delay_s"].as_f64().unwrap() - 200.0).abs() < 1e-6 && json["ppm"].as_f64().unwrap().abs() < 1.0, "{json}");
    let silence = files.write("s.wav", &vec![0.0; 302 * 8000], 8000);
    assert!(!find(&["delay", &reference, &silence]).unwrap().found && !find(&["track", &reference, &silence]).unwrap().found);
}

/// A tone in channel 1 from 0.2 s on and a sound in channel 2 from 0.5 s on.
pub(super) fn write_press(files: &Files, name: &str) -> String {
    let path = files.path(name);
    let (gate, sound) = (stimulus::tone(48_000, 0.5, 1000.0, 0.0), stimulus::burst(3, 48_000, 0.5));
    let at = |n: usize, from: usize, samples: &[f32]| n.checked_sub(from).and_then(|n| samples.get(n)).copied().unwrap_or(0.0);
    // Cut into the noise part, so that the sound begins at once.
    let noise = |n: usize| if n.is_multiple_of(2) { 1e-4 } else { -1e-4 };
    let contact: Vec<f32> = (0..48_000).map(|n| at(n, 9600, &gate)).collect();
    let ear: Vec<f32> = (0..48_000).map(|n| at(n, 24_000, &sound[4800..]) + noise(n)).collect();
    wav::write_channels(&path, &[&contact, &ear], 48_000).unwrap();
    path.to_string_lossy().into_owned()
}

#[test]
fn a_press_is_measured_between_two_channels() {
    let files = Files::new();
    let (path, alone) = (write_press(&files, "p.wav"), files.write("m.wav", &[0.1; 4800], 48_000));
    let json = check(&["press", &path, "--gate", "1", "--ear", "2"]);
    let off = json["press_to_sound_s"].as_f64().unwrap() - 0.3;
    assert!(off.abs() < 5e-4 && off.abs() <= json["uncertainty_s"].as_f64().unwrap(), "{json}");
    assert!(!find(&["press", &path, "--gate", "2", "--ear", "1"]).unwrap().found, "swapped");
    for refused in [
        &["press", &path, "--gate", "2"][..],
        &["press", &path, "--tone", "5"],
        &["press", &path, "--channel", "1"],
        &["press", &alone],
    ] {
        assert!(find(refused).is_err(), "{refused:?}");
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let files = Files::new();
    let reference = files.write("r.wav", &stimulus::burst(1, 8000, 1.0), 8000);
    let other = files.write("o.wav", &stimulus::burst(2, 8000, 2.0), 8000);
    let silence = files.write("s.wav", &[0.0; 80_000], 8000);
    for words in [
        ["delay", &reference, &other],
        ["track", &reference, &other],
        ["response", &reference, &other],
        ["gaps", &reference, &other],
        ["gaps", &silence, &other],
        ["echo", &reference, &silence],
        ["stoi", &reference, &other],
        ["echo", &silence, &other],
        ["pesq", &reference, &silence],
    ] {
        let finding = find(&words).unwrap();
        assert!(!finding.found && finding.to_json(Lang::En)["found"] == Value::Bool(false), "{words:?}");
        assert!(finding.to_json(Lang::En)["delay_s"].is_null());
    }
    assert!(!find(&["stipa", &silence]).unwrap().found && !find(&["level", &silence]).unwrap().found);
    let missing = find(&["level", "/nonexistent.wav"]).unwrap_err();
    assert!(missing.to_string().contains("/nonexistent.wav"));
    assert!(find(&["gaps", &reference, &other, "--shortest", "0"]).is_err());
}

#[test]
fn sound_commands_on_files() {
    let files = Files::new();
    let noise = stimulus::speech_noise(1, 8000, 10.0);
    let reference = files.write("r.wav", &noise, 8000);
    let mut damaged: Vec<f32> = noise.iter().map(|x| 0.5 * x).collect();
    damaged[20_000..20_320].fill(0.0);
    let capture = files.write("c.wav", &damaged, 8000);
    let json = check(&["gaps", &reference, &capture]);
    assert_eq!(json["count"], 1, "{json}");
    let gap = &json["gaps"][0];
    assert!(
        (gap["start_s"].as_f64().unwrap() - 2.5).abs() < 1e-3 && (gap["length_s"].as_f64().unwrap() - 0.04).abs() < 1e-3,
        "{json}"
    );
    let tone = stimulus::tone(8000, 3.0, 1000.0, 0.0);
    let mut broken = tone.clone();
    broken[8000..8400].fill(0.0);
    let json = check(&["gaps", &files.write("t.wav", &tone, 8000), &files.write("b.wav", &broken, 8000)]);
    assert!(json["count"] == 1 && (json["total_s"].as_f64().unwrap() - 0.05).abs() < 1e-3, "{json}");
    let json = check(&["response", &reference, &capture]);
    assert!((json["points"][10]["magnitude_db"].as_f64().unwrap() + 6.02).abs() < 0.3, "{json}");
    let json = check(&["echo", &reference, &capture]);
    assert!((json["attenuation_db"].as_f64().unwrap() - 6.02).abs() < 0.3, "{json}");
    let json = check(&["level", &capture]);
    assert!(json["rms_dbfs"].is_f64() && json["active_speech_dbfs"].is_f64());
    let json = check(&["stoi", &reference, &capture]);
    assert!(json["stoi"].as_f64().unwrap() > 0.9, "{json}");
}

#[test]
fn stipa_on_a_file_with_a_plot() {
    let files = Files::new();
    let capture = files.write("c.wav", &stipa::test_signal(1, 24_000, 16.0), 24_000);
    let json = check(&["stipa", &capture]);
    assert!(json["sti"].as_f64().unwrap() > 0.95, "{json}");
    assert_eq!((json["mti"].as_array().unwrap().len(), json["m"].as_array().unwrap().len()), (7, 7));
    assert!(json["flags"].as_array().unwrap().iter().any(|f| f == "no-masking"));
    assert!(
        json["uncertainty"].is_f64() && json["norm"] == "IEC 60268-16:2020" && json["masking_and_threshold"] == false,
        "{json}"
    );
    assert!(json["cap"] == 1.0 && json["judged_against"].as_str().unwrap().contains("--codec"), "{json}");
    let json = check(&["stipa", &capture, "--codec", "g711", "--calibration", "90", "--noise", "60,60,60,60,60,60,60"]);
    assert!(json["cap"] == 0.865 && json["judged_against"].as_str().unwrap().contains("G.711"), "{json}");
    assert!(
        json["sti_in_noise"].as_f64().unwrap() < json["sti"].as_f64().unwrap() && json["masking_and_threshold"] == true,
        "{json}"
    );
    let other = files.write("o.wav", &stimulus::speech_noise(1, 24_000, 16.0), 24_000);
    let json = find(&["stipa", &other]).unwrap().to_json(Lang::En);
    assert!(
        json["sti"].is_null()
            && json["found"] == false
            && json["flags"].as_array().unwrap().iter().any(|f| f == "not-test-signal")
    );
    for noise in ["60,60", "60,60,60,60,60,60,999"] {
        let refused = find(&["stipa", &capture, "--calibration", "90", "--noise", noise]).unwrap_err();
        assert!(refused.show(Lang::En).contains("seven levels"), "{refused}");
    }
    let plot = files.path("out.svg");
    let words = ["stipa", &capture, "--json", "--plot", &plot.to_string_lossy()];
    assert_eq!(run(&parse(&words)), ExitCode::from(exit::ACCEPTED));
    assert!(std::fs::read_to_string(&plot).unwrap().starts_with("<svg"));
}

#[test]
fn stimuli_are_written_and_measured() {
    let files = Files::new();
    let path = files.path("b.wav");
    let command = StimulusArgs::augment_args(clap::Command::new("stimulus").no_binary_name(true));
    for (kind, seconds) in [
        ("burst", "1"),
        ("bursts", "2"),
        ("speech-noise", "1"),
        ("chirp", "1"),
        ("sweep", "1"),
        ("tone", "1"),
        ("stipa", "2"),
        ("mls", "1"),
        ("speech-like", "2"),
        ("double-talk", "8"),
        ("ringing", "2"),
        ("busy", "2"),
    ] {
        let words = [kind, &path.to_string_lossy(), "--seconds", seconds, "--rate", "16000", "--seed", "4"];
        let args = StimulusArgs::from_arg_matches(&command.clone().try_get_matches_from(words).unwrap()).unwrap();
        assert_eq!(run_stimulus(&args), ExitCode::from(exit::ACCEPTED), "{kind}");
        let read = wav::read(Path::new(&path), None).unwrap();
        assert_eq!(read.samples.len(), 16_000 * seconds.parse::<usize>().unwrap(), "{kind}");
    }
}

/// Its spectrum is that of the switching, and a ratio of distortion read off it would be a figure without a meaning.
#[test]
fn a_tone_in_a_cadence_has_no_distortion() {
    let files = Files::new();
    let ringing = files.write("ringing.wav", &stimulus::cadence(8000, 11.0, 425.0, &[(1.0, 4.0)]), 8000);
    let found = find(&["tones", &ringing]).unwrap();
    let json = found.to_json(Lang::En);
    assert!(json["call_tone_count"] == 1 && json["thd_n_db"].is_null() && json["tone_hz"].is_null(), "{json}");
    assert!(found.to_svg(Lang::Pl).unwrap().contains("Sygnał tonowy: zwrotny sygnał wywołania, 425"));
    let steady = files.write("steady.wav", &stimulus::tone(8000, 2.0, 1000.0, 0.0), 8000);
    assert!(find(&["tones", &steady]).unwrap().to_json(Lang::En)["thd_n_db"].is_number());
}
