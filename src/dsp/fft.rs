//! Fourier transforms of real signals, and what is easiest done through them: filtering, differentiation, resampling,
//! correlation.
//!
//! Knows nothing of what the signals are for. In double precision, but for the long transforms of signals that are in
//! single precision themselves.

use std::cell::RefCell;
use std::f64::consts::PI;
use std::sync::Arc;

use realfft::num_complex::Complex;
pub use realfft::num_complex::{Complex32, Complex64};
use realfft::{ComplexToReal, FftNum, RealFftPlanner, RealToComplex};

use super::chirp;

/// The edge of a band at half the lower rate rings for so long, in seconds, as far as it matters.
const RINGS_S: f64 = 0.04;

thread_local! {
    static DOUBLE: RefCell<Workshop<f64>> = RefCell::new(Workshop::new());
    static SINGLE: RefCell<Workshop<f32>> = RefCell::new(Workshop::new());
}

/// The plans of transforms, and the memory they work in: fresh pages would cost as much as some transforms.
struct Workshop<T: FftNum> {
    planner: RealFftPlanner<T>,
    input: Vec<T>,
    scratch: Vec<Complex<T>>,
}

impl<T: FftNum> Workshop<T> {
    fn new() -> Self {
        Workshop { planner: RealFftPlanner::new(), input: Vec::new(), scratch: Vec::new() }
    }
}

/// So much of a memory that is kept; what stands in it is of no account.
pub(super) fn room<T: FftNum>(scratch: &mut Vec<Complex<T>>, length: usize) -> &mut [Complex<T>] {
    if scratch.len() < length {
        scratch.resize(length, Complex::new(T::zero(), T::zero()));
    }
    &mut scratch[..length]
}

/// The smallest even length of at least `n` whose only prime factors are 2, 3 and 5.
pub fn fast_len(n: usize) -> usize {
    let mut length = n.max(2).next_multiple_of(2);
    loop {
        let mut rest = length;
        for prime in [2, 3, 5] {
            while rest.is_multiple_of(prime) {
                rest /= prime;
            }
        }
        if rest == 1 {
            return length;
        }
        length += 2;
    }
}

/// Spectrum of `samples` zero-padded (or cut) to `length`: `length / 2 + 1` bins, unscaled.
pub fn forward(samples: impl IntoIterator<Item = f64>, length: usize) -> Vec<Complex64> {
    DOUBLE.with_borrow_mut(|workshop| transform(workshop, samples, length))
}

/// As [`forward`], in single precision and half the time: right to 120 dB below the strongest.
pub fn forward_single(samples: impl IntoIterator<Item = f32>, length: usize) -> Vec<Complex32> {
    SINGLE.with_borrow_mut(|workshop| transform(workshop, samples, length))
}

/// The signal of `length` samples whose spectrum is `bins` (short spectra are zero-padded, long ones cut); scaled to
/// undo [`forward`].
pub fn inverse(bins: Vec<Complex64>, length: usize) -> Vec<f64> {
    let mut output = DOUBLE.with_borrow_mut(|workshop| back(workshop, bins, length));
    let scale = 1.0 / length as f64;
    output.iter_mut().for_each(|value| *value *= scale);
    output
}

/// As [`inverse`], to undo [`forward_single`].
pub fn inverse_single(bins: Vec<Complex32>, length: usize) -> Vec<f32> {
    let mut output = SINGLE.with_borrow_mut(|workshop| back(workshop, bins, length));
    let scale = 1.0 / length as f32;
    output.iter_mut().for_each(|value| *value *= scale);
    output
}

/// The plan of [`forward_single`], for who keeps the memory itself. A crate with a planner of its own would compile all
/// of the transforms once more.
pub fn plan_forward_single(length: usize) -> Arc<dyn RealToComplex<f32>> {
    SINGLE.with_borrow_mut(|workshop| workshop.planner.plan_fft_forward(length))
}

/// The plan of [`inverse_single`], unscaled.
pub fn plan_inverse_single(length: usize) -> Arc<dyn ComplexToReal<f32>> {
    SINGLE.with_borrow_mut(|workshop| workshop.planner.plan_fft_inverse(length))
}

fn transform<T: FftNum>(workshop: &mut Workshop<T>, samples: impl IntoIterator<Item = T>, length: usize) -> Vec<Complex<T>> {
    if length == 0 {
        return Vec::new();
    }
    let Workshop { planner, input, scratch } = workshop;
    input.clear();
    input.extend(samples.into_iter().take(length));
    input.resize(length, T::zero());
    let plan = planner.plan_fft_forward(length);
    let mut output = plan.make_output_vec();
    let done = plan.process_with_scratch(input, &mut output, room(scratch, plan.get_scratch_len()));
    debug_assert!(done.is_ok(), "the plan was made for these lengths");
    output
}

