//! What signalling decided is carried out: datagrams leave, the firmware and the supervision are told, sound begins and
//! ends.
//!
//! Must not decide anything itself.

use super::account::Event;
use super::habit::{self, Habit};
use super::lapse::{Lapse, OWN_PORT};
use super::self_test::Outcome;
use super::serial::Report;
use super::supervision::{self, Trouble};
use super::{Acoustics, Action, State, Voice, quirk};
use crate::clock::Instant;
use crate::twin::street::power::Condition;

impl Voice {
    /// A defective module says again that a call is over.
    pub(super) fn say_again(&mut self, at: Instant) {
        let State::Running(running) = &mut self.state else { return };
        if let Some((_, report)) = running.again.take_if(|(due, _)| *due <= at) {
            self.say(report);
        }
    }
    /// Carries out what signalling decided: datagrams first, for a report may only tell what has happened.
    pub(super) fn settle(&mut self, at: Instant) {
        let State::Running(running) = &mut self.state else { return };
        let from_port = self.config.sip_port;
        let datagrams = std::mem::take(&mut running.agent.stack.out.datagrams);
        let was_elsewhere = self.config.faults.names_old_port && self.lives.starts() > 0;
        let letters = self.config.faults.quirks.letters.or(was_elsewhere.then_some(quirk::at_old_port));
        let miscounts = self.config.faults.has(Habit::MiscountsBody);
        let worded = |bytes: Vec<u8>| match letters {
            Some(change) => quirk::reworded(&bytes, change),
            None if miscounts => habit::miscounted(&bytes),
            None => bytes,
        };
        let said: Vec<_> = datagrams.into_iter().map(|(to, bytes)| (to, worded(bytes))).collect();
        match running.lines.is_some() {
            true => {
                let segments = running.say_securely(at, said).unwrap_or_default();
                self.send_segments(segments);
            }
            false => self.actions.extend(said.into_iter().map(|(to, bytes)| Action::Send { from_port, to, bytes })),
        }
        let State::Running(running) = &mut self.state else { return };
        for event in std::mem::take(&mut running.agent.stack.events) {
            self.carry_out(at, event);
        }
    }
    pub(super) fn carry_out(&mut self, at: Instant, event: Event) {
        if self.mislays(at, &event) || self.misses(at, &event) {
            return;
        }
        match event {
            Event::Report(report) => {
                self.say(report);
                if let (State::Running(running), Report::Registered(yes)) = (&mut self.state, report) {
                    running.supervision.set(at, Trouble::Server, !yes);
                }
                match (&mut self.state, report) {
                    (State::Running(running), Report::Connected) => {
                        running.supervision.answered();
                        if running.agent.is_at_second() {
                            running.supervision.escalated();
                        }
                    }
                    (State::Running(running), Report::End(_)) => {
                        running.supervision.call_ended();
                        self.tell_supervision(at);
                    }
                    _ => {}
                }
                if let (State::Running(running), Report::End(_)) = (&mut self.state, report)
                    && self.config.faults.has(Habit::RepeatsEnd)
                {
                    running.again = Some((at + habit::SAID_AGAIN, report));
                }
            }
            Event::Began(dialog) => self.truth.begin(dialog),
            Event::InviteLeft => {
                if let Some(call) = self.truth.calls.last_mut() {
                    call.invite_sent = Some(at);
                }
                self.may_send_early(at);
            }
            Event::Early(session) => self.open_early(at, session),
            Event::Open(session) => {
                if let State::Running(running) = &mut self.state {
                    running.cameras.answered(at);
                }
                self.open(at, session);
            }
            Event::Change(session) => {
                if let State::Running(running) = &mut self.state
                    && let Some(media) = &mut running.media
                {
                    media.change(at, session);
                }
            }
            Event::Close => {
                if let State::Running(running) = &mut self.state {
                    running.cameras.call_ended(at);
                }
                self.end_truth(at);
                self.close(at);
            }
        }
    }
    /// While nobody calls.
    pub(super) fn test_itself(&mut self, at: Instant, air: &mut dyn Acoustics) {
        let (State::Running(running), Some(_)) = (&mut self.state, self.config.supervision) else { return };
        let is_calling = running.in_call || running.supervision.has_case();
        if running.self_test.hangs_up(at) {
            self.hang_up(at);
            return self.settle(at);
        }
        let Some(Outcome { is_well, rings }) = running.self_test.wake(at, is_calling, air) else { return };
        running.supervision.tested(at, is_well);
        if rings {
            self.dial(at, 0, false);
            self.settle(at);
        }
    }
    /// What is due to be told goes out at once.
    pub(super) fn tell_supervision(&mut self, at: Instant) {
        let shown = self.shown(at);
        let (State::Running(running), Some(to)) = (&mut self.state, self.config.supervision) else { return };
        running.supervision.wake(at, &self.config.faults, || running.network.timestamp(shown));
        let messages = running.supervision.take_messages();
        let is_own = self.config.faults.lapses(Lapse::OwnSyslogPort);
        let from_port = if is_own { OWN_PORT } else { supervision::PORT };
        self.actions.extend(messages.into_iter().map(|bytes| Action::Send { from_port, to, bytes }));
    }
    /// What the supply's signal contacts say.
    pub fn set_supply(&mut self, at: Instant, condition: Condition) {
        self.condition = Some(condition);
        let waits = self.config.faults.lapses(Lapse::MainsUntoldInTalk);
        if let State::Running(running) = &mut self.state
            && !(waits && running.in_call)
        {
            running.supervision.set_supply(at, condition);
        }
    }
}
