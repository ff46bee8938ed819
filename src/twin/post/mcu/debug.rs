//! The core's debug unit: halting, stepping, register access, breakpoints, reset catch (DDI 0419, C1).
//!
//! Reached through the debug port only; the firmware cannot see it.

use super::cpu::{Bus, BusFault, Cpu, Width};
use super::{Mcu, ResetCause};

/// DHCSR bits.
const C_DEBUGEN: u32 = 1 << 0;
const C_HALT: u32 = 1 << 1;
const C_STEP: u32 = 1 << 2;
const C_MASKINTS: u32 = 1 << 3;
const S_REGRDY: u32 = 1 << 16;
const S_HALT: u32 = 1 << 17;
const S_SLEEP: u32 = 1 << 18;
const S_LOCKUP: u32 = 1 << 19;
const S_RETIRE_ST: u32 = 1 << 24;
const S_RESET_ST: u32 = 1 << 25;
const DBGKEY: u32 = 0xa05f;
/// DCRSR: write rather than read.
const REGWNR: u32 = 1 << 16;
/// DEMCR.
const VC_CORERESET: u32 = 1 << 0;
const VC_HARDERR: u32 = 1 << 10;
/// AIRCR: key, SYSRESETREQ and the debugger's VECTRESET.
const VECTKEY: u32 = 0x05fa;
const SYSRESETREQ: u32 = 1 << 2;
/// Four comparators (BP_CTRL.NUM_CODE in bits 7 to 4).
const BREAKPOINTS: usize = 4;
const BP_CTRL_CODE: u32 = 4 << 4;
/// Of a comparator.
const ENABLED: u32 = 1 << 0;

const AIRCR: u32 = 0xe000_ed0c;
const DFSR: u32 = 0xe000_ed30;
const DHCSR: u32 = 0xe000_edf0;
const DCRSR: u32 = 0xe000_edf4;
const DCRDR: u32 = 0xe000_edf8;
const DEMCR: u32 = 0xe000_edfc;
const BP_CTRL: u32 = 0xe000_2000;
const BP_COMP0: u32 = 0xe000_2008;
const BP_COMP_LAST: u32 = BP_COMP0 + 4 * BREAKPOINTS as u32 - 4;

/// Why the core was halted, as DFSR tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// By request, or after a single step.
    Request = 1,
    Breakpoint = 2,
    /// At a reset or a HardFault the debugger wanted to catch.
    Catch = 8,
}

#[derive(Default)]
pub struct Debug {
    control: u32,
    halted: bool,
    stepping: bool,
    data: u32,
    monitor: u32,
    fault_status: u32,
    was_reset: bool,
    catch_due: bool,
    breakpoints_on: bool,
    breakpoints: [u32; BREAKPOINTS],
    /// Whether any of them is on: a debugger leaves the unit on, and its comparators off, when it goes.
    armed: bool,
}

impl Debug {
    pub fn is_halted(&self) -> bool {
        self.halted
    }
    pub fn is_stepping(&self) -> bool {
        self.stepping
    }
    pub fn is_enabled(&self) -> bool {
        self.control & C_DEBUGEN != 0
    }
    pub fn catches_faults(&self) -> bool {
        self.is_enabled() && self.monitor & VC_HARDERR != 0
    }

    pub fn halt(&mut self, why: Halt) {
        self.halted = true;
        self.stepping = false;
        self.control |= C_HALT;
        self.fault_status |= why as u32;
    }

    /// A reset ends halting, unless the debugger wants to catch it: then true.
    ///
    /// The manual ignores VC_CORERESET while C_DEBUGEN is clear. Debuggers that attach under reset set C_DEBUGEN only
    /// after they have let go of NRST, and rely on the catch; so it is kept until then.
    pub fn note_reset(&mut self) -> bool {
        self.control &= C_DEBUGEN;
        (self.halted, self.stepping, self.was_reset) = (false, false, true);
        let wanted = self.monitor & VC_CORERESET != 0;
        self.catch_due = wanted && !self.is_enabled();
        wanted && self.is_enabled()
    }

    #[inline]
    pub fn has_breakpoint_at(&self, pc: u32) -> bool {
        self.armed && self.breakpoints.iter().any(|b| matches(*b, pc))
    }

    fn arm(&mut self) {
        self.armed = self.breakpoints_on && self.breakpoints.iter().any(|comparator| comparator & ENABLED != 0);
    }

