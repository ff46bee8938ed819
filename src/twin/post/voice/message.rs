//! SIP messages as text: parsing what comes, wording what goes (RFC 3261, sections 7 and 20).
//!
//! Must not know transactions, dialogs or time. Never panics on foreign bytes: what cannot be read is `None`.

use std::net::{IpAddr, SocketAddr};

/// No sane message is larger than what a UDP datagram may carry; nor has it more header lines than this.
const MOST_HEADERS: usize = 200;
pub const SIP_PORT: u16 = 5060;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    Request { method: String, uri: String },
    Response { code: u16, reason: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub start: Start,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Message {
    pub fn request(method: &str, uri: &str) -> Self {
        Message { start: Start::Request { method: method.into(), uri: uri.into() }, headers: Vec::new(), body: String::new() }
    }
    /// A response with the headers that RFC 3261, 8.2.6.2 has copied; `source` goes into the top Via (RFC 3581).
    pub fn response(request: &Message, code: u16, reason: &str, to_tag: &str, source: SocketAddr) -> Self {
        let start = Start::Response { code, reason: reason.into() };
        let mut response = Message { start, headers: Vec::new(), body: String::new() };
        for (n, via) in request.all("Via").enumerate() {
            let via = if n == 0 { stamp_via(via, source) } else { via.to_owned() };
            response.push("Via", via);
        }
        for name in ["From", "To", "Call-ID", "CSeq"] {
            let Some(value) = request.header(name) else { continue };
            match name {
                "To" if code > 100 && param(value, "tag").is_none() => response.push(name, format!("{value};tag={to_tag}")),
                _ => response.push(name, value),
            }
        }
        if code / 100 == 2 {
            for route in request.all("Record-Route") {
                response.push("Record-Route", route);
            }
        }
        response
    }
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        self.headers.push((name.to_owned(), value.into()));
    }
    /// The same request for another.
    pub fn aim(&mut self, at: &str) {
        if let Start::Request { uri, .. } = &mut self.start {
            at.clone_into(uri);
        }
    }
    /// Via stands first: the hops read it from the top.
    pub fn set_via(&mut self, value: String) {
        self.remove("Via");
        self.headers.insert(0, ("Via".to_owned(), value));
    }
    /// Replaces the first header of that name, or adds it.
    pub fn set(&mut self, name: &str, value: String) {
        match self.headers.iter_mut().find(|(n, _)| n.eq_ignore_ascii_case(name)) {
            Some((_, old)) => *old = value,
            None => self.push(name, value),
        }
    }
    pub fn remove(&mut self, name: &str) {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
    }
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
    /// Every line of a header as it stands, for those whose values contain commas of their own.
    pub fn lines<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
    /// All values of a header that may be a list, in order, whether on one line or on many.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).flat_map(|(_, v)| split_list(v))
    }
    pub fn method(&self) -> Option<&str> {
        match &self.start {
            Start::Request { method, .. } => Some(method),
            Start::Response { .. } => None,
        }
    }
    pub fn uri(&self) -> &str {
        match &self.start {
            Start::Request { uri, .. } => uri,
            Start::Response { .. } => "",
        }
    }
    /// The status of a response, 0 for a request.
    pub fn code(&self) -> u16 {
        match self.start {
            Start::Response { code, .. } => code,
            Start::Request { .. } => 0,
        }
    }
    pub fn cseq(&self) -> Option<(u32, &str)> {
        let (number, method) = self.header("CSeq")?.split_once(char::is_whitespace)?;
        Some((number.parse().ok()?, method.trim()))
    }
    /// The top Via's branch.
    pub fn branch(&self) -> Option<&str> {
        self.all("Via").next().and_then(|via| param(via, "branch"))
    }
    pub fn tag(&self, header: &str) -> Option<&str> {
        self.header(header).and_then(|value| param(value, "tag"))
    }
    pub fn call_id(&self) -> &str {
        self.header("Call-ID").unwrap_or_default()
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = match &self.start {
            Start::Request { method, uri } => format!("{method} {uri} SIP/2.0\r\n"),
            Start::Response { code, reason } => format!("SIP/2.0 {code} {reason}\r\n"),
        };
        for (name, value) in &self.headers {
            text.push_str(name);
            text.push_str(": ");
            text.push_str(value);
            text.push_str("\r\n");
        }
        text.push_str(&format!("Content-Length: {}\r\n\r\n", self.body.len()));
        text.push_str(&self.body);
        text.into_bytes()
    }

    /// `None`: not a SIP message, or one without what every message must have (RFC 3261, 8.1.1).
    pub fn parse(bytes: &[u8]) -> Option<Message> {
        let begins = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n'))?;
        let (head, body) = split_head(bytes.get(begins..)?)?;
        let head = String::from_utf8_lossy(head);
        let mut lines = head.lines();
        let start = parse_start(lines.next()?)?;
        let headers = parse_headers(lines)?;
        let mut message = Message { start, headers, body: String::new() };
        // Cut by its bytes, of which a letter in some other encoding has not as many as the sign that stands for it.
        message.body = String::from_utf8_lossy(cut_body(message.header("Content-Length"), body)?).into_owned();
        message.remove("Content-Length");
        let complete = ["From", "To", "Call-ID"].iter().all(|name| message.header(name).is_some())
            && message.cseq().is_some()
            && message.header("Via").is_some();
        complete.then_some(message)
    }
}

