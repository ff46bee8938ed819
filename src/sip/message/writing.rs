//! Messages as the desk writes them: requests, and answers that start from their request.

use super::{DEFAULT_PORT, Head, Request, Via, letters};
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

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
        415 => "Unsupported Media Type",
        416 => "Unsupported URI Scheme",
        420 => "Bad Extension",
        422 => "Session Interval Too Small",
        423 => "Interval Too Brief",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        482 => "Loop Detected",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        491 => "Request Pending",
        500 => "Server Internal Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        504 => "Server Time-out",
        505 => "Version Not Supported",
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
        let Head { from, to, call_id, cseq, .. } = &request.head;
        let to_tag = if status != 100 && to.tag.is_none() { format!(";tag={tag}") } else { String::new() };
        // What a broken request has not cannot be given back.
        let has_to = !to.raw.is_empty();
        let lines = [("From", from.raw.clone()), ("To", format!("{}{to_tag}", to.raw)), ("Call-ID", call_id.clone())];
        for (name, value) in lines.iter().filter(|(name, value)| !value.is_empty() && (*name != "To" || has_to)) {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        let method = request.asked_by.as_deref().unwrap_or(request.method.name());
        let _ = write!(text, "CSeq: {cseq} {method}\r\n");
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
    let mut bytes = letters::written(text);
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
