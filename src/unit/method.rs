//! How a figure is got: in words for a reader of either language, and by which norm where there is one.
//!
//! Knows nothing of any method in particular: each stands beside what it describes.

use super::{Bilingual, Lang};

/// The way from what was observed to a figure. A figure without one is a claim, so every figure that is shown or kept
/// carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Method {
    pub en: &'static str,
    pub pl: &'static str,
    /// Norm and clause, the same in every language, e.g. `ITU-T P.56 (12/2011), method B`; empty where there is none.
    pub norm: &'static str,
}

impl Method {
    /// What is done, in both languages, and the norm it follows (`""`: none).
    pub const fn new(en: &'static str, pl: &'static str, norm: &'static str) -> Self {
        Method { en, pl, norm }
    }
    /// In words, without the norm.
    pub fn show(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Pl => self.pl,
        }
    }
}

/// In one sentence, the norm in brackets.
impl From<Method> for Bilingual {
    fn from(method: Method) -> Self {
        let norm = if method.norm.is_empty() { String::new() } else { format!(" ({})", method.norm) };
        Bilingual::new(format!("{}{norm}", method.en), format!("{}{norm}", method.pl))
    }
}
