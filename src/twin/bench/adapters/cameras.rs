//! The city's camera system at the far end of the twin's line, as an instrument.

use crate::cameras;
use crate::clock::Stamped;
use crate::instrument::cameras::{CameraEvent, CameraSystem, Treatment};
use crate::instrument::{AsksItself, Identity, Instrument, Result};
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

impl AsksItself for TwinCameras {
    fn ask_itself(&mut self, number: u16) -> Result<bool> {
        world::lock(&self.0).ask_own_cameras(&cameras::own_event(number));
        Ok(true)
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
