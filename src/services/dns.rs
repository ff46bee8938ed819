//! A name server of one domain (RFC 1035; RFC 2782): where the operator's SIP servers are, the main one first.
//!
//! Must not know who asks. Over UDP, without recursion, extensions or zone transfers: no post needs them.

use super::{Reply, Seen, Service};
use crate::clock::{Instant, Stamped};
use crate::instrument::services::{NameAsked, NameConduct, OwnAnswer, Told};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

pub const PORT: u16 = 53;
/// For how long an answer may be kept: short, so that a scenario sees a name looked up again.
pub const LIVES: Duration = Duration::from_secs(60);
/// A post's transports under which SIP is asked for (RFC 3263, 4.2).
const SERVICES: [&str; 2] = ["_sip._udp", "_sip._tcp"];
const MAIN: &str = "sip1";
const BACKUP: &str = "sip2";

const A: u16 = 1;
const AAAA: u16 = 28;
const SRV: u16 = 33;
const IN: u16 = 1;
const HEADER: usize = 12;

const FORMAT_ERROR: u8 = 1;
const NO_SUCH_NAME: u8 = 3;
const NOT_IMPLEMENTED: u8 = 4;
const REFUSED: u8 = 5;

/// What the domain holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// In small letters, without a dot at its end.
    pub domain: String,
    pub main: SocketAddr,
    pub backup: Option<SocketAddr>,
}

pub struct NameServer {
    zone: Zone,
    conduct: NameConduct,
    seen: Seen<NameAsked>,
}

/// What is asked, and in which bytes.
struct Question<'b> {
    name: String,
    kind: u16,
    bytes: &'b [u8],
}

struct Record {
    name: String,
    kind: u16,
    data: Vec<u8>,
}

impl NameServer {
    pub fn new(zone: Zone) -> Self {
        NameServer { zone, conduct: NameConduct::default(), seen: Seen::default() }
    }

    /// The servers as they are named now: under which name, where, and how soon they are to be turned to.
    fn servers(&self) -> Vec<(String, SocketAddr, u16)> {
        let Zone { domain, main, backup } = &self.zone;
        let (main, backup) = match backup {
            Some(backup) if self.conduct.names_exchanged => (backup, Some(main)),
            _ => (main, backup.as_ref()),
        };
        let main = (format!("{MAIN}.{domain}"), *main, 10);
        std::iter::once(main).chain(backup.map(|backup| (format!("{BACKUP}.{domain}"), *backup, 20))).collect()
    }
    /// Records that answer, and such as spare another question. `Err`: why there is no answer.
    fn find(&self, question: &Question<'_>) -> Result<(Vec<Record>, Vec<Record>), u8> {
        let domain = &self.zone.domain;
        let Some(below) = question.name.strip_suffix(domain.as_str()) else { return Err(REFUSED) };
        let below = match below.strip_suffix('.') {
            Some(below) => below,
            None if below.is_empty() => "",
            None => return Err(REFUSED),
        };
        let servers = self.servers();
        let addresses: Vec<Record> = servers.iter().map(|(name, at, _)| address(name, at.ip())).collect();
        let of_kind = |records: Vec<Record>| records.into_iter().filter(|record| record.kind == question.kind).collect();
        match below {
            // The domain itself is where its main server is.
            "" => Ok((of_kind(servers.first().map(|(_, at, _)| address(domain, at.ip())).into_iter().collect()), Vec::new())),
            below if SERVICES.contains(&below) && question.kind == SRV => {
                let records = servers.iter().map(|(name, at, priority)| service(&question.name, *priority, at.port(), name));
                Ok((records.collect(), addresses))
            }
            // A name that leads to others is there, whatever is asked of it.
            below if SERVICES.iter().any(|service| service.ends_with(below)) => Ok((Vec::new(), Vec::new())),
            _ => {
                let named: Vec<Record> = addresses.into_iter().filter(|record| record.name == question.name).collect();
                if named.is_empty() { Err(NO_SUCH_NAME) } else { Ok((of_kind(named), Vec::new())) }
            }
        }
    }
}

