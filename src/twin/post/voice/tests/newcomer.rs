//! The bad modules of a newcomer: each does what its name says, and the sound one does not.

use super::server::{in_dialog, sdp};
use super::*;
use crate::twin::TwinConfig;
use crate::twin::defect::find;

/// A module as a row of the defects plants it.
fn planted(id: &str) -> Config {
    let mut twin = TwinConfig::new(1, "SOS-0417");
    if !id.is_empty() {
        twin = twin.with(find(id).expect("known"));
    }
    Config { faults: twin.voice.faults, second: Some("operator2".to_owned()), ..config() }
}
fn sent(bench: &Bench, start: &str) -> Vec<String> {
    bench.server.got.iter().filter(|message| message.starts_with(start)).cloned().collect()
}
fn word(packet: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(packet[at..at + 4].try_into().expect("four"))
}

#[test]
fn acknowledgements_and_signatures() {
    let counts = |id| {
        let bench = Bench::talking(planted(id));
        let of = |start| field(bench.server.last(start), "CSeq").unwrap().split(' ').next().unwrap().parse::<u32>().unwrap();
        of("ACK") - of("INVITE")
    };
    assert_eq!((counts(""), counts("ack-bears-wrong-count")), (0, 1));
    let signed = |id| {
        let bench = Bench::talking(planted(id));
        let header = field(bench.server.last("REGISTER"), "Authorization").unwrap().to_owned();
        header.contains("uri=\"sip:10.0.0.1\"")
    };
    assert_eq!((signed(""), signed("digest-names-other-uri")), (true, false));
    let thanks = |id| {
        let mut bench = Bench::registered(planted(id));
        (bench.server.script.answer_code, bench.server.script.challenge) = (486, false);
        bench.command("AT+DIAL=7");
        bench.run(5.0);
        bench.server.count("ACK")
    };
    assert_eq!((thanks(""), thanks("refusal-never-acknowledged")), (2, 0));
}

#[test]
fn cancels_bodies_and_lengths() {
    let matches = |id| {
        let mut bench = Bench::registered(planted(id));
        bench.server.script.answer_after = None;
        bench.command("AT+DIAL=7");
        bench.run(14.0);
        let cancel = field(bench.server.last("CANCEL"), "Via").unwrap().to_owned();
        sent(&bench, "INVITE").iter().any(|invite| field(invite, "Via") == Some(&cancel))
    };
    assert_eq!((matches(""), matches("cancel-matches-nothing")), (true, false));
    let cut = |id| {
        let bench = Bench::talking(planted(id));
        let invite = bench.server.last("INVITE");
        let body = invite.split_once("\r\n\r\n").unwrap().1;
        body.len() as i32 - field(invite, "Content-Length").unwrap().parse::<i32>().unwrap()
    };
    assert_eq!(cut(""), 0);
    assert!(cut("invite-counts-its-body-short") >= 10);
    let length = |id| Bench::talking(planted(id)).server.last("INVITE").len();
    assert!(length("") < 1300 && length("invite-too-long-for-udp") > 1700, "{}", length(""));
}

#[test]
fn registrations() {
    let refused = |id| {
        let mut bench = Bench::registered(planted(id));
        let before = bench.server.count("REGISTER");
        bench.server.script.refuse_register = true;
        bench.run(60.0);
        bench.server.count("REGISTER") - before
    };
    println!("refused: {} {}", refused(""), refused("refused-registration-hammered"));
    assert!(refused("") < 10 && refused("refused-registration-hammered") > 100);
    let after_call = |id| {
        let mut bench = Bench::talking(planted(id));
        bench.command("AT+HUP");
        bench.stream = None;
        let before = bench.server.count("REGISTER");
        bench.run(120.0);
        bench.server.count("REGISTER") - before
    };
    assert!(after_call("") >= 3);
    assert_eq!(after_call("refresh-forgotten-after-first-call"), 0);
}

#[test]
fn holds() {
    let answers = |id| {
        let mut bench = Bench::talking(planted(id));
        let mut answer = |count, direction| {
            let offer = in_dialog(bench.server.last("INVITE"), "INVITE", count, &sdp(7000, 8, direction));
            bench.say(&offer);
            bench.run(0.1);
            let answer = bench.server.last("SIP/2.0 200").to_owned();
            let version = answer.lines().find_map(|line| line.strip_prefix("o=- ")?.split(' ').nth(1)).unwrap().to_owned();
            (version, answer.contains("a=recvonly"))
        };
        let (one, two) = (answer(5, "sendonly"), answer(6, "sendrecv"));
        (one.0 != two.0, one.1)
    };
    assert_eq!(answers(""), (true, true));
    assert_eq!(answers("session-version-never-grows"), (false, true));
    assert_eq!(answers("hold-answered-as-talk"), (true, false));
    let answered = |id| {
        let mut bench = Bench::registered(planted(id));
        let question = "OPTIONS sip:x@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bKq\r\n\
            From: <sip:s@10.0.0.1>;tag=q\r\nTo: <sip:x@10.0.0.2>\r\nCall-ID: q\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
        bench.say(question);
        bench.run(1.0);
        bench.server.count("SIP/2.0 200")
    };
    assert_eq!((answered(""), answered("options-unanswered")), (1, 0));
}

