//! The defects of signalling, media and the module itself that were planted later, and the choices that a healthy
//! module has.

use super::server::{in_dialog, sdp};
use super::*;
use std::collections::BTreeSet;

fn with(change: impl FnOnce(&mut Faults)) -> Config {
    let mut config = config();
    change(&mut config.faults);
    config
}
fn call_ids(bench: &Bench) -> Vec<&str> {
    bench.server.got.iter().filter(|m| m.starts_with("INVITE")).filter_map(|m| field(m, "Call-ID")).collect()
}
/// Seconds of all packets to `port`.
fn packets(bench: &Bench, port: u16) -> Vec<f64> {
    bench.rtp.iter().filter(|(_, to, _)| to.port() == port).map(|(at, ..)| at.as_secs_f64()).collect()
}
fn longest_gap(times: &[f64]) -> f64 {
    times.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max)
}

#[test]
fn headers_are_rewritten() {
    let rewrite = |header, value: Option<&str>| Rewrite { method: "INVITE", header, value: value.map(str::to_owned) };
    let rewrites = vec![rewrite("Priority", None), rewrite("X-SOS-Post", Some("SOS-9999")), rewrite("X-More", Some("1"))];
    let bench = Bench::talking(with(|f| f.rewrites = rewrites));
    let invite = bench.server.last("INVITE");
    let seen = ["Priority", "X-SOS-Post", "X-More", "X-SOS-Press"].map(|name| field(invite, name));
    assert_eq!(seen, [None, Some("SOS-9999"), Some("1"), Some("7")]);
    assert_eq!(field(bench.server.last("REGISTER"), "X-More"), None);
}

#[test]
fn defects_of_registration_show() {
    let registers = |change: fn(&mut Faults)| {
        let mut bench = Bench::registered(with(change));
        let before = bench.server.count("REGISTER");
        bench.run(80.0);
        bench.server.count("REGISTER") - before
    };
    assert_eq!(registers(|_| {}), 2);
    assert_eq!(registers(|f| f.refreshes_every = Some(Duration::from_secs(1))), 80);
    assert_eq!(registers(|f| f.refreshes_every = Some(Duration::from_secs(90))), 0);
    assert_eq!(registers(|f| f.registers_twice = true), 4);
}

#[test]
fn defects_of_calling_show() {
    let second = |change: fn(&mut Faults)| Config { second: Some("operator2".to_owned()), ..with(change) };
    let mut bench = Bench::registered(second(|f| f.escalates_after = Some(Duration::from_secs(40))));
    bench.server.script.answer_after = None;
    bench.command("AT+DIAL=7");
    bench.run(39.0);
    assert_eq!(bench.server.count("INVITE sip:operator2@"), 0);
    bench.run(2.0);
    assert!(bench.server.count("INVITE sip:operator2@") > 0);

    let bench = Bench::talking(second(|f| f.calls_both = true));
    assert!(bench.server.count("INVITE sip:operator2@") > 0 && bench.server.count("INVITE sip:operator@") > 0);
    assert!(bench.server.count("CANCEL") + bench.server.count("BYE") > 0);
    assert_eq!(longest_gap(&packets(&bench, 7000)[1..]).max(0.021), 0.021);

    let mut bench = Bench::talking(with(|f| f.reuses_call_id = true));
    bench.command("AT+HUP");
    bench.run(1.0);
    bench.command("AT+DIAL=8");
    bench.run(1.0);
    assert_eq!(call_ids(&bench).into_iter().collect::<BTreeSet<_>>().len(), 1);
}

#[test]
fn defects_within_a_call_show() {
    let mut bench = Bench::talking(with(|f| f.reinvites_every = Some(Duration::from_secs(1))));
    let before = bench.server.count("INVITE");
    bench.run(5.0);
    assert_eq!((bench.server.count("INVITE") - before, bench.words().len()), (5, 0));
    bench.command("AT+HUP");
    bench.run(3.0);
    assert_eq!((bench.words(), bench.server.count("INVITE") - before), (vec!["OK", "+END:local"], 5));

    assert_eq!(Bench::talking(with(|f| f.cancels_answered = true)).server.count("CANCEL"), 1);

    let mut bench = Bench::talking(with(|f| f.bye_unanswered = true));
    let bye = in_dialog(bench.server.last("INVITE"), "BYE", 1, "");
    bench.say(&bye);
    bench.say(&bye);
    bench.run(1.0);
    assert_eq!((bench.words(), bench.server.count("SIP/2.0")), (vec!["+END:remote"], 0));

    let mut bench = Bench::talking(with(|f| f.refuses_offers = true));
    let offer = in_dialog(bench.server.last("INVITE"), "INVITE", 5, &sdp(9000, 0, "sendrecv"));
    bench.say(&offer);
    bench.run(0.1);
    assert!(bench.server.last("SIP/2.0").starts_with("SIP/2.0 488"));

    let mut bench = Bench::talking(with(|f| f.silence_limit = Some(Duration::from_secs(20))));
    bench.run(20.0);
    assert_eq!((bench.words(), bench.server.count("BYE")), (vec!["+END:local"], 1));
}

