//! What may be wrong with the post's own converter, supply and lamp drivers, beside its microcontroller and its module.
//!
//! Knows when and how much; who is hindered asks. Nothing in a healthy post.

use crate::twin::kernel::world::{Event, World};

/// One at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HardwareFault {
    /// The converter is too hot: every 75 s it starts anew and is away for 2.5 s.
    ConverterRestarts,
    /// A loud word from the loudspeaker draws the microcontroller's supply below what it needs.
    BrownsOut,
    /// The converter leaves the line for 0.3 s of every 20.
    ConverterBlinks,
    /// The lamp "connected" is dead after a minute.
    ConnectedDies,
    /// The driver of the lamp "call placed" protects itself: after ten seconds of light six of darkness.
    PlacedOverheats,
}

/// What happens of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::twin) enum Happening {
    ConverterLeaves,
    ConverterReturns,
    /// The lamp's driver is too hot, or cool again; the count tells whether it is still the same light.
    TooHot(u64),
    Cool(u64),
}

/// What it remembers.
#[derive(Debug, Default)]
pub(in crate::twin) struct Hardware {
    fault: Option<HardwareFault>,
    /// The pin of the lamp "call placed", and how often it changed.
    lit: bool,
    lights: u64,
    /// Loud frames in a row.
    loud: u32,
}

impl Hardware {
    pub(in crate::twin) fn with(fault: Option<HardwareFault>) -> Self {
        Hardware { fault, ..Hardware::default() }
    }
}

const SECOND: u64 = 1_000_000_000;
const CONVERTER_STAYS: u64 = 75 * SECOND;
const CONVERTER_AWAY: u64 = 5 * SECOND / 2;
/// The same of one that blinks.
const BLINKS: (u64, u64) = (20 * SECOND, 3 * SECOND / 10);
/// A lamp lives so long, from the beginning of everything.
const LIVES: u64 = 60 * SECOND;
const CONNECTED: usize = 1;
const HEATS: u64 = 10 * SECOND;
const COOLS: u64 = 6 * SECOND;
/// The lamp "call placed".
const PLACED: usize = 0;
/// A frame whose effective value is beyond −23 dBFS is loud, and three of them (60 ms) empty the capacitor.
const LOUD: f32 = 0.07;
const EMPTIES: u32 = 3;

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
        self.hardware.fault != Some(HardwareFault::ConnectedDies) || lamp != CONNECTED || self.now() < LIVES
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
            Happening::TooHot(_) | Happening::Cool(_) => {}
        }
    }
    /// A lamp's pin has this level; its driver gets warm.
    pub(in crate::twin) fn lamp_driven(&mut self, lamp: usize, lit: bool) {
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
        if self.hardware.fault != Some(HardwareFault::BrownsOut) || level == 0.0 {
            return;
        }
        self.hardware.loud = if level > LOUD { self.hardware.loud + 1 } else { 0 };
        if self.hardware.loud >= EMPTIES {
            self.hardware.loud = 0;
            self.mcu.set_power(false);
            self.mcu.set_power(self.supply.output());
            self.darken();
        }
    }
}
