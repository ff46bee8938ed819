//! The twin's voice module under fire on virtual time: a server that means well, among answers, requests, media and
//! command lines that do not.

use super::caller::{PASSWORD, digest, field, quoted};
use super::mutate::Mutator;
use super::{LastWords, Survived, heap};
use hejnal::clock::Instant;
use hejnal::rtp::packet::Packet;
use hejnal::twin::voice::{Acoustics, Action, Config, Voice};
use std::net::SocketAddr;
use std::time::Duration;

/// After so many bad inputs the next good call must be served.
const ROUND: usize = 500;
const SERVER: &str = "10.0.0.1:5060";
const STRANGERS: [&str; 3] = ["10.0.0.9:5060", "10.0.0.1:9", "[fd00::5]:5060"];
const POST: &str = "SOS-0417";
/// Longer than any timer of the module that is not told to keep registered.
const REST: Duration = Duration::from_secs(200);
/// What a module at rest may hold: its receive buffer, a few finished requests.
const MOST_HELD: isize = 256 * 1024;

/// The sound around the post: silence, and a count of what was spoken.
#[derive(Default)]
struct Air {
    spoken: u64,
}

impl Acoustics for Air {
    fn hear(&mut self, _: f64, _: f64, out: &mut [f32]) {
        out.fill(0.1);
    }
    fn speak(&mut self, _: f64, _: f64, samples: &[f32]) {
        assert!(samples.iter().all(|sample| sample.is_finite()), "{samples:?}");
        self.spoken += 1;
    }
}

struct Scene {
    voice: Voice,
    now: Instant,
    air: Air,
    mutator: Mutator,
    lines: Vec<String>,
    packets: u64,
    /// What the server has yet to say, and when.
    queue: Vec<(Instant, String)>,
    /// The last thing it said, for mutation and splicing.
    said: String,
    /// The module's last INVITE.
    invite: Option<String>,
    requests: u32,
    sequence: u16,
    /// The server answers rightly.
    honest: bool,
    survived: Survived,
}

fn socket(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

fn reply(request: &str, status: &str, extra: &str, body: &str) -> String {
    let mut out = format!("SIP/2.0 {status}\r\n");
    for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
        let value = field(request, name).unwrap_or_default();
        let tag = if name == "To" && !value.contains(";tag=") && !status.starts_with("100") { ";tag=srv" } else { "" };
        out += &format!("{name}: {value}{tag}\r\n");
    }
    format!("{out}{extra}Content-Length: {}\r\n\r\n{body}", body.len())
}

fn description(direction: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 7000 RTP/AVP 8 0 101\r\n\
         a=rtpmap:101 telephone-event/8000\r\na={direction}\r\n"
    )
}

/// Does a request carry the right answer to the server's one nonce?
fn is_signed(request: &str, method: &str) -> bool {
    let Some(header) = field(request, "Authorization").or(field(request, "Proxy-Authorization")) else { return false };
    let (uri, cnonce) = (quoted(header, "uri"), quoted(header, "cnonce"));
    let count = header.split("nc=").nth(1).and_then(|rest| u32::from_str_radix(rest.get(..8)?, 16).ok()).unwrap_or(0);
    let expected = digest(POST, "straz", "n1", count, method, &uri, &cnonce);
    quoted(header, "nonce") == "n1" && quoted(header, "response") == quoted(&expected, "response")
}

