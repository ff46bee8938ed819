//! HTTP/1.1 as a camera system takes it (RFC 9112): requests out of bytes, and the answers that are given.
//!
//! Must not know sockets, moments or what a request is for.

use std::fmt;

/// A longer head is nobody's.
const LONGEST_HEAD: usize = 16 * 1024;
/// With a picture in it, an event may be this long.
const LONGEST_BODY: usize = 8 * 1024 * 1024;

/// One request, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    pub target: String,
    pub body: Vec<u8>,
    /// The connection may be used again.
    pub keeps: bool,
}

/// What has come is no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// What the bytes so far have come to.
#[derive(Debug, PartialEq, Eq)]
pub enum Read {
    /// More has to come.
    Part,
    /// More has to come, and will not before it is asked for (RFC 9110, 10.1.1).
    Awaits,
    Whole(Request),
}

/// The bytes of one connection that have not become a request yet.
#[derive(Debug, Default)]
pub struct Reader {
    bytes: Vec<u8>,
    /// What was awaited has been asked for.
    has_asked: bool,
}

/// What a head says of the body behind it.
struct Head {
    method: String,
    target: String,
    body: Body,
    keeps: bool,
    awaits: bool,
}

#[derive(Clone, Copy)]
enum Body {
    Long(usize),
    Chunked,
}

impl Reader {
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next request. To be asked until it is told that more has to come.
    ///
    /// # Errors
    /// What has come is no request: the connection is of no more use.
    pub fn read(&mut self) -> Result<Read, Malformed> {
        let start = self.bytes.iter().take_while(|byte| b"\r\n".contains(byte)).count();
        let rest = self.bytes.get(start..).unwrap_or_default();
        let Some(length) = rest.windows(4).position(|four| four == b"\r\n\r\n") else {
            return if rest.len() > LONGEST_HEAD { Err(Malformed) } else { Ok(Read::Part) };
        };
        if length > LONGEST_HEAD {
            return Err(Malformed);
        }
        let head = read_head(rest.get(..length).unwrap_or_default())?;
        let behind = rest.get(length + 4..).unwrap_or_default();
        let body = match head.body {
            Body::Long(length) if length > LONGEST_BODY => return Err(Malformed),
            Body::Long(length) => behind.get(..length).map(|body| (body.to_vec(), length)),
            Body::Chunked => unchunked(behind)?,
        };
        let Some((body, taken)) = body else {
            if head.awaits && behind.is_empty() && !std::mem::replace(&mut self.has_asked, true) {
                return Ok(Read::Awaits);
            }
            return Ok(Read::Part);
        };
        self.bytes.drain(..start + length + 4 + taken);
        self.has_asked = false;
        let Head { method, target, keeps, .. } = head;
        Ok(Read::Whole(Request { method, target, body, keeps }))
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]{}".contains(&byte))
}

fn read_head(bytes: &[u8]) -> Result<Head, Malformed> {
    let text = std::str::from_utf8(bytes).map_err(|_| Malformed)?;
    let mut lines = text.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let [method, target, version] = [(); 3].map(|()| first.next().unwrap_or_default());
    if first.next().is_some() || !is_token(method) || target.is_empty() || !version.starts_with("HTTP/1.") {
        return Err(Malformed);
    }
    let mut head = Head {
        method: method.to_owned(),
        target: target.to_owned(),
        body: Body::Long(0),
        keeps: version != "HTTP/1.0",
        awaits: false,
    };
    for line in lines {
        let (name, value) = line.split_once(':').filter(|(name, _)| is_token(name)).ok_or(Malformed)?;
        let value = value.trim();
        let says = |word: &str| value.split(',').any(|one| one.trim().eq_ignore_ascii_case(word));
        match name.to_ascii_lowercase().as_str() {
            "content-length" if !matches!(head.body, Body::Chunked) => {
                head.body = Body::Long(value.parse().map_err(|_| Malformed)?);
            }
            "transfer-encoding" if says("chunked") => head.body = Body::Chunked,
            "transfer-encoding" => return Err(Malformed),
            "connection" if says("close") => head.keeps = false,
            "connection" if says("keep-alive") => head.keeps = true,
            "expect" => head.awaits = says("100-continue"),
            _ => {}
        }
    }
    Ok(head)
}

/// A body in chunks (RFC 9112, 7.1) and how many bytes it took; `None`: more has to come.
fn unchunked(mut bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, Malformed> {
    let whole = bytes.len();
    let mut body = Vec::new();
    loop {
        let Some((line, behind)) = line(bytes) else { return if bytes.len() > 256 { Err(Malformed) } else { Ok(None) } };
        let size = std::str::from_utf8(line).map_err(|_| Malformed)?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| Malformed)?;
        if body.len().saturating_add(size) > LONGEST_BODY {
            return Err(Malformed);
        }
        if size == 0 {
            return trailers(behind).map(|rest| rest.map(|rest| (body, whole - rest.len())));
        }
        let (Some(chunk), Some(rest)) = (behind.get(..size), behind.get(size + 2..)) else { return Ok(None) };
        body.extend_from_slice(chunk);
        bytes = rest;
    }
}

