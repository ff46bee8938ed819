//! What healthy modules of other makers make of their packets and their frames.
//!
//! Knows bytes and samples of one call.

use crate::twin::voice::Scratch;
use std::f64::consts::TAU;

const HEADER: usize = 12;

/// RFC 8285 and RFC 6464: how loud the packet is, in a header extension of one word.
pub fn extended(_: &mut Scratch, packet: &mut Vec<u8>) -> bool {
    let payload = packet.split_off(HEADER.min(packet.len()));
    if let Some(first) = packet.first_mut() {
        *first |= 0x10;
    }
    packet.extend([0xBE, 0xDE, 0, 1, 0x10, 0x9A, 0, 0]);
    packet.extend(payload);
    true
}
/// A small horn gives nothing deep: 6 dB an octave below 300 Hz.
pub fn horn(scratch: &mut Scratch, frame: &mut [f32]) {
    for sample in frame.iter_mut() {
        scratch.level += 0.21 * (*sample - scratch.level);
        *sample -= scratch.level;
    }
}
/// A section of second order, each sample through it: `b` forward, `a` back, the first of `a` being 1. Remembers its
/// state in `scratch`.
fn section(scratch: &mut Scratch, b: [f64; 3], a: [f64; 2], frame: &mut [f32]) {
    scratch.samples.resize(2, 0.0);
    let (mut one, mut two) = (f64::from(scratch.samples[0]), f64::from(scratch.samples[1]));
    for sample in frame.iter_mut() {
        let x = f64::from(*sample);
        let y = b[0] * x + one;
        (one, two) = (b[1] * x - a[0] * y + two, b[2] * x - a[1] * y);
        *sample = y.clamp(-1.0, 1.0) as f32;
    }
    (scratch.samples[0], scratch.samples[1]) = (one as f32, two as f32);
}
/// The crossover of a loudspeaker or of a filter bank: every level stays, and around 900 Hz the phase turns once.
pub fn turns_phase(scratch: &mut Scratch, frame: &mut [f32]) {
    let turn = TAU * 900.0 / 8000.0;
    let alpha = turn.sin() / (2.0 * 0.9);
    let all = 1.0 + alpha;
    let (middle, last) = (-2.0 * turn.cos() / all, (1.0 - alpha) / all);
    section(scratch, [last, middle, 1.0], [middle, last], frame);
}
/// A horn is loudest where it resonates: 6 dB more around 1300 Hz.
pub fn resonant(scratch: &mut Scratch, frame: &mut [f32]) {
    let turn = TAU * 1300.0 / 8000.0;
    let (alpha, amplitude) = (turn.sin() / (2.0 * 1.4), 10f64.powf(6.0 / 40.0));
    let all = 1.0 + alpha / amplitude;
    let (middle, last) = (-2.0 * turn.cos() / all, (1.0 - alpha / amplitude) / all);
    let forward = [(1.0 + alpha * amplitude) / all, middle, (1.0 - alpha * amplitude) / all];
    section(scratch, forward, [middle, last], frame);
}
/// A small loudspeaker bends what it is given: 4 % of harmonics at half of full scale.
pub fn bends(_: &mut Scratch, frame: &mut [f32]) {
    frame.iter_mut().for_each(|sample| *sample -= 0.7 * sample.powi(3));
}
/// A level control that takes half a minute: whoever speaks faintly becomes 3 dB louder, whoever speaks loudly 3 dB
/// fainter.
pub fn levelled(scratch: &mut Scratch, frame: &mut [f32]) {
    let power = frame.iter().map(|s| s * s).sum::<f32>() / frame.len().max(1) as f32;
    // `level` is the gain in dB. Silence changes nothing.
    let step = match power {
        p if p < 1e-5 => 0.0,
        p if p < 2e-3 => 0.002,
        _ => -0.002,
    };
    scratch.level = (scratch.level + step).clamp(-3.0, 3.0);
    let gain = 10f32.powf(scratch.level / 20.0);
    frame.iter_mut().for_each(|sample| *sample = (*sample * gain).clamp(-1.0, 1.0));
}
