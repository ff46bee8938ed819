//! Distortion: harmonic distortion and noise of a tone, and clipping.
//!
//! Knows nothing of where the tone was played.

use std::f64::consts::PI;

use super::fft;

/// A tone and what came with it.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Distortion {
    /// Frequency of the tone as found, hertz.
    pub tone_hz: f64,
    /// Expanded (k = 2), hertz: a twentieth of the spectrum's spacing, and the clock's 100 ppm.
    pub tone_uncertainty_hz: f64,
    /// Its level, dBFS (sine).
    pub level_dbfs: f64,
    /// Expanded (k = 2), dB: what the rest adds to the tone's own bins, and 0.02 dB for the window.
    pub level_uncertainty_db: f64,
    /// Total harmonic distortion and noise: everything but the tone, from 20 Hz up, over everything (IEC 60268-3,
    /// 14.12), dB.
    pub thd_n_db: f64,
    /// Harmonics 2 to 10 over the tone, dB.
    pub thd_db: f64,
    /// Expanded (k = 2) of both, dB: the rest's own fluctuation over the bins it was measured in, and 0.2 dB for the
    /// window.
    pub uncertainty_db: f64,
}

/// Samples at the limits.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Clipping {
    /// Stretches of three or more samples stuck at the largest magnitude.
    pub stretches: usize,
    /// Share of samples in them.
    pub share: f64,
    /// The level at which they stick, full scale 1.
    pub limit: f64,
}

/// THD+N of a steady tone of about `tone_hz` (within 3 %). `None` unless the tone is the strongest component and lasts
/// 0.1 s at least.
pub fn distortion(samples: &[f32], rate: f64, tone_hz: f64) -> Option<Distortion> {
    strongest_tone(samples, rate).filter(|found| (found.tone_hz / tone_hz - 1.0).abs() <= 0.03)
}

/// The strongest tone, whatever its frequency, and what came with it; of a long recording its middle. `None` unless it
/// holds more than half of all power and lasts 0.1 s at least.
pub fn strongest_tone(samples: &[f32], rate: f64) -> Option<Distortion> {
    const MOST: usize = 1 << 21;
    let usable = (1000.0..=1e6).contains(&rate) && samples.iter().all(|x| x.is_finite());
    if !usable || (samples.len() as f64) < 0.1 * rate {
        return None;
    }
    let skipped = samples.len().saturating_sub(MOST) / 2;
    let samples = &samples[skipped..samples.len() - skipped];
    let length = samples.len() & !1;
    let bins =
        fft::forward(samples.iter().enumerate().map(|(i, x)| f64::from(*x) * flat_window(i, length)).collect::<Vec<_>>(), length);
    let spacing = rate / length as f64;
    let power: Vec<f64> = bins.iter().map(|b| b.norm_sqr()).collect();
    let from = (20.0 / spacing).ceil() as usize + LOBE;
    let peak = (from..power.len()).max_by(|a, b| power[*a].total_cmp(&power[*b]))?;
    let found = refine(&power, peak) * spacing;
    let lobe = |hz: f64| {
        let centre = (hz / spacing).round() as usize;
        power.iter().take(centre + LOBE + 1).skip(centre.saturating_sub(LOBE)).sum::<f64>()
    };
    let total: f64 = power.iter().skip(from).sum();
    let tone = lobe(found);
    // A negated comparison, so that what is not a number is no tone.
    if !(tone > 0.5 * total && found < 0.45 * rate) {
        return None;
    }
    let harmonics: f64 =
        (2..=10).map(|h| found * f64::from(h)).take_while(|hz| *hz < 0.5 * rate - spacing * LOBE as f64).map(lobe).sum();
    let window: f64 = (0..length).map(|i| flat_window(i, length).powi(2)).sum::<f64>() / length as f64;
    let mean_square = 2.0 * tone / (length as f64 * length as f64 * window);
    let rest = (total - tone).max(total * 1e-16);
    // Noise in the tone's own lobe: as dense as elsewhere. The window makes about half of the bins independent.
    let bins = (power.len() - from) as f64;
    let beneath = rest * (2 * LOBE + 1) as f64 / bins;
    let fluctuation = (2.0 / bins).sqrt();
    Some(Distortion {
        tone_hz: found,
        tone_uncertainty_hz: (0.05 * spacing).hypot(1e-4 * found),
        level_dbfs: 10.0 * (2.0 * mean_square).log10(),
        level_uncertainty_db: (2.0 * 8.686 * (beneath / tone).sqrt()).hypot(0.02),
        uncertainty_db: (2.0 * 4.343 * fluctuation).hypot(0.2),
        thd_n_db: 10.0 * (rest / total).log10(),
        thd_db: 10.0 * (harmonics.max(tone * 1e-16) / tone).log10(),
    })
}