#[test]
fn cases() {
    let first = |id| {
        let mut bench = Bench::registered(planted(id));
        bench.server.script.answer_after = None;
        bench.command("AT+DIAL=7");
        bench.run(16.0);
        bench.command("AT+HUP");
        bench.run(2.0);
        bench.server.script.answer_after = Some(100);
        let before = bench.server.got.len();
        bench.command("AT+DIAL=8");
        bench.run(1.0);
        bench.server.got[before..].iter().find(|m| m.starts_with("INVITE")).unwrap().starts_with("INVITE sip:operator2@")
    };
    assert_eq!((first(""), first("second-desk-for-ever")), (false, true));
    let kept = |id| {
        let mut bench = Bench::registered(planted(id));
        bench.command("AT+DIAL=7,DELAYED");
        bench.run(1.0);
        field(bench.server.last("INVITE"), "Priority").unwrap().to_owned()
    };
    assert_eq!((kept(""), kept("kept-press-sent-as-ordinary")), ("emergency".into(), "normal".into()));
    let named = |id| {
        let mut bench = Bench::registered(planted(id));
        bench.set_link(false);
        bench.run(1.0);
        bench.set_link(true);
        bench.command("AT+REG=1");
        bench.run(1.0);
        bench.command("AT+DIAL=8");
        bench.run(1.0);
        field(bench.server.last("INVITE"), "X-SOS-Post").unwrap().to_owned()
    };
    assert_eq!((named(""), named("post-nameless-after-cut")), ("SOS-0417".into(), "SOS-0000".into()));
}

#[test]
fn reports() {
    let told = |id| {
        let mut bench = Bench::talking(planted(id));
        let bye = in_dialog(bench.server.last("INVITE"), "BYE", 9, "");
        bench.say(&bye);
        bench.run(3.0);
        bench.command("AT+DIAL=8");
        bench.run(8.0);
        bench.words().iter().filter(|word| **word == "+END:remote").count()
    };
    assert_eq!((told(""), told("end-of-call-told-again")), (1, 2));
}

#[test]
fn streams() {
    let packets = |id| {
        let mut bench = Bench::talking(planted(id));
        bench.run(10.0);
        bench.rtp.iter().map(|(.., packet)| packet.clone()).collect::<Vec<_>>()
    };
    let alike = packets("streams-begin-alike");
    assert_eq!((word(&alike[0], 4), word(&alike[0], 8), alike[0][2..4].to_vec()), (0, 0x1234_5678, vec![0, 0]));
    let sequences = |id| packets(id).iter().map(|p| u16::from_be_bytes([p[2], p[3]])).collect::<Vec<_>>();
    let grows = |all: &[u16]| all.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1));
    assert!(grows(&sequences("")));
    assert!(sequences("sequence-counts-to-255").iter().all(|sequence| *sequence < 256));
    let mixed = sequences("packets-leave-in-wrong-order");
    assert!(mixed.chunks_exact(2).all(|pair| pair[0] == pair[1].wrapping_add(1)), "{:?}", &mixed[..8]);
    let mut bench = Bench::talking(planted("sound-follows-any-sender"));
    // The server sends from another port than it hears at, and is followed there.
    bench.stream = None;
    bench.run(12.0);
    let mut packet = vec![0x80, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9];
    packet.extend([0xD5; 160]);
    bench.voice.datagram_in(bench.now, "10.0.0.66:5066".parse().unwrap(), 4000, &packet);
    let before = bench.rtp.len();
    bench.run(5.0);
    assert!(bench.rtp[before..].iter().filter(|(_, to, _)| to.port() == 5066).count() > 200);
}

