//! Images for the post's second slot: read from the rig's files, written, put on trial and taken from it.
//!
//! Knows nothing of what becomes of an image: where it goes, and by which bytes it is on trial, the rig says.

use super::Bench;
use super::open::read_image;
use crate::image::{self, Image};
use crate::instrument::probe::FlashError;
use crate::instrument::{InstrumentError, Result, Subsystem};
use crate::rig::SecondSlot;
use crate::unit::both;

/// Which of the rig's images for the second slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrialImage {
    /// As sound as the post's own, and of another version.
    Good,
    /// It can never register.
    Bad,
}

impl Bench {
    fn second_slot(&self) -> Result<SecondSlot> {
        self.rig.post.firmware.second_slot.clone().ok_or_else(|| {
            InstrumentError::new(
                "firmware file",
                "put an image on trial",
                ("the rig names no second slot", "opis stanowiska nie podaje drugiego miejsca na oprogramowanie"),
                (
                    "add `second-slot` to `firmware` in the rig, or leave out the scenarios that need it",
                    "dopisz `second-slot` do `firmware` w opisie stanowiska albo pomiń scenariusze, które tego wymagają",
                ),
            )
            .of(Subsystem::Rig)
        })
    }

    /// # Errors
    /// The file cannot be read, or is no longer the image that the rig was checked with.
    pub fn image_for_trial(&self, which: TrialImage) -> Result<Image> {
        let slot = self.second_slot()?;
        let file = match which {
            TrialImage::Good => &slot.good,
            TrialImage::Bad => &slot.bad,
        };
        let image = image::parse(&read_image(file)?).ok();
        image.filter(|image| image.begins() == Some(slot.at)).ok_or_else(|| {
            InstrumentError::new(
                "firmware file",
                format!("read {}", file.display()),
                both!("it is no image for {:#010x}", "to nie jest obraz dla adresu {:#010x}", slot.at),
                ("put the right file in place", "podstaw właściwy plik"),
            )
            .of(Subsystem::Firmware)
        })
    }

    /// Writes an image into the second slot and notes behind it that it is on trial. While it is not whole nothing is.
    pub fn put_on_trial(&mut self, image: &Image) -> std::result::Result<(), FlashError> {
        let slot = self.second_slot()?;
        self.end_trial()?;
        // What was tried and taken back may still be there.
        let bytes = image.flat().unwrap_or_default();
        if self.probe()?.read(slot.at, bytes.len())? != bytes {
            self.probe()?.write(slot.at, &bytes)?;
        }
        self.probe()?.write(slot.record.at, &slot.record.trial)
    }

    /// From its next start on the post runs its own image; nothing to do where it has one slot, or nothing is on trial.
    pub fn end_trial(&mut self) -> std::result::Result<(), FlashError> {
        let Some(slot) = self.rig.post.firmware.second_slot.clone() else { return Ok(()) };
        let record = slot.record;
        if self.probe()?.read(record.at, record.none.len())? == record.none {
            return Ok(());
        }
        self.probe()?.write(record.at, &record.none)
    }
}
