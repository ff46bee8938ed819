//! Everything that has arrived, in order of its source stamps: the record that checks ask questions of.
//!
//! Knows nothing of limits. Nothing here waits or moves anything.

use super::log::Log;
use super::sound::Moment;
use crate::clock::{Instant, Stamped};
use crate::instrument::console::Line;
use crate::instrument::lamp::Edge;
use crate::instrument::operator::{CallEvent, CallId, Server, Side, Stray, Unbound};
use crate::journal::Event;
use std::collections::BTreeSet;

/// A lamp or sense input changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputChange {
    /// Name of the input board in the rig.
    pub board: String,
    pub edge: Edge,
}

/// All that the bench has seen since the run began.
#[derive(Debug, Default)]
pub struct Record {
    pub calls: Vec<Stamped<CallEvent>>,
    pub inputs: Vec<Stamped<InputChange>>,
    pub console: Vec<Stamped<Report>>,
    /// Console lines whose checksum did not match or that were no text: a bad cable shows here.
    pub garbled: Vec<Stamped<Line>>,
}

/// A console line whose checksum matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The payload's words: `["PRESS", "3"]`.
    pub words: Vec<String>,
}

impl Report {
    /// Reads `$payload*XX`, where XX is the exclusive-or of the payload's bytes in hexadecimal.
    pub fn parse(text: &str) -> Option<Report> {
        let (payload, sum) = text.strip_prefix('$')?.rsplit_once('*')?;
        let expected = u8::from_str_radix(sum, 16).ok().filter(|_| sum.len() == 2)?;
        let actual = payload.bytes().fold(0, |sum, byte| sum ^ byte);
        (actual == expected).then(|| Report { words: payload.split_whitespace().map(str::to_string).collect() })
    }
    /// The word after the first, when the first is `kind`.
    pub fn argument(&self, kind: &str) -> Option<&str> {
        (self.words.first()? == kind).then(|| self.words.get(1).map_or("", String::as_str))
    }
    /// The value of a `key=value` word.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.words.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }
}

impl Record {
    pub fn add_calls(&mut self, log: &Log, events: Vec<Stamped<CallEvent>>) {
        for event in events {
            log.append(Event::Seen { source: "operator".into(), seen_at: event.at, text: describe(&event.value) });
            self.calls.push(event);
        }
    }

    pub fn add_inputs(&mut self, log: &Log, board: &str, edges: Vec<Stamped<Edge>>) {
        for edge in edges {
            let text = format!("input {} {}", edge.value.input.0, if edge.value.lit { "on" } else { "off" });
            log.append(Event::Seen { source: board.into(), seen_at: edge.at, text });
            self.inputs.push(edge.map(|edge| InputChange { board: board.into(), edge }));
        }
    }

    pub fn add_console(&mut self, log: &Log, lines: Vec<Stamped<Line>>) {
        for line in lines {
            log.append(Event::Seen { source: "console".into(), seen_at: line.at, text: line.value.text.clone() });
            match Report::parse(&line.value.text) {
                Some(report) => self.console.push(Stamped::new(line.at, report)),
                None => self.garbled.push(line),
            }
        }
    }

    /// Call events from `since` on.
    pub fn calls_since(&self, since: Instant) -> impl Iterator<Item = &Stamped<CallEvent>> {
        self.calls.iter().filter(move |event| event.at >= since)
    }

    /// Calls that arrived from `since` on, in order.
    pub fn invited_since(&self, since: Instant) -> Vec<Stamped<CallId>> {
        self.calls_since(since)
            .filter_map(|event| match &event.value {
                CallEvent::Invited { call, .. } => Some(Stamped::new(event.at, *call)),
                _ => None,
            })
            .collect()
    }

    /// Whether some call has arrived and not ended.
    pub fn a_call_stands(&self) -> bool {
        let mut standing = BTreeSet::new();
        for event in &self.calls {
            match &event.value {
                CallEvent::Invited { call, .. } => _ = standing.insert(*call),
                CallEvent::Ended { call, .. } => _ = standing.remove(call),
                _ => {}
            }
        }
        !standing.is_empty()
    }

    /// When something happened to one call.
    pub fn moment_of(&self, which: impl Fn(&CallEvent) -> bool) -> Option<Moment> {
        self.calls.iter().find(|event| which(&event.value)).map(Moment::at_operator)
    }
}

