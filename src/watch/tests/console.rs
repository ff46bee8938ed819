//! Rules about what the console tells.

use super::*;

fn untold(course: &Course) -> bool {
    broken(course).contains(&"T36.watch.presses-untold")
}

#[test]
fn every_press_is_told_in_a_talk_as_well() {
    let told = |when: Option<f64>| {
        let mut course = served().press(110.0, 0.3);
        course.reports.retain(|(_, report)| report.argument("PRESS") != Some("2"));
        untold(&when.into_iter().fold(course, |course, at| course.says(at, "PRESS 2")))
    };
    assert_eq!([told(None), told(Some(110.05)), told(Some(114.9)), told(Some(115.1))], [true, false, false, true]);
    // The line of the press before is not the line of this one.
    let twice = served().press(110.0, 0.3).press(112.0, 0.3);
    assert!(!untold(&twice));
    let once = |number: &str| {
        let mut course = twice.clone();
        course.reports.retain(|(_, report)| report.argument("PRESS") != Some(number));
        untold(&course)
    };
    assert_eq!([once("2"), once("3")], [true, true]);
}

#[test]
fn a_line_is_missed_only_where_it_had_to_come_and_could_be_read() {
    let silent = |mut course: Course| {
        course.reports.retain(|(_, report)| report.argument("PRESS").is_none());
        untold(&course)
    };
    assert!(silent(quiet().press(300.0, 0.2)));
    // Too short for a finger, too near the end, a firmware that has just begun, and one that began meanwhile.
    assert!(!silent(quiet().press(300.0, 0.05)));
    assert!(!silent(quiet().press(597.0, 0.2)));
    assert!(!silent(quiet().outage(Kind::Mains, 290.0, 299.5).press(300.0, 0.2)));
    assert!(!silent(quiet().outage(Kind::Restart, 302.0, 302.001).press(300.0, 0.2)));
    // A contact of a post without power takes no line from a press.
    let before = quiet().press(297.0, 0.2).press(300.0, 0.2).press(303.0, 0.2);
    let mut before = before.outage(Kind::Mains, 290.0, 298.0);
    before.reports.retain(|(_, report)| report.argument("PRESS") != Some("1"));
    assert!(!untold(&before));
    // The line may have been the one that came garbled.
    let garbled = |at: f64| silent(Course { garbled: vec![at], ..quiet().press(300.0, 0.2) });
    assert_eq!([garbled(300.1), garbled(200.0)], [false, true]);
}

#[test]
fn what_became_of_a_call_is_told_as_the_operator_saw_it() {
    let told =
        |course: Course, fate: &str| broken(&course.says(120.01, &format!("CALL 1 {fate}"))).contains(&"T36.watch.untrue-fates");
    assert_eq!([told(served(), "ended"), told(served(), "failed")], [false, true]);
    let refused = || {
        let mut course = served().change(|call| (call.answered, call.confirmed) = (None, None));
        course.refused.insert(CallId(1), 486);
        course
    };
    assert_eq!([told(refused(), "ended"), told(refused(), "failed")], [true, false]);
    // In a cut nobody knows what the other end saw.
    let cut = || served().outage(Kind::Fibre, 110.0, 119.0);
    assert!(!told(cut(), "failed"));
    // Turned away by one, and talked to by the other.
    let second = refused().call(119.0, 120.0, "1");
    assert!(!told(second, "ended"));
}

#[test]
fn a_checksum_is_written_as_agreed() {
    let written = |capitals: &[Option<bool>], garbled: Vec<f64>| {
        let mut course = Course { garbled, ..quiet() };
        for ((_, report), capitals) in course.reports.iter_mut().zip(capitals.iter().chain(std::iter::repeat(&None))) {
            report.is_sum_in_capitals = *capitals;
        }
        broken(&course).contains(&"T36.watch.checksums-otherwise")
    };
    let (small, capital) = (Some(false), Some(true));
    assert!(written(&[None, small, small, None, small], Vec::new()));
    assert!(!written(&[small, small], Vec::new()));
    // A line that is disturbed may make a small letter of a capital.
    assert!(!written(&[small, small, capital, small], Vec::new()));
    assert!(!written(&[small, small, small], vec![100.0]));
}

