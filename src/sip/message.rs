//! SIP messages as the desk reads and writes them: header values parsed by `sip-header` and `sip-uri`, checked for what
//! every message must carry, written as text.
//!
//! Must not know transactions or dialogs. Whatever bytes come in, the worst that can happen is `Malformed`.

mod addresses;
mod content;
pub mod letters;
mod writing;

use sip_header::{SipHeader, extract_all_headers};
use sip_uri::Uri;

pub use super::method::Method;
pub use addresses::{Party, Target, Via, is_same_uri, split_list, targets};
use addresses::{party, top_via};
pub use content::KEYS_ACCEPTED;
pub use writing::{Reply, answer_to, host, request};

/// The port of a URI or Via that names none (RFC 3261, 19.1.2).
pub const DEFAULT_PORT: u16 = 5060;
/// What the desk tells peers it can be asked.
pub const ALLOWED: &str = "INVITE, ACK, BYE, CANCEL, INFO, OPTIONS, PRACK, REGISTER, UPDATE";
/// The extensions it understands.
pub const SUPPORTED: &str = "100rel, timer";

/// Why a datagram is no SIP message worth an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("not SIP: {0}")]
    Unreadable(String),
    #[error("a SIP message without a usable {0}")]
    Missing(&'static str),
    #[error("a body of {stated} bytes announced, of which {came} have come")]
    CutShort { stated: String, came: usize },
    #[error("its method {0} is unknown")]
    Method(String),
    #[error("its version is not SIP/2.0")]
    Version,
    #[error("its Request-URI is none")]
    Target,
}

/// A message that cannot be served.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{why}")]
pub struct Broken {
    pub why: Malformed,
    /// Where it is a request that can be answered: as much of it as an answer takes.
    pub request: Option<Box<Request>>,
}

impl From<Malformed> for Broken {
    fn from(why: Malformed) -> Self {
        Broken { why, request: None }
    }
}

/// What every SIP message carries (RFC 3261, 8.1.1).
#[derive(Debug, Clone)]
pub struct Head {
    pub via: Via,
    pub from: Party,
    pub to: Party,
    pub call_id: String,
    pub cseq: u32,
    /// `None`: it is none that we know.
    pub cseq_method: Option<Method>,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Letters in it are not of UTF-8; lines of it end with LF alone.
    pub has_foreign_letters: bool,
    pub has_bare_ends: bool,
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
    /// The method as it was written, where it is none that we know.
    pub asked_by: Option<String>,
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
///
/// # Errors
/// It is none, or cannot be served; then it is turned away where it can be.
pub fn parse(bytes: &[u8]) -> Result<Message, Broken> {
    let unreadable = |what: &str| Malformed::Unreadable(what.to_owned());
    // Empty lines before the start line are to be ignored (RFC 3261, 7.5): in a datagram too they keep a message from
    // nobody.
    let first = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len());
    let (section, body) = split_head(bytes.get(first..).unwrap_or_default());
    let endless = body.is_none().then_some(Malformed::Missing("end of its headers"));
    // A name in some other encoding must not cost the headers that follow it.
    let (section, is_utf8) = letters::read(section);
    let plain = section.replace("\r\n", "\n");
    let has_bare_ends = plain.matches('\n').count() != section.matches("\r\n").count();
    let (start, lines) = plain.split_once('\n').ok_or_else(|| unreadable("no header"))?;
    let (first, rest) = start.trim_end().split_once([' ', '\t']).ok_or_else(|| unreadable("no start line"))?;
    let draft = || {
        let (head, flaw) = head(lines, body.unwrap_or_default())?;
        Ok::<_, Malformed>((Head { has_foreign_letters: !is_utf8, has_bare_ends, ..head }, flaw.or_else(|| endless.clone())))
    };
    if first.starts_with("SIP/") {
        only_version_2(first)?;
        let status = rest.trim_start().get(..3).and_then(|code| code.parse().ok()).filter(|status| (100..700).contains(status));
        let status = status.ok_or_else(|| unreadable("no status code"))?;
        let (head, flaw) = draft()?;
        return flaw.map_or(Ok(Message::Response(Response { status, head })), |why| Err(why.into()));
    }
    let (uri, version) = rest.trim().rsplit_once([' ', '\t']).ok_or_else(|| unreadable("no version"))?;
    if !version.to_ascii_uppercase().starts_with("SIP/") {
        return Err(unreadable("no version of SIP").into());
    }
    request_of(first, uri.trim(), version, draft()?)
}

