//! Cases and registrations that come again: as often as they may, and once too often.

use super::*;

impl Course {
    /// The latest call is marked as delayed.
    fn delayed(self) -> Course {
        self.change(|call| call.invite.headers.push(("X-SOS-Delayed".into(), "yes".into())))
    }
}

#[test]
fn a_lost_call_is_dialled_again_once_within_a_registration() {
    let dials = |times: usize, word: &str, every: f64| {
        let dialled = |course: Course, n: usize| course.says(200.0 + every * n as f64, &format!("CALL 1 {word}"));
        let course = (0..times).fold(quiet(), dialled);
        broken(&Course { outages: vec![Outage { kind: Kind::Servers, span: span(199.0, 300.0) }], ..course })
    };
    assert_eq!(dials(2, "dialled", 4.0), [] as [&str; 0]);
    assert_eq!(dials(3, "dialled", 4.0), ["T39.watch.dialled-again-and-again"]);
    assert_eq!(dials(1, "delayed", 4.0), [] as [&str; 0]);
    assert_eq!(dials(2, "delayed", 4.0), ["T39.watch.dialled-again-and-again"]);
    // Registered again in between.
    assert_eq!(dials(4, "dialled", 31.0), [] as [&str; 0]);
}

#[test]
fn the_main_server_is_not_passed_over_while_it_serves() {
    let is_past = |course: Course| {
        let course = course.press(300.0, 0.2).call(300.1, 320.0, "1").change(|call| call.server = Server::Backup);
        broken(&course).contains(&"T09.watch.calls-past-the-main-server")
    };
    assert!(is_past(quiet()));
    let second = quiet().press(300.0, 0.2).call(300.1, 320.0, "1").change(|call| {
        (call.server, call.invite.to) = (Server::Backup, "sip:operator2@10.20.0.3".into());
    });
    assert!(!broken(&second).contains(&"T09.watch.calls-past-the-main-server"));
    let mut at_both = quiet();
    at_both.bindings.iter_mut().filter(|binding| (200.0..290.0).contains(&binding.at)).for_each(|one| one.is_primary = false);
    at_both.bindings.iter_mut().for_each(|binding| binding.granted = 200.0);
    assert!(!is_past(at_both));
    assert!(!is_past(quiet().outage(Kind::Servers, 290.0, 305.0)));
    let mut at_backup = quiet();
    at_backup.bindings.iter_mut().filter(|binding| binding.at > 100.0).for_each(|binding| binding.is_primary = false);
    assert!(!is_past(at_backup));
    let mut refused = quiet();
    refused.attempts.push(299.0);
    assert!(!is_past(refused));
}

#[test]
fn a_kept_press_is_given_up_in_time_and_a_refused_one_at_once() {
    let kept = |until: f64| {
        let course = Course { span: span(0.0, 1000.0), ..quiet() }.outage(Kind::Fibre, 90.0, until).press(100.0, 0.2);
        broken(&course.call(until + 5.0, until + 20.0, "1").delayed()).contains(&"T38.watch.kept-presses-too-old")
    };
    assert_eq!([690.0, 700.0].map(kept), [false, true]);
    // Of two presses in one cut the console says which was kept.
    let of_two = |kept: u32| {
        let course = Course { span: span(0.0, 1000.0), ..quiet() }.outage(Kind::Fibre, 90.0, 720.0).press(100.0, 0.2);
        let course = course.press(400.0, 0.2).says(100.0 + 300.0 * f64::from(kept - 1), &format!("CALL {kept} kept"));
        let course = course.call(725.0, 740.0, &kept.to_string()).delayed();
        broken(&course).contains(&"T38.watch.kept-presses-too-old")
    };
    assert_eq!([of_two(1), of_two(2)], [true, false]);
    let told = |fate: &str| {
        let course = quiet().outage(Kind::Fibre, 90.0, 200.0).press(100.0, 0.2).says(100.1, &format!("CALL 1 {fate}"));
        broken(&course.call(205.0, 220.0, "1").delayed()).contains(&"T38.watch.refused-presses-delivered")
    };
    assert!(told("refused") && !told("kept"));
}

