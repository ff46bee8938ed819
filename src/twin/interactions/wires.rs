//! What follows where a contact, the light or the mains come or go: relay, lead, circuit, post, lamp, sensor, input.

use crate::twin::bench::boards::Board;
use crate::twin::bench::circuit::{Circuit, LeadEnd};
use crate::twin::bench::leads::AtFarEnd;
use crate::twin::bench::relays::Movement;
use crate::twin::bench::sensors::Seen;
use crate::twin::bench::trouble::Deferred;
use crate::twin::bench::wiring::{RELAY, Terminal, Wired};
use crate::twin::kernel::world::{BUTTON, Event, World};
use crate::twin::truth::Lamp;

/// From a lamp's current to its phototransistor's switching, in nanoseconds.
const PHOTOTRANSISTOR: u64 = 300_000;
/// How often, how many times and for how long a restless relay moves, in nanoseconds.
const RESTLESS: (u64, u64, u64) = (7_000_000_000, 100, 300_000_000);

impl World {
    /// Gives the first moment its state: every relay at rest, sense inputs knowing it.
    pub(in crate::twin) fn begin(&mut self) {
        for lead in self.wires.leads.clone() {
            let closed = !lead.normally_open;
            if let Some(sense) = lead.sense {
                self.boards.preset(sense, closed);
            }
            let closed = self.leads.lead(lead.circuit, LeadEnd::Post).stands(closed);
            match lead.circuit {
                Circuit::Mains => self.contacts.mains = closed,
                Circuit::Battery => self.contacts.battery = closed,
                Circuit::Loudspeaker => self.contacts.loudspeaker = closed,
                Circuit::Microphone => self.contacts.microphone = closed,
                Circuit::Button if closed => self.button(RELAY, true),
                Circuit::Fibre if !closed => self.light(RELAY, false),
                Circuit::Button | Circuit::Fibre => {}
            }
        }
        if let Some(voltage) = self.wires.mains_at_post {
            self.boards.preset(voltage, self.contacts.mains);
        }
        if let Some((board, relay)) = self.boards.restless() {
            let (every, times, length) = RESTLESS;
            for at in (1..=times).map(|n| n * every) {
                self.queue.plan(at, Event::Contact(board, Movement { at, relay, closed: true }));
                self.queue.plan(at + length, Event::Contact(board, Movement { at: at + length, relay, closed: false }));
            }
        }
        self.plan_mishaps();
        self.plan_nuisances();
        self.plan_disturbances();
        for at in self.sensors.looks() {
            self.queue.plan(at, Event::Deferred(Deferred::Looks));
        }
        if let Some(at) = self.sensors.acts_first() {
            self.queue.plan(at, Event::Deferred(Deferred::Sensors));
        }
        self.plan_troubles();
        self.plan_hardware();
        let now = self.instant();
        self.voice.set_link(now, self.line.link());
        self.feed_mains();
        self.feed_battery();
    }

    /// A relay's contact has moved, and with it every circuit that goes through it.
    pub(in crate::twin) fn contact_moved(&mut self, board: usize, movement: Movement) {
        self.burden_supply(movement);
        let relay = Terminal { board, channel: movement.relay };
        let moved: Vec<Wired> = self.wires.leads.iter().filter(|lead| lead.relay == relay).copied().collect();
        for lead in moved {
            let closed = movement.closed == lead.normally_open;
            if lead.circuit == Circuit::Button {
                // The relay's other pole lies in the tone's way.
                self.card.set_gate(self.now(), closed);
            }
            for end in [LeadEnd::Post, LeadEnd::Sense] {
                let now = self.now();
                let far = self.leads.lead(lead.circuit, end).moved(now, closed);
                self.far_end(lead, end, far);
            }
        }
    }

    pub(in crate::twin) fn lead_looked_at(&mut self, circuit: Circuit, end: LeadEnd) {
        let now = self.now();
        let far = self.leads.lead(circuit, end).look(now);
        if let Some(lead) = self.wires.leads.iter().find(|lead| lead.circuit == circuit).copied() {
            self.far_end(lead, end, far);
        }
    }

