//! Session descriptions: what the other end offers, and a true answer to it (RFC 3264, RFC 8866).
//!
//! Must not know codecs beyond their names, nor packets.

use super::sdes::{Crypto, Srtp};
use sdp_types::{Connection, Media, Origin, Session, Time};
use std::net::{IpAddr, SocketAddr};

const EVENTS: &str = "telephone-event";
/// Comfort noise, and the number that it has where nothing else is said (RFC 3389, 4).
const COMFORT: &str = "CN";
const COMFORT_NUMBER: u8 = 13;
/// The profiles spoken: plain (RFC 3551) and secure (RFC 3711, 12). Those with quick feedback (RFC 4585 and 5124) are
/// answered as what they are; nobody has to give any.
const PLAIN: &str = "RTP/AVP";
const SECURE: &str = "RTP/SAVP";
const PLAIN_PROFILES: [&str; 2] = [PLAIN, "RTP/AVPF"];
const SECURE_PROFILES: [&str; 2] = [SECURE, "RTP/SAVPF"];
/// Keys that are agreed on in the media's own way (RFC 5764).
const DTLS: &str = "UDP/TLS/RTP/SAVP";

/// An audio format: RTP payload number, encoding name, clock rate in Hz (RFC 3551, table 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    pub payload: u8,
    pub name: String,
    pub rate: u32,
}

impl Format {
    pub fn new(payload: u8, name: &str, rate: u32) -> Self {
        Format { payload, name: name.to_owned(), rate }
    }
    /// Named telephone events beside a codec of that clock rate (RFC 4733, 7.1.1), under the number usual for them.
    pub fn events(rate: u32) -> Self {
        Format::new(101, EVENTS, rate)
    }
    fn is(&self, name: &str, rate: u32) -> bool {
        self.name.eq_ignore_ascii_case(name) && self.rate == rate
    }
}

/// Which way media flows, as seen by whoever wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Direction {
    /// As the attribute is spelt (RFC 8866, 6.7).
    pub const fn name(self) -> &'static str {
        match self {
            Direction::SendRecv => "sendrecv",
            Direction::SendOnly => "sendonly",
            Direction::RecvOnly => "recvonly",
            Direction::Inactive => "inactive",
        }
    }
    /// The other end's view of the same flow (RFC 3264, 6.1).
    pub fn mirrored(self) -> Self {
        match self {
            Direction::SendOnly => Direction::RecvOnly,
            Direction::RecvOnly => Direction::SendOnly,
            same => same,
        }
    }
    /// Of an end that sends, or hears, or both.
    pub fn between(sends: bool, hears: bool) -> Self {
        match (sends, hears) {
            (true, true) => Direction::SendRecv,
            (true, false) => Direction::SendOnly,
            (false, true) => Direction::RecvOnly,
            (false, false) => Direction::Inactive,
        }
    }
    /// Does whoever wrote it send?
    pub fn sends(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::SendOnly)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    #[error("the session description cannot be read: {0}")]
    Unreadable(String),
    #[error("no audio stream by RTP/AVP or RTP/SAVP is offered")]
    NoAudio,
    #[error("only plain audio (RTP/AVP) is offered, where SRTP is mandatory")]
    NotSecure,
    #[error("only secure audio (RTP/SAVP) is offered, where SRTP is refused")]
    Secure,
    #[error("secure audio is offered without a key that could be used: {0}")]
    NoKey(String),
    #[error("no usable connection address")]
    NoAddress,
    #[error("no codec in common")]
    NoCodec,
    #[error("a body of the kind {0}")]
    Content(String),
}

/// The audio stream of the other end's description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audio {
    /// Where it wants to receive.
    pub remote: SocketAddr,
    pub direction: Direction,
    /// In the other end's order of preference.
    pub formats: Vec<Format>,
    /// Where it wants to receive RTCP: the next port, one it names (RFC 3605), or the same (RFC 5761).
    pub rtcp: SocketAddr,
    /// Of a secure stream: what the other end protects its packets with, of all that is offered the first that is
    /// spoken here.
    pub crypto: Option<Crypto>,
    /// The longest packet that it takes, in milliseconds (RFC 8866, 6.4), where it says.
    pub longest: Option<u32>,
    /// Which of the description's media lines it is: an answer must have as many, in the same order (RFC 3264, 6).
    line: usize,
    lines: Vec<(String, String, String)>,
}

impl Audio {
    /// As [`Audio::parse_under`], with secure audio taken where it is offered.
    pub fn parse(body: &[u8]) -> Result<Self, SdpError> {
        Self::parse_under(body, Srtp::Optional)
    }

