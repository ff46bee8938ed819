//! What the post tells of its own tests of loudspeaker and microphone.

use super::*;

const HOUR: f64 = 3600.0;

/// A quiet stretch of so many hours with these messages.
fn telling(hours: f64, notices: &[(f64, &str)]) -> Course {
    let notices = notices.iter().map(|(at, text)| (*at * HOUR, (*text).to_owned())).collect();
    Course { span: span(0.0, hours * HOUR), notices, ..quiet() }
}
fn is_broken(course: &Course, key: &str) -> bool {
    broken(course).contains(&key)
}

#[test]
fn a_day_never_passes_without_a_test() {
    let seldom = |hours: f64, at: &[f64]| {
        let notices: Vec<(f64, &str)> = at.iter().map(|at| (*at, "TEST ok")).collect();
        is_broken(&telling(hours, &notices), "T34.watch.self-tests-too-seldom")
    };
    assert_eq!([seldom(20.0, &[]), seldom(23.9, &[]), seldom(24.1, &[])], [false, false, true]);
    assert_eq!([seldom(50.0, &[1.0, 25.01, 49.0]), seldom(50.0, &[1.0, 25.1, 49.0])], [false, true]);
    assert!(seldom(72.0, &[1.0, 25.0]), "none follows");
    // Another message is none, and a post that the bench had cut off could tell of none.
    assert!(is_broken(&telling(30.0, &[(12.0, "ALIVE")]), "T34.watch.self-tests-too-seldom"));
    let cut = telling(30.0, &[]).outage(Kind::Fibre, 9.0 * HOUR, 10.0 * HOUR);
    assert!(!is_broken(&cut, "T34.watch.self-tests-too-seldom"));
    // Of a post that is not said to test itself nothing is awaited.
    let mut silent = telling(72.0, &[]);
    silent.supervised.tests_every = None;
    assert!(!is_broken(&silent, "T34.watch.self-tests-too-seldom"));
}

/// Syslog sends nothing again (RFC 5426, 3.1): one test whose message a line lost is no test too few, where the line is
/// seen to lose messages.
#[test]
fn one_message_lost_on_a_line_that_loses_some_is_no_test_too_few() {
    let seldom = |tests: &[f64], lost: &[usize]| {
        let alive = (0..3 * 72 * 60).filter(|n| !lost.contains(n)).map(|n| (n as f64 / 180.0, "ALIVE"));
        let mut notices: Vec<(f64, &str)> = alive.chain(tests.iter().map(|at| (*at, "TEST ok"))).collect();
        notices.sort_by(|a, b| a.0.total_cmp(&b.0));
        is_broken(&telling(72.0, &notices), "T34.watch.self-tests-too-seldom")
    };
    let (sound, two_lost) = ([1.0, 24.0, 47.0, 70.0], [1.0, 70.0]);
    assert_eq!([seldom(&sound, &[]), seldom(&sound, &[700])], [false, false]);
    let one_lost = [1.0, 24.0, 70.0];
    assert_eq!([seldom(&one_lost, &[]), seldom(&one_lost, &[700])], [true, false]);
    assert!(seldom(&two_lost, &[700]) && seldom(&[1.0, 47.0], &[700]), "too many, or too seldom by habit");
    assert!(seldom(&one_lost, &(700..720).collect::<Vec<_>>()), "a silence is no loss here and there");
}

#[test]
fn what_a_test_tells_is_so() {
    let untrue = |text: &str, at: f64, parted: Span| {
        let course = Course { without_sound: Some(Lit(vec![parted])), ..telling(1.0, &[(at / HOUR, text)]) };
        is_broken(&course, "T35.watch.untrue-self-tests")
    };
    let parted = || span(100.0, 400.0);
    assert_eq!(["TEST ok", "TEST failed"].map(|text| untrue(text, 300.0, parted())), [true, false]);
    assert_eq!(["TEST ok", "TEST failed"].map(|text| untrue(text, 600.0, parted())), [false, true]);
    // Connected or disconnected while the test ran: either may be true.
    assert_eq!(["TEST ok", "TEST failed"].map(|text| untrue(text, 130.0, parted())), [false, false]);
    assert_eq!(["TEST ok", "TEST failed"].map(|text| untrue(text, 430.0, parted())), [false, false]);
    let unknown = Course { without_sound: None, ..telling(1.0, &[(0.2, "TEST failed")]) };
    assert!(!is_broken(&unknown, "T35.watch.untrue-self-tests"), "the bench has no hand on them");
}

#[test]
fn a_fault_of_the_sound_has_a_reason_and_stands_as_long_as_that() {
    let told = |text: &str, at: f64| {
        let parted = Some(Lit(vec![span(100.0, 400.0)]));
        let course = Course { without_sound: parted, ..telling(1.0, &[(at / HOUR, text)]) };
        broken(&course).into_iter().filter(|key| key.starts_with("T27.watch.")).collect::<Vec<_>>()
    };
    assert_eq!(told("FAULT sound", 300.0), [] as [&str; 0]);
    assert_eq!(told("FAULT sound", 600.0), ["T27.watch.unfounded-faults"]);
    assert_eq!(told("CLEAR sound", 300.0), ["T27.watch.faults-taken-back"]);
    assert_eq!(told("CLEAR sound", 600.0), [] as [&str; 0]);
}
