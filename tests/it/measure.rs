//! `hejnal measure` on files that a laboratory would throw away: an answer or a clear refusal, never a panic and never
//! a number that means nothing. Knows nothing of how anything is measured.

use crate::program::{Said, Scratch, say};
use hejnal::dsp::stimulus::{Random, burst};
use serde_json::Value;

const PAIRS: [&str; 7] = ["delay", "track", "response", "echo", "gaps", "stoi", "pesq"];
const SINGLES: [&str; 3] = ["level", "tones", "stipa"];
const MEASURED: i32 = 0;
const NOT_FOUND: i32 = 3;

fn wav(samples: &[f32], rate: u32, float: bool) -> Vec<u8> {
    let (bits_per_sample, sample_format) = if float { (32, hound::SampleFormat::Float) } else { (16, hound::SampleFormat::Int) };
    let mut bytes = std::io::Cursor::new(Vec::new());
    let spec = hound::WavSpec { channels: 1, sample_rate: rate, bits_per_sample, sample_format };
    let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
    for x in samples {
        let written = if float { writer.write_sample(*x) } else { writer.write_sample((x * 32767.0) as i16) };
        written.unwrap();
    }
    writer.finalize().unwrap();
    bytes.into_inner()
}

/// Every file of a folder by its name.
struct Shelf(Scratch);

impl Shelf {
    fn put(&self, name: &str, samples: &[f32], rate: u32) {
        self.0.write(name, wav(samples, rate, false));
    }

    fn measure(&self, what: &str, files: &[&str]) -> (Said, Value) {
        let paths = files.iter().map(|f| self.0.path().join(f).display().to_string());
        let words: Vec<String> =
            ["measure", what].map(str::to_owned).into_iter().chain(paths).chain(["--json".to_owned()]).collect();
        let said = say(words.iter().map(String::as_str).collect::<Vec<_>>());
        let json = serde_json::from_str(&said.out).unwrap_or_else(|e| panic!("{words:?} gave no JSON ({e}): {said:?}"));
        (said, json)
    }

    /// Neither a crash nor an exit code that contradicts the words.
    fn check(&self, what: &str, files: &[&str]) -> Value {
        let (said, json) = self.measure(what, files);
        let ended_well = matches!(said.code, Some(MEASURED | NOT_FOUND)) && !said.err.contains("panicked");
        assert!(ended_well, "{what} {files:?}: {said:?}");
        assert_eq!(json["found"], Value::Bool(said.code == Some(MEASURED)), "{what} {files:?}: {said:?}");
        json
    }

    /// Answered with "not found" or refused, and no figure beside it.
    fn nothing(&self, what: &str, files: &[&str]) {
        let json = self.check(what, files);
        let figure =
            ["delay_s", "ppm", "sti", "stoi", "mos_lqo", "attenuation_db", "rms_dbfs"].iter().find(|key| json[**key].is_number());
        assert!(json["found"] == Value::Bool(false) && figure.is_none(), "{what} {files:?}: {json}");
    }

    /// Refused with words that name the file.
    fn refused(&self, what: &str, files: &[&str], why: &str) {
        let (said, json) = self.measure(what, files);
        let error = json["error"].as_str().unwrap_or_default();
        assert!(said.code == Some(NOT_FOUND) && error.contains(why) && error.contains(".wav"), "{what} {files:?}: {said:?}");
        assert!(said.err.contains(error), "people read it too: {said:?}");
    }
}

fn late(samples: &[f32]) -> Vec<f32> {
    [&[0.0; 2000], samples, &[0.0; 2000]].concat()
}

