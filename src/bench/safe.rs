//! Making safe: button released, mains on, fibre connected, calls ended, sound stopped; read back and graded, not assumed.
//!
//! Runs at every end of a scenario and of a run, whatever ended it. Knows nothing of the scenario. It must not fail early: each thing is
//! tried whatever became of the others.

use super::switch::Circuit;
use super::{Bench, LOOK_EVERY};
use crate::instrument::{Instrument, InstrumentError, Subsystem};
use crate::journal::SafeCheck;
use crate::unit::Bilingual;
use std::time::Duration;

/// How long a contact may take to follow its command before the read-back counts as failed.
const SETTLE: Duration = Duration::from_millis(300);

impl Bench {
    /// Brings everything to the state that harms nobody and says what was read back.
    pub fn make_safe(&mut self) -> Vec<SafeCheck> {
        let mut checks = Vec::new();
        for circuit in Circuit::ALL {
            if self.wires(circuit) {
                checks.push(self.make_circuit_safe(circuit));
            }
        }
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

    fn wires(&self, circuit: Circuit) -> bool {
        let wiring = &self.rig.wiring;
        match circuit {
            Circuit::Button => wiring.button.is_some(),
            Circuit::Mains => wiring.mains.is_some(),
            Circuit::Fibre => wiring.fibre.is_some(),
        }
    }

    fn make_circuit_safe(&mut self, circuit: Circuit) -> SafeCheck {
        let closed = circuit.is_closed_when_safe();
        let what = circuit.in_state(closed);
        if let Err(error) = self.switch(circuit, closed) {
            return SafeCheck { what, ok: false, detail: error.account() };
        }
        let deadline = self.now() + SETTLE;
        loop {
            match self.is_closed(circuit) {
                Ok(read) if read == closed => return SafeCheck { what, ok: true, detail: ("read back", "odczytano").into() },
                Err(error) => return SafeCheck { what, ok: false, detail: error.account() },
                // An interruption must not end the wait for the read-back: the guard was cleared for making safe.
                Ok(_) if self.now() < deadline => {
                    if let Err(error) = self.clock.wait(LOOK_EVERY) {
                        let detail = Bilingual::new(
                            format!("not read back: {error}"),
                            "nie odczytano: upłynął czas na przywrócenie stanu",
                        );
                        return SafeCheck { what, ok: false, detail };
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

    fn quiet_instruments(&mut self) -> Vec<(Bilingual, crate::instrument::Result<()>)> {
        let mut done = Vec::new();
        if let Some(operator) = &mut self.operator {
            let ended = operator.make_safe().map_err(|error| error.of(Subsystem::Operator));
            done.push((("calls ended", "rozmowy zakończone").into(), ended));
        }
        if let Some(card) = &mut self.card {
            done.push((
                ("sound stopped", "dźwięk zatrzymany").into(),
                card.make_safe().map_err(|error| error.of(Subsystem::Sound)),
            ));
        }
        done
    }
}
