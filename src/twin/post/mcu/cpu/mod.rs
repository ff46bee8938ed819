//! An ARMv6-M core (Cortex-M0): registers, one step, sleep and lockup. Written from the ARMv6-M Architecture Reference
//! Manual, DDI 0419.
//!
//! Knows nothing of the chip around it: memory is a [`Bus`], interrupts are 32 lines, time is what the bus says.

#[cfg(test)]
mod against_rsemu;
mod alu;
mod exception;
mod execute;
mod nvic;
mod system;
mod systick;

use exception::{HARD_FAULT, SUPERVISOR_CALL};
use nvic::Nvic;
use systick::SysTick;

/// An access nothing answered, or that was answered with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BusFault;

/// The width of a data access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    Byte,
    Half,
    Word,
}

impl Width {
    pub const fn bytes(self) -> u32 {
        match self {
            Width::Byte => 1,
            Width::Half => 2,
            Width::Word => 4,
        }
    }
    /// The bits of a word that an access of this width carries.
    pub const fn mask(self) -> u32 {
        match self {
            Width::Byte => 0xff,
            Width::Half => 0xffff,
            Width::Word => u32::MAX,
        }
    }
}

/// What the core is connected to. Addresses are aligned to the width.
pub trait Bus {
    fn fetch(&mut self, address: u32) -> Result<u16, BusFault>;
    fn read(&mut self, address: u32, width: Width) -> Result<u32, BusFault>;
    fn write(&mut self, address: u32, width: Width, value: u32) -> Result<(), BusFault>;
    /// Core clock cycles since power-on of the simulation.
    fn now(&self) -> u64;
}

/// What a step came to, as far as the debug unit and the reset circuit care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Ran,
    /// A `BKPT` was met; the core has not moved.
    Breakpoint,
    /// HardFault was entered.
    Faulted,
    LockedUp,
    /// The software asked for a reset (AIRCR.SYSRESETREQ).
    ResetRequested,
}

/// Why an instruction did not complete.
enum Trap {
    Fault,
    SupervisorCall,
    Breakpoint,
}

