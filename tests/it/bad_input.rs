//! Whatever is wrong with features, rigs and images is told at once, with file, line, column, cause and remedy, before
//! anything moves.
//!
//! The messages are one text to read through in a review: `fixtures/bad/features/messages.snap`.

use crate::language::english_in;
use crate::program::{Said, Scratch, hejnal, said, say};
use std::path::{Path, PathBuf};

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
    let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    let found = names.iter().map(|name| Path::new(folder).join(name));
    found.filter(|path| path.extension().is_some_and(|e| e == extension)).collect()
}

/// Each problem takes a line `file:line:column: cause` and an indented one with the remedy.
#[track_caller]
fn problems(said: &Said, file: &str) -> usize {
    assert!(said.out.is_empty(), "{said:?}");
    let lines: Vec<&str> = said.err.lines().collect();
    let own = |line: &&str| line.starts_with(file);
    for (line, next) in lines.iter().zip(lines.iter().skip(1)).filter(|(line, _)| own(line)) {
        let place: Vec<&str> = line[file.len()..].splitn(4, ':').collect();
        let [_, row, column, cause] = place[..] else { panic!("no place in {line:?}") };
        assert!(row.parse::<usize>().is_ok_and(|n| n > 0) && column.parse::<usize>().is_ok_and(|n| n > 0), "{line:?}");
        assert!(cause.trim().len() > 10, "{line:?}");
        assert!(next.starts_with("    ") && next.trim().len() > 10, "a remedy follows {line:?}, not {next:?}");
    }
    lines.iter().filter(|line| own(line)).count()
}

/// What every broken feature is told, in one language.
fn told_of_features(lang: &str, heading: &str, ending: &str) -> String {
    let files = files("fixtures/bad/features", "feature");
    assert!(files.len() >= 40, "{}", files.len());
    let mut shown = String::new();
    for file in files {
        let file = file.to_str().unwrap();
        let said = say(["check", file, "--lang", lang]);
        assert_eq!(said.code, Some(4), "{file}: {said:?}");
        assert!(problems(&said, file) > 0, "{file}: {said:?}");
        shown += &said.err.replace(heading, "").replace(ending, "\n");
    }
    shown
}

#[test]
fn every_broken_feature_is_told_what_is_wrong_and_what_to_do() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../fixtures/bad/features");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let shown = told_of_features("en", "hejnal: the features are not in order:\n", "    nothing was moved\n");
    settings.bind(|| insta::assert_snapshot!("messages", shown));
    let shown = told_of_features("pl", "hejnal: scenariusze zawierają błędy:\n", "    niczego nie uruchomiono\n");
    settings.bind(|| insta::assert_snapshot!("messages-pl", shown));
}

#[test]
fn a_polish_reader_is_told_in_polish() {
    let snapshots: Vec<PathBuf> =
        ["fixtures/bad", "fixtures/bad/features"].iter().flat_map(|folder| files(folder, "snap")).collect();
    for file in snapshots.iter().filter(|file| file.ends_with("messages-pl.snap")) {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let (_, told) = text.split_once("---\n").and_then(|(_, rest)| rest.split_once("---\n")).unwrap();
        // A cause stands after its file, line and column.
        let sentences = told.lines().map(|line| (line, line.splitn(4, ':').last().unwrap_or_default()));
        let english: Vec<_> = sentences.filter(|(_, sentence)| !english_in(sentence).is_empty()).map(|(line, _)| line).collect();
        assert!(english.is_empty(), "{}: {english:#?}", file.display());
    }
}

#[test]
fn every_broken_rig_and_image_is_refused_by_the_program_too() {
    let files = files("fixtures/bad", "yaml");
    assert!(files.len() >= 70, "{}", files.len());
    for file in files {
        let file = file.to_str().unwrap();
        let said = say(["check", "--rig", file]);
        assert_eq!(said.code, Some(3), "{file}: {said:?}");
        assert!(problems(&said, file) > 0, "{file}: {said:?}");
    }
}

#[test]
fn a_bad_rig_hides_no_bad_feature_and_nothing_is_left_behind() {
    let scratch = Scratch::new();
    let out = scratch.path().join("run");
    let rig = "fixtures/bad/many-at-once.yaml";
    let features = ["fixtures/bad/features/many-at-once.feature", "fixtures/bad/features/keyword-tab.feature"];
    let said = say(["run", features[0], features[1], "--rig", rig, "--out", out.to_str().unwrap()]);
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(problems(&said, rig) >= 3, "{said:?}");
    assert!(problems(&said, features[0]) >= 3 && problems(&said, features[1]) == 1, "{said:?}");
    assert!(said.err.contains("nothing was moved"), "{said:?}");
    assert!(!out.exists(), "no run directory");
    let said = say(["run", features[1], "--out", out.to_str().unwrap()]);
    assert_eq!((said.code, out.exists()), (Some(4), false), "{said:?}");
    let said = say(["check", features[1], "--rig", rig, "--lang", "pl"]);
    assert!(said.err.contains("opis stanowiska zawiera błędy:") && said.err.contains("scenariusze zawierają błędy:"), "{said:?}");
}

#[test]
fn what_the_rig_lacks_and_what_a_feature_loosens_is_told_in_one_go() {
    let scratch = Scratch::new();
    let rig = scratch.rig("  console: console\n", "");
    let feature = scratch.write(
        "f.feature",
        "Feature: F\n@S01\nScenario: s\nGiven the post is ready\nThen the post names the version and build of the file [T41]\n\
         And the operator's phone rings at most 5 s after the press [T02]\nAnd the operator's phone rings at most 1 s after the press [T02]\n",
    );
    let file = feature.to_str().unwrap();
    let said = say(["check", file, "--rig", rig.to_str().unwrap()]);
    assert_eq!((said.code, problems(&said, file)), (Some(4), 2), "{said:?}");
    assert!(said.err.contains(":5:1: this step needs the role `console`"), "{said:?}");
    assert!(said.err.contains(":6:1: this step lets 5 s pass for T02"), "{said:?}");
}

