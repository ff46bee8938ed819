//! Reading a signal between its samples: windowed-sinc interpolation, and moving audio from one sample clock to
//! another.
//!
//! Knows nothing of rates in hertz or of seconds: positions and steps are in input samples.

use std::array::from_fn;
use std::f64::consts::PI;
use std::sync::OnceLock;

/// Taps per phase at unity ratio; even, a multiple of [`LANES`].
const TAPS: usize = 40;
/// Phases per input sample; rows are interpolated linearly between them (error below −105 dB at 0.43 of the rate).
const PHASES: usize = 512;
/// Kaiser parameter: about 90 dB with a transition from 0.425 to 0.575 of the rate (3.4 to 4.6 kHz at 8 kHz).
const BETA: f64 = 9.0;
const LANES: usize = 4;
/// Samples on either side of a place that take part in it at unity ratio.
pub(super) const REACH: usize = TAPS / 2;
/// Above this step the kernel must be stretched, or the output would alias.
const UNITY_LIMIT: f64 = 1.01;

/// A polyphase windowed-sinc interpolator for one (nominal) ratio.
///
/// The pass band reaches 0.425 of the lower of the two rates, images and aliases are at least 80 dB down.
#[derive(Debug, Clone)]
pub struct Resampler {
    taps: usize,
    phases: usize,
    /// `phases + 1` rows of `taps`: row `p` reads the signal `p / phases` of a sample after its centre.
    table: Vec<f32>,
}

impl Resampler {
    /// An interpolator for `step` input samples per output sample; steps up to 1.01 share the unity kernel's band.
    /// Steps that are not finite or not positive are taken as 1, and steps above 64 as 64.
    pub fn new(step: f64) -> Self {
        let stretch = if step.is_finite() && step > UNITY_LIMIT { step.min(64.0) } else { 1.0 };
        let taps = ((TAPS as f64 * stretch).ceil() as usize).next_multiple_of(LANES);
        // A stretched kernel is smoother in input samples, so it needs proportionally fewer phases.
        let phases = ((PHASES as f64 / stretch).ceil() as usize).max(16);
        let mut table = Vec::with_capacity((phases + 1) * taps);
        for phase in 0..=phases {
            push_row(&mut table, taps, phase as f64 / phases as f64, stretch);
        }
        Resampler { taps, phases, table }
    }

    /// How many input samples before and after a position take part in its value: keep this much history between
    /// blocks.
    pub fn reach(&self) -> usize {
        self.taps / 2
    }

    /// The signal at `position` (input samples, fractional); zero is assumed outside `samples`.
    #[inline]
    pub fn at(&self, samples: &[f32], position: f64) -> f32 {
        let Some(place) = self.place(position) else { return 0.0 };
        match place.window(samples) {
            Some(window) => between(window, place.low, place.high, place.part),
            None => at_edge(samples, &place).0,
        }
    }

    /// The signal and its slope per input sample. The slope is that of the chord between two rows: true to 0.3 % at 0.4
    /// of the rate.
    pub fn with_slope(&self, samples: &[f32], position: f64) -> (f32, f32) {
        let Some(place) = self.place(position) else { return (0.0, 0.0) };
        let (value, rise) = match place.window(samples) {
            Some(window) => between_with_rise(window, place.low, place.high, place.part),
            None => at_edge(samples, &place),
        };
        (value, rise * self.phases as f32)
    }

    /// The rows before and after `position`; `None` where there is no such place.
    #[inline]
    fn place(&self, position: f64) -> Option<Place<'_>> {
        if !position.is_finite() || position.abs() > 1e15 {
            return None;
        }
        // Rounding down by `floor` is a call on processors of the first generation.
        let cut = position as i64;
        let whole = cut - i64::from(cut as f64 > position);
        let phase = (position - whole as f64) * self.phases as f64;
        let row = (phase as usize).min(self.phases - 1);
        let (low, high) = self.table[row * self.taps..(row + 2) * self.taps].split_at(self.taps);
        Some(Place { first: whole - self.reach() as i64 + 1, low, high, part: (phase - row as f64) as f32 })
    }

    /// `out[i]` becomes the signal at `start + i · step`. Zero is assumed outside `samples`.
    pub fn block(&self, samples: &[f32], start: f64, step: f64, out: &mut [f32]) {
        for (i, slot) in out.iter_mut().enumerate() {
            *slot = self.at(samples, start + i as f64 * step);
        }
    }
}

