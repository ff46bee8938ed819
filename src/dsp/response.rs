//! Transfer function between a reference and its aligned recording: magnitude, coherence, and the part of the recording
//! that is coherent.
//!
//! Knows nothing of loudspeakers or masks; a response is relative unless the caller knows the levels.

use std::f64::consts::PI;

use super::align::Aligned;
use super::fft::{self, Complex64};

/// Averaged spectra of a pair of signals (Welch, Hann window, half overlap).
#[derive(Debug, Clone)]
pub struct Spectra {
    /// Hertz between bins.
    pub spacing_hz: f64,
    /// Number of averaged (half-overlapping) segments.
    pub segments: usize,
    pub reference: Vec<f64>,
    pub capture: Vec<f64>,
    pub cross: Vec<Complex64>,
}

/// Averages the spectra of two signals of one rate over segments of about `segment_s` seconds. `None` if not even two
/// segments fit.
pub fn spectra(reference: &[f32], capture: &[f32], rate: f64, segment_s: f64) -> Option<Spectra> {
    spectra_where(reference, capture, rate, segment_s, |_| true)
}

/// The same over those segments (given by their samples) that are wanted.
pub fn spectra_where(
    reference: &[f32],
    capture: &[f32],
    rate: f64,
    segment_s: f64,
    wanted: impl Fn(std::ops::Range<usize>) -> bool,
) -> Option<Spectra> {
    let length = fft::fast_len((segment_s * rate) as usize);
    let total = reference.len().min(capture.len());
    if length < 16 || total < length + length / 2 {
        return None;
    }
    let window: Vec<f64> = (0..length).map(|i| 0.5 - 0.5 * (2.0 * PI * i as f64 / length as f64).cos()).collect();
    let bins = length / 2 + 1;
    let mut sum = Spectra {
        spacing_hz: rate / length as f64,
        segments: 0,
        reference: vec![0.0; bins],
        capture: vec![0.0; bins],
        cross: vec![Complex64::default(); bins],
    };
    for start in (0..=total - length).step_by(length / 2).filter(|start| wanted(*start..start + length)) {
        let windowed = |x: &[f32]| {
            let part = x[start..start + length].iter().zip(&window);
            fft::forward(part.map(|(x, w)| f64::from(*x) * w).collect::<Vec<_>>(), length)
        };
        for (k, (x, y)) in windowed(reference).iter().zip(&windowed(capture)).enumerate() {
            sum.reference[k] += x.norm_sqr();
            sum.capture[k] += y.norm_sqr();
            sum.cross[k] += y * x.conj();
        }
        sum.segments += 1;
    }
    (sum.segments >= 2).then_some(sum)
}

impl Spectra {
    pub fn bins(&self) -> usize {
        self.reference.len()
    }

    /// Magnitude-squared coherence, 0 to 1, corrected for the bias of finite averaging (Carter 1987).
    pub fn coherence(&self, k: usize) -> f64 {
        let raw = self.cross[k].norm_sqr() / (self.reference[k] * self.capture[k]).max(1e-300);
        let effective = self.effective();
        ((raw - 1.0 / effective) / (1.0 - 1.0 / effective)).clamp(0.0, 1.0)
    }

    /// Transfer function H1 = cross spectrum over reference spectrum: unbiased by noise in the recording.
    pub fn transfer(&self, k: usize) -> Complex64 {
        self.cross[k] / self.reference[k].max(1e-300)
    }

    /// Independent averages: half-overlapping Hann segments count for 0.95 of their number, less the ends.
    pub fn effective(&self) -> f64 {
        (0.53 * self.segments as f64 + 0.5).max(1.5)
    }

    /// Power of the capture that is coherent with the reference, of the reference, and of the capture, over `low..high`
    /// hertz.
    pub fn powers(&self, low: f64, high: f64) -> Powers {
        let inside = |k: &usize| (low..=high).contains(&(*k as f64 * self.spacing_hz));
        let mut powers = Powers::default();
        for k in (0..self.bins()).filter(inside) {
            powers.reference += self.reference[k];
            powers.capture += self.capture[k];
            let raw = self.cross[k].norm_sqr() / self.reference[k].max(1e-300);
            // Without any relation the estimate would still hold one part in the number of averages.
            powers.coherent += (raw - self.capture[k] / self.effective()) / (1.0 - 1.0 / self.effective());
        }
        powers
    }
}

/// Powers in a band, in common arbitrary units.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Powers {
    pub reference: f64,
    pub capture: f64,
    /// May be slightly negative where there is nothing coherent.
    pub coherent: f64,
}

/// One point of a frequency response.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct ResponsePoint {
    pub hz: f64,
    /// Capture over reference, dB.
    pub magnitude_db: f64,
    /// Expanded uncertainty (k = 2) of the magnitude, dB, from coherence and the number of averages (Bendat and
    /// Piersol).
    pub uncertainty_db: f64,
    pub coherence: f64,
}

/// A frequency response in third octaves.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Response {
    pub points: Vec<ResponsePoint>,
    /// Where the magnitude first stays within 6 dB of its value about 1 kHz, downwards and upwards, hertz; null if it
    /// never does.
    pub low_6db_hz: Option<f64>,
    pub high_6db_hz: Option<f64>,
    /// Signal to what is not linearly related to it (noise, distortion, losses), over the reference's band, dB.
    pub coherent_to_rest_db: f64,
    /// Expanded (k = 2), dB, from the number of averages.
    pub coherent_to_rest_uncertainty_db: f64,
}

