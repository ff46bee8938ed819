//! The registrar as a post meets it.

use super::*;
use crate::instrument::operator::{Irregular, Unbound};

#[test]
fn a_registration_is_challenged_granted_refreshed_and_lapses() {
    let mut s = Scene::new(Answering::Manual);
    assert_eq!(s.register(1, 60, PASSWORD), 200);
    let bound = |secs| CallEvent::Registered {
        user: "sos-1".to_owned(),
        contact: "sip:sos-1@10.0.0.2:5062".to_owned(),
        expires: Duration::from_secs(secs),
        server: Server::Primary,
    };
    assert_eq!(s.events(), [bound(60)]);
    s.pass(31_000);
    assert_eq!(s.register(3, 60, PASSWORD), 200);
    assert_eq!(s.desk.bindings().len(), 1, "the same contact is replaced, not added");
    assert_eq!(s.events(), [bound(60)]);
    s.pass(90_999);
    assert_eq!(s.events(), []);
    s.pass(91_000);
    let contact = "sip:sos-1@10.0.0.2:5062".to_owned();
    assert_eq!(s.events(), [CallEvent::Unregistered { user: "sos-1".to_owned(), contact, why: Unbound::Expired }]);
    assert!(s.desk.bindings().is_empty());
}

#[test]
fn a_wrong_password_is_refused_and_told() {
    let mut s = Scene::new(Answering::Manual);
    assert_eq!(s.register(1, 60, "guess"), 403);
    let (user, from, why) = ("sos-1".to_owned(), "10.0.0.2:5062".to_owned(), "wrong password".to_owned());
    assert_eq!(s.events(), [CallEvent::RegistrationRefused { user, from, why }]);
    assert_eq!(s.register(3, 5, PASSWORD), 423);
}

#[test]
fn a_nonce_serves_again_with_a_growing_count_but_not_twice_with_the_same() {
    let mut s = Scene::new(Answering::Manual);
    let bare = s.request("REGISTER", "sip:10.0.0.1", "sip:sos-1@straz", "r1", 1, "", "");
    let challenge = s.send(&bare).remove(0);
    let nonce = challenge.split("nonce=\"").nth(1).and_then(|r| r.split('"').next()).expect("a nonce").to_owned();
    assert_eq!(status(&s.authorised(2, 60, PASSWORD, &nonce, 1)), 200);
    assert_eq!(status(&s.authorised(3, 60, PASSWORD, &nonce, 2)), 200);
    let replayed = s.authorised(4, 60, PASSWORD, &nonce, 2);
    assert_eq!(status(&replayed), 401);
    assert!(replayed.contains("stale=true"));
    let told = |s: &mut Scene| s.events().iter().any(|e| matches!(e, CallEvent::Irregular { what: Irregular::SameCount, .. }));
    assert!(told(&mut s));
    s.pass(60_000);
    assert_eq!(status(&s.authorised(3, 60, PASSWORD, &nonce, 2)), 401);
    assert!(!told(&mut s), "an answer that went astray, and the same request once more");
}

#[test]
fn a_flood_of_strangers_does_not_shut_the_post_out() {
    let mut s = Scene::new(AT_ONCE);
    for _ in 0..2 * MOST_TRANSACTIONS {
        let options = s.request("OPTIONS", "sip:10.0.0.1", "sip:operator@10.0.0.1", "flood", 1, "", "");
        let invite = s.invite("flood", "");
        for text in [options, invite] {
            s.desk.datagram(ms(s.now), socket("10.6.6.6:5060"), s.sip, text.as_bytes());
        }
    }
    assert!(s.desk.cx.transactions().counts().into_iter().all(|count| count <= MOST_TRANSACTIONS));
    s.texts();
    s.events();
    assert_eq!(s.register(1, 60, PASSWORD), 200);
    s.call("c1");
    s.pass(60_000);
    assert!(s.desk.cx.is_at_rest());
}

#[test]
fn a_post_that_comes_from_another_port_after_every_restart_is_never_shut_out() {
    let mut s = Scene::new(Answering::Manual);
    for restart in 0..20u16 {
        let contact = format!("Contact: <sip:sos-1@10.0.0.2:{}>", 30_000 + restart);
        let bare = s.request("REGISTER", "sip:10.0.0.1", "sip:sos-1@straz", "r1", 1, "", "");
        let challenge = s.send(&bare).remove(0);
        let nonce = challenge.split("nonce=\"").nth(1).and_then(|r| r.split('"').next()).expect("a nonce").to_owned();
        let (a1, a2) = (md5(&format!("sos-1:straz:{PASSWORD}")), md5("REGISTER:sip:10.0.0.1"));
        let response = md5(&format!("{a1}:{nonce}:00000001:abc:auth:{a2}"));
        let extra = format!(
            "{contact}\r\nExpires: 3600\r\nAuthorization: Digest username=\"sos-1\", realm=\"straz\", nonce=\"{nonce}\", \
             uri=\"sip:10.0.0.1\", response=\"{response}\", algorithm=MD5, cnonce=\"abc\", qop=auth, nc=00000001\r\n"
        );
        let text = s.request("REGISTER", "sip:10.0.0.1", "sip:sos-1@straz", &format!("r{restart}"), 2, &extra, "");
        s.now += 1000;
        assert_eq!(status(&s.send(&text).remove(0)), 200, "restart {restart}");
    }
    let ports: Vec<&str> = s.desk.bindings().iter().filter_map(|b| b.contact.rsplit(':').next()).collect();
    assert_eq!(ports, ["30012", "30013", "30014", "30015", "30016", "30017", "30018", "30019"]);
}
