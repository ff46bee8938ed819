//! Every call that moves something passes through a tap into the journal, so that a run can be reconstructed without
//! its author.
//!
//! Taps are decorators over the instrument traits: they know nothing of the driver beneath or of why a call is made.
//! Reading what has arrived is not tapped here: what was read is written down where it is understood (`record`).

use super::log::Log;
use crate::clock::{Instant, Stamped};
use crate::instrument::audio::{AudioPort, Frame, Jack, Timebase};
use crate::instrument::cameras::{CameraEvent, CameraSystem, Treatment};
use crate::instrument::probe::{DebugProbe, FlashError, Flashed, Progress};
use crate::instrument::relay::{Channel, Contact, RelayBoard};
use crate::instrument::{AsksItself, Identity, Instrument, InstrumentError, Result, Subsystem};

/// An instrument, its name in the rig, and the journal.
pub struct Journaled<I: ?Sized> {
    pub name: String,
    pub log: Log,
    pub inner: Box<I>,
}

impl<I: ?Sized> Journaled<I> {
    pub fn new(name: &str, log: &Log, inner: Box<I>) -> Self {
        Journaled { name: name.into(), log: log.clone(), inner }
    }
    fn outcome<T, E: std::fmt::Display>(&self, action: &str, result: std::result::Result<T, E>) -> std::result::Result<T, E> {
        match &result {
            Ok(_) => self.log.did(&self.name, action),
            Err(error) => self.log.did(&self.name, format!("{action}: {error}")),
        }
        result
    }
}

impl<I: Instrument + ?Sized> Instrument for Journaled<I> {
    fn identify(&mut self) -> Result<Identity> {
        self.inner.identify()
    }
    fn make_safe(&mut self) -> Result<()> {
        let result = self.inner.make_safe();
        self.outcome("make safe", result)
    }
}

fn sound(error: InstrumentError) -> InstrumentError {
    error.of(Subsystem::Sound)
}

/// What the target did is no failure of the bench's part.
fn probe(error: FlashError) -> FlashError {
    match error {
        FlashError::Bench(error) => FlashError::Bench(error.of(Subsystem::Probe)),
        target => target,
    }
}

impl RelayBoard for Journaled<dyn RelayBoard> {
    fn set(&mut self, channel: Channel, to: Contact) -> Result<Instant> {
        let result = self.inner.set(channel, to).map_err(|error| error.of(Subsystem::Relays));
        let state = if to == Contact::Closed { "energise" } else { "release" };
        self.outcome(&format!("{state} relay {}", channel.0), result)
    }
    fn get(&mut self, channel: Channel) -> Result<Contact> {
        self.inner.get(channel).map_err(|error| error.of(Subsystem::Relays))
    }
}

impl AudioPort for Journaled<dyn AudioPort> {
    fn rate(&self) -> u32 {
        self.inner.rate()
    }
    fn play(&mut self, output: Jack, samples: &[f32]) -> Result<Frame> {
        let result = self.inner.play(output, samples).map_err(sound);
        let seconds = samples.len() as f64 / f64::from(self.inner.rate());
        self.outcome(&format!("play {seconds:.3} s on output {}", output.0), result)
    }
    fn timebase(&mut self) -> Result<Timebase> {
        self.inner.timebase().map_err(sound)
    }
    fn record(&mut self, input: Jack, from: Frame, to: Frame) -> Result<Vec<f32>> {
        self.inner.record(input, from, to).map_err(sound)
    }
}

impl AsksItself for Journaled<dyn CameraSystem> {
    fn ask_itself(&mut self, number: u16) -> Result<bool> {
        self.inner.ask_itself(number)
    }
}

impl CameraSystem for Journaled<dyn CameraSystem> {
    fn treat(&mut self, how: Treatment) -> Result<()> {
        let result = self.inner.treat(how).map_err(|error| error.of(Subsystem::Cameras));
        let action = match how {
            Treatment::Taking => "take events".to_owned(),
            Treatment::Silent => "take events and answer nothing".to_owned(),
            Treatment::Slow(time) => format!("answer events after {:.3} s", time.as_secs_f64()),
            Treatment::Refusing => "refuse events".to_owned(),
        };
        self.outcome(&action, result)
    }
    fn events(&mut self) -> Result<Vec<Stamped<CameraEvent>>> {
        self.inner.events()
    }
}

impl DebugProbe for Journaled<dyn DebugProbe> {
    fn flash(&mut self, elf: &[u8], watch: &mut dyn FnMut(Progress)) -> std::result::Result<Flashed, FlashError> {
        self.log.did(&self.name, format!("write {} bytes of image file", elf.len()));
        let result = self.inner.flash(elf, watch).map_err(probe);
        self.outcome("write, done", result)
    }
    fn read(&mut self, address: u32, length: usize) -> std::result::Result<Vec<u8>, FlashError> {
        let result = self.inner.read(address, length).map_err(probe);
        self.outcome(&format!("read {length} bytes at {address:#010x}"), result)
    }
    fn write(&mut self, address: u32, bytes: &[u8]) -> std::result::Result<(), FlashError> {
        let result = self.inner.write(address, bytes).map_err(probe);
        self.outcome(&format!("write {} bytes at {address:#010x}", bytes.len()), result)
    }
    fn divert(&mut self, address: u32) -> std::result::Result<Instant, FlashError> {
        let result = self.inner.divert(address).map_err(probe);
        self.outcome(&format!("let the program go on at {address:#010x}"), result)
    }
    fn reset(&mut self) -> std::result::Result<Instant, FlashError> {
        let result = self.inner.reset().map_err(probe);
        self.outcome("reset the microcontroller", result)
    }
    fn target_voltage(&mut self) -> Result<Option<f32>> {
        self.inner.target_voltage()
    }
}
