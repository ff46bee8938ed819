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
