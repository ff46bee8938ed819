//! What the post's own converter, supply and lamp drivers do to it where something is wrong with them.

use crate::twin::kernel::world::{Event, World};
use crate::twin::post::hardware::{
    BLINKS, CONNECTED, CONVERTER_AWAY, CONVERTER_STAYS, COOLS, DRAINS, EMPTIES, HEATS, Happening, HardwareFault, LIVES, LOUD,
    OUT_OF_SERVICE, PLACED, SHINES, STARVES,
};

impl World {
    pub(in crate::twin) fn plan_hardware(&mut self) {
        if let Some((stays, _)) = self.converter_leaves() {
            self.queue.plan(stays, Event::Hardware(Happening::ConverterLeaves));
        }
    }
    /// How long the converter stays, and how long it is away.
    fn converter_leaves(&self) -> Option<(u64, u64)> {
        match self.hardware.fault? {
            HardwareFault::ConverterRestarts => Some((CONVERTER_STAYS, CONVERTER_AWAY)),
            HardwareFault::ConverterBlinks => Some(BLINKS),
            _ => None,
        }
    }
    /// A lamp that is dead stays dark, whatever its pin says.
    pub(in crate::twin) fn shines(&self, lamp: usize) -> bool {
        match self.hardware.fault {
            Some(HardwareFault::ConnectedDies) => lamp != CONNECTED || self.now() < LIVES,
            Some(HardwareFault::OutOfServiceDies) => lamp != OUT_OF_SERVICE || self.now() < SHINES,
            Some(HardwareFault::LampsOnMains) => self.supply.condition().has_mains,
            _ => lamp != CONNECTED || !self.hardware.starves,
        }
    }
    /// The mains have come or gone.
    pub(in crate::twin) fn feed_lamps(&mut self) {
        if self.hardware.fault == Some(HardwareFault::LampsOnMains) {
            let pins = self.hardware.pins;
            pins.into_iter().enumerate().for_each(|(lamp, lit)| self.shine(lamp, lit));
        }
    }
    pub(in crate::twin) fn hardware_acts(&mut self, what: Happening) {
        let (stays, away) = self.converter_leaves().unwrap_or((CONVERTER_STAYS, CONVERTER_AWAY));
        match what {
            Happening::ConverterLeaves => {
                self.power_converter(false);
                self.queue.plan(self.now() + away, Event::Hardware(Happening::ConverterReturns));
            }
            Happening::ConverterReturns => {
                self.power_converter(self.supply.output());
                self.queue.plan(self.now() + stays, Event::Hardware(Happening::ConverterLeaves));
            }
            Happening::TooHot(light) if light == self.hardware.lights && self.hardware.lit => {
                self.shine(PLACED, false);
                self.queue.plan(self.now() + COOLS, Event::Hardware(Happening::Cool(light)));
            }
            Happening::Cool(light) if light == self.hardware.lights && self.hardware.lit => {
                self.shine(PLACED, true);
                self.queue.plan(self.now() + HEATS, Event::Hardware(Happening::TooHot(light)));
            }
            Happening::Fed => {
                self.hardware.starves = false;
                self.shine(CONNECTED, self.hardware.connected);
            }
            Happening::TooHot(_) | Happening::Cool(_) => {}
        }
    }
    /// A lamp's pin has this level; its driver gets warm.
    pub(in crate::twin) fn lamp_driven(&mut self, lamp: usize, lit: bool) {
        if lamp == CONNECTED {
            self.hardware.connected = lit;
        }
        if let Some(pin) = self.hardware.pins.get_mut(lamp) {
            *pin = lit;
        }
        if lamp != PLACED || self.hardware.fault != Some(HardwareFault::PlacedOverheats) || self.hardware.lit == lit {
            return;
        }
        self.hardware.lit = lit;
        self.hardware.lights += 1;
        if lit {
            self.queue.plan(self.now() + HEATS, Event::Hardware(Happening::TooHot(self.hardware.lights)));
        }
    }
    /// The module's loudspeaker has been given frames of this effective value at most.
    pub(in crate::twin) fn amplifier_drew(&mut self, level: f32) {
        if self.hardware.fault == Some(HardwareFault::TalkDrains) && level > 0.0 {
            let falls = self.supply.drain(self.now(), DRAINS);
            self.supply_changed(falls);
        }
        let is_weak = matches!(self.hardware.fault, Some(HardwareFault::BrownsOut | HardwareFault::LampStarves));
        if !is_weak || level == 0.0 {
            return;
        }
        self.hardware.loud = if level > LOUD { self.hardware.loud + 1 } else { 0 };
        if self.hardware.loud >= EMPTIES {
            self.hardware.loud = 0;
            if self.hardware.fault == Some(HardwareFault::LampStarves) {
                return self.starve();
            }
            self.mcu.set_power(false);
            self.mcu.set_power(self.supply.output());
            self.darken();
        }
    }
    fn starve(&mut self) {
        if !std::mem::replace(&mut self.hardware.starves, true) {
            self.shine(CONNECTED, false);
            self.queue.plan(self.now() + STARVES, Event::Hardware(Happening::Fed));
        }
    }
}
