//! What a defect does to the sound of one direction, frame by frame: level, holes, tones, delay. Nothing in a healthy
//! module.
//!
//! Knows samples and the age of the call, nothing of packets on their way or of the other direction.

use super::FRAME;
use std::collections::VecDeque;
use std::f64::consts::TAU;
use std::time::Duration;

/// Nothing is delayed by more samples than this (two seconds).
const LONGEST_DELAY: usize = 16_000;

/// All that may be wrong with one direction. The default is nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Damage {
    /// Amplitudes beyond this are cut off, before the gain.
    pub clips_at: Option<f32>,
    /// Louder by so many dB; what is then beyond full scale is cut off.
    pub gain_db: f64,
    /// Silent for so long after the answer.
    pub late: Duration,
    /// Silent from so long after the answer on.
    pub dies_after: Option<Duration>,
    /// Silent again and again.
    pub holes: Option<Pulse>,
    /// Nothing much above so many hertz.
    pub dull_above: Option<f64>,
    /// Sounds that nobody made.
    pub tone: Option<Tone>,
    /// Of every so many packets the last is lost; 0 none.
    pub loses_every: u32,
    /// Frames whose effective value is smaller are silenced.
    pub gated_below: Option<f32>,
    /// Again and again fainter, by so many dB.
    pub sags: Option<(Pulse, f64)>,
    /// Nothing much around so many hertz, for about an octave.
    pub notched_at: Option<f64>,
    /// Again and again a crackle of this amplitude.
    pub crackles: Option<(Pulse, f32)>,
}

/// Something that comes again and again: how often, and for how long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pulse {
    pub every: Duration,
    pub length: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tone {
    pub hertz: f64,
    /// Relative to full scale, in dB.
    pub level: f64,
    pub pulse: Pulse,
}

/// A voice that comes back: how much later and how much louder, in dB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Return {
    pub delay: Duration,
    pub gain_db: f64,
}

impl Pulse {
    pub const ALWAYS: Pulse = Pulse { every: Duration::from_secs(1), length: Duration::from_secs(1) };

    fn is_on(self, age: f64) -> bool {
        // A microsecond more, for a frame that begins with the pulse's end by all but its rounding.
        (age.max(0.0) + 1e-6) % self.every.as_secs_f64() < self.length.as_secs_f64()
    }
}

/// The damage of one call's direction.
pub struct Spoiler {
    damage: Damage,
    sound: bool,
    gain: f32,
    samples: u64,
    packets: u32,
    dull: f32,
    notches: [Notch; 3],
}

/// Takes out what is around one frequency: a filter of second order, as wide as an octave.
#[derive(Clone, Copy, Default)]
struct Notch {
    inputs: [f64; 2],
    outputs: [f64; 2],
}

impl Notch {
    fn pass(&mut self, hertz: f64, sample: f32) -> f32 {
        let turn = TAU * hertz / super::RATE;
        let (cosine, width) = (2.0 * turn.cos(), turn.sin() / (2.0 * std::f64::consts::SQRT_2));
        let (x, [x1, x2], [y1, y2]) = (f64::from(sample), self.inputs, self.outputs);
        let y = (x - cosine * x1 + x2 + cosine * y1 - (1.0 - width) * y2) / (1.0 + width);
        (self.inputs, self.outputs) = ([x, x1], [y, y1]);
        y as f32
    }
}

