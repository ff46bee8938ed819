//! What is sent again, and what is not.

use super::protocol::odd;
use super::*;
use crate::instrument::operator::Irregular;

const NONE: [&str; 0] = [];

#[test]
fn what_was_answered_is_not_asked_again_unless_the_answer_may_be_lost() {
    let ringing = |course: Course| broken(&odd(course, 100.8, Irregular::AfterAnswer));
    assert_eq!(ringing(served()), ["T39.watch.repeated-after-answer"]);
    assert_eq!(ringing(served().outage(Kind::Fibre, 99.0, 99.5)), NONE);
}

#[test]
fn a_silent_server_is_not_hammered() {
    let hammered = || Irregular::Hammered { method: "REGISTER".into() };
    let silent = || served().outage(Kind::Servers, 200.0, 260.0);
    assert_eq!(broken(&odd(silent(), 210.0, hammered())), ["T39.watch.repeated-too-fast"]);
    let mut strangers = odd(silent(), 210.0, hammered());
    strangers.oddities[0].is_posts = false;
    assert_eq!(broken(&strangers), NONE);
}

#[test]
fn what_nothing_answers_is_sent_again_unless_it_had_to_be_given_up() {
    let once = |course: Course| broken(&odd(course, 210.0, Irregular::SentOnce { method: "REGISTER".into() }));
    let silent = || served().outage(Kind::Servers, 200.0, 260.0);
    assert_eq!(once(silent()), ["T02.watch.never-repeated"]);
    assert_eq!(once(silent().outage(Kind::Fibre, 206.0, 206.5)), NONE);
    assert!(once(silent().outage(Kind::Fibre, 180.0, 180.5)).contains(&"T02.watch.never-repeated"));
    assert!(!once(silent().says(206.0, "BOOT post 1.4.2 0a1b2c3d reference id=SOS-0417")).contains(&"T02.watch.never-repeated"));
}
