//! A connection of the street's network, as the system of either end keeps it: bytes in order, sent again until they
//! have been acknowledged (RFC 9293, in small). Windows and congestion are left out, for signalling fills neither; who
//! closes says so once.
//!
//! Knows nothing of what the bytes mean, nor of what carries its segments.

use crate::clock::Instant;
use std::net::SocketAddr;
use std::time::Duration;

/// Bytes of a segment: a frame of an Ethernet without the headers.
const LARGEST: usize = 1448;
/// The first and the longest pause before a segment is sent again.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// A connection whose segments nobody acknowledges is given up after this.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a segment's header takes on the line beyond a datagram's.
const HEADER: usize = 24;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The first of a connection.
    Open,
    /// The answer to that.
    Accept,
    Data,
    /// There is no such connection, or there is to be none any more.
    Reset,
}

/// What travels between the two ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub from: SocketAddr,
    pub to: SocketAddr,
    pub kind: Kind,
    /// The place of its first byte in the stream.
    first: u64,
    /// The place of the byte that its sender awaits.
    awaited: u64,
    bytes: Vec<u8>,
}

impl Segment {
    /// What it weighs on the line, as the payload of a datagram would.
    pub fn weight(&self) -> usize {
        HEADER + self.bytes.len()
    }
    /// The answer to one that belongs to no connection; none to a reset.
    pub fn refused(&self) -> Option<Segment> {
        let reset = Segment {
            from: self.to,
            to: self.from,
            kind: Kind::Reset,
            first: self.awaited,
            awaited: self.first,
            bytes: Vec::new(),
        };
        (self.kind != Kind::Reset).then_some(reset)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Opening,
    Accepting,
    Open,
    Over,
}

/// One end of a connection.
#[derive(Debug)]
pub struct End {
    own: SocketAddr,
    peer: SocketAddr,
    state: State,
    /// What the far end has not acknowledged yet, the place of its first byte, and how much of it has been sent.
    kept: Vec<u8>,
    first: u64,
    sent: usize,
    awaited: u64,
    received: Vec<u8>,
    /// It is over as soon as the far end has everything.
    closes: bool,
    resend_at: Option<Instant>,
    pause: Duration,
    /// Since when something has waited for its acknowledgement.
    waiting_since: Instant,
    out: Vec<Segment>,
}

impl End {
    /// Opens a connection.
    pub fn open(at: Instant, own: SocketAddr, peer: SocketAddr) -> Self {
        End::begun(at, own, peer, State::Opening, Kind::Open)
    }
    /// Takes one in that another end opens.
    pub fn accept(at: Instant, opening: &Segment) -> Self {
        End::begun(at, opening.to, opening.from, State::Accepting, Kind::Accept)
    }
    fn begun(at: Instant, own: SocketAddr, peer: SocketAddr, state: State, kind: Kind) -> Self {
        let mut end = End {
            own,
            peer,
            state,
            kept: Vec::new(),
            first: 0,
            sent: 0,
            awaited: 0,
            received: Vec::new(),
            closes: false,
            resend_at: None,
            pause: FIRST_PAUSE,
            waiting_since: at,
            out: Vec::new(),
        };
        end.say(kind, 0, Vec::new());
        end.await_answer(at);
        end
    }
    pub fn own(&self) -> SocketAddr {
        self.own
    }
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }
    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }
    pub fn is_over(&self) -> bool {
        self.state == State::Over
    }
    pub fn next_wake(&self) -> Option<Instant> {
        self.resend_at
    }

    pub fn send(&mut self, at: Instant, bytes: &[u8]) {
        self.kept.extend_from_slice(bytes);
        self.flush(at);
    }
    /// Ends it without waiting for anything.
    pub fn reset(&mut self) {
        if self.state != State::Over {
            self.say(Kind::Reset, self.first, Vec::new());
            self.end();
        }
    }
    /// Ends it when the far end has everything that was sent.
    pub fn close(&mut self) {
        self.closes = true;
        if self.kept.is_empty() {
            self.reset();
        }
    }
    pub fn segment(&mut self, at: Instant, segment: &Segment) {
        match (self.state, segment.kind) {
            (State::Over, _) => {}
            (_, Kind::Reset) => self.end(),
            (State::Accepting, Kind::Open) => self.say(Kind::Accept, 0, Vec::new()),
            (State::Opening, Kind::Accept) => {
                self.opened(at);
                self.say(Kind::Data, self.first, Vec::new());
            }
            (State::Open, Kind::Accept) => self.say(Kind::Data, self.first, Vec::new()),
            (State::Accepting | State::Open, Kind::Data) => {
                if self.state == State::Accepting {
                    self.opened(at);
                }
                self.acknowledged(at, segment.awaited);
                self.take(segment);
            }
            (State::Opening, Kind::Open | Kind::Data) | (State::Accepting, Kind::Accept) | (State::Open, Kind::Open) => {}
        }
    }
    /// Sends again what is due, or gives up.
    pub fn wake(&mut self, at: Instant) {
        if self.resend_at.is_none_or(|due| due > at) {
            return;
        }
        if at.since(self.waiting_since) >= PATIENCE {
            return self.end();
        }
        match self.state {
            State::Opening => self.say(Kind::Open, 0, Vec::new()),
            State::Accepting => self.say(Kind::Accept, 0, Vec::new()),
            State::Open => {
                self.sent = 0;
                self.speak();
            }
            State::Over => {}
        }
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        self.resend_at = Some(at + self.pause);
    }
    pub fn take_segments(&mut self) -> Vec<Segment> {
        std::mem::take(&mut self.out)
    }
    /// What has come, in order.
    pub fn take_bytes(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.received)
    }

    fn end(&mut self) {
        self.state = State::Over;
        self.resend_at = None;
    }
    fn opened(&mut self, at: Instant) {
        self.state = State::Open;
        self.resend_at = None;
        self.flush(at);
    }
    fn acknowledged(&mut self, at: Instant, awaited: u64) {
        let news = usize::try_from(awaited.saturating_sub(self.first)).unwrap_or(usize::MAX).min(self.sent);
        if news == 0 {
            return;
        }
        self.kept.drain(..news);
        self.first += news as u64;
        self.sent -= news;
        self.resend_at = None;
        if self.sent > 0 {
            self.await_answer(at);
        } else if self.closes && self.kept.is_empty() {
            self.reset();
        }
    }
    fn take(&mut self, segment: &Segment) {
        if segment.bytes.is_empty() {
            return;
        }
        // What leaves a gap is not kept: it will be sent again.
        if let Some(known) = self.awaited.checked_sub(segment.first) {
            let news = segment.bytes.get(usize::try_from(known).unwrap_or(usize::MAX)..).unwrap_or_default();
            self.received.extend_from_slice(news);
            self.awaited += news.len() as u64;
        }
        self.say(Kind::Data, self.first + self.sent as u64, Vec::new());
    }
    fn flush(&mut self, at: Instant) {
        if self.state == State::Open && self.sent < self.kept.len() {
            self.speak();
            if self.resend_at.is_none() {
                self.await_answer(at);
            }
        }
    }
    fn speak(&mut self) {
        let from = self.sent;
        let unsent = self.kept.get(from..).unwrap_or_default().to_vec();
        for (n, part) in unsent.chunks(LARGEST).enumerate() {
            self.say(Kind::Data, self.first + (from + n * LARGEST) as u64, part.to_vec());
        }
        self.sent = self.kept.len();
    }
    fn await_answer(&mut self, at: Instant) {
        (self.pause, self.waiting_since) = (FIRST_PAUSE, at);
        self.resend_at = Some(at + self.pause);
    }
    fn say(&mut self, kind: Kind, first: u64, bytes: Vec<u8>) {
        self.out.push(Segment { from: self.own, to: self.peer, kind, first, awaited: self.awaited, bytes });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    const HERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 1);
    const THERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 2);

    /// Both ends over a line that loses every so manieth segment, and doubles others, for so many seconds; what came at
    /// either.
    fn talk(lost: u64, seconds: u64, said: &[u8]) -> (Vec<u8>, Vec<u8>, End) {
        let ms = |n: u64| Instant::ZERO + Duration::from_millis(n);
        let (mut rng, mut near, mut far) = (Rng::new(1, "line"), End::open(ms(0), HERE, THERE), None::<End>);
        let (mut at_near, mut at_far) = (Vec::new(), Vec::new());
        near.send(ms(0), said);
        for now in (0..seconds * 1000).map(ms) {
            for segment in near.take_segments() {
                if rng.bits() % 100 < lost {
                    continue;
                }
                let end = far.get_or_insert_with(|| End::accept(now, &segment));
                let was_known = !at_far.is_empty();
                for _ in 0..1 + rng.bits() % 2 {
                    end.segment(now, &segment);
                }
                at_far.extend(end.take_bytes());
                if !was_known && !at_far.is_empty() {
                    end.send(now, said);
                }
            }
            for segment in far.iter_mut().flat_map(End::take_segments) {
                if rng.bits() % 100 < lost {
                    continue;
                }
                near.segment(now, &segment);
                at_near.extend(near.take_bytes());
            }
            near.wake(now);
            far.iter_mut().for_each(|end| end.wake(now));
        }
        (at_near, at_far, near)
    }

    #[test]
    fn bytes_come_in_order_and_once_however_many_segments_are_lost() {
        let said: Vec<u8> = (0..20_000u32).map(|n| (n % 251) as u8).collect();
        for lost in [0, 10, 40] {
            let (near, far, end) = talk(lost, 20, &said);
            assert!(near == said && far == said, "{lost} %: {} {}", near.len(), far.len());
            assert!(!end.is_over() && end.next_wake().is_none(), "everything was acknowledged");
        }
    }

    #[test]
    fn an_end_that_hears_nothing_gives_up() {
        let (_, far, end) = talk(100, 33, b"hello");
        assert!(end.is_over() && far.is_empty());
    }

    #[test]
    fn whoever_resets_ends_it_for_both() {
        let now = Instant::ZERO;
        let mut near = End::open(now, HERE, THERE);
        let mut far = End::accept(now, &near.take_segments()[0]);
        near.segment(now, &far.take_segments()[0]);
        near.reset();
        let reset = near.take_segments().pop().expect("said");
        far.segment(now, &reset);
        assert!(near.is_over() && far.is_over() && reset.refused().is_none());
        far.send(now, b"too late");
        assert!(far.take_segments().is_empty());
    }
}