#[test]
fn a_contract_in_the_rig_judges_by_its_own_figure_whatever_a_feature_asks() {
    let scratch = Scratch::new();
    for (limit, remarked) in [("1.5 s", false), ("2.5 s", true)] {
        let limits = format!("limits:\n  T02: {{ limit: {limit}, source: \"contract 17/2026, 4.2\" }}\n\ntwin:");
        let rig = scratch.rig("twin:                                  # settings of the virtual post", &limits);
        let out = scratch.path().join(limit);
        let said = say(["run", "--tags", "@S07", "--rig", rig.to_str().unwrap(), "--out", out.to_str().unwrap()]);
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(said.out.contains(&format!("required at most {limit}  T02, contract 17/2026, 4.2 [C]")), "{said:?}");
        assert_eq!(said.out.contains("this suite asks for 2 s"), remarked, "{said:?}");
    }
}

/// Checks a file that is not kept in the repository; gives what was said.
fn check(bytes: &[u8]) -> Said {
    let scratch = Scratch::new();
    let file = scratch.write("f.feature", bytes);
    let said = say(["check", file.to_str().unwrap()]);
    assert_eq!(said.code, Some(4), "{said:?}");
    assert!(problems(&said, file.to_str().unwrap()) > 0, "{said:?}");
    said
}

#[test]
fn what_is_too_large_is_refused_without_being_read_to_its_end() {
    let outline = "Feature: F\n@S01\nScenario Outline: o\nGiven the post is ready\nExamples:\n| n |\n";
    let rows: String = (0..10_000).map(|n| format!("| {n} |\n")).collect();
    assert!(check(format!("{outline}{rows}").as_bytes()).err.contains("10000 example rows, more than 500"));
    assert!(check(&vec![b'#'; 5 << 20]).err.contains("is larger than 4 MiB"));
    assert!(check(&[0; 4096]).err.contains(":1:1: "));
    check(format!("Feature: F\n@S01\nScenario: s\nGiven {}\n", "x".repeat(1 << 20)).as_bytes());
}

#[test]
fn what_is_not_there_is_told_with_where_it_was_looked_for() {
    let scratch = Scratch::new();
    let empty = scratch.path().to_str().unwrap();
    for (words, code, told) in [
        (["check", "no.feature", "", ""], 4, "no.feature was not found"),
        (["check", empty, "", ""], 4, "no .feature file lies in"),
        (["check", "--rig", "no.yaml", ""], 3, "no.yaml was not found"),
        (["check", "--rig", empty, ""], 3, "    "),
        (["check", "--tags", "@S01 and", ""], 2, "is not a condition on tags"),
        (["check", "--tags", "@S77", ""], 4, "no scenario is left to run"),
        (["check", "--tags", "@S01", "--speed"], 2, "unexpected argument"),
        (["run", "--repeat", "0", ""], 2, "0 is not in 1.."),
        (["report", empty, "", ""], 3, "journal.jsonl"),
        (["report", "Cargo.toml", "", ""], 3, "is not a journal of hejnal"),
    ] {
        let said = say(words.into_iter().filter(|word| !word.is_empty()));
        assert_eq!(said.code, Some(code), "{words:?}: {said:?}");
        assert!(said.err.contains(told), "{words:?}: {said:?}");
    }
}

/// The environment decides where `--lang` does not.
#[test]
fn a_polish_environment_is_answered_in_polish() {
    let answer = |locale: (&str, &str), words: &[&str]| {
        let mut command = hejnal(words);
        command.env(locale.0, locale.1);
        said(command)
    };
    for (locale, words, code, told) in [
        (("LANG", "pl_PL.UTF-8"), &["check"][..], 0, "W porządku: pliki: "),
        (("LC_ALL", "pl_PL.UTF-8"), &["check", "no.feature"], 4, "nie znaleziono no.feature; sprawdzono: no.feature"),
        (("LC_MESSAGES", "pl"), &["check", "--speed"], 2, "nie ma opcji --speed"),
        (("LANG", "pl_PL.UTF-8"), &["check", "--lang", "en", "--tags", "@S77"], 4, "no scenario is left to run"),
        (("LANG", "pl_PL.UTF-8"), &["check", "--tags", "@S01 and"], 2, "nie jest warunkiem na znaczniki"),
        (("LANG", "pl_PL.UTF-8"), &["prove", "lamp-lat"], 2, "nie ma usterki lamp-lat"),
        (("LANG", "pl_PL.UTF-8"), &["report", "Cargo.toml"], 3, "Cargo.toml nie jest dziennikiem programu hejnal"),
        (("LANG", "de_DE.UTF-8"), &["check", "--tags", "@S77"], 4, "no scenario is left to run"),
    ] {
        let said = answer(locale, words);
        assert_eq!(said.code, Some(code), "{words:?}: {said:?}");
        assert!(said.err.contains(told) || said.out.contains(told), "{words:?}: {said:?}");
    }
}

#[test]
fn a_byte_order_mark_and_foreign_line_ends_are_no_mistake() {
    let scratch = Scratch::new();
    let text = "\u{feff}# language: pl\r\nFunkcja: F\r\n\r\n@S01\r\nScenariusz: s\r\nGdy mija 1 s\r\n";
    let file = scratch.write("f.feature", text);
    let said = say(["check", file.to_str().unwrap(), "--lang", "pl"]);
    assert_eq!(said.code, Some(0), "{said:?}");
}
