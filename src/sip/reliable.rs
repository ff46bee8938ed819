//! Provisional responses that must arrive: sent again and again until their PRACK comes (RFC 3262, 3).
//!
//! Must not know what a response says, nor whether anybody rings.

use super::message::{Head, Method, Request};
use super::route::Route;
use super::transaction::{Act, Repeat, Timers};
use crate::clock::Instant;
use std::time::Duration;

/// The option tag of RFC 3262.
pub const TAG: &str = "100rel";

/// What an INVITE says of reliable provisional responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// It does not know them: they must not be sent.
    Unknown,
    /// `Supported: 100rel`: as we like.
    Supported,
    /// `Require: 100rel`: every provisional response but 100 must be one.
    Required,
}

impl Wish {
    pub fn of(invite: &Head) -> Self {
        if invite.names_option("Require", TAG) {
            Wish::Required
        } else if invite.names_option("Supported", TAG) {
            Wish::Supported
        } else {
            Wish::Unknown
        }
    }
}

/// The reliable responses of one INVITE. One is under way at a time.
#[derive(Debug, Clone)]
pub struct Reliable {
    /// RSeq of the last one sent.
    last: u32,
    invite: u32,
    waiting: Option<Waiting>,
}

#[derive(Debug, Clone)]
struct Waiting {
    response: Vec<u8>,
    to: Route,
    repeat: Repeat,
}

impl Reliable {
    /// `random` sets the first RSeq, from 1 to 2^31 − 1 (RFC 3262, 3); `invite` is the CSeq of the INVITE.
    pub fn new(random: u64, invite: u32) -> Self {
        let first = u32::try_from(random % 0x7fff_0000).unwrap_or_default();
        Reliable { last: first, invite, waiting: None }
    }

    /// The RSeq of the next response; `None` while one is under way.
    pub fn next_number(&mut self) -> Option<u32> {
        if self.is_waiting() {
            return None;
        }
        self.last += 1;
        Some(self.last)
    }

    /// That response has just been sent for the first time. The interval doubles without a ceiling, over any transport.
    pub fn sent(&mut self, at: Instant, timers: &Timers, response: Vec<u8>, to: Route) {
        let repeat = Repeat::whatever_the_transport(at, timers, Duration::MAX);
        self.waiting = Some(Waiting { response, to, repeat });
    }

    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// True if this PRACK acknowledges the response under way; any other hears 481.
    pub fn acknowledged(&mut self, prack: &Request) -> bool {
        let Some((sequence, invite, method)) = prack.head.header("RAck").and_then(rack) else { return false };
        let matches = self.is_waiting() && (sequence, invite, method) == (self.last, self.invite, Method::Invite);
        if matches {
            self.waiting = None;
        }
        matches
    }

    /// After `TimedOut` the INVITE has to be refused with a 5xx (RFC 3262, 3).
    pub fn wake(&mut self, at: Instant) -> Act {
        let act = self.waiting.as_mut().map_or(Act::Nothing, |w| w.repeat.wake(at));
        if act == Act::TimedOut {
            self.waiting = None;
        }
        act
    }
    pub fn next_wake(&self) -> Option<Instant> {
        self.waiting.as_ref().map(|w| w.repeat.next_wake())
    }
    /// The response under way and where it goes.
    pub fn unacknowledged(&self) -> Option<(Route, &[u8])> {
        self.waiting.as_ref().map(|w| (w.to, w.response.as_slice()))
    }
}

/// `RAck: 776656 1 INVITE`.
fn rack(value: &str) -> Option<(u32, u32, Method)> {
    let mut words = value.split_whitespace();
    let rack = (words.next()?.parse().ok()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    words.next().is_none().then_some(rack)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::message::{self, Message};

    fn at(millis: u64) -> Instant {
        Instant::from_nanos(millis * 1_000_000)
    }
    fn prack(rack: &str) -> Request {
        let text = format!(
            "PRACK sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@b>;tag=2\r\n\
             Call-ID: c\r\nCSeq: 2 PRACK\r\n{rack}Content-Length: 0\r\n\r\n"
        );
        match message::parse(text.as_bytes()) {
            Ok(Message::Request(request)) => request,
            other => panic!("{other:?}"),
        }
    }
    fn way() -> Route {
        Route::udp(([10, 0, 0, 1], 5060).into(), ([10, 0, 0, 2], 5060).into())
    }

    #[test]
    fn a_response_is_repeated_ever_more_slowly_until_its_own_prack_comes() {
        let mut reliable = Reliable::new(41, 7);
        assert_eq!(reliable.next_number(), Some(42));
        reliable.sent(at(0), &Timers::STREAM, b"183".to_vec(), way());
        assert_eq!(reliable.next_number(), None, "one at a time");
        let mut sent = Vec::new();
        for _ in 0..4 {
            let due = reliable.next_wake().expect("waiting");
            assert_eq!(reliable.wake(due), Act::Send);
            sent.push(due.as_nanos() / 1_000_000);
        }
        assert_eq!(sent, [500, 1500, 3500, 7500]);
        for wrong in
            ["RAck: 41 7 INVITE\r\n", "RAck: 42 8 INVITE\r\n", "RAck: 42 7 BYE\r\n", "RAck: 42 7 INVITE x\r\n", "RAck: x\r\n", ""]
        {
            assert!(!reliable.acknowledged(&prack(wrong)), "{wrong}");
        }
        assert!(reliable.acknowledged(&prack("RAck: 42 7 INVITE\r\n")));
        assert!(!reliable.acknowledged(&prack("RAck: 42 7 INVITE\r\n")), "only once");
        assert_eq!((reliable.next_wake(), reliable.next_number()), (None, Some(43)));
    }

    #[test]
    fn patience_ends_after_64_t1() {
        let mut reliable = Reliable::new(u64::MAX, 1);
        reliable.next_number().expect("a number");
        reliable.sent(at(0), &Timers::UDP, b"183".to_vec(), way());
        let mut last = Act::Nothing;
        while let Some(due) = reliable.next_wake() {
            last = reliable.wake(due);
            assert!(due <= at(32_000));
        }
        assert_eq!(last, Act::TimedOut);
    }
}
