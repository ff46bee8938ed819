//! Writing an image with a hand on the mains switch.
//!
//! Knows nothing of what the image is or whether a failure was wanted.

use super::switch::Circuit;
use super::{Bench, missing};
use crate::clock::Instant;
use crate::instrument::probe::{DebugProbe, FlashError, Flashed, Progress};
use crate::rig::Role;

/// How a writing ended, and when the power was cut on the way.
pub struct Writing {
    pub result: std::result::Result<Flashed, FlashError>,
    pub cut: Option<Instant>,
}

impl Bench {
    /// Writes the rig's image. With `power_fails_at`, the mains is switched off as soon as that share (0 to 1) of the programming is done.
    pub fn flash(&mut self, power_fails_at: Option<f64>) -> std::result::Result<Writing, FlashError> {
        let name = self.serving(Role::Probe)?;
        let mut probe = self.probes.remove(&name).ok_or_else(|| missing("probe"))?;
        let image = self.image.clone();
        let (mut cut, mut cut_failed) = (None, None);
        let result = probe.flash(&image, &mut |progress| {
            if let (Progress::Programming { done }, Some(share), None, None) = (progress, power_fails_at, cut, &cut_failed)
                && done >= share
            {
                match self.switch(Circuit::Mains, false) {
                    Ok(at) => cut = Some(at),
                    Err(error) => cut_failed = Some(error),
                }
            }
        });
        self.probes.insert(name, probe);
        match cut_failed {
            Some(error) => Err(error.into()),
            None => Ok(Writing { result, cut }),
        }
    }
}
