//! What the desk asks of a post by a re-INVITE, and what comes of it.

use super::*;
use crate::instrument::operator::{Change, Outcome};

fn ask(s: &mut Scene, change: Change) -> String {
    s.desk.act(ms(s.now), CALL, Action::Change(change)).expect("a call that is up");
    s.texts().remove(0)
}
fn changed(change: Change, outcome: Outcome) -> CallEvent {
    CallEvent::Changed { call: CALL, change, outcome }
}

#[test]
fn hold_and_resume_are_asked_for_and_acknowledged_however_often_the_answer_comes() {
    let mut s = Scene::ready(AT_ONCE);
    s.call("c1");
    s.events();
    let hold = ask(&mut s, Change::Hold);
    assert!(hold.starts_with("INVITE sip:sos-1@10.0.0.2:5062 SIP/2.0\r\n") && hold.contains("a=sendonly"), "{hold}");
    assert!(hold.contains(" 2 IN IP4 10.0.0.1\r\ns=") && media_port(&hold) == 20000, "a new version of the same session");
    assert_eq!(s.desk.act(ms(1000), CALL, Action::Change(Change::Resume)), Err(DeskError::Occupied(CALL)));
    let acks = s.respond(&hold, 200, "", &offer("8", 4000, "a=recvonly\r\n"));
    assert!(acks.len() == 1 && acks[0].starts_with("ACK sip:sos-1@10.0.0.2:5062 "), "{acks:?}");
    assert_eq!(header(&acks[0], "CSeq"), "1 ACK");
    assert_eq!(s.respond(&hold, 200, "", &offer("8", 4000, "a=recvonly\r\n")), acks, "a lost ACK is sent again");
    assert_eq!(s.events(), [changed(Change::Hold, Outcome::Agreed)]);
    s.skip(60_000);
    assert_eq!(s.events(), [], "who is held need not speak");
    let resume = ask(&mut s, Change::Resume);
    assert!(resume.contains("a=sendrecv"));
    s.respond(&resume, 200, "", &offer("8", 4000, ""));
    assert_eq!(s.events(), [changed(Change::Resume, Outcome::Agreed)]);
    s.skip(63_000);
    assert!(matches!(s.events()[..], [CallEvent::VoiceMissing { side: Side::FromPost, since, .. }] if since == ms(60_000)));
}

#[test]
fn a_move_takes_media_at_both_ports_until_it_is_settled_and_then_only_at_the_new_one() {
    let mut s = Scene::ready(AT_ONCE);
    s.call("c1");
    s.rtp("10.0.0.2:4000", 20000, 0, &[0x2a; 160]);
    let moved = ask(&mut s, Change::Move);
    assert_eq!(media_port(&moved), 20002);
    s.rtp("10.0.0.2:4000", 20000, 1, &[0x2a; 160]);
    s.events();
    s.respond(&moved, 200, "", &offer("8", 4000, ""));
    s.rtp("10.0.0.2:4000", 20000, 2, &[0x2a; 160]);
    s.now = 1500;
    s.rtp("10.0.0.2:4000", 20002, 3, &[0x2a; 160]);
    assert_eq!(s.events(), [changed(Change::Move, Outcome::Agreed), CallEvent::MediaMoved { call: CALL }]);
    s.now = 2000;
    s.rtp("10.0.0.2:4000", 20000, 4, &[0x2a; 160]);
    assert!(matches!(&s.events()[..], [CallEvent::StrayMedia { call: Some(CALL), kind: Stray::OldPort, .. }]));
    assert_eq!(s.desk.media_stats(CALL).map(|stats| stats.packets), Ok(4));
    s.desk.take_outgoing();
    s.desk.wake(ms(2020));
    assert!(s.desk.take_outgoing().iter().all(|o| o.from.port() == 20002), "and it is sent from there");
}

#[test]
fn a_refused_change_leaves_everything_as_it_was() {
    let mut s = Scene::ready(AT_ONCE);
    s.call("c1");
    s.events();
    let moved = ask(&mut s, Change::Move);
    let ack = s.respond(&moved, 488, "", "").remove(0);
    assert!(ack.starts_with("ACK ") && header(&ack, "Via") == header(&moved, "Via") && header(&ack, "CSeq") == "1 ACK", "{ack}");
    assert_eq!(s.respond(&moved, 488, "", "").len(), 1, "each repeated failure is acknowledged");
    assert_eq!(s.events(), [changed(Change::Move, Outcome::Refused(488))], "and told once");
    s.rtp("10.0.0.2:4000", 20000, 1, &[0x2a; 160]);
    assert_eq!(s.events(), [CallEvent::FirstMedia { call: CALL }]);
}

