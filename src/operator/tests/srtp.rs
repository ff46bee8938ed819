//! Secure media as a post meets it: what is agreed under which policy, and what of it is heard. The post's side of SRTP
//! is another's.

use super::*;
use crate::instrument::operator::security::Security;
use crate::sip::route::Wire;
use crate::sip::sdes::Srtp;
use webrtc_srtp::context::Context;
use webrtc_srtp::protection_profile::ProtectionProfile;

const SUITE: &str = "AES_CM_128_HMAC_SHA1_80";
const SHORT: &str = "AES_CM_128_HMAC_SHA1_32";
/// The example of RFC 4568, 6.1, and what it stands for.
const INLINE: &str = "PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";
const KEY: &[u8; 30] = b"=-n@%^x!Bjufr9)?,#5h\\`=&]{qiPQ";
const OTHER_INLINE: &str = "MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZGVm";
const OTHER_KEY: &[u8; 30] = b"123456789ABCDE0123456789ABcdef";

fn secure(crypto: &str) -> String {
    offer("8 0", 4000, crypto).replace("RTP/AVP", "RTP/SAVP")
}
fn crypto(tag: u32, suite: &str, inline: &str) -> String {
    format!("a=crypto:{tag} {suite} inline:{inline}\r\n")
}
fn context(suite: &str, key: &[u8]) -> Context {
    let profile = if suite == SUITE { ProtectionProfile::Aes128CmHmacSha1_80 } else { ProtectionProfile::Aes128CmHmacSha1_32 };
    Context::new(&key[..16], &key[16..30], profile, None, None).expect("a context")
}
/// The key of a description, in base 64.
fn inline(text: &str) -> &str {
    text.split("inline:").nth(1).and_then(|rest| rest.split("\r\n").next()).expect("a key")
}
fn bytes_of(inline: &str) -> Vec<u8> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let bits = inline.bytes().flat_map(|c| (0..6).rev().map(move |n| digit(c) >> n & 1));
    bits.collect::<Vec<u8>>().chunks_exact(8).map(|byte| byte.iter().fold(0, |all, bit| all << 1 | bit)).collect()
}
fn told(s: &mut Scene) -> Vec<Security> {
    let all = s.events().into_iter();
    all.filter_map(|e| if let CallEvent::Security { what, .. } = e { Some(what) } else { None }).collect()
}
fn secured(suite: &'static str) -> Security {
    Security::Secured { suite, keys_in_clear: true }
}

impl Scene {
    /// A call that is up, secure; its 200.
    fn secure_call(&mut self, suite: &str) -> String {
        let invite = self.invite("c1", &secure(&crypto(3, suite, INLINE)));
        let ok = self.send(&invite).pop().expect("an answer");
        assert_eq!(status(&ok), 200, "{ok}");
        let ack = self.within("ACK", &ok, 1, "");
        self.send(&ack);
        ok
    }
    /// A re-INVITE and its ACK; the answer.
    fn again(&mut self, ok: &str, cseq: u32, body: &str) -> String {
        let again = self.within("INVITE", ok, cseq, body);
        let answer = self.send(&again).pop().expect("an answer");
        let ack = self.within("ACK", ok, cseq, "");
        self.send(&ack);
        answer
    }
    fn datagram(&mut self, bytes: &[u8]) {
        let to = SocketAddr::new(self.sip.ip(), 20_000);
        self.desk.datagram(ms(self.now), socket("10.0.0.2:4000"), to, bytes);
    }
    /// What has left for the post's media port up to a moment.
    fn media(&mut self, until: u64) -> Vec<Vec<u8>> {
        let mut sent = Vec::new();
        while let Some(due) = self.desk.next_wake().filter(|due| *due <= ms(until)) {
            self.desk.wake(due);
            sent.extend(self.desk.take_outgoing().into_iter().filter(|o| o.from.port() == 20_000).map(|o| o.bytes));
        }
        self.now = until;
        sent
    }
    fn voiced(&self) -> usize {
        let end = self.desk.media_end(CALL).expect("a call");
        self.desk.heard(CALL, 0, end).expect("media").iter().filter(|v| v.abs() > 0.1).count()
    }
}

fn packet(sequence: u16) -> Vec<u8> {
    let timestamp = u32::from(sequence) * 160;
    Packet { marker: false, payload_type: 8, sequence, timestamp, ssrc: 77, payload: &[0x2a; 160] }.bytes()
}

