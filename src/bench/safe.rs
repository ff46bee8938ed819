//! Making safe: button released, mains on, fibre connected; then calls ended, sound stopped. Read back and graded, not
//! assumed.
//!
//! Runs at every end of a scenario and of a run, whatever ended it. It must not fail early: each thing is tried
//! whatever became of the others. The circuits need nothing but the switchgear, so that they can be made safe where
//! there is no bench any more.

use super::circuit::Circuit;
use super::switch::Switchgear;
use super::{Bench, LOOK_EVERY};
use crate::clock::Interrupted;
use crate::instrument::{Instrument, InstrumentError, Result, Subsystem};
use crate::journal::SafeCheck;
use crate::unit::Bilingual;
use std::time::Duration;

/// How long a contact may take to follow its command before the read-back counts as failed.
const SETTLE: Duration = Duration::from_millis(300);

/// Within so long a contact has followed the command before last.
const TRAVEL: Duration = Duration::from_millis(50);

/// Why a read-back did not come about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    Instrument(InstrumentError),
    Interrupted(Interrupted),
}

impl From<InstrumentError> for Unread {
    fn from(error: InstrumentError) -> Self {
        Unread::Instrument(error)
    }
}

impl From<Interrupted> for Unread {
    fn from(interrupted: Interrupted) -> Self {
        Unread::Interrupted(interrupted)
    }
}

impl Unread {
    fn account(&self) -> Bilingual {
        match self {
            Unread::Instrument(error) => error.account(),
            Unread::Interrupted(interrupted) => {
                let pl = "nie odczytano: upłynął czas na przywrócenie stanu";
                Bilingual::new(format!("not read back: {interrupted}"), pl)
            }
        }
    }
}

impl Switchgear {
    /// Brings every circuit of the rig to the state that harms nobody and says what was read back.
    pub fn make_safe(&mut self) -> Vec<SafeCheck> {
        let there: Vec<Circuit> = Circuit::ALL.into_iter().filter(|circuit| self.has(*circuit)).collect();
        there.into_iter().map(|circuit| self.make_circuit_safe(circuit)).collect()
    }

    /// The first circuit that is not where it harms nobody, as a failure of the bench's.
    ///
    /// # Errors
    /// A circuit stands elsewhere, or cannot be read back.
    pub fn is_safe<E: From<InstrumentError> + From<Interrupted>>(&mut self) -> std::result::Result<(), E> {
        for circuit in Circuit::ALL {
            let closed = circuit.is_closed_when_safe();
            if self.has(circuit) && self.is_closed::<E>(circuit)? != closed {
                return Err(self.unproved(circuit, closed).into());
            }
        }
        Ok(())
    }

    fn make_circuit_safe(&mut self, circuit: Circuit) -> SafeCheck {
        let closed = circuit.is_closed_when_safe();
        let what = circuit.in_state(closed);
        // Whatever was commanded before may still be on its way: a contact that has not moved yet reads as safe.
        let is_on_its_way = self.told(circuit) != Some(closed);
        if let Err(error) = self.switch(circuit, closed) {
            return SafeCheck { what, ok: false, detail: error.account() };
        }
        if is_on_its_way && let Err(error) = self.clock.wait(TRAVEL) {
            return SafeCheck { what, ok: false, detail: Unread::from(error).account() };
        }
        let deadline = self.clock.now() + SETTLE;
        loop {
            match self.is_closed::<Unread>(circuit) {
                Ok(read) if read == closed => return SafeCheck { what, ok: true, detail: ("read back", "odczytano").into() },
                Err(error) => return SafeCheck { what, ok: false, detail: error.account() },
                // An interruption must not end the wait for the read-back: the guard was cleared for making safe.
                Ok(_) if self.clock.now() < deadline => {
                    if let Err(error) = self.clock.wait(LOOK_EVERY) {
                        return SafeCheck { what, ok: false, detail: Unread::from(error).account() };
                    }
                }
                Ok(read) => {
                    let (en, pl) = (format!("read back as {}", circuit.state(read)), circuit.in_state(read).pl);
                    let detail = Bilingual::new(en, format!("odczytano: {pl}"));
                    return SafeCheck { what, ok: false, detail };
                }
            }
        }
    }
}

