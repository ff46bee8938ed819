//! Level of speech while it is active (ITU-T P.56), and what lies between the words: noise floor and signal-to-noise
//! ratio.
//!
//! Knows nothing of calibration; levels are dBFS (sine).

use super::level::{dbfs, mean_square};

/// Margin between threshold and active level (P.56, 7.2), dB.
const MARGIN_DB: f64 = 15.9;
/// How far the margin may be off (P.56, 7.2), dB: what that does to the level is its uncertainty.
const MARGIN_TOLERANCE_DB: f64 = 0.5;
const ENVELOPE_S: f64 = 0.03;
const HANGOVER_S: f64 = 0.2;
/// Powers of two from full scale down: 0 to −120 dB.
const THRESHOLDS: usize = 21;

/// Speech level while speech is active, and how much of the time it is.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct ActiveSpeech {
    /// Active speech level, dBFS (sine).
    pub level_dbfs: f64,
    /// Expanded (k = 2), dB: the change of the level for a margin at the ends of its tolerance, and 0.1 dB for the
    /// thresholds' spacing.
    pub uncertainty_db: f64,
    /// Share of time with speech, 0 to 1.
    pub activity: f64,
    /// Level over the whole stretch, dBFS (sine).
    pub long_term_dbfs: f64,
    /// Threshold of the envelope above which speech is active, full scale 1.
    pub threshold: f64,
}

/// What is heard while nobody speaks.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct NoiseFloor {
    /// dBFS (sine); `−∞` for digital silence.
    pub level_dbfs: f64,
    /// Expanded (k = 2), dB, from the fluctuation in blocks of 20 ms.
    pub uncertainty_db: f64,
    /// Seconds without speech that it was taken from.
    pub seconds: f64,
}

/// Active speech level by ITU-T P.56 (12/2011), method B: envelope time constant 30 ms, hangover 200 ms, margin 15.9
/// dB.
///
/// `None` for no samples, values that are not finite, silence, or a signal in which no threshold meets the margin. The
/// thresholds reach from 0 to −120 dB re full scale, so that quiet floating-point recordings are measured as well as
/// 16-bit ones.
pub fn active_speech(samples: &[f32], rate: f64) -> Option<ActiveSpeech> {
    let long_term = mean_square(samples).filter(|power| *power > 0.0)?;
    let counts = activity_counts(samples, rate)?;
    let total = long_term * samples.len() as f64;
    // From the quietest threshold upwards: level while active, threshold, both in dB of mean square.
    let points = counts.iter().enumerate().rev().take_while(|(_, count)| **count > 0);
    let points: Vec<(f64, f64)> =
        points.map(|(j, count)| (10.0 * (total / *count as f64).log10(), 20.0 * threshold(j).log10())).collect();
    let active = at_margin(&points, MARGIN_DB)?;
    let ends = [-MARGIN_TOLERANCE_DB, MARGIN_TOLERANCE_DB].map(|off| at_margin(&points, MARGIN_DB + off).unwrap_or(active));
    let moved = ends.iter().map(|end| (end - active).abs()).fold(0.0, f64::max);
    Some(ActiveSpeech {
        level_dbfs: active + 10.0 * 2f64.log10(),
        uncertainty_db: moved.hypot(0.1),
        activity: (long_term / 10f64.powf(active / 10.0)).min(1.0),
        long_term_dbfs: dbfs(long_term),
        threshold: 10f64.powf((active - MARGIN_DB) / 20.0),
    })
}

/// The active level at which it lies `margin` above its threshold.
fn at_margin(points: &[(f64, f64)], wanted: f64) -> Option<f64> {
    let margin = |(active, threshold): (f64, f64)| active - threshold;
    let crossing = points.windows(2).find_map(|pair| {
        let (below, above) = (margin(pair[0]), margin(pair[1]));
        if below < wanted || above > wanted {
            return None;
        }
        let part = if below > above { (below - wanted) / (below - above) } else { 0.0 };
        Some(pair[0].0 + part * (pair[1].0 - pair[0].0))
    });
    // A signal whose loudest threshold still has more margin (a very peaky one) takes the level there.
    crossing.or_else(|| points.last().filter(|p| margin(**p) >= wanted).map(|p| p.0))
}

