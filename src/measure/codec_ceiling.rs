//! What a codec in the path allows by itself: a speech transmission index is judged against that, never against 1.
//!
//! The figures are those of the test signal at −20 dBFS sent through the codec alone; the test beneath sends it again.

// Measured with three seeds: 0.862 to 0.868 by the A-law, 0.858 to 0.862 by the µ-law, where the band has ideal edges
// and the octave of 125 Hz is dead; 0.906 to 0.915 where they have slopes of the fourth order, through which most of
// the 250 Hz octave still comes.
const CAP_G711: f64 = 0.865;
const CAP_G711_WIDE: f64 = 0.91;
const CAP_G722: f64 = 0.995;
const CAP_OPUS: f64 = 1.0;
/// Expanded (k = 2): half of the spread of the seeds, rounded up.
pub const UNCERTAINTY: f64 = 0.01;

/// A codec that a recording came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// G.711 over a telephone band of 300 to 3400 Hz and nothing beside it
    G711,
    /// G.711 over all of its 4 kHz
    G711Wide,
    /// G.722 at 64 kbit/s
    G722,
    /// Opus, full band
    Opus,
}

impl Codec {
    /// Index of an otherwise perfect path.
    pub fn cap(self) -> f64 {
        match self {
            Codec::G711 => CAP_G711,
            Codec::G711Wide => CAP_G711_WIDE,
            Codec::G722 => CAP_G722,
            Codec::Opus => CAP_OPUS,
        }
    }

    /// In words.
    pub fn path(self) -> (&'static str, &'static str) {
        match self {
            Codec::G711 => ("G.711 over 300 to 3400 Hz", "G.711 w paśmie od 300 do 3400 Hz"),
            Codec::G711Wide => ("G.711 over all of its 4 kHz", "G.711 w całym paśmie 4 kHz"),
            Codec::G722 => ("G.722 at 64 kbit/s", "G.722 przy 64 kbit/s"),
            Codec::Opus => ("Opus, full band", "Opus, pełne pasmo"),
        }
    }
}

#[cfg(test)]
mod tests {
    use audio_codec::g722::{Bitrate, G722Decoder, G722Encoder};
    use audio_codec::opus::{OpusDecoder, OpusEncoder};
    use audio_codec::{CodecType, Decoder, Encoder, create_decoder, create_encoder};

    use super::*;
    use crate::dsp::delay::Signal;
    use crate::dsp::{fft, level};
    use crate::intelligibility::stipa;

    /// The test signal at −20 dBFS.
    fn played(rate: u32) -> Vec<f32> {
        let signal = stipa::test_signal(1, rate, 20.0);
        let gain = 10f64.powf((-20.0 - level::rms_dbfs(&signal).unwrap()) / 20.0) as f32;
        signal.iter().map(|x| x * gain).collect()
    }

    /// Index behind a codec, in packets of 20 ms.
    fn index(encoder: &mut dyn Encoder, decoder: &mut dyn Decoder, samples: &[f32], rate: u32) -> f64 {
        let linear: Vec<i16> = samples.iter().map(|x| (x * 32768.0).round() as i16).collect();
        let packets = linear.chunks_exact(rate as usize / 50);
        let heard: Vec<f32> = packets.flat_map(|p| decoder.decode(&encoder.encode(p))).map(|x| f32::from(x) / 32768.0).collect();
        let result = stipa::direct(Signal::new(&heard, f64::from(rate)), None, None).unwrap();
        assert!(!result.flags.contains(&stipa::Flag::SuppressorSuspected), "{result:?}");
        result.sti
    }

    #[test]
    fn the_caps_are_what_the_codecs_allow() {
        let near = |codec: Codec, got: f64| assert!((got - codec.cap()).abs() < 0.012, "{codec:?}: {got} for {}", codec.cap());
        let telephone = played(8000);
        let plain: Vec<f64> = telephone.iter().map(|x| f64::from(*x)).collect();
        let narrow = fft::filter(&plain, 4000, |f| f64::from(u8::from((300.0..=3400.0).contains(&(f * 8000.0)))));
        let narrow: Vec<f32> = narrow.iter().map(|x| *x as f32).collect();
        for law in [CodecType::PCMA, CodecType::PCMU] {
            near(Codec::G711, index(create_encoder(law).as_mut(), create_decoder(law).as_mut(), &narrow, 8000));
            near(Codec::G711Wide, index(create_encoder(law).as_mut(), create_decoder(law).as_mut(), &telephone, 8000));
        }
        let mut decoder = G722Decoder::with_options(Bitrate::Mode1_64000, false, false);
        near(Codec::G722, index(&mut G722Encoder::new(), &mut decoder, &played(16_000), 16_000));
        near(Codec::Opus, index(&mut OpusEncoder::new(48_000, 1), &mut OpusDecoder::new(48_000, 1), &played(48_000), 48_000));
    }
}
