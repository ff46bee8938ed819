//! Registrations, starts, heartbeats, and sound where there should be none.

use super::*;

#[test]
fn a_registration_is_refreshed_in_time_and_not_in_haste() {
    let mut late = quiet();
    late.expired.push(300.0);
    check(&late, &["T26.watch.lapsed-registrations"]);
    let mut cut = quiet().outage(Kind::Fibre, 200.0, 280.0).out_of_service(&[(200.1, 281.0)]);
    cut.expired.push(260.0);
    check(&cut, &[]);
    let mut hasty = quiet();
    hasty.bindings.insert(1, binding(1.0));
    check(&hasty, &["T39.watch.hasty-registrations"]);
}

#[test]
fn what_stands_with_the_backup_is_refreshed_there() {
    let lapses = |is_primary: bool, away: &[Span]| {
        let mut course = quiet().outage(Kind::Servers, 100.0, 400.0);
        course.bindings.push(Binding { is_primary, ..binding(150.0) });
        course.bindings.sort_by(|a, b| a.at.total_cmp(&b.at));
        course.expired.push(210.0);
        course.backup_away = away.to_vec();
        broken(&course).contains(&"T26.watch.lapsed-registrations")
    };
    assert_eq!([lapses(false, &[]), lapses(true, &[]), lapses(false, &[span(180.0, 400.0)])], [true, false, false]);
}

#[test]
fn a_start_has_a_cause_and_the_heart_beats() {
    let banner = "BOOT post 1.4.2 0a1b2c3d reference id=SOS-0417 cause=watchdog";
    check(&quiet().says(200.5, banner), &["T45.watch.uncaused-starts"]);
    let restarted = |cause: &str| {
        let banner = banner.replace("watchdog", cause);
        broken(&quiet().outage(Kind::Restart, 200.0, 200.1).says(200.5, &banner))
    };
    assert_eq!(restarted("pin"), [] as [&str; 0]);
    assert_eq!(restarted("power"), ["T45.watch.uncaused-starts"]);
    let hung = |cause: &str| broken(&quiet().outage(Kind::Hang, 200.0, 202.0).says(202.0, &banner.replace("watchdog", cause)));
    assert_eq!(hung("watchdog"), [] as [&str; 0]);
    assert_eq!(hung("soft"), ["T45.watch.uncaused-starts"]);
    let mut silent = quiet();
    silent.reports.retain(|(at, _)| !span(205.0, 215.0).holds(*at));
    check(&silent, &["T26.watch.heartbeat"]);
    check(&quiet().says(205.0, "STATE talking"), &["T26.watch.untrue-states"]);
    check(&quiet().says(205.0, "STATE offline"), &["T26.watch.untrue-states"]);
    check(&served().says(110.5, "STATE idle"), &["T26.watch.untrue-states"]);
}

#[test]
fn a_start_by_which_an_image_is_taken_back_belongs_to_its_trial() {
    let banner = "BOOT post 1.4.2 0a1b2c3d reference id=SOS-0417 cause=rollback";
    check(&quiet().says(205.0, banner), &["T45.watch.uncaused-starts"]);
    assert_eq!(broken(&quiet().outage(Kind::Trial, 200.0, 205.0).says(205.0, banner)), [] as [&str; 0]);
    let cut = quiet().outage(Kind::Mains, 200.0, 204.0);
    assert_eq!(broken(&cut.says(204.1, banner)), ["T45.watch.uncaused-starts"], "nothing was on trial");
    let cut = quiet().outage(Kind::Trial, 195.0, 204.1).outage(Kind::Mains, 200.0, 204.0);
    assert_eq!(broken(&cut.says(204.1, banner)), [] as [&str; 0]);
}

#[test]
fn sound_outside_a_call_is_the_posts_only_if_it_sent_it() {
    let stray = |is_posts| {
        let mut course = quiet();
        course.strays.push(StrayMedia { at: 10.0, kind: Stray::NoCall, is_posts });
        course.strangers.push(Stranger { at: 20.0, is_posts, what: "INVITE".into() });
        broken(&course)
    };
    assert_eq!(stray(true), ["T40.watch.sound-outside-calls", "T33.watch.refused-calls"]);
    assert_eq!(stray(false), [] as [&str; 0]);
}

#[test]
fn a_server_that_is_asked_whether_it_is_there_is_asked_with_measure() {
    let probed = |every: f64| {
        let course = quiet().outage(Kind::Servers, 100.0, 200.0);
        broken(&Course { probed: (0..40).map(|n| 110.0 + f64::from(n) * every).collect(), ..course })
    };
    assert!(probed(1.0).contains(&"T39.watch.registration-storms"));
    assert!(!probed(2.0).contains(&"T39.watch.registration-storms"));
}

#[test]
fn whoever_is_given_another_address_in_a_talk_speaks_from_there() {
    let stray = |at: f64, kind: Stray| {
        let mut course = served();
        course.leases.push(("10.20.0.18".into(), span(110.0, 700.0)));
        course.strays.push(StrayMedia { at, kind, is_posts: true });
        broken(&course).contains(&"T40.watch.sound-outside-calls")
    };
    assert_eq!(
        [stray(110.1, Stray::OfAnother), stray(111.5, Stray::OfAnother), stray(110.1, Stray::NoCall)],
        [false, true, true]
    );
}

#[test]
fn who_comes_back_from_the_other_server_is_not_hasty() {
    let registered = |moments: &[(f64, bool)]| {
        let mut course = quiet();
        course.bindings = moments.iter().map(|(at, is_primary)| Binding { is_primary: *is_primary, ..binding(*at) }).collect();
        broken(&course).contains(&"T39.watch.hasty-registrations")
    };
    assert!(!registered(&[(200.0, true), (220.0, false), (227.0, true), (260.0, true)]));
    assert!(registered(&[(200.0, true), (227.0, true), (260.0, true)]));
}
