//! Every measurement on every kind of useless file: an answer or a clear error, never a panic, never a figure that
//! means nothing.

use serde_json::Value;

use super::tests::{Files, find};
use super::*;
use crate::dsp::stimulus::{Random, burst, speech_noise};

/// Name, samples and rate.
type Sound = (&'static str, Vec<f32>, u32);

fn sounds() -> Vec<Sound> {
    let mut random = Random::new(5);
    let mut noise = |n: usize, level: f64| -> Vec<f32> { (0..n).map(|_| (level * random.gaussian()) as f32).collect() };
    let speech = speech_noise(1, 8000, 6.0);
    vec![
        ("silence", vec![0.0; 48_000], 8000),
        ("offset", vec![0.5; 48_000], 8000),
        ("one-sample", vec![0.3], 8000),
        ("two-samples", vec![0.3, -0.3], 48_000),
        ("ten-milliseconds", noise(80, 0.1), 8000),
        ("full-scale-square", (0..48_000).map(|n| if n / 40 % 2 == 0 { 1.0 } else { -1.0 }).collect(), 8000),
        ("clipped", speech.iter().map(|x| (x * 20.0).clamp(-1.0, 1.0)).collect(), 8000),
        ("one-click", (0..48_000).map(|n| if n == 24_000 { 1.0 } else { 0.0 }).collect(), 8000),
        ("last-bit", noise(48_000, 3e-5), 8000),
        ("other-noise", noise(96_000, 0.2), 16_000),
        ("other-rate", burst(9, 44_100, 2.0), 44_100),
        ("speech-noise", speech, 8000),
    ]
}

/// Files that are no recordings, by name.
fn broken(files: &Files) -> Vec<String> {
    let good = files.write("good.wav", &burst(1, 8000, 1.0), 8000);
    let whole = std::fs::read(&good).unwrap();
    let patched = |at: usize, bytes: &[u8]| {
        let mut copy = whole.clone();
        copy[at..at + bytes.len()].copy_from_slice(bytes);
        copy
    };
    let mut not_finite = [
        b"RIFF\xff\0\0\0WAVEfmt \x10\0\0\0\x03\0\x01\0".as_slice(),
        &8000u32.to_le_bytes(),
        &32_000u32.to_le_bytes(),
        b"\x04\0\x20\0data",
    ]
    .concat();
    not_finite.extend(4000u32.to_le_bytes());
    not_finite.extend((0..1000).flat_map(|n| if n == 500 { f32::INFINITY } else { 0.1 }.to_le_bytes()));
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("text", b"this is not a recording\n".repeat(100)),
        ("header-only", whole[..44].to_vec()),
        ("cut-in-header", whole[..30].to_vec()),
        ("no-channels", patched(22, &[0, 0])),
        ("no-rate", patched(24, &[0, 0, 0, 0])),
        ("odd-block-align", patched(32, &[3, 0])),
        ("no-bits", patched(34, &[0, 0])),
        ("unknown-encoding", patched(20, &[0x55, 0])),
        ("not-finite", not_finite),
    ];
    cases
        .into_iter()
        .map(|(name, bytes)| {
            let path = files.path(&format!("broken-{name}.wav"));
            std::fs::write(&path, bytes).unwrap();
            path.to_string_lossy().into_owned()
        })
        .collect()
}

const PAIRS: [&str; 7] = ["delay", "track", "response", "echo", "gaps", "stoi", "pesq"];
const SINGLES: [&str; 3] = ["level", "tones", "stipa"];

/// No figure may be worthless: each has a unit, a method in both languages, and a value and uncertainty that are
/// numbers.
fn check(words: &[&str]) -> Option<Value> {
    let finding = match find(words) {
        Ok(finding) => finding,
        Err(failure) => {
            for lang in [Lang::En, Lang::Pl] {
                assert!(failure.show(lang).len() > 20, "{words:?}: {}", failure.show(lang));
            }
            return None;
        }
    };
    let json = finding.to_json(Lang::En);
    for (key, figure) in json["figures"].as_object().unwrap() {
        assert!(figure["value"].is_number() && figure["uncertainty"].is_number(), "{words:?}: {key} is {figure}");
        assert!(
            figure["uncertainty"].as_f64().unwrap() > 0.0 || figure["unit"] == "1" || figure["value"] == 0.0,
            "{words:?}: {key} is {figure}"
        );
        let told = |part: &str| figure[part].as_str().is_some_and(|words| !words.is_empty());
        assert!(told("unit") && told("method") && told("method_pl"), "{words:?}: {key} is {figure}");
    }
    for lang in [Lang::En, Lang::Pl] {
        let text = finding.to_text(lang);
        assert!(!text.contains("NaN") && !text.contains("inf "), "{words:?}: {text}");
        assert!(finding.to_svg(lang).is_none_or(|svg| !svg.contains("NaN") && svg.len() < 1_000_000), "{words:?}");
    }
    Some(json)
}

