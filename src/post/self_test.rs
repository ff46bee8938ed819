//! The bench behind the post: proved before a scenario, proved again before the post is condemned, and made safe.

use super::{Fault, Post, Result};
use crate::bench::Circuit;
use crate::clock::Instant;
use crate::journal::SafeCheck;
use crate::rig::Role;
use crate::twin::Twin;
use crate::unit::both;
use std::time::Duration;

/// Requirements whose figures rest on what the bench hears, on what the lamps' sensors see, and on what the probe
/// reads.
const RESTS_ON_SOUND: [&str; 14] =
    ["T03", "T04", "T10", "T11", "T12", "T13", "T14", "T15", "T16", "T17", "T18", "T21", "T22", "T25"];
const RESTS_ON_LIGHT: [&str; 5] = ["T05", "T06", "T26", "T27", "T38"];
const RESTS_ON_PROBE: [&str; 1] = ["T41"];
/// Those whose figures rest on outages that were felt.
const RESTS_ON_OUTAGES: [&str; 10] = ["T19", "T20", "T21", "T22", "T23", "T25", "T26", "T27", "T38", "T39"];
/// By so many heartbeats in one life a console shows that it holds lines back; they come within so long (post protocol,
/// section 2: every 10 s).
const TELLING_HEARTBEATS: usize = 4;
const FEW_HEARTBEATS: Duration = Duration::from_secs(45);
/// Calls that were ended are over by then, and lamps have followed.
const AT_REST_AFTER: Duration = Duration::from_secs(2);
/// Without mains a supply has run down and a loudspeaker is silent by then.
const FALLS_SILENT_AFTER: Duration = Duration::from_secs(3);
/// A tone so far below the voices, or louder, can be what the post was found wanting for.
const AUDIBLE_BELOW_VOICE_DB: f64 = 36.0;
/// Where no voice was heard: it would have been as loud as this at least.
const FAINTEST_VOICE_DBFS: f64 = -40.0;

impl Post {
    /// Is the bench where it should be before a scenario begins? The sound card is measured before the first one.
    pub fn prove_bench(&mut self) -> Result<()> {
        self.bench.prove_safe_state::<Fault>()?;
        if !self.is_calibrated {
            self.bench.calibrate_card::<Fault>()?;
            self.bench.note_ears::<Fault>()?;
            self.is_calibrated = true;
        }
        self.bench.prove_card::<Fault>()?;
        self.prove_desk()
    }

    /// Before it stands that the post was found wanting, the bench proves itself again: every instrument has to show
    /// that it saw rightly.
    pub fn prove_bench_again(&mut self) -> Result<()> {
        self.come_to_rest()?;
        self.ask_reference_host()?;
        self.listen_for_heartbeats()?;
        if self.bench.rig.wiring.operator.is_some() {
            self.bench.prove_way_in::<Fault>()?;
        }
        if let Some(found) = self.contradictions.first() {
            return Err(found.error.clone().into());
        }
        if let Some(error) = self.bench.was_unfelt().filter(|_| self.is_wanting_in(&RESTS_ON_OUTAGES)) {
            return Err(error.clone().into());
        }
        self.bench.prove_inputs::<Fault>()?;
        self.prove_desk()?;
        self.bench.prove_services::<Fault>()?;
        if self.is_wanting_in(&RESTS_ON_PROBE) {
            self.bench.prove_probe()?;
        }
        self.bench.prove_card::<Fault>()?;
        self.bench.prove_ears::<Fault>()?;
        let can_switch_off = self.bench.can_switch_off();
        let wiring = &self.bench.rig.wiring;
        let has_mains = wiring.mains.is_some();
        let has_hands = [&wiring.button, &wiring.mains, &wiring.fibre].iter().all(|switch| switch.is_some());
        let has_ends = wiring.operator.is_some() && wiring.probe.is_some();
        if has_mains && can_switch_off && wiring.ear.is_some() && self.is_wanting_in(&RESTS_ON_SOUND) {
            self.prove_quiet()?;
        }
        if !has_hands || !has_ends {
            return Ok(());
        }
        // What was found out of order does not come right by itself, and not every moment shows it.
        if self.is_wanting_in(&RESTS_ON_LIGHT) && !matches!(self.hands, Some(Err(_))) {
            self.prove_hands_again()
        } else {
            self.prove_hands_once()
        }
    }

    /// A scenario that was broken off may have left a finger on the button, a fibre cut or a talk going on.
    fn come_to_rest(&mut self) -> Result<()> {
        self.hush_street()?;
        self.bench.make_safe();
        self.bench.prove_safe_state::<Fault>()?;
        self.is_unsettled = true;
        self.pass(AT_REST_AFTER)
    }

    fn is_wanting_in(&self, requirements: &[&str]) -> bool {
        requirements.iter().any(|requirement| self.wanting.contains_key(requirement))
    }

