//! Calls as a post meets them, and what is no call at all.

use super::*;

#[test]
fn a_call_is_rung_answered_confirmed_and_ended_by_the_post() {
    let mut s = Scene::ready(Answering::After(Duration::from_secs(2)));
    let invite = s.invite("c1", &offer("8 0", 4000, ""));
    assert_eq!(statuses(&s.send(&invite)), [100, 180]);
    assert_eq!(statuses(&s.send(&invite)), [180], "a repeated INVITE receiving the same again");
    let sent = s.pass(3000);
    assert_eq!(sent.iter().map(|(t, text)| (*t, status(text))).collect::<Vec<_>>(), [(3000, 200)]);
    let ok = sent[0].1.clone();
    assert_eq!(header(&ok, "Via"), "SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bK3;rport=5062;received=10.0.0.2");
    let ack = s.within("ACK", &ok, 1, "");
    s.send(&ack);
    s.pass(60_000);
    let bye = s.within("BYE", &ok, 2, "");
    assert_eq!(statuses(&s.send(&bye)), [200]);
    assert_eq!(statuses(&s.send(&bye)), [200], "a repeated BYE receiving the same again");
    let events = s.events();
    assert!(
        matches!(&events[0], CallEvent::Invited { call: CALL, invite, server: Server::Primary } if invite.from == "sos-1" && invite.header("x-sos-press") == Some("12") && invite.dialog == "c1")
    );
    let rest = [
        CallEvent::Ringing { call: CALL },
        CallEvent::Answered { call: CALL },
        CallEvent::Confirmed { call: CALL },
        CallEvent::VoiceMissing { call: CALL, side: Side::FromPost, since: ms(3000) },
        CallEvent::Ended { call: CALL, by: EndedBy::Post },
    ];
    assert_eq!(events[1..], rest);
    let stamps: Vec<Instant> = s.events.iter().skip(1).map(|e| e.at).collect();
    assert_eq!(stamps, [ms(1000), ms(1000), ms(3000), ms(3000), ms(5000), ms(60_000)]);
}

