//! What one recorded calibrator makes of levels relative to full scale: sound pressure.

use crate::dsp::distortion;

/// What full scale stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// Sound pressure level of a sine that just reaches full scale, dB re 20 µPa.
    pub full_scale_db: f64,
    /// Expanded (k = 2), dB.
    pub uncertainty_db: f64,
}

impl Calibration {
    /// From the recording of a calibrator's tone (250 Hz or 1 kHz) of known level. `None` if the recording holds no
    /// such tone, or one that is distorted or noisy (THD+N above −30 dB): then it was not the calibrator.
    pub fn from_tone(samples: &[f32], rate: f64, tone_db: f64, tone_uncertainty_db: f64) -> Option<Calibration> {
        let tone = [1000.0, 250.0].iter().find_map(|hz| distortion::distortion(samples, rate, *hz))?;
        let clipped = distortion::clipping(samples).is_some_and(|c| c.stretches > 0);
        (tone.thd_n_db < -30.0 && !clipped).then_some(Calibration {
            full_scale_db: tone_db - tone.level_dbfs,
            uncertainty_db: tone_uncertainty_db.hypot(tone.level_uncertainty_db),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::stimulus::speech_noise;

    fn sine(amplitude: f64) -> Vec<f32> {
        let step = std::f64::consts::TAU * 1000.0 / 48e3;
        (0..96_000).map(|i| (amplitude * (step * f64::from(i)).sin()) as f32).collect()
    }

    #[test]
    fn a_calibrator_fixes_full_scale_and_nothing_else_does() {
        let found = Calibration::from_tone(&sine(0.1), 48e3, 94.0, 0.4).unwrap();
        assert!((found.full_scale_db - 114.0).abs() < 0.02 && (0.4..0.42).contains(&found.uncertainty_db), "{found:?}");
        assert!(Calibration::from_tone(&[0.0; 48_000], 48e3, 94.0, 0.4).is_none());
        let clipped: Vec<f32> = sine(1.3).iter().map(|x| x.clamp(-1.0, 1.0)).collect();
        assert!(Calibration::from_tone(&clipped, 48e3, 94.0, 0.4).is_none());
        let noise = speech_noise(1, 48_000, 2.0);
        assert!(Calibration::from_tone(&noise, 48e3, 94.0, 0.4).is_none());
    }

    #[test]
    fn rubbish_is_no_calibrator() {
        for samples in [&[][..], &[1.0], &[f32::NAN; 4001], &[f32::INFINITY; 4001], &[1e30; 9000], &[1e-30; 9000]] {
            for rate in [0.0, 1.0, 999.0, 8000.0, 1e9, -8000.0, f64::NAN, f64::INFINITY] {
                assert!(Calibration::from_tone(samples, rate, 94.0, 0.4).is_none());
            }
        }
    }
}
