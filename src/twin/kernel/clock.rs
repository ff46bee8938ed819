//! The twin's clock: waiting runs the simulation.
//!
//! Knows nothing of what happens in it.

use crate::clock::{Clock, Guard, Instant, Interrupted};
use crate::twin::kernel::world::{self, Shared};

/// How much of the simulation runs between two looks at the stop flag, in nanoseconds: some milliseconds of work.
const SLICE: u64 = 1_000_000_000;

pub struct TwinClock {
    world: Shared,
    guard: Guard,
}

impl TwinClock {
    pub fn new(world: Shared) -> Self {
        TwinClock { world, guard: Guard::default() }
    }
}

impl Clock for TwinClock {
    fn now(&self) -> Instant {
        Instant::from_nanos(world::lock(&self.world).now())
    }
    fn wait_until(&self, deadline: Instant) -> Result<(), Interrupted> {
        loop {
            let now = self.now();
            self.guard.check(now)?;
            if now >= deadline {
                return Ok(());
            }
            let target = self.guard.limit().map_or(deadline, |limit| limit.min(deadline));
            let target = target.as_nanos().min(now.as_nanos() + SLICE);
            world::lock(&self.world).run_to(target);
        }
    }
    fn guard(&self) -> &Guard {
        &self.guard
    }
}
