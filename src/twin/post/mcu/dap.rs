//! What answers on the two wires of serial wire debug: an SW-DP with one AHB-AP (ADIv5, ARM IHI 0031).
//!
//! A transfer takes no time here. [`Mcu::wire_nanos`] says how long the wire is busy with it; whoever holds the wire
//! lets that time pass first. Knows nothing of the debugger at the other end.

use super::Mcu;
use super::cpu::{BusFault, Width};

/// Why a transfer was not acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nak {
    /// FAULT: an earlier access failed; the sticky error has to be cleared first.
    Fault,
    /// Nobody answers.
    Silence,
}

const DPIDR: u32 = 0x0bb1_1477;
const AP_IDR: u32 = 0x0477_0021;
const ROM_TABLE: u32 = 0xe00f_f003;
/// CTRL/STAT: both power-up requests, and their acknowledgements one bit above.
const POWER_UP: u32 = 0x5000_0000;
const STICKY_ERROR: u32 = 1 << 5;
/// ABORT: clear STICKYERR.
const CLEAR_STICKY: u32 = 1 << 2;
/// CSW: size and address increment are kept, DeviceEn reads as set.
const CSW_WRITABLE: u32 = 0x3f00_0f37;
const CSW_DEVICE_ENABLED: u32 = 1 << 6;
const CSW_INCREMENT: u32 = 0x30;
/// So many ones in a row are a line reset (ARM IHI 0031, B4.3.3).
const LINE_RESET: u32 = 50;
/// Bits of a transfer: request, turnarounds, acknowledgement, data with parity, eight idle.
const TRANSFER_BITS: u64 = 54;
const DEFAULT_HZ: u32 = 4_000_000;

pub struct Dap {
    hz: u32,
    ones: u32,
    /// DPIDR has been read since the line reset.
    linked: bool,
    select: u32,
    control: u32,
    sticky: bool,
    csw: u32,
    address: u32,
    buffer: u32,
}

impl Default for Dap {
    fn default() -> Self {
        Dap {
            hz: DEFAULT_HZ,
            ones: 0,
            linked: false,
            select: 0,
            control: 0,
            sticky: false,
            csw: 0x0300_0042,
            address: 0,
            buffer: 0,
        }
    }
}

impl Dap {
    pub fn lose_power(&mut self) {
        *self = Dap { hz: self.hz, ..Dap::default() };
    }
}

impl Mcu {
    pub fn set_swd_hz(&mut self, hz: u32) {
        self.dap.hz = hz.max(1);
    }

    /// How long the wire is busy with one transfer, in nanoseconds.
    ///
    /// Towards an unpowered chip it is nothing: a debugger tries for so long by the clock on the wall, and how often it
    /// manages to must not show in the simulation.
    pub fn wire_nanos(&self) -> u64 {
        if self.powered { TRANSFER_BITS * 1_000_000_000 / u64::from(self.dap.hz) } else { 0 }
    }

    /// Raw levels on SWDIO, the lowest bit first.
    pub fn dap_line(&mut self, bits: u8, levels: u64) {
        for bit in 0..u32::from(bits.min(64)) {
            if levels >> bit & 1 != 0 {
                self.dap.ones += 1;
                continue;
            }
            if self.dap.ones >= LINE_RESET {
                (self.dap.linked, self.dap.sticky) = (false, false);
            }
            self.dap.ones = 0;
        }
    }

    /// One transfer: of the access port or the debug port, at a register address, a write or (`None`) a read.
    pub fn dap_transfer(&mut self, ap: bool, address: u8, write: Option<u32>) -> Result<u32, Nak> {
        if !self.powered {
            return Err(Nak::Silence);
        }
        let register = address & 0xc;
        self.dap.linked |= !ap && register == 0 && write.is_none();
        if !self.dap.linked {
            return Err(Nak::Silence);
        }
        if ap { self.access_port(register, write) } else { Ok(self.debug_port(register, write)) }
    }

    fn debug_port(&mut self, register: u8, write: Option<u32>) -> u32 {
        let dap = &mut self.dap;
        match (register, write) {
            (0, None) => DPIDR,
            (4, None) => {
                let acknowledged = (dap.control & POWER_UP) << 1;
                dap.control | acknowledged | if dap.sticky { STICKY_ERROR } else { 0 }
            }
            (_, None) => dap.buffer,
            (_, Some(value)) => {
                match register {
                    0 => dap.sticky &= value & CLEAR_STICKY == 0,
                    4 => dap.control = value & (POWER_UP | 0xf01),
                    8 => dap.select = value,
                    _ => {}
                }
                0
            }
        }
    }

    fn access_port(&mut self, register: u8, write: Option<u32>) -> Result<u32, Nak> {
        if self.dap.sticky || self.dap.control & POWER_UP != POWER_UP {
            return Err(Nak::Fault);
        }
        // There is one access port, number 0.
        if self.dap.select >> 24 != 0 {
            return Ok(0);
        }
        let banked = (self.dap.select & 0xf0) as u8 | register;
        match self.memory_access(banked, write) {
            Ok(value) => {
                self.dap.buffer = value;
                Ok(value)
            }
            Err(BusFault) => {
                self.dap.sticky = true;
                Err(Nak::Fault)
            }
        }
    }

    fn memory_access(&mut self, register: u8, write: Option<u32>) -> Result<u32, BusFault> {
        match (register, write) {
            (0x00, None) => return Ok(self.dap.csw),
            (0x00, Some(value)) => self.dap.csw = value & CSW_WRITABLE | CSW_DEVICE_ENABLED,
            (0x04, None) => return Ok(self.dap.address),
            (0x04, Some(value)) => self.dap.address = value,
            (0x0c, _) => return self.data_access(write),
            (0x10..=0x1c, None) => return self.debug_read(self.banked_address(register), Width::Word),
            (0x10..=0x1c, Some(value)) => self.debug_write(self.banked_address(register), Width::Word, value)?,
            (0xf8, None) => return Ok(ROM_TABLE),
            (0xfc, None) => return Ok(AP_IDR),
            _ => {}
        }
        Ok(0)
    }

    fn banked_address(&self, register: u8) -> u32 {
        self.dap.address & !0xf | u32::from(register & 0xc)
    }

    /// DRW: data stand in the byte lanes their address selects; the address moves on within its kibibyte.
    fn data_access(&mut self, write: Option<u32>) -> Result<u32, BusFault> {
        let address = self.dap.address;
        let width = match self.dap.csw & 3 {
            0 => Width::Byte,
            1 => Width::Half,
            _ => Width::Word,
        };
        if address & (width.bytes() - 1) != 0 {
            return Err(BusFault);
        }
        let lane = 8 * (address & 3);
        let value = match write {
            None => self.debug_read(address, width)? << lane,
            Some(value) => {
                self.debug_write(address, width, value >> lane & width.mask())?;
                0
            }
        };
        if self.dap.csw & CSW_INCREMENT != 0 {
            self.dap.address = address & !0x3ff | address.wrapping_add(width.bytes()) & 0x3ff;
        }
        Ok(value)
    }
}
