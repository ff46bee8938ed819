//! Instruments that told what cannot have been, and sound ones that just did not.

use super::super::reports::Oddity;
use super::super::witness::contradictions;
use super::*;
use crate::instrument::operator::Irregular;

#[track_caller]
fn accused(course: &Course, expected: &[&str]) {
    let found: Vec<String> = contradictions(course).into_iter().map(|found| found.error.instrument).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_reset_that_only_the_probes_lead_can_have_caused_is_not_the_posts() {
    let pin = "BOOT 1.4.2 cause=pin";
    accused(&quiet().says(200.0, pin), &["probe"]);
    accused(&quiet().says(200.0, "BOOT 1.4.2 cause=watchdog"), &[]);
    accused(&quiet().says(200.0, "BOOT 1.4.2 cause=power"), &[]);
    // The bench had reset it, or given its mains back: a wrong cause then is told by the post alone.
    accused(&quiet().outage(Kind::Restart, 199.0, 199.001).says(199.5, pin), &[]);
    accused(&quiet().outage(Kind::Mains, 190.0, 199.0).says(199.5, pin), &[]);
    accused(&Course { has_probe: false, ..quiet().says(200.0, pin) }, &[]);
}

#[test]
fn lamps_that_no_post_lights_together_are_one_light_on_all_sensors() {
    let lit =
        |out: (f64, f64), placed: (f64, f64), connected: (f64, f64)| quiet().out_of_service(&[out]).lit(&[placed], &[connected]);
    accused(&lit((100.0, 120.0), (100.001, 120.0), (100.003, 120.0)), &["lamp sensors"]);
    // Two of them were lit already: their going dark at once shows it.
    accused(&lit((100.0, 120.0), (90.0, 120.001), (95.0, 120.002)), &["lamp sensors"]);
    // So they do as a call ends, and one that flashed in the talk goes with them.
    accused(&lit((100.0, 120.0), (90.0, 120.001), (95.0, 120.002)).call(90.0, 119.9, "1"), &[]);
    // One after the other; only two; a talk that a cut ends; a lamp test at the start.
    accused(&lit((100.0, 120.0), (100.1, 120.1), (100.2, 120.2)), &[]);
    accused(&lit((100.0, 120.0), (100.001, 120.001), (130.0, 140.0)), &[]);
    accused(&lit((100.0, 120.0), (90.0, 100.0), (95.0, 100.0)), &[]);
    accused(&lit((100.0, 101.0), (100.0, 101.0), (100.0, 101.0)).says(99.9, "BOOT 1.4.2 cause=power"), &[]);
    accused(&lit((100.0, 120.0), (100.0, 120.0), (100.0, 120.0)).outage(Kind::Mains, 120.0, 130.0), &["lamp sensors"]);
    // One that was lit for a moment, as the others went dark, changed against them.
    accused(&lit((119.99, 120.0), (100.0, 120.0), (100.0, 120.0)), &[]);
    // For so long before power is seen to go lamps may do as they like.
    let going = |from: f64| lit((100.0, 103.0), (100.0, 103.5), (100.0, 104.0)).outage(Kind::Mains, from, 130.0);
    accused(&going(104.9), &[]);
    accused(&going(105.1), &["lamp sensors"]);
}

#[test]
fn lines_that_are_held_back_come_to_and_fro() {
    let beats = |lags: &[f64]| {
        let beat = |(n, lag): (usize, &f64)| report(10.0 * n as f64 + lag, &format!("BEAT {} idle", 10 * n));
        Course { reports: lags.iter().enumerate().map(beat).collect(), ..quiet() }
    };
    accused(&beats(&[0.0, 2.0, 0.0, 2.0]), &["console"]);
    accused(&beats(&[0.0, 0.9, 0.0, 0.9, 0.0]), &[]);
    // A post that counts wrongly drifts; one that is late once is late.
    accused(&beats(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]), &[]);
    accused(&beats(&[0.0, 0.0, 2.0, 2.0, 2.0]), &[]);
    // Two lives.
    let anew = report(25.0, "BOOT 1.4.2 cause=watchdog");
    let mut course = beats(&[0.0, 0.0, 2.0, 0.0]);
    course.reports.insert(3, anew);
    accused(&course, &[]);
}

#[test]
fn a_spoiled_line_may_have_been_any_other_but_not_while_power_comes_and_goes() {
    let spoiled = |at: f64, course: Course| Course { garbled: vec![at], ..course };
    accused(&spoiled(100.0, quiet()), &["console"]);
    // A banner that nobody could read leaves a hang without an end.
    accused(&spoiled(100.0, quiet().outage(Kind::Hang, 95.0, 600.0)), &["console"]);
    accused(&spoiled(100.0, quiet().outage(Kind::Mains, 99.0, 110.0)), &[]);
    accused(&spoiled(100.0, quiet().says(100.05, "BOOT 1.4.2 cause=watchdog")), &[]);
    // Nothing breaks off the banner itself.
    accused(&spoiled(99.0009, quiet().outage(Kind::Restart, 99.0, 99.001)), &["console"]);
    accused(&spoiled(110.3, quiet().outage(Kind::Mains, 99.0, 110.0)), &["console"]);
    accused(&quiet(), &[]);
}

