//! The host behind the bench's switch, where the post's line begins: it echoes whatever reaches it.
//!
//! Knows the way there and back, and nothing of the line beyond.

use std::collections::VecDeque;

/// There and back through a switch and a small processor.
pub(in crate::twin) const USUALLY: u64 = 400_000;

/// When each was asked, and when it returns if it does.
pub(in crate::twin) type Echoes = VecDeque<(u64, Option<u64>)>;

pub(in crate::twin) fn nanos(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
