//! The virtual bench: its boards, card and probe as machines, what is wired to what, and the lines and instruments by
//! which they are used.

pub(in crate::twin) mod adapters;
pub mod adversity;
pub(in crate::twin) mod bad_lines;
pub(in crate::twin) mod bad_relays;
pub(in crate::twin) mod boards;
pub mod card;
pub mod card_trouble;
pub(in crate::twin) mod circuit;
pub(in crate::twin) mod crowded;
pub mod disturbance;
pub(in crate::twin) mod input_board;
pub(in crate::twin) mod leads;
pub mod mishap;
pub(in crate::twin) mod network_way;
pub mod nuisance;
pub(in crate::twin) mod own_questions;
pub(in crate::twin) mod ports;
pub mod probe;
pub(in crate::twin) mod reference_host;
pub(in crate::twin) mod relays;
pub(in crate::twin) mod sensors;
pub(in crate::twin) mod services;
pub mod setup;
pub(in crate::twin) mod sound_path;
pub mod trouble;
pub(in crate::twin) mod wiring;
