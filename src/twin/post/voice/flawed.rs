//! What a wanderer's modules do at a call's events and in the life around it.
//!
//! Must not know which of them is planted, but by its name.

use super::account::Event;
use super::flaw::{CALLS, Flaw, LONGER, OF_AGE, SLOW_AFTER, SLOW_BY, SULKS_FOR, TOLD_LATE};
use super::serial::{Ending, Report};
use super::{State, Voice};
use crate::clock::Instant;
use std::time::Duration;

/// What such modules remember of a life.
#[derive(Debug, Default)]
pub(super) struct Memory {
    began: Option<Instant>,
    linked: Option<Instant>,
    failed: Option<Instant>,
    registered_at: Option<Instant>,
    talk: Option<Instant>,
}

impl Memory {
    pub fn next_wake(&self) -> Option<Instant> {
        self.registered_at
    }
    pub fn begin(at: Instant) -> Self {
        Memory { began: Some(at), ..Memory::default() }
    }
    pub fn linked(&mut self, at: Instant) {
        self.linked = Some(at);
    }
}

impl Voice {
    /// What a defective module makes of what signalling decided; `true`: nothing else comes of it.
    pub(super) fn misses(&mut self, at: Instant, event: &Event) -> bool {
        let (State::Running(running), Some(flaw)) = (&mut self.state, self.config.faults.flaw) else { return false };
        let memory = &mut running.flawed;
        match (flaw, event) {
            (Flaw::SulksAfterFailure, Event::Report(Report::End(Ending::Busy | Ending::Refused | Ending::NoAnswer))) => {
                memory.failed = Some(at);
            }
            (Flaw::TellsRegistrationLate, Event::Report(Report::Registered(yes))) => {
                memory.registered_at = yes.then_some(at + TOLD_LATE);
                return *yes;
            }
            (Flaw::ClockStandsInTalk, Event::Open(_)) => memory.talk = Some(at),
            (Flaw::ClockStandsInTalk, Event::Close) => memory.talk = None,
            _ => {}
        }
        false
    }
    /// What is due of it.
    pub(super) fn make_up(&mut self, at: Instant) {
        let State::Running(running) = &mut self.state else { return };
        if running.flawed.registered_at.take_if(|due| *due <= at).is_some() {
            self.say(Report::Registered(true));
        }
    }
    /// How long a call waits that is made now; `None`: it is not made.
    pub(super) fn idles(&self, at: Instant) -> Option<Duration> {
        let (State::Running(running), Some(flaw)) = (&self.state, self.config.faults.flaw) else { return Some(Duration::ZERO) };
        let memory = &running.flawed;
        let within = |since: Option<Instant>, time| since.is_some_and(|since| at.since(since) < time);
        match flaw {
            Flaw::DialsSlowerWithAge => memory.began.map(|began| at.since(began).mul_f64(OF_AGE)),
            Flaw::DialsLateAfterCut if within(memory.linked, SLOW_AFTER) => Some(SLOW_BY),
            Flaw::SulksAfterFailure if within(memory.failed, SULKS_FOR) => None,
            _ => Some(Duration::ZERO),
        }
    }
    /// The moment that its clock shows.
    pub(super) fn shown(&self, at: Instant) -> Instant {
        match &self.state {
            State::Running(running) => running.flawed.talk.unwrap_or(at),
            _ => at,
        }
    }
    /// From power to readiness, after so many starts before this one.
    pub(super) fn boots_in(&self) -> Duration {
        let longer = if self.config.faults.is_flawed(Flaw::BootsLonger) { LONGER } else { Duration::ZERO };
        self.config.boot + longer * self.lives.starts()
    }
    pub(super) fn has_no_sound(&self, calls: u32) -> bool {
        calls >= CALLS && self.config.faults.is_flawed(Flaw::SoundRunsOut)
    }
}