#[test]
fn sound_without_the_signal_gives_no_figure() {
    let shelf = Shelf(Scratch::new());
    let mut random = Random::new(7);
    let noise: Vec<f32> = (0..16_000).map(|_| 0.05 * random.gaussian() as f32).collect();
    shelf.put("good.wav", &burst(1, 8000, 1.0), 8000);
    shelf.put("silence.wav", &[0.0; 16_000], 8000);
    shelf.put("dc.wav", &[0.7; 16_000], 8000);
    shelf.put("stuck.wav", &[1.0; 16_000], 8000);
    shelf.put("noise.wav", &noise, 8000);
    shelf.put("one.wav", &[0.5], 8000);
    for bad in ["silence.wav", "dc.wav", "stuck.wav", "one.wav"] {
        for what in PAIRS {
            if (what, bad) == ("gaps", "silence.wav") {
                // Nothing arrived: that is an answer.
                assert_eq!(shelf.check(what, &["good.wav", bad])["one_way"], Value::Bool(true));
            } else {
                shelf.nothing(what, &["good.wav", bad]);
            }
            shelf.nothing(what, &[bad, "good.wav"]);
            shelf.nothing(what, &[bad, bad]);
        }
        shelf.nothing("stipa", &[bad]);
        shelf.check("level", &[bad]);
    }
    for what in ["delay", "track", "gaps", "stoi", "response"] {
        shelf.nothing(what, &["good.wav", "noise.wav"]);
    }
    shelf.nothing("stipa", &["noise.wav"]);
}

#[test]
fn files_that_cannot_be_trusted_are_refused_in_words() {
    let shelf = Shelf(Scratch::new());
    let good = burst(1, 8000, 1.0);
    shelf.put("good.wav", &good, 8000);
    let mut broken = good.clone();
    broken[4000] = f32::NAN;
    shelf.0.write("nan.wav", wav(&broken, 8000, true));
    shelf.0.write("cut.wav", &wav(&good, 8000, false)[..30]);
    shelf.0.write("text.wav", "not a sound");
    shelf.0.write("empty.wav", "");
    shelf.put("none.wav", &[], 8000);
    shelf.put("slow.wav", &good, 4000);
    for what in PAIRS {
        for (file, why) in [
            ("nan.wav", "sample 4001"),
            ("cut.wav", "WAV"),
            ("text.wav", "WAV"),
            ("empty.wav", "WAV"),
            ("none.wav", "no samples"),
            ("slow.wav", "4000 Hz"),
            ("absent.wav", ""),
        ] {
            shelf.refused(what, &["good.wav", file], why);
            shelf.refused(what, &[file, "good.wav"], why);
        }
    }
    for what in SINGLES {
        shelf.refused(what, &["nan.wav"], "sample 4001");
    }
    for (file, why) in [("good.wav", "no channel 2"), ("cut.wav", "WAV"), ("none.wav", "no samples"), ("slow.wav", "4000 Hz")] {
        shelf.refused("press", &[file], why);
    }
}

/// A Polish reader meets no English, on the way in and on the way out; a program reads the same figures.
#[test]
fn a_polish_reader_is_told_in_polish() {
    let shelf = Shelf(Scratch::new());
    let path = |name: &str| shelf.0.path().join(name).display().to_string();
    let (good, late_one, plot) = (path("good.wav"), path("late.wav"), path("plot.svg"));
    let refused = say(["stimulus", "tone", &good, "--hz", "5", "--lang", "pl"]);
    assert!(
        refused.code == Some(NOT_FOUND) && refused.err.contains("--hz 5 --rate 48000: przyjmuje się od 20 do 21600"),
        "{refused:?}"
    );
    assert_eq!(say(["stimulus", "burst", &good, "--rate", "8000", "--lang", "pl"]).code, Some(0));
    shelf.put("late.wav", &late(&burst(1, 8000, 1.0)), 8000);
    let told = say(["measure", "delay", &good, &late_one, "--lang", "pl", "--plot", &plot]);
    assert!(told.code == Some(0) && told.err.is_empty(), "{told:?}");
    assert!(
        told.out.contains("Opóźnienie na jego początku") && told.out.contains("Metoda: ") && !told.out.contains("Delay"),
        "{told:?}"
    );
    let drawn = std::fs::read_to_string(&plot).unwrap();
    assert!(drawn.contains("Korelacja wzajemna; opóźnienie 250,") && !drawn.contains("delay"), "{drawn}");
    let json = |lang: &str| -> Value {
        serde_json::from_str(&say(["measure", "delay", &good, &late_one, "--json", "--lang", lang]).out).unwrap()
    };
    assert_eq!(json("en")["figures"], json("pl")["figures"]);
    let absent = say(["measure", "level", "no.wav", "--lang", "pl"]);
    assert!(absent.code == Some(NOT_FOUND) && absent.err.contains("nie ma takiego pliku"), "{absent:?}");
}

