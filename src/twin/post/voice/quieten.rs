//! The noise suppressor of a good hands-free module: what goes on and on at one level is the street, and is turned
//! down; what swells and sinks passes.
//!
//! Knows frames of samples, nothing of calls or time.

/// The faintest frame of so many is the noise (1.5 s): no speaker holds a vowel for longer.
const WINDOW: usize = 75;
/// Noise is turned down by so much at most, 15 dB.
const LEAST_GAIN: f32 = 0.178;
/// The noise is taken for twice what was measured, 3 dB: a least value of many lies below the mean.
const BIAS: f32 = 2.0;
/// How much of the way to its new gain a frame goes: back for a voice at once, away from it slowly.
const OPENS: f32 = 1.0;
const CLOSES: f32 = 0.2;

pub struct Quieter {
    powers: [f32; WINDOW],
    next: usize,
    gain: f32,
}

impl Default for Quieter {
    fn default() -> Self {
        Quieter { powers: [0.0; WINDOW], next: 0, gain: 1.0 }
    }
}

impl Quieter {
    pub fn pass(&mut self, frame: &mut [f32]) {
        let power = frame.iter().map(|s| s * s).sum::<f32>() / frame.len().max(1) as f32;
        self.powers[self.next] = power;
        self.next = (self.next + 1) % WINDOW;
        let noise = BIAS * self.powers.iter().fold(f32::INFINITY, |least, p| least.min(*p));
        let wanted = if power > 0.0 { (1.0 - noise / power).max(0.0).sqrt().max(LEAST_GAIN) } else { 1.0 };
        let share = if wanted > self.gain { OPENS } else { CLOSES };
        let end = self.gain + share * (wanted - self.gain);
        // A ramp over the frame: a step would click.
        let step = (end - self.gain) / frame.len().max(1) as f32;
        for sample in frame.iter_mut() {
            self.gain += step;
            *sample *= self.gain;
        }
        self.gain = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use crate::twin::post::voice::FRAME;

    /// How much fainter, in dB, the fourth second of noise is whose level is `level` at a frame.
    fn attenuation(level: impl Fn(usize) -> f32) -> f32 {
        let (mut quieter, mut random) = (Quieter::default(), Rng::seeded(5));
        let (mut before, mut after) = (0.0, 0.0);
        for n in 0..200 {
            let mut frame: [f32; FRAME] = std::array::from_fn(|_| level(n) * (random.unit() as f32 * 2.0 - 1.0));
            let power = |frame: &[f32]| frame.iter().map(|s| s * s).sum::<f32>();
            before += if n >= 150 { power(&frame) } else { 0.0 };
            quieter.pass(&mut frame);
            after += if n >= 150 { power(&frame) } else { 0.0 };
        }
        10.0 * (before / after).log10()
    }

    #[test]
    fn a_street_is_turned_down_and_a_voice_is_not() {
        assert!(attenuation(|_| 0.1) > 12.0);
        assert!(attenuation(|n| if (n / 6) % 2 == 0 { 0.1 } else { 0.02 }) < 1.0);
    }
}
