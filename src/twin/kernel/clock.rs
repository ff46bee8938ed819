//! The twin's clock: waiting runs the simulation.
//!
//! Knows nothing of what happens in it.

use crate::clock::{Clock, Guard, Instant, Interrupted};
use crate::twin::kernel::world::{self, Shared};
use std::time::Duration;

/// How much of the simulation runs between two looks at the stop flag, in nanoseconds: some milliseconds of work.
const SLICE: u64 = 1_000_000_000;

/// A machine that lets the bench stand still does so this often, and for so long.
const STALLS_EVERY: u64 = 2_000_000_000;
const STALLS_FOR: u64 = 300_000_000;

pub struct TwinClock {
    world: Shared,
    guard: Guard,
    stalls_from: Option<u64>,
}

impl TwinClock {
    /// `stalls_from`: the bench stands still now and then from this moment on.
    pub fn new(world: Shared, stalls_from: Option<Duration>) -> Self {
        let stalls_from = stalls_from.map(|from| u64::try_from(from.as_nanos()).unwrap_or(u64::MAX));
        TwinClock { world, guard: Guard::default(), stalls_from }
    }

    /// When a wait for this moment ends: then, unless the bench is standing still.
    fn wakes(&self, deadline: Instant) -> Instant {
        let phase = deadline.as_nanos() % STALLS_EVERY;
        let is_standing = self.stalls_from.is_some_and(|from| deadline.as_nanos() > from) && phase < STALLS_FOR;
        if is_standing { Instant::from_nanos(deadline.as_nanos() + STALLS_FOR - phase) } else { deadline }
    }
}

impl Clock for TwinClock {
    fn now(&self) -> Instant {
        Instant::from_nanos(world::lock(&self.world).now())
    }
    fn wait_until(&self, deadline: Instant) -> Result<(), Interrupted> {
        let deadline = if deadline > self.now() { self.wakes(deadline) } else { deadline };
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
