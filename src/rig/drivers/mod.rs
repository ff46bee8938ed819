//! One row a driver: its name, its keys, what it offers and at most how often, and the function that reads its entry of
//! a rig.
//!
//! What a key may hold stands in its row alone: the reader, `check`, the driver and a schema take it from there. A new
//! driver is a row of its family's file here, its implementation in `driver`, and its opener in the bench.

mod asked;
mod boards;
mod cameras;
mod command;
mod http_switch;
pub(super) mod impostors;
mod inspector;
mod modbus;
mod network;
pub(super) mod operator;
mod probe;
mod row;
mod scpi_supply;
mod services;
mod settings;
mod sound;
mod supervision;
mod ways;

pub use asked::{Command, Framing, HttpModel, HttpSwitch, Login, Modbus, OutputTold, ScpiModel, Told};
pub use http_switch::HTTP_MODELS;
pub use row::Driver;
pub use scpi_supply::SCPI_MODELS;
pub use settings::{Falsehood, Impostor, Leases, Settings, SipOperator, SipUser, Srtp, Tls};

/// All drivers, in the order in which messages and help list them.
pub static DRIVERS: [Driver; 17] = [
    boards::LCUS,
    boards::INPUT_REPORTER,
    modbus::MODBUS_IO,
    http_switch::HTTP_SWITCH,
    scpi_supply::SCPI_SUPPLY,
    command::COMMAND,
    boards::SERIAL_CONSOLE,
    probe::PROBE_RS,
    sound::SOUND_CARD,
    operator::SIP_OPERATOR,
    network::PING,
    supervision::SYSLOG,
    services::DHCP,
    services::DNS,
    services::NTP,
    cameras::HTTP_HOOK,
    inspector::TERMINAL,
];

/// The driver that a rig calls so.
pub fn find(name: &str) -> Option<&'static Driver> {
    DRIVERS.iter().find(|driver| driver.name == name)
}