    fn far_end(&mut self, lead: Wired, end: LeadEnd, far: AtFarEnd) {
        if let Some(at) = far.looks {
            self.queue.plan(at, Event::Deferred(Deferred::Lead(lead.circuit, end)));
        }
        match (far.closed, end, lead.circuit) {
            (None, ..) => {}
            (Some(closed), LeadEnd::Sense, _) => lead.sense.into_iter().for_each(|sense| self.input_changed(sense, closed)),
            (Some(closed), LeadEnd::Post, Circuit::Button) => self.button(RELAY, closed),
            (Some(closed), LeadEnd::Post, Circuit::Fibre) => self.light(RELAY, closed),
            (Some(closed), LeadEnd::Post, Circuit::Mains) => {
                self.contacts.mains = closed;
                self.feed_mains();
            }
            (Some(closed), LeadEnd::Post, Circuit::Loudspeaker) => self.contacts.loudspeaker = closed,
            (Some(closed), LeadEnd::Post, Circuit::Microphone) => self.contacts.microphone = closed,
            (Some(closed), LeadEnd::Post, Circuit::Battery) => {
                self.contacts.battery = closed;
                self.feed_battery();
            }
        }
    }

    /// The button is closed or let go by one of those that can: pressed is pressed, whoever does it.
    pub(in crate::twin) fn button(&mut self, by: usize, closed: bool) {
        if let Some(pressed) = self.contacts.pressed.get_mut(by) {
            *pressed = closed;
        }
        let closed = self.contacts.pressed.contains(&true);
        self.mcu.drive(BUTTON, closed.then_some(false));
        if let Some(terminals) = self.wires.button_at_post {
            self.input_changed(terminals, closed);
        }
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
        if let Some(voltage) = self.wires.mains_at_post {
            self.input_changed(voltage, on);
        }
        let settles = self.supply.set_mains(self.now(), on);
        self.supply_changed(settles);
    }

    fn feed_battery(&mut self) {
        let settles = self.supply.set_battery(self.now(), self.contacts.battery);
        self.supply_changed(settles);
    }

    /// What follows is looked at in time, and the supply's signal contacts, on the module's terminals, say how it is.
    pub(in crate::twin) fn supply_changed(&mut self, settles: Option<u64>) {
        self.plan_settling(settles);
        let looks = self.supply.next_look(self.now());
        self.plan_settling(looks);
        let (now, condition) = (self.instant(), self.supply.condition());
        self.voice.set_supply(now, condition);
        self.feed_lamps();
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
        self.supply_changed(None);
        if let Some(up) = self.line.settle(self.now()) {
            self.truth.link.push((self.now(), up));
            let at = self.now();
            self.network.link_changed(at);
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
            self.darken();
        }
        self.power_converter(on);
    }
    pub(in crate::twin) fn darken(&mut self) {
        for lamp in 0..self.contacts.lamps.len() {
            self.lamp(lamp, false);
        }
    }
    pub(in crate::twin) fn power_converter(&mut self, on: bool) {
        let settles = self.line.set_power(self.now(), on);
        self.plan_settling(settles);
    }

    /// A lamp's pin has this level.
    pub(in crate::twin) fn lamp(&mut self, lamp: usize, lit: bool) {
        self.lamp_driven(lamp, lit);
        self.shine(lamp, lit);
    }
    pub(in crate::twin) fn shine(&mut self, lamp: usize, lit: bool) {
        let lit = lit && self.shines(lamp);
        let Some(state) = self.contacts.lamps.get_mut(lamp) else { return };
        if std::mem::replace(state, lit) == lit {
            return;
        }
        let which = [Lamp::CallPlaced, Lamp::Connected, Lamp::OutOfService].into_iter().nth(lamp);
        let now = self.now();
        which.into_iter().for_each(|which| self.truth.lamps.push((now, which, lit)));
        self.queue.plan(now + PHOTOTRANSISTOR + self.sensors.dullness(lamp), Event::Light(lamp, lit));
    }

    /// A phototransistor has followed its lamp.
    pub(in crate::twin) fn lamp_seen(&mut self, lamp: usize, lit: bool) {
        let now = self.now();
        let seen = self.sensors.sees(now, self.contacts.lamps, lamp, lit);
        self.seen(&seen);
    }

    pub(in crate::twin) fn seen(&mut self, seen: &Seen) {
        if let Some(at) = seen.acts {
            self.queue.plan(at, Event::Deferred(Deferred::Sensors));
        }
        for &(lamp, lit) in &seen.told {
            if let Some(input) = self.wires.lamps.get(lamp).copied().flatten() {
                self.input_changed(input, lit);
            }
        }
    }

    fn input_changed(&mut self, input: Terminal, on: bool) {
        let now = self.now();
        if let Some(Board::Inputs(board)) = self.boards.board(input.board)
            && let Some(looks) = board.set(now, input.channel, on)
        {
            self.queue.plan(looks, Event::Scan(input.board));
        }
    }
}
