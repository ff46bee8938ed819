//! What has arrived in a scenario, by its source stamps: the record that checks ask questions of.
//!
//! Calls stand in a table by their number, everything else along the time, so that no question scans what came before.
//! A scenario has a record of its own; what the one before leaves to it is named in [`HandedOn`]. Nothing here waits or
//! moves anything.

mod calls;
mod timeline;

pub use calls::{Call, Calls};
pub use timeline::Timeline;

use super::dimming::Told;
use super::log::Log;
use super::network::Echoes;
use super::observation;
use super::services::Asked;
use crate::clock::{Instant, Stamped};
use crate::instrument::cameras::CameraEvent;
use crate::instrument::console::Line;
use crate::instrument::operator::{CallEvent, CallId, Unbound};
use crate::instrument::supervision::{Counts, Notice};
use crate::rig::{Headers, InputRef};
use crate::sip::secret::Secret;
use std::collections::BTreeMap;
use std::time::Duration;

/// The first word of the line by which a post names itself and its firmware (post protocol, section 2).
const BANNER: &str = "BOOT";
/// What a journal holds instead of a line with a password in it.
const HIDDEN: &str = "•••";

/// All that the bench has seen in the scenario under way.
#[derive(Debug, Default)]
pub struct Record {
    events: Timeline<CallEvent>,
    calls: Calls,
    registration: Option<Registration>,
    inputs: BTreeMap<InputRef, Timeline<bool>>,
    console: Timeline<Report>,
    /// When and where a password could be read in what the post told.
    told_secrets: Vec<Stamped<&'static str>>,
    lines: ConsoleLines,
    /// When lines came that were spoiled on their way.
    garbled: Vec<Instant>,
    /// What of them can be read but for its checksum, with the difference to the right one.
    misreckoned: Vec<Stamped<(String, u8)>>,
    /// What the post told the supervision.
    pub(super) notices: Timeline<Notice>,
    /// What of that were its counters.
    pub(super) counts: Timeline<Counts>,
    /// What came to the camera system.
    pub(super) camera_events: Timeline<CameraEvent>,
    /// What the reference host has echoed.
    pub echoes: Echoes,
    /// What was asked of the bench's services.
    pub(super) asked: Asked,
    /// When a lamp's sensor saw light that was not its lamp's.
    pub room_light: Vec<Instant>,
}

/// What a scenario leaves to the next one: what still holds, and no history.
#[derive(Debug, Default)]
pub struct HandedOn {
    /// The latest registration, standing or not.
    registration: Option<Registration>,
    /// The calls that have not ended.
    calls: Calls,
    /// The last change of each lamp and sense input: the state it is in.
    inputs: BTreeMap<InputRef, Timeline<bool>>,
    /// The last banner: the firmware that was seen.
    banner: Timeline<Report>,
    /// How readable the console has been so far.
    lines: ConsoleLines,
    /// The last sign of life at the supervision.
    notices: Timeline<Notice>,
    /// Its counters as it told them last.
    counts: Timeline<Counts>,
    /// What is usual of the reference host.
    echoes: Echoes,
    /// What the post was last given.
    asked: Asked,
}

/// A binding at the registrar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registration {
    made: Instant,
    until: Instant,
}

impl Registration {
    /// Whether it is still alive at `now` and was made from `since` on.
    pub fn stands(self, since: Instant, now: Instant) -> bool {
        self.made >= since && self.until > now
    }
}

/// Lines of the console since the run began. One whose checksum does not match or that is no text is garbled: a bad
/// cable shows here.
#[derive(Debug, Clone, Default)]
pub struct ConsoleLines {
    pub readable: usize,
    pub garbled: usize,
    pub last_garbled: String,
}

/// A console line whose checksum matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The payload's words: `["PRESS", "3"]`.
    pub words: Vec<String>,
    /// Whether the letters of its checksum are capitals, as was agreed (post protocol, section 2); `None`: it has none.
    pub is_sum_in_capitals: Option<bool>,
}

