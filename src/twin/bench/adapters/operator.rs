//! The way to the operator's desk at the far end of the twin's line.

use crate::clock::Instant;
use crate::instrument::Result;
use crate::operator::Desk;
use crate::operator::operator_port::DeskAccess;
use crate::twin::kernel::world::{self, Shared};

pub(in crate::twin) struct TwinDesk {
    world: Shared,
}

impl TwinDesk {
    pub fn in_world(world: Shared) -> Self {
        TwinDesk { world }
    }
}

impl DeskAccess for TwinDesk {
    fn enter(&self, act: &mut dyn FnMut(Instant, &mut Desk)) -> Result<()> {
        world::lock(&self.world).at_desk(|desk, at| act(at, desk));
        Ok(())
    }
    /// Whatever comes and leaves does so at the very moment that the simulation says.
    fn uncertainty(&self) -> (f64, f64) {
        (0.0, 0.0)
    }
    fn place(&self) -> String {
        "twin:operator".to_owned()
    }
    fn spoken_from(&self, seconds: f64) {
        world::lock(&self.world).truth.spoken.push(seconds);
    }
}
