//! Both directions of a talk: when they are audible, how late they are, how long they were gone.
//!
//! Knows nothing of codecs or packets: sound goes in at one end and is looked for at the other.

use super::judge::surer;
use super::{Post, Result};
use crate::bench::Moment;
use crate::clock::Instant;
use crate::dsp::activity::{self, Activity};
use crate::dsp::delay::{self, Signal};
use crate::dsp::stimulus;
use crate::instrument::operator::CallId;
use crate::measure::method;
use crate::rig::Role;
use crate::unit::{Estimate, Quantity, Unit, combine};
use crate::verdict::Criterion;
use std::time::Duration;

/// Frames per second of a telephone channel, the common ground on which both directions are looked at.
pub(super) const CHANNEL_RATE: u32 = 8000;
/// Length of one delay burst.
pub(super) const BURST: Duration = Duration::from_millis(1000);
/// No voice path that is of any use is later than this.
pub(super) const LATEST: Duration = Duration::from_millis(1000);
/// How long a voice sounds by which the first audible moment is found.
const FIRST_WORDS: Duration = Duration::from_secs(3);

/// From whom to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    ToOperator,
    ToCaller,
}

/// A sound that was sent and can be looked for.
#[derive(Debug, Clone)]
pub(super) struct Voice {
    pub(super) direction: Direction,
    pub(super) call: CallId,
    pub(super) samples: Vec<f32>,
    pub(super) rate: u32,
    pub(super) spoken: Moment,
}

/// Where a voice was found again.
pub(super) struct Found {
    /// First moment at which it was audible.
    pub(super) first: Moment,
    pub(super) presence: Activity,
}

const TO_OPERATOR: Quantity = Quantity {
    key: "T10.delay.to-operator",
    unit: Unit::Second,
    en: "mouth-to-ear delay, caller to operator",
    pl: "opóźnienie usta–ucho, od wzywającego do operatora",
    method: method::DELAY,
    requirement: "T10",
};
const TO_CALLER: Quantity = Quantity {
    key: "T10.delay.to-caller",
    unit: Unit::Second,
    en: "mouth-to-ear delay, operator to caller",
    pl: "opóźnienie usta–ucho, od operatora do wzywającego",
    method: method::DELAY,
    requirement: "T10",
};
const GROWTH_TO_OPERATOR: Quantity = Quantity {
    key: "T11.delay-growth.to-operator",
    unit: Unit::Second,
    en: "growth of delay, caller to operator",
    pl: "przyrost opóźnienia, od wzywającego do operatora",
    method: method::DELAY_GROWTH,
    requirement: "T11",
};
const GROWTH_TO_CALLER: Quantity = Quantity {
    key: "T11.delay-growth.to-caller",
    en: "growth of delay, operator to caller",
    pl: "przyrost opóźnienia, od operatora do wzywającego",
    ..GROWTH_TO_OPERATOR
};
const BOTH_AFTER_ANSWER: Quantity = Quantity {
    key: "T04.answer-to-voice",
    unit: Unit::Second,
    en: "answer to voice both ways",
    pl: "od odebrania do głosu w obie strony",
    method: method::PRESENCE,
    requirement: "T04",
};
const BOTH_AFTER_PRESS: Quantity = Quantity {
    key: "T03.press-to-voice",
    unit: Unit::Second,
    en: "press to voice both ways",
    pl: "od naciśnięcia do głosu w obie strony",
    method: method::PRESENCE,
    requirement: "T03",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] =
    &[TO_OPERATOR, TO_CALLER, GROWTH_TO_OPERATOR, GROWTH_TO_CALLER, BOTH_AFTER_ANSWER, BOTH_AFTER_PRESS];

/// While the growth of delay is watched, each side is also heard in whole voices, once in so many bursts.
const TURNS_BETWEEN_VOICES: usize = 4;

impl Post {
    pub(super) fn rate_of(&mut self, direction: Direction) -> Result<u32> {
        Ok(match direction {
            Direction::ToOperator => self.bench.card_rate(Role::Mouth)?,
            Direction::ToCaller => CHANNEL_RATE,
        })
    }

    /// Frames per second of the bench's clock, as far as known.
    pub(super) fn true_rate(&mut self, direction: Direction) -> Result<f64> {
        Ok(match direction {
            Direction::ToOperator => self.bench.card_timebase(Role::Mouth)?.frames_per_second,
            Direction::ToCaller => f64::from(CHANNEL_RATE),
        })
    }

    /// Lets a sound be spoken at one end.
    pub(super) fn speak(&mut self, direction: Direction, call: CallId, samples: Vec<f32>, rate: u32) -> Result<Voice> {
        let spoken = match direction {
            Direction::ToOperator => self.bench.mouth_play(&samples)?,
            Direction::ToCaller => match self.bench.operator_play(call, &samples) {
                Ok(spoken) => spoken,
                Err(error) => return Err(self.unless_ended(call, error)?),
            },
        };
        match direction {
            Direction::ToOperator => self.keep("mouth", "spoken by the artificial mouth", rate, &samples),
            Direction::ToCaller => self.keep("operator-speaks", "spoken by the operator", rate, &samples),
        }
        Ok(Voice { direction, call, samples, rate, spoken })
    }

