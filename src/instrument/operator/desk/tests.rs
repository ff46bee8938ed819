//! A post played in plain text, independent of the stack under test, on virtual time.

use super::*;
use crate::instrument::operator::EndedBy;
use crate::rtp::packet::Packet;
use md5::{Digest as _, Md5};

const PASSWORD: &str = "tajne";

fn ms(millis: u64) -> Instant {
    Instant::from_nanos(millis * 1_000_000)
}
fn socket(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}
fn md5(text: &str) -> String {
    Md5::digest(text).iter().map(|b| format!("{b:02x}")).collect()
}

/// The desk, the moment, and the post's end of the wire.
struct Scene {
    desk: Desk,
    now: u64,
    post: SocketAddr,
    sip: SocketAddr,
    events: Vec<Stamped<CallEvent>>,
    branch: u32,
}

impl Scene {
    fn new(answering: Answering) -> Self {
        let sip = socket("10.0.0.1:5060");
        let config = DeskConfig {
            seed: 7,
            sip,
            media_ports: 20000..=20021,
            realm: "straz".to_owned(),
            users: vec![User { name: "sos-1".to_owned(), password: PASSWORD.to_owned() }],
            operator_user: "operator".to_owned(),
            answering,
            max_calls: 4,
            ring_after: Duration::ZERO,
        };
        Scene { desk: Desk::new(config), now: 1000, post: socket("10.0.0.2:5062"), sip, events: Vec::new(), branch: 0 }
    }
    /// With the post registered.
    fn ready(answering: Answering) -> Self {
        let mut scene = Scene::new(answering);
        assert_eq!(scene.register(1, 600, PASSWORD), 200);
        scene.events();
        scene
    }

    fn send(&mut self, text: &str) -> Vec<String> {
        self.desk.datagram(ms(self.now), self.post, self.sip, text.as_bytes());
        self.texts()
    }
    /// SIP texts the desk has sent.
    fn texts(&mut self) -> Vec<String> {
        let sent = self.desk.take_outgoing();
        sent.into_iter().filter(|o| o.from == self.sip).map(|o| String::from_utf8_lossy(&o.bytes).into_owned()).collect()
    }
    /// Lets time pass up to `until`; gives the moment and text of every SIP message sent meanwhile.
    fn pass(&mut self, until: u64) -> Vec<(u64, String)> {
        let mut sent = Vec::new();
        while let Some(due) = self.desk.next_wake().filter(|due| *due <= ms(until)) {
            self.desk.wake(due);
            sent.extend(self.texts().into_iter().map(|t| (due.as_nanos() / 1_000_000, t)));
        }
        self.now = until;
        sent
    }
    fn events(&mut self) -> Vec<CallEvent> {
        let events = self.desk.take_events();
        self.events.extend(events.iter().cloned());
        events.into_iter().map(|e| e.value).collect()
    }

