//! What is wrong with a rig, where, and what to do about it, in words a technician can act on with nothing but the message.
//!
//! Knows nothing of the rig format.

use std::fmt;
use std::path::PathBuf;

/// A place in a file, as editors count: line and column from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Place {
    pub(crate) const START: Place = Place { line: 1, column: 1 };
}

/// One thing wrong with a rig.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub file: PathBuf,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What was expected and what came.
    pub what: String,
    /// What to do, in one sentence.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file.display(), self.line, self.column, self.what)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "\n    {}", self.remedy) }
    }
}

impl std::error::Error for Problem {}

/// Problems found so far in one file. Reading goes on after each, so that they come all at once.
#[derive(Debug)]
pub(crate) struct Problems {
    file: PathBuf,
    found: Vec<Problem>,
}

impl Problems {
    pub(crate) fn new(file: PathBuf) -> Self {
        Problems { file, found: Vec::new() }
    }
    pub(crate) fn add(&mut self, at: Place, what: impl Into<String>, remedy: impl Into<String>) {
        let (file, what, remedy) = (self.file.clone(), what.into(), remedy.into());
        self.found.push(Problem { file, line: at.line, column: at.column, what, remedy });
    }
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
    /// In the order of the file; the same complaint about the same place only once.
    pub(crate) fn into_sorted(mut self) -> Vec<Problem> {
        self.found.sort_by_key(|problem| (problem.line, problem.column));
        self.found.dedup();
        self.found
    }
}

/// `"a", "b" and "c"`, for messages that list what is possible.
pub(crate) fn listed<S: AsRef<str>>(words: impl IntoIterator<Item = S>, joint: &str) -> String {
    let mut quoted: Vec<String> = words.into_iter().map(|w| format!("\"{}\"", w.as_ref())).collect();
    match quoted.pop() {
        None => "nothing".to_string(),
        Some(last) if quoted.is_empty() => last,
        Some(last) => format!("{} {joint} {last}", quoted.join(", ")),
    }
}

/// The word among `known` that was probably meant, if one is near enough to be no guess in the dark.
pub(crate) fn nearest<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let fold = |text: &str| text.to_lowercase().replace('_', "-");
    let typed = fold(typed);
    let allowed = 1 + typed.chars().count() / 4;
    known
        .into_iter()
        .map(|word| (distance(&typed, &fold(word)), word))
        .filter(|(steps, _)| *steps <= allowed)
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, word)| word)
}

/// How many letters must be inserted, dropped, replaced or swapped with their neighbour to turn `a` into `b` (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_the_word_that_was_meant() {
        let known = ["channels", "port", "driver", "baud"];
        assert_eq!(nearest("chanels", known), Some("channels"));
        assert_eq!(nearest("Channels", known), Some("channels"));
        assert_eq!(nearest("prot", known), Some("port"));
        assert_eq!(nearest("buad", known), Some("baud"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("", known), None);
    }

    #[test]
    fn distance_counts_a_swap_as_one() {
        assert_eq!(distance("relya", "relay"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("łódź", "lodz"), 3);
        assert_eq!(distance("same", "same"), 0);
    }

    #[test]
    fn lists_read_like_a_sentence() {
        assert_eq!(listed(["a"], "and"), "\"a\"");
        assert_eq!(listed(["a", "b", "c"], "or"), "\"a\", \"b\" or \"c\"");
        assert_eq!(listed::<&str>([], "or"), "nothing");
    }
}
