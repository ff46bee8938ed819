//! What only a defective module does: hangs up unasked, calls two operators at once.
//!
//! Must not decide when: the agent does.

use super::Agent;
use crate::clock::Instant;
use crate::twin::post::voice::habit::Habit;
use crate::twin::post::voice::serial::Ending;

impl Agent {
    /// A defective module hangs up by itself.
    pub fn leave(&mut self, at: Instant) {
        self.end_active(at, Ending::Local);
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
