//! Where a domain's SIP servers are, as a name server tells it (RFC 2782): the question, and what is read out of the
//! answer.
//!
//! Must not know sockets. Whatever bytes come in, the worst that can happen is that they name nothing.

use std::net::{IpAddr, SocketAddr};

const SRV: u16 = 33;
const INTERNET: u16 = 1;
const DNS_PORT: u16 = 53;
/// Pointers followed in one name; a loop ends there.
const MOST_POINTERS: usize = 16;

/// The first name server that this machine asks.
pub fn name_server() -> Option<SocketAddr> {
    let text = std::fs::read_to_string("/etc/resolv.conf").ok()?;
    let mut named = text.lines().filter_map(|line| line.trim().strip_prefix("nameserver"));
    let ip = named.find_map(|rest| rest.trim().parse::<IpAddr>().ok())?;
    Some(SocketAddr::new(ip, DNS_PORT))
}

/// Asks for the servers of SIP over UDP, under this number.
pub fn question(number: u16, domain: &str) -> Vec<u8> {
    // One question, and whoever is asked is to ask on.
    let mut bytes = [number.to_be_bytes(), [1, 0], [0, 1], [0, 0], [0, 0], [0, 0]].concat();
    for label in ["_sip", "_udp"].into_iter().chain(domain.trim_end_matches('.').split('.')) {
        // A longer label is no name's; nobody answers for it.
        let label = label.as_bytes().get(..label.len().min(63)).unwrap_or_default();
        bytes.push(label.len() as u8);
        bytes.extend_from_slice(label);
    }
    bytes.push(0);
    bytes.extend([SRV.to_be_bytes(), INTERNET.to_be_bytes()].concat());
    bytes
}

/// Names and ports of an answer to that, best first.
pub fn places(number: u16, answer: &[u8]) -> Vec<(String, u16)> {
    let mut found = read(number, answer).unwrap_or_default();
    // The lowest priority first, and of those the heaviest.
    found.sort_by_key(|(priority, weight, ..)| (*priority, u16::MAX - *weight));
    found.into_iter().map(|(_, _, port, name)| (name, port)).collect()
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|word| u16::from_be_bytes(*word))
}

/// Priority, weight, port and name of each.
fn read(number: u16, answer: &[u8]) -> Option<Vec<(u16, u16, u16, String)>> {
    let is_answer = word(answer, 0)? == number && word(answer, 2)? & 0x800f == 0x8000;
    if !is_answer {
        return None;
    }
    let (questions, count) = (word(answer, 4)?, word(answer, 6)?);
    let mut at = 12;
    for _ in 0..questions {
        at = name(answer, at)?.1 + 4;
    }
    let mut found = Vec::new();
    for _ in 0..count {
        at = name(answer, at)?.1;
        let (kind, length) = (word(answer, at)?, usize::from(word(answer, at + 8)?));
        let data = at + 10;
        if kind == SRV {
            let (target, _) = name(answer, data + 6)?;
            // A root alone says that there is no such service here (RFC 2782).
            if !target.is_empty() {
                found.push((word(answer, data)?, word(answer, data + 2)?, word(answer, data + 4)?, target));
            }
        }
        at = data + length;
    }
    Some(found)
}

/// The name that begins there, and where what follows it does.
fn name(answer: &[u8], from: usize) -> Option<(String, usize)> {
    let (mut labels, mut at, mut end, mut pointers) = (Vec::new(), from, None, 0);
    loop {
        match *answer.get(at)? {
            0 => break,
            high @ 0xc0.. => {
                pointers += 1;
                if pointers > MOST_POINTERS {
                    return None;
                }
                end.get_or_insert(at + 2);
                at = usize::from(high & 0x3f) << 8 | usize::from(*answer.get(at + 1)?);
            }
            length @ 1..=63 => {
                let label = answer.get(at + 1..at + 1 + usize::from(length))?;
                labels.push(String::from_utf8_lossy(label).into_owned());
                at += 1 + usize::from(length);
            }
            _ => return None,
        }
    }
    Some((labels.join("."), end.unwrap_or(at + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_question_names_service_and_domain() {
        let bytes = question(0x1234, "straz.city.");
        assert_eq!(bytes[..12], [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(bytes[12..], *b"\x04_sip\x04_udp\x05straz\x04city\0\0\x21\0\x01");
    }

    #[test]
    fn an_answer_to_another_question_names_nothing() {
        let mut answer = question(7, "x");
        answer[2] = 0x81;
        assert_eq!(places(8, &answer), []);
        // A pointer to itself.
        answer[7] = 1;
        answer.extend([0xc0, answer.len() as u8]);
        assert_eq!(places(7, &answer), []);
    }

    proptest! {
        #[test]
        fn nothing_that_comes_makes_it_panic(bytes: Vec<u8>, flags in 0u8..4) {
            let mut answer = vec![0, 7, 0x80, 0, 0, flags & 1, 0, flags >> 1];
            answer.extend(bytes);
            let _places = places(7, &answer);
        }
    }
}