    /// By how many seconds a lamp was found late, at most; infinite where it was not a matter of time.
    pub(super) fn excess_of_lamps(&self) -> f64 {
        RESTS_ON_LIGHT
            .iter()
            .filter_map(|requirement| self.wanting.get(requirement))
            .fold(0.0, |worst, excess| worst.max(*excess))
    }

    /// Without a host where the post's line begins, what the bench's own network loses looks like the post's.
    fn ask_reference_host(&mut self) -> Result<()> {
        if !self.bench.rig.has(Role::ReferenceHost) {
            if !std::mem::replace(&mut self.has_told_of_network, true) {
                self.bench.log.note((
                    "the rig names no reference host: what the bench's own network loses or holds up is not told from what the post's line does",
                    "opis stanowiska nie podaje hosta odniesienia: strat i opóźnień w sieci samego stanowiska nie można odróżnić od strat i opóźnień w linii punktu",
                ));
            }
            return Ok(());
        }
        self.bench.await_echoes::<Fault>()?;
        self.look_for_contradictions()
    }

    /// A console that holds lines back shows it by a few heartbeats; a scenario may have been too short for them.
    fn listen_for_heartbeats(&mut self) -> Result<()> {
        let is_owed = self.bench.rig.wiring.console.is_some() && self.bench.record.reports_since(self.began).next().is_some();
        if self.contradictions.is_empty() && is_owed {
            let until = self.bench.now() + FEW_HEARTBEATS;
            let beats = |record: &crate::bench::Record, since| {
                let reports = record.reports_since(since).rev();
                let life = reports.take_while(|report| report.value.argument("BOOT").is_none());
                life.filter(|report| report.value.argument("BEAT").is_some()).count()
            };
            let began = self.began;
            self.bench
                .watch::<(), Fault>(until, |bench| Ok((beats(&bench.record, began) >= TELLING_HEARTBEATS).then_some(())))?;
            self.look_for_contradictions()?;
        }
        Ok(())
    }

    /// Without power the post is silent: what the ear hears then is of the bench, or of the room.
    fn prove_quiet(&mut self) -> Result<()> {
        let loudest = self.voice_level(false).unwrap_or(FAINTEST_VOICE_DBFS) - AUDIBLE_BELOW_VOICE_DB;
        self.take_mains_away()?;
        self.is_unsettled = true;
        self.pass(FALLS_SILENT_AFTER)?;
        let found = self.bench.prove_quiet::<Fault>(loudest);
        self.connect_everything()?;
        found
    }

    fn prove_desk(&mut self) -> Result<()> {
        if self.bench.rig.wiring.operator.is_some() { self.prove_operator() } else { Ok(()) }
    }

    /// The operator's own side answers a request sent to itself.
    pub fn prove_operator(&mut self) -> Result<()> {
        self.bench.prove_operator()
    }

    /// The button's contact follows its commands. The post must be without power, or it would take this for a press.
    pub fn prove_button(&mut self) -> Result<()> {
        if !self.bench.has(Circuit::Button) {
            self.tell_unproved_part("button", "przycisku");
            return Ok(());
        }
        self.bench.prove_button()
    }

    /// The bench's own ears, mouth and loop-back; the loop-back's result also goes into the uncertainty budget.
    pub fn bench_hears_itself(&mut self) -> Result<()> {
        let rig = &self.bench.rig;
        let lacks = [Role::Mouth, Role::Ear, Role::Loopback].into_iter().find(|role| !rig.has(*role));
        if let Some(role) = lacks {
            let pl = match role {
                Role::Mouth => "sztucznych ust",
                Role::Ear => "mikrofonu pomiarowego",
                _ => "pętli zwrotnej",
            };
            self.tell_unproved_part(role.name(), pl);
        }
        self.bench.calibrate_card::<Fault>()?;
        self.bench.prove_ears()
    }

    /// What a rig has not got cannot be proved, and nothing that rests on it is judged.
    pub(super) fn tell_unproved_part(&self, en: &str, pl: &str) {
        self.bench.log.note(both!(
            "the rig has no {en}: there is nothing to prove, and nothing that rests on it is judged",
            "stanowisko nie ma {pl}: nie ma czego potwierdzać, a wszystko, co od tego zależy, pozostaje bez oceny"
        ));
    }

    /// Brings the bench to the state that harms nobody and says what was read back.
    pub fn make_safe(&mut self) -> Vec<SafeCheck> {
        let mut checks = self.bench.make_safe();
        checks.extend(self.make_trial_safe());
        checks.extend(self.make_settings_safe());
        checks
    }

    /// Reads a circuit back by its sense input.
    pub fn is_closed(&mut self, circuit: Circuit) -> Result<bool> {
        self.bench.is_closed(circuit)
    }

    pub fn now(&self) -> Instant {
        self.bench.now()
    }

    /// The virtual post, where the bench stands on one: for proofs that hold figures against the truth, never for
    /// measuring.
    pub fn twin(&self) -> Option<&Twin> {
        self.bench.twin()
    }
}