fn split_head(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = |end: &[u8]| {
        let found = bytes.windows(end.len()).position(|window| window == end)?;
        Some((bytes.get(..found)?, bytes.get(found + end.len()..)?))
    };
    at(b"\r\n\r\n").or_else(|| at(b"\n\n"))
}

fn parse_start(line: &str) -> Option<Start> {
    if let Some(status) = line.strip_prefix("SIP/2.0 ") {
        let (code, reason) = status.split_once(' ').unwrap_or((status, ""));
        let code = code.parse().ok().filter(|code| (100..700).contains(code))?;
        return Some(Start::Response { code, reason: reason.to_owned() });
    }
    let mut words = line.split(' ');
    let (method, uri, version) = (words.next()?, words.next()?, words.next()?);
    let well_formed =
        version == "SIP/2.0" && !method.is_empty() && !uri.is_empty() && method.bytes().all(|b| b.is_ascii_alphanumeric());
    well_formed.then(|| Start::Request { method: method.to_owned(), uri: uri.to_owned() })
}

fn parse_headers<'a>(lines: impl Iterator<Item = &'a str>) -> Option<Vec<(String, String)>> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines {
        if line.starts_with([' ', '\t']) {
            let (_, value) = headers.last_mut()?;
            value.push(' ');
            value.push_str(line.trim());
            continue;
        }
        let (name, value) = line.split_once(':')?;
        if headers.len() >= MOST_HEADERS {
            return None;
        }
        headers.push((full_name(name.trim()).to_owned(), value.trim().to_owned()));
    }
    Some(headers)
}

/// The body as Content-Length cuts it. A body shorter than promised was cut on the way: the message is not to be used
/// (18.3).
fn cut_body<'a>(length: Option<&str>, body: &'a [u8]) -> Option<&'a [u8]> {
    match length {
        None => Some(body),
        Some(length) => body.get(..length.parse().ok()?),
    }
}

/// Compact forms (RFC 3261, 20).
fn full_name(name: &str) -> &str {
    if name.len() != 1 {
        return name;
    }
    match name.to_ascii_lowercase().as_str() {
        "v" => "Via",
        "f" => "From",
        "t" => "To",
        "i" => "Call-ID",
        "m" => "Contact",
        "l" => "Content-Length",
        "c" => "Content-Type",
        "k" => "Supported",
        "s" => "Subject",
        "x" => "Session-Expires",
        _ => name,
    }
}

/// Splits at commas that stand outside quotes and angle brackets.
pub fn split_list(value: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped, mut bracket) = (false, false, false);
    value
        .split(move |c: char| {
            let was_escaped = std::mem::replace(&mut escaped, false);
            match c {
                '\\' if quoted && !was_escaped => escaped = true,
                '"' if !was_escaped => quoted = !quoted,
                '<' if !quoted => bracket = true,
                '>' if !quoted => bracket = false,
                ',' => return !quoted && !bracket,
                _ => {}
            }
            false
        })
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

