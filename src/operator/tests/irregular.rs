//! What no sound post does is told beside its being served, and a stranger calls it.

use super::*;
use crate::instrument::operator::{Irregular, StrangerNews};
use crate::sip::message;

fn oddities(s: &mut Scene) -> Vec<Irregular> {
    let odd = s.desk.take_events().into_iter().filter_map(|event| match event.value {
        CallEvent::Irregular { what, from, .. } => {
            assert_eq!(from, "10.0.0.2:5062");
            Some(what)
        }
        _ => None,
    });
    odd.collect()
}
fn elsewhere(place: &'static str, named: &str) -> Irregular {
    Irregular::Elsewhere { place, named: named.to_owned() }
}

#[test]
fn a_sound_call_has_nothing_irregular() {
    let mut s = Scene::ready(AT_ONCE);
    let ok = s.call("c1");
    let held = offer("8", 4000, "a=sendonly\r\n").replace("c=IN IP4 10.0.0.2", "c=IN IP4 0.0.0.0");
    let hold = s.within("INVITE", &ok, 2, &held);
    let ok = s.send(&hold).pop().expect("200");
    let ack = s.within("ACK", &ok, 2, "");
    s.send(&ack);
    let bye = s.within("BYE", &ok, 3, "");
    s.send(&bye);
    s.call("c2");
    assert_eq!(oddities(&mut s), []);
}

#[test]
fn an_address_that_is_not_the_senders_is_told_and_a_name_is_not() {
    let of = |change: fn(String) -> String| {
        let mut s = Scene::ready(AT_ONCE);
        let invite = s.invite("c1", &offer("8 0", 4000, ""));
        s.send(&change(invite));
        oddities(&mut s)
    };
    assert_eq!(
        of(|invite| invite.replace("Contact: <sip:sos-1@10.0.0.2:5062>", "Contact: <sip:sos-1@10.0.0.3>")),
        [elsewhere("Contact", "10.0.0.3")]
    );
    assert_eq!(of(|invite| invite.replace("c=IN IP4 10.0.0.2", "c=IN IP4 10.0.0.4")), [elsewhere("SDP", "10.0.0.4")]);
    let other = Irregular::OtherPort { place: "Contact", named: 9 };
    assert_eq!(of(|invite| invite.replace("Contact: <sip:sos-1@10.0.0.2:5062>", "Contact: <sip:sos-1@10.0.0.2:9>")), [other]);
    assert_eq!(of(|invite| invite.replace("Contact: <sip:sos-1@10.0.0.2:5062>", "Contact: <sip:sos-1@sos.example>")), []);
}

#[test]
fn a_body_says_what_it_is_and_who_is_challenged_counts_on() {
    let mut s = Scene::ready(AT_ONCE);
    let invite = s.invite("c1", &offer("8 0", 4000, "")).replace("Content-Type: application/sdp\r\n", "");
    s.send(&invite);
    assert_eq!(oddities(&mut s), [Irregular::Untyped { method: "INVITE".into() }]);
    let register = |s: &mut Scene, cseq: u32, more: &str| {
        let extra = format!("Contact: <sip:sos-1@10.0.0.2:5062>\r\n{more}");
        let text = s.request("REGISTER", "sip:10.0.0.1", "sip:sos-1@straz", "r9", cseq, &extra, "");
        s.send(&text);
        oddities(s).into_iter().filter(|what| matches!(what, Irregular::SameRequest { .. })).count()
    };
    let signed =
        "Authorization: Digest username=\"sos-1\", realm=\"straz\", nonce=\"n\", uri=\"sip:10.0.0.1\", response=\"x\"\r\n";
    assert_eq!([register(&mut s, 1, ""), register(&mut s, 2, signed)], [0, 0]);
    assert_eq!([register(&mut s, 3, ""), register(&mut s, 3, signed), register(&mut s, 3, signed)], [0, 1, 0]);
}

#[test]
fn a_password_is_told_of_and_not_told() {
    let mut s = Scene::ready(Answering::Manual);
    let invite = s.invite_with("c1", "X-Account: sos-1:tajne\r\n", &offer("8", 4000, ""));
    s.send(&invite);
    let events = s.desk.take_events();
    let secret = Irregular::Secret { method: "INVITE".into() };
    assert!(events.iter().any(|event| matches!(&event.value, CallEvent::Irregular { what, .. } if *what == secret)));
    assert!(!format!("{events:?}").contains("tajne"), "{events:?}");
}

