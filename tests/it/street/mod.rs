//! A street full of posts in one thread: many calls at once over real sockets, in plain text, each message and packet
//! stamped by the kernel.
//!
//! Shared by the load test and by the benchmark. Knows nothing of how the operator is made; its own clock is the wall
//! clock, because that is the one the kernel stamps with.

pub mod guard;

use hejnal::clock::wall_clock;
use hejnal::driver::datagrams;
use hejnal::rtp::packet::is_rtcp;
use hejnal::sip::digest::Algorithm;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsFd as _;
use std::time::Duration;

type Error = Box<dyn std::error::Error>;

pub const USER: &str = "post1";
pub const PASSWORD: &str = "secret1";
/// One packet's worth of sound.
const PACKET: Duration = Duration::from_millis(20);
/// An answer that takes longer is not waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who calls, how often and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub calls: usize,
    /// From one INVITE to the next.
    pub every: Duration,
    /// From the ACK to the BYE.
    pub hold: Duration,
    /// Whether the posts speak; they always listen.
    pub speaking: bool,
}

/// A moment on the wall clock, since 1970.
type Moment = Duration;

/// What one post saw of its call.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub call_id: String,
    pub invited: Moment,
    pub trying: Option<Moment>,
    pub ringing: Option<Moment>,
    pub answered: Option<Moment>,
    pub acknowledged: Moment,
    pub first_media: Option<Moment>,
    /// The BYE was sent, and answered.
    pub left: Moment,
    pub parted: Option<Moment>,
    /// Packets sent and received, and sequence numbers of the operator's stream that never came.
    pub said: u64,
    pub heard: u64,
    pub missing: u64,
    /// How far the operator's packets strayed from 20 ms after the one before, at most.
    pub worst_step: Duration,
}

/// One call under way.
struct Post {
    seen: Seen,
    media: UdpSocket,
    operator_media: Option<SocketAddr>,
    to_tag: String,
    next_packet: Moment,
    last: Option<(u16, Moment)>,
    sequence: u16,
}

pub struct Street {
    sip: UdpSocket,
    watch: datagrams::Watch,
    own: SocketAddr,
    operator: SocketAddr,
    /// Calls begun so far, by all walks.
    begun: Cell<usize>,
}

fn bind() -> Result<UdpSocket, Error> {
    Ok(datagrams::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?)
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    text.split(start).nth(1).and_then(|rest| rest.split(end).next()).unwrap_or_default()
}

fn status(text: &str) -> u16 {
    text.strip_prefix("SIP/2.0 ").and_then(|rest| rest.get(..3)).and_then(|code| code.parse().ok()).unwrap_or(0)
}

impl Street {
    /// With its one account registered.
    pub fn registered_with(operator: SocketAddr) -> Result<Street, Error> {
        let sip = bind()?;
        let watch = datagrams::Watch::over([sip.as_fd()].into_iter())?;
        let street = Street { own: sip.local_addr()?, sip, watch, operator, begun: Cell::new(0) };
        street.send("REGISTER", "r", 1, "", "", "")?;
        let challenge = street.answer()?;
        let nonce = between(&challenge, "nonce=\"", "\"");
        let realm = between(&challenge, "realm=\"", "\"");
        let hash = |text: &str| Algorithm::Md5.hash(text);
        let secret = hash(&format!("{USER}:{realm}:{PASSWORD}"));
        let response = hash(&format!("{secret}:{nonce}:{}", hash("REGISTER:sip:operator")));
        let digest = format!(
            "Authorization: Digest username=\"{USER}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"sip:operator\", response=\"{response}\"\r\n"
        );
        street.send("REGISTER", "r", 2, "", &digest, "")?;
        match status(&street.answer()?) {
            200 => Ok(street),
            other => Err(format!("registration: {other}").into()),
        }
    }

    fn answer(&self) -> Result<String, Error> {
        let mut buffer = [0; 4096];
        self.watch.readable(PATIENCE)?;
        let arrival = datagrams::receive(&self.sip, &mut buffer)?;
        Ok(String::from_utf8_lossy(buffer.get(..arrival.length).unwrap_or_default()).into_owned())
    }

    fn send(&self, method: &str, call_id: &str, cseq: u32, to_tag: &str, more: &str, body: &str) -> Result<Moment, Error> {
        let own = self.own;
        let (uri, user) = if method == "REGISTER" { ("sip:operator", USER) } else { ("sip:operator@street", "operator") };
        let text = format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{call_id}-{cseq}-{method};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:{USER}@street>;tag={call_id}\r\nTo: <sip:{user}@street>{to_tag}\r\nCall-ID: {call_id}\r\n\
             CSeq: {cseq} {method}\r\nContact: <sip:{USER}@{own}>\r\n{more}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let at = wall_clock();
        self.sip.send_to(text.as_bytes(), self.operator)?;
        Ok(at)
    }

