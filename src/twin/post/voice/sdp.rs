//! Session descriptions: one audio stream of G.711 and telephone events (RFC 4566, RFC 3264, RFC 4733).
//!
//! Must not know dialogs or sockets. A description that cannot be understood is `None`, never a panic.

use super::g711::Law;
use super::srtp::{Key, Keys};
use std::net::{IpAddr, SocketAddr};

/// What both sides agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Where our packets go.
    pub remote: SocketAddr,
    pub law: Law,
    /// The far end wants to hear us.
    pub sending: bool,
    /// The far end means to speak.
    pub receiving: bool,
    /// Payload type of telephone events, if offered.
    pub events: Option<u8>,
    /// What sound is sealed with; `None`: it is plain.
    pub keys: Option<Keys>,
}

/// The far end's description: its session, and the media lines for the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    pub session: Session,
    /// Every `m=` line as offered; `chosen` is the audio line that we take.
    lines: Vec<String>,
    chosen: usize,
    /// Tag and key of the far end, where its stream is secure.
    crypto: Option<(u32, Key)>,
}

/// Our own side of a description.
#[derive(Debug, Clone, Copy)]
pub struct Local {
    pub address: SocketAddr,
    pub session_id: u64,
    pub version: u32,
    /// What our packets are sealed with; `None`: they are plain.
    pub key: Option<Key>,
}

impl Local {
    pub fn offer(&self) -> String {
        let port = self.address.port();
        let (profile, key) = secured(self.key.map(|key| (1, key)));
        format!(
            "{}m=audio {port} {profile} 0 8 101\r\n{key}a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n{}a=ptime:20\r\na=sendrecv\r\n",
            self.head(),
            events_lines(101)
        )
    }
    pub fn answer(&self, offer: &Description) -> String {
        let mut text = self.head();
        for (n, line) in offer.lines.iter().enumerate() {
            if n == offer.chosen {
                text.push_str(&self.answered_line(offer));
            } else {
                let mut words = line.split(' ');
                let (kind, _, rest) = (words.next().unwrap_or("audio"), words.next(), words.collect::<Vec<_>>().join(" "));
                text.push_str(&format!("m={kind} 0 {rest}\r\n"));
            }
        }
        text
    }
    fn answered_line(&self, offer: &Description) -> String {
        let Session { law, sending, receiving, .. } = offer.session;
        let (kind, name) = (law.payload_type(), if law == Law::Mu { "PCMU" } else { "PCMA" });
        let extra = offer.session.events.map_or(String::new(), |e| format!(" {e}"));
        let direction = match (sending, receiving) {
            (true, true) => "sendrecv",
            (true, false) => "sendonly",
            (false, true) => "recvonly",
            (false, false) => "inactive",
        };
        let own = offer.session.keys.map(|keys| keys.own);
        let (profile, key) = secured(own.zip(offer.crypto).map(|(key, (tag, _))| (tag, key)));
        format!(
            "m=audio {} {profile} {kind}{extra}\r\n{key}a=rtpmap:{kind} {name}/8000\r\n{}a=ptime:20\r\na={direction}\r\n",
            self.address.port(),
            offer.session.events.map_or(String::new(), events_lines)
        )
    }
    fn head(&self) -> String {
        let (id, version, ip) = (self.session_id, self.version, self.address.ip());
        let family = if ip.is_ipv4() { "IP4" } else { "IP6" };
        format!("v=0\r\no=- {id} {version} IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n")
    }
}

/// Profile, and the line with the key.
fn secured(key: Option<(u32, Key)>) -> (&'static str, String) {
    match key {
        Some((tag, key)) => (SECURE, format!("a=crypto:{}\r\n", key.attribute(tag))),
        None => ("RTP/AVP", String::new()),
    }
}

fn events_lines(kind: u8) -> String {
    format!("a=rtpmap:{kind} telephone-event/8000\r\na=fmtp:{kind} 0-15\r\n")
}

/// Sound that is sealed (RFC 3711, 12).
const SECURE: &str = "RTP/SAVP";

/// One `m=` section while it is read.
#[derive(Default)]
struct Section<'a> {
    line: &'a str,
    address: Option<IpAddr>,
    direction: Option<&'a str>,
    events: Option<u8>,
    crypto: Option<(u32, Key)>,
}

