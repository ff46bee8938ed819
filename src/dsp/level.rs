//! Levels: RMS, peak, A-weighted, and the active speech level of ITU-T P.56.
//!
//! Knows nothing of calibration: 0 dBFS is the level of a sine that just reaches ± 1, so RMS 1 is +3.01 dBFS.

use super::fft;
use super::filter::a_weight;

/// Overload level of G.711 A-law: a full-scale sine in dBm0 (ITU-T G.711, 4).
#[expect(clippy::approx_constant, reason = "a level in decibels that only looks like π")]
pub const A_LAW_OVERLOAD_DBM0: f64 = 3.14;
/// The same for µ-law.
pub const MU_LAW_OVERLOAD_DBM0: f64 = 3.17;

/// Mean-square value to dBFS; `−∞` for silence.
fn dbfs(mean_square: f64) -> f64 {
    10.0 * (2.0 * mean_square).log10()
}

fn mean_square(samples: &[f32]) -> Option<f64> {
    let sum: f64 = samples.iter().map(|x| f64::from(*x).powi(2)).sum();
    (sum.is_finite() && !samples.is_empty()).then(|| sum / samples.len() as f64)
}

/// RMS level in dBFS (sine). `None` for no samples or values that are not finite; `−∞` for digital silence.
pub fn rms_dbfs(samples: &[f32]) -> Option<f64> {
    mean_square(samples).map(dbfs)
}

/// Largest magnitude. `None` as for [`rms_dbfs`].
pub fn peak(samples: &[f32]) -> Option<f64> {
    let largest = samples.iter().try_fold(0f32, |peak, x| x.is_finite().then(|| peak.max(x.abs())));
    largest.filter(|_| !samples.is_empty()).map(f64::from)
}

/// A-weighted RMS level in dBFS (IEC 61672-1), through the spectrum of the whole stretch.
pub fn a_weighted_dbfs(samples: &[f32], rate: f64) -> Option<f64> {
    mean_square(samples)?;
    let length = fft::fast_len(samples.len());
    let bins = fft::forward(samples.iter().map(|x| f64::from(*x)), length);
    let weigh = |(k, bin): (usize, &fft::Complex64)| bin.norm_sqr() * a_weight(k as f64 * rate / length as f64).powi(2);
    let sum: f64 = bins.iter().enumerate().map(weigh).sum();
    Some(dbfs(2.0 * sum / (length as f64 * samples.len() as f64)))
}

/// Speech level while speech is active, and how much of the time it is.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct ActiveSpeech {
    /// Active speech level, dBFS (sine).
    pub level_dbfs: f64,
    /// Share of time with speech, 0 to 1.
    pub activity: f64,
    /// Level over the whole stretch, dBFS (sine).
    pub long_term_dbfs: f64,
}

/// Active speech level by ITU-T P.56 (12/2011), method B: envelope time constant 30 ms, hangover 200 ms, margin 15.9 dB.
///
/// `None` for no samples, values that are not finite, silence, or a signal in which no threshold meets the margin. The thresholds reach from
/// 0 to −120 dB re full scale, so that quiet floating-point recordings are measured as well as 16-bit ones.
pub fn active_speech(samples: &[f32], rate: f64) -> Option<ActiveSpeech> {
    const MARGIN_DB: f64 = 15.9;
    const THRESHOLDS: usize = 21;
    let long_term = mean_square(samples).filter(|power| *power > 0.0)?;
    let counts = activity_counts::<THRESHOLDS>(samples, rate)?;
    let total = long_term * samples.len() as f64;
    // From the quietest threshold upwards: level while active, threshold, both in dB of mean square.
    let points = counts.iter().enumerate().rev().take_while(|(_, count)| **count > 0);
    let points: Vec<(f64, f64)> =
        points.map(|(j, count)| (10.0 * (total / *count as f64).log10(), 20.0 * threshold(j).log10())).collect();
    let margin = |(active, threshold): (f64, f64)| active - threshold;
    let crossing = points.windows(2).find_map(|pair| {
        let (below, above) = (margin(pair[0]), margin(pair[1]));
        if below < MARGIN_DB || above > MARGIN_DB {
            return None;
        }
        let part = if below > above { (below - MARGIN_DB) / (below - above) } else { 0.0 };
        Some(pair[0].0 + part * (pair[1].0 - pair[0].0))
    });
    // A signal whose loudest threshold still has more margin (a very peaky one) takes the level there.
    let active = crossing.or_else(|| points.last().filter(|p| margin(**p) >= MARGIN_DB).map(|p| p.0))?;
    Some(ActiveSpeech {
        level_dbfs: active + 10.0 * 2f64.log10(),
        activity: (long_term / 10f64.powf(active / 10.0)).min(1.0),
        long_term_dbfs: dbfs(long_term),
    })
}

