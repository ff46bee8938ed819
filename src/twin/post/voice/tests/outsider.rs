//! The bad modules of an outsider: each does what its name says, and the sound one does not.

use super::super::account::{Account, Stack};
use super::super::agent::Agent;
use super::super::srtp::{Key, Keys, LONGEST, Srtp};
use super::super::supervision::{Supervision, Trouble};
use super::super::volume::Volume;
use super::server::reply;
use super::*;
use crate::twin::TwinConfig;
use crate::twin::defect::find;

fn faults(id: &str) -> Faults {
    let sound = TwinConfig::new(1, "SOS-0417");
    if id.is_empty() { sound.voice.faults } else { sound.with(find(id).expect("known")).voice.faults }
}
pub(super) fn planted(id: &str) -> Config {
    Config { faults: faults(id), second: Some("operator2".to_owned()), backup: Some(BACKUP.parse().unwrap()), ..config() }
}
pub(super) fn at(seconds: f64) -> Instant {
    Instant::from_secs_f64(seconds)
}

/// What is told from one second to another, with its priority but without the time and who tells it.
fn told(supervision: &mut Supervision, from: u32, to: u32) -> Vec<String> {
    let sound = Faults::default();
    let mut told = Vec::new();
    for second in from..=to {
        supervision.wake(at(second.into()), &sound, || None);
        let lines = supervision.take_messages().into_iter().map(|line| String::from_utf8(line).unwrap());
        told.extend(
            lines.map(|line| format!("{second} {}", line.split_once("sos-post - - - ").map_or(line.as_str(), |two| two.1))),
        );
    }
    told.retain(|line| !line.contains("COUNT"));
    told
}
/// Named and registered at once.
fn supervision(id: &str) -> Supervision {
    let mut supervision = Supervision::new(true).failing(faults(id).failing);
    supervision.identify(at(0.0), "SOS-0417");
    supervision.set(at(0.0), Trouble::Server, false);
    supervision
}

#[test]
fn signs_of_life() {
    let signs = |id| told(&mut supervision(id), 0, 60);
    assert_eq!(signs(""), ["0 START", "0 ALIVE", "20 ALIVE", "40 ALIVE", "60 ALIVE"]);
    assert_eq!(signs("alive-a-quarter-too-seldom"), ["0 START", "0 ALIVE", "25 ALIVE", "50 ALIVE"]);
    assert_eq!(signs("control-alive-a-tenth-early"), ["0 START", "0 ALIVE", "18 ALIVE", "36 ALIVE", "54 ALIVE"]);
    let in_trouble = |id| {
        let mut supervision = supervision(id);
        supervision.set(at(1.0), Trouble::Mains, true);
        told(&mut supervision, 1, 45)
    };
    assert_eq!(in_trouble(""), ["1 START", "1 ALIVE", "6 FAULT mains", "21 ALIVE", "41 ALIVE"]);
    assert_eq!(in_trouble("alive-pauses-in-trouble"), ["1 START", "1 ALIVE", "6 FAULT mains"]);
}

#[test]
fn troubles() {
    let mains = |id| {
        let mut supervision = supervision(id);
        supervision.set(at(1.0), Trouble::Mains, true);
        let mut all = told(&mut supervision, 1, 100);
        all.retain(|line| line.contains("mains"));
        all
    };
    assert_eq!(mains(""), ["6 FAULT mains"]);
    assert_eq!(mains("fault-told-a-quarter-late"), ["76 FAULT mains"]);
    assert_eq!(mains("mains-fault-taken-back"), ["6 FAULT mains", "66 CLEAR mains"]);
    assert_eq!(
        mains("fault-told-and-taken-back")[..5],
        ["6 FAULT mains", "16 CLEAR mains", "16 FAULT mains", "26 CLEAR mains", "26 FAULT mains"]
    );
    let server = |id| {
        let mut supervision = supervision(id);
        supervision.set(at(1.0), Trouble::Server, true);
        told(&mut supervision, 1, 80).iter().filter(|line| line.contains("server")).count()
    };
    assert_eq!([server(""), server("mains-fault-taken-back"), server("fault-told-and-taken-back")], [1, 1, 15]);
}

