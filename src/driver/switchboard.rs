//! Relay boards, sockets and supplies that switch one channel at a time and can be asked what they have done: what they
//! have in common.
//!
//! Whatever was told to switch is asked whether it has. Must not know how either is said.

use super::failure::Failure;
use super::way::Way;
use crate::clock::Instant;
use crate::instrument::relay::{Channel, Contact, RelayBoard};
use crate::instrument::{Identity, Instrument, InstrumentError, Result};
use crate::unit::both;

/// One product's way to say it. Channels are those that its owner counts, from 1.
pub trait Switches: Send {
    /// Has a channel switched; the moment at which the command had left.
    fn switch(&mut self, channel: u8, on: bool) -> std::result::Result<Instant, Failure>;
    /// What a channel is; `None`: it cannot be asked.
    fn is_on(&mut self, channel: u8) -> std::result::Result<Option<bool>, Failure>;
    /// What leads to it, where that is not a program.
    fn way(&self) -> Option<&Way>;
}

pub struct Switchboard<S> {
    inner: S,
    identity: Identity,
    /// Last command per channel; `None`: never commanded, so unknown where it cannot be asked.
    commanded: Vec<Option<Contact>>,
}

impl<S: Switches> Switchboard<S> {
    pub(super) fn new(inner: S, identity: Identity, channels: u8) -> Self {
        Switchboard { inner, identity, commanded: vec![None; usize::from(channels)] }
    }

    #[cfg(test)]
    pub(super) fn inner_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    fn told(&self, failure: &Failure, action: impl Into<String>) -> InstrumentError {
        failure.told(format!("{} at {}", self.identity.model, self.identity.unit), action, self.inner.way())
    }

    fn index(&self, channel: Channel, action: &str) -> Result<usize> {
        let index = usize::from(channel.0).wrapping_sub(1);
        if index < self.commanded.len() {
            return Ok(index);
        }
        let cause = both!(
            "it has relays 1 to {}",
            "moduł nie ma przekaźnika o tym numerze: ma przekaźniki od 1 do {}",
            self.commanded.len()
        );
        Err(self.told(&Failure::Refused(cause), format!("{action} relay {}", channel.0)))
    }

    fn switch(&mut self, channel: Channel, to: Contact) -> std::result::Result<Instant, Failure> {
        let index = usize::from(channel.0) - 1;
        self.commanded[index] = None;
        let left = self.inner.switch(channel.0, to == Contact::Closed)?;
        if self.inner.is_on(channel.0)?.is_some_and(|on| on != (to == Contact::Closed)) {
            return Err(Failure::NotDone(both!(
                "it has taken the command, and relay {0} stays as it was",
                "przyjęto komendę, ale stan przekaźnika {0} się nie zmienił",
                channel.0
            )));
        }
        self.commanded[index] = Some(to);
        Ok(left)
    }
}

impl<S: Switches> Instrument for Switchboard<S> {
    fn identify(&mut self) -> Result<Identity> {
        self.inner.is_on(1).map_err(|failure| self.told(&failure, "tell the state of its relays"))?;
        Ok(self.identity.clone())
    }
    /// All are tried, the first failure is told.
    fn make_safe(&mut self) -> Result<()> {
        let mut outcome = Ok(());
        for channel in 1..=self.commanded.len() as u8 {
            outcome = outcome.and(self.set(Channel(channel), Contact::Open).map(drop));
        }
        outcome
    }
}

impl<S: Switches> RelayBoard for Switchboard<S> {
    fn set(&mut self, channel: Channel, to: Contact) -> Result<Instant> {
        self.index(channel, "switch")?;
        self.switch(channel, to).map_err(|failure| self.told(&failure, format!("switch relay {}", channel.0)))
    }
    fn get(&mut self, channel: Channel) -> Result<Contact> {
        let index = self.index(channel, "tell the state of")?;
        let read = self.inner.is_on(channel.0);
        match read.map_err(|failure| self.told(&failure, format!("tell the state of relay {}", channel.0)))? {
            Some(true) => Ok(Contact::Closed),
            Some(false) => Ok(Contact::Open),
            None => self.commanded[index].ok_or_else(|| {
                let why = (
                    "it was never commanded, and cannot be asked",
                    "nie wiadomo, w jakim stanie jest przekaźnik: nie był jeszcze sterowany, a nie można o to zapytać",
                );
                self.told(&Failure::NotDone(why.into()), format!("tell the state of relay {}", channel.0))
            }),
        }
    }
}
