//! Whether what was sent comes back late: one's own voice out of a loudspeaker, told from the voice itself, which goes
//! straight to the same ear.
//!
//! By the response of the path, moment by moment: what went straight there lies in its first milliseconds, and is not
//! looked at. Knows nothing of posts.

use super::delay::Signal;
use super::fft::{self, Complex64};

/// What came back, and when.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Comeback {
    /// Its level over that of what was sent, dB, in the speech band of the path.
    pub gain_db: f64,
    /// After it was sent, seconds.
    pub delay_s: f64,
    /// How far it stands out of what is there by chance, dB.
    pub above_chance_db: f64,
}

const RATE: u32 = 8000;
const BAND_HZ: (f64, f64) = (300.0, 3400.0);
/// One that comes back is one within so much time.
const WINDOW_S: f64 = 0.004;
/// Frequencies at which nearly nothing was sent say nothing: this far below the mean of the band.
const LITTLE: f64 = 1e-2;
/// What stands out of the middling windows by less is chance.
const CHANCE_DB: f64 = 12.0;

/// Looks for `sent` in `heard`, whose first samples belong together, between `from_s` and `to_s` after itself. `None`:
/// it did not come back, as far as the noise there lets one hear.
pub fn comeback(sent: Signal, heard: Signal, from_s: f64, to_s: f64) -> Option<Comeback> {
    let is_usable = |s: &Signal| (8000.0..=1e6).contains(&s.rate) && s.samples.iter().all(|x| x.is_finite() && x.abs() < 1e6);
    let is_long = |s: &Signal| s.samples.len() as f64 > 0.5 * s.rate;
    let fits = [&sent, &heard].into_iter().all(|signal| is_usable(signal) && is_long(signal));
    if !(fits && 0.0 < from_s && from_s < to_s) {
        return None;
    }
    let at_rate = |s: &Signal| fft::resample(s.samples, s.rate.round() as u32, RATE);
    let (sent, heard) = (at_rate(&sent), at_rate(&heard));
    let response = response(&sent, &heard)?;
    let rate = f64::from(RATE);
    let (window, from, to) = ((WINDOW_S * rate) as usize, (from_s * rate) as usize, (to_s * rate) as usize);
    let looked_at = response.get(from..to.min(response.len()))?;
    // Windows overlap by half, so that none cuts in two what comes back.
    let powers: Vec<f64> = looked_at.windows(window).step_by(window / 2).map(|part| part.iter().map(|h| h * h).sum()).collect();
    let (at, most) = powers.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let mut sorted = powers.clone();
    sorted.sort_by(f64::total_cmp);
    let chance = sorted.get(sorted.len() / 2).copied().filter(|chance| *chance > 0.0)?;
    let above_chance_db = 10.0 * (most / chance).log10();
    let delay_s = from_s + (at * (window / 2) + window / 2) as f64 / rate;
    // The response of a plain gain within the band has so much of its power.
    let share = 2.0 * (BAND_HZ.1 - BAND_HZ.0) / rate;
    (above_chance_db >= CHANCE_DB).then(|| Comeback { gain_db: 10.0 * (most / share).log10(), delay_s, above_chance_db })
}

/// The path's response within the band, from what was sent to what was heard.
fn response(sent: &[f64], heard: &[f64]) -> Option<Vec<f64>> {
    let length = fft::fast_len(sent.len() + heard.len());
    let into = fft::forward(sent.iter().copied(), length);
    let out = fft::forward(heard.iter().copied(), length);
    let hz = |k: usize| k as f64 * f64::from(RATE) / length as f64;
    let in_band = |k: usize| (BAND_HZ.0..=BAND_HZ.1).contains(&hz(k));
    let powers: Vec<f64> = into.iter().enumerate().filter(|(k, _)| in_band(*k)).map(|(_, bin)| bin.norm_sqr()).collect();
    let mean = powers.iter().sum::<f64>() / powers.len().max(1) as f64;
    if mean <= 0.0 || !mean.is_finite() {
        return None;
    }
    let ratio = |(k, (x, y)): (usize, (&Complex64, &Complex64))| {
        if in_band(k) { y * x.conj() / (x.norm_sqr() + LITTLE * mean) } else { Complex64::new(0.0, 0.0) }
    };
    Some(fft::inverse(into.iter().zip(&out).enumerate().map(ratio).collect(), length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stimulus::{Random, voice};

    /// A voice that goes straight to an ear 2 ms away, and comes back after `delay_s` at `gain_db`, in noise.
    fn heard(gain_db: f64, delay_s: f64, noise: f64) -> Option<Comeback> {
        let rate = 16_000u32;
        let spoken = voice(3, rate, 1.0);
        let mut random = Random::new(4);
        let gain = 10f64.powf(gain_db / 20.0) as f32;
        let late = (delay_s * f64::from(rate)) as usize;
        let at = |n: usize, by: usize| n.checked_sub(by).and_then(|n| spoken.get(n)).copied().unwrap_or(0.0);
        let ear: Vec<f32> =
            (0..rate as usize * 29 / 20).map(|n| at(n, 32) + gain * at(n, late) + (noise * random.gaussian()) as f32).collect();
        comeback(Signal::new(&spoken, f64::from(rate)), Signal::new(&ear, f64::from(rate)), 0.04, 0.4)
    }

    #[test]
    fn a_voice_that_comes_back_is_told_from_the_one_that_went_straight() {
        for (gain_db, delay_s) in [(-5.0, 0.15), (-15.0, 0.06), (0.0, 0.39)] {
            let found = heard(gain_db, delay_s, 0.001).expect("it comes back");
            assert!((found.gain_db - gain_db).abs() < 1.5 && (found.delay_s - delay_s).abs() < 0.005, "{found:?}");
        }
    }

    #[test]
    fn what_goes_straight_does_not_come_back() {
        for noise in [0.0001, 0.01, 0.1] {
            assert_eq!(heard(-120.0, 0.15, noise), None, "{noise}");
        }
        let nothing = vec![0.0; 16_000];
        let silent = Signal::new(&nothing, 16_000.0);
        assert_eq!(comeback(silent, silent, 0.04, 0.4), None);
    }
}
