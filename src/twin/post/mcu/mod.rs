//! The post's microcontroller, emulated: an STM32F072CB that executes the very firmware image that was flashed onto it.
//!
//! Time is its own cycle count, advanced by [`Mcu::run_until`] only. It knows nothing of posts, voice modules or
//! benches: what is connected to its pins, its serial ports and its debug port is somebody else's business. Not
//! modelled: clocks other than the 8 MHz HSI, the stop and standby modes, DMA, timers, flash wait states, a core
//! fetching from flash while that is being written.

#[cfg(test)]
pub(in crate::twin) mod assembler;
pub mod cpu;
mod dap;
mod debug;
#[cfg(test)]
mod exception_tests;
#[cfg(test)]
mod peripheral_tests;
mod soc;

pub use dap::Nak;
pub use soc::{FLASH_BYTES, Faults, Pin, Port, ResetCause, Uart};

use cpu::{Cpu, Outcome};
use dap::Dap;
use debug::Debug;
use soc::Soc;
use std::collections::BTreeSet;

/// Core clock cycles since the simulation began.
type Cycle = u64;
/// 8 MHz.
const NANOS_A_CYCLE: u64 = 125;

/// Something the world outside can see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emission {
    /// A byte has left: its stop bit is over.
    Byte { uart: Uart, byte: u8 },
    /// The level of a pin changed by the chip's own doing.
    Level { pin: Pin, high: bool },
    /// The chip starts anew.
    Reset { cause: ResetCause },
}

pub struct Mcu {
    cpu: Cpu,
    soc: Soc,
    debug: Debug,
    dap: Dap,
    powered: bool,
    /// The NRST pin, low while held in reset.
    nrst: bool,
}

impl Default for Mcu {
    fn default() -> Self {
        Self::new()
    }
}

impl Mcu {
    /// With blank flash, not powered.
    pub fn new() -> Self {
        Mcu { cpu: Cpu::new(), soc: Soc::new(), debug: Debug::default(), dap: Dap::default(), powered: false, nrst: true }
    }

    /// Simulation time in nanoseconds. It may be up to one instruction ahead of what was asked for.
    pub fn now(&self) -> u64 {
        self.soc.now * NANOS_A_CYCLE
    }

    /// Runs to `until` nanoseconds, or stops early at the first thing the world outside can see and says when it
    /// happened.
    ///
    /// A core asleep costs the same however long the sleep is.
    pub fn run_until(&mut self, until: u64) -> Option<(u64, Emission)> {
        let end = until / NANOS_A_CYCLE;
        loop {
            if let Some((at, emission)) = self.soc.emissions.pop_front() {
                return Some((at * NANOS_A_CYCLE, emission));
            }
            self.settle(end.min(self.soc.now));
            if self.soc.emissions.is_empty() {
                if self.soc.now >= end {
                    return None;
                }
                self.advance(end);
            }
        }
    }

    /// Lets the next stretch of time pass, in which nothing but the core can act.
    fn advance(&mut self, end: Cycle) {
        let stop = end.min(self.soc.next_event());
        if !self.powered || !self.nrst {
            self.soc.now = end;
        } else if self.debug.is_halted() {
            if self.soc.dbgmcu.stops_watchdog() {
                self.soc.iwdg.postpone(stop.saturating_sub(self.soc.now));
            }
            self.soc.now = stop.max(self.soc.now);
        } else if self.cpu.is_locked_up() || self.cpu.is_asleep() {
            self.soc.now = stop.min(self.cpu.next_tick()).max(self.soc.now);
        } else {
            self.execute(stop);
        }
    }

    fn execute(&mut self, stop: Cycle) {
        self.soc.attention = false;
        while self.soc.now < stop && self.soc.now < self.cpu.next_tick() && !self.soc.attention {
            if self.debug.has_breakpoint_at(self.cpu.pc()) {
                self.halt(debug::Halt::Breakpoint);
                return;
            }
            let (cycles, outcome) = self.cpu.step(&mut self.soc);
            self.soc.now += Cycle::from(cycles);
            if (outcome != Outcome::Ran || self.debug.is_stepping()) && !self.carry_on(outcome) {
                return;
            }
            if self.cpu.is_asleep() {
                return;
            }
        }
    }

