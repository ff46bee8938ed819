//! What the desk tells of what happened, in order, each with its moment and how far that is to be trusted.

use crate::clock::{Instant, Stamped};
use crate::instrument::operator::CallEvent;
use std::time::Duration;

#[derive(Debug, Default)]
pub(super) struct Events {
    told: Vec<Stamped<CallEvent>>,
    /// How far to trust the moment at hand (k = 2).
    within: Duration,
    /// From this event on, what goes with our own deeds may not have left yet.
    unsettled: usize,
}

impl Events {
    /// What is told from now on happened at moments that are trusted so far.
    pub fn trust(&mut self, within: Duration) {
        self.within = within;
    }
    pub fn tell(&mut self, at: Instant, event: CallEvent) {
        self.told.push(Stamped { at, within: self.within, value: event });
    }
    /// Everything sent so far has left by now: no deed of ours was later than that.
    pub fn have_left(&mut self, by: Instant) {
        for event in self.told.iter_mut().skip(self.unsettled).filter(|event| event.value.is_own_deed()) {
            event.within = event.within.max(by.since(event.at));
        }
        self.unsettled = self.told.len();
    }
    pub fn take(&mut self) -> Vec<Stamped<CallEvent>> {
        self.unsettled = 0;
        std::mem::take(&mut self.told)
    }
}
