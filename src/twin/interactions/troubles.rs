//! What the bench's mishaps and troubles bring about of themselves, each at its time.

use crate::twin::bench::mishap::{Mishap, TWITCHES};
use crate::twin::bench::sensors::LAMPS;
use crate::twin::bench::trouble::{
    DIP, DIPS_EVERY, Deferred, FROM, INTRUDES_EVERY, RESTARTS_EVERY, SEARCHES_EVERY, TRIED, Trouble,
};
use crate::twin::kernel::world::{Event, World};
use crate::twin::street::hand::ManualAction;

impl World {
    pub(in crate::twin) fn plan_mishaps(&mut self) {
        if self.boards.faults().mishap == Some(Mishap::ResetLineTwitches) {
            let (every, times, length) = TWITCHES;
            for at in (0..times).map(|n| FROM + n * every) {
                self.queue.plan(at, Event::ResetLine(false));
                self.queue.plan(at + length, Event::ResetLine(true));
            }
        }
    }
}

impl World {
    fn defer(&mut self, by: u64, what: Deferred) {
        self.queue.plan(self.now() + by, Event::Deferred(what));
    }
    pub(in crate::twin) fn plan_troubles(&mut self) {
        match self.boards.faults().trouble {
            Some(Trouble::RelayBoardRestarts) => self.defer(FROM, Deferred::BoardRestarts),
            Some(Trouble::NetworkShared) => self.defer(FROM, Deferred::Searched(0)),
            Some(Trouble::SecondPost) => self.defer(FROM, Deferred::Intrudes(0)),
            Some(Trouble::MainsDip) => self.defer(FROM, Deferred::Dip),
            Some(Trouble::PressedByHand) => {
                let (first, every, times, length) = TRIED;
                for at in (0..times).map(|n| first + n * every) {
                    self.queue.plan(at, Event::ManualAction(ManualAction::Button(true)));
                    self.queue.plan(at + length, Event::ManualAction(ManualAction::Button(false)));
                }
            }
            _ => {}
        }
    }
    pub(in crate::twin) fn deferred(&mut self, what: Deferred) {
        let now = self.now();
        match what {
            Deferred::Lead(circuit, end) => self.lead_looked_at(circuit, end),
            Deferred::Sensors => {
                let seen = self.sensors.act(now, self.contacts.lamps);
                self.seen(&seen);
            }
            Deferred::Looks => (0..LAMPS).for_each(|lamp| self.lamp_seen(lamp, self.contacts.lamps[lamp])),
            Deferred::BoardRestarts => {
                self.release_relays(now);
                self.defer(RESTARTS_EVERY, Deferred::BoardRestarts);
            }
            Deferred::Intrudes(turn) => {
                self.intrude(turn);
                self.defer(INTRUDES_EVERY, Deferred::Intrudes(turn + 1));
            }
            Deferred::InputsRestart(is_beginning) => self.inputs_restart(is_beginning),
            Deferred::Dip => {
                self.mains(false);
                self.queue.plan(now + DIP, Event::Mains(true));
                self.defer(DIPS_EVERY, Deferred::Dip);
            }
            Deferred::Searched(turn) => {
                self.search_network(turn);
                self.defer(SEARCHES_EVERY, Deferred::Searched(turn + 1));
            }
        }
    }
    /// As if each relay had been told to fall back.
    fn release_relays(&mut self, now: u64) {
        for number in 0..self.boards.count() {
            for movement in self.boards.fall_back(number, now) {
                self.queue.plan(movement.at, Event::Contact(number, movement));
            }
        }
    }
}
