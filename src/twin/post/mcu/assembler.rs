//! Instructions by name, for tests with hand-made programs, and a chip that runs them.

use super::{Emission, FLASH_BYTES, Mcu};

pub const NOP: u16 = 0xbf00;
pub const WFE: u16 = 0xbf20;
pub const WFI: u16 = 0xbf30;
pub const SEV: u16 = 0xbf40;
pub const CPSIE: u16 = 0xb662;
pub const CPSID: u16 = 0xb672;
pub const BX_LR: u16 = 0x4770;
pub const SVC: u16 = 0xdf00;
pub const BKPT: u16 = 0xbe00;
pub const UNDEFINED: u16 = 0xde00;
/// A branch to itself.
pub const STAY: u16 = 0xe7fe;

pub fn movs(d: u16, value: u16) -> u16 {
    0x2000 | d << 8 | value
}
pub fn adds(d: u16, value: u16) -> u16 {
    0x3000 | d << 8 | value
}
/// `[n, #offset]`, the offset in bytes.
pub fn str(t: u16, n: u16, offset: u16) -> u16 {
    0x6000 | ((offset / 4) << 6) | n << 3 | t
}
pub fn ldr(t: u16, n: u16, offset: u16) -> u16 {
    0x6800 | ((offset / 4) << 6) | n << 3 | t
}
pub fn strh(t: u16, n: u16) -> u16 {
    0x8000 | n << 3 | t
}
/// An unconditional branch, relative to the instruction after the next.
pub fn b(halfwords: i16) -> u16 {
    0xe000 | halfwords as u16 & 0x7ff
}

/// A program under construction. Code begins at 0x0800_00c0, right behind the vector table.
pub struct Program {
    vectors: [u32; 48],
    code: Vec<u16>,
}

pub const STACK: u32 = 0x2000_1000;
const CODE: u32 = 0x0800_00c0;

impl Program {
    pub fn new() -> Self {
        let mut vectors = [CODE | 1; 48];
        vectors[0] = STACK;
        Program { vectors, code: Vec::new() }
    }
    pub fn op(mut self, ops: &[u16]) -> Self {
        self.code.extend(ops);
        self
    }
    /// Loads a constant, by a literal that follows and is jumped over.
    pub fn load(mut self, d: u16, value: u32) -> Self {
        if !self.code.len().is_multiple_of(2) {
            self.code.push(NOP);
        }
        self.code.extend([0x4800 | d << 8, b(1), value as u16, (value >> 16) as u16]);
        self
    }
    /// Writes a constant to an address, by way of r6 and r7.
    pub fn poke(self, address: u32, value: u32) -> Self {
        self.load(6, address).load(7, value).op(&[str(7, 6, 0)])
    }
    /// What follows is the handler of an exception.
    pub fn handler(mut self, exception: usize) -> Self {
        self.vectors[exception] = (CODE + 2 * self.code.len() as u32) | 1;
        self
    }
    /// The image as it stands in flash.
    pub fn bytes(&self) -> Vec<u8> {
        let vectors = self.vectors.iter().flat_map(|v| v.to_le_bytes());
        vectors.chain(self.code.iter().flat_map(|op| op.to_le_bytes())).collect()
    }
    /// A chip that has just been powered with this program in its flash.
    pub fn start(&self) -> Mcu {
        let mut mcu = Mcu::new();
        let image = self.bytes();
        assert!(image.len() <= FLASH_BYTES);
        mcu.flash_mut()[..image.len()].copy_from_slice(&image);
        mcu.set_power(true);
        mcu
    }
}

/// Runs for a time and gives all that could be seen.
pub fn run(mcu: &mut Mcu, nanos: u64) -> Vec<(u64, Emission)> {
    let until = mcu.now() + nanos;
    std::iter::from_fn(|| mcu.run_until(until)).collect()
}

pub fn micros(count: u64) -> u64 {
    count * 1000
}

/// A word of RAM, as a debugger reads it.
pub fn word(mcu: &mut Mcu, address: u32) -> u32 {
    mcu.debug_read(address, super::cpu::Width::Word).expect("RAM")
}