    /// A voice without pauses, never the same twice.
    pub(super) fn begin_voice(&mut self, direction: Direction, call: CallId, length: Duration) -> Result<Voice> {
        let (rate, seed) = (self.rate_of(direction)?, self.fresh_stimulus());
        let samples = stimulus::voice(seed, rate, length.as_secs_f64());
        self.speak(direction, call, samples, rate)
    }

    /// What arrived at the other end between two moments that are both over.
    pub(super) fn listen(
        &mut self,
        direction: Direction,
        call: CallId,
        from: Instant,
        to: Instant,
    ) -> Result<crate::bench::Heard> {
        let heard = match direction {
            Direction::ToOperator => match self.bench.operator_record(call, from, to) {
                Ok(heard) => heard,
                Err(error) => return Err(self.unless_ended(call, error)?),
            },
            Direction::ToCaller => self.bench.ear_record(from, to)?,
        };
        let rate = heard.rate.round() as u32;
        match direction {
            Direction::ToOperator => self.keep("operator-hears", "heard by the operator", rate, &heard.samples),
            Direction::ToCaller => self.keep("ear", "heard before the post's loudspeaker", rate, &heard.samples),
        }
        Ok(heard)
    }

    /// Mouth-to-ear delay by one burst; `None`: nothing arrived.
    pub(super) fn mouth_to_ear(&mut self, direction: Direction) -> Result<Option<Estimate>> {
        let call = self.talk_that_stands()?;
        let (rate, seed) = (self.rate_of(direction)?, self.fresh_stimulus());
        let burst = stimulus::burst(seed, rate, BURST.as_secs_f64());
        let voice = self.speak(direction, call, burst, rate)?;
        let spoken = voice.spoken.instant();
        // The recording at the other end may lag by a buffer of its own: a tenth of a second covers it.
        self.bench.clock().wait_until(spoken + BURST + LATEST + Duration::from_millis(100))?;
        let heard = self.listen(direction, call, spoken, spoken + BURST + LATEST)?;
        let left = match direction {
            Direction::ToOperator => voice.spoken,
            Direction::ToCaller => self.bench.operator_spoke(call, voice.spoken)?,
        };
        let reference = Signal::new(&voice.samples, f64::from(rate));
        // What a person hears first is the delay, however loud an echo of it comes after.
        let Ok(course) = delay::course(reference, Signal::new(&heard.samples, heard.rate)) else { return Ok(None) };
        let found = course.first();
        // The delay is stated at a moment of the burst; a card whose clock runs fast speaks that moment earlier than
        // its nominal rate says.
        let spoken_at = voice.spoken.seconds + found.t_ref_s * f64::from(rate) / self.true_rate(direction)?;
        let seconds = heard.start.seconds + found.t_ref_s + found.seconds - spoken_at;
        let uncertainty = combine(&[heard.start.uncertainty, left.uncertainty, found.uncertainty]);
        Ok(Some(Estimate::seconds(seconds, uncertainty)))
    }

    fn judge_delay(&mut self, direction: Direction, limit: Duration) -> Result<()> {
        let quantity = if direction == Direction::ToOperator { TO_OPERATOR } else { TO_CALLER };
        match self.mouth_to_ear(direction)? {
            Some(estimate) => {
                let limit = self.agreed(&quantity, limit.as_secs_f64(), 0.0);
                self.judge(&quantity, estimate, Criterion::AtMost(limit))
            }
            None => self.judge_absent(&quantity),
        }
    }

    /// T10.
    pub fn delay_to_operator_at_most(&mut self, limit: Duration) -> Result<()> {
        self.judge_delay(Direction::ToOperator, limit)
    }

    /// T10.
    pub fn delay_to_caller_at_most(&mut self, limit: Duration) -> Result<()> {
        self.judge_delay(Direction::ToCaller, limit)
    }

    /// T11: the same talk, measured again and again.
    pub fn delay_grows_at_most(&mut self, time: Duration, limit: Duration) -> Result<()> {
        let call = self.talk_that_stands()?;
        let until = self.bench.now() + time;
        let directions = self.speakers();
        let (mut to_operator, mut to_caller) = (Vec::new(), Vec::new());
        loop {
            let began = self.bench.now();
            to_operator.push(self.mouth_to_ear(Direction::ToOperator)?);
            to_caller.push(self.mouth_to_ear(Direction::ToCaller)?);
            let next = self.next_turn(began);
            if next > until {
                break;
            }
            if to_caller.len().is_multiple_of(TURNS_BETWEEN_VOICES) {
                self.take_turns(&directions, call, next)?;
            }
            self.keep_silent(call, next)?;
        }
        self.bench.collect()?;
        let limit = limit.as_secs_f64();
        let first = self.judge_growth(&GROWTH_TO_OPERATOR, &to_operator, limit);
        surer(first, self.judge_growth(&GROWTH_TO_CALLER, &to_caller, limit))
    }

