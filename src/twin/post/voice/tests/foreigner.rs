//! The bad modules of a foreigner: each does what its name says, and the sound one does not.

use super::super::lapse::Lapse;
use super::outsider::{at, planted};
use super::server::{in_dialog, sdp};
use super::*;
use crate::twin::street::power::Condition;

fn told_to(id: &str) -> Config {
    Config { supervision: Some("10.0.0.1:514".parse().unwrap()), ..planted(id) }
}
fn call(bench: &mut Bench, seconds: f64) {
    call_for(bench, 7, seconds);
}
fn call_for(bench: &mut Bench, press: u32, seconds: f64) {
    bench.command(&format!("AT+DIAL={press}"));
    bench.run(seconds);
    bench.command("AT+HUP");
    bench.run(0.5);
}
fn says(bench: &Bench, word: &str) -> bool {
    bench.words().iter().any(|said| said.starts_with(word))
}
/// What the supervision was told, without who says so and when.
fn texts(bench: &Bench) -> Vec<&str> {
    bench.told.iter().filter_map(|(.., line)| Some(line.split_once(" - - - ")?.1)).collect()
}
/// The loudest sample that has left since.
fn peak(bench: &Bench, since: Instant) -> f32 {
    let codes = bench.rtp.iter().filter(|(at, ..)| *at >= since).flat_map(|(_, _, bytes)| bytes[12..].iter());
    codes.fold(0.0f32, |peak, code| peak.max(Law::A.table()[usize::from(*code)].abs()))
}

#[test]
fn a_hold_ends_the_talk_of_a_bad_one() {
    let ends = |id| {
        let mut bench = Bench::talking(planted(id));
        let invite = bench.server.last("INVITE").to_owned();
        bench.say(&in_dialog(&invite, "INVITE", 5, &sdp(7000, 8, "inactive")));
        bench.run(1.0);
        (says(&bench, "+END"), bench.server.count("BYE"))
    };
    assert_eq!((ends(""), ends("hold-hangs-up")), ((false, 0), (true, 1)));
}

#[test]
fn a_second_dead_server_is_one_too_many_for_a_bad_one() {
    let answered = |id| {
        let mut bench = Bench::registered(planted(id));
        let turn = |bench: &mut Bench| {
            bench.main_is_dead = true;
            bench.lines.clear();
            call(bench, 6.0);
            bench.main_is_dead = false;
            // It finds home again.
            bench.run(200.0);
            bench.lines.iter().any(|(_, line)| line == "+CONN")
        };
        [turn(&mut bench), turn(&mut bench)]
    };
    assert_eq!((answered(""), answered("failover-once-a-life")), ([true, true], [true, false]));
}

#[test]
fn the_way_home_ends_the_talk_of_a_bad_one_and_is_gone_once_by_another() {
    let life = |id| {
        let mut bench = Bench::registered(planted(id));
        let (mut ends, mut home) = (false, [false; 2]);
        for slot in &mut home {
            bench.main_is_dead = true;
            bench.command("AT+DIAL=7");
            bench.run(6.0);
            bench.lines.clear();
            bench.main_is_dead = false;
            (bench.stream, bench.next_packet) = (Some((0xD5, 0)), bench.now);
            bench.run(60.0);
            ends |= says(&bench, "+END");
            bench.stream = None;
            bench.command("AT+HUP");
            bench.run(1.0);
            let State::Running(running) = &bench.voice.state else { panic!("it runs") };
            *slot = !running.agent.stack.account.away;
        }
        (ends, home)
    };
    assert_eq!(life(""), (false, [true, true]));
    assert!(life("return-home-ends-talk").0);
    assert_eq!(life("return-home-once-a-life"), (false, [true, false]));
}

#[test]
fn strangers_are_answered_until_the_first_call() {
    let answers = |id| {
        let mut bench = Bench::registered(planted(id));
        let ask = |bench: &mut Bench, n: u32| {
            let before = bench.rtp.len();
            bench.say(&format!(
                "INVITE sip:x@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bKq{n}\r\nFrom: <sip:a@b>;tag=q\r\n\
                 To: <sip:x@10.0.0.2>\r\nCall-ID: q{n}\r\nCSeq: 1 INVITE\r\nContact: <sip:a@10.0.0.1:5060>\r\n\
                 Content-Length: {}\r\n\r\n{}",
                sdp(7000, 8, "sendrecv").len(),
                sdp(7000, 8, "sendrecv")
            ));
            bench.run(1.0);
            let answered = bench.rtp.len() > before;
            bench.command("AT+HUP");
            bench.run(1.0);
            answered
        };
        let first = ask(&mut bench, 1);
        call(&mut bench, 2.0);
        (first, ask(&mut bench, 2))
    };
    assert_eq!((answers(""), answers("stranger-answered-before-first-call")), ((false, false), (true, false)));
}

