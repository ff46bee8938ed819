//! A row's shape: what a driver's instruments are called, offer and can be told.

use super::super::capability::Capability;
use super::super::key::{Key, Kind, Presence};
use super::super::transport::Transport;
use super::settings::Settings;
use crate::problem::Problems;
use crate::yaml::Section;
use std::fmt;
use std::path::Path;

/// What a rig can say of a driver's instruments, and what they offer.
pub struct Driver {
    /// As a rig spells it.
    pub name: &'static str,
    /// What it is, in English and Polish, for messages: "a relay board".
    pub what: (&'static str, &'static str),
    /// The keys of its entry, beside `driver`.
    pub keys: &'static [Key],
    /// What every instrument of this driver offers once. What is offered so many times is a key of kind
    /// [`Kind::Count`].
    pub whole: &'static [Capability],
    /// What it moves follows a command within what a press is timed by, every time alike.
    pub is_prompt: bool,
    pub(super) read: fn(&Section<'_>, &Path, &mut Problems) -> Option<(Transport, Settings)>,
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
    pub(in crate::rig) fn key_names(&self) -> Vec<&'static str> {
        std::iter::once("driver").chain(self.keys.iter().map(|key| key.name)).collect()
    }
    /// Reads an entry: how the instrument is reached, what it offers and how often, and what else its driver wants to
    /// know. `folder` is where the rig lies.
    pub(in crate::rig) fn read(&self, section: &Section<'_>, folder: &Path, problems: &mut Problems) -> Option<Entry> {
        let read = (self.read)(section, folder, problems);
        let mut offers: Vec<(Capability, u8)> = self.whole.iter().map(|whole| (*whole, 1)).collect();
        let mut counted = true;
        for key in self.keys {
            let Kind::Count { of, .. } = key.kind else { continue };
            if key.presence == Presence::Optional && section.get(key.name).is_none() {
                continue;
            }
            match key.whole(section, problems).and_then(|count| u8::try_from(count).ok()) {
                Some(count) => offers.push((of, count)),
                None => counted = false,
            }
        }
        let (transport, settings) = read.filter(|_| counted)?;
        Some((transport, offers, settings))
    }
}

/// What an entry says: the way to the instrument, what it offers and how often, and the rest.
pub(in crate::rig) type Entry = (Transport, Vec<(Capability, u8)>, Settings);

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
