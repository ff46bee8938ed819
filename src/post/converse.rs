//! What the two sides say to each other while a scenario waits, and what is heard when they are silent: by this the
//! standing watch hears every talk.
//!
//! Knows nothing of limits.

use super::speech::{BURST, Direction};
use super::{Fault, Post, Result};
use crate::bench::{Heard, Moment, WALLS};
use crate::clock::Instant;
use crate::dsp::comeback::comeback;
use crate::dsp::delay::Signal;
use crate::dsp::echo::{NoEcho, echo};
use crate::dsp::fidelity::{Fidelity, fidelity};
use crate::dsp::{intrusion, level, stimulus};
use crate::instrument::operator::CallId;
use crate::unit::{Estimate, Unit, combine};
use crate::watch::{Arrived, Foreign, Sampled, Silence, Span, Tone};
use std::time::Duration;

/// How late a voice may be and still be taken for the one that was spoken: the latest that is of any use, and a margin.
const LATEST: Duration = Duration::from_millis(450);
/// The recording at the other end may lag by a buffer of its own.
const BUFFERED: Duration = Duration::from_millis(100);
/// In a long talk both sides speak once in so long, and up to seven steps more: what comes by the clock shall not
/// always come while they speak.
const EVERY: Duration = Duration::from_secs(8);
const STEP: Duration = Duration::from_millis(430);
const STEPS: u64 = 8;
/// After the last voice its echo may linger for so long, whatever its cause.
const LINGERS: Duration = Duration::from_millis(300);
/// A shorter silence tells nothing.
const SILENCE: Duration = Duration::from_millis(500);
/// Sounds are noted down to so many dB below the voices.
const FAINTEST_DB: f64 = 36.0;
/// A shout: by so much louder, as far as the mouth goes (5.6 dB), and which word of a talk is one.
const LOUDER: f32 = 1.9;
const SHOUTS_EVERY: usize = 3;
/// From so many voices of the operator an echo canceller has to have learnt, each of a second [EJ].
const LEARNS_FOR: usize = 1;
/// What noise lets be said of an echo's attenuation, expanded, is not better than this, dB.
const ECHO_WITHIN_DB: f64 = 1.0;
/// What comes so much later than a voice itself is that voice once more: no buffer leaves such a gap, and few walls are
/// so far away [EJ].
const ONCE_MORE: (f64, f64) = (0.060, 0.350);
/// What the operator hears is the post's own noise where it is so much more than the street explains, dB: the ear does
/// not stand where the post's microphone does [EJ].
const BEYOND_STREET_DB: f64 = 10.0;
/// What stands for a voice that is heard once only, relative to itself, and what is known of one that is not (k = 2),
/// dB.
const NOT_AGAIN_DB: f64 = -60.0;
const AGAIN_WITHIN_DB: f64 = 1.5;
/// What stands for a post that adds no noise of its own, relative to the voice, dB.
const NOTHING_OWN_DB: f64 = -60.0;
/// What stands for the attenuation of an echo in digital silence, dB.
const SILENT_DB: f64 = 90.0;
/// What is known of a voice's purity by one second of it, expanded, dB.
const PURITY_WITHIN_DB: f64 = 1.0;
/// What is known of the share of peaks by one second of noise, expanded.
const PEAKS_WITHIN: f64 = 0.05;

impl Post {
    /// Lets time pass; a talk that stands and has not been disturbed is held meanwhile, and one that comes about is
    /// held from its answer on.
    pub fn pass_talking(&mut self, time: Duration) -> Result<()> {
        self.bench.collect()?;
        let until = self.bench.now() + time;
        let talk = |post: &Post| {
            let id = post.bench.record.talk()?;
            Some((id, post.bench.record.call(id)?.confirmed?))
        };
        if talk(self).is_none() {
            let from = self.bench.now();
            self.next_confirmed(from, until)?;
        }
        let left = until.since(self.bench.now());
        match talk(self) {
            Some((call, confirmed)) if confirmed.instant() > self.bench.disturbed() && self.voices.is_empty() => {
                self.converse(call, left)
            }
            _ => self.pass(left),
        }
    }

    /// Lets both sides of a talk speak in turn for so long, and keeps what arrived, and what was heard between the
    /// voices.
    pub(super) fn converse(&mut self, call: CallId, time: Duration) -> Result<()> {
        let until = self.bench.now() + time;
        let directions = self.speakers();
        let mut next = self.bench.now();
        while self.bench.now() < until {
            let began = next;
            self.take_turns(&directions, call, until)?;
            next = self.next_turn(began).min(until).max(self.bench.now());
            self.keep_silent(call, next)?;
        }
        self.bench.collect().map_err(Fault::from)
    }

