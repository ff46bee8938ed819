//! The command line as a technician, a contractor in Poland and a nightly job use it. Knows nothing of how anything is
//! done.

use crate::language::english_in_run;
use crate::program::{Running, Said, Scratch, hejnal, journal, said, say};
use hejnal::journal::{Event, Tally};
use std::path::Path;

/// A run on the virtual rig with a planted defect.
fn run_with(defect: &str, tags: &str, lang: &str) -> (Said, Scratch) {
    let scratch = Scratch::new();
    let rig = scratch.rig("defects: []", &format!("defects: [ {defect} ]"));
    let out = scratch.path().join("run");
    let words = ["run", "--rig", rig.to_str().unwrap(), "--tags", tags, "--lang", lang, "--out", out.to_str().unwrap()];
    (say(words), scratch)
}

fn junit(scratch: &Scratch) -> String {
    std::fs::read_to_string(scratch.path().join("run/junit.xml")).unwrap()
}

#[test]
fn a_run_without_any_hardware_leaves_journal_report_and_a_link_to_them() {
    let scratch = Scratch::new();
    let mut command = hejnal(["run", "--tags", "@S01"]);
    command.current_dir(scratch.path());
    let said = said(command);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("Exit code 0: every requirement that was checked is met."), "{said:?}");
    assert!(!said.out.contains('\u{1b}') && !said.out.contains('\r'), "no colours into a file");
    let latest = scratch.path().join("runs/latest");
    for file in ["journal.jsonl", "junit.xml"] {
        assert!(latest.join(file).exists(), "{file}");
    }
    let again = say(["report", latest.to_str().unwrap()]);
    assert_eq!(again.code, Some(0));
    let without_path = |text: &str| text.lines().filter(|line| !line.starts_with("Journal: ")).collect::<Vec<_>>().join("\n");
    assert_eq!(without_path(&again.out), without_path(&said.out), "a run read again is the run");
}

#[test]
fn a_failing_post_is_a_failure_and_told_in_polish_to_a_polish_reader() {
    let (said, scratch) = run_with("mic-dead", "@S02", "pl");
    assert_eq!(said.code, Some(1), "{said:?}");
    for words in [
        "NIEZALICZONY (wina punktu)",
        "Punkt nie spełnia wymagania.",
        "przycisk zwolniony, zasilanie włączone, światłowód podłączony, głośnik podłączony, mikrofon podłączony, rozmowy zakończone, dźwięk zatrzymany",
        "po naprawie punktu powtórz sam ten scenariusz: hejnal run --rig ",
        "Kod wyjścia 1: punkt nie spełnia co najmniej jednego wymagania.",
    ] {
        assert!(said.out.contains(words), "{words:?} in {}", said.out);
    }
    let decimal_point = |word: &str| word.split_once('.').is_some_and(|(a, b)| is_digits(a) && is_digits(b));
    // Versions and serial numbers keep their points.
    let own =
        |line: &&str| !line.starts_with("hejnal ") && !line.starts_with("  inputs: ") && !line.starts_with("  more-inputs: ");
    let points = |line: &&str| own(line) && line.split(' ').any(decimal_point);
    assert_eq!(said.out.lines().find(points), None, "decimal commas");
    let junit = junit(&scratch);
    assert!(junit.contains("failures=\"1\" errors=\"0\"") && junit.contains("<failure type=\"requirement\""), "{junit}");
    assert!(junit.contains("name=\"measurement.1.value\""), "{junit}");
}

