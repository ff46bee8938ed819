//! What only a defective module does: hangs up unasked, calls two operators at once.
//!
//! Must not decide when: the agent does.

use super::Agent;
use crate::clock::Instant;
use crate::twin::post::voice::habit::Habit;
use crate::twin::post::voice::lapse::Lapse;
use crate::twin::post::voice::serial::Ending;

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
