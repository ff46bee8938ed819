//! What a caller gets until the answer: reliable responses, early media, the second operator.

use super::*;
use crate::instrument::operator::Progress;

/// A PRACK for a reliable response, with a body.
fn prack(s: &mut Scene, to: &str, cseq: u32, body: &str) -> Vec<String> {
    let rack = format!("{} 1 INVITE", header(to, "RSeq"));
    let text = s.within("PRACK", to, cseq, body).replace("Max-Forwards", &format!("RAck: {rack}\r\nMax-Forwards"));
    s.send(&text)
}

#[test]
fn whoever_requires_reliable_responses_gets_them_one_at_a_time_until_its_prack() {
    let mut s = Scene::ready(Answering::After(Duration::from_secs(3)));
    let invite = s.invite_with("c1", "Require: 100rel\r\n", &offer("8", 4000, ""));
    let sent = s.send(&invite);
    assert_eq!(statuses(&sent), [100, 180]);
    let ringing = sent[1].clone();
    assert!(ringing.contains("Require: 100rel\r\n") && !header(&ringing, "RSeq").is_empty(), "{ringing}");
    let again = s.pass(2600);
    assert_eq!(again.iter().map(|(at, t)| (*at, status(t))).collect::<Vec<_>>(), [(1500, 180), (2500, 180)]);
    let wrong = s.within("PRACK", &ringing, 2, "").replace("Max-Forwards", "RAck: 1 1 INVITE\r\nMax-Forwards");
    assert_eq!(statuses(&s.send(&wrong)), [481]);
    assert_eq!(statuses(&prack(&mut s, &ringing, 3, "")), [200]);
    assert_eq!(statuses(&prack(&mut s, &ringing, 4, "")), [481], "it was acknowledged");
    assert_eq!(s.pass(4000).iter().map(|(at, t)| (*at, status(t))).collect::<Vec<_>>(), [(4000, 200)]);
}

#[test]
fn an_answer_waits_for_the_prack_and_a_caller_that_sends_none_is_refused() {
    let mut s = Scene::ready(AT_ONCE);
    let invite = s.invite_with("c1", "Require: 100rel\r\n", &offer("8", 4000, ""));
    let sent = s.send(&invite);
    assert_eq!(statuses(&sent), [100, 180], "no 2xx while a reliable response is under way");
    let answered = prack(&mut s, &sent[1], 2, "");
    assert_eq!(statuses(&answered), [200, 200]);
    assert!(answered[1].contains("CSeq: 1 INVITE\r\n") && answered[1].contains("m=audio"), "{}", answered[1]);
    let invite = s.invite_with("c2", "Require: 100rel\r\n", &offer("8", 4000, ""));
    s.send(&invite);
    s.events();
    let refusal = s.pass(40_000).into_iter().find(|(_, t)| status(t) == 504);
    assert_eq!(refusal.map(|(at, t)| (at, header(&t, "Call-ID"))), Some((33_000, "c2".to_owned())));
    assert!(s.events().contains(&CallEvent::Ended { call: CallId(2), by: EndedBy::Silence }));
}

#[test]
fn without_100rel_nothing_is_reliable_and_with_it_only_on_demand() {
    let check = |more: &str, reliable: bool, expected: bool| {
        let mut s = Scene::ready(Answering::Manual);
        s.behave(|how| how.reliable = reliable);
        let invite = s.invite_with("c1", more, &offer("8", 4000, ""));
        let ringing = s.send(&invite).pop().expect("180");
        assert_eq!(ringing.contains("RSeq"), expected, "{more:?} {reliable}");
    };
    check("", true, false);
    check("Supported: timer, 100rel\r\n", false, false);
    check("Supported: timer, 100rel\r\n", true, true);
}

#[test]
fn a_call_tone_is_heard_before_the_answer_and_ends_with_it() {
    let mut s = Scene::ready(Answering::After(Duration::from_secs(6)));
    s.behave(|how| how.progress = Progress::Tone);
    let invite = s.invite("c1", &offer("8", 4000, ""));
    let sent = s.send(&invite);
    assert_eq!(statuses(&sent), [100, 180, 183]);
    assert!(sent[2].contains("m=audio 20000 RTP/AVP 8\r\n"), "{}", sent[2]);
    let loud = |s: &mut Scene, until: u64| {
        let mut moments = Vec::new();
        while let Some(due) = s.desk.next_wake().filter(|due| *due <= ms(until)) {
            s.desk.wake(due);
            let packets = s.desk.take_outgoing().into_iter().filter(|o| o.to.port() == 4000);
            moments
                .extend(packets.filter(|o| o.bytes[12..].iter().any(|b| b & 0x70 != 0x50)).map(|_| due.as_nanos() / 1_000_000));
        }
        s.now = until;
        moments
    };
    let tone = loud(&mut s, 6990);
    assert_eq!((tone.first(), tone.iter().filter(|t| **t <= 2000).count()), (Some(&1020), 50), "one second on");
    assert!(tone.iter().all(|t| *t <= 2000 || *t > 6000), "four seconds off: {tone:?}");
    let ok = s.pass(7000).pop().expect("200").1;
    assert!(status(&ok) == 200 && ok.contains("m=audio 20000"), "an unreliable 183 does not settle it: {ok}");
    assert!(loud(&mut s, 9000).is_empty());
    assert!(s.events().contains(&CallEvent::EarlyMedia { call: CALL }));
}

