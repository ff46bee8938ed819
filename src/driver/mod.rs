//! The real instruments: one small file a model, over shared transports.
//!
//! Knows nothing of the twin, of roles or of posts.

pub mod console;
pub mod inputs;
pub mod lcus;
pub mod probe;
pub mod serial;
pub mod sip_operator;
mod text;
