//! Sounds in what should be a silence: tones that stand, and bursts above the noise. A noise that goes on evenly is
//! none, however loud.
//!
//! Knows nothing of who should be silent, nor of what may be heard there.

use std::f64::consts::PI;

use super::delay::Signal;
use super::fft;
use super::level::{dbfs, without_offset};

/// Length of a look for tones, and the distance to the next one, in seconds.
const TONE_LOOK_S: f64 = 0.064;
const TONE_HOP_S: f64 = 0.032;
/// A tone stands at one frequency for so many looks.
const FEWEST_LOOKS: usize = 3;
/// It rises so far above its neighbourhood, as a ratio of powers: of noise one look in 10^9 does.
const PROMINENCE: f64 = 30.0;
/// Its neighbourhood, in bins to either side; the bins of the tone itself.
const NEIGHBOURS: usize = 16;
const LOBE: usize = 2;
/// Below this nothing is a tone: an offset and what moves it.
const LOWEST_HZ: f64 = 40.0;
/// Length of a look for bursts, in seconds.
const BURST_LOOK_S: f64 = 0.010;
/// A burst rises so far above the stillest fifth of the looks, as a ratio of powers.
const RISE: f64 = 10.0;
/// Bursts nearer than this are one, in seconds.
const NEAR_S: f64 = 0.050;

/// A sound where there should be none.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Intrusion {
    /// From the first sample, seconds.
    pub at_s: f64,
    pub length_s: f64,
    /// The loudest look of it, dBFS (sine).
    pub level_dbfs: f64,
    /// Of a tone; null for a burst.
    pub hz: Option<f64>,
}

/// All that is at least as loud as `least_dbfs` in a capture, which is looked at at `rate` (whole hertz); tones first,
/// each kind in the order of time. None of values that are not finite or at a rate outside 4 to 100 kHz.
pub fn intrusions(capture: Signal, rate: u32, least_dbfs: f64) -> Vec<Intrusion> {
    let usable = (4e3..=1e6).contains(&capture.rate) && (4000..=100_000).contains(&rate);
    if !usable || !capture.samples.iter().all(|x| x.is_finite()) {
        return Vec::new();
    }
    let samples = fft::resample(capture.samples, capture.rate.round() as u32, rate);
    let samples = without_offset(&samples.iter().map(|x| *x as f32).collect::<Vec<_>>());
    let rate = f64::from(rate);
    let mut found = tones(&samples, rate, least_dbfs);
    let tones = found.len();
    for burst in bursts(&samples, rate, least_dbfs) {
        let ends = burst.at_s + burst.length_s;
        let is_tone = |tone: &Intrusion| tone.at_s - NEAR_S <= ends && burst.at_s <= tone.at_s + tone.length_s + NEAR_S;
        if !found[..tones].iter().any(is_tone) {
            found.push(burst);
        }
    }
    found
}

fn tones(samples: &[f32], rate: f64, least_dbfs: f64) -> Vec<Intrusion> {
    let length = fft::fast_len((TONE_LOOK_S * rate) as usize);
    let hop = ((TONE_HOP_S * rate) as usize).max(1);
    if samples.len() < length {
        return Vec::new();
    }
    let window: Vec<f64> = (0..length).map(|i| 0.5 - 0.5 * (2.0 * PI * i as f64 / length as f64).cos()).collect();
    let spacing = rate / length as f64;
    let mut found: Vec<Intrusion> = Vec::new();
    let mut run: Option<(usize, usize, usize, f64)> = None;
    let mut close = |run: Option<(usize, usize, usize, f64)>| {
        if let Some((first, bin, looks, level)) = run.filter(|run| run.2 >= FEWEST_LOOKS) {
            let seconds = |samples: usize| samples as f64 / rate;
            let (at_s, length_s) = (seconds(first * hop), seconds((looks - 1) * hop + length));
            found.push(Intrusion { at_s, length_s, level_dbfs: level, hz: Some(bin as f64 * spacing) });
        }
    };
    for (look, start) in (0..=samples.len() - length).step_by(hop).enumerate() {
        let part = window.iter().zip(&samples[start..]).map(|(w, x)| w * f64::from(*x));
        let power: Vec<f64> = fft::forward(part, length).iter().map(|bin| bin.norm_sqr()).collect();
        let peak = peak(&power, spacing, length).filter(|(_, level)| *level >= least_dbfs);
        run = match (run, peak) {
            (Some((first, bin, looks, loudest)), Some((now, level))) if now.abs_diff(bin) <= 1 => {
                Some((first, now, looks + 1, level.max(loudest)))
            }
            (ended, peak) => {
                close(ended);
                peak.map(|(bin, level)| (look, bin, 1, level))
            }
        };
    }
    close(run);
    found
}

