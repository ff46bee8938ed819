//! One row a driver: its name, its keys, what it offers and at most how often, and the function that reads its entry of a rig.
//!
//! What a key may hold stands in its row alone: the reader, `check`, the driver and a schema take it from there. A new driver is a row of its
//! family's file here, its implementation in `driver`, and its opener in the bench.

mod boards;
pub(super) mod operator;
mod probe;
mod sound;

pub use operator::{SipOperator, SipUser, Srtp, Tls};

use super::capability::Capability;
use super::file::{Section, meant_or_listed};
use super::locate::Word;
use super::transport::Transport;
use crate::problem::Problems;
use crate::unit::both;
use std::fmt;
use std::path::Path;

/// All drivers, in the order in which messages and help list them.
pub static DRIVERS: [Driver; 6] =
    [boards::LCUS, boards::INPUT_REPORTER, boards::SERIAL_CONSOLE, probe::PROBE_RS, sound::SOUND_CARD, operator::SIP_OPERATOR];

/// The driver that a rig calls so.
pub fn find(name: &str) -> Option<&'static Driver> {
    DRIVERS.iter().find(|driver| driver.name == name)
}

/// What a rig can say of a driver's instruments, and what they offer.
pub struct Driver {
    /// As a rig spells it.
    pub name: &'static str,
    /// What it is, in English and Polish, for messages: "a relay board".
    pub what: (&'static str, &'static str),
    /// The keys of its entry, beside `driver`.
    pub keys: &'static [Key],
    /// What every instrument of this driver offers once. What is offered so many times is a key of kind [`Kind::Count`].
    pub whole: &'static [Capability],
    read: fn(&Section<'_>, &Path, &mut Problems) -> Option<(Transport, Settings)>,
}

impl Driver {
    /// How many of a capability one instrument can offer at most; 0: it has none of the kind.
    pub fn most(&self, capability: Capability) -> u8 {
        let counted = self.keys.iter().find_map(|key| match key.kind {
            Kind::Count { of, most } if of == capability => Some(most),
            _ => None,
        });
        counted.unwrap_or(u8::from(self.whole.contains(&capability)))
    }
    pub(super) fn key_names(&self) -> Vec<&'static str> {
        std::iter::once("driver").chain(self.keys.iter().map(|key| key.name)).collect()
    }
    /// Reads an entry: how the instrument is reached, what it offers, and what else its driver wants to know. `folder` is where the rig lies.
    pub(super) fn read(
        &'static self,
        section: &Section<'_>,
        folder: &Path,
        problems: &mut Problems,
    ) -> Option<super::Instrument> {
        let read = (self.read)(section, folder, problems);
        let mut offers: Vec<(Capability, u8)> = self.whole.iter().map(|whole| (*whole, 1)).collect();
        let mut counted = true;
        for key in self.keys {
            let Kind::Count { of, .. } = key.kind else { continue };
            match key.whole(section, problems).and_then(|count| u8::try_from(count).ok()) {
                Some(count) => offers.push((of, count)),
                None => counted = false,
            }
        }
        let (transport, settings) = read.filter(|_| counted)?;
        Some(super::Instrument { driver: self, transport, offers, settings })
    }
}

/// Rows are told apart by their names.
impl PartialEq for Driver {
    fn eq(&self, other: &Driver) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// What only one family of drivers has to know, beside transport and counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settings {
    None,
    /// A sound card's frames per second.
    Sound {
        rate: u32,
    },
    Operator(Box<SipOperator>),
}

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
