//! What becomes of one side's voice when the other speaks at the same time: the attenuation that makes a hands-free
//! device full or half duplex.
//!
//! Knows nothing of who is a caller. The near voice is told from the far one's echo by coherence, so both may sound at
//! once in the recording.

use super::align::{Aligned, align};
use super::delay::Signal;
use super::response::{self, Spectra};

/// Speech band of the path, hertz.
const BAND_HZ: (f64, f64) = (300.0, 3400.0);
const SEGMENT_S: f64 = 0.128;
/// The far voice may reach the near end so much later than it was spoken, and ring there, seconds.
const FAR_DELAY_S: f64 = 0.5;

/// Duplex capability (ITU-T P.340, table 2) by the attenuation of the near voice in double talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Duplex {
    /// Full duplex: at most 3 dB.
    #[serde(rename = "1")]
    Full,
    /// Partial: at most 6 dB.
    #[serde(rename = "2a")]
    PartialA,
    /// Partial: at most 9 dB.
    #[serde(rename = "2b")]
    PartialB,
    /// Partial: at most 12 dB.
    #[serde(rename = "2c")]
    PartialC,
    /// No duplex: more than 12 dB.
    #[serde(rename = "3")]
    None,
}

/// The near voice alone and under the far one.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct DoubleTalk {
    /// How much weaker the near voice arrives while the far one speaks, dB. Negative: stronger.
    pub attenuation_db: f64,
    /// Expanded (k = 2), dB, from the coherence and the number of averages.
    pub uncertainty_db: f64,
    /// False where the near voice is lost altogether under the far one: then the attenuation is at least so much.
    pub heard: bool,
    pub duplex: Duplex,
    /// Gain of the near voice when it speaks alone, dB.
    pub gain_alone_db: f64,
    /// Seconds in which the near voice was alone, and in which both spoke, as used.
    pub alone_s: f64,
    pub both_s: f64,
}

/// Compares the near voice's way into `capture` while it speaks alone and while `far` speaks as well. `near` and `far`
/// are on one clock, `far` being what was spoken at the other end of the line. `None` if the near voice is not in the
/// recording, or never spoke alone, or never in double talk.
pub fn double_talk(near: Signal, far: Signal, capture: Signal) -> Option<DoubleTalk> {
    if near.rate != far.rate || !far.samples.iter().all(|x| x.is_finite()) {
        return None;
    }
    compare(&align(near, capture)?, near, far)
}

/// The same of a recording that lies upon the near voice.
fn compare(pair: &Aligned, near: Signal, far: Signal) -> Option<DoubleTalk> {
    let speaks_near = Activity::new(near);
    let speaks_far = Activity::new(far);
    let seconds = |range: &std::ops::Range<usize>| (range.start as f64 / pair.rate, range.end as f64 / pair.rate);
    let alone = |range: std::ops::Range<usize>| {
        let (from, to) = seconds(&range);
        speaks_near.any(from, to) && !speaks_far.any(from - FAR_DELAY_S, to + 0.05)
    };
    let both = |range: std::ops::Range<usize>| {
        let (from, to) = seconds(&range);
        speaks_near.any(from, to) && speaks_far.all(from - FAR_DELAY_S, to)
    };
    let of = |wanted: &dyn Fn(std::ops::Range<usize>) -> bool| {
        response::spectra_where(&pair.reference, &pair.capture, pair.rate, SEGMENT_S, wanted)
    };
    let (single, double) = (of(&alone)?, of(&both)?);
    let (alone, under) = (gain(&single).filter(|gain| gain.heard)?, gain(&double)?);
    let attenuation_db = 10.0 * (alone.power / under.power).log10();
    let duplex = match attenuation_db {
        ..=3.0 => Duplex::Full,
        ..=6.0 => Duplex::PartialA,
        ..=9.0 => Duplex::PartialB,
        ..=12.0 => Duplex::PartialC,
        _ => Duplex::None,
    };
    let time = |spectra: &Spectra| (spectra.segments + 1) as f64 * SEGMENT_S / 2.0;
    Some(DoubleTalk {
        attenuation_db,
        uncertainty_db: alone.uncertainty_db.hypot(under.uncertainty_db),
        heard: under.heard,
        duplex,
        gain_alone_db: 10.0 * alone.power.log10(),
        alone_s: time(&single),
        both_s: time(&double),
    })
}

/// Power gain of what is coherent.
struct Gain {
    power: f64,
    uncertainty_db: f64,
    heard: bool,
}

fn gain(spectra: &Spectra) -> Option<Gain> {
    let powers = spectra.powers(BAND_HZ.0, BAND_HZ.1);
    if powers.reference <= 0.0 || powers.capture <= 0.0 {
        return None;
    }
    let averages = spectra.effective() * (BAND_HZ.1 - BAND_HZ.0) / spectra.spacing_hz / 1.5;
    let ratio = powers.coherent / powers.capture;
    // What chance makes coherent, with two standard deviations: less is not told from nothing.
    let least = 2.0 * (1.0 / spectra.effective()) * (2.0 * spectra.effective() / averages).sqrt().min(1.0);
    let heard = ratio > least;
    let ratio = ratio.max(least).min(1.0);
    let relative = (2.0 * (1.0 - ratio).max(1e-4) / (ratio * averages)).sqrt();
    let uncertainty_db = (2.0 * 4.343 * relative).hypot(0.2);
    Some(Gain { power: ratio * powers.capture / powers.reference, uncertainty_db, heard })
}

/// When a voice speaks, in blocks of 10 ms: within 25 dB of its own mean level, gaps of up to 100 ms between syllables
/// bridged.
struct Activity {
    blocks: Vec<bool>,
}

impl Activity {
    const BLOCK_S: f64 = 0.01;

