//! The stream of the post's voice.

use super::protocol::odd;
use super::*;
use crate::instrument::operator::Irregular;

const NONE: [&str; 0] = [];

#[test]
fn a_stream_is_one_for_a_talk_unless_the_line_was_cut() {
    let anew = |course: Course| broken(&odd(course, 110.0, Irregular::BegunAnew));
    assert_eq!(anew(served()), ["T18.watch.streams-begun-anew"]);
    assert_eq!(anew(served().outage(Kind::Fibre, 107.0, 107.5)), NONE);
}

#[test]
fn no_packets_are_missing_that_no_cut_has_taken() {
    let missing = |course: Course| broken(&odd(course, 110.0, Irregular::Missing { packets: 25 }));
    assert_eq!(missing(served()), ["T18.watch.packets-missing"]);
    assert_eq!(missing(served().outage(Kind::Fibre, 107.0, 107.5)), NONE);
}

#[test]
fn packets_hold_what_their_timestamps_say() {
    let misfit = |is_posts: bool| {
        let mut course = odd(served(), 110.0, Irregular::Misfit { samples: 152, step: 160 });
        course.oddities[0].is_posts = is_posts;
        broken(&course)
    };
    assert_eq!(misfit(true), ["T12.watch.packets-misfitting"]);
    assert_eq!(misfit(false), NONE);
}

#[test]
fn whoever_talks_anew_is_silent_in_the_talk_that_was_lost() {
    let flows = |voice_back: f64| {
        let course = quiet().press(100.0, 0.2).call(100.1, 200.0, "1").outage(Kind::Fibre, 120.0, 140.0);
        let mut course = course.call(145.0, 160.0, "1");
        course.mute.push((span(120.0, voice_back), CallId(1)));
        broken(&course).contains(&"T40.watch.two-talks-at-once")
    };
    assert_eq!([f64::INFINITY, 140.5].map(flows), [false, true]);
}

#[test]
fn a_talk_that_a_cut_held_up_is_confirmed_late_to_be_ended() {
    let flows = |ended: f64| {
        let course = quiet().press(100.0, 0.2).call(100.1, ended, "1").outage(Kind::Fibre, 100.5, 120.0);
        let mut course = course.call(125.0, 160.0, "1");
        course.calls[0].1.confirmed = Some(moment(130.0));
        broken(&course).contains(&"T40.watch.two-talks-at-once")
    };
    assert_eq!([130.0, 140.0].map(flows), [false, true]);
}

#[test]
fn nobody_else_is_played_in_a_talk() {
    let heard = |hz: f64, level_db: f64| {
        let mut course = served();
        course.spoken_into.push(110.0);
        let tone = Foreign { span: span(110.3, 112.0), level_db, hz: Some(hz) };
        course.silences.push(Silence {
            span: span(110.3, 113.9),
            at_operator: Vec::new(),
            at_caller: vec![tone],
            own_noise_db: None,
        });
        broken(&course).contains(&"T40.watch.strangers-played")
    };
    assert_eq!([heard(1022.0, -3.0), heard(1022.0, -27.0), heard(425.0, -3.0)], [true, false, false]);
}
