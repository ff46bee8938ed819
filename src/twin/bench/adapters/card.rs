//! The sound card as an instrument: what a driver reports, and what the bench makes of it.
//!
//! Its sample clock is fitted from the driver's reports, as a real card's would be; the card's true clock is out of
//! reach here.

use crate::clock::Instant;
use crate::clock::sample_clock::{SampleClock, WINDOW_SECONDS};
use crate::instrument::audio::{AudioPort, Frame, Jack, Timebase};
use crate::instrument::{Identity, Instrument, InstrumentError, Result};
use crate::twin::bench::sound_path::{NoRecord, PERIOD, RATE};
use crate::twin::kernel::world::{self, Shared};
use crate::unit::{Bilingual, both};

pub struct CardPort {
    world: Shared,
    clock: SampleClock,
    /// The next of the driver's reports to look at.
    next_period: u64,
}

impl CardPort {
    pub fn new(world: Shared) -> Self {
        let opened = Instant::from_nanos(world::lock(&world).now());
        CardPort { world, clock: SampleClock::new(RATE, PERIOD, opened), next_period: 0 }
    }
}

fn error(action: String, cause: impl Into<Bilingual>, remedy: (&str, &str)) -> InstrumentError {
    InstrumentError::new("virtual sound card", action, cause, remedy)
}

impl Instrument for CardPort {
    fn identify(&mut self) -> Result<Identity> {
        let world = world::lock(&self.world);
        let sockets = world.card.sockets();
        let model = format!("virtual sound card, {} outputs, {} inputs", sockets.outputs, sockets.inputs);
        Ok(Identity { model, unit: "twin:card".into() })
    }
    /// All outputs fall silent.
    fn make_safe(&mut self) -> Result<()> {
        let outputs = world::lock(&self.world).card.sockets().outputs;
        (1..=outputs).map(|output| self.play(Jack(output), &[]).map(drop)).fold(Ok(()), Result::and)
    }
}

impl AudioPort for CardPort {
    fn rate(&self) -> u32 {
        RATE
    }

    fn play(&mut self, output: Jack, samples: &[f32]) -> Result<Frame> {
        let mut world = world::lock(&self.world);
        let outputs = world.card.sockets().outputs;
        world.play(output, samples).ok_or_else(|| {
            error(
                format!("play on output {}", output.0),
                both!("it has {outputs} outputs", "karta nie ma takiego wyjścia: liczba jej wyjść to {outputs}"),
                ("Correct the jack's number in the rig description.", "Popraw numer gniazda w opisie stanowiska."),
            )
        })
    }

    fn timebase(&mut self) -> Result<Timebase> {
        let world = world::lock(&self.world);
        let reported = world.card.periods(world.now());
        let window = (WINDOW_SECONDS * f64::from(RATE) / f64::from(PERIOD)) as u64;
        for period in self.next_period.max(reported.saturating_sub(window))..reported {
            self.clock.observe((period + 1) * u64::from(PERIOD), Instant::from_nanos(world.card.stamp(period)));
        }
        self.next_period = reported;
        Ok(self.clock.timebase())
    }

    fn record(&mut self, input: Jack, from: Frame, to: Frame) -> Result<Vec<f32>> {
        let world = world::lock(&self.world);
        world.card.record(world.now(), input, from, to, &world.air).map_err(|why| {
            let remedy = match why {
                NoRecord::NoJack => {
                    ("Correct the jack's number in the rig description.", "Popraw numer gniazda w opisie stanowiska.")
                }
                _ => ("Ask for a stretch that lies in the record.", "Zażądaj odcinka, który mieści się w nagraniu."),
            };
            error(format!("record frames {from} to {to} of input {}", input.0), Bilingual::same(why), remedy)
        })
    }
}
