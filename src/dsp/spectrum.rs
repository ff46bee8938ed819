//! Power spectrum of a whole recording, and the levels read off it: A-weighted and in third octaves.
//!
//! No power is lost: band levels add up to the level of the whole. Memory does not grow with the recording's length.
//! Knows nothing of calibration.

use std::f64::consts::PI;

use super::fft;
use super::filter::a_weight;
use super::level::{dbfs, mean_square};

/// Length of one look, in seconds: bins of half a hertz tell the lowest third octaves apart.
const LOOK_S: f64 = 2.0;
/// Third octaves from 20 Hz to 20 kHz, as numbers of tenths of a decade from 1 kHz.
const BANDS: std::ops::RangeInclusive<i32> = -17..=13;

/// Mean-square value (full scale ± 1) in each bin.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// Hertz between bins.
    pub spacing_hz: f64,
    pub power: Vec<f64>,
    /// Length of the recording, seconds.
    pub seconds: f64,
}

/// Level in one third octave.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Band {
    /// Nominal mid-band frequency (IEC 61260-1:2014, annex E), hertz.
    pub hz: f64,
    /// dBFS (sine); null for silence.
    pub level_dbfs: f64,
    /// Expanded (k = 2) for random noise: a band of B hertz holds 2 B T independent values in T seconds. A tone is
    /// known better.
    pub uncertainty_db: f64,
}

/// The spectrum of `samples`. `None` for no samples, values that are not finite, or a rate outside 1 kHz to 1 MHz.
pub fn spectrum(samples: &[f32], rate: f64) -> Option<Spectrum> {
    let whole = mean_square(samples).filter(|_| (1e3..=1e6).contains(&rate))?;
    let length = fft::fast_len((LOOK_S * rate) as usize).min(samples.len().next_multiple_of(2));
    let window: Vec<f64> = (0..length).map(|i| 0.5 - 0.5 * (2.0 * PI * i as f64 / length as f64).cos()).collect();
    let mut power = vec![0.0; length / 2 + 1];
    let last = samples.len().saturating_sub(length);
    for first in (0..last).step_by((length / 2).max(1)).chain([last]) {
        let part = window.iter().zip(&samples[first..]).map(|(w, x)| w * f64::from(*x));
        let bins = fft::forward(part, length);
        power.iter_mut().zip(&bins).for_each(|(sum, bin)| *sum += bin.norm_sqr());
    }
    // All but the first and last bin stand for a negative frequency as well.
    power.iter_mut().skip(1).take((length / 2).saturating_sub(1)).for_each(|value| *value *= 2.0);
    let seen: f64 = power.iter().sum();
    // A sound so short that every window is zero there is as good as a click: flat.
    let flat = 1.0 / power.len() as f64;
    power.iter_mut().for_each(|value| *value = if seen > 0.0 { *value * whole / seen } else { whole * flat });
    Some(Spectrum { spacing_hz: rate / length as f64, power, seconds: samples.len() as f64 / rate })
}

impl Spectrum {
    /// A-weighted level in dBFS (IEC 61672-1:2013); `−∞` for silence.
    pub fn a_weighted_dbfs(&self) -> f64 {
        dbfs(self.power.iter().enumerate().map(|(k, power)| power * a_weight(k as f64 * self.spacing_hz).powi(2)).sum())
    }

    /// Third-octave levels (IEC 61260-1:2014, base ten) in all bands that lie below half the rate.
    pub fn third_octaves(&self) -> Vec<Band> {
        let top = self.spacing_hz * (self.power.len() - 1) as f64;
        let edges = |n: i32| [-0.05, 0.05].map(|half| 1000.0 * 10f64.powf(f64::from(n) / 10.0 + half));
        let inside = BANDS.filter(|n| edges(*n)[1] <= top);
        inside
            .map(|n| {
                let [low, high] = edges(n);
                Band {
                    hz: nominal(n),
                    level_dbfs: dbfs(self.between(low, high)),
                    uncertainty_db: 2.0 * 4.343 / ((high - low) * self.seconds).sqrt(),
                }
            })
            .collect()
    }

