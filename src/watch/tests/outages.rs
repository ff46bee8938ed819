//! What an outage hides from one of the two ends: courses that random lives came upon, each beside one that is as bad
//! as it looks.

use super::*;

#[test]
fn a_post_that_was_without_power_knows_nothing_of_its_call() {
    let said = |course: Course| broken(&course).contains(&"T26.watch.untrue-states");
    // The operator's end holds the call until 190 s; the post has started anew meanwhile.
    let talk = || quiet().press(100.0, 0.15).call(100.05, 190.0, "1").says(100.1, "STATE calling").says(101.1, "STATE talking");
    assert!(said(talk().says(150.5, "STATE idle")));
    assert!(!said(talk().outage(Kind::Mains, 110.0, 120.0).says(150.5, "STATE idle")));
}

#[test]
fn a_press_whose_invite_met_a_silent_server_was_tried_and_not_kept() {
    let delivered = |swallowed: &[f64]| {
        let mut course = quiet().outage(Kind::Servers, 95.0, 115.0).press(100.0, 0.15).call(116.0, 120.0, "1");
        course.swallowed = swallowed.to_vec();
        broken(&course).contains(&"T38.watch.kept-presses-misdelivered")
    };
    assert_eq!([delivered(&[]), delivered(&[100.1]), delivered(&[90.0]), delivered(&[110.0])], [true, false, true, true]);
}

#[test]
fn an_answer_that_a_cut_held_back_may_come_too_late() {
    let ended = |answered: f64| {
        let course = quiet().outage(Kind::Fibre, 101.0, 111.0).press(100.0, 0.15).call(100.05, 112.1, "1").change(|call| {
            (call.answered, call.confirmed) = (Some(moment(answered)), Some(moment(112.0)));
            call.ended = Some((moment(112.1), EndedBy::Post));
        });
        broken(&course).contains(&"T42.watch.talks-cut-short")
    };
    assert_eq!([ended(105.0), ended(111.9)], [false, true]);
}

#[test]
fn what_was_answered_and_never_acknowledged_need_not_be_shown() {
    let dark = |confirmed: Option<Moment>| {
        let course = quiet().outage(Kind::Mains, 101.0, 106.0).press(100.0, 0.15).call(100.05, 140.0, "1").change(|call| {
            (call.answered, call.confirmed) = (Some(moment(110.0)), confirmed);
        });
        broken(&course).contains(&"T06.watch.dark-in-talk")
    };
    assert_eq!([dark(None), dark(Some(moment(110.1)))], [false, true]);
}

#[test]
fn a_post_that_starts_anew_has_its_own_time_to_join_before_it_delivers() {
    let delivered = |kind: Kind, at: f64| {
        let course = quiet().outage(kind, 50.0, 80.0).press(90.0, 0.15).call(at, at + 0.2, "1");
        // It has joined 55 s after the mains came back.
        let mut course = course.change(|call| call.invite.headers.push(("X-SOS-Delayed".into(), "yes".into())));
        course.bindings.retain(|binding| !span(80.0, 135.0).holds(binding.at));
        course.bindings.push(binding(135.0));
        course.bindings.sort_by(|a, b| a.at.total_cmp(&b.at));
        broken(&course).contains(&"T38.watch.kept-presses-misdelivered")
    };
    assert_eq!([delivered(Kind::Mains, 190.0), delivered(Kind::Mains, 200.0)], [false, true]);
    assert!(delivered(Kind::Fibre, 190.0));
}

#[test]
fn a_button_in_a_hand_is_no_fault() {
    let told = |held: f64, after: f64| {
        let course = quiet().press(100.0, held).call(100.05, 150.0, "1").says(100.0 + after, "FAULT button");
        broken(&course).contains(&"T28.watch.faults-of-a-held-button")
    };
    assert_eq!([told(20.0, 7.8), told(20.0, 8.2)], [true, false]);
    assert_eq!([told(4.0, 12.0), told(12.0, 12.1)], [true, false]);
    // What a line takes may be missing of the time.
    assert_eq!([told(20.0, 7.85), told(20.0, 7.95)], [true, false]);
}

