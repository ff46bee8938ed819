//! The echo canceller of a cheap module: not a filter but a switch. While the loudspeaker speaks and the microphone hears no more
//! than the loudspeaker explains, the microphone is turned down; whoever speaks over it gets through.
//!
//! Knows frames of samples, nothing of calls or time.

use super::FRAME;

/// The loudspeaker's sound may linger in the air for so many frames (80 ms).
const TAIL: usize = 4;
/// Quieter than −60 dBFS the loudspeaker does not count as speaking.
const FAR_FLOOR: f32 = 1e-6;
/// Turned down by 46 dB.
const CLOSED: f32 = 0.005;
/// The microphone must be 6 dB above the expected echo to be somebody's own voice.
const MARGIN: f32 = 4.0;
/// And 2 dB above the street, which is steadier than any voice.
const STREET_MARGIN: f32 = 1.6;
/// In a loud street the softer syllables of a voice drown: once open it stays so for so many frames (240 ms).
const HANGOVER: u32 = 12;
/// Frames over which the least coupling is sought (1.5 s): speech has pauses, an echo has none.
const WINDOW: u32 = 75;
/// Assumed until measured, and never assumed to be more than.
const FIRST_COUPLING: f32 = 0.1;
const MOST_COUPLING: f32 = 0.25;

pub struct EchoSwitch {
    /// Mean square of the last frames spoken.
    far: [f32; TAIL],
    next: usize,
    /// Least power ratio from loudspeaker to microphone, in the window before and in this one.
    before: f32,
    current: f32,
    frames: u32,
    gain: f32,
    /// Frames for which it stays open.
    held: u32,
}

impl EchoSwitch {
    pub fn new() -> Self {
        EchoSwitch { far: [0.0; TAIL], next: 0, before: FIRST_COUPLING, current: f32::INFINITY, frames: 0, gain: 1.0, held: 0 }
    }
    /// A frame goes to the loudspeaker; `None`: silence.
    pub fn spoken(&mut self, frame: Option<&[f32; FRAME]>) {
        self.far[self.next] = frame.map_or(0.0, |f| power(f));
        self.next = (self.next + 1) % TAIL;
    }
    /// What the loudspeaker said may still be in the air.
    pub fn is_expected(&self) -> bool {
        self.far.iter().any(|power| *power > 0.0)
    }
    /// A frame comes from the microphone, in a street of which this much power is heard there.
    pub fn heard(&mut self, street: f32, frame: &mut [f32]) {
        let far = self.far.iter().fold(0.0f32, |a, b| a.max(*b));
        let wanted = if far > FAR_FLOOR { self.judge(power(frame), far, street) } else { 1.0 };
        if wanted == 1.0 && self.gain == 1.0 {
            return;
        }
        // A ramp over the frame: a step would click.
        let step = (wanted - self.gain) / frame.len() as f32;
        for sample in frame.iter_mut() {
            self.gain += step;
            *sample *= self.gain;
        }
        self.gain = wanted;
    }
    fn judge(&mut self, near: f32, far: f32, street: f32) -> f32 {
        let ratio = near / far;
        // Only while the loudspeaker speaks steadily: at its onsets and ends the two powers are not of the same sound.
        if self.far.iter().all(|p| *p > 0.25 * far) {
            self.current = self.current.min(ratio);
            self.frames += 1;
            if self.frames == WINDOW {
                self.before = std::mem::replace(&mut self.current, f32::INFINITY);
                self.frames = 0;
            }
        }
        let coupling = self.before.min(self.current).min(MOST_COUPLING);
        let is_voice = near > coupling * MARGIN * far + STREET_MARGIN * street;
        self.held = if is_voice && street > 0.0 { HANGOVER } else { self.held.saturating_sub(1) };
        if is_voice || self.held > 0 { 1.0 } else { CLOSED }
    }
}

fn power(frame: &[f32]) -> f32 {
    frame.iter().map(|s| s * s).sum::<f32>() / frame.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn noise(random: &mut Rng, amplitude: f32) -> [f32; FRAME] {
        std::array::from_fn(|_| amplitude * (random.unit() as f32 * 2.0 - 1.0))
    }
    /// Mean attenuation in dB of what the microphone hears over `frames`, echo at `echo` of the far end plus an own voice.
    fn attenuation(far: f32, echo: f32, near: f32) -> f32 {
        let (mut switch, mut random) = (EchoSwitch::new(), Rng::seeded(3));
        let (mut before, mut after) = (0.0, 0.0);
        for n in 0..300 {
            let spoken = noise(&mut random, far);
            switch.spoken((far > 0.0).then_some(&spoken));
            let own = noise(&mut random, near);
            let mut mic: [f32; FRAME] = std::array::from_fn(|i| spoken[i] * echo + own[i]);
            if n > 20 {
                before += power(&mic);
            }
            switch.heard(0.0, &mut mic);
            if n > 20 {
                after += power(&mic);
            }
        }
        10.0 * (before / after).log10()
    }

    #[test]
    fn echo_alone_is_turned_down_and_a_voice_is_not() {
        assert!(attenuation(0.3, 0.1, 0.0) > 40.0);
        assert_eq!(attenuation(0.0, 0.1, 0.1), 0.0);
        assert!(attenuation(0.3, 0.05, 0.4) < 0.5);
        assert!(attenuation(0.3, 0.4, 0.0) > 40.0, "a loud echo too");
    }
}
