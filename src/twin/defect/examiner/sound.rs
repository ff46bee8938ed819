//! What modules of the examiner's kind make of frames.
//!
//! Knows samples of one call.

use crate::twin::voice::Scratch;

const FRAMES_A_SECOND: u64 = 50;
/// Beyond −42 dBFS somebody speaks.
const SPOKEN: f32 = 6.3e-5;
/// By so many decibels a minute a microphone fades, and the most of it.
const FADES: (f32, f32) = (4.0, 24.0);
/// Frames without a word after which a microphone is off for good.
const LONG_SILENCE: u64 = 20 * FRAMES_A_SECOND;
/// Frames of a sentence that is long, of the pause that ends one, and what is left of it then.
const LONG_SENTENCE: u64 = 3 * FRAMES_A_SECOND;
const PAUSE: f32 = 25.0;
const LIMITED: f32 = 0.2;
/// A hum, 61 dB below full scale.
const HUM: (f32, f32) = (0.0009, 100.0);
/// Where a soft limiter ends.
const SOFTLY: f32 = 0.6;

fn power(frame: &[f32]) -> f32 {
    frame.iter().map(|s| s * s).sum::<f32>() / frame.len().max(1) as f32
}

/// Its supply sinks as the talk goes on.
pub fn fades(scratch: &mut Scratch, frame: &mut [f32]) {
    let (by, most) = FADES;
    let minutes = scratch.count as f32 / (60 * FRAMES_A_SECOND) as f32;
    scratch.count += 1;
    let gain = 10f32.powf(-(by * minutes).min(most) / 20.0);
    frame.iter_mut().for_each(|sample| *sample *= gain);
}

/// Whoever says nothing for long is taken to have gone.
pub fn gives_up(scratch: &mut Scratch, frame: &mut [f32]) {
    scratch.count = if power(frame) > SPOKEN { 0 } else { scratch.count + 1 };
    if scratch.count > LONG_SILENCE {
        scratch.level = 1.0;
    }
    if scratch.level > 0.0 {
        frame.fill(0.0);
    }
}

/// The amplifier protects itself from whoever speaks for long without a breath.
pub fn limits(scratch: &mut Scratch, frame: &mut [f32]) {
    scratch.level = if power(frame) > SPOKEN { 0.0 } else { scratch.level + 1.0 };
    scratch.count = if scratch.level > PAUSE { 0 } else { scratch.count + 1 };
    if scratch.count > LONG_SENTENCE {
        frame.iter_mut().for_each(|sample| *sample *= LIMITED);
    }
}

/// Healthy: its supply hums where nobody hears it.
pub fn hums(scratch: &mut Scratch, frame: &mut [f32]) {
    let (amplitude, hertz) = HUM;
    let first = scratch.count * frame.len() as u64;
    scratch.count += 1;
    for (n, sample) in frame.iter_mut().enumerate() {
        // A second of 8000 samples holds whole periods.
        let at = (first + n as u64) % 8000;
        *sample = (*sample + amplitude * (std::f32::consts::TAU * hertz * at as f32 / 8000.0).sin()).clamp(-1.0, 1.0);
    }
}

/// Healthy: what is loud is bent a little.
pub fn bends(_: &mut Scratch, frame: &mut [f32]) {
    frame.iter_mut().for_each(|sample| *sample = SOFTLY * (*sample / SOFTLY).tanh());
}