impl Service for NameServer {
    type Conduct = NameConduct;
    type Seen = NameAsked;
    const PORT: u16 = PORT;

    fn behave(&mut self, how: NameConduct) {
        self.conduct = how;
    }
    fn datagram(&mut self, at: Instant, from: SocketAddr, bytes: &[u8]) -> Option<Reply> {
        let header: [u8; HEADER] = bytes.get(..HEADER)?.try_into().ok()?;
        let [one, two, flags, ..] = header;
        // An answer is never answered: two servers would talk for ever.
        (flags & 0x80 == 0).then_some(())?;
        let is_query = flags & 0x78 == 0;
        let question = is_query.then(|| question(bytes)).flatten();
        let found = match &question {
            _ if !is_query => Err(NOT_IMPLEMENTED),
            None => Err(FORMAT_ERROR),
            Some(question) => self.find(question),
        };
        if let Some(question) = &question {
            let count = found.as_ref().map_or(0, |(answers, _)| answers.len());
            let (name, kind) = (question.name.clone(), kind_name(question.kind));
            let found = (!self.conduct.is_silent).then_some(count);
            self.seen.add(at, from, NameAsked { name, kind, found, lives: LIVES });
        }
        (!self.conduct.is_silent).then_some(())?;
        let code = found.as_ref().err().copied().unwrap_or_default();
        let (answers, more) = found.unwrap_or_default();
        // An answer with authority to the same question, recursion wished for as it was.
        let mut reply = vec![one, two, flags & 0x79 | 0x84, code];
        let counts = [usize::from(question.is_some()), answers.len(), 0, more.len()];
        reply.extend(counts.into_iter().flat_map(|count| u16::try_from(count).unwrap_or_default().to_be_bytes()));
        reply.extend(question.as_ref().map_or(&[][..], |question| question.bytes));
        for record in answers.iter().chain(&more) {
            record.write(&mut reply);
        }
        Some(Reply { at: at + self.conduct.late, to: from, bytes: reply })
    }
    fn take_seen(&mut self) -> Vec<Stamped<NameAsked>> {
        self.seen.take()
    }
    fn is_asked_by_bench(&mut self, at: SocketAddr) {
        self.seen.bench = Some(at);
    }
    /// For the main server and for the backup server by turns.
    fn question(&self, number: u16) -> Vec<u8> {
        let server = if number.is_multiple_of(2) && self.zone.backup.is_some() { BACKUP } else { MAIN };
        let is_six = self.servers().iter().any(|(name, at, _)| name.starts_with(server) && at.is_ipv6());
        let mut bytes = number.to_be_bytes().to_vec();
        bytes.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        for label in std::iter::once(server).chain(self.zone.domain.split('.')) {
            bytes.extend(u8::try_from(label.len()));
            bytes.extend(label.bytes());
        }
        bytes.push(0);
        bytes.extend([if is_six { AAAA } else { A }, IN].into_iter().flat_map(u16::to_be_bytes));
        bytes
    }
    fn understand(&self, bytes: &[u8]) -> Option<OwnAnswer> {
        let two = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
        let (number, count) = (two(0)?, two(6)?);
        (bytes.get(2)? & 0x80 != 0).then_some(())?;
        let mut at = HEADER + question(bytes)?.bytes.len();
        let mut places = Vec::new();
        for _ in 0..count {
            at = behind_name(bytes, at)?;
            let (kind, length) = (two(at)?, usize::from(two(at + 8)?));
            let data = bytes.get(at + 10..at + 10 + length)?;
            match kind {
                A => places.extend(<[u8; 4]>::try_from(data).map(IpAddr::from)),
                AAAA => places.extend(<[u8; 16]>::try_from(data).map(IpAddr::from)),
                _ => {}
            }
            at += 10 + length;
        }
        Some(OwnAnswer { number, told: Told::Places(places) })
    }
}

