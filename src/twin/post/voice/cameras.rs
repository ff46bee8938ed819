//! Each press calls up the camera that looks at the post: an event to the city's camera system, over HTTP on a
//! connection of its own.
//!
//! Must not know calls: it is told of presses, and no call waits for what becomes of an event.

use super::faults::CameraFault;
use super::serial::{Ending, Report};
use super::transaction::earliest;
use super::{Action, Running, State, Voice};
use crate::clock::Instant;
use crate::twin::street::stream::{End, Segment};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// The ports that connections leave from, one after the other (RFC 6335, 6).
const FIRST_PORT: u16 = 49_152;
const PORTS: u16 = 16_384;
/// A system that has not answered by then is not there.
const ANSWERED_WITHIN: Duration = Duration::from_secs(4);
const AGAIN_AFTER: Duration = Duration::from_secs(10);
/// Then nobody would look any more.
const MOST_TRIES: u8 = 3;
/// A defective one is so late.
const LATE_BY: Duration = Duration::from_secs(4);
/// And calls up a camera so long after a call.
const UNPRESSED_AFTER: Duration = Duration::from_secs(12);
/// So much later than at once, which is a quarter more than T37 allows at the very most.
const QUARTER_LATE: Duration = Duration::from_millis(2500);
const MINUTE: Duration = Duration::from_secs(60);
const BROKEN: Duration = Duration::from_secs(300);
/// A defective one's pause is doubled so often.
const MOST_DOUBLINGS: u32 = 6;
/// Another make's pause before it tries again.
const SOON: Duration = Duration::from_secs(3);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// To be sent then.
    Due(Instant),
    /// Under way, and given up then.
    Sent(Instant),
}

#[derive(Debug, Default)]
pub struct Cameras {
    fault: Option<CameraFault>,
    /// Who speaks, once the firmware has said it.
    host: Option<String>,
    /// The press that was told last.
    told: Option<u32>,
    before: Option<u32>,
    stage: Option<Stage>,
    tries: u8,
    /// How many connections there were before this one.
    connections: u16,
    connection: Option<End>,
    reply: Vec<u8>,
    out: Vec<Segment>,
    /// Planted: a call that waits, one that is to be told of twice, one that is over, and a system that is given up.
    pub held: Option<(u32, bool)>,
    is_second: bool,
    /// When the last event was begun.
    began: Option<Instant>,
    has_given_up: bool,
    /// When the last one came to nothing, and how many have since one was taken.
    broken: Option<Instant>,
    failures: u32,
}

