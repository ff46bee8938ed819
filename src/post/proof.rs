//! Deeds proved by what they led to: a cut that the post must have felt, a power failure that it did not live through.
//!
//! A sense input tells what a contact did, not what hangs on it. Where a deed left no trace nothing that rests on it is
//! judged.

use super::deeds::{Proof, What};
use super::{Fault, Post, Result};
use crate::bench::{Circuit, Moment};
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, Unbound};
use crate::instrument::{InstrumentError, Subsystem};
use std::time::Duration;

/// What was on its way when the fibre was cut, and what the operator's side still held, has been heard by then.
const STILL_SOUNDS: Duration = Duration::from_millis(500);
/// The operator's side has played out by then what it has received.
const PLAYED_OUT: Duration = Duration::from_millis(150);
/// A shorter stretch of silence proves nothing.
const SILENCE_PROVES: Duration = Duration::from_millis(200);

impl Post {
    /// Before the first press of a run the bench learns how long the button's contact takes, on a post that cannot
    /// notice.
    pub(super) fn learn_button(&mut self) -> Result<()> {
        let wiring = &self.bench.rig.wiring;
        if wiring.button.is_none() || wiring.mains.is_none() || self.bench.knows_delays(Circuit::Button) {
            return Ok(());
        }
        self.take_mains_away()?;
        self.bench.prove_button()
    }

    /// While the fibre is cut: has the post felt it? What cannot be is an error; what cannot be told leaves the deed to
    /// its sense alone.
    pub(super) fn prove_cut(&mut self) -> Result<Proof> {
        let Some(cut) = self.deeds.last(What::Fibre { connected: false }).map(Moment::instant) else { return Ok(Proof::Sense) };
        self.bench.collect()?;
        let now = self.bench.now();
        self.prove_silence(cut, now)?;
        Ok(if self.has_felt_cut(cut, now) { Proof::Effect } else { Proof::Sense })
    }

    /// A talk that goes on is heard at the operator's as long as the fibre carries it, and not any longer.
    fn prove_silence(&mut self, cut: Instant, now: Instant) -> Result<()> {
        let from = cut + STILL_SOUNDS;
        let Some(call) = self.talk.filter(|call| self.bench.record.call(*call).is_some_and(|call| call.stands())) else {
            return Ok(());
        };
        let to = now - PLAYED_OUT;
        if to < from + SILENCE_PROVES {
            return Ok(());
        }
        let heard = self.bench.operator_record(call, from, to)?;
        let sounding = heard.samples.iter().filter(|sample| **sample != 0.0).count();
        if sounding * 10 <= heard.samples.len() {
            return Ok(());
        }
        Err(self
            .bench
            .unfelt(Circuit::Fibre, ("the talk is still heard at the operator's", "u operatora rozmowę nadal słychać"))
            .into())
    }

    fn has_felt_cut(&self, cut: Instant, now: Instant) -> bool {
        let record = &self.bench.record;
        let says_offline = record.reports_since(cut).any(|report| report.value.words.iter().any(|word| word == "offline"));
        let out_of_service = self.bench.rig.wiring.lamp_out_of_service.as_ref();
        let is_shown = out_of_service.is_some_and(|lamp| {
            record.changes(lamp, true, cut, None).next().is_some()
                || record.edges(lamp).iter().rev().find(|change| change.at <= cut).is_some_and(|change| change.value)
        });
        let is_missed = record.calls_since(cut).any(|event| {
            matches!(event.value, CallEvent::Unregistered { why: Unbound::Expired, .. } | CallEvent::VoiceMissing { .. })
        });
        let talk_stopped = self.talk.is_some() && now > cut + STILL_SOUNDS + SILENCE_PROVES + PLAYED_OUT;
        says_offline || is_shown || is_missed || talk_stopped || self.bench.was_dark_within(cut, now)
    }

    /// What never came after cuts that nothing but their sense input confirms is not the post's failure.
    pub(super) fn rest_on_cut(&self, found: Option<Moment>) -> Result<()> {
        let returned = What::Fibre { connected: true };
        let is_proved = self.deeds.ever_took_effect(returned) || self.deeds.proof(returned) != Some(Proof::Sense);
        if found.is_some() || is_proved {
            return Ok(());
        }
        Err(self
            .bench
            .unfelt(Circuit::Fibre, ("the post shows no sign of having felt it", "nic nie wskazuje, by punkt to odczuł"))
            .into())
    }

    /// As [`Post::rest_on_cut`], for the mains: a post that starts says so, one that was without supply has been seen
    /// so.
    pub(super) fn rest_on_power_cut(&self, on: Moment, found: Option<Moment>) -> Result<()> {
        let is_proved = self.deeds.proof(What::Mains { on: true }) == Some(Proof::Effect);
        if found.is_some() || is_proved || self.bench.record.banner_since(on.instant()).is_some() {
            return Ok(());
        }
        Err(self
            .bench
            .unfelt(
                Circuit::Mains,
                ("the post shows no sign of having started anew", "nic nie wskazuje, by punkt uruchomił się ponownie"),
            )
            .into())
    }

    /// The operator's desk answers, the post is fed: between the two nothing has ever been seen to pass.
    pub(super) fn never_heard(&self) -> Fault {
        InstrumentError::new(
            "fibre relay",
            "connect the post",
            ("its sense input saw the fibre connected, but nothing has come from the post to the operator since the run began", "wejście kontrolne potwierdziło podłączenie światłowodu, lecz od początku przebiegu nic nie dotarło od punktu do operatora"),
            ("check the fibre lead from the relay to the post and to the operator; if it is in order, the post has never spoken: try another", "sprawdź światłowód od przekaźnika do punktu i do operatora; jeśli jest sprawny, punkt nigdy się nie odezwał: podłącz inny"),
        )
        .of(Subsystem::Relays)
        .into()
    }
}
