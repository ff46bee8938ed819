//! What comes to a media port beside voice, and is neither lost nor the post's misdeed.

use super::*;
use crate::instrument::operator::{Irregular, Stray};

fn packet(s: &mut Scene, from: &str, (payload_type, sequence, timestamp): (u8, u16, u32), payload: &[u8]) {
    let packet = Packet { marker: false, payload_type, sequence, timestamp, ssrc: 77, payload };
    s.desk.datagram(ms(s.now), socket(from), SocketAddr::new(s.sip.ip(), 20000), &packet.bytes());
    s.now += 20;
}
fn strays(s: &mut Scene) -> Vec<Stray> {
    let events = s.events().into_iter();
    events.filter_map(|event| if let CallEvent::StrayMedia { kind, .. } = event { Some(kind) } else { None }).collect()
}

#[test]
fn keys_within_the_stream_are_no_loss() {
    let mut s = Scene::ready(AT_ONCE);
    let invite = s.invite("c1", &offer("8 101", 4000, "a=rtpmap:101 telephone-event/8000\r\n"));
    let ok = s.send(&invite).pop().expect("200");
    let ack = s.within("ACK", &ok, 1, "");
    s.send(&ack);
    s.events();
    for n in 0..60u16 {
        // Every twenty packets a key of eight.
        match n % 20 {
            key @ 0..8 if n >= 20 => packet(&mut s, "10.0.0.2:4000", (101, n, u32::from(n - key) * 160), &[5, 10, 0, 160]),
            _ => packet(&mut s, "10.0.0.2:4000", (8, n, u32::from(n) * 160), &[0x2a; 160]),
        }
    }
    let stats = s.desk.media_stats(CALL).expect("a call");
    assert_eq!((stats.packets, stats.lost, stats.foreign_payloads), (60, 0, 0));
    let events = s.events();
    assert_eq!(events.iter().filter(|event| matches!(event, CallEvent::Digit { digit: '5', .. })).count(), 2);
    assert!(!events.iter().any(|event| matches!(event, CallEvent::Irregular { .. })), "{events:?}");
}

#[test]
fn comfort_noise_is_told_as_silence_and_not_missed() {
    let mut s = Scene::ready(AT_ONCE);
    s.call("c1");
    s.events();
    for n in 0..10u16 {
        packet(&mut s, "10.0.0.2:4000", (8, n, u32::from(n) * 160), &[0x2a; 160]);
    }
    packet(&mut s, "10.0.0.2:4000", (13, 10, 1600), &[60]);
    s.skip(s.now + 9000);
    packet(&mut s, "10.0.0.2:4000", (8, 11, 1600 + 8 * 9020), &[0x2a; 160]);
    let stats = s.desk.media_stats(CALL).expect("a call");
    assert_eq!((stats.packets, stats.lost, stats.foreign_payloads), (12, 0, 0));
    let events = s.events();
    let silences = events.iter().filter(|e| matches!(e, CallEvent::Irregular { what: Irregular::SilenceSuppressed, .. })).count();
    assert_eq!(silences, 1, "{events:?}");
    assert!(!events.iter().any(|event| matches!(event, CallEvent::VoiceMissing { .. })), "{events:?}");
}

#[test]
fn a_second_source_from_another_port_is_a_stranger_whatever_it_calls_itself() {
    let mut s = Scene::ready(AT_ONCE);
    s.call("c1");
    s.events();
    for n in 0..50u16 {
        packet(&mut s, "10.0.0.2:4000", (8, n, u32::from(n) * 160), &[0x2a; 160]);
        packet(&mut s, "10.0.0.2:4444", (8, n, u32::from(n) * 160), &[0x55; 160]);
    }
    assert_eq!(s.desk.media_stats(CALL).map(|stats| (stats.packets, stats.duplicates)), Ok((50, 0)));
    assert_eq!(strays(&mut s), [Stray::OfAnother; 2], "told once a second");
    s.skip(s.now + 400);
    packet(&mut s, "10.0.0.2:4444", (8, 80, 80 * 160), &[0x2a; 160]);
    assert_eq!(s.desk.media_stats(CALL).map(|stats| stats.packets), Ok(51), "the post may have moved");
}

#[test]
fn stun_and_dtls_are_neither_media_nor_forged() {
    let mut s = Scene::ready(AT_ONCE);
    s.call("c1");
    s.events();
    let to = SocketAddr::new(s.sip.ip(), 20000);
    for first in [0u8, 1, 20, 22, 63] {
        s.desk.datagram(ms(s.now), socket("10.0.0.2:4000"), to, &[first; 40]);
        assert_eq!(strays(&mut s), [Stray::Negotiation], "{first}");
        s.now += 1000;
    }
    s.desk.datagram(ms(s.now), socket("10.0.0.2:4000"), to, &[70; 40]);
    assert_eq!(strays(&mut s), [Stray::NoMedia]);
    assert_eq!(s.desk.media_security(CALL).map(|security| security.forged), Ok(0));
}
