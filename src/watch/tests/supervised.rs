//! What the supervision is told.

use super::*;

/// The same with these messages in place of its own.
fn telling(course: Course, notices: &[(f64, &str)]) -> Course {
    Course { notices: notices.iter().map(|(at, text)| (*at, (*text).to_owned())).collect(), ..course }
}

#[test]
fn a_post_that_can_call_is_never_silent_for_too_long() {
    let is_given_up = |times: &[f64]| {
        let notices: Vec<(f64, &str)> = times.iter().map(|at| (*at, "ALIVE")).collect();
        broken(&telling(Course { span: span(0.0, 100.0), ..quiet() }, &notices)).contains(&"T26.watch.counted-as-lost")
    };
    assert_eq!([is_given_up(&[-10.0, 34.9, 79.8]), is_given_up(&[-10.0, 35.1, 70.0])], [false, true]);
    assert_eq!([is_given_up(&[10.0, 54.5]), is_given_up(&[10.0, 50.0]), is_given_up(&[])], [true, true, true]);
    // Each silence that is over is an occasion; the one that still runs is none before it is too long.
    let occasions = |times: &[f64]| {
        let notices: Vec<(f64, &str)> = times.iter().map(|at| (*at, "ALIVE")).collect();
        let course = telling(Course { span: span(0.0, 100.0), ..quiet() }, &notices);
        let mut rules = RULES.iter().copied().flatten();
        rules.find(|rule| rule.quantity.key == "T26.watch.counted-as-lost").map(|rule| (rule.look)(&course).len())
    };
    assert_eq!([occasions(&[10.0, 50.0, 90.0]), occasions(&[10.0, 54.0])], [Some(3), Some(3)]);
    // Cut off it can say nothing.
    let cut = telling(quiet().outage(Kind::Fibre, 20.0, 590.0), &[(0.0, "ALIVE"), (19.0, "ALIVE"), (591.0, "ALIVE")]);
    assert!(!broken(&cut).contains(&"T26.watch.counted-as-lost"));
}

#[test]
fn a_fault_has_a_reason_that_the_bench_knows() {
    let is_unfounded =
        |course: Course, at: f64, text: &str| broken(&telling(course, &[(at, text)])).contains(&"T27.watch.unfounded-faults");
    assert_eq!(["FAULT mains", "FAULT server"].map(|text| is_unfounded(quiet(), 300.0, text)), [true, true]);
    let silent = || quiet().outage(Kind::Servers, 200.0, 290.0);
    assert_eq!(["FAULT server", "FAULT mains"].map(|text| is_unfounded(silent(), 240.0, text)), [false, true]);
    let dark = || Course { without_mains: Lit(vec![span(200.0, 290.0)]), ..quiet() };
    assert_eq!(["FAULT server", "FAULT mains"].map(|text| is_unfounded(dark(), 240.0, text)), [true, false]);
    assert!(is_unfounded(silent(), 306.0, "FAULT server"), "its reason has long been gone");
    let lapsed = || {
        let mut course = quiet();
        course.bindings.retain(|binding| binding.at < 200.0);
        course
    };
    assert!(!is_unfounded(lapsed(), 400.0, "FAULT server"), "the registrar says the same");
    assert!(is_unfounded(lapsed(), 201.0, "FAULT server"), "what was granted still stood");
    assert!(!is_unfounded(quiet(), 300.0, "FAULT door"), "of doors this bench knows nothing");
    // A battery is weak where it was opened, or has carried the post for long.
    let opened = || Course { without_battery: Lit(vec![span(200.0, 290.0)]), ..quiet() };
    assert_eq!([240.0, 306.0].map(|at| is_unfounded(opened(), at, "FAULT battery")), [false, true]);
    assert!(is_unfounded(dark(), 240.0, "FAULT battery"), "so short a time no battery minds");
    assert!(!is_unfounded(Course { lived_on_battery: true, ..quiet() }, 300.0, "FAULT battery"));
}