/// Half-width of the window's main lobe, bins.
const LOBE: usize = 6;

/// Blackman-Harris window of seven terms would be overkill: four terms hold side lobes below −92 dB.
fn flat_window(i: usize, length: usize) -> f64 {
    let x = 2.0 * PI * i as f64 / length as f64;
    0.358_75 - 0.488_29 * x.cos() + 0.141_28 * (2.0 * x).cos() - 0.011_68 * (3.0 * x).cos()
}

/// Centre of gravity of the peak, bins.
fn refine(power: &[f64], peak: usize) -> f64 {
    let near = || power.iter().enumerate().take(peak + 4).skip(peak.saturating_sub(3));
    near().map(|(k, p)| k as f64 * p).sum::<f64>() / near().map(|(_, p)| p).sum::<f64>().max(1e-300)
}

/// Stretches in which the signal sticks at its own largest magnitude: a converter, codec or amplifier at its limit.
/// `None` for values that are not finite or silence.
pub fn clipping(samples: &[f32]) -> Option<Clipping> {
    let limit = super::level::peak(samples).filter(|peak| *peak > 1e-6)?;
    let near = (limit * (1.0 - 1e-4)) as f32;
    let mut result = Clipping { stretches: 0, share: 0.0, limit };
    let mut stuck = 0usize;
    for run in samples.chunk_by(|a, b| a.signum() == b.signum() && a.abs() >= near && b.abs() >= near) {
        if run.len() >= 3 {
            result.stretches += 1;
            stuck += run.len();
        }
    }
    result.share = stuck as f64 / samples.len() as f64;
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stimulus::Random;

    fn tone(rate: f64, hz: f64, amplitude: f64, shape: impl Fn(f64) -> f64) -> Vec<f32> {
        (0..(rate * 0.7) as usize).map(|i| shape(amplitude * (2.0 * PI * hz * i as f64 / rate).sin()) as f32).collect()
    }

    #[test]
    fn known_harmonics_and_noise_are_read() {
        for rate in [8000.0, 48_000.0] {
            // x + a x²  has a second harmonic of a/2 for unit amplitude.
            let result = distortion(&tone(rate, 997.0, 0.5, |x| x + 0.04 * x * x), rate, 1000.0).unwrap();
            assert!((result.thd_db + 40.0).abs() < 0.1 && (result.thd_n_db + 40.0).abs() < 0.1, "{rate}: {result:?}");
            assert!((result.level_dbfs + 6.02).abs() < 0.05 && (result.tone_hz - 997.0).abs() < 0.5, "{rate}: {result:?}");
            let mut random = Random::new(1);
            let noisy: Vec<f32> =
                tone(rate, 997.0, 0.5, |x| x).iter().map(|x| x + (0.5 / 2f64.sqrt() * 0.01 * random.gaussian()) as f32).collect();
            let result = distortion(&noisy, rate, 1000.0).unwrap();
            assert!((result.thd_n_db + 40.0).abs() < 0.6 && result.thd_db < -50.0, "{rate}: {result:?}");
            let clean = distortion(&tone(rate, 997.0, 0.5, |x| x), rate, 1000.0).unwrap();
            assert!(clean.thd_n_db < -85.0, "{clean:?}");
        }
    }

    #[test]
    fn other_sounds_are_not_a_tone() {
        assert!(distortion(&tone(8e3, 500.0, 0.5, |x| x), 8e3, 1000.0).is_none());
        assert!(distortion(&[0.0; 8000], 8e3, 1000.0).is_none() && distortion(&[f32::NAN; 8000], 8e3, 1000.0).is_none());
        assert!(distortion(&[], 8e3, 1000.0).is_none() && distortion(&[0.1; 8000], 8e3, f64::NAN).is_none());
    }

    #[test]
    fn clipping_is_counted() {
        let clipped = clipping(&tone(8e3, 100.0, 1.5, |x| x.clamp(-1.0, 1.0))).unwrap();
        assert!((130..=142).contains(&clipped.stretches) && (clipped.share - 0.535).abs() < 0.03, "{clipped:?}");
        assert_eq!(clipping(&tone(8e3, 997.0, 0.9, |x| x)).unwrap().stretches, 0);
        assert!(clipping(&[0.0; 100]).is_none() && clipping(&[]).is_none());
    }
}
