//! Talker echo: how much of what one side sent comes back to it, and when.
//!
//! Knows nothing of hands-free devices. Near-end speech and noise in the returned signal are told from the echo by
//! coherence.

use super::align::{Aligned, align};
use super::delay::Signal;
use super::level;
use super::response::{self, Spectra};

/// An echo, or how small one would have to be to be missed.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Echo {
    /// Whether an echo was heard. If not, the attenuation is at least `attenuation_db`.
    pub echo: bool,
    /// Level of the sent sound over that of its echo, dB, both over the band from 200 to 3600 Hz (speech band of the
    /// path).
    pub attenuation_db: f64,
    /// Expanded (k = 2), dB; null for a lower bound.
    pub uncertainty_db: Option<f64>,
    /// Echo loss weighted over 300 to 3400 Hz as for a talker (ITU-T G.122 annex B.4: the terminal coupling loss TCLw
    /// where the path is a terminal's), dB; null if no echo was heard, or if noise leaves nothing certain at the
    /// frequencies that weigh most.
    pub weighted_db: Option<f64>,
    /// Expanded (k = 2), dB.
    pub weighted_uncertainty_db: Option<f64>,
    /// From the sound sent to its echo received, seconds; null if none was heard.
    pub delay_s: Option<f64>,
    pub delay_uncertainty_s: Option<f64>,
    /// Level of the sent sound, dBFS (sine).
    pub sent_dbfs: f64,
    /// Level of all that was returned, echo or not, dBFS (sine).
    pub returned_dbfs: f64,
}

/// Why nothing can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoEcho {
    /// Shorter than half a second, at a rate outside 8 kHz to 1 MHz, or not finite.
    Unusable,
    /// What was sent is silent: it has no echo.
    NothingSent,
    /// What was returned is silent from end to end: a line that carries nothing says nothing of echoes.
    NothingReturned,
}

const BAND_HZ: (f64, f64) = (200.0, 3600.0);
/// Band and weighting of G.122: constant up to the logarithm of frequency.
const WEIGHTED_HZ: (f64, f64) = (300.0, 3400.0);
/// Echo tails within this of the strongest reflection count.
const SEGMENT_S: f64 = 0.128;
/// Below this a recording carries nothing, not even the noise of a line.
const SILENT_DBFS: f64 = -90.0;
/// An echo this far below all that was returned is found in 10 s of sound, in 19 of 20 trials.
const DEPTH_DB: f64 = 20.0;

/// Looks for `sent` in `returned` (recorded on the same clock or one close to it).
pub fn echo(sent: Signal, returned: Signal) -> Result<Echo, NoEcho> {
    let usable = |s: &Signal| (8000.0..=1e6).contains(&s.rate) && s.samples.len() as f64 > 0.5 * s.rate;
    let alternating = |s: &Signal| level::rms_dbfs(&level::without_offset(s.samples));
    let levels = alternating(&sent).zip(alternating(&returned));
    let (sent_dbfs, returned_dbfs) = levels.filter(|_| usable(&sent) && usable(&returned)).ok_or(NoEcho::Unusable)?;
    if sent_dbfs < SILENT_DBFS {
        return Err(NoEcho::NothingSent);
    }
    if returned_dbfs < SILENT_DBFS {
        return Err(NoEcho::NothingReturned);
    }
    // What is returned bounds the echo from above in any case; a correlation over long enough a time by so much more.
    let seconds = (sent.samples.len() as f64 / sent.rate).min(returned.samples.len() as f64 / returned.rate);
    let bound = sent_dbfs - returned_dbfs + (DEPTH_DB + 10.0 * (seconds / 10.0).min(1.0).log10()).max(0.0);
    let none = Echo {
        echo: false,
        attenuation_db: bound,
        uncertainty_db: None,
        weighted_db: None,
        weighted_uncertainty_db: None,
        delay_s: None,
        delay_uncertainty_s: None,
        sent_dbfs,
        returned_dbfs,
    };
    Ok(align(sent, returned).and_then(|pair| heard(&pair, none)).unwrap_or(none))
}

/// The echo in an aligned pair, if there is one.
fn heard(pair: &Aligned, none: Echo) -> Option<Echo> {
    let spectra = response::spectra(&pair.reference, &pair.capture, pair.rate, SEGMENT_S)?;
    let powers = spectra.powers(BAND_HZ.0, BAND_HZ.1);
    if powers.coherent <= 0.0 || powers.capture <= 0.0 {
        return None;
    }
    let ratio = (powers.coherent / powers.capture).min(1.0);
    // Relative spread of a coherent power estimate over all the band's independent bins and averages.
    let averages = spectra.effective() * (BAND_HZ.1 - BAND_HZ.0) / spectra.spacing_hz / 1.5;
    let relative = (2.0 * (1.0 - ratio).max(1e-4) / (ratio * averages)).sqrt();
    let weighted = weighted(&spectra);
    Some(Echo {
        echo: true,
        attenuation_db: 10.0 * (powers.reference / powers.coherent).log10(),
        uncertainty_db: Some((2.0 * 4.343 * relative).hypot(0.3)),
        weighted_db: weighted.map(|(value, _)| value),
        weighted_uncertainty_db: weighted.map(|(_, uncertainty)| uncertainty),
        delay_s: Some(pair.delay.seconds),
        delay_uncertainty_s: Some(pair.delay.uncertainty),
        ..none
    })
}

