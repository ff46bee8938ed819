//! A person at the terminal, who looks where no instrument does, and signs with a name.
//!
//! What should be looked at is not decided here. Nobody need be there: then nothing is answered.

use super::{Instrument, Result};
use crate::clock::Stamped;

/// What a person says to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// It is so.
    Yes,
    /// It is not.
    No,
    /// It was not looked at.
    NotChecked,
}

/// A person's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub word: Word,
    /// What was said beside it; may be empty.
    pub remark: String,
    /// The name that stands for it.
    pub by: String,
}

impl Answer {
    /// Reads a line, by whom it was typed: the word first, in either language, and then a remark. `None`: it is no
    /// answer.
    pub fn read(line: &str, by: &str) -> Option<Answer> {
        let (word, remark) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
        let word = match word.trim_end_matches([',', ';', ':', '.']).to_lowercase().as_str() {
            "y" | "yes" | "t" | "tak" => Word::Yes,
            "n" | "no" | "nie" => Word::No,
            "?" | "-" => Word::NotChecked,
            _ => return None,
        };
        Some(Answer { word, remark: remark.trim().to_owned(), by: by.to_owned() })
    }
}

pub trait Inspector: Instrument {
    /// Puts a question. Whatever was answered to an earlier one no longer counts.
    ///
    /// # Errors
    /// Nobody is there who could answer.
    fn ask(&mut self, question: &str) -> Result<()>;
    /// The answer to the last question; `None`: there is none yet.
    fn answer(&mut self) -> Result<Option<Stamped<Answer>>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_comes_first_in_either_language_and_then_a_remark() {
        let check = |line: &str, expected: Option<(Word, &str)>| {
            let found = Answer::read(line, "A. Nowak");
            assert_eq!(found.as_ref().map(|answer| (answer.word, &*answer.remark)), expected, "{line}");
        };
        check("y", Some((Word::Yes, "")));
        check(" TAK, 92 cm\n", Some((Word::Yes, "92 cm")));
        check("nie, tabliczka zasłonięta przez drzewo", Some((Word::No, "tabliczka zasłonięta przez drzewo")));
        check("? no ladder", Some((Word::NotChecked, "no ladder")));
        check("", None);
        check("perhaps", None);
        check("note", None);
    }
}
