//! A byte line to an instrument or to the post: a serial port on hardware, a pair of queues in the twin.
//!
//! Knows nothing of the protocol spoken over it.

use super::Result;
use crate::clock::{Instant, Stamped};

/// A full-duplex byte line. Reading never waits: it gives what has arrived, each piece with the moment it did.
pub trait Port: Send {
    /// Hands bytes over for sending; returns the moment the last of them has left.
    fn write(&mut self, bytes: &[u8]) -> Result<Instant>;
    /// All bytes that arrived since the last call, in order, each stamped at its reception.
    fn read(&mut self) -> Result<Vec<Stamped<u8>>>;
    /// What to call this line in a message, e.g. `/dev/ttyUSB0`.
    fn name(&self) -> String;
}
