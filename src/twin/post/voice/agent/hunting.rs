//! A call and what is tried when it comes to nothing: another operator, another server.
//!
//! Must not decide what is tried: that stands with the call.

use super::Agent;
use crate::clock::Instant;
use crate::twin::post::voice::account::Event;
use crate::twin::post::voice::blunder::CIRCLES_AFTER;
use crate::twin::post::voice::call::Call;
use crate::twin::post::voice::serial::Ending;

impl Agent {
    pub(super) fn place(&mut self, at: Instant, called: &str, extra: &[(&str, String)]) {
        let has_second = self.second.is_some() && !self.dialled.at_second;
        let has_other = self.stack.account.other.is_some() && self.may_fail_over();
        let otherwise = self.otherwise(has_second && !self.is_spared(), has_other);
        self.numbers += 1;
        let call = Call::dial(self.numbers, at, called, extra, otherwise, &mut self.stack);
        self.stack.events.push(Event::Began(call.dialog.call_id.clone()));
        self.calls.push(call);
    }
    /// A call that has come to nothing goes to somebody else, or by another way. To the firmware it is the same call.
    pub(super) fn hunt(&mut self, at: Instant) {
        let Some(why) = self.calls.iter_mut().find_map(|call| call.next.take()) else { return };
        if why == Ending::Lost {
            (self.dialled.failed_over, self.stack.has_failed_over) = (true, true);
            self.stack.account.turn();
        } else if self.dialled.at_second {
            // There is nobody beyond the second, but for a defective module.
            self.misled.circles_at = Some(at + CIRCLES_AFTER);
            return;
        } else {
            self.dialled.at_second = true;
        }
        self.place_again(at);
    }
    /// The same press once more, to whomever it is to go to now.
    pub(super) fn place_again(&mut self, at: Instant) {
        let (called, extra) = (self.called(), self.extra());
        self.place(at, &called, &extra);
        if let Some(call) = self.calls.last_mut() {
            call.sent = true;
        }
    }
}
