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