impl Scene {
    fn new(seed: u64) -> Scene {
        let address = "10.0.0.2".parse().expect("an address");
        Scene {
            voice: Voice::new(Config { seed, ..Config::new(address, socket(SERVER), PASSWORD) }),
            now: Instant::ZERO,
            air: Air::default(),
            mutator: Mutator::new(seed),
            lines: Vec::new(),
            packets: 0,
            queue: Vec::new(),
            said: String::new(),
            invite: None,
            requests: 0,
            sequence: 0,
            honest: true,
            survived: Survived::default(),
        }
    }

    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        loop {
            let said = self.queue.iter().map(|(at, _)| *at).min();
            let Some(next) = [self.voice.next_wake(), said].into_iter().flatten().min().filter(|at| *at <= until) else { break };
            self.now = self.now.max(next);
            if let Some(due) = self.queue.iter().position(|(at, _)| *at <= self.now) {
                let (_, text) = self.queue.remove(due);
                self.send(&text);
            }
            self.voice.wake(self.now, &mut self.air);
            self.hear();
        }
        self.now = until;
    }
    /// The server says something: rightly, and under fire also wrongly.
    fn send(&mut self, text: &str) {
        if !self.honest && self.mutator.one_in(2) {
            let bad = self.mutator.sip(text, &self.said);
            self.tell(&bad, SERVER, 5060);
        }
        if self.honest || !self.mutator.one_in(4) {
            self.tell(text.as_bytes(), SERVER, 5060);
        }
        self.said = text.to_owned();
    }
    fn tell(&mut self, bytes: &[u8], from: &str, port: u16) {
        let _last = LastWords(bytes);
        self.voice.datagram_in(self.now, socket(from), port, bytes);
        self.hear();
    }
    fn command(&mut self, bytes: &[u8]) {
        let _last = LastWords(bytes);
        for byte in bytes {
            self.voice.serial_in(self.now, *byte);
        }
        self.hear();
    }
    fn hear(&mut self) {
        for action in self.voice.take_actions() {
            match action {
                Action::Segment(_) => {}
                Action::Serial(bytes) => self.lines.push(String::from_utf8_lossy(&bytes).trim_end().to_owned()),
                Action::Send { from_port: 4000, .. } => self.packets += 1,
                Action::Send { bytes, .. } => self.answer(&String::from_utf8_lossy(&bytes)),
            }
        }
        self.survived.note_held();
    }
    /// What a good server says to a message.
    fn answer(&mut self, message: &str) {
        let method = message.split(' ').next().unwrap_or_default();
        if method == "SIP/2.0" {
            return self.survived.answered(super::caller::status(message));
        }
        let challenge = "WWW-Authenticate: Digest realm=\"straz\", nonce=\"n1\", qop=\"auth\", algorithm=MD5\r\n";
        let contact = "Contact: <sip:operator@10.0.0.1:5060>\r\nContent-Type: application/sdp\r\n";
        let mut say = |millis, text| self.queue.push((self.now + Duration::from_millis(millis), text));
        match method {
            "ACK" => {}
            "REGISTER" | "INVITE" if !is_signed(message, method) => say(2, reply(message, "401 Unauthorized", challenge, "")),
            "REGISTER" => {
                let contact = field(message, "Contact").unwrap_or_default();
                let expires = field(message, "Expires").unwrap_or_default();
                say(2, reply(message, "200 OK", &format!("Contact: {contact};expires={expires}\r\n"), ""));
            }
            "INVITE" => {
                say(2, reply(message, "100 Trying", "", ""));
                say(30, reply(message, "180 Ringing", contact, ""));
                say(300, reply(message, "200 OK", contact, &description("sendrecv")));
                self.invite = Some(message.to_owned());
            }
            "CANCEL" => {
                say(2, reply(message, "200 OK", "", ""));
                let invite = self.invite.clone().unwrap_or_default();
                self.queue.push((self.now + Duration::from_millis(3), reply(&invite, "487 Request Terminated", "", "")));
            }
            _ => say(2, reply(message, "200 OK", "", "")),
        }
    }
    /// A request of the server within the module's call.
    fn within(&mut self, method: &str, body: &str) -> Option<String> {
        let invite = self.invite.as_ref()?;
        self.requests += 1;
        let header = |name| field(invite, name).unwrap_or_default();
        let count = self.requests;
        Some(format!(
            "{method} sip:{POST}@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP {SERVER};rport;branch=z9hG4bKs{count}\r\n\
             From: {};tag=srv\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {count} {method}\r\nContact: <sip:operator@{SERVER}>\r\n\
             Content-Length: {}\r\n\r\n{body}",
            header("To"),
            header("From"),
            header("Call-ID"),
            body.len()
        ))
    }
    fn packet(&mut self) -> Vec<u8> {
        self.sequence = self.sequence.wrapping_add(1);
        let timestamp = u32::from(self.sequence) * 160;
        Packet { marker: false, payload_type: 8, sequence: self.sequence, timestamp, ssrc: 77, payload: &[0x2a; 160] }.bytes()
    }

    /// One bad input among good ones.
    fn fire(&mut self) {
        let time = self.mutator.below(60) as u64;
        self.pass(Duration::from_millis(time));
        match self.mutator.below(8) {
            0 | 1 => {
                let good = self.packet();
                self.tell(&good, SERVER, 4000);
                let kind = self.mutator.pick(&[8u8, 8, 0, 13, 101, 127]);
                let bad = self.mutator.media(self.sequence.wrapping_add(1), u32::from(self.sequence) * 160, kind);
                self.tell(&bad, SERVER, 4000);
            }
            2 => {
                let bad = self.mutator.command();
                self.command(&bad);
            }
            3 => {
                let good = self.mutator.pick(&["AT+REG=1\r", "AT+ID=SOS-0417\r", "AT+DIAL=7\r", "AT+DIAL=8,DELAYED\r"]);
                self.command(good.as_bytes());
                let bad = self.mutator.sip(&self.said.clone(), "");
                self.tell(&bad, SERVER, 5060);
            }
            kind => {
                let direction = self.mutator.pick(&["sendonly", "sendrecv", "inactive"]);
                let method =
                    self.mutator.pick(&["INVITE", "INVITE", "UPDATE", "BYE", "ACK", "CANCEL", "OPTIONS", "INFO", "NOTIFY"]);
                let body = if matches!(method, "INVITE" | "UPDATE" | "ACK") { description(direction) } else { String::new() };
                let good = self.within(method, &body).unwrap_or_else(|| self.said.clone());
                let bad = self.mutator.sip(&good, &self.said);
                let from = if kind == 4 { self.mutator.pick(&STRANGERS) } else { SERVER };
                self.tell(&bad, from, 5060);
                if self.mutator.one_in(3) {
                    self.tell(good.as_bytes(), from, 5060);
                }
            }
        }
    }

    /// Whatever is under way is ended; nothing bad comes any more.
    fn settle(&mut self) {
        self.honest = true;
        self.command(b"\rAT+HUP\r");
        self.pass(Duration::from_secs(40));
    }
    fn good_call(&mut self) {
        self.lines.clear();
        self.command(format!("AT+ID={POST}\rAT+REG=1\r").as_bytes());
        self.pass(Duration::from_secs(1));
        assert_eq!(self.lines.first().map(String::as_str), Some("OK"), "{:?}", self.lines);
        self.lines.clear();
        self.command(b"AT+DIAL=7\r");
        self.pass(Duration::from_secs(1));
        assert_eq!(self.lines, ["OK", "+SENT", "+RING", "+CONN"]);
        (self.packets, self.air.spoken) = (0, 0);
        for _ in 0..50 {
            let packet = self.packet();
            self.tell(&packet, SERVER, 4000);
            self.pass(Duration::from_millis(20));
        }
        assert!((49..=51).contains(&self.packets) && self.air.spoken > 40, "{} out, {} spoken", self.packets, self.air.spoken);
        self.requests += 1000;
        let bye = self.within("BYE", "").expect("a call");
        self.tell(bye.as_bytes(), SERVER, 5060);
        assert_eq!(self.lines.last().map(String::as_str), Some("+END:remote"));
        self.lines.clear();
    }
    /// With no wish to be registered, everything has timed out.
    fn rest(&mut self) {
        self.command(b"AT+REG=0\r");
        self.pass(REST);
        assert_eq!(self.voice.next_wake(), None, "something is still under way after minutes of silence");
    }
}

/// Fires `count` bad inputs at a voice module.
pub fn survives(seed: u64, count: usize) -> Survived {
    let mut scene = Scene::new(seed);
    scene.survived.begin();
    scene.voice.set_power(scene.now, true);
    scene.pass(Duration::from_secs(4));
    scene.good_call();
    for _ in 1..=count.div_ceil(ROUND) {
        scene.honest = false;
        for _ in 0..ROUND {
            scene.fire();
        }
        scene.settle();
        scene.good_call();
        scene.rest();
    }
    let running = heap::held();
    scene.voice.set_power(scene.now, false);
    let held = running - heap::held();
    assert!((0..MOST_HELD).contains(&held), "the module held {held} bytes at rest");
    scene.survived
}
