//! A module that is put out of service in good order: its call ended, its registration taken back.
//!
//! Only whoever leads a live post asks for that; the post's firmware knows nothing of it.

use super::transaction::Owner;
use super::{State, Voice};
use crate::clock::Instant;

impl Voice {
    /// Hangs up and un-registers; from now on the firmware is no longer listened to.
    pub fn take_leave(&mut self, at: Instant) {
        self.is_leaving = true;
        self.hang_up(at);
        if let State::Running(running) = &mut self.state {
            running.agent.register(at, false);
        }
        self.settle(at);
    }
    /// Whether nobody owes it an answer to that any more.
    pub fn has_left(&self) -> bool {
        let State::Running(running) = &self.state else { return true };
        let is_open = |owner| running.agent.stack.clients.get(owner).is_some();
        ![Owner::Bye, Owner::Cancel, Owner::Registration].into_iter().any(is_open)
    }
}
