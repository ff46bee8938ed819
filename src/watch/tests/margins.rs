//! Where a rule begins and where it ends: courses a little to either side of what each of them grants.

use super::*;

#[test]
fn a_press_is_owed_a_call_from_the_shortest_that_surely_counts() {
    let unserved = |held: f64| broken(&quiet().press(100.0, held)).contains(&"T45.watch.unserved-presses");
    // 100 ms, and what the stamps of both edges are worth.
    assert_eq!([unserved(0.1005), unserved(0.1015)], [false, true]);
}

#[test]
fn a_lamp_is_granted_its_time_and_the_stamps() {
    let falsely =
        |until: f64| broken(&served().lit(&[(100.06, until)], &[(101.06, 120.01)])).contains(&"T05.watch.placed-falsely");
    assert_eq!([falsely(121.01), falsely(121.02)], [false, true]);
    // A cut that was over before excuses two seconds after it, and no more.
    let dark = |lit_from: f64| {
        let course = quiet().outage(Kind::Fibre, 90.0, 99.5).press(100.0, 0.15).call(100.05, 120.0, "1");
        broken(&course.lit(&[(lit_from, 120.0)], &[])).contains(&"T05.watch.dark-in-call")
    };
    assert_eq!([dark(101.4), dark(102.0)], [false, true]);
}

#[test]
fn a_cut_is_shown_as_soon_as_it_must_be_known() {
    let dark = |returned: f64| broken(&quiet().outage(Kind::Fibre, 100.0, returned)).contains(&"T26.watch.falsely-in-service");
    assert_eq!([dark(199.9), dark(200.5)], [false, true]);
}

#[test]
fn a_cut_that_ends_soon_leaves_time_for_one_blink() {
    let silent = |cut_until: f64, spans: &[(f64, f64)]| {
        let course = quiet().outage(Kind::Fibre, 100.0, cut_until).press(150.0, 0.2).out_of_service(spans);
        broken(&course).contains(&"T38.watch.silent-presses")
    };
    assert!(!silent(154.0, &[(100.1, 150.1), (150.4, 155.0)]));
    assert!(silent(154.0, &[(100.1, 150.1)]), "dark for good");
    assert!(silent(155.0, &[(100.1, 150.1), (153.9, 156.0)]), "a blink is not so slow");
    // What could not be seen to its end is not judged.
    let at_the_end = |pressed: f64| {
        let course = quiet().outage(Kind::Fibre, 400.0, 650.0).press(pressed, 0.2);
        broken(&course).contains(&"T38.watch.silent-presses")
    };
    assert_eq!([at_the_end(596.0), at_the_end(596.5)], [true, false]);
}

#[test]
fn a_press_is_kept_for_nine_minutes_and_no_longer() {
    let lost = |returned: f64| {
        let course = Course { span: span(0.0, 700.0), ..quiet() };
        let course = course.outage(Kind::Fibre, 20.0, returned).press(22.0, 0.15).says(22.1, "CALL 1 kept");
        broken(&course).contains(&"T38.watch.kept-presses-lost")
    };
    assert_eq!([lost(550.0), lost(570.0)], [true, false]);
    // A firmware that starts anew meanwhile has forgotten it; one that starts later has no excuse.
    let forgotten = |started: f64| {
        let course = Course { span: span(0.0, 700.0), ..quiet() }.outage(Kind::Fibre, 20.0, 50.0);
        let course = course.press(22.0, 0.15).says(22.1, "CALL 1 kept").outage(Kind::Restart, started, started + 0.1);
        !broken(&course).contains(&"T38.watch.kept-presses-lost")
    };
    assert_eq!([forgotten(300.0), forgotten(600.0)], [true, false]);
}