#[test]
fn a_return_of_power_is_told_as_a_start() {
    let untold = |words: [&str; 3]| {
        let course = quiet().outage(Kind::Mains, 100.0, 110.0).outage(Kind::Mains, 200.0, 210.0);
        let told: Vec<(f64, &str)> = [114.0, 114.1, 134.0, 214.0, 214.1, 234.0].into_iter().zip(words.repeat(2)).collect();
        broken(&telling(course, &told)).contains(&"T27.watch.starts-untold")
    };
    let count = "COUNT calls=0 answered=0 unanswered=0";
    assert_eq!([untold(["START", count, "ALIVE"]), untold([count, "ALIVE", "ALIVE"])], [false, true]);
    // What comes first may have been overtaken.
    assert!(!untold([count, "START", "ALIVE"]));
    // One may have been lost.
    let once = quiet().outage(Kind::Mains, 100.0, 110.0);
    let once = telling(once, &[(114.1, count), (114.2, "ALIVE"), (134.0, "ALIVE")]);
    assert!(!broken(&once).contains(&"T27.watch.starts-untold"));
}

#[test]
fn only_what_was_told_is_taken_back() {
    let never = |notices: &[(f64, &str)]| broken(&telling(quiet(), notices)).contains(&"T27.watch.clears-of-no-fault");
    assert!(never(&[(300.0, "CLEAR server"), (400.0, "CLEAR server")]) && !never(&[(300.0, "CLEAR server")]));
    assert!(!never(&[(200.0, "FAULT server"), (300.0, "CLEAR server")]));
    assert!(never(&[(200.0, "FAULT mains"), (300.0, "CLEAR server"), (400.0, "CLEAR server")]));
    assert!(!never(&[(30.0, "CLEAR server")]) && !never(&[(-5.0, "FAULT server"), (300.0, "CLEAR server")]), "of before");
}

#[test]
fn what_is_no_fault_is_no_alarm() {
    let told = || telling(quiet(), &[(300.0, "COUNT calls=1 answered=1 unanswered=0"), (320.0, "ALIVE")]);
    assert!(!broken(&told()).contains(&"T27.watch.false-alarms"));
    let overstated = Course { overstated: vec![(320.0, "ALIVE".into())], ..told() };
    assert!(broken(&overstated).contains(&"T27.watch.false-alarms"));
}

#[test]
fn a_fault_is_no_mere_information() {
    let told = || telling(quiet(), &[(300.0, "FAULT server"), (320.0, "ALIVE")]);
    assert!(!broken(&told()).contains(&"T26.watch.faults-understated"));
    let understated = Course { understated: vec![(300.0, "FAULT server".into())], ..told() };
    assert!(broken(&understated).contains(&"T26.watch.faults-understated"));
}

#[test]
fn signs_of_life_come_in_their_period() {
    let is_seldom = |period: f64| {
        let mut course = quiet();
        course.notices = (0..20).map(|n| (f64::from(n) * period - 5.0, "ALIVE".into())).collect();
        broken(&course).contains(&"T26.watch.signs-of-life-too-seldom")
    };
    assert_eq!([18.0, 20.0, 23.9, 24.1, 25.0].map(is_seldom), [false, false, false, true, true]);
    assert!(!is_seldom(40.0), "every second message may have been lost on its way");
    // One that is lost is not missed by what else was told meanwhile.
    let told_beside = |period: f64, lost: f64| {
        let mut course = quiet();
        let alive = (0..20).map(|n| f64::from(n) * period - 5.0).filter(|at| *at != lost).map(|at| (at, "ALIVE".into()));
        course.notices = alive.chain([(109.0, "COUNT calls=1 answered=1 unanswered=0".into())]).collect();
        course.notices.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        broken(&course).contains(&"T26.watch.signs-of-life-too-seldom")
    };
    assert_eq!([told_beside(20.0, 115.0), told_beside(25.0, 0.0)], [false, true]);
    let mut unstated = quiet();
    unstated.notices = (0..25).map(|n| (f64::from(n) * 25.0, "ALIVE".into())).collect();
    unstated.supervised.every = None;
    assert_eq!(broken(&unstated), [""; 0]);
}