#[test]
fn an_announcement_is_spoken_into_a_ringing_call_on_demand() {
    let mut s = Scene::ready(Answering::Manual);
    let invite = s.invite("c1", &offer("8", 4000, ""));
    s.send(&invite);
    assert_eq!(s.desk.speak(ms(1000), CALL, &[0.5; 160]), Err(DeskError::NoMedia(CALL)));
    s.desk.act(ms(1000), CALL, Action::Announce).expect("a ringing call");
    assert_eq!(statuses(&s.texts()), [183]);
    s.desk.act(ms(1000), CALL, Action::Announce).expect("once is enough");
    assert!(s.texts().is_empty());
    assert_eq!(s.desk.speak(ms(1000), CALL, &[0.5; 160]), Ok(0));
    s.rtp("10.0.0.2:4000", 20000, 1, &[0x2a; 160]);
    let events = s.events();
    assert!(
        matches!(
            &events[2..],
            [CallEvent::EarlyMedia { .. }, CallEvent::StrayMedia { call: Some(CALL), kind: Stray::BeforeAnswer, .. }]
        ),
        "{events:?}"
    );
    let late = s.invite("c2", "");
    s.send(&late);
    assert_eq!(
        s.desk.act(ms(1000), CallId(2), Action::Announce),
        Err(DeskError::NoMedia(CallId(2))),
        "there is nothing to send to"
    );
}

#[test]
fn an_invite_without_an_offer_gets_ours_in_the_first_reliable_response() {
    let mut s = Scene::ready(AT_ONCE);
    s.behave(|how| how.progress = Progress::Tone);
    let invite = s.invite_with("c1", "Require: 100rel\r\n", "");
    let ringing = s.send(&invite).pop().expect("180");
    assert!(status(&ringing) == 180 && ringing.contains("RTP/AVP 8 0 101\r\n"), "{ringing}");
    let sent = prack(&mut s, &ringing, 2, &offer("0", 4100, ""));
    assert_eq!(statuses(&sent), [200, 183]);
    s.desk.wake(ms(1020));
    assert!(s.desk.take_outgoing().iter().any(|o| o.to.port() == 4100));
    let ok = prack(&mut s, &sent[1], 3, "").pop().expect("200");
    assert!(header(&ok, "CSeq") == "1 INVITE" && !ok.contains("m=audio"), "all is described: {ok}");
}

#[test]
fn the_second_operator_rings_if_the_first_does_not_answer_or_is_busy() {
    let second = Second { answering: Answering::After(Duration::from_secs(1)), after: Some(Duration::from_secs(15)) };
    let mut s = Scene::ready(Answering::Manual);
    s.behave(|how| how.second = Some(second));
    let invite = s.invite("c1", &offer("8", 4000, ""));
    s.send(&invite);
    let sent = s.pass(17_000);
    assert_eq!(sent.iter().map(|(at, t)| (*at, status(t))).collect::<Vec<_>>(), [(16_000, 181), (17_000, 200)]);
    assert!(s.events().contains(&CallEvent::PassedOn { call: CALL }));
    s.behave(|how| how.answering = Answering::BUSY);
    let invite = s.invite("c2", &offer("8", 4000, ""));
    assert_eq!(statuses(&s.send(&invite)), [100, 180], "rings at the second at once");
    assert!(s.events().contains(&CallEvent::PassedOn { call: CallId(2) }));
    s.behave(|how| how.second = Some(Second { answering: Answering::BUSY, ..second }));
    let invite = s.invite("c3", &offer("8", 4000, ""));
    assert_eq!(statuses(&s.send(&invite)), [486], "both are busy");
    s.behave(|how| how.answering = Answering::Manual);
    let invite = s.invite("c4", &offer("8", 4000, ""));
    s.send(&invite);
    let sent = s.pass(33_000);
    assert_eq!(
        sent.iter().filter(|(_, t)| header(t, "Call-ID") == "c4").map(|(at, t)| (*at, status(t))).next(),
        Some((32_000, 181))
    );
    assert!(sent.iter().any(|(at, t)| *at == 32_000 && status(t) == 486));
}

#[test]
fn the_second_operator_can_be_called_directly_where_there_is_one() {
    let mut s = Scene::ready(Answering::Manual);
    let call = |s: &mut Scene, name: &str| {
        let invite = s.invite(name, &offer("8", 4000, "")).replace("INVITE sip:operator@", "INVITE sip:operator2@");
        statuses(&s.send(&invite))
    };
    assert_eq!(call(&mut s, "c1"), [404]);
    s.behave(|how| how.second = Some(Second { answering: AT_ONCE, after: None }));
    assert_eq!(call(&mut s, "c2"), [100, 180, 200]);
    assert!(!s.events().iter().any(|e| matches!(e, CallEvent::PassedOn { .. })));
    let first = s.invite("c3", &offer("8", 4000, ""));
    s.send(&first);
    assert!(!s.pass(60_000).iter().any(|(_, t)| status(t) == 181), "who wants the second has to call it");
}

#[test]
fn a_refusal_says_when_to_try_again() {
    for (status, retry_after, line) in
        [(480, None, ""), (503, Some(30), "Retry-After: 30\r\n"), (486, Some(5), "Retry-After: 5\r\n")]
    {
        let mut s = Scene::ready(Answering::Refuse { status, retry_after: retry_after.map(Duration::from_secs) });
        let invite = s.invite("c1", &offer("8", 4000, ""));
        let refused = s.send(&invite).pop().expect("a refusal");
        assert_eq!((super::status(&refused), refused.contains("Retry-After")), (status, retry_after.is_some()));
        assert!(refused.contains(line));
    }
}
