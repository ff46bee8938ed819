//! RTCP, and voice that is missing or where it should not be.

use super::*;
use crate::rtp::report::{Reporting, Sent};
use crate::rtp::rtcp::{self, Part};
use crate::rtp::stats::Reception;

/// Reports sent up to a moment: when, from and to which port, what.
fn reports(s: &mut Scene, until: u64) -> Vec<(u64, u16, u16, Vec<Part>)> {
    let mut sent = Vec::new();
    while let Some(due) = s.desk.next_wake().filter(|due| *due <= ms(until)) {
        s.desk.wake(due);
        let packets = s.desk.take_outgoing().into_iter().map(|o| (o.from.port(), o.to.port(), rtcp::parse(&o.bytes)));
        sent.extend(
            packets
                .filter(|(.., parts)| !parts.is_empty())
                .map(|(from, to, parts)| (due.as_nanos() / 1_000_000, from, to, parts)),
        );
    }
    s.now = until;
    sent
}

#[test]
fn reports_leave_from_the_odd_port_and_tell_the_same_moment_on_both_clocks() {
    let mut s = Scene::ready(AT_ONCE);
    let ok = s.call("c1");
    for n in 0..100u16 {
        s.now = 1000 + 20 * u64::from(n);
        s.desk.wake(ms(s.now));
        if n % 4 != 1 {
            s.rtp("10.0.0.2:4000", 20000, n, &[0x2a; 160]);
        }
    }
    let first_rtp = s.desk.take_outgoing().into_iter().find(|o| o.to.port() == 4000).expect("voice").bytes;
    let first = u32::from_be_bytes([first_rtp[4], first_rtp[5], first_rtp[6], first_rtp[7]]);
    let sent = reports(&mut s, 30_000);
    assert!((4..=9).contains(&sent.len()), "{}", sent.len());
    for (at, from, to, parts) in &sent {
        assert_eq!((*from, *to), (20001, 4001));
        let Part::Report { sender: Some(info), .. } = &parts[0] else { panic!("{parts:?}") };
        let seconds =
            (info.ntp >> 32) as f64 - 2_208_988_800.0 - 1_700_000_000.0 + (info.ntp as u32) as f64 / f64::from(u32::MAX);
        let spoken = f64::from(info.timestamp.wrapping_sub(first)) / 8000.0 + 1.0;
        assert!((seconds - spoken).abs() < 2e-4 && (seconds - *at as f64 / 1e3).abs() < 1e-3, "{seconds} {spoken} {at}");
        assert!(matches!(&parts[1], Part::Name { name, .. } if name == "operator@10.0.0.1"));
    }
    let Part::Report { blocks, .. } = &sent[0].3[0] else { panic!("a report") };
    assert_eq!((blocks[0].ssrc, blocks[0].lost), (77, 25));
    let bye = s.within("BYE", &ok, 2, "");
    s.desk.datagram(ms(30_000), s.post, s.sip, bye.as_bytes());
    let last =
        s.desk.take_outgoing().into_iter().any(|o| rtcp::parse(&o.bytes).iter().any(|p| matches!(p, Part::Goodbye { .. })));
    assert!(last, "the stream says goodbye");
}

#[test]
fn where_both_share_a_port_or_one_is_named_the_description_is_followed() {
    let check = |extra: &str, ports: (u16, u16), answered: bool| {
        let mut s = Scene::ready(AT_ONCE);
        let invite = s.invite("c1", &offer("8", 4000, extra));
        let ok = s.send(&invite).pop().expect("200");
        assert_eq!(ok.contains("a=rtcp-mux\r\n"), answered, "{ok}");
        let ack = s.within("ACK", &ok, 1, "");
        s.send(&ack);
        let sent = reports(&mut s, 10_000);
        assert_eq!((sent[0].1, sent[0].2), ports, "{extra}");
    };
    check("", (20001, 4001), false);
    check("a=rtcp-mux\r\n", (20000, 4000), true);
    check("a=rtcp:4321\r\n", (20001, 4321), false);
}

#[test]
fn what_the_post_reports_is_told_and_a_post_that_hears_nothing_is_found_out() {
    let mut s = Scene::ready(AT_ONCE);
    s.call("c1");
    s.desk.wake(ms(1020));
    let voice = s.desk.take_outgoing().remove(0).bytes;
    let ssrc = u32::from_be_bytes([voice[8], voice[9], voice[10], voice[11]]);
    let mut post = Reporting::started(ms(0), Calendar { beginning: Duration::ZERO }, 77, 8000, 0);
    let mut report = |s: &mut Scene, received: u64| {
        let heard = Reception { ssrc, expected: received, received, highest: received as u32, jitter: 0.001 };
        let bytes = post.write(ms(s.now), Some(Sent { packets: 1, octets: 1, timestamp: 0 }), Some(&heard), "sos-1", false);
        s.desk.datagram(ms(s.now), socket("10.0.0.2:4001"), SocketAddr::new(s.sip.ip(), 20001), &bytes);
        let told: Vec<CallEvent> = s.events().into_iter().filter(|e| !matches!(e, CallEvent::FarReport { .. })).collect();
        told
    };
    let mut at = |s: &mut Scene, until: u64, received: u64| {
        reports(s, until);
        s.events();
        report(s, received)
    };
    assert_eq!(at(&mut s, 3000, 100), []);
    assert_eq!(at(&mut s, 8000, 100), [CallEvent::VoiceMissing { call: CALL, side: Side::ToPost, since: ms(8000) }]);
    assert_eq!(at(&mut s, 13_000, 100), []);
    assert_eq!(at(&mut s, 18_000, 300), [CallEvent::VoiceBack { call: CALL, side: Side::ToPost }]);
    assert_eq!(s.desk.far_view(CALL).map(|view| view.map(|v| v.highest)), Ok(Some(300)));
    s.rtp("10.6.6.6:4000", 20000, 0, &[0; 160]);
    let told = s.events();
    assert!(matches!(&told[..], [CallEvent::StrayMedia { kind: Stray::OfAnother, .. }]), "{told:?}");
}

#[test]
fn voice_that_stops_is_missed_after_two_seconds_and_its_return_is_stamped() {
    let mut s = Scene::ready(AT_ONCE);
    s.call("c1");
    s.rtp("10.0.0.2:4000", 20000, 0, &[0x2a; 160]);
    s.skip(2500);
    s.rtp("10.0.0.2:4000", 20000, 75, &[0x2a; 160]);
    s.events();
    s.skip(4499);
    assert_eq!(s.events(), []);
    s.skip(4500);
    let missing = CallEvent::VoiceMissing { call: CALL, side: Side::FromPost, since: ms(2500) };
    assert_eq!(s.events(), [missing]);
    s.skip(60_000);
    assert_eq!(s.events(), [], "told once");
    s.rtp("10.0.0.2:4000", 20000, 3000, &[0x2a; 160]);
    let back = CallEvent::VoiceBack { call: CALL, side: Side::FromPost };
    assert_eq!(s.events().first(), Some(&back), "and what is missing in between");
    s.skip(62_000);
    assert!(matches!(s.events()[..], [CallEvent::VoiceMissing { .. }]));
    assert_eq!(s.events.last().map(|e| e.at), Some(ms(62_000)));
}