/// What can be mended is mended, said, and measured rightly.
#[test]
fn damage_that_leaves_an_answer_leaves_the_right_one() {
    let shelf = Shelf(Scratch::new());
    let good = burst(1, 8000, 1.0);
    let capture = late(&good);
    shelf.put("good.wav", &good, 8000);
    shelf.put("late.wav", &capture, 8000);
    let delay = |files: &[&str]| {
        let json = shelf.check("delay", files);
        (json["delay_s"].as_f64().unwrap(), json["uncertainty_s"].as_f64().unwrap(), json)
    };
    let (plain, _, _) = delay(&["good.wav", "late.wav"]);
    assert!((plain - 0.25).abs() < 1e-6, "{plain}");

    // Swapped, the reference lies before the recording begins.
    let (swapped, _, _) = delay(&["late.wav", "good.wav"]);
    assert!((swapped + 0.25).abs() < 1e-6, "{swapped}");

    shelf.put("clipped.wav", &capture.iter().map(|x| (x * 8.0).clamp(-1.0, 1.0)).collect::<Vec<_>>(), 8000);
    let (clipped, stated, _) = delay(&["good.wav", "clipped.wav"]);
    assert!((clipped - 0.25).abs() < (2.0 * stated).min(20e-6), "{clipped} ± {stated}");

    // The same sound at other rates is the same delay.
    shelf.put("fine.wav", &late(&burst(1, 48_000, 1.0)), 48_000);
    let (mixed, _, _) = delay(&["good.wav", "fine.wav"]);
    assert!((mixed - 2000.0 / 48e3).abs() < 1e-6, "{mixed}");

    let whole = wav(&capture, 8000, false);
    for (name, size) in [("zero.wav", 0u32), ("endless.wav", u32::MAX), ("more.wav", 1_000_000)] {
        let mut lying = whole.clone();
        lying[40..44].copy_from_slice(&size.to_le_bytes());
        shelf.0.write(name, lying);
        let (told, _, json) = delay(&["good.wav", name]);
        let noted = json["notes"].as_array().unwrap().iter().any(|n| n.as_str().unwrap().contains("header states"));
        assert!((told - 0.25).abs() < 1e-6 && noted, "{name}: {json}");
    }
    shelf.0.write("short.wav", &whole[..whole.len() - 5001]);
    let (told, _, json) = delay(&["good.wav", "short.wav"]);
    assert!((told - 0.25).abs() < 1e-6 && json["notes"] != serde_json::json!([]), "{json}");

    // A header that states a wrong rate is a clock far beyond any crystal's: no figure, rather than a wrong one.
    let mut lying = whole.clone();
    lying[24..28].copy_from_slice(&11_025u32.to_le_bytes());
    shelf.0.write("rate.wav", lying);
    shelf.nothing("delay", &["good.wav", "rate.wav"]);
}

/// Two hours at 8 kHz with one second of sound.
#[test]
fn two_hours_have_a_level() {
    let shelf = Shelf(Scratch::new());
    let good = burst(1, 8000, 1.0);
    let (start, mut long) = (7000 * 8000, vec![0.0; 7200 * 8000]);
    long[start..start + good.len()].copy_from_slice(&good);
    shelf.put("long.wav", &long, 8000);
    let json = shelf.check("level", &["long.wav"]);
    assert!(json["rms_dbfs"].is_number(), "{json}");
}

