//! Short-time objective intelligibility: STOI (Taal, Hendriks, Heusdens, Jensen 2011) and ESTOI (Jensen, Taal 2016), on
//! an aligned pair.
//!
//! Knows nothing of alignment: both signals must start together and run on one clock. The figures rank conditions of
//! one path; they are no share of words understood.

use std::f64::consts::PI;

use hejnal_dsp::fft;

mod resample;

/// The methods are defined at this rate, hertz.
const RATE: u32 = 10_000;
/// Rates that are taken, hertz: below, the bands of the methods are missing.
const RATES: std::ops::RangeInclusive<u32> = 8000..=384_000;
const FRAME: usize = 256;
const HOP: usize = 128;
/// Length of a frame, seconds.
pub const FRAME_S: f64 = FRAME as f64 / RATE as f64;
const TRANSFORM: usize = 512;
const BANDS: usize = 15;
const LOWEST_HZ: f64 = 150.0;
/// Frames of one comparison: 384 ms.
const SEGMENT: usize = 30;
/// Both are stated to three decimals, and no finer.
const FINEST: f64 = 0.0005;
/// Frames this far below the loudest are silence, dB.
const DYNAMIC_DB: f64 = 40.0;

/// Both figures, 0 (nothing) to 1 (as clear as the reference); slightly negative values are possible for unrelated
/// signals.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Intelligibility {
    pub stoi: f64,
    /// Expanded (k = 2): how far the mean over the speech scatters with the words spoken.
    pub stoi_uncertainty: f64,
    pub estoi: f64,
    /// Expanded (k = 2), likewise.
    pub estoi_uncertainty: f64,
    /// Speech that took part, seconds: silence is left out.
    pub speech_s: f64,
    /// Both of each stretch of 384 ms, each a frame after the last.
    #[serde(skip)]
    pub segments: Vec<Segment>,
}

/// Both figures of one stretch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// Where it begins, seconds of both signals.
    pub at_s: f64,
    pub stoi: f64,
    pub estoi: f64,
}

type Frames = Vec<[f64; BANDS]>;

/// STOI and ESTOI of `degraded` against `clean`, both at `rate` (whole hertz, 8 kHz or more) and aligned. `None` for
/// less than 384 ms of speech, values that are not finite, or other rates.
pub fn intelligibility(clean: &[f32], degraded: &[f32], rate: u32) -> Option<Intelligibility> {
    let length = clean.len().min(degraded.len());
    let (clean, degraded) = (clean.get(..length)?, degraded.get(..length)?);
    if !RATES.contains(&rate) || clean.iter().chain(degraded).any(|x| !x.is_finite()) {
        return None;
    }
    let (clean, degraded) = (resample::to_model_rate(clean, rate), resample::to_model_rate(degraded, rate));
    let (clean, degraded, starts) = without_silence(&clean, &degraded);
    let (x, y) = (third_octaves(&clean), third_octaves(&degraded));
    // Speech that never changes, or a recording without sound, leaves nothing to correlate: 0 would be a figure, and a
    // wrong one.
    let sounds = |samples: &[f64]| samples.iter().any(|x| x.abs() > 1e-9);
    if x.len() < SEGMENT || !sounds(&clean) || !sounds(&degraded) {
        return None;
    }
    let segment = |((x, y), start): ((&[_], &[_]), &usize)| Segment {
        at_s: *start as f64 / f64::from(RATE),
        stoi: clipped_correlation(x, y),
        estoi: spectral_correlation(x, y),
    };
    let segments: Vec<Segment> = x.windows(SEGMENT).zip(y.windows(SEGMENT)).zip(&starts).map(segment).collect();
    let (stoi, stoi_uncertainty) = mean(segments.iter().map(|s| s.stoi));
    let (estoi, estoi_uncertainty) = mean(segments.iter().map(|s| s.estoi));
    let speech_s = clean.len() as f64 / f64::from(RATE);
    Some(Intelligibility { stoi, stoi_uncertainty, estoi, estoi_uncertainty, speech_s, segments })
}

