//! What is judged: a quantity with its key, its names, its method and the requirement that its limit comes from.

use super::{Bilingual, Figure, Method, Unit};

/// A quantity as the report names it.
#[derive(Debug, Clone, Copy)]
pub struct Quantity {
    /// See [`Figure::key`].
    pub key: &'static str,
    pub unit: Unit,
    pub en: &'static str,
    pub pl: &'static str,
    /// How the figure was got, with the norm where there is one.
    pub method: Method,
    /// The requirement that the limit comes from, e.g. `T02`.
    pub requirement: &'static str,
}

/// What is stated of a quantity: most often the figure itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Itself,
    /// How often something came that had to come in time: what never came has no time.
    Occurrences,
    /// The 95th percentile of a series.
    P95,
    /// The largest of a series.
    Largest,
}

impl Quantity {
    /// As the journal names it.
    pub fn figure(&self, form: Form) -> Figure {
        let Quantity { key, unit, en, pl, method, .. } = *self;
        let (suffix, in_en, in_pl, unit) = match form {
            Form::Itself => ("", "", "", unit),
            Form::Occurrences => (".occurrences", " (occurrences)", " (ile razy)", Unit::Count),
            Form::P95 => (".p95", ", 95th percentile", ", 95. percentyl", unit),
            Form::Largest => (".largest", ", largest", ", największa wartość", unit),
        };
        Figure {
            key: format!("{key}{suffix}"),
            name: Bilingual::new(format!("{en}{in_en}"), format!("{pl}{in_pl}")),
            unit,
            method,
        }
    }
}
