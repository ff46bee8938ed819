//! The echo canceller of the module: a model of the way from the loudspeaker to the microphone, learnt while the far
//! end speaks, whose echo is taken off the microphone; what it leaves is turned down as far as it has to be while
//! nobody speaks here.
//!
//! Knows frames of samples, nothing of calls or time.

use super::FRAME;
use crate::dsp::adaptive_filter::{AdaptiveFilter, PARTITIONS};

/// Quieter than −60 dBFS the loudspeaker does not count as speaking, and its sound may linger for so many frames (80
/// ms).
const FAR_FLOOR: f32 = 1e-6;
const TAIL: usize = PARTITIONS;
/// What is left of an echo is turned down until it is 60 dB below the far end's own level, but by no more than 32 dB.
const TARGET: f32 = 1e-6;
const LEAST_GAIN: f32 = 0.025;
/// Somebody speaks here who is 6 dB above what may be left of the echo and 1.3 dB above the noise, which is steadier
/// than any voice.
const MARGIN: f32 = 4.0;
const NOISE_MARGIN: f32 = 1.35;
/// In a loud street the softer syllables of a voice drown: once heard he is taken to speak for so many frames (240 ms).
const HANGOVER: u32 = 12;

pub struct EchoCanceller {
    filter: AdaptiveFilter,
    /// The levels of the last frames spoken: of the loudspeaker, and of the line before it.
    far: [f32; TAIL],
    line: [f32; TAIL],
    next: usize,
    gain: f32,
    /// Frames for which somebody is still taken to speak.
    held: u32,
}

impl EchoCanceller {
    pub fn new() -> Self {
        EchoCanceller { filter: AdaptiveFilter::default(), far: [0.0; TAIL], line: [0.0; TAIL], next: 0, gain: 1.0, held: 0 }
    }
    /// A frame goes to the loudspeaker, of which the line carried this power; `None`: silence.
    pub fn spoken(&mut self, frame: Option<&[f32; FRAME]>, line: f32) {
        let frame = frame.unwrap_or(&[0.0; FRAME]);
        self.far[self.next] = power(frame);
        self.line[self.next] = line;
        self.next = (self.next + 1) % TAIL;
        self.filter.sends(frame);
    }
    /// What the far end said may still be in the air. A line's own noise is none of its words, however far the
    /// amplifier raises it: a module that waited for the end of that would never hear the street.
    pub fn is_expected(&self) -> bool {
        self.line.iter().any(|power| *power > FAR_FLOOR)
    }
    /// A frame comes from the microphone, in a street of which this much power is heard there.
    pub fn heard(&mut self, noise: f32, frame: &mut [f32; FRAME]) {
        let far = self.far.iter().fold(0.0f32, |a, b| a.max(*b));
        let wanted = if far > FAR_FLOOR { self.cancel(noise, frame) } else { 1.0 };
        if wanted == 1.0 && self.gain == 1.0 {
            return;
        }
        // A ramp over the frame: a step would click.
        let step = (wanted - self.gain) / FRAME as f32;
        for sample in frame.iter_mut() {
            self.gain += step;
            *sample *= self.gain;
        }
        self.gain = wanted;
    }

    /// Takes the echo off, and says how far what is left must be turned down.
    fn cancel(&mut self, noise: f32, frame: &mut [f32; FRAME]) -> f32 {
        let left = self.filter.takes_off(frame);
        let heard = power(frame);
        let is_voice = heard > MARGIN * left + NOISE_MARGIN * noise;
        self.held = if is_voice { HANGOVER } else { self.held.saturating_sub(1) };
        let line = self.line.iter().fold(0.0f32, |a, b| a.max(*b));
        if self.held > 0 || left <= TARGET * line { 1.0 } else { (TARGET * line / left).sqrt().max(LEAST_GAIN) }
    }
}