/// Where a name ends, which may point to another one (RFC 1035, 4.1.4).
fn behind_name(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match usize::from(*bytes.get(at)?) {
            0 => return Some(at + 1),
            length if length < 64 => at += 1 + length,
            _ => return Some(at + 2),
        }
    }
}

fn kind_name(kind: u16) -> String {
    match kind {
        A => "A".to_owned(),
        AAAA => "AAAA".to_owned(),
        SRV => "SRV".to_owned(),
        35 => "NAPTR".to_owned(),
        other => format!("TYPE{other}"),
    }
}

/// The one question of a message. A name in a question points to nothing.
fn question(bytes: &[u8]) -> Option<Question<'_>> {
    (bytes.get(4..6)? == [0, 1]).then_some(())?;
    let (mut at, mut labels) = (HEADER, Vec::new());
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1;
        match length {
            0 => break,
            1..=63 => labels.push(String::from_utf8_lossy(bytes.get(at..at + length)?).to_ascii_lowercase()),
            _ => return None,
        }
        at += length;
    }
    let [high, low, class @ ..] = bytes.get(at..at + 4)? else { return None };
    (class == IN.to_be_bytes()).then_some(())?;
    let kind = u16::from_be_bytes([*high, *low]);
    Some(Question { name: labels.join("."), kind, bytes: bytes.get(HEADER..at + 4)? })
}

fn address(name: &str, address: IpAddr) -> Record {
    let (kind, data) = match address {
        IpAddr::V4(four) => (A, four.octets().to_vec()),
        IpAddr::V6(six) => (AAAA, six.octets().to_vec()),
    };
    Record { name: name.to_owned(), kind, data }
}

/// All of the load goes to the first that answers: weights say nothing.
fn service(name: &str, priority: u16, port: u16, target: &str) -> Record {
    let mut data: Vec<u8> = [priority, 0, port].into_iter().flat_map(u16::to_be_bytes).collect();
    write_name(target, &mut data);
    Record { name: name.to_owned(), kind: SRV, data }
}

impl Record {
    fn write(&self, into: &mut Vec<u8>) {
        write_name(&self.name, into);
        into.extend([self.kind, IN].into_iter().flat_map(u16::to_be_bytes));
        into.extend(u32::try_from(LIVES.as_secs()).unwrap_or_default().to_be_bytes());
        into.extend(u16::try_from(self.data.len()).unwrap_or_default().to_be_bytes());
        into.extend(&self.data);
    }
}

