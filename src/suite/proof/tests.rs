//! The proof itself is proved: expectations that are wrong on purpose must not be met.

use super::*;
use crate::twin::defect::{self, REFERENCE};
use tempfile::TempDir;

fn plan(scratch: &TempDir) -> Plan {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    Plan {
        rigs: vec![crate::rig::load(&home.join("rigs/virtual.yaml")).unwrap()],
        features: select::feature_files(&[home.join("features/en")]).unwrap(),
        folder: scratch.path().to_path_buf(),
        seed: 1,
        lang: Lang::En,
        by_default: TagExpression::parse("@S00 or @S08").unwrap(),
        all_scenarios: false,
        stop: Arc::default(),
    }
}

fn row(id: &str) -> Defect {
    *defect::find(id).unwrap()
}

#[track_caller]
fn check(defects: &[Defect], expected: &[(Verdict, u8)]) {
    let scratch = tempfile::tempdir().unwrap();
    let plan = plan(&scratch);
    let found: Vec<(Verdict, u8)> = defects
        .iter()
        .enumerate()
        .map(|(n, defect)| {
            let plan = Plan { folder: plan.folder.join(n.to_string()), ..plan.clone() };
            let verdict = prove_one(&plan, defect).verdict;
            (verdict, exit_code([Verdict::AsExpected, verdict]))
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_wrong_expectation_is_not_met() {
    let late = row("lamp-late");
    let nominal = row("control-nominal");
    check(
        &[
            late,
            Defect { reason: "T06", ..late },
            // A lamp that is late offends wherever the button is pressed, but not where it is not.
            Defect { scenario: "S48", reason: "T33", ..late },
            Defect { blame: Some(Blame::Bench), ..late },
            Defect { blame: None, scenario: "", reason: "", ..late },
            nominal,
            Defect { blame: Some(Blame::Device), scenario: "S08", reason: "T05", ..nominal },
        ],
        &[
            (Verdict::AsExpected, 0),
            (Verdict::WrongReason, 1),
            (Verdict::Missed, 1),
            (Verdict::BenchBlamedPost, 1),
            (Verdict::HealthyCondemned, 1),
            (Verdict::AsExpected, 0),
            (Verdict::Missed, 1),
        ],
    );
}

#[test]
fn a_broken_bench_must_accuse_the_right_instrument() {
    let open = row("bench-relay-open");
    check(
        &[open, Defect { reason: "console", ..open }, Defect { blame: Some(Blame::Device), ..open }],
        &[(Verdict::AsExpected, 0), (Verdict::WrongReason, 1), (Verdict::WrongBlame, 1)],
    );
}

#[test]
fn ctrl_c_is_no_verdict() {
    let scratch = tempfile::tempdir().unwrap();
    let plan = plan(&scratch);
    plan.stop.store(true, Ordering::Relaxed);
    let proofs = prove(&plan, &[row("lamp-late"), row("control-nominal")], |_, _| {});
    assert!(proofs.iter().all(|proof| proof.verdict == Verdict::Stopped), "{proofs:?}");
    assert_eq!(exit_code(proofs.iter().map(|proof| proof.verdict)), exit::STOPPED);
    assert_eq!(REFERENCE, plan.rigs[0].post.firmware.variant);
}

#[test]
fn a_scenario_is_known_by_its_id_or_by_one_of_its_rows() {
    assert!(is_id_of("S14", "S14") && is_id_of("S14.2", "S14"));
    assert!(!is_id_of("S140", "S14") && !is_id_of("S14", "") && !is_id_of("S01", "S14"));
}