#[test]
fn defects_of_acknowledging_and_holding_show() {
    let mut bench = Bench::talking(with(|f| (f.acks_first_only, f.keeps_tag) = (true, true)));
    let acknowledged = bench.server.count("ACK");
    bench.command("AT+HUP");
    bench.run(1.0);
    bench.command("AT+DIAL=8");
    bench.run(1.0);
    let tags: BTreeSet<_> =
        bench.server.got.iter().filter(|m| m.starts_with("INVITE")).filter_map(|m| field(m, "From")).collect();
    // The challenge is acknowledged, the answer is not.
    assert_eq!((bench.server.count("ACK") - acknowledged, tags.len()), (1, 1));

    let sent = |change: fn(&mut Faults)| {
        let mut bench = Bench::talking(with(change));
        let mut during = |count, direction| {
            let offer = in_dialog(bench.server.last("INVITE"), "INVITE", count, &sdp(7000, 8, direction));
            bench.say(&offer);
            bench.run(0.1);
            let before = bench.rtp.len();
            bench.run(1.0);
            bench.rtp.len() - before
        };
        [during(5, "sendonly") > 0, during(6, "sendrecv") > 0]
    };
    assert_eq!(sent(|_| {}), [false, true]);
    assert_eq!(sent(|f| f.sends_on_hold = true), [true, true]);
    assert_eq!(sent(|f| f.mutes_after_hold = true), [false, false]);
}

#[test]
fn a_stranger_is_answered_for_a_while() {
    for (wait, answered) in [(10.0, true), (70.0, false)] {
        let mut bench = Bench::talking(with(|f| f.answers_strangers_for = Some(Duration::from_secs(60))));
        let invite = bench.server.last("INVITE").to_owned();
        bench.say(&in_dialog(&invite, "BYE", 1, ""));
        bench.stream = None;
        bench.run(wait);
        let stranger = in_dialog(&invite, "INVITE", 1, &sdp(9000, 0, "sendrecv"));
        let to = field(&stranger, "To").unwrap();
        let stranger = stranger.replace(to, "<sip:x@10.0.0.2>").replace(field(&invite, "Call-ID").unwrap(), "foreign");
        bench.say(&stranger);
        bench.run(1.0);
        assert_eq!(!packets(&bench, 9000).is_empty(), answered, "{wait}");
    }
}

#[test]
fn defects_of_media_show() {
    let sound = Bench::talking(config());
    let healthy = packets(&sound, 7000);

    let copy: SocketAddr = "10.6.6.6:7002".parse().unwrap();
    let mut bench = Bench::talking(config());
    bench.voice.config.faults.copies_to = Some(copy);
    bench.run(1.0);
    assert_eq!(packets(&bench, 7002).len(), 50);

    let mut bench = Bench::talking(with(|f| f.lingers = Duration::from_secs(3)));
    bench.command("AT+HUP");
    let before = bench.rtp.len();
    bench.run(10.0);
    assert!((149..=151).contains(&(bench.rtp.len() - before)), "{}", bench.rtp.len() - before);

    let bench = Bench::talking(with(|f| f.sends_before_answer = true));
    assert!(packets(&bench, 40_000).len() > 20);
    assert_eq!(packets(&bench, 7000).len(), healthy.len());

    let bench = Bench::talking(with(|f| f.up.loses_every = 2));
    assert_eq!(packets(&bench, 7000).len(), healthy.len().div_ceil(2));

    let bench = Bench::talking(with(|f| f.bursts = 6));
    assert!((longest_gap(&packets(&bench, 7000)) - 0.12).abs() < 0.001);

    let code = |bench: &Bench| bench.rtp[20].2[12];
    assert_ne!(code(&sound), code(&Bench::talking(with(|f| f.wrong_law = true))));

    let mut bench = Bench::talking(with(|f| f.mic_delay = Duration::from_millis(300)));
    let click = bench.now.as_secs_f64() + 1.0;
    bench.air.clicks.push(click);
    bench.run(2.0);
    let (at, ..) = bench.rtp.iter().find(|(_, _, p)| p[12..].iter().any(|c| !matches!(c, 0xD5 | 0x55))).unwrap();
    assert!((0.3..0.33).contains(&(at.as_secs_f64() - click)), "{}", at.as_secs_f64() - click);
}

