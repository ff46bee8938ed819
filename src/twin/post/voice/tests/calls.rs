//! Signalling: registration, calls, losses, cuts.

use super::server::{assert_signed, in_dialog, sdp};
use super::*;

#[test]
fn registers_with_digest_and_keeps_registered() {
    let mut bench = Bench::registered(config());
    assert_eq!(bench.server.count("REGISTER"), 2);
    let register = bench.server.last("REGISTER").to_owned();
    assert!(register.starts_with("REGISTER sip:10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;rport;branch=z9hG4bK"));
    assert_signed(field(&register, "Authorization").unwrap(), "REGISTER");
    bench.run(600.0);
    // Each about 30 s, signed at once with the known nonce and a growing count.
    let refreshes = bench.server.count("REGISTER") - 2;
    assert!((18..=23).contains(&refreshes), "{refreshes}");
    assert!(field(bench.server.last("REGISTER"), "Authorization").unwrap().contains(&format!("nc={:08x}", refreshes + 1)));
    assert_eq!(bench.words(), [""; 0]);
}

#[test]
fn a_silent_server_is_reported_and_found_again() {
    let mut bench = Bench::registered(config());
    bench.server.script.silent = true;
    bench.run(45.0);
    assert_eq!(bench.words(), ["+REG:0"]);
    bench.server.script.silent = false;
    bench.command("AT+REG=1");
    bench.run(0.1);
    assert_eq!(bench.words(), ["+REG:0", "OK", "+REG:1"]);
}

#[test]
fn a_lost_register_is_sent_again_after_half_a_second() {
    let mut bench = Bench::new(config());
    bench.voice.set_power(bench.now, true);
    bench.run(3.0);
    bench.server.script.lose = 2;
    bench.command("AT+ID=SOS-0417");
    bench.command("AT+REG=1");
    bench.run(2.0);
    let (at, word) = bench.lines.last().unwrap();
    assert_eq!(word, "+REG:1");
    assert!((at.as_secs_f64() - 4.504).abs() < 0.002, "{at}");
}

#[test]
fn a_call_is_announced_in_full_and_hung_up() {
    let mut bench = Bench::talking(config());
    let invite = bench.server.last("INVITE").to_owned();
    assert!(invite.starts_with("INVITE sip:operator@10.0.0.1 SIP/2.0\r\n"));
    for (name, value) in [
        ("X-SOS-Press", "7"),
        ("X-SOS-Post", "SOS-0417"),
        ("Priority", "emergency"),
        ("P-Asserted-Identity", "\"SOS-0417\" <sip:SOS-0417@10.0.0.1>"),
        ("Contact", "<sip:SOS-0417@10.0.0.2>"),
        ("Max-Forwards", "70"),
    ] {
        assert_eq!(field(&invite, name), Some(value));
    }
    assert_eq!(field(&invite, "X-SOS-Delayed"), None);
    // One for the 407, in the INVITE's transaction, one for the 200.
    assert_eq!(bench.server.count("ACK"), 2);
    assert_eq!(field(bench.server.last("ACK"), "CSeq").unwrap(), "2 ACK");
    bench.command("AT+HUP");
    bench.run(1.0);
    assert_eq!(bench.words(), ["OK", "+END:local"]);
    assert!(bench.server.last("BYE").starts_with("BYE sip:op@10.0.0.1:5060 SIP/2.0"));
    let packets = bench.rtp.len();
    bench.run(5.0);
    assert_eq!(bench.rtp.len(), packets, "no sound outside a call");
    assert_eq!(bench.server.count("BYE"), 1);
}

#[test]
fn a_kept_press_says_so() {
    let mut bench = Bench::registered(config());
    bench.command("AT+DIAL=8,DELAYED");
    bench.run(0.1);
    assert_eq!(field(bench.server.last("INVITE"), "X-SOS-Delayed"), Some("yes"));
}

#[test]
fn the_operator_may_hang_up_and_the_next_call_works() {
    let mut bench = Bench::talking(config());
    for press in 8..11 {
        let invite = bench.server.last("INVITE").to_owned();
        bench.say(&in_dialog(&invite, "BYE", 1, ""));
        bench.say(&in_dialog(&invite, "BYE", 1, ""));
        bench.run(0.5);
        assert_eq!(bench.words(), ["+END:remote"]);
        bench.command(&format!("AT+DIAL={press}"));
        bench.run(1.0);
        assert_eq!(bench.words(), ["+END:remote", "OK", "+SENT", "+RING", "+CONN"]);
        bench.lines.clear();
    }
    assert_eq!(bench.server.count("SIP/2.0 200"), 6, "a repeated BYE is answered again");
    assert_eq!(bench.voice.truth().calls.len(), 4);
}

