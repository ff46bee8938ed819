//! Whom a case goes to, first and then.

use super::*;

const FIRST: &str = "T08.watch.second-operator-first";
const PASSED_ON: &str = "T08.watch.cases-not-passed-on";

fn to_second(call: &mut Call) {
    call.invite.to = "sip:operator2@10.20.0.2".into();
}
/// A press at 100 s whose call nobody answers, until it is given up.
fn unanswered(given_up: f64) -> Course {
    quiet().press(100.0, 0.15).call(100.05, given_up, "1").change(|call| {
        (call.answered, call.confirmed) = (None, None);
        call.ended = call.ended.map(|(at, _)| (at, EndedBy::Cancelled));
    })
}

#[test]
fn a_case_goes_to_the_first_operator_first() {
    assert!(!broken(&served()).contains(&FIRST));
    assert!(broken(&served().change(to_second)).contains(&FIRST));
    assert!(!broken(&unanswered(112.0).call(112.1, 140.0, "1").change(to_second)).contains(&FIRST));
    let mut in_vain = served().change(to_second);
    in_vain.swallowed.push(99.0);
    assert!(!broken(&in_vain).contains(&FIRST), "the first could not be reached");
    let kept = |how: fn(&mut Call)| {
        let course = quiet().outage(Kind::Fibre, 50.0, 150.0).press(100.0, 0.15).call(152.0, 160.0, "1");
        broken(&course.change(how)).contains(&FIRST)
    };
    assert_eq!([kept(|_| {}), kept(to_second)], [false, true]);
}

#[test]
fn whoever_is_sought_elsewhere_says_the_same_there() {
    let told_apart = |how: fn(&mut Call), at: f64| {
        let course = unanswered(112.0).call(at, 140.0, "1").change(to_second).change(how);
        broken(&course).contains(&"T33.watch.cases-told-apart")
    };
    let ordinary = |call: &mut Call| call.invite.headers.retain(|(name, _)| name != "Priority");
    assert_eq!([told_apart(|_| {}, 112.1), told_apart(ordinary, 112.1), told_apart(ordinary, 116.0)], [false, true, false]);
    assert!(told_apart(|call| call.invite.headers.push(("X-SOS-Delayed".into(), "yes".into())), 112.1));
}

#[test]
fn whom_the_first_operator_does_not_take_the_second_hears_of() {
    let is_broken = |course: &Course| broken(course).contains(&PASSED_ON);
    assert!(is_broken(&unanswered(160.0)) && is_broken(&unanswered(112.0)));
    assert!(!is_broken(&unanswered(112.0).call(112.1, 140.0, "1").change(to_second)));
    assert!(is_broken(&unanswered(112.0).call(112.1, 140.0, "2").change(to_second)), "another case");
    assert!(is_broken(&unanswered(160.0).call(125.0, 140.0, "1").change(to_second)), "too late");
    assert!(!is_broken(&unanswered(160.0).outage(Kind::Fibre, 110.0, 112.0)));
    let refused = |status| {
        let mut course = unanswered(100.06).change(|call| call.ringing = None);
        course.refused.insert(CallId(1), status);
        is_broken(&course)
    };
    assert_eq!([refused(486), refused(603), refused(503)], [true, true, false]);
}

#[test]
fn whoever_was_turned_away_everywhere_is_shown_it_for_a_while() {
    let shown = |from: f64, status: Option<u16>| {
        let mut course = quiet().press(100.0, 0.15).call(100.05, 100.06, "1").change(|call| {
            (call.ringing, call.answered, call.confirmed) = (None, None, None);
        });
        course.refused.extend(status.map(|status| (CallId(1), status)));
        course = course.out_of_service(&[(from, from + 0.25), (from + 0.5, from + 0.75)]);
        broken(&course).contains(&"T27.watch.falsely-out-of-service")
    };
    assert_eq!([shown(100.3, Some(486)), shown(111.0, Some(486)), shown(100.3, None)], [false, true, true]);
    // One that stays lit tells everybody else that there is no way to call.
    let mut stays = quiet().press(100.0, 0.15).call(100.05, 100.06, "1").change(|call| {
        (call.ringing, call.answered, call.confirmed) = (None, None, None);
    });
    stays.refused.insert(CallId(1), 486);
    assert!(broken(&stays.out_of_service(&[(100.3, 160.0)])).contains(&"T27.watch.falsely-out-of-service"));
}