/// What is behind the last chunk, up to its empty line.
fn trailers(mut bytes: &[u8]) -> Result<Option<&[u8]>, Malformed> {
    if bytes.len() > LONGEST_HEAD {
        return Err(Malformed);
    }
    loop {
        let Some((line, behind)) = line(bytes) else { return Ok(None) };
        if line.is_empty() {
            return Ok(Some(behind));
        }
        bytes = behind;
    }
}

fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.windows(2).position(|two| two == b"\r\n")?;
    Some((bytes.get(..end)?, bytes.get(end + 2..)?))
}

/// What a request is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Continue,
    NoContent,
    BadRequest,
    ServiceUnavailable,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::Continue => "100 Continue",
            Status::NoContent => "204 No Content",
            Status::BadRequest => "400 Bad Request",
            Status::ServiceUnavailable => "503 Service Unavailable",
        })
    }
}

impl Status {
    /// The answer's bytes; whether the connection is kept stands in it.
    pub fn answer(self, keeps: bool) -> Vec<u8> {
        let rest = match (self, keeps) {
            (Status::Continue, _) => "",
            // A 204 has no length to tell (RFC 9110, 8.6).
            (Status::NoContent, true) => "",
            (Status::NoContent, false) => "Connection: close\r\n",
            (_, true) => "Content-Length: 0\r\n",
            (_, false) => "Content-Length: 0\r\nConnection: close\r\n",
        };
        format!("HTTP/1.1 {self}\r\n{rest}\r\n").into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All requests in these bytes, given in two parts cut anywhere.
    fn requests(bytes: &[u8], cut: usize) -> Result<Vec<Request>, Malformed> {
        let (first, second) = bytes.split_at(cut.min(bytes.len()));
        let (mut reader, mut found) = (Reader::default(), Vec::new());
        for part in [first, second] {
            reader.push(part);
            while let Read::Whole(request) = reader.read()? {
                found.push(request);
            }
        }
        Ok(found)
    }

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str, &str, bool)]) {
        for cut in 0..text.len() {
            let found = requests(text.as_bytes(), cut).expect("in order");
            let found: Vec<_> = found.iter().map(|one| (&*one.method, &*one.target, &*one.body, one.keeps)).collect();
            let expected: Vec<_> = expected.iter().map(|(m, t, body, keeps)| (*m, *t, body.as_bytes(), *keeps)).collect();
            assert_eq!(found, expected, "cut at {cut}");
        }
    }

    #[test]
    fn requests_come_whole_however_their_bytes_are_cut() {
        check("GET / HTTP/1.1\r\nHost: a\r\n\r\n", &[("GET", "/", "", true)]);
        check("POST /e HTTP/1.1\r\ncontent-length: 3\r\nConnection: close\r\n\r\nabc", &[("POST", "/e", "abc", false)]);
        check(
            "POST /e HTTP/1.1\r\nContent-Length:1\r\n\r\na\r\nPUT /f HTTP/1.0\r\n\r\n",
            &[("POST", "/e", "a", true), ("PUT", "/f", "", false)],
        );
        check(
            "POST /e HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n1\r\nd\r\n0\r\nT: 1\r\n\r\n",
            &[("POST", "/e", "abcd", true)],
        );
    }

    #[test]
    fn whoever_waits_to_be_asked_is_asked_once() {
        let mut reader = Reader::default();
        reader.push(b"POST /e HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
        assert_eq!((reader.read(), reader.read()), (Ok(Read::Awaits), Ok(Read::Part)));
        reader.push(b"ab");
        assert!(matches!(reader.read(), Ok(Read::Whole(request)) if request.body == b"ab"));
    }

    #[test]
    fn what_is_no_request_is_told_from_one() {
        for text in [
            "hello\r\n\r\n",
            "GET /\r\n\r\n",
            "GET / HTTP/2\r\n\r\n",
            "GE T / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nno colon\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
            "GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
            "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ] {
            assert_eq!(requests(text.as_bytes(), 3), Err(Malformed), "{text}");
        }
        assert_eq!(requests(&vec![b'a'; LONGEST_HEAD + 1], 9), Err(Malformed));
    }

    proptest! {
        #[test]
        fn no_bytes_bring_it_down(bytes in proptest::collection::vec(any::<u8>(), 0..400), cut in 0_usize..400) {
            let _ = requests(&bytes, cut);
            let mut chunked = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
            chunked.extend(bytes);
            let _ = requests(&chunked, cut);
        }
    }
}