/// A heart that beats too often has another number each time, and one whose count stands still beats at its own time.
#[test]
fn a_heartbeat_that_comes_twice_is_a_line_that_was_handed_on_twice() {
    let beats = |lines: &[(f64, &str)]| {
        lines.iter().fold(Course { reports: Vec::new(), ..quiet() }, |course, (at, line)| course.says(*at, line))
    };
    accused(&beats(&[(200.3, "BEAT 200 idle"), (200.31, "BEAT 200 idle")]), &["console"]);
    accused(&beats(&[(200.3, "BEAT 200 idle"), (201.4, "BEAT 200 idle")]), &[]);
    accused(&beats(&[(200.3, "BEAT 200 idle"), (200.31, "BEAT 200 talking")]), &[]);
    accused(&beats(&[(200.3, "PRESS 7"), (200.31, "PRESS 7")]), &[]);
}

#[test]
fn echoes_that_the_benchs_network_loses_or_holds_up_are_no_deed_of_the_posts() {
    let troubled = |troubled: &[(f64, Option<f64>)], course: Course| Course { echoes: (600, troubled.to_vec()), ..course };
    let twice = [(100.0, None), (104.0, Some(0.08))];
    accused(&troubled(&twice, quiet()), &["network of the bench"]);
    // One is chance; a host behind the converter is not reached while the fibre is cut, nor at once after that.
    accused(&troubled(&twice[..1], quiet()), &[]);
    accused(&troubled(&twice, quiet().outage(Kind::Fibre, 99.0, 101.0)), &[]);
    // A switch that looks for loops lets nothing through for longer than a link takes.
    let searches: Vec<_> = (0..30).map(|second| (101.0 + f64::from(second), None)).collect();
    accused(&troubled(&searches, quiet().outage(Kind::Fibre, 91.0, 101.0)), &["network of the bench"]);
}

#[test]
fn signalling_and_sound_from_other_ports_than_were_named_were_translated_on_the_way() {
    let other =
        |place: &'static str| Oddity { at: 100.0, call: None, is_posts: true, what: Irregular::OtherPort { place, named: 5060 } };
    let of = |places: &[&'static str]| Course { oddities: places.iter().copied().map(other).collect(), ..quiet() };
    accused(&of(&["Contact", "SDP"]), &["network of the bench"]);
    // Either alone is the post's own, and allowed; behind a router that belongs there both are.
    accused(&of(&["Contact"]), &[]);
    accused(&of(&["SDP"]), &[]);
    accused(&Course { is_behind_nat: true, ..of(&["Contact", "SDP"]) }, &[]);
}

#[test]
fn light_that_flickers_with_the_mains_is_the_rooms() {
    accused(&Course { room_light: vec![100.0], ..quiet() }, &["lamp sensors"]);
}

#[test]
fn what_closes_the_button_or_takes_the_mains_beside_the_relay_is_not_the_posts() {
    let lit = |spans: &[(f64, f64)]| Lit(spans.iter().map(|(from, to)| span(*from, *to)).collect());
    let ends = |relay: &[(f64, f64)], post: &[(f64, f64)]| Some(BothEnds { at_relay: lit(relay), at_post: lit(post) });
    let button = |relay: &[(f64, f64)], post: &[(f64, f64)]| Course { button: ends(relay, post), ..quiet() };
    let mains = |relay: &[(f64, f64)], post: &[(f64, f64)]| Course { mains: ends(relay, post), ..quiet() };
    accused(&button(&[], &[(100.0, 100.3)]), &["button relay"]);
    accused(&button(&[(100.0, 100.2)], &[]), &["button relay"]);
    // The lead follows late, the contact parts late; within what a contact needs; what went before the scenario.
    accused(&button(&[(100.0, 100.2)], &[(100.04, 100.2)]), &["button relay"]);
    accused(&button(&[(100.0, 100.2)], &[(100.0, 100.6)]), &["button relay"]);
    accused(&button(&[(100.0, 100.2)], &[(100.02, 100.22)]), &[]);
    accused(&button(&[(-5.0, -4.0)], &[]), &[]);
    accused(&mains(&[(0.0, 600.0)], &[(0.0, 100.0), (100.06, 600.0)]), &["mains relay"]);
    accused(&mains(&[(0.0, 100.0)], &[(0.0, 600.0)]), &["mains relay"]);
    accused(&mains(&[(0.0, 600.0)], &[(0.0, 100.0), (100.02, 600.0)]), &[]);
    accused(&mains(&[(0.0, 100.0), (110.0, 600.0)], &[(0.0, 100.0), (110.01, 600.0)]), &[]);
}

#[test]
fn a_console_that_fell_silent_is_accused_and_one_that_never_spoke_is_not() {
    let calls = || {
        (0..3).fold(quiet(), |course, n| {
            course.press(100.0 + 20.0 * f64::from(n), 0.2).call(100.1 + 20.0 * f64::from(n), 110.0 + 20.0 * f64::from(n), "1")
        })
    };
    let all_said = |mut course: Course| {
        course.reports.clear();
        course
    };
    accused(&all_said(calls()), &[]);
    accused(&all_said(calls()).says(50.0, "STATE idle"), &["console"]);
}