/// Mean of what neighbouring segments gave, each a frame later than the last, and its expanded uncertainty: only
/// segments that do not overlap count as independent, and of a single one nothing is known but that both lie between 0
/// and 1.
fn mean(values: impl ExactSizeIterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.clone().sum::<f64>() / count;
    let independent = (count + (SEGMENT - 1) as f64) / SEGMENT as f64;
    let square = values.map(|v| (v - mean).powi(2)).sum::<f64>() / count;
    let doubt = if independent > 1.0 { 2.0 * (square / (independent - 1.0)).sqrt() } else { 1.0 };
    (mean, doubt.clamp(FINEST, 1.0))
}

/// Hann window without its zero ends.
fn window(i: usize) -> f64 {
    0.5 - 0.5 * (2.0 * PI * (i + 1) as f64 / (FRAME + 1) as f64).cos()
}

/// Both signals overlap-added from the frames in which the clean one is not silent, and where those frames began.
fn without_silence(clean: &[f64], degraded: &[f64]) -> (Vec<f64>, Vec<f64>, Vec<usize>) {
    if clean.len() <= FRAME {
        return (Vec::new(), Vec::new(), Vec::new());
    }
    let starts: Vec<usize> = (0..clean.len() - FRAME).step_by(HOP).collect();
    let energy = |start: usize| (0..FRAME).map(|i| (window(i) * clean[start + i]).powi(2)).sum::<f64>().sqrt();
    let energies: Vec<f64> = starts.iter().map(|s| energy(*s)).collect();
    let loudest = energies.iter().fold(0.0, |max: f64, e| max.max(*e));
    let limit = loudest * 10f64.powf(-DYNAMIC_DB / 20.0);
    let kept: Vec<usize> = starts.iter().zip(&energies).filter(|(_, e)| **e > limit).map(|(s, _)| *s).collect();
    let join = |samples: &[f64]| {
        let mut out = vec![0.0; if kept.is_empty() { 0 } else { (kept.len() - 1) * HOP + FRAME }];
        for (k, start) in kept.iter().enumerate() {
            for i in 0..FRAME {
                out[k * HOP + i] += window(i) * samples[start + i];
            }
        }
        out
    };
    (join(clean), join(degraded), kept)
}

/// Third-octave band amplitudes of each frame.
fn third_octaves(samples: &[f64]) -> Frames {
    let bin = |hz: f64| (hz * TRANSFORM as f64 / f64::from(RATE)).round() as usize;
    let edges: Vec<(usize, usize)> = (0..BANDS)
        .map(|k| {
            let edge = |n: f64| bin(LOWEST_HZ * 2f64.powf(n / 6.0));
            (edge(2.0 * k as f64 - 1.0), edge(2.0 * k as f64 + 1.0))
        })
        .collect();
    let frame = |start: usize| {
        let bins = fft::forward((0..FRAME).map(|i| window(i) * samples[start + i]), TRANSFORM);
        std::array::from_fn(|k| bins[edges[k].0..edges[k].1].iter().map(|b| b.norm_sqr()).sum::<f64>().sqrt())
    };
    (0..samples.len().saturating_sub(FRAME)).step_by(HOP).map(frame).collect()
}

/// STOI of one segment: each band's envelopes, level-matched and clipped, correlated.
fn clipped_correlation(x: &[[f64; BANDS]], y: &[[f64; BANDS]]) -> f64 {
    // A signal-to-distortion ratio below −15 dB counts as no worse than that.
    let most = 1.0 + 10f64.powf(15.0 / 20.0);
    let band = |k: usize| {
        let norm = |s: &[[f64; BANDS]]| s.iter().map(|f| f[k] * f[k]).sum::<f64>().sqrt();
        let scale = norm(x) / (norm(y) + f64::EPSILON);
        let a: Vec<f64> = x.iter().map(|f| f[k]).collect();
        let b: Vec<f64> = x.iter().zip(y).map(|(x, y)| (y[k] * scale).min(x[k] * most)).collect();
        dot(&normalised(&a), &normalised(&b))
    };
    (0..BANDS).map(band).sum::<f64>() / BANDS as f64
}

