//! Speech transmission index by STIPA (IEC 60268-16:2020, edition 5): the test signal, the direct method on its
//! recording, and the indirect method on an impulse response.
//!
//! Knows nothing of codecs or rooms. STIPA is not valid through noise suppressors, gain controls and vocoders, which
//! change modulations by themselves; signs of them are flagged. Through a telephone codec a result must be judged
//! against what that codec alone allows.

mod analysis;
mod bands;
mod clock;
mod coherence;
mod impulse;
mod index;
mod octaves;
mod signal;
mod uncertainty;

pub use analysis::direct;
pub use coherence::ByCoherence;
pub use impulse::from_impulse_response;
pub use index::{Condition, index_of};
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

/// Indices and modulation transfer values are stated to three decimals, and no finer.
const FINEST: f64 = 0.0005;

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
    /// The path carries nothing in an octave that the sample rate reaches: it counts as 0.
    OctaveDead,
    /// More than two minutes: only the first two were measured.
    Long,
    /// A modulation transfer value above 1 beyond its own scatter (it counts as 1).
    ModulationAboveOne,
    /// A modulation transfer value above 1.3: impulsive noise or processing, the measurement is invalid (clause 7).
    ModulationAboveLimit,
    /// Modulation was deepened beyond what a passive path can do: an expander or a noise suppressor.
    SuppressorSuspected,
    /// Player and recorder run on clocks more than 100 ppm apart. The modulations were measured where they are.
    ClockError,
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
    /// Expanded (k = 2), from the carrier's own fluctuation; of an impulse response, from what noise may be left at its
    /// end.
    pub uncertainty: f64,
    /// Qualification band, `U` to `A+` (annex F).
    pub rating: &'static str,
    /// What a perfect transmission of the octaves present would read: below 1 where the sample rate leaves some out. A
    /// codec's own limit is lower.
    pub ceiling: f64,
    /// Modulation transfer index of each octave, 0 to 1.
    pub mti: [f64; 7],
    /// Expanded (k = 2), likewise.
    pub mti_uncertainty: [f64; 7],
    /// Modulation transfer values `[band][modulation]` as measured, before limiting to 1.
    pub m: [[f64; 2]; 7],
    /// Expanded (k = 2), likewise.
    pub m_uncertainty: [[f64; 2]; 7],
    /// Level of each octave, dBFS (sine), or dB SPL with a calibration; null where the band is missing.
    pub band_level_db: [Option<f64>; 7],
    /// Expanded (k = 2), as for random noise.
    pub band_level_uncertainty_db: [f64; 7],
    pub bands_hz: [f64; 7],
    pub modulations_hz: [[f64; 2]; 7],
    /// Octaves in which something of the test signal arrives; the others count as 0.
    pub carried: [bool; 7],
    /// Parts per million by which the recording runs long, and its expanded uncertainty (k = 2); null where the
    /// modulations do not show it.
    pub clock_ppm: Option<f64>,
    pub clock_ppm_uncertainty: Option<f64>,
    /// Sound that was measured, seconds.
    pub seconds: f64,
    pub flags: Vec<Flag>,
}

impl Stipa {
    /// Whether the standard lets it be called an index (clause 7): with a modulation deeper than any path makes it,
    /// it is none.
    pub fn is_valid(&self) -> bool {
        !self.flags.contains(&Flag::ModulationAboveLimit) && !self.flags.contains(&Flag::NotTestSignal)
    }

    /// The index and its octaves as they would be with this ambient noise added, in dB SPL from 125 Hz up (annex M).
    /// `None` where the levels are not calibrated, so that noise cannot be set against them, or an octave is missing.
    pub fn in_noise(&self, noise_db: &[f64; 7]) -> Option<(f64, [f64; 7])> {
        if self.flags.contains(&Flag::NoMasking) {
            return None;
        }
        let mut speech_db = [0.0; 7];
        for (slot, level) in speech_db.iter_mut().zip(self.band_level_db) {
            *slot = level?;
        }
        // The matrix as measured holds what noise there was, but neither masking nor threshold.
        let m = Condition { speech_db, noise_db: *noise_db }.applied(&self.m);
        let mti = index::octave_indices(&m, [true; 7]);
        Some((index::weighted(&mti), mti))
    }

    /// Everything that follows from the octaves and their indices.
    fn new(m: [[f64; 2]; 7], mti: [f64; 7], present: [bool; 7], band_level_db: [Option<f64>; 7]) -> Self {
        let sti = index::weighted(&mti);
        Stipa {
            sti,
            uncertainty: 0.0,
            rating: index::rating(sti),
            ceiling: index::weighted(&present.map(|p| f64::from(u8::from(p)))),
            mti,
            mti_uncertainty: [0.0; 7],
            m,
            m_uncertainty: [[0.0; 2]; 7],
            band_level_db,
            band_level_uncertainty_db: [0.0; 7],
            bands_hz: BANDS_HZ,
            modulations_hz: MODULATIONS_HZ,
            carried: present,
            clock_ppm: None,
            clock_ppm_uncertainty: None,
            seconds: 0.0,
            flags: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