/// A sound of the street: a click every ten milliseconds from `from` on for `seconds`.
fn street(bench: &mut Bench, seconds: f64) {
    let from = bench.now.as_secs_f64();
    bench.air.clicks = (0..(seconds * 100.0) as u32).map(|n| from + 0.01 * f64::from(n)).collect();
}
/// The effective value of what was sent from `from` on for `seconds`.
fn sent_level(bench: &Bench, from: Instant, seconds: f64) -> f32 {
    let within = |at: Instant| at >= from && at < from.shifted(seconds);
    let packets = bench.rtp.iter().filter(|(at, ..)| within(*at));
    let samples: Vec<f32> =
        packets.flat_map(|(.., packet)| &packet[12..]).map(|code| Law::A.table()[usize::from(*code)]).collect();
    (samples.iter().map(|s| s * s).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}
/// The same of what was spoken.
fn spoken_level(bench: &Bench, from: Instant, seconds: f64) -> f32 {
    let (from, to) = (from.as_secs_f64(), from.as_secs_f64() + seconds);
    let frames = bench.air.spoken.iter().filter(|(first, ..)| *first >= from && *first < to);
    let power: f32 = frames.flat_map(|(.., samples)| samples).map(|s| s * s).sum();
    (power / (seconds * RATE) as f32).sqrt()
}
/// Ends the call and begins another, two seconds after its answer.
fn again(bench: &mut Bench) -> Instant {
    bench.command("AT+HUP");
    bench.run(1.0);
    bench.air.clicks.clear();
    bench.command("AT+DIAL=8");
    let from = bench.now;
    bench.run(3.0);
    from
}

const LOUD: u8 = 0x2A;

#[test]
fn what_the_operator_hears() {
    let mute = |id| {
        let mut bench = Bench::talking(planted(id));
        street(&mut bench, 10.0);
        bench.stream = Some((LOUD, 200));
        bench.run(2.0);
        bench.stream = Some((0xD5, 300));
        let from = bench.now.shifted(0.3);
        bench.run(3.0);
        sent_level(&bench, from, 0.8)
    };
    println!("after the operator: {} {}", mute(""), mute("caller-muted-after-operator"));
    assert!(mute("") > 0.05 && mute("caller-muted-after-operator") < 0.001);
    let echo = |id| {
        let mut bench = Bench::talking(planted(id));
        bench.air.echo = 0.3;
        bench.stream = Some((LOUD, 200));
        bench.run(30.0);
        sent_level(&bench, bench.now.shifted(-4.0), 4.0)
    };
    println!("echo: {} {}", echo(""), echo("echo-control-tires"));
    assert!(echo("") < 0.01 && echo("echo-control-tires") > 0.05);
    let replayed = |id| {
        let mut bench = Bench::talking(planted(id));
        street(&mut bench, 10.0);
        bench.run(5.0);
        let from = again(&mut bench);
        (sent_level(&bench, from, 1.8), sent_level(&bench, from.shifted(2.2), 0.6))
    };
    println!("replayed: {:?} {:?}", replayed(""), replayed("last-caller-replayed"));
    assert!(replayed("").0 < 0.001 && replayed("last-caller-replayed").0 > 0.05 && replayed("last-caller-replayed").1 < 0.001);
    let backwards = |id| {
        let mut bench = Bench::talking(planted(id));
        let from = bench.now.shifted(1.0);
        bench.air.clicks = vec![from.as_secs_f64()];
        bench.run(2.0);
        let sound: Vec<f32> =
            bench.rtp.iter().flat_map(|(.., p)| &p[12..]).map(|code| Law::A.table()[usize::from(*code)]).collect();
        sound.iter().position(|sample| *sample > 0.5).expect("a click") % FRAME
    };
    assert_eq!(backwards("") + backwards("mic-frames-backwards"), FRAME - 1);
}

#[test]
fn what_the_caller_hears() {
    let in_noise = |id| {
        let mut bench = Bench::talking(planted(id));
        street(&mut bench, 20.0);
        bench.run(1.0);
        bench.stream = Some((LOUD, 200));
        bench.run(5.0);
        spoken_level(&bench, bench.now.shifted(-3.0), 3.0)
    };
    println!("in noise: {} {}", in_noise(""), in_noise("street-noise-silences-operator"));
    assert!(in_noise("") > 0.5 && in_noise("street-noise-silences-operator") < 0.001);
    let second = |id| {
        let mut bench = Bench::talking(planted(id));
        bench.stream = Some((LOUD, 200));
        bench.run(2.0);
        let first = spoken_level(&bench, bench.now.shifted(-1.0), 0.9);
        again(&mut bench);
        spoken_level(&bench, bench.now.shifted(-1.0), 0.9) / first
    };
    println!("second call: {} {}", second(""), second("speaker-fainter-each-call"));
    assert!(second("") > 0.95 && second("speaker-fainter-each-call") < 0.55);
    let start = |id| {
        let bench = Bench::talking(planted(id));
        bench.air.spoken.iter().flat_map(|(.., samples)| samples).filter(|sample| sample.abs() > 0.9).count()
    };
    assert_eq!((start(""), start("speaker-bangs-at-answer")), (0, 30 * FRAME));
    let tail = |id| {
        let mut bench = Bench::talking(planted(id));
        bench.stream = Some((LOUD, 200));
        bench.run(1.0);
        bench.stream = Some((0xD5, 250));
        let from = bench.now.shifted(0.4);
        bench.run(2.0);
        spoken_level(&bench, from, 0.4)
    };
    println!("tail: {} {}", tail(""), tail("speaker-reverberates"));
    assert!(tail("") < 0.001 && tail("speaker-reverberates") > 0.05);
}
