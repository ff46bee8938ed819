//! Perceptual quality of speech by ITU-T P.862 (PESQ), through the crate `pesq`: narrowband with P.862.1 mapping,
//! wideband by P.862.2.
//!
//! Knows nothing of calls. PESQ was withdrawn by the ITU in favour of P.863, is made for speech of 8 to 12 s (not noise
//! or tones), and does its own alignment.

use hejnal_dsp::delay::Signal;
use hejnal_dsp::{fft, level};

/// Scores of one pair.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Quality {
    /// Raw P.862 score, about −0.5 to 4.5.
    pub raw: f64,
    /// How far the score moves where the model's frames lie half a step elsewhere upon the same sound (k = 2), and, of
    /// a recording at a higher rate, how far the two operations of the model differ that P.862 allows there: at 8 kHz,
    /// as here, and at 16 kHz. Not how far the model lies from listeners.
    pub raw_uncertainty: f64,
    /// P.862.1 listening quality, 1 to 4.55.
    pub mos_lqo: f64,
    pub mos_lqo_uncertainty: f64,
    /// P.862.2 wideband listening quality, 1 to 4.64; null where a rate is below 16 kHz.
    pub mos_lqo_wb: Option<f64>,
    pub mos_lqo_wb_uncertainty: Option<f64>,
}

/// Half the distance between the model's frames, seconds.
const HALF_STEP_S: f64 = 0.008;
/// P.862 operates at 8 kHz or at 16 kHz. The same pair at 16 kHz, taken at that rate or brought to 8 kHz first, was
/// seen to score up to 0.106 apart; which of the two is nearer to a listener is not known.
const OPERATIONS: f64 = 0.11;
/// Scores are stated to two decimals, and no finer.
const FINEST: f64 = 0.005;

/// Sounds quieter than this hold no speech to be judged: the model would call silence perfect. dBFS (sine).
const QUIETEST_DBFS: f64 = -75.0;
/// The model's own minimum is a quarter of a second.
const SHORTEST_S: f64 = 0.5;
/// Longest sound given to the model: its time and memory grow with the square.
const LONGEST_S: f64 = 120.0;

/// Scores `capture` against `reference`. `None` for silence, sounds shorter than 0.5 s or longer than 2 minutes, rates
/// below 8 kHz, values that are not finite, or speech in which the model finds no utterance.
pub fn quality(reference: Signal, capture: Signal) -> Option<Quality> {
    let usable = |s: &Signal| {
        let seconds = s.samples.len() as f64 / s.rate;
        (8000.0..=1e6).contains(&s.rate)
            && (SHORTEST_S..=LONGEST_S).contains(&seconds)
            && level::rms_dbfs(s.samples).is_some_and(|level| level > QUIETEST_DBFS)
    };
    if !usable(&reference) || !usable(&capture) {
        return None;
    }
    let raw = twice(reference, capture, 8000, |played, heard| ::pesq::pesq_8k(played, heard).ok().map(f64::from))?;
    let listening = raw.map(|raw| f64::from(::pesq::score::mos_lqo(raw)));
    let wide = (reference.rate >= 16_000.0 && capture.rate >= 16_000.0)
        .then(|| twice(reference, capture, 16_000, |played, heard| ::pesq::pesq_wb(played, heard).ok().map(f64::from)))
        .flatten();
    let either = |doubt: f64| if reference.rate.min(capture.rate) > 8000.5 { doubt.hypot(OPERATIONS) } else { doubt };
    Some(Quality {
        raw: raw[0],
        raw_uncertainty: either(apart(raw)),
        mos_lqo: listening[0],
        mos_lqo_uncertainty: either(apart(listening)),
        mos_lqo_wb: wide.map(|scores| scores[0]),
        mos_lqo_wb_uncertainty: wide.map(apart),
    })
}

/// The score of a pair, and once more of the same pair with half a step of silence before it, so that every frame lies
/// elsewhere.
fn twice(reference: Signal, capture: Signal, rate: u32, score: impl Fn(&[i16], &[i16]) -> Option<f64>) -> Option<[f64; 2]> {
    let (played, heard) = (pcm(reference, rate), pcm(capture, rate));
    let later = |samples: &[i16]| [&vec![0; (HALF_STEP_S * f64::from(rate)) as usize], samples].concat();
    let scores = [score(&played, &heard)?, score(&later(&played), &later(&heard))?];
    scores.iter().all(|score| score.is_finite()).then_some(scores)
}

/// Expanded uncertainty of the first of two.
fn apart([one, other]: [f64; 2]) -> f64 {
    (2.0 * (one - other).abs()).max(FINEST)
}

/// 16-bit samples at a rate the model knows.
fn pcm(signal: Signal, rate: u32) -> Vec<i16> {
    let samples = fft::resample(signal.samples, signal.rate.round() as u32, rate);
    samples.iter().map(|x| (x * 32768.0).round().clamp(-32768.0, 32767.0) as i16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::voice;

    #[test]
    fn damage_lowers_the_score() {
        let clean = voice();
        let score = |x: &[f32]| quality(Signal::new(&clean, 16e3), Signal::new(x, 16e3)).unwrap();
        let perfect = score(&clean);
        assert!(perfect.mos_lqo > 4.5 && perfect.mos_lqo_wb.unwrap() > 4.6, "{perfect:?}");
        let mut gappy = clean.clone();
        gappy.chunks_mut(320).step_by(4).for_each(|packet| packet.fill(0.0));
        assert!(score(&gappy).mos_lqo < perfect.mos_lqo - 1.0, "{:?}", score(&gappy));
        let late: Vec<f32> = vec![0.0; 3000].into_iter().chain(clean.iter().copied()).collect();
        assert!(score(&late).mos_lqo > 4.4, "a constant delay does no harm");
        let narrow = quality(Signal::new(&clean, 16e3), Signal::new(&clean[..48_000], 8e3));
        assert!(narrow.is_none_or(|q| q.mos_lqo_wb.is_none()));
    }

    #[test]
    fn silence_is_not_perfect() {
        let clean = voice();
        for bad in [&[0.0; 64_000][..], &[], &clean[..1000], &[f32::NAN; 64_000]] {
            assert_eq!(quality(Signal::new(&clean, 16e3), Signal::new(bad, 16e3)), None);
            assert_eq!(quality(Signal::new(bad, 16e3), Signal::new(bad, 16e3)), None);
        }
    }
}