    /// Reads a description, and chooses its audio stream by whether it may or must be secure. A plain stream with keys
    /// beside it counts as plain: whoever offers that would also do without.
    ///
    /// # Errors
    /// It cannot be read, or offers nothing that could be answered.
    pub fn parse_under(body: &[u8], srtp: Srtp) -> Result<Self, SdpError> {
        // A name in some other encoding must not cost the rest.
        let text = String::from_utf8_lossy(body);
        let session = Session::parse(text.as_bytes()).map_err(|e| SdpError::Unreadable(e.to_string()))?;
        let (line, crypto) = choose_stream(&session, srtp)?;
        let media = session.medias.get(line).ok_or(SdpError::NoAudio)?;
        let connection = media.connections.first().or(session.connection.as_ref()).ok_or(SdpError::NoAddress)?;
        let ip = connection.try_address().map_err(|_| SdpError::NoAddress)?.ip;
        Ok(Audio {
            remote: SocketAddr::new(ip, media.port),
            rtcp: SocketAddr::new(ip, rtcp_port(media)),
            direction: direction(&session, media),
            formats: formats(media),
            crypto,
            longest: media.get_first_attribute_value("maxptime").flatten().and_then(|value| value.trim().parse().ok()),
            line,
            lines: session.medias.iter().map(|m| (m.media.clone(), m.proto.clone(), m.fmt.clone())).collect(),
        })
    }

    /// Do RTP and RTCP share a port?
    pub fn shares_port(&self) -> bool {
        self.rtcp == self.remote
    }

    /// May media be sent there? An unspecified address is the hold of RFC 2543 (RFC 3264, 8.4).
    pub fn can_be_sent_to(&self) -> bool {
        !self.remote.ip().is_unspecified() && !self.remote.ip().is_multicast()
    }

    /// The first of the other end's formats that `names` has: the offerer's preference rules (RFC 3264, 6.1).
    pub fn choose(&self, names: &[(&str, u32)]) -> Result<Format, SdpError> {
        let found = self.formats.iter().find(|f| names.iter().any(|(name, rate)| f.is(name, *rate)));
        found.cloned().ok_or(SdpError::NoCodec)
    }

    /// The payload type of comfort noise beside a codec of this clock rate. Many a device sends some that has offered
    /// none.
    pub fn comfort_noise(&self, rate: u32) -> u8 {
        self.formats.iter().find(|f| f.is(COMFORT, rate)).map_or(COMFORT_NUMBER, |format| format.payload)
    }

    /// The named events offered beside a codec of this clock rate.
    pub fn events(&self, rate: u32) -> Option<&Format> {
        self.formats.iter().find(|f| f.is(EVENTS, rate))
    }
}

const MUX: &str = "rtcp-mux";

fn rtcp_port(media: &Media) -> u16 {
    if media.has_attribute(MUX) {
        return media.port;
    }
    let named = media.get_first_attribute_value("rtcp").flatten();
    let named = named.and_then(|value| value.split_whitespace().next()?.parse().ok());
    named.unwrap_or(media.port.saturating_add(1))
}

fn choose_stream(session: &Session, srtp: Srtp) -> Result<(usize, Option<Crypto>), SdpError> {
    let usable = |profiles: [&'static str; 2]| {
        let all = session.medias.iter().enumerate();
        all.filter(move |(_, m)| m.media == "audio" && m.port != 0 && profiles.contains(&m.proto.as_str()))
    };
    let plain = usable(PLAIN_PROFILES).map(|(line, _)| (line, None)).next();
    let by_dtls = session.medias.iter().any(|m| m.media == "audio" && m.port != 0 && m.proto.starts_with(DTLS));
    let mut secure = Err(if by_dtls {
        SdpError::NoKey("its keys are to be agreed on by DTLS (RFC 5764), which is not spoken here".to_owned())
    } else {
        SdpError::NoAudio
    });
    for (line, media) in usable(SECURE_PROFILES) {
        secure = key_of(media).map(|crypto| (line, Some(crypto)));
        if secure.is_ok() {
            break;
        }
    }
    match (srtp, plain, secure) {
        (Srtp::Mandatory, Some(_), Err(SdpError::NoAudio)) => Err(SdpError::NotSecure),
        (Srtp::Optional, Some(plain), Err(_)) | (Srtp::Refused, Some(plain), _) => Ok(plain),
        (Srtp::Refused, None, Ok(_) | Err(SdpError::NoKey(_))) => Err(SdpError::Secure),
        (_, _, secure) => secure,
    }
}

/// The first key of a secure stream that is spoken here; else why the last of them is not.
fn key_of(media: &Media) -> Result<Crypto, SdpError> {
    let mut why = "there is no crypto attribute (RFC 4568)".to_owned();
    for value in media.get_attribute_values("crypto") {
        match Crypto::parse(value.unwrap_or_default()) {
            Ok(crypto) => return Ok(crypto),
            Err(error) => why = error.to_string(),
        }
    }
    Err(SdpError::NoKey(why))
}

fn direction(session: &Session, media: &Media) -> Direction {
    let attributes = media.attributes.iter().chain(&session.attributes);
    let known = [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive];
    let named = attributes.filter_map(|a| known.into_iter().find(|d| d.name() == a.attribute)).next();
    named.unwrap_or(Direction::SendRecv)
}

fn formats(media: &Media) -> Vec<Format> {
    let maps: Vec<Format> = media.get_attribute_values("rtpmap").filter_map(|value| rtpmap(value?)).collect();
    let numbers = media.fmt.split_whitespace().filter_map(|number| number.parse::<u8>().ok());
    numbers
        .filter_map(|number| {
            let mapped = maps.iter().find(|f| f.payload == number).cloned();
            mapped.or_else(|| well_known(number).map(|name| Format::new(number, name, 8000)))
        })
        .collect()
}