fn threshold(j: usize) -> f64 {
    0.5f64.powi(j as i32)
}

/// The envelope of P.56: the magnitude, smoothed twice.
struct Envelope {
    smooth: f64,
    p: f64,
    q: f64,
}

impl Envelope {
    fn new(rate: f64) -> Option<Self> {
        (1.0..=1e6).contains(&rate).then(|| Envelope { smooth: (-1.0 / (rate * ENVELOPE_S)).exp(), p: 0.0, q: 0.0 })
    }
    fn step(&mut self, x: f32) -> f64 {
        self.p = self.smooth * self.p + (1.0 - self.smooth) * f64::from(x.abs());
        self.q = self.smooth * self.q + (1.0 - self.smooth) * self.p;
        self.q
    }
}

/// Samples counted active for each threshold, with hangover.
fn activity_counts(samples: &[f32], rate: f64) -> Option<[u64; THRESHOLDS]> {
    let mut envelope = Envelope::new(rate)?;
    let hangover = (HANGOVER_S * rate).ceil() as u64;
    let mut counts = [0u64; THRESHOLDS];
    let mut hanging = [hangover; THRESHOLDS];
    let thresholds: [f64; THRESHOLDS] = std::array::from_fn(threshold);
    for x in samples {
        let q = envelope.step(*x);
        for ((count, hang), threshold) in counts.iter_mut().zip(&mut hanging).zip(thresholds) {
            if q >= threshold {
                *count += 1;
                *hang = 0;
            } else if *hang < hangover {
                *count += 1;
                *hang += 1;
            }
        }
    }
    Some(counts)
}

/// Level of what is left while speech is not active, the hangover and the 50 ms in which a word builds up left out.
/// `None` if that is less than 0.2 s in all: then nobody paused, and a floor would be a guess.
pub fn noise_floor(samples: &[f32], rate: f64, speech: &ActiveSpeech) -> Option<NoiseFloor> {
    const BUILD_UP_S: f64 = 0.05;
    const SHORTEST_S: f64 = 0.2;
    let mut envelope = Envelope::new(rate)?;
    mean_square(samples)?;
    let block = ((0.02 * rate) as usize).max(1);
    let hangover = (HANGOVER_S / 0.02) as usize;
    let build_up = (BUILD_UP_S / 0.02).ceil() as usize;
    let active: Vec<bool> =
        samples.chunks(block).map(|part| part.iter().filter(|x| envelope.step(**x) >= speech.threshold).count() > 0).collect();
    let near = |k: usize| active[k.saturating_sub(hangover)..(k + build_up + 1).min(active.len())].contains(&true);
    let quiet = samples.chunks_exact(block).enumerate().filter(|(k, _)| !near(*k));
    let powers: Vec<f64> = quiet.filter_map(|(_, part)| mean_square(part)).collect();
    let seconds = (powers.len() * block) as f64 / rate;
    if seconds < SHORTEST_S {
        return None;
    }
    let mean = powers.iter().sum::<f64>() / powers.len() as f64;
    let variance = powers.iter().map(|p| (p - mean).powi(2)).sum::<f64>() / (powers.len() - 1).max(1) as f64;
    let relative = if mean > 0.0 { (variance / powers.len() as f64).sqrt() / mean } else { 0.0 };
    Some(NoiseFloor { level_dbfs: dbfs(mean), uncertainty_db: (2.0 * 4.343 * relative).hypot(0.1), seconds })
}