    /// Each of these speaks once, in their order, as far as there is time before `until`.
    pub(super) fn take_turns(&mut self, directions: &[Direction], call: CallId, until: Instant) -> Result<()> {
        for direction in directions {
            self.bench.collect()?;
            let has_time = self.bench.now() + BURST + LATEST + BUFFERED <= until;
            if has_time && self.bench.record.call(call).is_some_and(|call| call.stands()) {
                self.sample_voice(*direction, call)?;
            }
        }
        Ok(())
    }

    /// When both speak again who spoke at this moment.
    pub(super) fn next_turn(&mut self, began: Instant) -> Instant {
        began + EVERY + STEP * (self.fresh_stimulus() % STEPS) as u32
    }

    /// Who can speak and be heard on this rig, in order: in one talk whoever answers, in the next whoever has called.
    pub(super) fn speakers(&mut self) -> Vec<Direction> {
        let wiring = &self.bench.rig.wiring;
        let mut speakers = vec![(Direction::ToCaller, wiring.ear.is_some()), (Direction::ToOperator, wiring.mouth.is_some())];
        self.is_callers_turn = !self.is_callers_turn;
        if !self.is_callers_turn {
            speakers.reverse();
        }
        speakers.into_iter().filter_map(|(direction, can)| can.then_some(direction)).collect()
    }

    /// First words from both sides, one more of the operator's, and a moment of silence: the talk has begun.
    pub(super) fn greet(&mut self, call: CallId) -> Result<()> {
        let mut speakers = self.speakers();
        speakers.extend(self.bench.rig.wiring.ear.is_some().then_some(Direction::ToCaller));
        for direction in speakers {
            self.bench.collect()?;
            if self.bench.record.call(call).is_some_and(|call| call.stands()) {
                self.sample_voice(direction, call)?;
            }
        }
        self.keep_silent(call, self.bench.now() + Duration::from_secs(1))
    }

    fn sample_voice(&mut self, direction: Direction, call: CallId) -> Result<()> {
        let (rate, seed) = (self.rate_of(direction)?, self.fresh_stimulus());
        let mut samples = stimulus::voice(seed, rate, BURST.as_secs_f64());
        let is_loud = direction == Direction::ToOperator && self.shouts_now(call);
        if is_loud {
            samples.iter_mut().for_each(|sample| *sample *= LOUDER);
        }
        let at = self.bench.now().as_secs_f64();
        match self.exchange(direction, call, &samples, rate) {
            Ok(sampled) => self.sampled.push(Sampled { at, call, is_loud, ..sampled }),
            Err(error) => self.unless_over(call, error)?,
        }
        Ok(())
    }

    /// Of what the caller says in one talk every third word is a shout.
    fn shouts_now(&self, call: CallId) -> bool {
        let said = self.sampled.iter().filter(|sampled| sampled.to_operator && sampled.call == call).count();
        said % SHOUTS_EVERY == SHOUTS_EVERY - 1
    }

    /// A talk that ended meanwhile has a rule of its own.
    fn unless_over(&mut self, call: CallId, error: Fault) -> Result<()> {
        self.bench.collect()?;
        if self.bench.record.call(call).is_some_and(|call| call.stands()) { Err(error) } else { Ok(()) }
    }

    fn exchange(&mut self, direction: Direction, call: CallId, samples: &[f32], rate: u32) -> Result<Sampled> {
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
        let echo_loss = match direction {
            Direction::ToCaller if self.has_learnt(call) => self.echo_loss(call, reference, from, to)?,
            _ => None,
        };
        let comes_back_db = match direction {
            Direction::ToOperator => self.comes_back_db(reference, from, to)?,
            Direction::ToCaller => None,
        };
        let to_operator = direction == Direction::ToOperator;
        let sampled = Sampled { at: spoken.seconds, call, to_operator, is_loud: false, heard: None, echo_loss, comes_back_db };
        let Some(found) = fidelity(reference, Signal::new(&heard.samples, heard.rate), super::speech::CHANNEL_RATE) else {
            return Ok(sampled);
        };
        let spoken_at = spoken.seconds + found.delay.t_ref_s * f64::from(rate) / self.true_rate(direction)?;
        let seconds = heard.start.seconds + found.delay.t_ref_s + found.delay.seconds - spoken_at;
        let uncertainty = combine(&[heard.start.uncertainty, left.uncertainty, found.delay.uncertainty]);
        let delay = Estimate::seconds(seconds, uncertainty);
        let Fidelity { looks, lost, swallowed, in_a_row, clipped, .. } = found;
        let repeated_db = once_more_db(&found, reference, Signal::new(&heard.samples, heard.rate));
        let arrived = Arrived { delay, looks, lost, swallowed, in_a_row, clipped, tone: tone_of(&found, samples, repeated_db) };
        Ok(Sampled { heard: Some(arrived), ..sampled })
    }

