//! Writing the post's firmware and proving what is on it.
//!
//! Knows nothing of the debug probe's wire or of calls.

use super::deeds::{Proof, What};
use super::plant::AWAKE_AFTER;
use super::{Fault, Post, Result, order};
use crate::bench::{Moment, NETWORK_STAMP_S, Report};
use crate::image;
use crate::instrument::operator::CallEvent;
use crate::instrument::probe::FlashError;
use crate::instrument::{InstrumentError, Subsystem};
use crate::unit::{Bilingual, Estimate, Method, Quantity, Unit, both};
use crate::verdict::Criterion;
use std::time::Duration;

/// Power must be gone for so long that no capacitor keeps the microcontroller alive.
const DISCHARGED_AFTER: Duration = Duration::from_secs(5);
/// The banner comes within 100 ms of reset (post protocol, section 2); the line itself takes some more.
const BANNER_WITHIN: Duration = Duration::from_secs(2);

const DIFFERING_BYTES: Quantity = Quantity {
    key: "T41.differing-bytes",
    unit: Unit::Count,
    en: "bytes on the post that differ from the file",
    pl: "bajty w punkcie różne od pliku",
    method: Method::new(
        "every loadable byte of the image, read back through the debug port",
        "każdy ładowalny bajt obrazu, odczytany przez port debugowania",
        "",
    ),
    requirement: "T41",
};
const NAMED_AS_FILE: Quantity = Quantity {
    key: "T41.banners-as-file",
    unit: Unit::Count,
    en: "banners naming the file's version and build",
    pl: "komunikaty startowe z wersją i kompilacją z pliku",
    method: Method::new("console after a reset, against the image's header", "konsola po resecie względem nagłówka obrazu", ""),
    requirement: "T41",
};
const WRITTEN: Quantity = Quantity {
    key: "T41.writings",
    unit: Unit::Count,
    en: "successful writings",
    pl: "udane wgrania",
    method: Method::new(
        "erase, write and verify through the debug port",
        "kasowanie, zapis i weryfikacja przez port debugowania",
        "",
    ),
    requirement: "T41",
};
const READY_AFTER_WRITING: Quantity = Quantity {
    key: "T41.writing-to-registration",
    unit: Unit::Second,
    en: "start of the rewritten firmware to registration",
    pl: "od startu ponownie wgranego oprogramowania do rejestracji",
    method: Method::new(
        "reset released to REGISTER accepted by the operator",
        "od zwolnienia resetu do REGISTER przyjętego przez operatora",
        "RFC 3261, 10",
    ),
    requirement: "T41",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[DIFFERING_BYTES, NAMED_AS_FILE, WRITTEN, READY_AFTER_WRITING];

impl Post {
    /// Writes the rig's image, and lets the post start with it. A microcontroller that refuses is the post's failure,
    /// anything on this side of the wire the bench's.
    pub fn write_firmware(&mut self) -> Result<()> {
        self.check_image()?;
        let writing = self.bench.flash(None).and_then(|writing| writing.result).map(drop);
        self.judge_flash(writing)?;
        self.restart()?;
        self.deeds.add(What::Write, Moment::stamped(self.bench.disturbed(), NETWORK_STAMP_S), Proof::Effect);
        self.is_written = true;
        Ok(())
    }

    /// Starts the firmware anew through the debug port.
    pub(super) fn start_anew(&mut self) -> std::result::Result<(), FlashError> {
        let reset = self.bench.probe()?.reset();
        self.bench.note_disturbance(*reset.as_ref().unwrap_or(&self.bench.now()));
        self.deeds.add(What::Restart, Moment::stamped(self.bench.disturbed(), NETWORK_STAMP_S), Proof::Stamp);
        reset.map(drop)
    }

    /// Resets the post as a technician does who has its debug port in hand.
    pub fn reset_by_probe(&mut self) -> Result<()> {
        self.restart()
    }

    pub(super) fn restart(&mut self) -> Result<()> {
        let reset = self.start_anew();
        // A restart that worked is no writing; one that did not makes the writing worthless.
        if reset.is_ok() { Ok(()) } else { self.judge_flash(reset) }
    }

    /// The image must be the one that the rig names: a pass from another is worth nothing.
    pub(super) fn check_image(&mut self) -> Result<()> {
        let firmware = &self.bench.rig.post.firmware;
        let (version, variant, file) = (&firmware.version, &firmware.variant, firmware.file.display());
        let found = self.header();
        if found.as_ref().is_some_and(|header| header.version == *version && header.variant == *variant) {
            return Ok(());
        }
        let found = found.map_or_else(
            || Bilingual::new("no version at all", "nie ma oznaczenia wersji"),
            |header| {
                let (version, variant) = (&header.version, &header.variant);
                both!("version {version}, variant {variant}", "zawiera wersję {version} w wariancie {variant}")
            },
        );
        Err(InstrumentError::new(
            "firmware file",
            format!("find version {version}, variant {variant} in {file}"),
            Bilingual::new(
                format!("the image carries {found}"),
                format!("{file} {}, a oczekiwano wersji {version} w wariancie {variant}", found.pl),
            ),
            (
                "put the right file in place, or correct `firmware` in the rig",
                "podstaw właściwy plik albo popraw `firmware` w opisie stanowiska",
            ),
        )
        .of(Subsystem::Firmware)
        .into())
    }

    pub(super) fn header(&self) -> Option<image::Header> {
        image::parse(self.bench.image()).ok()?.header
    }

    /// A refusal or silence of the microcontroller is a count of zero successes; the rest is the bench's.
    pub(super) fn judge_flash(&mut self, result: std::result::Result<(), FlashError>) -> Result<()> {
        match result {
            Ok(()) => self.judge(&WRITTEN, Estimate::count(1), Criterion::AtLeast(1.0)),
            Err(FlashError::Bench(error)) => Err(error.into()),
            Err(refused) => {
                self.bench.log.note(refused.account());
                self.judge(&WRITTEN, Estimate::count(0), Criterion::AtLeast(1.0))
            }
        }
    }

    /// T41: what is on the post is what was in the file.
    pub fn read_back_equals_file(&mut self) -> Result<()> {
        let segments = image::parse(self.bench.image()).map(|image| image.segments).unwrap_or_default();
        let mut differing = 0;
        for segment in &segments {
            let read = self.bench.probe()?.read(segment.address, segment.bytes.len());
            match read {
                Ok(bytes) => differing += bytes.iter().zip(&segment.bytes).filter(|(a, b)| a != b).count(),
                Err(FlashError::Bench(error)) => return Err(error.into()),
                Err(silent) => {
                    self.bench.log.note(silent.account());
                    differing += segment.bytes.len();
                }
            }
        }
        if segments.is_empty() {
            return Err(order(
                ("the firmware file has nothing to load", "plik oprogramowania nie zawiera niczego do wgrania"),
                ("put a built image in place", "podstaw zbudowany obraz"),
            ));
        }
        self.judge(&DIFFERING_BYTES, Estimate::count(differing), Criterion::Exactly(0.0))?;
        self.restart()
    }

    /// T41: the running post says which build it is.
    pub fn names_its_version(&mut self) -> Result<()> {
        let Some(header) = self.header() else {
            return Err(order(
                ("the firmware file carries no version", "plik oprogramowania nie podaje wersji"),
                ("build it with its header record", "zbuduj go z rekordem nagłówka"),
            ));
        };
        let reset = self.bench.disturbed();
        let deadline = reset + BANNER_WITHIN;
        let banner = self.bench.watch::<Report, Fault>(deadline, |bench| Ok(bench.record.banner_since(reset).cloned()))?;
        let says = |word: &str| banner.as_ref().is_some_and(|b| b.words.iter().any(|w| w == word));
        let is_right = says(&header.version) && says(&header.build);
        self.judge(&NAMED_AS_FILE, Estimate::count(usize::from(is_right)), Criterion::Exactly(1.0))
    }

    /// Cuts the mains in the middle of a writing, when this share of it (0 to 1) is done.
    pub fn power_fails_while_writing(&mut self, share: f64) -> Result<()> {
        let writing = match self.bench.flash(Some(share)) {
            Ok(writing) => writing,
            Err(FlashError::Bench(error)) => return Err(error.into()),
            Err(refused) => return self.judge_flash(Err(refused)),
        };
        self.is_written = false;
        if let Some(cut) = writing.cut {
            self.deeds.add(What::Mains { on: false }, Moment::stamped(cut, 0.0), Proof::Command);
        }
        match (writing.cut, writing.result) {
            (None, _) | (Some(_), Ok(_)) => Err(InstrumentError::new(
                "mains relay",
                format!("cut the power at {:.0} % of the writing", share * 100.0),
                ("the writing was over before the power was gone", "zapis zakończył się, zanim zanikło zasilanie"),
                (
                    "use a quicker relay, a supply with less hold-up, or an earlier share",
                    "użyj szybszego przekaźnika, zasilacza o krótszym podtrzymaniu albo wcześniejszej chwili zapisu",
                ),
            )
            .of(Subsystem::Relays)
            .into()),
            (Some(_), Err(FlashError::Bench(error))) => Err(error.into()),
            (Some(_), Err(broken_off)) => {
                let broken_off = broken_off.in_short();
                let (en, pl) = (format!("as intended: {}", broken_off.en), format!("zgodnie z zamiarem: {}", broken_off.pl));
                self.bench.log.note(Bilingual::new(en, pl));
                self.bench.wait(DISCHARGED_AFTER)
            }
        }
    }

    /// T41: an interrupted writing can be repeated, and the post is as good as before.
    pub fn can_be_written_again(&mut self, limit: Duration) -> Result<()> {
        self.mains_on()?;
        self.bench.wait::<Fault>(AWAKE_AFTER)?;
        self.write_firmware()?;
        let Some(written) = self.deeds.last(What::Write) else { return Ok(()) };
        let started = written.instant();
        let limit = limit.as_secs_f64();
        let deadline = started + Duration::from_secs_f64(self.patience("T19", limit));
        let found = self.bench.watch(deadline, |bench| {
            let registered = |e: &CallEvent| matches!(e, CallEvent::Registered { .. });
            Ok::<_, Fault>(bench.record.calls_since(started).find(|e| registered(&e.value)).map(Moment::at_operator))
        })?;
        self.judge_within(&READY_AFTER_WRITING, written, found, limit)
    }
}