/// Start line and head of a request as one that can be served.
fn request_of(asked: &str, uri: &str, version: &str, (head, flaw): (Head, Option<Malformed>)) -> Result<Message, Broken> {
    let (method, parsed) = (asked.parse::<Method>(), uri.parse::<Uri>());
    let why = match (&method, &parsed) {
        _ if only_version_2(version).is_err() => Some(Malformed::Version),
        (Err(_), _) => Some(Malformed::Method(asked.to_owned())),
        (_, Err(_)) => Some(Malformed::Target),
        (Ok(method), _) if flaw.is_none() && head.cseq_method != Some(*method) => {
            Some(Malformed::Missing("CSeq: its method is not the request's"))
        }
        _ => flaw,
    };
    let user = parsed.ok().and_then(|uri| uri.user().map(str::to_owned)).unwrap_or_default();
    let asked_by = method.is_err().then(|| asked.to_owned());
    let request = Request { method: method.unwrap_or(Method::Unknown), asked_by, user, uri: uri.to_owned(), head };
    match why {
        None => Ok(Message::Request(request)),
        Some(why) => Err(Broken { why, request: Some(Box::new(request)) }),
    }
}

/// What stands before the first empty line, with the ends of its lines, and what after it. Lines that end with LF alone
/// are read as well: many a device writes them.
fn split_head(bytes: &[u8]) -> (&[u8], Option<&[u8]>) {
    let mut start = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let end = start + line.len();
        if matches!(line, b"\n" | b"\r\n") {
            return (bytes.get(..start).unwrap_or_default(), bytes.get(end..));
        }
        start = end;
    }
    (bytes, None)
}

fn only_version_2(version: &str) -> Result<(), Malformed> {
    if version.eq_ignore_ascii_case("SIP/2.0") { Ok(()) } else { Err(Malformed::Version) }
}

/// The head, and what is wrong with it if it is not whole. The error is that not even an answer could find its way.
fn head(lines: &str, body: &[u8]) -> Result<(Head, Option<Malformed>), Malformed> {
    let headers: Vec<(String, String)> =
        extract_all_headers(lines).into_iter().map(|(name, value)| (full(name), value)).collect();
    let first = |name: &'static str| {
        let found = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let via = top_via(first("Via"))?;
    let cseq = first("CSeq").split_once(char::is_whitespace);
    let number: Option<u32> = cseq.and_then(|(number, _)| number.parse().ok());
    let named = cseq.map(|(_, method)| method.trim()).filter(|method| !method.is_empty());
    let (from, to, call_id) = (first("From"), first("To"), first("Call-ID"));
    let body = whole_body(headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("Content-Length")), body);
    let raw = |raw: &str| Party { raw: raw.to_owned(), ..Party::default() };
    let missing = [
        ("CSeq", number.is_none() || named.is_none()),
        ("Call-ID", call_id.is_empty()),
        ("From", party(from).is_none()),
        ("To", party(to).is_none()),
    ];
    let missing = missing.into_iter().find(|(_, is_missing)| *is_missing).map(|(name, _)| Malformed::Missing(name));
    let flaw = missing.or_else(|| body.as_ref().err().cloned());
    let head = Head {
        via,
        from: party(from).unwrap_or_else(|| raw(from)),
        to: party(to).unwrap_or_else(|| raw(to)),
        call_id: call_id.to_owned(),
        cseq: number.unwrap_or_default(),
        cseq_method: named.and_then(|method| method.parse().ok()),
        body: body.unwrap_or_default(),
        has_foreign_letters: false,
        has_bare_ends: false,
        headers,
    };
    Ok((head, flaw))
}

/// A header's name in full where it came in its compact form (RFC 3261, 7.3.3).
fn full(name: String) -> String {
    let compact = <[u8; 1]>::try_from(name.as_bytes()).ok().and_then(|[letter]| SipHeader::from_compact(letter));
    compact.map_or(name, |header| header.as_str().to_owned())
}

/// Over UDP a message without Content-Length ends with its datagram, and one whose Content-Length says more than there
/// is, is broken; what comes after the stated length is no part of it (RFC 3261, 18.3).
fn whole_body(stated: Option<&(String, String)>, body: &[u8]) -> Result<Vec<u8>, Malformed> {
    let Some((_, stated)) = stated else { return Ok(body.to_vec()) };
    let length = stated.parse::<usize>().map_err(|_| Malformed::Missing("Content-Length"))?;
    let whole = body.get(..length).map(<[u8]>::to_vec);
    whole.ok_or_else(|| Malformed::CutShort { stated: stated.clone(), came: body.len() })
}
