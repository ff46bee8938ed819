//! What is legal and rare is served, what is not is turned away as the standard says, and both are told.

use super::*;
use crate::instrument::operator::{Health, Irregular, Unreachable, Unservable, Unusual};

fn irregular(s: &mut Scene) -> Vec<Irregular> {
    let told = s.desk.take_events().into_iter();
    told.filter_map(|event| if let CallEvent::Irregular { what, .. } = event.value { Some(what) } else { None }).collect()
}
fn options(s: &mut Scene) -> String {
    s.request("OPTIONS", "sip:operator@10.0.0.1", "sip:operator@10.0.0.1", "o", 1, "", "")
}

#[test]
fn a_request_that_cannot_be_served_hears_why_and_that_is_told() {
    let check = |change: &dyn Fn(String) -> String, status: u16, why: Unservable| {
        let mut s = Scene::ready(AT_ONCE);
        let text = change(options(&mut s));
        let answers = s.send(&text);
        assert_eq!(statuses(&answers), [status], "{why:?}");
        assert!(answers[0].contains("Allow: INVITE, ACK"), "{}", answers[0]);
        assert_eq!(irregular(&mut s), [Irregular::Unservable { status, why }]);
        answers.into_iter().next().unwrap_or_default()
    };
    let short = Unservable::CutShort { stated: "99".to_owned(), bytes: 0 };
    check(&|text| text.replace("Content-Length: 0", "Content-Length: 99"), 400, short);
    check(&|text| text.replace("Content-Length: 0", "Content-Length: -1"), 400, Unservable::Header("Content-Length"));
    check(&|text| text.replace("Call-ID: o\r\n", ""), 400, Unservable::Header("Call-ID"));
    check(&|text| text.replace("CSeq: 1 OPTIONS\r\n", ""), 400, Unservable::Header("CSeq"));
    check(&|text| text.replace("From: \"SOS\" <sip:sos-1@straz>;tag=post-o", "From: <<<>"), 400, Unservable::Header("From"));
    check(&|text| text.replace("SIP/2.0\r\nVia", "SIP/3.0\r\nVia"), 505, Unservable::Version);
    let named = check(&|text| text.replace("OPTIONS", "FROBNICATE"), 405, Unservable::Method("FROBNICATE".to_owned()));
    assert_eq!(header(&named, "CSeq"), "1 FROBNICATE");
    let required = Unservable::Extension("path, x-magic".to_owned());
    let refusal = check(&|text| text.replace("CSeq", "Require: path, timer,x-magic\r\nCSeq"), 420, required);
    assert_eq!(header(&refusal, "Unsupported"), "path, x-magic");
}

#[test]
fn what_is_no_sip_is_told_and_what_keeps_a_way_open_is_not() {
    let mut s = Scene::ready(AT_ONCE);
    let mut of = |bytes: &[u8]| {
        s.desk.datagram(ms(s.now), s.post, s.sip, bytes);
        assert!(s.texts().is_empty());
        irregular(&mut s)
    };
    assert_eq!(of(b"GET / HTTP/1.1\r\n\r\n"), [Irregular::NoSip { bytes: 18 }]);
    assert_eq!([of(b"\r\n\r\n"), of(b"\0\0\0\0\0\0\0\0"), of(b"jaK"), of(b"")], [const { Vec::new() }; 4]);
    // A broken answer is dropped (RFC 3261, 18.3).
    let broken = b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1\r\n\r\n";
    assert_eq!(of(broken), [Irregular::NoSip { bytes: broken.len() }]);
}

