//! Descriptions and media as a post meets them.

use super::*;

#[test]
fn a_busy_operator_says_so_until_it_is_acknowledged() {
    let mut s = Scene::ready(Answering::BUSY);
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
    assert!(packets(&mut s, 1200).is_empty());
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
    assert!(ok.contains("RTP/AVP 8 0 101\r\n"), "{ok}");
    let ack = s.within("ACK", &ok, 1, &offer("0", 4100, ""));
    s.send(&ack);
    s.desk.wake(ms(1020));
    let sent = s.desk.take_outgoing();
    assert_eq!(sent.iter().map(|o| (o.to.port(), o.bytes[1] & 0x7f, o.bytes.len())).collect::<Vec<_>>(), [(4100, 0, 172)]);
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
fn a_call_is_trusted_as_far_as_the_packets_that_matter_to_it() {
    let mut s = Scene::ready(AT_ONCE);
    let ok = s.call("c1");
    let to = SocketAddr::new(s.sip.ip(), media_port(&ok));
    let check = |s: &Scene, came: f64, left: f64| {
        let base = s.desk.timebase(CALL).expect("media");
        assert_eq!((base.input_uncertainty, base.output_uncertainty), (came, left));
    };
    let send = |s: &mut Scene, woken: u64, gone: u64| {
        s.desk.wake(ms(woken));
        assert_eq!(s.desk.take_outgoing().len(), 1);
        s.desk.outgoing_left(ms(gone));
    };
    check(&s, 0.0, 0.0);
    send(&mut s, 1025, 1026);
    check(&s, 0.0, 0.006);
    assert_eq!(s.desk.speak(ms(1030), CALL, &[0.5; 200]), Ok(320), "in the packets due at 1060 and 1080 ms");
    send(&mut s, 1040, 1049);
    check(&s, 0.0, 0.009);
    send(&mut s, 1061, 1062);
    send(&mut s, 1081, 1081);
    send(&mut s, 1110, 1110);
    check(&s, 0.0, 0.002);
    let hear = |s: &mut Scene, ssrc: u32, sequence: u16, micros: u64| {
        let packet =
            Packet { marker: false, payload_type: 8, sequence, timestamp: u32::from(sequence) * 160, ssrc, payload: &[0; 160] };
        let how = Circumstances { at: ms(1110), within: Duration::from_micros(micros), dscp: None };
        s.desk.datagram_that_came(how, socket("10.0.0.2:4000"), to, &packet.bytes());
    };
    hear(&mut s, 77, 0, 30);
    hear(&mut s, 77, 1, 500);
    check(&s, 3e-5, 0.002);
    hear(&mut s, 78, 2, 60);
    check(&s, 6e-5, 0.002);
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
    assert!(matches!(s.desk.speak(ms(1200), CALL, &[0.0]), Err(DeskError::WrongState { .. })));
}

#[test]
fn media_without_a_call_is_told_once_a_second() {
    let mut s = Scene::ready(AT_ONCE);
    let check = |s: &mut Scene, from: &str, port: u16, expected: &[Stray]| {
        for n in 0..3 {
            s.rtp(from, port, n, &[0x2a; 160]);
        }
        let told: Vec<Stray> = s
            .events()
            .into_iter()
            .filter_map(|e| if let CallEvent::StrayMedia { kind, .. } = e { Some(kind) } else { None })
            .collect();
        assert_eq!(told, expected);
    };
    check(&mut s, "10.0.0.2:4000", 20004, &[Stray::NoCall]);
    s.now = 3000;
    let ok = s.call("c1");
    check(&mut s, "10.0.0.2:4000", media_port(&ok), &[]);
    check(&mut s, "10.6.6.6:4000", media_port(&ok), &[Stray::OfAnother]);
    let bye = s.within("BYE", &ok, 2, "");
    s.send(&bye);
    s.now = 3400;
    check(&mut s, "10.0.0.2:4000", media_port(&ok), &[]);
    s.now = 4000;
    check(&mut s, "10.0.0.2:4000", media_port(&ok), &[Stray::AfterEnd]);
}