fn power(frame: &[f32]) -> f32 {
    frame.iter().map(|s| s * s).sum::<f32>() / frame.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    /// A way of three paths: how loud each is, and after how many samples.
    const WAY: [(usize, f32); 3] = [(19, 0.03), (203, 0.008), (348, 0.005)];

    struct Room {
        canceller: EchoCanceller,
        random: Rng,
        spoken: Vec<f32>,
        way: Vec<(usize, f32)>,
    }

    impl Room {
        fn new() -> Self {
            Room { canceller: EchoCanceller::new(), random: Rng::seeded(3), spoken: vec![0.0; 4 * FRAME], way: WAY.to_vec() }
        }
        fn noise(&mut self, amplitude: f32) -> [f32; FRAME] {
            std::array::from_fn(|_| amplitude * (self.random.unit() as f32 * 2.0 - 1.0))
        }
        /// So many frames of a far voice, raised by an amplifier, a near one and a street, each of this amplitude: by
        /// how many dB echo and near voice are fainter in what is left.
        fn talk(&mut self, frames: usize, far: f32, raised: f32, near: f32, street: f32) -> (f32, f32) {
            let (mut echoes, mut left, mut passed, mut lost) = (0.0, 0.0, 0.0, 0.0);
            for n in 0..frames {
                // Ten syllables in three seconds.
                let syllable = if n % 15 < 11 { 1.0 } else { 0.1 };
                let line = self.noise(far * syllable);
                let sounded = line.map(|s| s * raised);
                self.canceller.spoken((far > 0.0).then_some(&sounded), power(&line));
                let own = self.noise(near * if n % 13 < 9 { 1.0 } else { 0.1 });
                let from = self.spoken.len();
                self.spoken.extend(sounded);
                let echo: [f32; FRAME] =
                    std::array::from_fn(|i| self.way.iter().map(|(by, gain)| gain * self.spoken[from + i - by]).sum());
                let around = self.noise(street);
                let mut mic: [f32; FRAME] = std::array::from_fn(|i| echo[i] + own[i] + around[i]);
                self.canceller.heard(power(&around), &mut mic);
                // What is coherent with each.
                let with = |what: &[f32; FRAME]| what.iter().zip(&mic).map(|(a, b)| a * b).sum::<f32>();
                echoes += power(&echo);
                left += with(&echo) / FRAME as f32;
                passed += power(&own);
                lost += with(&own) / FRAME as f32;
            }
            let fainter =
                |whole: f32, rest: f32| if whole > 0.0 { 20.0 * (whole / rest.abs().max(1e-9 * whole)).log10() } else { 0.0 };
            (fainter(echoes, left), fainter(passed, lost))
        }
    }

    #[test]
    fn an_echo_is_taken_away_within_a_second_and_stays_away_whoever_speaks() {
        let mut room = Room::new();
        room.talk(50, 0.1, 1.0, 0.0, 0.0003);
        let alone = room.talk(50, 0.1, 1.0, 0.0, 0.0003).0;
        assert!(alone > 25.0, "{alone}");
        let (_, near) = room.talk(150, 0.1, 1.0, 0.1, 0.0003);
        assert!(near.abs() < 0.5, "{near}: both speak");
        let after = room.talk(10, 0.1, 1.0, 0.0, 0.0003).0;
        assert!(after > 25.0, "{after}: it has learnt nothing wrong");
    }

    /// A-law knows no zero, and some lines carry a breath of noise so that they are not taken for dead.
    #[test]
    fn only_the_far_ends_words_are_waited_for() {
        let mut room = Room::new();
        room.talk(10, 0.000_5, 25.0, 0.0, 0.05);
        assert!(!room.canceller.is_expected());
        room.talk(1, 0.02, 25.0, 0.0, 0.05);
        assert!(room.canceller.is_expected());
    }

    #[test]
    fn a_voice_alone_is_left_as_it_is() {
        let mut room = Room::new();
        assert_eq!(room.talk(100, 0.0, 1.0, 0.1, 0.0).1, 0.0);
    }

    #[test]
    fn in_a_loud_street_an_echo_is_gone_and_a_voice_just_above_the_street_is_not() {
        let mut room = Room::new();
        room.talk(100, 0.06, 8.0, 0.0, 0.05);
        let alone = room.talk(200, 0.06, 8.0, 0.0, 0.05).0;
        assert!(alone > 35.0, "{alone}");
        let (_, near) = room.talk(200, 0.06, 8.0, 0.07, 0.05);
        assert!(near < 1.5, "{near}");
    }

    #[test]
    fn a_way_that_changes_is_learnt_anew() {
        let mut room = Room::new();
        room.talk(500, 0.1, 1.0, 0.0, 0.0003);
        room.way = vec![(25, -0.05), (150, 0.01)];
        room.talk(300, 0.1, 1.0, 0.0, 0.0003);
        let found = room.talk(50, 0.1, 1.0, 0.0, 0.0003).0;
        assert!(found > 15.0, "{found}");
    }
}