    /// How loud the caller's own voice comes to him out of the post, relative to the operator's. `None`: it does not,
    /// or nobody can listen.
    fn comes_back_db(&mut self, spoken: Signal, from: Instant, to: Instant) -> Result<Option<f64>> {
        let Some(voice_dbfs) = self.voice_level(false).filter(|_| self.bench.rig.wiring.ear.is_some()) else { return Ok(None) };
        let heard = self.bench.ear_record(from, to)?;
        let [after, until] = WALLS.map(|limit| limit.as_secs_f64());
        let found = comeback(spoken, Signal::new(&heard.samples, heard.rate), after, until, self.bench.room.as_ref());
        Ok(found.zip(level::rms_dbfs(spoken.samples)).map(|(found, spoken_dbfs)| spoken_dbfs + found.gain_db - voice_dbfs))
    }

    /// Whether the operator has spoken in this talk before, so that an echo canceller may be asked for what it has
    /// learnt.
    fn has_learnt(&self, call: CallId) -> bool {
        let spoken = |sampled: &&Sampled| !sampled.to_operator && sampled.call == call;
        self.sampled.iter().filter(spoken).count() >= LEARNS_FOR
    }

    /// How much fainter the operator's own voice comes back to him. `None`: noise would hide an echo that is too loud.
    fn echo_loss(&mut self, call: CallId, spoken: Signal, from: Instant, to: Instant) -> Result<Option<Estimate>> {
        let returned = self.bench.operator_record(call, from, to)?;
        let enough = self.bench.rig.limits.get("T17").map_or(0.0, crate::rig::Limit::ceiling);
        Ok(match echo(spoken, Signal::new(&returned.samples, returned.rate)) {
            Ok(found) if found.echo => {
                let uncertainty = found.uncertainty_db.unwrap_or(ECHO_WITHIN_DB).max(ECHO_WITHIN_DB);
                Some(Estimate::new(found.attenuation_db, uncertainty, Unit::Decibel))
            }
            Ok(found) => (found.attenuation_db >= enough + ECHO_WITHIN_DB * 2.0)
                .then(|| Estimate::new(found.attenuation_db, ECHO_WITHIN_DB, Unit::Decibel)),
            Err(NoEcho::NothingReturned) => Some(Estimate::new(SILENT_DB, ECHO_WITHIN_DB, Unit::Decibel)),
            Err(_) => None,
        })
    }

    /// Nobody speaks until then; keeps what both ends heard.
    pub(super) fn keep_silent(&mut self, call: CallId, until: Instant) -> Result<()> {
        let from = self.bench.now() + LINGERS;
        self.bench.clock().wait_until(until)?;
        self.bench.collect()?;
        let to = self.bench.now() - BUFFERED;
        let stands = self.bench.record.call(call).is_some_and(|call| call.stands());
        let [Some(at_operator), Some(at_caller)] = [true, false].map(|end| self.voice_level(end)) else { return Ok(()) };
        if !stands || to < from + SILENCE {
            return Ok(());
        }
        let heard = match self.bench.operator_record(call, from, to) {
            Ok(heard) => heard,
            Err(error) => return self.unless_over(call, error.into()),
        };
        let in_ear = self.bench.ear_record(from, to)?;
        let own_noise_db = self.own_noise_db(&heard, at_operator, &in_ear);
        let at_operator = foreign(&heard, at_operator);
        let at_caller = foreign(&in_ear, at_caller);
        let span = Span { from: from.as_secs_f64(), to: to.as_secs_f64() };
        self.silences.push(Silence { span, at_operator, at_caller, own_noise_db });
        Ok(())
    }

    /// The noise of a silence at the operator, relative to the caller's voice there, if it is the post's own: the ear
    /// tells how loud the street is.
    fn own_noise_db(&self, at_operator: &Heard, voice_dbfs: f64, in_ear: &Heard) -> Option<f64> {
        let rig = &self.bench.rig;
        // What the bench itself lets sound is louder at one end than at the other.
        let (speech, ear) = rig.speech_spl().zip(rig.ear_spl()).filter(|_| self.street_dba.is_none())?;
        let noise_db = level::rms_dbfs(&at_operator.samples)? - voice_dbfs;
        let street_db = ear + level::rms_dbfs(&in_ear.samples)? - speech;
        Some(if noise_db > street_db + BEYOND_STREET_DB { noise_db } else { NOTHING_OWN_DB })
    }

    /// How loud the last voice was that arrived at one end, dBFS.
    pub(super) fn voice_level(&self, at_operator: bool) -> Option<f64> {
        let heard = self.sampled.iter().rev().filter(|sampled| sampled.to_operator == at_operator && !sampled.is_loud);
        heard.filter_map(|sampled| Some(sampled.heard?.tone?.level_dbfs)).next()
    }