#[test]
fn the_console_and_the_call_agree_on_the_number() {
    let are_apart = |told: &str| {
        let course = quiet().press(300.0, 0.2).says(300.05, &format!("CALL {told} dialled")).call(300.1, 320.0, "10");
        broken(&course).contains(&"T33.watch.numbers-apart")
    };
    assert_eq!(["10", "A"].map(are_apart), [false, true]);
}

#[test]
fn a_press_while_a_call_is_lost_takes_its_place() {
    let lives = |again: bool| {
        let course = quiet().press(100.0, 0.2).call(100.1, 130.0, "1").outage(Kind::Fibre, 110.0, 127.0).press(122.0, 0.2);
        let course = if again { course.call(128.0, 140.0, "1") } else { course };
        broken(&course.call(150.0, 160.0, "2").delayed()).contains(&"T33.watch.second-cases")
    };
    assert!(lives(true) && !lives(false));
    // The button closes while the first operator rings in vain, and is a press just after the second has refused: two
    // persons, two cases.
    let hunts = |gap: f64| {
        let unheard = |call: &mut Call| (call.answered, call.confirmed) = (None, None);
        let cancelled = |call: &mut Call| call.ended = call.ended.map(|(at, _)| (at, EndedBy::Cancelled));
        let course = quiet().press(100.0, 0.2).call(100.1, 112.1, "1").change(unheard).change(cancelled);
        let course = course.outage(Kind::Fibre, 108.0, 108.7).press(112.05, 0.2);
        let course = course.call(112.1 + gap, 112.11 + gap, "1").change(unheard);
        broken(&course.call(112.15 + gap, 140.0, "2")).contains(&"T33.watch.second-cases")
    };
    assert!(!hunts(0.0) && hunts(5.0));
}

#[test]
fn a_kept_press_that_nobody_takes_is_not_offered_for_ever() {
    let offered = |until: f64| {
        let course = quiet().outage(Kind::Fibre, 100.0, 150.0).press(140.0, 0.2);
        let refuse = |call: &mut Call| (call.answered, call.confirmed) = (None, None);
        let course = course.call(152.0, 152.1, "1").delayed().change(refuse);
        let course = course.call(until, until + 0.1, "1").delayed().change(refuse);
        broken(&course).contains(&"T38.watch.kept-presses-misdelivered")
    };
    assert!(offered(215.0) && !offered(205.0));
}

#[test]
fn attempts_to_register_do_not_become_a_storm_and_a_post_knows_the_time() {
    let every = |seconds: f64| {
        let mut course = quiet();
        course.attempts = (0..30).map(|n| 200.0 + f64::from(n) * seconds).collect();
        broken(&course)
    };
    assert_eq!(every(1.0), ["T39.watch.registration-storms"]);
    assert_eq!(every(2.0), [] as [&str; 0]);
    // The seventeenth comes as the first has been over for exactly that long.
    assert_eq!(every(1.875), [] as [&str; 0]);
    let counts = |text: &str| {
        let mut course = quiet();
        course.reports[30] = report(300.0, text);
        broken(&course)
    };
    assert_eq!(counts("BEAT 298 idle"), ["T36.watch.uptime"]);
    assert_eq!(counts("BEAT 299 idle"), [] as [&str; 0]);
}

#[test]
fn who_has_left_the_connection_of_a_call_hears_of_its_end_by_the_silence() {
    let seen = |connection: f64, again: f64| {
        let mut course = quiet().press(100.0, 0.15).call(100.05, 160.0, "1").outage(Kind::Servers, 110.0, 150.0);
        course.connections = vec![connection];
        course.bindings.push(Binding { at: 151.0, ..course.bindings[0].clone() });
        let broken = broken(&course.press(180.0, 0.15).call(again, 230.0, "1"));
        ["T33.watch.repeated-cases", "T45.watch.unserved-presses"].map(|key| broken.contains(&key))
    };
    assert_eq!(seen(120.0, 190.0), [false, false]);
    assert_eq!(seen(50.0, 190.0), [true, true]);
}
