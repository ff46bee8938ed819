//! Good messages made bad, from a seed: what a broken, hostile or half-written peer could send. Knows the shape of SIP,
//! SDP, RTP and AT lines, and nothing of who reads them.

use hejnal::rtp::packet::Packet;
use hejnal::sip::token::Tokens;

/// Figures at the edges of what fields can hold, and beyond.
const NUMBERS: [&str; 18] = [
    "0",
    "-1",
    "1",
    "00000000000000000001",
    "127",
    "255",
    "256",
    "65535",
    "65536",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999999999999999",
    "1e9",
    "0x10",
];
/// Values that are none.
const ODD: [&str; 24] = [
    "",
    " ",
    "*",
    "<",
    ">",
    "\"",
    "\"\\",
    ";;;;;;;;",
    ",,,,,,,,",
    "sip:",
    "<sip:>",
    "<sip:@>;tag=",
    "sip:a@[::",
    "<sip:a@[::1]:99999>",
    "tel:112",
    "sips:operator@10.0.0.1",
    "SIP/2.0/UDP ;branch=",
    "SIP/2.0/XYZ h:0;branch=z9hG4bK;rport=70000",
    "Digest realm=\"\", nonce=, nc=zz, qop=auth-int",
    "Digest ,,,=,=\"",
    "\u{0}",
    "ąćęłńóśźż\u{202e}",
    "%00%ff%",
    "a=b=c:d:e/f/g",
];
const HEADERS: [&str; 20] = [
    "Via",
    "v",
    "From",
    "To",
    "Call-ID",
    "i",
    "CSeq",
    "Contact",
    "m",
    "Expires",
    "Min-Expires",
    "Authorization",
    "WWW-Authenticate",
    "Record-Route",
    "Route",
    "Require",
    "Content-Length",
    "l",
    "Content-Type",
    "Session-Expires",
];
const METHODS: [&str; 12] =
    ["INVITE", "ACK", "BYE", "CANCEL", "REGISTER", "OPTIONS", "INFO", "UPDATE", "PRACK", "NOTIFY", "MESSAGE", "invite"];
const STATUSES: [&str; 12] = ["100", "180", "183", "200", "202", "302", "401", "407", "423", "487", "503", "699"];
/// Lines of a session description that promise what nobody can keep.
const SDP: [&str; 22] = [
    "m=audio 0 RTP/AVP 8",
    "m=audio 65535 RTP/AVP 8",
    "m=audio 65536 RTP/AVP 8",
    "m=audio 4000/65535 RTP/AVP 8",
    "m=audio -1 RTP/AVP 8 8 8 8",
    "m=audio 4000 RTP/AVP 255 128 127 96",
    "m=audio 4000 RTP/SAVP 8",
    "m=audio 4000 RTP/AVP",
    "m=",
    "m=video 1 RTP/AVP 31",
    "a=rtpmap:8 PCMA/0",
    "a=rtpmap:8 PCMA/4294967295/255",
    "a=rtpmap:999 opus/48000/2",
    "a=rtpmap:101 telephone-event/48000",
    "a=ptime:0",
    "a=ptime:4294967295",
    "a=maxptime:-20",
    "a=inactive",
    "c=IN IP4 999.0.0.1",
    "c=IN IP4 224.0.0.1/255/65535",
    "c=IN IP6 ::",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA|2^99|4294967296:4",
];
const COMMANDS: [&str; 8] =
    ["AT", "AT+ID=SOS-0417", "AT+REG=1", "AT+REG=0", "AT+DIAL=7", "AT+DIAL=4294967295,DELAYED", "AT+HUP", "AT+DIAL=0"];
/// Longest of the giant headers.
const GIANT: usize = 60_000;

pub struct Mutator(Tokens);

impl Mutator {
    pub fn new(seed: u64) -> Self {
        Mutator(Tokens::from_seed(seed))
    }
    pub fn below(&mut self, limit: usize) -> usize {
        (self.0.number() % limit.max(1) as u64) as usize
    }
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
    fn byte(&mut self) -> u8 {
        self.0.number() as u8
    }
    fn noise(&mut self, most: usize) -> Vec<u8> {
        let length = self.below(most);
        (0..length).map(|_| self.byte()).collect()
    }

