//! Everything that has arrived, in order of its source stamps: the record that checks ask questions of.
//!
//! Knows nothing of limits. Nothing here waits or moves anything.

use super::log::Log;
use super::observation;
use super::sound::Moment;
use crate::clock::{Instant, Stamped};
use crate::instrument::console::Line;
use crate::instrument::lamp::Edge;
use crate::instrument::operator::{CallEvent, CallId};
use std::collections::BTreeSet;
use std::time::Duration;

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
            log.append(observation::of_call(&event));
            self.calls.push(event);
        }
    }

    pub fn add_inputs(&mut self, log: &Log, board: &str, edges: Vec<Stamped<Edge>>, uncertainty: Duration) {
        for edge in edges {
            log.append(observation::of_input(board, &edge, uncertainty));
            self.inputs.push(edge.map(|edge| InputChange { board: board.into(), edge }));
        }
    }

    pub fn add_console(&mut self, log: &Log, lines: Vec<Stamped<Line>>) {
        for line in lines {
            log.append(observation::of_console(&line));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::operator::{EndedBy, Invite, Server};

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