#[test]
fn a_button_that_is_still_stuck_is_not_taken_back() {
    let cleared = |at: f64| {
        let course = quiet().press(100.0, 60.0).call(100.05, 120.0, "1").says(115.0, "FAULT button").says(at, "CLEAR button");
        broken(&course).contains(&"T27.watch.stuck-button-taken-back")
    };
    assert_eq!([145.0, 159.8, 159.95, 170.0].map(cleared), [true, true, false, false]);
}

#[test]
fn a_case_dialled_again_is_not_closed_by_the_end_of_the_talk_that_was_lost() {
    let again = |third: f64| {
        let lost = quiet().outage(Kind::Fibre, 110.0, 130.0).press(100.0, 0.15).call(100.05, 132.0, "1");
        let once = lost.outage(Kind::Fibre, 150.0, 170.0).call(130.5, 170.9, "1");
        broken(&once.call(third, 200.0, "1")).contains(&"T33.watch.repeated-cases")
    };
    assert!(!again(170.5));
    // But by the end of the last one.
    let closed = quiet().press(100.0, 0.15).call(100.05, 120.0, "1").call(125.0, 130.0, "1");
    assert!(broken(&closed).contains(&"T33.watch.repeated-cases"));
}

#[test]
fn a_stuck_button_is_told_and_taken_back() {
    let stuck = |held: f64, lines: &[(f64, &str)]| {
        let told = quiet().press(100.0, held).call(100.05, 120.0, "1");
        let told = lines.iter().fold(told, |course, (at, line)| course.says(*at, line));
        let all = broken(&told);
        [all.contains(&"T28.watch.stuck-button-untold"), all.contains(&"T27.watch.faults-outlasting-cause")]
    };
    let (fault, clear) = ((115.0, "FAULT button"), (145.0, "CLEAR button"));
    assert_eq!(stuck(40.0, &[fault, clear]), [false, false]);
    assert_eq!(stuck(40.0, &[clear]), [true, false]);
    assert_eq!(stuck(40.0, &[(131.0, "FAULT button"), clear]), [true, false]);
    assert_eq!(stuck(40.0, &[fault]), [false, true]);
    assert_eq!(stuck(40.0, &[fault, (265.0, "CLEAR button")]), [false, true]);
    // Each has its limit, and what a line takes.
    assert_eq!([130.05, 130.15].map(|at| stuck(40.0, &[(at, "FAULT button"), clear])[0]), [false, true]);
    assert_eq!([260.05, 260.15].map(|at| stuck(40.0, &[fault, (at, "CLEAR button")])[1]), [false, true]);
    // Not for so long that it must be told; still held, or let go too shortly before the end.
    assert_eq!(stuck(25.0, &[]), [false, false]);
    assert_eq!([stuck(500.0, &[fault]), stuck(400.0, &[fault])], [[false, false]; 2]);
}

#[test]
fn a_call_whose_end_a_silent_server_hid_may_ring_on() {
    let lamp = |until: f64, answered: bool| {
        let course = quiet().outage(Kind::Servers, 103.0, 160.0).press(100.0, 0.15).call(100.05, 145.0, "1").change(|call| {
            if !answered {
                (call.answered, call.confirmed) = (None, None);
            }
        });
        broken(&course.lit(&[(100.06, until)], &[])).contains(&"T05.watch.placed-falsely")
    };
    assert_eq!([lamp(225.0, false), lamp(300.0, false)], [false, true]);
    // One that was answered is missed by its silence.
    assert_eq!([lamp(176.0, true), lamp(185.0, true)], [false, true]);
}

/// Nobody knows of a cut before its converter has told him.
#[test]
fn a_press_into_a_line_that_has_just_died_may_be_called() {
    let falsely = |cut: f64, until: f64| {
        let course = quiet().outage(Kind::Fibre, cut, 400.0).press(100.0, 0.15).lit(&[(100.06, until)], &[]);
        broken(&course).contains(&"T05.watch.placed-falsely")
    };
    assert_eq!(
        [falsely(99.9, 104.0), falsely(99.1, 131.0), falsely(98.9, 104.0), falsely(99.9, 133.0)],
        [false, false, true, true]
    );
}

