//!
pub mod mcu;
pub mod probe;
