//! How loud the loudspeaker is: the louder the street, the louder the operator, as far as the amplifier goes; and the
//! operator may turn it down by his keys, from `*9`, as it is at the beginning of a call, to `*0`.
//!
//! Knows frames of samples, nothing of calls or time. In a quiet street it changes nothing.

use super::FRAME;
use super::faults::Faults;
use super::lapse::{DRIFTS_DB, Lapse, MUTE_DB};
use super::oversight::Oversight;

/// Frames of a stretch of noise (1 s), and how many stretches are remembered: nobody speaks for longer without a
/// breath.
const STRETCH: u32 = 50;
const REMEMBERED: usize = 10;
/// So many stretches must have been heard before anything is concluded.
const FEWEST: usize = 3;
/// A least power of many lies below the mean by so much, 1.8 dB.
const BIAS: f32 = 1.5;
/// Noise beyond this is followed decibel by decibel, and so far: dB re a full-scale sine at the microphone.
const QUIET_DBFS: f32 = -54.0;
const MOST_DB: f32 = 28.0;
/// How fast it follows, dB a frame: 6 dB a second.
const PACE_DB: f32 = 0.12;
/// Where the amplifier's supply ends, relative to the full scale of the converter: 10 dB above it.
const RAIL: f32 = 3.16;
/// Once limited it recovers by so much a frame, dB.
const RECOVERS_DB: f32 = 0.1;
/// What one step of the operator's keys is worth, dB; codes of their events (RFC 4733, 3.2): `9` is the loudest, and
/// the star begins.
const STEP_DB: f32 = 2.5;
const LOUDEST: u8 = 9;
const STAR: u8 = 10;
/// A defective module holds the line for the street's noise from here on, and turns the operator down by so much.
const HELD_FROM_DBFS: f32 = -42.0;
const HELD_DB: f32 = -35.0;

#[derive(Debug)]
pub struct Volume {
    /// The faintest frame of each of the last stretches, and of the one under way.
    stretches: [f32; REMEMBERED],
    heard: usize,
    least: Option<f32>,
    frames: u32,
    /// What the street asks for, and what the rail takes of it, dB.
    asked_db: f32,
    cut_db: f32,
    /// Factor at the end of the last frame.
    factor: Option<f32>,
    /// What the operator has set, what a step is worth, and his last key: its event and whether it was the star.
    pub set_db: f32,
    step_db: f32,
    last_key: Option<(u32, bool)>,
    /// A defective one does not follow the street.
    is_deaf: bool,
    lapse: Option<Lapse>,
    never_rises: bool,
}

impl Volume {
    pub fn new(step_db: Option<f32>) -> Self {
        Volume {
            stretches: [0.0; REMEMBERED],
            heard: 0,
            least: None,
            frames: 0,
            asked_db: 0.0,
            cut_db: 0.0,
            factor: None,
            set_db: 0.0,
            step_db: step_db.unwrap_or(STEP_DB),
            last_key: None,
            is_deaf: false,
            lapse: None,
            never_rises: false,
        }
    }
    #[must_use]
    pub fn deaf(self, is_deaf: bool) -> Self {
        Volume { is_deaf, ..self }
    }
    #[must_use]
    pub fn lapsing(self, faults: &Faults) -> Self {
        Volume { lapse: faults.lapse, never_rises: faults.overlooks(Oversight::VolumeNeverRises), ..self }
    }
    /// A packet of a telephone event: all of one event share their timestamp.
    pub fn event(&mut self, timestamp: u32, payload: &[u8]) {
        let (Some(code), Some(_)) = (payload.first().copied(), payload.get(3)) else { return };
        if self.last_key.is_some_and(|(last, _)| last == timestamp) {
            return;
        }
        let follows_star = self.last_key.is_some_and(|(_, is_star)| is_star);
        self.last_key = Some((timestamp, code == STAR));
        if follows_star && code <= LOUDEST {
            let wanted_db = -self.step_db * f32::from(LOUDEST - code);
            self.set_db = if self.never_rises { self.set_db.min(wanted_db) } else { wanted_db };
            if code == 0 && self.lapse == Some(Lapse::LowestIsMute) {
                self.set_db = MUTE_DB;
            }
        }
    }
    /// A frame of the microphone, taken while the loudspeaker was silent.
    pub fn listen(&mut self, frame: &[f32]) {
        let power = frame.iter().map(|s| s * s).sum::<f32>() / frame.len().max(1) as f32;
        self.least = Some(self.least.map_or(power, |least| least.min(power)));
        self.frames += 1;
        if self.frames == STRETCH {
            self.stretches[self.heard % REMEMBERED] = self.least.take().unwrap_or(0.0);
            self.heard += 1;
            self.frames = 0;
        }
        self.follow();
    }

    fn follow(&mut self) {
        let heard = self.noise_dbfs().filter(|_| !self.is_deaf);
        let wanted = heard.map_or(0.0, |noise| (noise - QUIET_DBFS).clamp(0.0, MOST_DB));
        if self.lapse == Some(Lapse::VolumeDriftsBack) {
            self.set_db = (self.set_db + DRIFTS_DB).min(0.0);
        }
        self.asked_db += (wanted - self.asked_db).clamp(-PACE_DB, PACE_DB);
    }

