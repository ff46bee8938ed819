//! Delay, gain and clock ratio between a known signal and a recording of it, near the Cramér-Rao bound.
//!
//! Three stages: a cross-correlation over clock ratios finds the signal; a joint least-squares fit refines gain, delay and clock ratio, with
//! weights per 10 ms block that follow codec noise and reject lost or concealed packets; the residual then states the uncertainty. Knows nothing
//! of where the signals come from, and never gives a number for a signal that is not there.
//!
//! What it reaches, as `cargo bench --bench delay_table` prints it: 2,000 seeded trials a row, each a fresh burst of 1 s played at 48 kHz and
//! recorded at 8 kHz through µ-law in white noise, 5 % of packets lost, clocks within ±100 ppm; "covered" is the share of trials whose error lay
//! within the stated uncertainty (k = 2), the bound is Cramér and Rao's for the noise added before the codec.
//!
//! | SNR    | bound    | σ        | σ/bound | ≤ 2.5 µs | worst   | covered | not found |
//! |-------:|---------:|---------:|--------:|---------:|--------:|--------:|----------:|
//! |  20 dB | 0.095 µs | 0.111 µs |   1.168 | 100.00 % | 0.38 µs | 95.25 % |         0 |
//! |  10 dB | 0.300 µs | 0.324 µs |   1.079 | 100.00 % | 1.13 µs | 95.65 % |         0 |
//! |   0 dB | 0.949 µs | 1.007 µs |   1.061 |  98.60 % | 3.54 µs | 95.15 % |         0 |
//! |  −5 dB | 1.688 µs | 1.787 µs |   1.059 |  84.30 % | 6.24 µs | 95.15 % |         0 |
//!
//! Bias through each codec at 30 dB with its own delay taken off, 5 % of packets concealed by the one before, 200 trials. Here the stated
//! uncertainty is too small, through G.722 by far, though every error stays below a microsecond; why has not been looked into:
//!
//! | codec       | own delay | bias      | worst    | covered |
//! |-------------|----------:|----------:|---------:|--------:|
//! | G.711 µ-law |  0.000 ms | −0.001 µs | 0.133 µs |  95.0 % |
//! | G.711 A-law |  0.000 ms | −0.006 µs | 0.261 µs |  89.5 % |
//! | G.722       |  1.375 ms | −0.115 µs | 0.489 µs |  43.0 % |
//! | Opus        |  6.500 ms | −0.157 µs | 0.948 µs |  89.5 % |

mod fit;
mod search;
mod whiten;

use super::fft;

/// Clock ratios searched, ± parts per million.
pub const MAX_PPM: f64 = 200.0;
/// Shortest reference that can be measured, in seconds.
const MIN_REFERENCE_S: f64 = 0.02;
/// Rates at which the fit may run; a multiple of most rates met.
const WORKING_RATES: [u32; 4] = [8000, 16000, 24000, 48000];
/// Share of the working rate that interpolation carries without loss.
const USABLE_BAND: f64 = 0.42;

/// Samples and their rate in hertz; sample 0 is time zero of its signal.
#[derive(Debug, Clone, Copy)]
pub struct Signal<'a> {
    pub samples: &'a [f32],
    pub rate: f64,
}

impl<'a> Signal<'a> {
    pub fn new(samples: &'a [f32], rate: f64) -> Self {
        Signal { samples, rate }
    }
}

/// Where the reference stands in the capture.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Delay {
    /// Capture time minus reference time, in seconds, of the reference's moment `t_ref_s`.
    #[serde(rename = "delay_s")]
    pub seconds: f64,
    /// The moment of the reference at which the delay is stated: the centroid of its derivative's energy, where the errors of delay and clock
    /// ratio are independent. At another moment `t` the delay is `seconds + (t − t_ref_s) · ppm · 1e-6`.
    pub t_ref_s: f64,
    /// Clock ratio deviation in parts per million; positive where the capture runs long.
    pub ppm: f64,
    /// Expanded uncertainty (k = 2) of `seconds`, estimated from the residual.
    #[serde(rename = "uncertainty_s")]
    pub uncertainty: f64,
    /// Expanded uncertainty (k = 2) of `ppm`.
    pub ppm_uncertainty: f64,
    /// 0 to 1: how far the correlation peak stands above the next candidate elsewhere.
    pub confidence: f64,
    /// Linear gain from reference to capture; negative where the path inverts.
    pub gain: f64,
    /// Ratio of the fitted signal to the residual within the signal's band, in dB.
    pub snr_db: f64,
}

impl Delay {
    /// The delay at the reference's moment `t` (seconds).
    pub fn at(&self, t: f64) -> f64 {
        self.seconds + (t - self.t_ref_s) * self.ppm * 1e-6
    }
}

