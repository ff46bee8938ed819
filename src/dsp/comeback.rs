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

/// What comes back from the walls alone, window by window from `from_s` on: power over what was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Room {
    from_s: f64,
    powers: Vec<f64>,
}

/// A wall sends back as much again within so much, as a factor of power: neither voice has all frequencies.
const AS_MUCH: f64 = 1.6;

impl Room {
    /// From a sound that nobody but the walls can have sent back.
    pub fn of(sent: Signal, heard: Signal, from_s: f64, to_s: f64) -> Option<Room> {
        Some(Room { from_s, powers: windows(sent, heard, from_s, to_s)? })
    }

    /// The most that walls may send back in a window that begins at this moment.
    fn at(&self, seconds: f64) -> f64 {
        let nearest = ((seconds - self.from_s) / (WINDOW_S / 2.0)).round();
        let near = |by: f64| (nearest + by >= 0.0).then(|| self.powers.get((nearest + by) as usize)).flatten().copied();
        [-1.0, 0.0, 1.0].into_iter().filter_map(near).fold(0.0, f64::max) * AS_MUCH
    }
}

/// Looks for `sent` in `heard`, whose first samples belong together, between `from_s` and `to_s` after itself, and
/// takes off what the room sends back, where that is known. `None`: it did not come back, as far as the noise there
/// lets one hear.
pub fn comeback(sent: Signal, heard: Signal, from_s: f64, to_s: f64, room: Option<&Room>) -> Option<Comeback> {
    let mut powers = windows(sent, heard, from_s, to_s)?;
    let mut sorted = powers.clone();
    sorted.sort_by(f64::total_cmp);
    let chance = sorted.get(sorted.len() / 2).copied().filter(|chance| *chance > 0.0)?;
    if let Some(room) = room {
        let moments = (0..).map(|n| from_s + f64::from(n) * WINDOW_S / 2.0);
        powers.iter_mut().zip(moments).for_each(|(power, at)| *power = (*power - room.at(at)).max(0.0));
    }
    let (at, most) = powers.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let above_chance_db = 10.0 * (most / chance).log10();
    let delay_s = from_s + (at as f64 / 2.0 + 0.5) * WINDOW_S;
    // The response of a plain gain within the band has so much of its power.
    let share = 2.0 * (BAND_HZ.1 - BAND_HZ.0) / f64::from(RATE);
    (above_chance_db >= CHANCE_DB).then(|| Comeback { gain_db: 10.0 * (most / share).log10(), delay_s, above_chance_db })
}

/// Power of the path's response in windows that overlap by half, so that none cuts in two what comes back.
fn windows(sent: Signal, heard: Signal, from_s: f64, to_s: f64) -> Option<Vec<f64>> {
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
    Some(looked_at.windows(window).step_by(window / 2).map(|part| part.iter().map(|h| h * h).sum()).collect())
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
        comeback(Signal::new(&spoken, f64::from(rate)), Signal::new(&ear, f64::from(rate)), 0.04, 0.4, None)
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
        assert_eq!(comeback(silent, silent, 0.04, 0.4, None), None);
    }

    /// A wall sends one's voice back in every talk, and as well when nobody is called.
    #[test]
    fn what_the_walls_send_back_is_taken_off() {
        let rate = 16_000u32;
        let of = |seed: u64, own: f32| {
            let spoken = voice(seed, rate, 1.0);
            let at = |n: usize, by: usize| n.checked_sub(by).and_then(|n| spoken.get(n)).copied().unwrap_or(0.0);
            // A wall at 41 ms and one at 68; its own voice at 150 ms.
            let ear: Vec<f32> = (0..rate as usize * 29 / 20)
                .map(|n| at(n, 32) + 0.16 * at(n, 656) + 0.1 * at(n, 1088) + own * at(n, 2400))
                .collect();
            (spoken, ear)
        };
        fn signal(samples: &[f32]) -> Signal<'_> {
            Signal::new(samples, 16e3)
        }
        let (spoken, ear) = of(3, 0.0);
        let room = Room::of(signal(&spoken), signal(&ear), 0.04, 0.4);
        let heard = |own: f32, room: Option<&Room>| {
            let (spoken, ear) = of(5, own);
            comeback(signal(&spoken), signal(&ear), 0.04, 0.4, room)
        };
        assert!(heard(0.0, None).is_some_and(|found| (found.gain_db + 16.0).abs() < 2.0));
        assert!(heard(0.0, room.as_ref()).is_none_or(|found| found.gain_db < -26.0), "{:?}", heard(0.0, room.as_ref()));
        let own = heard(0.3, room.as_ref()).expect("it comes back");
        assert!((own.gain_db + 10.5).abs() < 1.5 && (own.delay_s - 0.15).abs() < 0.005, "{own:?}");
    }
}
