//! What is wired to what on the twin's rig: relay 1 is the finger on the button, relay 2 sits in the mains, relay 3 in the fibre; inputs 1 to 3
//! look at the lamps, inputs 4 to 6 sense the three circuits.
//!
//! Mains and fibre go through normally-closed contacts: with a dead relay board the post is powered and connected. Knows nothing of protocols.

use crate::twin::bench::relays::Movement;
use crate::twin::kernel::world::{BUTTON, Event, World};
use crate::twin::truth::Lamp;

/// From a lamp's current to its phototransistor's switching, in nanoseconds.
const PHOTOTRANSISTOR: u64 = 300_000;
/// Who closes a contact or interrupts a fibre: the bench's relay, or a person.
const RELAY: usize = 0;
pub(in crate::twin) const HAND: usize = 1;
/// The first of the inputs that sense the relays' circuits (0 is input 1).
const SENSE: usize = 3;

/// How the circuits that the relays switch stand now.
#[derive(Debug, Clone, Copy)]
pub(in crate::twin) struct Contacts {
    pub mains: bool,
    /// The mains in the street, before the bench's relay.
    pub street: bool,
    /// The button's contact is closed by the bench's relay, by a finger.
    pub pressed: [bool; 2],
    /// The fibre is led through by the bench's relay, plugged in by hand.
    pub fibre: [bool; 2],
    pub lamps: [bool; 3],
}

impl Default for Contacts {
    /// Mains and fibre there, button not pressed.
    fn default() -> Self {
        Contacts { mains: true, street: true, pressed: [false; 2], fibre: [true; 2], lamps: [false; 3] }
    }
}

impl World {
    /// Gives the first moment its state: mains on, fibre connected, sense inputs knowing it.
    pub(in crate::twin) fn begin(&mut self) {
        self.reporter.preset(SENSE + 1, true);
        self.reporter.preset(SENSE + 2, true);
        let now = self.instant();
        self.voice.set_link(now, self.line.link());
        self.feed_mains();
    }

    /// A relay's contact has moved.
    pub(in crate::twin) fn contact_moved(&mut self, movement: Movement) {
        let normally_open = movement.closed;
        match movement.relay {
            0 => {
                self.card.set_gate(self.now(), normally_open);
                self.button(RELAY, normally_open);
                self.input_changed(SENSE, normally_open);
            }
            1 => {
                self.contacts.mains = !normally_open;
                self.feed_mains();
                self.input_changed(SENSE + 1, !normally_open);
            }
            2 => {
                self.light(RELAY, !normally_open);
                self.input_changed(SENSE + 2, !normally_open);
            }
            // Relay 4 is spare.
            _ => {}
        }
    }

    /// The button is closed or let go by one of those that can: pressed is pressed, whoever does it.
    pub(in crate::twin) fn button(&mut self, by: usize, closed: bool) {
        if let Some(pressed) = self.contacts.pressed.get_mut(by) {
            *pressed = closed;
        }
        let closed = self.contacts.pressed.contains(&true);
        self.mcu.drive(BUTTON, closed.then_some(false));
        self.truth.button.push((self.now(), closed));
    }

    /// The fibre is interrupted or closed at one of two places in a row.
    pub(in crate::twin) fn light(&mut self, at: usize, passes: bool) {
        if let Some(place) = self.contacts.fibre.get_mut(at) {
            *place = passes;
        }
        let light = !self.contacts.fibre.contains(&false);
        let settles = self.line.set_light(self.now(), light);
        self.plan_settling(settles);
        self.truth.fibre.push((self.now(), light));
    }

    /// The street's mains come or go.
    pub(in crate::twin) fn mains(&mut self, on: bool) {
        self.contacts.street = on;
        self.feed_mains();
    }

    fn feed_mains(&mut self) {
        let on = self.contacts.mains && self.contacts.street;
        self.truth.mains.push((self.now(), on));
        let settles = self.supply.set_mains(self.now(), on);
        self.plan_settling(settles);
    }

    fn plan_settling(&mut self, at: Option<u64>) {
        if let Some(at) = at {
            self.queue.plan(at, Event::Settle);
        }
    }

    /// Supply and link change if they are due to.
    pub(in crate::twin) fn settle(&mut self) {
        if let Some(on) = self.supply.settle(self.now()) {
            self.power(on);
        }
        if let Some(up) = self.line.settle(self.now()) {
            self.truth.link.push((self.now(), up));
            let now = self.instant();
            self.voice.set_link(now, up);
            self.voice_acted();
        }
    }

    /// The supply's output: microcontroller, voice module and media converter.
    fn power(&mut self, on: bool) {
        self.truth.power.push((self.now(), on));
        self.mcu.set_power(on);
        let now = self.instant();
        self.voice.set_power(now, on);
        self.voice_acted();
        if !on {
            for lamp in 0..self.contacts.lamps.len() {
                self.lamp(lamp, false);
            }
        }
        let settles = self.line.set_power(self.now(), on);
        self.plan_settling(settles);
    }

    /// A lamp's pin has this level.
    pub(in crate::twin) fn lamp(&mut self, lamp: usize, lit: bool) {
        let Some(state) = self.contacts.lamps.get_mut(lamp) else { return };
        if std::mem::replace(state, lit) == lit {
            return;
        }
        let which = [Lamp::CallPlaced, Lamp::Connected, Lamp::OutOfService].into_iter().nth(lamp);
        self.truth.lamps.extend(which.map(|which| (self.now(), which, lit)));
        self.queue.plan(self.now() + PHOTOTRANSISTOR, Event::Light(lamp, lit));
    }

    pub(in crate::twin) fn input_changed(&mut self, input: usize, on: bool) {
        if let Some(looks) = self.reporter.set(self.now(), input, on) {
            self.queue.plan(looks, Event::Scan);
        }
    }
}