#[test]
fn only_what_was_kept_is_marked_as_delayed() {
    let marked = |course: Course, is_marked: bool| {
        let course = course.change(|call| {
            call.invite.headers.extend(is_marked.then(|| ("X-SOS-Delayed".to_string(), "yes".to_string())));
        });
        broken(&course).contains(&"T38.watch.falsely-delayed")
    };
    let pressed = || quiet().press(100.0, 0.15).call(100.05, 120.0, "1");
    assert_eq!([marked(pressed(), true), marked(pressed(), false)], [true, false]);
    // Just after the return a press may have been kept for a moment.
    let just_after = quiet().outage(Kind::Fibre, 50.0, 97.0).press(100.0, 0.15).call(100.05, 120.0, "1");
    assert!(!marked(just_after, true));
    // One that was kept is on its way when the button is pressed again.
    let pressed_again = quiet().outage(Kind::Fibre, 50.0, 80.0).press(60.0, 0.15).press(100.0, 0.15).call(100.1, 120.0, "1");
    assert!(!marked(pressed_again, true));
    // A talk that is dialled again after a cut that a talk outlives, and after a longer one.
    let again = |returned: f64| {
        quiet().outage(Kind::Fibre, 110.0, returned).press(100.0, 0.15).call(100.05, 140.0, "1").call(returned + 1.0, 190.0, "1")
    };
    assert_eq!([marked(again(130.0), true), marked(again(130.0), false), marked(again(131.0), true)], [true, false, false]);
}

#[test]
fn a_talk_that_the_post_lost_in_a_cut_is_no_closed_case() {
    let again = |ended: f64| {
        let lost = quiet().outage(Kind::Fibre, 110.0, 150.0).press(100.0, 0.15).call(100.05, ended, "1").change(|call| {
            call.ended = call.ended.map(|(at, _)| (at, EndedBy::Post));
        });
        broken(&lost.call(ended + 2.0, 190.0, "1")).contains(&"T33.watch.repeated-cases")
    };
    assert_eq!([again(154.5), again(155.5)], [false, true]);
}

#[test]
fn what_is_kept_is_delivered() {
    let told = |delivered: bool| {
        let mut course = quiet().outage(Kind::Fibre, 50.0, 150.0).press(100.0, 0.15).says(100.1, "CALL 1 kept");
        if delivered {
            course = course.call(152.0, 152.2, "1");
        }
        broken(&course).contains(&"T38.watch.kept-presses-lost")
    };
    assert_eq!([told(true), told(false)], [false, true]);
}

#[test]
fn a_talk_that_a_restart_finds_is_ended_or_shown() {
    let forgotten = |course: Course| broken(&course).contains(&"T40.watch.forgotten-talks");
    let talk = |ended: f64, lit: &[(f64, f64)]| {
        quiet().press(100.0, 0.15).call(100.05, ended, "1").lit(&[(100.06, 110.0)], lit).outage(Kind::Hang, 110.0, 114.0)
    };
    let dark = [(101.06, 110.0)];
    assert!(forgotten(talk(160.0, &dark)));
    assert!(!forgotten(talk(118.0, &dark)) && !forgotten(talk(160.0, &[(101.06, 110.0), (120.0, 160.0)])));
    // A module that was started anew as well is not heard any more.
    let mute = |from: f64, to: f64| {
        let mut course = talk(160.0, &dark);
        course.mute.push((span(from, to), CallId(1)));
        forgotten(course)
    };
    assert!(!mute(112.0, f64::INFINITY));
    // So is one that had fallen silent long before and never came back; one that came back is.
    assert!(!mute(105.0, f64::INFINITY) && mute(105.0, 108.0));
}

