//! What a foreigner's modules do at a call's events and in the life around it.
//!
//! Must not know which of them is planted, but by its name.

use super::account::Event;
use super::lapse::{CARRIER, END_LATE, KEPT_OPEN_EVERY, KEYS, LINGERS, Lapse, SHORT_TALK};
use super::serial::{Ending, Report};
use super::supervision::Trouble;
use super::transaction::earliest;
use super::{Action, State, Voice};
use crate::clock::Instant;
use std::net::SocketAddr;
use std::time::Duration;

/// A packet of silence (RFC 3551, A-law), but for its sequence.
const SILENT: [u8; 12] = [0x80, 8, 0, 0, 0, 0, 0, 0, 0x5E, 0x5E, 0x5E, 0x5E];
const SILENCE: u8 = 0xD5;

/// What such modules remember of a life.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// It began without a link, and believes in none.
    is_linkless: bool,
    answered_at: Option<Instant>,
    is_lost: bool,
    kept_open_at: Option<Instant>,
    packets: u16,
    /// When a link that has come is believed, and when to look at it again.
    stands_at: Option<Instant>,
    rises_at: Option<Instant>,
}

impl Memory {
    pub fn of(is_linkless: bool) -> Self {
        Memory { is_linkless, ..Memory::default() }
    }
    pub fn next_wake(&self) -> Option<Instant> {
        earliest(self.kept_open_at, self.rises_at)
    }
    /// For how long a call that is closed now goes on.
    pub fn lingers(&mut self) -> Option<Duration> {
        std::mem::take(&mut self.is_lost).then_some(LINGERS)
    }
}

impl Voice {
    /// What a defective module makes of what signalling decided; `true`: nothing else comes of it.
    pub(super) fn mislays(&mut self, at: Instant, event: &Event) -> bool {
        let (State::Running(running), Some(lapse)) = (&mut self.state, self.config.faults.lapse) else { return false };
        let has_battery = self.condition.is_some_and(|condition| condition.battery == Some(true));
        let memory = &mut running.lapsed;
        match (lapse, event) {
            (Lapse::HangsUpOnHold, Event::Change(session)) if !session.sending => {
                running.agent.leave(at);
                self.settle(at);
            }
            (Lapse::TellsEndLate, Event::Report(report @ Report::End(_))) => {
                running.again = Some((at + END_LATE, *report));
                running.supervision.call_ended();
                self.tell_supervision(at);
                return true;
            }
            (Lapse::UnregistersAfterCall, Event::Report(Report::End(_))) => {
                running.agent.register(at, false);
                self.settle(at);
            }
            (Lapse::SagsInTalk, Event::Report(report @ (Report::Connected | Report::End(_)))) if has_battery => {
                running.supervision.set(at, Trouble::Battery, *report == Report::Connected);
            }
            (Lapse::ShortTalkUnanswered, Event::Report(Report::Connected)) => memory.answered_at = Some(at),
            (Lapse::ShortTalkUnanswered, Event::Report(Report::End(_)))
                if memory.answered_at.take().is_some_and(|since| at.since(since) < SHORT_TALK) =>
            {
                running.supervision.unanswered();
            }
            (Lapse::LingersAfterLoss, Event::Report(Report::End(ending))) => memory.is_lost = *ending == Ending::Lost,
            (Lapse::KeepsWayOpen, Event::Close) => memory.kept_open_at = Some(at + KEPT_OPEN_EVERY),
            (Lapse::MainsUntoldInTalk, Event::Close) => {
                if let Some(condition) = self.condition {
                    running.supervision.set_supply(at, condition);
                }
            }
            _ => {}
        }
        false
    }
    /// What is due of it.
    pub(super) fn lapse(&mut self, at: Instant) {
        let State::Running(running) = &mut self.state else { return };
        let memory = &mut running.lapsed;
        if memory.kept_open_at.take_if(|due| *due <= at).is_some() {
            memory.kept_open_at = Some(at + KEPT_OPEN_EVERY);
            memory.packets = memory.packets.wrapping_add(1);
            let may_send = !running.in_call && running.network.is_online();
            if let Some(to) = self.last_remote.filter(|_| may_send) {
                self.actions.push(keeps_open(self.config.rtp_port, to, memory.packets));
            }
        }
        let State::Running(running) = &mut self.state else { return };
        if running.lapsed.rises_at.take_if(|due| *due <= at).is_some() {
            self.set_link(at, true);
        }
    }
    pub(super) fn believes_in_no_link(&self) -> bool {
        matches!(&self.state, State::Running(running) if running.lapsed.is_linkless)
    }
    /// Whether a link that is there is not believed yet.
    pub(super) fn waits_for_carrier(&mut self, at: Instant, up: bool) -> bool {
        let State::Running(running) = &mut self.state else { return false };
        if !self.config.faults.lapses(Lapse::WaitsForCarrier) {
            return false;
        }
        let memory = &mut running.lapsed;
        if !up {
            memory.stands_at = None;
            memory.rises_at = None;
            return false;
        }
        if self.link || memory.stands_at.is_some_and(|due| due <= at) {
            return false;
        }
        memory.stands_at = Some(at + CARRIER);
        memory.rises_at = memory.stands_at;
        true
    }
    pub(super) fn is_startled_by(&mut self, at: Instant, bytes: &[u8]) {
        let State::Running(running) = &mut self.state else { return };
        let names = |line: &[u8]| line.len() > 12 && line[..12].eq_ignore_ascii_case(b"retry-after:");
        if std::mem::take(&mut running.agent.misled.starts_anew) {
            running.restarts_at = Some(at);
        }
        if self.config.faults.lapses(Lapse::StartledByRetryAfter) && bytes.split(|byte| *byte == b'\n').any(names) {
            running.restarts_at = Some(at);
        }
    }
    pub(super) fn is_startled_by_keys(&mut self, at: Instant) {
        let State::Running(running) = &mut self.state else { return };
        let many = running.media.as_ref().is_some_and(|media| media.keys >= KEYS);
        if many && self.config.faults.lapses(Lapse::StartledByKeys) {
            running.restarts_at = Some(at);
        }
    }
}

fn keeps_open(from_port: u16, to: SocketAddr, sequence: u16) -> Action {
    let mut bytes = SILENT.to_vec();
    bytes.splice(2..4, sequence.to_be_bytes());
    bytes.extend([SILENCE; super::FRAME]);
    Action::Send { from_port, to, bytes }
}