#[test]
fn two_changes_that_meet_are_both_put_off_and_ours_is_tried_again_within_two_seconds() {
    let mut s = Scene::ready(AT_ONCE);
    let ok = s.call("c1");
    s.events();
    let hold = ask(&mut s, Change::Hold);
    let theirs = s.within("INVITE", &ok, 2, &offer("8", 4444, ""));
    assert_eq!(statuses(&s.send(&theirs)), [491]);
    let update = s.within("UPDATE", &ok, 3, &offer("8", 4444, ""));
    assert_eq!(statuses(&s.send(&update)), [491]);
    s.respond(&hold, 491, "", "");
    assert_eq!(s.events(), []);
    let again = s.pass(3000).into_iter().find(|(_, t)| t.starts_with("INVITE ")).expect("another try");
    assert_eq!((again.0 % 10, header(&again.1, "CSeq").as_str()), (0, "2 INVITE"));
    s.respond(&again.1, 200, "", &offer("8", 4000, "a=recvonly\r\n"));
    assert!(s.events().contains(&changed(Change::Hold, Outcome::Agreed)));
    let second = ask(&mut s, Change::Resume);
    let mut last = second;
    for _ in 0..5 {
        s.respond(&last, 491, "", "");
        let until = s.now + 2000;
        if let Some((_, next)) = s.pass(until).into_iter().find(|(_, t)| t.starts_with("INVITE ")) {
            last = next;
        }
    }
    assert!(s.events().contains(&changed(Change::Resume, Outcome::Refused(491))), "not for ever");
}

#[test]
fn a_post_that_does_not_answer_or_knows_no_such_call_is_told_goodbye() {
    let mut s = Scene::ready(AT_ONCE);
    s.call("c1");
    s.events();
    ask(&mut s, Change::Hold);
    let sent = s.pass(33_500);
    let invites: Vec<u64> = sent.iter().filter(|(_, t)| t.starts_with("INVITE ")).map(|(at, _)| at - 1000).collect();
    assert_eq!(invites, [500, 1500, 3500, 7500, 15500, 31500]);
    assert!(sent.iter().any(|(at, t)| *at == 33_000 && t.starts_with("BYE ")));
    let events = s.events();
    assert!(events.contains(&changed(Change::Hold, Outcome::Unanswered)), "{events:?}");
    assert_eq!(events.last(), Some(&CallEvent::Ended { call: CALL, by: EndedBy::Silence }));
    let mut s = Scene::ready(AT_ONCE);
    s.call("c1");
    let hold = ask(&mut s, Change::Hold);
    let sent = s.respond(&hold, 481, "", "");
    assert!(sent[0].starts_with("ACK ") && sent[1].starts_with("BYE "), "{sent:?}");
}

#[test]
fn a_call_hung_up_while_a_change_is_under_way_still_acknowledges_the_answer() {
    let mut s = Scene::ready(AT_ONCE);
    s.call("c1");
    let hold = ask(&mut s, Change::Hold);
    s.desk.act(ms(1000), CALL, Action::HangUp).expect("a call that is up");
    assert!(s.texts()[0].starts_with("BYE "));
    let sent = s.respond(&hold, 200, "", &offer("8", 4000, "a=recvonly\r\n"));
    assert!(sent.len() == 1 && sent[0].starts_with("ACK "), "{sent:?}");
}

#[test]
fn an_update_of_the_post_is_a_true_agreement_too() {
    let mut s = Scene::ready(AT_ONCE);
    let ok = s.call("c1");
    s.events();
    let plain = s.within("UPDATE", &ok, 2, "");
    let answer = s.send(&plain).remove(0);
    assert!(status(&answer) == 200 && !answer.contains("m=audio"), "{answer}");
    let hold = s.within("UPDATE", &ok, 3, &offer("8", 4000, "a=sendonly\r\n"));
    let answer = s.send(&hold).remove(0);
    assert!(status(&answer) == 200 && answer.contains("a=recvonly"), "{answer}");
    assert_eq!(s.events(), [CallEvent::Held { call: CALL, held: true }]);
    let stray = s.within("UPDATE", &ok.replace("c1", "c9"), 4, "");
    assert_eq!(statuses(&s.send(&stray)), [481]);
}
