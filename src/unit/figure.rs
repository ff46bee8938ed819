//! What a figure is known by: a key that never changes, a name in both languages, a unit, and the way to it.

use super::{Bilingual, Method, Unit};

/// A figure that can be stated. Each constant stands beside the code that finds the figure; `hejnal steps --figures`
/// lists them all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Requirement or area, quantity, and direction or end where there are several: `T21.gap.to-operator`. Machines
    /// know the figure by it, so it outlives every change of wording.
    pub key: String,
    /// As a reader of a report knows it.
    pub name: Bilingual,
    pub unit: Unit,
    pub method: Method,
}

impl Unit {
    /// The symbol, and `1` where a figure has no dimension (ISO 80000-1, 6.5).
    pub fn written(self) -> &'static str {
        match self {
            Unit::Ratio | Unit::Count => "1",
            unit => unit.symbol(),
        }
    }
}
