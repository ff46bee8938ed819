//! Each planted defect of signalling shows where it is meant to, and only there.

use super::server::{in_dialog, sdp};
use super::*;

fn with(faults: Faults) -> Config {
    Config { faults, ..config() }
}

#[test]
fn planted_signalling_defects_show() {
    let mut bench = Bench::talking(with(Faults { drops_on_glitch: true, ..Faults::default() }));
    bench.set_link(false);
    assert_eq!(bench.words(), ["+LINK:0", "+REG:0", "+END:lost"]);

    let mut bench = Bench::registered(with(Faults { never_reregisters: true, ..Faults::default() }));
    bench.run(100.0);
    assert_eq!(bench.server.count("REGISTER"), 2);

    let mut bench = Bench::registered(with(Faults { dial_delay: Duration::from_secs(2), ..Faults::default() }));
    bench.command("AT+DIAL=1");
    bench.run(1.9);
    assert_eq!((bench.server.count("INVITE"), bench.words()), (0, vec!["OK"]));
    bench.run(0.2);
    assert_eq!(bench.server.count("INVITE"), 2);

    let bench = Bench::talking(with(Faults { duplicate_call: true, ..Faults::default() }));
    let mut ids: Vec<_> =
        bench.server.got.iter().filter(|m| m.starts_with("INVITE")).filter_map(|m| field(m, "Call-ID")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 2);

    let mut bench = Bench::talking(with(Faults { mic_open_when_idle: true, ..Faults::default() }));
    bench.command("AT+HUP");
    let packets = bench.rtp.len();
    bench.run(1.0);
    assert!(bench.rtp.len() > packets + 45);

    let mut bench = Bench::talking(with(Faults { call_limit: Some(Duration::from_secs(5)), ..Faults::default() }));
    bench.run(5.0);
    assert_eq!((bench.words(), bench.server.count("BYE")), (vec!["+END:local"], 1));
}

#[test]
fn planted_defects_of_identity_show_in_the_invite() {
    let faults = Faults {
        wrong_destination: Some("somebody".into()),
        wrong_identity: Some("SOS-0001".into()),
        low_priority: true,
        ..Faults::default()
    };
    let bench = Bench::talking(with(faults));
    let invite = bench.server.last("INVITE");
    assert!(invite.starts_with("INVITE sip:somebody@10.0.0.1 "));
    assert_eq!((field(invite, "X-SOS-Post"), field(invite, "Priority")), (Some("SOS-0001"), Some("normal")));
    let mut bench = Bench::registered(with(Faults { claims_unsent: true, ..Faults::default() }));
    bench.command("AT+DIAL=1");
    bench.run(1.0);
    assert_eq!((bench.words(), bench.server.count("INVITE")), (vec!["OK", "+SENT"], 0));
}

#[test]
fn planted_defects_of_ending_show() {
    let mut bench = Bench::talking(with(Faults { bye_ignored: true, ..Faults::default() }));
    let invite = bench.server.last("INVITE").to_owned();
    bench.say(&in_dialog(&invite, "BYE", 1, ""));
    bench.run(1.0);
    assert_eq!((bench.words().len(), bench.server.count("SIP/2.0 200")), (0, 1));
    bench.command("AT+DIAL=2");
    assert_eq!(bench.words(), ["ERROR"]);

    let mut bench = Bench::talking(with(Faults { no_media_timeout: true, ..Faults::default() }));
    bench.stream = None;
    bench.run(120.0);
    assert_eq!(bench.words(), [""; 0]);
}

#[test]
fn planted_defects_of_a_reinvite_and_of_a_stranger_show() {
    let mut bench = Bench::talking(with(Faults { reinvite_address_ignored: true, ..Faults::default() }));
    let invite = bench.server.last("INVITE").to_owned();
    bench.say(&in_dialog(&invite, "INVITE", 5, &sdp(9000, 0, "sendrecv")));
    bench.run(0.1);
    let (_, to, packet) = bench.rtp.last().unwrap();
    assert_eq!((to.port(), packet[1]), (7000, 0));

    let mut bench = Bench::registered(with(Faults { auto_answer_anyone: true, ..Faults::default() }));
    let stranger = in_dialog(&invite, "INVITE", 1, &sdp(9000, 0, "sendrecv"));
    let at = stranger.find("To: ").unwrap();
    let (head, rest) = stranger.split_at(at);
    let (_, rest) = rest.split_once("\r\n").unwrap();
    bench.say(&format!("{head}To: <sip:x@10.0.0.2>\r\n{rest}"));
    bench.run(1.0);
    assert!(bench.server.last("SIP/2.0 200").contains("m=audio 4000 RTP/AVP 0\r\n"));
    assert!(bench.rtp.len() > 40 && bench.rtp.iter().all(|(_, to, _)| to.port() == 9000));
    assert_eq!(bench.words(), [""; 0]);
}

#[test]
fn one_refusal_may_end_a_defective_registration_but_not_a_healthy_one() {
    for (defect, tries) in [(true, 0), (false, 2)] {
        let mut bench = Bench::registered(with(Faults { register_stops_on_refusal: defect, ..Faults::default() }));
        bench.server.script.refuse_register = true;
        bench.run(34.0);
        assert_eq!(bench.words(), ["+REG:0"]);
        bench.server.script.refuse_register = false;
        let before = bench.server.count("REGISTER");
        bench.run(40.0);
        bench.command("AT+REG=1");
        bench.run(1.0);
        assert_eq!(bench.server.count("REGISTER") - before, tries, "{defect}");
    }
}