impl Spoiler {
    pub fn new(damage: &Damage) -> Self {
        let gain = super::amplitude(damage.gain_db);
        let sound = Damage { loses_every: 0, ..damage.clone() } != Damage::default();
        Spoiler { damage: damage.clone(), sound, gain, samples: 0, packets: 0, dull: 0.0, notches: Default::default() }
    }
    /// Spoils a frame, `age` seconds after the answer, that is to be heard or not; whether it then is.
    pub fn spoil(&mut self, age: f64, audible: bool, frame: &mut [f32]) -> bool {
        if !self.sound {
            return audible;
        }
        let first = self.samples;
        self.samples += frame.len() as u64;
        let power = frame.iter().map(|s| s * s).sum::<f32>() / frame.len().max(1) as f32;
        let is_gated = self.damage.gated_below.is_some_and(|least| power.sqrt() < least);
        let mut audible = audible && !self.is_silent(age) && !is_gated;
        if !audible {
            frame.fill(0.0);
        }
        for sample in frame.iter_mut() {
            let most = self.damage.clips_at.unwrap_or(1.0);
            *sample = (sample.clamp(-most, most) * self.gain).clamp(-1.0, 1.0);
        }
        if let Some((_, fainter)) = self.damage.sags.filter(|(pulse, _)| pulse.is_on(age)) {
            let gain = super::amplitude(-fainter);
            frame.iter_mut().for_each(|sample| *sample *= gain);
        }
        if let Some(hertz) = self.damage.dull_above {
            self.muffle(hertz, frame);
        }
        if let Some(hertz) = self.damage.notched_at {
            for notch in &mut self.notches {
                frame.iter_mut().for_each(|sample| *sample = notch.pass(hertz, *sample));
            }
        }
        audible |= self.crackle(age, frame);
        if let Some(tone) = self.damage.tone.filter(|tone| tone.pulse.is_on(age)) {
            audible = true;
            let level = super::amplitude(tone.level);
            for (n, sample) in frame.iter_mut().enumerate() {
                let turns = tone.hertz * (first + n as u64) as f64 / super::RATE;
                *sample = (*sample + level * (TAU * turns.fract()).sin() as f32).clamp(-1.0, 1.0);
            }
        }
        audible
    }
    fn is_silent(&self, age: f64) -> bool {
        age < self.damage.late.as_secs_f64()
            || self.damage.dies_after.is_some_and(|limit| age >= limit.as_secs_f64())
            || self.damage.holes.is_some_and(|holes| holes.is_on(age))
    }
    /// Sample by sample up and down, each time another way; whether it did.
    fn crackle(&self, age: f64, frame: &mut [f32]) -> bool {
        let Some((pulse, amplitude)) = self.damage.crackles else { return false };
        let mut crackled = false;
        for (n, sample) in frame.iter_mut().enumerate() {
            let at = age + n as f64 / super::RATE;
            if pulse.is_on(at) {
                let sign = if (n * n / 3 + n).is_multiple_of(2) { amplitude } else { -amplitude };
                *sample = (*sample + sign).clamp(-1.0, 1.0);
                crackled = true;
            }
        }
        crackled
    }
    /// One pole: 6 dB an octave.
    fn muffle(&mut self, hertz: f64, frame: &mut [f32]) {
        let step = (1.0 - (-TAU * hertz / super::RATE).exp()) as f32;
        for sample in frame.iter_mut() {
            self.dull += step * (*sample - self.dull);
            *sample = self.dull;
        }
    }
    /// Counts a packet; `true`: it is lost.
    pub fn loses_packet(&mut self) -> bool {
        self.packets = self.packets.wrapping_add(1);
        self.damage.loses_every > 0 && self.packets.is_multiple_of(self.damage.loses_every)
    }
}

/// Sound that waits.
#[derive(Default)]
pub struct DelayLine(VecDeque<f32>);

impl DelayLine {
    /// Takes a frame; gives the one of so many samples ago in its place.
    pub fn pass(&mut self, frame: &mut [f32], samples: usize) {
        self.0.extend(frame.iter());
        while self.0.len() > LONGEST_DELAY + FRAME {
            self.0.pop_front();
        }
        let first = self.0.len().checked_sub(frame.len() + samples.min(LONGEST_DELAY));
        for (n, sample) in frame.iter_mut().enumerate() {
            *sample = first.and_then(|first| self.0.get(first + n)).copied().unwrap_or(0.0);
        }
    }
}

/// Silence that is not sent: a packet goes out only while somebody speaks, and a little longer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suppression {
    /// So much of every beginning is lost. Nothing, if it is done well.
    pub onset: Duration,
}

/// Quieter than −50 dBFS nobody speaks.
const SPEECH: f32 = 1e-5;
/// After speech packets go on for so many frames.
const HANGOVER: u32 = 15;

#[derive(Default)]
pub struct Gate {
    /// Frames of sound in a row, and of silence.
    loud: u32,
    quiet: u32,
    open: bool,
}

