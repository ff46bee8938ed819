//! The operator's host where posts call up cameras: their connections, and the city's camera system behind them.
//!
//! Must not know what an event means.

use crate::cameras::Hook;
use crate::clock::{Instant, Stamped};
use crate::twin::street::stream::{End, Kind, Segment};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// Where it listens.
pub(in crate::twin) const PORT: u16 = 8080;

#[derive(Default)]
pub(in crate::twin) struct CameraHost {
    pub hook: Hook,
    /// By whose it is: the how manieth connection, and this end of it.
    lines: BTreeMap<SocketAddr, (u64, End)>,
    /// Connections taken in so far.
    taken: u64,
    left: Vec<Segment>,
    /// The bench's own connection to it.
    own: Option<End>,
}

impl CameraHost {
    /// The bench itself sends an event; what became of the one before is over.
    pub fn ask(&mut self, at: Instant, from: SocketAddr, event: &[u8]) {
        let mut own = End::open(at, from, SocketAddr::new(from.ip(), PORT));
        own.send(at, event);
        self.own = Some(own);
    }
    /// Whether something is for the bench's own end.
    pub fn has_asked(&self, segment: &Segment) -> bool {
        self.own.as_ref().is_some_and(|own| own.own() == segment.to)
    }
    pub fn segment(&mut self, at: Instant, segment: &Segment) {
        if let Some(own) = self.own.as_mut().filter(|own| own.own() == segment.to) {
            own.segment(at, segment);
            return;
        }
        let known = self.lines.get_mut(&segment.from);
        // Whoever opens one that stands has lost his power meanwhile and counts his ports anew.
        if segment.kind == Kind::Open && known.as_ref().is_none_or(|(_, end)| end.is_open()) {
            if let Some((number, _)) = known {
                self.hook.closed(*number);
            }
            self.taken += 1;
            self.hook.opened(self.taken, segment.from.to_string());
            self.lines.insert(segment.from, (self.taken, End::accept(at, segment)));
        } else if let Some((number, end)) = known {
            end.segment(at, segment);
            let bytes = end.take_bytes();
            if !bytes.is_empty() {
                self.hook.received(Stamped::new(at, ()), *number, &bytes);
            }
        } else {
            self.left.extend(segment.refused());
        }
        self.answer(at);
    }
    pub fn next_wake(&self) -> Option<Instant> {
        self.lines.values().filter_map(|(_, end)| end.next_wake()).chain(self.hook.next_wake()).min()
    }
    pub fn wake(&mut self, at: Instant) {
        self.lines.values_mut().for_each(|(_, end)| end.wake(at));
        self.answer(at);
    }
    pub fn take_segments(&mut self) -> Vec<Segment> {
        let mut segments = std::mem::take(&mut self.left);
        segments.extend(self.own.iter_mut().flat_map(End::take_segments));
        segments.extend(self.lines.values_mut().flat_map(|(_, end)| end.take_segments()));
        segments
    }
    /// Sends what is due, and forgets whoever is gone.
    fn answer(&mut self, at: Instant) {
        for out in self.hook.take_outgoing(at) {
            let Some((_, end)) = self.lines.values_mut().find(|(number, _)| *number == out.connection) else { continue };
            end.send(at, &out.bytes);
            if out.closes {
                end.close();
            }
        }
        for (number, end) in self.lines.values_mut().filter(|(_, end)| end.is_over()) {
            self.left.extend(end.take_segments());
            self.hook.closed(*number);
        }
        self.lines.retain(|_, (_, end)| !end.is_over());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const POST: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 49_153);
    const HOST: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), PORT);
    const EVENT: &[u8] = b"POST /events HTTP/1.1\r\nContent-Length: 1\r\nConnection: close\r\n\r\n1";

    /// Carries everything between the two until neither says more.
    fn carry(host: &mut CameraHost, post: &mut End, at: Instant) -> Vec<u8> {
        let mut heard = Vec::new();
        loop {
            let (sent, answers) = (post.take_segments(), host.take_segments());
            if sent.is_empty() && answers.is_empty() {
                return heard;
            }
            sent.iter().for_each(|segment| host.segment(at, segment));
            answers.iter().for_each(|segment| post.segment(at, segment));
            heard.extend(post.take_bytes());
        }
    }

    #[test]
    fn an_event_is_taken_and_answered_and_the_connection_closed_behind_it() {
        let (mut host, now) = (CameraHost::default(), Instant::ZERO);
        let mut post = End::open(now, POST, HOST);
        post.send(now, EVENT);
        let answer = carry(&mut host, &mut post, now);
        assert!(answer.starts_with(b"HTTP/1.1 204") && post.is_over() && host.lines.is_empty());
        assert_eq!(host.hook.take_events().len(), 1);
    }

    #[test]
    fn a_post_that_lost_its_power_may_come_again_from_the_same_port() {
        let (mut host, mut now) = (CameraHost::default(), Instant::ZERO);
        let mut post = End::open(now, POST, HOST);
        carry(&mut host, &mut post, now);
        now = now + Duration::from_secs(60);
        let mut post = End::open(now, POST, HOST);
        post.send(now, EVENT);
        assert!(carry(&mut host, &mut post, now).starts_with(b"HTTP/1.1 204"));
    }
}
