//! A sentence in both languages of the bench, so that one journal can be read in either.
//!
//! Knows nothing of what is said.

use super::Lang;
use std::fmt;

/// The same said in English and in Polish. Names, figures and the technical detail of an error read the same in both.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize)]
pub struct Bilingual {
    pub en: String,
    pub pl: String,
}

impl Bilingual {
    pub fn new(en: impl Into<String>, pl: impl Into<String>) -> Self {
        Bilingual { en: en.into(), pl: pl.into() }
    }
    /// What has no language: a name, a figure, a library's or the system's own words.
    pub fn same(words: impl fmt::Display) -> Self {
        let words = words.to_string();
        Bilingual { en: words.clone(), pl: words }
    }
    pub fn show(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Pl => &self.pl,
        }
    }
    pub fn is_empty(&self) -> bool {
        self.en.is_empty() && self.pl.is_empty()
    }
}

/// A sentence with figures or names in it, said in both languages with the same ones:
/// `both!("{n} left", "pozostało: {n}")`. As with `format!`, one that is given and not said in either is a mistake the
/// compiler finds.
macro_rules! both {
    ($en:literal, $pl:literal $(, $($args:tt)*)?) => {
        $crate::unit::Bilingual::new(format!($en $(, $($args)*)?), format!($pl $(, $($args)*)?))
    };
}
pub(crate) use both;

/// In English: the language of logs and error chains.
impl fmt::Display for Bilingual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

/// The argument parser keeps one as the cause of what it says itself.
impl std::error::Error for Bilingual {}

impl From<(&str, &str)> for Bilingual {
    fn from((en, pl): (&str, &str)) -> Self {
        Bilingual::new(en, pl)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_gets_its_own_words_and_what_has_none_the_same() {
        let said = Bilingual::from(("released", "zwolniony"));
        assert_eq!((said.show(Lang::En), said.show(Lang::Pl), said.to_string().as_str()), ("released", "zwolniony", "released"));
        let name = Bilingual::same("SOS-0417");
        assert_eq!((name.show(Lang::En), name.show(Lang::Pl)), ("SOS-0417", "SOS-0417"));
        assert!(Bilingual::default().is_empty() && !name.is_empty());
    }
}
