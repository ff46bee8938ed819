//! What an assessor's modules do at a call's events and in the life around it.
//!
//! Must not know which of them is planted, but by its name.

use super::message::Message;
use super::oversight::{A_STEP, BESIDE_EVERY, DRAWS_AFTER, OPENS_AGAIN, Oversight, RATION, STARTS};
use super::{Action, State, Voice};
use crate::clock::Instant;
use std::net::SocketAddr;
use std::time::Duration;

/// What such modules remember of a life.
#[derive(Debug, Default)]
pub(super) struct Memory {
    calls: Vec<Instant>,
    /// When which connection is opened again.
    opens: Option<(Instant, SocketAddr)>,
}

impl Memory {
    pub fn next_wake(&self) -> Option<Instant> {
        self.opens.map(|(due, _)| due)
    }
}

impl Voice {
    /// There were so many calls that one more is not made.
    pub(super) fn is_rationed(&mut self, at: Instant) -> bool {
        let State::Running(running) = &mut self.state else { return false };
        if !self.config.faults.overlooks(Oversight::RationsCalls) {
            return false;
        }
        let (most, within) = RATION;
        let calls = &mut running.overseen.calls;
        calls.retain(|call| at.since(*call) < within);
        if calls.len() >= most {
            return true;
        }
        calls.push(at);
        false
    }
    pub(super) fn is_startled_by_nonsense(&mut self, at: Instant, bytes: &[u8]) {
        let is_startled = self.config.faults.overlooks(Oversight::StartledByNonsense)
            && !bytes.iter().all(u8::is_ascii_whitespace)
            && Message::parse(bytes).is_none();
        if let State::Running(running) = &mut self.state
            && is_startled
        {
            running.restarts_at = Some(at);
        }
    }
    /// A connection is lost.
    pub(super) fn opens_again(&mut self, at: Instant, to: SocketAddr) {
        if let State::Running(running) = &mut self.state
            && self.config.faults.overlooks(Oversight::HammersConnections)
        {
            running.overseen.opens = Some((at + OPENS_AGAIN, to));
        }
    }
    /// What is due of it.
    pub(super) fn oversee(&mut self, at: Instant) {
        let State::Running(running) = &mut self.state else { return };
        let Some((_, to)) = running.overseen.opens.take_if(|(due, _)| *due <= at) else { return };
        let Some(lines) = running.lines.as_mut().filter(|_| self.link) else { return };
        lines.send(at, to, b"\r\n\r\n");
        let segments = lines.take_segments();
        self.send_segments(segments);
    }
    /// The time server has been heard; `before`: what the time was without it.
    pub(super) fn clock_was_set(&mut self, at: Instant, before: Option<Duration>) {
        let State::Running(running) = &mut self.state else { return };
        let (Some(before), Some(now)) = (before, running.network.time(at)) else { return };
        if self.config.faults.overlooks(Oversight::TimersByClock) && before.abs_diff(now) >= A_STEP {
            running.agent.shift_registration(at, before.checked_sub(now));
        }
    }
    /// A talk begins.
    pub(super) fn draws(&mut self, at: Instant) {
        let is_on_battery = self.condition.is_some_and(|condition| condition.battery.is_some() && !condition.has_mains);
        if let State::Running(running) = &mut self.state
            && is_on_battery
            && self.config.faults.overlooks(Oversight::BrownsOutAtAnswer)
        {
            running.restarts_at = Some(at + DRAWS_AFTER);
        }
    }
    /// Whether this start comes to nothing.
    pub(super) fn is_lame_start(&self) -> bool {
        (self.lives.starts() + 1).is_multiple_of(STARTS) && self.config.faults.overlooks(Oversight::FourthStartHangs)
    }
    /// What is said beside the sound.
    pub(super) fn say_beside(&mut self, frames: u64) {
        let State::Running(running) = &mut self.state else { return };
        let Some(media) = running.media.as_ref().filter(|_| frames.is_multiple_of(BESIDE_EVERY)) else { return };
        let (to, port) = (media.goes_to(), self.config.rtp_port);
        match self.config.faults.oversight {
            Some(Oversight::StunInTalk) => {
                self.actions.push(Action::Send { from_port: port, to, bytes: binding_indication(frames) });
            }
            Some(Oversight::ReportsSound) => {
                let to = SocketAddr::new(to.ip(), to.port() + 1);
                let bytes = report(media.ssrc(), frames);
                self.actions.push(Action::Send { from_port: port + 1, to, bytes });
            }
            _ => {}
        }
    }
}

/// RFC 8489, 5: nobody answers it.
fn binding_indication(number: u64) -> Vec<u8> {
    let mut bytes = vec![0x00, 0x11, 0, 0, 0x21, 0x12, 0xA4, 0x42, 0, 0, 0, 1];
    bytes.extend(number.to_be_bytes());
    bytes
}

/// A sender's report without a wall clock, and the name that goes with it (RFC 3550, 6.4.1 and 6.5.1).
fn report(ssrc: u32, frames: u64) -> Vec<u8> {
    let packets = frames as u32;
    let mut bytes = vec![0x80, 200, 0, 6];
    bytes.extend(ssrc.to_be_bytes());
    bytes.extend([0; 8]);
    for word in [packets.wrapping_mul(160), packets, packets.wrapping_mul(160)] {
        bytes.extend(word.to_be_bytes());
    }
    bytes.extend([0x81, 202, 0, 3]);
    bytes.extend(ssrc.to_be_bytes());
    bytes.extend([1, 3, b's', b'o', b's', 0, 0, 0]);
    bytes
}