#[test]
fn a_heart_need_not_beat_without_power_nor_while_it_starts() {
    let missed = |course: Course, from: f64, to: f64| {
        let mut course = course;
        course.reports.retain(|(at, report)| !span(from, to).holds(*at) || report.argument("BEAT").is_none());
        broken(&course).contains(&"T26.watch.heartbeat")
    };
    assert!(missed(quiet(), 205.0, 215.0));
    // Whether or not its banner could be read, and whatever was done to it before.
    let off = || quiet().outage(Kind::Restart, 50.0, 50.1).outage(Kind::Mains, 205.0, 260.0);
    assert!(!missed(off(), 205.0, 265.0));
    assert!(!missed(off().says(261.0, "BOOT post cause=power"), 205.0, 265.0));
    // A start that nobody caused is told as that, and not as a missing heartbeat too.
    assert!(!missed(quiet().says(212.0, "BOOT post cause=watchdog"), 205.0, 216.0));
}

#[test]
fn a_state_is_told_rightly_once_it_has_stood_for_a_while() {
    let untrue = |course: Course| broken(&course).contains(&"T26.watch.untrue-states");
    let answered_late = || served().change(|call| (call.answered, call.confirmed) = (Some(moment(105.0)), Some(moment(105.01))));
    let told = |course: Course| course.says(100.1, "STATE calling");
    assert!(!untrue(told(answered_late()).says(106.5, "STATE ringing").says(108.0, "STATE talking")));
    assert!(untrue(told(answered_late()).says(107.5, "STATE ringing").says(108.0, "STATE talking")));
    // What was told last holds on: a change is told when it comes, and not with the next heartbeat.
    assert!(untrue(told(answered_late())));
    assert!(!untrue(told(answered_late()).says(108.9, "STATE talking")));
    // A talk whose end a cut hid may stand on at the post's end, until it is missed by its silence.
    let hidden = || told(served()).says(101.1, "STATE talking").outage(Kind::Fibre, 119.0, 121.0);
    assert!(!untrue(hidden().says(135.0, "STATE talking")));
    assert!(untrue(hidden().says(165.0, "STATE talking")));
}

#[test]
fn a_call_with_one_hop_to_go_still_arrives() {
    let course = served().change(|call| call.invite.headers[4].1 = "1".into());
    check(&course, &[]);
}

#[test]
fn a_start_by_a_slow_supply_shortly_before_a_reset_of_ours_has_its_own_cause() {
    let starts = |one: &str, two: &str| {
        let banner = |cause: &str| format!("BOOT post 1.4.2 0a1b2c3d reference id=SOS-0417 cause={cause}");
        let slow = quiet().outage(Kind::Mains, 195.0, 199.0).outage(Kind::Restart, 201.0, 201.1);
        broken(&slow.says(200.5, &banner(one)).says(201.2, &banner(two)))
    };
    assert_eq!(starts("power", "soft"), [] as [&str; 0]);
    assert_eq!(starts("power", "watchdog"), ["T45.watch.uncaused-starts"]);
}

#[test]
fn a_call_may_come_before_its_press_by_what_the_stamps_are_worth() {
    let is_ghost =
        |pressed: f64| broken(&quiet().press(pressed, 0.15).call(100.0, 120.0, "1")).contains(&"T32.watch.calls-without-press");
    assert_eq!([is_ghost(100.001), is_ghost(100.002)], [false, true]);
}

#[test]
fn the_next_operator_is_called_at_once_or_the_first_was_given_up() {
    let elsewhere = |after: f64| {
        let rung = quiet().press(100.0, 0.15).call(100.05, 115.0, "1").change(|call| {
            (call.answered, call.confirmed) = (None, None);
            call.ended = call.ended.map(|(at, _)| (at, EndedBy::Cancelled));
        });
        let next = rung.call(115.0 + after, 130.0, "1").change(|call| call.invite.to = "sip:operator2@10.20.0.2".into());
        broken(&next).contains(&"T44.watch.given-up-while-ringing")
    };
    assert_eq!([elsewhere(0.5), elsewhere(5.0)], [false, true]);
}

#[test]
fn a_case_may_ring_at_both_operators_and_at_both_servers_but_twice_at_neither() {
    let beside = |how: fn(&mut Call)| {
        let both = quiet().press(100.0, 0.15).call(100.05, 120.0, "1").call(110.0, 120.0, "1").change(how);
        broken(&both).contains(&"T33.watch.repeated-cases")
    };
    let elsewhere: fn(&mut Call) = |call| call.invite.to = "sip:operator2@10.20.0.2".into();
    assert_eq!([beside(|_| ()), beside(elsewhere), beside(|call| call.server = Server::Backup)], [true, false, false]);
}

