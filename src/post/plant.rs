//! Mains, fibre and the post's readiness.
//!
//! Knows nothing of calls.

use super::deeds::{Proof, What};
use super::{Fault, Post, Result};
use crate::bench::{Bench, Circuit, Moment, Registration};
use crate::instrument::operator::CallEvent;
use crate::instrument::{InstrumentError, Subsystem};
use crate::rig::Role;
use crate::unit::{Bilingual, Estimate, Method, Quantity, Unit, both};
use crate::verdict::Criterion;
use std::time::Duration;

/// How long a post may take to become ready where no requirement is being judged: beyond the hard limit of T19 (120 s),
/// so that a slow post is condemned by the scenario that measures it.
pub(super) const READY_WITHIN: Duration = Duration::from_secs(240);
/// The post's heartbeat comes every 10 s (post protocol, section 2).
const HEARTBEAT_WITHIN: Duration = Duration::from_secs(12);
/// Without power for so long, a post has forgotten whatever it kept in memory.
const FORGETS_AFTER: Duration = Duration::from_secs(5);
/// A microcontroller is awake this soon after power-on.
pub(super) const AWAKE_AFTER: Duration = Duration::from_millis(500);
/// After a call the post is idle again within a second (post protocol, section 4).
const SETTLES_WITHIN: Duration = Duration::from_millis(1500);

