//! The bad modules of an examiner, and the healthy ones: each does what its name says, and the sound one does not.

use super::super::blunder::OfTalk;
use super::super::srtp::{Key, Keys, LONGEST, Srtp};
use super::outsider::planted;
use super::server::{in_dialog, sdp};
use super::*;
use crate::twin::TwinConfig;
use crate::twin::defect::examiner::EXAMINERS;

/// The 180 after 50 ms, the answer so many milliseconds later: how often it was acknowledged.
#[test]
fn an_answer_that_comes_at_once_is_acknowledged() {
    let acknowledged = |id, answer_after| {
        let mut bench = Bench::registered(planted(id));
        bench.server.script.answer_after = Some(answer_after);
        bench.command("AT+DIAL=7");
        bench.run(3.0);
        bench.server.count("ACK sip:op@")
    };
    assert_eq!([acknowledged("", 100), acknowledged("", 500)], [1, 1]);
    let quick = "quick-answer-unacknowledged";
    assert_eq!([acknowledged(quick, 100), acknowledged(quick, 500)], [0, 1]);
}

#[test]
fn whoever_answers_after_the_cancel_is_sent_home() {
    let sent_home = |id| {
        let mut bench = Bench::registered(planted(id));
        bench.server.script.answer_after = Some(700);
        bench.command("AT+DIAL=7");
        bench.run(0.6995);
        // The CANCEL is lost, and the answer comes before it is sent again.
        bench.server.script.lose = 1;
        bench.command("AT+HUP");
        bench.run(3.0);
        (bench.server.count("ACK sip:op@"), bench.server.count("BYE"))
    };
    assert_eq!([sent_home(""), sent_home("answer-after-cancel-lost")], [(1, 1), (0, 0)]);
}

#[test]
fn both_operators_busy_are_not_called_in_a_circle() {
    let invites = |id| {
        let mut bench = Bench::registered(planted(id));
        bench.server.script.answer_code = 486;
        bench.server.script.answer_after = Some(60);
        bench.command("AT+DIAL=7");
        bench.run(10.0);
        bench.server.got.iter().filter(|m| m.starts_with("INVITE") && m.contains("Proxy-Authorization")).count()
    };
    assert_eq!(invites(""), 2);
    assert!(invites("desks-called-in-circle") > 10);
}

#[test]
fn messages_are_understood_however_long_and_however_short_their_names() {
    let answered = |id, request: &str| {
        let mut bench = Bench::registered(planted(id));
        bench.say(request);
        bench.run(0.1);
        bench.server.count("SIP/2.0 200")
    };
    let short = "OPTIONS sip:x@10.0.0.2 SIP/2.0\r\nv: SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bKa\r\nf: <sip:o@h>;tag=1\r\n\
        t: <sip:x@h>\r\ni: a@h\r\nCSeq: 1 OPTIONS\r\nl: 0\r\n\r\n";
    let long = short.replace("l: 0", &format!("Subject: {}\r\nl: 0", "a".repeat(1000)));
    let long = long.replace("v:", "Via:").replace("f:", "From:").replace("t:", "To:").replace("i:", "Call-ID:");
    assert_eq!([answered("", short), answered("", &long)], [1, 1]);
    assert_eq!([answered("short-names-unread", short), answered("short-names-unread", &long)], [0, 1]);
    assert_eq!([answered("long-messages-unread", short), answered("long-messages-unread", &long)], [1, 0]);
}

#[test]
fn a_long_hold_is_a_hold() {
    let words = |id| {
        let mut bench = Bench::talking(planted(id));
        let invite = bench.server.last("INVITE").to_owned();
        bench.say(&in_dialog(&invite, "INVITE", 1, &sdp(7000, 8, "sendonly")));
        bench.run(40.0);
        bench.words().join(" ")
    };
    assert_eq!([words(""), words("long-hold-ends-talk")], ["", "+END:local"]);
}

#[test]
fn a_registration_is_refreshed_in_time_and_at_one_server() {
    let registers = |id, seconds| {
        let mut bench = Bench::registered(planted(id));
        bench.run(seconds);
        let there = |server| bench.server.got.iter().filter(|m| m.starts_with(&format!("REGISTER sip:{server} "))).count();
        [there("10.0.0.1"), there("10.0.0.3")]
    };
    let [main, backup] = registers("", 1200.0);
    assert!(main > 30 && backup == 0);
    let [creeping, _] = registers("refresh-creeps-to-the-edge", 1200.0);
    assert!(creeping < main - 8, "{creeping} of {main}");
    let [_, backup] = registers("servers-taken-in-turn", 200.0);
    assert!(backup >= 2);
}

