//! SIP messages as the desk reads and writes them: parsed by `rsipstack::sip`, checked for what every message must carry, written as text.
//!
//! Must not know transactions or dialogs. Whatever bytes come in, the worst that can happen is `Malformed`.

use rsipstack::sip::{self as lib, SipMessage, prelude::HeadersExt};
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

pub use rsipstack::sip::Method;

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

/// Reads one datagram.
pub fn parse(bytes: &[u8]) -> Result<Message, Malformed> {
    let parsed = lib::parser::parse_message(bytes).map_err(|e| Malformed::Unreadable(e.to_string()))?;
    match parsed {
        SipMessage::Request(request) => {
            let head = head(&request, &request.headers, request.body.clone(), bytes)?;
            if head.cseq_method != request.method {
                return Err(Malformed::Missing("CSeq: its method is not the request's"));
            }
            let user = request.uri.user().unwrap_or_default().to_owned();
            Ok(Message::Request(Request { method: request.method, uri: request.uri.to_string(), user, head }))
        }
        SipMessage::Response(response) => {
            let head = head(&response, &response.headers, response.body.clone(), bytes)?;
            Ok(Message::Response(Response { status: response.status_code.code(), head }))
        }
    }
}

fn head(message: &impl HeadersExt, headers: &lib::Headers, body: Vec<u8>, bytes: &[u8]) -> Result<Head, Malformed> {
    let cseq = message.cseq_header().map_err(|_| Malformed::Missing("CSeq"))?.value().to_owned();
    let (number, method) = cseq.trim().split_once(char::is_whitespace).ok_or(Malformed::Missing("CSeq"))?;
    let from = message.from_header().map_err(|_| Malformed::Missing("From"))?.value();
    let to = message.to_header().map_err(|_| Malformed::Missing("To"))?.value();
    let call_id = message.call_id_header().map_err(|_| Malformed::Missing("Call-ID"))?.value().trim();
    if call_id.is_empty() {
        return Err(Malformed::Missing("Call-ID"));
    }
    Ok(Head {
        via: top_via(message)?,
        from: party(from).ok_or(Malformed::Missing("From"))?,
        to: party(to).ok_or(Malformed::Missing("To"))?,
        call_id: call_id.to_owned(),
        cseq: number.parse().map_err(|_| Malformed::Missing("CSeq"))?,
        cseq_method: method.trim().parse().map_err(|_| Malformed::Missing("CSeq"))?,
        headers: headers.iter().map(|h| (h.name().to_owned(), h.value().trim().to_owned())).collect(),
        body: whole_body(headers, body, bytes)?,
    })
}

fn top_via(message: &impl HeadersExt) -> Result<Via, Malformed> {
    let missing = Malformed::Missing("Via");
    let top = message.top_via_header().map_err(|_| missing.clone())?;
    let via = lib::typed::Via::parse(top.value()).map_err(|_| missing)?;
    Ok(Via {
        branch: via.branch().map(|b| b.value().to_owned()).unwrap_or_default(),
        sent_by: via.sent_by().to_string(),
        port: via.sent_by().port.as_ref().map(|p| u16::from(*p)),
        rport: via.rport().is_some(),
    })
}

fn party(raw: &str) -> Option<Party> {
    let parsed = lib::typed::From::parse(raw).ok()?;
    let tag = parsed.tag().map(|t| t.value().to_owned());
    let user = parsed.uri.user().unwrap_or_default().to_owned();
    let bare = lib::Uri { params: Vec::new(), headers: Vec::new(), ..parsed.uri };
    Some(Party { raw: raw.trim().to_owned(), uri: bare.to_string(), user, tag })
}

/// Over UDP a message without Content-Length ends with its datagram, and one whose Content-Length says more than there is, is broken
/// (RFC 3261, 18.3).
fn whole_body(headers: &lib::Headers, body: Vec<u8>, bytes: &[u8]) -> Result<Vec<u8>, Malformed> {
    let stated = headers.iter().find(|h| h.name().eq_ignore_ascii_case("Content-Length"));
    let Some(stated) = stated else {
        let start = bytes.windows(4).position(|w| w == b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
        return Ok(bytes.get(start..).unwrap_or_default().to_vec());
    };
    match stated.value().trim().parse::<usize>() {
        Ok(length) if length == body.len() => Ok(body),
        _ => Err(Malformed::Missing("Content-Length")),
    }
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
    let Ok(contacts) = lib::typed::Contact::parse_header_list(value) else { return Vec::new() };
    let raw = split_list(value);
    let entries = contacts.into_iter().enumerate();
    entries
        .map(|(n, contact)| {
            let text = raw.get(n).map_or("", String::as_str);
            let uri = match (text.find('<'), text.find('>')) {
                (Some(start), Some(end)) if start < end => text.get(start + 1..end).unwrap_or_default().to_owned(),
                _ => contact.uri.to_string(),
            };
            Target { uri, socket: socket_of(&contact.uri), expires: contact.expires(), instance: instance(text) }
        })
        .collect()
}

/// `;+sip.instance="<urn:uuid:…>"` among the parameters after the URI.
fn instance(contact: &str) -> Option<String> {
    let (_, value) = contact.split_once("+sip.instance=\"")?;
    value.split_once('"').map(|(instance, _)| instance.to_owned())
}

fn socket_of(uri: &lib::Uri) -> Option<SocketAddr> {
    let lib::Host::IpAddr(ip) = uri.host_with_port.host else { return None };
    let port = uri.host_with_port.port.as_ref().map_or(DEFAULT_PORT, |p| u16::from(*p));
    Some(SocketAddr::new(ip, port))
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
