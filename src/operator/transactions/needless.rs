//! An INVITE that goes on coming although it has been answered.

use crate::clock::Instant;
use crate::operator::timers::CROSSES_WITHIN;

/// Answers get lost; so many in a row, on a line that was left alone, do not. Engineering judgement.
const NEEDLESS: u8 = 3;

/// How often an INVITE came again that had been answered provisionally.
#[derive(Debug)]
pub struct Needless {
    answered: Instant,
    count: u8,
}

impl Needless {
    pub fn since(answered: Instant) -> Self {
        Needless { answered, count: 0 }
    }
    /// It came again, and is answered again; true for the one that cannot be explained any more.
    pub fn repeated(&mut self, at: Instant) -> bool {
        let counts = at.since(self.answered) >= CROSSES_WITHIN;
        self.answered = at;
        self.count = self.count.saturating_add(u8::from(counts));
        counts && self.count == NEEDLESS
    }
}