impl Gate {
    /// Whether this frame's packet is to be sent.
    pub fn passes(&mut self, suppression: Suppression, frame: &[f32]) -> bool {
        let power = frame.iter().map(|s| s * s).sum::<f32>() / frame.len().max(1) as f32;
        if power > SPEECH {
            (self.loud, self.quiet) = (self.loud + 1, 0);
        } else {
            self.quiet += 1;
            if self.quiet > 2 {
                self.loud = 0;
            }
        }
        let onset = (suppression.onset.as_secs_f64() / 0.020) as u32;
        self.open = if self.open { self.quiet <= HANGOVER } else { self.loud > onset };
        self.open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sound left of one second at amplitude 0.1, and whether each frame is to be heard.
    fn check(damage: Damage) -> (Vec<f32>, Vec<bool>) {
        let mut spoiler = Spoiler::new(&damage);
        let mut sound = Vec::new();
        let heard = (0..50).map(|n| {
            let mut frame = [0.1; FRAME];
            let audible = spoiler.spoil(f64::from(n) * 0.020, true, &mut frame);
            sound.extend(frame);
            audible
        });
        let heard = heard.collect();
        (sound, heard)
    }

    #[test]
    fn each_damage_does_what_it_says() {
        let silent = |heard: &[bool]| heard.iter().filter(|h| !**h).count();
        assert_eq!(check(Damage::default()), (vec![0.1; 8000], vec![true; 50]));
        let (sound, _) = check(Damage { gain_db: -20.0, ..Damage::default() });
        assert!(sound.iter().all(|s| (s - 0.01).abs() < 1e-6));
        let (sound, _) = check(Damage { gain_db: 40.0, ..Damage::default() });
        assert!(sound.iter().all(|s| *s == 1.0));
        let (sound, _) = check(Damage { clips_at: Some(0.03), ..Damage::default() });
        assert!(sound.iter().all(|s| *s == 0.03));
        let (_, heard) = check(Damage { late: Duration::from_millis(300), ..Damage::default() });
        assert_eq!((silent(&heard), heard[14], heard[15]), (15, false, true));
        let (_, heard) = check(Damage { dies_after: Some(Duration::from_millis(500)), ..Damage::default() });
        assert_eq!((silent(&heard), heard[24]), (25, true));
        let pulse = Pulse { every: Duration::from_millis(500), length: Duration::from_millis(100) };
        let (_, heard) = check(Damage { holes: Some(pulse), ..Damage::default() });
        assert_eq!(silent(&heard), 10);
        let tone = Tone { hertz: 1000.0, level: -20.0, pulse };
        let (sound, _) = check(Damage { tone: Some(tone), ..Damage::default() });
        assert!((sound[2] - 0.2).abs() < 1e-3 && sound[2000] == 0.1, "{} {}", sound[2], sound[2000]);
        let mut spoiler = Spoiler::new(&Damage { loses_every: 2, ..Damage::default() });
        assert_eq!([0; 4].map(|_| spoiler.loses_packet()), [false, true, false, true]);
    }

    #[test]
    fn what_is_gated_sags_or_crackles_does_so_in_its_time() {
        let pulse = Pulse { every: Duration::from_millis(500), length: Duration::from_millis(100) };
        let (_, heard) = check(Damage { gated_below: Some(0.2), ..Damage::default() });
        assert!(heard.iter().all(|heard| !heard));
        let (sound, _) = check(Damage { sags: Some((pulse, 20.0)), ..Damage::default() });
        assert!((sound[0] - 0.01).abs() < 1e-6 && sound[2000] == 0.1);
        let (sound, _) = check(Damage { crackles: Some((pulse, 0.05)), ..Damage::default() });
        assert!((sound[0] - 0.1).abs() > 0.049 && sound[2000] == 0.1);
    }

    #[test]
    fn a_notch_takes_its_octave_and_leaves_the_rest() {
        let left = |hertz: f64| {
            let mut spoiler = Spoiler::new(&Damage { notched_at: Some(1414.0), ..Damage::default() });
            let mut sound: Vec<f32> = (0..8000).map(|n| (TAU * hertz * f64::from(n) / super::super::RATE).sin() as f32).collect();
            spoiler.spoil(0.0, true, &mut sound);
            sound[4000..].iter().fold(0.0f32, |most, x| most.max(x.abs()))
        };
        assert!(left(1414.0) < 0.01 && left(400.0) > 0.8 && left(3300.0) > 0.8, "{} {}", left(400.0), left(3300.0));
    }

    #[test]
    fn a_tone_is_heard_in_silence() {
        let tone = Tone { hertz: 425.0, level: -20.0, pulse: Pulse::ALWAYS };
        let mut spoiler = Spoiler::new(&Damage { tone: Some(tone), ..Damage::default() });
        let mut frame = [9.0; FRAME];
        assert!(spoiler.spoil(5.0, false, &mut frame));
        assert!(frame.iter().all(|s| s.abs() <= 0.1) && frame.iter().any(|s| *s > 0.09));
    }

    #[test]
    fn a_delay_line_delays() {
        let mut line = DelayLine::default();
        let mut heard = Vec::new();
        for n in 0..4 {
            let mut frame: [f32; FRAME] = std::array::from_fn(|i| (n * FRAME + i) as f32);
            line.pass(&mut frame, 200);
            heard.extend(frame);
        }
        assert_eq!((heard[..320].iter().sum::<f32>(), heard[320], heard[639]), (0.0, 120.0, 439.0));
    }

    #[test]
    fn a_gate_passes_words_whole_or_late() {
        let passed = |onset: u64| {
            let (mut gate, suppression) = (Gate::default(), Suppression { onset: Duration::from_millis(onset) });
            let frames = (0..100).map(|n| [if (20..60).contains(&n) { 0.1 } else { 0.0 }; FRAME]);
            frames.map(|frame| gate.passes(suppression, &frame)).collect::<Vec<_>>()
        };
        let (whole, late) = (passed(0), passed(200));
        assert_eq!((whole.iter().position(|p| *p), whole.iter().rposition(|p| *p)), (Some(20), Some(74)));
        assert_eq!(late.iter().position(|p| *p), Some(30));
    }
}
