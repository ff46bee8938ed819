//! The debug probe's lead to the post's microcontroller: while its wire is busy, the whole simulation runs on.
//!
//! Knows nothing of what is debugged.

use crate::twin::bench::boards::BoardFaults;
use crate::twin::bench::mishap::{self, Mishap};
use crate::twin::bench::probe::Target;
use crate::twin::bench::trouble::Trouble;
use crate::twin::kernel::world::{self, Shared};
use crate::twin::post::mcu::Nak;

/// The post's supply to its microcontroller.
const VOLTS: f32 = 3.3;

/// An access port's data register.
const DATA: u8 = 0x0C;
/// Of so many words that are read of memory one has a bit turned over.
const MISREAD: u64 = 4000;

/// The probe with its USB lead.
trait Reading: Send {
    /// What becomes of a word that it reads.
    fn read(&mut self, ap: bool, address: u8, word: u32) -> u32;
    /// Whether its USB lead is in.
    fn is_in(&self, now: u64) -> bool;
}

/// One in order.
struct Faithful;

impl Reading for Faithful {
    fn read(&mut self, _: bool, _: u8, word: u32) -> u32 {
        word
    }
    fn is_in(&self, _: u64) -> bool {
        true
    }
}

/// Its lead falls out at a moment.
struct FallsOut<R>(R, u64);

impl<R: Reading> Reading for FallsOut<R> {
    fn read(&mut self, ap: bool, address: u8, word: u32) -> u32 {
        self.0.read(ap, address, word)
    }
    fn is_in(&self, now: u64) -> bool {
        now < self.1 && self.0.is_in(now)
    }
}

/// One that misreads now and then; how many words it has read.
struct Misreading<R>(R, u64);

impl<R: Reading> Reading for Misreading<R> {
    fn read(&mut self, ap: bool, address: u8, word: u32) -> u32 {
        let word = self.0.read(ap, address, word);
        if !(ap && address & DATA == DATA) {
            return word;
        }
        self.1 += 1;
        if self.1.is_multiple_of(MISREAD) { word ^ 1 << (self.1 / MISREAD % 32) } else { word }
    }
    fn is_in(&self, now: u64) -> bool {
        self.0.is_in(now)
    }
}

fn reading_with(faults: &BoardFaults) -> Box<dyn Reading> {
    match (faults.mishap, faults.trouble) {
        (Some(Mishap::ProbeLeaves), _) => Box::new(FallsOut(Faithful, mishap::FROM)),
        (_, Some(Trouble::ProbeMisreads)) => Box::new(Misreading(Faithful, 0)),
        _ => Box::new(Faithful),
    }
}

pub struct ProbeLead {
    world: Shared,
    reading: Box<dyn Reading>,
}

impl ProbeLead {
    pub fn new(world: Shared, faults: &BoardFaults) -> Self {
        ProbeLead { world, reading: reading_with(faults) }
    }
}

impl Target for ProbeLead {
    fn transfer(&mut self, ap: bool, address: u8, write: Option<u32>) -> Result<u32, Nak> {
        let mut world = world::lock(&self.world);
        let until = world.now() + world.mcu.wire_nanos();
        world.run_to(until);
        let answer = world.mcu.dap_transfer(ap, address, write);
        answer.map(|word| if write.is_none() { self.reading.read(ap, address, word) } else { word })
    }
    fn line(&mut self, bits: u8, levels: u64) {
        world::lock(&self.world).mcu.dap_line(bits, levels);
    }
    fn set_nrst(&mut self, high: bool) {
        world::lock(&self.world).mcu.set_nrst(high);
    }
    fn nrst(&self) -> bool {
        world::lock(&self.world).mcu.nrst()
    }
    fn volts(&self) -> f32 {
        if world::lock(&self.world).mcu.powered() { VOLTS } else { 0.0 }
    }
    fn plugged(&self) -> bool {
        let world = world::lock(&self.world);
        world.probe_plugged && self.reading.is_in(world.now())
    }
    fn set_speed(&mut self, hz: u32) {
        world::lock(&self.world).mcu.set_swd_hz(hz);
    }
    fn wire_nanos(&self) -> u64 {
        world::lock(&self.world).mcu.wire_nanos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_falls_out_and_a_bad_one_turns_a_bit_over_now_and_then() {
        let mut lead = reading_with(&BoardFaults { mishap: Some(Mishap::ProbeLeaves), ..BoardFaults::default() });
        assert!(lead.is_in(mishap::FROM - 1) && !lead.is_in(mishap::FROM) && lead.read(true, DATA, 5) == 5);
        let mut lead = reading_with(&BoardFaults { trouble: Some(Trouble::ProbeMisreads), ..BoardFaults::default() });
        assert!((0..5000).all(|_| lead.read(false, DATA, 0) == 0), "its own registers are not memory");
        assert_eq!((1..=2 * MISREAD).filter(|_| lead.read(true, DATA, 0) != 0).count(), 2);
    }
}
