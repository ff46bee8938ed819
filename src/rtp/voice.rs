//! Codecs with memory, G.722 and Opus: what they make of a packet depends on the packets before it, so they decode on
//! arrival and encode on leaving. Both work at the axis' 8000 frames a second: what they carry above 4 kHz is not
//! heard.
//!
//! Must not know packets or positions.

use super::axis::PACKET;
use super::codec::Codec;
use audio_codec::g722::{Bitrate, G722Decoder, G722Encoder};
use audio_codec::opus::{OpusDecoder, OpusEncoder};
use audio_codec::{Decoder, Encoder};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The axis' rate as the codecs want it.
const RATE: u32 = super::axis::RATE;

fn decoder(codec: Codec) -> Option<Box<dyn Decoder>> {
    match codec {
        Codec::G722 => Some(Box::new(G722Decoder::with_options(Bitrate::Mode1_64000, false, true))),
        Codec::Opus => Some(Box::new(OpusDecoder::new(RATE, 1))),
        _ => None,
    }
}

fn encoder(codec: Codec) -> Option<Box<dyn Encoder>> {
    match codec {
        Codec::G722 => Some(Box::new(G722Encoder::new())),
        Codec::Opus => Some(Box::new(OpusEncoder::new(RATE, 1))),
        _ => None,
    }
}

/// The ear of one stream.
#[derive(Default)]
pub struct Ear(Option<(Codec, Box<dyn Decoder>)>);

impl Ear {
    /// A payload of a codec with memory as linear samples ([`Codec::L16`]); empty if it cannot be decoded. `None`: the
    /// codec has no memory and is kept as it is.
    pub fn hear(&mut self, codec: Codec, payload: &[u8]) -> Option<Vec<u8>> {
        if self.0.as_ref().is_none_or(|(own, _)| *own != codec) {
            self.0 = Some((codec, decoder(codec)?));
        }
        let (_, decoder) = self.0.as_mut()?;
        // The payload is foreign and the decoder's author another: its panic must not deafen the operator.
        let decoded = catch_unwind(AssertUnwindSafe(|| decoder.decode(payload)));
        let samples = decoded.unwrap_or_else(|_| {
            self.0 = None;
            Vec::new()
        });
        Some(samples.into_iter().flat_map(i16::to_be_bytes).collect())
    }
}

/// The mouth of one stream.
#[derive(Default)]
pub struct Mouth(Option<(Codec, Box<dyn Encoder>)>, i16);

/// At twice the rate, with the mean of two neighbours between them; `last` is the sample before.
fn doubled(last: &mut i16, samples: &[i16]) -> Vec<i16> {
    let mut out = Vec::with_capacity(2 * samples.len());
    for sample in samples {
        let before = std::mem::replace(last, *sample);
        out.extend([before.midpoint(*sample), *sample]);
    }
    out
}

impl Mouth {
    /// One packet's payload from its [`PACKET`] frames, full scale ± 1.
    pub fn say(&mut self, codec: Codec, samples: &[f32; PACKET as usize]) -> Vec<u8> {
        if self.0.as_ref().is_none_or(|(own, _)| *own != codec) {
            self.0 = encoder(codec).map(|encoder| (codec, encoder));
        }
        match &mut self.0 {
            // The library's own way from 8 kHz loses 30 dB, so G.722 is given what it is made for.
            Some((Codec::G722, encoder)) => encoder.encode(&doubled(&mut self.1, &super::codec::linear(samples))),
            Some((_, encoder)) => encoder.encode(&super::codec::linear(samples)),
            None => codec.encode(samples),
        }
    }
}

impl fmt::Debug for Ear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ear").field(&self.0.as_ref().map(|(codec, _)| codec)).finish()
    }
}
impl fmt::Debug for Mouth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mouth").field(&self.0.as_ref().map(|(codec, _)| codec)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second of a tone through mouth and ear; its level afterwards, in dB of the level before.
    fn check(codec: Codec, hz: f32) -> f32 {
        let (mut ear, mut mouth) = (Ear::default(), Mouth::default());
        let mut heard = Vec::new();
        for packet in 0..50u16 {
            let samples = std::array::from_fn(|n| {
                let frame = f32::from(packet) * 160.0 + n as f32;
                0.25 * (frame * hz * std::f32::consts::TAU / 8000.0).sin()
            });
            let linear = ear.hear(codec, &mouth.say(codec, &samples)).expect("a codec with memory");
            assert_eq!(linear.len(), 320, "{codec:?}");
            let mut out = [0.0; 160];
            Codec::L16.decode(&linear, &mut out);
            heard.extend(out);
        }
        let late = &heard[2000..];
        let power = late.iter().map(|x| x * x).sum::<f32>() / late.len() as f32;
        10.0 * (power / (0.25 * 0.25 / 2.0)).log10()
    }

    #[test]
    fn a_tone_comes_through_at_its_level() {
        for codec in [Codec::G722, Codec::Opus] {
            let level = check(codec, 1000.0);
            assert!(level.abs() < 1.5, "{codec:?}: {level} dB");
        }
    }

    #[test]
    fn no_payload_is_too_broken() {
        let mut state = 1u64;
        let mut random = || {
            // Knuth's linear congruential generator (MMIX), its upper half.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 32
        };
        for codec in [Codec::G722, Codec::Opus] {
            let mut ear = Ear::default();
            for _ in 0..3000 {
                let length = random() % 200;
                let payload: Vec<u8> = (0..length).map(|_| random() as u8).collect();
                assert!(ear.hear(codec, &payload).is_some_and(|linear| linear.len() % 2 == 0));
            }
        }
        assert_eq!(Ear::default().hear(Codec::Pcma, &[1]), None);
    }
}