    /// How fast the sound changes against how large it is, radians per second, rms: what an error of time is worth in
    /// phase.
    pub fn slope(&self) -> f64 {
        let angular = |k: usize| 2.0 * PI * k as f64 * self.spacing_hz;
        let moved: f64 = self.power.iter().enumerate().map(|(k, power)| power * angular(k).powi(2)).sum();
        (moved / self.power.iter().sum::<f64>()).sqrt()
    }

    /// Width of the flat band that would fluctuate as little, hertz.
    pub fn bandwidth_hz(&self) -> f64 {
        let sum: f64 = self.power.iter().sum();
        self.spacing_hz * sum.powi(2) / self.power.iter().map(|power| power * power).sum::<f64>()
    }

    /// The frequencies between which all but a hundredth of the power lies; `None` for silence.
    pub fn occupied_hz(&self) -> Option<(f64, f64)> {
        const OUTSIDE: f64 = 0.005;
        let whole: f64 = self.power.iter().sum();
        let edge = |powers: &mut dyn Iterator<Item = &f64>| {
            let mut sum = 0.0;
            powers
                .take_while(|power| {
                    sum += **power;
                    sum < OUTSIDE * whole
                })
                .count()
        };
        let (low, high) = (edge(&mut self.power.iter()), edge(&mut self.power.iter().rev()));
        let hertz = |bin: usize| bin as f64 * self.spacing_hz;
        (whole > 0.0).then(|| (hertz(low), hertz((self.power.len() - 1).saturating_sub(high))))
    }

    /// Mean-square value between two frequencies; bins on an edge count with the share of them that lies inside.
    pub fn between(&self, low: f64, high: f64) -> f64 {
        let share = |k: usize| {
            let (from, to) = ((k as f64 - 0.5) * self.spacing_hz, (k as f64 + 0.5) * self.spacing_hz);
            ((to.min(high) - from.max(low)) / self.spacing_hz).clamp(0.0, 1.0)
        };
        self.power.iter().enumerate().map(|(k, power)| power * share(k)).sum()
    }
}