/// What a person reads of a run, and the report of it, but for the names of its files.
fn read_by_a_person(said: &Said, scratch: &Scratch) -> Vec<String> {
    let report = junit(scratch);
    let messages = report.split("message=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let output = report.split("<system-out>").skip(1).filter_map(|rest| rest.split('<').next());
    let folder = scratch.path().display().to_string();
    said.out.lines().chain(messages).chain(output.flat_map(str::lines)).map(|line| line.replace(&folder, "")).collect()
}

/// A post's fault, the bench's, and one told by an instrument in the middle of a run.
#[test]
fn no_word_of_english_stands_in_a_polish_run_nor_in_its_report() {
    for (defect, tags) in [
        ("mic-dead", "@S02"),
        ("button-stuck-call-flood", "@S20"),
        ("event-log-local-time", "@S00"),
        ("ota-interrupted-brick", "@S48"),
        ("bench-mic-unplugged", "@S00 or @S02"),
        ("bench-inputs-die", "@S00 or @S01"),
    ] {
        let (said, scratch) = run_with(defect, tags, "pl");
        assert!(matches!(said.code, Some(1 | 3)), "{defect}: {said:?}");
        for line in read_by_a_person(&said, &scratch) {
            // A library's words stand behind the sentence.
            let sentence = line.split("Szczegóły:").next().unwrap_or_default();
            assert_eq!(english_in_run(sentence), Vec::<&str>::new(), "{defect}: {line}");
        }
    }
}

/// Followed to the letter, it must not try another rig or another language, and pass.
#[test]
fn advice_repeats_the_rig_and_the_language_and_a_simulated_run_says_so() {
    for (lang, simulated) in [("pl", "Przebieg symulowany: "), ("en", "Simulated run: ")] {
        let (said, scratch) = run_with("mic-dead", "@S02", lang);
        let rig = scratch.path().join("rig.yaml");
        let command = format!("hejnal run --rig {} --lang {lang} --tags @S02", rig.display());
        let report = junit(&scratch);
        assert!(said.out.matches(&command).count() == 2 && report.contains(&command), "{command}: {} {report}", said.out);
        assert_eq!(said.out.matches(simulated).count(), 2, "{}", said.out);
        assert!(report.contains(simulated) && report.contains("name=\"simulated\" value=\"true\""), "{report}");
        let words = command.strip_prefix("hejnal ").unwrap().split(' ').map(String::from);
        let out = scratch.path().join("again").display().to_string();
        let again = say(words.chain(["--out".into(), out]));
        assert_eq!(again.code, Some(1), "{again:?}");
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

/// S02 does not try the bench's ears beforehand: to it a deaf bench looks like a dumb post, until the bench proves
/// itself once more.
#[test]
fn a_post_is_not_condemned_by_a_deaf_bench() {
    let (said, scratch) = run_with("bench-mic-unplugged", "@S02", "en");
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.out.contains("the bench proves itself again"), "{}", said.out);
    let junit = junit(&scratch);
    assert!(junit.contains("failures=\"0\" errors=\"1\""), "{junit}");
}

#[test]
fn a_broken_bench_is_an_error_and_says_what_to_check() {
    let (said, scratch) = run_with("bench-mic-unplugged", "@S00", "pl");
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.out.contains("BEZ OCENY (wina stanowiska)"), "{}", said.out);
    assert!(
        said.out.contains("sprawdź mikrofon przed głośnikiem punktu, jego przewód i wejście karty dźwiękowej"),
        "{}",
        said.out
    );
    let junit = junit(&scratch);
    assert!(junit.contains("failures=\"0\" errors=\"1\"") && junit.contains("<error type=\"bench\""), "{junit}");
    let (said, _scratch) = run_with("bench-relay-open", "@S01", "en");
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.out.contains("The bench failed. This says nothing about the post."), "{}", said.out);
    assert!(
        said.out.contains("check the relay board's supply") || said.out.contains("check the relay's second pole"),
        "{}",
        said.out
    );
}

#[test]
fn a_bench_that_cannot_be_opened_ends_its_journal_all_the_same() {
    let scratch = Scratch::new();
    let feature = scratch.write("f.feature", "Feature: F\n@S01\nScenario: s\nWhen 1 s passes\n");
    let out = scratch.path().join("run");
    let words = ["run", feature.to_str().unwrap(), "--rig", "rigs/new-post.yaml", "--out", out.to_str().unwrap()];
    let said = say(words);
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.out.contains("What to do next") && said.out.contains("failed to open"), "{said:?}");
    let story = journal(&out);
    assert!(story.reached_its_end() && story.damage.is_empty());
    let last = story.entries.last().map(|entry| &entry.event);
    assert!(matches!(last, Some(Event::RunEnded { exit_code: 3, tally: Tally { skipped: 1, .. }, .. })), "{last:?}");
    let junit = junit(&scratch);
    assert!(junit.contains("tests=\"1\" failures=\"0\" errors=\"1\"") && junit.contains("<error type=\"bench\""), "{junit}");
    assert!(scratch.path().join("latest").is_symlink());
    let again = say(["report", out.to_str().unwrap(), "--lang", "pl"]);
    assert_eq!(again.code, Some(3));
    assert!(again.out.contains("Sprawdź przewód USB"), "{}", again.out);
}

