//! One instrument, opened: whose part of the bench it is, and what it says that it is.

use super::context::Context;
use super::openers::{Handle, open};
use crate::bench::{LOOK_EVERY, missing};
use crate::clock::{Clock, Interrupted, poll};
use crate::instrument::{Identity, InstrumentError, Result, Subsystem};
use crate::rig::{Capability, Instrument, Rig};
use std::time::Duration;

/// Opens one instrument of the rig and has it say what it is.
pub(in super::super) fn open_one(context: &Context, rig: &Rig, name: &str, one: &Instrument) -> Result<(Identity, Vec<Handle>)> {
    let opened = open(context, rig, one).and_then(|mut handles| {
        let first = handles.first_mut().ok_or_else(|| missing(name))?;
        let identity = introduce(&*context.clock, name, first)?;
        Ok((identity, handles))
    });
    opened.map_err(|error| error.of(subsystem(one)).named(name))
}

/// The part of the bench that an instrument belongs to, by what it offers first.
fn subsystem(one: &Instrument) -> Subsystem {
    match Capability::ALL.into_iter().find(|capability| one.offers(*capability)) {
        Some(Capability::Relay) => Subsystem::Relays,
        Some(Capability::Input) => Subsystem::Inputs,
        Some(Capability::SoundOut | Capability::SoundIn) => Subsystem::Sound,
        Some(Capability::Console) => Subsystem::Console,
        Some(Capability::Probe) => Subsystem::Probe,
        Some(Capability::Operator | Capability::FalseCertificates) => Subsystem::Operator,
        Some(Capability::ReferenceHost) => Subsystem::Network,
        Some(Capability::Supervision) => Subsystem::Supervision,
        Some(Capability::Cameras) => Subsystem::Cameras,
        Some(Capability::Inspector) => Subsystem::Inspector,
        Some(Capability::AddressServer | Capability::NameServer | Capability::TimeServer) => Subsystem::Network,
        None => Subsystem::Other,
    }
}

/// A board that was just opened may need a moment before it can say what it is.
const SAYS_WHO_IT_IS_WITHIN: Duration = Duration::from_secs(3);

fn introduce(clock: &dyn Clock, name: &str, instrument: &mut Handle) -> Result<Identity> {
    let deadline = clock.now() + SAYS_WHO_IT_IS_WITHIN;
    let mut last = None;
    let known = poll::<_, Interrupted>(clock, deadline, LOOK_EVERY, || match instrument.identify() {
        Ok(identity) => Ok(Some(identity)),
        Err(error) => {
            last = Some(error);
            Ok(None)
        }
    });
    match (known, last) {
        (Ok(Some(identity)), _) => Ok(identity),
        (_, Some(error)) => Err(error),
        (_, None) => Err(InstrumentError::new(
            name,
            "say what it is",
            ("the run was stopped", "przyrząd nie zdążył się przedstawić, bo przebieg zatrzymano"),
            ("start the run again", "uruchom przebieg ponownie"),
        )),
    }
}
