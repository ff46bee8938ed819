//! The bad modules of an assessor, and the healthy ones: each does what its name says, and the sound one does not.

use super::super::oversight::OfTalk;
use super::super::supervision::{Supervision, Trouble};
use super::outsider::planted;
use super::server::{in_dialog, sdp};
use super::*;
use crate::twin::TwinConfig;
use crate::twin::defect::assessor::ASSESSORS;

fn message_from(who: &str, method: &str, extra: &str) -> String {
    format!(
        "{method} sip:x@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP {who}:5060;rport;branch=z9hG4bK{method}\r\nFrom: <sip:o@h>;tag=1\r\n\
         To: <sip:x@h>\r\nCall-ID: {method}@h\r\nCSeq: 1 {method}\r\n{extra}Content-Length: 0\r\n\r\n"
    )
}

#[test]
fn whoever_is_challenged_counts_on() {
    let counts = |id| {
        let bench = Bench::registered(planted(id));
        let counts = bench.server.got.iter().filter_map(|m| field(m, "CSeq")).map(str::to_owned).collect::<Vec<_>>();
        counts.join(", ")
    };
    assert_eq!(counts(""), "1 REGISTER, 2 REGISTER");
    assert_eq!(counts("challenged-under-same-count"), "1 REGISTER, 1 REGISTER");
}

#[test]
fn a_stranger_has_nobody_called_and_keeps_nobody_from_calling() {
    let life = |id| {
        let mut bench = Bench::registered(planted(id));
        bench.say(&message_from("10.0.0.1", "REFER", "Refer-To: <sip:far@10.0.0.9>\r\n"));
        bench.run(1.0);
        let referred = bench.server.count("INVITE sip:far@");
        bench.say(&message_from("10.0.0.1", "INVITE", ""));
        bench.run(1.0);
        bench.lines.clear();
        bench.command("AT+DIAL=7");
        (referred > 0, bench.words().join(" "))
    };
    assert_eq!(life(""), (false, "OK +SENT".to_owned()));
    assert!(life("stranger-refers-post").0);
    assert_eq!(life("stranger-occupies-post"), (false, "ERROR".to_owned()));
}

#[test]
fn nonsense_is_no_reason_to_start_anew_nor_many_calls_to_refuse_one() {
    let life = |id| {
        let mut bench = Bench::registered(planted(id));
        bench.say("\x16\x03\x01 nonsense");
        bench.run(5.0);
        let starts = bench.words().iter().filter(|word| **word == "+READY").count();
        bench.lines.clear();
        for press in 1..9 {
            bench.command(&format!("AT+DIAL={press}"));
            bench.run(1.0);
            bench.command("AT+HUP");
            bench.run(1.0);
        }
        (starts, bench.words().iter().filter(|word| **word == "+SENT").count())
    };
    assert_eq!(life(""), (0, 8));
    assert_eq!(life("calls-rationed"), (0, 6));
    assert_eq!(life("nonsense-restarts-module").0, 1);
}

#[test]
fn a_press_alone_is_no_reason_to_register() {
    let registers = |id| {
        let mut bench = Bench::registered(planted(id));
        let before = bench.server.count("REGISTER");
        bench.command("AT+DIAL=7");
        bench.run(1.0);
        bench.server.count("REGISTER") - before
    };
    assert_eq!([registers(""), registers("registers-before-each-call")], [0, 1]);
}

#[test]
fn messages_say_what_they_are() {
    let invite = |id| {
        let mut bench = Bench::registered(planted(id));
        bench.command("AT+DIAL=7");
        bench.run(0.5);
        bench.server.last("INVITE").to_owned()
    };
    let sound = invite("");
    assert!(sound.contains("application/sdp") && sound.contains("a=sendrecv") && !sound.contains("Require:"));
    assert!(invite("invite-requires-extension").contains("\r\nRequire: sos-priority\r\n"));
    assert!(!invite("description-untyped").contains("application/sdp"));
    assert!(invite("offer-says-listens-only").contains("a=recvonly"));
    assert!(invite("control-codecs-more").contains("RTP/AVP 8 0 18 3 101\r\n"));
    assert!(
        invite("control-via-without-rport").contains("5060;branch") || !invite("control-via-without-rport").contains("rport")
    );
    let answer = |id| {
        let mut bench = Bench::talking(planted(id));
        let invite = bench.server.last("INVITE").to_owned();
        bench.say(&in_dialog(&invite, "INVITE", 1, &sdp(7000, 8, "sendrecv")));
        bench.run(0.2);
        let origin = |text: &str| text.lines().find(|line| line.starts_with("o=")).map(|line| line[..9].to_owned());
        let answer = bench.server.last("SIP/2.0 200").to_owned();
        (answer.contains("G729"), origin(&answer) == origin(&invite))
    };
    assert_eq!(answer(""), (false, true));
    assert_eq!(answer("control-answer-names-more"), (true, true));
    assert_eq!(answer("answer-renames-session"), (false, false));
}

