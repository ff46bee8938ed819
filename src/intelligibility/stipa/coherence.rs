//! A proxy of the index for paths through codecs and suppressors, where STIPA is not valid: real speech is played, and
//! in each octave what is coherent with it stands against everything else.
//!
//! After the coherence speech intelligibility index (Kates, Arehart 2005), with the octaves, weights and range of IEC
//! 60268-16. Noise, distortion, losses and gating all count as noise; masking and the threshold of hearing are left
//! out.

use super::{BANDS_HZ, index};
use hejnal_dsp::align::align;
use hejnal_dsp::delay::Signal;
use hejnal_dsp::response;

/// What is coherent within so long counts as speech: a room's early sound, not its late one.
const SEGMENT_S: f64 = 0.128;

/// The proxy, and what it is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct ByCoherence {
    /// 0 to 1, as an index.
    pub index: f64,
    /// Expanded (k = 2), from the number of averages in each octave.
    pub uncertainty: f64,
    /// Speech over everything else in each octave, dB; `None` where the rate leaves out most of it.
    pub ratios_db: [Option<f64>; 7],
    deviations_db: [f64; 7],
}

impl ByCoherence {
    /// Compares what was heard with the speech that was spoken, of which the share `activity` of the time is speech.
    pub fn of(spoken: Signal, heard: Signal, activity: f64) -> Option<ByCoherence> {
        let pair = align(spoken, heard)?;
        let spectra = response::spectra(&pair.reference, &pair.capture, pair.rate, SEGMENT_S)?;
        let (mut ratios_db, mut deviations_db) = ([None; 7], [0.0; 7]);
        for (k, hz) in BANDS_HZ.iter().enumerate().filter(|(_, hz)| **hz < pair.rate / 2f64.sqrt()) {
            let (low, high) = (hz / 2f64.sqrt(), (hz * 2f64.sqrt()).min(pair.rate / 2.0));
            let powers = spectra.powers(low, high);
            let averages = (spectra.effective() * (high - low) / spectra.spacing_hz / 1.5).max(1.0);
            // What chance alone makes coherent is not told from nothing.
            let least = (2.0 / averages).sqrt() / spectra.effective();
            let share = (powers.coherent / powers.capture.max(1e-300)).clamp(least, 1.0 - 1e-6);
            ratios_db[k] = Some(10.0 * (share / (1.0 - share)).log10() - 10.0 * activity.clamp(0.01, 1.0).log10());
            deviations_db[k] = 4.343 * (2.0 / (share * averages)).sqrt();
        }
        Some(ByCoherence { index: 0.0, uncertainty: 0.0, ratios_db, deviations_db }.shifted(0.0))
    }

    /// The same with everything that is not speech so many dB louder.
    #[must_use]
    pub fn shifted(&self, louder_db: f64) -> ByCoherence {
        let ratios_db = self.ratios_db.map(|ratio| ratio.map(|ratio| ratio - louder_db));
        let index = of_ratios(&ratios_db);
        let moved = |k: usize| {
            let mut ratios = ratios_db;
            ratios[k] = ratios[k].map(|ratio| ratio + self.deviations_db[k]);
            (of_ratios(&ratios) - index).powi(2)
        };
        let uncertainty = (2.0 * (0..7).map(moved).sum::<f64>().sqrt()).max(super::FINEST);
        ByCoherence { index, uncertainty, ratios_db, deviations_db: self.deviations_db }
    }
}

/// Index of a path that adds noise and nothing else (clauses A.5.4 to A.5.6).
fn of_ratios(ratios_db: &[Option<f64>; 7]) -> f64 {
    let through = |ratio: f64| 1.0 / (1.0 + 10f64.powf(-ratio / 10.0));
    let mti = ratios_db.map(|ratio| ratio.map_or(0.0, |ratio| index::transmission_index(through(ratio))));
    index::weighted(&mti)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hejnal_dsp::level::rms_dbfs;
    use hejnal_dsp::stimulus::{speech_like, speech_noise};

    /// Speech in noise of its own spectrum, `ratio` dB below it.
    fn check(ratio_db: f64, expected: f64) {
        for seed in 1..4 {
            let speech = speech_like(seed, 16_000, 8.0);
            let noise = speech_noise(seed + 100, 16_000, 8.0);
            let gain = 10f64.powf((rms_dbfs(&speech).unwrap() - rms_dbfs(&noise).unwrap() - ratio_db) / 20.0) as f32;
            let heard: Vec<f32> = speech.iter().zip(&noise).map(|(x, n)| 0.3 * (x + gain * n)).collect();
            let found = ByCoherence::of(Signal::new(&speech, 16e3), Signal::new(&heard, 16e3), 1.0).unwrap();
            let off = (found.index - expected).abs();
            assert!(off <= found.uncertainty + 0.02 && found.uncertainty < 0.05, "{ratio_db} dB: {found:?} for {expected}");
            let worse = found.shifted(3.0);
            assert!(worse.index < found.index || found.index == 0.0, "{worse:?}");
        }
    }

    /// With the same ratio in every octave the index is that ratio's place between −15 and 15 dB.
    #[test]
    fn the_index_follows_the_ratio() {
        check(0.0, 0.5);
        check(6.0, 0.7);
        check(-6.0, 0.3);
    }

    #[test]
    fn octaves_that_do_not_come_through_count_as_nothing() {
        let speech = speech_like(1, 16_000, 8.0);
        // Twice: the slopes of one are still above the noise.
        let narrow =
            |x: &[f32]| hejnal_dsp::filter::band_pass(x, 16e3, 300.0, 3400.0).iter().map(|x| *x as f32).collect::<Vec<_>>();
        let narrow = narrow(&narrow(&speech));
        let noise = speech_noise(5, 16_000, 8.0);
        let heard: Vec<f32> = narrow.iter().zip(&noise).map(|(x, n)| x + 3e-3 * n).collect();
        let found = ByCoherence::of(Signal::new(&speech, 16e3), Signal::new(&heard, 16e3), 1.0).unwrap();
        assert!((0.6..0.97).contains(&found.index), "{found:?}");
        assert!(ByCoherence::of(Signal::new(&speech, 16e3), Signal::new(&[0.0; 99], 16e3), 1.0).is_none());
    }
}
