//! What modules of the latecomer's kind make of packets and of frames, and what healthy ones of another make do.
//!
//! Knows bytes and samples of one call.

#![expect(clippy::ptr_arg, reason = "each has the type of a hook that may lengthen a packet as well")]

use crate::rng::noise_of;
use crate::twin::voice::Scratch;
use std::f32::consts::TAU;

const RATE: f32 = 8000.0;
const FRAMES_A_SECOND: u64 = 50;
const SERIES: u64 = 0x1A7E;

/// Which packet or frame of the call this is, from 0.
fn turn(scratch: &mut Scratch) -> u64 {
    scratch.count += 1;
    scratch.count - 1
}
/// When each sample of a frame sounds, in seconds since the call began.
fn each(scratch: &mut Scratch, frame: &mut [f32], change: impl Fn(f32, f32) -> f32) {
    let first = turn(scratch) as f32 * frame.len() as f32;
    for (n, sample) in frame.iter_mut().enumerate() {
        *sample = change((first + n as f32) / RATE, *sample).clamp(-1.0, 1.0);
    }
}

/// A stream gets a new name every second.
pub fn renamed(scratch: &mut Scratch, packet: &mut Vec<u8>) -> bool {
    let name = (turn(scratch) / FRAMES_A_SECOND) as u32;
    packet[8..12].copy_from_slice(&(0x5EED_0000 + name).to_be_bytes());
    true
}
/// From ten seconds on its packets bear a type that nobody agreed on.
pub fn retyped(scratch: &mut Scratch, packet: &mut Vec<u8>) -> bool {
    if turn(scratch) >= 10 * FRAMES_A_SECOND {
        packet[1] = packet[1] & 0x80 | 97;
    }
    true
}
/// Every fortieth packet is the one before once more, and its own is never sent.
pub fn repeated(scratch: &mut Scratch, packet: &mut Vec<u8>) -> bool {
    if turn(scratch) % 40 == 39 {
        packet.clone_from(&scratch.bytes);
    }
    scratch.bytes.clone_from(packet);
    true
}
/// Its clock of samples jumps by a second in every ten.
pub fn leaps(scratch: &mut Scratch, packet: &mut Vec<u8>) -> bool {
    let leaps = (turn(scratch) / (10 * FRAMES_A_SECOND)) as u32;
    let stamp = u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]);
    packet[4..8].copy_from_slice(&stamp.wrapping_add(leaps * 8000).to_be_bytes());
    true
}
/// A version of the protocol that there has not been for thirty years.
pub fn outdated(_: &mut Scratch, packet: &mut Vec<u8>) -> bool {
    packet[0] = packet[0] & 0x3F | 0x40;
    true
}
/// For 160 ms of every ten seconds nothing is sent.
pub fn pauses(scratch: &mut Scratch, _: &mut Vec<u8>) -> bool {
    turn(scratch) % (10 * FRAMES_A_SECOND) < 492
}
/// After two minutes nothing is sent any more.
pub fn ceases(scratch: &mut Scratch, _: &mut Vec<u8>) -> bool {
    turn(scratch) < 120 * FRAMES_A_SECOND
}
/// Nothing is sent in the first eight tenths of a second.
pub fn begins_late(scratch: &mut Scratch, _: &mut Vec<u8>) -> bool {
    turn(scratch) >= 40
}
/// Healthy: each packet is marked as the first of a spurt, as some gateways do.
pub fn marked(_: &mut Scratch, packet: &mut Vec<u8>) -> bool {
    packet[1] |= 0x80;
    true
}

/// It becomes louder and fainter five times a second.
pub fn trembles(scratch: &mut Scratch, frame: &mut [f32]) {
    each(scratch, frame, |at, sample| sample * (0.55 + 0.45 * (TAU * 5.0 * at).sin()));
}
/// The amplifier's supply has a ripple of 100 Hz.
pub fn ripples(scratch: &mut Scratch, frame: &mut [f32]) {
    each(scratch, frame, |at, sample| sample * (0.6 + 0.4 * (TAU * 100.0 * at).sin()));
}
/// It comes once more 5 ms later, as from the far end of a pipe.
pub fn hollow(scratch: &mut Scratch, frame: &mut [f32]) {
    delayed(scratch, frame, 40, 0.9);
}
/// Whoever speaks is heard once more a fifth of a second later.
pub fn repeats_caller(scratch: &mut Scratch, frame: &mut [f32]) {
    delayed(scratch, frame, 1600, 0.5);
}
fn delayed(scratch: &mut Scratch, frame: &mut [f32], by: usize, gain: f32) {
    for sample in frame.iter_mut() {
        let earlier = if scratch.samples.len() >= by { scratch.samples.pop_front().unwrap_or(0.0) } else { 0.0 };
        scratch.samples.push_back(*sample);
        *sample = (*sample + gain * earlier).clamp(-1.0, 1.0);
    }
}
/// After a minute of a call everything above 700 Hz is gone.
pub fn becomes_dull(scratch: &mut Scratch, frame: &mut [f32]) {
    if turn(scratch) < 60 * FRAMES_A_SECOND {
        return;
    }
    let step = 1.0 - (-TAU * 700.0 / RATE).exp();
    for sample in frame.iter_mut() {
        scratch.level += step * (*sample - scratch.level);
        *sample = scratch.level;
    }
}
/// Four times too loud for what comes behind it.
pub fn too_loud(_: &mut Scratch, frame: &mut [f32]) {
    frame.iter_mut().for_each(|sample| *sample = (4.0 * *sample).clamp(-0.5, 0.5));
}
/// A transmitter next door: for a second of every fifteen a tone of 1 kHz, 36 dB below full scale.
pub fn carrier(scratch: &mut Scratch, frame: &mut [f32]) {
    each(scratch, frame, |at, sample| if at % 15.0 < 1.0 { sample + 0.016 * (TAU * 1000.0 * at).sin() } else { sample });
}
/// Of every forty frames one is lost on the way from the converter.
pub fn one_in_forty_lost(scratch: &mut Scratch, frame: &mut [f32]) {
    if turn(scratch) % 40 == 39 {
        frame.fill(0.0);
    }
}
/// Of every twenty frames one is the one before once more.
pub fn stutters(scratch: &mut Scratch, frame: &mut [f32]) {
    if turn(scratch) % 20 == 19 {
        frame.iter_mut().zip(&scratch.samples).for_each(|(sample, before)| *sample = *before);
    }
    scratch.samples = frame.iter().copied().collect();
}
/// It hisses, 40 dB below full scale.
pub fn hisses(scratch: &mut Scratch, frame: &mut [f32]) {
    let first = turn(scratch) * frame.len() as u64;
    for (n, sample) in frame.iter_mut().enumerate() {
        *sample = (*sample + 0.017 * noise_of(SERIES, first + n as u64)).clamp(-1.0, 1.0);
    }
}
/// It takes three seconds to come up.
pub fn fades_in(scratch: &mut Scratch, frame: &mut [f32]) {
    each(scratch, frame, |at, sample| sample * (at / 3.0).min(1.0));
}
/// Ten times a second its wires are exchanged.
pub fn turns_over(scratch: &mut Scratch, frame: &mut [f32]) {
    each(scratch, frame, |at, sample| if at % 0.2 < 0.1 { sample } else { -sample });
}
/// Healthy: a small loudspeaker gives little below 250 Hz.
pub fn small(scratch: &mut Scratch, frame: &mut [f32]) {
    let step = 1.0 - (-TAU * 250.0 / RATE).exp();
    for sample in frame.iter_mut() {
        scratch.level += step * (*sample - scratch.level);
        *sample -= scratch.level;
    }
}