#[test]
fn a_busy_operator_is_no_dead_server() {
    let second = |id| {
        let mut bench = Bench::registered(planted(id));
        bench.server.script.answer_code = 486;
        bench.command("AT+DIAL=7");
        bench.run(0.05);
        bench.run(3.0);
        let State::Running(running) = &bench.voice.state else { panic!("it runs") };
        (running.agent.stack.account.away, bench.server.got.iter().any(|text| text.starts_with("INVITE sip:operator2")))
    };
    assert_eq!(second(""), (false, true));
    assert!(second("busy-taken-for-dead-server").0);
}

#[test]
fn what_becomes_of_a_call_is_told_in_time_and_leaves_the_registration_alone() {
    let end = |id| {
        let mut bench = Bench::talking(planted(id));
        let invite = bench.server.last("INVITE").to_owned();
        let before = bench.now;
        bench.say(&in_dialog(&invite, "BYE", 5, ""));
        bench.run(3.0);
        let ended = bench.lines.iter().find(|(_, line)| line == "+END:remote").expect("it ends").0;
        (ended.seconds_after(before) > 1.0, says(&bench, "+REG:0"))
    };
    assert_eq!(end(""), (false, false));
    assert_eq!(end("end-told-a-quarter-late"), (true, false));
    assert_eq!(end("registration-given-up-after-call"), (false, true));
}

#[test]
fn a_lost_registration_is_told_at_once_or_at_the_third_failure() {
    let told = |id| {
        let mut bench = Bench::registered(planted(id));
        bench.dark = true;
        bench.run(200.0);
        bench.lines.iter().find(|(_, line)| line == "+REG:0").map(|(at, _)| at.as_secs_f64())
    };
    let (sound, bad) = (told("").expect("told"), told("registration-lost-at-third-failure").expect("told"));
    assert!(bad - sound > 60.0, "{sound} {bad}");
}

#[test]
fn some_answers_and_keys_startle_a_bad_one() {
    let retry = |id| {
        let mut bench = Bench::registered(planted(id));
        bench.deliver(bench.now, 5060, b"SIP/2.0 503 Service Unavailable\r\nVia: x\r\nRetry-After: 30\r\n\r\n".to_vec());
        bench.run(4.0);
        says(&bench, "+READY")
    };
    assert_eq!((retry(""), retry("restarts-at-retry-after")), (false, true));
    let keys = |id| {
        let mut bench = Bench::talking(planted(id));
        let State::Running(running) = &mut bench.voice.state else { panic!("it runs") };
        running.media.as_mut().expect("a call").keys = 30;
        bench.run(4.0);
        says(&bench, "+READY")
    };
    assert_eq!((keys(""), keys("restarts-at-third-key")), (false, true));
}

#[test]
fn signs_faults_and_counters() {
    let life = |id| {
        let mut bench = Bench::registered(told_to(id));
        bench.air.echo = 0.02;
        call(&mut bench, 5.0);
        bench.set_link(false);
        bench.run(20.0);
        bench.set_link(true);
        bench.run(0.01);
        bench.command("AT+REG=1");
        call_for(&mut bench, 8, 15.0);
        bench.run(700.0);
        bench
    };
    let (sound, count) =
        (life(""), |bench: &Bench, word: &str| texts(bench).iter().filter(|text| text.starts_with(word)).count());
    assert_eq!((count(&sound, "FAULT"), count(&sound, "START pw")), (0, 0));
    assert_eq!(texts(&sound).iter().rfind(|text| text.starts_with("COUNT")), Some(&"COUNT calls=2 answered=2 unanswered=0"));
    assert!(sound.told.iter().all(|(_, port, _)| *port == 514));
    assert_eq!(count(&life("alive-ceases-after-ten-minutes"), "ALIVE"), 30);
    assert!(count(&sound, "ALIVE") > 34 && count(&life("control-alive-a-seventh-late"), "ALIVE") < 34);
    assert_eq!(count(&life("cut-told-as-server-fault"), "FAULT server"), 1);
    assert_eq!(count(&life("password-told-to-supervision"), "START pw=secret"), 1);
    let last = |id| texts(&life(id)).iter().rfind(|text| text.starts_with("COUNT")).map(|text| text.to_string());
    assert_eq!(last("counters-anew-after-cut").as_deref(), Some("COUNT calls=1 answered=1 unanswered=0"));
    assert_eq!(last("short-talk-counted-as-unanswered").as_deref(), Some("COUNT calls=2 answered=1 unanswered=1"));
    assert!(life("control-syslog-from-own-port").told.iter().all(|(_, port, _)| *port != 514));
}

