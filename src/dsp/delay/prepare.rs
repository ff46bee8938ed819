//! Bringing reference and capture to one working rate and into the reference's band, each through one spectrum.
//!
//! Knows nothing of how the delay is found.

use super::Signal;
use crate::fft::{self, Complex32};
use crate::stimulus::band_gain;

/// Shortest reference that can be measured, in seconds.
const MIN_REFERENCE_S: f64 = 0.02;
/// Rates at which the fit may run; a multiple of most rates met.
const WORKING_RATES: [u32; 4] = [8000, 16000, 24000, 48000];
/// Share of the working rate that interpolation carries without loss.
const USABLE_BAND: f64 = 0.42;
/// Share of the reference's energy that may lie outside its band.
const OUTSIDE: f64 = 1e-3;
/// Edges of the band filter, hertz.
const EDGE_HZ: f64 = 50.0;
/// Zeros between the end of a signal and what would wrap round: as long as the band filter rings.
const MARGIN_S: f64 = 0.04;

/// Reference and capture at one nominal working rate, within the reference's band.
pub(super) struct Pair {
    pub reference: Vec<f32>,
    pub capture: Vec<f32>,
    /// True samples per second of each at the working rate: they differ where a stated rate is not a whole number of
    /// hertz.
    pub reference_rate: f64,
    pub capture_rate: f64,
    /// Centroid of the derivative's energy within the band, seconds of the reference.
    pub centroid: f64,
    /// Frequencies (cycles per working sample) between which the reference has its energy.
    pub band: (f64, f64),
}

/// A signal's spectrum, with room behind the signal.
pub(super) struct Padded {
    pub bins: Vec<Complex32>,
    pub length: usize,
}

impl Padded {
    /// With room for `more` samples.
    pub fn of(samples: &[f32], more: usize) -> Padded {
        let length = fft::fast_len(samples.len() + more);
        Padded { bins: fft::forward_single(samples.iter().copied(), length), length }
    }

    /// The signal's first `count` samples.
    fn signal(&self, count: usize) -> Vec<f32> {
        let mut samples = fft::inverse_single(self.bins.clone(), self.length);
        samples.truncate(count);
        samples
    }
}

impl Pair {
    /// The pair, and the capture's spectrum, with room for `room` seconds if that costs little. `None` where either
    /// signal is unusable.
    pub fn prepare(reference: Signal, capture: Signal, room: impl Fn(&Pair) -> f64) -> Option<(Pair, Padded)> {
        let usable = |s: &Signal| (1000.0..=1e6).contains(&s.rate) && s.samples.iter().all(|x| x.is_finite() && x.abs() < 1e12);
        let long = |s: &Signal| s.samples.len() as f64 / s.rate >= MIN_REFERENCE_S;
        if !(long(&reference) && long(&capture) && usable(&reference) && usable(&capture)) {
            return None;
        }
        let spectrum = Spectrum::of(&reference, MARGIN_S);
        let (low, high) = spectrum.occupied_band()?;
        let highest = high.min(0.475 * capture.rate.min(reference.rate));
        let working = working_rate(highest);
        let rates = [&reference, &capture].map(|s| s.rate * f64::from(working) / s.rate.round());
        let keep = |hz: f64| band_gain(hz, (low - 2.0 * EDGE_HZ, highest + 2.0 * EDGE_HZ), EDGE_HZ);
        let mut pair = Pair {
            reference: Vec::new(),
            capture: Vec::new(),
            reference_rate: rates[0],
            capture_rate: rates[1],
            centroid: 0.0,
            band: (low / f64::from(working), highest / f64::from(working)),
        };
        let moved = spectrum.moved(working, keep);
        pair.reference = moved.signal(samples_at(&reference, working));
        pair.centroid = centroid(&pair.reference)? / pair.reference_rate;
        // At a much higher rate the room would cost more than another spectrum.
        let room = if capture.rate > 2.0 * f64::from(working) { 0.0 } else { room(&pair) };
        let moved = Spectrum::of(&capture, room + MARGIN_S).moved(working, keep);
        pair.capture = moved.signal(samples_at(&capture, working));
        let alive = pair.capture.iter().any(|x| x.abs() > 1e-9);
        alive.then_some((pair, moved))
    }

