//! Samples of ITU-T G.711 (tables 1a to 2b), full scale ± 1: a sign, a segment of three bits and a place of four in it.

/// Values of 13 bits, on the scale of 16.
pub(super) fn a_law(byte: u8) -> f32 {
    // Even bits are sent inverted.
    let word = byte ^ 0x55;
    let (segment, place) = ((word >> 4) & 7, i32::from(word & 15));
    let magnitude = match segment {
        0 => (place << 4) + 8,
        segment => ((place << 4) + 0x108) << (segment - 1),
    };
    signed(magnitude, word & 0x80 != 0)
}

/// Values of 14 bits, on the scale of 16.
pub(super) fn mu_law(byte: u8) -> f32 {
    // All bits are sent inverted; 33 steps of the finest segment are added before the segment is chosen.
    let word = !byte;
    let (segment, place) = ((word >> 4) & 7, i32::from(word & 15));
    let magnitude = (((place << 3) + 0x84) << segment) - 0x84;
    signed(magnitude, word & 0x80 == 0)
}

fn signed(magnitude: i32, positive: bool) -> f32 {
    (if positive { magnitude } else { -magnitude }) as f32 / 32768.0
}

#[cfg(test)]
mod tests {
    use audio_codec::{CodecType, create_decoder};

    use super::*;

    /// Against another implementation, every byte there is.
    #[test]
    fn every_byte_is_the_value_of_the_tables() {
        let bytes: Vec<u8> = (0..=255).collect();
        type Law = (CodecType, fn(u8) -> f32);
        let laws: [Law; 2] = [(CodecType::PCMA, a_law), (CodecType::PCMU, mu_law)];
        for (law, own) in laws {
            let known = create_decoder(law).decode(&bytes);
            for (byte, value) in bytes.iter().zip(known) {
                let found = own(*byte) * 32768.0;
                assert!((found - f32::from(value)).abs() < 1.0, "{law:?} {byte:#04x}: {found} for {value}");
            }
        }
    }
}