#[test]
fn names_and_starts_and_what_messages_say_of_themselves() {
    let after_cut = |id| {
        let mut supervision = supervision(id);
        told(&mut supervision, 0, 5);
        supervision.set_link(at(6.0), false);
        supervision.set_link(at(9.0), true);
        supervision.wake(at(9.0), &Faults::default(), || None);
        let lines = supervision.take_messages().into_iter().map(|line| String::from_utf8(line).unwrap());
        lines.filter(|line| !line.contains("COUNT")).collect::<Vec<_>>()
    };
    assert_eq!(after_cut(""), ["<134>1 - SOS-0417 sos-post - - - ALIVE"]);
    assert_eq!(after_cut("supervision-nameless-after-cut"), ["<134>1 - sos-module sos-post - - - ALIVE"]);
    let starts = after_cut("start-told-at-return");
    assert_eq!(starts, ["<133>1 - SOS-0417 sos-post - - - START", "<134>1 - SOS-0417 sos-post - - - ALIVE"]);
    let structured = after_cut("control-syslog-structured");
    let notice = crate::services::syslog::read(structured[0].as_bytes()).expect("it is syslog");
    assert_eq!((notice.host.as_str(), notice.text.as_str()), ("SOS-0417", "ALIVE"));
    assert_ne!(structured, after_cut(""));
}

#[test]
fn counters() {
    let last = |id| {
        let mut supervision = supervision(id);
        for is_answered in [false, true] {
            supervision.dialled(7);
            if is_answered {
                supervision.answered();
            }
            supervision.call_ended();
        }
        supervision.wake(at(1.0), &Faults::default(), || None);
        let lines = supervision.take_messages().into_iter().map(|line| String::from_utf8(line).unwrap());
        lines.filter_map(|line| line.split_once("COUNT ").map(|two| two.1.to_owned())).next_back().unwrap()
    };
    assert_eq!(last(""), "calls=1 answered=1 unanswered=0");
    assert_eq!(last("counter-counts-diallings"), "calls=2 answered=1 unanswered=1");
}

/// The priority of the last of calls with these numbers.
fn priority(id: &str, presses: &[u32], dead: bool) -> String {
    let mut bench = Bench::registered(planted(id));
    bench.main_is_dead = dead;
    for press in presses {
        bench.command(&format!("AT+DIAL={press}"));
        bench.run(6.0);
        bench.command("AT+HUP");
        bench.run(1.0);
    }
    field(bench.server.last("INVITE"), "Priority").unwrap().to_owned()
}

#[test]
fn priorities() {
    let check = |id, presses: &[u32], dead| {
        assert_eq!([priority("", presses, dead), priority(id, presses, dead)], ["emergency", "normal"], "{id}");
        assert_eq!(priority(id, &[1, 2], false), "emergency", "{id}");
    };
    check("priority-missing-at-third", &[1, 2, 3], false);
    check("priority-lost-in-redial", &[1, 1], false);
    check("priority-lost-at-backup", &[1], true);
}

#[test]
fn the_second_operator_is_offered_secret_sound_as_well() {
    let offers = |id| {
        let config = planted(id);
        let account = Account {
            sip: "10.0.0.2:5060".parse().unwrap(),
            rtp: "10.0.0.2:4000".parse().unwrap(),
            server: config.server,
            other: None,
            away: false,
            registers: true,
            joins_within: Duration::ZERO,
            password: config.password.clone(),
            suite: Some(Suite::Aes128Bits80),
            user: None,
        };
        let stack = Stack::new(account, Rng::seeded(1), true);
        let operators = ("operator".to_owned(), Some("operator2".to_owned()));
        let mut agent = Agent::new(stack, config.expires, operators, config.faults);
        agent.identify("SOS-0417".to_owned());
        assert!(agent.dial(at(0.0), 7, false));
        let sent = |agent: &mut Agent| {
            let datagrams = std::mem::take(&mut agent.stack.out.datagrams);
            datagrams
                .into_iter()
                .map(|(_, bytes)| String::from_utf8(bytes).unwrap())
                .find(|text| text.starts_with("INVITE"))
                .unwrap()
        };
        let first = sent(&mut agent);
        agent.datagram(at(0.1), config.server, reply(&first, "486 Busy Here", "", "").as_bytes());
        [first, sent(&mut agent)].map(|invite| invite.contains("a=crypto"))
    };
    assert_eq!((offers(""), offers("srtp-plain-for-second-operator")), ([true, true], [true, false]));
}