/// Frequency response of an aligned pair in third octaves from 100 Hz to 0.45 of the rate, where the reference has
/// energy. `None` for less than about half a second of sound.
pub fn response(pair: &Aligned) -> Option<Response> {
    let spectra = spectra(&pair.reference, &pair.capture, pair.rate, 0.1)?;
    let strongest = (0..spectra.bins()).map(|k| spectra.reference[k]).fold(0.0, f64::max);
    let centres = (20..43).map(|n| 10f64.powf(f64::from(n) / 10.0)).take_while(|hz| hz * 1.13 < 0.45 * pair.rate);
    let points: Vec<ResponsePoint> = centres.filter_map(|hz| third_octave(&spectra, hz, strongest)).collect();
    let near = points.iter().min_by(|a, b| distance(a.hz).total_cmp(&distance(b.hz)))?;
    let within = |p: &&ResponsePoint| (p.magnitude_db - near.magnitude_db).abs() <= 6.0;
    let run = |points: &mut dyn Iterator<Item = &ResponsePoint>| points.take_while(within).last().map(|p| p.hz);
    let low = run(&mut points.iter().rev().filter(|p| p.hz <= near.hz));
    let high = run(&mut points.iter().filter(|p| p.hz >= near.hz));
    let (from, to) = (points.first()?.hz / 1.13, points.last()?.hz * 1.13);
    let powers = spectra.powers(from, to);
    let rest = (powers.capture - powers.coherent).max(powers.capture * 1e-12);
    Some(Response {
        low_6db_hz: low,
        high_6db_hz: high,
        coherent_to_rest_uncertainty_db: (2.0 * 4.343 / (spectra.effective() * (to - from) / spectra.spacing_hz / 1.5).sqrt())
            .hypot(0.2),
        coherent_to_rest_db: 10.0 * (powers.coherent.max(powers.capture * 1e-12) / rest).log10(),
        points,
    })
}

fn distance(hz: f64) -> f64 {
    (hz / 1000.0).log2().abs()
}

/// One band, if the reference is not too weak there to say anything (60 dB below its strongest bin).
fn third_octave(spectra: &Spectra, hz: f64, strongest: f64) -> Option<ResponsePoint> {
    let edge = 10f64.powf(0.05);
    let bins: Vec<usize> =
        (0..spectra.bins()).filter(|k| (hz / edge..hz * edge).contains(&(*k as f64 * spectra.spacing_hz))).collect();
    let loudest = bins.iter().map(|k| spectra.reference[*k]).fold(0.0, f64::max);
    if loudest < 1e-6 * strongest {
        return None;
    }
    let reference: f64 = bins.iter().map(|k| spectra.reference[*k]).sum();
    // Magnitudes are averaged, not phasors: the response may turn its phase within the band.
    let coherent: f64 = bins.iter().map(|k| spectra.cross[*k].norm_sqr() / spectra.reference[*k].max(1e-300)).sum();
    let coherence = bins.iter().map(|k| spectra.coherence(*k) * spectra.reference[*k]).sum::<f64>() / reference;
    let averages = 2.0 * spectra.effective() * bins.len() as f64;
    let relative = ((1.0 - coherence) / (coherence.max(1e-6) * averages)).sqrt();
    Some(ResponsePoint {
        hz,
        magnitude_db: 10.0 * (coherent / reference).log10(),
        uncertainty_db: (2.0 * 20.0 * relative.min(10.0) / std::f64::consts::LN_10).max(ROUNDING_DB),
        coherence,
    })
}

/// A recording laid upon itself has coherence 1: what is left is the rounding of its samples to 24 significant bits.
const ROUNDING_DB: f64 = 1e-6;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::align::align;
    use crate::delay::Signal;
    use crate::filter::band_pass;
    use crate::stimulus::{Random, speech_noise};

    #[test]
    fn a_known_filter_is_found_through_noise() {
        let reference = speech_noise(1, 16_000, 20.0);
        let mut random = Random::new(2);
        let filtered = band_pass(&reference, 16e3, 300.0, 3400.0);
        let capture: Vec<f32> = filtered.iter().map(|x| (0.5 * x + 0.0005 * random.gaussian()) as f32).collect();
        let pair = align(Signal::new(&reference, 16e3), Signal::new(&capture, 16e3)).unwrap();
        let result = response(&pair).unwrap();
        let at = |hz: f64| result.points.iter().min_by(|a, b| (a.hz - hz).abs().total_cmp(&(b.hz - hz).abs())).unwrap();
        assert!((at(1000.0).magnitude_db + 6.02).abs() < 0.3, "{result:?}");
        assert!((at(158.0).magnitude_db + 6.02 + 22.3).abs() < 2.5, "{:?}", at(158.0));
        assert!((at(6300.0).magnitude_db + 6.02) < -20.0);
        assert!(at(1000.0).coherence > 0.99);
        assert!(
            (200.0..=320.0).contains(&result.low_6db_hz.unwrap()) && (3100.0..=4000.0).contains(&result.high_6db_hz.unwrap())
        );
    }

    #[test]
    fn unrelated_signals_are_not_coherent() {
        let (a, b) = (speech_noise(1, 8000, 10.0), speech_noise(2, 8000, 10.0));
        let spectra = spectra(&a, &b, 8e3, 0.1).unwrap();
        let powers = spectra.powers(300.0, 3400.0);
        assert!(powers.coherent.abs() < 0.01 * powers.capture, "{powers:?}");
        let mean: f64 = (20..300).map(|k| spectra.coherence(k)).sum::<f64>() / 280.0;
        assert!(mean < 0.01, "{mean}");
        assert!(super::spectra(&a[..10], &b, 8e3, 0.1).is_none());
    }
}
