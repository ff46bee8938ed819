//! What a path does to the sound of a voice beside its delay: how loud it makes it, how much duller, which band it
//! swallows, and whether it presses the peaks flat.
//!
//! Only what is coherent with the voice counts, so that noise and codecs change nothing but how pure it is. Knows
//! nothing of transducers.

use super::align::Aligned;
use super::response::{self, ResponsePoint};

/// No more is told apart in a second of voice, dB.
pub const PUREST_DB: f64 = 40.0;
/// Length of an averaged segment, seconds.
const SEGMENT_S: f64 = 0.064;
/// Stretches over which amplitudes are compared, seconds: shorter than a control of gain can follow.
const STRETCH_S: f64 = 0.020;

/// How a voice was changed.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Coloration {
    /// What is coherent of the capture over the reference, dB.
    pub gain_db: f64,
    /// How much fainter the path makes each higher octave of the voice's band, by a straight line over third octaves,
    /// dB.
    pub fall_db: f64,
    /// How far the third octave that suffers most lies below the line, dB.
    pub hole_db: f64,
    /// Expanded (k = 2), dB, of a single third octave.
    pub uncertainty_db: f64,
    /// What is coherent of the capture over all else that comes with it in the band of the voice, dB, at most
    /// [`PUREST_DB`]: images, holes and whatever else no filter makes, but not the noise that is there without the
    /// voice.
    pub purity_db: f64,
    /// Kurtosis of the capture's amplitudes within stretches of 20 ms, relative to the reference's: 1 for a path that
    /// is linear, less for one that presses peaks flat. Noise brings it nearer to 1.
    pub peaks: f64,
}

/// The colour that a path gives to a voice whose energy lies over `low..high` hertz. `None`: too short, or nothing
/// coherent. `noise`: mean square of what the capture holds without the voice, full scale 1.
pub fn coloration(pair: &Aligned, low: f64, high: f64, noise: f64) -> Option<Coloration> {
    let spectra = response::spectra(&pair.reference, &pair.capture, pair.rate, SEGMENT_S)?;
    let powers = spectra.powers(low, high);
    if powers.coherent <= 0.0 || powers.reference <= 0.0 {
        return None;
    }
    let inside = |point: &&ResponsePoint| point.hz / 1.13 >= low && point.hz * 1.13 <= high;
    let points: Vec<ResponsePoint> = response::response(pair)?.points.iter().filter(inside).copied().collect();
    let (fall_db, hole_db) = shape(&points)?;
    let uncertainty_db = points.iter().map(|point| point.uncertainty_db).fold(0.5, f64::max).min(6.0);
    let gain_db = 10.0 * (powers.coherent / powers.reference).log10();
    // The spectra's unit, by what the whole capture has of it.
    let unit = spectra.powers(0.0, pair.rate / 2.0).capture / mean_square(&pair.capture).max(f64::MIN_POSITIVE);
    let rest = (powers.capture - powers.coherent - noise * unit).max(0.0);
    let purity_db = (10.0 * (powers.coherent / rest).log10()).min(PUREST_DB);
    let peaks = kurtosis(&pair.capture, pair.rate)? / kurtosis(&pair.reference, pair.rate)?;
    Some(Coloration { gain_db, fall_db, hole_db, uncertainty_db, purity_db, peaks })
}

pub fn mean_square(samples: &[f32]) -> f64 {
    samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / samples.len().max(1) as f64
}

/// Fall per octave of the line through all bands, and the deepest hole below it.
fn shape(points: &[ResponsePoint]) -> Option<(f64, f64)> {
    let n = points.len() as f64;
    let x = |point: &ResponsePoint| point.hz.log2();
    let (mean_x, mean_y) = (points.iter().map(x).sum::<f64>() / n, points.iter().map(|p| p.magnitude_db).sum::<f64>() / n);
    let spread: f64 = points.iter().map(|p| (x(p) - mean_x).powi(2)).sum();
    if points.len() < 3 || spread <= 0.0 || !mean_y.is_finite() {
        return None;
    }
    let slope = points.iter().map(|p| (x(p) - mean_x) * (p.magnitude_db - mean_y)).sum::<f64>() / spread;
    // The line passes through the bands' median, which a hole does not draw down.
    let above = |p: &ResponsePoint| p.magnitude_db - slope * (x(p) - mean_x);
    let mut levels: Vec<f64> = points.iter().map(above).collect();
    levels.sort_by(f64::total_cmp);
    let median = levels.get(levels.len() / 2)?;
    Some((-slope, (median - levels.first()?).max(0.0)))
}