fn write_name(name: &str, into: &mut Vec<u8>) {
    for label in name.split('.') {
        into.push(u8::try_from(label.len()).unwrap_or_default());
        into.extend(label.as_bytes());
    }
    into.push(0);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> NameServer {
        let at = |text: &str| text.parse().expect("an address");
        NameServer::new(Zone { domain: "straz.example".into(), main: at("10.20.0.2:5060"), backup: Some(at("10.20.0.3:5070")) })
    }
    fn asks(name: &str, kind: u16) -> Vec<u8> {
        let mut bytes = vec![0xAB, 0xCD, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        write_name(name, &mut bytes);
        bytes.extend([kind, IN].into_iter().flat_map(u16::to_be_bytes));
        bytes
    }
    fn answered(server: &mut NameServer, bytes: &[u8]) -> Option<Vec<u8>> {
        server.datagram(Instant::ZERO, "10.20.0.17:5353".parse().expect("an address"), bytes).map(|reply| reply.bytes)
    }
    /// The code, and how many records stand in each part.
    fn outcome(name: &str, kind: u16) -> (u8, [u8; 4]) {
        let reply = answered(&mut server(), &asks(name, kind)).expect("an answer");
        (reply[3], [reply[5], reply[7], reply[9], reply[11]])
    }

    #[test]
    fn servers_are_named_with_their_addresses_and_in_their_order() {
        let mut server = server();
        let reply = answered(&mut server, &asks("_sip._udp.straz.example", SRV)).expect("an answer");
        assert_eq!(reply[..12], [0xAB, 0xCD, 0x85, 0, 0, 1, 0, 2, 0, 0, 0, 2]);
        let places = |reply: &[u8]| {
            [[10, 20, 0, 2], [10, 20, 0, 3]].map(|four| reply.windows(4).position(|found| found == four).expect("named"))
        };
        let [main, backup] = places(&reply);
        assert!(main < backup);
        let priority = |port: u16| [&10_u16.to_be_bytes()[..], &[0, 0], &port.to_be_bytes()].concat();
        assert!(reply.windows(6).any(|found| found == priority(5060)));
        server.behave(NameConduct { names_exchanged: true, ..NameConduct::default() });
        let reply = answered(&mut server, &asks("_sip._udp.straz.example", SRV)).expect("an answer");
        let [main, backup] = places(&reply);
        assert!(backup < main && reply.windows(6).any(|found| found == priority(5070)));
        let seen: Vec<_> = server.take_seen().into_iter().map(|seen| (seen.value.kind, seen.value.found)).collect();
        assert_eq!(seen, [("SRV".to_owned(), Some(2)), ("SRV".to_owned(), Some(2))]);
    }

    #[test]
    fn every_other_question_has_its_answer_as_well() {
        assert_eq!(outcome("straz.example", A), (0, [1, 1, 0, 0]));
        assert_eq!(outcome("SIP1.Straz.Example", A), (0, [1, 1, 0, 0]));
        assert_eq!(outcome("sip2.straz.example", AAAA), (0, [1, 0, 0, 0]));
        assert_eq!(outcome("straz.example", 35), (0, [1, 0, 0, 0]), "no NAPTR: SRV is asked for next");
        assert_eq!(outcome("_sip._udp.straz.example", A), (0, [1, 0, 0, 0]));
        assert_eq!(outcome("_udp.straz.example", A), (0, [1, 0, 0, 0]));
        assert_eq!(outcome("_sips._tcp.straz.example", SRV), (NO_SUCH_NAME, [1, 0, 0, 0]));
        assert_eq!(outcome("www.straz.example", A), (NO_SUCH_NAME, [1, 0, 0, 0]));
        assert_eq!(outcome("example", A), (REFUSED, [1, 0, 0, 0]));
        assert_eq!(outcome("xstraz.example", A), (REFUSED, [1, 0, 0, 0]));
    }

    #[test]
    fn what_is_no_question_is_told_so_or_nothing() {
        let mut broken = asks("straz.example", A);
        broken.truncate(20);
        assert_eq!(answered(&mut server(), &broken).map(|reply| (reply[3], reply.len())), Some((FORMAT_ERROR, 12)));
        let mut answer = asks("straz.example", A);
        answer[2] |= 0x80;
        assert_eq!(answered(&mut server(), &answer), None);
        let mut update = asks("straz.example", A);
        update[2] = 0x28;
        assert_eq!(answered(&mut server(), &update).map(|reply| reply[3]), Some(NOT_IMPLEMENTED));
        assert_eq!(answered(&mut server(), &[0; 11]), None);
    }

    #[test]
    fn it_may_be_late_or_silent() {
        let mut server = server();
        let late = Duration::from_secs(3);
        server.behave(NameConduct { late, ..NameConduct::default() });
        let from = "10.20.0.17:5353".parse().expect("an address");
        let reply = server.datagram(Instant::ZERO, from, &asks("straz.example", A)).expect("an answer");
        assert_eq!(reply.at, Instant::ZERO + late);
        server.behave(NameConduct { is_silent: true, ..NameConduct::default() });
        assert_eq!(server.datagram(Instant::ZERO, from, &asks("straz.example", A)), None);
        assert_eq!(server.take_seen().last().and_then(|seen| seen.value.found), None);
    }
}
