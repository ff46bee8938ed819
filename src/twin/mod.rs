//! The virtual post.

pub mod mcu;
pub mod probe;
pub mod voice;
