//! A measurement's result in its two dresses: words for people, stable keys for programs.
//!
//! Knows nothing of how anything was measured.

use std::fmt::Write;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::plot::Picture;
use super::wav::{Recording, WavError};

/// Version of the JSON layout: keys are only ever added under one number.
const FORMAT: u32 = 1;

/// Why there is no finding at all.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Wav(#[from] WavError),
    #[error("{}: {error}", path.display())]
    Write { path: PathBuf, error: std::io::Error },
    #[error("{0}")]
    Refused(String),
}

impl Failure {
    pub fn to_json(&self) -> Value {
        json!({ "format": FORMAT, "found": false, "error": self.to_string() })
    }
}

/// What a measurement found, with its method.
#[derive(Debug)]
pub(super) struct Finding {
    measurement: &'static str,
    pub found: bool,
    fields: Map<String, Value>,
    lines: Vec<(String, String)>,
    /// How it was done, with the norm and clause where there is one.
    method: &'static str,
    notes: Vec<String>,
    pub plot: Option<Picture>,
}

impl Finding {
    pub fn new(measurement: &'static str, found: bool, method: &'static str, recordings: &[&Recording]) -> Self {
        let notes = recordings.iter().flat_map(|r| r.notes.clone()).collect();
        Finding { measurement, found, fields: Map::new(), lines: Vec::new(), method, notes, plot: None }
    }

    pub fn notes(mut self, notes: Vec<String>) -> Self {
        self.notes.extend(notes);
        self
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

    /// Adds one line for people.
    pub fn line(mut self, label: impl Into<String>, value: impl Into<String>) -> Self {
        self.lines.push((label.into(), value.into()));
        self
    }

    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    pub fn plot(mut self, picture: impl Into<Picture>) -> Self {
        self.plot = Some(picture.into());
        self
    }

    pub fn to_json(&self) -> Value {
        let mut object = self.fields.clone();
        object.insert("format".to_owned(), FORMAT.into());
        object.insert("measurement".to_owned(), self.measurement.into());
        object.insert("found".to_owned(), self.found.into());
        object.insert("method".to_owned(), self.method.into());
        object.insert("notes".to_owned(), json!(self.notes));
        Value::Object(object)
    }

    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let width = self.lines.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
        for (label, value) in &self.lines {
            let _ = writeln!(text, "{label:width$}  {value}");
        }
        for note in &self.notes {
            let _ = writeln!(text, "Note: {note}.");
        }
        let _ = writeln!(text, "Method: {}.", self.method);
        text
    }
}

/// A duration with its expanded uncertainty, in milliseconds, to the digits that the uncertainty justifies.
pub(super) fn milliseconds(seconds: f64, uncertainty: f64) -> String {
    let digits = digits(uncertainty * 1e3);
    format!("{:.digits$} ms ± {:.digits$} ms", seconds * 1e3, uncertainty * 1e3)
}

/// Decimals that show two digits of the uncertainty.
pub(super) fn digits(uncertainty: f64) -> usize {
    if uncertainty > 0.0 && uncertainty.is_finite() { (1.0 - uncertainty.log10().floor()).clamp(0.0, 6.0) as usize } else { 3 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_follow_the_uncertainty() {
        assert_eq!(milliseconds(0.153_246_8, 0.000_001_23), "153.2468 ms ± 0.0012 ms");
        assert_eq!(milliseconds(0.153_246_8, 0.012), "153 ms ± 12 ms");
        assert_eq!((digits(0.0), digits(f64::NAN), digits(1e-30)), (3, 3, 6));
    }

    #[test]
    fn not_finite_becomes_null() {
        let finding = Finding::new("x", true, "m", &[]).field("a", f64::INFINITY).line("a", "b");
        assert!(finding.to_json()["a"].is_null());
        assert_eq!(finding.to_text(), "a  b\nMethod: m.\n");
    }
}
