//! Bodies: which part of a message is its session description, and what other content it brings (RFC 3261, 7.4; RFC
//! 2046, 5.1).

use super::Head;

const SDP: &str = "application/sdp";
/// How devices tell keys in INFO, of which no standard speaks.
const RELAY: &str = "application/dtmf-relay";
const PLAIN_KEY: &str = "application/dtmf";
pub const KEYS_ACCEPTED: &str = "application/dtmf-relay, application/dtmf";
/// Parts looked at.
const MOST_PARTS: usize = 16;

/// Type and subtype without parameters, in small letters.
fn essence(value: &str) -> String {
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A header in the head of a part.
fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(known, _)| known.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// Whether whoever does not understand it may do without (RFC 3261, 20.11).
fn is_optional(disposition: Option<&str>) -> bool {
    let mut parameters = disposition.unwrap_or_default().split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    parameters.any(|(name, value)| name.trim().eq_ignore_ascii_case("handling") && value.trim().eq_ignore_ascii_case("optional"))
}

impl Head {
    /// The session description: the body, or the part of it that is one; empty where there is none. A body that does
    /// not say what it is counts as one.
    pub fn description(&self) -> &[u8] {
        let kind = essence(self.header("Content-Type").unwrap_or(SDP));
        match kind.as_str() {
            SDP | "" => &self.body,
            multipart if multipart.starts_with("multipart/") => {
                let found =
                    self.parts().into_iter().find(|(head, _)| essence(field(head, "Content-Type").unwrap_or_default()) == SDP);
                found.map(|(_, body)| body).unwrap_or_default()
            }
            _ => &[],
        }
    }
    /// The kind of a body that whoever takes the message must understand, and that is no session description.
    pub fn strange_content(&self) -> Option<String> {
        let kind = essence(self.header("Content-Type").unwrap_or(SDP));
        let is_known = kind == SDP || kind.is_empty() || kind.starts_with("multipart/");
        let has_to = !self.body.is_empty() && !is_known && !is_optional(self.header("Content-Disposition"));
        has_to.then_some(kind)
    }

    /// The key that its body tells of, in either way in which devices do.
    pub fn key_pressed(&self) -> Option<char> {
        let text = std::str::from_utf8(&self.body).ok()?;
        let key = match essence(self.header("Content-Type")?).as_str() {
            PLAIN_KEY => text.trim(),
            RELAY => {
                let mut lines = text.lines().filter_map(|line| line.split_once('='));
                lines.find(|(name, _)| name.trim().eq_ignore_ascii_case("Signal"))?.1.trim()
            }
            _ => return None,
        };
        let mut letters = key.chars();
        match (key, letters.next()?.to_ascii_uppercase(), letters.next()) {
            ("10", ..) => Some('*'),
            ("11", ..) => Some('#'),
            (_, key @ ('0'..='9' | 'A'..='D' | '*' | '#'), None) => Some(key),
            _ => None,
        }
    }

    /// Head and body of every part.
    fn parts(&self) -> Vec<(String, &[u8])> {
        let boundary = self.header("Content-Type").and_then(|value| {
            let (_, rest) = value.split_once(';')?;
            let mut parameters = rest.split(';').filter_map(|parameter| parameter.split_once('='));
            let (_, value) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
            Some(format!("--{}", value.trim().trim_matches('"')))
        });
        let Some(boundary) = boundary else { return Vec::new() };
        let mut parts = Vec::new();
        let mut rest = after(&self.body, boundary.as_bytes());
        while let Some(from) = rest.filter(|from| !from.starts_with(b"--") && parts.len() < MOST_PARTS) {
            let end = find(from, boundary.as_bytes()).unwrap_or(from.len());
            let part = from.get(..end).unwrap_or_default();
            let (head, body) = super::split_head(part.strip_prefix(b"\r\n").or(part.strip_prefix(b"\n")).unwrap_or(part));
            // The line end before a boundary belongs to that.
            let body = body.unwrap_or_default();
            let body = body.strip_suffix(b"\r\n").or(body.strip_suffix(b"\n")).unwrap_or(body);
            parts.push((String::from_utf8_lossy(head).into_owned(), body));
            rest = after(from, boundary.as_bytes());
        }
        parts
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len().max(1)).position(|window| window == what)
}
fn after<'a>(text: &'a [u8], what: &[u8]) -> Option<&'a [u8]> {
    find(text, what).and_then(|at| text.get(at + what.len()..))
}

#[cfg(test)]
mod tests {
    use crate::sip::message::{Message, parse};

    fn head(content: &str, body: &str) -> crate::sip::message::Head {
        let text = format!(
            "INVITE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP b\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:x>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\
             {content}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        match parse(text.as_bytes()) {
            Ok(Message::Request(request)) => request.head,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_description_is_found_beside_where_the_caller_is() {
        let body = "preamble\r\n--b1\r\nContent-Type: application/pidf+xml\r\n\r\n<presence/>\r\n--b1\r\ncontent-type: Application/SDP\r\n\
                    Content-Disposition: session\r\n\r\nv=0\r\ns=-\r\n\r\n--b1--\r\nepilogue";
        for boundary in ["boundary=b1", "Boundary=\"b1\"", "charset=x; boundary=b1"] {
            let found = head(&format!("Content-Type: multipart/mixed; {boundary}\r\n"), body);
            assert_eq!(found.description(), b"v=0\r\ns=-\r\n", "{boundary}");
            assert_eq!(found.strange_content(), None);
        }
        assert_eq!(head("Content-Type: multipart/mixed\r\n", body).description(), b"");
        assert_eq!(head("Content-Type: multipart/mixed;boundary=other\r\n", body).description(), b"");
    }

    #[test]
    fn a_key_is_read_in_either_of_its_forms() {
        let of = |kind: &str, body: &str| head(&format!("Content-Type: application/{kind}\r\n"), body).key_pressed();
        let relay = |signal: &str| of("dtmf-relay", &format!("Signal= {signal}\r\nDuration= 160\r\n"));
        assert_eq!(
            ["5", "#", "d", "10", "11", "55", "x", ""].map(relay),
            [Some('5'), Some('#'), Some('D'), Some('*'), Some('#'), None, None, None]
        );
        assert_eq!([of("dtmf", "7"), of("dtmf", " *\r\n"), of("dtmf", "77"), of("sdp", "7")], [Some('7'), Some('*'), None, None]);
    }

    #[test]
    fn what_is_no_description_is_none() {
        for (content, description, strange) in [
            ("", "v=0", None),
            ("c: application/sdp\r\n", "v=0", None),
            ("Content-Type: application/SDP;charset=utf-8\r\n", "v=0", None),
            ("Content-Type: text/plain\r\n", "", Some("text/plain")),
            ("Content-Type: text/plain\r\nContent-Disposition: render;handling=optional\r\n", "", None),
        ] {
            let found = head(content, "v=0");
            assert_eq!((found.description(), found.strange_content().as_deref()), (description.as_bytes(), strange), "{content}");
        }
    }
}