/// ESTOI of one segment: spectrogram normalised over time, then over bands, and correlated frame by frame.
fn spectral_correlation(x: &[[f64; BANDS]], y: &[[f64; BANDS]]) -> f64 {
    let prepare = |s: &[[f64; BANDS]]| -> Vec<Vec<f64>> {
        let rows: Vec<Vec<f64>> = (0..BANDS).map(|k| normalised(&s.iter().map(|f| f[k]).collect::<Vec<_>>())).collect();
        (0..SEGMENT).map(|n| normalised(&rows.iter().map(|row| row[n]).collect::<Vec<_>>())).collect()
    };
    let (a, b) = (prepare(x), prepare(y));
    a.iter().zip(&b).map(|(a, b)| dot(a, b)).sum::<f64>() / SEGMENT as f64
}

/// Without its mean, and of length 1.
fn normalised(values: &[f64]) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let norm = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>().sqrt() + f64::EPSILON;
    values.iter().map(|v| (v - mean) / norm).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hejnal_dsp::stimulus::Random;

    /// Syllable-like noise: levels of bands move independently, about four times a second.
    fn speech(seed: u64) -> Vec<f32> {
        let mut random = Random::new(seed);
        let mut voices = [(0.0, 0.0); 6];
        (0..60_000)
            .map(|n| {
                if n % 1250 == 0 {
                    voices = [(); 6].map(|()| (250.0 * 10f64.powf(1.1 * random.uniform()), 0.02 + random.uniform().powi(2)));
                }
                let t = f64::from(n) / 10_000.0;
                let sum: f64 = voices.iter().map(|(hz, a)| a * (2.0 * PI * hz * t).sin()).sum();
                (0.1 * sum + 0.002 * random.gaussian()) as f32
            })
            .collect()
    }

    fn with_noise(clean: &[f32], snr_db: f64) -> Vec<f32> {
        let mut random = Random::new(77);
        let power = clean.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / clean.len() as f64;
        let sigma = (power * 10f64.powf(-snr_db / 10.0)).sqrt();
        clean.iter().map(|x| x + (sigma * random.gaussian()) as f32).collect()
    }

    #[test]
    fn itself_is_perfect_and_noise_lowers_it() {
        let clean = speech(1);
        let perfect = intelligibility(&clean, &clean, RATE).unwrap();
        assert!((perfect.stoi - 1.0).abs() < 1e-6 && (perfect.estoi - 1.0).abs() < 1e-6);
        let quieter: Vec<f32> = clean.iter().map(|x| x * 0.1).collect();
        assert!((intelligibility(&clean, &quieter, RATE).unwrap().stoi - 1.0).abs() < 1e-6, "level does not matter");
        let mut last = (1.0, 1.0);
        for snr in [20.0, 10.0, 0.0, -10.0] {
            let got = intelligibility(&clean, &with_noise(&clean, snr), RATE).unwrap();
            assert!(got.stoi < last.0 && got.estoi < last.1, "{snr} dB: {got:?}");
            last = (got.stoi, got.estoi);
        }
    }

    /// Figures that an independent implementation (pystoi 0.4.1) gives for the same samples.
    #[test]
    fn agrees_with_an_independent_implementation() {
        let clean = speech(1);
        let cases = [
            (with_noise(&clean, 0.0), 0.658_048_170_5, 0.584_458_343_5),
            (with_noise(&clean, 10.0), 0.806_714_460_0, 0.790_857_037_7),
            (speech(2), 0.341_704_659_4, 0.023_022_392_5),
        ];
        for (degraded, stoi, estoi) in cases {
            let got = intelligibility(&clean, &degraded, RATE).unwrap();
            assert!((got.stoi - stoi).abs() < 1e-6 && (got.estoi - estoi).abs() < 1e-6, "{got:?}");
        }
    }

    #[test]
    fn too_little_is_nothing() {
        assert!(intelligibility(&[], &[], RATE).is_none() && intelligibility(&[0.0; 60_000], &[0.0; 60_000], RATE).is_none());
        assert!(intelligibility(&[f32::NAN; 60_000], &[0.1; 60_000], RATE).is_none());
        assert!(
            intelligibility(&speech(1)[..2000], &speech(1), RATE).is_none() && intelligibility(&[0.1; 9], &[0.1; 9], 0).is_none()
        );
    }
}
