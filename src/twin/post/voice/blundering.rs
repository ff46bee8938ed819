//! What an examiner's modules do with what comes to them and in the life around a call.
//!
//! Must not know which of them is planted, but by its name.

use super::blunder::{Blunder, LONG, STOPS_FOR};
use super::supervision::Trouble;
use super::{State, Voice};
use crate::clock::Instant;

/// The short forms of the names that every message has (RFC 3261, 7.3.3 and 20).
const SHORT_FORMS: [&[u8]; 4] = [b"v:", b"f:", b"t:", b"i:"];

/// What such modules remember of a life.
#[derive(Debug, Default)]
pub(super) struct Memory {
    was_away: bool,
    /// It no longer speaks to its servers.
    pub is_shut: bool,
}

impl Voice {
    /// Whether a message is not read.
    pub(super) fn leaves_unread(&self, bytes: &[u8]) -> bool {
        match self.config.faults.blunder {
            Some(Blunder::LongMessagesUnread) => bytes.len() > LONG,
            Some(Blunder::ShortNamesUnread) => {
                bytes.split(|byte| *byte == b'\n').any(|line| SHORT_FORMS.iter().any(|short| line.starts_with(short)))
            }
            _ => false,
        }
    }
    /// What is due of it.
    pub(super) fn blunder(&mut self, at: Instant) {
        let State::Running(running) = &mut self.state else { return };
        let is_away = running.agent.stack.account.away;
        let was_away = std::mem::replace(&mut running.blundered.was_away, is_away);
        if self.config.faults.blunders(Blunder::MainLossIsFault) && (is_away || was_away) {
            running.supervision.set(at, Trouble::Server, is_away);
        }
    }
    /// Whoever was not believed is not spoken to any more.
    pub(super) fn takes_refusal_as_final(&mut self, was_refused: bool) {
        let State::Running(running) = &mut self.state else { return };
        running.blundered.is_shut |= was_refused && self.config.faults.blunders(Blunder::RefusalOfCertificateFinal);
    }
    /// The module asks for an address, or to keep one.
    pub(super) fn asks_for_address(&mut self) {
        let State::Running(running) = &mut self.state else { return };
        if let Some(media) = running.media.as_mut().filter(|_| self.config.faults.blunders(Blunder::StopsAtRenewal)) {
            media.pause(STOPS_FOR);
        }
    }
    /// What the talk under way has to know of the post.
    pub(super) fn tell_talk(&mut self) {
        let is_on_battery = self.condition.is_some_and(|condition| condition.battery.is_some() && !condition.has_mains);
        if let State::Running(running) = &mut self.state
            && let Some(media) = &mut running.media
        {
            media.of_talk.is_on_battery = is_on_battery;
        }
    }
}
