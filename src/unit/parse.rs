//! "0,5 s", "500 ms", "2 sekundy", "-12,5 dBm0": quantities as people write them, in both languages.
use std::time::Duration;

/// Why a quantity could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct ParseError {
    pub text: String,
    /// What would have been understood, with an example.
    pub expected: &'static str,
}

pub fn parse_duration(_text: &str) -> Result<Duration, ParseError> {
    unreachable!()
}
pub fn parse_level(_text: &str) -> Result<super::Estimate, ParseError> {
    unreachable!()
}
pub fn parse_count(_text: &str) -> Result<u64, ParseError> {
    unreachable!()
}
pub fn parse_percent(_text: &str) -> Result<f64, ParseError> {
    unreachable!()
}
