//! The virtual bench: its boards, card and probe as machines, what is wired to what, and the lines and instruments by which they are used.

pub(in crate::twin) mod adapters;
pub(in crate::twin) mod boards;
pub mod card;
pub mod card_trouble;
pub(in crate::twin) mod crowded;
pub mod disturbance;
pub(in crate::twin) mod input_board;
pub mod mishap;
pub(in crate::twin) mod ports;
pub mod probe;
pub(in crate::twin) mod reference_host;
pub(in crate::twin) mod relays;
pub(in crate::twin) mod services;
pub mod setup;
pub mod trouble;
pub(in crate::twin) mod wiring;
