//! Cases with mistakes in them, all told at once.

use super::*;
use crate::problem::Problem;

#[test]
fn the_case_that_is_shipped_is_sound_and_full() {
    let case = load(Path::new("rigs/acceptance/case.yaml")).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!((case.parties.len(), case.commission.len(), case.clauses.len()), (2, 3, 8));
    assert!(case.protocol.is_some() && case.trial_run.is_some() && case.training.is_some() && case.weather.is_some());
    assert_eq!(case.documents.iter().filter(|document| !document.handed_over).count(), 1);
}

#[test]
fn nothing_but_the_format_must_stand_there() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("case.yaml");
    std::fs::write(&file, "case: 1\nparties:\nobject:\n").unwrap();
    let case = load(&file).unwrap();
    assert!(case.object.is_none() && case.parties.is_empty() && case.clauses.is_empty());
    std::fs::write(&file, "case: 2\nwhatever: x\n").unwrap();
    let problems = load(&file).unwrap_err();
    assert!(problems.len() == 1 && problems[0].cause.en.starts_with("the case is of format 2"), "{problems:?}");
}

/// A text to read through in a review.
#[test]
fn every_mistake_of_a_case_is_told_at_once_with_its_place_and_remedy() {
    let problems = load(Path::new("fixtures/bad/case/mistakes.yaml")).unwrap_err();
    assert!(problems.len() >= 10, "{problems:?}");
    assert!(problems.iter().all(|problem| !problem.remedy.is_empty() && problem.cause.en != problem.cause.pl), "{problems:?}");
    let shown = |lang| problems.iter().map(|problem: &Problem| problem.show(lang)).collect::<Vec<_>>().join("\n\n");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../../fixtures/bad/case");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    assert!(!shown(Lang::En).contains('\u{1b}'), "a file steers no terminal");
    settings.bind(|| insta::assert_snapshot!("messages", shown(Lang::En)));
    settings.bind(|| insta::assert_snapshot!("messages-pl", shown(Lang::Pl)));
}

/// A pipe would be waited for without end.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused_at_once() {
    for path in ["/dev/zero", "/dev/null", "/", "rigs/acceptance/none.yaml"] {
        let problems = load(Path::new(path)).unwrap_err();
        assert!(problems[0].cause.en.starts_with("failed to read the file of the case: "), "{problems:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_slip_of_the_pen_makes_it_panic(at in 0usize..5000, length in 0usize..40, by in "[\\PC\n\t]{0,6}") {
        let letters: Vec<char> = include_str!("../../../../rigs/acceptance/case.yaml").chars().collect();
        let from = at % letters.len();
        let to = (from + length).min(letters.len());
        let text: String = letters[..from].iter().copied().chain(by.chars()).chain(letters[to..].iter().copied()).collect();
        let mut problems = Problems::of("case.yaml", &A_CASE);
        let case = reading::read(Path::new("case.yaml"), text.as_bytes(), &mut problems);
        proptest::prop_assert!(case.is_some() || !problems.is_empty());
    }
}
