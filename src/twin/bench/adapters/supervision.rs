//! The supervision at the far end of the twin's line, as an instrument.

use crate::clock::Stamped;
use crate::instrument::supervision::{Notice, Supervision};
use crate::instrument::{AsksItself, Identity, Instrument, Result};
use crate::services::syslog;
use crate::twin::kernel::world::{self, Shared};
use crate::twin::street::net::SYSLOG_PORT;

pub struct TwinSupervision(pub Shared);

impl Instrument for TwinSupervision {
    fn identify(&mut self) -> Result<Identity> {
        Ok(Identity { model: "virtual syslog receiver".to_owned(), unit: "twin:supervision".to_owned() })
    }
    fn make_safe(&mut self) -> Result<()> {
        Ok(())
    }
}

impl AsksItself for TwinSupervision {
    fn ask_itself(&mut self, number: u16) -> Result<bool> {
        world::lock(&self.0).ask_own_service(SYSLOG_PORT, false, syslog::own_message(number));
        Ok(true)
    }
}

impl Supervision for TwinSupervision {
    fn notices(&mut self) -> Result<Vec<Stamped<Notice>>> {
        let arrived = std::mem::take(&mut world::lock(&self.0).host.syslog);
        let read = |(at, bytes): (_, Vec<u8>)| syslog::read(&bytes).map(|notice| Stamped::new(at, notice));
        Ok(arrived.into_iter().filter_map(read).collect())
    }
}
