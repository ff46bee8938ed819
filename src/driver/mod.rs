//! The real instruments: one small file a model, over shared transports.
//!
//! A driver knows nothing of the twin, of roles or of posts: it turns an instrument trait's calls into the bytes of one
//! product.

pub mod alsa;
pub mod console;
#[cfg(test)]
mod contract;
pub mod datagrams;
mod exchange;
mod failure;
pub mod http_hook;
pub mod inputs;
pub mod lcus;
mod listening;
pub mod ping;
mod priority;
pub mod probe;
pub mod serial;
pub mod services;
pub mod sip_operator;
pub mod syslog;
pub mod terminal;
mod text;
pub mod way;
