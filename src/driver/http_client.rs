//! HTTP/1.1 as a client of instruments speaks it (RFC 9112): one request, one answer, one connection.
//!
//! Must not know what is asked for.

use super::exchange::{Answer, Exchange};
use super::failure::Failure;
use crate::unit::both;
use std::time::Duration;

/// Small devices draw their pages in some 100 ms.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);
/// No device has more to say of its switches.
const LONGEST: usize = 256 * 1024;

/// User and password, where the device wants them.
pub(super) type Login<'a> = Option<(&'a str, &'a str)>;

/// Asks for `path`; the body of an answer that is one. A request with a body is sent as JSON.
pub(super) fn fetch(
    exchange: &mut Exchange,
    (method, path, body): (&str, &str, &str),
    login: Login<'_>,
) -> Result<Answer<String>, Failure> {
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAccept: */*\r\n", exchange.way());
    if let Some((user, password)) = login {
        request.push_str(&format!("Authorization: Basic {}\r\n", base64(format!("{user}:{password}").as_bytes())));
    }
    if !body.is_empty() {
        request.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
    }
    request.push_str("\r\n");
    request.push_str(body);
    let answer = exchange.ask(request.as_bytes(), ANSWERS_WITHIN, &mut read);
    exchange.hang_up();
    answer
}

fn read(bytes: &[u8], ended: bool) -> Option<Result<String, Failure>> {
    if bytes.len() > LONGEST {
        return Some(Err(Failure::garbled(bytes)));
    }
    let length = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(bytes.get(..length)?).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap_or_default();
    let Some(code) = status.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1)?.parse::<u16>().ok()) else {
        return Some(Err(Failure::garbled(bytes)));
    };
    let value_of = |wanted: &str| {
        let mut fields = head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
        fields.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim().to_owned())
    };
    match code {
        200..=299 => {}
        401 | 403 => return Some(Err(Failure::Denied)),
        _ => {
            let why = both!("it answers with HTTP status {code}", "urządzenie odpowiada kodem HTTP {code}");
            return Some(Err(Failure::Refused(why)));
        }
    }
    let behind = bytes.get(length + 4..)?;
    let body = if value_of("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        unchunked(behind)?
    } else {
        match value_of("content-length").map(|value| value.parse::<usize>()) {
            Some(Ok(length)) => behind.get(..length)?.to_vec(),
            Some(Err(_)) => return Some(Err(Failure::garbled(bytes))),
            // It ends with the connection.
            None if ended => behind.to_vec(),
            None => return None,
        }
    };
    Some(Ok(String::from_utf8_lossy(&body).into_owned()))
}

/// A body in chunks (7.1); `None`: more has to come.
fn unchunked(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = bytes.windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(bytes.get(..end)?).ok()?;
        let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        let begin = end + 2;
        body.extend_from_slice(bytes.get(begin..begin.checked_add(size)?)?);
        bytes = bytes.get(begin + size + 2..)?;
    }
}

/// RFC 4648, 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let all = three.iter().fold(0u32, |all, byte| all << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = LETTERS[(all >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_written_as_the_standard_has_it() {
        let written = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(written, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
        assert_eq!(base64(b"Aladdin:open sesame"), "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }

    #[test]
    fn a_body_ends_by_its_length_its_chunks_or_its_connection() {
        let whole = |text: &str, ended: bool| read(text.as_bytes(), ended);
        let long = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
        assert_eq!(whole(long, false), Some(Ok("abc".into())));
        assert!((0..long.len()).all(|end| read(&long.as_bytes()[..end], false).is_none()));
        let chunks = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n";
        assert_eq!(whole(chunks, false), Some(Ok("abc".into())));
        let open = "HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\nabc";
        assert_eq!((whole(open, false), whole(open, true)), (None, Some(Ok("abc".into()))));
    }

    #[test]
    fn what_it_refuses_is_told_as_that() {
        let said = |status: &str| read(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").as_bytes(), false);
        assert_eq!(said("401 Unauthorized"), Some(Err(Failure::Denied)));
        assert!(matches!(said("404 Not Found"), Some(Err(Failure::Refused(why))) if why.en.contains("404")));
        assert!(matches!(read(b"SSH-2.0-x\r\n\r\n\r\n", false), Some(Err(Failure::Garbled(_)))));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_upset_it(bytes: Vec<u8>, head in "HTTP/1.1 200 OK\r\n(content-length|transfer-encoding): (chunked|[0-9]{1,20})\r\n\r\n", ended: bool) {
            read(&bytes, ended);
            read(&[head.as_bytes(), &bytes].concat(), ended);
        }
    }
}