impl Description {
    /// `None`: no audio stream that this module can take.
    pub fn parse(text: &str) -> Option<Description> {
        let mut sections = vec![Section::default()];
        for line in text.lines() {
            let Some((kind, value)) = line.split_once('=') else { continue };
            if kind == "m" {
                sections.push(Section { line: value.trim(), ..Section::default() });
            } else if let Some(section) = sections.last_mut() {
                section.read(kind, value.trim());
            }
        }
        let (common, media) = sections.split_first()?;
        let (chosen, (port, law)) = media.iter().enumerate().find_map(|(n, section)| Some((n, section.audio()?)))?;
        let section = media.get(chosen)?;
        let ip = section.address.or(common.address)?;
        let direction = section.direction.or(common.direction).unwrap_or("sendrecv");
        // A null address is the old way to put on hold (RFC 3264, 8.4).
        let sending = matches!(direction, "sendrecv" | "recvonly") && !ip.is_unspecified();
        let receiving = matches!(direction, "sendrecv" | "sendonly");
        let events = section.events;
        let session = Session { remote: SocketAddr::new(ip, port), law, sending, receiving, events, keys: None };
        let lines = media.iter().map(|s| s.line.to_owned()).collect();
        let crypto = section.crypto.filter(|_| section.is_secure());
        Some(Description { session, lines, chosen, crypto })
    }
    /// The same, agreed on: secure where our side is, and never otherwise. `lax`: plain sound will do all the same.
    pub fn agreed(mut self, own: Option<Key>, lax: bool) -> Option<Description> {
        match (own, self.crypto) {
            (None, None) => {}
            (Some(own), Some((_, theirs))) => {
                self.session.keys = Some(Keys { own: Key { suite: theirs.suite, ..own }, theirs });
            }
            (Some(_), None) if lax => {}
            _ => return None,
        }
        Some(self)
    }
}

impl<'a> Section<'a> {
    fn read(&mut self, kind: &str, value: &'a str) {
        match (kind, value) {
            ("c", _) => {
                self.address = value.split(' ').nth(2).and_then(|a| a.split('/').next()).and_then(|a| a.parse().ok());
            }
            ("a", "sendrecv" | "sendonly" | "recvonly" | "inactive") => self.direction = Some(value),
            ("a", _) => {
                if let Some(crypto) = value.strip_prefix("crypto:") {
                    self.crypto = self.crypto.or_else(|| Key::read(crypto));
                }
                let event = value.strip_prefix("rtpmap:").and_then(|map| map.split_once(' '));
                if let Some((number, name)) = event
                    && name.to_ascii_lowercase().starts_with("telephone-event/8000")
                {
                    self.events = number.parse().ok().filter(|n: &u8| *n < 128);
                }
            }
            _ => {}
        }
    }
    fn is_secure(&self) -> bool {
        self.line.split_ascii_whitespace().nth(2) == Some(SECURE)
    }
    /// Port and the first law of the list, if this is an audio line in use.
    fn audio(&self) -> Option<(u16, Law)> {
        let mut words = self.line.split_ascii_whitespace();
        if words.next()? != "audio" {
            return None;
        }
        let port = words.next()?.split('/').next()?.parse().ok().filter(|port| *port != 0)?;
        let profile = words.next()?;
        // Without a key that could be used a secure stream is none.
        if profile != "RTP/AVP" && !(profile == SECURE && self.crypto.is_some()) {
            return None;
        }
        let law = words.filter_map(|w| w.parse().ok()).find_map(Law::of_payload_type)?;
        Some((port, law))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: Local =
        Local { address: SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 4000), session_id: 9, version: 2, key: None };

    fn check(text: &str, expected: Option<(&str, Law, bool, bool)>) {
        let expected = expected.map(|(remote, law, sending, receiving)| Session {
            remote: remote.parse().unwrap(),
            law,
            sending,
            receiving,
            keys: None,
            events: None,
        });
        let found = Description::parse(text).map(|d| Session { events: None, ..d.session });
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn our_own_offer_is_understood() {
        check(&LOCAL.offer(), Some(("127.0.0.1:4000", Law::Mu, true, true)));
    }

    #[test]
    fn reads_address_order_and_direction() {
        let head = "v=0\r\nc=IN IP4 10.0.0.1\r\n";
        check(&format!("{head}m=audio 6000 RTP/AVP 9 8 0\r\n"), Some(("10.0.0.1:6000", Law::A, true, true)));
        check(
            &format!("{head}m=audio 6000 RTP/AVP 0\nc=IN IP4 10.9.9.9/127\na=sendonly"),
            Some(("10.9.9.9:6000", Law::Mu, false, true)),
        );
        check("c=IN IP4 0.0.0.0\r\nm=audio 6000 RTP/AVP 0\r\n", Some(("0.0.0.0:6000", Law::Mu, false, true)));
        check(&format!("{head}m=audio 0 RTP/AVP 0\r\n"), None);
        check(&format!("{head}m=audio 6000 RTP/AVP 9 18\r\n"), None);
        check(&format!("{head}m=audio 6000 RTP/SAVP 0\r\n"), None);
        check("m=audio 6000 RTP/AVP 0\r\n", None);
    }

    #[test]
    fn the_answer_takes_one_line_and_refuses_the_others() {
        let offer = "c=IN IP4 10.0.0.1\r\nm=video 7000 RTP/AVP 96\r\nm=audio 6000 RTP/AVP 8 0 110\r\na=rtpmap:110 telephone-event/8000\r\na=sendonly\r\n";
        let answer = LOCAL.answer(&Description::parse(offer).unwrap());
        assert!(answer.contains("m=video 0 RTP/AVP 96\r\n"), "{answer}");
        assert!(answer.contains("m=audio 4000 RTP/AVP 8 110\r\n") && answer.contains("a=recvonly"), "{answer}");
        assert_eq!(Description::parse(&answer).and_then(|d| d.session.events), Some(110));
    }
}