#[test]
fn letters_of_another_encoding_come_back_as_they_were() {
    let mut s = Scene::ready(AT_ONCE);
    let text = options(&mut s).replace("\"SOS\"", "\"S~O\"");
    let bytes: Vec<u8> = text.bytes().map(|byte| if byte == b'~' { 0xa3 } else { byte }).collect();
    s.desk.datagram(ms(s.now), s.post, s.sip, &bytes);
    let answer = s.desk.take_outgoing().remove(0).bytes;
    let from = b"From: \"S\xa3O\" <sip:sos-1@straz>;tag=post-o\r\n";
    assert!(answer.windows(from.len()).any(|window| window == from), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(irregular(&mut s), [Irregular::Unusual(Unusual::Letters)]);
}

#[test]
fn lines_that_end_with_lf_alone_are_served() {
    let mut s = Scene::ready(AT_ONCE);
    let invite = s.invite("c1", &offer("8", 4000, "")).replace("\r\n", "\n");
    let length = invite.rsplit("\n\n").next().map_or(0, str::len);
    let stated = header(&invite, "Content-Length");
    let invite = invite.replace(&format!("Content-Length: {stated}"), &format!("Content-Length: {length}"));
    let ok = s.send(&invite).pop().expect("an answer");
    assert_eq!(status(&ok), 200, "{ok}");
    assert_eq!(irregular(&mut s), [Irregular::Unusual(Unusual::LineEnds)]);
}

#[test]
fn a_call_that_brings_its_place_is_answered() {
    let mut s = Scene::ready(AT_ONCE);
    let sdp = offer("8", 4000, "");
    let body = format!(
        "--b\r\nContent-Type: application/pidf+xml\r\n\r\n<presence/>\r\n--b\r\nContent-Type: application/sdp\r\n\r\n{sdp}\r\n--b--\r\n"
    );
    let invite = s
        .invite("c1", &body)
        .replace("Content-Type: application/sdp\r\nContent", "Content-Type: multipart/mixed;boundary=b\r\nContent");
    let ok = s.send(&invite).pop().expect("an answer");
    assert_eq!((status(&ok), media_port(&ok)), (200, 20000), "{ok}");
    assert_eq!(irregular(&mut s), []);
}

#[test]
fn a_body_that_nobody_understands_is_refused_with_what_would_be() {
    let mut s = Scene::ready(AT_ONCE);
    let invite = s.invite("c1", "hello").replace("application/sdp", "text/plain");
    let refusal = s.send(&invite).pop().expect("an answer");
    assert_eq!((status(&refusal), header(&refusal, "Accept").as_str()), (415, "application/sdp"));
    let why = Unservable::Content("text/plain".to_owned());
    assert_eq!(irregular(&mut s), [Irregular::Unservable { status: 415, why }]);
}

#[test]
fn a_call_that_cannot_be_answered_hears_why() {
    let check = |body: &str, code: &str, words: &str| {
        let mut s = Scene::ready(AT_ONCE);
        let invite = s.invite("c1", body);
        let refusal = s.send(&invite).pop().expect("an answer");
        assert_eq!(status(&refusal), 488);
        let warning = header(&refusal, "Warning");
        assert!(warning.starts_with(code) && warning.ends_with('"'), "{warning}");
        let told = irregular(&mut s);
        assert!(matches!(&told[..], [Irregular::NoOffer { why }] if why.en.contains(words) && why.en != why.pl), "{told:?}");
    };
    check(&offer("18", 4000, ""), "305 hejnal ", "no codec in common");
    check(&offer("8", 4000, "").replace("m=audio", "m=video"), "304 hejnal ", "no audio stream");
    check("nonsense", "399 hejnal ", "cannot be read");
}

#[test]
fn a_profile_with_feedback_is_answered_as_what_it_is() {
    let mut s = Scene::ready(AT_ONCE);
    let invite = s.invite("c1", &offer("8", 4000, "a=rtcp-fb:* nack\r\n").replace("RTP/AVP", "RTP/AVPF"));
    let ok = s.send(&invite).pop().expect("an answer");
    assert!(ok.contains("m=audio 20000 RTP/AVPF 8\r\n"), "{ok}");
}

#[test]
fn nobody_is_sent_longer_packets_than_he_takes() {
    let lengths = |extra: &str| {
        let mut s = Scene::ready(AT_ONCE);
        let invite = s.invite("c1", &offer("8", 4000, extra));
        let ok = s.send(&invite).pop().expect("200");
        let ack = s.within("ACK", &ok, 1, "");
        s.send(&ack);
        let mut lengths = Vec::new();
        while let Some(due) = s.desk.next_wake().filter(|due| *due <= ms(1100)) {
            s.desk.wake(due);
            let media = s.desk.take_outgoing().into_iter().filter(|one| one.from.port() == 20000);
            lengths.extend(media.map(|one| one.bytes.len() - 12));
        }
        lengths
    };
    assert_eq!(lengths(""), [160; 5]);
    assert_eq!(lengths("a=maxptime:40\r\n"), [160; 5]);
    assert_eq!(lengths("a=maxptime:10\r\n"), [80; 9]);
}

#[test]
fn a_call_that_a_proxy_has_forked_is_one_call() {
    let mut s = Scene::ready(Answering::Manual);
    let invite = s.invite("c1", &offer("8", 4000, ""));
    s.send(&invite);
    let fork = invite.replace("branch=z9hG4bK", "branch=z9hG4bKfork");
    assert_eq!(statuses(&s.send(&fork)), [482]);
    assert_eq!(irregular(&mut s), [Irregular::Merged]);
    assert_eq!(s.desk.calls().len(), 1);
    let next = s.invite("c2", &offer("8", 4000, ""));
    assert_eq!(statuses(&s.send(&next)), [100, 180]);
}

#[test]
fn a_key_in_info_is_a_key() {
    let mut s = Scene::ready(AT_ONCE);
    let ok = s.call("c1");
    s.events();
    let mut info = |cseq: u32, kind: &str, body: &str| {
        let text = s.within("INFO", &ok, cseq, body).replace("Contact:", &format!("Content-Type: {kind}\r\nContact:"));
        let answer = statuses(&s.send(&text));
        (answer, s.events())
    };
    let digit = |digit| vec![CallEvent::Digit { call: CALL, digit }];
    assert_eq!(info(2, "application/dtmf-relay", "Signal=5\r\nDuration=160\r\n"), (vec![200], digit('5')));
    assert_eq!(info(3, "application/dtmf", "#"), (vec![200], digit('#')));
    assert_eq!(info(4, "text/plain", "5"), (vec![415], vec![]));
    assert_eq!(info(5, "text/plain", ""), (vec![200], vec![]));
}

#[test]
fn credentials_for_us_are_found_beside_those_for_others() {
    let mut s = Scene::new(Answering::Manual);
    let extra = "Contact: sip:sos-1@10.0.0.2:5062;expires=60\r\n";
    let bare = s.request("REGISTER", "sip:10.0.0.1", "sip:sos%2D1@straz", "r1", 1, extra, "");
    let challenge = s.send(&bare).remove(0);
    let nonce = challenge.split("nonce=\"").nth(1).and_then(|r| r.split('"').next()).expect("a nonce").to_owned();
    let response = md5(&format!("{}:{nonce}:{}", md5(&format!("sos-1:straz:{PASSWORD}")), md5("REGISTER:sip:10.0.0.1")));
    let ours = format!(
        "Authorization: Digest username=\"sos-1\", realm=\"straz\", nonce=\"{nonce}\", uri=\"sip:10.0.0.1\", response=\"{response}\"\r\n"
    );
    let foreign = "Authorization: Digest username=\"x\", realm=\"other\", nonce=\"1\", uri=\"sip:x\", response=\"00\"\r\n";
    let alone = s.request("REGISTER", "sip:10.0.0.1", "sip:sos-1@straz", "r1", 2, &format!("{extra}{foreign}"), "");
    assert_eq!(statuses(&s.send(&alone)), [401]);
    let both = s.request("REGISTER", "sip:10.0.0.1", "sip:sos-1@straz", "r1", 3, &format!("{extra}{foreign}{ours}"), "");
    assert_eq!(statuses(&s.send(&both)), [200]);
    let bound: Vec<(String, u64)> =
        s.desk.bindings().iter().map(|b| (b.contact.clone(), b.until.since(b.made).as_secs())).collect();
    assert_eq!(bound, [("sip:sos-1@10.0.0.2:5062".to_owned(), 60)]);
}

#[test]
fn whoever_names_an_address_that_leads_nowhere_is_told_to_be_deaf() {
    let of = |change: &dyn Fn(String) -> String| {
        let mut s = Scene::ready(AT_ONCE);
        let invite = change(s.invite("c1", &offer("8 0", 4000, "")));
        // Its length may have changed; without Content-Length the body ends with its datagram.
        let invite: String = invite.split_inclusive("\r\n").filter(|line| !line.starts_with("Content-Length")).collect();
        s.send(&invite);
        let told = irregular(&mut s).into_iter();
        told.filter_map(|what| if let Irregular::Unreachable { place, why, .. } = what { Some((place, why)) } else { None })
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&|invite| invite), []);
    assert_eq!(of(&|invite| invite.replace("c=IN IP4 10.0.0.2", "c=IN IP4 0.0.0.0")), [("SDP", Unreachable::Unspecified)]);
    assert_eq!(of(&|invite| invite.replace("c=IN IP4 10.0.0.2", "c=IN IP4 127.0.0.1")), [("SDP", Unreachable::Loopback)]);
    assert_eq!(of(&|invite| invite.replace("c=IN IP4 10.0.0.2", "c=IN IP4 169.254.1.1")), [("SDP", Unreachable::LinkLocal)]);
    let contact = of(&|invite| invite.replace("Contact: <sip:sos-1@10.0.0.2:5062>", "Contact: <sip:sos-1@127.0.0.1>"));
    assert_eq!(contact, [("Contact", Unreachable::Loopback)]);
}

