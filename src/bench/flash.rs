//! Writing an image with a hand on the mains switch.
//!
//! Knows nothing of what the image is or whether a failure was wanted.

use super::circuit::Circuit;
use super::{Bench, missing};
use crate::clock::Instant;
use crate::image;
use crate::instrument::probe::{DebugProbe, FlashError, Flashed, Progress};
use crate::instrument::{InstrumentError, Result, Subsystem};
use crate::rig::Role;
use crate::unit::both;

/// How a writing ended, and when the power was cut on the way.
pub struct Writing {
    pub result: std::result::Result<Flashed, FlashError>,
    pub cut: Option<Instant>,
}

/// So often the same is read again: what is read otherwise once was misread.
const READINGS: usize = 4;

impl Bench {
    /// Does the probe read the same each time? The post has no part in it: its program memory does not change by
    /// itself.
    ///
    /// # Errors
    /// It reads differently, or it is the bench's in another way. What the microcontroller refuses is left to whoever
    /// judges that.
    pub fn prove_probe(&mut self) -> Result<()> {
        let Ok(image) = image::parse(&self.image) else { return Ok(()) };
        for segment in &image.segments {
            let mut first: Option<Vec<u8>> = None;
            for _ in 0..READINGS {
                let read = match self.probe()?.read(segment.address, segment.bytes.len()) {
                    Ok(read) => read,
                    Err(FlashError::Bench(error)) => return Err(error),
                    Err(_) => return Ok(()),
                };
                if first.as_ref().is_some_and(|first| *first != read) {
                    return Err(InstrumentError::new(
                        "probe",
                        "read the same twice",
                        both!(
                            "it reads the {} bytes at {:#010x} differently from one time to the next",
                            "kolejne odczyty tej samej pamięci różnią się ({} B od adresu {:#010x})",
                            read.len(),
                            segment.address
                        ),
                        (
                            "shorten the debug lead, give it a ground of its own and a slower clock, and check its plug",
                            "skróć przewód programatora, dodaj mu osobną masę, zmniejsz częstotliwość zegara i sprawdź wtyk",
                        ),
                    )
                    .of(Subsystem::Probe));
                }
                first = Some(read);
            }
        }
        Ok(())
    }

    /// Takes away whatever feeds the post; returns when the mains was told to go.
    fn cut_supply(&mut self) -> Result<Instant> {
        if self.gear.has(Circuit::Battery) {
            self.switch(Circuit::Battery, false)?;
        }
        self.switch(Circuit::Mains, false)
    }

    /// Writes the rig's image, which is then the one that starts. With `power_fails_at`, the mains is switched off as
    /// soon as that share (0 to 1) of the programming is done.
    pub fn flash(&mut self, power_fails_at: Option<f64>) -> std::result::Result<Writing, FlashError> {
        self.end_trial()?;
        let name = self.serving(Role::Probe)?;
        let mut probe = self.probes.remove(&name).ok_or_else(|| missing("probe"))?;
        let image = self.image.clone();
        let (mut cut, mut cut_failed) = (None, None);
        let result = probe.flash(&image, &mut |progress| {
            if let (Progress::Programming { done }, Some(share), None, None) = (progress, power_fails_at, cut, &cut_failed)
                && done >= share
            {
                match self.cut_supply() {
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
