//! One key of a driver's entry in a rig: what it may hold, whether it must be there, and how it is read.

use super::capability::Capability;
use crate::problem::{Problems, meant_or_listed};
use crate::unit::both;
use crate::yaml::{Section, Word};

/// One key of a driver's entry.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub name: &'static str,
    pub kind: Kind,
    pub presence: Presence,
    /// The unit of its figure as one writes it, e.g. `Hz`; empty where it has none.
    pub unit: &'static str,
    /// A value as a rig writes it.
    pub example: &'static str,
    /// What it is for: a sentence in English and in Polish.
    pub about: (&'static str, &'static str),
}

/// What a key holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Text,
    /// A whole number.
    Whole {
        least: u64,
        most: u64,
    },
    /// How many of a capability the instrument has, from 1: the one place where the most a driver can serve is said.
    Count {
        of: Capability,
        most: u8,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Keys of its own.
    Section(&'static [Key]),
    /// A list of sections with these keys.
    List(&'static [Key]),
}

/// Whether a key must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Needed,
    /// Left out, it is taken for this.
    Usual(&'static str),
    /// Left out, what it asks for is not there.
    Optional,
}

impl Key {
    /// One that must be there and holds text, to be completed.
    pub(super) const TEXT: Key =
        Key { name: "", kind: Kind::Text, presence: Presence::Needed, unit: "", example: "", about: ("", "") };

    /// The line to write, for a remedy.
    pub fn line(&self) -> String {
        format!("{}: {}", self.name, self.example)
    }
    /// The least and the most of a number.
    pub const fn range(&self) -> Option<(u64, u64)> {
        match self.kind {
            Kind::Whole { least, most } => Some((least, most)),
            Kind::Count { most, .. } => Some((1, most as u64)),
            _ => None,
        }
    }
    /// The text that stands at it, if any may and does.
    pub(super) fn text<'n>(&self, section: &Section<'n>, problems: &mut Problems) -> Option<&'n Word> {
        match self.presence {
            Presence::Needed => section.text(self.name, &self.line(), problems),
            Presence::Usual(_) | Presence::Optional => section.optional_text(self.name, &self.line(), problems),
        }
    }
    /// The number that stands at it, or the usual one where it is left out.
    pub(super) fn whole(&self, section: &Section<'_>, problems: &mut Problems) -> Option<u64> {
        let range = self.range()?;
        match self.presence {
            Presence::Usual(usual) if section.get(self.name).is_none() => usual.parse().ok(),
            Presence::Needed => section.number(self.name, range, &self.line(), problems),
            Presence::Usual(_) | Presence::Optional => section.optional_number(self.name, range, &self.line(), problems),
        }
    }
    /// The word that stands at it, one of its choice, or the usual one where it is left out.
    pub(super) fn choice(&self, section: &Section<'_>, problems: &mut Problems) -> Option<&'static str> {
        let Kind::Choice(words) = self.kind else { return None };
        if let (Presence::Usual(usual), None) = (self.presence, section.get(self.name)) {
            return Some(usual);
        }
        let word = self.text(section, problems)?;
        let found = words.iter().copied().find(|known| *known == word.text);
        if found.is_none() {
            let (last, first) = words.split_last().unwrap_or((&"", &[]));
            let (path, first) = (section.path(self.name), first.join(", "));
            let what = both!(
                "{path} must be {first} or {last}, here is \"{0}\"",
                "{path} musi mieć wartość {first} albo {last}, a ma \"{0}\"",
                word.text
            );
            problems.add(word.at, what, meant_or_listed(&word.text, words, ("possible values", "możliwe wartości")));
        }
        found
    }
}

/// The names of some keys, as a section that may have these only is opened with.
pub(super) fn names<const N: usize>(keys: &[Key; N]) -> [&'static str; N] {
    keys.map(|key| key.name)
}
