//! The bench proves itself: operator's desk, ears, relays, console. Before a scenario, and again before a post is
//! condemned.
//!
//! Knows nothing of limits; everything found here is the bench's failure.

use super::budget::COMMAND_TO_SENSE;
use super::circuit::Circuit;
use super::ledger::FOLLOWS_WITHIN;
use super::{Bench, Moment};
use crate::clock::{Instant, Interrupted};
use crate::instrument::{InstrumentError, Result, Subsystem};
use crate::unit::{Estimate, both, combine, rectangular};
use std::time::Duration;

/// A request to its own address comes back at once, or the desk is out of order.
const DESK_ANSWERS_WITHIN: Duration = Duration::from_secs(2);
/// So many times the button's contact is moved for its proof: enough to see how much its time varies.
const PROVING_PRESSES: usize = 3;
/// So many unreadable console lines, and more of them than readable ones, are a bad cable and no power cut in mid-line.
const GARBLED_LINES: usize = 3;

impl Bench {
    /// Does the operator's own side answer?
    pub fn prove_operator<E: From<Interrupted> + From<InstrumentError>>(&mut self) -> std::result::Result<(), E> {
        let deadline = self.now() + DESK_ANSWERS_WITHIN;
        let answered = self.watch::<bool, E>(deadline, |bench| Ok(bench.operator()?.self_check()?))?;
        if answered == Some(true) {
            return Ok(());
        }
        Err(InstrumentError::new(
            "operator",
            "answer a request sent to its own address",
            ("no answer came back", "na żądanie wysłane pod własny adres nie przyszła odpowiedź"),
            ("check that the operator's address in the rig is this machine's and that no firewall or other program holds its port", "sprawdź, czy adres operatora w opisie stanowiska jest adresem tego komputera i czy jego portu nie blokuje zapora ani nie zajmuje inny program"),
        )
        .of(Subsystem::Operator)
        .into())
    }

    /// Asks every input that a role has for its state: a board that has kept a change to itself shows it.
    pub fn prove_inputs<E: From<Interrupted> + From<InstrumentError>>(&mut self) -> std::result::Result<(), E> {
        let wiring = &self.rig.wiring;
        let senses = [&wiring.button, &wiring.mains, &wiring.fibre].into_iter().flatten().map(|switch| switch.sense.clone());
        let lamps = self.lamp_sensors().into_iter().map(|(_, lamp)| lamp);
        for input in senses.chain(lamps).collect::<Vec<_>>() {
            self.sees_light::<E>(&input)?;
        }
        Ok(self.collect()?)
    }

    /// Does the button's contact follow its commands? The post must be without power, or it would take this for a
    /// press.
    pub fn prove_button<E: From<Interrupted> + From<InstrumentError>>(&mut self) -> std::result::Result<(), E> {
        for closed in [true, false].repeat(PROVING_PRESSES) {
            self.prove_move::<E>(Circuit::Button, closed)?;
            // So long that its next move is a clean one: it tells how long the contact takes.
            self.wait::<E>(Duration::from_millis(100))?;
        }
        if let Some(delays) = self.gear.delays(Circuit::Button, true) {
            let late = self.sense_lateness(Circuit::Button);
            let uncertainty = combine(&[rectangular(delays.spread() / 2.0), rectangular(late / 2.0)]);
            self.budget(&COMMAND_TO_SENSE, Estimate::seconds(delays.typical(), uncertainty));
        }
        Ok(())
    }

    pub(super) fn prove_move<E: From<Interrupted> + From<InstrumentError>>(
        &mut self,
        circuit: Circuit,
        closed: bool,
    ) -> std::result::Result<(), E> {
        let commanded = self.switch(circuit, closed)?;
        self.await_proof::<E>(circuit, closed, commanded).map(drop)
    }

    /// Waits for a circuit's sense input to follow a command.
    pub fn await_proof<E: From<Interrupted> + From<InstrumentError>>(
        &mut self,
        circuit: Circuit,
        closed: bool,
        commanded: Instant,
    ) -> std::result::Result<Moment, E> {
        let deadline = self.now().max(commanded) + FOLLOWS_WITHIN;
        if let Some(moment) = self.watch::<Moment, E>(deadline, |bench| Ok(bench.proved(circuit, closed, commanded)))? {
            return Ok(moment);
        }
        // It may have stood there already: then there was no change to see.
        let stands = self.is_closed::<E>(circuit)?;
        self.gear.settle(circuit, stands);
        if stands == closed { Ok(Moment::stamped(commanded, 0.02)) } else { Err(self.gear.unproved(circuit, closed).into()) }
    }

    /// Are the circuits where they should be before a scenario begins?
    pub fn prove_safe_state<E: From<Interrupted> + From<InstrumentError>>(&mut self) -> std::result::Result<(), E> {
        self.gear.is_safe()
    }

    /// A console full of unreadable lines is a cable or a wrong baud rate. Called with everything that arrives.
    pub(super) fn check_console(&self) -> Result<()> {
        let lines = self.record.console_lines();
        let (garbled, readable) = (lines.garbled, lines.readable);
        if garbled < GARBLED_LINES || garbled <= readable {
            return Ok(());
        }
        let sample = &lines.last_garbled;
        Err(InstrumentError::new(
            "console",
            "read the post's console",
            both!(
                "{garbled} of {} lines are unreadable, the last: {sample:?}",
                "nieczytelne wiersze: {garbled} z {}, ostatni: {sample:?}",
                garbled + readable
            ),
            (
                "check the console's cable and ground, and the baud rate in the rig",
                "sprawdź przewód konsoli, jego masę i prędkość transmisji w opisie stanowiska",
            ),
        )
        .of(Subsystem::Console))
    }
}
