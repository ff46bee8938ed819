//! A measurement's result in its two dresses: words for people in either language, stable keys for programs.

use std::fmt::Write;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::plot::{self, Picture};
use crate::unit::{Bilingual, Estimate, Lang, Method};
use crate::wav::{Recording, WavError, in_words};

/// Version of the JSON layout: keys are only ever added under one number.
const FORMAT: u32 = 1;
/// What measured.
const PROGRAM: &str = concat!("hejnal ", env!("CARGO_PKG_VERSION"));

/// Why there is no finding at all.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Wav(#[from] WavError),
    #[error("{}: {}", path.display(), in_words(error))]
    Write { path: PathBuf, error: std::io::Error },
    #[error("{0}")]
    Refused(Bilingual),
}

impl Failure {
    pub fn refused(reason: impl Into<Bilingual>) -> Failure {
        Failure::Refused(reason.into())
    }
    pub fn show(&self, lang: Lang) -> String {
        match self {
            Failure::Wav(error) => error.show(lang),
            Failure::Refused(reason) => reason.show(lang).to_owned(),
            Failure::Write { path, error } => format!("{}: {}", path.display(), in_words(error).show(lang)),
        }
    }
    pub fn to_json(&self, lang: Lang) -> Value {
        json!({ "format": FORMAT, "program": PROGRAM, "found": false, "error": self.show(lang) })
    }
}

/// A line for people.
#[derive(Debug)]
enum Line {
    Words(Bilingual, Bilingual),
    Figure(Bilingual, Estimate),
}

/// What a measurement found, with its method.
#[derive(Debug)]
pub struct Finding {
    measurement: &'static str,
    pub found: bool,
    fields: Map<String, Value>,
    /// Each figure whole: value, unit, uncertainty, method and norm.
    figures: Map<String, Value>,
    lines: Vec<Line>,
    /// How it was done on the whole, with the norm and clause where there is one.
    method: Bilingual,
    /// How single figures were got: each method with the figures that it gave.
    methods: Vec<(Method, Vec<Bilingual>)>,
    notes: Vec<Bilingual>,
    /// Drawn one below the other.
    pub plots: Vec<Picture>,
}

impl Finding {
    pub fn new(measurement: &'static str, found: bool, method: impl Into<Bilingual>, recordings: &[&Recording]) -> Self {
        let notes = recordings.iter().flat_map(|r| r.notes.clone()).collect();
        Finding {
            measurement,
            found,
            fields: Map::new(),
            figures: Map::new(),
            lines: Vec::new(),
            method: method.into(),
            methods: Vec::new(),
            notes,
            plots: Vec::new(),
        }
    }

    /// Adds all fields of a result. Figures that are not finite become null: JSON has no others.
    pub fn fields(mut self, result: &impl Serialize) -> Self {
        if let Ok(Value::Object(fields)) = serde_json::to_value(result) {
            self.fields.extend(fields);
        }
        self
    }

    pub fn field(mut self, key: &str, value: impl Serialize) -> Self {
        self.fields.insert(key.to_owned(), serde_json::to_value(value).unwrap_or(Value::Null));
        self
    }

    /// Adds a count, which has no uncertainty and is written without decimals.
    pub fn count(self, key: &str, label: impl Into<Bilingual>, count: usize, method: Method) -> Self {
        self.kept(key, label.into(), Estimate::count(count), json!(count), method)
    }

    /// Adds a figure: under `key` its value, under `figures` and `key` all that belongs to it, and a line for people.
    pub fn figure(self, key: &str, label: impl Into<Bilingual>, estimate: Estimate, method: Method) -> Self {
        self.kept(key, label.into(), estimate, json!(estimate.value), method)
    }

    fn kept(mut self, key: &str, label: Bilingual, estimate: Estimate, value: Value, method: Method) -> Self {
        let whole = json!({
            "value": value, "unit": estimate.unit, "uncertainty": estimate.uncertainty, "coverage_factor": 2,
            "method": method.en, "method_pl": method.pl, "norm": method.norm,
        });
        self.fields.insert(key.to_owned(), value);
        self.figures.insert(key.to_owned(), whole);
        self.lines.push(Line::Figure(label.clone(), estimate));
        match self.methods.iter_mut().find(|(known, _)| *known == method) {
            Some((_, labels)) => labels.push(label),
            None => self.methods.push((method, vec![label])),
        }
        self
    }