    fn register(&mut self, cseq: u32, expires: u32, password: &str) -> u16 {
        let bare = self.request(
            "REGISTER",
            "sip:10.0.0.1",
            "sip:sos-1@straz",
            "r1",
            cseq,
            &format!("Contact: <sip:sos-1@10.0.0.2:5062>\r\nExpires: {expires}\r\n"),
            "",
        );
        let challenge = self.send(&bare).remove(0);
        assert_eq!(status(&challenge), 401);
        let nonce = challenge.split("nonce=\"").nth(1).and_then(|r| r.split('"').next()).expect("a nonce").to_owned();
        status(&self.authorised(cseq + 1, expires, password, &nonce, 1))
    }
    fn authorised(&mut self, cseq: u32, expires: u32, password: &str, nonce: &str, count: u32) -> String {
        let (a1, a2) = (md5(&format!("sos-1:straz:{password}")), md5("REGISTER:sip:10.0.0.1"));
        let response = md5(&format!("{a1}:{nonce}:{count:08x}:abc:auth:{a2}"));
        let extra = format!(
            "Contact: <sip:sos-1@10.0.0.2:5062>\r\nExpires: {expires}\r\nAuthorization: Digest username=\"sos-1\", realm=\"straz\", \
             nonce=\"{nonce}\", uri=\"sip:10.0.0.1\", response=\"{response}\", algorithm=MD5, cnonce=\"abc\", qop=auth, nc={count:08x}\r\n"
        );
        let text = self.request("REGISTER", "sip:10.0.0.1", "sip:sos-1@straz", "r1", cseq, &extra, "");
        self.send(&text).remove(0)
    }
    #[expect(clippy::too_many_arguments, reason = "a request has as many parts")]
    fn request(&mut self, method: &str, uri: &str, to: &str, call: &str, cseq: u32, extra: &str, body: &str) -> String {
        self.branch += 1;
        let to = if to.contains('<') { to.to_owned() } else { format!("<{to}>") };
        format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5062;rport;branch=z9hG4bK{}\r\nMax-Forwards: 70\r\n\
             From: \"SOS\" <sip:sos-1@straz>;tag=post\r\nTo: {to}\r\nCall-ID: {call}\r\nCSeq: {cseq} {method}\r\n{extra}\
             Content-Length: {}\r\n\r\n{body}",
            self.branch,
            body.len()
        )
    }
    fn invite(&mut self, call: &str, body: &str) -> String {
        let extra = "Contact: <sip:sos-1@10.0.0.2:5062>\r\nX-SOS-Press: 12\r\nContent-Type: application/sdp\r\n";
        self.request("INVITE", "sip:operator@10.0.0.1", "sip:operator@10.0.0.1", call, 1, extra, body)
    }
    fn within(&mut self, method: &str, ok: &str, cseq: u32, body: &str) -> String {
        let to = header(ok, "To");
        let call = header(ok, "Call-ID");
        self.request(method, "sip:operator@10.0.0.1:5060", &to, &call, cseq, "Contact: <sip:sos-1@10.0.0.2:5062>\r\n", body)
    }
    /// A call that is up; its 200.
    fn call(&mut self, name: &str) -> String {
        let invite = self.invite(name, &offer("8 0", 4000, ""));
        let ok = self.send(&invite).pop().expect("an answer");
        assert_eq!(status(&ok), 200, "{ok}");
        let ack = self.within("ACK", &ok, 1, "");
        assert!(self.send(&ack).is_empty());
        ok
    }
    fn rtp(&mut self, from: &str, port: u16, sequence: u16, payload: &[u8]) {
        let timestamp = u32::from(sequence) * 160;
        let packet = Packet { marker: false, payload_type: 8, sequence, timestamp, ssrc: 77, payload };
        let to = SocketAddr::new(self.sip.ip(), port);
        self.desk.datagram(ms(self.now), socket(from), to, &packet.bytes());
    }
}

fn offer(formats: &str, port: u16, extra: &str) -> String {
    format!("v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio {port} RTP/AVP {formats}\r\n{extra}")
}
fn status(text: &str) -> u16 {
    text.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0)
}
fn statuses(texts: &[String]) -> Vec<u16> {
    texts.iter().map(|t| status(t)).collect()
}
fn header(text: &str, name: &str) -> String {
    let line = text.lines().find(|l| l.starts_with(&format!("{name}: ")));
    line.map_or_else(String::new, |l| l[name.len() + 2..].to_owned())
}
fn media_port(text: &str) -> u16 {
    let line = text.lines().find(|l| l.starts_with("m=audio")).unwrap_or_default();
    line.split(' ').nth(1).and_then(|p| p.parse().ok()).unwrap_or(0)
}
const AT_ONCE: Answering = Answering::After(Duration::ZERO);
const CALL: CallId = CallId(1);

#[test]
fn a_registration_is_challenged_granted_refreshed_and_lapses() {
    let mut s = Scene::new(Answering::Manual);
    assert_eq!(s.register(1, 60, PASSWORD), 200);
    let bound = |secs| CallEvent::Registered {
        user: "sos-1".to_owned(),
        contact: "sip:sos-1@10.0.0.2:5062".to_owned(),
        expires: Duration::from_secs(secs),
    };
    assert_eq!(s.events(), [bound(60)]);
    s.pass(31_000);
    assert_eq!(s.register(3, 60, PASSWORD), 200);
    assert_eq!(s.desk.bindings().len(), 1, "the same contact is replaced, not added");
    assert_eq!(s.events(), [bound(60)]);
    s.pass(90_999);
    assert_eq!(s.events(), []);
    s.pass(91_000);
    assert_eq!(s.events(), [bound(0)]);
    assert!(s.desk.bindings().is_empty());
}

#[test]
fn a_wrong_password_is_refused_and_told() {
    let mut s = Scene::new(Answering::Manual);
    assert_eq!(s.register(1, 60, "guess"), 403);
    assert!(
        matches!(&s.events()[..], [CallEvent::RegistrationRefused { user, why }] if user == "sos-1" && why == "wrong password")
    );
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
}

