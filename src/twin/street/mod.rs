//! The street between post and operator: fibre and network, mains, and the air that carries sound.

pub mod air;
pub(in crate::twin) mod bad_supplies;
pub(in crate::twin) mod camera_host;
mod delayed_switch;
pub(in crate::twin) mod hand;
pub mod line;
pub(in crate::twin) mod net;
pub mod power;
pub(in crate::twin) mod secure_host;
pub(in crate::twin) mod stream;
pub(in crate::twin) mod track;