/// Finds `reference` in `capture`. Rates may differ; the capture may start before or after the reference and may lack up to half of it.
///
/// `None` if the signal is not there, cannot be told from a repetition of itself, or either signal is unusable (shorter than 20 ms, silent, a
/// steady tone, or with a value that is not finite).
pub fn delay(reference: Signal, capture: Signal) -> Option<Delay> {
    let pair = Pair::prepare(reference, capture)?;
    let found = search::search(&pair)?;
    fit::fit(&pair, &found)
}

/// Reference and capture at one nominal working rate, with the reference's derivative.
struct Pair {
    reference: Vec<f32>,
    capture: Vec<f32>,
    /// True samples per second of each at the working rate: they differ where a stated rate is not a whole number of hertz.
    reference_rate: f64,
    capture_rate: f64,
    /// Centroid of the derivative's energy, seconds of the reference.
    centroid: f64,
    /// Frequencies (cycles per working sample) between which the reference has its energy.
    band: (f64, f64),
}

impl Pair {
    fn prepare(reference: Signal, capture: Signal) -> Option<Pair> {
        let usable = |s: &Signal| (1000.0..=1e6).contains(&s.rate) && s.samples.iter().all(|x| x.is_finite() && x.abs() < 1e12);
        if !usable(&reference) || !usable(&capture) {
            return None;
        }
        let seconds = |s: &Signal| s.samples.len() as f64 / s.rate;
        if seconds(&reference) < MIN_REFERENCE_S || seconds(&capture) < MIN_REFERENCE_S {
            return None;
        }
        let working = working_rate(&reference, &capture)?;
        let convert = |s: &Signal| {
            let nominal = s.rate.round();
            (fft::resample(s.samples, nominal as u32, working), s.rate * f64::from(working) / nominal)
        };
        let (mut at_rate, reference_rate) = convert(&reference);
        let (capture, capture_rate) = convert(&capture);
        remove_mean(&mut at_rate);
        let centroid = derivative_centroid(&at_rate)? / reference_rate;
        let band = occupied_band(&at_rate, 1e-3)?;
        let edge = 50.0 / f64::from(working);
        let margin = (0.04 * f64::from(working)) as usize;
        let keep = |f: f64| super::stimulus::band_gain(f, (band.0 - 2.0 * edge, band.1 + 2.0 * edge), edge);
        let filtered = |samples: &[f64]| fft::filter(samples, margin, keep).iter().map(|x| *x as f32).collect::<Vec<f32>>();
        let (reference, capture) = (filtered(&at_rate), filtered(&capture));
        let alive = capture.iter().any(|x| x.abs() > 1e-9);
        alive.then_some(Pair { reference, capture, reference_rate, capture_rate, centroid, band })
    }

    fn reference_seconds(&self) -> f64 {
        self.reference.len() as f64 / self.reference_rate
    }
}

fn remove_mean(samples: &mut [f64]) {
    let mean = samples.iter().sum::<f64>() / samples.len().max(1) as f64;
    samples.iter_mut().for_each(|x| *x -= mean);
}

/// Centroid of the derivative's energy, in samples. `None` if the signal never changes.
fn derivative_centroid(samples: &[f64]) -> Option<f64> {
    let derivative = fft::derivative(samples, 64);
    let energy: f64 = derivative.iter().map(|d| d * d).sum();
    let moment: f64 = derivative.iter().enumerate().map(|(i, d)| i as f64 * d * d).sum();
    (energy > 1e-12 * samples.len() as f64).then(|| moment / energy)
}

/// The lowest working rate that holds the reference's band, no higher than either signal's need.
fn working_rate(reference: &Signal, capture: &Signal) -> Option<u32> {
    let samples: Vec<f64> = reference.samples.iter().map(|x| f64::from(*x)).collect();
    let (_, high) = occupied_band(&samples, 1e-3)?;
    let needed = (high * reference.rate).min(capture.rate * 0.5);
    let fits = |rate: &&u32| f64::from(**rate) * USABLE_BAND >= needed;
    Some(*WORKING_RATES.iter().find(fits).unwrap_or(&48000))
}

/// The frequencies (cycles per sample) between which all but `share` of the energy lies; `None` for silence.
fn occupied_band(samples: &[f64], share: f64) -> Option<(f64, f64)> {
    let length = fft::fast_len(samples.len());
    let mean = samples.iter().sum::<f64>() / samples.len().max(1) as f64;
    let power: Vec<f64> = fft::forward(samples.iter().map(|x| x - mean), length).iter().map(|bin| bin.norm_sqr()).collect();
    let total: f64 = power.iter().sum();
    if total <= 1e-9 * samples.len() as f64 * 1e-9 {
        return None;
    }
    let low = edge_of(power.iter(), total * share * 0.5);
    let high = power.len().saturating_sub(1 + edge_of(power.iter().rev(), total * share * 0.5));
    Some((low as f64 / length as f64, high as f64 / length as f64))
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

#[cfg(test)]
mod tests;