    /// A path that inverts is heard as well as one that does not: a remark, and no more.
    pub(super) fn remark_polarity(&self, direction: Direction) {
        self.bench.log.note(match direction {
                Direction::ToOperator => (
                    "the operator hears the caller upside down: a pair of wires is exchanged at the post's microphone or at the mouth; not judged",
                    "operator słyszy wzywającego w odwróconej fazie: zamieniono przewody mikrofonu punktu lub sztucznych ust; nie podlega ocenie",
                ),
                Direction::ToCaller => (
                    "the caller hears the operator upside down: a pair of wires is exchanged at the post's loudspeaker or at the ear; not judged",
                    "wzywający słyszy operatora w odwróconej fazie: zamieniono przewody głośnika punktu lub mikrofonu pomiarowego; nie podlega ocenie",
                ),
            });
    }
}

fn tone_of(found: &Fidelity, spoken: &[f32], repeated_db: Option<f64>) -> Option<Tone> {
    let (colour, spoken_dbfs) = (found.coloration?, level::rms_dbfs(spoken)?);
    let in_db = |value: f64| Estimate::new(value, colour.uncertainty_db, Unit::Decibel);
    Some(Tone {
        level_dbfs: spoken_dbfs + colour.gain_db,
        spoken_dbfs,
        noise_dbfs: level::dbfs(found.noise),
        tilt: in_db(-colour.fall_db),
        hole: in_db(colour.hole_db),
        purity: Estimate::new(colour.purity_db, PURITY_WITHIN_DB, Unit::Decibel),
        peaks: Estimate::new(colour.peaks, PEAKS_WITHIN, Unit::Ratio),
        repeated: Estimate::new(repeated_db.unwrap_or(NOT_AGAIN_DB), AGAIN_WITHIN_DB, Unit::Decibel),
    })
}

/// How loud a voice was heard once more, relative to itself.
fn once_more_db(found: &Fidelity, spoken: Signal, heard: Signal) -> Option<f64> {
    let (itself_db, at) = (found.coloration?.gain_db, found.delay.seconds);
    let again = comeback(spoken, heard, at + ONCE_MORE.0, at + ONCE_MORE.1, None)?;
    Some(again.gain_db - itself_db)
}

/// The sounds in a silence, relative to the voices there.
fn foreign(heard: &Heard, voice_dbfs: f64) -> Vec<Foreign> {
    let capture = Signal::new(&heard.samples, heard.rate);
    let found = intrusion::intrusions(capture, super::speech::CHANNEL_RATE, voice_dbfs - FAINTEST_DB);
    let placed = |sound: intrusion::Intrusion| {
        let from = heard.start.seconds + sound.at_s;
        Foreign { span: Span { from, to: from + sound.length_s }, level_db: sound.level_dbfs - voice_dbfs, hz: sound.hz }
    };
    found.into_iter().map(placed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn a_voice_that_comes_half_as_loud_is_6_db_below_what_was_spoken() {
        let spoken = stimulus::voice(4, 8000, 4.4);
        let half: Vec<f32> = spoken.iter().map(|sample| sample / 2.0).collect();
        let found = fidelity(Signal::new(&spoken, 8000.0), Signal::new(&half, 8000.0), 8000).expect("it arrives");
        let tone = tone_of(&found, &spoken, None).expect("it is coloured by nothing");
        assert!((tone.level_dbfs - tone.spoken_dbfs + 6.0).abs() < 0.5, "{tone:?}");
        assert_eq!(tone.repeated.value, NOT_AGAIN_DB);
    }

    #[test]
    fn a_sound_in_a_silence_is_placed_on_the_benchs_clock_and_held_against_the_voices() {
        let tone = |n: u32| {
            let at = f64::from(n) / 8000.0;
            let sounds = (2.0..2.5).contains(&at);
            (if sounds { 0.1 * (TAU * 1000.0 * at).sin() } else { 0.0 } + 1e-4 * (f64::from(n) * 0.7).sin()) as f32
        };
        let start = Moment { seconds: 100.0, uncertainty: 0.0 };
        let found = foreign(&Heard { samples: (0..48_000).map(tone).collect(), rate: 8000.0, start }, -26.0);
        let [sound] = found.as_slice() else { panic!("one sound, not {found:?}") };
        assert!((sound.span.from - 102.0).abs() < 0.1 && (sound.span.to - 102.5).abs() < 0.1, "{sound:?}");
        // -20 dBFS beside voices of -26.
        assert!((sound.level_db - 6.0).abs() < 1.0 && sound.hz.is_some_and(|hz| (hz - 1000.0).abs() < 20.0), "{sound:?}");
    }
}
