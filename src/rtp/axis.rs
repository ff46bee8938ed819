//! The one frame axis of a call: both directions of its media are placed on it, exactly.
//!
//! Must not know packets.

use crate::clock::Instant;
use std::time::Duration;

/// Frames a second of the bench's clock.
pub const RATE: u32 = 8000;
/// Nanoseconds a frame: 1 s / 8000.
const FRAME_NANOS: u64 = 125_000;
/// Frames in a packet: 20 ms (RFC 3551, 4.2).
pub const PACKET: u64 = 160;

/// Frame `n` lasts from `origin + n · 125 µs` to `origin + (n + 1) · 125 µs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axis {
    pub origin: Instant,
}

impl Axis {
    pub fn starting(origin: Instant) -> Self {
        Axis { origin }
    }
    /// When a frame begins.
    pub fn instant_of(&self, frame: u64) -> Instant {
        self.origin + Duration::from_nanos(frame.saturating_mul(FRAME_NANOS))
    }
    /// The first frame that begins at `at` or later.
    pub fn next_frame(&self, at: Instant) -> u64 {
        let nanos = at.as_nanos().saturating_sub(self.origin.as_nanos());
        nanos.div_ceil(FRAME_NANOS)
    }
}
