//! Phrases about what only a person can look at.

use super::World;
use super::phrase::{Kind, Phrase, minutes};
use crate::rig::Role::Inspector;

pub const PHRASES: &[Phrase<World>] = &[Phrase {
    kind: Kind::Then,
    en: "a person has looked, confirms each of these and signs",
    pl: "osoba sprawdzająca potwierdza na miejscu każdą z tych pozycji i podpisuje",
    judges: None,
    needs: &[Inspector],
    within: minutes(4 * 60),
    run: |w, a| w.post().confirmed_by_person(&a.table),
}];
