//! The supervision at the far end of the twin's line, as an instrument.

use crate::clock::Stamped;
use crate::instrument::supervision::{Notice, Supervision};
use crate::instrument::{Identity, Instrument, Result};
use crate::services::syslog;
use crate::twin::kernel::world::{self, Shared};

pub struct TwinSupervision(pub Shared);

impl Instrument for TwinSupervision {
    fn identify(&mut self) -> Result<Identity> {
        Ok(Identity { model: "virtual syslog receiver".to_owned(), unit: "twin:supervision".to_owned() })
    }
    fn make_safe(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Supervision for TwinSupervision {
    fn notices(&mut self) -> Result<Vec<Stamped<Notice>>> {
        let arrived = std::mem::take(&mut world::lock(&self.0).host.syslog);
        let read = |(at, bytes): (_, Vec<u8>)| syslog::read(&bytes).map(|notice| Stamped::new(at, notice));
        Ok(arrived.into_iter().filter_map(read).collect())
    }
}
