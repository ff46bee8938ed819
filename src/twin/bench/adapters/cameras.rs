//! The city's camera system at the far end of the twin's line, as an instrument.

use crate::clock::Stamped;
use crate::instrument::cameras::{CameraEvent, CameraSystem, Treatment};
use crate::instrument::{Identity, Instrument, Result};
use crate::twin::kernel::world::{self, Shared};

pub struct TwinCameras(pub Shared);

impl Instrument for TwinCameras {
    fn identify(&mut self) -> Result<Identity> {
        Ok(Identity { model: "virtual camera system".to_owned(), unit: "twin:cameras".to_owned() })
    }
    fn make_safe(&mut self) -> Result<()> {
        self.treat(Treatment::Taking)
    }
}

impl CameraSystem for TwinCameras {
    fn treat(&mut self, how: Treatment) -> Result<()> {
        world::lock(&self.0).host.cameras.hook.treat(how);
        Ok(())
    }
    fn events(&mut self) -> Result<Vec<Stamped<CameraEvent>>> {
        Ok(world::lock(&self.0).host.cameras.hook.take_events())
    }
}
