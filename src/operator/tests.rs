//! A post played in plain text, independent of the stack under test, on virtual time.

mod beside_voice;
mod calling;
mod early_dialog;
mod irregular;
mod media;
mod memory;
mod misread;
mod registering;
mod reinvite;
mod resending;
mod rtcp;
mod servers;
mod session_timer;
mod srtp;
mod stamps;
mod strangers;

use super::calls::PAST_CALLS;
use super::transactions::MOST_TRANSACTIONS;
use super::*;
use crate::instrument::operator::{Action, Answering, Behaviour, EndedBy, Second, Server, Side};
use crate::rtp::report::Calendar;
use md5::{Digest as _, Md5};
use std::sync::atomic::{AtomicU64, Ordering};

const PASSWORD: &str = "tajne";

fn ms(millis: u64) -> Instant {
    Instant::from_nanos(millis * 1_000_000)
}
fn socket(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}
fn md5(text: &str) -> String {
    Md5::digest(text).iter().map(|b| format!("{b:02x}")).collect()
}

/// The desk, the moment, and the post's end of the wire.
struct Scene {
    desk: Desk,
    now: u64,
    post: SocketAddr,
    sip: SocketAddr,
    events: Vec<Stamped<CallEvent>>,
    branch: u32,
    /// Numbers of the post and of the desk are those of IPv6.
    six: bool,
}

impl Scene {
    fn new(answering: Answering) -> Self {
        let sip = socket("10.0.0.1:5060");
        let config = DeskConfig {
            seed: 7,
            sip,
            backup: Some(socket("10.0.0.9:5060")),
            media_ports: 20000..=20021,
            realm: "straz".to_owned(),
            users: vec![User { name: "sos-1".to_owned(), password: PASSWORD.to_owned() }],
            grants: crate::sip::registrar::LONGEST,
            operator_user: "operator".to_owned(),
            second_user: "operator2".to_owned(),
            behaviour: Behaviour::answering(answering),
            max_calls: 4,
            ring_after: Duration::ZERO,
            codecs: crate::rtp::codec::Codec::G711.to_vec(),
            digests: vec![crate::sip::digest::Algorithm::Md5, crate::sip::digest::Algorithm::Sha256],
            calendar: Calendar { beginning: Duration::from_secs(1_700_000_000) },
            srtp: crate::sip::sdes::Srtp::Optional,
        };
        Scene {
            desk: Desk::new(config),
            now: 1000,
            post: socket("10.0.0.2:5062"),
            sip,
            events: Vec::new(),
            branch: 0,
            six: false,
        }
    }
    /// With the post registered.
    fn ready(answering: Answering) -> Self {
        let mut scene = Scene::new(answering);
        assert_eq!(scene.register(1, 600, PASSWORD), 200);
        scene.events();
        scene
    }

    fn send(&mut self, text: &str) -> Vec<String> {
        let sixth = text
            .replace("IP4 10.0.0.", "IP6 fd00::")
            .replace("10.0.0.1:5060", "[fd00::1]:5060")
            .replace("10.0.0.2:5062", "[fd00::2]:5062");
        // The lengths have changed; without Content-Length the body ends with its datagram.
        let sixth: String = sixth.split_inclusive("\r\n").filter(|line| !line.starts_with("Content-Length")).collect();
        let text = if self.six { sixth.as_str() } else { text };
        self.desk.datagram(ms(self.now), self.post, self.sip, text.as_bytes());
        self.texts()
    }
    /// SIP texts the desk has sent.
    fn texts(&mut self) -> Vec<String> {
        let sent = self.desk.take_outgoing();
        sent.into_iter().filter(|o| o.from == self.sip).map(|o| String::from_utf8_lossy(&o.bytes).into_owned()).collect()
    }
    /// Lets time pass up to `until`; gives the moment and text of every SIP message sent meanwhile.
    fn pass(&mut self, until: u64) -> Vec<(u64, String)> {
        let mut sent = Vec::new();
        while let Some(due) = self.desk.next_wake().filter(|due| *due <= ms(until)) {
            self.desk.wake(due);
            sent.extend(self.texts().into_iter().map(|t| (due.as_nanos() / 1_000_000, t)));
        }
        self.now = until;
        sent
    }
    fn events(&mut self) -> Vec<CallEvent> {
        let events = self.desk.take_events();
        self.events.extend(events.iter().cloned());
        // That the post asked something is looked at where it matters.
        events.into_iter().map(|e| e.value).filter(|event| !matches!(event, CallEvent::Asked { .. })).collect()
    }

