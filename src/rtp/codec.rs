//! Codecs of the voice link. G.711 is decoded and encoded by table.
//!
//! Must not know packets or positions.

use audio_codec::{Decoder, Encoder, pcma, pcmu};
use std::sync::LazyLock;

/// A codec the operator speaks. Codecs with memory (G.722, Opus) will decode on arrival instead of on demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// G.711 A-law (RFC 3551, 4.5.14).
    Pcma,
    /// G.711 µ-law.
    Pcmu,
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

impl Codec {
    /// In the bench's order of preference: A-law is Europe's.
    pub const G711: [Codec; 2] = [Codec::Pcma, Codec::Pcmu];
    /// Every codec there is.
    pub const ALL: [Codec; 2] = Codec::G711;

    /// Encoding name in session descriptions (RFC 3551, table 4).
    pub fn name(self) -> &'static str {
        match self {
            Codec::Pcma => "PCMA",
            Codec::Pcmu => "PCMU",
        }
    }
    /// The static payload type.
    pub fn payload(self) -> u8 {
        match self {
            Codec::Pcma => 8,
            Codec::Pcmu => 0,
        }
    }
    /// RTP clock in Hz.
    pub fn clock_rate(self) -> u32 {
        8000
    }
    pub fn named(name: &str) -> Option<Self> {
        Codec::ALL.into_iter().find(|c| c.name().eq_ignore_ascii_case(name))
    }
    /// Frames in a payload of so many bytes.
    pub fn frames(self, bytes: usize) -> u64 {
        bytes as u64
    }
    /// The byte that stands for silence.
    pub fn silence(self) -> u8 {
        match self {
            Codec::Pcma => 0xd5,
            Codec::Pcmu => 0xff,
        }
    }
    /// Decodes `payload` over `out`, full scale ± 1; the shorter of the two sets the length.
    pub fn decode(self, payload: &[u8], out: &mut [f32]) {
        let tables = &*DECODED;
        let table = match self {
            Codec::Pcma => &tables.pcma,
            Codec::Pcmu => &tables.pcmu,
        };
        for (sample, code) in out.iter_mut().zip(payload) {
            *sample = table.get(usize::from(*code)).copied().unwrap_or_default();
        }
    }
    /// Encodes samples of full scale ± 1; what is louder is clipped, what is no number is silence.
    pub fn encode(self, samples: &[f32]) -> Vec<u8> {
        // A float's conversion to an integer saturates, and takes NaN to 0.
        let linear: Vec<i16> = samples.iter().map(|s| (s * FULL_SCALE).round() as i16).collect();
        match self {
            Codec::Pcma => pcma::PcmaEncoder::new().encode(&linear),
            Codec::Pcmu => pcmu::PcmuEncoder::new().encode(&linear),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The 1 kHz sequences at 0 dBm0 of ITU-T G.711, tables 5 and 6. `peak` is the level of a sine that just fills the scale, in hundredths
    /// of a dBm0 (clauses 4 and 5).
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
        for codec in Codec::ALL {
            for code in 0..=u8::MAX {
                let (mut first, mut second) = ([0.0], [0.0]);
                codec.decode(&[code], &mut first);
                codec.decode(&codec.encode(&first), &mut second);
                let step = if codec == Codec::Pcma { 16.0 / FULL_SCALE } else { 0.0 };
                assert!((first[0] - second[0]).abs() <= step, "{codec:?} {code:#04x}: {first:?} {second:?}");
            }
            assert_eq!(codec.encode(&[f32::NAN, 0.0])[1], codec.silence());
        }
    }
}
