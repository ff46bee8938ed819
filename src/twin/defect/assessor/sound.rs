//! What modules of the assessor's kind make of frames.
//!
//! Knows samples of one call.

use crate::twin::voice::Scratch;
use std::f32::consts::TAU;

const RATE: f32 = 8000.0;
/// Beyond −24 dBFS a word is loud; for so many frames after one the microphone gives a tenth.
const LOUD: f32 = 4e-3;
const DEAF_FOR: f32 = 75.0;
const DEAFENED: f32 = 0.1;
/// A delay that swings: its middle and its swing in samples, and how often.
const SWINGS: (f32, f32, f32) = (60.0, 48.0, 0.8);
/// Frames of an announcement, its amplitude and its pitch.
const ANNOUNCES_FOR: u64 = 150;
const ANNOUNCED: (f32, f32) = (0.2, 190.0);
/// Where a soft limiter ends.
const SOFTLY: f32 = 0.6;

fn power(frame: &[f32]) -> f32 {
    frame.iter().map(|s| s * s).sum::<f32>() / frame.len().max(1) as f32
}

/// The limiter takes its time to let go.
pub fn is_deafened(scratch: &mut Scratch, frame: &mut [f32]) {
    let is_loud = power(frame) > LOUD;
    if scratch.level > 0.0 {
        frame.iter_mut().for_each(|sample| *sample *= DEAFENED);
    }
    scratch.level = if is_loud { DEAF_FOR } else { (scratch.level - 1.0).max(0.0) };
}

/// Its clock is locked to something that swings.
pub fn wows(scratch: &mut Scratch, frame: &mut [f32]) {
    let (middle, swing, hertz) = SWINGS;
    let most = (middle + swing) as usize + 2;
    for sample in frame.iter_mut() {
        scratch.samples.push_front(*sample);
        scratch.samples.truncate(most);
        // Ten seconds hold whole swings.
        let turns = hertz * (scratch.count % (10.0 * RATE) as u64) as f32 / RATE;
        scratch.count += 1;
        let delay = middle + swing * (TAU * turns).sin();
        let at = |n: usize| scratch.samples.get(n).copied().unwrap_or(0.0);
        let (whole, part) = (delay as usize, delay.fract());
        *sample = at(whole) * (1.0 - part) + at(whole + 1) * part;
    }
}

/// A voice that was recorded says that help is coming, whoever speaks meanwhile.
pub fn announces(scratch: &mut Scratch, frame: &mut [f32]) {
    let (amplitude, pitch) = ANNOUNCED;
    let first = scratch.count * frame.len() as u64;
    scratch.count += 1;
    if scratch.count > ANNOUNCES_FOR {
        return;
    }
    for (n, sample) in frame.iter_mut().enumerate() {
        let at = (first + n as u64) as f32 / RATE;
        let syllable = (TAU * 4.0 * at).sin().max(0.0);
        let voice: f32 = [1.0f32, 3.0, 5.0, 9.0].iter().map(|k| (TAU * pitch * k * at).sin() / k.sqrt()).sum();
        *sample = (amplitude * syllable * voice).clamp(-1.0, 1.0);
    }
}

/// Healthy: what is loud is bent a little.
pub fn bends(_: &mut Scratch, frame: &mut [f32]) {
    frame.iter_mut().for_each(|sample| *sample = SOFTLY * (*sample / SOFTLY).tanh());
}
