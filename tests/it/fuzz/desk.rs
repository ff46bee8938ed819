//! The whole operator's desk under fire on virtual time: a post that means well, among messages and media that do not.

use super::caller::{Caller, PASSWORD, POST, status};
use super::mutate::Mutator;
use super::{LastWords, Survived, heap};
use hejnal::clock::Instant;
use hejnal::instrument::operator::{Answering, Behaviour, CallEvent};
use hejnal::operator::{Desk, DeskConfig, User};
use hejnal::rtp::codec::Codec;
use hejnal::rtp::packet::{Packet, is_rtcp};
use hejnal::rtp::report::Calendar;
use hejnal::sip::digest::Algorithm;
use hejnal::sip::route::{Route, Wire};
use std::net::SocketAddr;
use std::time::Duration;

/// After so many bad inputs the next good call must be served.
const ROUND: usize = 500;
/// Calls whose record the desk keeps: so many good ones push all traces of bad ones out.
const KEPT: usize = 64;
/// Longest of all timers, the registration's.
const REST: Duration = Duration::from_secs(3700);
/// So many rounds before all timers run out.
const ROUNDS_TO_REST: usize = 20;
const SIP: &str = "10.0.0.1:5060";
const OWN: &str = "10.0.0.2:5062";
const STRANGERS: [&str; 3] = ["10.0.0.3:5060", "10.0.0.2:9", "[fd00::5]:5060"];
const MEDIA: std::ops::RangeInclusive<u16> = 20000..=20021;
/// Far above what a desk at rest differs by, far below one lost byte an input.
const LEAK: isize = 64 * 1024;

struct Scene {
    desk: Desk,
    now: Instant,
    caller: Caller,
    mutator: Mutator,
    /// What the post said before, for splicing.
    said: String,
    sequence: u16,
    /// Requests of the desk, to be agreed to.
    asked: Option<String>,
    events: Vec<CallEvent>,
    media_from_desk: u64,
    survived: Survived,
}