#[test]
fn requests_that_have_no_place_are_told() {
    let mut s = Scene::ready(AT_ONCE);
    let ok = s.call("c1");
    let invite = s.invite("c1", &offer("8 0", 4000, ""));
    let branch = format!("branch=z9hG4bK{}", s.branch - 2);
    let cancel = invite.replace("INVITE", "CANCEL").replace(&format!("branch=z9hG4bK{}", s.branch), &branch);
    s.send(&cancel);
    assert_eq!(oddities(&mut s), [Irregular::LateCancel]);
    let bye = s.within("BYE", &ok, 1, "");
    assert_eq!(statuses(&s.send(&bye)), [500]);
    assert_eq!(oddities(&mut s), [Irregular::OutOfOrder { method: "BYE".into() }]);
    let astray = s.within("BYE", &ok, 5, "").replace("tag=post-c1", "tag=other");
    assert_eq!(statuses(&s.send(&astray)), [481]);
    assert_eq!(oddities(&mut s), [Irregular::Astray { method: "BYE".into() }]);
    let again = s.invite("c2", &offer("8 0", 4000, "")).replace("tag=post-c2", "tag=post-c1");
    s.send(&again);
    assert_eq!(oddities(&mut s), [Irregular::SameTag]);
}

#[test]
fn a_bye_of_ours_is_answered_or_that_is_told() {
    let after = |answer: Option<u16>| {
        let mut s = Scene::ready(AT_ONCE);
        s.call("c1");
        s.desk.act(ms(s.now), CALL, Action::HangUp).expect("a call that is up");
        let bye = s.texts().remove(0);
        if let Some(status) = answer {
            s.respond(&bye, status, "", "");
        }
        s.skip(40_000);
        oddities(&mut s)
    };
    assert_eq!(after(Some(200)), []);
    assert_eq!(after(Some(481)), []);
    assert_eq!(after(Some(500)), [Irregular::ByeRefused { status: 500 }]);
    assert_eq!(after(None), [Irregular::Unanswered { method: "BYE" }]);
}

#[test]
fn a_refusal_is_acknowledged_or_that_is_told() {
    let after = |acknowledged: bool| {
        let mut s = Scene::ready(Answering::BUSY);
        let invite = s.invite("c1", &offer("8 0", 4000, ""));
        let mut sent = s.send(&invite);
        sent.extend(s.pass(s.now + 100).into_iter().map(|(_, text)| text));
        let refusal = sent.pop().expect("a refusal");
        assert_eq!(status(&refusal), 486);
        if acknowledged {
            let ack = invite.replace("INVITE sip", "ACK sip").replace("1 INVITE", "1 ACK");
            s.send(&ack);
        }
        s.skip(s.now + 40_000);
        oddities(&mut s)
    };
    assert_eq!(after(true), []);
    assert_eq!(after(false), [Irregular::Unacknowledged]);
}

#[test]
fn a_request_that_no_frame_holds_is_told() {
    let of = |length: usize| {
        let mut s = Scene::ready(Answering::Manual);
        let invite = s.invite_with("c1", &format!("X-Note: {}\r\n", "n".repeat(length)), &offer("8", 4000, ""));
        s.send(&invite);
        oddities(&mut s)
    };
    assert_eq!(of(700), []);
    assert!(matches!(of(1400)[..], [Irregular::TooLong { bytes: 1473.., .. }]));
}

#[test]
fn a_hold_is_answered_as_one() {
    let answered = |direction: &str| {
        let mut s = Scene::ready(AT_ONCE);
        s.call("c1");
        s.desk.act(ms(s.now), CALL, Action::Change(crate::instrument::operator::Change::Hold)).expect("a call that is up");
        let hold = s.texts().remove(0);
        s.respond(&hold, 200, "", &offer("8", 4000, direction));
        oddities(&mut s)
    };
    assert_eq!(answered("a=recvonly\r\n"), []);
    assert_eq!(answered("a=sendrecv\r\n"), [Irregular::WrongDirection { offered: "sendonly", answered: "sendrecv" }]);
}