impl Bench {
    /// Brings everything to the state that harms nobody and says what was read back.
    pub fn make_safe(&mut self) -> Vec<SafeCheck> {
        let mut checks = self.gear.make_safe();
        for (what, result) in self.quiet_instruments() {
            let detail = result.as_ref().err().map_or_else(|| ("done", "wykonano").into(), InstrumentError::account);
            checks.push(SafeCheck { what, ok: result.is_ok(), detail });
        }
        if let Err(error) = self.collect() {
            let account = error.account();
            let en = format!("while making safe: {}", account.en);
            self.log.note(Bilingual::new(en, format!("przy przywracaniu stanu bezpiecznego: {}", account.pl)));
        }
        checks
    }

    /// Every operator and every card, whether a role uses it or not.
    fn quiet_instruments(&mut self) -> Vec<(Bilingual, Result<()>)> {
        let (ended, stopped) = (("calls ended", "rozmowy zakończone"), ("sound stopped", "dźwięk zatrzymany"));
        let several = (self.operators.len() > 1, self.cards.len() > 1);
        let mut done = Vec::new();
        for (name, operator) in &mut self.operators {
            let result = operator.make_safe().map_err(|error| error.of(Subsystem::Operator));
            done.push((at(ended, name, several.0), result));
        }
        for (name, card) in &mut self.cards {
            let result = card.make_safe().map_err(|error| error.of(Subsystem::Sound));
            done.push((at(stopped, name, several.1), result));
        }
        for (name, result) in self.restore_services().into_iter().filter(|(_, result)| result.is_err()) {
            done.push((at(("in order again", "znów w porządku"), &name, true), result));
        }
        done
    }
}

/// What was done, and at which instrument where there are several of a kind.
fn at((en, pl): (&str, &str), name: &str, is_one_of_several: bool) -> Bilingual {
    if is_one_of_several { Bilingual::new(format!("{en} ({name})"), format!("{pl} ({name})")) } else { (en, pl).into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig;
    use std::path::Path;
    use std::sync::Arc;

    #[test]
    fn a_rig_is_made_safe_by_its_switching_instruments_alone() {
        let rig = rig::load(Path::new("rigs/virtual-new-post.yaml")).expect("a rig that is shipped");
        let mut gear = Switchgear::open(&Arc::new(rig)).expect("the boards of the virtual post");
        assert_eq!(gear.is_safe::<Unread>(), Ok(()));
        let wired: Vec<Circuit> = Circuit::ALL.into_iter().filter(|circuit| gear.has(*circuit)).collect();
        for circuit in wired.iter().copied() {
            gear.switch(circuit, !circuit.is_closed_when_safe()).expect("switches");
        }
        gear.clock.wait(SETTLE).expect("nobody interrupts");
        for circuit in wired {
            assert_eq!(gear.is_closed::<Unread>(circuit), Ok(!circuit.is_closed_when_safe()), "{}", circuit.name());
        }
        assert!(gear.is_safe::<Unread>().is_err());
        let checks = gear.make_safe();
        let graded: Vec<(&str, &str, bool)> =
            checks.iter().map(|check| (check.what.en.as_str(), check.detail.en.as_str(), check.ok)).collect();
        let wanted =
            ["button released", "mains on", "fibre connected", "battery connected"].map(|what| (what, "read back", true));
        assert_eq!(graded, wanted);
        assert_eq!(gear.is_safe::<Unread>(), Ok(()));
    }

    #[test]
    fn what_could_not_be_read_back_says_why() {
        let unread = Unread::from(Interrupted::Stop).account();
        assert!(unread.en.starts_with("not read back: ") && unread.pl.starts_with("nie odczytano: "), "{unread:?}");
        let error = InstrumentError::new("relays", "tell a contact", ("no answer", "brak odpowiedzi"), ("look", "sprawdź"));
        assert_eq!(Unread::from(error.clone()).account(), error.account());
    }

    #[test]
    fn a_contact_that_sticks_is_graded_as_it_reads_and_the_others_are_made_safe_all_the_same() {
        let mut rig = rig::load(Path::new("rigs/virtual.yaml")).expect("a rig that is shipped");
        // The button's sense is wired where the mains' is: it can never read as released while the mains are on.
        let mains = rig.wiring.mains.clone().expect("wired");
        if let Some(button) = &mut rig.wiring.button {
            button.sense = mains.sense;
        }
        let mut gear = Switchgear::open(&Arc::new(rig)).expect("the boards of the virtual post");
        let checks = gear.make_safe();
        assert_eq!(checks.iter().map(|check| check.ok).collect::<Vec<_>>(), [false, true, true, true, true], "{checks:?}");
        assert_eq!(checks.first().map(|check| check.detail.en.as_str()), Some("read back as pressed"));
    }
}