fn socket(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

impl Scene {
    fn new(seed: u64) -> Scene {
        let config = DeskConfig {
            seed,
            sip: socket(SIP),
            backup: None,
            media_ports: MEDIA,
            realm: "straz".to_owned(),
            users: vec![User { name: POST.to_owned(), password: PASSWORD.to_owned() }],
            grants: hejnal::sip::registrar::LONGEST,
            operator_user: "operator".to_owned(),
            second_user: "operator2".to_owned(),
            behaviour: Behaviour::answering(Answering::After(Duration::from_millis(50))),
            max_calls: 8,
            ring_after: Duration::ZERO,
            codecs: Codec::ALL.to_vec(),
            digests: vec![Algorithm::Md5, Algorithm::Sha256],
            srtp: hejnal::sip::sdes::Srtp::Optional,
            calendar: Calendar { beginning: Duration::ZERO },
        };
        Scene {
            desk: Desk::new(config),
            now: Instant::from_nanos(1_000_000_000),
            caller: Caller::new(OWN, SIP),
            mutator: Mutator::new(seed),
            said: String::new(),
            sequence: 0,
            asked: None,
            events: Vec::new(),
            media_from_desk: 0,
            survived: Survived::default(),
        }
    }

    /// Lets time pass; the post takes note of what it hears.
    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(due) = self.desk.next_wake().filter(|due| *due <= until) {
            self.now = due.max(self.now);
            self.desk.wake(self.now);
            self.hear();
        }
        self.now = until;
    }
    fn hear(&mut self) {
        for sent in self.desk.take_outgoing() {
            if sent.from.port() != socket(SIP).port() {
                self.media_from_desk += u64::from(!is_rtcp(&sent.bytes));
                continue;
            }
            let text = String::from_utf8_lossy(&sent.bytes).into_owned();
            self.survived.answered(status(&text));
            match (status(&text), text.contains(" INVITE\r\n")) {
                (401, _) => self.caller.challenged(&text),
                (200, true) => self.caller.answer(&text),
                (0, _) => self.asked = Some(text),
                _ => {}
            }
        }
        self.events.extend(self.desk.take_events().into_iter().map(|event| event.value));
        self.survived.note_held();
    }
    fn tell(&mut self, bytes: &[u8], from: SocketAddr) {
        let _last = LastWords(bytes);
        self.desk.datagram(self.now, from, socket(SIP), bytes);
        self.hear();
    }
    fn tell_in_connection(&mut self, bytes: &[u8], from: SocketAddr) {
        let _last = LastWords(bytes);
        self.desk.message(self.now, Duration::ZERO, Route { wire: Wire::Tcp, own: socket(SIP), peer: from }, bytes);
        self.hear();
    }
    fn say(&mut self, text: &str) {
        self.tell(text.as_bytes(), socket(OWN));
    }
    fn packet(&mut self) -> Vec<u8> {
        self.sequence = self.sequence.wrapping_add(1);
        let timestamp = u32::from(self.sequence) * 160;
        Packet { marker: false, payload_type: 8, sequence: self.sequence, timestamp, ssrc: 77, payload: &[0x2a; 160] }.bytes()
    }
    fn media(&mut self, bytes: &[u8], from: &str, port: u16) {
        let _last = LastWords(bytes);
        self.desk.datagram(self.now, socket(from), SocketAddr::new(socket(SIP).ip(), port), bytes);
        self.hear();
    }

    /// What the post would rightly say next, or almost rightly.
    fn next_words(&mut self) -> String {
        let in_call = self.caller.answered.is_some();
        match self.mutator.below(16) {
            0..=2 => self.caller.register(60),
            3..=5 => self.caller.invite(),
            6..=8 => self.caller.ack(),
            9 => self.caller.options(),
            10 => self.caller.cancel(),
            11 => match &self.asked {
                Some(asked) => self.caller.agrees(asked),
                None => self.caller.options(),
            },
            12 if in_call => {
                let direction = self.mutator.pick(&["sendonly", "sendrecv", "inactive"]);
                let offer = self.caller.offer(direction);
                self.caller.within("INVITE", &offer)
            }
            13 if in_call => self.caller.within("BYE", ""),
            14 if in_call => {
                let method = self.mutator.pick(&["INFO", "UPDATE", "PRACK", "REFER", "MESSAGE"]);
                self.caller.within(method, "")
            }
            _ => self.caller.ack(),
        }
    }

    /// One bad input among good ones.
    fn fire(&mut self) {
        let time = self.mutator.below(40) as u64;
        self.pass(Duration::from_millis(time));
        if self.mutator.one_in(50) {
            self.desk.hang_up_all(self.now);
            self.hear();
        }
        if self.mutator.one_in(3) {
            let port = match &self.caller.answered {
                Some((_, port)) if !self.mutator.one_in(4) => *port,
                _ => MEDIA.start() + self.mutator.below(MEDIA.len()) as u16,
            };
            let good = self.packet();
            self.media(&good, "10.0.0.2:4000", port);
            let kind = self.mutator.pick(&[8u8, 8, 8, 0, 9, 111, 101, 127]);
            let timestamp = u32::from(self.sequence).wrapping_mul(160);
            let bad = self.mutator.media(self.sequence.wrapping_add(1), timestamp, kind);
            let from = if self.mutator.one_in(8) { "10.6.6.6:4000" } else { "10.0.0.2:4000" };
            return self.media(&bad, from, port);
        }
        let words = self.next_words();
        let bad = self.mutator.sip(&words, &self.said);
        let from = if self.mutator.one_in(6) { socket(self.mutator.pick(&STRANGERS)) } else { socket(OWN) };
        if self.mutator.one_in(8) {
            self.tell_in_connection(&bad, from);
        } else {
            self.tell(&bad, from);
        }
        if self.mutator.one_in(2) {
            self.say(&words);
        }
        self.said = words;
    }

    /// The bench makes safe, as between two scenarios, and every call is over before long.
    fn make_safe(&mut self) {
        self.desk.hang_up_all(self.now);
        self.hear();
        self.pass(Duration::from_secs(40));
        assert!(self.desk.calls().iter().all(|call| matches!(call.state, hejnal::operator::CallState::Ended(_))));
    }

    /// Registers, calls, hears and is heard, hangs up.
    fn good_call(&mut self) {
        self.asked = None;
        self.events.clear();
        self.caller.restart();
        for _ in ["challenged", "granted"] {
            let register = self.caller.register(60);
            self.say(&register);
        }
        assert!(
            matches!(self.events.as_slice(), [CallEvent::Registered { user, .. }] if user == POST),
            "registering: {:?}",
            self.events
        );
        let invite = self.caller.invite();
        self.say(&invite);
        self.pass(Duration::from_millis(60));
        let port = self.caller.answered.as_ref().map(|(_, port)| *port).expect("an answer");
        let ack = self.caller.ack();
        self.say(&ack);
        self.media_from_desk = 0;
        for _ in 0..10 {
            self.pass(Duration::from_millis(20));
            let packet = self.packet();
            self.media(&packet, "10.0.0.2:4000", port);
        }
        let bye = self.caller.within("BYE", "");
        self.say(&bye);
        self.caller.answered = None;
        let told = |wanted: fn(&CallEvent) -> bool| self.events.iter().any(wanted);
        assert!(
            told(|e| matches!(e, CallEvent::Confirmed { .. }))
                && told(|e| matches!(e, CallEvent::FirstMedia { .. }))
                && told(|e| matches!(e, CallEvent::Ended { by: hejnal::instrument::operator::EndedBy::Post, .. }))
                && self.media_from_desk == 10,
            "{} packets; {:?}",
            self.media_from_desk,
            self.events
        );
        self.events.clear();
    }

    /// Everything has timed out: nothing is under way any more, and nothing will be.
    fn rest(&mut self) {
        self.pass(REST);
        assert!(self.desk.is_at_rest(), "something is still under way after an hour of silence");
        assert_eq!(self.desk.next_wake(), None);
    }

    /// What the desk holds once nothing is left of what was before.
    fn held_at_rest(&mut self) -> isize {
        for _ in 0..KEPT {
            self.good_call();
        }
        self.rest();
        self.events = Vec::new();
        self.said = String::new();
        self.asked = None;
        heap::held()
    }
}

/// Fires `count` bad inputs at a desk.
pub fn survives(seed: u64, count: usize) -> Survived {
    let mut scene = Scene::new(seed);
    scene.pass(Duration::from_secs(1));
    let before = scene.held_at_rest();
    scene.survived.begin();
    for round in 1..=count.div_ceil(ROUND) {
        for _ in 0..ROUND {
            scene.fire();
        }
        scene.make_safe();
        scene.good_call();
        if round % ROUNDS_TO_REST == 0 {
            scene.rest();
        }
    }
    scene.make_safe();
    let after = scene.held_at_rest();
    assert!(after - before < LEAK, "{} bytes more are held than before {count} bad inputs", after - before);
    scene.survived
}