/// A message over a connection of the post's; what comes back over any, by the port of its end.
fn over_tcp(s: &mut Scene, port: u16, text: &str) -> Vec<(u16, u16)> {
    let way = tcp(port);
    s.desk.message(ms(s.now), Duration::ZERO, way, text.replace("SIP/2.0/UDP", "SIP/2.0/TCP").as_bytes());
    sent_over_tcp(s)
}
fn tcp(port: u16) -> Route {
    Route { wire: Wire::Tcp, own: socket("10.0.0.1:5060"), peer: SocketAddr::new(socket("10.0.0.2:0").ip(), port) }
}
fn sent_over_tcp(s: &mut Scene) -> Vec<(u16, u16)> {
    let sent = s.desk.take_outgoing().into_iter().filter(|one| one.wire == Wire::Tcp);
    sent.map(|one| (one.to.port(), status(&String::from_utf8_lossy(&one.bytes)))).collect()
}

#[test]
fn a_call_is_reached_over_the_connection_that_lives() {
    let mut s = Scene::ready(Answering::Manual);
    let invite = s.invite("c1", &offer("8", 4000, ""));
    assert_eq!(over_tcp(&mut s, 40_001, &invite), [(40_001, 100), (40_001, 180)]);
    s.events();
    s.desk.closed_connection(tcp(40_001));
    let bare = s.request("REGISTER", "sip:10.0.0.1", "sip:sos-1@straz", "r9", 1, "", "");
    s.desk.message(ms(s.now), Duration::ZERO, tcp(40_002), bare.replace("/UDP", "/TCP").as_bytes());
    let challenge = s.desk.take_outgoing().remove(0);
    let challenge = String::from_utf8_lossy(&challenge.bytes).into_owned();
    let nonce = challenge.split("nonce=\"").nth(1).and_then(|r| r.split('"').next()).expect("a nonce").to_owned();
    let response = md5(&format!("{}:{nonce}:{}", md5(&format!("sos-1:straz:{PASSWORD}")), md5("REGISTER:sip:10.0.0.1")));
    let extra = format!(
        "Contact: <sip:sos-1@10.0.0.2:5062>\r\nAuthorization: Digest username=\"sos-1\", realm=\"straz\", nonce=\"{nonce}\", \
         uri=\"sip:10.0.0.1\", response=\"{response}\"\r\n"
    );
    let register = s.request("REGISTER", "sip:10.0.0.1", "sip:sos-1@straz", "r9", 2, &extra, "");
    assert_eq!(over_tcp(&mut s, 40_002, &register), [(40_002, 200)]);
    let told = CallEvent::Reconnected { call: CALL, from: "10.0.0.2:40001".to_owned(), to: "10.0.0.2:40002".to_owned() };
    assert_eq!(s.events().iter().filter(|event| **event == told).count(), 1);
    s.desk.act(ms(s.now), CALL, Action::Answer).expect("it rings");
    assert_eq!(sent_over_tcp(&mut s), [(40_002, 200)], "the answer finds its way");
}

