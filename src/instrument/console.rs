//! The post's console: lines of text, each stamped at its first byte.

use super::{Instrument, Result};
use crate::clock::Stamped;

/// One line as it arrived, without its line end. Bytes that are no ASCII text are kept as U+FFFD, so that a garbled
/// line is seen as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub text: String,
}

pub trait Console: Instrument {
    /// All complete lines since the last call, stamped at the arrival of their first byte.
    fn lines(&mut self) -> Result<Vec<Stamped<Line>>>;
}