#[test]
fn final_answers_have_their_words() {
    for (code, word) in
        [(486, "+END:busy"), (600, "+END:busy"), (480, "+END:noanswer"), (403, "+END:refused"), (503, "+END:refused")]
    {
        let mut bench = Bench::registered(config());
        bench.server.script.answer_code = code;
        bench.command("AT+DIAL=1");
        bench.run(1.0);
        assert_eq!(bench.words(), ["OK", "+SENT", "+RING", word]);
        assert_eq!(bench.server.count("ACK"), 2);
    }
}

#[test]
fn an_invite_is_repeated_and_given_up_after_four_seconds() {
    let mut bench = Bench::registered(config());
    bench.server.script.silent = true;
    let began = bench.now;
    bench.command("AT+DIAL=1");
    bench.run(10.0);
    assert_eq!(bench.server.count("INVITE"), 4, "at 0, 0.5, 1.5 and 3.5 s");
    assert_eq!(bench.words(), ["OK", "+SENT", "+END:lost"]);
    assert!((bench.lines[2].0.seconds_after(began) - 4.0).abs() < 0.01);
}

#[test]
fn a_lost_invite_or_ack_does_not_lose_the_call() {
    let mut bench = Bench::registered(config());
    bench.server.script.lose = 1;
    bench.command("AT+DIAL=1");
    bench.run(2.0);
    assert_eq!(bench.words(), ["OK", "+SENT", "+RING", "+CONN"]);
    let ok =
        super::server::reply(bench.server.last("INVITE"), "200 OK", "Contact: <sip:op@10.0.0.1>\r\n", &sdp(7000, 8, "sendrecv"));
    let acks = bench.server.count("ACK");
    bench.say(&ok);
    bench.run(0.1);
    assert_eq!(bench.server.count("ACK"), acks + 1);
    // Another fork answers too: it is acknowledged and sent home. A foreign count at its end must not overflow.
    bench.say(&ok.replace("tag=srv", "tag=end").replace("CSeq: 2", "CSeq: 4294967295"));
    bench.say(&ok.replace("tag=srv", "tag=fork"));
    bench.run(0.1);
    assert!(bench.server.last("BYE").contains("tag=fork"));
    assert_eq!(bench.words().last(), Some(&"+CONN"));
}

#[test]
fn hanging_up_while_it_rings_cancels() {
    let mut bench = Bench::registered(config());
    bench.server.script.answer_after = None;
    bench.command("AT+DIAL=1");
    bench.run(1.0);
    bench.command("AT+HUP");
    bench.run(1.0);
    assert_eq!(bench.words(), ["OK", "+SENT", "+RING", "OK", "+END:local"]);
    let (invite, cancel) = (bench.server.last("INVITE"), bench.server.last("CANCEL"));
    for name in ["Via", "From", "To", "Call-ID"] {
        assert_eq!(field(cancel, name), field(invite, name));
    }
    assert_eq!(field(bench.server.last("ACK"), "To").unwrap(), "<sip:operator@10.0.0.1>;tag=srv");
    bench.command("AT+HUP");
    assert_eq!(bench.words().last(), Some(&"ERROR"));
}

#[test]
fn an_answer_that_crosses_the_hang_up_is_sent_home() {
    let mut bench = Bench::registered(config());
    bench.server.script.challenge = false;
    bench.server.script.ring_after = None;
    bench.server.script.answer_after = Some(30);
    bench.command("AT+DIAL=1");
    bench.run(0.031);
    bench.command("AT+HUP");
    bench.run(0.2);
    assert_eq!(bench.server.count("BYE"), 1);
    assert!(bench.rtp.is_empty() && !bench.words().contains(&"+CONN"));
}

#[test]
fn an_answer_after_the_end_is_sent_home() {
    let mut bench = Bench::registered(config());
    bench.server.script.silent = true;
    bench.command("AT+DIAL=1");
    bench.run(5.0);
    let ok =
        super::server::reply(bench.server.last("INVITE"), "200 OK", "Contact: <sip:op@10.0.0.1>\r\n", &sdp(7000, 8, "sendrecv"));
    bench.say(&ok);
    bench.run(0.1);
    assert_eq!((bench.server.count("ACK"), bench.server.count("BYE")), (1, 1));
    assert_eq!(bench.words(), ["OK", "+SENT", "+END:lost"]);
    assert!(bench.rtp.is_empty());
}