#[test]
fn what_healthy_modules_of_other_makes_say_to_their_server() {
    let mut bench = Bench::registered(planted("control-bindings-cleared-first"));
    let registers: Vec<_> = bench.server.got.iter().filter_map(|m| field(m, "Contact")).map(str::to_owned).collect();
    assert_eq!(registers, ["*", "*", "<sip:SOS-0417@10.0.0.2>"]);
    bench.run(100.0);
    let mut bench = Bench::registered(planted("control-server-asked-now-and-then"));
    bench.run(100.0);
    assert_eq!(bench.server.count("OPTIONS sip:10.0.0.1"), 4);
    let mut bench = Bench::new(planted("control-mu-law-only"));
    bench.voice.set_power(bench.now, true);
    bench.run(3.1);
    ["AT+ID=SOS-0417", "AT+REG=1"].into_iter().for_each(|line| bench.command(line));
    bench.run(0.5);
    bench.command("AT+DIAL=7");
    bench.run(0.2);
    let invite = bench.server.last("INVITE");
    assert!(invite.contains("RTP/AVP 0 101\r\n") && !invite.contains("PCMA"), "{invite}");
}

/// What is in the packets that leave in the next seconds, by click: how many, and when the first of them.
fn clicks(bench: &mut Bench, after: f64, seconds: f64) -> Vec<f64> {
    let click = bench.now.as_secs_f64() + after;
    bench.air.clicks.push(click);
    let from = bench.rtp.len();
    bench.run(seconds);
    let loud = bench.rtp[from..].iter().filter(|(_, _, p)| p[12..].iter().any(|code| !matches!(code, 0xD5 | 0x55)));
    loud.map(|(at, ..)| at.as_secs_f64() - click).collect()
}

#[test]
fn a_microphone_opens_of_itself_and_stays_in_time() {
    let heard = |id: &str, after| clicks(&mut Bench::talking(planted(id)), after, after + 1.0);
    for id in ["mic-awaits-operator", "mic-leaps-in-talk"] {
        let (early, late) = (heard(id, 1.0), heard(id, 25.0));
        match id {
            "mic-awaits-operator" => assert_eq!([early.len(), late.len()], [0, 0], "he has said nothing"),
            _ => assert!(early[0] < 0.03 && (0.2..0.23).contains(&late[0]), "{early:?} {late:?}"),
        }
    }
    let (early, late) = (heard("", 1.0), heard("", 25.0));
    assert!(early.len() == 1 && late.len() == 1 && late[0] < 0.03);
}

#[test]
fn each_missing_packet_is_a_frame_of_delay_to_whoever_does_not_catch_up() {
    let mut talk = OfTalk::default();
    [1, 2, 3, 5, 6, 60_000, 7].into_iter().for_each(|sequence| talk.came(sequence));
    let spoken: Vec<bool> = (0..3)
        .map(|n| {
            let mut frame = [if n == 0 { 0.5 } else { 0.0 }; FRAME];
            talk.delay(&mut frame)
        })
        .collect();
    assert_eq!(spoken, [false, true, false]);
}

#[test]
fn a_seal_is_looked_at() {
    let key = |byte| Key { suite: Suite::Aes128Bits80, bytes: [byte; LONGEST] };
    let packet = [&[0x80u8, 8, 0, 7, 0, 0, 0, 160, 0, 0, 0, 9][..], &[0xD5; FRAME]].concat();
    let mut far = Srtp::under(Keys { own: key(1), theirs: key(2) }).expect("keys");
    let mut sealed = far.seal(packet.clone()).expect("RTP");
    *sealed.last_mut().expect("a seal") ^= 1;
    let opens = |is_unchecked| {
        let mut near = Srtp::under(Keys { own: key(2), theirs: key(1) }).expect("keys");
        near.is_unchecked = is_unchecked;
        near.open(&sealed) == Some(packet.clone())
    };
    assert_eq!([opens(false), opens(true)], [false, true]);
}

/// What functions of frames do: the effective value of a steady sound after so many seconds of it, relative to what it
/// was.
#[test]
fn sounds_fade_and_are_limited_and_given_up() {
    let left = |id: &str, seconds: u32, amplitude: f32, before: f32| {
        let defect = EXAMINERS.iter().find(|defect| defect.id == id).expect("planted");
        let quirks = TwinConfig::new(1, "SOS-0417").with(defect).voice.faults.quirks;
        let change = quirks.up.or(quirks.down).expect("a function of frames");
        let mut scratch = Scratch::default();
        for _ in 0..seconds * 50 {
            change(&mut scratch, &mut [before; FRAME]);
        }
        let mut frame = [amplitude; FRAME];
        change(&mut scratch, &mut frame);
        20.0 * (frame[0] / amplitude).abs().max(1e-6).log10()
    };
    assert!(left("mic-fades-over-minutes", 1, 0.1, 0.1) > -0.2 && left("mic-fades-over-minutes", 180, 0.1, 0.1) < -11.0);
    assert!(left("mic-off-after-long-silence", 15, 0.1, 0.0) == 0.0 && left("mic-off-after-long-silence", 25, 0.1, 0.0) < -60.0);
    assert!(
        left("speaker-limits-long-sentences", 2, 0.1, 0.1) == 0.0 && left("speaker-limits-long-sentences", 4, 0.1, 0.1) < -13.0
    );
    assert!(
        left("control-mic-hums-faintly", 1, 0.1, 0.1).abs() < 0.1
            && left("control-speaker-limits-softly", 1, 0.1, 0.1).abs() < 0.2
    );
}
