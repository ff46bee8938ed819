//! Flash memory and its controller FPEC (RM0091, section 3), with the timing of DS9826, table 52, and the defects a
//! test can plant.

use super::super::Cycle;
use super::super::cpu::{BusFault, Width};

pub const FLASH_BYTES: usize = 128 << 10;
const PAGE_BYTES: usize = 2048;
const BASE: u32 = 0x0800_0000;
/// 53.5 µs a half-word and 30 ms a page, in cycles of 125 ns. The datasheet allows 40 to 60 µs and 20 to 40 ms.
const PROGRAM_CYCLES: Cycle = 428;
const ERASE_CYCLES: Cycle = 240_000;

const KEYS: [u32; 2] = [0x4567_0123, 0xcdef_89ab];
/// FLASH_CR bits.
const PG: u32 = 1 << 0;
const PER: u32 = 1 << 1;
const MER: u32 = 1 << 2;
const STRT: u32 = 1 << 6;
const LOCK: u32 = 1 << 7;
const ERRIE: u32 = 1 << 10;
const EOPIE: u32 = 1 << 12;
const CR_WRITABLE: u32 = 0x36f7;
/// FLASH_SR bits.
const BSY: u32 = 1 << 0;
const PGERR: u32 = 1 << 2;
const WRPRTERR: u32 = 1 << 4;
const EOP: u32 = 1 << 5;
/// FLASH_OBR with factory option bytes: no read protection, software watchdog.
const OBR: u32 = 0xffff_ff00;

/// Defects of the memory. They are properties of the part: they outlast resets and power.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// Address of a half-word, and the bits of it that programming always clears.
    pub stuck_low: Option<(u32, u16)>,
    /// Every erase and program operation ends with WRPRTERR.
    pub write_protected: bool,
    /// The controller starts an operation and never ends it.
    pub controller_hangs: bool,
    /// Once a power cut has found the memory being erased or written, it is `write_protected` for good.
    pub protect_after_interrupted_write: bool,
    /// Whatever page is erased, the last one, with the post's settings, goes with it.
    pub wipes_last_page: bool,
}

#[derive(Clone, Copy)]
enum Operation {
    Erase { from: usize, to: usize },
    Program { at: usize, value: u16 },
}

#[derive(Clone, Copy)]
struct Job {
    operation: Operation,
    began: Cycle,
    ends: Cycle,
}

/// The unlock sequence: how many keys have been taken. A wrong one locks the controller until the next reset.
#[derive(Clone, Copy, PartialEq)]
enum Key {
    Taken(usize),
    Refused,
}

pub struct Flash {
    pub faults: Faults,
    cells: Vec<u8>,
    key: Key,
    control: u32,
    status: u32,
    address: u32,
    job: Option<Job>,
}

impl Flash {
    pub fn blank() -> Self {
        Flash {
            faults: Faults::default(),
            cells: vec![0xff; FLASH_BYTES],
            key: Key::Taken(0),
            control: LOCK,
            status: 0,
            address: 0,
            job: None,
        }
    }

    pub fn reset(&mut self) {
        (self.key, self.control, self.status, self.address, self.job) = (Key::Taken(0), LOCK, 0, 0, None);
    }

    pub fn cells(&self) -> &[u8] {
        &self.cells
    }
    pub fn cells_mut(&mut self) -> &mut [u8] {
        &mut self.cells
    }

    pub fn due(&self) -> Cycle {
        match self.job {
            Some(job) if !self.faults.controller_hangs => job.ends,
            _ => Cycle::MAX,
        }
    }

    pub fn settle(&mut self, until: Cycle) {
        if self.due() <= until
            && let Some(job) = self.job.take()
        {
            self.complete(job.operation);
            self.status = self.status & !BSY | EOP;
            self.control &= !STRT;
        }
    }

    fn complete(&mut self, operation: Operation) {
        match operation {
            Operation::Erase { from, to } => {
                self.fill(from, to);
                if self.faults.wipes_last_page {
                    self.fill(FLASH_BYTES - PAGE_BYTES, FLASH_BYTES);
                }
            }
            Operation::Program { at, value } => {
                let weak = self.faults.stuck_low.filter(|(address, _)| address.wrapping_sub(BASE) as usize == at);
                self.put(at, value & !weak.map_or(0, |(_, mask)| mask));
            }
        }
    }

    fn fill(&mut self, from: usize, to: usize) {
        if let Some(cells) = self.cells.get_mut(from..to) {
            cells.fill(0xff);
        }
    }

    fn put(&mut self, at: usize, value: u16) {
        if let Some(cells) = self.cells.get_mut(at..at + 2) {
            cells.copy_from_slice(&value.to_le_bytes());
        }
    }