#[test]
fn a_call_is_rung_answered_confirmed_and_ended_by_the_post() {
    let mut s = Scene::ready(Answering::After(Duration::from_secs(2)));
    let invite = s.invite("c1", &offer("8 0", 4000, ""));
    assert_eq!(statuses(&s.send(&invite)), [100, 180]);
    assert_eq!(statuses(&s.send(&invite)), [180], "a repeated INVITE hears the same again");
    let sent = s.pass(3000);
    assert_eq!(sent.iter().map(|(t, text)| (*t, status(text))).collect::<Vec<_>>(), [(3000, 200)]);
    let ok = sent[0].1.clone();
    assert_eq!(header(&ok, "Via"), "SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bK3;rport=5062;received=10.0.0.2");
    let ack = s.within("ACK", &ok, 1, "");
    s.send(&ack);
    s.pass(60_000);
    let bye = s.within("BYE", &ok, 2, "");
    assert_eq!(statuses(&s.send(&bye)), [200]);
    assert_eq!(statuses(&s.send(&bye)), [200], "a repeated BYE hears the same again");
    let events = s.events();
    assert!(
        matches!(&events[0], CallEvent::Invited { call: CALL, invite } if invite.from == "sos-1" && invite.header("x-sos-press") == Some("12") && invite.dialog == "c1")
    );
    let rest = [
        CallEvent::Ringing { call: CALL },
        CallEvent::Answered { call: CALL },
        CallEvent::Confirmed { call: CALL },
        CallEvent::Ended { call: CALL, by: EndedBy::Post },
    ];
    assert_eq!(events[1..], rest);
    let stamps: Vec<Instant> = s.events.iter().skip(1).map(|e| e.at).collect();
    assert_eq!(stamps, [ms(1000), ms(1000), ms(3000), ms(3000), ms(60_000)]);
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
    s.desk.hang_up(ms(1000), CALL).expect("a call that is up");
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
fn a_busy_operator_says_so_until_it_is_acknowledged() {
    let mut s = Scene::ready(Answering::Busy);
    let invite = s.invite("c1", &offer("8", 4000, ""));
    let busy = s.send(&invite).remove(0);
    assert_eq!(status(&busy), 486);
    assert_eq!(s.pass(2600).iter().map(|(at, t)| (*at, status(t))).collect::<Vec<_>>(), [(1500, 486), (2500, 486)]);
    let ack = invite
        .replacen("INVITE", "ACK", 1)
        .replace("1 INVITE", "1 ACK")
        .replace("To: <sip:operator@10.0.0.1>", &format!("To: {}", header(&busy, "To")));
    s.send(&ack);
    assert_eq!(s.pass(60_000), []);
}

#[test]
fn a_cancelled_call_ends_with_487() {
    let mut s = Scene::ready(Answering::Manual);
    let invite = s.invite("c1", &offer("8", 4000, ""));
    s.send(&invite);
    let cancel = invite.replacen("INVITE", "CANCEL", 1).replace("1 INVITE", "1 CANCEL");
    assert_eq!(statuses(&s.send(&cancel)), [200, 487]);
    assert_eq!(s.events().last(), Some(&CallEvent::Ended { call: CALL, by: EndedBy::Cancelled }));
    assert_eq!(s.desk.answer(ms(1000), CALL), Err(DeskError::WrongStage { call: CALL, stage: Stage::Ended(EndedBy::Cancelled) }));
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
        matches!(&events[..], [CallEvent::Invited { invite, .. }, CallEvent::Ended { .. }] if invite.to == "sip:112@10.0.0.1")
    );
}

#[test]
fn answers_are_true_to_the_offer_and_to_what_follows() {
    let check = |formats: &str, extra: &str, expected: &str| {
        let mut s = Scene::ready(AT_ONCE);
        let invite = s.invite("c1", &offer(formats, 4000, extra));
        let ok = s.send(&invite).pop().expect("200");
        assert!(ok.contains(expected), "{formats} {extra:?}: {ok}");
        ok
    };
    check("8 0", "", "m=audio 20000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=ptime:20\r\na=sendrecv\r\n");
    check("0 8", "", "RTP/AVP 0\r\n");
    check("111 97", "a=rtpmap:111 opus/48000/2\r\na=rtpmap:97 PCMA/8000\r\n", "RTP/AVP 97\r\na=rtpmap:97 PCMA/8000\r\n");
    check("8", "a=sendonly\r\n", "a=recvonly\r\n");
    let two = check("8", "m=video 5000 RTP/AVP 31\r\n", "m=video 0 RTP/AVP 31\r\n");
    assert!(two.contains("c=IN IP4 10.0.0.1\r\n"));
    for bad in [offer("9", 4000, ""), offer("8", 0, ""), "v=0\r\nrubbish".to_owned()] {
        let mut s = Scene::ready(AT_ONCE);
        let invite = s.invite("c1", &bad);
        assert_eq!(statuses(&s.send(&invite)), [488]);
    }
}

