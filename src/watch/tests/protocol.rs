//! The protocol itself: what came of each request, and what a message must not say.

use super::*;
use crate::instrument::operator::Irregular;
use crate::watch::reports::Oddity;

pub(super) fn odd(course: Course, at: f64, what: Irregular) -> Course {
    seen(course, at, true, what)
}
fn seen(mut course: Course, at: f64, is_posts: bool, what: Irregular) -> Course {
    course.oddities.push(Oddity { at, call: Some(CallId(1)), is_posts, what });
    course
}

#[test]
fn what_no_sound_post_sends_is_the_posts_only_where_it_sent_it() {
    let elsewhere = || Irregular::Elsewhere { place: "Contact", named: "10.20.0.99".into() };
    let method = || "BYE".to_string();
    for (what, key) in [
        (elsewhere(), "T19.watch.addresses-elsewhere"),
        (Irregular::Secret { method: method() }, "T40.watch.secrets-told"),
        (Irregular::LateCancel, "T44.watch.cancels-after-answer"),
        (Irregular::OutOfOrder { method: method() }, "T42.watch.misplaced-requests"),
        (Irregular::Astray { method: method() }, "T42.watch.misplaced-requests"),
        (Irregular::SameTag, "T33.watch.reused-tags"),
        (Irregular::SameKey, "T40.watch.reused-keys"),
        (Irregular::TooLong { method: method(), bytes: 1500 }, "T02.watch.fragmented-requests"),
        (Irregular::OtherResource { named: "sip:elsewhere".into() }, "T40.watch.credentials-for-others"),
        (Irregular::SameVersion, "T18.watch.descriptions-misfit"),
        (Irregular::OtherSession, "T18.watch.descriptions-misfit"),
        (Irregular::Untyped { method: method() }, "T02.watch.messages-to-be-refused"),
        (Irregular::SameRequest { method: method() }, "T02.watch.messages-to-be-refused"),
        (Irregular::WrongDirection { offered: "sendonly", answered: "sendrecv" }, "T18.watch.descriptions-misfit"),
    ] {
        assert_eq!(broken(&seen(served(), 110.0, true, what.clone())), [key]);
        assert_eq!(broken(&seen(served(), 110.0, false, what)), [] as [&str; 0]);
    }
    let mut translated = odd(served(), 110.0, elsewhere());
    translated.is_behind_nat = true;
    assert_eq!(broken(&translated), [] as [&str; 0]);
}

#[test]
fn a_nonce_count_grows_unless_the_post_may_not_know_how_far() {
    let key = ["T40.watch.repeated-nonce-counts"];
    let counted = |at: f64, course: Course| broken(&odd(course, at, Irregular::SameCount));
    assert_eq!(counted(120.5, quiet()), key);
    let cut = |from: f64, to: f64| quiet().outage(Kind::Fibre, from, to);
    assert_eq!(counted(127.5, cut(125.0, 127.0)), [] as [&str; 0]);
    assert_eq!(counted(150.5, cut(125.0, 127.0)), key);
    // The registration it comes with was not yet answered; and a cut shortly before one may have swallowed that answer.
    assert!(!counted(120.0, cut(118.0, 119.0)).contains(&key[0]));
    assert!(!counted(150.2, cut(149.0, 149.5)).contains(&key[0]));
}

#[test]
fn a_bye_is_answered_unless_something_stood_in_its_way() {
    let key = ["T06.watch.unanswered-requests"];
    let bye = |at: f64, course: Course| broken(&odd(course, at, Irregular::Unanswered { method: "BYE" }));
    assert_eq!(bye(152.0, served()), key);
    assert_eq!(bye(152.0, served().outage(Kind::Fibre, 119.5, 121.0)), [] as [&str; 0]);
    // It was asked in the scenario before.
    assert_eq!(bye(20.0, served()), [] as [&str; 0]);
    assert_eq!(broken(&odd(served(), 20.0, Irregular::ByeRefused { status: 500 })), key);
    assert_eq!(broken(&odd(served(), 120.1, Irregular::ByeRefused { status: 500 })), key);
}

#[test]
fn a_refusal_is_acknowledged_unless_something_stood_in_its_way() {
    let key = ["T43.watch.unacknowledged-refusals"];
    let refused = |at: f64, course: Course| broken(&odd(course, at, Irregular::Unacknowledged));
    assert_eq!(refused(152.0, served()), key);
    assert_eq!(refused(152.0, served().outage(Kind::Fibre, 119.5, 121.0)), [] as [&str; 0]);
    assert_eq!(refused(20.0, served()), [] as [&str; 0], "it was refused in the scenario before");
}

#[test]
fn an_answer_is_acknowledged() {
    let ended = |by: EndedBy, confirmed: Option<Moment>| {
        let course = served().change(|call| (call.confirmed, call.ended) = (confirmed, Some((moment(133.0), by))));
        broken(&course).contains(&"T42.watch.unacknowledged-answers")
    };
    assert!(ended(EndedBy::Silence, None));
    assert!(!ended(EndedBy::Silence, Some(moment(101.1))) && !ended(EndedBy::Operator, None));
    // A post that was without power between the call and its answer knows of no call.
    let forgotten = |from: f64| {
        let course = served().outage(Kind::Mains, from, from + 5.0).change(|call| {
            (call.answered, call.confirmed) = (Some(moment(140.0)), None);
            call.ended = Some((moment(172.0), EndedBy::Silence));
        });
        broken(&course).contains(&"T42.watch.unacknowledged-answers")
    };
    assert_eq!([forgotten(110.0), forgotten(50.0)], [false, true]);
}

#[test]
fn what_the_operator_asks_within_a_talk_is_agreed_to() {
    let offered = |outcome, course: Course| {
        let mut course = course;
        course.offers.push((110.0, outcome));
        broken(&course).contains(&"T18.watch.offers-refused")
    };
    assert!(offered(Outcome::Refused(488), served()) && offered(Outcome::Unanswered, served()));
    assert!(!offered(Outcome::Agreed, served()));
    assert!(!offered(Outcome::Unanswered, served().outage(Kind::Fibre, 109.0, 109.5)));
    // But not to go on in plain.
    let in_plain = |from, to| offered(Outcome::Refused(488), Course { unsealed: vec![span(from, to)], ..served() });
    assert_eq!([in_plain(109.9, 112.0), in_plain(50.0, 60.0)], [false, true]);
}

#[test]
fn a_handful_of_requests_within_a_call_is_no_storm() {
    let asked = |apart: f64, count: u32| {
        let mut course = served();
        course.asked = (0..count).map(|n| (101.0 + f64::from(n) * apart, CallId(1))).collect();
        broken(&course)
    };
    assert_eq!(asked(3.0, 6), ["T42.watch.requests-within-call"]);
    assert_eq!(asked(0.1, 5), [] as [&str; 0]);
    assert_eq!(asked(4.1, 5), [] as [&str; 0]);
    // However many they come to in the end.
    assert_eq!(asked(4.1, 6), [] as [&str; 0]);
}

#[test]
fn nobody_lets_a_stranger_in() {
    let called = |is_let_in: bool| {
        let mut course = served();
        course.let_in = vec![(150.0, false), (150.1, is_let_in)];
        broken(&course)
    };
    assert_eq!(called(true), ["T40.watch.strangers-let-in"]);
    assert_eq!(called(false), [] as [&str; 0]);
}
