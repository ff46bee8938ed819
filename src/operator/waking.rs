//! Who at the desk has to be woken when: the machines' own timers, and the media that leaves.

use super::Desk;
use super::asking::Asking;
use super::registering::tell_changes;
use super::stranger::Stranger;
#[cfg(doc)]
use super::timers;
use crate::clock::Instant;
use crate::instrument::operator::Server;

/// Whose timers the desk wakes, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    /// Bindings that run out.
    Registrar,
    /// [`timers::SELF_CHECK_PATIENCE`].
    SelfCheck,
    /// A to L, but for those of our re-INVITEs.
    Transactions,
    /// A, B and D of our re-INVITEs.
    Reinvites,
    /// [`timers::Timer`].
    Calls,
    /// A, B and D of his INVITE, [`timers::STRANGER_LISTENS`] and [`timers::STRANGER_BEHIND`].
    Stranger,
    /// [`timers::AGAIN_WITHIN`].
    BlackHole,
    /// E and F of the OPTIONS to a registered post.
    Question,
}

impl Holder {
    const ALL: [Holder; 8] = [
        Holder::Registrar,
        Holder::SelfCheck,
        Holder::Transactions,
        Holder::Reinvites,
        Holder::Calls,
        Holder::Stranger,
        Holder::BlackHole,
        Holder::Question,
    ];
}

impl Desk {
    /// Everything that is due at `at`.
    pub fn wake(&mut self, at: Instant) {
        if self.signalling_due.is_some_and(|due| at >= due) {
            Holder::ALL.into_iter().for_each(|holder| self.wake_holder(at, holder));
            self.settle();
        }
        self.calls.living_mut().for_each(|call| call.send_media(at, &mut self.cx));
        if !self.cx.behaviour().mute {
            self.calls.living_mut().for_each(|call| call.send_report(at, &mut self.cx));
        }
    }

    pub fn next_wake(&self) -> Option<Instant> {
        [self.signalling_due, self.calls.next_media_wake()].into_iter().flatten().min()
    }

    /// Works out when signalling is due next. Called after whatever may have changed it.
    pub(super) fn settle(&mut self) {
        self.signalling_due = Holder::ALL.into_iter().filter_map(|holder| self.due(holder)).min();
    }

    fn due(&self, holder: Holder) -> Option<Instant> {
        match holder {
            Holder::Registrar => self.registrar.next_wake(),
            Holder::SelfCheck => self.self_check.next_wake(),
            Holder::Transactions => self.cx.transactions_due(),
            Holder::Reinvites => self.cx.invites_due(),
            Holder::Calls => self.calls.next_wake(),
            Holder::Stranger => self.stranger.as_ref().and_then(Stranger::next_wake),
            Holder::BlackHole => self.black_hole.next_wake(),
            Holder::Question => self.asking.as_ref().and_then(Asking::next_wake),
        }
    }

    fn wake_holder(&mut self, at: Instant, holder: Holder) {
        let cx = &mut self.cx;
        match holder {
            Holder::Registrar => {
                let lapsed = self.registrar.wake(at);
                tell_changes(at, (Server::Primary, None), lapsed, &self.irregularities, cx);
            }
            Holder::SelfCheck => self.self_check.wake(at),
            Holder::Transactions => {
                for (id, purpose) in cx.wake_transactions(at) {
                    self.calls.with_known(id, |call| call.unanswered(at, purpose, cx));
                }
            }
            Holder::Reinvites => {
                for id in cx.wake_invites(at) {
                    self.calls.with_known(id, |call| call.change_unanswered(at, cx));
                }
            }
            Holder::Calls => self.calls.with_each(|call| call.wake(at, cx)),
            Holder::Stranger => self.stranger.iter_mut().for_each(|stranger| stranger.wake(at, &self.calls, cx)),
            Holder::BlackHole => self.black_hole.wake(at, cx),
            Holder::Question => self.asking.iter_mut().for_each(|asking| asking.wake(at, cx)),
        }
    }
}