#[test]
fn hold_and_resume_are_answered_truly_and_stop_and_start_the_stream() {
    let mut s = Scene::ready(AT_ONCE);
    let ok = s.call("c1");
    let packets = |s: &mut Scene, until: u64| {
        let mut count = Vec::new();
        while let Some(due) = s.desk.next_wake().filter(|due| *due <= ms(until)) {
            s.desk.wake(due);
            count.extend(s.desk.take_outgoing().into_iter().filter(|o| o.from.port() == 20000).map(|o| o.to.port()));
        }
        s.now = until;
        count
    };
    assert_eq!(packets(&mut s, 1100), [4000; 5]);
    let hold = s.within("INVITE", &ok, 2, &offer("8 0", 4000, "a=sendonly\r\n"));
    let held = s.send(&hold).pop().expect("200");
    assert!(held.contains("a=recvonly") && media_port(&held) == 20000, "{held}");
    assert!(ok.contains(" 1 IN IP4 10.0.0.1\r\ns=") && held.contains(" 2 IN IP4 10.0.0.1\r\ns="), "the version grows");
    let early = s.within("INVITE", &ok, 3, &offer("8 0", 4000, ""));
    assert_eq!(statuses(&s.send(&early)), [491], "one at a time");
    let ack = s.within("ACK", &ok, 2, "");
    s.send(&ack);
    assert_eq!(packets(&mut s, 1200), []);
    let resume = s.within("INVITE", &ok, 4, &offer("0", 4444, ""));
    let resumed = s.send(&resume).pop().expect("200");
    assert!(resumed.contains("RTP/AVP 0\r\n") && resumed.contains("a=sendrecv"), "{resumed}");
    let ack = s.within("ACK", &ok, 4, "");
    s.send(&ack);
    assert_eq!(packets(&mut s, 1300), [4444; 5]);
    let late = s.within("BYE", &ok, 3, "");
    assert_eq!(statuses(&s.send(&late)), [500]);
    assert!(!s.events().iter().any(|e| matches!(e, CallEvent::Ended { .. })));
}

#[test]
fn an_invite_without_an_offer_gets_one_and_brings_the_answer_in_its_ack() {
    let mut s = Scene::ready(AT_ONCE);
    let invite = s.invite("c1", "");
    let ok = s.send(&invite).pop().expect("200");
    assert!(ok.contains("RTP/AVP 8 0\r\n"), "{ok}");
    let ack = s.within("ACK", &ok, 1, &offer("0", 4100, ""));
    s.send(&ack);
    s.desk.wake(ms(1020));
    let sent = s.desk.take_outgoing();
    assert_eq!(sent.iter().map(|o| (o.to.port(), o.bytes[1] & 0x7f, o.bytes.len())).collect::<Vec<_>>(), [(4100, 0, 172)]);
}

