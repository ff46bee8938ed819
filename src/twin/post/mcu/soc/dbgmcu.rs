//! The chip's own debug support (RM0091, section 32.9): its identity, and what stands still while a debugger halts the
//! core.

/// DEV_ID 0x448, STM32F07x, revision Y.
const IDCODE: u32 = 0x2001_6448;
const IWDG_STOP: u32 = 1 << 12;

#[derive(Default)]
pub struct DbgMcu {
    control: u32,
    freeze: [u32; 2],
}

impl DbgMcu {
    pub fn stops_watchdog(&self) -> bool {
        self.freeze[0] & IWDG_STOP != 0
    }
    pub fn read(&self, offset: u32) -> Option<u32> {
        match offset {
            0x00 => Some(IDCODE),
            0x04 => Some(self.control),
            0x08 => Some(self.freeze[0]),
            0x0c => Some(self.freeze[1]),
            _ => None,
        }
    }
    pub fn write(&mut self, offset: u32, value: u32) -> Option<()> {
        match offset {
            0x04 => self.control = value,
            0x08 => self.freeze[0] = value,
            0x0c => self.freeze[1] = value,
            _ => return None,
        }
        Some(())
    }
}
