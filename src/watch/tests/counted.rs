//! What the post counts, and what reached the operator.

use super::*;

fn counting(mut course: Course, counts: &[(f64, u64, u64)]) -> bool {
    let told = |(at, answered, unanswered): &(f64, u64, u64)| {
        (*at, Counts { calls: answered + unanswered, answered: *answered, unanswered: *unanswered })
    };
    course.supervised.counts = counts.iter().map(told).collect();
    broken(&course).contains(&"T33.watch.counters-that-differ")
}

#[test]
fn counters_grow_by_the_cases_that_reached_the_operator() {
    let differ = |counts: &[(f64, u64, u64)]| counting(served(), counts);
    assert!(!differ(&[(10.0, 3, 1), (120.1, 4, 1)]));
    assert!(differ(&[(10.0, 3, 1), (120.1, 5, 1)]));
    assert!(differ(&[(10.0, 3, 1), (126.0, 3, 2)]));
    assert!(differ(&[(10.0, 3, 1), (120.1, 4, 2)]));
    // Told at its end it need not be in it yet; told long after, it is.
    assert_eq!([differ(&[(10.0, 3, 1), (121.0, 3, 1)]), differ(&[(10.0, 3, 1), (126.0, 3, 1)])], [false, true]);
    assert!(!differ(&[(10.0, 3, 1)]));
    // What ended with the scenario before is told as this one begins, and at no other time.
    assert!(!differ(&[(-10.0, 3, 1), (0.5, 4, 1), (126.0, 5, 1)]));
    assert_eq!([differ(&[(-10.0, 3, 1), (0.5, 4, 1), (126.0, 6, 1)]), differ(&[(-10.0, 3, 1), (50.0, 4, 1)])], [true, true]);
}

#[test]
fn a_case_that_is_dialled_again_counts_once() {
    let lost = || quiet().press(100.0, 0.15).call(100.05, 140.0, "1").outage(Kind::Fibre, 110.0, 130.0).call(131.0, 140.0, "1");
    assert!(!counting(lost(), &[(10.0, 3, 1), (131.0, 4, 1), (140.1, 4, 1)]));
    assert!(counting(lost(), &[(10.0, 3, 1), (131.0, 4, 1), (140.1, 5, 1)]));
}

#[test]
fn a_start_begins_a_new_count_and_a_press_unseen_may_be_in_it() {
    let off = || served().outage(Kind::Mains, 200.0, 290.0);
    assert!(!counting(off(), &[(10.0, 3, 1), (120.1, 4, 1), (295.0, 0, 0)]));
    assert!(counting(served(), &[(10.0, 3, 1), (120.1, 4, 1), (295.0, 0, 0)]));
    let silent = || quiet().outage(Kind::Servers, 200.0, 290.0).press(250.0, 0.2);
    assert!(!counting(silent(), &[(10.0, 3, 1), (260.0, 3, 2)]));
    assert!(counting(silent(), &[(10.0, 3, 1), (260.0, 3, 3)]));
    // One that nobody heard is counted, and counted no more as it is delivered.
    let kept = |then: u64| {
        let course = quiet().outage(Kind::Servers, 95.0, 115.0).press(100.0, 0.15).call(116.0, 120.0, "1");
        counting(course, &[(10.0, 3, 1), (106.0, 3, 2), (120.1, then, 5 - then)])
    };
    assert_eq!([kept(4), kept(3), kept(5)], [false, false, true]);
    // Beside a call that hangs at an operator's who heard nothing of its end; and into one that both know of.
    let hangs = |cut: f64| {
        let course = quiet().press(100.0, 0.2).call(100.05, 160.0, "1").outage(Kind::Servers, cut, 170.0).press(150.0, 0.2);
        counting(course, &[(10.0, 3, 1), (168.0, 4, 2)])
    };
    assert_eq!([hangs(110.0), hangs(155.0)], [false, true]);
}

#[test]
fn counters_are_told_whole() {
    let is_unreadable = |text: &str| {
        let course = Course { notices: vec![(300.0, text.to_owned())], ..quiet() };
        broken(&course).contains(&"T33.watch.counters-unreadable")
    };
    let told = ["COUNT calls=10 answered=9 unanswered=1", "COUNT calls=10 answered=9 unanswered=", "COUNT", "ALIVE"];
    assert_eq!(told.map(is_unreadable), [false, true, true, false]);
}
