//! A new image put on trial in the post's second slot: confirmed once the post has registered with it, or taken back.
//!
//! Knows nothing of where a slot lies or how a trial is noted: the rig says that, and the bench writes it.

use super::deeds::{Proof, What};
use super::plant::AWAKE_AFTER;
use super::{Fault, Post, Result, order};
use crate::bench::{Moment, NETWORK_STAMP_S, TrialImage};
use crate::image::Header;
use crate::instrument::operator::CallEvent;
use crate::journal::SafeCheck;
use crate::unit::{Estimate, Method, Quantity, Unit, both};
use crate::verdict::Criterion;
use std::time::Duration;

const BACK: Quantity = Quantity {
    key: "T41.trial-to-return",
    unit: Unit::Second,
    en: "trial of an image that is not confirmed to registration with the former one",
    pl: "od próby niezatwierdzonego oprogramowania do rejestracji z poprzednim",
    method: Method::new(
        "start on trial, or return of mains and fibre, to the first REGISTER accepted after a banner with the file's version and build",
        "od startu na próbę albo powrotu zasilania i światłowodu do pierwszego REGISTER po komunikacie startowym z wersją i kompilacją z pliku",
        "RFC 3261, 10",
    ),
    requirement: "T41",
};
const STAYS: Quantity = Quantity {
    key: "T41.trial-to-service",
    en: "start to registration with the image on trial",
    pl: "od startu do rejestracji z oprogramowaniem na próbie",
    ..BACK
};
const TOLD: Quantity = Quantity {
    key: "T41.rollbacks-told",
    unit: Unit::Count,
    en: "starts after a rollback that name it as their cause",
    pl: "starty po cofnięciu oprogramowania, które podają je jako przyczynę",
    method: Method::new("banners on the console since the trial began", "komunikaty startowe na konsoli od początku próby", ""),
    ..BACK
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[BACK, STAYS, TOLD];

impl Post {
    /// Writes an image beside the post's own, and lets the post start on trial with it. What the microcontroller
    /// refuses is the post's failure.
    pub fn put_on_trial(&mut self, which: TrialImage) -> Result<()> {
        let image = self.bench.image_for_trial(which)?;
        if let Some(Header { version, build, variant }) = &image.header {
            self.bench.log.note(both!(
                "on trial: version {version}, build {build}, variant {variant}",
                "na próbie: wersja {version}, kompilacja {build}, wariant {variant}"
            ));
        }
        self.is_on_trial = true;
        self.is_unsettled = true;
        let written = self.bench.put_on_trial(&image);
        self.judge_flash(written)?;
        self.restart()?;
        let began = self.bench.disturbed();
        self.counted_from = began;
        self.deeds.add(What::Trial { which }, Moment::stamped(began, NETWORK_STAMP_S), Proof::Effect);
        Ok(())
    }

    /// T41: an image that was not confirmed makes way for the one before it.
    pub fn former_serves_within(&mut self, limit: Duration) -> Result<()> {
        let former = self.header().ok_or_else(|| {
            order(
                ("the firmware file carries no version", "plik oprogramowania nie podaje wersji"),
                ("build it with its header record", "zbuduj go z rekordem nagłówka"),
            )
        })?;
        self.serves_within(&BACK, &former, limit)
    }

    /// T41: an image that can serve is the one that serves.
    pub fn new_serves_within(&mut self, limit: Duration) -> Result<()> {
        let (_, which) = self.tried()?;
        let new = self.bench.image_for_trial(which)?.header;
        let new = new.ok_or_else(|| {
            order(
                ("the image on trial carries no version", "oprogramowanie na próbie nie podaje wersji"),
                ("build it with its header record", "zbuduj je z rekordem nagłówka"),
            )
        })?;
        self.serves_within(&STAYS, &new, limit)
    }

    /// The post is registered, and what it said last of itself before that was this.
    fn serves_within(&mut self, quantity: &Quantity, wanted: &Header, limit: Duration) -> Result<()> {
        let (began, _) = self.tried()?;
        let returns = [What::Mains { on: true }, What::Fibre { connected: true }];
        let returned = returns.into_iter().filter_map(|what| self.deeds.last(what));
        let from = returned.fold(began, |latest, at| if at.seconds > latest.seconds { at } else { latest });
        let limit = limit.as_secs_f64();
        let deadline = from.instant() + Duration::from_secs_f64(self.patience("T19", limit));
        let found = self.bench.watch::<Moment, Fault>(deadline, |bench| {
            let record = &bench.record;
            let names = |at| {
                let banners = record.reports_since(began.instant()).filter(|report| report.value.argument("BOOT").is_some());
                let last = banners.take_while(|report| report.at <= at).last();
                let says = |word: &String| last.is_some_and(|banner| banner.value.words.contains(word));
                says(&wanted.version) && says(&wanted.build)
            };
            let mut registered = record.calls_since(from.instant()).filter(|e| matches!(e.value, CallEvent::Registered { .. }));
            Ok(registered.find(|event| names(event.at)).map(Moment::at_operator))
        })?;
        self.judge_within(quantity, from, found, limit)
    }

    fn tried(&self) -> Result<(Moment, TrialImage)> {
        self.deeds.trial().ok_or_else(|| {
            order(
                ("no image has been put on trial in this scenario", "w tym scenariuszu nie wgrano jeszcze niczego na próbę"),
                ("put one on trial first", "najpierw wgraj oprogramowanie na próbę"),
            )
        })
    }

    /// T41: whoever reads the post's record later must see that an image was refused.
    pub fn names_rollback(&mut self) -> Result<()> {
        let (began, _) = self.tried()?;
        let slot = self.bench.rig.post.firmware.second_slot.as_ref();
        let Some(cause) = slot.and_then(|slot| slot.cause.clone()) else {
            self.bench.log.note((
                "the rig does not say how this post names a rollback: not checked",
                "opis stanowiska nie podaje, jak ten punkt zgłasza cofnięcie oprogramowania: nie sprawdzono",
            ));
            return Ok(());
        };
        self.bench.collect()?;
        let banners = self.bench.record.reports_since(began.instant()).filter(|report| report.value.argument("BOOT").is_some());
        let named = banners.filter(|banner| banner.value.value("cause") == Some(cause.as_str())).count();
        self.judge(&TOLD, Estimate::count(named), Criterion::Exactly(1.0))
    }

    /// What no scenario may leave behind; `None`: nothing is on trial.
    pub(super) fn make_trial_safe(&mut self) -> Option<SafeCheck> {
        if !self.is_on_trial {
            return None;
        }
        // Whatever cuts the wait short, the post gets its own firmware back.
        let _ = self.bench.wait::<Fault>(AWAKE_AFTER);
        let done = self.bench.end_trial().and_then(|()| self.start_anew());
        self.is_on_trial = done.is_err();
        self.is_unsettled = true;
        let detail = match &done {
            Ok(()) => ("read back", "odczytano").into(),
            Err(refused) => refused.account(),
        };
        let what = ("nothing left on trial", "w punkcie nie pozostało oprogramowanie na próbie").into();
        Some(SafeCheck { what, ok: done.is_ok(), detail })
    }
}
