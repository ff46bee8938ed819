//! Talker echo: how much of what one side sent comes back to it, and when.
//!
//! Knows nothing of hands-free devices. Near-end speech and noise in the returned signal are told from the echo by coherence.

use super::align::align;
use super::delay::Signal;
use super::level;
use super::response;

/// An echo, or how small one would have to be to be missed.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Echo {
    /// Whether an echo was heard. If not, the attenuation is at least `attenuation_db`.
    pub echo: bool,
    /// Level of the sent sound over that of its echo, dB, both over the band from 200 to 3600 Hz (speech band of the path).
    pub attenuation_db: f64,
    /// Expanded (k = 2), dB; null for a lower bound.
    pub uncertainty_db: Option<f64>,
    /// From the sound sent to its echo received, seconds; null if none was heard.
    pub delay_s: Option<f64>,
    pub delay_uncertainty_s: Option<f64>,
    /// Level of the sent sound, dBFS (sine).
    pub sent_dbfs: f64,
    /// Level of all that was returned, echo or not, dBFS (sine).
    pub returned_dbfs: f64,
}

const BAND_HZ: (f64, f64) = (200.0, 3600.0);
/// Echo tails within this of the strongest reflection count.
const SEGMENT_S: f64 = 0.128;

/// Looks for `sent` in `returned` (recorded on the same clock or one close to it). `None` if either cannot be used or nothing was sent.
pub fn echo(sent: Signal, returned: Signal) -> Option<Echo> {
    let sent_dbfs = level::rms_dbfs(sent.samples).filter(|level| *level > -80.0)?;
    let returned_dbfs = level::rms_dbfs(returned.samples)?;
    let usable = |s: &Signal| (8000.0..=1e6).contains(&s.rate) && s.samples.len() as f64 > 0.5 * s.rate;
    if !usable(&sent) || !usable(&returned) {
        return None;
    }
    let none = |attenuation_db: f64| Echo {
        echo: false,
        attenuation_db,
        uncertainty_db: None,
        delay_s: None,
        delay_uncertainty_s: None,
        sent_dbfs,
        returned_dbfs,
    };
    if returned_dbfs < -120.0 {
        return Some(none(sent_dbfs - returned_dbfs.max(-140.0)));
    }
    let Some(pair) = align(sent, returned) else {
        // The correlation finds an echo 25 dB below whatever else was returned (10 s of sound; less for shorter ones).
        let depth = 10.0 * (sent.samples.len() as f64 / sent.rate).min(10.0).log10() + 15.0;
        return Some(none(sent_dbfs - returned_dbfs + depth));
    };
    let spectra = response::spectra(&pair.reference, &pair.capture, pair.rate, SEGMENT_S)?;
    let powers = spectra.powers(BAND_HZ.0, BAND_HZ.1);
    if powers.coherent <= 0.0 {
        return Some(none(10.0 * (powers.reference / powers.capture.max(1e-300)).log10()));
    }
    let ratio = powers.coherent / powers.capture;
    // Relative spread of a coherent power estimate over all the band's independent bins and averages.
    let averages = 0.53 * spectra.segments as f64 * (BAND_HZ.1 - BAND_HZ.0) / spectra.spacing_hz / 1.5;
    let relative = (2.0 * (1.0 - ratio).max(1e-4) / (ratio * averages)).sqrt();
    Some(Echo {
        echo: true,
        attenuation_db: 10.0 * (powers.reference / powers.coherent).log10(),
        uncertainty_db: Some((2.0 * 10.0 * relative / std::f64::consts::LN_10).hypot(0.3)),
        delay_s: Some(pair.delay.seconds),
        delay_uncertainty_s: Some(pair.delay.uncertainty),
        sent_dbfs,
        returned_dbfs,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::stimulus::{Random, speech_noise};

    /// An echo at `level_db` after 180 ms with three reflections, under near-end noise at `noise_db` re the sent sound.
    fn check(level_db: f64, noise_db: f64) -> Echo {
        let sent = speech_noise(1, 8000, 15.0);
        let power = sent.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / sent.len() as f64;
        let mut random = Random::new(7);
        let taps = [(1440usize, 0.8), (1477, -0.5), (1540, 0.33)];
        let norm = taps.iter().map(|(_, g)| g * g).sum::<f64>().sqrt();
        let gain = 10f64.powf(level_db / 20.0) / norm;
        let sigma = power.sqrt() * 10f64.powf(noise_db / 20.0);
        let returned: Vec<f32> = (0..sent.len())
            .map(|n| {
                let echo: f64 = taps.iter().map(|(at, g)| n.checked_sub(*at).map_or(0.0, |i| g * f64::from(sent[i]))).sum();
                (gain * echo + sigma * random.gaussian()) as f32
            })
            .collect();
        echo(Signal::new(&sent, 8e3), Signal::new(&returned, 8e3)).unwrap()
    }

    #[test]
    fn echo_level_and_delay_are_found() {
        for (level, noise) in [(-10.0, -60.0), (-30.0, -45.0), (-45.0, -50.0), (-35.0, -30.0)] {
            let found = check(level, noise);
            assert!(found.echo, "{level} dB under {noise}: {found:?}");
            // The reflections interfere over this spectrum, so their powers do not add up exactly.
            assert!((found.attenuation_db + level).abs() < 2.0, "{level} dB under {noise}: {found:?}");
            assert!((found.delay_s.unwrap() - 0.18).abs() < 0.0015, "{found:?}");
        }
    }

    #[test]
    fn no_echo_gives_a_lower_bound() {
        let found = check(-200.0, -40.0);
        assert!(!found.echo && found.attenuation_db > 40.0 && found.delay_s.is_none(), "{found:?}");
        let sent = speech_noise(1, 8000, 5.0);
        let silent = echo(Signal::new(&sent, 8e3), Signal::new(&[0.0; 40_000], 8e3)).unwrap();
        assert!(!silent.echo && silent.attenuation_db > 100.0);
        assert!(echo(Signal::new(&[0.0; 8000], 8e3), Signal::new(&sent, 8e3)).is_none());
        assert!(echo(Signal::new(&sent, 8e3), Signal::new(&[], 8e3)).is_none());
    }
}