#[test]
fn a_directory_with_a_run_in_it_is_never_written_over() {
    let scratch = Scratch::new();
    let feature = scratch.write("f.feature", "Feature: F\n@S01\nScenario: s\nWhen 1 s passes\n");
    let run = || say(["run", feature.to_str().unwrap(), "--out", scratch.path().join("run").to_str().unwrap()]);
    assert_eq!(run().code, Some(0));
    let before = std::fs::read(scratch.path().join("run/journal.jsonl")).unwrap();
    let again = run();
    assert_eq!(again.code, Some(3), "{again:?}");
    assert!(again.err.contains("name another directory"), "{again:?}");
    assert_eq!(std::fs::read(scratch.path().join("run/journal.jsonl")).unwrap(), before);
}

#[test]
fn a_reader_who_leaves_does_not_stop_the_run() {
    let scratch = Scratch::new();
    let out = scratch.path().join("run");
    let mut run = Running::start(hejnal(["run", "--tags", "@S01", "--out", out.to_str().unwrap()]));
    assert!(run.hear("hejnal", 0));
    assert_eq!(run.leave(), Some(0));
    assert!(journal(&out).reached_its_end());
}

#[test]
fn the_phrase_book_is_grouped_and_shows_its_parameters() {
    let both = say(["steps"]);
    let polish = say(["steps", "--lang", "pl"]);
    assert_eq!((both.code, polish.code), (Some(0), Some(0)));
    let headings: Vec<&str> = both.out.lines().filter(|line| !line.starts_with(' ') && !line.is_empty()).collect();
    assert_eq!(headings, ["Given: how things stand", "When: what is done", "Then: what is required", "Parameters"]);
    assert!(both.out.contains("  the fibre is cut\n      światłowód zostaje przerwany\n"), "{}", both.out);
    assert!(polish.out.contains("  {duration}     czas: 150 ms, 0,5 s") && !polish.out.contains("the "), "{}", polish.out);
    let (phrases, parameters) = both.out.split_once("\nParameters\n").unwrap();
    let listed: Vec<&str> = parameters.split_whitespace().filter(|word| word.starts_with('{')).collect();
    assert!(
        listed.len() > 4 && listed.iter().all(|name| phrases.contains(name)),
        "only parameters that a phrase has: {listed:?}"
    );
}

#[test]
fn completions_are_there_for_every_usual_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let said = say(["completions", shell]);
        assert_eq!(said.code, Some(0), "{shell}");
        for word in ["run", "check", "steps", "report", "measure", "stimulus"] {
            assert!(said.out.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn a_recording_is_measured_without_a_bench() {
    let scratch = Scratch::new();
    let wav = scratch.path().join("burst.wav");
    let wav = wav.to_str().unwrap();
    let made = say(["stimulus", "burst", wav]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let measured = say(["measure", "delay", wav, wav, "--json"]);
    assert_eq!(measured.code, Some(0), "{measured:?}");
    let found: serde_json::Value = serde_json::from_str(&measured.out).unwrap();
    assert!(found.is_object(), "{found}");
    let level = say(["measure", "level", wav]);
    assert!(level.code == Some(0) && level.out.contains("dB"), "{level:?}");
    let missing = say(["measure", "level", "no.wav"]);
    assert!(missing.code == Some(3) && missing.err.contains("no.wav"), "{missing:?}");
    assert!(Path::new(wav).exists());
}

#[test]
fn help_names_every_command_and_every_exit_code() {
    let help = say(["--help"]);
    assert_eq!(help.code, Some(0));
    for word in ["run", "check", "steps", "report", "measure", "stimulus", "completions", "  70 ", "  130 "] {
        assert!(help.out.contains(word), "{word}");
    }
    assert_eq!(say(["--version"]).out.split(' ').next(), Some("hejnal"));
    assert_eq!(say(["fly"]).code, Some(2));
}
