//! Digital inputs with a stamp on every change: phototransistors on the post's lamps, sense contacts of the relays.

use super::{Instrument, Result};
use crate::clock::{Instant, Stamped};
use serde::{Deserialize, Serialize};

/// An input's number as printed on its board: 1 is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Input(pub u8);

/// An input changed to `lit` (light seen, contact closed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    pub input: Input,
    pub lit: bool,
}

pub trait InputBoard: Instrument {
    /// All changes since the last call, in order, each stamped when its report arrived.
    fn edges(&mut self) -> Result<Vec<Stamped<Edge>>>;
    /// The state of one input as the board has told it at `since` or later; `None`: it has not told it since, and has
    /// been asked. Ask again.
    fn is_lit(&mut self, input: Input, since: Instant) -> Result<Option<bool>>;
    /// How much later than the change itself a stamp may be, in seconds: 95 % of changes are stamped within it.
    fn stamp_uncertainty(&self) -> f64;
}