    fn new(voice: Signal) -> Self {
        let block = ((Self::BLOCK_S * voice.rate) as usize).max(1);
        let powers: Vec<f64> = voice
            .samples
            .chunks(block)
            .map(|part| part.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / part.len() as f64)
            .collect();
        let mean = powers.iter().sum::<f64>() / powers.len().max(1) as f64;
        let loud: Vec<bool> = powers.iter().map(|power| *power > mean * 0.003 && *power > 1e-12).collect();
        let near = |k: usize| loud[k.saturating_sub(5)..(k + 6).min(loud.len())].contains(&true);
        // A pause between two words of one turn is part of the turn; its outer edges are not moved.
        let bridged = |k: usize| {
            let before = loud[k.saturating_sub(35)..k].contains(&true);
            let after = loud[k..(k + 36).min(loud.len())].contains(&true);
            before && after
        };
        Activity { blocks: (0..loud.len()).map(|k| loud[k] || (near(k) && bridged(k)) || bridged(k)).collect() }
    }
    fn range(&self, from: f64, to: f64) -> std::ops::Range<usize> {
        let at = |t: f64| ((t.max(0.0) / Self::BLOCK_S) as usize).min(self.blocks.len());
        at(from)..at(to)
    }
    fn any(&self, from: f64, to: f64) -> bool {
        self.blocks[self.range(from, to)].contains(&true)
    }
    fn all(&self, from: f64, to: f64) -> bool {
        let range = self.range(from, to);
        !range.is_empty() && self.blocks[range].iter().all(|speaks| *speaks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stimulus::{Random, double_talk as pair};

    /// A path that lets the near voice through at half level, `loss` dB weaker while the far one speaks, with an echo
    /// of the far one.
    fn check(loss_db: f64, echo_db: f64, seed: u64) -> Option<DoubleTalk> {
        let (near, far) = pair(seed, 8000, 32.0);
        let mut random = Random::new(seed);
        let echo = 10f64.powf(echo_db / 20.0) as f32;
        let mut envelope = 0.0f32;
        let capture: Vec<f32> = (0..near.len())
            .map(|n| {
                // The far voice gets here 100 ms after it was spoken, and its echo 12 ms later.
                let late = |late: usize| n.checked_sub(late).map_or(0.0, |n| far[n]);
                envelope = (envelope * 0.9995).max(late(800).abs());
                let gain = if envelope > 0.005 { 10f64.powf(-loss_db / 20.0) as f32 } else { 1.0 };
                0.5 * gain * near[n] + echo * late(900) + 1e-4 * random.gaussian() as f32
            })
            .collect();
        let laid = Aligned::exact(near.clone(), capture, 8e3, 0.5);
        compare(&laid, Signal::new(&near, 8e3), Signal::new(&far, 8e3))
    }

    /// A small loudspeaker bears little of a voice's strength, and beside it somebody speaks who is louder.
    #[test]
    fn a_voice_from_a_small_loudspeaker_is_found_beside_a_louder_one() {
        fn of(samples: &[f32]) -> Signal<'_> {
            Signal::new(samples, 8e3)
        }
        for (seed, louder) in [(1, 0.4), (1, 0.8), (2, 0.8), (3, 0.8)] {
            let (near, far) = pair(seed, 8000, 16.0);
            let late = |samples: &[f32], by: usize, n: usize| n.checked_sub(by).map_or(0.0, |n| samples[n]);
            let mut low = 0.0;
            let mut small = |n: usize| {
                let x = late(&near, 500, n);
                low += 0.4 * (x - low);
                x - low
            };
            let capture: Vec<f32> = (0..near.len()).map(|n| 0.3 * small(n) + louder * late(&far, 30, n)).collect();
            let found = double_talk(of(&near), of(&far), of(&capture)).expect("it is there");
            assert!(found.attenuation_db.abs() <= found.uncertainty_db + 0.3, "{seed}, {louder}: {found:?}");
        }
    }

    #[test]
    fn known_losses_are_found_beside_an_echo() {
        for (loss, echo, duplex) in [
            (0.0, -40.0, Duplex::Full),
            (0.0, -10.0, Duplex::Full),
            (5.0, -30.0, Duplex::PartialA),
            (8.0, -20.0, Duplex::PartialB),
            (10.5, -30.0, Duplex::PartialC),
            (20.0, -30.0, Duplex::None),
        ] {
            for seed in 1..3 {
                let found = check(loss, echo, seed).unwrap();
                let within = (found.attenuation_db - loss).abs() <= found.uncertainty_db.max(0.5);
                assert!(within && found.heard && found.duplex == duplex, "{loss} dB, echo {echo} dB, seed {seed}: {found:?}");
                assert!((found.gain_alone_db + 6.02).abs() < 0.3 && found.uncertainty_db < 2.0, "{found:?}");
            }
        }
    }

    #[test]
    fn a_voice_that_is_lost_is_lost_by_at_least_so_much() {
        let found = check(90.0, -10.0, 1).unwrap();
        assert!(!found.heard && found.attenuation_db > 12.0 && found.duplex == Duplex::None, "{found:?}");
    }

    #[test]
    fn without_double_talk_there_is_no_figure() {
        let (near, far) = pair(1, 8000, 8.0);
        let s = |x| Signal::new(x, 8e3);
        assert!(double_talk(s(&near), s(&[0.0; 64_000]), s(&near)).is_none());
        assert!(double_talk(s(&near), s(&far), s(&[0.0; 64_000])).is_none());
        assert!(double_talk(s(&[0.0; 64_000]), s(&far), s(&near)).is_none());
        assert!(double_talk(s(&near), s(&[f32::NAN; 64_000]), s(&near)).is_none());
        assert!(double_talk(s(&[]), s(&[]), s(&[])).is_none());
    }
}