#[test]
fn a_secure_offer_is_answered_and_both_directions_are_sealed() {
    for (suite, longer) in [(SUITE, 10), (SHORT, 4)] {
        let mut s = Scene::ready(AT_ONCE);
        let ok = s.secure_call(suite);
        assert!(ok.contains("m=audio 20000 RTP/SAVP 8\r\n") && ok.contains(&format!("a=crypto:3 {suite} inline:")), "{ok}");
        assert_ne!(inline(&ok), INLINE);
        assert_eq!(told(&mut s), [secured(suite)]);
        let (mut into, mut out) = (context(suite, &bytes_of(inline(&ok))), context(suite, KEY));
        let sent = s.media(1100);
        assert_eq!(sent.len(), 5);
        for bytes in &sent {
            assert_eq!(bytes.len(), 172 + longer);
            assert_eq!(into.decrypt_rtp(bytes).expect("authentic")[12..], [0xd5; 160]);
        }
        for sequence in 0..4 {
            let sealed = out.encrypt_rtp(&packet(sequence)).expect("sealed");
            s.datagram(&sealed);
            s.now += 20;
        }
        assert_eq!(s.voiced(), 640);
        let stats = s.desk.media_stats(CALL).expect("a call");
        assert_eq!((stats.packets, stats.lost, stats.foreign_payloads), (4, 0, 0));
        assert_eq!(s.desk.media_security(CALL).map(|m| (m.suite, m.plain + m.forged + m.replayed)), Ok((Some(suite), 0)));
        assert!(told(&mut s).is_empty());
    }
}

#[test]
fn what_is_not_sealed_is_counted_told_once_and_never_played() {
    let mut s = Scene::ready(AT_ONCE);
    s.secure_call(SUITE);
    told(&mut s);
    let mut out = context(SUITE, KEY);
    let sealed = out.encrypt_rtp(&packet(0)).expect("sealed");
    s.datagram(&sealed);
    for sequence in 1..4 {
        s.now += 20;
        s.datagram(&packet(sequence));
        s.datagram(&context(SUITE, OTHER_KEY).encrypt_rtp(&packet(sequence)).expect("sealed"));
        s.datagram(&sealed);
        let mut bent = out.encrypt_rtp(&packet(sequence)).expect("sealed").to_vec();
        bent[100] ^= 1;
        s.datagram(&bent);
    }
    assert_eq!(s.voiced(), 160, "the first packet alone");
    assert_eq!(told(&mut s), [Security::PlainPacket, Security::Forged, Security::Replayed]);
    let account = s.desk.media_security(CALL).expect("a call");
    assert_eq!((account.plain, account.forged, account.replayed), (3, 6, 3));
    assert_eq!(s.desk.media_stats(CALL).expect("a call").packets, 1);
}

/// A scene whose desk has that policy.
fn ready_under(srtp: Srtp) -> Scene {
    let mut s = Scene::new(AT_ONCE);
    s.desk = Desk::new(DeskConfig { srtp, ..s.desk.cx.config().clone() });
    assert_eq!(s.register(1, 600, PASSWORD), 200);
    s.events();
    s
}

#[test]
fn the_policy_decides_and_a_downgrade_is_seen() {
    let both = format!("{}m=audio 4000 RTP/AVP 8 0\r\n", secure(&crypto(1, SUITE, INLINE)));
    let check = |srtp: Srtp, body: &str, answer: &str, expected: &[Security]| {
        let mut s = ready_under(srtp);
        let invite = s.invite("c1", body);
        let last = s.send(&invite).pop().expect("an answer");
        assert!(last.contains(answer), "{srtp:?} {body}: {last}");
        assert_eq!(told(&mut s), expected, "{srtp:?} {body}");
    };
    let (plain, keyed) = (offer("8 0", 4000, ""), secure(&crypto(1, SUITE, INLINE)));
    check(Srtp::Mandatory, &plain, "SIP/2.0 488 ", &[Security::PlainRefused]);
    check(Srtp::Mandatory, &keyed, "RTP/SAVP 8\r\na=crypto:1 ", &[secured(SUITE)]);
    check(Srtp::Mandatory, &both, "RTP/SAVP 8\r\na=crypto:1 ", &[secured(SUITE)]);
    check(Srtp::Optional, &plain, "m=audio 20000 RTP/AVP 8\r\n", &[]);
    check(Srtp::Optional, &both, "m=audio 0 RTP/AVP 8 0\r\n", &[secured(SUITE)]);
    check(Srtp::Refused, &plain, "m=audio 20000 RTP/AVP 8\r\n", &[]);
    check(Srtp::Refused, &both, "m=audio 0 RTP/SAVP 8 0\r\n", &[]);
    check(Srtp::Refused, &keyed, "SIP/2.0 488 ", &[Security::SecureRefused]);
    // Keys beside a plain stream do not make it a secure one.
    check(Srtp::Mandatory, &offer("8", 4000, &crypto(1, SUITE, INLINE)), "SIP/2.0 488 ", &[Security::PlainRefused]);
    let f8 = crypto(1, "F8_128_HMAC_SHA1_80", INLINE);
    let unknown = Security::NoKey("the suite F8_128_HMAC_SHA1_80 is not spoken here".to_owned());
    check(Srtp::Optional, &secure(&f8), "SIP/2.0 488 ", &[unknown]);
    check(Srtp::Optional, &secure(&(f8 + &crypto(2, SHORT, INLINE))), "a=crypto:2 AES_CM_128_HMAC_SHA1_32", &[secured(SHORT)]);
}