impl Report {
    /// Reads `$payload*XX`, where XX is the exclusive-or of the payload's bytes in hexadecimal, in letters of either
    /// kind.
    pub fn parse(text: &str) -> Option<Report> {
        let (payload, sum) = text.strip_prefix('$')?.rsplit_once('*')?;
        let expected = u8::from_str_radix(sum, 16).ok().filter(|_| sum.len() == 2)?;
        let actual = payload.bytes().fold(0, |sum, byte| sum ^ byte);
        let is_sum_in_capitals =
            sum.contains(|c: char| c.is_ascii_alphabetic()).then(|| !sum.contains(|c: char| c.is_ascii_lowercase()));
        let words = payload.split_whitespace().map(str::to_string).collect();
        (actual == expected).then_some(Report { words, is_sum_in_capitals })
    }
    /// The payload of a line whose checksum is another, and by which bits that differs.
    fn misreckoned(text: &str) -> Option<(String, u8)> {
        let (payload, sum) = text.strip_prefix('$')?.rsplit_once('*')?;
        let given = u8::from_str_radix(sum, 16).ok().filter(|_| sum.len() == 2)?;
        let actual = payload.bytes().fold(0, |sum, byte| sum ^ byte);
        let is_text = payload.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        (is_text && actual != given).then(|| (payload.to_owned(), actual ^ given))
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

/// Whether a line has one of the two marks of a report (post protocol, section 2): any other text of a post is nobody's
/// concern.
fn is_framed(text: &str) -> bool {
    let sum = text.rsplit_once('*').map(|(_, sum)| sum);
    text.starts_with('$') || sum.is_some_and(|sum| sum.len() == 2 && sum.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

impl Record {
    /// Begins the record of the next scenario with what this one leaves to it.
    pub fn begin_scenario(&mut self) {
        *self = Record::following(std::mem::take(self).hand_on());
    }

    fn hand_on(mut self) -> HandedOn {
        self.calls.retain_standing();
        let inputs = self.inputs.into_iter().map(|(input, changes)| (input, changes.shrink_to_last(|_| true)));
        HandedOn {
            registration: self.registration,
            calls: self.calls,
            inputs: inputs.collect(),
            banner: self.console.shrink_to_last(|report| report.argument(BANNER).is_some()),
            lines: self.lines,
            notices: self.notices.shrink_to_last(|_| true),
            counts: self.counts.shrink_to_last(|_| true),
            echoes: self.echoes.hand_on(),
            asked: self.asked.hand_on(),
        }
    }

    fn following(before: HandedOn) -> Record {
        let HandedOn { registration, calls, inputs, banner, lines, notices, counts, echoes, asked } = before;
        let events = Timeline::default();
        let console = banner;
        Record { events, calls, registration, inputs, console, lines, notices, counts, echoes, asked, ..Record::default() }
    }

    /// The journal tells a call's headers as they were sent; the record, as they are understood.
    pub fn add_calls(&mut self, log: &Log, headers: &Headers, events: Vec<Stamped<CallEvent>>) {
        for mut event in events {
            log.append(observation::of_call(&event));
            if let CallEvent::Invited { invite, .. } = &mut event.value {
                invite.headers = headers.understood(&invite.headers);
            }
            self.note_call(event);
        }
    }

    fn note_call(&mut self, event: Stamped<CallEvent>) {
        match &event.value {
            CallEvent::Registered { expires, .. } => {
                self.registration = Some(Registration { made: event.at, until: event.at + *expires });
            }
            // The post goes on being registered, at another address.
            CallEvent::Unregistered { why: Unbound::Replaced(_), .. } => {}
            CallEvent::Unregistered { .. } => self.registration = Some(Registration { made: event.at, until: event.at }),
            _ => self.calls.note(&event),
        }
        self.events.push(event);
    }

    pub fn add_inputs(&mut self, log: &Log, board: &str, told: Vec<Told>, uncertainty: Duration) {
        for told in told {
            log.append(observation::of_input(board, &told, uncertainty));
            let Told::Changed(edge) = told else { continue };
            let input = InputRef { board: board.into(), input: edge.value.input.0 };
            self.inputs.entry(input).or_default().push(edge.map(|edge| edge.lit));
        }
    }

    pub fn add_console(&mut self, log: &Log, lines: Vec<Stamped<Line>>, secrets: &[Secret]) {
        for line in lines {
            let mut line_as_told = line.clone();
            self.hide_secrets(line.at, "console", [&mut line_as_told.value.text], secrets);
            log.append(observation::of_console(&line_as_told));
            self.note_line(line.at, &line.value.text, line_as_told.value.text);
        }
    }

    /// `told`: the line as a journal may hold it.
    fn note_line(&mut self, at: Instant, line: &str, told: String) {
        // A line that was broken off has no end: what comes next stands behind it.
        let (broken_off, last) = line.split_at(line.rfind('$').unwrap_or(0));
        let report = Report::parse(last);
        let begins_anew = report.as_ref().is_some_and(|report| report.argument(BANNER).is_some());
        if is_framed(broken_off) && !begins_anew || is_framed(last) && report.is_none() {
            self.garbled.push(at);
            self.misreckoned.extend(Report::misreckoned(last).map(|one| Stamped::new(at, one)));
        }
        match report {
            Some(report) => {
                self.lines.readable += 1;
                self.console.push(Stamped::new(at, report));
            }
            None => {
                self.lines.garbled += 1;
                self.lines.last_garbled = told;
            }
        }
    }

    /// Texts as they may be written down: one in which a secret can be read is not told as it came.
    pub(super) fn hide_secrets<const N: usize>(
        &mut self,
        at: Instant,
        place: &'static str,
        texts: [&mut String; N],
        secrets: &[Secret],
    ) {
        for text in texts {
            if secrets.iter().any(|secret| secret.is_in(text.as_bytes())) {
                self.told_secrets.push(Stamped::new(at, place));
                HIDDEN.clone_into(text);
            }
        }
    }

    /// When lines came from `since` on that were spoiled on their way.
    pub fn garbled_since(&self, since: Instant) -> impl Iterator<Item = Instant> {
        self.garbled.iter().copied().filter(move |at| *at >= since)
    }

    /// When and where a password of the rig could be read in what the post told.
    pub fn told_secrets(&self) -> &[Stamped<&'static str>] {
        &self.told_secrets
    }

    /// What of these can be read but for its checksum, and by which bits that is off.
    pub fn misreckoned_since(&self, since: Instant) -> impl Iterator<Item = &Stamped<(String, u8)>> {
        self.misreckoned.iter().filter(move |line| line.at >= since)
    }

    /// Call events from `since` on.
    pub fn calls_since(&self, since: Instant) -> impl DoubleEndedIterator<Item = &Stamped<CallEvent>> {
        self.events.since(since).iter()
    }

    /// Call events from `from` on and before `to`, where there is an end.
    pub fn calls_between(&self, from: Instant, to: Option<Instant>) -> impl Iterator<Item = &Stamped<CallEvent>> {
        self.events.between(from, to).iter()
    }

    /// When calls arrived from `from` on and before `to`, where there is an end, in order.
    pub fn invited_between(&self, from: Instant, to: Option<Instant>) -> impl Iterator<Item = Stamped<CallId>> {
        self.calls_between(from, to).filter_map(|event| match &event.value {
            CallEvent::Invited { call, .. } => Some(Stamped::new(event.at, *call)),
            _ => None,
        })
    }

    /// When calls arrived from `since` on, in order.
    pub fn invited_since(&self, since: Instant) -> impl Iterator<Item = Stamped<CallId>> {
        self.invited_between(since, None)
    }

    /// A call of this scenario, or one that the scenario before has left standing.
    pub fn call(&self, call: CallId) -> Option<&Call> {
        self.calls.get(call)
    }

    /// The calls of this scenario and those that the one before has left standing, in order of their arrival.
    pub fn calls(&self) -> impl Iterator<Item = (CallId, &Call)> {
        self.calls.iter()
    }

    /// Whether some call has arrived and not ended.
    pub fn a_call_stands(&self) -> bool {
        self.calls.standing().next().is_some()
    }

    /// The call that was confirmed last of those that have not ended.
    pub fn talk(&self) -> Option<CallId> {
        let confirmed = self.calls.standing().filter_map(|(id, call)| Some((id, call.confirmed?.seconds)));
        confirmed.max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(id, _)| id)
    }

    /// The binding that was made or ended last.
    pub fn registration(&self) -> Option<Registration> {
        self.registration
    }

    /// All changes of an input, the last one before the scenario first.
    pub fn edges(&self, input: &InputRef) -> &[Stamped<bool>] {
        self.inputs.get(input).map(|changes| changes.since(Instant::ZERO)).unwrap_or_default()
    }

    /// Changes of an input to `lit` from `from` on and before `to`, where there is an end.
    pub fn changes(&self, input: &InputRef, lit: bool, from: Instant, to: Option<Instant>) -> impl Iterator<Item = Instant> {
        let changes = self.inputs.get(input).map(|changes| changes.between(from, to)).unwrap_or_default();
        changes.iter().filter(move |change| change.value == lit).map(|change| change.at)
    }

    /// The post's reports from `since` on.
    pub fn reports_since(&self, since: Instant) -> impl DoubleEndedIterator<Item = &Stamped<Report>> {
        self.console.since(since).iter()
    }

    /// The first banner from `since` on.
    pub fn banner_since(&self, since: Instant) -> Option<&Report> {
        self.reports_since(since).map(|report| &report.value).find(|report| report.argument(BANNER).is_some())
    }

    /// The last banner seen, be it in an earlier scenario.
    pub fn last_banner(&self) -> Option<&Report> {
        self.reports_since(Instant::ZERO).rev().map(|report| &report.value).find(|report| report.argument(BANNER).is_some())
    }

    /// How readable the console has been since the run began.
    pub fn console_lines(&self) -> &ConsoleLines {
        &self.lines
    }
}

#[cfg(test)]
mod tests;
