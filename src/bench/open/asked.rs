//! How instruments that speak only when asked are opened: modules, switches and supplies that somebody sells, and
//! programs of the owner's.

use super::context::{Context, unfit, way};
use crate::driver::modbus::{self, Opened};
use crate::driver::{command, http_switch, scpi_supply};
use crate::instrument::Result;
use crate::instrument::relay::RelayBoard;
use crate::rig::{Capability, Instrument, Settings, Transport};

pub(super) fn modbus(context: &Context, one: &Instrument) -> Result<Opened> {
    let Settings::Modbus(settings) = &one.settings else { return Err(unfit(&one.transport)) };
    let way = way(&one.transport, settings.even)?;
    let counts = (one.count(Capability::Relay), one.count(Capability::Input));
    modbus::open(&way, settings, counts, context.shared_clock())
}

pub(super) fn switch(context: &Context, one: &Instrument) -> Result<Box<dyn RelayBoard>> {
    let (channels, clock) = (one.count(Capability::Relay), context.shared_clock());
    match (&one.transport, &one.settings) {
        (Transport::Tcp { address, .. }, Settings::HttpSwitch(settings)) => {
            Ok(Box::new(http_switch::open(*address, settings, channels, clock)))
        }
        (transport, Settings::Scpi(model)) => Ok(Box::new(scpi_supply::open(&way(transport, false)?, model, channels, clock))),
        (Transport::Program { path }, Settings::Command(settings)) => {
            Ok(Box::new(command::open(path, settings, channels, clock)))
        }
        (other, _) => Err(unfit(other)),
    }
}