const READY: Quantity = Quantity {
    key: "T19.registered",
    unit: Unit::Count,
    en: "post registered with the operator",
    pl: "punkt zarejestrowany u operatora",
    method: Method::new("registrations at the operator", "rejestracje u operatora", "RFC 3261, 10"),
    requirement: "T19",
};
const REGISTERED_AFTER_POWER: Quantity = Quantity {
    key: "T19.power-to-registration",
    unit: Unit::Second,
    en: "power-on to registration",
    pl: "od włączenia zasilania do rejestracji",
    method: Method::new(
        "mains sense input to REGISTER accepted by the operator",
        "od wejścia kontroli zasilania do REGISTER przyjętego przez operatora",
        "RFC 3261, 10",
    ),
    requirement: "T19",
};
const REGISTERED_AFTER_FIBRE: Quantity = Quantity {
    key: "T20.fibre-to-registration",
    unit: Unit::Second,
    en: "fibre's return to registration",
    pl: "od powrotu światłowodu do rejestracji",
    method: Method::new(
        "fibre sense input to REGISTER accepted by the operator",
        "od wejścia kontroli światłowodu do REGISTER przyjętego przez operatora",
        "RFC 3261, 10",
    ),
    requirement: "T20",
};
const SETTINGS: Quantity = Quantity {
    key: "T41.own-registrations",
    unit: Unit::Count,
    en: "registrations under the post's own identity",
    pl: "rejestracje pod własną tożsamością punktu",
    method: Method::new(
        "user of the REGISTER after power-on, cross-checked with the console",
        "użytkownik w REGISTER po włączeniu zasilania, porównany z konsolą",
        "RFC 3261, 10",
    ),
    requirement: "T41",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[READY, REGISTERED_AFTER_POWER, REGISTERED_AFTER_FIBRE, SETTINGS];

impl Post {
    /// Switches a circuit and waits for its proof; returns when it happened.
    pub(super) fn switch(&mut self, circuit: Circuit, closed: bool) -> Result<Moment> {
        let commanded = self.bench.switch(circuit, closed)?;
        self.bench.await_proof(circuit, closed, commanded)
    }

    pub fn cut_fibre(&mut self) -> Result<()> {
        self.is_unsettled = true;
        let cut = self.switch(Circuit::Fibre, false)?;
        self.deeds.add(What::Fibre { connected: false }, cut, Proof::Sense);
        Ok(())
    }

    pub fn restore_fibre(&mut self) -> Result<()> {
        let proof = self.prove_cut()?;
        let returned = self.switch(Circuit::Fibre, true)?;
        self.deeds.add(What::Fibre { connected: true }, returned, proof);
        Ok(())
    }

    pub fn cut_fibre_for(&mut self, time: Duration) -> Result<()> {
        let began = self.bench.now();
        self.cut_fibre()?;
        // Waiting for the proof is part of the cut.
        self.pass(time.saturating_sub(self.bench.now().since(began)))?;
        self.restore_fibre()
    }

    pub fn mains_off(&mut self) -> Result<()> {
        self.is_unsettled = true;
        let (off, proof) = self.take_mains_away()?;
        self.deeds.add(What::Mains { on: false }, off, proof);
        Ok(())
    }

    pub fn mains_on(&mut self) -> Result<()> {
        let on = self.give_mains_back()?;
        let was_off = self.deeds.proof(What::Mains { on: false }) == Some(Proof::Effect);
        let proof = if self.bench.prove_fed::<Fault>()? && was_off { Proof::Effect } else { Proof::Sense };
        self.deeds.add(What::Mains { on: true }, on, proof);
        Ok(())
    }

    /// A post's own battery goes with the mains, where the bench has a hand on it. Proved by the sense input, and by
    /// the supply that goes where the probe can measure it.
    pub(super) fn take_mains_away(&mut self) -> Result<(Moment, Proof)> {
        if self.bench.rig.has(Role::Battery) {
            self.switch(Circuit::Battery, false)?;
        }
        let off = self.switch(Circuit::Mains, false)?;
        let proof = if self.bench.prove_unfed::<Fault>()? { Proof::Effect } else { Proof::Sense };
        Ok((off, proof))
    }

    /// And the battery with it, where the bench has a hand on that.
    pub(super) fn give_mains_back(&mut self) -> Result<Moment> {
        if self.bench.rig.has(Role::Battery) {
            self.switch(Circuit::Battery, true)?;
        }
        self.switch(Circuit::Mains, true)
    }

    pub fn connect_everything(&mut self) -> Result<()> {
        if self.bench.has(Circuit::Mains) {
            self.give_mains_back()?;
        }
        if self.bench.has(Circuit::Fibre) {
            self.switch(Circuit::Fibre, true)?;
        }
        self.bench.prove_fed::<Fault>().map(drop)
    }

    /// Lets time pass while everything is recorded.
    pub fn pass(&mut self, time: Duration) -> Result<()> {
        self.bench.wait(time)
    }

    /// Written, powered, connected, registered and idle: whatever a scenario needs to begin.
    pub fn make_ready(&mut self) -> Result<()> {
        self.learn_button()?;
        self.connect_everything()?;
        if self.is_unsettled {
            self.begin_anew()?;
        }
        self.write_once()?;
        let deadline = self.bench.now() + READY_WITHIN;
        let ready = self.bench.watch::<Registration, Fault>(deadline, |bench| {
            // One from before mains or fibre came back may be all that is left of a post that is gone.
            let (now, disturbed) = (bench.now(), bench.disturbed());
            Ok(bench.record.registration().filter(|registration| registration.stands(disturbed, now)))
        })?;
        if ready.is_none() && !self.bench.has_heard_of_post() {
            return Err(self.never_heard());
        }
        self.judge(&READY, Estimate::count(usize::from(ready.is_some())), Criterion::AtLeast(1.0))?;
        self.hear_heartbeat()?;
        self.pass(SETTLES_WITHIN)?;
        self.end_leftovers()?;
        self.counted_from = self.bench.now();
        Ok(())
    }

    /// A call that was on its way while the scenario before was made safe arrives after its end. It is not one of this
    /// scenario's, and a press within it would be the same case.
    fn end_leftovers(&mut self) -> Result<()> {
        if !self.bench.record.a_call_stands() {
            return Ok(());
        }
        self.bench.log.note((
            "a call of the scenario before still stands: the operator ends it",
            "połączenie z poprzedniego scenariusza nadal trwa: operator je kończy",
        ));
        self.bench.operator()?.make_safe()?;
        self.pass(SETTLES_WITHIN)
    }

    /// By whatever the rig has for it.
    fn begin_anew(&mut self) -> Result<()> {
        if self.bench.has(Circuit::Mains) {
            return self.restart_by_mains();
        }
        self.is_unsettled = false;
        if self.bench.rig.has(Role::Probe) {
            return self.restart();
        }
        self.bench.log.note((
            "the scenario before disturbed the post, and the rig has neither its mains nor its probe to start it anew: it is given time",
            "poprzedni scenariusz zmienił stan punktu, a stanowisko nie może go uruchomić od nowa: nie przełącza zasilania i nie ma programatora; punkt dostaje czas na powrót do spoczynku",
        ));
        self.pass(FORGETS_AFTER)
    }

    /// The rig's firmware, once in a run; a rig without a probe judges what it finds.
    pub(super) fn write_once(&mut self) -> Result<()> {
        if self.is_written {
            return Ok(());
        }
        if self.bench.rig.has(Role::Probe) {
            return self.write_firmware();
        }
        self.is_written = true;
        self.bench.log.note((
            "the rig has no debug probe: the post is judged with the firmware that it came with, and that is not read back",
            "stanowisko nie ma programatora: punkt jest oceniany z oprogramowaniem, które już zawiera, bez odczytu kontrolnego",
        ));
        Ok(())
    }

    /// Takes the power away for so long that nothing is remembered: a press kept over an outage belongs to the scenario
    /// before.
    fn restart_by_mains(&mut self) -> Result<()> {
        self.bench.log.note((
            "the scenario before disturbed the post: it begins anew by a power cycle",
            "przed scenariuszem wyłączono i włączono zasilanie punktu, bo poprzedni zmienił jego stan",
        ));
        self.take_mains_away()?;
        self.pass(FORGETS_AFTER)?;
        self.give_mains_back()?;
        self.bench.prove_fed::<Fault>()?;
        self.is_unsettled = false;
        self.pass(AWAKE_AFTER)
    }

    /// A console that is wired must be heard, or its evidence would be missed without anybody noticing. A silent
    /// console is the bench's affair until the operator's end says otherwise.
    fn hear_heartbeat(&mut self) -> Result<()> {
        if self.bench.rig.wiring.console.is_none() || self.bench.record.console_lines().readable > 0 {
            return Ok(());
        }
        let deadline = self.bench.now() + HEARTBEAT_WITHIN;
        let readable = |bench: &mut Bench| Ok((bench.record.console_lines().readable > 0).then_some(()));
        let heard = self.bench.watch::<(), Fault>(deadline, readable)?;
        if heard.is_some() {
            return Ok(());
        }
        let garbled = self.bench.record.console_lines().garbled;
        Err(InstrumentError::new(
            "console",
            "read the post's console",
            both!(
                "no readable line in {} s, {garbled} unreadable ones, though the post is registered",
                "choć punkt jest zarejestrowany, przez {} s nie przyszedł żaden czytelny wiersz (nieczytelnych: {garbled})",
                HEARTBEAT_WITHIN.as_secs()
            ),
            (
                "check the console's cable, its ground, and the baud rate in the rig",
                "sprawdź przewód konsoli, jego masę i prędkość transmisji w opisie stanowiska",
            ),
        )
        .of(Subsystem::Console)
        .into())
    }

    pub(super) fn registered_after(&mut self, moment: Moment, patience: f64) -> Result<Option<Moment>> {
        let since = moment.instant();
        let deadline = since + Duration::from_secs_f64(patience);
        self.bench.watch(deadline, |bench| {
            Ok(bench.record.calls_since(since).find(|e| is_registration(&e.value)).map(Moment::at_operator))
        })
    }

    /// T19.
    pub fn registered_within_after_power(&mut self, limit: Duration) -> Result<()> {
        let from = self.deeds.last(What::Mains { on: true }).ok_or_else(|| {
            super::order(
                ("the mains has not been switched on in this scenario", "w tym scenariuszu nie włączono jeszcze zasilania"),
                ("switch the mains off and on first", "najpierw wyłącz i włącz zasilanie"),
            )
        })?;
        let limit = limit.as_secs_f64();
        let found = self.registered_after(from, self.patience("T19", limit))?;
        self.rest_on_power_cut(from, found)?;
        self.judge_within(&REGISTERED_AFTER_POWER, from, found, limit)
    }

    /// T20.
    pub fn registered_within_after_fibre(&mut self, limit: Duration) -> Result<()> {
        let from = self.returned()?;
        let limit = limit.as_secs_f64();
        let found = self.registered_after(from, self.patience("T20", limit))?;
        self.rest_on_cut(found)?;
        self.judge_within(&REGISTERED_AFTER_FIBRE, from, found, limit)
    }

    /// The identity is the setting that a person's life hangs on: it tells the operator where to send help.
    pub fn settings_are_intact(&mut self) -> Result<()> {
        let identity = self.name();
        let since = self.deeds.last(What::Mains { on: true }).map_or(self.counted_from, Moment::instant);
        let last = self.bench.record.calls_since(since).rev().find_map(|e| match &e.value {
            CallEvent::Registered { user, .. } => Some(user.clone()),
            _ => None,
        });
        let is_own = last.is_some_and(|user| user == identity);
        if let Some(banner) = self.bench.record.last_banner() {
            let said = banner.value("id").unwrap_or("–");
            let pl = format!("na konsoli punkt przedstawia się jako {said}");
            self.bench.log.note(Bilingual::new(format!("the post calls itself {said} on its console"), pl));
        }
        self.judge(&SETTINGS, Estimate::count(usize::from(is_own)), Criterion::Exactly(1.0))
    }
}

fn is_registration(event: &CallEvent) -> bool {
    matches!(event, CallEvent::Registered { .. })
}