fn threshold(j: usize) -> f64 {
    0.5f64.powi(j as i32)
}

/// Samples counted active for each threshold, with hangover.
fn activity_counts<const N: usize>(samples: &[f32], rate: f64) -> Option<[u64; N]> {
    if !(1.0..=1e6).contains(&rate) {
        return None;
    }
    let smooth = (-1.0 / (rate * 0.03)).exp();
    let hangover = (0.2 * rate).ceil() as u64;
    let (mut p, mut q) = (0.0, 0.0);
    let mut counts = [0u64; N];
    let mut hanging = [hangover; N];
    for x in samples {
        p = smooth * p + (1.0 - smooth) * f64::from(x.abs());
        q = smooth * q + (1.0 - smooth) * p;
        for (j, (count, hang)) in counts.iter_mut().zip(&mut hanging).enumerate() {
            if q >= threshold(j) {
                *count += 1;
                *hang = 0;
            } else if *hang < hangover {
                *count += 1;
                *hang += 1;
            }
        }
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::stimulus::{Random, speech_noise};

    fn sine(amplitude: f64, rate: f64, seconds: f64) -> Vec<f32> {
        let step = 2.0 * std::f64::consts::PI * 1000.0 / rate;
        (0..(seconds * rate) as usize).map(|i| (amplitude * (step * i as f64).sin()) as f32).collect()
    }

    #[test]
    fn full_scale_sine_is_zero() {
        let x = sine(1.0, 48e3, 1.0);
        assert!(rms_dbfs(&x).unwrap().abs() < 1e-3);
        assert!((peak(&x).unwrap() - 1.0).abs() < 1e-3);
        assert!(a_weighted_dbfs(&x, 48e3).unwrap().abs() < 0.01);
        assert_eq!(rms_dbfs(&[0.0; 4]), Some(f64::NEG_INFINITY));
        assert_eq!((rms_dbfs(&[]), rms_dbfs(&[f32::NAN]), peak(&[f32::NAN, 1.0])), (None, None, None));
    }

    /// Speech-like noise in talk spurts of `on` seconds with pauses of `off`: level and activity against what was composed.
    fn check(on: f64, off: f64, level_db: f64, rate: f64) {
        let noise = speech_noise(9, rate as u32, 12.0);
        let scale = 10f64.powf((level_db - rms_dbfs(&noise).unwrap()) / 20.0);
        let mut random = Random::new(4);
        let talking = |i: usize| (i as f64 / rate) % (on + off) < on;
        let floor = 1e-5;
        let speech: Vec<f32> = noise
            .iter()
            .enumerate()
            .map(|(i, x)| (if talking(i) { f64::from(*x) * scale } else { floor * random.gaussian() }) as f32)
            .collect();
        let active: Vec<f32> = speech.iter().enumerate().filter(|(i, _)| talking(*i)).map(|(_, x)| *x).collect();
        let result = active_speech(&speech, rate).unwrap();
        // By the method's own definition each spurt is followed by the hangover of 200 ms, and by the time the two-stage envelope takes to fall
        // 15.9 dB (100 ms) less the time it takes to rise (25 ms).
        let spurt = if off > 0.0 { on + 0.275 } else { on };
        let expected = rms_dbfs(&active).unwrap() - 10.0 * (spurt / on).log10();
        assert!((result.level_dbfs - expected).abs() < 0.2, "{on}/{off}: {result:?}, expected {expected:.2}");
        assert!((result.activity - (spurt / (on + off)).min(1.0)).abs() < 0.03, "{on}/{off}: {result:?}");
    }

    #[test]
    fn active_speech_counts_spurts_and_their_hangover() {
        for (on, off) in [(2.0, 0.0), (2.0, 2.0), (1.0, 3.0), (2.4, 0.6)] {
            check(on, off, -36.0, 8000.0);
        }
    }

    #[test]
    fn continuous_speech_reads_its_rms() {
        for level in [-10.0, -26.0, -50.0] {
            let noise = speech_noise(3, 16000, 4.0);
            let scale = 10f64.powf((level - rms_dbfs(&noise).unwrap()) / 20.0) as f32;
            let scaled: Vec<f32> = noise.iter().map(|x| x * scale).collect();
            let result = active_speech(&scaled, 16e3).unwrap();
            assert!((result.level_dbfs - level).abs() < 0.2 && result.activity > 0.96, "{level}: {result:?}");
        }
    }

    #[test]
    fn no_speech_is_no_level() {
        assert!(active_speech(&[], 8e3).is_none() && active_speech(&[0.0; 8000], 8e3).is_none());
        assert!(active_speech(&[f32::NAN; 8000], 8e3).is_none() && active_speech(&[0.1], f64::NAN).is_none());
    }
}