/// Nominal mid-band frequency of the third octave `n` tenths of a decade above 1 kHz.
fn nominal(n: i32) -> f64 {
    const DECADE: [f64; 10] = [1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0];
    let at = n.rem_euclid(10) as usize;
    let value = DECADE[at] * 10f64.powi(3 + n.div_euclid(10));
    (value * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::rms_dbfs;
    use crate::stimulus::{Random, speech_noise};

    fn sine(hz: f64, rate: f64, seconds: f64) -> Vec<f32> {
        let step = 2.0 * PI * hz / rate;
        (0..(seconds * rate) as usize).map(|i| (step * i as f64).sin() as f32).collect()
    }

    #[test]
    fn no_power_is_lost_whatever_the_length() {
        for (seconds, rate) in [(0.01, 8000), (1.7, 8000), (10.0, 8000), (3.0, 44_100)] {
            let x = speech_noise(3, rate, seconds);
            let found = dbfs(spectrum(&x, f64::from(rate)).unwrap().power.iter().sum());
            assert!((found - rms_dbfs(&x).unwrap()).abs() < 1e-6, "{seconds} s at {rate}: {found}");
        }
        assert!(spectrum(&[], 8e3).is_none() && spectrum(&[f32::NAN], 8e3).is_none() && spectrum(&[0.1], 0.0).is_none());
    }

    /// IEC 61672-1:2013, table 3: goal and class 1 tolerance limits, dB. The analysis of steady tones must not use up
    /// any of the tolerance.
    #[test]
    fn a_weighting_lies_within_class_1() {
        let table = [
            (20.0, -50.5, 2.0),
            (31.5, -39.4, 1.5),
            (63.0, -26.2, 1.0),
            (125.0, -16.1, 1.0),
            (250.0, -8.6, 1.0),
            (500.0, -3.2, 1.0),
            (1000.0, 0.0, 0.7),
            (2000.0, 1.2, 1.0),
            (4000.0, 1.0, 1.0),
            (8000.0, -1.1, 1.5),
            (12_500.0, -4.3, 2.0),
            (16_000.0, -6.6, 2.5),
        ];
        for rate in [8000.0, 44_100.0, 48_000.0, 96_000.0] {
            for (hz, goal, tolerance) in table.iter().filter(|(hz, _, _)| *hz < 0.49 * rate) {
                // The table's frequencies are nominal; the goals hold at the exact ones.
                let exact = 1000.0 * 10f64.powf((10.0 * (hz / 1000.0f64).log10()).round() / 10.0);
                let found = spectrum(&sine(exact, rate, 4.0), rate).unwrap().a_weighted_dbfs();
                assert!((found - goal).abs() < 0.1 && tolerance > &0.5, "{hz} Hz at {rate}: {found:.2} for {goal}");
            }
        }
    }

    /// IEC 61260:1995, table 1, class 1: attenuation limits at frequencies relative to mid-band, given for octaves.
    #[test]
    fn third_octaves_lie_within_class_1() {
        let limits = [
            (0.0, -0.3, 0.3),
            (0.125, -0.3, 0.4),
            (0.25, -0.3, 0.6),
            (0.375, -0.3, 1.3),
            (0.5, 2.0, 5.0),
            (1.0, 17.5, f64::INFINITY),
            (2.0, 42.0, f64::INFINITY),
            (3.0, 61.0, f64::INFINITY),
            (4.0, 70.0, f64::INFINITY),
        ];
        let octave = 10f64.powf(0.3);
        let rate = 48_000.0;
        for band in [-16, -9, 0, 9] {
            let mid = 1000.0 * 10f64.powf(f64::from(band) / 10.0);
            for (power, least, most) in limits {
                for side in [-1.0, 1.0] {
                    let of_octave = octave.powf(power);
                    let relative = 1.0 + (octave.powf(1.0 / 6.0) - 1.0) / (octave.sqrt() - 1.0) * (of_octave - 1.0);
                    let hz = mid * relative.powf(side);
                    if hz > 0.45 * rate || hz < 5.0 {
                        continue;
                    }
                    let bands = spectrum(&sine(hz, rate, 6.0), rate).unwrap().third_octaves();
                    let attenuation = -bands[(band + 17) as usize].level_dbfs;
                    assert!((least..=most).contains(&attenuation), "band {mid:.0}, {hz:.1} Hz: {attenuation:.2} dB");
                }
            }
        }
    }

    #[test]
    fn bands_are_named_and_add_up() {
        let mut random = Random::new(5);
        let noise: Vec<f32> = (0..480_000).map(|_| 0.1 * random.gaussian() as f32).collect();
        let found = spectrum(&noise, 48e3).unwrap();
        let bands = found.third_octaves();
        let named: Vec<f64> = bands.iter().map(|band| band.hz).collect();
        assert_eq!((named.len(), &named[..4], named[17], named[30]), (31, [20.0, 25.0, 31.5, 40.0].as_slice(), 1000.0, 20_000.0));
        // White noise: each band holds its share of 24 kHz, within its own stated uncertainty in all but few.
        let whole = rms_dbfs(&noise).unwrap();
        let off = bands.iter().filter(|band| {
            let expected = whole + 10.0 * (band.hz * (10f64.powf(0.05) - 10f64.powf(-0.05)) / 24_000.0).log10();
            (band.level_dbfs - expected).abs() > band.uncertainty_db.max(0.15)
        });
        assert!(off.count() <= 3, "{bands:?}");
        assert_eq!(spectrum(&[0.1; 8000], 8e3).unwrap().third_octaves().last().map(|band| band.hz), Some(3150.0));
    }
}
