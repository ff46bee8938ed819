//! Who is not the other end of a call, and who is nobody's, is answered little and obeyed in nothing.

use super::*;

/// From elsewhere, in the post's name.
fn elsewhere() -> SocketAddr {
    socket("10.6.6.6:5062")
}
fn turned_away(what: &str) -> CallEvent {
    CallEvent::Intruder { from: "sos-1@10.6.6.6:5062".to_owned(), what: what.to_owned() }
}

#[test]
fn an_unknown_caller_hears_one_word_for_each_of_his_and_is_told_once() {
    let mut s = Scene::ready(AT_ONCE);
    s.post = elsewhere();
    let invite = s.invite("x", &offer("8", 4000, ""));
    let first = s.send(&invite);
    assert_eq!(statuses(&first), [403]);
    assert!(s.pass(s.now + 40_000).is_empty(), "nothing is sent again");
    let again = s.send(&invite);
    assert_eq!(header(&again[0], "To"), header(&first[0], "To"), "one answer, however often it is given");
    assert_eq!(s.events(), [turned_away("INVITE sip:operator@10.0.0.1: not registered from there")]);
    for n in 0..1000 {
        let next = s.invite(&format!("x{n}"), "");
        assert_eq!(statuses(&s.send(&next)), [403]);
    }
    assert_eq!(s.events().len(), 1, "he goes on");
    s.now += 1000;
    let last = s.invite("y", "");
    s.send(&last);
    let told = turned_away("INVITE sip:operator@10.0.0.1: not registered from there (999 more since the last one told)");
    assert_eq!(s.events(), [told]);
    s.pass(s.now + 40_000);
    assert!(s.desk.cx.is_at_rest(), "nothing is kept of him");
}

#[test]
fn a_request_of_a_call_is_believed_from_its_own_end_alone() {
    for method in ["BYE", "INVITE", "UPDATE", "OPTIONS"] {
        let mut s = Scene::ready(AT_ONCE);
        let ok = s.call("c1");
        s.events();
        let home = std::mem::replace(&mut s.post, elsewhere());
        let forged = s.within(method, &ok, 2, &offer("8", 4000, "").replace("10.0.0.2", "10.6.6.6"));
        assert_eq!(statuses(&s.send(&forged)), [401], "{method}");
        assert_eq!(s.events(), [turned_away(&format!("{method} within call 1"))]);
        s.post = home;
        let bye = s.within("BYE", &ok, 2, "");
        assert_eq!(statuses(&s.send(&bye)), [200], "{method} has changed nothing, not even the order");
    }
}

#[test]
fn whoever_brings_the_credentials_is_believed_from_anywhere() {
    let mut s = Scene::ready(AT_ONCE);
    let ok = s.call("c1");
    s.post = elsewhere();
    let bye = s.within("BYE", &ok, 2, "");
    let challenge = s.send(&bye).remove(0);
    let nonce = challenge.split("nonce=\"").nth(1).and_then(|r| r.split('"').next()).expect("a nonce").to_owned();
    let uri = "sip:operator@10.0.0.1:5060";
    let mut with = |password: &str| {
        let (a1, a2) = (md5(&format!("sos-1:straz:{password}")), md5(&format!("BYE:{uri}")));
        let response = md5(&format!("{a1}:{nonce}:00000001:abc:auth:{a2}"));
        let credentials = format!(
            "Authorization: Digest username=\"sos-1\", realm=\"straz\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{response}\", \
             algorithm=MD5, cnonce=\"abc\", qop=auth, nc=00000001\r\nContent-Length"
        );
        let bye = s.within("BYE", &ok, 3, "").replace("Content-Length", &credentials);
        statuses(&s.send(&bye))
    };
    assert_eq!([with("zgadywane"), with(PASSWORD)], [[401], [200]]);
}

#[test]
fn a_cancel_from_elsewhere_leaves_the_call_ringing_and_the_posts_own_in_force() {
    let mut s = Scene::ready(Answering::Manual);
    let invite = s.invite("c1", &offer("8", 4000, ""));
    s.send(&invite);
    s.events();
    let cancel = invite.replace("INVITE", "CANCEL");
    let home = std::mem::replace(&mut s.post, elsewhere());
    assert_eq!(statuses(&s.send(&cancel)), [481]);
    assert_eq!(s.events(), [turned_away("CANCEL within call 1")]);
    s.post = home;
    assert_eq!(statuses(&s.send(&cancel)), [200, 487]);
}

#[test]
fn an_ack_from_elsewhere_moves_no_voice() {
    let mut s = Scene::ready(AT_ONCE);
    let invite = s.invite("c1", "");
    let ok = s.send(&invite).pop().expect("200");
    s.events();
    let home = std::mem::replace(&mut s.post, elsewhere());
    let forged = s.within("ACK", &ok, 1, &offer("8", 4000, "").replace("10.0.0.2", "10.6.6.6"));
    s.send(&forged);
    assert_eq!(s.events(), [turned_away("ACK within call 1")]);
    s.post = home;
    let ack = s.within("ACK", &ok, 1, &offer("8", 4000, ""));
    s.send(&ack);
    assert_eq!(s.events(), [CallEvent::Confirmed { call: CALL }]);
}

#[test]
fn a_call_over_tls_obeys_nothing_that_comes_in_plain() {
    let mut s = Scene::ready(AT_ONCE);
    let way = Route { wire: Wire::Tls, own: socket("10.0.0.1:5061"), peer: socket("10.0.0.2:40000") };
    let over_tls = |s: &mut Scene, text: &str| {
        s.desk.message(ms(s.now), Duration::ZERO, way, text.as_bytes());
        let sent = s.desk.take_outgoing().into_iter().filter(|one| one.wire == Wire::Tls);
        sent.map(|one| String::from_utf8_lossy(&one.bytes).into_owned()).collect::<Vec<_>>()
    };
    let invite = s.invite("c1", &offer("8", 4000, ""));
    let ok = over_tls(&mut s, &invite).pop().expect("200");
    let ack = s.within("ACK", &ok, 1, "");
    over_tls(&mut s, &ack);
    let bye = s.within("BYE", &ok, 2, "");
    assert_eq!(statuses(&s.send(&bye)), [401], "from the same address, in plain");
    assert_eq!(statuses(&over_tls(&mut s, &bye)), [200]);
}