#[test]
fn nothing_has_left_without_a_link() {
    let mut bench = Bench::registered(config());
    bench.set_link(false);
    bench.command("AT+DIAL=1");
    bench.run(1.0);
    assert_eq!(bench.words(), ["+LINK:0", "+REG:0", "OK"]);
    bench.set_link(true);
    bench.run(2.0);
    assert_eq!(bench.words()[3..], ["+LINK:1", "+SENT", "+RING", "+CONN"]);
}

#[test]
fn a_dark_line_is_noticed_at_the_next_refresh() {
    let mut bench = Bench::registered(config());
    bench.dark = true;
    bench.run(38.0);
    assert_eq!(bench.words(), ["+REG:0"]);
}

#[test]
fn routes_are_followed() {
    let mut bench = Bench::registered(config());
    bench.server.script.record_route = true;
    bench.command("AT+DIAL=1");
    bench.run(1.0);
    bench.command("AT+HUP");
    bench.run(0.1);
    assert_eq!(field(bench.server.last("BYE"), "Route"), Some("<sip:10.0.0.1;lr>"));
}

#[test]
fn a_link_cut_keeps_the_call_and_tells_the_firmware() {
    let mut bench = Bench::talking(config());
    bench.set_link(false);
    let packets = bench.rtp.len();
    bench.run(20.0);
    assert_eq!(bench.rtp.len(), packets);
    bench.set_link(true);
    bench.command("AT+REG=1");
    bench.run(1.0);
    assert_eq!(bench.words(), ["+LINK:0", "+REG:0", "+LINK:1", "OK", "+REG:1"]);
    let (before, after) = (&bench.rtp[packets - 1], &bench.rtp[packets]);
    let stamp = |p: &[u8]| u32::from_be_bytes([p[4], p[5], p[6], p[7]]);
    let ticks = f64::from(stamp(&after.2).wrapping_sub(stamp(&before.2)));
    assert!((ticks / 8000.0 - after.0.seconds_after(before.0)).abs() < 1e-6, "the timeline goes on");
    assert!(bench.rtp.len() > packets + 45);
}

#[test]
fn a_call_that_rings_without_a_link_is_lost_and_a_glitch_does_it_no_harm() {
    let check = |away: f64, expected: &[&str]| {
        let mut bench = Bench::registered(config());
        bench.server.script.answer_after = None;
        bench.command("AT+DIAL=7");
        bench.run(1.0);
        bench.lines.clear();
        bench.set_link(false);
        bench.run(away);
        bench.set_link(true);
        bench.run(10.0);
        assert_eq!(bench.words(), expected, "{away} s");
        bench.server.count("CANCEL") > 0
    };
    assert!(!check(3.9, &["+LINK:0", "+REG:0", "+LINK:1"]));
    assert!(check(4.1, &["+LINK:0", "+REG:0", "+END:lost", "+LINK:1"]), "it is cancelled as soon as the link is back");
}

#[test]
fn thirty_seconds_without_media_end_the_call() {
    let mut bench = Bench::talking(config());
    let began = bench.now;
    bench.set_link(false);
    bench.run(40.0);
    assert_eq!(bench.words(), ["+LINK:0", "+REG:0", "+END:lost"]);
    assert!((bench.lines[2].0.seconds_after(began) - 30.0).abs() < 0.05);
    bench.set_link(true);
    bench.run(30.0);
    assert!(bench.server.count("BYE") >= 1, "the BYE is tried until the link is back");
}

#[test]
fn a_power_cut_ends_everything_without_a_word() {
    let mut bench = Bench::talking(config());
    bench.voice.set_power(bench.now, false);
    let (got, packets) = (bench.server.got.len(), bench.rtp.len());
    bench.run(5.0);
    assert_eq!((bench.server.got.len(), bench.rtp.len(), bench.voice.next_wake()), (got, packets, None));
    bench.voice.set_power(bench.now, true);
    bench.run(2.9);
    assert_eq!(bench.words(), [""; 0]);
    bench.run(0.2);
    assert_eq!(bench.words(), ["+READY", "+LINK:1"]);
    bench.command("AT+DIAL=1");
    assert_eq!(bench.words().last(), Some(&"ERROR"), "it has forgotten its name");
    bench.say(&in_dialog(bench.server.last("INVITE").to_owned().as_str(), "BYE", 1, ""));
    bench.run(0.1);
    assert!(bench.server.last("SIP/2.0").starts_with("SIP/2.0 481"));
}

