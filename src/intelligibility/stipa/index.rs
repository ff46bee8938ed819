//! From modulation transfer values to the index: masking and threshold, transmission indices, weights (annex A),
//! qualification (annex F).
//!
//! Knows nothing of sound. The matrix may have the two modulations an octave of STIPA or the fourteen of the full
//! method.

use super::{ALPHA, BETA, THRESHOLD_DB};

/// Transmission index of a modulation transfer value: apparent signal-to-noise ratio within ±15 dB, mapped to 0 … 1
/// (clauses A.5.4 and A.5.5).
pub(super) fn transmission_index(m: f64) -> f64 {
    let m = m.clamp(0.0, 1.0);
    let ratio = (10.0 * (m / (1.0 - m)).log10()).clamp(-15.0, 15.0);
    (ratio + 15.0) / 30.0
}

/// Mean transmission index of each octave (clause A.5.6); octaves that are not there count as 0.
pub(super) fn octave_indices<const N: usize>(m: &[[f64; N]; 7], present: [bool; 7]) -> [f64; 7] {
    std::array::from_fn(|k| if present[k] { m[k].map(transmission_index).iter().sum::<f64>() / N as f64 } else { 0.0 })
}

/// Weighted sum of octave indices less the redundancy (clause A.5.6).
pub(super) fn weighted(mti: &[f64; 7]) -> f64 {
    let sum: f64 = ALPHA.iter().zip(mti).map(|(a, m)| a * m).sum();
    let redundancy: f64 = BETA.iter().zip(mti.windows(2)).map(|(b, pair)| b * (pair[0] * pair[1]).sqrt()).sum();
    (sum - redundancy).clamp(0.0, 1.0)
}

/// The index of a path with these modulation transfer values in all octaves.
pub fn index_of(m: &[[f64; 2]; 7]) -> f64 {
    weighted(&octave_indices(m, [true; 7]))
}

fn intensity(level_db: f64) -> f64 {
    10f64.powf(level_db / 10.0)
}

/// Share of each octave's modulation that reaches the ear: intensity over intensity, masking from the next lower octave
/// and reception threshold together (clause A.5.3). Levels are those of all the sound in each octave, speech and noise,
/// in dB SPL.
pub fn heard_share(levels: &[Option<f64>; 7]) -> [f64; 7] {
    std::array::from_fn(|k| {
        let masking = match k.checked_sub(1).and_then(|below| levels[below]) {
            Some(below) => intensity(below + masking_slope(below)),
            None => 0.0,
        };
        let own = levels[k].map_or(0.0, intensity);
        own / (own + masking + intensity(THRESHOLD_DB[k]))
    })
}

/// Level-dependent slope of masking into the next octave, dB (table A.2 of edition 5).
pub(super) fn masking_slope(level: f64) -> f64 {
    match level {
        l if l < 63.0 => 0.5 * l - 65.0,
        l if l < 67.0 => 1.8 * l - 146.9,
        l if l < 100.0 => 0.5 * l - 59.8,
        _ => -10.0,
    }
}

/// Speech and ambient noise at the listener, octave by octave, dB SPL.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Condition {
    pub speech_db: [f64; 7],
    pub noise_db: [f64; 7],
}

impl Condition {
    /// What noise, masking and threshold leave of each octave's modulation in this condition (clause A.5.3).
    fn transfer(&self) -> [f64; 7] {
        let together = |k: usize| 10.0 * (intensity(self.speech_db[k]) + intensity(self.noise_db[k])).log10();
        let heard = heard_share(&std::array::from_fn(|k| Some(together(k))));
        std::array::from_fn(|k| heard[k] / (1.0 + intensity(self.noise_db[k] - self.speech_db[k])))
    }

    /// Modulation transfer values as they are heard in this condition (annex M, step 3).
    pub fn applied<const N: usize>(&self, m: &[[f64; N]; 7]) -> [[f64; N]; 7] {
        let transfer = self.transfer();
        std::array::from_fn(|k| m[k].map(|m| m.min(1.0) * transfer[k]))
    }

    /// Modulation transfer values heard in this condition, as they would be without noise, masking and threshold (annex
    /// M, step 2).
    pub fn undone<const N: usize>(&self, m: &[[f64; N]; 7]) -> [[f64; N]; 7] {
        let transfer = self.transfer();
        std::array::from_fn(|k| m[k].map(|m| (m / transfer[k]).min(1.0)))
    }
}

/// Qualification bands (annex F).
pub(super) fn rating(sti: f64) -> &'static str {
    const LIMITS: [(f64, &str); 11] = [
        (0.76, "A+"),
        (0.72, "A"),
        (0.68, "B"),
        (0.64, "C"),
        (0.60, "D"),
        (0.56, "E"),
        (0.52, "F"),
        (0.48, "G"),
        (0.44, "H"),
        (0.40, "I"),
        (0.36, "J"),
    ];
    LIMITS.iter().find(|(limit, _)| sti >= *limit).map_or("U", |(_, letter)| letter)
}
