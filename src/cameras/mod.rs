//! The city's camera system as the bench plays it: events come over HTTP and are taken, one machine on a real network
//! and in the twin.
//!
//! Bytes and a moment in, bytes and a moment out. Must not know sockets or clocks, nor whose event it is.

mod http;

use crate::clock::{Instant, Stamped};
use crate::instrument::cameras::{CameraEvent, Treatment};
use http::{Read, Reader, Request, Status};
use std::collections::BTreeMap;
/// For more at once the oldest have to go.
const MOST_CONNECTIONS: usize = 64;
/// Nobody fetches the events of a bench that stands still: so many are kept.
const KEPT: usize = 1024;
/// So much of an event's text is kept: what is in a picture names nobody.
const LONGEST_TEXT: usize = 4096;

/// What an event of the bench's own is sent to, before its number.
const BENCH: &str = "/hejnal/";

/// An event of the bench's own, as it is sent.
pub fn own_event(number: u16) -> Vec<u8> {
    format!("POST {BENCH}{number} HTTP/1.1\r\nHost: bench\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
}
pub fn own_number(event: &CameraEvent) -> Option<u16> {
    event.request.strip_prefix("POST ")?.strip_prefix(BENCH)?.parse().ok()
}

/// Bytes for a connection, and whether it is over with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub connection: u64,
    pub bytes: Vec<u8>,
    pub closes: bool,
}

struct Connection {
    from: String,
    reader: Reader,
}

/// The machine.
#[derive(Default)]
pub struct Hook {
    treatment: Treatment,
    connections: BTreeMap<u64, Connection>,
    /// Answers that are held back, in the order in which they are due.
    held: Vec<(Instant, Outgoing)>,
    out: Vec<Outgoing>,
    events: Vec<Stamped<CameraEvent>>,
}

