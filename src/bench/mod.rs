//! A rig, opened: instruments under their roles, the record of what they saw, and the journal of what they did.
//!
//! Knows nothing of what a post should do. Everything here can only blame the bench.

mod budget;
mod flash;
mod journaled;
mod log;
mod observation;
mod open;
mod record;
mod safe;
mod self_test;
mod sound;
mod switch;

pub use budget::figures;
pub use flash::Writing;
pub use log::{Log, Onlooker};
pub use open::{OpenError, Opening, open, with_planted_firmware};
pub use record::{Call, Record, Registration, Report};
pub use sound::{Heard, Moment, NETWORK_STAMP_S};
pub use switch::Circuit;

use crate::clock::{Clock, Instant, Interrupted};
use crate::instrument::audio::AudioPort;
use crate::instrument::console::Console;
use crate::instrument::lamp::InputBoard;
use crate::instrument::operator::Operator;
use crate::instrument::probe::DebugProbe;
use crate::instrument::relay::RelayBoard;
use crate::instrument::{InstrumentError, Result, Subsystem};
use crate::rig::Rig;
use crate::twin::Twin;
use journaled::Journaled;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How often a waiting bench looks at its instruments. Stamps are made at the source, so this bounds reaction, not accuracy.
pub const LOOK_EVERY: Duration = Duration::from_millis(10);

/// The opened bench.
pub struct Bench {
    pub rig: Arc<Rig>,
    pub log: Log,
    pub record: Record,
    clock: Arc<dyn Clock>,
    relays: BTreeMap<String, Journaled<dyn RelayBoard>>,
    inputs: BTreeMap<String, Box<dyn InputBoard>>,
    console: Option<Box<dyn Console>>,
    probe: Option<Journaled<dyn DebugProbe>>,
    card: Option<Journaled<dyn AudioPort>>,
    operator: Option<Box<dyn Operator>>,
    /// The image named in the rig, as read when the bench was opened.
    image: Vec<u8>,
    sound: sound::Calibration,
    /// What each circuit was last told, in the order of `Circuit::ALL`.
    commanded: [Option<bool>; 3],
    disturbed: Instant,
    /// Lives as long as the bench on it.
    twin: Option<Twin>,
}

impl Bench {
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
    pub fn shared_clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }
    pub fn now(&self) -> Instant {
        self.clock.now()
    }
    /// When mains or fibre were last switched, or the microcontroller was reset: what was true of the post before need not be so now.
    pub fn disturbed(&self) -> Instant {
        self.disturbed
    }
    /// The post was disturbed in a way that no circuit shows.
    pub fn note_disturbance(&mut self) {
        self.disturbed = self.now();
    }
    /// The virtual post, where this bench stands on one: for proofs that hold figures against the truth, never for measuring.
    pub fn twin(&self) -> Option<&Twin> {
        self.twin.as_ref()
    }
    /// The firmware file's bytes.
    pub fn image(&self) -> &[u8] {
        &self.image
    }

    /// Takes in whatever the instruments have seen since the last time.
    pub fn collect(&mut self) -> Result<()> {
        if let Some(operator) = &mut self.operator {
            self.record.add_calls(&self.log, operator.events().map_err(|error| error.of(Subsystem::Operator))?);
        }
        for (name, board) in &mut self.inputs {
            let edges = board.edges().map_err(|error| error.of(Subsystem::Inputs))?;
            self.record.add_inputs(&self.log, name, edges, Duration::from_secs_f64(board.stamp_uncertainty().max(0.0)));
        }
        if let Some(console) = &mut self.console {
            self.record.add_console(&self.log, console.lines().map_err(|error| error.of(Subsystem::Console))?);
        }
        self.check_console()
    }

    /// Waits for `time`, then takes in what was seen.
    pub fn wait<E: From<Interrupted> + From<InstrumentError>>(&mut self, time: Duration) -> std::result::Result<(), E> {
        self.clock.wait(time)?;
        Ok(self.collect()?)
    }

    /// Waits until `look` finds something in the record, or until `deadline`.
    pub fn watch<T, E: From<Interrupted> + From<InstrumentError>>(
        &mut self,
        deadline: Instant,
        mut look: impl FnMut(&mut Bench) -> std::result::Result<Option<T>, E>,
    ) -> std::result::Result<Option<T>, E> {
        let clock = Arc::clone(&self.clock);
        crate::clock::poll(&*clock, deadline, LOOK_EVERY, || {
            self.collect()?;
            look(self)
        })
    }

    pub fn operator(&mut self) -> Result<&mut dyn Operator> {
        self.operator.as_deref_mut().map(|o| o as &mut dyn Operator).ok_or_else(|| missing("operator"))
    }
    pub fn probe(&mut self) -> Result<&mut dyn DebugProbe> {
        self.probe.as_mut().map(|p| p as &mut dyn DebugProbe).ok_or_else(|| missing("probe"))
    }
    fn card(&mut self) -> Result<&mut dyn AudioPort> {
        self.card.as_mut().map(|c| c as &mut dyn AudioPort).ok_or_else(|| missing("card"))
    }
}

/// A step asked for an instrument that the rig does not have. The lint says so before a run; this is for a bench that lost it since.
fn missing(role: &str) -> InstrumentError {
    InstrumentError::new(
        role,
        "be used",
        "the rig names no such instrument",
        format!("add `{role}` under `roles` in the rig, or leave out the scenarios that need it"),
    )
    .of(Subsystem::Rig)
}