#[test]
fn a_talk_that_a_cut_has_ended_for_the_caller_does_not_go_on_behind_his_back() {
    let forgotten = |back_at: f64, lit: &[(f64, f64)]| {
        let mut course = quiet().press(100.0, 0.15).call(100.05, 200.0, "1").lit(&[(100.06, 110.0)], lit);
        course = course.outage(Kind::Fibre, 110.0, 150.0);
        course.mute.push((span(110.0, back_at), CallId(1)));
        broken(&course).contains(&"T40.watch.forgotten-talks")
    };
    let lost = [(101.06, 140.0)];
    assert!(forgotten(150.5, &lost) && !forgotten(f64::INFINITY, &lost));
    assert!(!forgotten(150.5, &[(101.06, 200.0)]), "it was never lost");
}

#[test]
fn who_could_not_learn_of_the_answer_need_not_show_it() {
    let dark = |cut: (f64, f64), confirmed: f64, lit: f64| {
        let mut course = served().lit(&[(100.06, 120.01)], &[(lit, 120.01)]);
        course.calls[0].1.confirmed = course.calls[0].1.confirmed.map(|at| Moment { seconds: confirmed, ..at });
        broken(&course.outage(Kind::Fibre, cut.0, cut.1)).contains(&"T06.watch.dark-in-talk")
    };
    // The answer met a cut of a second, and was sent again until it was acknowledged.
    assert!(!dark((100.8, 101.8), 102.6, 102.6));
    assert!(dark((100.8, 101.8), 102.6, 104.6), "it shows a talk within T06 of its own acknowledgement");
    assert!(dark((110.0, 111.0), 101.1, 104.6), "no cut was near the answer");
}

#[test]
fn lamps_stand_through_a_cut_that_no_talk_may_notice() {
    let swapped = |cut: f64| {
        let lit = [(101.06, 110.0), (110.0 + cut, 120.01)];
        let course = served().lit(&[(100.06, 120.01)], &lit).outage(Kind::Fibre, 110.0, 110.0 + cut);
        broken(&course).contains(&"T06.watch.dark-in-talk")
    };
    assert_eq!([swapped(1.0), swapped(3.0)], [true, false]);
}

#[test]
fn light_that_comes_with_an_outage_may_bear_an_earlier_stamp() {
    let lit_at = |from: f64| {
        let course = quiet().outage(Kind::Restart, 200.0, 200.1).out_of_service(&[(from, 203.0)]);
        broken(&course).contains(&"T27.watch.falsely-out-of-service")
    };
    assert_eq!([lit_at(199.999), lit_at(199.9)], [false, true]);
}

#[test]
fn what_was_given_up_or_taken_by_a_voice_module_alone_is_ended_at_once() {
    // Given up in a cut, called anew, and answered after all: ended at once, or talked into first.
    let answered_late = |talk: f64| {
        let course = quiet().press(100.0, 0.15).call(100.05, 130.0 + talk, "1").outage(Kind::Fibre, 101.0, 120.0);
        let course = course.change(|call| {
            (call.answered, call.confirmed) = (Some(moment(130.0)), Some(moment(130.0)));
            call.ended = call.ended.map(|(at, _)| (at, EndedBy::Post));
        });
        let course = course.call(125.0, 160.0, "1");
        broken(&course).contains(&"T42.watch.talks-cut-short")
    };
    assert_eq!([answered_late(0.1), answered_late(5.0)], [false, true]);
    // Answered by its voice module while it starts, and ended as it is in command again; or after that.
    let starting = |end: f64| {
        let course = quiet().press(100.0, 0.15).call(100.05, end, "1").outage(Kind::Hang, 102.0, 104.0);
        let mut course = course.change(|call| {
            (call.answered, call.confirmed) = (Some(moment(104.5)), Some(moment(104.6)));
            call.ended = call.ended.map(|(at, _)| (at, EndedBy::Post));
        });
        course.bindings.push(Binding { at: 105.0, ..course.bindings[0].clone() });
        broken(&course).contains(&"T42.watch.talks-cut-short")
    };
    assert_eq!([starting(104.9), starting(125.0)], [false, true]);
}
