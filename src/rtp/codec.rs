//! Codecs of the voice link. G.711 is decoded and encoded by table.
//!
//! Must not know packets or positions.

use audio_codec::{Decoder, Encoder, pcma, pcmu};
use std::sync::LazyLock;

/// A codec the operator speaks, or keeps what it heard in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// G.711 A-law (RFC 3551, 4.5.14).
    Pcma,
    /// G.711 µ-law.
    Pcmu,
    /// G.722 at 64 kbit/s. Its clock is 8000 Hz by an old mistake that became the rule (RFC 3551, 4.5.2).
    G722,
    /// Opus (RFC 7587).
    Opus,
    /// Linear, 16 bits: never agreed, only what codecs with memory decode to.
    L16,
}

/// Full scale of 16-bit samples.
const FULL_SCALE: f32 = 32768.0;

struct Tables {
    pcma: [f32; 256],
    pcmu: [f32; 256],
}

static DECODED: LazyLock<Tables> =
    LazyLock::new(|| Tables { pcma: decoded(&mut pcma::PcmaDecoder::new()), pcmu: decoded(&mut pcmu::PcmuDecoder::new()) });

fn decoded(decoder: &mut dyn Decoder) -> [f32; 256] {
    let mut table = [0.0; 256];
    for (code, value) in (0..=u8::MAX).zip(&mut table) {
        let mut sample = [0i16];
        // One byte into one sample always fits.
        if decoder.decode_into(&[code], &mut sample).is_ok() {
            *value = f32::from(sample[0]) / FULL_SCALE;
        }
    }
    table
}

/// Samples of full scale ± 1 as 16-bit numbers: a float's conversion to an integer saturates, and takes NaN to 0.
pub fn linear(samples: &[f32]) -> Vec<i16> {
    samples.iter().map(|s| (s * FULL_SCALE).round() as i16).collect()
}

impl Codec {
    /// In the bench's order of preference: A-law is Europe's.
    pub const G711: [Codec; 2] = [Codec::Pcma, Codec::Pcmu];
    /// Every codec there is.
    pub const ALL: [Codec; 4] = [Codec::Pcma, Codec::Pcmu, Codec::G722, Codec::Opus];

    /// Encoding name in session descriptions (RFC 3551, table 4).
    pub fn name(self) -> &'static str {
        match self {
            Codec::Pcma => "PCMA",
            Codec::Pcmu => "PCMU",
            Codec::G722 => "G722",
            Codec::Opus => "opus",
            Codec::L16 => "L16",
        }
    }
    /// The static payload type, or the one used where we may choose (RFC 3551, 3).
    pub fn payload(self) -> u8 {
        match self {
            Codec::Pcma => 8,
            Codec::Pcmu => 0,
            Codec::G722 => 9,
            Codec::Opus => 111,
            Codec::L16 => 112,
        }
    }
    /// RTP clock in Hz.
    pub fn clock_rate(self) -> u32 {
        if self == Codec::Opus { 48_000 } else { 8000 }
    }
    pub fn named(name: &str) -> Option<Self> {
        Codec::ALL.into_iter().find(|c| c.name().eq_ignore_ascii_case(name))
    }
    /// Bytes a frame, of the codecs without memory.
    pub fn width(self) -> usize {
        if self == Codec::L16 { 2 } else { 1 }
    }
    /// Frames in a payload of so many bytes, of the codecs without memory.
    pub fn frames(self, bytes: usize) -> u64 {
        if self == Codec::L16 { bytes as u64 / 2 } else { bytes as u64 }
    }
    /// The byte that stands for silence; `None` where it takes more than one.
    pub fn silence(self) -> Option<u8> {
        match self {
            Codec::Pcma => Some(0xd5),
            Codec::Pcmu => Some(0xff),
            _ => None,
        }
    }
    /// Decodes `payload` of a codec without memory over `out`, full scale ± 1; the shorter of the two sets the length.
    pub fn decode(self, payload: &[u8], out: &mut [f32]) {
        let tables = &*DECODED;
        let table = match self {
            Codec::Pcma => &tables.pcma,
            Codec::Pcmu => &tables.pcmu,
            Codec::L16 => {
                for (sample, pair) in out.iter_mut().zip(payload.chunks_exact(2)) {
                    *sample = pair.first_chunk().map_or(0.0, |pair| f32::from(i16::from_be_bytes(*pair)) / FULL_SCALE);
                }
                return;
            }
            Codec::G722 | Codec::Opus => return,
        };
        for (sample, code) in out.iter_mut().zip(payload) {
            *sample = table.get(usize::from(*code)).copied().unwrap_or_default();
        }
    }
    /// Encodes samples of full scale ± 1 in a codec without memory; what is louder is clipped, what is no number is
    /// silence.
    pub fn encode(self, samples: &[f32]) -> Vec<u8> {
        let linear = linear(samples);
        match self {
            Codec::Pcma => pcma::PcmaEncoder::new().encode(&linear),
            Codec::Pcmu => pcmu::PcmuEncoder::new().encode(&linear),
            Codec::L16 => linear.into_iter().flat_map(i16::to_be_bytes).collect(),
            Codec::G722 | Codec::Opus => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The 1 kHz sequences at 0 dBm0 of ITU-T G.711, tables 5 and 6. `peak` is the level of a sine that just fills the
    /// scale, in hundredths of a dBm0 (clauses 4 and 5).
    fn check(codec: Codec, sequence: [u8; 8], peak: i16) {
        let mut out = [0.0; 8];
        codec.decode(&sequence, &mut out);
        let power = out.iter().map(|s| s * s).sum::<f32>() / 8.0;
        let level = 10.0 * (power * 2.0).log10() + f32::from(peak) / 100.0;
        assert!(level.abs() < 0.05, "{codec:?}: the reference sequence reads {level} dBm0");
    }

    #[test]
    fn the_reference_sequences_of_g711_read_0_dbm0() {
        check(Codec::Pcma, [0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4], 314);
        check(Codec::Pcmu, [0x1e, 0x0b, 0x0b, 0x1e, 0x9e, 0x8b, 0x8b, 0x9e], 317);
    }

    #[test]
    fn every_code_survives_decoding_and_encoding_up_to_the_sign_of_zero() {
        for codec in Codec::G711 {
            for code in 0..=u8::MAX {
                let (mut first, mut second) = ([0.0], [0.0]);
                codec.decode(&[code], &mut first);
                codec.decode(&codec.encode(&first), &mut second);
                let step = if codec == Codec::Pcma { 16.0 / FULL_SCALE } else { 0.0 };
                assert!((first[0] - second[0]).abs() <= step, "{codec:?} {code:#04x}: {first:?} {second:?}");
            }
            assert_eq!(Some(codec.encode(&[f32::NAN, 0.0])[1]), codec.silence());
        }
    }
}
