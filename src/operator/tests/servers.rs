//! Two servers, and what becomes of a post when one is not well.

use super::*;
use crate::instrument::operator::{Health, Unbound};

#[test]
fn a_black_hole_takes_everything_and_answers_nothing_and_tells_of_each_request_once() {
    let mut s = Scene::ready(AT_ONCE);
    s.behave(|how| how.primary = Health::Silent);
    let invite = s.invite("c1", &offer("8", 4000, ""));
    assert!(s.send(&invite).is_empty() && s.send(&invite).is_empty());
    let swallowed = CallEvent::Swallowed { server: Server::Primary, from: "sos-1".to_owned(), what: "INVITE".to_owned() };
    assert_eq!(s.events(), [swallowed]);
    assert_eq!(s.pass(60_000), []);
    let (from, to) = (socket("10.0.0.1:20021"), s.sip);
    s.desk.begin_self_check(ms(60_000));
    let question = s.desk.take_outgoing().remove(0);
    s.desk.datagram(ms(60_001), from, to, &question.bytes);
    let answer = s.desk.take_outgoing().remove(0);
    s.desk.datagram(ms(60_002), answer.from, answer.to, &answer.bytes);
    assert_eq!(s.desk.self_check(ms(60_003)), Some(true), "the bench itself is well");
}

#[test]
fn a_server_that_falls_silent_in_a_call_leaves_the_media_running() {
    let mut s = Scene::ready(AT_ONCE);
    let ok = s.call("c1");
    s.behave(|how| how.primary = Health::Silent);
    let bye = s.within("BYE", &ok, 2, "");
    assert!(s.send(&bye).is_empty());
    s.desk.wake(ms(1020));
    assert_eq!(s.desk.take_outgoing().len(), 1);
    s.behave(|how| *how = Behaviour { primary: Health::Well, mute: true, ..*how });
    s.skip(1100);
    s.desk.wake(ms(1120));
    assert!(s.desk.take_outgoing().is_empty(), "a black hole for media sends none");
    assert_eq!(statuses(&s.send(&bye)), [200]);
}

#[test]
fn the_backup_server_knows_what_the_primary_knows_and_answers_from_its_own_address() {
    let mut s = Scene::ready(AT_ONCE);
    s.behave(|how| how.primary = Health::Silent);
    let (primary, backup) = (s.sip, socket("10.0.0.9:5060"));
    s.sip = backup;
    let invite = s.invite("c1", &offer("8", 4000, ""));
    let sent = s.send(&invite);
    assert_eq!(statuses(&sent), [100, 180, 200]);
    assert_eq!(header(&sent[2], "Contact"), "<sip:operator@10.0.0.9:5060>");
    assert!(s.events().iter().any(|e| matches!(e, CallEvent::Invited { server: Server::Backup, .. })));
    assert_eq!(s.register(3, 600, PASSWORD), 200);
    assert!(matches!(&s.events()[..], [CallEvent::Registered { server: Server::Backup, .. }]));
    s.sip = primary;
    let bye = s.within("BYE", &sent[2], 2, "");
    assert!(s.send(&bye).is_empty());
}

#[test]
fn a_refusing_server_turns_new_requests_away_and_serves_calls_that_stand() {
    let mut s = Scene::ready(AT_ONCE);
    let ok = s.call("c1");
    s.behave(|how| how.primary = Health::Refusing { retry_after: Some(Duration::from_secs(7)) });
    let invite = s.invite("c2", &offer("8", 4000, ""));
    let refused = s.send(&invite).pop().expect("503");
    assert!(status(&refused) == 503 && refused.contains("Retry-After: 7\r\n"), "{refused}");
    let register = s.request("REGISTER", "sip:10.0.0.1", "sip:sos-1@straz", "r9", 1, "", "");
    assert_eq!(statuses(&s.send(&register)), [503]);
    let bye = s.within("BYE", &ok, 2, "");
    assert_eq!(statuses(&s.send(&bye)), [200]);
}

#[test]
fn making_safe_makes_the_servers_well_first() {
    let mut s = Scene::ready(AT_ONCE);
    s.call("c1");
    s.behave(|how| *how = Behaviour { primary: Health::Silent, mute: true, ..*how });
    s.desk.make_safe(ms(1000));
    assert!(s.texts().iter().any(|t| t.starts_with("BYE ")));
    assert_eq!((s.desk.behaviour().primary, s.desk.behaviour().mute), (Health::Well, false));
}