/// A laboratory's record names the program and the files by their contents.
#[test]
fn the_record_names_program_and_files() {
    let shelf = Shelf(Scratch::new());
    shelf.put("good.wav", &burst(1, 8000, 1.0), 8000);
    let json = shelf.check("level", &["good.wav"]);
    let bytes = std::fs::read(shelf.0.path().join("good.wav")).unwrap();
    assert_eq!(json["inputs"][0]["sha256"], hejnal::journal::store::sha256_hex(&bytes));
    assert!(json["program"].as_str().is_some_and(|program| program.starts_with("hejnal 0.")), "{json}");
    shelf.0.write("text.wav", "not a sound");
    let (_, refused) = shelf.measure("level", &["text.wav"]);
    assert!(refused["inputs"][0]["sha256"].as_str().is_some_and(|hash| hash.len() == 64), "{refused}");
}

/// What `stimulus` makes by itself can be measured; what cannot be is said.
#[test]
fn a_sequence_that_repeats_itself_is_said_to() {
    let shelf = Shelf(Scratch::new());
    let path = |name: &str| shelf.0.path().join(name).display().to_string();
    let (once, turns) = (path("once.wav"), path("turns.wav"));
    let of = |file: &str, more: &[&str]| {
        say([&["stimulus", "mls", file, "--rate", "8000", "--seconds", "4", "--lang", "en"], more].concat())
    };
    let (quiet, noted) = (of(&once, &[]), of(&turns, &["--order", "12"]));
    assert!(quiet.code == Some(0) && quiet.err.is_empty(), "{quiet:?}");
    assert!(noted.code == Some(0) && noted.err.contains("repeats itself 7.8 times"), "{noted:?}");
    let delay = shelf.check("delay", &["once.wav", "once.wav"]);
    assert!(delay["delay_s"].as_f64().is_some_and(|delay| delay.abs() < 1e-6), "{delay}");
    shelf.nothing("delay", &["turns.wav", "turns.wav"]);
}

/// A result that the standard calls invalid is no result.
#[test]
fn an_invalid_index_is_none() {
    let shelf = Shelf(Scratch::new());
    let signal = hejnal::intelligibility::stipa::test_signal(1, 24_000, 16.0);
    // A gate that opens for what is loud only.
    let mut level = 0f32;
    let gated: Vec<f32> = signal
        .iter()
        .map(|x| {
            level += 0.0005 * (x.abs() - level);
            if level > 0.085 { *x } else { 0.02 * x }
        })
        .collect();
    shelf.put("gated.wav", &gated, 24_000);
    shelf.put("tone.wav", &hejnal::dsp::stimulus::cadence(24_000, 16.0, 1000.0, &[(0.5, 0.5)]), 24_000);
    shelf.nothing("stipa", &["gated.wav"]);
    shelf.nothing("stipa", &["tone.wav"]);
}

#[test]
fn what_the_measurements_are_worth_is_told_row_by_row() {
    let listed = say(["accuracy", "--list", "--lang", "en"]);
    assert!(listed.code == Some(0) && listed.out.lines().any(|line| line.starts_with("delay-burst ")), "{listed:?}");
    let told = say(["accuracy", "delay-burst", "delay-tone", "--trials", "3", "--lang", "pl"]);
    assert!(
        told.code == Some(0) && told.out.contains("opóźnienie, sygnał złożony") && told.out.contains("Potwierdzone"),
        "{told:?}"
    );
    let json = say(["accuracy", "false-delay", "--trials", "4", "--json"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert!(json["borne_out"] == true && json["rows"][0]["false_finds"] == 0 && json["rows"][0]["trials"] == 4, "{json}");
    let unknown = say(["accuracy", "no-such-row", "--lang", "en"]);
    assert!(unknown.code == Some(2) && unknown.err.contains("no row no-such-row"), "{unknown:?}");
}

/// A trial of each row: nothing is found where there is nothing, and what is owed is there. How many figures lie within
/// what is stated of them is a matter of hundreds: `.ci/run` asks for more.
#[test]
fn a_trial_of_each_row_bears_it_out() {
    let json = say(["accuracy", "--trials", "1", "--json"]);
    assert_eq!(json.code, Some(0), "{json:?}");
    let json: Value = serde_json::from_str(&json.out).unwrap();
    let rows = json["rows"].as_array().unwrap();
    assert!(rows.len() > 20 && rows.iter().all(|row| row["trials"] == 1 && row["false_finds"] == 0), "{json}");
}
