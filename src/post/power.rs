//! Mains that dip, are pulled and put back, or go and come again and again: what a post is owed afterwards.
//!
//! Knows nothing of calls, nor of what in a post lives through it.

use super::deeds::{Proof, What};
use super::{Fault, Post, Result, order};
use crate::bench::{Bench, Circuit};
use crate::unit::{Bilingual, Estimate, Lang, Method, Quantity, Unit};
use std::time::Duration;

/// A post that stays dead is left without mains for so long before it is tried once more: whatever a supply keeps is
/// gone by then.
const DISCHARGED_AFTER: Duration = Duration::from_secs(10);
/// A post that was revived has started by then.
const REVIVED_WITHIN: Duration = Duration::from_secs(10);

const READY_AFTER_DIP: Quantity = Quantity {
    key: "T23.dip-to-registration",
    unit: Unit::Second,
    en: "mains' return after a dip to registration",
    pl: "od powrotu zasilania po zapadzie do rejestracji",
    method: Method::new(
        "mains sense input to the next REGISTER accepted by the operator, be the post started anew or not",
        "od wejścia kontroli zasilania do najbliższego REGISTER przyjętego przez operatora, także gdy punkt nie uruchomił się ponownie",
        "RFC 3261, 10; EN 61000-4-11",
    ),
    requirement: "T23",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[READY_AFTER_DIP];

impl Post {
    /// The mains is away for so long. Nothing waits for the supply to fall: a short dip may go by unfelt, and that is
    /// well.
    pub fn dip_mains(&mut self, time: Duration) -> Result<()> {
        let lasted = self.interrupt_mains(time)?;
        self.bench.log.note(Bilingual::new(
            format!("the mains was away for {}", lasted.show(Lang::En)),
            format!("zasilania nie było przez {}", lasted.show(Lang::Pl)),
        ));
        Ok(())
    }

    /// How long it was, as its sense input has seen it.
    fn interrupt_mains(&mut self, time: Duration) -> Result<Estimate> {
        self.is_unsettled = true;
        let began = self.bench.now();
        let off = self.switch(Circuit::Mains, false)?;
        self.deeds.add(What::Mains { on: false }, off, Proof::Sense);
        // Waiting for the proof is part of the dip.
        self.pass(time.saturating_sub(self.bench.now().since(began)))?;
        let on = self.switch(Circuit::Mains, true)?;
        self.deeds.add(What::Mains { on: true }, on, Proof::Sense);
        Ok(on.since(off))
    }

    /// Off and on again, so many times.
    pub fn cycle_mains(&mut self, off: Duration, on: Duration, times: u64) -> Result<()> {
        for _ in 0..times {
            self.interrupt_mains(off)?;
            self.pass(on)?;
        }
        Ok(())
    }

    /// The mains fails while the post starts, each time so much later: whatever is written in that time is cut once.
    pub fn cut_starts(&mut self, time: Duration, moments: u64, apart: Duration) -> Result<()> {
        for moment in 1..=moments {
            self.interrupt_mains(time)?;
            self.pass(apart.mul_f64(moment as f64))?;
        }
        self.interrupt_mains(time).map(drop)
    }

    /// T23: a post that rode through refreshes its registration, one that fell registers anew.
    pub fn ready_within_after_dip(&mut self, limit: Duration) -> Result<()> {
        let from = self.deeds.last(What::Mains { on: true }).ok_or_else(|| {
            order(
                ("the mains has not come back in this scenario", "w tym scenariuszu zasilanie nie powróciło"),
                ("let the mains fail first", "najpierw wywołaj zanik zasilania"),
            )
        })?;
        let limit = limit.as_secs_f64();
        let found = self.registered_after(from, self.patience("T23", limit))?;
        if found.is_none() && self.bench.record.banner_since(from.instant()).is_none() {
            self.revive()?;
        }
        self.judge_within(&READY_AFTER_DIP, from, found, limit)
    }

    /// A post that is dead after a dip looks like a mains lead that has come off. One that comes back after a longer
    /// pause has its lead.
    fn revive(&mut self) -> Result<()> {
        self.take_mains_away()?;
        self.pass(DISCHARGED_AFTER)?;
        let on = self.give_mains_back()?;
        let starts = |bench: &mut Bench| Ok(bench.record.banner_since(on.instant()).map(drop));
        let started = self.bench.watch::<(), Fault>(self.bench.now() + REVIVED_WITHIN, starts)?.is_some();
        if !started && self.registered_after(on, super::plant::READY_WITHIN.as_secs_f64())?.is_none() {
            return Err(self
                .bench
                .unfelt(
                    Circuit::Mains,
                    ("the post shows no sign of having started anew", "nic nie wskazuje, by punkt uruchomił się ponownie"),
                )
                .into());
        }
        let pause = Estimate::seconds(DISCHARGED_AFTER.as_secs_f64(), 0.0);
        self.bench.log.note(Bilingual::new(
            format!("the post stayed dead, and came back after {} without mains", pause.show(Lang::En)),
            format!("punkt nie uruchomił się; wrócił dopiero po {} bez zasilania", pause.show(Lang::Pl)),
        ));
        Ok(())
    }

    /// The link comes and goes, so many times.
    pub fn flap_link(&mut self, times: u64, cut: Duration, apart: Duration) -> Result<()> {
        for number in 0..times {
            if number > 0 {
                self.pass(apart)?;
            }
            self.cut_fibre_for(cut)?;
        }
        Ok(())
    }
}
