//! The three circuits a bench switches: button, mains, fibre. Commanded through a relay, proved by a sense input.
//!
//! Knows nothing of why they are switched.

use super::{Bench, Moment, missing};
use crate::clock::Instant;
use crate::instrument::lamp::Input;
use crate::instrument::relay::{Channel, Contact, RelayBoard};
use crate::instrument::{InstrumentError, Result, Subsystem};
use crate::rig::{InputRef, Pole, Switch};
use crate::unit::{Bilingual, rectangular};

/// A circuit that the bench opens and closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circuit {
    /// Closed: pressed.
    Button,
    /// Closed: the post has mains.
    Mains,
    /// Closed: the fibre is connected.
    Fibre,
}

impl Circuit {
    pub const ALL: [Circuit; 3] = [Circuit::Button, Circuit::Mains, Circuit::Fibre];
    pub const fn name(self) -> &'static str {
        match self {
            Circuit::Button => "button",
            Circuit::Mains => "mains",
            Circuit::Fibre => "fibre",
        }
    }
    /// The state that harms nobody: button released, mains on, fibre connected.
    pub const fn is_closed_when_safe(self) -> bool {
        !matches!(self, Circuit::Button)
    }
    /// A state in words: `pressed`, `off`, `cut` …
    pub const fn state(self, closed: bool) -> &'static str {
        match (self, closed) {
            (Circuit::Button, true) => "pressed",
            (Circuit::Button, false) => "released",
            (Circuit::Mains, true) => "on",
            (Circuit::Mains, false) => "off",
            (Circuit::Fibre, true) => "connected",
            (Circuit::Fibre, false) => "cut",
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
        };
        Bilingual::new(format!("{} {}", self.name(), self.state(closed)), pl)
    }
}

impl Bench {
    fn wiring_of(&self, circuit: Circuit) -> Result<Switch> {
        let wiring = &self.rig.wiring;
        let switch = match circuit {
            Circuit::Button => &wiring.button,
            Circuit::Mains => &wiring.mains,
            Circuit::Fibre => &wiring.fibre,
        };
        switch.clone().ok_or_else(|| missing(circuit.name()))
    }

    /// Commands a circuit; returns the moment the command had left. The contact follows; `proved` tells when.
    pub fn switch(&mut self, circuit: Circuit, closed: bool) -> Result<Instant> {
        let wiring = self.wiring_of(circuit)?;
        let to = match (wiring.contact, closed) {
            (Pole::NormallyOpen, true) | (Pole::NormallyClosed, false) => Contact::Closed,
            _ => Contact::Open,
        };
        let board = self.relays.get_mut(&wiring.relay.board).ok_or_else(|| missing(&wiring.relay.board))?;
        let at = board.set(Channel(wiring.relay.channel), to)?;
        let before = self.commanded[circuit as usize].replace(closed);
        if circuit != Circuit::Button && before != Some(closed) {
            self.disturbed = at;
        }
        Ok(at)
    }

    /// The first change of a circuit's sense input to `closed` from `since` on; `None`: not seen yet.
    pub fn proved(&self, circuit: Circuit, closed: bool, since: Instant) -> Option<Moment> {
        let sense = self.wiring_of(circuit).ok()?.sense;
        self.first_change(&sense, closed, since)
    }

    /// Reads a circuit back by its sense input.
    pub fn is_closed(&mut self, circuit: Circuit) -> Result<bool> {
        let sense = self.wiring_of(circuit)?.sense;
        let board = self.inputs.get_mut(&sense.board).ok_or_else(|| missing(&sense.board))?;
        board.is_lit(Input(sense.input)).map_err(|error| error.of(Subsystem::Inputs))
    }

    /// The first change of an input to `lit` from `since` on.
    pub fn first_change(&self, input: &InputRef, lit: bool, since: Instant) -> Option<Moment> {
        let found = self.record.changes(input, lit, since, None).next()?;
        Some(self.input_moment(input, found))
    }

    /// The moment of an input's change: a stamp is only ever late, by up to the board's figure, so the middle is the best estimate.
    pub fn input_moment(&self, input: &InputRef, stamp: Instant) -> Moment {
        let late = self.inputs.get(&input.board).map_or(0.0, |board| board.stamp_uncertainty());
        Moment { seconds: stamp.as_secs_f64() - late / 2.0, uncertainty: rectangular(late / 2.0) }
    }

    /// A relay that does not do as told is the bench's failure.
    pub fn unproved(&self, circuit: Circuit, closed: bool) -> InstrumentError {
        InstrumentError::new(
            format!("{} relay", circuit.name()),
            format!("get the {} {}", circuit.name(), circuit.state(closed)),
            "its sense input saw no change after the command",
            "check the relay board's supply and the wires of the relay and of its sense input",
        )
        .of(Subsystem::Relays)
    }
}