#[test]
fn over_tls_nobody_else_has_seen_the_keys() {
    let mut s = Scene::ready(AT_ONCE);
    let invite = s.invite("c1", &secure(&crypto(1, SUITE, INLINE)));
    let way = Route { wire: Wire::Tls, own: s.sip, peer: s.post };
    s.desk.message(ms(s.now), Duration::ZERO, way, invite.as_bytes());
    assert_eq!(told(&mut s), [Security::Secured { suite: SUITE, keys_in_clear: false }]);
}

#[test]
fn a_reinvite_keeps_or_changes_keys_and_no_packet_is_lost_over_it() {
    let mut s = Scene::ready(AT_ONCE);
    let ok = s.secure_call(SUITE);
    let (mut into, mut out) = (context(SUITE, &bytes_of(inline(&ok))), context(SUITE, KEY));
    let mut sequence = 65_534u16;
    let mut speak = |s: &mut Scene, out: &mut Context| {
        for _ in 0..3 {
            let sealed = out.encrypt_rtp(&packet(sequence)).expect("sealed");
            s.datagram(&sealed);
            sequence = sequence.wrapping_add(1);
            s.now += 20;
        }
    };
    speak(&mut s, &mut out);
    let same = s.again(&ok, 2, &secure(&crypto(9, SUITE, INLINE)));
    assert_eq!(inline(&same), inline(&ok), "our key stays");
    assert!(same.contains("a=crypto:9 "), "{same}");
    speak(&mut s, &mut out);
    s.again(&ok, 3, &secure(&crypto(1, SUITE, OTHER_INLINE)));
    speak(&mut s, &mut context(SUITE, OTHER_KEY));
    assert_eq!(s.desk.media_security(CALL).map(|m| m.plain + m.forged + m.replayed), Ok(0));
    assert_eq!(s.desk.media_stats(CALL).map(|m| m.packets), Ok(9));
    assert!(s.media(1300).iter().all(|bytes| into.decrypt_rtp(bytes).is_ok()));
    assert_eq!(told(&mut s), [secured(SUITE)], "told once");
}

#[test]
fn a_fall_back_to_plain_within_the_call_is_refused_or_told() {
    for (srtp, expected) in [(Srtp::Mandatory, 488), (Srtp::Optional, 200)] {
        let mut s = ready_under(srtp);
        let ok = s.secure_call(SUITE);
        told(&mut s);
        assert_eq!(status(&s.again(&ok, 2, &offer("8 0", 4000, ""))), expected);
        let sent = s.media(1100);
        if srtp == Srtp::Mandatory {
            assert_eq!(told(&mut s), [Security::PlainRefused]);
            assert!(sent.iter().all(|bytes| bytes.len() == 182));
            continue;
        }
        assert_eq!(told(&mut s), [Security::FellBack]);
        assert!(!sent.is_empty() && sent.iter().all(|bytes| bytes.len() == 172));
        let back = s.again(&ok, 3, &secure(&crypto(1, SUITE, INLINE)));
        assert_eq!(inline(&back), inline(&ok), "the same key goes on where it stopped");
        assert_eq!(told(&mut s), [secured(SUITE)]);
    }
}

