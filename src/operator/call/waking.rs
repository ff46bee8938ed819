//! The timers of one call ([`Timer`]): when each fires, and what happens then.

use super::{Call, PendingChange};
use crate::clock::Instant;
use crate::operator::context::Context;
use crate::operator::timers::Timer;
use crate::sip::session::Session;

impl Call {
    /// When the first of them fires.
    pub fn next_wake(&self) -> Option<Instant> {
        Timer::ALL.into_iter().filter_map(|timer| self.due(timer)).min()
    }
    /// When that one fires; `None`: it is not set.
    fn due(&self, timer: Timer) -> Option<Instant> {
        match timer {
            Timer::Ring => self.life.ring_at(),
            Timer::Answer => self.life.answer_at().filter(|_| !self.provisionals.wants_accept()),
            Timer::PassOn => self.life.pass_on_at(),
            Timer::Provisional => self.provisionals.next_wake(),
            Timer::Session => self.session.as_ref().filter(|_| self.life.is_confirmed()).map(Session::next_wake),
            Timer::Reinvite => self.change.as_ref().and_then(PendingChange::retry_at),
            Timer::Voice => self.media.missing_at().filter(|_| self.should_be_heard()),
            Timer::GiveUp => self.life.give_up_at(),
            Timer::Acknowledgement => self.dialog.next_wake(),
        }
    }
    fn should_be_heard(&self) -> bool {
        self.life.is_confirmed() && self.talk.agreed().is_some_and(|agreed| agreed.receiving)
    }

    /// All that is due in its signalling.
    pub fn wake(&mut self, at: Instant, cx: &mut Context) {
        for timer in Timer::ALL {
            // One that fires may set another anew, or end the call.
            if !self.life.is_over() && self.due(timer).is_some_and(|due| at >= due) {
                self.fire(at, timer, cx);
            }
        }
    }
    fn fire(&mut self, at: Instant, timer: Timer, cx: &mut Context) {
        match timer {
            Timer::Ring => self.ring(at, cx),
            Timer::Answer => self.accept(at, cx),
            Timer::PassOn => self.pass_on(at, cx),
            Timer::Provisional => self.wake_reliable(at, cx),
            Timer::Session => self.wake_session(at, cx),
            Timer::Reinvite => self.wake_change(at, cx),
            Timer::Voice => self.miss_voice(at, cx),
            Timer::GiveUp => self.give_up(at, 480, cx),
            Timer::Acknowledgement => self.wake_dialog(at, cx),
        }
    }
}
