//! SIP messages as the desk reads and writes them: header values parsed by `sip-header` and `sip-uri`, checked for what
//! every message must carry, written as text.
//!
//! Must not know transactions or dialogs. Whatever bytes come in, the worst that can happen is `Malformed`.

use sip_header::{SipHeader, SipHeaderAddr, SipVia, extract_all_headers};
use sip_uri::{Host, SipUri, Uri};
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

pub use super::method::Method;

/// The port of a URI or Via that names none (RFC 3261, 19.1.2).
pub const DEFAULT_PORT: u16 = 5060;
/// What the desk tells peers it can be asked.
pub const ALLOWED: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, REGISTER, UPDATE";
/// The extensions it understands.
pub const SUPPORTED: &str = "100rel, timer";

/// Why a datagram is no SIP message worth an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("not SIP: {0}")]
    Unreadable(String),
    #[error("a SIP message without a usable {0}")]
    Missing(&'static str),
}

/// One party of a message: the value of From or To.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// As it stood in the message.
    pub raw: String,
    /// The bare URI without its parameters.
    pub uri: String,
    pub user: String,
    pub tag: Option<String>,
}

/// The topmost Via: where answers go and which transaction this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    pub branch: String,
    pub sent_by: String,
    pub port: Option<u16>,
    /// The sender asks for answers at the port its datagram came from (RFC 3581).
    pub rport: bool,
}

/// What every SIP message carries (RFC 3261, 8.1.1).
#[derive(Debug, Clone)]
pub struct Head {
    pub via: Via,
    pub from: Party,
    pub to: Party,
    pub call_id: String,
    pub cseq: u32,
    pub cseq_method: Method,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Head {
    /// The first header of that name; compact forms were expanded by the parser.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
    /// All headers of that name, in order.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
    /// Whether a list of option tags, Supported or Require, names this one.
    pub fn names_option(&self, header: &str, tag: &str) -> bool {
        self.headers(header).flat_map(|list| list.split(',')).any(|named| named.trim().eq_ignore_ascii_case(tag))
    }
    /// Whether the sender says it can be asked this; without an Allow header nobody knows, and it counts as no.
    pub fn allows(&self, method: Method) -> bool {
        self.headers("Allow").flat_map(|list| list.split(',')).any(|named| named.trim().parse() == Ok(method))
    }
    /// All headers, name and value, in order.
    pub fn all(&self) -> &[(String, String)] {
        &self.headers
    }
}

#[derive(Debug, Clone)]
pub struct Request {
    pub method: Method,
    pub uri: String,
    /// User part of the Request-URI; empty if it has none.
    pub user: String,
    pub head: Head,
}

#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    pub head: Head,
}

#[derive(Debug, Clone)]
pub enum Message {
    Request(Request),
    Response(Response),
}

/// Reads one message: a datagram, or what framing has cut out of a stream.
pub fn parse(bytes: &[u8]) -> Result<Message, Malformed> {
    let unreadable = |what: &str| Malformed::Unreadable(what.to_owned());
    // Empty lines before the start line are to be ignored (RFC 3261, 7.5): in a datagram too they keep a message from
    // nobody.
    let first = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len());
    let bytes = bytes.get(first..).unwrap_or_default();
    let end =
        bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(|| unreadable("no empty line after its headers"))?;
    let (section, body) = (bytes.get(..end).unwrap_or_default(), bytes.get(end + 4..).unwrap_or_default());
    // A name in some other encoding must not cost the headers that follow it.
    let section = String::from_utf8_lossy(section);
    let (start, lines) = section.split_once("\r\n").ok_or_else(|| unreadable("no header"))?;
    let (first, rest) = start.split_once([' ', '\t']).ok_or_else(|| unreadable("no start line"))?;
    if first.starts_with("SIP/") {
        only_version_2(first)?;
        let status = rest.trim_start().get(..3).and_then(|code| code.parse().ok()).filter(|status| (100..700).contains(status));
        let status = status.ok_or_else(|| unreadable("no status code"))?;
        return Ok(Message::Response(Response { status, head: head(lines, body)? }));
    }
    let method: Method = first.parse().map_err(|_| unreadable("its method is unknown"))?;
    let (uri, version) = rest.trim_start().split_once([' ', '\t']).ok_or_else(|| unreadable("no version"))?;
    only_version_2(version.trim())?;
    let parsed: Uri = uri.parse().map_err(|_| unreadable("its Request-URI is none"))?;
    let head = head(lines, body)?;
    if head.cseq_method != method {
        return Err(Malformed::Missing("CSeq: its method is not the request's"));
    }
    Ok(Message::Request(Request { method, user: parsed.user().unwrap_or_default().to_owned(), uri: uri.to_owned(), head }))
}

fn only_version_2(version: &str) -> Result<(), Malformed> {
    let known = version.eq_ignore_ascii_case("SIP/2.0");
    if known { Ok(()) } else { Err(Malformed::Unreadable("its version is not SIP/2.0".to_owned())) }
}

