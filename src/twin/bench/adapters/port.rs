//! The bench's end of a serial line to one of the twin's boards.

use crate::clock::{Instant, Stamped};
use crate::instrument::Result;
use crate::instrument::port::Port;
use crate::twin::bench::ports::Plug;
use crate::twin::kernel::world::{self, Shared};

/// The bench's end of a line.
pub struct TwinPort {
    world: Shared,
    plug: Plug,
    name: String,
}

impl TwinPort {
    /// The line of this name, behind `twin:`; `None`: there is none.
    pub fn open(world: Shared, name: &str) -> Option<Self> {
        let plug = world::lock(&world).boards.plug(name)?;
        Some(TwinPort { world, plug, name: format!("twin:{name}") })
    }
}

impl Port for TwinPort {
    fn write(&mut self, bytes: &[u8]) -> Result<Instant> {
        Ok(Instant::from_nanos(world::lock(&self.world).write(self.plug, bytes)))
    }
    fn read(&mut self) -> Result<Vec<Stamped<u8>>> {
        Ok(world::lock(&self.world).read(self.plug))
    }
    fn name(&self) -> String {
        self.name.clone()
    }
}
