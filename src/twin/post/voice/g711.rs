//! G.711: 8-bit logarithmic coding of 8 kHz samples (ITU-T G.711, 1988), A-law and µ-law.
//!
//! Must not know packets or time. Samples are full scale ±1 (16-bit linear / 32768).

/// Which of the two laws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Law {
    /// PCMU, RTP payload type 0.
    Mu,
    /// PCMA, RTP payload type 8.
    A,
}

impl Law {
    pub const fn payload_type(self) -> u8 {
        match self {
            Law::Mu => 0,
            Law::A => 8,
        }
    }
    pub const fn other(self) -> Law {
        match self {
            Law::Mu => Law::A,
            Law::A => Law::Mu,
        }
    }
    pub const fn of_payload_type(payload_type: u8) -> Option<Law> {
        match payload_type {
            0 => Some(Law::Mu),
            8 => Some(Law::A),
            _ => None,
        }
    }
    /// The amplitudes of all 256 codes.
    pub const fn table(self) -> &'static [f32; 256] {
        match self {
            Law::Mu => &MU_TABLE,
            Law::A => &A_TABLE,
        }
    }
    pub fn encode(self, samples: &[f32], out: &mut Vec<u8>) {
        match self {
            Law::Mu => out.extend(samples.iter().map(|&s| encode_mu(linear(s)))),
            Law::A => out.extend(samples.iter().map(|&s| encode_a(linear(s)))),
        }
    }
}

static MU_TABLE: [f32; 256] = amplitudes(Law::Mu);
static A_TABLE: [f32; 256] = amplitudes(Law::A);

const fn amplitudes(law: Law) -> [f32; 256] {
    let mut table = [0.0; 256];
    let mut code = 0;
    while code < 256 {
        let value = match law {
            Law::Mu => decode_mu(code as u8),
            Law::A => decode_a(code as u8),
        };
        table[code] = value as f32 / 32768.0;
        code += 1;
    }
    table
}

/// Rounds to 16 bits; louder than full scale is clipped. Shifted to positive so that the cast rounds to nearest.
fn linear(sample: f32) -> i32 {
    let scaled = (sample * 32768.0).clamp(-32768.0, 32767.0);
    (scaled + 32768.5) as i32 - 32768
}

/// The bias that makes µ-law's segments powers of two, on the 16-bit scale.
const MU_BIAS: i32 = 132;
const MU_CLIP: i32 = 32635;

const fn decode_mu(code: u8) -> i32 {
    let code = !code;
    let exponent = (code >> 4) & 7;
    let magnitude = (((((code & 15) as i32) << 3) + MU_BIAS) << exponent) - MU_BIAS;
    if code & 0x80 != 0 { -magnitude } else { magnitude }
}

fn encode_mu(sample: i32) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let biased = (sample.abs().min(MU_CLIP) + MU_BIAS) as u32;
    let exponent = 24 - biased.leading_zeros();
    let mantissa = (biased >> (exponent + 3)) & 15;
    !(sign | (exponent << 4) as u8 | mantissa as u8)
}

const fn decode_a(code: u8) -> i32 {
    let code = code ^ 0x55;
    let exponent = (code >> 4) & 7;
    let mantissa = ((code & 15) as i32) << 4;
    let magnitude = if exponent == 0 { mantissa + 8 } else { (mantissa + 0x108) << (exponent - 1) };
    if code & 0x80 != 0 { magnitude } else { -magnitude }
}

fn encode_a(sample: i32) -> u8 {
    let (sign, magnitude) = if sample >= 0 { (0x80, sample) } else { (0, -sample - 1) };
    let steps = (magnitude.min(32767) as u32) >> 4;
    let code = match steps {
        0..32 => steps,
        _ => {
            let exponent = 28 - steps.leading_zeros();
            (exponent << 4) | ((steps >> (exponent - 1)) & 15)
        }
    };
    (sign | code as u8) ^ 0x55
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_code(law: Law, linear: i32, code: u8, decoded: i32) {
        let mut out = Vec::new();
        law.encode(&[linear as f32 / 32768.0], &mut out);
        assert_eq!(out, [code], "{law:?} {linear}");
        assert_eq!(law.table()[usize::from(code)] * 32768.0, decoded as f32, "{law:?} {code:#x}");
    }

    /// G.711 tables 2a and 2b, on the 16-bit scale (14-bit values × 4; 13-bit values × 8).
    #[test]
    fn mu_law_vectors() {
        check_code(Law::Mu, 0, 0xFF, 0);
        check_code(Law::Mu, 32767, 0x80, 8031 * 4);
        check_code(Law::Mu, -32768, 0x00, -8031 * 4);
        check_code(Law::Mu, 4063 * 4, 0x8F, 4191 * 4);
        check_code(Law::Mu, 2015 * 4, 0x9F, 2079 * 4);
        check_code(Law::Mu, -31 * 4, 0x6F, -33 * 4);
        check_code(Law::Mu, 8, 0xFE, 8);
    }

    /// G.711 tables 1a and 1b: decision values in 1/4096, even bits inverted.
    #[test]
    fn a_law_vectors() {
        check_code(Law::A, 0, 0xD5, 8);
        check_code(Law::A, -1, 0x55, -8);
        check_code(Law::A, 32767, 0xAA, 4032 * 8);
        check_code(Law::A, -32768, 0x2A, -4032 * 8);
        check_code(Law::A, 2048 * 8, 0xA5, 2112 * 8);
        check_code(Law::A, 1024 * 8, 0xB5, 1056 * 8);
        check_code(Law::A, 64 * 8, 0xF5, 66 * 8);
    }

    #[test]
    fn every_code_survives_a_round_trip() {
        for law in [Law::Mu, Law::A] {
            for code in 0..=255u8 {
                let mut out = Vec::new();
                law.encode(&[law.table()[usize::from(code)]], &mut out);
                // µ-law has a positive and a negative zero; the negative one is not sent.
                let expected = if law == Law::Mu && code == 0x7F { 0xFF } else { code };
                assert_eq!(out, [expected], "{law:?}");
            }
        }
    }

    #[test]
    fn the_error_stays_within_half_a_step() {
        for law in [Law::Mu, Law::A] {
            for value in (-32000..32000i32).step_by(7) {
                let mut out = Vec::new();
                law.encode(&[value as f32 / 32768.0], &mut out);
                let error = (law.table()[usize::from(out[0])] * 32768.0 - value as f32).abs();
                // Steps are 1/16 of the segment, so at most half of 1/16 of the amplitude, and at the bottom 8
                // of 32768.
                assert!(error <= (value.abs() as f32 / 32.0 + 5.0).max(8.0), "{law:?} {value}: {error}");
            }
        }
    }
}
