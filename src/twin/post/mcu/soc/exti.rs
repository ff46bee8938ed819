//! External interrupts and events (RM0091, section 11), with SYSCFG's choice of the port behind each line (section 9).

use super::gpio::Pin;

/// Lines 0 to 15 are the pins; the internal ones are kept in the masks but never fire.
const PIN_LINES: u32 = 0xffff;
/// IMR after reset: the internal lines are unmasked.
const MASK_AFTER_RESET: u32 = 0x7f84_0000;

pub struct Exti {
    interrupt_mask: u32,
    event_mask: u32,
    rising: u32,
    falling: u32,
    pending: u32,
    event: bool,
    ports: [u32; 4],
    syscfg_configuration: u32,
}

impl Default for Exti {
    fn default() -> Self {
        Exti {
            interrupt_mask: MASK_AFTER_RESET,
            event_mask: 0,
            rising: 0,
            falling: 0,
            pending: 0,
            event: false,
            ports: [0; 4],
            syscfg_configuration: 0,
        }
    }
}

impl Exti {
    pub fn edges(&mut self, changes: &[(Pin, bool)]) {
        for &(pin, high) in changes {
            let line = 1 << pin.number;
            let selected = self.ports[usize::from(pin.number >> 2 & 3)] >> (4 * (pin.number & 3)) & 15;
            let enabled = if high { self.rising } else { self.falling };
            if selected as usize == pin.port.index() && enabled & line != 0 {
                self.trigger(line);
            }
        }
    }

    fn trigger(&mut self, lines: u32) {
        self.event |= self.event_mask & lines != 0;
        self.pending |= lines;
    }

    pub fn take_event(&mut self) -> bool {
        std::mem::take(&mut self.event)
    }

    /// Interrupts 5 (lines 0 and 1), 6 (2 and 3) and 7 (4 to 15).
    pub fn interrupts(&self) -> u32 {
        let active = self.pending & self.interrupt_mask;
        u32::from(active & 0x0003 != 0) << 5 | u32::from(active & 0x000c != 0) << 6 | u32::from(active & 0xfff0 != 0) << 7
    }

    pub fn read(&self, offset: u32) -> Option<u32> {
        match offset {
            0x00 => Some(self.interrupt_mask),
            0x04 => Some(self.event_mask),
            0x08 => Some(self.rising),
            0x0c => Some(self.falling),
            0x10 => Some(0),
            0x14 => Some(self.pending),
            _ => None,
        }
    }

    pub fn write(&mut self, offset: u32, value: u32) -> Option<()> {
        match offset {
            0x00 => self.interrupt_mask = value,
            0x04 => self.event_mask = value,
            0x08 => self.rising = value & PIN_LINES,
            0x0c => self.falling = value & PIN_LINES,
            0x10 => self.trigger(value & self.interrupt_mask & PIN_LINES),
            0x14 => self.pending &= !value,
            _ => return None,
        }
        Some(())
    }

    pub fn read_syscfg(&self, offset: u32) -> Option<u32> {
        match offset {
            0x00 => Some(self.syscfg_configuration),
            0x08..=0x14 => self.ports.get((offset as usize - 8) / 4).copied(),
            _ => None,
        }
    }

    /// The RAM shows at address 0 (CFGR1, MEM_MODE).
    pub fn shows_ram_at_0(&self) -> bool {
        self.syscfg_configuration & 3 == 3
    }

    /// That the system memory shows at address 0 is not modelled.
    pub fn write_syscfg(&mut self, offset: u32, value: u32) -> Option<()> {
        match offset {
            0x00 => {
                self.syscfg_configuration = value;
                if value & 3 == 1 { None } else { Some(()) }
            }
            0x08..=0x14 => self.ports.get_mut((offset as usize - 8) / 4).map(|ports| *ports = value & 0xffff),
            _ => None,
        }
    }
}