impl Cameras {
    pub fn new(fault: Option<CameraFault>) -> Self {
        Cameras { fault, ..Cameras::default() }
    }
    /// A firmware that starts anew counts its presses anew.
    pub fn identify(&mut self, name: &str) {
        self.host = Some(name.to_owned());
        self.told = None;
    }
    /// A call is about to be made for this press; for one press there may be several.
    pub fn pressed(&mut self, at: Instant, press: u32) {
        self.before = self.told.filter(|told| *told != press).or(self.before);
        let is_new = self.told.replace(press) != Some(press) || self.fault == Some(CameraFault::AgainAtRedial);
        match self.fault {
            _ if !is_new || self.has_given_up => {}
            Some(CameraFault::Missing | CameraFault::AtAnswer) => {}
            Some(CameraFault::LostBehindSlow) if self.stage.is_some() => {}
            Some(CameraFault::OnceAMinute) if self.began.is_some_and(|last| at.since(last) < MINUTE) => {}
            Some(CameraFault::BreakerOpens) if self.broken.is_some_and(|since| at.since(since) < BROKEN) => {}
            Some(CameraFault::SlowAfterRest) if self.began.is_none_or(|last| at.since(last) >= MINUTE) => {
                self.begin(at + QUARTER_LATE);
            }
            Some(CameraFault::BackoffLeftOver) if self.failures > 0 => {
                self.begin(at + Duration::from_secs(1 << self.failures.min(MOST_DOUBLINGS)));
            }
            Some(CameraFault::Late) => self.begin(at + LATE_BY),
            Some(CameraFault::QuarterLate) => self.begin(at + QUARTER_LATE),
            fault => {
                self.is_second = fault == Some(CameraFault::Twice);
                self.begin(at);
            }
        }
    }
    /// The link has gone.
    pub fn link_lost(&mut self) {
        self.has_given_up |= self.fault == Some(CameraFault::DeadAfterCut);
    }
    pub fn answered(&mut self, at: Instant) {
        if self.fault == Some(CameraFault::AtAnswer) {
            self.begin(at);
        }
    }
    pub fn call_ended(&mut self, at: Instant) {
        if self.fault == Some(CameraFault::Unpressed) {
            self.begin(at + UNPRESSED_AFTER);
        }
    }
    /// Whether a defective module lets a call wait.
    pub fn blocks(&self) -> bool {
        let waits = match self.stage {
            Some(Stage::Due(_)) => self.tries == 0,
            Some(Stage::Sent(_)) => self.tries == 1,
            None => false,
        };
        self.fault == Some(CameraFault::BlocksCall) && waits
    }
    /// What was under way of an earlier press nobody needs any more.
    fn begin(&mut self, at: Instant) {
        self.hang_up();
        self.began = Some(at);
        self.tries = 0;
        self.stage = Some(Stage::Due(at));
    }
    fn hang_up(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            connection.reset();
            self.out.extend(connection.take_segments());
        }
        self.stage = None;
    }
    pub fn next_wake(&self) -> Option<Instant> {
        let due = self.stage.map(|stage| match stage {
            Stage::Due(due) | Stage::Sent(due) => due,
        });
        earliest(due, self.connection.as_ref().and_then(End::next_wake))
    }
    /// From this address of its own, to the camera system's.
    pub fn wake(&mut self, at: Instant, own: IpAddr, system: SocketAddr) {
        self.connection.iter_mut().for_each(|connection| connection.wake(at));
        match self.stage {
            Some(Stage::Due(due)) if due <= at => {
                self.connections = (self.connections + 1) % PORTS;
                self.tries += 1;
                self.reply.clear();
                let port = FIRST_PORT + self.connections;
                let mut connection = End::open(at, SocketAddr::new(own, port), system);
                connection.send(at, &self.request());
                self.connection = Some(connection);
                self.stage = Some(Stage::Sent(at + ANSWERED_WITHIN));
            }
            Some(Stage::Sent(due)) if due <= at => self.came_to_nothing(at),
            _ => {}
        }
    }
    fn came_to_nothing(&mut self, at: Instant) {
        self.hang_up();
        self.failures += 1;
        self.has_given_up = self.fault == Some(CameraFault::GivesUpForGood);
        self.broken = (self.tries >= MOST_TRIES).then_some(at).or(self.broken);
        if self.tries < MOST_TRIES && !self.has_given_up {
            let soon = self.fault == Some(CameraFault::SoonAgain);
            self.stage = Some(Stage::Due(at + if soon { SOON } else { AGAIN_AFTER }));
        }
    }
    pub fn segment(&mut self, at: Instant, segment: &Segment) {
        let is_for = |end: &&mut End| (end.own(), end.peer()) == (segment.to, segment.from);
        let Some(connection) = self.connection.as_mut().filter(is_for) else {
            return self.out.extend(segment.refused());
        };
        connection.segment(at, segment);
        self.reply.extend(connection.take_bytes());
        match status(&self.reply) {
            Some(204) if self.fault == Some(CameraFault::TakesNoContentForNone) => self.came_to_nothing(at),
            Some(200..300) => self.was_taken(at),
            Some(_) => self.came_to_nothing(at),
            None if connection.is_over() => self.came_to_nothing(at),
            None => {}
        }
    }
    pub fn take_segments(&mut self) -> Vec<Segment> {
        let mut segments = std::mem::take(&mut self.out);
        segments.extend(self.connection.iter_mut().flat_map(End::take_segments));
        segments
    }
    fn was_taken(&mut self, at: Instant) {
        self.hang_up();
        self.failures = 0;
        if std::mem::take(&mut self.is_second) {
            self.begin(at);
        }
    }
    fn request(&self) -> Vec<u8> {
        let host = match self.fault {
            Some(CameraFault::OtherCamera) => "SOS-0400",
            _ => self.host.as_deref().unwrap_or("unknown"),
        };
        let small = host.to_ascii_lowercase();
        let host = if self.fault == Some(CameraFault::SmallLetters) { &small } else { host };
        let is_behind = self.fault == Some(CameraFault::NumberBehind);
        let press = self.before.filter(|_| is_behind).or(self.told).unwrap_or_default();
        if self.fault == Some(CameraFault::OtherWords) {
            let body =
                format!("{{ \"press\": {press}, \"point\": \"{host}\", \"event\": \"press\", \"source\": \"button\" }}\r\n");
            let head = "POST /events HTTP/1.1\r\nhost: cameras:8080\r\nuser-agent: sos/1.2\r\naccept: */*\r\n";
            let kind = "content-type: application/json; charset=utf-8\r\nconnection: close\r\ncontent-length: ";
            return format!("{head}{kind}{}\r\n\r\n{body}", body.len()).into_bytes();
        }
        if self.fault == Some(CameraFault::AsksFor) {
            let query = format!("event=press&point={host}&press={press}");
            return format!("GET /events?{query} HTTP/1.1\r\nHost: cameras\r\nConnection: close\r\n\r\n").into_bytes();
        }
        let body = format!("{{\"event\":\"press\",\"point\":\"{host}\",\"press\":{press}}}");
        let length = body.len() + if self.fault == Some(CameraFault::Miscounted) { 2 } else { 0 };
        let head = "POST /events HTTP/1.1\r\nHost: cameras\r\nContent-Type: application/json\r\nConnection: close\r\n";
        let text = format!("{head}Content-Length: {length}\r\n\r\n{body}");
        let is_old = self.fault == Some(CameraFault::OldHttp);
        if is_old { text.replacen("HTTP/1.1", "HTTP/1.0", 1).into_bytes() } else { text.into_bytes() }
    }
}

