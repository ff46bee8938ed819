//! The provisional responses of one call: which of them are sent reliably, and which wait for the PRACK of the one
//! before (RFC 3262).

use crate::clock::Instant;
use crate::sip::message::{Head, Request};
use crate::sip::reliable::{Reliable, Wish};
use crate::sip::route::Route;
use crate::sip::transaction::{Act, Timers};

/// A provisional response that is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provisional {
    pub status: u16,
    /// With our description.
    pub describes: bool,
}

impl Provisional {
    pub const RINGING: Provisional = Provisional { status: 180, describes: false };
    pub const FORWARDED: Provisional = Provisional { status: 181, describes: false };
    pub const EARLY: Provisional = Provisional { status: 183, describes: true };
}

/// How one is to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaves {
    Unreliably,
    /// Under this RSeq.
    Reliably(u32),
    /// Once the PRACK of the one before has come ([`Provisionals::acknowledged`]).
    Later,
}

#[derive(Debug, Default)]
pub struct Provisionals {
    is_reliable: bool,
    reliable: Option<Reliable>,
    held_back: Vec<Provisional>,
    /// To be answered once no PRACK is waited for.
    accept_wanted: bool,
    /// 183 was or will be sent.
    is_announced: bool,
}

impl Provisionals {
    /// As the INVITE asks for it; `willing`: reliable ones are sent to whoever supports them.
    pub fn of(invite: &Head, willing: bool) -> Self {
        let is_reliable = match Wish::of(invite) {
            Wish::Required => true,
            Wish::Supported => willing,
            Wish::Unknown => false,
        };
        Provisionals { is_reliable, ..Provisionals::default() }
    }
    /// Provisional responses have to be reliable, or may be and are to be.
    pub fn is_reliable(&self) -> bool {
        self.is_reliable
    }
    /// `random` begins the numbering, `cseq` is that of the INVITE; both count for the first reliable response only.
    pub fn next(&mut self, what: Provisional, cseq: u32, random: impl FnOnce() -> u64) -> Leaves {
        if !self.is_reliable {
            return Leaves::Unreliably;
        }
        let random = random();
        let reliable = self.reliable.get_or_insert_with(|| Reliable::new(random, cseq));
        reliable.next_number().map_or_else(
            || {
                self.held_back.push(what);
                Leaves::Later
            },
            Leaves::Reliably,
        )
    }
    /// The reliable one has just been sent for the first time.
    pub fn sent(&mut self, at: Instant, timers: &Timers, response: Vec<u8>, to: Route) {
        self.reliable.iter_mut().for_each(|reliable| reliable.sent(at, timers, response.clone(), to));
    }
    /// True if this PRACK acknowledges the response under way.
    pub fn acknowledged(&mut self, prack: &Request) -> bool {
        self.reliable.as_mut().is_some_and(|reliable| reliable.acknowledged(prack))
    }
    /// The next of those that wait.
    pub fn take_held_back(&mut self) -> Option<Provisional> {
        (!self.held_back.is_empty()).then(|| self.held_back.remove(0))
    }

    /// True if the call may be answered now; else it is once no PRACK is waited for (RFC 3262, 3).
    pub fn may_accept(&mut self) -> bool {
        let waits = self.reliable.as_ref().is_some_and(Reliable::is_waiting);
        self.accept_wanted |= waits;
        !waits
    }
    pub fn wants_accept(&self) -> bool {
        self.accept_wanted
    }
    /// True if 183 has not been announced before.
    pub fn announce(&mut self) -> bool {
        !std::mem::replace(&mut self.is_announced, true)
    }
    pub fn is_announced(&self) -> bool {
        self.is_announced
    }

    pub fn next_wake(&self) -> Option<Instant> {
        self.reliable.as_ref().and_then(Reliable::next_wake)
    }
    /// What is due of the response under way, and that response; after `TimedOut` the INVITE has to be refused with a
    /// 5xx (RFC 3262, 3).
    pub fn wake(&mut self, at: Instant) -> (Act, Option<(Route, Vec<u8>)>) {
        let Some(reliable) = &mut self.reliable else { return (Act::Nothing, None) };
        let act = reliable.wake(at);
        (act, reliable.unacknowledged().filter(|_| act == Act::Send).map(|(to, bytes)| (to, bytes.to_vec())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::message::{self, Message};

    fn request(method: &str, more: &str) -> Request {
        let text = format!(
            "{method} sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@b>;tag=2\r\n\
             Call-ID: c\r\nCSeq: 2 {method}\r\n{more}Content-Length: 0\r\n\r\n"
        );
        match message::parse(text.as_bytes()) {
            Ok(Message::Request(request)) => request,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_wish_of_the_invite_decides_and_ours_where_it_leaves_that_to_us() {
        let check = |more: &str, willing, expected| {
            let invite = request("INVITE", more);
            assert_eq!(Provisionals::of(&invite.head, willing).is_reliable(), expected, "{more}");
        };
        check("", true, false);
        check("Supported: 100rel\r\n", false, false);
        check("Supported: 100rel\r\n", true, true);
        check("Require: 100rel\r\n", false, true);
    }

    #[test]
    fn one_at_a_time_is_under_way_and_the_answer_waits_for_all() {
        let invite = request("INVITE", "Require: 100rel\r\n");
        let mut responses = Provisionals::of(&invite.head, false);
        assert!(responses.may_accept(), "nothing is waited for yet");
        let Leaves::Reliably(first) = responses.next(Provisional::RINGING, 2, || 41) else { panic!("a number") };
        let way = Route::udp(([10, 0, 0, 1], 5060).into(), ([10, 0, 0, 2], 5060).into());
        responses.sent(Instant::from_nanos(0), &Timers::UDP, b"180".to_vec(), way);
        assert_eq!(responses.next(Provisional::EARLY, 2, || 0), Leaves::Later);
        assert!(!responses.may_accept() && responses.wants_accept());
        assert!(!responses.acknowledged(&request("PRACK", &format!("RAck: {} 2 INVITE\r\n", first + 1))));
        assert!(responses.acknowledged(&request("PRACK", &format!("RAck: {first} 2 INVITE\r\n"))));
        assert_eq!(responses.take_held_back(), Some(Provisional::EARLY));
        assert_eq!(responses.take_held_back(), None);
    }
}