#[test]
fn sealed_packets_are_opened_after_a_rollover() {
    let opened = |id| {
        let key = |fill| Key { suite: Suite::Aes128Bits80, bytes: [fill; LONGEST] };
        let (own, theirs) = (key(1), key(2));
        let mut module = Srtp::under(Keys { own, theirs }).unwrap();
        module.forgets_rollovers = faults(id).fails(Failing::ForgetsRollovers);
        let mut operator = Srtp::under(Keys { own: theirs, theirs: own }).unwrap();
        let packet = |sequence: u16| {
            let mut bytes = vec![0x80, 8];
            bytes.extend(sequence.to_be_bytes());
            bytes.extend([0, 0, 0, 1, 0, 0, 0, 2]);
            bytes.extend([0xD5; 160]);
            bytes
        };
        (0..20_u16)
            .filter(|n| operator.open(&module.seal(packet(65_526_u16.wrapping_add(*n))).unwrap_or_default()).is_some())
            .count()
    };
    assert_eq!((opened(""), opened("srtp-rollovers-forgotten")), (20, 10));
}

/// The loudest sample of what has left since.
fn peak(bench: &Bench, since: Instant) -> f32 {
    let packets = bench.rtp.iter().filter(|(at, ..)| *at >= since);
    let codes = packets.flat_map(|(_, _, bytes)| bytes[12..].iter());
    codes.fold(0.0f32, |peak, code| peak.max(Law::A.table()[usize::from(*code)].abs()))
}
/// A call in which there is a click to be heard; how loud it leaves.
fn click_in_call(bench: &mut Bench, between: impl FnOnce(&mut Bench)) -> f32 {
    bench.command("AT+DIAL=7");
    bench.run(1.0);
    let since = bench.now;
    between(bench);
    bench.air.clicks = vec![since.as_secs_f64() + 0.5];
    bench.run(1.5);
    let peak = peak(bench, since);
    bench.command("AT+HUP");
    bench.run(1.0);
    peak
}
fn media(bench: &mut Bench) -> &mut Media {
    let State::Running(running) = &mut bench.voice.state else { panic!("it is off") };
    running.media.as_mut().expect("a call")
}
fn cut(bench: &mut Bench) {
    bench.set_link(false);
    bench.run(2.0);
    bench.set_link(true);
    bench.command("AT+REG=1");
    bench.run(2.0);
}

#[test]
fn microphones() {
    let calls = |id| {
        let mut bench = Bench::registered(planted(id));
        [(); 4].map(|()| click_in_call(&mut bench, |_| {}) > 0.5)
    };
    assert_eq!((calls(""), calls("mic-dead-in-each-third-call")), ([true; 4], [true, true, false, true]));
    let turned = |id| {
        let mut bench = Bench::registered(planted(id));
        click_in_call(&mut bench, |bench| *media(bench).volume() = -20.0)
    };
    assert!(turned("") > 0.8 && turned("volume-key-turns-microphone") < 0.1, "{}", turned("volume-key-turns-microphone"));
    let after_cut = |id| {
        let mut bench = Bench::registered(planted(id));
        let before = click_in_call(&mut bench, |_| {});
        cut(&mut bench);
        (before > 0.8, click_in_call(&mut bench, |_| {}) > 0.8)
    };
    assert_eq!((after_cut(""), after_cut("mic-dull-after-cut")), ((true, true), (true, false)));
}