#[test]
fn an_offer_of_ours_is_secure_where_it_must_be_and_takes_only_what_it_offered() {
    let check = |answer: &str, sealed: bool| {
        let mut s = ready_under(Srtp::Mandatory);
        let invite = s.invite("c1", "");
        let ok = s.send(&invite).pop().expect("200");
        assert!(ok.contains("RTP/SAVP 8 0 101\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 "), "{ok}");
        assert!(ok.contains("\r\na=crypto:2 AES_CM_128_HMAC_SHA1_32 "), "{ok}");
        let ack = s.within("ACK", &ok, 1, answer);
        let sent = s.send(&ack);
        let bye = sent.iter().any(|text| text.starts_with("BYE "));
        assert_eq!((bye, s.media(1020).len()), (!sealed, usize::from(sealed)), "{answer}");
    };
    check(&secure(&crypto(2, SHORT, INLINE)), true);
    check(&secure(&crypto(1, SUITE, INLINE)), true);
    check(&secure(&crypto(2, SUITE, INLINE)), false);
    check(&secure(""), false);
    check(&offer("8", 4000, ""), false);
}

#[test]
fn keys_and_nonces_come_from_where_they_are_to_be_drawn() {
    let mut s = Scene::new(AT_ONCE);
    s.desk = Desk::new(s.desk.cx.config().clone()).drawing_from(|| 0x0123_4567_89ab_cdef);
    assert_eq!(s.register(1, 600, PASSWORD), 200);
    let ok = s.secure_call(SUITE);
    let drawn = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef];
    assert!(bytes_of(inline(&ok)).chunks(8).all(|part| *part == drawn[..part.len()]), "{ok}");
    assert!(ok.contains(";tag=0123456789abcdef"), "{ok}");
}

#[test]
fn control_packets_leave_and_come_in_sealed_too_and_signalling_is_left_alone() {
    let mut s = Scene::ready(AT_ONCE);
    let ok = s.secure_call(SUITE);
    told(&mut s);
    s.desk.take_outgoing();
    let report = [0x80, 201, 0, 1, 0, 0, 0, 77];
    let (own, post) = (SocketAddr::new(s.sip.ip(), 20_001), socket("10.0.0.2:4001"));
    s.desk.cx.send_datagram(own, post, report.to_vec());
    s.desk.cx.send_datagram(own, post, b"OPTIONS".to_vec());
    let sent: Vec<Vec<u8>> = s.desk.take_outgoing().into_iter().map(|o| o.bytes).collect();
    let plain = context(SUITE, &bytes_of(inline(&ok))).decrypt_rtcp(&sent[0]).expect("authentic");
    assert_eq!((&plain[..], &sent[1][..]), (&report[..], &b"OPTIONS"[..]));
    let sealed = context(SUITE, KEY).encrypt_rtcp(&report).expect("sealed");
    s.desk.datagram(ms(s.now), post, own, &sealed);
    assert_eq!(told(&mut s), []);
    s.desk.datagram(ms(s.now), post, own, &report);
    assert_eq!(told(&mut s), [Security::LooseControl]);
    let account = s.desk.media_security(CALL).expect("a call");
    assert_eq!((account.plain, account.forged, account.loose_control), (0, 0, 1));
}

#[test]
fn into_a_secure_talk_a_stranger_speaks_under_the_operators_own_address_in_plain_and_flipped() {
    for is_secure in [false, true] {
        let mut s = Scene::ready(AT_ONCE);
        let (empty, stranger) = (Desk::new(s.desk.cx.config().clone()), socket("10.0.0.66:5066"));
        s.desk = std::mem::replace(&mut s.desk, empty).beside_stranger(Some(stranger));
        if is_secure {
            s.secure_call(SUITE);
        } else {
            s.call("c1");
        }
        // His own voice flows by then.
        s.media(s.now + 200);
        assert!(s.desk.let_stranger_call(ms(s.now)));
        let (mut plain, mut sealed) = (Vec::new(), 0);
        while let Some(due) = s.desk.next_wake().filter(|due| *due <= ms(s.now + 3000)) {
            s.desk.wake(due);
            let sent = s.desk.take_outgoing();
            sealed += sent.iter().filter(|out| out.bytes.len() == 182).count();
            plain.extend(sent.iter().filter(|out| out.bytes.len() == 172).map(|out| out.from.port()));
        }
        let of_stranger = |port: &&u16| **port == 5068;
        // Each stretch twice, and beside it the operator's own where that is plain as well.
        assert_eq!(plain.iter().filter(of_stranger).count(), if is_secure { 0 } else { 200 });
        let of_operator = plain.iter().filter(|port| **port == 20_000).count();
        // Of a secure talk only the stranger's are plain, and half of them; the others lie among the operator's own.
        assert_eq!((of_operator >= 145, sealed >= 100 + 145), (!is_secure, is_secure), "{of_operator} {sealed}");
    }
}
