//! Sound on the bench's clock: the card's latency, shared out, and stretches of sound with their moments.
//!
//! Knows nothing of calls or of what is measured with the sounds.

use super::budget::{ONE_WAY, ROUND_TRIP};
use super::{Bench, missing};
use crate::clock::{Instant, Interrupted, Stamped};
use crate::dsp::delay::{Signal, delay};
use crate::dsp::stimulus;
use crate::instrument::audio::{Frame, Jack, Timebase};
use crate::instrument::operator::CallId;
use crate::instrument::{InstrumentError, Result, Subsystem};
use crate::rig::{JackRef, Patch, Role};
use crate::unit::{Estimate, combine, rectangular};
use std::time::Duration;

/// What a moment at the operator is trusted to at best, expanded (k = 2), in seconds: a network card and its interrupt
/// come before any stamp. The twin's are exact.
pub const NETWORK_STAMP_S: f64 = 0.0002;

/// A moment on the bench's clock with its expanded uncertainty (k = 2), both in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    pub seconds: f64,
    pub uncertainty: f64,
}

impl Moment {
    /// A moment stamped by software that saw it at once.
    pub fn stamped(at: Instant, uncertainty: f64) -> Self {
        Moment { seconds: at.as_secs_f64(), uncertainty }
    }
    /// The moment of an event at the operator, to be trusted as far as it was stamped, and never further than a network
    /// allows.
    pub fn at_operator<T>(event: &Stamped<T>) -> Self {
        Moment::stamped(event.at, event.within.as_secs_f64().max(NETWORK_STAMP_S))
    }
    /// Time from `earlier` to `self`; the two uncertainties are independent.
    pub fn since(self, earlier: Moment) -> Estimate {
        Estimate::seconds(self.seconds - earlier.seconds, combine(&[self.uncertainty, earlier.uncertainty]))
    }
    pub fn instant(self) -> Instant {
        Instant::from_secs_f64(self.seconds)
    }
}

/// What the loop-back told about the card. The loop-back gives the sum of output and input latency; how it is shared
/// between the two is not known, so half goes to each and the rest is uncertainty.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Calibration {
    pub round_trip: f64,
    uncertainty: f64,
    /// What came back over what was sent.
    pub gain: f64,
}

impl Calibration {
    /// Latency of either side and its expanded uncertainty.
    fn share(self) -> (f64, f64) {
        (self.round_trip / 2.0, combine(&[self.uncertainty / 2.0, rectangular(self.round_trip / 2.0)]))
    }
}

/// A recorded stretch and the moment of its first sample.
pub struct Heard {
    pub samples: Vec<f32>,
    pub rate: f64,
    pub start: Moment,
}

impl Bench {
    /// A role's socket, and the card it is on.
    fn jack(reference: Option<&JackRef>, role: Role) -> Result<JackRef> {
        reference.cloned().ok_or_else(|| missing(role.name()))
    }

    /// Speaks into the artificial mouth; returns when the first sample becomes sound.
    pub fn mouth_play(&mut self, samples: &[f32]) -> Result<Moment> {
        let JackRef { card, jack } = Self::jack(self.rig.wiring.mouth.as_ref(), Role::Mouth)?;
        let frame = self.card(&card)?.play(Jack(jack), samples)?;
        self.output_moment(&card, frame as f64)
    }

    /// What the bench's ear heard in a stretch of time that is already over.
    pub fn ear_record(&mut self, from: Instant, to: Instant) -> Result<Heard> {
        let jack = Self::jack(self.rig.wiring.ear.as_ref(), Role::Ear)?;
        self.input_record(&jack, from, to)
    }

    fn input_record(&mut self, input: &JackRef, from: Instant, to: Instant) -> Result<Heard> {
        let (latency, shared) = self.calibration(&input.card).share();
        let card = self.card(&input.card)?;
        let base = card.timebase()?;
        let frame = |at: Instant| base.frame_of(at.shifted(latency)).max(0.0).round() as Frame;
        let (first, last) = (frame(from), frame(to));
        let samples = card.record(Jack(input.jack), first, last)?;
        let uncertainty = combine(&[base.input_uncertainty, shared]);
        Ok(Heard {
            samples,
            rate: base.frames_per_second,
            start: Moment { seconds: base.seconds_of(first as f64) - latency, uncertainty },
        })
    }

    fn calibration(&self, card: &str) -> Calibration {
        self.sound.get(card).copied().unwrap_or_default()
    }

    /// When an output's frame becomes sound.
    fn output_moment(&mut self, card: &str, frame: f64) -> Result<Moment> {
        let (latency, shared) = self.calibration(card).share();
        let base = self.card(card)?.timebase()?;
        Ok(Moment { seconds: base.seconds_of(frame) + latency, uncertainty: combine(&[base.output_uncertainty, shared]) })
    }

    /// Nominal frames per second of the card that serves a role.
    pub fn card_rate(&mut self, role: Role) -> Result<u32> {
        let card = self.serving(role)?;
        Ok(self.card(&card)?.rate())
    }

