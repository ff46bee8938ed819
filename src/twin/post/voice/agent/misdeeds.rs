//! What only a defective module does: hangs up unasked, calls two operators at once.
//!
//! Must not decide when: the agent does.

use super::Agent;
use crate::clock::Instant;
use crate::twin::post::voice::blunder::Blunder;
use crate::twin::post::voice::call::{FAILOVER, HUNTING_LIMIT, Otherwise};
use crate::twin::post::voice::flaw::Flaw;
use crate::twin::post::voice::habit::Habit;
use crate::twin::post::voice::lapse::Lapse;
use crate::twin::post::voice::message::Message;
use crate::twin::post::voice::serial::Ending;
use std::time::Duration;

/// What a defective one has been led to.
#[derive(Debug, Default)]
pub struct Misled {
    /// A call waits so long.
    pub idles: Duration,
    /// It is to start anew.
    pub starts_anew: bool,
    /// When both operators are tried once more, and whether it was at the other server.
    pub circles_at: Option<Instant>,
    was_away: bool,
    /// Until when a stranger keeps it busy.
    pub occupied_until: Option<Instant>,
}

impl Agent {
    /// A defective module hangs up by itself.
    pub fn leave(&mut self, at: Instant) {
        self.end_active(at, Ending::Local);
    }
    /// It answers whoever calls.
    pub(super) fn trusts_anybody(&self, at: Instant) -> bool {
        let recent = self.faults.answers_strangers_for.zip(self.talked_at);
        let is_new = self.faults.lapses(Lapse::AnswersUntilFirstCall) && !self.stack.has_called;
        self.faults.auto_answer_anyone || is_new || recent.is_some_and(|(limit, last)| at.since(last) < limit)
    }
    /// What else is tried for the press under way: another operator, another server.
    pub(super) fn otherwise(&self, has_second: bool, has_other: bool) -> Otherwise {
        Otherwise {
            refused: has_second && !self.faults.gives_up_on_busy || self.faults.blunders(Blunder::DesksInCircle),
            unanswered: (has_second && !self.faults.never_escalates)
                .then(|| self.faults.escalates_after.unwrap_or(HUNTING_LIMIT)),
            lost: has_other.then(|| self.faults.slow_failover.unwrap_or(FAILOVER)),
            is_last: self.dialled.at_second,
        }
    }
    /// What a defective one does of itself.
    pub(super) fn blunder(&mut self, at: Instant) {
        let is_away = self.stack.account.away;
        let turns = !std::mem::replace(&mut self.misled.was_away, is_away) && is_away;
        if turns && self.faults.blunders(Blunder::FailoverEndsTalk) && self.talks() {
            self.leave(at);
        }
        if self.misled.circles_at.take_if(|due| *due <= at).is_some() {
            self.dialled.at_second = false;
            self.place_again(at);
        }
    }
    pub(super) fn talks(&self) -> bool {
        self.calls.iter().any(|call| call.is_confirmed() && !call.released)
    }
    /// Nobody else is called for a press that was kept.
    pub(super) fn is_spared(&self) -> bool {
        self.dialled.delayed && self.faults.is_flawed(Flaw::KeptNeverEscalates)
    }
    /// Offers within a call are refused, or some of them.
    pub(super) fn refuses(&mut self, index: usize, request: &Message) -> bool {
        let Some(call) = self.calls.get_mut(index) else { return false };
        call.offers += 1;
        let is_empty = request.body.trim().is_empty() && request.method() == Some("INVITE");
        self.faults.refuses_offers
            || call.offers > 1 && self.faults.is_flawed(Flaw::RefusesSecondOffer)
            || is_empty && self.faults.is_flawed(Flaw::RefusesEmptyOffer)
    }
    /// A request of nobody's call that a defective module obeys.
    pub(super) fn is_taken_in(&mut self, at: Instant, method: &str, request: &Message) -> bool {
        let Some(flaw) = self.faults.flaw else { return false };
        match (flaw, method) {
            (Flaw::OptionsEndTalk, "OPTIONS") => self.leave(at),
            (Flaw::NotifiedRestarts, "NOTIFY") => self.misled.starts_anew = true,
            (Flaw::ObeysForgedBye, "BYE") => {
                let named = self.calls.iter_mut().find(|call| !call.released && call.dialog.call_id == request.call_id());
                let Some(call) = named else { return false };
                call.far_end_left(&mut self.stack);
            }
            _ => return false,
        }
        true
    }
    /// What whoever calls is told.
    pub(super) fn turned_away(&self) -> (u16, &'static str) {
        if self.faults.is_flawed(Flaw::SaysUnavailable) { (480, "Temporarily Unavailable") } else { (403, "Forbidden") }
    }
    /// Where there is another server, and it has not been tried for this press.
    pub(super) fn may_fail_over(&self) -> bool {
        let is_spent = self.faults.lapses(Lapse::FailsOverOnce) && self.stack.has_failed_over;
        !self.dialled.failed_over && !is_spent
    }
    /// The main server is there again.
    pub(super) fn come_home(&mut self, at: Instant) {
        if self.faults.lapses(Lapse::ReturnEndsTalk) {
            self.leave(at);
        }
        self.registration.return_home(at, &self.faults, &mut self.stack);
    }
    /// A request that a defective module says nothing to.
    pub(super) fn leaves_unanswered(&self, method: Option<&str>) -> bool {
        match method {
            Some("BYE") => self.faults.bye_unanswered,
            Some("OPTIONS") => self.faults.has(Habit::IgnoresOptions),
            Some("UPDATE") => self.faults.is_flawed(Flaw::IgnoresUpdates),
            _ => false,
        }
    }
    /// Of two operators called at once the first to answer has the call.
    pub(super) fn choose_branch(&mut self, at: Instant, number: u32) {
        for call in self.calls.iter_mut().filter(|call| !call.released) {
            if call.number == number {
                call.quiet = false;
            } else {
                call.let_go(at, &mut self.stack);
            }
        }
    }
}