    fn status(&mut self, cpu: &Cpu) -> u32 {
        let flag = |on: bool, bit: u32| if on { bit } else { 0 };
        let sticky_reset = flag(std::mem::take(&mut self.was_reset), S_RESET_ST);
        let common = self.control | S_REGRDY | sticky_reset;
        if self.halted {
            return common | S_HALT;
        }
        common | flag(cpu.is_asleep(), S_SLEEP) | flag(cpu.is_locked_up(), S_LOCKUP) | S_RETIRE_ST
    }

    fn read(&mut self, address: u32, cpu: &Cpu) -> Option<u32> {
        match address {
            DHCSR => Some(self.status(cpu)),
            DCRDR => Some(self.data),
            DEMCR => Some(self.monitor),
            DFSR => Some(self.fault_status),
            BP_CTRL => Some(BP_CTRL_CODE | u32::from(self.breakpoints_on)),
            BP_COMP0..=BP_COMP_LAST => self.breakpoints.get((address - BP_COMP0) as usize / 4).copied(),
            0xe00f_f000..=0xe00f_ffff => Some(rom_table(address & 0xffc)),
            _ => None,
        }
    }
}

/// BP_COMPx: address in bits 28 to 2, bits 31 and 30 which half-words of it, bit 0 enable (DDI 0419, C1.9).
fn matches(comparator: u32, pc: u32) -> bool {
    let half = if pc & 2 == 0 { 1 } else { 2 };
    comparator & ENABLED != 0 && comparator & 0x1fff_fffc == pc & !3 && comparator >> 30 & half != 0
}

/// The ROM table's identification registers, with no components listed. A debugger finds what it needs at its fixed
/// place.
fn rom_table(offset: u32) -> u32 {
    match offset {
        0xff0 => 0x0d,
        0xff4 | 0xfe0 => 0x10,
        0xff8 => 0x05,
        0xffc => 0xb1,
        0xfe4 => 0x04,
        0xfe8 => 0x0a,
        _ => 0,
    }
}

impl Mcu {
    /// A read through the debug port's memory access.
    pub(super) fn debug_read(&mut self, address: u32, width: Width) -> Result<u32, BusFault> {
        if let Some(value) = self.debug.read(address & !3, &self.cpu) {
            return Ok(value);
        }
        if Cpu::owns(address) {
            return Ok(self.cpu.read_system(address & !3, self.soc.now));
        }
        self.soc.read(address, width)
    }

    pub(super) fn debug_write(&mut self, address: u32, width: Width, value: u32) -> Result<(), BusFault> {
        match address {
            DHCSR if value >> 16 == DBGKEY => self.control_core(value & 0xffff),
            DCRSR if self.debug.halted => self.transfer_register(value),
            DCRDR => self.debug.data = value,
            DEMCR => self.debug.monitor = value,
            DFSR => self.debug.fault_status &= !value,
            BP_CTRL if value & 2 != 0 => {
                self.debug.breakpoints_on = value & 1 != 0;
                self.debug.arm();
            }
            BP_COMP0..=BP_COMP_LAST => {
                if let Some(slot) = self.debug.breakpoints.get_mut((address - BP_COMP0) as usize / 4) {
                    *slot = value;
                }
                self.debug.arm();
            }
            AIRCR if value >> 16 == VECTKEY && value & SYSRESETREQ != 0 => self.reset(ResetCause::Software),
            DHCSR | DCRSR | BP_CTRL | AIRCR => {}
            _ if Cpu::owns(address) => self.cpu.write_system(address & !3, value, self.soc.now),
            _ => return self.soc.write(address, width, value),
        }
        self.soc.attention = true;
        Ok(())
    }

    fn control_core(&mut self, control: u32) {
        let debug = &mut self.debug;
        debug.control = control & if control & C_DEBUGEN != 0 { C_DEBUGEN | C_HALT | C_STEP | C_MASKINTS } else { C_DEBUGEN };
        let masks = debug.control & C_MASKINTS != 0;
        if debug.is_enabled() && std::mem::take(&mut debug.catch_due) {
            self.halt(Halt::Catch);
        } else if debug.control & C_HALT != 0 {
            if !debug.halted {
                self.halt(Halt::Request);
            }
        } else if debug.halted {
            debug.stepping = debug.control & C_STEP != 0;
            debug.halted = false;
            self.cpu.freeze_systick(false, self.soc.now);
        }
        self.cpu.mask_interrupts(masks);
    }

    fn transfer_register(&mut self, request: u32) {
        let selector = request & 0x1f;
        if request & REGWNR != 0 {
            self.cpu.set_register(selector, self.debug.data);
        } else {
            self.debug.data = self.cpu.register(selector);
        }
    }
}