#[test]
fn only_as_many_calls_are_admitted_as_the_scenario_says() {
    let mut s = Scene::ready(AT_ONCE);
    s.behave(|how| how.admitted = Some(1));
    s.call("c1");
    let second = s.invite("c2", &offer("8", 4000, ""));
    assert_eq!(statuses(&s.send(&second)), [486]);
}

/// A REGISTER with a contact of its own, under `call`.
fn register_at(s: &mut Scene, call: &str, cseq: u32, contact: &str) {
    let bare = s.request("REGISTER", "sip:10.0.0.1", "sip:sos-1@straz", call, cseq, "", "");
    let challenge = s.send(&bare).remove(0);
    let nonce = challenge.split("nonce=\"").nth(1).and_then(|r| r.split('"').next()).expect("a nonce").to_owned();
    let (a1, a2) = (md5(&format!("sos-1:straz:{PASSWORD}")), md5("REGISTER:sip:10.0.0.1"));
    let response = md5(&format!("{a1}:{nonce}:00000001:abc:auth:{a2}"));
    let extra = format!(
        "Contact: {contact}\r\nAuthorization: Digest username=\"sos-1\", realm=\"straz\", nonce=\"{nonce}\", uri=\"sip:10.0.0.1\", \
         response=\"{response}\", algorithm=MD5, cnonce=\"abc\", qop=auth, nc=00000001\r\n"
    );
    let text = s.request("REGISTER", "sip:10.0.0.1", "sip:sos-1@straz", call, cseq + 1, &extra, "");
    assert_eq!(statuses(&s.send(&text)), [200], "{contact}");
}

#[test]
fn whatever_becomes_of_a_binding_is_told() {
    let mut s = Scene::new(Answering::Manual);
    let told = |s: &mut Scene| -> Vec<String> {
        let short = |e: CallEvent| match e {
            CallEvent::Registered { contact, .. } => format!("+{contact}"),
            CallEvent::Unregistered { contact, why: Unbound::Replaced(by), .. } => format!("{contact}>{by}"),
            CallEvent::Unregistered { contact, why, .. } => format!("-{contact} {why:?}"),
            other => format!("{other:?}"),
        };
        // Its contacts name no port, and it speaks from one of its own.
        s.events().into_iter().filter(|e| !matches!(e, CallEvent::Irregular { .. })).map(short).collect()
    };
    register_at(&mut s, "r1", 1, "<sip:a@10.0.0.2>;expires=60");
    register_at(&mut s, "r1", 3, "<sip:b@10.0.0.2>;expires=60");
    assert_eq!(
        told(&mut s),
        ["+sip:a@10.0.0.2", "sip:a@10.0.0.2>sip:b@10.0.0.2", "+sip:b@10.0.0.2"],
        "the same series, another contact"
    );
    register_at(&mut s, "r2", 1, "<sip:c@10.0.0.2>;expires=60");
    assert_eq!(told(&mut s), ["+sip:c@10.0.0.2"], "another series: both may stand");
    assert_eq!(s.desk.bindings().len(), 2);
    register_at(&mut s, "r3", 1, "<sip:d@10.0.0.2>;expires=90;+sip.instance=\"<urn:x>\"");
    register_at(&mut s, "r4", 1, "<sip:e@10.0.0.2>;expires=90;+sip.instance=\"<urn:x>\"");
    assert_eq!(
        told(&mut s),
        ["+sip:d@10.0.0.2", "sip:d@10.0.0.2>sip:e@10.0.0.2", "+sip:e@10.0.0.2"],
        "the same device after a restart"
    );
    register_at(&mut s, "r2", 3, "<sip:c@10.0.0.2>;expires=0");
    assert_eq!(told(&mut s), ["-sip:c@10.0.0.2 Removed"]);
    register_at(&mut s, "r2", 5, "<sip:c@10.0.0.2>;expires=0");
    assert!(told(&mut s).is_empty(), "nothing was there to remove");
    s.pass(100_000);
    assert_eq!(told(&mut s), ["-sip:b@10.0.0.2 Expired", "-sip:e@10.0.0.2 Expired"]);
}
