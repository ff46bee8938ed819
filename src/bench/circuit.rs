//! The circuits a bench switches, by name and state, and where the rig's wiring has them.

use crate::rig::{Switch, Wiring};
use crate::unit::Bilingual;

/// A circuit that the bench opens and closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circuit {
    /// Closed: pressed.
    Button,
    /// Closed: the post has mains.
    Mains,
    /// Closed: the fibre is connected.
    Fibre,
    /// Closed: the post's own battery is connected.
    Battery,
    /// Closed: the post's loudspeaker is connected.
    Loudspeaker,
    /// Closed: the post's microphone is connected.
    Microphone,
}

impl Circuit {
    pub const ALL: [Circuit; 6] =
        [Circuit::Button, Circuit::Mains, Circuit::Fibre, Circuit::Battery, Circuit::Loudspeaker, Circuit::Microphone];
    pub const fn name(self) -> &'static str {
        match self {
            Circuit::Button => "button",
            Circuit::Mains => "mains",
            Circuit::Fibre => "fibre",
            Circuit::Battery => "battery",
            Circuit::Loudspeaker => "loudspeaker",
            Circuit::Microphone => "microphone",
        }
    }
    /// The relay and the sense input that serve it, where the rig has them.
    pub const fn wiring(self, wiring: &Wiring) -> Option<&Switch> {
        match self {
            Circuit::Button => wiring.button.as_ref(),
            Circuit::Mains => wiring.mains.as_ref(),
            Circuit::Fibre => wiring.fibre.as_ref(),
            Circuit::Battery => wiring.battery.as_ref(),
            Circuit::Loudspeaker => wiring.loudspeaker.as_ref(),
            Circuit::Microphone => wiring.microphone.as_ref(),
        }
    }
    /// The state that harms nobody: button released, mains on, everything else connected.
    pub const fn is_closed_when_safe(self) -> bool {
        !matches!(self, Circuit::Button)
    }
    /// Whether a post may be gone while this is open; without its battery it lives on from the mains.
    pub const fn cuts_post_off(self) -> bool {
        matches!(self, Circuit::Mains | Circuit::Fibre)
    }
    /// A state in words: `pressed`, `off`, `cut` …
    pub const fn state(self, closed: bool) -> &'static str {
        match (self, closed) {
            (Circuit::Button, true) => "pressed",
            (Circuit::Button, false) => "released",
            (Circuit::Mains, true) => "on",
            (Circuit::Mains, false) => "off",
            (Circuit::Fibre, false) => "cut",
            (_, true) => "connected",
            (_, false) => "disconnected",
        }
    }
    /// Circuit and state, as a report reads: `button released`, „przycisk zwolniony”.
    pub fn in_state(self, closed: bool) -> Bilingual {
        let pl = match (self, closed) {
            (Circuit::Button, true) => "przycisk wciśnięty",
            (Circuit::Button, false) => "przycisk zwolniony",
            (Circuit::Mains, true) => "zasilanie włączone",
            (Circuit::Mains, false) => "zasilanie wyłączone",
            (Circuit::Fibre, true) => "światłowód podłączony",
            (Circuit::Fibre, false) => "światłowód przerwany",
            (Circuit::Battery, true) => "akumulator podłączony",
            (Circuit::Battery, false) => "akumulator odłączony",
            (Circuit::Loudspeaker, true) => "głośnik podłączony",
            (Circuit::Loudspeaker, false) => "głośnik odłączony",
            (Circuit::Microphone, true) => "mikrofon podłączony",
            (Circuit::Microphone, false) => "mikrofon odłączony",
        };
        Bilingual::new(format!("{} {}", self.name(), self.state(closed)), pl)
    }
}
