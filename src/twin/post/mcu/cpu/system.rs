//! The system control space: SysTick, NVIC and SCB registers as software and debugger see them (DDI 0419, B3.2 to
//! B3.4).

use super::exception::{NMI, PENDSV, SYSTICK};
use super::{Cpu, EVENT_ON_PEND, SLEEP_ON_EXIT};

/// CPUID of a Cortex-M0 r0p0.
const CPUID: u32 = 0x410c_c200;
/// AIRCR: the key that must accompany a write, the key as read, and SYSRESETREQ.
const AIRCR_KEY: u32 = 0x05fa;
const AIRCR_KEY_READ: u32 = 0xfa05_0000;
const AIRCR_SYSRESETREQ: u32 = 1 << 2;
/// CCR: unaligned accesses trap, the stack is aligned to 8 on exceptions. Fixed in ARMv6-M.
const CCR: u32 = 1 << 9 | 1 << 3;
/// SCR.SLEEPDEEP: kept, but the chip's stop mode is not modelled.
const SLEEP_DEEP: u32 = 1 << 2;
/// The first exception number whose priority stands in IPR0, SHPR2 and SHPR3.
const IPR0: usize = 16;
const SHPR2: usize = 8;
const SHPR3: usize = 12;

impl Cpu {
    /// Whether an address belongs to the core itself, not to the chip.
    pub fn owns(address: u32) -> bool {
        address >> 12 == 0xe_000e
    }

    pub fn read_system(&mut self, address: u32, now: u64) -> u32 {
        match address {
            0xe000_e010 => self.systick.control(),
            0xe000_e014 => self.systick.reload(),
            0xe000_e018 => self.systick.current(now),
            0xe000_e100 | 0xe000_e180 => self.nvic.enabled(),
            0xe000_e200 | 0xe000_e280 => self.nvic.interrupts_pending(),
            0xe000_e400..=0xe000_e41f => self.nvic.priority_word(IPR0 + (address & 0x1c) as usize),
            0xe000_ed00 => CPUID,
            0xe000_ed04 => self.interrupt_state(),
            0xe000_ed0c => AIRCR_KEY_READ,
            0xe000_ed10 => self.sleep_control,
            0xe000_ed14 => CCR,
            0xe000_ed1c => self.nvic.priority_word(SHPR2),
            0xe000_ed20 => self.nvic.priority_word(SHPR3),
            // Reserved, among them 0xE000ED08: this core has no VTOR.
            _ => 0,
        }
    }

    pub fn write_system(&mut self, address: u32, value: u32, now: u64) {
        match address {
            0xe000_e010 => self.systick.set_control(value, now),
            0xe000_e014 => self.systick.set_reload(value, now),
            0xe000_e018 => self.systick.clear_current(now),
            0xe000_e100 => self.nvic.enable(value),
            0xe000_e180 => self.nvic.disable(value),
            0xe000_e200 => self.nvic.set_interrupts_pending(value),
            0xe000_e280 => self.nvic.clear_interrupts_pending(value),
            0xe000_e400..=0xe000_e41f => self.nvic.set_priority_word(IPR0 + (address & 0x1c) as usize, value),
            0xe000_ed04 => self.set_interrupt_state(value),
            0xe000_ed0c if value >> 16 == AIRCR_KEY && value & AIRCR_SYSRESETREQ != 0 => self.reset_requested = true,
            0xe000_ed10 => self.sleep_control = value & (SLEEP_ON_EXIT | SLEEP_DEEP | EVENT_ON_PEND),
            0xe000_ed1c => self.nvic.set_priority_word(SHPR2, value),
            0xe000_ed20 => self.nvic.set_priority_word(SHPR3, value),
            _ => {}
        }
    }

    /// ICSR (DDI 0419, B3.2.4).
    fn interrupt_state(&self) -> u32 {
        let next = self.nvic.most_urgent(super::nvic::LOWEST).map_or(0, u32::from);
        u32::from(self.exception)
            | next << 12
            | u32::from(self.nvic.interrupts_pending() != 0) << 22
            | u32::from(self.nvic.is_pending(SYSTICK)) << 26
            | u32::from(self.nvic.is_pending(PENDSV)) << 28
            | u32::from(self.nvic.is_pending(NMI)) << 31
    }

    fn set_interrupt_state(&mut self, value: u32) {
        let bit = |n: u32| value >> n & 1 != 0;
        for (set, clear, exception) in [(28, 27, PENDSV), (26, 25, SYSTICK)] {
            if bit(set) {
                self.nvic.pend(exception);
            } else if bit(clear) {
                self.nvic.unpend(exception);
            }
        }
        if bit(31) {
            self.nvic.pend(NMI);
        }
    }
}