impl Hook {
    /// How it treats what comes from now on. What it has not answered by then stays unanswered.
    pub fn treat(&mut self, how: Treatment) {
        self.treatment = how;
    }
    /// Somebody has connected; connections are told apart by their numbers.
    pub fn opened(&mut self, connection: u64, from: String) {
        // Whoever has lost its power says no goodbye.
        if self.connections.len() >= MOST_CONNECTIONS
            && let Some((oldest, _)) = self.connections.pop_first()
        {
            self.out.push(Outgoing { connection: oldest, bytes: Vec::new(), closes: true });
        }
        self.connections.insert(connection, Connection { from, reader: Reader::default() });
    }
    pub fn closed(&mut self, connection: u64) {
        self.connections.remove(&connection);
        self.held.retain(|(_, out)| out.connection != connection);
    }
    /// Bytes have come, `at` this moment, as far as it can be trusted.
    pub fn received(&mut self, at: Stamped<()>, connection: u64, bytes: &[u8]) {
        let Some(known) = self.connections.get_mut(&connection) else { return };
        known.reader.push(bytes);
        loop {
            let Some(known) = self.connections.get_mut(&connection) else { return };
            match known.reader.read() {
                Ok(Read::Part) => return,
                Ok(Read::Awaits) if self.treatment == Treatment::Silent => return,
                Ok(Read::Awaits) => {
                    self.out.push(Outgoing { connection, bytes: Status::Continue.answer(true), closes: false });
                }
                Ok(Read::Whole(request)) => {
                    let from = known.from.clone();
                    self.requested(at, connection, from, &request);
                }
                Err(http::Malformed) => self.answer(at.at, connection, Status::BadRequest, false),
            }
        }
    }
    fn requested(&mut self, at: Stamped<()>, connection: u64, from: String, request: &Request) {
        if self.events.len() >= KEPT {
            self.events.remove(0);
        }
        let text = String::from_utf8_lossy(&request.body);
        let event = CameraEvent {
            from,
            request: format!("{} {}", request.method, request.target),
            text: text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_TEXT).collect(),
            taken: self.treatment == Treatment::Taking,
        };
        self.events.push(at.map(|()| event));
        let keeps = request.keeps;
        match self.treatment {
            Treatment::Silent => {}
            Treatment::Taking => self.answer(at.at, connection, Status::NoContent, keeps),
            Treatment::Refusing => self.answer(at.at, connection, Status::ServiceUnavailable, keeps),
            Treatment::Slow(time) => self.answer(at.at + time, connection, Status::NoContent, keeps),
        }
    }
    /// Answers then; a connection that is not kept is over with that.
    fn answer(&mut self, then: Instant, connection: u64, status: Status, keeps: bool) {
        if !keeps {
            self.connections.remove(&connection);
        }
        let out = Outgoing { connection, bytes: status.answer(keeps), closes: !keeps };
        let place = self.held.partition_point(|(due, _)| *due <= then);
        self.held.insert(place, (then, out));
    }
    pub fn next_wake(&self) -> Option<Instant> {
        self.held.first().map(|(due, _)| *due)
    }
    /// What is to be sent by now, in order.
    pub fn take_outgoing(&mut self, now: Instant) -> Vec<Outgoing> {
        let due = self.held.partition_point(|(due, _)| *due <= now);
        self.out.extend(self.held.drain(..due).map(|(_, out)| out));
        std::mem::take(&mut self.out)
    }
    pub fn take_events(&mut self) -> Vec<Stamped<CameraEvent>> {
        std::mem::take(&mut self.events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const EVENT: &[u8] = b"POST /events HTTP/1.1\r\nContent-Length: 20\r\nConnection: close\r\n\r\n{\"point\":\"SOS-0417\"}";

    fn at(seconds: u64) -> Instant {
        Instant::from_nanos(seconds * 1_000_000_000)
    }
    fn stamped(seconds: u64) -> Stamped<()> {
        Stamped::new(at(seconds), ())
    }
    fn answers(hook: &mut Hook, seconds: u64) -> Vec<(u64, String, bool)> {
        let told = |out: Outgoing| {
            let line = String::from_utf8_lossy(&out.bytes).lines().next().unwrap_or_default().to_owned();
            (out.connection, line, out.closes)
        };
        hook.take_outgoing(at(seconds)).into_iter().map(told).collect()
    }

    #[track_caller]
    fn check(treatment: Treatment, taken: bool, by_second: &[&[&str]]) {
        let mut hook = Hook::default();
        hook.treat(treatment);
        hook.opened(7, "10.20.0.17:40000".into());
        hook.received(stamped(0), 7, EVENT);
        for (second, expected) in by_second.iter().enumerate() {
            let found = answers(&mut hook, second as u64);
            let expected: Vec<_> = expected.iter().map(|line| (7, (*line).to_owned(), true)).collect();
            assert_eq!(found, expected, "{treatment:?} {second}");
        }
        let events = hook.take_events();
        assert_eq!(events.iter().map(|event| event.value.taken).collect::<Vec<_>>(), [taken]);
        let event = events.first().expect("an event");
        assert!(event.at == at(0) && event.value.names("SOS-0417") && event.value.request == "POST /events");
    }

    #[test]
    fn what_comes_is_seen_whatever_becomes_of_it() {
        check(Treatment::Taking, true, &[&["HTTP/1.1 204 No Content"]]);
        check(Treatment::Refusing, false, &[&["HTTP/1.1 503 Service Unavailable"]]);
        check(Treatment::Silent, false, &[&[], &[], &[]]);
        check(Treatment::Slow(Duration::from_secs(2)), false, &[&[], &[], &["HTTP/1.1 204 No Content"]]);
    }

    #[test]
    fn a_connection_that_is_kept_serves_again_and_one_that_is_gone_gets_nothing() {
        let mut hook = Hook::default();
        hook.opened(1, "a:1".into());
        let kept = b"POST /e HTTP/1.1\r\nContent-Length: 1\r\n\r\n1";
        hook.received(stamped(0), 1, &[&kept[..], &kept[..]].concat());
        assert_eq!(answers(&mut hook, 0).iter().filter(|(_, line, closes)| line.contains("204") && !closes).count(), 2);
        hook.treat(Treatment::Slow(Duration::from_secs(1)));
        hook.received(stamped(1), 1, kept);
        hook.closed(1);
        assert_eq!((answers(&mut hook, 9), hook.next_wake()), (Vec::new(), None));
        hook.received(stamped(9), 1, kept);
        assert_eq!(hook.take_events().len(), 3);
    }

    #[test]
    fn rubbish_is_refused_and_of_too_many_the_oldest_go() {
        let mut hook = Hook::default();
        hook.opened(1, "a:1".into());
        hook.received(stamped(0), 1, b"hello\r\n\r\nhello");
        assert_eq!(answers(&mut hook, 0), [(1, "HTTP/1.1 400 Bad Request".to_owned(), true)]);
        (2..100).for_each(|number| hook.opened(number, "a:1".into()));
        let gone: Vec<u64> = answers(&mut hook, 0).into_iter().map(|(connection, ..)| connection).collect();
        assert_eq!(gone, (2..100 - MOST_CONNECTIONS as u64).collect::<Vec<_>>());
        assert!(hook.take_events().is_empty());
    }
}