/// Where a signal is read.
struct Place<'t> {
    /// The first sample that takes part.
    first: i64,
    /// The rows on either side, and how far the place lies from the one to the other.
    low: &'t [f32],
    high: &'t [f32],
    part: f32,
}

impl Place<'_> {
    /// The samples that take part, if all of them are there.
    #[inline]
    fn window<'s>(&self, samples: &'s [f32]) -> Option<&'s [f32]> {
        let first = usize::try_from(self.first).ok()?;
        samples.get(first..first + self.low.len())
    }
}

/// The signal, and its rise from row to row.
#[cold]
fn at_edge(samples: &[f32], place: &Place) -> (f32, f32) {
    let sample =
        |k: usize| usize::try_from(place.first + k as i64).ok().and_then(|index| samples.get(index)).copied().unwrap_or(0.0);
    let coefficients = place.low.iter().zip(place.high).enumerate();
    let (low, high) = coefficients.fold((0.0, 0.0), |(l, h), (k, (a, b))| (l + sample(k) * a, h + sample(k) * b));
    (low + place.part * (high - low), high - low)
}

/// One row of the polyphase table, normalised to unity gain at zero frequency.
fn push_row(table: &mut Vec<f32>, taps: usize, phase: f64, stretch: f64) {
    let half = taps as f64 / 2.0;
    let row: Vec<f64> = (0..taps)
        .map(|k| {
            let distance = k as f64 - half + 1.0 - phase;
            sinc(distance / stretch) * kaiser(distance / half)
        })
        .collect();
    let sum: f64 = row.iter().sum();
    table.extend(row.iter().map(|value| (value / sum) as f32));
}

/// The inner loop, in explicit lanes, since the compiler may not reorder floating-point sums itself: the signal at a
/// row, and the way from there to the next row, before the lanes are added up. At two rows at once, for both want the
/// same samples.
#[inline]
fn lanes(window: &[f32], low: &[f32], high: &[f32]) -> ([f32; LANES], [f32; LANES]) {
    let rows = low.as_chunks::<LANES>().0.iter().zip(high.as_chunks::<LANES>().0);
    let (mut at_low, mut at_high) = ([0f32; LANES], [0f32; LANES]);
    for (x, (a, b)) in window.as_chunks::<LANES>().0.iter().zip(rows) {
        (0..LANES).for_each(|lane| at_low[lane] += x[lane] * a[lane]);
        (0..LANES).for_each(|lane| at_high[lane] += x[lane] * b[lane]);
    }
    (at_low, from_fn(|lane| at_high[lane] - at_low[lane]))
}

fn total([a, b, c, d]: [f32; LANES]) -> f32 {
    (a + c) + (b + d)
}

/// The signal so far from the one row to the other. By itself: woven into its caller it would lose its lanes, and so
/// would the next.
#[inline(never)]
fn between(window: &[f32], low: &[f32], high: &[f32], part: f32) -> f32 {
    let (at_low, rise) = lanes(window, low, high);
    total(from_fn(|lane| at_low[lane] + part * rise[lane]))
}

/// The same, and the rise from row to row.
#[inline(never)]
fn between_with_rise(window: &[f32], low: &[f32], high: &[f32], part: f32) -> (f32, f32) {
    let (at_low, rise) = lanes(window, low, high);
    (total(from_fn(|lane| at_low[lane] + part * rise[lane])), total(rise))
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// Kaiser window, `x` from −1 to 1.
fn kaiser(x: f64) -> f64 {
    if x.abs() >= 1.0 { 0.0 } else { bessel_i0(BETA * (1.0 - x * x).sqrt()) / bessel_i0(BETA) }
}

/// Modified Bessel function of the first kind, order zero, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..60 {
        term *= quarter / f64::from(k * k);
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

fn unity() -> &'static Resampler {
    static UNITY: OnceLock<Resampler> = OnceLock::new();
    UNITY.get_or_init(|| Resampler::new(1.0))
}

/// The signal at a fractional `position` (samples); zero is assumed outside.
pub fn sinc_at(samples: &[f32], position: f64) -> f32 {
    unity().at(samples, position)
}

