//! The core against an independent interpreter, instruction by instruction, from random states.

use super::{Bus, BusFault, Cpu, Outcome, Width};
use rsemu::core::error::BusError;
use rsemu::core::space::{AddressSpace, MemAttrs, MemOps, MemResult, Region};
use rsemu::cpu::arm::v7m::{ArmV7m, Config};
use std::fmt;
use std::sync::{Arc, Mutex};

const BASE: u32 = 0x2000_0000;
const BYTES: usize = 4096;
/// The instruction under test stands here; data registers point into the rest.
const AT: u32 = BASE + 0x400;

/// 4 KiB of RAM, for either interpreter.
#[derive(Clone)]
struct Ram([u8; BYTES]);

impl Ram {
    fn get(&self, address: u32, length: usize) -> Option<&[u8]> {
        let offset = address.checked_sub(BASE)? as usize;
        self.0.get(offset..offset + length)
    }
    fn put(&mut self, address: u32, bytes: &[u8]) -> Option<()> {
        let offset = address.checked_sub(BASE)? as usize;
        self.0.get_mut(offset..offset + bytes.len())?.copy_from_slice(bytes);
        Some(())
    }
}

impl Bus for Ram {
    fn fetch(&mut self, address: u32) -> Result<u16, BusFault> {
        self.read(address, Width::Half).map(|half| half as u16)
    }
    fn read(&mut self, address: u32, width: Width) -> Result<u32, BusFault> {
        let bytes = self.get(address, width.bytes() as usize).ok_or(BusFault)?;
        Ok(bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte)))
    }
    fn write(&mut self, address: u32, width: Width, value: u32) -> Result<(), BusFault> {
        self.put(address, &value.to_le_bytes()[..width.bytes() as usize]).ok_or(BusFault)
    }
    fn now(&self) -> u64 {
        0
    }
}

#[derive(Clone)]
struct Shared(Arc<Mutex<Ram>>);

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ram")
    }
}

impl MemOps for Shared {
    fn read(&self, offset: u64, bytes: &mut [u8], _: MemAttrs) -> MemResult {
        let ram = self.0.lock().expect("unpoisoned");
        let found = ram.get(BASE + offset as u32, bytes.len()).ok_or(BusError::BadAccess)?;
        bytes.copy_from_slice(found);
        Ok(())
    }
    fn write(&self, offset: u64, bytes: &[u8], _: MemAttrs) -> MemResult {
        self.0.lock().expect("unpoisoned").put(BASE + offset as u32, bytes).ok_or(BusError::BadAccess)
    }
}

/// xorshift64*, for states that are the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as u32
    }
    fn below(&mut self, limit: u32) -> u32 {
        self.next() % limit
    }
    /// Small numbers, large ones, edges, and addresses within the RAM.
    fn value(&mut self) -> u32 {
        match self.below(6) {
            0 => self.below(64),
            1 => [0, 1, u32::MAX, 0x7fff_ffff, 0x8000_0000, 32, 33, 255][self.below(8) as usize],
            2 | 3 => (BASE + 0x800 + self.below(0x400)) & !3,
            _ => self.next(),
        }
    }
    /// A valid ARMv6-M instruction that neither traps nor sleeps.
    fn instruction(&mut self) -> (u16, u16) {
        loop {
            let first = self.next() as u16;
            let second = self.next() as u16;
            match first >> 11 {
                0x1d | 0x1f => {}
                0x1e => {
                    let barrier = (0xf3bf, 0x8f40 | second & 0x2f);
                    match self.below(4) {
                        0 if matches!(barrier.1 >> 4 & 15, 4..=6) => return barrier,
                        // MRS and MSR of APSR, PRIMASK: r0 to r7.
                        1 => return (0xf3ef, 0x8000 | (second & 7) << 8),
                        2 => return (0xf380 | second & 7, 0x8800),
                        _ => return (first, second | 0xd000),
                    }
                }
                0x1a | 0x1b if first >> 8 & 15 >= 14 => {}
                // The multiples need a register; the miscellaneous group only what v6-M has of it.
                0x18 | 0x19 if first & 0xff == 0 => {}
                0x18 if first & 1 << (first >> 8 & 7) != 0 => {}
                0x16 | 0x17 if !is_plain_miscellaneous(first) => {}
                0x08 if first >> 10 & 1 != 0 && !is_plain_high(first) => {}
                _ => return (first, second),
            }
        }
    }
}

