//! The person's mouth and a microphone before the loudspeaker, both as WAV files, on the virtual sound card in front of
//! the post.
//!
//! Knows nothing of calls.

use crate::clock::Instant;
use crate::dsp::interp::Resampler;
use crate::instrument::audio::{AudioPort, Frame, Jack};
use crate::instrument::{InstrumentError, Result};
use crate::unit::Bilingual;
use crate::wav;
use std::path::{Path, PathBuf};

/// The newest frames are left for the next time: the card hands them over by the period.
const UNSETTLED: u64 = 2_400;
/// A stretch taken at once, in frames: half a second.
const PIECE: u64 = 24_000;
/// Where mouth and ear are plugged in.
pub(super) const JACKS: (Jack, Jack) = (Jack(1), Jack(1));

/// What the person at the post says.
pub struct Mouth {
    card: Box<dyn AudioPort>,
    samples: Vec<f32>,
}

impl Mouth {
    /// `samples` at `rate` hertz, full scale ± 1.
    pub fn new(card: Box<dyn AudioPort>, samples: &[f32], rate: u32) -> Self {
        let step = f64::from(rate) / f64::from(card.rate());
        let mut own = vec![0.0; (samples.len() as f64 / step) as usize];
        Resampler::new(step).block(samples, 0.0, step, &mut own);
        Mouth { card, samples: own }
    }
    /// Speaks from the beginning; when the first sample is at the lips, and how many seconds it takes.
    pub fn speak(&mut self) -> Result<(Instant, f64)> {
        let frame = self.card.play(JACKS.0, &self.samples)?;
        let at = self.card.timebase()?.instant_of(frame as f64);
        Ok((at, self.samples.len() as f64 / f64::from(self.card.rate())))
    }
    pub fn fall_silent(&mut self) -> Result<()> {
        self.card.play(JACKS.0, &[]).map(drop)
    }
}

/// Writes down what is heard 1 m before the loudspeaker, from the first moment on.
pub struct Ear {
    card: Box<dyn AudioPort>,
    path: PathBuf,
    file: wav::Writer,
    next: Frame,
}

impl Ear {
    /// Begins a mono file of 16 bits at the card's rate.
    pub fn create(card: Box<dyn AudioPort>, path: &Path) -> Result<Self> {
        let file = wav::Writer::create(path, 1, card.rate()).map_err(|e| failed(path, &e.reason))?;
        Ok(Ear { card, path: path.to_owned(), file, next: 0 })
    }
    /// When the file's first sample was at the microphone, as known now.
    pub fn began(&mut self) -> Result<Instant> {
        Ok(self.card.timebase()?.instant_of(0.0))
    }
    /// Takes in what has been heard by `now`. The file is readable after every call.
    pub fn listen(&mut self, now: Instant) -> Result<()> {
        let there = self.card.timebase()?.frame_of(now).max(0.0) as u64;
        let to = there.saturating_sub(UNSETTLED);
        while to >= self.next + PIECE {
            self.take(self.next + PIECE)?;
        }
        Ok(())
    }
    fn take(&mut self, to: Frame) -> Result<()> {
        let heard = self.card.record(JACKS.1, self.next, to)?;
        self.file.push(heard).map_err(|e| failed(&self.path, &e.reason))?;
        self.next = to;
        self.file.flush().map_err(|e| failed(&self.path, &e.reason))
    }
    /// Writes the rest and closes the file; its length in seconds.
    pub fn close(mut self, now: Instant) -> Result<f64> {
        self.listen(now)?;
        let there = self.card.timebase()?.frame_of(now).max(0.0) as u64;
        if there > self.next + UNSETTLED {
            self.take(there - UNSETTLED)?;
        }
        let seconds = self.next as f64 / f64::from(self.card.rate());
        let path = self.path;
        self.file.finish().map_err(|e| failed(&path, &e.reason))?;
        Ok(seconds)
    }
}

fn failed(path: &Path, cause: &Bilingual) -> InstrumentError {
    InstrumentError::new(
        "ear",
        format!("write {}", path.display()),
        cause.clone(),
        (
            "Check that the directory may be written to and is not full.",
            "Sprawdź, czy katalog pozwala na zapis i czy jest w nim miejsce.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock as _;
    use crate::twin::{self, TwinConfig};
    use std::f64::consts::TAU;
    use std::time::Duration;

    #[test]
    fn what_the_mouth_says_at_any_rate_is_in_the_ear_s_file_at_its_moment() {
        let twin = twin::build(TwinConfig::new(3, "SOS-1"));
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ear.wav");
        let mut ear = Ear::create(twin.card(), &path).expect("a file");
        let clock = twin.clock();
        let tone: Vec<f32> = (0..22_050).map(|n| (TAU * 1000.0 * f64::from(n) / 22_050.0).sin() as f32 * 0.8).collect();
        let mut mouth = Mouth::new(twin.card(), &tone, 22_050);
        let mut said = None;
        for tenth in 0..40 {
            if tenth == 10 {
                said = Some(mouth.speak().expect("an output"));
            }
            clock.wait(Duration::from_millis(100)).expect("not interrupted");
            ear.listen(clock.now()).expect("heard");
        }
        let (at, seconds) = said.expect("spoken");
        assert!((seconds - 1.0).abs() < 1e-3);
        let began = ear.began().expect("known");
        let length = ear.close(clock.now()).expect("written");
        let mut reader = hound::WavReader::open(&path).expect("a file");
        let samples: Vec<f32> = reader.samples::<i16>().map(|x| f32::from(x.expect("a sample")) / 32768.0).collect();
        assert!((samples.len() as f64 / 48_000.0 - length).abs() < 1e-6 && length > 3.9);
        let onset = crate::dsp::onset::tone_onset(&samples, 48_000.0, 1000.0).expect("a tone");
        let heard = began.as_secs_f64() + onset.frame / 48_000.0;
        let flight = heard - at.as_secs_f64();
        assert!((flight - 0.7 / 343.0).abs() < 1e-3, "0.7 m took {flight} s");
    }
}
