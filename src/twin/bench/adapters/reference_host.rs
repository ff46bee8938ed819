//! The host at the end of the bench's network, as an instrument.

use crate::instrument::network::{Echo, ReferenceHost};
use crate::instrument::{Identity, Instrument, Result};
use crate::twin::kernel::world::{self, Shared};

pub struct TwinReferenceHost(pub Shared);

impl Instrument for TwinReferenceHost {
    fn identify(&mut self) -> Result<Identity> {
        Ok(Identity { model: "virtual reference host".to_owned(), unit: "twin:reference-host".to_owned() })
    }
    fn make_safe(&mut self) -> Result<()> {
        Ok(())
    }
}

impl ReferenceHost for TwinReferenceHost {
    fn echoes(&mut self) -> Result<Vec<Echo>> {
        Ok(world::lock(&self.0).take_echoes())
    }
}
