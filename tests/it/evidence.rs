//! What a run leaves behind, looked at by whoever doubts it: with hejnal on any machine, and with the stock tools of
//! others. Knows nothing of how it is held against itself.

use crate::program::{Said, Scratch, say};
use hejnal::journal::Event;
use std::path::Path;
use std::process::Command;

/// A short run, and its folder.
fn run(scratch: &Scratch, words: &[&str]) -> String {
    let out = scratch.path().join("run").display().to_string();
    let all = ["run", "--tags", "@S02", "--lang", "en", "--out", &out].into_iter().chain(words.iter().copied());
    let said = say(all.map(String::from));
    assert_eq!(said.code, Some(0), "{said:?}");
    out
}

fn verify(run: &str, more: &[&str]) -> Said {
    say(["verify", run].into_iter().chain(more.iter().copied()).map(String::from))
}

/// All files below a folder with what they hold.
fn everything(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(everything(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn a_run_is_verified_and_nothing_is_written_into_it() {
    let scratch = Scratch::new();
    let out = run(&scratch, &["--recordings", "all"]);
    let before = everything(Path::new(&out));
    let said = verify(&out, &[]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.starts_with("The evidence holds"), "{}", said.out);
    for words in ["seal: none", "nobody vouches for it", "Simulated run", "Judged again, 1 scenarios come to: passed"] {
        assert!(said.out.contains(words), "{words:?} in {}", said.out);
    }
    let again = say(["report", &out]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(everything(Path::new(&out)), before, "neither verify nor report writes into a run");
    let polish = verify(&out, &["--lang", "pl"]);
    assert!(polish.out.starts_with("Materiał dowodowy jest spójny"), "{}", polish.out);
}

#[test]
fn what_was_changed_is_told_first_by_verify_and_by_report() {
    let scratch = Scratch::new();
    let out = run(&scratch, &["--recordings", "all"]);
    let recording = Path::new(&out).join("audio/S02-r1-a1-01-mouth.wav");
    std::fs::remove_file(recording).unwrap();
    for command in ["verify", "report"] {
        let said = say([command, &out]);
        assert_eq!(said.code, Some(5), "{command}: {said:?}");
        let mut lines = said.out.lines();
        assert_eq!(lines.next(), Some("THE EVIDENCE DOES NOT HOLD. Contradictions found: 1"), "{command}");
        assert_eq!(lines.next(), Some("  ✗ audio/S02-r1-a1-01-mouth.wav is missing"), "{command}");
        assert!(!said.out.contains("every requirement that was checked is met.") || command == "verify", "{}", said.out);
    }
    let junit = scratch.path().join("junit.xml").display().to_string();
    let refused = say(["report", &out, "--junit", &junit]);
    assert!(refused.code == Some(5) && !Path::new(&junit).exists(), "{refused:?}");
}

/// A year of nights must find room on a disk.
#[test]
fn a_passed_scenario_keeps_its_hashes_and_little_else() {
    let scratch = Scratch::new();
    let folder = |name: &str| scratch.path().join(name).display().to_string();
    let mut kept = Vec::new();
    for which in ["all", "deciding", "none"] {
        let out = folder(which);
        let said = say(["run", "--tags", "@S02 or @S15", "--out", &out, "--recordings", which]);
        assert_eq!(said.code, Some(0), "{said:?}");
        let files = everything(Path::new(&out));
        kept.push(files.iter().filter(|(name, _)| name.ends_with(".wav")).map(|(_, bytes)| bytes.len()).sum::<usize>());
        assert_eq!(verify(&out, &[]).code, Some(0), "{which}");
    }
    assert!(kept[0] > 5_000_000 && (1..=1_000_000).contains(&kept[1]) && kept[2] == 0, "{kept:?}");
}

#[test]
fn a_seal_is_checked_by_hejnal_and_by_stock_tools_and_broken_by_any_change() {
    let scratch = Scratch::new();
    let out = run(&scratch, &[]);
    let key = scratch.path().join("bench.key").display().to_string();
    let public = format!("{key}.pub");
    assert_eq!(say(["keygen", &key]).code, Some(0));
    assert_eq!(say(["keygen", &key]).code, Some(2), "a key is never written over");
    assert_eq!(verify(&out, &["--key", &public]).code, Some(5), "not sealed yet");
    let sealed = say(["seal", &out, "--key", &key]);
    assert_eq!(sealed.code, Some(0), "{sealed:?}");
    assert_eq!(say(["seal", &out, "--key", &key]).code, Some(5), "sealed already");
    let said = verify(&out, &["--key", &public]);
    assert!(said.code == Some(0) && said.out.contains("seal: of key "), "{said:?}");
    assert!(verify(&out, &[]).out.contains("whether it is was not checked"));
    stock_tools_agree(&out, &public, true);
    // The date stands outside the chain, and within the seal.
    let journal = Path::new(&out).join("journal.jsonl");
    let text = std::fs::read_to_string(&journal).unwrap();
    let (before, after) = text.split_once("\"unix_seconds\":").unwrap();
    std::fs::write(&journal, format!("{before}\"unix_seconds\":1{after}")).unwrap();
    let said = verify(&out, &["--key", &public]);
    assert!(said.code == Some(5) && said.out.contains("journal.jsonl is not the file that was written"), "{said:?}");
    stock_tools_agree(&out, &public, false);
}

fn stock_tools_agree(run: &str, public: &str, is_whole: bool) {
    let tool = |program: &str, words: &[&str]| Command::new(program).args(words).current_dir(run).output();
    match tool("minisign", &["-Vm", "SHA256SUMS", "-p", public]) {
        Ok(said) => assert!(said.status.success(), "the list is as it was signed: {said:?}"),
        Err(error) => eprintln!("NOT CHECKED against the stock minisign, which is not installed here: {error}"),
    }
    match tool("sha256sum", &["-c", "SHA256SUMS"]) {
        Ok(said) => assert_eq!(said.status.success(), is_whole, "{said:?}"),
        Err(error) => eprintln!("NOT CHECKED against sha256sum, which is not installed here: {error}"),
    }
}

/// Keys of one tool are keys of the other.
#[test]
fn a_key_of_minisign_seals_and_an_encrypted_one_is_refused() {
    let scratch = Scratch::new();
    let (key, public) = ["their.key", "their.pub"].map(|name| scratch.path().join(name).display().to_string()).into();
    let made = Command::new("minisign").args(["-GW", "-s", &key, "-p", &public]).output();
    let Ok(made) = made else {
        return eprintln!("NOT CHECKED against the stock minisign, which is not installed here");
    };
    assert!(made.status.success(), "{made:?}");
    let out = run(&scratch, &[]);
    let sealed = say(["seal", &out, "--key", &key]);
    assert_eq!(sealed.code, Some(0), "{sealed:?}");
    stock_tools_agree(&out, &public, true);
    assert_eq!(verify(&out, &["--key", &public]).code, Some(0));
    let wrong = say(["seal", &out, "--key", &public]);
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
}

#[test]
fn what_is_no_journal_is_refused_at_once() {
    let scratch = Scratch::new();
    for path in ["/dev/zero", "/dev/null", scratch.path().to_str().unwrap()] {
        for command in ["verify", "report"] {
            let said = say([command, path]);
            assert_eq!(said.code, Some(3), "{command} {path}: {said:?}");
        }
    }
}

/// The words of a protocol of some runs, and its page.
fn protocol(runs: &[&str], more: &[&str], scratch: &Scratch, name: &str) -> (Said, String) {
    let out = scratch.path().join(name).display().to_string();
    let words = ["protocol"].into_iter().chain(runs.iter().copied()).chain(["--out", &out]).chain(more.iter().copied());
    let said = say(words.map(String::from));
    let page = std::fs::read_to_string(Path::new(&out).join("index.html")).unwrap_or_default();
    (said, page)
}

#[test]
fn a_protocol_of_a_virtual_post_says_so_and_nothing_of_it_is_taken_over() {
    let scratch = Scratch::new();
    let out = run(&scratch, &["--by", "Jan Kowalski"]);
    let before = everything(Path::new(&out));
    let (said, page) = protocol(&[&out], &["--with", "rigs/acceptance/case.yaml"], &scratch, "pl");
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("✗ symulacja (przebieg 1)"), "{said:?}");
    assert!(page.contains("PUNKT WIRTUALNY") && page.contains("Jan Kowalski") && !page.contains("przyjęto"), "{page}");
    let (said, page) = protocol(&[&out], &["--lang", "en"], &scratch, "en");
    assert!(said.code == Some(0) && page.contains("VIRTUAL POST") && !page.contains("accepted"), "{said:?}");
    assert_eq!(everything(Path::new(&out)), before, "a protocol writes nothing into a run");
    for folder in [Path::new(&out).join("protocol"), scratch.path().join("en")] {
        let said = say(["protocol", &out, "--out", folder.to_str().unwrap()]);
        assert_eq!(said.code, Some(2), "within the run, or used already: {said:?}");
    }
}

/// Rewrites the run as one on a real post, chained anew; nothing in it contradicts itself.
fn made_real(from: &str, to: &Path) {
    let mut journal = hejnal::journal::store::Journal::create(to).unwrap();
    for mut entry in hejnal::journal::read::read(Path::new(from)).unwrap().entries {
        match &mut entry.event {
            Event::RunBegan { simulated, .. } => *simulated = false,
            Event::Audio { kept, .. } => *kept = false,
            _ => {}
        }
        journal.append(entry.at, entry.event);
    }
    journal.commit().unwrap();
}

#[test]
fn a_protocol_leaves_the_decision_open_only_for_evidence_that_holds() {
    let scratch = Scratch::new();
    let out = run(&scratch, &[]);
    let real = scratch.path().join("real");
    made_real(&out, &real);
    let real = real.to_str().unwrap();
    let (said, page) = protocol(&[real], &[], &scratch, "open");
    assert!(said.code == Some(0) && page.contains("☐ przyjęto"), "{said:?}");
    let key = scratch.path().join("bench.key").display().to_string();
    assert_eq!(say(["keygen", &key]).code, Some(0));
    assert_eq!(say(["seal", real, "--key", &key]).code, Some(0));
    let (said, page) = protocol(&[real], &[], &scratch, "unchecked");
    assert!(said.out.contains("nie sprawdzono pieczęci przebiegu 1") && !page.contains("przyjęto"), "{said:?}");
    let public = format!("{key}.pub");
    let (said, page) = protocol(&[real], &["--key", &public], &scratch, "sealed");
    assert!(said.code == Some(0) && page.contains("☐ przyjęto"), "{said:?}");
    let journal = Path::new(real).join("journal.jsonl");
    let text = std::fs::read_to_string(&journal).unwrap();
    std::fs::write(&journal, text.replacen("\"unix_seconds\":", "\"unix_seconds\":1", 1)).unwrap();
    let (said, page) = protocol(&[real], &["--key", &public], &scratch, "broken");
    assert!(said.code == Some(5) && page.contains("NIEWIARYGODNY") && !page.contains("przyjęto"), "{said:?}");
}

#[test]
fn a_case_with_mistakes_is_refused_with_all_of_them() {
    let scratch = Scratch::new();
    let out = run(&scratch, &[]);
    let (said, page) = protocol(&[&out], &["--with", "fixtures/bad/case/mistakes.yaml", "--lang", "en"], &scratch, "none");
    assert!(said.code == Some(2) && page.is_empty() && !scratch.path().join("none").exists(), "{said:?}");
    assert!(said.err.matches("fixtures/bad/case/mistakes.yaml:").count() >= 10, "{}", said.err);
    assert!(said.err.contains("did you mean \"commission\"?"), "{}", said.err);
}

#[test]
fn runs_are_listed_and_pruned_only_when_told_twice_and_never_when_sealed() {
    let scratch = Scratch::new();
    let runs = scratch.path().join("runs");
    let folder = runs.display().to_string();
    let key = scratch.path().join("bench.key").display().to_string();
    assert_eq!(say(["keygen", &key]).code, Some(0));
    for (name, is_sealed) in [("first", false), ("second", true)] {
        let out = runs.join(name).display().to_string();
        assert_eq!(say(["run", "--tags", "@S01", "--out", &out]).code, Some(0));
        assert!(!is_sealed || say(["seal", &out, "--key", &key]).code == Some(0));
    }
    let said = say(["runs", "--in", &folder]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(
        said.out.contains("virtual") && said.out.contains("passed") && said.out.matches("  sealed").count() == 1,
        "{}",
        said.out
    );
    let prune = |more: &[&str]| say(["runs", "prune", "--keep", "0", "--in", &folder].iter().chain(more));
    let said = prune(&[]);
    assert!(said.out.contains("nothing was deleted: add --yes") && runs.join("first").exists(), "{said:?}");
    let said = prune(&["--yes"]);
    assert!(said.out.contains("is sealed") && !runs.join("first").exists() && runs.join("second").exists(), "{said:?}");
    assert_eq!(say(["runs", "prune", "--in", &folder]).code, Some(2), "which of them must be said");
}
