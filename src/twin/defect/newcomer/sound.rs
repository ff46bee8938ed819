//! What careless modules make of their packets and their frames.
//!
//! Knows bytes and samples, of one call or of one after the other.

#![expect(clippy::ptr_arg, reason = "each has the type of a hook that may lengthen a packet as well")]

use crate::twin::voice::Scratch;

/// Samples of a frame.
const FRAME: usize = 160;
/// Quieter than −50 dBFS nobody speaks.
const SILENCE: f32 = 1e-5;

/// Which frame of the call this is, from 0.
fn turn(scratch: &mut Scratch) -> u64 {
    scratch.count += 1;
    scratch.count - 1
}
fn power(frame: &[f32]) -> f32 {
    frame.iter().map(|s| s * s).sum::<f32>() / frame.len().max(1) as f32
}

/// Nothing of a stream is left to chance (RFC 3550, 5.1): every call of every post of this make begins the same.
pub fn begins_alike(scratch: &mut Scratch, packet: &mut Vec<u8>) -> bool {
    let count = turn(scratch) as u32;
    packet[2..4].copy_from_slice(&(count as u16).to_be_bytes());
    packet[4..8].copy_from_slice(&(count * FRAME as u32).to_be_bytes());
    packet[8..12].copy_from_slice(&0x1234_5678_u32.to_be_bytes());
    true
}
/// The sequence number is kept in a byte.
pub fn counts_to_255(_: &mut Scratch, packet: &mut Vec<u8>) -> bool {
    packet[2] = 0;
    true
}
/// Of two buffers the second is always sent first: 1, 0, 3, 2, 5, 4.
pub fn disordered(scratch: &mut Scratch, packet: &mut Vec<u8>) -> bool {
    if turn(scratch).is_multiple_of(2) {
        std::mem::swap(packet, &mut scratch.bytes);
    }
    !packet.is_empty()
}

/// A second and a half of the last call's voices were never cleared: whoever is called next hears them first.
pub fn replays_last(scratch: &mut Scratch, frame: &mut [f32]) {
    if turn(scratch) == 0 {
        scratch.level = scratch.samples.len() as f32;
    }
    let spoken = (power(frame) > SILENCE).then(|| frame.to_vec());
    if scratch.level > 0.0 {
        scratch.level -= frame.len() as f32;
        for sample in frame.iter_mut() {
            *sample = (*sample + scratch.samples.pop_front().unwrap_or(0.0)).clamp(-1.0, 1.0);
        }
    }
    scratch.samples.extend(spoken.into_iter().flatten());
    while scratch.level <= 0.0 && scratch.samples.len() > 75 * FRAME {
        scratch.samples.pop_front();
    }
}
/// The volume is halved at each call and set right by power alone.
pub fn fainter_each_call(scratch: &mut Scratch, frame: &mut [f32]) {
    if turn(scratch) == 0 {
        scratch.level += 1.0;
    }
    let gain = 0.5f32.powf((scratch.level - 1.0).min(5.0));
    frame.iter_mut().for_each(|sample| *sample *= gain);
}
/// The amplifier is switched on with the codec's output at its rail: 0.6 s of all that it can give.
pub fn bangs(scratch: &mut Scratch, frame: &mut [f32]) {
    let turn = turn(scratch);
    if turn < 30 {
        let first = turn as usize * FRAME;
        frame
            .iter_mut()
            .enumerate()
            .for_each(|(n, sample)| *sample = if ((first + n) / 20).is_multiple_of(2) { 0.95 } else { -0.95 });
    }
}
/// Each buffer is read from its end.
pub fn backwards(_: &mut Scratch, frame: &mut [f32]) {
    frame.reverse();
}
/// The loudspeaker sits in a steel tube: every 87 ms it answers, 2 dB fainter each time.
pub fn reverberates(scratch: &mut Scratch, frame: &mut [f32]) {
    scratch.samples.resize(700, 0.0);
    for sample in frame.iter_mut() {
        let back = scratch.samples.pop_front().unwrap_or(0.0);
        *sample = (*sample + 0.8 * back).clamp(-1.0, 1.0);
        scratch.samples.push_back(*sample);
    }
}
