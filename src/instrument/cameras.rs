//! The city's camera system, as far as a post knows it: the events that call up a camera, stamped on arrival.
//!
//! What an event's text means is not decided here, nor which post should be named in it.

use super::{AsksItself, Result};
use crate::clock::Stamped;
use std::time::Duration;

/// How the camera system treats what comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Treatment {
    /// Takes it and says so.
    #[default]
    Taking,
    /// Takes connections and bytes and answers nothing.
    Silent,
    /// Takes it, and says so only after this time.
    Slow(Duration),
    /// Answers 503 Service Unavailable.
    Refusing,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CameraEvent {
    /// Who sent it: address and port.
    pub from: String,
    /// Method and target: `POST /events`.
    pub request: String,
    /// What was sent with it, as text.
    pub text: String,
    /// It was taken, and that was said at once.
    pub taken: bool,
}

impl CameraEvent {
    /// Whether this name stands in it, as a whole word: `SOS-041` is not in `SOS-0417`.
    pub fn names(&self, name: &str) -> bool {
        let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let stands_in = |text: &str| {
            text.match_indices(name).any(|(at, _)| {
                let before = text.get(..at).and_then(|before| before.chars().next_back());
                let after = text.get(at + name.len()..).and_then(|after| after.chars().next());
                !before.is_some_and(is_part) && !after.is_some_and(is_part)
            })
        };
        !name.is_empty() && (stands_in(&self.request) || stands_in(&self.text))
    }
}

/// It listens from its opening on. Made safe it takes everything again.
pub trait CameraSystem: AsksItself {
    fn treat(&mut self, how: Treatment) -> Result<()>;
    /// The events since the last call, in the order of their arrival. What is no request is left out.
    fn events(&mut self) -> Result<Vec<Stamped<CameraEvent>>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_as_a_whole_word_wherever_it_stands() {
        let event = |request: &str, text: &str| CameraEvent {
            from: "10.20.0.17:40000".into(),
            request: request.into(),
            text: text.into(),
            taken: true,
        };
        let names = |request: &str, text: &str| event(request, text).names("SOS-041");
        assert!(names("POST /events", r#"{"point":"SOS-041"}"#));
        assert!(names("POST /points/SOS-041/press", ""));
        assert!(names("POST /e", "<Source>SOS-0417</Source><Source>SOS-041</Source>"));
        assert!(!names("POST /events", r#"{"point":"SOS-0417"}"#));
        assert!(!names("POST /events", r#"{"point":"XSOS-041"}"#));
        assert!(!names("POST /events", "") && !event("POST /", "x").names(""));
    }
}
