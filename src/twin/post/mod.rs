//! The post itself: a microcontroller that executes the flashed image, its settings page, and a voice module.

pub mod hardware;
pub mod mcu;
pub(in crate::twin) mod settings;
pub mod voice;
