//! The echo canceller of the module: a model of the way from the loudspeaker to the microphone, learnt while the far end speaks, whose echo is taken
//! off the microphone; what it leaves is turned down as far as it has to be while nobody speaks here.
//!
//! Knows frames of samples, nothing of calls or time. The model is an adaptive filter in partitions, in the frequency domain, each bin with a step of
//! its own that follows from how sure the model is and from what else the microphone hears (Enzner, Vary 2006; Kuech and others 2014): whoever speaks
//! at both ends at once stops it by that alone.

use super::FRAME;
use crate::dsp::fft::{Complex32, forward_single, inverse_single};

/// A frame and the one before it.
const WINDOW: usize = 2 * FRAME;
const BINS: usize = WINDOW / 2 + 1;
/// An echo is looked for over so many frames (80 ms).
const PARTITIONS: usize = 4;
/// Before anything is learnt the way is taken for this, a power, and for a tenth of it with each further partition.
const FIRST_COUPLING: f32 = 0.1;
const FADES: f32 = 0.1;
/// In a frame of the far end's speech the way may change by this share of itself.
const CHANGES: f32 = 1e-5;
/// What else is heard is remembered so far from frame to frame.
const MEMORY: f32 = 0.8;
/// Is there a part of the model left in what it leaves? Over so many frames, so much of it, and so surely: then the way has changed.
const LEAK_MEMORY: f32 = 0.975;
const LEAK: f32 = 0.3;
const COHERENCE: f32 = 0.05;
/// Quieter than −60 dBFS the loudspeaker does not count as speaking, and its sound may linger for so many frames.
const FAR_FLOOR: f32 = 1e-6;
const TAIL: usize = 4;
/// What is left of an echo is turned down until it is 50 dB below the far end's own level, but by no more than 24 dB.
const TARGET: f32 = 1e-5;
const LEAST_GAIN: f32 = 0.063;
/// Somebody speaks here who is 6 dB above what may be left of the echo and 1.3 dB above the noise, which is steadier than any voice.
const MARGIN: f32 = 4.0;
const NOISE_MARGIN: f32 = 1.35;
/// In a loud street the softer syllables of a voice drown: once heard he is taken to speak for so many frames (240 ms).
const HANGOVER: u32 = 12;

type Spectrum = [Complex32; BINS];
const NOTHING: Spectrum = [Complex32 { re: 0.0, im: 0.0 }; BINS];

/// A stretch of the way, its response spread over one frame's delay.
struct Partition {
    response: Spectrum,
    /// Mean square of the response's error.
    doubt: [f32; BINS],
}

pub struct EchoCanceller {
    /// The last frame spoken, and the levels of the last ones: of the loudspeaker, and of the line before it.
    before: [f32; FRAME],
    far: [f32; TAIL],
    line: [f32; TAIL],
    next: usize,
    /// What it said, the latest frame first, and what becomes of it.
    spoken: [Spectrum; PARTITIONS],
    partitions: [Partition; PARTITIONS],
    /// Whose response is next trimmed to the length of a frame.
    trimmed: usize,
    /// What the microphone hears besides the echo.
    others: [f32; BINS],
    /// Of model and remainder: their product, and the square of each.
    product: f32,
    modelled: f32,
    remaining: f32,
    gain: f32,
    /// Frames for which somebody is still taken to speak.
    held: u32,
}

