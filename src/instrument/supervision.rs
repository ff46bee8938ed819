//! The supervision's end: what a post tells of itself over the network, stamped on arrival.

use super::{AsksItself, Result};
use crate::clock::Stamped;
use std::time::Duration;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The name that the sender gives itself; empty where it gives none.
    pub host: String,
    /// From 0, an emergency, to 7, of use to developers only (RFC 5424, 6.2.1).
    pub severity: u8,
    pub text: String,
    /// The time that it bears, as it came; `None`: none.
    pub stamp: Option<String>,
    /// The same since 1970, where it says of which zone it is.
    pub time: Option<Duration>,
}

/// It listens from its opening on.
pub trait Supervision: AsksItself {
    /// The messages since the last call, in the order of their arrival. What is no syslog is left out.
    fn notices(&mut self) -> Result<Vec<Stamped<Notice>>>;
}

/// What a post has counted since it was built or last counted from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub calls: u64,
    pub answered: u64,
    pub unanswered: u64,
}

impl Counts {
    /// `COUNT calls=3 answered=2 unanswered=1`, in any order (post protocol, section 6); `None`: it tells of something
    /// else, or not all of it.
    pub fn read(text: &str) -> Option<Counts> {
        let words = text.strip_prefix("COUNT ")?;
        let value = |key: &str| {
            let found = words.split_whitespace().find_map(|word| word.strip_prefix(key)?.strip_prefix('='));
            found.and_then(|value| value.parse().ok())
        };
        Some(Counts { calls: value("calls")?, answered: value("answered")?, unanswered: value("unanswered")? })
    }
}

impl Notice {
    pub fn counts(&self) -> Option<Counts> {
        Counts::read(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_read_in_any_order_and_only_whole() {
        let counts =
            |text: &str| Notice { host: "SOS-0417".into(), severity: 6, text: text.into(), stamp: None, time: None }.counts();
        let expected = Some(Counts { calls: 3, answered: 2, unanswered: 1 });
        assert_eq!(counts("COUNT calls=3 answered=2 unanswered=1"), expected);
        assert_eq!(counts("COUNT unanswered=1 since=4 answered=2 calls=3"), expected);
        for text in ["COUNT calls=3 answered=2", "COUNT calls=x answered=2 unanswered=1", "COUNTER calls=3", "ALIVE", ""] {
            assert_eq!(counts(text), None, "{text}");
        }
    }
}