    /// A cut leaves what was under way half done: part of a page erased, some bits of a half-word not yet cleared.
    pub fn lose_power(&mut self, now: Cycle) {
        let was_writing = self.job.is_some() || self.control & LOCK == 0;
        if let Some(job) = self.job.take() {
            match job.operation {
                Operation::Erase { from, to } => {
                    let done = (now - job.began).min(ERASE_CYCLES) as usize;
                    self.fill(from, from + (to - from) * done / ERASE_CYCLES as usize);
                }
                Operation::Program { at, value } => self.put(at, value | 0xaaaa),
            }
        }
        if was_writing && self.faults.protect_after_interrupted_write {
            self.faults.write_protected = true;
        }
        self.reset();
    }

    pub fn interrupt(&self) -> bool {
        self.control & EOPIE != 0 && self.status & EOP != 0 || self.control & ERRIE != 0 && self.status & (PGERR | WRPRTERR) != 0
    }

    pub fn read_register(&self, offset: u32) -> Option<u32> {
        match offset {
            // Access control: zero wait states at 8 MHz, and as written otherwise no effect here.
            0x00 => Some(0),
            0x04 | 0x08 => Some(0),
            0x0c => Some(self.status),
            0x10 => Some(self.control),
            0x14 => Some(self.address),
            0x1c => Some(OBR),
            0x20 => Some(u32::MAX),
            _ => None,
        }
    }

    /// A wrong key is answered with a bus error (RM0091, 3.2.2).
    pub fn write_register(&mut self, offset: u32, value: u32, now: Cycle) -> Result<(), BusFault> {
        match offset {
            0x04 => return self.take_key(value),
            0x0c => self.status &= !(value & (PGERR | WRPRTERR | EOP)),
            0x10 if self.control & LOCK == 0 && self.job.is_none() => {
                self.control = value & CR_WRITABLE;
                if value & STRT != 0 {
                    self.start_erase(now);
                }
            }
            0x14 if self.job.is_none() => self.address = value,
            _ => {}
        }
        Ok(())
    }

    fn take_key(&mut self, value: u32) -> Result<(), BusFault> {
        let expected = match self.key {
            Key::Taken(count) => KEYS.get(count).copied(),
            Key::Refused => None,
        };
        match self.key {
            _ if self.control & LOCK == 0 => Ok(()),
            Key::Taken(0) if expected == Some(value) => {
                self.key = Key::Taken(1);
                Ok(())
            }
            Key::Taken(_) if expected == Some(value) => {
                self.key = Key::Taken(0);
                self.control &= !LOCK;
                Ok(())
            }
            _ => {
                self.key = Key::Refused;
                Err(BusFault)
            }
        }
    }

    fn start_erase(&mut self, now: Cycle) {
        if self.faults.write_protected {
            self.status |= WRPRTERR;
            self.control &= !STRT;
            return;
        }
        let page = self.address.wrapping_sub(BASE) as usize / PAGE_BYTES * PAGE_BYTES;
        let (from, to) = if self.control & MER != 0 { (0, FLASH_BYTES) } else { (page, page + PAGE_BYTES) };
        if self.control & (MER | PER) != 0 && to <= FLASH_BYTES {
            self.begin(Operation::Erase { from, to }, now, ERASE_CYCLES);
        }
    }

    /// A write to the array. Only half-words, only with PG set, only onto erased cells or to zero (RM0091, 3.2.2).
    pub fn program(&mut self, offset: u32, width: Width, value: u32, now: Cycle) -> Result<(), BusFault> {
        let at = offset as usize;
        let old = self.cells.get(at..at + 2).ok_or(BusFault)?;
        if width != Width::Half || self.control & (LOCK | PG) != PG || self.job.is_some() {
            return Err(BusFault);
        }
        let value = value as u16;
        if self.faults.write_protected {
            self.status |= WRPRTERR;
        } else if old != [0xff, 0xff] && value != 0 {
            self.status |= PGERR;
        } else {
            self.begin(Operation::Program { at, value }, now, PROGRAM_CYCLES);
        }
        Ok(())
    }

    fn begin(&mut self, operation: Operation, now: Cycle, takes: Cycle) {
        self.status |= BSY;
        self.job = Some(Job { operation, began: now, ends: now + takes });
    }
}

/// What is fixed in the part: factory option bytes (each with its complement), flash size, unique number (RM0091, 4 and
/// 33).
pub fn system_memory(address: u32) -> u32 {
    match address {
        0x1fff_f800 => 0x00ff_55aa,
        0x1fff_f804..=0x1fff_f80c => 0x00ff_00ff,
        // KiB of flash.
        0x1fff_f7cc => 0xffff_0000 | (FLASH_BYTES as u32 >> 10),
        0x1fff_f7ac => 0x0042_0031,
        0x1fff_f7b0 => 0x5652_500c,
        0x1fff_f7b4 => 0x2037_3953,
        _ => u32::MAX,
    }
}
