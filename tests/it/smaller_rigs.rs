//! Rigs that have less than the virtual one: they judge what they can, say what they could not, and still refuse a bad
//! post.

use crate::program::{Said, Scratch, say};

/// Everything but button, mains, lamps and operator.
const ALL_BUT_THE_LEAST: [&str; 7] = ["probe", "fibre", "console", "ear", "mouth", "contact-tone", "loopback"];

/// The virtual rig without these roles, run over the whole default selection.
fn run(without: &[&str], defects: &str) -> Said {
    let scratch = Scratch::new();
    let file = scratch.rig("defects: [] ", &format!("defects: [ {defects} ] "));
    let text = std::fs::read_to_string(&file).unwrap();
    let is_left = |line: &&str| !without.iter().any(|role| line.starts_with(&format!("  {role}: ")) && !line.contains("driver"));
    let kept: Vec<&str> = text.lines().filter(is_left).collect();
    assert_eq!(kept.len() + without.len(), text.lines().count(), "each role stands on a line of its own");
    let (rig, out) = (scratch.write("smaller.yaml", kept.join("\n")), scratch.path().join("run"));
    say(["run", "--rig", rig.to_str().unwrap(), "--out", out.to_str().unwrap()])
}

#[track_caller]
fn check(without: &[&str], left_out: &str, still: &str) {
    let said = run(without, "");
    assert_eq!(said.code, Some(0), "{said:?}");
    let (_, unchecked) = said.out.split_once("\nNot checked\n").expect("what was not checked is told");
    assert!(unchecked.contains(left_out), "{unchecked}");
    let passed = |id: &str| said.out.lines().any(|line| line.starts_with(&format!("  {id}")) && line.contains(" passed "));
    assert!(passed(still) && passed("S00") && passed("S01"), "{}", said.out);
}

#[test]
fn a_rig_without_a_probe_takes_the_post_as_it_comes() {
    check(
        &["probe"],
        "S48    Flashing is proven, survives a power cut and can be repeated (left out: the rig has no probe)",
        "S31",
    );
}

#[test]
fn a_rig_without_lamps_judges_calls() {
    let lamps = ["lamp-placed", "lamp-connected", "lamp-out-of-service"];
    check(&lamps, "T05    press to lamp \"call placed\"", "S28");
}

#[test]
fn the_least_rig_judges_presses_and_lamps_and_refuses_a_bad_post() {
    check(&ALL_BUT_THE_LEAST, "T10    mouth-to-ear delay", "S08");
    for (defect, scenario) in [("button-overlong-debounce", "S01"), ("gives-up-on-busy", "S25")] {
        let said = run(&ALL_BUT_THE_LEAST, defect);
        assert_eq!(said.code, Some(1), "{defect}: {said:?}");
        let refused = said.out.lines().any(|line| line.starts_with(&format!("  {scenario}")) && line.contains("FAILED: post"));
        assert!(refused, "{defect}: {}", said.out);
    }
}