    fn register(&mut self, cseq: u32, expires: u32, password: &str) -> u16 {
        let bare = self.request(
            "REGISTER",
            "sip:10.0.0.1",
            "sip:sos-1@straz",
            "r1",
            cseq,
            &format!("Contact: <sip:sos-1@10.0.0.2:5062>\r\nExpires: {expires}\r\n"),
            "",
        );
        let challenge = self.send(&bare).remove(0);
        assert_eq!(status(&challenge), 401);
        let nonce = challenge.split("nonce=\"").nth(1).and_then(|r| r.split('"').next()).expect("a nonce").to_owned();
        status(&self.authorised(cseq + 1, expires, password, &nonce, 1))
    }
    fn authorised(&mut self, cseq: u32, expires: u32, password: &str, nonce: &str, count: u32) -> String {
        let (a1, a2) = (md5(&format!("sos-1:straz:{password}")), md5("REGISTER:sip:10.0.0.1"));
        let response = md5(&format!("{a1}:{nonce}:{count:08x}:abc:auth:{a2}"));
        let extra = format!(
            "Contact: <sip:sos-1@10.0.0.2:5062>\r\nExpires: {expires}\r\nAuthorization: Digest username=\"sos-1\", realm=\"straz\", \
             nonce=\"{nonce}\", uri=\"sip:10.0.0.1\", response=\"{response}\", algorithm=MD5, cnonce=\"abc\", qop=auth, nc={count:08x}\r\n"
        );
        let text = self.request("REGISTER", "sip:10.0.0.1", "sip:sos-1@straz", "r1", cseq, &extra, "");
        self.send(&text).remove(0)
    }
    #[expect(clippy::too_many_arguments, reason = "a request has as many parts")]
    fn request(&mut self, method: &str, uri: &str, to: &str, call: &str, cseq: u32, extra: &str, body: &str) -> String {
        self.branch += 1;
        let to = if to.contains('<') { to.to_owned() } else { format!("<{to}>") };
        format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5062;rport;branch=z9hG4bK{}\r\nMax-Forwards: 70\r\n\
             From: \"SOS\" <sip:sos-1@straz>;tag=post-{call}\r\nTo: {to}\r\nCall-ID: {call}\r\nCSeq: {cseq} {method}\r\n{extra}\
             Content-Length: {}\r\n\r\n{body}",
            self.branch,
            body.len()
        )
    }
    fn invite(&mut self, call: &str, body: &str) -> String {
        let extra = "Contact: <sip:sos-1@10.0.0.2:5062>\r\nX-SOS-Press: 12\r\nContent-Type: application/sdp\r\n";
        self.request("INVITE", "sip:operator@10.0.0.1", "sip:operator@10.0.0.1", call, 1, extra, body)
    }
    fn within(&mut self, method: &str, ok: &str, cseq: u32, body: &str) -> String {
        let to = header(ok, "To");
        let call = header(ok, "Call-ID");
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let extra = format!("Contact: <sip:sos-1@10.0.0.2:5062>\r\n{kind}");
        self.request(method, "sip:operator@10.0.0.1:5060", &to, &call, cseq, &extra, body)
    }
    /// An INVITE with more headers.
    fn invite_with(&mut self, call: &str, more: &str, body: &str) -> String {
        self.invite(call, body).replace("X-SOS-Press: 12\r\n", &format!("X-SOS-Press: 12\r\n{more}"))
    }
    /// Answers a request of the desk, with more headers and a body.
    fn respond(&mut self, to: &str, status: u16, more: &str, body: &str) -> Vec<String> {
        let kept = ["Via", "From", "To", "Call-ID", "CSeq"].map(|name| format!("{name}: {}\r\n", header(to, name))).concat();
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let contact = "Contact: <sip:sos-1@10.0.0.2:5062>\r\n";
        let length = body.len();
        self.send(&format!("SIP/2.0 {status} X\r\n{kept}{contact}{more}{kind}Content-Length: {length}\r\n\r\n{body}"))
    }
    fn behave(&mut self, set: impl FnOnce(&mut Behaviour)) {
        let mut how = self.desk.behaviour();
        set(&mut how);
        self.desk.behave(how);
    }
    /// Lets time pass without a look at what is sent.
    fn skip(&mut self, until: u64) {
        self.pass(until);
    }
    /// A call that is up; its 200.
    fn call(&mut self, name: &str) -> String {
        let invite = self.invite(name, &offer("8 0", 4000, ""));
        let ok = self.send(&invite).pop().expect("an answer");
        assert_eq!(status(&ok), 200, "{ok}");
        let ack = self.within("ACK", &ok, 1, "");
        assert!(self.send(&ack).is_empty());
        ok
    }
    fn rtp(&mut self, from: &str, port: u16, sequence: u16, payload: &[u8]) {
        let timestamp = u32::from(sequence) * 160;
        let packet = Packet { marker: false, payload_type: 8, sequence, timestamp, ssrc: 77, payload };
        let to = SocketAddr::new(self.sip.ip(), port);
        self.desk.datagram(ms(self.now), socket(from), to, &packet.bytes());
    }
}

/// Each is a version of its own (RFC 3264, 8).
fn offer(formats: &str, port: u16, extra: &str) -> String {
    static VERSION: AtomicU64 = AtomicU64::new(1);
    let version = VERSION.fetch_add(1, Ordering::Relaxed);
    format!(
        "v=0\r\no=- 1 {version} IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio {port} RTP/AVP {formats}\r\n{extra}"
    )
}
fn status(text: &str) -> u16 {
    text.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0)
}
fn statuses(texts: &[String]) -> Vec<u16> {
    texts.iter().map(|t| status(t)).collect()
}
fn header(text: &str, name: &str) -> String {
    let line = text.lines().find(|l| l.starts_with(&format!("{name}: ")));
    line.map_or_else(String::new, |l| l[name.len() + 2..].to_owned())
}
fn media_port(text: &str) -> u16 {
    let line = text.lines().find(|l| l.starts_with("m=audio")).unwrap_or_default();
    line.split(' ').nth(1).and_then(|p| p.parse().ok()).unwrap_or(0)
}
const AT_ONCE: Answering = Answering::After(Duration::ZERO);
const CALL: CallId = CallId(1);
