//! The debug probe's lead to the post's microcontroller: while its wire is busy, the whole simulation runs on.
//!
//! Knows nothing of what is debugged.

use crate::twin::bench::mishap::Mishap;
use crate::twin::bench::probe::Target;
use crate::twin::kernel::world::{self, Shared};
use crate::twin::post::mcu::Nak;

/// The post's supply to its microcontroller.
const VOLTS: f32 = 3.3;

pub struct ProbeLead {
    world: Shared,
}

impl ProbeLead {
    pub fn new(world: Shared) -> Self {
        ProbeLead { world }
    }
}

impl Target for ProbeLead {
    fn transfer(&mut self, ap: bool, address: u8, write: Option<u32>) -> Result<u32, Nak> {
        let mut world = world::lock(&self.world);
        let until = world.now() + world.mcu.wire_nanos();
        world.run_to(until);
        let answer = world.mcu.dap_transfer(ap, address, write);
        answer.map(|word| if write.is_none() { world.misread(ap, address, word) } else { word })
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
        world.probe_plugged && !world.suffers_now(Mishap::ProbeLeaves)
    }
    fn set_speed(&mut self, hz: u32) {
        world::lock(&self.world).mcu.set_swd_hz(hz);
    }
    fn wire_nanos(&self) -> u64 {
        world::lock(&self.world).mcu.wire_nanos()
    }
}
