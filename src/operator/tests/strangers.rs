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

/// The statuses that a guess hears, and the answers with what is drawn for each and what it was about taken out.
fn guess(s: &mut Scene, user: &str, password: &str, n: u32) -> (Vec<u16>, String) {
    let to = format!("sip:{user}@straz");
    let bare = s.request("REGISTER", "sip:10.0.0.1", &to, &format!("g{n}"), 1, "", "");
    let challenge = s.send(&bare).remove(0);
    let nonce = challenge.split("nonce=\"").nth(1).and_then(|r| r.split('"').next()).expect("a nonce").to_owned();
    let response = md5(&format!("{}:{nonce}:{}", md5(&format!("{user}:straz:{password}")), md5("REGISTER:sip:10.0.0.1")));
    let extra = format!(
        "Contact: <sip:{user}@10.6.6.6>\r\nAuthorization: Digest username=\"{user}\", realm=\"straz\", nonce=\"{nonce}\", \
         uri=\"sip:10.0.0.1\", response=\"{response}\"\r\n"
    );
    let text = s.request("REGISTER", "sip:10.0.0.1", &to, &format!("g{n}"), 2, &extra, "");
    let answer = s.send(&text).remove(0);
    let statuses = vec![status(&challenge), status(&answer)];
    let drawn = |text: &str| {
        let kept = text
            .lines()
            .filter(|line| !["Via", "From", "To", "Call-ID", "WWW-Authenticate"].iter().any(|name| line.starts_with(name)));
        kept.collect::<Vec<_>>().join("\n")
    };
    (statuses, drawn(&challenge) + &drawn(&answer))
}

#[test]
fn nobody_hears_which_users_there_are() {
    let mut s = Scene::new(AT_ONCE);
    s.post = elsewhere();
    let (known, unknown) = (guess(&mut s, "sos-1", "zgadywane", 1), guess(&mut s, "sos-2", "zgadywane", 2));
    assert_eq!(known.0, [401, 403]);
    assert_eq!(known, unknown);
    // Nor by a password that nobody has.
    assert_eq!(guess(&mut s, "sos-2", "", 3), known);
    let told: Vec<(String, String)> = s
        .events()
        .into_iter()
        .filter_map(|event| match event {
            CallEvent::RegistrationRefused { user, from, why } if from == "10.6.6.6:5062" => Some((user, why)),
            _ => None,
        })
        .collect();
    let expected = [("sos-1", "wrong password"), ("sos-2", "no such user")].map(|(user, why)| (user.to_owned(), why.to_owned()));
    assert_eq!(told, expected);
}

#[test]
fn guessing_leads_nowhere_and_shuts_out_no_post() {
    let mut s = Scene::new(AT_ONCE);
    let home = std::mem::replace(&mut s.post, elsewhere());
    let heard: Vec<u16> = (0..50).map(|n| guess(&mut s, "sos-1", &format!("word{n}"), n).0[1]).collect();
    assert_eq!((heard[..5].to_vec(), heard[5..].iter().all(|status| *status == 503)), (vec![403; 5], true));
    assert_eq!(guess(&mut s, "sos-1", PASSWORD, 99).0, [401, 503], "right or wrong");
    let told = s.events();
    assert!(told.len() <= 2, "{told:?}");
    for port in 6000u32..6100 {
        s.post = socket(&format!("10.6.6.6:{port}"));
        guess(&mut s, "sos-1", "zgadywane", 200 + port);
    }
    s.post = socket("10.6.6.6:5080");
    assert_eq!(guess(&mut s, "sos-1", PASSWORD, 100).0, [401, 200], "behind the same router, for the first time");
    s.post = home;
    assert_eq!(s.register(11, 600, PASSWORD), 200);
    for n in 0..50 {
        guess(&mut s, "sos-1", "zgadywane", 400 + n);
    }
    assert_eq!(s.register(13, 600, PASSWORD), 200, "it knows the word");
    s.now += 60_000;
    s.post = elsewhere();
    assert_eq!(guess(&mut s, "sos-1", PASSWORD, 101).0, [401, 200], "it is forgiven");
}

#[test]
fn whoever_guesses_under_a_posts_address_is_held_responsible_himself() {
    let mut s = Scene::new(AT_ONCE);
    let home = std::mem::replace(&mut s.post, elsewhere());
    // His challenges reach him, and he answers them in the post's name.
    for n in 0..50 {
        let text = s.request("REGISTER", "sip:10.0.0.1", "sip:sos-1@straz", &format!("f{n}"), 1, "", "");
        let challenge = s.send(&text).remove(0);
        let nonce = challenge.split("nonce=\"").nth(1).and_then(|r| r.split('"').next()).expect("a nonce").to_owned();
        for nonce in [nonce.as_str(), "made-up", ""] {
            let extra = format!(
                "Contact: <sip:sos-1@10.6.6.6>\r\nAuthorization: Digest username=\"sos-1\", realm=\"straz\", nonce=\"{nonce}\", \
                 uri=\"sip:10.0.0.1\", response=\"{}\"\r\n",
                md5(&n.to_string())
            );
            let forged = s.request("REGISTER", "sip:10.0.0.1", "sip:sos-1@straz", &format!("f{n}{}", nonce.len()), 2, &extra, "");
            let thief = std::mem::replace(&mut s.post, home);
            s.send(&forged);
            s.post = thief;
        }
    }
    s.post = home;
    assert_eq!(s.register(11, 600, PASSWORD), 200, "though it has never been here before");
}

#[test]
fn whoever_names_ever_other_users_and_numbers_is_told_as_one() {
    let mut s = Scene::ready(AT_ONCE);
    s.post = elsewhere();
    for n in 0..5000 {
        s.now += 1;
        let text = match n % 4 {
            0 => s
                .invite(&format!("i{n}"), "")
                .replace("sip:operator@", &format!("sip:{n}@"))
                .replace("sos-1@straz", &format!("u{n}@straz")),
            1 => s.request("REGISTER", "sip:10.0.0.1", &format!("sip:u{n}@straz"), &format!("r{n}"), 1, "", ""),
            2 => s.request("OPTIONS", "sip:x", "sip:x", &format!("o{n}"), 1, "", "").replace("OPTIONS", &format!("M{n}")),
            _ => s.request("OPTIONS", "sip:x", "sip:x", &format!("o{n}"), 1, &format!("Require: x{n}\r\n"), ""),
        };
        s.send(&text);
    }
    let told = s.events();
    assert!((4..=16).contains(&told.len()), "{} {told:?}", told.len());
    assert!(told.iter().all(|event| format!("{event:?}").contains("10.6.6.6")), "{told:?}");
}