/// The inverse transform, unscaled.
fn back<T: FftNum>(workshop: &mut Workshop<T>, mut bins: Vec<Complex<T>>, length: usize) -> Vec<T> {
    if length == 0 {
        return Vec::new();
    }
    bins.resize(length / 2 + 1, Complex::new(T::zero(), T::zero()));
    bins[0].im = T::zero();
    if length.is_multiple_of(2) {
        bins[length / 2].im = T::zero();
    }
    let plan = workshop.planner.plan_fft_inverse(length);
    let mut output = plan.make_output_vec();
    let done = plan.process_with_scratch(&mut bins, &mut output, room(&mut workshop.scratch, plan.get_scratch_len()));
    debug_assert!(done.is_ok(), "the plan was made for these lengths");
    output
}

/// Passes `samples` through the zero-phase filter with the given `gain` at each frequency (in cycles per sample, 0 to
/// 0.5). The signal is padded by `margin` zeros, so that tails shorter than that do not wrap round.
pub fn filter(samples: &[f64], margin: usize, gain: impl Fn(f64) -> f64) -> Vec<f64> {
    let length = fast_len(samples.len() + margin);
    let mut bins = forward(samples.iter().copied(), length);
    for (k, bin) in bins.iter_mut().enumerate() {
        *bin *= gain(k as f64 / length as f64);
    }
    let mut output = inverse(bins, length);
    output.truncate(samples.len());
    output
}

/// The time derivative of a band-limited signal, per sample.
pub fn derivative(samples: &[f64], margin: usize) -> Vec<f64> {
    let length = fast_len(samples.len() + margin);
    let mut bins = forward(samples.iter().copied(), length);
    for (k, bin) in bins.iter_mut().enumerate() {
        *bin *= Complex64::new(0.0, 2.0 * PI * k as f64 / length as f64);
    }
    let mut output = inverse(bins, length);
    output.truncate(samples.len());
    output
}

/// Resamples from `from_hz` to `to_hz` (whole hertz) through the spectrum: exact for signals that are zero near both
/// ends. What lies above the lower Nyquist frequency is dropped. Sample 0 stays at time zero; the result has
/// `len · to / from` samples, rounded up.
pub fn resample(samples: &[f32], from_hz: u32, to_hz: u32) -> Vec<f64> {
    if from_hz == to_hz || from_hz == 0 || to_hz == 0 {
        return samples.iter().map(|x| f64::from(*x)).collect();
    }
    let common = gcd(from_hz, to_hz);
    let (down, up) = ((from_hz / common) as usize, (to_hz / common) as usize);
    let count = (samples.len() * up).div_ceil(down);
    if !(is_smooth(down) && is_smooth(up)) {
        // What rings at either end shall not reach round to the other.
        let margin = ((RINGS_S * f64::from(from_hz)) as usize).min(samples.len());
        let length = fast_len(samples.len() + margin);
        let lowest = f64::from(from_hz.min(to_hz)) / 2.0;
        let held = (lowest * length as f64 / f64::from(from_hz)).ceil() as usize;
        return chirp::read(&forward_single(samples.iter().copied(), length)[..held], length, (down as u64, up as u64), count);
    }
    let periods = fast_len(samples.len().div_ceil(down) + 64usize.div_ceil(down));
    let (length, out_length) = (periods * down, periods * up);
    let mut bins = forward_single(samples.iter().copied(), length);
    bins.truncate(out_length.min(length) / 2);
    let scale = up as f32 / down as f32;
    inverse_single(bins, out_length)[..count].iter().map(|value| f64::from(value * scale)).collect()
}

/// Whether a length with this factor is transformed quickly.
fn is_smooth(factor: usize) -> bool {
    let rest = [2, 3, 5, 7, 11, 13].into_iter().fold(factor, |mut rest, prime| {
        while rest.is_multiple_of(prime) {
            rest /= prime;
        }
        rest
    });
    rest == 1
}

pub(super) fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fast_lengths_are_even_and_smooth() {
        for (wanted, expected) in [(0, 2), (1, 2), (7, 8), (11, 12), (17, 18), (1025, 1080)] {
            assert_eq!(fast_len(wanted), expected);
        }
    }

    #[test]
    fn resampling_keeps_a_pulse_in_place() {
        let pulse = |t: f64| (-(t - 0.05) * (t - 0.05) * 4e6).exp() as f32;
        for (from, to) in [(8000, 48000), (48000, 8000), (44100, 16000), (8000, 16000), (11025, 16000)] {
            let input: Vec<f32> = (0..from / 10).map(|i| pulse(f64::from(i) / f64::from(from))).collect();
            let output = resample(&input, from, to);
            assert_eq!(output.len(), (to / 10) as usize);
            for (i, got) in output.iter().enumerate() {
                let want = f64::from(pulse(i as f64 / f64::from(to)));
                assert!((got - want).abs() < 1e-4, "{from} to {to}: {got} for {want} at {i}");
            }
        }
    }

    #[test]
    fn derivative_of_a_windowed_sine() {
        let w = 0.3;
        let window = |i: f64| (-(i - 250.0).powi(2) / 5000.0).exp();
        let input: Vec<f64> = (0..500).map(|i| (w * f64::from(i)).sin() * window(f64::from(i))).collect();
        let output = derivative(&input, 50);
        let i = 260.0;
        let want = window(i) * (w * (w * i).cos() - (w * i).sin() * (i - 250.0) / 2500.0);
        assert!((output[260] - want).abs() < 1e-6);
    }
}