    /// Adds a figure where there is one, and says in words where there is none.
    pub fn figure_or(
        self,
        key: &str,
        label: (&str, &str),
        estimate: Option<Estimate>,
        method: Method,
        none: (&str, &str),
    ) -> Self {
        match estimate {
            Some(estimate) if estimate.value.is_finite() => self.figure(key, label, estimate, method),
            _ => self.field(key, Option::<f64>::None).line(label, none),
        }
    }

    /// Adds one line for people.
    pub fn line(mut self, label: impl Into<Bilingual>, value: impl Into<Bilingual>) -> Self {
        self.lines.push(Line::Words(label.into(), value.into()));
        self
    }

    pub fn note(mut self, note: impl Into<Bilingual>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds what was said of the files themselves.
    pub fn notes(mut self, notes: Vec<Bilingual>) -> Self {
        self.notes.extend(notes);
        self
    }

    pub fn plot(mut self, picture: impl Into<Picture>) -> Self {
        self.plots.push(picture.into());
        self
    }

    pub fn to_svg(&self, lang: Lang) -> Option<String> {
        (!self.plots.is_empty()).then(|| plot::to_svg(&self.plots, lang))
    }

    pub fn to_json(&self, lang: Lang) -> Value {
        let mut object = self.fields.clone();
        object.insert("format".to_owned(), FORMAT.into());
        object.insert("program".to_owned(), PROGRAM.into());
        object.insert("measurement".to_owned(), self.measurement.into());
        object.insert("found".to_owned(), self.found.into());
        object.insert("method".to_owned(), self.method.show(lang).into());
        object.insert("figures".to_owned(), Value::Object(self.figures.clone()));
        object.insert("notes".to_owned(), self.notes.iter().map(|note| note.show(lang)).collect());
        Value::Object(object)
    }

    pub fn to_text(&self, lang: Lang) -> String {
        let mut text = String::new();
        let lines = self.lines.iter().map(|line| match line {
            Line::Words(label, value) => (label.show(lang), value.show(lang).to_owned()),
            Line::Figure(label, estimate) => (label.show(lang), estimate.show(lang)),
        });
        let width = lines.clone().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
        for (label, value) in lines {
            let _ = writeln!(text, "{label:width$}  {value}");
        }
        let (note_word, method_word) = match lang {
            Lang::En => ("Note", "Method"),
            Lang::Pl => ("Uwaga", "Metoda"),
        };
        for note in &self.notes {
            let _ = writeln!(text, "{note_word}: {}.", note.show(lang));
        }
        let _ = writeln!(text, "{method_word}: {}.", self.method.show(lang));
        for (method, labels) in &self.methods {
            let mut labels: Vec<&str> = labels.iter().map(|label| label.show(lang).trim()).collect();
            labels.dedup();
            let norm = if method.norm.is_empty() { String::new() } else { format!(" ({})", method.norm) };
            let _ = writeln!(text, "  {}: {}{norm}.", grouped(&labels), method.show(lang));
        }
        text
    }
}

/// A long list of figures by its first and last.
fn grouped(labels: &[&str]) -> String {
    match labels {
        [first, .., last] if labels.len() > 6 => format!("{first} … {last}"),
        _ => labels.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Unit;

    #[test]
    fn not_finite_becomes_null() {
        let finding = Finding::new("x", true, Bilingual::same("m"), &[])
            .field("a", f64::INFINITY)
            .line(Bilingual::same("a"), Bilingual::same("b"));
        assert!(finding.to_json(Lang::En)["a"].is_null());
        assert_eq!(finding.to_text(Lang::En), "a  b\nMethod: m.\n");
    }

    #[test]
    fn a_figure_is_shown_and_kept_whole() {
        const METHOD: Method = Method::new("by ear", "na ucho", "ISO 1");
        let level = Estimate::new(-12.0, 0.25, Unit::DecibelFullScale);
        let finding = Finding::new("x", true, ("all", "wszystko"), &[]).figure("level", ("Level", "Poziom"), level, METHOD);
        let finding = finding.figure_or("other", ("Other", "Inny"), None, METHOD, ("none", "brak"));
        let json = finding.to_json(Lang::En);
        let whole = json!({"value": -12.0, "unit": "dBFS", "uncertainty": 0.25, "coverage_factor": 2, "method": "by ear", "method_pl": "na ucho", "norm": "ISO 1"});
        assert_eq!((&json["level"], &json["figures"]["level"], &json["other"]), (&json!(-12.0), &whole, &Value::Null));
        assert_eq!(
            finding.to_text(Lang::Pl),
            "Poziom  -12,00 dBFS ± 0,25 dBFS\nInny    brak\nMetoda: wszystko.\n  Poziom: na ucho (ISO 1).\n"
        );
    }
}