#[test]
fn a_line_that_is_always_wrong_alike_is_the_posts() {
    let read = |lines: &[(f64, &str, u8)], told: &[&str]| {
        let garbled = lines.iter().map(|(at, ..)| *at).collect();
        let misreckoned = lines.iter().map(|(at, text, off)| (*at, (*text).to_owned(), *off)).collect();
        let course = Course { garbled, misreckoned, ..quiet() };
        let course = told.iter().fold(course, |course, text| course.says(500.0, text));
        (broken(&course).contains(&"T36.watch.checksums-wrong"), contradictions(&course).len())
    };
    let line = |at: f64, off: u8| (at, "FAULT button", off);
    assert_eq!(read(&[line(100.0, 36), line(200.0, 36)], &[]), (true, 0));
    assert_eq!(read(&[line(100.0, 36)], &[]), (false, 1), "once a bad lead does it");
    assert_eq!(read(&[line(100.0, 36), line(200.0, 8)], &[]), (false, 1));
    assert_eq!(read(&[line(100.0, 36), line(200.0, 36)], &["FAULT button"]), (false, 1));
}

#[test]
fn time_is_counted_at_its_pace() {
    let counted = |pace: f64, lines: u32| {
        let beat = |n: u32| report(f64::from(n) * 10.0, &format!("BEAT {:.0} idle", f64::from(n) * 10.0 * pace));
        broken(&Course { reports: (0..lines).map(beat).collect(), span: span(0.0, f64::from(lines) * 10.0), ..quiet() })
    };
    let key = "T36.watch.uptime-pace";
    assert_eq!([0.98, 0.99, 1.0, 1.02].map(|pace| counted(pace, 60).contains(&key)), [true, false, false, true]);
    assert!(!counted(0.95, 15).contains(&key), "over so short a time whole seconds say nothing");
}

#[test]
fn in_a_long_cut_there_is_nothing_to_claim() {
    let cut = || quiet().outage(Kind::Fibre, 100.0, 400.0).press(300.0, 0.2);
    let claims = |at: f64, state: &str| broken(&cut().says(at, &format!("STATE {state}"))).contains(&"T26.watch.claims-in-cuts");
    assert_eq!([claims(200.0, "calling"), claims(200.0, "idle"), claims(200.0, "offline")], [true, true, false]);
    // A talk from before may stand for a while, and whoever was just pressed may try.
    assert_eq!([claims(125.0, "talking"), claims(301.0, "calling"), claims(320.0, "calling")], [false, false, true]);
}

#[test]
fn what_becomes_of_a_call_is_told_under_its_number() {
    let is_astray = |course: Course, at: f64, told: &str| broken(&course.says(at, told)).contains(&"T36.watch.fates-of-no-call");
    let pressed = || served().press(110.0, 0.3).says(100.1, "CALL 1 dialled");
    assert_eq!([is_astray(pressed(), 120.01, "CALL 1 ended"), is_astray(pressed(), 120.01, "CALL 2 ended")], [false, true]);
    // A call that nobody heard was dialled all the same; what was kept and dropped was never one.
    let unheard = || quiet().press(100.0, 0.15).says(100.1, "CALL 7 dialled");
    assert!(!is_astray(unheard(), 104.0, "CALL 7 ended") && !is_astray(quiet(), 104.0, "CALL 7 failed"));
    // Before it began anew it counted otherwise; a line that was spoiled may have said it.
    let anew = || unheard().outage(Kind::Restart, 200.0, 200.1).says(200.2, "BOOT post x id=SOS-0417 cause=pin");
    assert!(is_astray(anew(), 300.0, "CALL 7 ringing"));
    assert!(!is_astray(Course { garbled: vec![250.0], ..anew() }, 300.0, "CALL 7 ringing"));
    assert!(!is_astray(Course { owed_until: 5.0, ..quiet() }, 4.0, "CALL 7 ended"), "of the scenario before");
}
