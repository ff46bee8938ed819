//! Session timers: a call whose ends refresh it lives, one whose far end has vanished dies of it (RFC 4028).
//!
//! Must not know how a refresh is sent, nor media.

use super::message::Head;
use crate::clock::Instant;
use std::time::Duration;

/// The option tag of RFC 4028.
pub const TAG: &str = "timer";
/// No session may be made shorter than this (RFC 4028, 4).
pub const SHORTEST: Duration = Duration::from_secs(90);
/// Whoever waits for a refresh gives up so long before the end, or a third of the interval if that is less (RFC 4028,
/// 10).
const MARGIN: Duration = Duration::from_secs(32);

/// Who has to refresh, from our end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresher {
    Us,
    Them,
}

/// What we want of a session's length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Shorter requests hear 422 and this in Min-SE.
    pub least: Duration,
    /// Asked for in our answer where the other end asked for nothing; `None`: then there is no timer.
    pub ours: Option<Duration>,
    /// Whom we name where the other end leaves it to us.
    pub refresher: Refresher,
}

impl Default for Policy {
    /// Takes part where it is asked, and asks for nothing.
    fn default() -> Self {
        Policy { least: SHORTEST, ours: None, refresher: Refresher::Them }
    }
}

/// What a request or response says about the session's length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    pub expires: Option<Duration>,
    /// `refresher=uac` is true, `uas` is false: who sent the request.
    pub by_requester: Option<bool>,
    pub least: Option<Duration>,
    pub supported: bool,
}

impl Asked {
    pub fn of(head: &Head) -> Self {
        let value = head.header("Session-Expires").unwrap_or_default();
        let mut parts = value.split(';').map(str::trim);
        let expires = parts.next().and_then(seconds);
        let refresher = parts.find_map(|part| part.strip_prefix("refresher=").map(str::to_ascii_lowercase));
        let by_requester = match refresher.as_deref() {
            Some("uac") => Some(true),
            Some("uas") => Some(false),
            _ => None,
        };
        let least = head.header("Min-SE").and_then(|v| seconds(v.split(';').next().unwrap_or_default()));
        Asked { expires, by_requester, least, supported: head.names_option("Supported", TAG) }
    }
}

fn seconds(text: &str) -> Option<Duration> {
    text.trim().parse::<u32>().ok().map(|s| Duration::from_secs(s.into()))
}

/// The interval is shorter than we allow: 422 with this Min-SE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooBrief(pub Duration);

/// An agreed timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    pub expires: Duration,
    pub refresher: Refresher,
    /// The last refresh, by whichever side.
    refreshed: Instant,
    /// When we ask next; `None` while a refresh of ours is on its way.
    ask_at: Option<Instant>,
}

/// What the timer wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Our turn.
    Refresh,
    /// Nobody refreshed: the call ends with a BYE.
    Expired,
}

impl Session {
    /// The timer that our answer to an INVITE or UPDATE sets (RFC 4028, 9, table 2). `None`: none.
    pub fn answering(at: Instant, policy: &Policy, asked: &Asked) -> Result<Option<Session>, TooBrief> {
        let Some(wanted) = asked.expires.or(policy.ours.map(|ours| ours.max(asked.least.unwrap_or_default()))) else {
            return Ok(None);
        };
        if wanted < policy.least && asked.supported {
            return Err(TooBrief(policy.least));
        }
        let refresher = match (asked.supported, asked.by_requester) {
            (false, _) => Refresher::Us,
            (true, Some(true)) => Refresher::Them,
            (true, Some(false)) => Refresher::Us,
            (true, None) => policy.refresher,
        };
        Ok(Some(Session::started(at, wanted, refresher)))
    }

    /// The lines of our answer. The other end must understand them only where it has to refresh.
    pub fn answer_lines(&self) -> Vec<(&'static str, String)> {
        let role = if self.refresher == Refresher::Us { "uas" } else { "uac" };
        let mut lines = vec![("Session-Expires", format!("{};refresher={role}", self.expires.as_secs()))];
        if self.refresher == Refresher::Them {
            lines.push(("Require", TAG.to_owned()));
        }
        lines
    }

    /// The lines of a request of ours: roles stay as they are.
    pub fn request_lines(&self, least: Duration) -> Vec<(&'static str, String)> {
        let role = if self.refresher == Refresher::Us { "uac" } else { "uas" };
        vec![("Session-Expires", format!("{};refresher={role}", self.expires.as_secs())), ("Min-SE", least.as_secs().to_string())]
    }

    /// A 2xx to a request of ours came: it says how long from now (RFC 4028, 7.2). One that says nothing ends the
    /// timer.
    pub fn answered(at: Instant, asked: &Asked) -> Option<Session> {
        let refresher = if asked.by_requester == Some(false) { Refresher::Them } else { Refresher::Us };
        asked.expires.map(|expires| Session::started(at, expires, refresher))
    }

