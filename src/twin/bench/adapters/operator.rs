//! The operator's desk as an instrument, at the far end of the twin's line.
//!
//! Knows nothing of SIP or RTP: that is the desk's business.

use crate::clock::{Instant, Stamped};
use crate::instrument::audio::{AudioPort, Frame, Jack, Timebase};
use crate::instrument::operator::desk::DeskError;
use crate::instrument::operator::{Action, Behaviour, CallEvent, CallId, Operator};
use crate::instrument::{Identity, Instrument, InstrumentError, Result};
use crate::rtp::axis::RATE;
use crate::twin::kernel::world::{self, Shared};

/// The one jack of a headset in each direction.
const HEADSET: Jack = Jack(1);

pub struct TwinOperator {
    headset: Headset,
}

impl TwinOperator {
    pub fn new(world: Shared) -> Self {
        TwinOperator { headset: Headset { world, call: CallId(0) } }
    }
}

fn error(action: String, why: &DeskError) -> InstrumentError {
    InstrumentError::new("operator's desk", action, why, "See the journal for what became of the call.")
}

impl Instrument for TwinOperator {
    fn identify(&mut self) -> Result<Identity> {
        Ok(Identity { model: "operator's desk".into(), unit: "twin:operator".into() })
    }
    /// Makes the servers well again and ends every call.
    fn make_safe(&mut self) -> Result<()> {
        world::lock(&self.headset.world).at_desk(|desk, at| desk.make_safe(at));
        Ok(())
    }
}

impl Operator for TwinOperator {
    fn events(&mut self) -> Result<Vec<Stamped<CallEvent>>> {
        Ok(world::lock(&self.headset.world).at_desk(|desk, _| desk.take_events()))
    }
    fn behave(&mut self, how: Behaviour) -> Result<()> {
        world::lock(&self.headset.world).at_desk(|desk, _| desk.behave(how));
        Ok(())
    }
    fn act(&mut self, call: CallId, what: Action) -> Result<Instant> {
        let done = world::lock(&self.headset.world).at_desk(|desk, at| desk.act(at, call, what).map(|()| at));
        let word = match what {
            Action::Answer => "answer",
            Action::HangUp => "hang up",
            Action::Announce => "speak early into",
            Action::Change(_) => "change",
        };
        done.map_err(|why| error(format!("{word} call {}", call.0), &why))
    }
    fn audio(&mut self, call: CallId) -> Result<&mut dyn AudioPort> {
        self.headset.call = call;
        Ok(&mut self.headset)
    }
    fn self_check(&mut self) -> Result<Option<bool>> {
        Ok(world::lock(&self.headset.world).at_desk(|desk, at| desk.self_check(at)))
    }
}

/// The headset on one call.
struct Headset {
    world: Shared,
    call: CallId,
}

impl Headset {
    fn only(&self, jack: Jack, action: &str) -> Result<()> {
        if jack == HEADSET {
            return Ok(());
        }
        let remedy = "Use jack 1 of the operator's headset.";
        Err(InstrumentError::new("operator's headset", action, format!("it has no jack {}", jack.0), remedy))
    }
}

impl Instrument for Headset {
    fn identify(&mut self) -> Result<Identity> {
        Ok(Identity { model: "operator's headset".into(), unit: format!("call {}", self.call.0) })
    }
    /// Falls silent; a call that is over is silent already.
    fn make_safe(&mut self) -> Result<()> {
        let call = self.call;
        _ = world::lock(&self.world).at_desk(|desk, at| desk.speak(at, call, &[]));
        Ok(())
    }
}

impl AudioPort for Headset {
    fn rate(&self) -> u32 {
        RATE
    }
    fn play(&mut self, output: Jack, samples: &[f32]) -> Result<Frame> {
        self.only(output, "speak")?;
        let call = self.call;
        let mut world = world::lock(&self.world);
        let spoken = world.at_desk(|desk, at| Ok((desk.speak(at, call, samples)?, desk.timebase(call)?)));
        let spoken = spoken.map(|(frame, line)| {
            world.truth.spoken.push(line.seconds_of(frame as f64));
            frame
        });
        spoken.map_err(|why| error(format!("speak into call {}", call.0), &why))
    }
    fn timebase(&mut self) -> Result<Timebase> {
        let call = self.call;
        let line = world::lock(&self.world).at_desk(|desk, _| desk.timebase(call));
        line.map_err(|why| error(format!("tell the time of call {}", call.0), &why))
    }
    fn record(&mut self, input: Jack, from: Frame, to: Frame) -> Result<Vec<f32>> {
        self.only(input, "listen")?;
        let call = self.call;
        let heard = world::lock(&self.world).at_desk(|desk, at| desk.record(at, call, from, to));
        heard.map_err(|why| error(format!("listen to frames {from} to {to} of call {}", call.0), &why))
    }
}
