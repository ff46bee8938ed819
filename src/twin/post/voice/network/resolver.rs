//! The module's stub resolver: the SIP servers of its domain (RFC 3263, 4.2; RFC 2782), for as long as they may be
//! kept, and longer when nobody answers (RFC 8767).

use super::NetworkSettings;
use crate::clock::Instant;
use crate::rng::Rng;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// A question is asked again after this, so many times; then there is a pause.
const AGAIN: Duration = Duration::from_secs(2);
const TIMES: u32 = 4;
const PAUSE: Duration = Duration::from_secs(6);
/// What a defective module has forgotten after.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(1);
/// An answer that may not be kept at all is kept for so long.
const KEPT_AT_LEAST: Duration = Duration::from_secs(5);
/// Labels of a name, and jumps within it, at most.
const LONGEST: usize = 64;

const A: u16 = 1;
const SRV: u16 = 33;
const IN: u16 = 1;

#[derive(Debug)]
struct Question {
    number: u16,
    asked: Instant,
    tries: u32,
}

pub struct Resolver {
    domain: String,
    random: Rng,
    question: Option<Question>,
    due: Option<Instant>,
    servers: Vec<SocketAddr>,
    has_news: bool,
    /// A lookup has failed, and a defective module leaves it at that.
    is_final: bool,
}

impl Resolver {
    pub fn new(domain: String, random: Rng) -> Self {
        Resolver { domain, random, question: None, due: None, servers: Vec::new(), has_news: false, is_final: false }
    }
    pub fn has_answer(&self) -> bool {
        !self.servers.is_empty()
    }
    /// The network is there: what is not known is asked for.
    pub fn begin(&mut self, at: Instant) {
        if !self.has_answer() {
            (self.question, self.due) = (None, Some(at));
        }
    }
    /// Whatever is known: it is asked for once more.
    pub fn ask_anew(&mut self, at: Instant) {
        (self.question, self.due) = (None, Some(at));
    }
    pub fn is_asking(&self) -> bool {
        self.question.is_some()
    }
    pub fn next_wake(&self) -> Option<Instant> {
        self.due.filter(|_| !self.is_final)
    }
    /// The servers, if they are others than before.
    pub fn take_answer(&mut self) -> Option<Vec<SocketAddr>> {
        std::mem::take(&mut self.has_news).then(|| self.servers.clone())
    }

    /// What it asks now.
    pub fn wake(&mut self, at: Instant, settings: &NetworkSettings) -> Option<Vec<u8>> {
        if self.is_final || self.due.is_none_or(|due| due > at) {
            return None;
        }
        if self.question.as_ref().is_some_and(|question| question.tries >= TIMES) {
            self.question = None;
            self.due = Some(at + PAUSE);
            self.is_final = settings.faults.lookup_failure_final;
            if settings.faults.forgets_servers {
                self.servers.clear();
            }
            return None;
        }
        let number = (self.random.bits() >> 48) as u16;
        let question = self.question.get_or_insert(Question { number, asked: at, tries: 0 });
        question.tries += 1;
        if settings.faults.forgets_question {
            (question.number, question.asked) = (number, at);
        }
        self.due = Some(at + AGAIN);
        let number = question.number;
        Some(self.ask(number))
    }
    fn ask(&self, number: u16) -> Vec<u8> {
        let mut bytes = number.to_be_bytes().to_vec();
        // A plain question, recursion desired.
        bytes.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        for label in ["_sip", "_udp"].into_iter().chain(self.domain.split('.')) {
            bytes.push(label.len() as u8);
            bytes.extend(label.as_bytes());
        }
        bytes.push(0);
        bytes.extend([SRV, IN].into_iter().flat_map(u16::to_be_bytes));
        bytes
    }

    pub fn datagram(&mut self, at: Instant, bytes: &[u8], settings: &NetworkSettings) {
        let Some(question) = &self.question else { return };
        let is_forgotten = settings.faults.forgets_question && at.since(question.asked) > FORGOTTEN_AFTER;
        let Some((mut servers, kept)) = answer(bytes, question.number).filter(|_| !is_forgotten) else { return };
        self.question = None;
        if settings.faults.reverses_order {
            servers.reverse();
        }
        if settings.faults.knows_one_server {
            servers.truncate(1);
        }
        let kept = settings.asks_names_every.unwrap_or(kept.max(KEPT_AT_LEAST));
        self.due = (!settings.faults.looks_up_once).then(|| at + kept);
        self.has_news = self.servers != servers;
        self.servers = servers;
    }
}

/// The servers that an answer names, in their order, and for how long it may be kept. `None`: it is none, or names
/// nobody.
fn answer(bytes: &[u8], number: u16) -> Option<(Vec<SocketAddr>, Duration)> {
    let mut reader = Reader { bytes, at: 0 };
    let [own, flags, questions, answers, authorities, more] = [(); 6].map(|()| reader.word());
    let is_answer = own? == number && flags? & 0x800F == 0x8000;
    is_answer.then_some(())?;
    for _ in 0..questions? {
        reader.name()?;
        reader.at += 4;
    }
    let (mut named, mut found, mut kept) = (Vec::new(), Vec::new(), u32::MAX);
    for _ in 0..u32::from(answers?) + u32::from(authorities?) + u32::from(more?) {
        let name = reader.name()?;
        let (kind, _class, lives) = (reader.word()?, reader.word()?, reader.long()?);
        let length = usize::from(reader.word()?);
        let end = reader.at + length;
        match kind {
            SRV => {
                let (priority, _weight, port) = (reader.word()?, reader.word()?, reader.word()?);
                named.push((priority, port, reader.name()?));
                kept = kept.min(lives);
            }
            A => {
                let four: [u8; 4] = bytes.get(reader.at..end)?.try_into().ok()?;
                found.push((name, Ipv4Addr::from(four)));
                kept = kept.min(lives);
            }
            _ => {}
        }
        reader.at = end;
    }
    named.sort();
    let address = |name: &str| found.iter().find(|(known, _)| known == name).map(|(_, address)| *address);
    let servers: Vec<SocketAddr> =
        named.iter().filter_map(|(_, port, name)| Some(SocketAddr::new(address(name)?.into(), *port))).collect();
    (!servers.is_empty()).then(|| (servers, Duration::from_secs(kept.into())))
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Reader<'_> {
    fn word(&mut self) -> Option<u16> {
        let word = self.bytes.get(self.at..self.at + 2)?.try_into().ok()?;
        self.at += 2;
        Some(u16::from_be_bytes(word))
    }
    fn long(&mut self) -> Option<u32> {
        Some(u32::from(self.word()?) << 16 | u32::from(self.word()?))
    }
    /// In small letters; what it points to is followed, as often as a name may be long.
    fn name(&mut self) -> Option<String> {
        let (mut labels, mut at, mut end) = (Vec::new(), self.at, None);
        for _ in 0..LONGEST {
            let length = usize::from(*self.bytes.get(at)?);
            match length {
                0 => {
                    self.at = end.unwrap_or(at + 1);
                    return Some(labels.join("."));
                }
                1..=63 => {
                    let label = self.bytes.get(at + 1..at + 1 + length)?;
                    labels.push(String::from_utf8_lossy(label).to_ascii_lowercase());
                    at += 1 + length;
                }
                192.. => {
                    end = end.or(Some(at + 2));
                    at = (length & 0x3F) << 8 | usize::from(*self.bytes.get(at + 1)?);
                }
                _ => return None,
            }
        }
        None
    }
}
