//! The bench proves itself, seen from outside: every planted defect is caught for the right reason, every healthy post
//! passes, no broken bench blames the post; and a scenario that has gone soft is noticed. Must not know how a defect is
//! planted or found.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

type Error = Box<dyn std::error::Error>;

fn prove(arguments: &[&str]) -> Result<Output, Error> {
    Ok(Command::new(env!("CARGO_BIN_EXE_hejnal"))
        .arg("prove")
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()?)
}

/// The lines that carry verdicts: figures and folders stand below them, further in.
fn verdicts(matrix: &str) -> String {
    matrix.lines().take_while(|line| !line.is_empty()).filter(|line| !line.starts_with(' ')).map(|l| format!("{l}\n")).collect()
}

/// The whole matrix as it is to read; renewed with `HEJNAL_MATRIX=renew`.
const MATRIX: &str = include_str!("snapshots/it__prove__matrix.snap");

/// Every eighth row, for `hejnal prove` itself says whether each is as it should be; all of them with
/// `HEJNAL_MATRIX=renew`.
#[test]
fn every_defect_is_caught_and_every_healthy_post_passes() -> Result<(), Error> {
    let whole = std::env::var("HEJNAL_MATRIX").is_ok_and(|asked| asked == "renew");
    let rows = MATRIX.lines().skip_while(|line| !line.starts_with("defect ")).skip(1);
    let some: Vec<&str> = rows.step_by(8).filter_map(|row| row.split_whitespace().next()).collect();
    assert!(some.len() > 10, "{some:?}");
    let scratch = tempfile::tempdir()?;
    let out = scratch.path().join("out").to_string_lossy().into_owned();
    let output = prove(&[if whole { &[][..] } else { &some[..] }, &["--out", &out]].concat())?;
    let matrix = String::from_utf8(output.stdout)?;
    assert_eq!(output.status.code(), Some(0), "{matrix}{}", String::from_utf8_lossy(&output.stderr));
    let verdicts = verdicts(&matrix);
    if whole {
        insta::assert_snapshot!("matrix", verdicts);
    }
    let unlike: Vec<&str> = verdicts.lines().filter(|row| !MATRIX.lines().any(|known| known == *row)).collect();
    assert!(unlike.is_empty() && verdicts.lines().count() > some.len(), "{unlike:#?}");
    Ok(())
}

/// What only a second proof of the bench tells from a bad post, one of each kind. No default run has it, so that
/// nothing else would miss it. By day every fourth of them.
#[test]
fn a_bench_that_looks_like_a_bad_post_is_found_out() -> Result<(), Error> {
    const BENCHES: [&str; 11] = [
        "bench-network-drops",
        "bench-sensor-flickers",
        "bench-sensor-dull",
        "bench-sensor-falls-off",
        "bench-card-clock-off",
        "bench-drill-next-door",
        "bench-sensor-afterglows",
        "bench-ear-without-bass",
        "bench-hall-roars",
        "bench-fibre-parts-late",
        "bench-console-repeats",
    ];
    all_as_expected(&BENCHES, 4)
}

/// What no scenario and no rule may take for a fault: a hall, a far network, a calm converter, codecs and names of
/// another maker's. By day every third of them.
#[test]
fn sound_posts_unlike_the_reference_pass() -> Result<(), Error> {
    const SOUND: [&str; 6] = [
        "control-hall-reverberant",
        "control-network-far",
        "control-converter-calm",
        "control-a-law-only",
        "control-instance-in-contact",
        "control-speaker-horn",
    ];
    all_as_expected(&SOUND, 3)
}

/// Every n-th of these rows is as it should be; with `HEJNAL_MATRIX=whole` each.
fn all_as_expected(rows: &[&str], by_day: usize) -> Result<(), Error> {
    let scratch = tempfile::tempdir()?;
    let out = scratch.path().join("out").to_string_lossy().into_owned();
    let whole = std::env::var("HEJNAL_MATRIX").is_ok_and(|asked| asked == "whole");
    let some: Vec<&str> = rows.iter().copied().step_by(if whole { 1 } else { by_day }).collect();
    let output = prove(&[&some[..], &["--out", &out]].concat())?;
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8(output.stdout)?);
    Ok(())
}

#[test]
fn a_scenario_gone_soft_no_longer_catches_its_defect_and_the_proof_says_so() -> Result<(), Error> {
    let scratch = tempfile::tempdir()?;
    let features = scratch.path().join("features");
    fs::create_dir_all(&features)?;
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("features/en");
    fs::copy(home.join("00_bench_trust.feature"), features.join("00_bench_trust.feature"))?;
    fs::copy(home.join("02_lamps_and_marking.feature"), features.join("02_lamps_and_marking.feature"))?;
    // What the standing watch sees as well does not depend on a feature's figure; the growth of delay does.
    let speech = fs::read_to_string(home.join("03_speech.feature"))?;
    let soft = speech.replace("the delay grows by at most 20 ms", "the delay grows by at most 2 s");
    assert_ne!(soft, speech);
    fs::write(features.join("03_speech.feature"), soft)?;
    let (features, out) = (features.to_string_lossy().into_owned(), scratch.path().join("out").to_string_lossy().into_owned());
    let output = prove(&["delay-creep", "lamp-connected-on-ringing", "--features", &features, "--out", &out])?;
    let matrix = String::from_utf8(output.stdout)?;
    assert_eq!(output.status.code(), Some(1), "{matrix}");
    insta::assert_snapshot!("soft", verdicts(&matrix));
    Ok(())
}

#[test]
fn what_cannot_be_proved_is_refused_before_anything_moves() -> Result<(), Error> {
    let check = |arguments: &[&str], code: i32, says: &str| -> Result<(), Error> {
        let output = prove(arguments)?;
        let said = String::from_utf8(output.stderr)?;
        assert_eq!((output.status.code(), said.contains(says)), (Some(code), true), "{said}");
        Ok(())
    };
    check(&["lamp-lat"], 2, "there is no defect lamp-lat")?;
    let others = ["low-priority-call", "--features", "features/en/01_call_to_operator.feature"];
    check(&others, 4, "is to be found by S22, and there is no such scenario yet")?;
    check(&["--features", "features/none"], 4, "features/none was not found")
}
