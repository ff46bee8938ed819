//! Messages as other servers write them: the same to whoever reads them rightly.
//!
//! Knows lines, nothing of what they say.

use crate::instrument::operator::Wording;

/// As long as a message may be that goes over UDP without knowing the way (RFC 3261, 18.1.1).
const LONGEST: usize = 1300;
/// The header that makes it so long, which nobody need know (RFC 3261, 20.25).
const FILLS: &str = "Organization: ";
/// Short forms of names (RFC 3261, 20; RFC 4028, 4).
const SHORT: [(&str, &str); 9] = [
    ("Via", "v"),
    ("From", "f"),
    ("To", "t"),
    ("Call-ID", "i"),
    ("Contact", "m"),
    ("Content-Type", "c"),
    ("Content-Length", "l"),
    ("Supported", "k"),
    ("Session-Expires", "x"),
];

/// A message in this wording. What is no message stays as it is.
pub(super) fn reworded(bytes: Vec<u8>, how: Wording) -> Vec<u8> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n").filter(|_| how != Wording::Usual) else {
        return bytes;
    };
    let (head, rest) = bytes.split_at(end);
    let head = String::from_utf8_lossy(head);
    let head = match how {
        Wording::Terse => head.split("\r\n").map(shortened).collect::<Vec<_>>().join("\r\n"),
        _ => filled(&head, bytes.len()),
    };
    [head.as_bytes(), rest].concat()
}

fn shortened(line: &str) -> String {
    let Some((name, value)) = line.split_once(':') else { return line.to_owned() };
    let short = SHORT.iter().find(|(long, _)| name.eq_ignore_ascii_case(long));
    short.map_or_else(|| line.to_owned(), |(_, short)| format!("{short}:{value}"))
}

fn filled(head: &str, length: usize) -> String {
    let room = LONGEST.saturating_sub(length + FILLS.len() + 2);
    if room == 0 { head.to_owned() } else { format!("{head}\r\n{FILLS}{}", "x".repeat(room)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str =
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z\r\nTo: <sip:b>;tag=1\r\nAllow: BYE\r\nContent-Length: 4\r\n\r\nVia:";

    fn said(how: Wording) -> String {
        String::from_utf8(reworded(MESSAGE.as_bytes().to_vec(), how)).expect("text")
    }

    #[test]
    fn a_terse_server_says_the_same_in_fewer_letters() {
        let terse = "SIP/2.0 200 OK\r\nv: SIP/2.0/UDP a;branch=z\r\nt: <sip:b>;tag=1\r\nAllow: BYE\r\nl: 4\r\n\r\nVia:";
        assert_eq!([said(Wording::Usual), said(Wording::Terse)], [MESSAGE, terse]);
    }

    #[test]
    fn a_lengthy_one_fills_a_datagram_and_no_more() {
        let long = said(Wording::Lengthy);
        assert_eq!(
            (long.len(), long.ends_with("xx\r\n\r\nVia:"), long.starts_with("SIP/2.0 200 OK\r\nVia: ")),
            (LONGEST, true, true)
        );
        let full = long.clone().into_bytes();
        assert_eq!(reworded(full.clone(), Wording::Lengthy), full);
        assert_eq!(reworded(b"\r\n\r\n".to_vec(), Wording::Terse), b"\r\n\r\n");
    }
}
