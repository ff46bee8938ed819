//! A sound card under ALSA, full duplex, with `libasound.so.2` loaded when the first card is opened: no build package
//! is needed, and the same program serves a machine that has no sound at all.
//!
//! Knows nothing of mouths and ears: jacks are numbered as the card numbers its channels. One blocking thread a card
//! owns both streams.

mod library;
mod stream;

use crate::clock::Clock;
use crate::instrument::audio::{AudioPort, Feed, Frame, Jack, Timebase};
use crate::instrument::{Identity, Instrument, InstrumentError, Result};
use crate::unit::{Bilingual, both};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stream::{Shared, Stream};

/// What a rig says of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardSettings {
    /// As ALSA names it, e.g. `hw:CARD=USB,DEV=0`.
    pub device: String,
    /// Frames per second; the card must run at this rate itself, for resampling would hide its clock.
    pub rate: u32,
    pub outputs: u8,
    pub inputs: u8,
}

/// An opened card. Recording runs from the moment it is opened until it is dropped.
pub struct SoundCard {
    settings: CardSettings,
    shared: Arc<Mutex<Shared>>,
    /// Ends the thread when dropped.
    _stream: Stream,
}

impl SoundCard {
    /// Opens both directions and starts them together.
    ///
    /// # Errors
    /// The library is missing, the card is absent or in use, or it cannot do rate and channels itself.
    pub fn open(settings: CardSettings, clock: Arc<dyn Clock>) -> Result<SoundCard> {
        let shared = Arc::new(Mutex::new(Shared::new(&settings, clock.now())));
        let stream = Stream::start(&settings, clock, Arc::clone(&shared))?;
        Ok(SoundCard { settings, shared, _stream: stream })
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn error(&self, action: &str, cause: impl Into<Bilingual>, remedy: (&str, &str)) -> InstrumentError {
        InstrumentError::new(format!("sound card {}", self.settings.device), action, cause, remedy)
    }

    fn no_output(&self, output: Jack) -> InstrumentError {
        let cause = both!(
            "the rig gives it {} outputs",
            "karta nie ma takiego wyjścia: według opisu stanowiska liczba jej wyjść to {}",
            self.settings.outputs
        );
        self.error(
            &format!("play on output {}", output.0),
            cause,
            ("correct `outputs` or the role's jack in the rig", "popraw `outputs` albo gniazdo roli w opisie stanowiska"),
        )
    }

    fn alive(&self, action: &str) -> Result<MutexGuard<'_, Shared>> {
        let shared = self.shared();
        match &shared.stopped {
            None => Ok(shared),
            Some(cause) => Err(self.error(
                action,
                Bilingual::same(cause),
                (
                    "check the card's USB lead, and that no other program uses it",
                    "sprawdź przewód USB karty dźwiękowej oraz to, czy nie używa jej inny program",
                ),
            )),
        }
    }
}

impl Instrument for SoundCard {
    fn identify(&mut self) -> Result<Identity> {
        let name = self.alive("say what it is")?.name.clone();
        Ok(Identity { model: name, unit: self.settings.device.clone() })
    }
    fn make_safe(&mut self) -> Result<()> {
        self.shared().hush();
        Ok(())
    }
}

impl AudioPort for SoundCard {
    fn rate(&self) -> u32 {
        self.settings.rate
    }

    fn play(&mut self, output: Jack, samples: &[f32]) -> Result<Frame> {
        let from = self.alive("play")?.queue(output, samples);
        from.ok_or_else(|| self.no_output(output))
    }

    fn timebase(&mut self) -> Result<Timebase> {
        Ok(self.alive("tell the time")?.sample_clock.timebase())
    }

    fn record(&mut self, input: Jack, from: Frame, to: Frame) -> Result<Vec<f32>> {
        let shared = self.alive("record")?;
        shared.recorded(input, from, to).map_err(|cause| {
            self.error(
                &format!("give what input {} recorded", input.0),
                Bilingual::same(cause),
                (
                    "give the bench a machine of its own, with nothing else that uses the card",
                    "przeznacz dla stanowiska osobny komputer, na którym nic innego nie używa karty dźwiękowej",
                ),
            )
        })
    }
}

impl Feed for SoundCard {
    fn feed(&mut self, output: Jack, samples: &[f32]) -> Result<Frame> {
        let from = self.alive("play")?.append(output, samples);
        from.ok_or_else(|| self.no_output(output))
    }
}