#[test]
fn strangers_are_refused_and_options_answered() {
    let stranger = "INVITE sip:x@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKq\r\nFrom: <sip:m@x>;tag=m\r\n\
        To: <sip:x@10.0.0.2>\r\nCall-ID: q\r\nCSeq: 1 INVITE\r\nContact: <sip:m@10.0.0.1>\r\n\r\n";
    let stranger = format!("{stranger}{}", sdp(9000, 0, "sendrecv"));
    let mut bench = Bench::registered(config());
    bench.say(&stranger);
    bench.run(0.1);
    assert!(bench.server.last("SIP/2.0").starts_with("SIP/2.0 403"));
    bench.run(40.0);
    assert!(bench.server.count("SIP/2.0 403") > 5, "repeated until the ACK");
    assert!(bench.rtp.is_empty() && bench.air.heard_frames == 0);
    let mut bench = Bench::talking(config());
    bench.say(&stranger);
    bench.run(0.1);
    assert!(bench.server.last("SIP/2.0").starts_with("SIP/2.0 486"));
    bench.say(&stranger.replace("INVITE", "OPTIONS"));
    bench.run(0.1);
    assert!(bench.server.last("SIP/2.0").starts_with("SIP/2.0 200"));
    assert_eq!(bench.words(), [""; 0]);
}

#[test]
fn a_reinvite_moves_the_media_and_is_answered_truly() {
    let mut bench = Bench::talking(config());
    let invite = bench.server.last("INVITE").to_owned();
    bench.say(&in_dialog(&invite, "INVITE", 5, &sdp(9000, 0, "sendonly")));
    bench.run(0.1);
    let answer = bench.server.last("SIP/2.0 200").to_owned();
    assert!(answer.contains("m=audio 4000 RTP/AVP 0\r\n") && answer.contains("a=recvonly"), "{answer}");
    let packets = bench.rtp.len();
    bench.run(0.5);
    assert_eq!(bench.rtp.len(), packets, "held: nothing is sent");
    bench.say(&in_dialog(&invite, "ACK", 5, ""));
    bench.say(&in_dialog(&invite, "INVITE", 6, &sdp(9002, 0, "sendrecv")));
    bench.run(0.2);
    let (_, to, packet) = bench.rtp.last().unwrap();
    assert_eq!((to.port(), packet[1] & 0x7F), (9002, 0));
    bench.say(&in_dialog(&invite, "INVITE", 7, &sdp(9002, 18, "sendrecv")));
    bench.say(&in_dialog(&invite, "INVITE", 4, &sdp(9002, 0, "sendrecv")));
    bench.run(0.1);
    assert_eq!((bench.server.count("SIP/2.0 488"), bench.server.count("SIP/2.0 500")), (1, 1));
    assert_eq!(bench.words(), [""; 0]);
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let [a, b] = [1, 1].map(|seed| Bench::talking(Config { seed, ..config() }));
    let first = a.server.got[0].clone();
    assert_eq!((a.server.got, a.rtp), (b.server.got, b.rtp));
    let c = Bench::talking(Config { seed: 2, ..config() });
    assert_ne!(c.server.got[0], first, "another seed, other tags");
}

#[test]
fn a_reinvite_without_an_offer_gets_ours_and_its_ack_decides() {
    let mut bench = Bench::talking(config());
    let invite = bench.server.last("INVITE").to_owned();
    bench.say(&in_dialog(&invite, "INVITE", 5, ""));
    bench.run(0.1);
    assert!(bench.server.last("SIP/2.0 200").contains("m=audio 4000 RTP/AVP 0 8 101\r\n"));
    bench.say(&in_dialog(&invite, "ACK", 5, &sdp(9004, 0, "sendrecv")));
    bench.run(0.1);
    assert_eq!(bench.rtp.last().unwrap().1.port(), 9004);
    let answers = bench.server.count("SIP/2.0 200");
    bench.run(5.0);
    assert_eq!(bench.server.count("SIP/2.0 200"), answers, "acknowledged: not repeated");
}