#[test]
fn options_are_answered_and_what_is_not_spoken_is_refused() {
    let mut s = Scene::ready(Answering::Manual);
    for (method, expected) in [("OPTIONS", 200), ("INFO", 405), ("BYE", 481)] {
        let text = s.request(method, "sip:operator@10.0.0.1", "sip:operator@10.0.0.1", "x", 1, "", "");
        assert_eq!(statuses(&s.send(&text)), [expected], "{method}");
    }
    let demanding = s.invite("c9", "").replace("X-SOS-Press: 12", "Require: 100rel");
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
fn what_the_operator_says_leaves_at_its_exact_moment() {
    let mut s = Scene::ready(AT_ONCE);
    s.call("c1");
    let frame = s.desk.speak(ms(1010), CALL, &[0.5; 200]).expect("media");
    assert_eq!(frame, 160, "the next packet boundary after 10 ms");
    let mut sent = Vec::new();
    while let Some(due) = s.desk.next_wake().filter(|due| *due <= ms(1080)) {
        s.desk.wake(due);
        sent.extend(s.desk.take_outgoing().into_iter().map(|o| (due, o.bytes)));
    }
    let moments: Vec<Instant> = sent.iter().map(|(at, _)| *at).collect();
    assert_eq!(moments, [ms(1020), ms(1040), ms(1060), ms(1080)]);
    let loud = |bytes: &[u8]| bytes[12..].iter().filter(|b| **b != 0xd5).count();
    assert_eq!(sent.iter().map(|(_, b)| loud(b)).collect::<Vec<_>>(), [0, 160, 40, 0]);
    let stamp = |b: &[u8]| u32::from_be_bytes([b[4], b[5], b[6], b[7]]);
    assert!(sent.windows(2).all(|w| stamp(&w[1].1).wrapping_sub(stamp(&w[0].1)) == 160));
    let base = s.desk.timebase(CALL).expect("media");
    assert_eq!((base.frame, base.at, base.instant_of(8000.0)), (0, ms(1000), ms(2000)));
    s.desk.speak(ms(1085), CALL, &[0.5; 1600]).expect("media");
    assert_eq!(s.desk.speak(ms(1130), CALL, &[0.1; 160]), Ok(1120), "replaces what was queued from there on");
    s.pass(1120);
    s.desk.take_outgoing();
    s.desk.wake(ms(1140));
    s.desk.wake(ms(1160));
    let codes: Vec<u8> = s.desk.take_outgoing().iter().map(|o| o.bytes[100]).collect();
    assert_ne!(codes[0], codes[1]);
    s.desk.wake(ms(1180));
    assert_eq!(loud(&s.desk.take_outgoing()[0].bytes), 0);
}

#[test]
fn what_the_post_says_is_heard_at_its_frame_and_kept_after_the_call() {
    let mut s = Scene::ready(AT_ONCE);
    let ok = s.call("c1");
    let port = media_port(&ok);
    s.now = 1100;
    for (n, sequence) in [0u16, 1, 3, 3, 2].into_iter().enumerate() {
        s.now = 1100 + 20 * n as u64;
        s.rtp("10.0.0.2:4000", port, sequence, &[0x2a; 160]);
    }
    // First packet at 100 ms, so frame 800 + 320; packet 2 came at 180 ms, exactly when it was due.
    let heard = s.desk.heard(CALL, 0, 4000).expect("media");
    let voiced: Vec<usize> = heard.iter().enumerate().filter(|(_, v)| v.abs() > 0.1).map(|(n, _)| n).collect();
    assert_eq!(voiced, (1120..1760).collect::<Vec<_>>());
    assert_eq!(s.desk.record(ms(1200), CALL, 0, 1601), Err(DeskError::NotYetHeard { call: CALL, to: 1601 }));
    assert!(s.desk.record(ms(1200), CALL, 0, 1600).is_ok());
    let stats = s.desk.media_stats(CALL).expect("a call");
    assert_eq!((stats.packets, stats.lost, stats.late, stats.reordered, stats.duplicates), (5, 0, 0, 1, 1));
    assert_eq!((stats.first_at, stats.last_at, stats.longest_gap), (Some(ms(1100)), Some(ms(1180)), Duration::from_millis(20)));
    assert_eq!(s.events().iter().filter(|e| matches!(e, CallEvent::FirstMedia { call: CALL })).count(), 1);
    let bye = s.within("BYE", &ok, 2, "");
    s.send(&bye);
    assert_eq!(s.desk.heard(CALL, 1120, 1121).expect("kept")[0], heard[1120]);
    assert!(matches!(s.desk.speak(ms(1200), CALL, &[0.0]), Err(DeskError::WrongStage { .. })));
}

#[test]
fn media_without_a_call_is_told_once_a_second() {
    let mut s = Scene::ready(AT_ONCE);
    let check = |s: &mut Scene, from: &str, port: u16, expected: &[&str]| {
        for n in 0..3 {
            s.rtp(from, port, n, &[0x2a; 160]);
        }
        let told: Vec<String> = s
            .events()
            .into_iter()
            .filter_map(|e| if let CallEvent::Intruder { what, .. } = e { Some(what) } else { None })
            .collect();
        assert_eq!(told, expected);
    };
    check(&mut s, "10.0.0.2:4000", 20004, &["media without a call"]);
    s.now = 3000;
    let ok = s.call("c1");
    check(&mut s, "10.0.0.2:4000", media_port(&ok), &[]);
    check(&mut s, "10.6.6.6:4000", media_port(&ok), &["media into the call of another"]);
    let bye = s.within("BYE", &ok, 2, "");
    s.send(&bye);
    s.now = 3900;
    check(&mut s, "10.0.0.2:4000", media_port(&ok), &[]);
    s.now = 4000;
    check(&mut s, "10.0.0.2:4000", media_port(&ok), &["media after the call"]);
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
