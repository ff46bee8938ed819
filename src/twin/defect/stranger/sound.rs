//! What odd or bad modules make of their packets and their frames.
//!
//! Knows bytes and samples of one call.

#![expect(clippy::ptr_arg, reason = "each has the type of a hook that may lengthen a packet as well")]

use crate::rng::noise_of;
use crate::twin::voice::{Law, Scratch};

const HEADER: usize = 12;
/// Samples of a frame, and frames of a second.
const FRAME: usize = 160;
const SECOND: u64 = 50;

fn set_sequence(packet: &mut [u8], sequence: u16) {
    packet[2..4].copy_from_slice(&sequence.to_be_bytes());
}
fn word(packet: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([packet[at], packet[at + 1], packet[at + 2], packet[at + 3]])
}
fn set_word(packet: &mut [u8], at: usize, word: u32) {
    packet[at..at + 4].copy_from_slice(&word.to_be_bytes());
}
/// Which frame this is, from 0.
fn turn(scratch: &mut Scratch) -> u64 {
    scratch.count += 1;
    scratch.count - 1
}

/// The encoder is started again every ten seconds: another source, another timeline.
pub fn begins_anew(scratch: &mut Scratch, packet: &mut Vec<u8>) -> bool {
    let era = (turn(scratch) / (10 * SECOND)) as u32;
    let sequence = u16::from_be_bytes([packet[2], packet[3]]).wrapping_add(era.wrapping_mul(12_347) as u16);
    set_sequence(packet, sequence);
    let (timestamp, source) = (word(packet, 4), word(packet, 8));
    set_word(packet, 4, timestamp.wrapping_add(era.wrapping_mul(777_777_777)));
    set_word(packet, 8, source ^ era.wrapping_mul(2_654_435_761));
    true
}
pub fn counts_packets(scratch: &mut Scratch, packet: &mut Vec<u8>) -> bool {
    let count = turn(scratch) as u32;
    set_word(packet, 4, count);
    true
}
pub fn stands_still(_: &mut Scratch, packet: &mut Vec<u8>) -> bool {
    set_sequence(packet, 1000);
    true
}
/// After fifteen seconds the other law, under its own number, which the answer did not name.
pub fn changes_law(scratch: &mut Scratch, packet: &mut Vec<u8>) -> bool {
    if turn(scratch) >= 15 * SECOND
        && let Some(law) = Law::of_payload_type(packet[1] & 0x7F)
    {
        let samples: Vec<f32> = packet[HEADER..].iter().map(|code| law.table()[usize::from(*code)]).collect();
        packet.truncate(HEADER);
        packet[1] = packet[1] & 0x80 | law.other().payload_type();
        law.other().encode(&samples, packet);
    }
    true
}
/// The buffer is a millisecond too small.
pub fn cut_short(_: &mut Scratch, packet: &mut Vec<u8>) -> bool {
    packet.truncate(HEADER + FRAME - 8);
    true
}
/// Two frames in a packet.
pub fn forty(scratch: &mut Scratch, packet: &mut Vec<u8>) -> bool {
    let count = turn(scratch);
    if count.is_multiple_of(2) {
        scratch.bytes.clone_from(packet);
        return false;
    }
    let second = packet.split_off(HEADER);
    packet.clone_from(&scratch.bytes);
    packet.extend(second);
    set_sequence(packet, (count / 2) as u16);
    true
}
/// RFC 3550, 5.1.
pub fn padded(_: &mut Scratch, packet: &mut Vec<u8>) -> bool {
    packet[0] |= 0x20;
    packet.extend([0, 0, 0, 4]);
    true
}

/// Every fifth buffer is sent twice, and the next one never.
pub fn repeats_frame(scratch: &mut Scratch, frame: &mut [f32]) {
    let repeats = turn(scratch) % 5 == 4;
    if repeats {
        frame.iter_mut().zip(&scratch.samples).for_each(|(sample, old)| *sample = *old);
    } else {
        scratch.samples = frame.iter().copied().collect();
    }
}
/// Halves of a word in the wrong order.
pub fn swaps_samples(_: &mut Scratch, frame: &mut [f32]) {
    frame.chunks_exact_mut(2).for_each(|pair| pair.swap(0, 1));
}
/// A converter that gives seven bits.
pub fn coarse(_: &mut Scratch, frame: &mut [f32]) {
    frame.iter_mut().for_each(|sample| *sample = (*sample * 64.0).round() / 64.0);
}
/// The gain climbs by 24 dB in pauses and takes a second to come back.
pub fn overshoots(scratch: &mut Scratch, frame: &mut [f32]) {
    let power = frame.iter().map(|s| s * s).sum::<f32>() / frame.len().max(1) as f32;
    let gain = scratch.level.max(1.0);
    let step = if power < 1e-5 { 1.04 } else { 0.97 };
    scratch.level = (gain * step).clamp(1.0, 16.0);
    frame.iter_mut().for_each(|sample| *sample = (*sample * gain).clamp(-1.0, 1.0));
}
fn add_noise(scratch: &mut Scratch, frame: &mut [f32], amplitude: f32) {
    let first = turn(scratch) * FRAME as u64;
    frame.iter_mut().zip(first..).for_each(|(sample, n)| *sample = (*sample + amplitude * noise_of(17, n)).clamp(-1.0, 1.0));
}
/// 30 dB below full scale.
pub fn hisses(scratch: &mut Scratch, frame: &mut [f32]) {
    add_noise(scratch, frame, 0.03);
}
/// A breath of noise, so that a silent line is not taken for a dead one: 36 dB below the hiss above.
pub fn comfort(scratch: &mut Scratch, frame: &mut [f32]) {
    add_noise(scratch, frame, 0.000_5);
}
/// The amplifier protects itself from heat: a dB less every four seconds.
pub fn fades(scratch: &mut Scratch, frame: &mut [f32]) {
    let seconds = turn(scratch) as f32 / SECOND as f32;
    let gain = 10f32.powf(-(seconds / 4.0).min(20.0) / 20.0);
    frame.iter_mut().for_each(|sample| *sample *= gain);
}
/// Every other sample is spoken twice.
pub fn half_rate(_: &mut Scratch, frame: &mut [f32]) {
    frame.chunks_exact_mut(2).for_each(|pair| pair[1] = pair[0]);
}
/// Wind and lorries are kept out: 6 dB an octave below 200 Hz.
pub fn without_bass(scratch: &mut Scratch, frame: &mut [f32]) {
    for sample in frame.iter_mut() {
        scratch.level += 0.145 * (*sample - scratch.level);
        *sample -= scratch.level;
    }
}