#[test]
fn each_offer_leaves_the_microphone_open() {
    let silent = |id| {
        let mut bench = Bench::talking(planted(id));
        let invite = bench.server.last("INVITE").to_owned();
        bench.say(&in_dialog(&invite, "INVITE", 1, &sdp(7002, 8, "sendrecv")));
        bench.run(0.1);
        bench.air.clicks.push(bench.now.as_secs_f64() + 0.5);
        let from = bench.rtp.len();
        bench.run(1.0);
        bench.rtp[from..].iter().all(|(_, _, packet)| packet[12..].iter().all(|code| matches!(code, 0xD5 | 0x55)))
    };
    assert_eq!([silent(""), silent("mic-gap-at-each-offer")], [false, true]);
}

#[test]
fn what_was_said_in_a_cut_is_gone() {
    let after = |id| {
        let mut bench = Bench::talking(planted(id));
        bench.set_link(false);
        bench.run(1.0);
        let from = bench.rtp.len();
        bench.set_link(true);
        bench.run(0.1);
        bench.rtp.len() - from
    };
    assert!(after("") < 8 && after("backlog-sent-after-cut") > 50);
}

#[test]
fn others_speak_beside_their_sound() {
    let beside = |id| {
        let mut bench = Bench::talking(planted(id));
        bench.run(11.0);
        bench.rtp.iter().filter(|(_, _, packet)| packet.len() != 172).count()
    };
    assert_eq!(beside(""), 0);
    assert!(beside("control-stun-in-talk") >= 2);
}

/// What is told of a battery, a cut and a start, each after its settling.
#[test]
fn the_supervision_is_told_of_what_there_is_while_it_is_there() {
    let life = |id| {
        let mut supervision = Supervision::new(true);
        supervision.oversight = planted(id).faults.oversight;
        let at = Instant::from_secs_f64;
        supervision.identify(at(0.0), "SOS-0417");
        supervision.set(at(1.0), Trouble::Server, false);
        let mut told = Vec::new();
        for second in 1..60 {
            match second {
                20 => {
                    supervision.set_link(at(20.0), false);
                    supervision.set(at(20.0), Trouble::Server, true);
                }
                35 => {
                    supervision.set_link(at(35.0), true);
                    supervision.set(at(36.0), Trouble::Server, false);
                }
                _ => {}
            }
            supervision.wake(at(f64::from(second)), &Faults::default(), || None);
            told.extend(supervision.take_messages().into_iter().map(|line| String::from_utf8_lossy(&line).into_owned()));
        }
        let words = told.iter().map(|line| line.rsplit(['-', ':', '\u{feff}']).next().unwrap_or_default().trim().to_owned());
        let words: Vec<_> = words.filter(|word| word != "ALIVE" && !word.starts_with("COUNT")).collect();
        (words.join(", "), told[0].contains(">1 - SOS"))
    };
    assert_eq!(life(""), ("START".to_owned(), true));
    assert_eq!(life("control-syslog-marked"), ("START".to_owned(), true));
    assert_eq!(life("start-untold").0, "");
    assert_eq!(life("supervision-in-old-form"), ("START".to_owned(), false));
    assert_eq!(life("fault-told-into-cut").0, "START, CLEAR server");
    assert_eq!(life("battery-weak-at-each-start").0, "START, FAULT battery, CLEAR battery");
}

#[test]
fn a_loss_roars_once_and_echoes_come_after_both_have_spoken() {
    let mut talk = OfTalk::default();
    assert_eq!([0, 1, 1, 3].map(|missing| talk.has_lost(missing)), [false, true, false, true]);
    let echoes = |talk: &mut OfTalk, frames: std::ops::Range<u64>, mic| frames.filter(|n| talk.echoes(*n, mic, 0.01)).count();
    assert_eq!(echoes(&mut talk, 0..100, 1e-5), 0, "the operator alone");
    assert_eq!(echoes(&mut talk, 100..120, 0.01), 11);
    assert!(echoes(&mut talk, 120..400, 1e-5) > 100);
}

/// What functions of frames do: the level of a steady sound after so much of another, relative to what it was.
#[test]
fn sounds_are_deafened_and_bent() {
    let left = |id: &str, before: f32, amplitude: f32| {
        let defect = ASSESSORS.iter().find(|defect| defect.id == id).expect("planted");
        let change = TwinConfig::new(1, "SOS-0417").with(defect).voice.faults.quirks.up.expect("a function of frames");
        let mut scratch = Scratch::default();
        (0..10).for_each(|_| change(&mut scratch, &mut [before; FRAME]));
        let mut frame = [amplitude; FRAME];
        change(&mut scratch, &mut frame);
        20.0 * (frame[FRAME - 1] / amplitude).abs().max(1e-6).log10()
    };
    assert!(left("mic-deafened-by-loud-word", 0.01, 0.01).abs() < 0.1 && left("mic-deafened-by-loud-word", 0.2, 0.01) < -19.0);
    assert!(left("control-mic-limits-softly", 0.1, 0.1).abs() < 0.2);
    assert!(left("mic-wows", 0.1, 0.1).abs() < 0.1, "what is steady stays so");
}