/// The strongest bin of a look that stands out of its neighbourhood, and the level of the tone there.
fn peak(power: &[f64], spacing: f64, length: usize) -> Option<(usize, f64)> {
    let lowest = (LOWEST_HZ / spacing).ceil() as usize;
    let (bin, _) = power.iter().enumerate().skip(lowest.max(1)).max_by(|a, b| a.1.total_cmp(b.1))?;
    let range = |reach: usize| bin.saturating_sub(reach).max(1)..(bin + reach + 1).min(power.len());
    let mut around: Vec<f64> = range(NEIGHBOURS).filter(|k| k.abs_diff(bin) > LOBE).map(|k| power[k]).collect();
    around.sort_by(f64::total_cmp);
    let usual = around.get(around.len() / 2)?;
    // Of a Hann window's squares the mean is 3/8; half of a tone's power is at the negative frequency.
    let tone: f64 = 2.0 * range(LOBE).map(|k| power[k]).sum::<f64>() / (0.375 * (length * length) as f64);
    (power[bin] > PROMINENCE * usual && tone > 0.0).then(|| (bin, dbfs(tone)))
}

fn bursts(samples: &[f32], rate: f64, least_dbfs: f64) -> Vec<Intrusion> {
    let look = ((BURST_LOOK_S * rate) as usize).max(1);
    let powers: Vec<f64> =
        samples.chunks_exact(look).map(|part| part.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / look as f64).collect();
    let mut sorted = powers.clone();
    sorted.sort_by(f64::total_cmp);
    let Some(still) = sorted.get(sorted.len() / 5) else { return Vec::new() };
    let mut found: Vec<Intrusion> = Vec::new();
    for (n, power) in powers.iter().enumerate().filter(|(_, power)| **power > RISE * still && dbfs(**power) >= least_dbfs) {
        let at_s = n as f64 * look as f64 / rate;
        match found.last_mut() {
            Some(last) if at_s <= last.at_s + last.length_s + NEAR_S => {
                last.length_s = at_s + BURST_LOOK_S - last.at_s;
                last.level_dbfs = last.level_dbfs.max(dbfs(*power));
            }
            _ => found.push(Intrusion { at_s, length_s: BURST_LOOK_S, level_dbfs: dbfs(*power), hz: None }),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::stimulus::Random;
    use super::*;

    const RATE: f64 = 8000.0;

    /// Six seconds of noise at −50 dBFS, and something more.
    fn look(more: impl Fn(f64) -> f64) -> Vec<Intrusion> {
        let mut random = Random::new(3);
        let samples: Vec<f32> = (0..48_000).map(|n| (0.0022 * random.gaussian() + more(f64::from(n) / RATE)) as f32).collect();
        intrusions(Signal::new(&samples, RATE), 8000, -40.0)
    }
    fn tone(t: f64, hz: f64, amplitude: f64) -> f64 {
        amplitude * (2.0 * PI * hz * t).sin()
    }

    #[test]
    fn an_even_noise_is_no_sound() {
        assert_eq!(look(|_| 0.0), []);
        let mut random = Random::new(9);
        let loud: Vec<f32> = (0..48_000).map(|_| (0.2 * random.gaussian()) as f32).collect();
        assert_eq!(intrusions(Signal::new(&loud, RATE), 8000, -40.0), []);
    }

    #[test]
    fn a_short_tone_and_a_standing_hum_are_tones() {
        let beep = look(|t| if (2.0..2.16).contains(&t) { tone(t, 1400.0, 0.05) } else { 0.0 });
        assert_eq!(beep.len(), 1, "{beep:?}");
        assert!((beep[0].at_s - 2.0).abs() < 0.07 && (beep[0].hz.unwrap() - 1400.0).abs() < 16.0, "{beep:?}");
        assert!((beep[0].level_dbfs + 26.0).abs() < 1.0, "{beep:?}");
        let hum = look(|t| tone(t, 50.0, 0.03));
        assert!(hum.len() == 1 && hum[0].length_s > 5.8 && (hum[0].hz.unwrap() - 50.0).abs() < 16.0, "{hum:?}");
        assert_eq!(look(|t| tone(t, 1000.0, 0.005)), [], "too faint");
    }

    #[test]
    fn crackle_is_so_many_bursts() {
        let found = look(|t| if t % 0.5 < 0.005 { 0.1 * (t * 7919.0).sin() } else { 0.0 });
        assert_eq!((found.len(), found.iter().all(|burst| burst.hz.is_none())), (12, true), "{found:?}");
    }

    #[test]
    fn rubbish_holds_no_sound() {
        for samples in [&[][..], &[1.0], &[f32::NAN; 4001], &[f32::INFINITY; 4001], &[0.0; 9000]] {
            for rate in [0.0, 8000.0, 1e9, f64::NAN] {
                assert_eq!(intrusions(Signal::new(samples, rate), 8000, -40.0), []);
            }
        }
    }
}
