//! How a figure was got, as a journal keeps it.
//!
//! Knows nothing of any method in particular.

use serde::{Deserialize, Serialize};

/// A [`crate::unit::Method`] as it is written and read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodText {
    pub en: String,
    pub pl: String,
    /// Norm and clause, the same in every language; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub norm: String,
}

impl From<crate::unit::Method> for MethodText {
    fn from(method: crate::unit::Method) -> Self {
        MethodText { en: method.en.into(), pl: method.pl.into(), norm: method.norm.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Method;

    #[test]
    fn a_method_is_written_whole_and_read_back() {
        let method = MethodText::from(Method::new("counted", "zliczono", "RFC 3261, 17"));
        let written = serde_json::to_string(&method).unwrap();
        assert_eq!(written, r#"{"en":"counted","pl":"zliczono","norm":"RFC 3261, 17"}"#);
        assert_eq!(serde_json::from_str::<MethodText>(&written).unwrap(), method);
        let plain = serde_json::to_string(&MethodText::from(Method::new("counted", "zliczono", ""))).unwrap();
        assert_eq!(plain, r#"{"en":"counted","pl":"zliczono"}"#);
    }
}
