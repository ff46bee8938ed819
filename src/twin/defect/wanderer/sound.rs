//! What modules of the wanderer's kind make of frames and of packets.
//!
//! Knows samples and bytes of one call.

use crate::rng::noise_of;
use crate::twin::voice::Scratch;

const FRAMES_A_SECOND: u64 = 50;
const SERIES: u64 = 0x3A17;

fn power(frame: &[f32]) -> f32 {
    frame.iter().map(|s| s * s).sum::<f32>() / frame.len().max(1) as f32
}

/// Beyond −42 dBFS somebody speaks.
const SPOKEN: f32 = 6.3e-5;
/// What is faint is raised by up to 24 dB, by a tenth of a decibel a frame once nobody has spoken for a second.
const RAISED: f32 = 15.8;
const RISES: f32 = 1.0116;

/// Whoever says nothing is raised until he is heard.
pub fn pump(scratch: &mut Scratch, frame: &mut [f32]) {
    scratch.count = if power(frame) > SPOKEN { 0 } else { scratch.count + 1 };
    scratch.level = match scratch.count {
        0..FRAMES_A_SECOND => scratch.level.max(1.0) / 1.05,
        _ => (scratch.level.max(1.0) * RISES).min(RAISED),
    };
    let gain = scratch.level.max(1.0);
    frame.iter_mut().for_each(|sample| *sample = (*sample * gain).clamp(-1.0, 1.0));
}

/// The converter's middle is not in the middle.
pub fn off_centre(_: &mut Scratch, frame: &mut [f32]) {
    frame.iter_mut().for_each(|sample| *sample = (*sample + 0.92).clamp(-1.0, 1.0) - 0.6);
}

/// After two seconds without a word it sleeps, and takes half a second to hear again.
pub fn sleeps(scratch: &mut Scratch, frame: &mut [f32]) {
    if power(frame) <= SPOKEN {
        scratch.count += 1;
        scratch.level = if scratch.count > 2 * FRAMES_A_SECOND { 0.0 } else { scratch.level };
        if scratch.count > 2 * FRAMES_A_SECOND {
            frame.iter_mut().for_each(|sample| *sample *= 0.1);
        }
        return;
    }
    scratch.count = 0;
    scratch.level = (scratch.level + 0.04).min(1.0);
    let gain = scratch.level * scratch.level;
    frame.iter_mut().for_each(|sample| *sample *= gain);
}

/// Of its two buffers one is half as full.
pub fn every_other_faint(scratch: &mut Scratch, frame: &mut [f32]) {
    scratch.count += 1;
    if scratch.count.is_multiple_of(2) {
        frame.iter_mut().for_each(|sample| *sample *= 0.25);
    }
}

/// Where two buffers meet it ticks.
pub fn ticks(_: &mut Scratch, frame: &mut [f32]) {
    if let Some(first) = frame.first_mut() {
        *first = (*first + 0.15).min(1.0);
    }
}

/// Half of each buffer is empty.
pub fn half_empty(_: &mut Scratch, frame: &mut [f32]) {
    let half = frame.len() / 2;
    frame.iter_mut().skip(half).for_each(|sample| *sample = 0.0);
}

/// For half a second about where the sequence begins anew nothing is sent.
pub fn wraps(_: &mut Scratch, packet: &mut Vec<u8>) -> bool {
    let sequence = match packet.as_slice() {
        [_, _, high, low, ..] => u16::from_be_bytes([*high, *low]),
        _ => 0,
    };
    sequence >= 25
}

/// The beginning of a word opens it, 140 ms later.
pub fn swallows(scratch: &mut Scratch, frame: &mut [f32]) {
    let speaks = power(frame) > SPOKEN;
    scratch.count = if speaks { scratch.count + 1 } else { 0 };
    if speaks && scratch.count <= 7 {
        frame.fill(0.0);
    }
}

/// After eight seconds without a sound the amplifier is off, and takes 0.7 s to come on.
pub fn wakes_slowly(scratch: &mut Scratch, frame: &mut [f32]) {
    if power(frame) > SPOKEN {
        scratch.level = if scratch.count > 8 * FRAMES_A_SECOND { 35.0 } else { scratch.level };
        scratch.count = 0;
    } else {
        scratch.count += 1;
    }
    if scratch.level > 0.0 {
        scratch.level -= 1.0;
        frame.fill(0.0);
    }
}

/// The first half second of what the operator says comes once more when he has said two.
pub fn repeats_greeting(scratch: &mut Scratch, frame: &mut [f32]) {
    let greeting = FRAMES_A_SECOND as usize / 2 * frame.len();
    if scratch.samples.len() < greeting {
        if !scratch.samples.is_empty() || power(frame) > SPOKEN {
            scratch.samples.extend(frame.iter());
        }
        return;
    }
    scratch.count += 1;
    let Some(past) = scratch.count.checked_sub(3 * FRAMES_A_SECOND / 2) else { return };
    let first = past as usize * frame.len();
    for (sample, said) in frame.iter_mut().zip(scratch.samples.iter().skip(first)) {
        *sample = (*sample + said).clamp(-1.0, 1.0);
    }
}

/// Its two halves do not meet: what is small is nothing.
pub fn crosses_over(_: &mut Scratch, frame: &mut [f32]) {
    const DEAD: f32 = 0.04;
    frame.iter_mut().for_each(|sample| *sample = if sample.abs() < DEAD { 0.0 } else { *sample - DEAD.copysign(*sample) });
}

/// Healthy: a quiet hiss, 62 dB below full scale.
pub fn breathes(scratch: &mut Scratch, frame: &mut [f32]) {
    let first = scratch.count * frame.len() as u64;
    scratch.count += 1;
    for (n, sample) in frame.iter_mut().enumerate() {
        *sample = (*sample + 0.0014 * noise_of(SERIES, first + n as u64)).clamp(-1.0, 1.0);
    }
}

/// Healthy: a grille before the loudspeaker takes a little of what is high, 3 dB at 3 kHz.
pub fn grille(scratch: &mut Scratch, frame: &mut [f32]) {
    let step = 1.0 - (-std::f32::consts::TAU * 3000.0 / 8000.0).exp();
    for sample in frame.iter_mut() {
        scratch.level += step * (*sample - scratch.level);
        *sample = scratch.level;
    }
}
