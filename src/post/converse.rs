//! What the two sides say to each other while a scenario waits: the voices by which the standing watch hears every talk.
//!
//! Knows nothing of limits.

use super::speech::{BURST, Direction};
use super::watch::{Arrived, Sampled};
use super::{Fault, Post, Result};
use crate::bench::Moment;
use crate::clock::Instant;
use crate::dsp::delay::Signal;
use crate::dsp::fidelity::fidelity;
use crate::dsp::stimulus;
use crate::instrument::operator::CallId;
use crate::unit::{Estimate, combine};
use std::time::Duration;

/// How late a voice may be and still be taken for the one that was spoken: the latest that is of any use, and a margin.
const LATEST: Duration = Duration::from_millis(450);
/// The recording at the other end may lag by a buffer of its own.
const BUFFERED: Duration = Duration::from_millis(100);
/// In a long talk both sides speak once in so long.
const EVERY: Duration = Duration::from_secs(10);

impl Post {
    /// Lets time pass; a talk that stands and has not been disturbed is held meanwhile.
    pub fn pass_talking(&mut self, time: Duration) -> Result<()> {
        self.bench.collect()?;
        let standing = self.bench.record.talk().and_then(|id| Some((id, self.bench.record.call(id)?.confirmed?)));
        match standing {
            Some((call, confirmed)) if confirmed.instant() > self.bench.disturbed() && self.voices.is_empty() => {
                self.converse(call, time)
            }
            _ => self.pass(time),
        }
    }

    /// Lets both sides of a talk speak in turn for so long, and keeps what arrived.
    pub(super) fn converse(&mut self, call: CallId, time: Duration) -> Result<()> {
        let until = self.bench.now() + time;
        let wiring = &self.bench.rig.wiring;
        let directions: Vec<Direction> =
            [wiring.mouth.is_some().then_some(Direction::ToOperator), wiring.ear.is_some().then_some(Direction::ToCaller)]
                .into_iter()
                .flatten()
                .collect();
        let mut next = self.bench.now();
        while self.bench.now() < until {
            let began = next;
            for direction in &directions {
                self.bench.collect()?;
                let has_time = self.bench.now() + BURST + LATEST + BUFFERED <= until;
                if has_time && self.bench.record.call(call).is_some_and(|call| call.stands()) {
                    self.sample_voice(*direction, call)?;
                }
            }
            next = (began + EVERY).min(until);
            self.bench.clock().wait_until(next)?;
        }
        self.bench.collect().map_err(Fault::from)
    }

    fn sample_voice(&mut self, direction: Direction, call: CallId) -> Result<()> {
        let (rate, seed) = (self.rate_of(direction)?, self.fresh_stimulus());
        let samples = stimulus::voice(seed, rate, BURST.as_secs_f64());
        let at = self.bench.now().as_secs_f64();
        match self.exchange(direction, call, &samples, rate) {
            Ok(heard) => self.sampled.push(Sampled { at, to_operator: direction == Direction::ToOperator, heard }),
            // A talk that ended meanwhile has a rule of its own.
            Err(error) => {
                self.bench.collect()?;
                if self.bench.record.call(call).is_some_and(|call| call.stands()) {
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn exchange(&mut self, direction: Direction, call: CallId, samples: &[f32], rate: u32) -> Result<Option<Arrived>> {
        let spoken = match direction {
            Direction::ToOperator => self.bench.mouth_play(samples)?,
            Direction::ToCaller => self.bench.operator_play(call, samples)?,
        };
        let (from, to): (Instant, Instant) = (spoken.instant(), spoken.instant() + BURST + LATEST);
        self.bench.clock().wait_until(to + BUFFERED)?;
        let heard = match direction {
            Direction::ToOperator => self.bench.operator_record(call, from, to)?,
            Direction::ToCaller => self.bench.ear_record(from, to)?,
        };
        let left: Moment = match direction {
            Direction::ToOperator => spoken,
            Direction::ToCaller => self.bench.operator_spoke(call, spoken)?,
        };
        let reference = Signal::new(samples, f64::from(rate));
        let Some(found) = fidelity(reference, Signal::new(&heard.samples, heard.rate), super::speech::CHANNEL_RATE) else {
            return Ok(None);
        };
        let spoken_at = spoken.seconds + found.delay.t_ref_s * f64::from(rate) / self.true_rate(direction)?;
        let seconds = heard.start.seconds + found.delay.t_ref_s + found.delay.seconds - spoken_at;
        let uncertainty = combine(&[heard.start.uncertainty, left.uncertainty, found.delay.uncertainty]);
        let delay = Estimate::seconds(seconds, uncertainty);
        Ok(Some(Arrived { delay, looks: found.looks, lost: found.lost, clipped: found.clipped }))
    }

    /// A path that inverts is heard as well as one that does not: a remark, and no more.
    pub(super) fn remark_polarity(&self, direction: Direction) {
        self.bench.log.note(match direction {
                Direction::ToOperator => (
                    "the operator hears the caller upside down: a pair of wires is exchanged at the post's microphone or at the mouth; not judged",
                    "operator słyszy wzywającego w odwróconej fazie: zamieniono przewody mikrofonu punktu lub ust pomiarowych; nie podlega ocenie",
                ),
                Direction::ToCaller => (
                    "the caller hears the operator upside down: a pair of wires is exchanged at the post's loudspeaker or at the ear; not judged",
                    "wzywający słyszy operatora w odwróconej fazie: zamieniono przewody głośnika punktu lub mikrofonu pomiarowego; nie podlega ocenie",
                ),
            });
    }
}
