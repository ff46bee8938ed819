//!
pub mod mcu;