fn head(lines: &str, body: &[u8]) -> Result<Head, Malformed> {
    let headers: Vec<(String, String)> =
        extract_all_headers(lines).into_iter().map(|(name, value)| (full(name), value)).collect();
    let first = |name: &'static str| {
        let found = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).ok_or(Malformed::Missing(name))
    };
    let (number, method) = first("CSeq")?.split_once(char::is_whitespace).ok_or(Malformed::Missing("CSeq"))?;
    let call_id = first("Call-ID")?;
    if call_id.is_empty() {
        return Err(Malformed::Missing("Call-ID"));
    }
    Ok(Head {
        via: top_via(first("Via")?)?,
        from: party(first("From")?).ok_or(Malformed::Missing("From"))?,
        to: party(first("To")?).ok_or(Malformed::Missing("To"))?,
        call_id: call_id.to_owned(),
        cseq: number.parse().map_err(|_| Malformed::Missing("CSeq"))?,
        cseq_method: method.trim().parse().map_err(|_| Malformed::Missing("CSeq"))?,
        body: whole_body(first("Content-Length").ok(), body)?,
        headers,
    })
}

/// A header's name in full where it came in its compact form (RFC 3261, 7.3.3).
fn full(name: String) -> String {
    let compact = <[u8; 1]>::try_from(name.as_bytes()).ok().and_then(|[letter]| SipHeader::from_compact(letter));
    compact.map_or(name, |header| header.as_str().to_owned())
}

fn top_via(value: &str) -> Result<Via, Malformed> {
    let first = split_list(value);
    let via = SipVia::from_entries(first.first().map(String::as_str)).map_err(|_| Malformed::Missing("Via"))?;
    let via = via.into_entries().into_iter().next().ok_or(Malformed::Missing("Via"))?;
    Ok(Via {
        branch: via.branch().unwrap_or_default().to_owned(),
        sent_by: via.port().map_or_else(|| via.host().to_owned(), |port| format!("{}:{port}", via.host())),
        port: via.port(),
        rport: via.rport().is_some(),
    })
}

fn party(raw: &str) -> Option<Party> {
    let parsed: SipHeaderAddr = raw.parse().ok()?;
    let (uri, user) = (bare(parsed.uri()), parsed.uri().user().unwrap_or_default().to_owned());
    Some(Party { raw: raw.trim().to_owned(), uri, user, tag: parsed.tag().map(str::to_owned) })
}

/// A URI without its parameters and headers.
fn bare(uri: &Uri) -> String {
    let Some(sip) = uri.as_sip() else { return uri.to_string() };
    let mut bare = SipUri::new(sip.host().clone()).with_scheme(sip.scheme());
    if let Some(user) = sip.user() {
        bare = bare.with_user(user).with_user_params(sip.user_params().to_vec());
    }
    if let Some(password) = sip.password() {
        bare = bare.with_password(password);
    }
    sip.port().map_or(bare.clone(), |port| bare.with_port(port)).to_string()
}

/// Over UDP a message without Content-Length ends with its datagram, and one whose Content-Length says more than there
/// is, is broken; what comes after the stated length is no part of it (RFC 3261, 18.3).
fn whole_body(stated: Option<&str>, body: &[u8]) -> Result<Vec<u8>, Malformed> {
    let Some(stated) = stated else { return Ok(body.to_vec()) };
    let length = stated.parse::<usize>().ok().and_then(|length| body.get(..length));
    length.map(<[u8]>::to_vec).ok_or(Malformed::Missing("Content-Length"))
}

/// A URI out of a Contact or Route value, and the socket it stands for if its host is a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The URI as it stood between the angle brackets.
    pub uri: String,
    pub socket: Option<SocketAddr>,
    /// Seconds of the `expires` parameter after the URI.
    pub expires: Option<u32>,
    /// The device, where it names itself (`+sip.instance`, RFC 5626, 4.1).
    pub instance: Option<String>,
}

/// Splits a Contact, Route or Record-Route value into its entries. Entries that cannot be read are left out.
pub fn targets(value: &str) -> Vec<Target> {
    split_list(value).iter().filter_map(|entry| target(entry)).collect()
}

fn target(entry: &str) -> Option<Target> {
    let parsed: SipHeaderAddr = entry.parse().ok()?;
    let uri = match (entry.find('<'), entry.find('>')) {
        (Some(start), Some(end)) if start < end => entry.get(start + 1..end).unwrap_or_default().to_owned(),
        _ => parsed.uri().to_string(),
    };
    let expires = parsed.param_raw("expires").flatten().and_then(|seconds| seconds.parse().ok());
    Some(Target { uri, socket: parsed.sip_uri().and_then(socket_of), expires, instance: instance(entry) })
}

/// `;+sip.instance="<urn:uuid:…>"` among the parameters after the URI.
fn instance(contact: &str) -> Option<String> {
    let (_, value) = contact.split_once("+sip.instance=\"")?;
    value.split_once('"').map(|(instance, _)| instance.to_owned())
}