    pub fn reference_seconds(&self) -> f64 {
        self.reference.len() as f64 / self.reference_rate
    }

    /// The highest frequency of the reference, hertz.
    pub fn highest_hz(&self) -> f64 {
        (self.band.1 * self.reference_rate).max(100.0)
    }
}

/// Samples of a signal once it is at the working rate.
fn samples_at(signal: &Signal, working: u32) -> usize {
    (signal.samples.len() as u64 * u64::from(working)).div_ceil(signal.rate.round() as u64) as usize
}

/// Centroid of the slope's energy, in samples; the slope by differences of four samples. `None` if there is next to
/// none.
pub(super) fn centroid(samples: &[f32]) -> Option<f64> {
    let slope = |w: &[f32]| (27.0 * (w[2] - w[1]) - (w[3] - w[0])) / 24.0;
    let energies = samples.windows(4).map(|w| f64::from(slope(w).powi(2))).enumerate();
    let (energy, moment) = energies.fold((0.0, 0.0), |(e, m), (n, d)| (e + d, m + (n as f64 + 1.5) * d));
    (energy > 1e-12 * samples.len() as f64).then(|| moment / energy)
}

/// The lowest working rate that holds the reference's band.
fn working_rate(highest_hz: f64) -> u32 {
    let fits = |rate: &&u32| f64::from(**rate) * USABLE_BAND >= highest_hz;
    *WORKING_RATES.iter().find(fits).unwrap_or(&48000)
}

/// A signal's spectrum at a length that is whole at every working rate.
struct Spectrum {
    bins: Vec<Complex32>,
    /// Nominal, whole hertz.
    rate: u32,
    length: usize,
}

impl Spectrum {
    /// With at least `room` seconds of zeros behind the signal.
    fn of(signal: &Signal, room: f64) -> Spectrum {
        let rate = signal.rate.round() as u32;
        // A period this long is whole at the four working rates too.
        let period = (rate / fft::gcd(rate, WORKING_RATES[0])) as usize;
        let needed = signal.samples.len() + (room * f64::from(rate)).ceil() as usize + 2;
        let length = period * fft::fast_len(needed.div_ceil(period));
        // A steady offset would be a step at either end.
        let mean = signal.samples.iter().map(|x| f64::from(*x)).sum::<f64>() / signal.samples.len() as f64;
        let bins = fft::forward_single(signal.samples.iter().map(|x| (f64::from(*x) - mean) as f32), length);
        Spectrum { bins, rate, length }
    }

    /// The frequencies (hertz) between which all but [`OUTSIDE`] of the energy lies, steady offset left out; `None` for
    /// silence.
    fn occupied_band(&self) -> Option<(f64, f64)> {
        let power: Vec<f64> = self.bins.iter().skip(1).map(|bin| f64::from(bin.re).powi(2) + f64::from(bin.im).powi(2)).collect();
        let total: f64 = power.iter().sum();
        if total <= 1e-18 * self.length as f64 {
            return None;
        }
        let hertz = |bin: usize| bin as f64 * f64::from(self.rate) / self.length as f64;
        let low = 1 + edge_of(power.iter(), total * OUTSIDE * 0.5);
        let high = power.len().saturating_sub(edge_of(power.iter().rev(), total * OUTSIDE * 0.5));
        Some((hertz(low), hertz(high)))
    }

    /// At the working rate, each frequency (hertz) times its `gain`.
    fn moved(&self, working: u32, gain: impl Fn(f64) -> f64) -> Padded {
        let length = (self.length as u64 * u64::from(working) / u64::from(self.rate)) as usize;
        let scale = length as f64 / self.length as f64;
        let mut bins: Vec<Complex32> = self.bins.iter().take(length.min(self.length) / 2).copied().collect();
        for (k, bin) in bins.iter_mut().enumerate() {
            *bin *= (scale * gain(k as f64 * f64::from(working) / length as f64)) as f32;
        }
        bins.resize(length / 2 + 1, Complex32::default());
        Padded { bins, length }
    }
}

/// How many bins come before their sum passes `limit`.
fn edge_of<'a>(bins: impl Iterator<Item = &'a f64>, limit: f64) -> usize {
    let mut sum = 0.0;
    bins.take_while(|power| {
        sum += **power;
        sum <= limit
    })
    .count()
}