/// A call event in words for the journal.
fn describe(event: &CallEvent) -> String {
    match event {
        CallEvent::Registered { user, contact, expires, server } => {
            format!("{user} registered {contact} for {} s{}", expires.as_secs(), at_server(*server))
        }
        CallEvent::Unregistered { user, contact, why: Unbound::Expired } => {
            format!("registration of {user} at {contact} expired")
        }
        CallEvent::Unregistered { user, contact, why: Unbound::Removed } => format!("{user} unregistered {contact}"),
        CallEvent::Unregistered { user, contact, why: Unbound::Replaced(by) } => format!("{user} moved from {contact} to {by}"),
        CallEvent::RegistrationRefused { user, why } => format!("registration of {user} refused: {why}"),
        CallEvent::Invited { call, invite, server } => {
            format!("call {} from {} for {} ({}){}", call.0, invite.from, invite.to, invite.dialog, at_server(*server))
        }
        CallEvent::Refused { call, status } => format!("call {} refused with {status}", call.0),
        CallEvent::Ringing { call } => format!("call {} rings", call.0),
        CallEvent::PassedOn { call } => format!("call {} passed on to the second operator", call.0),
        CallEvent::EarlyMedia { call } => format!("call {} hears us before the answer", call.0),
        CallEvent::Answered { call } => format!("call {} answered", call.0),
        CallEvent::Confirmed { call } => format!("call {} confirmed by the post", call.0),
        CallEvent::FirstMedia { call } => format!("call {}: first voice packet", call.0),
        CallEvent::Held { call, held: true } => format!("call {} put on hold by the post", call.0),
        CallEvent::Held { call, held: false } => format!("call {} taken off hold", call.0),
        CallEvent::Changed { call, change, outcome } => format!("call {}: {change:?} asked of the post: {outcome:?}", call.0),
        CallEvent::MediaMoved { call } => format!("call {}: first voice packet at the new port", call.0),
        CallEvent::Refreshed { call, by } => format!("call {}: session refreshed by {by:?}", call.0),
        CallEvent::VoiceMissing { call, side, since } => {
            format!("call {}: no voice {} since {:.3} s", call.0, direction(*side), since.as_secs_f64())
        }
        CallEvent::VoiceBack { call, side } => format!("call {}: voice {} again", call.0, direction(*side)),
        CallEvent::FarReport { call, view } => {
            let trip = view.round_trip.map_or_else(|| "unknown".to_string(), |s| format!("{:.1} ms", s * 1e3));
            format!(
                "call {}: the post saw {:.1} % lost, jitter {:.1} ms, round trip {trip}",
                call.0,
                view.fraction * 100.0,
                view.jitter * 1e3
            )
        }
        CallEvent::Digit { call, digit } => format!("call {}: key {digit}", call.0),
        CallEvent::Security { call, what } => format!("call {}: {}", call.0, what.words().en),
        CallEvent::Connected { from, cipher, certified } => {
            format!("{from} connected over {cipher}{}", if *certified { ", with a certificate of its own" } else { "" })
        }
        CallEvent::ConnectionFailed { from, fault } => format!("connection from {from}: {}", fault.words().en),
        CallEvent::Ended { call, by } => format!("call {} ended by {by:?}", call.0),
        CallEvent::Swallowed { server, from, what } => format!("{what} of {from} taken and not answered{}", at_server(*server)),
        CallEvent::StrayMedia { call, from, kind } => {
            let of = call.map_or_else(String::new, |call| format!(", call {}", call.0));
            format!("stray media from {from}{of}: {}", stray(*kind))
        }
        CallEvent::Intruder { from, what } => format!("turned away: {what} from {from}"),
    }
}

/// The primary server is not worth a word.
fn at_server(server: Server) -> &'static str {
    match server {
        Server::Primary => "",
        Server::Backup => " at the backup server",
    }
}

fn direction(side: Side) -> &'static str {
    match side {
        Side::FromPost => "from the post",
        Side::ToPost => "at the post",
    }
}

fn stray(kind: Stray) -> &'static str {
    match kind {
        Stray::BeforeAnswer => "before the answer",
        Stray::AfterEnd => "after the call",
        Stray::NoCall => "without a call",
        Stray::OfAnother => "into the call of another",
        Stray::OldPort => "at the port that was given up",
        Stray::NoMedia => "no media on a media port",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::operator::{EndedBy, Invite};
    use std::time::Duration;

    #[test]
    fn a_console_line_needs_its_checksum() {
        let sum = "STATE idle".bytes().fold(0, |s, b| s ^ b);
        let report = Report::parse(&format!("$STATE idle*{sum:02X}")).expect("valid");
        assert_eq!(report.argument("STATE"), Some("idle"));
        assert_eq!(report.argument("BEAT"), None);
        for bad in [format!("$STATE idle*{:02X}", sum ^ 1), "STATE idle".into(), "$STATE idle".into(), "$*".into(), String::new()]
        {
            assert_eq!(Report::parse(&bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_boot_line_gives_its_values() {
        let payload = "BOOT post 1.4.2 0a1b2c3d reference id=SOS-0417 cause=power";
        let sum = payload.bytes().fold(0, |s, b| s ^ b);
        let report = Report::parse(&format!("${payload}*{sum:02X}")).expect("valid");
        assert_eq!((report.value("id"), report.value("cause"), report.value("x")), (Some("SOS-0417"), Some("power"), None));
    }

    #[test]
    fn a_call_stands_from_its_arrival_to_its_end() {
        let invite = || Invite { dialog: "x".into(), to: "sip:operator@x".into(), from: "SOS-0417".into(), headers: Vec::new() };
        let invited = |call| CallEvent::Invited { call: CallId(call), invite: invite(), server: Server::Primary };
        let ended = |call| CallEvent::Ended { call: CallId(call), by: EndedBy::Operator };
        let check = |events: Vec<CallEvent>, expected: bool| {
            let calls = events.into_iter().map(|event| Stamped::new(Instant::ZERO, event)).collect();
            assert_eq!(Record { calls, ..Record::default() }.a_call_stands(), expected);
        };
        check(vec![], false);
        check(vec![invited(1)], true);
        check(vec![invited(1), CallEvent::Ringing { call: CallId(1) }, ended(1)], false);
        check(vec![invited(1), invited(2), ended(1)], true);
    }

    #[test]
    fn a_moment_at_the_operator_is_trusted_as_it_was_stamped_and_no_further_than_a_network_allows() {
        let check = |within: Duration, expected: f64| {
            let value = CallEvent::Answered { call: CallId(1) };
            let mut record = Record::default();
            record.calls.push(Stamped { at: Instant::from_nanos(7), within, value: value.clone() });
            assert_eq!(record.moment_of(|event| *event == value).map(|moment| moment.uncertainty), Some(expected));
        };
        check(Duration::ZERO, 0.0002);
        check(Duration::from_micros(30), 0.0002);
        check(Duration::from_millis(3), 0.003);
    }
}
