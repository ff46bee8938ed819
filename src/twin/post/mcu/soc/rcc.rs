//! Reset and clock control (RM0091, section 6): clock gates and the reset flags. The core stays on the 8 MHz HSI
//! whatever is selected.

/// Why the chip started anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResetCause {
    /// Power came on.
    Power,
    /// The NRST pin.
    Pin,
    /// AIRCR.SYSRESETREQ, by the firmware or by a debugger.
    Software,
    /// The independent watchdog.
    Watchdog,
}

/// CSR bits. Every internal reset pulls NRST low, so PINRSTF is set by each of them (RM0091, 6.1.1).
const LSION: u32 = 1 << 0;
const LSIRDY: u32 = 1 << 1;
const RMVF: u32 = 1 << 24;
const PINRSTF: u32 = 1 << 26;
const PORRSTF: u32 = 1 << 27;
const SFTRSTF: u32 = 1 << 28;
const IWDGRSTF: u32 = 1 << 29;
const RESET_FLAGS: u32 = 0xfe80_0000;

/// Word indices of the registers with a behaviour of their own.
const CR: usize = 0;
const CFGR: usize = 1;
const AHBENR: usize = 5;
const APB2ENR: usize = 6;
const APB1ENR: usize = 7;
const CSR: usize = 9;
const CR2: usize = 13;
/// CR: HSION, HSIRDY and the middle trim value.
const CR_AFTER_RESET: u32 = 0x83;
/// AHBENR: FLITF and SRAM interface.
const AHBENR_AFTER_RESET: u32 = 0x14;

pub struct Rcc {
    registers: [u32; 14],
    flags: u32,
}

impl Default for Rcc {
    fn default() -> Self {
        let mut registers = [0; 14];
        registers[CR] = CR_AFTER_RESET;
        registers[AHBENR] = AHBENR_AFTER_RESET;
        Rcc { registers, flags: 0 }
    }
}

impl Rcc {
    pub fn reset(&mut self, cause: ResetCause) {
        let flags = match cause {
            ResetCause::Power => PORRSTF | PINRSTF,
            ResetCause::Pin => self.flags | PINRSTF,
            ResetCause::Software => self.flags | SFTRSTF | PINRSTF,
            ResetCause::Watchdog => self.flags | IWDGRSTF | PINRSTF,
        };
        *self = Rcc { flags, ..Rcc::default() };
    }

    /// Whether the peripheral whose registers begin at `block` has its clock; those without a gate always have.
    pub fn is_clocked(&self, block: u32) -> bool {
        let enabled = |register: usize, bit: u32| self.registers[register] >> bit & 1 != 0;
        match block {
            0x4800_0000..=0x4800_17ff => enabled(AHBENR, 17 + (block >> 10 & 7)),
            0x4001_0000 => enabled(APB2ENR, 0),
            0x4001_3800 => enabled(APB2ENR, 14),
            0x4000_4400 => enabled(APB1ENR, 17),
            _ => true,
        }
    }

    pub fn read(&self, offset: u32) -> Option<u32> {
        let index = offset as usize / 4;
        let value = *self.registers.get(index)?;
        Some(match index {
            // HSI, HSE and PLL are ready as soon as they are switched on.
            CR => value | (value & 0x0101_0001) << 1,
            // The clock selected is the clock in use.
            CFGR => value & !0xc | (value & 3) << 2,
            CSR => value | self.flags | if value & LSION != 0 { LSIRDY } else { 0 },
            // HSI14 and HSI48 likewise.
            CR2 => value | (value & 0x0001_0001) << 1,
            _ => value,
        })
    }

    /// `None` also where a clock other than the HSI is selected: that is not modelled.
    pub fn write(&mut self, offset: u32, value: u32) -> Option<()> {
        let index = offset as usize / 4;
        let register = self.registers.get_mut(index)?;
        *register = value;
        if index == CSR {
            *register &= LSION;
            if value & RMVF != 0 {
                self.flags &= !RESET_FLAGS;
            }
        }
        if index == CFGR && value & 3 != 0 { None } else { Some(()) }
    }
}
