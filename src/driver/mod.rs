//! The real instruments: one small file a model, over shared transports.
//!
//! A driver knows nothing of the twin, of roles or of posts: it turns an instrument trait's calls into the bytes of one
//! product.

pub mod alsa;
pub mod command;
pub mod console;
#[cfg(test)]
mod contract;
pub mod datagrams;
mod exchange;
mod failure;
mod http_client;
pub mod http_hook;
pub mod http_switch;
pub mod inputs;
pub mod lcus;
mod listening;
pub mod modbus;
pub mod ping;
mod priority;
pub mod probe;
pub mod scpi_supply;
pub mod serial;
pub mod services;
pub mod sip_operator;
mod switchboard;
pub mod syslog;
pub mod terminal;
mod text;
pub mod way;