/// Speech over the noise it was heard in, dB, with its expanded uncertainty: the noise goes on under the words and is
/// taken off them. `None` where the words do not stand out of the noise, or the pauses are digitally silent.
pub fn signal_to_noise(speech: &ActiveSpeech, floor: &NoiseFloor) -> Option<(f64, f64)> {
    let over = 10f64.powf((speech.level_dbfs - floor.level_dbfs) / 10.0) - 1.0;
    (over > 0.0 && over.is_finite())
        .then(|| (10.0 * over.log10(), speech.uncertainty_db.hypot(floor.uncertainty_db) * (1.0 + 1.0 / over)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::rms_dbfs;
    use crate::stimulus::{Random, speech_noise};

    /// Speech-like noise in talk spurts of `on` seconds with pauses of `off` in noise of `floor_db`: the whole, and the
    /// spurts alone.
    fn talk(on: f64, off: f64, level_db: f64, floor_db: f64, rate: f64) -> (Vec<f32>, Vec<f32>) {
        let noise = speech_noise(9, rate as u32, 12.0);
        let scale = 10f64.powf((level_db - rms_dbfs(&noise).unwrap()) / 20.0);
        let mut random = Random::new(4);
        let talking = |i: usize| (i as f64 / rate) % (on + off) < on;
        let floor = 10f64.powf(floor_db / 20.0) / 2f64.sqrt();
        let word = |i: usize, x: &f32| if talking(i) { f64::from(*x) * scale } else { 0.0 };
        let speech: Vec<f32> = noise.iter().enumerate().map(|(i, x)| (word(i, x) + floor * random.gaussian()) as f32).collect();
        let active = speech.iter().enumerate().filter(|(i, _)| talking(*i)).map(|(_, x)| *x).collect();
        (speech, active)
    }

    fn check(on: f64, off: f64, level_db: f64, rate: f64) {
        let (speech, active) = talk(on, off, level_db, -97.0, rate);
        let result = active_speech(&speech, rate).unwrap();
        // By the method's own definition each spurt is followed by the hangover of 200 ms, and by the time the
        // two-stage envelope takes to fall 15.9 dB (100 ms) less the time it takes to rise (25 ms).
        let spurt = if off > 0.0 { on + 0.275 } else { on };
        let expected = rms_dbfs(&active).unwrap() - 10.0 * (spurt / on).log10();
        assert!((result.level_dbfs - expected).abs() < 0.2, "{on}/{off}: {result:?}, expected {expected:.2}");
        assert!((result.activity - (spurt / (on + off)).min(1.0)).abs() < 0.03, "{on}/{off}: {result:?}");
        assert!((0.1..0.5).contains(&result.uncertainty_db), "{result:?}");
    }

    #[test]
    fn active_speech_counts_spurts_and_their_hangover() {
        for rate in [8000.0, 16_000.0, 48_000.0] {
            for (on, off) in [(2.0, 0.0), (2.0, 2.0), (1.0, 3.0), (2.4, 0.6)] {
                check(on, off, -36.0, rate);
            }
        }
    }

    #[test]
    fn continuous_speech_reads_its_rms() {
        for level in [-10.0, -26.0, -50.0] {
            let noise = speech_noise(3, 16000, 4.0);
            let scale = 10f64.powf((level - rms_dbfs(&noise).unwrap()) / 20.0) as f32;
            let scaled: Vec<f32> = noise.iter().map(|x| x * scale).collect();
            let result = active_speech(&scaled, 16e3).unwrap();
            assert!((result.level_dbfs - level).abs() < 0.2 && result.activity > 0.96, "{level}: {result:?}");
        }
    }

    #[test]
    fn the_floor_is_what_lies_between_the_words() {
        for (level, floor) in [(-26.0, -60.0), (-20.0, -45.0), (-30.0, -80.0)] {
            let (speech, active) = talk(1.0, 1.5, level, floor, 8000.0);
            let found = active_speech(&speech, 8e3).unwrap();
            let quiet = noise_floor(&speech, 8e3, &found).unwrap();
            assert!((quiet.level_dbfs - floor).abs() < 2.0 * quiet.uncertainty_db && quiet.uncertainty_db < 0.3, "{quiet:?}");
            let (ratio, uncertainty) = signal_to_noise(&found, &quiet).unwrap();
            // The active level counts the hangover as speech: 1.275 s for each second.
            let expected = rms_dbfs(&active).unwrap() - 10.0 * 1.275f64.log10() - floor;
            assert!((ratio - expected).abs() < uncertainty.max(0.3), "{level} over {floor}: {ratio:.2} for {expected:.2}");
        }
        let (speech, _) = talk(2.0, 0.0, -26.0, -60.0, 8000.0);
        assert!(noise_floor(&speech, 8e3, &active_speech(&speech, 8e3).unwrap()).is_none());
    }

    #[test]
    fn no_speech_is_no_level() {
        assert!(active_speech(&[], 8e3).is_none() && active_speech(&[0.0; 8000], 8e3).is_none());
        assert!(active_speech(&[f32::NAN; 8000], 8e3).is_none() && active_speech(&[0.1], f64::NAN).is_none());
    }
}