/// Opus is always described as stereo, whatever it carries (RFC 7587, 7).
fn channels(name: &str) -> &'static str {
    if name.eq_ignore_ascii_case("opus") { "/2" } else { "" }
}

fn rtpmap(value: &str) -> Option<Format> {
    let (number, encoding) = value.trim().split_once(' ')?;
    let mut parts = encoding.trim().split('/');
    Some(Format::new(number.parse().ok()?, parts.next()?, parts.next()?.parse().ok()?))
}

/// Static payload types need no rtpmap (RFC 3551, table 4).
fn well_known(number: u8) -> Option<&'static str> {
    match number {
        0 => Some("PCMU"),
        8 => Some("PCMA"),
        9 => Some("G722"),
        _ => None,
    }
}

/// Our side of one session, through all its descriptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    /// Where we receive.
    pub address: SocketAddr,
    session: u64,
    version: u64,
    last: Option<String>,
    /// RTCP comes to the same port, as agreed.
    shares_port: bool,
}

impl Local {
    pub fn new(address: SocketAddr, session: u64) -> Self {
        // 63 bits: some peers read the session id as a signed number.
        Local { address, session: session >> 1, version: 0, last: None, shares_port: false }
    }

    /// Answers `offer` with one format, and named events if they were offered beside it; every other stream is refused
    /// by port 0. A secure stream is answered with what we protect our packets with, under the tag of what was taken
    /// (RFC 4568, 5.1.2).
    pub fn answer(&mut self, offer: &Audio, chosen: &Format, crypto: Option<&Crypto>) -> Vec<u8> {
        self.shares_port = offer.shares_port();
        let medias = offer.lines.iter().enumerate().map(|(n, (kind, proto, fmt))| {
            if n == offer.line {
                let events = offer.events(chosen.rate);
                let formats: Vec<Format> = std::iter::once(chosen).chain(events).cloned().collect();
                // A key that is not answered leaves the stream plain.
                let profile = if crypto.is_some() || PLAIN_PROFILES.contains(&proto.as_str()) { proto } else { PLAIN };
                self.audio(&formats, offer.direction.mirrored(), crypto.as_slice(), profile)
            } else {
                refused(kind, proto, fmt)
            }
        });
        let medias = medias.collect();
        self.write(medias)
    }

    /// Offers these formats: for an INVITE that brings no offer of its own, or to change what stands; secure ones under
    /// any of these keys, plain ones without any.
    pub fn offer(&mut self, formats: &[Format], direction: Direction, cryptos: &[&Crypto]) -> Vec<u8> {
        let media = self.audio(formats, direction, cryptos, if cryptos.is_empty() { PLAIN } else { SECURE });
        self.write(vec![media])
    }

    fn audio(&self, formats: &[Format], direction: Direction, cryptos: &[&Crypto], profile: &str) -> Media {
        let numbers: Vec<String> = formats.iter().map(|f| f.payload.to_string()).collect();
        let mut media = empty("audio", self.address.port(), profile, &numbers.join(" "));
        for crypto in cryptos {
            media.add_attribute_with_value("crypto", crypto.value());
        }
        for f in formats {
            media.add_attribute_with_value("rtpmap", format!("{} {}/{}{}", f.payload, f.name, f.rate, channels(&f.name)));
            if f.name.eq_ignore_ascii_case(EVENTS) {
                media.add_attribute_with_value("fmtp", format!("{} 0-15", f.payload));
            }
        }
        media.add_attribute_with_value("ptime", "20");
        if self.shares_port {
            media.add_attribute_from_str(MUX);
        }
        media.add_attribute_from_str(direction.name());
        media
    }

    /// The version grows exactly when the description changes (RFC 3264, 8).
    fn write(&mut self, medias: Vec<Media>) -> Vec<u8> {
        let ip: IpAddr = self.address.ip();
        let mut session = Session::new(Origin::with_ip_addr(self.session, 0, ip), "-");
        session.origin.username = Some("operator".to_owned());
        session.set_connection(Connection::from_ip_addr(ip));
        session.add_time(Time::new(0, 0));
        session.add_medias(medias);
        let content = text(&session);
        if self.last.as_ref() != Some(&content) {
            self.version += 1;
            self.last = Some(content);
        }
        session.origin.sess_version = self.version;
        text(&session).into_bytes()
    }
}

fn empty(kind: &str, port: u16, proto: &str, fmt: &str) -> Media {
    Media {
        media: kind.to_owned(),
        port,
        num_ports: None,
        proto: proto.to_owned(),
        fmt: fmt.to_owned(),
        media_title: None,
        connections: Vec::new(),
        bandwidths: Vec::new(),
        key: None,
        attributes: Vec::new(),
    }
}

fn refused(kind: &str, proto: &str, fmt: &str) -> Media {
    empty(kind, 0, proto, fmt)
}

fn text(session: &Session) -> String {
    let mut bytes = Vec::new();
    match session.write(&mut bytes) {
        Ok(()) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => String::new(),
    }
}
