//! A stretch of time, in seconds on the bench's clock.

/// A stretch of time; open at its end while it lasts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    pub from: f64,
    pub to: f64,
}

impl Span {
    pub fn holds(self, at: f64) -> bool {
        self.from <= at && at < self.to
    }
    pub fn meets(self, other: Span) -> bool {
        self.from < other.to && other.from < self.to
    }
    pub fn length(self) -> f64 {
        (self.to - self.from).max(0.0)
    }
    /// What both have in common; `None`: nothing.
    pub fn common(self, other: Span) -> Option<Span> {
        let common = Span { from: self.from.max(other.from), to: self.to.min(other.to) };
        (common.from < common.to).then_some(common)
    }
}
