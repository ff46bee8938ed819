//! Messages out of a connection: TCP and TLS carry them one after the other, told apart by Content-Length (RFC 3261,
//! 18.3).
//!
//! Must not know what the messages say.

/// Longer messages than any post writes; a connection that sends more without an end is given up.
const LONGEST: usize = 65_535;

/// What came out of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Framed {
    Message(Vec<u8>),
    /// Two line ends: the other end asks whether we are there, to be answered with one (RFC 5626, 4.4.1).
    Ping,
}

/// The connection cannot be understood any more: it has to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message in the connection has no usable Content-Length")]
pub struct Lost;

/// Bytes received, up to the next whole message.
#[derive(Debug, Clone, Default)]
pub struct Framer {
    bytes: Vec<u8>,
}

impl Framer {
    /// Takes bytes, gives what is complete.
    pub fn received(&mut self, bytes: &[u8]) -> Result<Vec<Framed>, Lost> {
        self.bytes.extend_from_slice(bytes);
        let mut complete = Vec::new();
        while let Some((framed, length)) = self.next()? {
            complete.extend(framed);
            self.bytes.drain(..length);
        }
        Ok(complete)
    }

    /// The next message or line end, and how many bytes it takes.
    fn next(&self) -> Result<Option<(Option<Framed>, usize)>, Lost> {
        if self.bytes.starts_with(b"\r\n\r\n") {
            return Ok(Some((Some(Framed::Ping), 4)));
        }
        if self.bytes.starts_with(b"\r\n") {
            // One line end alone may be half of a ping, or the answer to ours.
            return Ok((self.bytes.len() > 3).then_some((None, 2)));
        }
        let Some(head) = self.bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            return if self.bytes.len() > LONGEST { Err(Lost) } else { Ok(None) };
        };
        let body = length(self.bytes.get(..head).unwrap_or_default()).filter(|body| *body <= LONGEST).ok_or(Lost)?;
        let end = head + 4 + body;
        Ok(self.bytes.get(..end).map(|message| (Some(Framed::Message(message.to_vec())), end)))
    }
}

/// Content-Length of a header, in its long or compact form. It is mandatory in a connection.
fn length(head: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(head);
    let mut fields = text.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
    let field = fields.find(|(name, _)| matches!(name.trim().to_ascii_lowercase().as_str(), "content-length" | "l"));
    field.and_then(|(_, value)| value.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &[u8] = b"OPTIONS sip:x SIP/2.0\r\nContent-Length: 3\r\n\r\nabc";
    const TWO: &[u8] = b"ACK sip:x SIP/2.0\r\nl : 0\r\n\r\n";

    #[test]
    fn messages_come_out_whole_however_they_are_cut() {
        let stream = [ONE, b"\r\n\r\n", TWO, ONE].concat();
        let expected =
            [Framed::Message(ONE.to_vec()), Framed::Ping, Framed::Message(TWO.to_vec()), Framed::Message(ONE.to_vec())];
        for size in 1..=stream.len() {
            let mut framer = Framer::default();
            let got: Vec<Framed> = stream.chunks(size).flat_map(|part| framer.received(part).expect("good stream")).collect();
            assert_eq!(got, expected, "in parts of {size}");
        }
    }

    #[test]
    fn empty_lines_before_a_message_keep_it_from_nobody_in_a_datagram_either() {
        use crate::sip::message::{Message, parse};
        let options = "OPTIONS sip:x SIP/2.0\r\nCSeq: 1 OPTIONS\r\nCall-ID: 1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:x>\r\nVia: SIP/2.0/UDP b\r\n\r\n";
        for before in ["", "\r\n", "\r\n\r\n\n"] {
            let read = parse(format!("{before}{options}").as_bytes());
            assert!(matches!(read, Ok(Message::Request(_))), "{before:?}: {read:?}");
        }
        assert!(parse(b"\r\n\r\n").is_err());
    }

    #[test]
    fn what_cannot_be_told_apart_is_given_up() {
        let check = |bytes: &[u8]| assert_eq!(Framer::default().received(bytes), Err(Lost));
        check(b"OPTIONS sip:x SIP/2.0\r\n\r\n");
        check(b"OPTIONS sip:x SIP/2.0\r\nContent-Length: -1\r\n\r\n");
        check(b"OPTIONS sip:x SIP/2.0\r\nContent-Length: 99999999999\r\n\r\n");
        check(&vec![b'x'; LONGEST + 1]);
    }
}
