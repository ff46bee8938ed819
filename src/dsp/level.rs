//! Levels of samples: RMS, peak and offset.
//!
//! 0 dBFS is the level of a sine that just reaches ± 1, so RMS 1 is +3.01 dBFS. Knows nothing of spectra or speech.

/// Overload level of G.711 A-law: a full-scale sine in dBm0 (ITU-T G.711, 4).
#[expect(clippy::approx_constant, reason = "a level in decibels that only looks like π")]
pub const A_LAW_OVERLOAD_DBM0: f64 = 3.14;
/// The same for µ-law.
pub const MU_LAW_OVERLOAD_DBM0: f64 = 3.17;

/// Mean-square value to dBFS; `−∞` for silence.
pub fn dbfs(mean_square: f64) -> f64 {
    10.0 * (2.0 * mean_square).log10()
}

pub(super) fn mean_square(samples: &[f32]) -> Option<f64> {
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

/// Steady offset, full scale 1. `None` as for [`rms_dbfs`].
pub fn offset(samples: &[f32]) -> Option<f64> {
    mean_square(samples)?;
    Some(samples.iter().map(|x| f64::from(*x)).sum::<f64>() / samples.len() as f64)
}

/// The samples without their steady offset: no ear and no telephone channel passes it, and no level should hold it.
pub fn without_offset(samples: &[f32]) -> Vec<f32> {
    let offset = offset(samples).unwrap_or(0.0);
    samples.iter().map(|x| (f64::from(*x) - offset) as f32).collect()
}

/// Expanded uncertainty (k = 2) of a level in dB that comes from samples rounded to multiples of `step` (rectangular,
/// JCGM 100:2008, 4.3.7).
pub fn rounding_db(level_dbfs: f64, step: f64) -> f64 {
    let power = 0.5 * 10f64.powf(level_dbfs / 10.0);
    let rounding = step * step / 12.0;
    // Below a hundredth of a decibel nothing in a signal chain is known.
    (10.0 * (1.0 + rounding / power.max(1e-300)).log10()).max(0.01)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(amplitude: f64, rate: f64, seconds: f64) -> Vec<f32> {
        let step = 2.0 * std::f64::consts::PI * 1000.0 / rate;
        (0..(seconds * rate) as usize).map(|i| (amplitude * (step * i as f64).sin()) as f32).collect()
    }

    #[test]
    fn full_scale_sine_is_zero() {
        let x = sine(1.0, 48e3, 1.0);
        assert!(rms_dbfs(&x).unwrap().abs() < 1e-3);
        assert!((peak(&x).unwrap() - 1.0).abs() < 1e-3);
        assert_eq!(rms_dbfs(&[0.0; 4]), Some(f64::NEG_INFINITY));
        assert_eq!((rms_dbfs(&[]), rms_dbfs(&[f32::NAN]), peak(&[f32::NAN, 1.0])), (None, None, None));
    }

    #[test]
    fn an_offset_is_no_level() {
        let x: Vec<f32> = sine(0.1, 8e3, 1.0).iter().map(|x| x + 0.5).collect();
        assert!((offset(&x).unwrap() - 0.5).abs() < 1e-4);
        assert!((rms_dbfs(&without_offset(&x)).unwrap() + 20.0).abs() < 0.01);
        assert!(rms_dbfs(&without_offset(&[0.5; 100])).unwrap() < -120.0);
    }

    #[test]
    fn rounding_matters_only_near_the_last_bit() {
        let step = 2f64.powi(-15);
        assert_eq!(rounding_db(-20.0, step), 0.01);
        // A sine of one step's amplitude is 1.5 times as strong as twice the rounding noise: (1/2) / (1/12).
        assert!((rounding_db(20.0 * step.log10(), step) - 10.0 * (1.0 + 1.0 / 6.0f64).log10()).abs() < 1e-9);
    }
}
