//! The kernel: simulated time, the queue of things to come, and the world that the machines stand in.

pub(in crate::twin) mod clock;
pub(in crate::twin) mod queue;
pub(in crate::twin) mod world;