#[test]
fn volumes() {
    let next = |id| {
        let mut bench = Bench::registered(planted(id));
        click_in_call(&mut bench, |bench| *media(bench).volume() = -20.0);
        let mut set = 0.0;
        click_in_call(&mut bench, |bench| set = *media(bench).volume());
        set
    };
    assert_eq!((next(""), next("volume-left-for-next-caller")), (0.0, -20.0));
    let raised = |id| {
        let mut volume = Volume::new(None).deaf(faults(id).fails(Failing::StreetUnheard));
        let mut random = Rng::seeded(3);
        let mut noise = || -> [f32; FRAME] { std::array::from_fn(|_| 0.05 * (random.unit() as f32 * 2.0 - 1.0)) };
        (0..600).for_each(|_| volume.listen(&noise()));
        let mut frame = [0.05; FRAME];
        (0..50).for_each(|_| {
            frame = [0.05; FRAME];
            volume.pass(false, &mut frame);
        });
        frame[FRAME - 1]
    };
    assert!(raised("") > 0.3 && raised("street-not-followed") == 0.05, "{}", raised(""));
}

#[test]
fn receive_buffers() {
    let waits = |id| {
        let mut bench = Bench::registered(planted(id));
        let call = |bench: &mut Bench| {
            bench.command("AT+DIAL=7");
            bench.run(1.0);
            (bench.stream, bench.next_packet) = (Some((0x55, 0)), bench.now);
            bench.air.spoken.clear();
            let began = bench.now.as_secs_f64();
            bench.run(1.0);
            bench.stream = None;
            bench.command("AT+HUP");
            bench.run(1.0);
            bench.air.spoken.first().expect("it speaks").0 - began
        };
        let before = call(&mut bench);
        cut(&mut bench);
        cut(&mut bench);
        call(&mut bench) - before
    };
    let (sound, deeper) = (waits(""), waits("receive-buffer-deeper-after-cuts"));
    assert!(sound.abs() < 0.021 && (0.09..0.15).contains(&deeper), "{sound} {deeper}");
}

#[test]
fn calls_that_wait_for_a_name() {
    let dialled_after = |id, takes| {
        let mut config = planted(id);
        config.network.domain = Some("straz.example".to_owned());
        config.network.name_server = Some("10.0.0.1:53".parse().unwrap());
        let mut voice = Voice::new(config);
        let (mut air, mut names, mut invited) = (Air::default(), true, None);
        voice.set_power(at(0.0), true);
        for tenth in 0..300 {
            let now = at(f64::from(tenth) / 10.0);
            for (_, command) in [(40, "AT+ID=SOS-0417"), (60, "AT+DIAL=7")].iter().filter(|(when, _)| *when == tenth) {
                names = takes || tenth < 60;
                command.bytes().chain([b'\r']).for_each(|byte| voice.serial_in(now, byte));
            }
            voice.wake(now, &mut air);
            for action in voice.take_actions() {
                let Action::Send { from_port, to, bytes } = action else { continue };
                if to.port() == 53 && names {
                    voice.datagram_in(now, to, from_port, &named(&bytes));
                } else if bytes.starts_with(b"INVITE") {
                    invited = invited.or(Some(tenth));
                }
            }
        }
        invited.map(|tenth| tenth - 60)
    };
    assert_eq!([dialled_after("", true), dialled_after("", false)], [Some(0), Some(0)]);
    assert!(dialled_after("dns-asked-before-each-call", true).is_some_and(|tenths| tenths <= 1));
    assert_eq!(dialled_after("dns-asked-before-each-call", false), Some(80));
}

/// One server, and where it is.
fn named(asked: &[u8]) -> Vec<u8> {
    let mut bytes = asked[..2].to_vec();
    bytes.extend([0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 1]);
    bytes.extend(&asked[12..]);
    bytes.extend([0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 9, 0, 10, 0, 0, 0x13, 0xC4, 1, b'a', 0]);
    bytes.extend([1, b'a', 0, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1]);
    bytes
}
