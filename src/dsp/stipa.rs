//! Speech transmission index by STIPA (IEC 60268-16:2020, edition 5): the test signal, the direct method on its recording, and the indirect
//! method on an impulse response.
//!
//! Knows nothing of codecs or rooms. STIPA is not valid through noise suppressors, gain controls and vocoders, which change modulations by
//! themselves; signs of them are flagged. Through a telephone codec a result must be judged against what that codec alone allows.

mod analysis;
mod signal;

pub use analysis::{direct, from_impulse_response};
pub use signal::test_signal;

/// Octave band centres, hertz.
pub const BANDS_HZ: [f64; 7] = [125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0];
/// The two modulation frequencies of each band, hertz (annex B); the second is five times the first.
pub const MODULATIONS_HZ: [[f64; 2]; 7] =
    [[1.6, 8.0], [1.0, 5.0], [0.63, 3.15], [2.0, 10.0], [1.25, 6.25], [0.8, 4.0], [2.5, 12.5]];
/// Modulation depth of each component in the test signal.
pub const SOURCE_DEPTH: f64 = 0.55;
/// Levels of the octave bands of male speech, dB (edition 5).
pub const SPEECH_LEVELS_DB: [f64; 7] = [-2.5, 0.5, 0.0, -6.0, -12.0, -18.0, -24.0];
/// Octave weights of male speech (table A.1).
const ALPHA: [f64; 7] = [0.085, 0.127, 0.230, 0.233, 0.309, 0.224, 0.173];
/// Redundancy between neighbouring octaves (table A.1).
const BETA: [f64; 6] = [0.085, 0.078, 0.065, 0.011, 0.047, 0.095];
/// Absolute speech reception threshold of each octave, dB SPL (table A.2).
const THRESHOLD_DB: [f64; 7] = [46.0, 27.0, 12.0, 6.5, 7.5, 8.0, 12.0];

/// What makes a result doubtful, or limits what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// Shorter than 15 s: the carrier's own fluctuation is not averaged out.
    Short,
    /// Samples at full scale.
    Clipped,
    /// The sound covers part of the recording; the rest was left out.
    Trimmed,
    /// The sample rate does not reach the highest bands: they count as 0.
    BandsMissing,
    /// A modulation transfer value above 1.3: impulsive noise or processing, the measurement is invalid (clause 7).
    ModulationAboveLimit,
    /// Modulation was deepened beyond what a passive path can do: an expander or a noise suppressor.
    SuppressorSuspected,
    /// Slow modulations are weakened against fast ones in several bands: an automatic gain control.
    GainControlSuspected,
    /// Hardly any of the test signal's modulations are there: probably not a recording of it.
    NotTestSignal,
    /// Without a calibration masking and the hearing threshold are left out.
    NoMasking,
}

/// A speech transmission index and what it is made of.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Stipa {
    /// 0 to 1.
    pub sti: f64,
    /// Expanded (k = 2), from the carrier's own fluctuation; 0 for an impulse response.
    pub uncertainty: f64,
    /// Qualification band, `U` to `A+` (annex F).
    pub rating: &'static str,
    /// What a perfect transmission of the octaves present would read: below 1 where the sample rate leaves some out. A codec's own limit is lower.
    pub ceiling: f64,
    /// Modulation transfer index of each octave, 0 to 1.
    pub mti: [f64; 7],
    /// Modulation transfer values `[band][modulation]` as measured, before limiting to 1.
    pub m: [[f64; 2]; 7],
    /// Level of each octave, dBFS (sine), or dB SPL with a calibration; null where the band is missing.
    pub band_level_db: [Option<f64>; 7],
    pub bands_hz: [f64; 7],
    pub modulations_hz: [[f64; 2]; 7],
    pub flags: Vec<Flag>,
}

/// Transmission index of a modulation transfer value: apparent signal-to-noise ratio within ±15 dB, mapped to 0 … 1 (clause A.2.1).
fn transmission_index(m: f64) -> f64 {
    let m = m.clamp(0.0, 1.0);
    let ratio = (10.0 * (m / (1.0 - m)).log10()).clamp(-15.0, 15.0);
    (ratio + 15.0) / 30.0
}

/// Weighted sum of octave indices less the redundancy (clause A.2.3).
fn weighted(mti: &[f64; 7]) -> f64 {
    let sum: f64 = ALPHA.iter().zip(mti).map(|(a, m)| a * m).sum();
    let redundancy: f64 = BETA.iter().zip(mti.windows(2)).map(|(b, pair)| b * (pair[0] * pair[1]).sqrt()).sum();
    (sum - redundancy).clamp(0.0, 1.0)
}

/// Auditory masking from the next lower octave and the reception threshold, given each octave's total level in dB SPL (clause A.4.2).
fn mask(m: &[[f64; 2]; 7], levels: &[Option<f64>; 7]) -> [[f64; 2]; 7] {
    let intensity = |k: usize| levels[k].map_or(0.0, |level| 10f64.powf(level / 10.0));
    std::array::from_fn(|k| {
        let masking = match k.checked_sub(1).and_then(|below| levels[below]) {
            Some(below) => 10f64.powf((below + masking_slope(below)) / 10.0),
            None => 0.0,
        };
        let threshold = 10f64.powf(THRESHOLD_DB[k] / 10.0);
        let share = intensity(k) / (intensity(k) + masking + threshold);
        m[k].map(|m| m * share)
    })
}

/// Level-dependent slope of masking into the next octave, dB (clause A.4.2).
fn masking_slope(level: f64) -> f64 {
    match level {
        l if l < 63.0 => 0.5 * l - 65.0,
        l if l < 67.0 => 1.8 * l - 146.9,
        l if l < 100.0 => 0.5 * l - 59.8,
        _ => -10.0,
    }
}

/// Qualification bands (annex F).
fn rating(sti: f64) -> &'static str {
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

#[cfg(test)]
mod tests;
