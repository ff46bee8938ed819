//! How a figure was got, as a journal keeps it.
//!
//! Knows nothing of any method in particular.

use serde::{Deserialize, Serialize};

/// A [`crate::unit::Method`] as it is written and read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written")]
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

/// As it may stand in a journal: those of format 1 hold English words alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Words(String),
    Method {
        en: String,
        pl: String,
        #[serde(default)]
        norm: String,
    },
}

impl From<Written> for MethodText {
    fn from(written: Written) -> Self {
        match written {
            Written::Words(words) => MethodText { en: words.clone(), pl: words, norm: String::new() },
            Written::Method { en, pl, norm } => MethodText { en, pl, norm },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Method;

    #[test]
    fn a_method_is_written_whole_and_read_back_also_from_words_alone() {
        let method = MethodText::from(Method::new("counted", "zliczono", "RFC 3261, 17"));
        let written = serde_json::to_string(&method).unwrap();
        assert_eq!(written, r#"{"en":"counted","pl":"zliczono","norm":"RFC 3261, 17"}"#);
        assert_eq!(serde_json::from_str::<MethodText>(&written).unwrap(), method);
        let plain = serde_json::to_string(&MethodText::from(Method::new("counted", "zliczono", ""))).unwrap();
        assert_eq!(plain, r#"{"en":"counted","pl":"zliczono"}"#);
        let old: MethodText = serde_json::from_str("\"difference of stamps\"").unwrap();
        assert_eq!((old.en.as_str(), old.pl.as_str(), old.norm.as_str()), ("difference of stamps", "difference of stamps", ""));
    }
}