/// The status of an answer whose first line is whole.
fn status(reply: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(reply).ok()?;
    let (line, _) = text.split_once("\r\n")?;
    Some(line.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0))
}

impl Voice {
    /// The firmware has a call made. `false`: it cannot be.
    pub(super) fn dial(&mut self, at: Instant, press: u32, delayed: bool) -> bool {
        if self.is_rationed(at) {
            return false;
        }
        let Some(idles) = self.idles(at) else { return false };
        let State::Running(running) = &mut self.state else { return false };
        if self.config.cameras.is_some() && !(delayed && running.cameras.fault == Some(CameraFault::KeptUntold)) {
            running.cameras.pressed(at, press);
        }
        if running.cameras.blocks() {
            running.cameras.held = Some((press, delayed));
            return true;
        }
        if self.waits_for_name(at, press, delayed) {
            return true;
        }
        let State::Running(running) = &mut self.state else { return false };
        running.agent.misled.idles = idles;
        Voice::dial_counted(running, at, press, delayed)
    }
    pub(super) fn dial_counted(running: &mut Running, at: Instant, press: u32, delayed: bool) -> bool {
        let is_made = running.agent.dial(at, press, delayed);
        if is_made {
            running.supervision.dialled(press);
        }
        is_made
    }
    pub(super) fn hang_up(&mut self, at: Instant) -> bool {
        let State::Running(running) = &mut self.state else { return false };
        if running.cameras.held.take().is_some() || running.waiting.take().is_some() {
            running.agent.stack.report(Report::End(Ending::Local));
            return true;
        }
        running.agent.hang_up(at)
    }
    /// Something has come over a connection to the camera system.
    pub(super) fn cameras_answer(&mut self, at: Instant, segment: &Segment) {
        let State::Running(running) = &mut self.state else { return };
        if self.link {
            running.cameras.segment(at, segment);
            self.call_up(at);
        }
    }
    /// What is due to be sent goes out at once.
    pub(super) fn call_up(&mut self, at: Instant) {
        let own = self.address();
        let (State::Running(running), Some(system)) = (&mut self.state, self.config.cameras) else { return };
        running.cameras.wake(at, own, system);
        self.actions.extend(running.cameras.take_segments().into_iter().map(Action::Segment));
        if !running.cameras.blocks()
            && let Some((press, delayed)) = running.cameras.held.take()
        {
            Voice::dial_counted(running, at, press, delayed);
            self.settle(at);
        }
    }
}

#[cfg(test)]
mod tests;