/// Fourth moment over the square of the second, averaged over stretches by their power. `None` for silence.
fn kurtosis(samples: &[f32], rate: f64) -> Option<f64> {
    let stretch = ((STRETCH_S * rate) as usize).max(1);
    let (mut weighted, mut weights) = (0.0, 0.0);
    for part in samples.chunks_exact(stretch) {
        let moment = |n: i32| part.iter().map(|x| f64::from(*x).powi(n)).sum::<f64>() / stretch as f64;
        let power = moment(2);
        if power > 0.0 {
            weighted += moment(4) / power;
            weights += power;
        }
    }
    (weights > 0.0 && weighted.is_finite()).then(|| weighted / weights)
}

#[cfg(test)]
mod tests {
    use super::super::fft;
    use super::super::stimulus::{BURST_BAND_HZ, Random, voice};
    use super::*;

    const RATE: f64 = 8000.0;

    fn through(path: impl Fn(&[f32]) -> Vec<f32>) -> Coloration {
        in_noise(path, 0.0)
    }
    /// `noise`: what is said to be there without the voice.
    fn in_noise(path: impl Fn(&[f32]) -> Vec<f32>, noise: f64) -> Coloration {
        let reference = voice(7, 8000, 1.0);
        let mut random = Random::new(1);
        let mut capture = path(&reference);
        capture.iter_mut().for_each(|x| *x += (0.002 * random.gaussian()) as f32);
        coloration(&Aligned::exact(reference, capture, RATE, 1.0), BURST_BAND_HZ.0, BURST_BAND_HZ.1, noise).expect("a voice")
    }

    /// One pole: 6 dB an octave.
    fn dull(samples: &[f32], hertz: f64) -> Vec<f32> {
        let step = 1.0 - (-std::f64::consts::TAU * hertz / RATE).exp();
        let mut kept = 0.0;
        let next = |x: &f32| {
            kept += step * (f64::from(*x) - kept);
            kept as f32
        };
        samples.iter().map(next).collect()
    }

    #[test]
    fn a_plain_path_colours_nothing() {
        let found = through(|x| x.iter().map(|x| -0.1 * x).collect());
        assert!((found.gain_db + 20.0).abs() < 0.2, "{found:?}");
        assert!(found.fall_db.abs() < 0.5 && found.hole_db < 0.5 && (0.95..1.05).contains(&found.peaks), "{found:?}");
    }

    #[test]
    fn a_dull_path_falls_and_a_notched_one_has_a_hole() {
        let found = through(|x| dull(x, 300.0));
        assert!((4.5..6.0).contains(&found.fall_db) && found.hole_db < 3.0, "{found:?}");
        let found = through(|x| {
            let notch = |f: f64| f64::from(u8::from(!(1000.0..2000.0).contains(&(f * RATE))));
            let samples: Vec<f64> = x.iter().map(|x| f64::from(*x)).collect();
            fft::filter(&samples, 0, notch).iter().map(|x| *x as f32).collect()
        });
        assert!(found.hole_db > 12.0, "{found:?}");
    }

    #[test]
    fn noise_and_images_spoil_a_voice_and_filters_do_not() {
        let plain = through(|x| dull(x, 1500.0));
        assert!(plain.purity_db > 20.0, "{plain:?}");
        let held = through(|x| x.chunks(2).flat_map(|pair| [pair[0], pair[0]]).collect());
        assert!(held.purity_db < 6.0, "{held:?}");
        let reference = mean_square(&voice(7, 8000, 1.0));
        let noisy = |noise: f64| {
            let path = |x: &[f32]| {
                let mut random = Random::new(3);
                x.iter().map(|x| x + (reference.sqrt() * random.gaussian()) as f32).collect()
            };
            in_noise(path, noise).purity_db
        };
        assert!((0.0..8.0).contains(&noisy(0.0)), "{}", noisy(0.0));
        // The same noise without the voice is the street's.
        assert!(noisy(reference) > 12.0, "{}", noisy(reference));
    }

    #[test]
    fn what_is_pressed_flat_has_no_peaks() {
        let found = through(|x| x.iter().map(|x| x.clamp(-0.05, 0.05)).collect());
        assert!(found.peaks < 0.7, "{found:?}");
        let noisy = through(|x| x.iter().map(|x| x.clamp(-0.4, 0.4)).collect());
        assert!(noisy.peaks > 0.95, "{noisy:?}");
    }
}