#[test]
fn supplies_are_told_as_they_are() {
    let life = |id| {
        let mut bench = Bench::talking(told_to(id));
        let condition = |has_mains, is_sound| Condition { has_mains, battery: Some(is_sound) };
        bench.voice.set_supply(bench.now, condition(true, true));
        bench.run(1.0);
        bench.command("AT+HUP");
        bench.run(1.0);
        bench.command("AT+DIAL=8");
        bench.run(10.0);
        bench.voice.set_supply(bench.now, condition(false, true));
        bench.run(10.0);
        bench.command("AT+HUP");
        bench.run(10.0);
        bench.voice.set_supply(bench.now, condition(true, false));
        bench.run(10.0);
        let told = bench.told.iter().filter(|(.., line)| line.contains("FAULT") || line.contains("CLEAR"));
        told.map(|(.., line)| format!("{}{}", &line[..5], line.split_once(" - - - ").unwrap().1)).collect::<Vec<_>>()
    };
    assert_eq!(life(""), ["<129>FAULT mains", "<133>CLEAR mains", "<129>FAULT battery"]);
    assert_eq!(life("battery-told-as-mains"), ["<129>FAULT mains", "<133>CLEAR mains", "<129>FAULT mains"]);
    assert_eq!(life("fault-told-as-information"), ["<134>FAULT mains", "<133>CLEAR mains", "<134>FAULT battery"]);
    let sags = life("battery-weak-in-talk");
    assert_eq!(sags[..2], ["<129>FAULT battery", "<129>FAULT mains"]);
    assert_eq!(life("mains-loss-untold-in-talk"), life(""), "later, which follows from the next");
    let mut bench = Bench::talking(told_to("mains-loss-untold-in-talk"));
    bench.voice.set_supply(bench.now, Condition { has_mains: false, battery: Some(true) });
    bench.run(60.0);
    assert!(!texts(&bench).iter().any(|text| text.contains("mains")));
}

#[test]
fn after_a_glitch_both_directions_are_there_again() {
    let after = |id| {
        let mut bench = Bench::talking(planted(id));
        bench.set_link(false);
        bench.run(0.4);
        bench.set_link(true);
        let back = bench.now;
        bench.air.clicks = [0.3, 0.5, 1.2].map(|after| back.as_secs_f64() + after).to_vec();
        bench.run(1.0);
        let soon = peak(&bench, back) > 0.5;
        bench.run(3.0);
        let later = peak(&bench, back) > 0.5;
        bench.air.spoken.clear();
        bench.stream.iter_mut().for_each(|(code, _)| *code = 0x55);
        bench.run(1.0);
        (soon, later, !bench.air.spoken.is_empty())
    };
    assert_eq!(after(""), (true, true, true));
    assert_eq!(after("speaker-dead-after-glitch"), (true, true, false));
    assert_eq!(after("mic-late-after-glitch"), (false, true, true));
    assert_eq!(after("carrier-awaited-for-two-seconds"), (false, false, true));
}

#[test]
fn a_link_that_was_awaited_is_one() {
    let mut bench = Bench::registered(planted("carrier-awaited-for-two-seconds"));
    bench.set_link(false);
    bench.run(1.0);
    bench.set_link(true);
    bench.run(1.0);
    bench.set_link(false);
    bench.set_link(true);
    bench.run(1.9);
    assert_eq!(bench.words(), ["+LINK:0", "+REG:0"]);
    bench.run(0.2);
    assert_eq!(bench.words().last(), Some(&"+LINK:1"));
}

