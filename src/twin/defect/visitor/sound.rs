//! What healthy modules of other makers make of their packets and their frames.
//!
//! Knows bytes and samples of one call.

use crate::twin::voice::Scratch;

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
/// A level control that takes half a minute: whoever speaks faintly becomes 3 dB louder, whoever speaks loudly 3 dB fainter.
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