#[test]
fn what_the_post_says_over_another_connection_shows_where_it_is() {
    let mut s = Scene::ready(AT_ONCE);
    let invite = s.invite("c1", &offer("8", 4000, ""));
    s.desk.message(ms(s.now), Duration::ZERO, tcp(40_001), invite.replace("/UDP", "/TCP").as_bytes());
    let ok = s.desk.take_outgoing().into_iter().map(|one| String::from_utf8_lossy(&one.bytes).into_owned()).next_back();
    let ok = ok.expect("200");
    let ack = s.within("ACK", &ok, 1, "");
    over_tcp(&mut s, 40_001, &ack);
    s.desk.closed_connection(tcp(40_001));
    s.events();
    let options = s.within("OPTIONS", &ok, 2, "");
    assert_eq!(over_tcp(&mut s, 40_002, &options), [(40_002, 200)]);
    assert!(s.events().iter().any(|event| matches!(event, CallEvent::Reconnected { .. })));
    s.desk.act(ms(s.now), CALL, Action::HangUp).expect("a call that is up");
    assert_eq!(sent_over_tcp(&mut s).iter().map(|(port, _)| *port).collect::<Vec<_>>(), [40_002], "BYE");
}

#[test]
fn a_forgetful_server_knows_none_of_the_connections_that_stood_and_serves_new_ones() {
    let mut s = Scene::ready(Answering::Manual);
    let invited = |s: &mut Scene, port: u16, id: &str| {
        let invite = s.invite(id, &offer("8", 4000, ""));
        over_tcp(s, port, &invite).into_iter().map(|(_, status)| status).collect::<Vec<_>>()
    };
    assert_eq!(invited(&mut s, 40_001, "c1"), [100, 180]);
    s.behave(|how| how.primary = Health::Forgetful);
    assert_eq!(invited(&mut s, 40_001, "c2"), [] as [u16; 0], "it stood");
    assert_eq!(invited(&mut s, 40_002, "c3"), [100, 180], "it is new");
    s.behave(|how| how.reliable = false);
    assert_eq!(invited(&mut s, 40_002, "c4"), [100, 180], "nothing has turned");
    s.behave(|how| how.primary = Health::Well);
    assert_eq!(invited(&mut s, 40_001, "c5"), [100, 180], "all is well");
}
