//! The independent watchdog (RM0091, section 24), on the 40 kHz LSI. Once started only a reset stops it.

use super::super::Cycle;

/// Core cycles (8 MHz) in a period of the LSI (40 kHz).
const CYCLES_A_TICK: Cycle = 200;
const RELOAD: u32 = 0xaaaa;
const UNLOCK: u32 = 0x5555;
const START: u32 = 0xcccc;
const NO_WINDOW: u32 = 0xfff;

pub struct Iwdg {
    unlocked: bool,
    prescaler: u32,
    reload: u32,
    window: u32,
    bites: Cycle,
}

impl Default for Iwdg {
    fn default() -> Self {
        Iwdg { unlocked: false, prescaler: 0, reload: 0xfff, window: NO_WINDOW, bites: Cycle::MAX }
    }
}

impl Iwdg {
    /// When it resets the chip; never while it does not run.
    pub fn due(&self) -> Cycle {
        self.bites
    }

    /// A debugger that halts the core can stop it for that time (DBGMCU_APB1_FZ).
    pub fn postpone(&mut self, by: Cycle) {
        if self.bites != Cycle::MAX {
            self.bites += by;
        }
    }

    pub fn read(&self, offset: u32) -> Option<u32> {
        match offset {
            0x00 => Some(0),
            0x04 => Some(self.prescaler),
            0x08 => Some(self.reload),
            // New values are taken over at once.
            0x0c => Some(0),
            0x10 => Some(self.window),
            _ => None,
        }
    }

    pub fn write(&mut self, offset: u32, value: u32, now: Cycle) -> Option<()> {
        match offset {
            0x00 => self.take_key(value & 0xffff, now),
            0x04 if self.unlocked => self.prescaler = value & 7,
            0x08 if self.unlocked => self.reload = value & 0xfff,
            0x10 if self.unlocked => {
                self.window = value & 0xfff;
                // Writing the window also reloads the counter.
                self.feed(now);
                if self.window != NO_WINDOW {
                    return None;
                }
            }
            0x04 | 0x08 | 0x0c | 0x10 => {}
            _ => return None,
        }
        Some(())
    }

    fn take_key(&mut self, key: u32, now: Cycle) {
        self.unlocked = key == UNLOCK;
        match key {
            START => self.bites = now + self.period(),
            RELOAD => self.feed(now),
            _ => {}
        }
    }

    fn feed(&mut self, now: Cycle) {
        if self.bites != Cycle::MAX {
            self.bites = now + self.period();
        }
    }

    fn period(&self) -> Cycle {
        let divider = 4 << self.prescaler.min(6);
        Cycle::from(self.reload + 1) * divider * CYCLES_A_TICK
    }
}