fn is_plain_miscellaneous(op: u16) -> bool {
    match op >> 8 & 15 {
        0 | 2 => true,
        4 | 5 | 12 => op & 0x1ff != 0,
        10 => op >> 6 & 3 != 2,
        15 => op == 0xbf00,
        _ => false,
    }
}

/// High-register forms whose result is defined: nothing that writes SP or PC or compares PC, no branch to ARM state.
fn is_plain_high(op: u16) -> bool {
    let d = op & 7 | op >> 4 & 8;
    let m = op >> 3 & 15;
    match op >> 8 & 3 {
        0 | 2 => d != 13 && d != 15 && m != 13,
        1 => d >= 8 && d != 15 && m != 15,
        _ => false,
    }
}

struct Pair {
    ours: Cpu,
    ram: Ram,
    theirs: ArmV7m,
    their_ram: Arc<Mutex<Ram>>,
}

impl Pair {
    fn new() -> Self {
        let their_ram = Arc::new(Mutex::new(Ram([0; BYTES])));
        let space = AddressSpace::new("ahb", 32);
        let region = Region::io("ram", BYTES as u64, Arc::new(Shared(Arc::clone(&their_ram))));
        space.topology().map(region, u64::from(BASE)).expect("maps");
        let mut config = Config::CORTEX_M3;
        config.reset_vtor = BASE;
        let theirs = ArmV7m::new(config);
        theirs.attach_space(Arc::new(space));
        // The first step takes the reset.
        theirs.step();
        Pair { ours: Cpu::new(), ram: Ram([0; BYTES]), theirs, their_ram }
    }

    fn prepare(&mut self, random: &mut Random, (first, second): (u16, u16)) {
        let at = (AT - BASE) as usize;
        for cell in &mut self.ram.0 {
            *cell = 0;
        }
        for offset in (0x780..0xf00).step_by(4) {
            self.ram.0[offset..offset + 4].copy_from_slice(&random.next().to_le_bytes());
        }
        self.ram.0[at..at + 2].copy_from_slice(&first.to_le_bytes());
        self.ram.0[at + 2..at + 4].copy_from_slice(&second.to_le_bytes());
        let mut registers = self.theirs.regs();
        for register in 0..15 {
            registers.r[register] = random.value();
        }
        registers.r[13] = BASE + 0x800 + (random.below(0x400) & !3);
        registers.msp = registers.r[13];
        registers.r[15] = AT;
        registers.xpsr = random.next() & 0xf000_0000 | 1 << 24;
        for (register, value) in registers.r.iter().enumerate() {
            self.ours.set_register(register as u32, *value);
        }
        self.ours.set_register(16, registers.xpsr);
        self.theirs.set_regs(registers);
        *self.their_ram.lock().expect("unpoisoned") = self.ram.clone();
    }

    /// `None` where the instruction faults: on v7-M some unaligned accesses do not, so only our own fault is looked
    /// for.
    fn step(&mut self, op: (u16, u16)) -> Option<()> {
        let before: Vec<u32> = (0..17).map(|n| self.ours.register(n)).collect();
        let (_, outcome) = self.ours.step(&mut self.ram);
        if outcome != Outcome::Ran {
            self.ours.reset(&mut self.ram);
            return None;
        }
        self.theirs.step();
        let theirs = self.theirs.regs();
        let ours: Vec<u32> = (0..17).map(|n| self.ours.register(n)).collect();
        let mut expected: Vec<u32> = theirs.r.to_vec();
        expected.push(theirs.xpsr);
        let shown = format!("{:04x} {:04x}\nbefore {before:08x?}", op.0, op.1);
        assert_eq!(ours[..16], expected[..16], "{shown}");
        assert_eq!(ours[16] & 0xf100_003f, expected[16] & 0xf100_003f, "flags of {shown}");
        assert!(self.ram.0 == self.their_ram.lock().expect("unpoisoned").0, "memory of {shown}");
        Some(())
    }
}

#[test]
fn two_hundred_thousand_random_instructions_agree() {
    let mut random = Random(0x0417_2026_0417_2026);
    let mut pair = Pair::new();
    let mut compared = 0;
    let mut faulted = 0u32;
    while compared < 200_000 {
        let op = random.instruction();
        pair.prepare(&mut random, op);
        match pair.step(op) {
            Some(()) => compared += 1,
            None => faulted += 1,
        }
    }
    // Loads and stores through random registers fault often, but no more often than they should.
    assert!(faulted < 100_000, "{faulted} instructions faulted");
}