#[test]
fn what_did_not_start_does_not_say_so() {
    let is_false = |course: Course, at: &[f64]| {
        let notices: Vec<(f64, &str)> = at.iter().map(|at| (*at, "START")).collect();
        broken(&telling(course, &notices)).contains(&"T27.watch.starts-that-were-none")
    };
    assert!(is_false(quiet(), &[300.0]));
    assert!(is_false(quiet().outage(Kind::Fibre, 200.0, 290.0), &[291.0]));
    let off = || quiet().outage(Kind::Mains, 200.0, 290.0);
    assert_eq!([is_false(off(), &[293.0]), is_false(off(), &[293.0, 350.0])], [false, true]);
    assert!(!is_false(off().outage(Kind::Fibre, 280.0, 400.0), &[401.0]), "it had to wait for the link");
    assert!(!is_false(Course { owed_until: 5.0, ..quiet() }, &[3.0]));
}

#[test]
fn a_fault_stands_while_its_cause_does() {
    let key = &"T27.watch.faults-taken-back";
    let is_taken_back = |course: Course, notices: &[(f64, &str)]| broken(&telling(course, notices)).contains(key);
    let dark = || Course { without_mains: Lit(vec![span(200.0, 290.0)]), ..quiet() };
    let told = (205.0, "FAULT mains");
    assert!(is_taken_back(dark(), &[told, (265.0, "CLEAR mains")]));
    assert!(!is_taken_back(dark(), &[told, (291.0, "CLEAR mains")]));
    assert!(!is_taken_back(dark(), &[(210.0, "CLEAR mains")]), "of what was gone before");
    assert!(!is_taken_back(dark().outage(Kind::Fibre, 220.0, 264.0), &[told, (265.0, "CLEAR mains")]), "it may have been kept");
    let unloaded = Course { without_battery: Lit(vec![span(200.0, 290.0)]), ..quiet() };
    assert!(is_taken_back(unloaded, &[(205.0, "FAULT battery"), (265.0, "CLEAR battery")]));
    let silent = || quiet().outage(Kind::Servers, 200.0, 290.0);
    assert!(is_taken_back(silent(), &[(240.0, "FAULT server"), (260.0, "CLEAR server")]));
    assert!(!is_taken_back(silent(), &[(240.0, "FAULT server"), (296.0, "CLEAR server")]));
}

#[test]
fn mains_that_flicker_have_not_failed() {
    let is_unfounded = |length: f64| {
        let course = Course { without_mains: Lit(vec![span(200.0, 200.0 + length)]), ..quiet() };
        broken(&telling(course, &[(200.0 + length, "FAULT mains")])).contains(&"T27.watch.unfounded-faults")
    };
    assert_eq!([0.3, 2.4, 5.0].map(is_unfounded), [true, true, false]);
}

#[test]
fn a_fault_goes_when_its_cause_does() {
    let stays =
        |course: Course, notices: &[(f64, &str)]| broken(&telling(course, notices)).contains(&"T27.watch.faults-not-taken-back");
    let dark = || Course { without_mains: Lit(vec![span(200.0, 290.0)]), ..quiet() };
    let told = (205.0, "FAULT mains");
    assert!(stays(dark(), &[told]) && stays(dark(), &[told, (412.0, "CLEAR mains")]));
    assert!(!stays(dark(), &[told, (408.0, "CLEAR mains")]));
    assert!(!stays(dark().outage(Kind::Fibre, 300.0, 390.0), &[told]), "nothing could be told");
    let again = Course { without_mains: Lit(vec![span(200.0, 290.0), span(350.0, 600.0)]), ..quiet() };
    assert!(!stays(again, &[told]), "they went again");
    assert!(!stays(Course { without_mains: Lit(vec![span(200.0, 500.0)]), ..quiet() }, &[told]), "it may be told yet");
    // One server is silent, and the other serves: registered is registered.
    let half = || {
        let mut course = quiet();
        course.outages.push(Outage { kind: Kind::Servers, span: span(100.0, 590.0) });
        course
    };
    assert!(stays(half(), &[(140.0, "FAULT server")]));
    assert!(!stays(half(), &[(140.0, "FAULT server"), (260.0, "CLEAR server")]));
    let lapsed = || {
        let mut course = half();
        course.bindings.retain(|binding| binding.at < 130.0 || binding.at > 500.0);
        course
    };
    assert!(!stays(lapsed(), &[(180.0, "FAULT server")]), "nobody had accepted it for long");
}