    /// Deals with the rare ends of a step. False where the core does not simply go on.
    fn carry_on(&mut self, outcome: Outcome) -> bool {
        match outcome {
            Outcome::Breakpoint if self.debug.is_enabled() => self.halt(debug::Halt::Breakpoint),
            Outcome::Breakpoint => _ = self.cpu.hard_fault(self.cpu.pc(), &mut self.soc),
            Outcome::Faulted | Outcome::LockedUp if self.debug.catches_faults() => self.halt(debug::Halt::Catch),
            Outcome::ResetRequested => self.reset(ResetCause::Software),
            _ if self.debug.is_stepping() => self.halt(debug::Halt::Request),
            Outcome::Ran | Outcome::Faulted => return true,
            Outcome::LockedUp => {}
        }
        false
    }

    /// Everything that is due by `until` happens: bytes leave, flash operations end, SysTick reaches zero, the watchdog
    /// bites.
    fn settle(&mut self, until: Cycle) {
        if !self.powered || !self.nrst {
            return;
        }
        if self.soc.next_event() <= until && self.soc.settle(until) {
            self.reset(ResetCause::Watchdog);
        }
        if self.cpu.next_tick() <= until {
            self.cpu.tick(until);
        }
        if self.soc.attention {
            self.cpu.set_lines(self.soc.lines());
            if self.soc.take_event() {
                self.cpu.signal_event();
            }
        }
    }

    fn reset(&mut self, cause: ResetCause) {
        self.soc.reset(cause);
        self.cpu.reset(&mut self.soc);
        self.soc.emissions.push_back((self.soc.now, Emission::Reset { cause }));
        if self.debug.note_reset() {
            self.halt(debug::Halt::Catch);
        }
    }

    /// Entering Debug state ends a sleep: a core that a debugger steps or lets go again goes on behind its WFI (DDI
    /// 0419, B1.5.17 and C1.4).
    fn halt(&mut self, why: debug::Halt) {
        self.debug.halt(why);
        self.cpu.wake();
        self.cpu.freeze_systick(true, self.soc.now);
    }

    /// Switches the supply. Off, the RAM forgets, all pins float and an unfinished flash operation stays unfinished.
    pub fn set_power(&mut self, on: bool) {
        if on == self.powered {
            return;
        }
        self.powered = on;
        if on {
            self.reset(ResetCause::Power);
        } else {
            self.soc.lose_power();
            self.debug = Debug::default();
            self.dap.lose_power();
        }
    }

    pub fn powered(&self) -> bool {
        self.powered
    }

    /// The NRST pin; the chip starts at its rising edge.
    pub fn set_nrst(&mut self, high: bool) {
        if high == std::mem::replace(&mut self.nrst, high) || !self.powered {
            return;
        }
        if high {
            self.reset(ResetCause::Pin);
        } else {
            // Held in reset: outputs let go at once.
            self.soc.reset(ResetCause::Pin);
        }
    }

    pub fn nrst(&self) -> bool {
        self.nrst
    }

    /// The world outside drives a pin, or with `None` lets go of it.
    pub fn drive(&mut self, pin: Pin, level: Option<bool>) {
        self.soc.drive(pin, level);
    }

    pub fn level(&self, pin: Pin) -> bool {
        self.soc.level(pin)
    }

    /// A byte has just arrived: its stop bit is over. If the one before it has not been read, this one is lost, as on
    /// the real part.
    pub fn receive(&mut self, uart: Uart, byte: u8) {
        if self.powered && self.nrst {
            self.soc.receive(uart, byte);
        }
    }

    /// The whole flash memory, from address 0x0800_0000.
    pub fn flash(&self) -> &[u8] {
        self.soc.flash.cells()
    }

    /// To plant settings and defects, as if the part had come that way.
    pub fn flash_mut(&mut self) -> &mut [u8] {
        self.soc.flash.cells_mut()
    }

    pub fn faults(&mut self) -> &mut Faults {
        &mut self.soc.flash.faults
    }

    /// Addresses of registers the software used although they are not modelled, or had no clock.
    pub fn unmodelled(&self) -> &BTreeSet<u32> {
        &self.soc.unmodelled
    }

    /// Whether a debugger has stopped the core.
    pub fn is_halted(&self) -> bool {
        self.debug.is_halted()
    }

    pub fn is_asleep(&self) -> bool {
        self.cpu.is_asleep()
    }

    /// Whether a fault within a fault has stopped the core for good.
    pub fn is_locked_up(&self) -> bool {
        self.cpu.is_locked_up()
    }
}