impl From<BusFault> for Trap {
    fn from(_: BusFault) -> Self {
        Trap::Fault
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Flags {
    n: bool,
    z: bool,
    c: bool,
    v: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Awake,
    /// `WFI`: until an exception of sufficient priority is pending, PRIMASK notwithstanding.
    ForInterrupt,
    /// `WFE`: until an event.
    ForEvent,
}

const SP: usize = 13;
const LR: usize = 14;
const PC: usize = 15;
/// SCR.SLEEPONEXIT and SCR.SEVONPEND (DDI 0419, B3.2.7).
const SLEEP_ON_EXIT: u32 = 1 << 1;
const EVENT_ON_PEND: u32 = 1 << 4;

pub struct Cpu {
    /// R0 to R12, the selected stack pointer, LR, and the address of the next instruction.
    r: [u32; 16],
    /// The stack pointer that is not selected.
    banked_sp: u32,
    flags: Flags,
    thumb: bool,
    /// IPSR: the exception being handled, 0 in thread mode.
    exception: u8,
    primask: bool,
    /// CONTROL.SPSEL: thread mode uses the process stack.
    process_stack: bool,
    rest: Rest,
    event: bool,
    locked_up: bool,
    reset_requested: bool,
    /// SCR.
    sleep_control: u32,
    nvic: Nvic,
    systick: SysTick,
}

impl Default for Cpu {
    fn default() -> Self {
        Self::new()
    }
}

impl Cpu {
    pub fn new() -> Self {
        Cpu {
            r: [0; 16],
            banked_sp: 0,
            flags: Flags::default(),
            thumb: true,
            exception: 0,
            primask: false,
            process_stack: false,
            rest: Rest::Awake,
            event: false,
            locked_up: false,
            reset_requested: false,
            sleep_control: 0,
            nvic: Nvic::default(),
            systick: SysTick::default(),
        }
    }

    /// Takes the reset exception: stack pointer and entry come from the vector table at address 0 (DDI 0419, B1.5.5).
    pub fn reset(&mut self, bus: &mut impl Bus) {
        *self = Cpu::new();
        self.r[LR] = u32::MAX;
        match (bus.read(0, Width::Word), bus.read(4, Width::Word)) {
            (Ok(stack), Ok(entry)) => {
                self.r[SP] = stack & !3;
                self.jump_to_vector(entry);
            }
            _ => self.locked_up = true,
        }
    }

    fn jump_to_vector(&mut self, vector: u32) {
        self.r[PC] = vector & !1;
        self.thumb = vector & 1 != 0;
    }

    /// The interrupt lines of the chip, level-sensitive, bit n for interrupt n.
    pub fn set_lines(&mut self, lines: u32) {
        let newly_pending = self.nvic.set_lines(lines);
        if newly_pending && self.sleep_control & EVENT_ON_PEND != 0 {
            self.event = true;
        }
    }

    /// An event from the chip (EXTI's event mask), for `WFE`.
    pub fn signal_event(&mut self) {
        self.event = true;
    }

    /// While a debugger has set DHCSR.C_MASKINTS only NMI and HardFault are taken.
    pub fn mask_interrupts(&mut self, masked: bool) {
        self.nvic.set_masked_by_debugger(masked);
    }

    /// The cycle at which SysTick next reaches zero.
    pub fn next_tick(&self) -> u64 {
        self.systick.due()
    }

    /// Lets SysTick reach zero, if it is time.
    pub fn tick(&mut self, now: u64) {
        if self.systick.elapse(now) {
            self.nvic.pend(exception::SYSTICK);
        }
    }

    /// Halting debug stops SysTick (DDI 0419, B3.3.1).
    pub fn freeze_systick(&mut self, frozen: bool, now: u64) {
        self.systick.freeze(frozen, now);
    }

    pub fn is_locked_up(&self) -> bool {
        self.locked_up
    }

    /// Asleep, and nothing pending would wake it.
    pub fn is_asleep(&self) -> bool {
        match self.rest {
            Rest::Awake => false,
            Rest::ForInterrupt => self.takeable(false).is_none(),
            Rest::ForEvent => !self.event && self.takeable(true).is_none(),
        }
    }

    /// Takes a pending exception or executes one instruction; returns the cycles it took.
    pub fn step(&mut self, bus: &mut impl Bus) -> (u32, Outcome) {
        if self.locked_up {
            return (1, Outcome::LockedUp);
        }
        if self.rest != Rest::Awake {
            if self.is_asleep() {
                return (1, Outcome::Ran);
            }
            self.wake();
        }
        if self.nvic.any_pending()
            && let Some(exception) = self.takeable(true)
        {
            return match self.enter(exception, self.r[PC], bus) {
                Ok(()) => (exception::ENTRY_CYCLES, Outcome::Ran),
                Err(BusFault) => self.hard_fault(self.r[PC], bus),
            };
        }
        self.execute_next(bus)
    }

    pub fn wake(&mut self) {
        if self.rest == Rest::ForEvent {
            self.event = false;
        }
        self.rest = Rest::Awake;
    }

    fn execute_next(&mut self, bus: &mut impl Bus) -> (u32, Outcome) {
        let at = self.r[PC];
        if !self.thumb {
            return self.hard_fault(at, bus);
        }
        let Ok(instruction) = bus.fetch(at) else {
            return self.hard_fault(at, bus);
        };
        self.r[PC] = at.wrapping_add(2);
        match self.execute(bus, u32::from(instruction), at) {
            Ok(cycles) if self.reset_requested => {
                self.reset_requested = false;
                (cycles, Outcome::ResetRequested)
            }
            Ok(cycles) => (cycles, Outcome::Ran),
            Err(Trap::Breakpoint) => {
                self.r[PC] = at;
                (1, Outcome::Breakpoint)
            }
            // A supervisor call that cannot be taken at once escalates (DDI 0419, B1.5.7).
            Err(Trap::SupervisorCall) if !self.outranks_current(SUPERVISOR_CALL) => self.hard_fault(at, bus),
            Err(Trap::SupervisorCall) => {
                self.nvic.pend(SUPERVISOR_CALL);
                (1, Outcome::Ran)
            }
            Err(Trap::Fault) => self.hard_fault(at, bus),
        }
    }

    /// Enters HardFault, or locks up if that is impossible (DDI 0419, B1.5.14).
    pub fn hard_fault(&mut self, return_to: u32, bus: &mut impl Bus) -> (u32, Outcome) {
        if !self.outranks_current(HARD_FAULT) || self.enter(HARD_FAULT, return_to, bus).is_err() {
            self.locked_up = true;
            self.r[PC] = return_to;
            return (1, Outcome::LockedUp);
        }
        (exception::ENTRY_CYCLES, Outcome::Faulted)
    }

    fn xpsr(&self) -> u32 {
        let f = self.flags;
        u32::from(f.n) << 31
            | u32::from(f.z) << 30
            | u32::from(f.c) << 29
            | u32::from(f.v) << 28
            | u32::from(self.thumb) << 24
            | u32::from(self.exception)
    }

    fn set_flags(&mut self, xpsr: u32) {
        let bit = |n: u32| xpsr >> n & 1 != 0;
        self.flags = Flags { n: bit(31), z: bit(30), c: bit(29), v: bit(28) };
    }

    fn uses_process_stack(&self) -> bool {
        self.process_stack && self.exception == 0
    }

    fn main_sp(&mut self) -> &mut u32 {
        if self.uses_process_stack() { &mut self.banked_sp } else { &mut self.r[SP] }
    }

    fn process_sp(&mut self) -> &mut u32 {
        if self.uses_process_stack() { &mut self.r[SP] } else { &mut self.banked_sp }
    }

    fn swap_stacks(&mut self) {
        std::mem::swap(&mut self.r[SP], &mut self.banked_sp);
    }

    /// CONTROL can be changed in thread mode only (DDI 0419, B1.4.4).
    fn set_control(&mut self, control: u32) {
        if self.exception == 0 && self.process_stack != (control & 2 != 0) {
            self.process_stack = control & 2 != 0;
            self.swap_stacks();
        }
    }

    pub fn pc(&self) -> u32 {
        self.r[PC]
    }

    /// A register as a debugger numbers it (DCRSR.REGSEL; DDI 0419, C1.6.4).
    pub fn register(&mut self, selector: u32) -> u32 {
        match selector {
            0..=15 => self.r[selector as usize],
            16 => self.xpsr(),
            17 => *self.main_sp(),
            18 => *self.process_sp(),
            20 => u32::from(self.process_stack) << 25 | u32::from(self.primask),
            _ => 0,
        }
    }

    pub fn set_register(&mut self, selector: u32, value: u32) {
        match selector {
            13 => self.r[SP] = value & !3,
            15 => {
                // A debugger that moves the program counter starts afresh.
                self.r[PC] = value & !1;
                self.rest = Rest::Awake;
                self.locked_up = false;
            }
            0..=14 => self.r[selector as usize] = value,
            16 => {
                self.set_flags(value);
                self.thumb = value >> 24 & 1 != 0;
                self.exception = (value & 0x3f) as u8;
            }
            17 => *self.main_sp() = value & !3,
            18 => *self.process_sp() = value & !3,
            20 => {
                self.primask = value & 1 != 0;
                self.set_control(value >> 24);
            }
            _ => {}
        }
    }
}