#[test]
fn what_the_operator_says_comes_back_or_shuts_the_microphone() {
    let loud = |change: fn(&mut Faults)| {
        let mut bench = Bench::talking(with(change));
        bench.stream = Some((0xAA, bench.stream.unwrap().1));
        bench.run(0.5);
        let spoken = bench.now.as_secs_f64();
        bench.air.clicks.push(spoken + 0.5);
        bench.run(1.0);
        bench
            .rtp
            .iter()
            // From a sixteenth of full scale on: what the canceller makes of a single click is fainter.
            .filter(|(at, _, p)| at.as_secs_f64() > spoken && p[12..].iter().any(|c| (c ^ 0x55) & 0x70 >= 0x40))
            .count()
    };
    assert_eq!(loud(|_| {}), 1);
    assert_eq!(loud(|f| f.half_duplex = true), 0);
    let back = Return { delay: Duration::from_millis(180), gain_db: -12.0 };
    let mut bench = Bench::talking(with(|f| f.returns = Some(back)));
    bench.stream = Some((0xAA, bench.stream.unwrap().1));
    bench.run(1.0);
    assert!(bench.rtp.iter().rev().take(5).all(|(_, _, p)| p[12..].iter().all(|c| !matches!(c, 0xD5 | 0x55))));
}

#[test]
fn a_module_hangs_or_starts_anew() {
    let mut bench = Bench::talking(with(|f| f.hangs_after_calls = 1));
    bench.command("AT+HUP");
    bench.lines.clear();
    bench.command("AT");
    bench.run(100.0);
    assert_eq!(bench.words(), [""; 0]);
    bench.voice.set_power(bench.now, false);
    bench.voice.set_power(bench.now, true);
    bench.run(3.1);
    assert_eq!(bench.words(), ["+READY", "+LINK:1"]);

    let mut bench = Bench::talking(with(|f| f.restarts_every = Some(Duration::from_secs(20))));
    bench.run(20.0);
    assert_eq!((bench.words(), bench.server.count("BYE")), (vec!["+READY", "+LINK:1"], 0));
}

#[test]
fn healthy_choices_change_what_they_should() {
    let suppression = Some(Suppression { onset: Duration::ZERO });
    let mut bench = Bench::talking(Config { suppression, ..config() });
    let quiet = bench.rtp.len();
    let click = bench.now.as_secs_f64() + 1.0;
    bench.air.clicks.push(click);
    bench.run(3.0);
    assert_eq!(quiet, 0);
    let heard = bench.rtp.first().expect("the click");
    assert!(heard.2[1] & 0x80 != 0 && heard.2[12..].iter().any(|c| !matches!(c, 0xD5 | 0x55)), "marked, and whole");

    let loudest = |mic_inverted| {
        let mut bench = Bench::talking(Config { mic_inverted, ..config() });
        bench.air.clicks.push(bench.now.as_secs_f64() + 0.5);
        bench.run(1.0);
        bench.rtp.iter().flat_map(|(_, _, p)| p[12..].to_vec()).find(|c| !matches!(c, 0xD5 | 0x55))
    };
    assert_eq!(loudest(false).map(|code| code ^ 0x80), loudest(true));

    let mut bench = Bench::registered(Config { early_media: true, ..config() });
    bench.server.script.answer_after = None;
    bench.command("AT+DIAL=7");
    bench.run(0.2);
    let early = super::server::reply(bench.server.last("INVITE"), "183 Session Progress", "", &sdp(7000, 8, "sendrecv"));
    bench.say(&early);
    bench.stream = Some((0xAA, 0));
    bench.next_packet = bench.now + Duration::from_millis(10);
    bench.run(1.0);
    assert!(!bench.air.spoken.is_empty() && bench.rtp.is_empty());
}