#[test]
fn an_offer_that_was_refused_takes_no_version() {
    let versioned = |version: u64, extra: &str| {
        let text = offer("8", 4000, extra);
        let origin = text.lines().find(|line| line.starts_with("o=")).expect("an origin").to_owned();
        text.replace(&origin, &format!("o=- 1 {version} IN IP4 10.0.0.2"))
    };
    let second = |refused_first: bool| {
        let mut s = Scene::ready(AT_ONCE);
        let ok = s.call("c1");
        let body = versioned(1 << 40, "a=recvonly\r\n");
        let body = if refused_first { body.replace("RTP/AVP 8", "RTP/AVP 96") } else { body };
        let first = s.within("INVITE", &ok, 2, &body);
        assert_eq!(statuses(&s.send(&first)).last(), Some(&if refused_first { 488 } else { 200 }));
        let ack = s.within("ACK", &ok, 2, "");
        s.send(&ack);
        let again = s.within("INVITE", &ok, 3, &versioned(1 << 40, "a=sendonly\r\n"));
        s.send(&again);
        oddities(&mut s)
    };
    assert!(matches!(second(true)[..], [Irregular::NoOffer { .. }]));
    assert_eq!(second(false), [Irregular::SameVersion]);
}

#[test]
fn a_registered_post_is_asked_whether_it_is_there_and_answers() {
    let after = |answers: bool| {
        let mut s = Scene::new(AT_ONCE);
        s.desk.ask_posts();
        assert_eq!(s.register(1, 600, PASSWORD), 200);
        let question = s.pass(s.now + 600).into_iter().map(|(_, text)| text).find(|text| text.starts_with("OPTIONS "));
        let question = question.expect("it is sent again until it is answered");
        assert!(question.starts_with("OPTIONS sip:sos-1@10.0.0.2:5062 SIP/2.0\r\n"), "{question}");
        if answers {
            s.respond(&question, 200, "", "");
        }
        let again = s.pass(s.now + 40_000).len();
        (again > 0, oddities(&mut s))
    };
    assert_eq!(after(true), (false, vec![]));
    assert_eq!(after(false), (true, vec![Irregular::Unanswered { method: "OPTIONS" }]));
}

#[test]
fn a_post_whose_registration_has_run_out_is_asked_where_it_was() {
    let mut s = Scene::new(AT_ONCE);
    s.desk.ask_posts();
    assert!(!s.desk.ask_again(ms(s.now)), "nobody is known");
    assert_eq!(s.register(1, 60, PASSWORD), 200);
    let is_question = |text: &String| text.starts_with("OPTIONS sip:sos-1@10.0.0.2:5062 SIP/2.0\r\n");
    let sent = |s: &mut Scene| s.pass(s.now + 600).into_iter().map(|(_, text)| text).find(is_question);
    let first = s.pass(s.now + 600).into_iter().map(|(_, text)| text).find(is_question).expect("asked at once");
    assert!(!s.desk.ask_again(ms(s.now)), "it has not answered yet");
    s.respond(&first, 200, "", "");
    s.pass(s.now + 100_000);
    assert!(s.desk.ask_again(ms(s.now)));
    assert!(sent(&mut s).is_some());
}

/// The stranger's own datagrams, and what he has to tell.
fn strangers(s: &mut Scene) -> (Vec<String>, Vec<StrangerNews>) {
    let sent = s.desk.take_outgoing().into_iter().filter(|out| out.from == socket("10.0.0.66:5066"));
    let texts = sent.map(|out| String::from_utf8_lossy(&out.bytes).into_owned()).collect();
    let news = s.desk.take_events().into_iter().filter_map(|event| match event.value {
        CallEvent::Stranger { news } => Some(news),
        _ => None,
    });
    (texts, news.collect())
}
fn answer(s: &mut Scene, invite: &str, status: u16) {
    let kept = ["Via", "From", "To", "Call-ID", "CSeq"].map(|name| format!("{name}: {}\r\n", header(invite, name))).concat();
    let kept = kept.replace("<sip:sos-1@10.0.0.2:5062>", "<sip:sos-1@10.0.0.2:5062>;tag=x");
    let text = format!("SIP/2.0 {status} X\r\n{kept}Content-Length: 0\r\n\r\n");
    s.desk.datagram(ms(s.now), s.post, socket("10.0.0.66:5066"), text.as_bytes());
}