/// As [`sinc_at`], and the slope per sample there (see [`Resampler::with_slope`]).
pub fn sinc_slope_at(samples: &[f32], position: f64) -> (f32, f32) {
    unity().with_slope(samples, position)
}

/// Reads `samples` on another clock: `out[i]` is the signal at `start + i · step`, all in input samples.
///
/// A step above 1.01 is low-passed to the output's band, which builds a kernel on each call: who decimates block after
/// block keeps a [`Resampler`]. When working in blocks, hand in [`Resampler::reach`] samples (20 at unity) of history
/// and of look-ahead.
pub fn resample_linear_clock(samples: &[f32], start: f64, step: f64, out: &mut [f32]) {
    if step > UNITY_LIMIT {
        Resampler::new(step).block(samples, start, step, out);
    } else {
        unity().block(samples, start, step, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(frequency: f64, length: usize) -> Vec<f32> {
        (0..length).map(|i| (2.0 * PI * frequency * i as f64).sin() as f32).collect()
    }

    /// Resamples a tone of `frequency` (cycles per input sample) and returns the error relative to the tone, in dB.
    fn check(frequency: f64, step: f64) -> f64 {
        let input = tone(frequency, 4000);
        let start = 400.3;
        let mut out = vec![0.0; (3000.0 / step) as usize];
        resample_linear_clock(&input, start, step, &mut out);
        let ideal = (0..out.len()).map(|i| (2.0 * PI * frequency * (start + i as f64 * step)).sin());
        let error: f64 = out.iter().zip(ideal).map(|(got, want)| (f64::from(*got) - want).powi(2)).sum();
        10.0 * (error / (out.len() as f64 * 0.5)).log10()
    }

    #[test]
    fn telephone_band_is_exact_to_80_db_at_any_clock_ratio() {
        for frequency in [0.01, 0.1, 0.25, 0.375, 0.425] {
            for step in [1.0, 1.0 + 100e-6, 1.0 - 100e-6, 1.0 / 6.0, 0.5] {
                let error = check(frequency, step);
                assert!(error < -80.0, "{frequency} at step {step}: {error:.1} dB");
            }
        }
    }

    #[test]
    fn decimation_keeps_the_band_and_stops_aliases() {
        for frequency in [300.0 / 48e3, 1000.0 / 48e3, 3400.0 / 48e3] {
            assert!(check(frequency, 6.0) < -80.0, "{frequency}: {:.1} dB", check(frequency, 6.0));
        }
        let mut out = vec![0.0; 500];
        for frequency in [4700.0 / 48e3, 8000.0 / 48e3, 20000.0 / 48e3] {
            resample_linear_clock(&tone(frequency, 4000), 400.0, 6.0, &mut out);
            let peak = out.iter().fold(0f32, |peak, x| peak.max(x.abs()));
            assert!(peak < 1e-4, "alias of {frequency}: {peak}");
        }
    }

    #[test]
    fn blocks_join_without_a_seam() {
        let input = tone(0.11, 1000);
        let step = 1.0 + 37e-6;
        let mut whole = vec![0.0; 900];
        resample_linear_clock(&input, 30.0, step, &mut whole);
        let mut parts = vec![0.0; 900];
        for (n, part) in parts.chunks_mut(160).enumerate() {
            resample_linear_clock(&input, 30.0 + (n * 160) as f64 * step, step, part);
        }
        let worst = whole.iter().zip(&parts).fold(0f32, |worst, (a, b)| worst.max((a - b).abs()));
        assert!(worst < 1e-5, "{worst}");
    }

    #[test]
    fn outside_and_nonsense_is_silence() {
        assert_eq!(sinc_at(&[], 0.0), 0.0);
        assert_eq!(sinc_at(&[1.0; 8], f64::NAN), 0.0);
        assert_eq!(sinc_at(&[1.0; 8], 1e300), 0.0);
        assert_eq!(sinc_at(&[1.0; 8], -50.0), 0.0);
        assert!((sinc_at(&[0.0, 0.0, 1.0, 0.0], 2.0) - 1.0).abs() < 1e-6);
        let mut out = [1.0; 4];
        resample_linear_clock(&[1.0; 8], 0.0, f64::NAN, &mut out);
        assert_eq!(out[1..], [0.0; 3]);
    }
}
