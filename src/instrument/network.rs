//! A host at the end of the bench's own network: what it echoes tells that network from the post's line.

use super::{Instrument, Result};
use crate::clock::Instant;
use std::time::Duration;

/// How often it is asked: often enough to feel what spoils a voice, and no load for a manageable device.
pub const ASKED_EVERY: Duration = Duration::from_millis(50);
/// Bytes that a question carries: as many as a packet of voice (RFC 3551: 20 ms of G.711), and each so manieth as many
/// as a long message of SIP (RFC 3261, 18.1.1), for some networks lose what is long and nothing else.
const LIKE_VOICE: usize = 160;
const LIKE_MESSAGE: usize = 1272;
const LONG_OF_EVERY: u64 = 20;

/// How many bytes the question of this number carries.
pub const fn payload_of(number: u64) -> usize {
    if number.is_multiple_of(LONG_OF_EVERY) { LIKE_MESSAGE } else { LIKE_VOICE }
}

/// An echo that has not come by then is lost.
pub const LOST_AFTER: Duration = Duration::from_secs(1);

/// What became of one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Echo {
    pub asked: Instant,
    /// From the question to its echo; `None`: it is lost.
    pub took: Option<Duration>,
}

/// Asked all the time, every [`ASKED_EVERY`], from its opening on.
pub trait ReferenceHost: Instrument {
    /// The questions whose outcome has become known since the last call, in the order in which they were asked.
    fn echoes(&mut self) -> Result<Vec<Echo>>;
}
