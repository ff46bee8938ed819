//! The three circuits a bench switches: button, mains, fibre. Commanded through a relay, proved by a sense input.
//!
//! It needs a rig and the boards that switch and sense, and nothing else: no journal, no operator, no post. So a rig can be made safe by whoever
//! finds it left alone. A journal listens by standing before the relay boards that are handed in.

use super::open::{Context, Handle, open_one};
use super::{Bench, Moment, missing};
use crate::clock::{Clock, Instant, Stamped};
use crate::instrument::lamp::{Edge, Input, InputBoard};
use crate::instrument::relay::{Channel, Contact, RelayBoard};
use crate::instrument::{InstrumentError, Result, Subsystem};
use crate::rig::{InputRef, Pole, Rig, Switch, Wiring};
use crate::unit::{Bilingual, rectangular};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
    /// The relay and the sense input that serve it, where the rig has them.
    pub const fn wiring(self, wiring: &Wiring) -> Option<&Switch> {
        match self {
            Circuit::Button => wiring.button.as_ref(),
            Circuit::Mains => wiring.mains.as_ref(),
            Circuit::Fibre => wiring.fibre.as_ref(),
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

/// The boards that switch and sense, under their names in the rig, and what was last commanded.
pub struct Switchgear {
    rig: Arc<Rig>,
    pub(super) clock: Arc<dyn Clock>,
    relays: BTreeMap<String, Box<dyn RelayBoard>>,
    inputs: BTreeMap<String, Box<dyn InputBoard>>,
    /// What each circuit was last told, in the order of `Circuit::ALL`.
    commanded: [Option<bool>; Circuit::ALL.len()],
    disturbed: Instant,
}

impl Switchgear {
    /// Opens the boards that the circuits of a rig are on, and no other instrument. Nothing is moved yet.
    ///
    /// # Errors
    /// A board could not be opened or does not say what it is.
    pub fn open(rig: &Arc<Rig>) -> Result<Switchgear> {
        let context = Context::of(rig, rig.twin.as_ref().map_or(0, |twin| twin.seed))?;
        let mut gear = Switchgear::empty(Arc::clone(rig), context.shared_clock());
        let wired = Circuit::ALL.into_iter().filter_map(|circuit| circuit.wiring(&rig.wiring));
        let boards: BTreeSet<&String> = wired.flat_map(|switch| [&switch.relay.board, &switch.sense.board]).collect();
        for name in boards {
            let one = rig.instruments.get(name).ok_or_else(|| missing(name))?;
            for handle in open_one(&context, rig, name, one)?.1 {
                match handle {
                    Handle::Relays(board) => gear.add_relays(name, board),
                    Handle::Inputs(board) => gear.add_inputs(name, board),
                    Handle::Console(_) | Handle::Probe(_) | Handle::Sound(_) | Handle::Operator(_) => {}
                }
            }
        }
        Ok(gear)
    }

    pub(super) fn empty(rig: Arc<Rig>, clock: Arc<dyn Clock>) -> Switchgear {
        let commanded = [None; Circuit::ALL.len()];
        Switchgear { rig, clock, relays: BTreeMap::new(), inputs: BTreeMap::new(), commanded, disturbed: Instant::ZERO }
    }
    pub(super) fn add_relays(&mut self, name: &str, board: Box<dyn RelayBoard>) {
        self.relays.insert(name.into(), board);
    }
    pub(super) fn add_inputs(&mut self, name: &str, board: Box<dyn InputBoard>) {
        self.inputs.insert(name.into(), board);
    }

    /// Whether the rig has this circuit.
    pub fn has(&self, circuit: Circuit) -> bool {
        circuit.wiring(&self.rig.wiring).is_some()
    }

    fn wiring_of(&self, circuit: Circuit) -> Result<&Switch> {
        circuit.wiring(&self.rig.wiring).ok_or_else(|| missing(circuit.name()))
    }

    /// Commands a circuit; returns the moment the command had left. The contact follows; its sense input tells when.
    ///
    /// # Errors
    /// The rig has no such circuit, or its relay board failed.
    pub fn switch(&mut self, circuit: Circuit, closed: bool) -> Result<Instant> {
        let Switch { relay, contact, .. } = self.wiring_of(circuit)?.clone();
        let to = match (contact, closed) {
            (Pole::NormallyOpen, true) | (Pole::NormallyClosed, false) => Contact::Closed,
            _ => Contact::Open,
        };
        let board = self.relays.get_mut(&relay.board).ok_or_else(|| missing(&relay.board))?;
        let at = board.set(Channel(relay.channel), to).map_err(|error| error.of(Subsystem::Relays))?;
        let before = self.commanded[circuit as usize].replace(closed);
        if circuit != Circuit::Button && before != Some(closed) {
            self.disturbed = at;
        }
        Ok(at)
    }

    /// Reads a circuit back by its sense input.
    ///
    /// # Errors
    /// The rig has no such circuit, or its input board has not told the state.
    pub fn is_closed(&mut self, circuit: Circuit) -> Result<bool> {
        let sense = self.wiring_of(circuit)?.sense.clone();
        let board = self.inputs.get_mut(&sense.board).ok_or_else(|| missing(&sense.board))?;
        board.is_lit(Input(sense.input)).map_err(|error| error.of(Subsystem::Inputs))
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

    /// When mains or fibre were last switched, or a disturbance was noted.
    pub(super) fn disturbed(&self) -> Instant {
        self.disturbed
    }
    pub(super) fn note_disturbance(&mut self) {
        self.disturbed = self.clock.now();
    }

    /// All changes of all inputs since the last call, board by board in the order of their names.
    pub(super) fn edges(&mut self, mut tell: impl FnMut(&str, Vec<Stamped<Edge>>)) -> Result<()> {
        for (name, board) in &mut self.inputs {
            tell(name, board.edges().map_err(|error| error.of(Subsystem::Inputs))?);
        }
        Ok(())
    }

    /// How much later than the change itself a stamp of this input may be, in seconds (95 %).
    fn lateness(&self, input: &InputRef) -> f64 {
        self.inputs.get(&input.board).map_or(0.0, |board| board.stamp_uncertainty())
    }
}

impl Bench {
    /// As [`Switchgear::switch`].
    pub fn switch(&mut self, circuit: Circuit, closed: bool) -> Result<Instant> {
        self.gear.switch(circuit, closed)
    }

    /// As [`Switchgear::is_closed`].
    pub fn is_closed(&mut self, circuit: Circuit) -> Result<bool> {
        self.gear.is_closed(circuit)
    }

    /// The first change of a circuit's sense input to `closed` from `since` on; `None`: not seen yet.
    pub fn proved(&self, circuit: Circuit, closed: bool, since: Instant) -> Option<Moment> {
        self.first_change(&circuit.wiring(&self.rig.wiring)?.sense, closed, since)
    }

    /// The first change of an input to `lit` from `since` on.
    pub fn first_change(&self, input: &InputRef, lit: bool, since: Instant) -> Option<Moment> {
        let found = self.record.changes(input, lit, since, None).next()?;
        Some(self.input_moment(input, found))
    }

    /// The moment of an input's change: a stamp is only ever late, by up to the board's figure, so the middle is the best estimate.
    pub fn input_moment(&self, input: &InputRef, stamp: Instant) -> Moment {
        let late = self.gear.lateness(input);
        Moment { seconds: stamp.as_secs_f64() - late / 2.0, uncertainty: rectangular(late / 2.0) }
    }
}