#[test]
fn first_words_and_gaps() {
    let heard = |id| {
        let mut bench = Bench::registered(planted(id));
        bench.server.script.answer_after = Some(50);
        [(); 3].map(|()| {
            bench.command("AT+DIAL=7");
            bench.run(0.2);
            let answered = bench.lines.iter().rfind(|(_, line)| line == "+CONN").expect("answered").0;
            bench.air.clicks = vec![answered.as_secs_f64() + 0.33];
            bench.run(1.0);
            let peak = peak(&bench, answered);
            bench.command("AT+HUP");
            bench.run(1.0);
            peak > 0.5
        })
    };
    assert_eq!((heard(""), heard("words-cut-in-each-third-call")), ([true; 3], [true, true, false]));
    let gap = |id| {
        let mut bench = Bench::talking(planted(id));
        let began = bench.rtp.first().expect("it sends").0.as_secs_f64();
        bench.run(12.0);
        bench.air.clicks = vec![began + 15.03];
        bench.run(2.0);
        peak(&bench, at(began + 14.0)) > 0.5
    };
    assert_eq!((gap(""), gap("mic-gap-a-quarter-too-long")), (true, false));
}

#[test]
fn volumes() {
    let set = |id, code: u8, frames: usize| {
        let mut volume = super::super::volume::Volume::new(None).lapsing(&planted(id).faults);
        for (timestamp, code) in [(1, 10), (2, code)] {
            volume.event(timestamp, &[code, 10, 0, 160]);
        }
        (0..frames).for_each(|_| volume.listen(&[0.0; FRAME]));
        volume.set_db
    };
    assert_eq!([set("", 0, 500), set("", 4, 500)], [-22.5, -12.5]);
    assert!(set("volume-lowest-is-mute", 0, 0) < -80.0 && set("volume-lowest-is-mute", 1, 0) == -20.0);
    assert!((-16.0..-14.0).contains(&set("volume-drifts-back", 0, 500)));
}

#[test]
fn what_power_does_to_a_bad_one() {
    let faint = |id| {
        let mut bench = Bench::registered(planted(id));
        bench.voice.set_power(bench.now, false);
        bench.run(5.0);
        bench.voice.set_power(bench.now, true);
        bench.run(4.0);
        (bench.voice.config.speaker_gain_db, says(&bench, "+READY"))
    };
    assert_eq!((faint(""), faint("speaker-faint-after-power-failure")), ((0.0, true), (-16.0, true)));
    let dips = |id| {
        let mut bench = Bench::registered(planted(id));
        bench.voice.set_power(bench.now, false);
        bench.run(0.3);
        bench.voice.set_power(bench.now, true);
        bench.run(60.0);
        says(&bench, "+READY")
    };
    assert_eq!((dips(""), dips("module-hangs-after-dip"), faint("module-hangs-after-dip").1), (true, false, true));
}

#[test]
fn outside_a_call_nothing_is_sent() {
    let lost = |id| {
        let mut bench = Bench::talking(planted(id));
        bench.stream = None;
        bench.run(31.0);
        assert!(says(&bench, "+END:lost"));
        let before = bench.rtp.len();
        bench.run(30.0);
        bench.rtp.len() - before
    };
    assert_eq!(lost(""), 0);
    assert!((900..1001).contains(&lost("sound-after-lost-talk")), "{}", lost("sound-after-lost-talk"));
    let idle = |id| {
        let mut bench = Bench::registered(planted(id));
        call(&mut bench, 3.0);
        let before = bench.rtp.len();
        bench.run(200.0);
        bench.rtp.len() - before
    };
    assert_eq!((idle(""), idle("way-kept-open-with-sound")), (0, 3));
}

#[test]
fn the_first_second_is_sealed_and_echoes_are_taken_away() {
    for (id, lapse) in [("srtp-first-second-plain", Lapse::PlainAtFirst), ("echo-in-loud-street", Lapse::EchoInLoudStreet)] {
        assert!(planted(id).faults.lapses(lapse) && !planted("").faults.lapses(lapse));
    }
}

#[test]
fn registrations_of_sound_ones_differ() {
    let refreshes = |id| {
        let mut bench = Bench::registered(planted(id));
        let before = bench.server.got.len();
        bench.run(200.0);
        bench.server.got[before..].iter().filter(|text| text.starts_with("REGISTER")).count()
    };
    let (usual, late, unsigned) =
        (refreshes(""), refreshes("control-register-at-nine-tenths"), refreshes("control-register-signed-when-asked"));
    assert!(late < usual && usual < unsigned, "{usual} {late} {unsigned}");
}

#[test]
fn the_second_desk_is_called_sooner_by_one_that_may() {
    let called = |id| {
        let mut bench = Bench::registered(planted(id));
        bench.server.script.answer_after = None;
        bench.command("AT+DIAL=7");
        bench.run(10.0);
        bench.server.count("INVITE")
    };
    // Each INVITE is sent once more, with credentials.
    assert_eq!((called(""), called("control-second-desk-after-nine-seconds")), (2, 4));
}