    /// Frames per second of the bench's clock, as far as known, of the card that serves a role.
    pub fn card_timebase(&mut self, role: Role) -> Result<Timebase> {
        let card = self.serving(role)?;
        self.card(&card)?.timebase()
    }

    /// Speaks into a call as the operator; returns when the first sample is spoken (exact by definition of the
    /// reference sender).
    pub fn operator_play(&mut self, call: CallId, samples: &[f32]) -> Result<Moment> {
        let audio = self.operator()?.audio(call)?;
        let frame = audio.play(Jack(1), samples)?;
        let base = audio.timebase()?;
        Ok(Moment { seconds: base.seconds_of(frame as f64), uncertainty: base.output_uncertainty })
    }

    /// The moment of what the operator spoke last, once it is over: until then nobody knows how late its packets would
    /// leave.
    pub fn operator_spoke(&mut self, call: CallId, spoken: Moment) -> Result<Moment> {
        let base = self.operator()?.audio(call)?.timebase()?;
        Ok(Moment { uncertainty: base.output_uncertainty, ..spoken })
    }

    /// What the operator heard of a call in a stretch of time that is already over.
    pub fn operator_record(&mut self, call: CallId, from: Instant, to: Instant) -> Result<Heard> {
        let audio = self.operator()?.audio(call)?;
        let base = audio.timebase()?;
        let frame = |at: Instant| base.frame_of(at).max(0.0).round() as Frame;
        let (first, last) = (frame(from), frame(to));
        let samples = audio.record(Jack(1), first, last)?;
        let start = Moment { seconds: base.seconds_of(first as f64), uncertainty: base.input_uncertainty };
        Ok(Heard { samples, rate: base.frames_per_second, start })
    }

    /// Plays a tone on the output whose path runs through the button relay, long enough for a press.
    pub fn contact_tone(&mut self, samples: &[f32]) -> Result<()> {
        let output = Self::jack(self.rig.wiring.contact_tone.as_ref().map(|patch| &patch.output), Role::ContactTone)?;
        self.card(&output.card)?.play(Jack(output.jack), samples).map(drop)
    }

    /// What came through the button relay.
    pub fn contact_record(&mut self, from: Instant, to: Instant) -> Result<Heard> {
        let input = Self::jack(self.rig.wiring.contact_tone.as_ref().map(|patch| &patch.input), Role::ContactTone)?;
        self.input_record(&input, from, to)
    }

    /// Sends a chirp through the loop-back and takes the card's latency from it.
    pub fn calibrate_card<E: From<InstrumentError> + From<Interrupted>>(&mut self) -> std::result::Result<(), E> {
        let Some(Patch { output, input }) = self.rig.wiring.loopback.clone() else { return Ok(()) };
        let rate = self.card(&output.card)?.rate();
        let burst = stimulus::burst(1, rate, 0.4);
        self.sound.remove(&output.card);
        let frame = self.card(&output.card)?.play(Jack(output.jack), &burst)?;
        self.wait::<E>(Duration::from_millis(700))?;
        let card = self.card(&input.card)?;
        // Where two directions are not started together the answer may even seem to come before the question.
        let early = Frame::from(rate) / 10;
        let from = frame.saturating_sub(early);
        let captured = card.record(Jack(input.jack), from, frame + Frame::from(rate) / 2)?;
        let (reference, capture) = (Signal::new(&burst, f64::from(rate)), Signal::new(&captured, f64::from(rate)));
        let Some(found) = delay(reference, capture) else {
            return Err(InstrumentError::new(
                "sound card",
                "hear its own loop-back",
                ("the chirp did not come back", "sygnał próbny nie wrócił pętlą zwrotną karty"),
                (
                    "check the cable from the loop-back output to the loop-back input",
                    "sprawdź przewód od wyjścia do wejścia pętli zwrotnej",
                ),
            )
            .of(Subsystem::Sound)
            .into());
        };
        let round_trip = found.seconds - (frame - from) as f64 / f64::from(rate);
        let calibration = Calibration { round_trip, uncertainty: found.uncertainty, gain: found.gain };
        let (one_way, share) = calibration.share();
        self.sound.insert(output.card, calibration);
        self.budget(&ROUND_TRIP, Estimate::seconds(round_trip, found.uncertainty));
        self.budget(&ONE_WAY, Estimate::seconds(one_way, share));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_trip_is_shared_in_halves_and_what_is_not_known_of_the_halves_is_uncertainty() {
        let share = |round_trip: f64, uncertainty: f64| Calibration { round_trip, uncertainty, gain: 1.0 }.share();
        assert_eq!(share(0.0, 0.002), (0.0, 0.001));
        let (latency, within) = share(0.006, 0.0);
        // Anything from nothing to the whole of it: half of it to either side, k = 2.
        assert!(latency == 0.003 && (within - 2.0 * 0.003 / 3f64.sqrt()).abs() < 1e-12, "{latency} ± {within}");
    }
}
