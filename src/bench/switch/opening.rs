//! Opening the boards that the circuits of a rig are on, and nothing else of it: for whoever finds a rig left alone.

use super::Switchgear;
use crate::bench::circuit::Circuit;
use crate::bench::missing;
use crate::bench::open::context::Context;
use crate::bench::open::instrument::open_one;
use crate::bench::open::openers::Handle;
use crate::instrument::Result;
use crate::rig::Rig;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Switchgear {
    /// Opens the boards that the circuits of a rig are on, and no other instrument. Nothing is moved yet.
    ///
    /// # Errors
    /// A board could not be opened or does not say what it is.
    pub fn open(rig: &Arc<Rig>) -> Result<Switchgear> {
        let gear = Switchgear::open_what_answers(rig)?;
        gear.unopened.values().next().map_or(Ok(()), |error| Err(error.clone()))?;
        Ok(gear)
    }

    /// As [`Self::open`], but a board that cannot be opened keeps no other from being used: what is on it fails when it
    /// is asked for.
    ///
    /// # Errors
    /// There is nothing to open boards with.
    pub fn open_what_answers(rig: &Arc<Rig>) -> Result<Switchgear> {
        let context = Context::of(rig, rig.twin.as_ref().map_or(0, |twin| twin.seed))?;
        let mut gear = Switchgear::empty(Arc::clone(rig), context.shared_clock());
        let wired = Circuit::ALL.into_iter().filter_map(|circuit| circuit.wiring(&rig.wiring));
        let boards: BTreeSet<&String> = wired.flat_map(|switch| [&switch.relay.board, &switch.sense.board]).collect();
        for name in boards {
            let opened =
                rig.instruments.get(name).ok_or_else(|| missing(name)).and_then(|one| open_one(&context, rig, name, one));
            match opened {
                Ok((_, handles)) => handles.into_iter().for_each(|handle| gear.take(name, handle)),
                Err(error) => _ = gear.unopened.insert(name.clone(), error),
            }
        }
        Ok(gear)
    }

    fn take(&mut self, name: &str, handle: Handle) {
        match handle {
            Handle::Relays(board) => self.add_relays(name, board),
            Handle::Inputs(board) => self.add_inputs(name, board),
            Handle::Console(_)
            | Handle::Probe(_)
            | Handle::Sound(_)
            | Handle::Operator(_)
            | Handle::ReferenceHost(_)
            | Handle::Supervision(_)
            | Handle::AddressServer(_)
            | Handle::NameServer(_)
            | Handle::TimeServer(_)
            | Handle::Cameras(_)
            | Handle::Inspector(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::safe::Unread;
    use crate::rig;
    use std::path::Path;

    #[test]
    fn a_board_that_cannot_be_opened_keeps_no_other_from_being_made_safe() {
        let mut rig = rig::load(Path::new("rigs/virtual.yaml")).expect("a rig that is shipped");
        // The fibre alone is on a board that is nowhere.
        if let Some(fibre) = &mut rig.wiring.fibre {
            fibre.relay.board = "gone".into();
        }
        let rig = Arc::new(rig);
        assert!(Switchgear::open(&rig).is_err());
        let mut gear = Switchgear::open_what_answers(&rig).expect("the others");
        gear.switch(Circuit::Mains, false).expect("switches");
        let checks = gear.make_safe();
        let graded: Vec<(&str, bool)> = checks.iter().map(|check| (check.what.en.as_str(), check.ok)).collect();
        let others = [("loudspeaker connected", true), ("microphone connected", true)];
        let switching = [("button released", true), ("mains on", true), ("fibre connected", false)];
        assert_eq!(graded, [&switching[..], &others].concat(), "{checks:?}");
        assert_eq!(gear.is_closed::<Unread>(Circuit::Mains), Ok(true));
    }
}
