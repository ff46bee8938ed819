//! Values as a case has them: texts made harmless, days of the calendar, choices of words, lists of sections.

use crate::problem::{Problems, meant_or_listed};
use crate::unit::{Date, both, harmless};
use crate::yaml::{Node, Section, Word};

/// What stands in every entry of a list that may be left out.
pub(super) fn each<T>(
    top: &Section<'_>,
    key: &str,
    example: &str,
    problems: &mut Problems,
    mut read: impl FnMut(&Node, &str, &mut Problems) -> Option<T>,
) -> Vec<T> {
    let items = top.list(key, &format!("{key}: [ … ], e.g. {example}"), problems).unwrap_or_default();
    let named = items.iter().enumerate().map(|(index, node)| (format!("{key}[{}]", index + 1), node));
    named.filter_map(|(name, node)| read(node, &name, problems)).collect()
}

pub(super) fn own(word: &Word) -> String {
    harmless(&word.text).into_owned()
}

pub(super) fn plain(section: &Section<'_>, key: &str, example: &str, problems: &mut Problems) -> Option<String> {
    section.optional_text(key, example, problems).map(own)
}

pub(super) fn needed(section: &Section<'_>, key: &str, example: &str, problems: &mut Problems) -> Option<String> {
    section.text(key, example, problems).map(own)
}

fn date_of(section: &Section<'_>, key: &str, word: Option<&Word>, problems: &mut Problems) -> Option<Date> {
    let word = word?;
    let date = Date::parse(&word.text);
    if date.is_none() {
        let (path, text) = (section.path(key), &word.text);
        let remedy = (
            "write year, month and day of a day that there is, such as 2026-07-03",
            "wpisz rok, miesiąc i istniejący dzień, np. 2026-07-03",
        );
        problems.add(
            word.at,
            both!("{path} must be a date, here is \"{text}\"", "{path}: oczekiwano daty, jest \"{text}\""),
            remedy,
        );
    }
    date
}

pub(super) fn date(section: &Section<'_>, key: &str, problems: &mut Problems) -> Option<Date> {
    let word = section.text(key, &format!("{key}: 2026-07-03"), problems);
    date_of(section, key, word, problems)
}

pub(super) fn optional_date(section: &Section<'_>, key: &str, problems: &mut Problems) -> Option<Date> {
    let word = section.optional_text(key, &format!("{key}: 2026-07-03"), problems);
    date_of(section, key, word, problems)
}

/// A key and the day that stands there.
pub(super) type Dated<'k> = (&'k str, Option<Date>);

/// Two days of which the second must not lie before the first.
pub(super) fn in_order(section: &Section<'_>, (first, from): Dated<'_>, (second, to): Dated<'_>, problems: &mut Problems) {
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        let at = section.get(second).map_or(section.at, |node| node.at);
        let (early, late) = (section.path(first), section.path(second));
        let cause = both!("{late} lies before {early}", "data {late} jest wcześniejsza niż {early}");
        problems.add(at, cause, ("correct one of the two", "popraw jedną z nich"));
    }
}

/// One of some words; its place among them.
pub(super) fn choice(
    section: &Section<'_>,
    key: &str,
    word: Option<&Word>,
    words: &[&'static str],
    problems: &mut Problems,
) -> Option<usize> {
    let word = word?;
    let found = words.iter().position(|known| *known == word.text);
    if found.is_none() {
        let (path, text, all) = (section.path(key), &word.text, words.join(", "));
        let cause = both!(
            "{path} must be one of {all}, here is \"{text}\"",
            "{path}: oczekiwano jednej z wartości {all}, jest \"{text}\""
        );
        problems.add(word.at, cause, meant_or_listed(&word.text, words, ("possible values", "możliwe wartości")));
    }
    found
}