    /// A SIP message with one to three things wrong; `other` is another message, for splicing.
    pub fn sip(&mut self, good: &str, other: &str) -> Vec<u8> {
        let mut bytes = good.as_bytes().to_vec();
        for _ in 0..=self.below(3) {
            bytes = match self.below(10) {
                0 => self.flip(bytes),
                1 => self.cut(bytes),
                2 => self.inserted(bytes),
                3 => self.spliced(bytes, other.as_bytes()),
                _ => self.lines(&bytes),
            };
        }
        bytes
    }
    /// Bytes of any kind with one to three things wrong; `other` is more of the kind, for splicing.
    pub fn bytes(&mut self, good: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = good.to_vec();
        for _ in 0..=self.below(3) {
            bytes = match self.below(8) {
                0 | 1 => self.flip(bytes),
                2 => self.cut(bytes),
                3 => self.inserted(bytes),
                4 => self.spliced(bytes, other),
                _ if std::str::from_utf8(&bytes).is_ok_and(|text| !text.is_empty()) => self.lines(&bytes),
                _ => self.flip(bytes),
            };
        }
        bytes
    }
    fn flip(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        for _ in 0..=self.below(8) {
            let at = self.below(bytes.len());
            let bit = 1 << self.below(8);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= bit;
            }
        }
        bytes
    }
    fn cut(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        let length = self.below(bytes.len() + 1);
        bytes.truncate(length);
        bytes
    }
    fn inserted(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        let at = self.below(bytes.len() + 1);
        let noise = self.noise(40);
        bytes.splice(at..at, noise);
        bytes
    }
    fn spliced(&mut self, mut bytes: Vec<u8>, other: &[u8]) -> Vec<u8> {
        let at = self.below(bytes.len() + 1);
        bytes.truncate(at);
        bytes.extend_from_slice(&other[self.below(other.len() + 1)..]);
        bytes
    }
    /// Something wrong with a line: lost, doubled, swapped, giant, or with another value.
    fn lines(&mut self, bytes: &[u8]) -> Vec<u8> {
        let text = String::from_utf8_lossy(bytes);
        let mut lines: Vec<String> = text.split("\r\n").map(str::to_owned).collect();
        let at = self.below(lines.len());
        let end_of_head = lines.iter().position(String::is_empty).unwrap_or(lines.len());
        match self.below(14) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[at].clone()),
            2 => {
                let with = self.below(lines.len());
                lines.swap(at, with);
            }
            3 => lines[at] = self.renumbered(&lines[at].clone()),
            4 => {
                let name = lines[at].split(':').next().unwrap_or_default().to_owned();
                lines[at] = format!("{name}: {}", self.pick(&ODD));
            }
            5 => lines.insert(at, format!("{}: {}", self.pick(&HEADERS), self.pick(&ODD))),
            6 => lines.insert(at, format!("{}: {}", self.pick(&HEADERS), self.pick(&NUMBERS))),
            7 => self.state_length(&mut lines),
            8 => lines[0] = self.another_start(&lines[0].clone()),
            9 => lines.insert(end_of_head + self.below(lines.len() - end_of_head + 1), self.pick(&SDP).to_owned()),
            10 => {
                lines.retain(|line| !line.starts_with("Content-Length"));
                lines.push(self.pick(&SDP).to_owned());
            }
            11 => {
                return text.replacen("\r\n", self.pick(&["\n", "\r", "\r\n ", "\r\n\r\n", ""]), 1 + self.below(6)).into_bytes();
            }
            12 if self.one_in(8) => {
                let length = self.below(GIANT);
                let letter = self.pick(&["a", ",", ";", "<", "\"", "sip:a@b,", ";x=y", " "]);
                lines[at].push_str(&letter.repeat(length / letter.len()));
            }
            13 if self.one_in(4) => {
                let header = format!("{}: {}", self.pick(&HEADERS), self.pick(&ODD));
                let many = self.below(600);
                lines.splice(1..1, std::iter::repeat_n(header, many));
            }
            _ => lines[at] = self.renumbered(&lines[at].clone()),
        }
        lines.join("\r\n").into_bytes()
    }
    /// Another figure for one of the line's figures.
    fn renumbered(&mut self, line: &str) -> String {
        let is_start = |n: usize| {
            let bytes = line.as_bytes();
            bytes[n].is_ascii_digit() && (n == 0 || !bytes[n - 1].is_ascii_digit())
        };
        let starts: Vec<usize> = (0..line.len()).filter(|n| is_start(*n)).collect();
        if starts.is_empty() {
            return line.to_owned();
        }
        let (head, rest) = line.split_at(self.pick(&starts));
        format!("{head}{}{}", self.pick(&NUMBERS), rest.trim_start_matches(|c: char| c.is_ascii_digit()))
    }
    fn state_length(&mut self, lines: &mut Vec<String>) {
        lines.retain(|line| !line.starts_with("Content-Length"));
        lines.insert(1, format!("Content-Length: {}", self.pick(&NUMBERS)));
    }
    fn another_start(&mut self, start: &str) -> String {
        let other = if start.starts_with("SIP/2.0") { self.pick(&STATUSES) } else { self.pick(&METHODS) };
        let mut words: Vec<&str> = start.split(' ').collect();
        let word = if start.starts_with("SIP/2.0") { 1 } else { self.below(words.len()) };
        if let Some(word) = words.get_mut(word) {
            *word = other;
        }
        words.join(" ")
    }

    /// A media packet that lies about itself, an event, RTCP, or noise.
    pub fn media(&mut self, sequence: u16, timestamp: u32, payload_type: u8) -> Vec<u8> {
        let noise = self.noise(200);
        let good = |payload: &[u8]| Packet { marker: false, payload_type, sequence, timestamp, ssrc: 77, payload }.bytes();
        let mut bytes = good(&noise);
        match self.below(10) {
            0 => return self.noise(60),
            1 => return self.cut(bytes),
            // CSRC count, extension, padding and version, none of them true.
            2 => bytes[0] = self.byte(),
            3 => bytes[0] = self.pick(&[0x8f, 0x90, 0xa0, 0xbf]),
            4 => {
                // An extension and how many words it claims.
                bytes[0] |= 0x10;
                let claimed = self.pick(&[0u16, 1, 40, 255, 65535]).to_be_bytes();
                bytes.splice(12..12, [[0xbe, 0xde], claimed].concat());
            }
            5 => {
                // Padding and how many octets it claims.
                bytes[0] |= 0x20;
                let claimed = self.byte();
                bytes.push(claimed);
            }
            6 => {
                let end = 12.min(bytes.len());
                let at = self.below(end);
                bytes[at] = self.byte();
            }
            7 => return self.event(sequence, timestamp),
            8 => return self.rtcp(),
            _ => {
                let long = self.pick(&[0, 1, 7, 159, 161, 1400, 9000]);
                return good(&vec![self.byte(); long]);
            }
        }
        bytes
    }
    /// A named event (RFC 4733) with any code, duration and length.
    fn event(&mut self, sequence: u16, timestamp: u32) -> Vec<u8> {
        let mut payload: Vec<u8> = (0..4).map(|_| self.byte()).collect();
        payload[0] = self.pick(&[0, 9, 11, 15, 16, 255, payload[0]]);
        payload.truncate(self.below(6));
        Packet { marker: self.one_in(2), payload_type: 101, sequence, timestamp, ssrc: 77, payload: &payload }.bytes()
    }
    /// A compound of sender reports, receiver reports, descriptions, farewells and nothing known, with lengths of their
    /// own.
    fn rtcp(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..=self.below(4) {
            let kind = self.pick(&[192u8, 200, 201, 202, 203, 204, 205, 207, 223]);
            let words = self.pick(&[0u16, 1, 6, 7, 12, 65535]).to_be_bytes();
            bytes.extend([0x80 | self.byte() & 0x3f, kind]);
            bytes.extend(words);
            let body = self.noise(52);
            bytes.extend(body);
        }
        bytes
    }

    /// What firmware with a fault writes to its voice module.
    pub fn command(&mut self) -> Vec<u8> {
        let good = self.pick(&COMMANDS);
        let mut bytes = match self.below(6) {
            0 => self.renumbered(good).into_bytes(),
            1 => self.flip(good.as_bytes().to_vec()),
            2 => self.inserted(good.as_bytes().to_vec()),
            3 => good.repeat(self.below(60)).into_bytes(),
            _ => good.as_bytes().to_vec(),
        };
        bytes.push(b'\r');
        bytes
    }
}