/// A parameter of a header value, not of the URI inside its angle brackets. A parameter without value is an empty one.
pub fn param<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    let after = value.rfind('>').and_then(|end| value.get(end + 1..)).unwrap_or(value);
    after.split(';').skip(1).find_map(|item| {
        let (key, value) = item.split_once('=').unwrap_or((item, ""));
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The URI of a name-addr or addr-spec header value.
pub fn uri_of(value: &str) -> &str {
    match value.find('<').and_then(|start| value.get(start + 1..)) {
        Some(rest) => rest.split('>').next().unwrap_or(rest),
        None => value.split(';').next().unwrap_or(value).trim(),
    }
}

/// Where a SIP URI points, if its host is an address: the module resolves no names.
pub fn socket_of(uri: &str) -> Option<SocketAddr> {
    let rest = uri.strip_prefix("sip:")?;
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    socket_of_host(host.split([';', '?']).next()?)
}

fn socket_of_host(host: &str) -> Option<SocketAddr> {
    if let Ok(whole) = host.parse::<SocketAddr>() {
        return Some(whole);
    }
    let ip: IpAddr = host.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
    Some(SocketAddr::new(ip, SIP_PORT))
}

/// `host` or `host:port` as it stands in a URI: the well-known port is left out, IPv6 is bracketed.
pub fn host_of(address: SocketAddr) -> String {
    match (address, address.port()) {
        (_, port) if port != SIP_PORT => address.to_string(),
        (SocketAddr::V4(v4), _) => v4.ip().to_string(),
        (SocketAddr::V6(v6), _) => format!("[{}]", v6.ip()),
    }
}

/// The top Via with the address that the request came from (RFC 3261, 18.2.1; RFC 3581, 4).
fn stamp_via(via: &str, source: SocketAddr) -> String {
    let mut out = via.split(';').filter(|part| !part.trim().eq_ignore_ascii_case("rport")).collect::<Vec<_>>().join(";");
    if param(via, "received").is_none() {
        out.push_str(&format!(";received={}", source.ip()));
    }
    if param(via, "rport") == Some("") {
        out.push_str(&format!(";rport={}", source.port()));
    }
    out
}

/// Where a response to a request goes: back to its source port with rport, else to the port the Via names.
pub fn reply_address(request: &Message, source: SocketAddr) -> SocketAddr {
    let Some(via) = request.all("Via").next() else { return source };
    if param(via, "rport").is_some() {
        return source;
    }
    let sent_by = via.split(';').next().and_then(|s| s.split_whitespace().last()).and_then(socket_of_host);
    SocketAddr::new(source.ip(), sent_by.map_or(source.port(), |s| s.port()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVITE: &str = "INVITE sip:a@10.0.0.2 SIP/2.0\r\nv: SIP/2.0/UDP 10.0.0.1:5070;rport;branch=z9hG4bK1, SIP/2.0/UDP h;branch=z\r\n\
        f: \"Ko,w\" <sip:b@h;x=1>;tag=ab\r\nTo: <sip:a@10.0.0.2>\r\ni: q@h\r\nCSeq: 7  INVITE\r\nSubject: a\r\n  b\r\nl: 3\r\n\r\nabcdef";

    #[test]
    fn reads_compact_folded_and_listed_headers() {
        let message = Message::parse(INVITE.as_bytes()).unwrap();
        assert_eq!(message.method(), Some("INVITE"));
        assert_eq!(message.all("Via").count(), 2);
        assert_eq!(message.branch(), Some("z9hG4bK1"));
        assert_eq!(message.tag("From"), Some("ab"));
        assert_eq!(uri_of(message.header("From").unwrap()), "sip:b@h;x=1");
        assert_eq!(message.cseq(), Some((7, "INVITE")));
        assert_eq!(message.header("subject"), Some("a b"));
        assert_eq!(message.body, "abc");
    }

    #[test]
    fn a_body_is_cut_by_its_bytes() {
        let body = b"v=0\r\ns=rozmowa \xb3\xf3d\xbc\r\na=sendonly\r\n";
        let text = INVITE.replace("l: 3", &format!("l: {}", body.len())).replace("abcdef", "");
        let message = Message::parse(&[text.as_bytes(), body].concat()).unwrap();
        assert!(message.body.ends_with("a=sendonly\r\n"), "{}", message.body);
    }

    #[test]
    fn a_response_goes_back_where_the_request_came_from() {
        let request = Message::parse(INVITE.as_bytes()).unwrap();
        let source = "192.0.2.9:4000".parse().unwrap();
        let response = Message::response(&request, 200, "OK", "zz", source);
        let via = response.all("Via").next().unwrap();
        assert_eq!(via, "SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bK1;received=192.0.2.9;rport=4000");
        assert_eq!(response.tag("To"), Some("zz"));
        assert_eq!(reply_address(&request, source), source);
        let plain = Message::parse(INVITE.replace(";rport", "").as_bytes()).unwrap();
        assert_eq!(reply_address(&plain, source), "192.0.2.9:5070".parse().unwrap());
        assert_eq!(Message::parse(&response.to_bytes()).unwrap(), response);
    }

    #[test]
    fn a_cut_or_headless_message_is_none() {
        for bad in [
            "",
            "SIP/2.0 99 x\r\n\r\n",
            "INVITE a\r\n\r\n",
            "INVITE a SIP/2.0\r\nVia: x\r\n\r\n",
            &INVITE.replace("l: 3", "l: 9"),
        ] {
            assert_eq!(Message::parse(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn addresses_of_uris() {
        assert_eq!(socket_of("sip:x@10.0.0.1:5070;lr"), Some("10.0.0.1:5070".parse().unwrap()));
        assert_eq!(socket_of("sip:[::1];lr"), Some("[::1]:5060".parse().unwrap()));
        assert_eq!(socket_of("sip:x@example.org"), None);
        assert_eq!(host_of("[::1]:5060".parse().unwrap()), "[::1]");
    }
}