impl EchoCanceller {
    pub fn new() -> Self {
        let mut coupling = FIRST_COUPLING;
        let partition = |_| {
            let doubt = [coupling; BINS];
            coupling *= FADES;
            Partition { response: NOTHING, doubt }
        };
        EchoCanceller {
            before: [0.0; FRAME],
            far: [0.0; TAIL],
            line: [0.0; TAIL],
            next: 0,
            spoken: [NOTHING; PARTITIONS],
            partitions: std::array::from_fn(partition),
            trimmed: 0,
            others: [0.0; BINS],
            product: 0.0,
            modelled: 0.0,
            remaining: 0.0,
            gain: 1.0,
            held: 0,
        }
    }
    /// A frame goes to the loudspeaker, of which the line carried this power; `None`: silence.
    pub fn spoken(&mut self, frame: Option<&[f32; FRAME]>, line: f32) {
        let silence = [0.0; FRAME];
        let frame = frame.unwrap_or(&silence);
        self.far[self.next] = power(frame);
        self.line[self.next] = line;
        self.next = (self.next + 1) % TAIL;
        let is_silent = frame.iter().chain(&self.before).all(|sample| *sample == 0.0);
        let window = self.before.iter().chain(frame).copied();
        self.spoken.rotate_right(1);
        self.spoken[0] = if is_silent { NOTHING } else { spectrum_of(window) };
        self.before = *frame;
    }
    /// What the loudspeaker said may still be in the air.
    pub fn is_expected(&self) -> bool {
        self.far.iter().any(|power| *power > 0.0)
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

    /// Takes the echo off, learns from what is left, and says how far that must be turned down.
    fn cancel(&mut self, noise: f32, frame: &mut [f32; FRAME]) -> f32 {
        let mut model = NOTHING;
        for (spoken, Partition { response, .. }) in self.spoken.iter().zip(&self.partitions) {
            model.iter_mut().zip(spoken.iter().zip(response)).for_each(|(sum, (x, w))| *sum += x * w);
        }
        let echo = inverse_single(model.to_vec(), WINDOW);
        let echo = echo.get(FRAME..).unwrap_or_default();
        frame.iter_mut().zip(echo).for_each(|(sample, echo)| *sample -= echo);
        let left = self.learn(frame);
        self.watch_for_changes(echo, frame);
        let heard = power(frame);
        let is_voice = heard > MARGIN * left + NOISE_MARGIN * noise;
        self.held = if is_voice { HANGOVER } else { self.held.saturating_sub(1) };
        let line = self.line.iter().fold(0.0f32, |a, b| a.max(*b));
        if self.held > 0 || left <= TARGET * line { 1.0 } else { (TARGET * line / left).sqrt().max(LEAST_GAIN) }
    }

    /// One step towards what would have left less; returns the power that may still be the echo's in this frame.
    fn learn(&mut self, remainder: &[f32; FRAME]) -> f32 {
        let error = spectrum_of(std::iter::repeat_n(0.0, FRAME).chain(remainder.iter().copied()));
        let mut expected = [0.0f32; BINS];
        for (spoken, Partition { doubt, .. }) in self.spoken.iter().zip(&self.partitions) {
            expected.iter_mut().zip(spoken.iter().zip(doubt)).for_each(|(sum, (x, p))| *sum += x.norm_sqr() * p);
        }
        for (others, error) in self.others.iter_mut().zip(&error) {
            let now = error.norm_sqr();
            *others = (MEMORY * *others + (1.0 - MEMORY) * now).max(now);
        }
        for (spoken, Partition { response, doubt }) in self.spoken.iter().zip(&mut self.partitions) {
            for k in 0..BINS {
                // The remainder fills half the window.
                let weight = expected[k] + 2.0 * self.others[k] + f32::MIN_POSITIVE;
                let step = doubt[k] / weight;
                response[k] += spoken[k].conj() * error[k] * step;
                doubt[k] *= 1.0 - 0.5 * step * spoken[k].norm_sqr();
                doubt[k] += CHANGES * response[k].norm_sqr();
            }
        }
        self.trim();
        power_of(&expected)
    }

    /// A response is no longer than its frame; one partition's turn.
    fn trim(&mut self) {
        self.trimmed = (self.trimmed + 1) % PARTITIONS;
        if let Some(partition) = self.partitions.get_mut(self.trimmed) {
            let response = inverse_single(partition.response.to_vec(), WINDOW);
            let trimmed = response.into_iter().take(FRAME).chain(std::iter::repeat_n(0.0, FRAME));
            partition.response = spectrum_of(trimmed);
        }
    }

    /// A way that has changed is learnt anew: the model then shows in what it leaves.
    fn watch_for_changes(&mut self, echo: &[f32], remainder: &[f32; FRAME]) {
        let product: f32 = echo.iter().zip(remainder).map(|(a, b)| a * b).sum();
        let smooth = |before: f32, now: f32| LEAK_MEMORY * before + (1.0 - LEAK_MEMORY) * now;
        self.product = smooth(self.product, product);
        self.modelled = smooth(self.modelled, echo.iter().map(|s| s * s).sum());
        self.remaining = smooth(self.remaining, remainder.iter().map(|s| s * s).sum());
        let leak = self.product / (self.modelled + f32::MIN_POSITIVE);
        let coherence = leak * self.product / (self.remaining + f32::MIN_POSITIVE);
        if leak.abs() > LEAK && coherence > COHERENCE {
            for Partition { response, doubt } in &mut self.partitions {
                doubt
                    .iter_mut()
                    .zip(response)
                    .for_each(|(doubt, response)| *doubt = doubt.max(leak * leak * response.norm_sqr()));
            }
        }
    }
}

fn spectrum_of(samples: impl Iterator<Item = f32>) -> Spectrum {
    let mut spectrum = NOTHING;
    spectrum.iter_mut().zip(forward_single(samples, WINDOW)).for_each(|(slot, bin)| *slot = bin);
    spectrum
}

/// Mean square of a window with these squared magnitudes.
fn power_of(squares: &[f32; BINS]) -> f32 {
    let ends = squares[0] + squares[BINS - 1];
    (2.0 * squares.iter().sum::<f32>() - ends) / (WINDOW * WINDOW) as f32
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
        /// So many frames of a far voice, raised by an amplifier, a near one and a street, each of this amplitude: by how many dB echo and near voice
        /// are fainter in what is left.
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

    #[test]
    fn a_voice_alone_is_left_as_it_is() {
        let mut room = Room::new();
        assert_eq!(room.talk(100, 0.0, 1.0, 0.1, 0.01).1, 0.0);
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
        room.talk(150, 0.1, 1.0, 0.0, 0.0003);
        let found = room.talk(50, 0.1, 1.0, 0.0, 0.0003).0;
        assert!(found > 20.0, "{found}");
    }
}