#[test]
fn every_measurement_survives_every_sound() {
    let files = Files::new();
    let named: Vec<(&str, String)> =
        sounds().iter().map(|(name, x, rate)| (*name, files.write(&format!("{name}.wav"), x, *rate))).collect();
    let reference = files.write("reference.wav", &burst(1, 8000, 1.0), 8000);
    for (name, file) in &named {
        for command in SINGLES {
            let found = check(&[command, file]);
            let expected = !matches!(*name, "silence" | "offset" | "one-sample");
            assert!(command != "level" || found.is_some_and(|json| json["found"] == expected), "level {name}");
        }
        for command in PAIRS {
            // As a recording, as a reference, and laid upon itself.
            for (played, heard) in [(&reference, file), (file, &reference), (file, file)] {
                let found = check(&[command, played, heard]);
                let quiet = matches!(*name, "silence" | "offset" | "one-sample" | "two-samples");
                let says_so = found.is_none_or(|json| json["found"] == false || json["one_way"] == true);
                assert!(!quiet || says_so, "{command} {name} ({played} against {heard}) must find nothing");
            }
        }
        check(&["double-talk", &reference, file, file]);
    }
}

#[test]
fn every_measurement_refuses_what_is_no_recording() {
    let files = Files::new();
    let reference = files.write("reference.wav", &burst(1, 8000, 1.0), 8000);
    for file in broken(&files) {
        for command in SINGLES {
            assert!(check(&[command, &file]).is_none(), "{command} {file}");
        }
        for command in PAIRS {
            assert!(
                check(&[command, &reference, &file]).is_none() && check(&[command, &file, &reference]).is_none(),
                "{command} {file}"
            );
        }
        assert!(check(&["double-talk", &reference, &reference, &file]).is_none());
        assert!(check(&["level", &reference, "--calibration", &file]).is_none(), "{file}");
    }
}

/// Two hours at 8 kHz are measured or refused with the way out, from a file that holds far fewer bytes than it takes on
/// the disk.
#[test]
fn a_two_hour_file_is_refused_where_it_is_too_long() {
    let files = Files::new();
    let path = files.write("long.wav", &[0.1, -0.1], 48_000);
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(44 + 2 * 2 * 3600 * 48_000).unwrap();
    let mut bytes = std::fs::read(files.write("short.wav", &[0.1, -0.1], 48_000)).unwrap();
    bytes.truncate(44);
    bytes[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    std::io::Write::write_all(&mut &file, &bytes).unwrap();
    for command in SINGLES {
        let error = find(&[command, &path]).unwrap_err().show(Lang::En);
        assert!(error.contains("--from and --seconds") && error.contains("120.0 min"), "{command}: {error}");
    }
    // These two read a long file piece by piece.
    for command in ["delay", "track"] {
        assert!(!find(&[command, &path, &path]).unwrap().found, "{command}");
    }
    for command in PAIRS.into_iter().filter(|command| !matches!(*command, "delay" | "track")) {
        let error = find(&[command, &path, &path]).unwrap_err().show(Lang::En);
        assert!(error.contains("--from and --seconds"), "{command}: {error}");
    }
    // The same bytes as two channels of half the length; the part that is asked for is searched.
    let stereo = [&bytes[..22], &[2, 0], &bytes[24..32], &[4, 0], &bytes[34..]].concat();
    std::io::Write::write_all(&mut std::fs::OpenOptions::new().write(true).open(&path).unwrap(), &stereo).unwrap();
    let error = find(&["press", &path]).unwrap_err().show(Lang::En);
    assert!(error.contains("--from and --seconds") && error.contains("60.0 min"), "{error}");
    assert!(!find(&["press", &path, "--from", "100", "--seconds", "1"]).unwrap().found);
    let part = find(&["level", &path, "--from", "3599", "--seconds", "1"]).unwrap();
    assert!(!part.found && part.to_text(Lang::Pl).contains("cyfrowa cisza"), "{}", part.to_text(Lang::Pl));
}
