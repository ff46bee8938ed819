//! What only a defective module does to the sound of a call.
//!
//! Must not decide what is spoken and sent: the module's tick does.

use super::{Media, SIDETONE, SILENCE, power};
use crate::clock::Instant;
use crate::twin::post::voice::blunder::{Blunder, FAINT, LEAPS, LONG_HOLD};
use crate::twin::post::voice::flaw::{self, Flaw};
use crate::twin::post::voice::habit::{self, Habit};
use crate::twin::post::voice::lapse::{Lapse, OPENS_LATE, STREET};
use crate::twin::post::voice::oversight::Oversight;
use crate::twin::post::voice::{RATE, amplitude};
use std::time::Duration;

impl Media {
    /// What a defective module makes of the microphone's frame; by how many seconds it delays it.
    pub(super) fn distort(&mut self, at: Instant) -> f64 {
        let age = at.seconds_after(self.began);
        if let Some(back) = self.faults.returns {
            let (gain, delay) = (amplitude(back.gain_db), back.delay.as_secs_f64());
            let mut voice = self.speaker;
            self.return_line.pass(&mut voice, (delay * RATE) as usize);
            self.mic.iter_mut().zip(voice).for_each(|(mic, back)| *mic = (*mic + gain * back).clamp(-1.0, 1.0));
        }
        if self.faults.half_duplex && power(&self.speaker) > SILENCE {
            self.mic.fill(0.0);
        }
        if self.faults.has(Habit::OpensLate) {
            if power(&self.speaker) > SILENCE {
                self.shut_until = self.frames + habit::OPENS_AFTER;
            } else if self.frames < self.shut_until {
                self.mic.fill(0.0);
            }
        }
        if self.frames < self.opens_at || self.told.is_mute(self.frames, self.faults.flaw) {
            self.mic.fill(0.0);
        }
        if self.faults.blunders(Blunder::MicAwaitsOperator) && !self.of_talk.was_spoken_to {
            self.mic.fill(0.0);
        }
        self.up.spoil(age, true, &mut self.mic);
        let (leaps_at, leaps_by) = LEAPS;
        let leap = if age > leaps_at && self.faults.blunders(Blunder::MicLeaps) { leaps_by } else { 0.0 };
        let late = self.faults.mic_delay.as_secs_f64() + self.faults.mic_creep * age + leap;
        if late <= 0.0 {
            return 0.0;
        }
        let samples = (late * RATE) as usize;
        self.mic_line.pass(&mut self.mic, samples);
        samples as f64 * self.tuning.period
    }
    /// What a planted function makes of the loudspeaker's frame; whether there is anything to hear of it.
    pub(super) fn colour(&mut self) -> bool {
        if self.faults.quirks.sidetone {
            let mut own = self.mic;
            self.sidetone.pass(&mut own, SIDETONE);
            self.speaker.iter_mut().zip(own).for_each(|(out, own)| *out = (*out + own).clamp(-1.0, 1.0));
        }
        if let Some(change) = self.faults.quirks.down {
            change(&mut self.down_scratch, &mut self.speaker);
        }
        let is_beeping = self.told.beeps(self.frames, self.faults.flaw, &mut self.speaker);
        (is_beeping || self.faults.quirks.sidetone || self.faults.quirks.down.is_some())
            && self.speaker.iter().any(|sample| *sample != 0.0)
    }
    /// The loudspeaker of a defective module is off while the microphone hears something, and a little longer.
    pub(super) fn gives_way(&mut self) -> bool {
        if self.faults.has(Habit::ListensOrSpeaks) && power(&self.mic) > habit::HEARS {
            self.off_until = self.frames + habit::OFF_FOR;
        }
        self.frames < self.off_until
    }
    pub(super) fn is_deaf(&self, at: Instant) -> bool {
        let age = at.since(self.began);
        self.faults.mic_dead || self.faults.mic_mutes_after.is_some_and(|limit| age >= limit) || self.is_clipped(at)
    }
    pub(super) fn is_clipped(&self, at: Instant) -> bool {
        self.faults.first_second_clipped && at.since(self.began) < Duration::from_secs(1)
    }
    /// What a defective module takes for the call's end: an operator who is silent, or holds the line.
    pub fn is_given_up(&self, at: Instant) -> bool {
        let is_silent = self.faults.silence_limit.is_some_and(|limit| at.since(self.spoken_at) >= limit);
        let is_held = self.of_talk.held_since.is_some_and(|since| at.since(since) >= LONG_HOLD);
        is_silent || is_held && self.faults.blunders(Blunder::LongHoldEndsTalk)
    }
    /// Nothing is said for so many frames.
    pub fn pause(&mut self, frames: u64) {
        self.opens_at = self.frames + frames;
    }
    /// The echo stays: the module is tired of it, drowned by the street, still learning, or has another volume than it
    /// believes.
    pub(super) fn leaves_echo(&mut self) -> bool {
        let is_tired = self.frames > habit::TIRES_AFTER && self.faults.has(Habit::TiresOfEcho);
        let is_drowned = self.volume.noise() > STREET && self.faults.lapses(Lapse::EchoInLoudStreet);
        let learns = self.frames < flaw::LEARNS_FOR && self.faults.is_flawed(Flaw::LearnsEchoSlowly);
        let is_misled = *self.volume() != 0.0 && self.faults.blunders(Blunder::EchoAfterKey);
        let is_upset = self.faults.overlooks(Oversight::EchoAfterDoubleTalk)
            && self.overseen.echoes(self.frames, power(&self.mic), power(&self.speaker));
        self.faults.no_echo_cancel || is_upset || is_tired || is_drowned || learns || is_misled
    }
    /// What becomes of the loudspeaker's frame before anything else does; whether there is anything to hear of it.
    pub(super) fn misplace(&mut self, audible: bool) -> bool {
        if self.faults.blunders(Blunder::FaintOnBattery) && self.of_talk.is_on_battery {
            self.speaker.iter_mut().for_each(|sample| *sample *= FAINT);
        }
        if self.faults.overlooks(Oversight::RoarsAtLoss) && self.overseen.has_lost(self.of_talk.missing()) {
            self.overseen.roar(&mut self.speaker);
            return true;
        }
        if self.faults.blunders(Blunder::LaterWithEachLoss) { self.of_talk.delay(&mut self.speaker) } else { audible }
    }
    /// The link has come back: defective ones do not take the talk up at once.
    pub fn glitched(&mut self) {
        self.deafened |= self.faults.lapses(Lapse::SpeakerDeadAfterGlitch);
        if self.faults.lapses(Lapse::MicLateAfterGlitch) {
            self.opens_at = self.frames + OPENS_LATE;
        }
    }
}