#[test]
fn a_lost_200_is_sent_again_until_patience_ends_in_a_bye() {
    let mut s = Scene::ready(AT_ONCE);
    let invite = s.invite("c1", &offer("8", 4000, ""));
    assert_eq!(statuses(&s.send(&invite)), [100, 180, 200]);
    let sent = s.pass(40_000);
    let oks: Vec<u64> = sent.iter().filter(|(_, t)| status(t) == 200).map(|(at, _)| at - 1000).collect();
    assert_eq!(oks, [500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
    let bye = sent.iter().find(|(_, t)| t.starts_with("BYE ")).expect("a BYE");
    assert_eq!(bye.0, 33_000);
    assert_eq!(s.events().last(), Some(&CallEvent::Ended { call: CALL, by: EndedBy::Silence }));
}

#[test]
fn an_ack_ends_the_repetition_of_the_200() {
    let mut s = Scene::ready(AT_ONCE);
    let invite = s.invite("c1", &offer("8", 4000, ""));
    let ok = s.send(&invite).pop().expect("200");
    assert_eq!(s.pass(2000).len(), 1);
    let ack = s.within("ACK", &ok, 1, "");
    s.send(&ack);
    assert_eq!(s.pass(40_000), []);
}

#[test]
fn the_operators_bye_is_repeated_until_it_is_answered() {
    let mut s = Scene::ready(AT_ONCE);
    s.call("c1");
    s.desk.act(ms(1000), CALL, Action::HangUp).expect("a call that is up");
    let first = s.texts().remove(0);
    assert!(first.starts_with("BYE sip:sos-1@10.0.0.2:5062 SIP/2.0\r\n"), "{first}");
    let again = s.pass(4000);
    assert_eq!(again.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [1500, 2500]);
    assert!(again.iter().all(|(_, t)| *t == first));
    let ok = format!(
        "SIP/2.0 200 OK\r\nVia: {}\r\nFrom: {}\r\nTo: {}\r\nCall-ID: c1\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n",
        header(&first, "Via"),
        header(&first, "From"),
        header(&first, "To")
    );
    s.send(&ok);
    assert_eq!(s.pass(60_000), []);
    assert_eq!(s.events().last(), Some(&CallEvent::Ended { call: CALL, by: EndedBy::Operator }));
}

#[test]
fn a_cancelled_call_ends_with_487() {
    let mut s = Scene::ready(Answering::Manual);
    let invite = s.invite("c1", &offer("8", 4000, ""));
    s.send(&invite);
    let cancel = invite.replacen("INVITE", "CANCEL", 1).replace("1 INVITE", "1 CANCEL");
    assert_eq!(statuses(&s.send(&cancel)), [200, 487]);
    assert_eq!(s.events().last(), Some(&CallEvent::Ended { call: CALL, by: EndedBy::Cancelled }));
    assert_eq!(
        s.desk.act(ms(1000), CALL, Action::Answer),
        Err(DeskError::WrongState { call: CALL, state: CallState::Ended(EndedBy::Cancelled) })
    );
    let stray = cancel.replace("z9hG4bK", "z9hG4bKx");
    assert_eq!(statuses(&s.send(&stray)), [481]);
}

#[test]
fn a_stranger_is_refused_and_told() {
    let check = |s: &mut Scene, text: &str, why: &str| {
        assert_eq!(statuses(&s.send(text)), [403]);
        let events = s.events();
        assert!(matches!(&events[..], [CallEvent::Intruder { what, .. }] if what.contains(why)), "{events:?}");
    };
    let mut s = Scene::new(AT_ONCE);
    let invite = s.invite("c1", &offer("8", 4000, ""));
    check(&mut s, &invite, "not registered");
    let mut s = Scene::ready(AT_ONCE);
    let unknown = s.invite("c2", &offer("8", 4000, "")).replace("sos-1@straz", "mallory@straz");
    check(&mut s, &unknown, "unknown caller");
    s.post = socket("10.9.9.9:5062");
    let elsewhere = s.invite("c3", &offer("8", 4000, ""));
    check(&mut s, &elsewhere, "not registered from there");
}

#[test]
fn a_call_for_somebody_else_shows_where_it_was_sent() {
    let mut s = Scene::ready(AT_ONCE);
    let invite = s.invite("c1", &offer("8", 4000, "")).replace("INVITE sip:operator@", "INVITE sip:112@");
    assert_eq!(statuses(&s.send(&invite)), [404]);
    let events = s.events();
    assert!(
        matches!(&events[..], [CallEvent::Invited { invite, .. }, CallEvent::Refused { status: 404, .. }, CallEvent::Ended { .. }] if invite.to == "sip:112@10.0.0.1")
    );
}

#[test]
fn options_are_answered_and_what_is_not_spoken_is_refused() {
    let mut s = Scene::ready(Answering::Manual);
    for (method, expected) in [("OPTIONS", 200), ("INFO", 405), ("BYE", 481)] {
        let text = s.request(method, "sip:operator@10.0.0.1", "sip:operator@10.0.0.1", "x", 1, "", "");
        assert_eq!(statuses(&s.send(&text)), [expected], "{method}");
    }
    let demanding = s.invite("c9", "").replace("X-SOS-Press: 12", "Require: path");
    assert_eq!(statuses(&s.send(&demanding)), [420]);
}

#[test]
fn the_self_check_sees_its_own_answer_or_misses_it() {
    let mut s = Scene::new(Answering::Manual);
    assert_eq!(s.desk.self_check(ms(1000)), None);
    let question = s.desk.take_outgoing().remove(0);
    assert_eq!((question.from.port(), question.to), (20021, s.sip));
    s.desk.datagram(ms(1001), question.from, question.to, &question.bytes);
    let answer = s.desk.take_outgoing().remove(0);
    assert_eq!(answer.to, question.from);
    s.desk.datagram(ms(1002), answer.from, answer.to, &answer.bytes);
    assert_eq!(s.desk.self_check(ms(1003)), Some(true));
    assert_eq!(s.desk.self_check(ms(2000)), None, "asked anew");
    s.desk.take_outgoing();
    assert_eq!(s.desk.self_check(ms(2999)), None);
    assert_eq!(s.desk.self_check(ms(3000)), Some(false));
}

#[test]
fn only_so_many_calls_at_a_time_and_each_on_a_port_of_its_own() {
    let mut s = Scene::ready(AT_ONCE);
    let ports: Vec<u16> = (0..4).map(|n| media_port(&s.call(&format!("c{n}")))).collect();
    assert_eq!(ports, [20000, 20002, 20004, 20006]);
    let fifth = s.invite("c5", &offer("8", 4000, ""));
    assert_eq!(statuses(&s.send(&fifth)), [486]);
    s.desk.hang_up_all(ms(1000));
    assert_eq!(s.texts().iter().filter(|t| t.starts_with("BYE ")).count(), 4);
    for n in 0..100 {
        s.call(&format!("d{n}"));
        s.desk.hang_up_all(ms(1000));
        s.texts();
    }
    assert_eq!(s.desk.calls().len(), PAST_CALLS, "the oldest records go");
}

#[test]
fn no_mutilated_datagram_stops_the_desk() {
    let mut s = Scene::ready(AT_ONCE);
    let ok = s.call("c1");
    let mut seeds: Vec<Vec<u8>> = vec![
        s.invite("f1", &offer("8 0", 4000, "a=rtpmap:8 PCMA/8000\r\na=sendonly\r\n")).into_bytes(),
        s.within("INVITE", &ok, 2, &offer("8", 4000, "")).into_bytes(),
        s.within("ACK", &ok, 1, "").into_bytes(),
        s.request("REGISTER", "sip:10.0.0.1", "sip:sos-1@straz", "r", 1, "Contact: <sip:a@b>;expires=5, *\r\n", "").into_bytes(),
        ok.clone().into_bytes(),
    ];
    seeds.push(Packet { marker: true, payload_type: 8, sequence: 1, timestamp: 2, ssrc: 3, payload: &[0x2a; 160] }.bytes());
    let mut random = Tokens::from_seed(99);
    let targets = [5060u16, 5060, 5060, 20000, 20021];
    for n in 0..50_000u64 {
        let mut bytes = seeds[random.number() as usize % seeds.len()].clone();
        for _ in 0..=random.number() % 6 {
            let at = random.number() as usize % bytes.len();
            match random.number() % 5 {
                0 => bytes[at] = random.number() as u8,
                1 => bytes.truncate(at.max(1)),
                2 => bytes.insert(at, b"\r\n:;,<>\"@="[random.number() as usize % 10]),
                3 => bytes.extend_from_within(at / 2..at),
                _ => drop(bytes.drain(at..(at + 7).min(bytes.len()))),
            }
            if bytes.is_empty() {
                bytes.push(0);
            }
        }
        let to = SocketAddr::new(s.sip.ip(), targets[random.number() as usize % targets.len()]);
        s.desk.datagram(Instant::from_nanos(s.now * 1_000_000 + n), s.post, to, &bytes);
        if n % 512 == 0 {
            s.desk.take_events();
            s.desk.take_outgoing();
        }
    }
    s.desk.hang_up_all(ms(2000));
    s.now = 2000;
    s.pass(100_000);
    assert_eq!(s.register(500, 600, PASSWORD), 200);
    s.events();
    s.call("after");
    assert!(s.events().iter().any(|e| matches!(e, CallEvent::Confirmed { .. })));
}

#[test]
fn a_post_may_speak_ipv6() {
    let sip = socket("[fd00::1]:5060");
    let mut s = Scene::new(AT_ONCE);
    let config = DeskConfig { sip, ..s.desk.cx.config().clone() };
    (s.desk, s.sip, s.post) = (Desk::new(config), sip, socket("[fd00::2]:5062"));
    s.six = true;
    assert_eq!(s.register(1, 600, PASSWORD), 200);
    let ok = s.call("c1");
    assert!(ok.contains("c=IN IP6 fd00::1\r\n") && header(&ok, "Contact") == "<sip:operator@[fd00::1]:5060>", "{ok}");
    s.desk.act(ms(1000), CALL, Action::HangUp).expect("a call that is up");
    let bye = s.desk.take_outgoing().into_iter().find(|o| o.bytes.starts_with(b"BYE sip:sos-1@[fd00::2]:5062 "));
    assert_eq!(bye.map(|o| o.to), Some(s.post));
}

#[test]
fn a_call_that_nobody_takes_rings_out_and_one_hung_up_while_ringing_is_refused() {
    let mut s = Scene::ready(Answering::Manual);
    let invite = s.invite("c1", &offer("8", 4000, ""));
    s.send(&invite);
    let sent = s.pass(181_000);
    assert_eq!(sent.iter().map(|(at, t)| (*at, status(t))).collect::<Vec<_>>(), [(181_000, 480)]);
    assert_eq!(s.events().last(), Some(&CallEvent::Ended { call: CALL, by: EndedBy::Silence }));
    let invite = s.invite("c2", &offer("8", 4000, ""));
    s.send(&invite);
    s.desk.act(ms(s.now), CallId(2), Action::HangUp).expect("a ringing call");
    assert_eq!(statuses(&s.texts()), [480]);
    assert_eq!(s.events().last(), Some(&CallEvent::Ended { call: CallId(2), by: EndedBy::Operator }));
}

#[test]
fn an_operator_who_hangs_up_before_the_ack_says_bye_after_it() {
    let mut s = Scene::ready(AT_ONCE);
    let invite = s.invite("c1", &offer("8", 4000, ""));
    let ok = s.send(&invite).pop().expect("200");
    s.desk.act(ms(1000), CALL, Action::HangUp).expect("an answered call");
    assert!(s.texts().is_empty());
    let ack = s.within("ACK", &ok, 1, "");
    assert!(s.send(&ack)[0].starts_with("BYE "));
}

#[test]
fn the_same_seed_says_the_same_to_the_byte() {
    let run = || {
        let mut s = Scene::ready(AT_ONCE);
        let ok = s.call("c1");
        s.desk.wake(ms(1020));
        (ok, s.desk.take_outgoing())
    };
    assert_eq!(run(), run());
}