#[test]
fn a_press_in_a_glitch_whose_call_comes_at_once_was_not_kept() {
    let served_after = |after: f64| {
        let course = quiet().outage(Kind::Fibre, 99.9, 100.3).press(100.0, 0.15).call(100.0 + after, 130.0, "1");
        broken(&course).contains(&"T38.watch.kept-presses-misdelivered")
    };
    assert_eq!([served_after(1.5), served_after(10.5)], [false, true]);
}

#[test]
fn a_firmware_that_has_just_begun_need_not_have_seen_a_press() {
    let silent = |started: f64| {
        let course = quiet().outage(Kind::Fibre, 100.0, 180.0).outage(Kind::Restart, started - 0.1, started).press(150.0, 0.2);
        broken(&course.out_of_service(&[(100.1, 181.0)])).contains(&"T38.watch.silent-presses")
    };
    assert_eq!([silent(149.0), silent(148.9)], [false, true]);
}

#[test]
fn what_a_silent_server_swallowed_or_a_cut_ended_is_shown_for_half_a_minute_and_no_longer() {
    let placed = |until: f64| {
        let mut course = quiet().outage(Kind::Servers, 95.0, 160.0).press(100.0, 0.15).lit(&[(100.06, until)], &[]);
        course.swallowed = vec![100.1];
        broken(&course).contains(&"T05.watch.placed-falsely")
    };
    assert_eq!([placed(132.0), placed(133.0)], [false, true]);
    let connected = |until: f64| {
        let course = quiet().outage(Kind::Fibre, 110.0, 200.0).press(100.0, 0.15).call(100.05, 210.0, "1");
        broken(&course.lit(&[(100.06, until)], &[(101.06, until)])).contains(&"T06.watch.connected-falsely")
    };
    assert_eq!([connected(141.9), connected(143.0)], [false, true]);
}

#[test]
fn cases_that_have_ended_are_counted_by_whether_anybody_answered() {
    let mute: fn(&mut Call) = |call| (call.answered, call.confirmed) = (None, None);
    let course = served().press(200.0, 0.15).call(200.05, 210.0, "2").change(mute);
    let course = course.press(300.0, 0.15).call(300.05, 320.0, "3").press(400.0, 0.15).call(400.05, 420.0, "4");
    assert_eq!([250.0, 350.0, 500.0].map(|until| cases_closed(&course, span(0.0, until))), [(1, 1), (2, 1), (3, 1)]);
}

#[test]
fn a_breach_names_the_call_by_its_number_and_whom_it_was_for() {
    let again = served().call(125.0, 126.0, "1");
    let rule = RULES.iter().copied().flatten().find(|rule| rule.quantity.key == "T33.watch.repeated-cases").expect("a rule");
    let told: Vec<Bilingual> =
        (rule.look)(&again).into_iter().map(|sample| sample.seen).filter(|seen| *seen != Bilingual::default()).collect();
    let seen = Bilingual::new(
        "call for press 1 to operator, after that case was closed",
        "zgłoszenie z naciśnięcia nr 1 do użytkownika operator, po zamknięciu tej sprawy",
    );
    assert_eq!(told, [seen]);
}

/// A talk that a hang ends was one until then.
#[test]
fn the_lamps_of_a_call_are_judged_until_something_stands_in_its_way() {
    let dark = |hang: f64, lit: &[(f64, f64)]| {
        let course = quiet().press(100.0, 0.15).call(100.05, 120.0, "1").outage(Kind::Hang, hang, 130.0);
        broken(&course.lit(lit, &[])).contains(&"T05.watch.dark-in-call")
    };
    assert_eq!([dark(110.0, &[(100.06, 109.0)]), dark(110.0, &[(100.06, 110.0)])], [true, false]);
    // Before it had to be lit nothing can be said.
    assert_eq!([dark(100.2, &[]), dark(101.0, &[])], [false, true]);
}