    fn started(at: Instant, expires: Duration, refresher: Refresher) -> Self {
        let ask_at = (refresher == Refresher::Us).then(|| at + expires / 2);
        Session { expires, refresher, refreshed: at, ask_at }
    }

    /// A refresh of ours was refused for being too short: ask for this much, at once.
    pub fn lengthen(&mut self, least: Duration) {
        self.expires = self.expires.max(least);
        self.ask_at = Some(self.refreshed);
    }
    /// Ask again then: what stood in the refresh's way was for the moment only.
    pub fn ask_again(&mut self, at: Instant) {
        self.ask_at = Some(at);
    }

    fn expiry(&self) -> Instant {
        match self.refresher {
            Refresher::Us => self.refreshed + self.expires,
            Refresher::Them => self.refreshed + (self.expires - MARGIN.min(self.expires / 3)),
        }
    }
    pub fn next_wake(&self) -> Instant {
        self.ask_at.map_or(self.expiry(), |ask| ask.min(self.expiry()))
    }
    pub fn wake(&mut self, at: Instant) -> Option<Due> {
        if at >= self.expiry() {
            return Some(Due::Expired);
        }
        self.ask_at.take_if(|ask| at >= *ask).map(|_| Due::Refresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::message::{self, Message};

    fn at(seconds: u64) -> Instant {
        Instant::from_nanos(seconds * 1_000_000_000)
    }
    fn asked(lines: &str) -> Asked {
        let text = format!(
            "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@b>\r\n\
             Call-ID: c\r\nCSeq: 2 INVITE\r\n{lines}Content-Length: 0\r\n\r\n"
        );
        match message::parse(text.as_bytes()) {
            Ok(Message::Request(request)) => Asked::of(&request.head),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_refresher_is_chosen_by_table_2() {
        let check = |lines: &str, policy: Policy, expected: Option<(u64, Refresher)>| {
            let session = Session::answering(at(0), &policy, &asked(lines)).expect("long enough");
            assert_eq!(session.map(|s| (s.expires.as_secs(), s.refresher)), expected, "{lines}");
        };
        let usual = Policy::default();
        check("", usual, None);
        check("Supported: timer\r\n", usual, None);
        check("Supported: timer\r\nSession-Expires: 120\r\n", usual, Some((120, Refresher::Them)));
        check("Supported: replaces, timer\r\nSession-Expires: 120;refresher=uas\r\n", usual, Some((120, Refresher::Us)));
        check("k: timer\r\nx: 120 ; refresher=UAC\r\n", usual, Some((120, Refresher::Them)));
        check("Session-Expires: 120\r\n", usual, Some((120, Refresher::Us)));
        check("Session-Expires: 30\r\n", usual, Some((30, Refresher::Us)));
        let ours = Policy { ours: Some(Duration::from_secs(100)), refresher: Refresher::Us, ..usual };
        check("", ours, Some((100, Refresher::Us)));
        check("Supported: timer\r\nMin-SE: 200\r\n", ours, Some((200, Refresher::Us)));
    }

    #[test]
    fn too_brief_a_session_is_refused_if_the_other_end_can_understand_why() {
        let brief = asked("Supported: timer\r\nSession-Expires: 60\r\n");
        assert_eq!(Session::answering(at(0), &Policy::default(), &brief), Err(TooBrief(SHORTEST)));
    }

    #[test]
    fn one_refreshes_at_half_time_and_the_other_gives_up_shortly_before_the_end() {
        let make = |lines| Session::answering(at(0), &Policy::default(), &asked(lines)).expect("long enough").expect("a timer");
        let mut ours = make("Supported: timer\r\nSession-Expires: 120;refresher=uas\r\n");
        assert_eq!((ours.wake(at(59)), ours.next_wake()), (None, at(60)));
        assert_eq!((ours.wake(at(60)), ours.wake(at(61)), ours.next_wake()), (Some(Due::Refresh), None, at(120)));
        assert_eq!(ours.wake(at(120)), Some(Due::Expired));
        let mut theirs = make("Supported: timer\r\nSession-Expires: 120\r\n");
        assert_eq!((theirs.next_wake(), theirs.wake(at(87)), theirs.wake(at(88))), (at(88), None, Some(Due::Expired)));
        let brief = make("Session-Expires: 30;refresher=uas\r\n");
        assert_eq!(brief.next_wake(), at(15));
    }

    #[test]
    fn the_answer_to_a_refresh_sets_the_roles_anew() {
        let session = Session::answered(at(5), &asked("Session-Expires: 200;refresher=uas\r\n")).expect("a timer");
        assert_eq!((session.expires.as_secs(), session.refresher), (200, Refresher::Them));
        assert_eq!(Session::answered(at(5), &asked("")), None);
        assert_eq!(session.answer_lines()[0].1, "200;refresher=uac");
    }
}
