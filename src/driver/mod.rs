//!
pub mod probe;