/// Power gain of the path, weighted by 1/f over the telephone band (G.122, equation B-4), as a loss in dB with its
/// expanded uncertainty.
fn weighted(spectra: &Spectra) -> Option<(f64, f64)> {
    let effective = spectra.effective();
    let strongest = spectra.reference.iter().copied().fold(0.0, f64::max);
    let (mut gain, mut weights, mut variance) = (0.0, 0.0, 0.0);
    for k in 0..spectra.bins() {
        let hz = k as f64 * spectra.spacing_hz;
        // Where nothing was sent, nothing is known: those bins are left out of the average.
        if !(WEIGHTED_HZ.0..=WEIGHTED_HZ.1).contains(&hz) || spectra.reference[k] < 1e-6 * strongest {
            continue;
        }
        let raw = spectra.cross[k].norm_sqr() / spectra.reference[k].powi(2);
        let by_chance = spectra.capture[k] / spectra.reference[k] / effective;
        gain += (raw - by_chance) / (1.0 - 1.0 / effective) / hz;
        weights += 1.0 / hz;
        // A magnitude square of which `by_chance` is noise fluctuates by it, and by its product with the signal;
        // neighbours share half of it.
        variance += 1.5 * (by_chance * by_chance + 2.0 * by_chance * raw) / (hz * hz);
    }
    (gain > 0.0 && weights > 0.0).then(|| (-10.0 * (gain / weights).log10(), (2.0 * 4.343 * variance.sqrt() / gain).hypot(0.3)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stimulus::{Random, burst, speech_like, speech_noise};

    /// How many random trials: the few that every run affords, or `HEJNAL_SEEDS`.
    fn trials(few: u64) -> u64 {
        std::env::var("HEJNAL_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(few)
    }

    /// `sent` through a path of `taps` (delay in samples, gain) at `gain_db`, with noise of `noise_db` re the sent
    /// sound.
    fn through(sent: &[f32], taps: &[(usize, f64)], gain_db: f64, noise_db: f64, seed: u64) -> Vec<f32> {
        let power = sent.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / sent.len() as f64;
        let mut random = Random::new(seed);
        let norm = taps.iter().map(|(_, g)| g * g).sum::<f64>().sqrt();
        let gain = 10f64.powf(gain_db / 20.0) / norm;
        let sigma = power.sqrt() * 10f64.powf(noise_db / 20.0);
        let echo = |n: usize| taps.iter().map(|(at, g)| n.checked_sub(*at).map_or(0.0, |i| g * f64::from(sent[i]))).sum::<f64>();
        (0..sent.len()).map(|n| (gain * echo(n) + sigma * random.gaussian()) as f32).collect()
    }

    fn laid_upon(sent: &[f32], returned: Vec<f32>) -> Echo {
        let nothing = Echo {
            echo: false,
            attenuation_db: 0.0,
            uncertainty_db: None,
            weighted_db: None,
            weighted_uncertainty_db: None,
            delay_s: None,
            delay_uncertainty_s: None,
            sent_dbfs: 0.0,
            returned_dbfs: 0.0,
        };
        heard(&Aligned::exact(sent.to_vec(), returned, 8e3, 1.0), nothing).unwrap()
    }

    /// An echo at `level_db` after 180 ms with three reflections, under near-end noise at `noise_db` re the sent sound.
    fn check(level_db: f64, noise_db: f64) -> Echo {
        let sent = speech_noise(1, 8000, 8.0);
        let returned = through(&sent, &[(1440, 0.8), (1477, -0.5), (1540, 0.33)], level_db, noise_db, 7);
        echo(Signal::new(&sent, 8e3), Signal::new(&returned, 8e3)).unwrap()
    }

    #[test]
    fn echo_level_and_delay_are_found() {
        for (level, noise) in [(-10.0, -60.0), (-45.0, -50.0)] {
            let found = check(level, noise);
            assert!(found.echo, "{level} dB under {noise}: {found:?}");
            // The reflections interfere over this spectrum, so their powers do not add up exactly.
            assert!((found.attenuation_db + level).abs() < 2.0, "{level} dB under {noise}: {found:?}");
            assert!((found.delay_s.unwrap() - 0.18).abs() < 0.0015, "{found:?}");
        }
    }

    /// A plain path has one loss, weighted or not; the stated uncertainty must cover the error in 19 of 20 trials, near
    /// enough.
    #[test]
    fn a_plain_loss_is_read_within_the_stated_uncertainty() {
        let (mut outside, mut unknown) = (0, 0);
        let trials = trials(12);
        for seed in 0..trials {
            let (loss, noise) = (20.0 + (seed % 4) as f64 * 8.0, [-60.0, -45.0][seed as usize % 2]);
            let sent = if seed % 3 == 0 { burst(seed, 8000, 12.0) } else { speech_like(seed, 8000, 12.0) };
            let found = laid_upon(&sent, through(&sent, &[(0, 1.0)], -loss, noise, seed));
            let weighted =
                found.weighted_db.zip(found.weighted_uncertainty_db).map(|(db, uncertainty)| (db - loss).abs() > uncertainty);
            let plain = (found.attenuation_db - loss).abs() > found.uncertainty_db.unwrap();
            outside += usize::from(weighted == Some(true)) + usize::from(plain);
            // Only an echo as weak as the noise upon it may leave the weighted loss unknown.
            unknown += usize::from(weighted.is_none());
            assert!(weighted.is_some() || (loss, noise) == (44.0, -45.0), "seed {seed}: {found:?}");
        }
        assert!(unknown as u64 <= trials / 20, "{unknown} of {trials} weighted losses unknown");
        assert!(outside as u64 <= 1 + trials / 7, "{outside} of {} figures beyond their uncertainty", 2 * trials);
    }

    /// G.122: the weighting is 1/f, so a path that only carries the octave from 300 Hz loses 10 lg (ln(3400/300) /
    /// ln 2) = 5.4 dB.
    #[test]
    fn weighting_follows_g_122() {
        let sent = speech_noise(5, 8000, 20.0);
        let x: Vec<f64> = sent.iter().map(|x| f64::from(*x)).collect();
        let band = |low: f64, high: f64| -> Vec<f32> {
            crate::fft::filter(&x, 800, |f| f64::from(u8::from((low..high).contains(&(f * 8000.0)))))
                .iter()
                .map(|x| *x as f32)
                .collect()
        };
        for (low, high) in [(300.0, 600.0), (600.0, 1200.0), (1700.0, 3400.0), (0.0, 4000.0)] {
            let part: f64 = (f64::min(high, 3400.0) / f64::max(low, 300.0)).ln() / (3400.0f64 / 300.0).ln();
            let found = laid_upon(&sent, band(low, high));
            assert!((found.weighted_db.unwrap() + 10.0 * part.log10()).abs() < 0.3, "{low} to {high} Hz: {found:?}");
        }
    }

    /// What the bound promises: an echo louder than it is found.
    #[test]
    fn an_echo_above_the_bound_is_not_missed() {
        let (mut missed, mut wrong) = (0, 0);
        let trials = trials(2);
        for seed in 0..trials {
            let sent = if seed % 2 == 0 { speech_like(seed, 8000, 10.0) } else { speech_noise(seed, 8000, 10.0) };
            let nothing = through(&sent, &[(1440, 1.0)], -200.0, -30.0, seed);
            let bound = echo(Signal::new(&sent, 8e3), Signal::new(&nothing, 8e3)).unwrap();
            wrong += usize::from(bound.echo);
            let louder = through(&sent, &[(1440, 1.0)], -bound.attenuation_db, -30.0, seed + 100);
            missed += usize::from(!echo(Signal::new(&sent, 8e3), Signal::new(&louder, 8e3)).unwrap().echo);
        }
        let few = missed as u64 <= trials / 15;
        assert!(few && wrong == 0, "of {trials}: {missed} echoes at the bound missed, {wrong} found where there was none");
    }

    #[test]
    fn no_echo_gives_a_lower_bound_and_silence_none() {
        let found = check(-200.0, -40.0);
        assert!(
            !found.echo && found.attenuation_db > 40.0 && found.delay_s.is_none() && found.weighted_db.is_none(),
            "{found:?}"
        );
        let sent = speech_noise(1, 8000, 5.0);
        let of = |sent: &[f32], returned: &[f32]| echo(Signal::new(sent, 8e3), Signal::new(returned, 8e3)).unwrap_err();
        assert_eq!(of(&sent, &[0.0; 40_000]), NoEcho::NothingReturned);
        assert_eq!(of(&[0.0; 8000], &sent), NoEcho::NothingSent);
        assert_eq!((of(&sent, &[]), of(&sent, &[f32::NAN; 8000])), (NoEcho::Unusable, NoEcho::Unusable));
    }
}
