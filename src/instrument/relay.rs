//! Relay boards: the finger on the button, the hand on the mains switch and on the fibre.

use super::{Instrument, Result};
use crate::clock::Instant;
use serde::{Deserialize, Serialize};

/// A relay's number on its board, as printed there: 1 is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Channel(pub u8);

/// A relay's normally-open contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Contact {
    Open,
    Closed,
}

impl Contact {
    pub fn opposite(self) -> Self {
        match self {
            Contact::Open => Contact::Closed,
            Contact::Closed => Contact::Open,
        }
    }
}

pub trait RelayBoard: Instrument {
    /// Commands a contact; returns the moment the command had left. The contact follows some milliseconds later.
    fn set(&mut self, channel: Channel, to: Contact) -> Result<Instant>;
    /// The contact's state as the board itself reports it; where a board has no read-back, the last one commanded.
    /// Proof is a sense input.
    fn get(&mut self, channel: Channel) -> Result<Contact>;
}
