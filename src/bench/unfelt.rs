//! What is said where a circuit was opened, as its sense input confirms, and the post did not feel it.
//!
//! Knows nothing of how that was found out.

use super::{Bench, Circuit};
use crate::instrument::{InstrumentError, Subsystem};
use crate::unit::Bilingual;

impl Bench {
    /// A circuit that was opened, as its sense input confirms, and that the post did not feel.
    pub fn unfelt(&self, circuit: Circuit, but: impl Into<Bilingual>) -> InstrumentError {
        let (action, remedy) = match circuit {
            Circuit::Mains => (
                "take the post's mains away",
                (
                    "see whether the post is fed past the relay; if it has a battery, write `battery: true` under `post` in the rig",
                    "sprawdź, czy punkt nie jest zasilany z pominięciem przekaźnika; jeśli ma akumulator, wpisz `battery: true` w sekcji `post` opisu stanowiska",
                ),
            ),
            Circuit::Loudspeaker | Circuit::Microphone => (
                "take the post's loudspeaker or microphone away",
                (
                    "see whether the relay lies in the right lead, and whether that is led past it",
                    "sprawdź, czy przekaźnik jest włączony we właściwy przewód i czy nie jest on poprowadzony obok przekaźnika",
                ),
            ),
            _ => (
                "cut the post's fibre",
                (
                    "see whether the post is connected past the relay, by another cable or another way",
                    "sprawdź, czy punkt nie jest połączony z pominięciem przekaźnika, innym kablem lub inną drogą",
                ),
            ),
        };
        let but = but.into();
        let cause = Bilingual::new(
            format!("its sense input saw the {} {}, but {but}", circuit.name(), circuit.state(false)),
            format!("wejście kontrolne potwierdziło stan: {}, lecz {}", circuit.in_state(false).pl, but.pl),
        );
        let error = InstrumentError::new(format!("{} relay", circuit.name()), action, cause, remedy).of(Subsystem::Relays);
        if circuit.cuts_post_off() {
            self.unfelt.get_or_init(|| error.clone());
        }
        error
    }

    /// The first outage of this run that was none.
    pub fn was_unfelt(&self) -> Option<&InstrumentError> {
        self.unfelt.get()
    }
}
