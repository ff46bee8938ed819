//! `roles.volume:`: the keys by which the operator sets the post's loudspeaker in a talk.
//!
//! Knows nothing of how keys are sent.

use super::wiring::VolumeKeys;
use crate::problem::Problems;
use crate::unit::both;
use crate::yaml::{Node, Section, Word};

/// More than any post asks for.
const MOST_KEYS: usize = 12;

pub(super) fn read(path: &str, node: &Node, problems: &mut Problems) -> Option<VolumeKeys> {
    let section = Section::open(node, path, &["lowest", "highest"], problems)?;
    let lowest = section.text("lowest", "lowest: \"*0\"", problems);
    let highest = section.text("highest", "highest: \"*9\"", problems);
    let lowest = lowest.and_then(|word| keys(&section.path("lowest"), word, problems));
    let highest_keys = highest.and_then(|word| keys(&section.path("highest"), word, problems));
    let (lowest, highest_keys) = (lowest?, highest_keys?);
    if let Some(word) = highest.filter(|_| lowest == highest_keys) {
        let cause = both!(
            "{path}: \"{}\" sets both the lowest and the highest volume",
            "{path}: \"{}\" ustawia zarówno najniższą, jak i najwyższą głośność",
            word.text
        );
        problems.add(word.at, cause, ("give each its own keys", "podaj dla każdej inne klawisze"));
        return None;
    }
    Some(VolumeKeys { lowest, highest: highest_keys })
}

fn keys(path: &str, word: &Word, problems: &mut Problems) -> Option<String> {
    let is_key = |key: char| key.is_ascii_digit() || matches!(key, '*' | '#' | 'A'..='D');
    if (1..=MOST_KEYS).contains(&word.text.len()) && word.text.chars().all(is_key) {
        return Some(word.text.clone());
    }
    let cause = both!("{path}: \"{}\" are no keys of a telephone", "{path}: \"{}\" to nie są klawisze telefonu", word.text);
    let remedy = both!(
        "write 1 to {MOST_KEYS} of 0 to 9, *, # and A to D, in quotation marks: \"*0\"",
        "wpisz od 1 do {MOST_KEYS} znaków spośród 0–9, *, # i A–D, w cudzysłowie: \"*0\""
    );
    problems.add(word.at, cause, remedy);
    None
}