    /// Offsets common to all bursts of a series cancel in a difference; what remains is at most what each burst states,
    /// and is stated so.
    pub(super) fn judge_growth(&mut self, quantity: &Quantity, series: &[Option<Estimate>], limit: f64) -> Result<()> {
        // A burst that did not arrive is no late one: the talk was mute, in this direction, at that moment.
        let heard: Vec<Estimate> = series.iter().flatten().copied().collect();
        if heard.len() < series.len() {
            return self.judge_absent(quantity);
        }
        let (series, limit) = (heard, self.agreed(quantity, limit, 0.0));
        let largest = series.iter().copied().max_by(|a, b| a.value.total_cmp(&b.value));
        let (Some(first), Some(largest), true) = (series.first(), largest, series.len() > 1) else {
            return self.judge_absent(quantity);
        };
        let growth = Estimate::seconds(largest.value - first.value, combine(&[first.uncertainty, largest.uncertainty]));
        self.judge(quantity, growth, Criterion::AtMost(limit))
    }

    /// Looks for a voice at the other end.
    pub(super) fn find(&mut self, voice: &Voice, from: Instant, to: Instant) -> Result<Option<Found>> {
        let heard = self.listen(voice.direction, voice.call, from, to)?;
        // What has not been spoken yet cannot have been heard.
        let spoken = (to.seconds_after(voice.spoken.instant()).max(0.0) * f64::from(voice.rate)) as usize;
        let samples = &voice.samples[..spoken.min(voice.samples.len())];
        let reference = Signal::new(samples, f64::from(voice.rate));
        let found = activity::find(reference, Signal::new(&heard.samples, heard.rate), CHANNEL_RATE);
        if found.as_ref().is_some_and(|found| found.is_inverted) {
            self.remark_polarity(voice.direction);
        }
        Ok(found.map(|presence| Found {
            first: Moment {
                seconds: heard.start.seconds + presence.first_s,
                uncertainty: combine(&[heard.start.uncertainty, presence.first_edge_s]),
            },
            presence,
        }))
    }

    /// Lets both sides speak as soon as the call is answered, and finds when both were heard.
    fn first_words(&mut self) -> Result<(Option<Moment>, Option<Moment>)> {
        let press = self.last_press()?.instant();
        if self.voices.is_empty() {
            let caller = self.begin_voice(Direction::ToOperator, CallId(0), FIRST_WORDS * 3)?;
            self.voices.push(caller);
        }
        let Some(call) = self.next_confirmed(press, press + Duration::from_secs(8))? else { return Ok((None, None)) };
        if self.voices.len() < 2 {
            let operator = self.begin_voice(Direction::ToCaller, call, FIRST_WORDS)?;
            self.voices[0].call = call;
            self.voices.push(operator);
        }
        let confirmed = self.bench.record.call(call).and_then(|call| call.confirmed);
        let from = confirmed.map_or(press, Moment::instant);
        let to = from + FIRST_WORDS;
        self.bench.clock().wait_until(to + Duration::from_millis(200))?;
        self.bench.collect()?;
        let voices = self.voices.clone();
        let last = self.both_found(&voices, from, to)?;
        let answered = self.bench.record.call(call).and_then(|call| call.answered);
        Ok((answered, last))
    }

    /// T04.
    pub fn both_heard_after_answer(&mut self, limit: Duration) -> Result<()> {
        let (answered, both) = self.first_words()?;
        let from = answered.unwrap_or(Moment::stamped(Instant::ZERO, 0.0));
        self.judge_within(&BOTH_AFTER_ANSWER, from, both.filter(|_| answered.is_some()), limit.as_secs_f64())
    }

    /// T03.
    pub fn both_heard_after_press(&mut self, limit: Duration) -> Result<()> {
        let (_, both) = self.first_words()?;
        let press = self.last_press()?;
        self.judge_within(&BOTH_AFTER_PRESS, press, both, limit.as_secs_f64())
    }

    /// From when on all of these voices were heard; `None` unless all of them were.
    pub(super) fn both_found(&mut self, voices: &[Voice], from: Instant, to: Instant) -> Result<Option<Moment>> {
        let mut last: Option<Moment> = None;
        for voice in voices {
            let Some(found) = self.find(voice, from, to)? else { return Ok(None) };
            last = Some(last.map_or(found.first, |m| if found.first.seconds > m.seconds { found.first } else { m }));
        }
        Ok(last)
    }
}