fn socket_of(uri: &SipUri) -> Option<SocketAddr> {
    let ip = match uri.host() {
        Host::IPv4(ip) => IpAddr::V4(*ip),
        Host::IPv6(ip) => IpAddr::V6(*ip),
        _ => return None,
    };
    Some(SocketAddr::new(ip, uri.port().unwrap_or(DEFAULT_PORT)))
}

/// Splits at commas outside quotes and angle brackets.
pub fn split_list(value: &str) -> Vec<String> {
    let (mut parts, mut part, mut quoted, mut bracketed) = (Vec::new(), String::new(), false, false);
    for c in value.chars() {
        match c {
            '"' => quoted = !quoted,
            '<' if !quoted => bracketed = true,
            '>' if !quoted => bracketed = false,
            ',' if !quoted && !bracketed => {
                parts.push(std::mem::take(&mut part).trim().to_owned());
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    parts.push(part.trim().to_owned());
    parts.retain(|p| !p.is_empty());
    parts
}

/// The phrase that goes with a status (RFC 3261, 21).
fn reason(status: u16) -> &'static str {
    match status {
        100 => "Trying",
        180 => "Ringing",
        181 => "Call Is Being Forwarded",
        183 => "Session Progress",
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        420 => "Bad Extension",
        422 => "Session Interval Too Small",
        423 => "Interval Too Brief",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        491 => "Request Pending",
        500 => "Server Internal Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        504 => "Server Time-out",
        _ => "Unknown",
    }
}

/// A response under construction: starts from its request (RFC 3261, 8.2.6.2).
pub struct Reply {
    text: String,
    body: Vec<u8>,
}

impl Reply {
    /// `tag` goes into To where the request had none; 100 Trying carries none. `source` is where the request came from.
    pub fn to(request: &Request, status: u16, tag: &str, source: SocketAddr) -> Self {
        let mut text = format!("SIP/2.0 {status} {}\r\n", reason(status));
        for (n, via) in request.head.headers("Via").enumerate() {
            let via = if n == 0 { stamped_via(via, &request.head.via, source) } else { via.to_owned() };
            let _ = write!(text, "Via: {via}\r\n");
        }
        for route in request.head.headers("Record-Route") {
            let _ = write!(text, "Record-Route: {route}\r\n");
        }
        let _ = write!(text, "From: {}\r\nTo: {}", request.head.from.raw, request.head.to.raw);
        if status != 100 && request.head.to.tag.is_none() {
            let _ = write!(text, ";tag={tag}");
        }
        let cseq = request.head.cseq;
        let _ = write!(text, "\r\nCall-ID: {}\r\nCSeq: {cseq} {}\r\n", request.head.call_id, request.method);
        Reply { text, body: Vec::new() }
    }
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let _ = write!(self.text, "{name}: {value}\r\n");
        self
    }
    pub fn headers(self, lines: &[(&'static str, String)]) -> Self {
        lines.iter().fold(self, |reply, (name, value)| reply.header(name, value))
    }
    pub fn body(mut self, kind: &str, body: Vec<u8>) -> Self {
        self.body = body;
        self.header("Content-Type", kind)
    }
    pub fn bytes(self) -> Vec<u8> {
        finish(self.text, "Server", self.body)
    }
}

/// Adds what RFC 3261, 18.2.1 and RFC 3581, 4 ask a server to note in the topmost Via.
fn stamped_via(value: &str, via: &Via, source: SocketAddr) -> String {
    let (first, rest) = match value.find(',') {
        Some(comma) => value.split_at(comma),
        None => (value, ""),
    };
    let mut parts: Vec<String> = first.split(';').map(|p| p.trim().to_owned()).collect();
    parts.retain(|p| !p.to_ascii_lowercase().starts_with("received="));
    if via.rport {
        parts.retain(|p| !p.eq_ignore_ascii_case("rport") && !p.to_ascii_lowercase().starts_with("rport="));
        parts.push(format!("rport={}", source.port()));
    }
    parts.push(format!("received={}", source.ip()));
    parts.join(";") + rest
}

/// Where the answer to a request goes (RFC 3261, 18.2.2; RFC 3581, 4): always to the address it came from.
pub fn answer_to(via: &Via, source: SocketAddr) -> SocketAddr {
    let port = if via.rport { source.port() } else { via.port.unwrap_or(DEFAULT_PORT) };
    SocketAddr::new(source.ip(), port)
}

/// The lines of a request, in the order given, and its body.
pub fn request(method: &str, uri: &str, lines: &[(&str, String)], body: Vec<u8>) -> Vec<u8> {
    let mut text = format!("{method} {uri} SIP/2.0\r\n");
    for (name, value) in lines {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    finish(text, "User-Agent", body)
}

/// `maker` is the header in which a program names itself (RFC 3261, 20.35 and 20.41).
fn finish(mut text: String, maker: &str, body: Vec<u8>) -> Vec<u8> {
    let _ = write!(text, "{maker}: hejnal\r\nContent-Length: {}\r\n\r\n", body.len());
    let mut bytes = text.into_bytes();
    bytes.extend(body);
    bytes
}

/// An address as it stands in a URI: IPv6 in brackets.
pub fn host(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}