#[test]
fn a_stranger_calls_from_an_address_of_his_own_and_leaves_whoever_lets_him_in() {
    let mut s = Scene::ready(AT_ONCE);
    assert!(!s.desk.let_stranger_call(ms(s.now)), "there is none");
    let empty = Desk::new(s.desk.cx.config().clone());
    s.desk = std::mem::replace(&mut s.desk, empty).beside_stranger(Some(socket("10.0.0.66:5066")));
    assert!(s.desk.let_stranger_call(ms(s.now)));
    let (sent, news) = strangers(&mut s);
    assert!(
        sent[0].starts_with("INVITE sip:sos-1@10.0.0.2:5062 SIP/2.0\r\n") && sent[0].contains("m=audio 5068 "),
        "{}",
        sent[0]
    );
    assert_eq!(news, [StrangerNews::Called, StrangerNews::Ordered]);
    assert!(sent[1].starts_with("NOTIFY ") && header(&sent[1], "Event") == "check-sync", "{sent:?}");
    assert!(sent[2].starts_with("REFER ") && header(&sent[2], "Refer-To") == "<sip:stranger@10.0.0.66:5066>", "{sent:?}");
    assert!(sent.len() > 3 && sent[3..].iter().all(|noise| message::parse(noise.as_bytes()).is_err()), "{sent:?}");
    // Whoever does as he is told is told of, once.
    let obeys = s.invite("c9", "");
    for _ in 0..2 {
        s.desk.datagram(ms(s.now), s.post, socket("10.0.0.66:5066"), obeys.as_bytes());
    }
    assert_eq!(strangers(&mut s).1, [StrangerNews::CalledBack]);
    answer(&mut s, &sent[0], 403);
    let (acks, news) = strangers(&mut s);
    assert_eq!((acks.len(), header(&acks[0], "CSeq").as_str(), news), (1, "1 ACK", vec![StrangerNews::Answered(403)]));

    s.now = 40_000;
    assert!(s.desk.let_stranger_call(ms(s.now)));
    let (sent, _) = strangers(&mut s);
    answer(&mut s, &sent[0], 200);
    s.desk.datagram(ms(s.now), socket("10.0.0.2:4000"), socket("10.0.0.66:5068"), &[0x80, 8, 0, 1]);
    let (acks, news) = strangers(&mut s);
    assert!(acks[0].starts_with("ACK ") && header(&acks[0], "Via") != header(&sent[0], "Via"), "{}", acks[0]);
    assert_eq!(news, [StrangerNews::Answered(200), StrangerNews::Heard]);
    s.desk.wake(ms(s.now + 3000));
    let (byes, _) = strangers(&mut s);
    assert!(byes.len() == 1 && byes[0].starts_with("BYE ") && header(&byes[0], "CSeq") == "2 BYE", "{byes:?}");
}

#[test]
fn a_stranger_orders_the_end_of_a_talk_whose_name_he_knows_and_not_its_tags() {
    let mut s = Scene::ready(AT_ONCE);
    let empty = Desk::new(s.desk.cx.config().clone());
    s.desk = std::mem::replace(&mut s.desk, empty).beside_stranger(Some(socket("10.0.0.66:5066")));
    let ok = s.call("c1");
    strangers(&mut s);
    assert!(s.desk.let_stranger_call(ms(s.now)));
    let (sent, _) = strangers(&mut s);
    let bye = sent.iter().find(|text| text.starts_with("BYE ")).expect("an order");
    let tag = |text: &str, name: &str| header(text, name).split(";tag=").nth(1).map(str::to_owned);
    assert_eq!(header(bye, "Call-ID"), header(&ok, "Call-ID"));
    let known = [tag(&ok, "From"), tag(&ok, "To")];
    assert!(!known.contains(&tag(bye, "From")) && !known.contains(&tag(bye, "To")), "{bye}");
}