    /// Makes all calls of the plan, and says what became of each, in order. `meanwhile` is called again and again.
    pub fn walk(&self, plan: Plan, mut meanwhile: impl FnMut()) -> Result<Vec<Seen>, Error> {
        let mut posts: BTreeMap<String, Post> = BTreeMap::new();
        let mut done: Vec<Seen> = Vec::new();
        let mut next = wall_clock();
        let mut begun = 0;
        while done.len() < plan.calls {
            let now = wall_clock();
            if begun < plan.calls && now >= next {
                let post = self.invite()?;
                posts.insert(post.seen.call_id.clone(), post);
                begun += 1;
                next += plan.every;
            }
            for post in posts.values_mut().filter(|post| post.operator_media.is_some() && now >= post.next_packet) {
                let leaving = post.seen.left.is_zero() && now >= post.seen.acknowledged + plan.hold;
                post.tick(plan.speaking && !leaving)?;
                if leaving {
                    post.seen.left = self.send("BYE", &post.seen.call_id, 2, &post.to_tag, "", "")?;
                }
            }
            let busy = posts.values().filter(|post| post.operator_media.is_some()).map(|post| post.next_packet);
            let due = busy.chain((begun < plan.calls).then_some(next)).min().unwrap_or(now + PACKET);
            let wait = due.saturating_sub(wall_clock()).max(Duration::from_millis(1)).min(PACKET);
            self.watch.readable(wait)?;
            self.hear(&mut posts)?;
            let over = |post: &Post| post.seen.parted.is_some() || now > post.seen.invited + plan.hold + PATIENCE;
            let gone: Vec<String> = posts.iter().filter(|(_, post)| over(post)).map(|(id, _)| id.clone()).collect();
            done.extend(gone.iter().filter_map(|id| posts.remove(id)).map(|post| post.seen));
            meanwhile();
        }
        done.sort_by_key(|seen| seen.invited);
        Ok(done)
    }

    fn invite(&self) -> Result<Post, Error> {
        let media = bind()?;
        let number = self.begun.replace(self.begun.get() + 1);
        let call_id = format!("street-{}-{number}", self.own.port());
        let sdp = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {} RTP/AVP 8\r\n",
            media.local_addr()?.port()
        );
        let invited = self.send("INVITE", &call_id, 1, "", "Content-Type: application/sdp\r\n", &sdp)?;
        let seen = Seen { call_id, invited, ..Seen::default() };
        Ok(Post { seen, media, operator_media: None, to_tag: String::new(), next_packet: invited, last: None, sequence: 0 })
    }

    /// Takes every message that waits.
    fn hear(&self, posts: &mut BTreeMap<String, Post>) -> Result<(), Error> {
        let mut buffer = [0; 4096];
        while let Ok(arrival) = datagrams::receive(&self.sip, &mut buffer) {
            let at = arrival.stamp.ok_or("the kernel gives no stamps")?;
            let text = String::from_utf8_lossy(buffer.get(..arrival.length).unwrap_or_default()).into_owned();
            let Some(post) = posts.get_mut(between(&text, "Call-ID: ", "\r\n")) else { continue };
            match (status(&text), between(&text, "CSeq: ", "\r\n")) {
                (100, _) => post.seen.trying = post.seen.trying.or(Some(at)),
                (180, _) => post.seen.ringing = post.seen.ringing.or(Some(at)),
                (200, "1 INVITE") => {
                    post.seen.answered.get_or_insert(at);
                    post.to_tag = format!(";tag={}", between(between(&text, "To: ", "\r\n"), ";tag=", "\r\n"));
                    let port: u16 = between(&text, "m=audio ", " ").parse()?;
                    post.operator_media = Some(SocketAddr::new(self.operator.ip(), port));
                    post.seen.acknowledged = self.send("ACK", &post.seen.call_id, 1, &post.to_tag, "", "")?;
                    post.next_packet = post.seen.acknowledged;
                }
                (200, "2 BYE") => post.seen.parted = Some(at),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Post {
    /// Every 20 ms: listens to what has come, and speaks.
    fn tick(&mut self, speaking: bool) -> Result<(), Error> {
        self.next_packet += PACKET;
        let mut buffer = [0; 2048];
        while let Ok(arrival) = datagrams::receive(&self.media, &mut buffer) {
            let at = arrival.stamp.ok_or("the kernel gives no stamps")?;
            let Some(packet @ [_, _, high, low, ..]) = buffer.get(..arrival.length) else { continue };
            // Reports go to the port after each post's media, which may be the next post's: they have no sequence
            // number.
            if is_rtcp(packet) {
                continue;
            }
            let sequence = u16::from_be_bytes([*high, *low]);
            self.seen.heard += 1;
            self.seen.first_media.get_or_insert(at);
            if let Some((before, moment)) = self.last {
                self.seen.missing += u64::from(sequence.wrapping_sub(before).wrapping_sub(1));
                self.seen.worst_step = self.seen.worst_step.max(at.saturating_sub(moment).abs_diff(PACKET));
            }
            self.last = Some((sequence, at));
        }
        if let Some(to) = self.operator_media.filter(|_| speaking && self.seen.left.is_zero()) {
            let mut packet = vec![0x80, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
            packet[2..4].copy_from_slice(&self.sequence.to_be_bytes());
            packet[4..8].copy_from_slice(&(u32::from(self.sequence) * 160).to_be_bytes());
            // A-law: a quiet square wave.
            packet.extend((0..160u8).map(|n| if n % 8 < 4 { 0xc5 } else { 0x45 }));
            self.media.send_to(&packet, to)?;
            self.sequence = self.sequence.wrapping_add(1);
            self.seen.said += 1;
        }
        Ok(())
    }
}