    /// Level of the street at the microphone, dB re a full-scale sine.
    fn noise_dbfs(&self) -> Option<f32> {
        let known = self.stretches.get(..self.heard.min(REMEMBERED))?;
        let least = known.iter().copied().fold(f32::INFINITY, f32::min);
        (known.len() >= FEWEST && least > 0.0).then(|| 10.0 * (2.0 * BIAS * least).log10())
    }

    /// Mean square of the street at the microphone; 0 until it is known.
    pub fn noise(&self) -> f32 {
        self.noise_dbfs().map_or(0.0, |noise| 10f32.powf(noise / 10.0) / 2.0)
    }

    /// Makes a frame for the loudspeaker as loud as it has to be. `holds`: the module takes a loud street for somebody
    /// who speaks.
    pub fn pass(&mut self, holds: bool, frame: &mut [f32; FRAME]) {
        self.follow();
        let is_held = holds && self.noise_dbfs().is_some_and(|noise| noise > HELD_FROM_DBFS);
        let wanted_db = self.asked_db + self.set_db;
        if wanted_db == 0.0 && !is_held && self.factor.is_none() {
            return;
        }
        let peak = frame.iter().fold(0.0f32, |peak, s| peak.max(s.abs()));
        let room_db = if peak > 0.0 { 20.0 * (RAIL / peak).log10() } else { MOST_DB };
        self.cut_db = (self.cut_db - RECOVERS_DB).max(wanted_db - room_db).max(0.0);
        let wanted = super::amplitude(f64::from(if is_held { HELD_DB } else { wanted_db - self.cut_db }));
        let mut factor = self.factor.unwrap_or(1.0);
        // A ramp over the frame: a step would click.
        let step = (wanted - factor) / FRAME as f32;
        for sample in frame.iter_mut() {
            factor += step;
            *sample = (*sample * factor).clamp(-RAIL, RAIL);
        }
        self.factor = (wanted != 1.0).then_some(wanted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    /// By how many dB a voice of this amplitude is raised in noise of this amplitude, once the module has heard it for
    /// a while, and its peak then.
    fn raised(noise: f32, voice: f32, holds: bool) -> (f32, f32) {
        let (mut volume, mut random) = (Volume::new(None), Rng::seeded(7));
        let mut sound =
            |amplitude: f32| -> [f32; FRAME] { std::array::from_fn(|_| amplitude * (random.unit() as f32 * 2.0 - 1.0)) };
        for _ in 0..600 {
            volume.listen(&sound(noise));
        }
        let (mut before, mut after, mut peak) = (0.0, 0.0, 0.0f32);
        for n in 0..600 {
            let mut frame = sound(voice);
            let power = |frame: &[f32]| frame.iter().map(|s| s * s).sum::<f32>();
            before += if n > 500 { power(&frame) } else { 0.0 };
            volume.pass(holds, &mut frame);
            after += if n > 500 { power(&frame) } else { 0.0 };
            peak = frame.iter().fold(peak, |peak, s| peak.max(s.abs()));
        }
        (10.0 * (after / before).log10(), peak)
    }

    #[test]
    fn a_loud_street_is_answered_and_a_quiet_one_changes_nothing() {
        assert_eq!(raised(0.001, 0.05, false).0, 0.0);
        let (loud, _) = raised(0.05, 0.05, false);
        assert!((21.0..27.0).contains(&loud), "{loud}");
        let (most, peak) = raised(0.5, 0.9, false);
        assert!((8.0..=11.0).contains(&most) && peak <= RAIL, "{most} {peak}: the rail ends it");
    }

    #[test]
    fn the_operator_turns_it_down_and_up_by_his_keys() {
        let mut volume = Volume::new(None);
        let mut level_after = |keys: &[(u32, u8)]| {
            keys.iter().for_each(|(timestamp, code)| volume.event(*timestamp, &[*code, 10, 0, 160]));
            let mut frame = [0.1; FRAME];
            (0..2).for_each(|_| {
                frame = [0.1; FRAME];
                volume.pass(false, &mut frame);
            });
            20.0 * (frame[FRAME - 1] / 0.1).log10()
        };
        assert_eq!(level_after(&[(1, 0)]), 0.0, "a digit without a star");
        assert!((level_after(&[(2, 10), (2, 10), (3, 0), (3, 0)]) + 22.5).abs() < 0.1);
        assert!((level_after(&[(4, 10), (5, 4)]) + 12.5).abs() < 0.1);
        assert!(level_after(&[(6, 10), (7, 9)]).abs() < 0.1);
    }

    #[test]
    fn a_module_that_takes_noise_for_a_speaker_holds_the_line() {
        assert_eq!(raised(0.001, 0.05, true).0, 0.0);
        assert!(raised(0.05, 0.05, true).0 < -10.0);
    }
}
