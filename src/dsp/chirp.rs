//! A signal read from its spectrum at evenly spaced moments that need not divide the spectrum's length: Bluestein's
//! chirp transform.
//!
//! Two clocks a few hertz apart have no short period in common; a spectrum that held one would be as long as a second
//! or more of padding, at a length without small factors. Knows nothing of rates.
//!
//! In single precision, as the samples are; phases are counted exactly.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::f64::consts::PI;
use std::rc::Rc;

use super::fft::room;
use realfft::num_complex::Complex32;
use rustfft::FftPlanner;

/// Chirps kept: recordings of a bench are of few lengths, at few rates.
const KEPT: usize = 8;
/// Moments are read in so many at once: lengths that differ by a sample or two share a chirp.
const TOGETHER: usize = 64;

thread_local! {
    static PLANNER: RefCell<(FftPlanner<f32>, Vec<Complex32>)> = RefCell::new((FftPlanner::new(), Vec::new()));
    static SWEEPS: RefCell<VecDeque<Rc<Sweep>>> = const { RefCell::new(VecDeque::new()) };
}

/// All of the transform that does not depend on the signal.
struct Sweep {
    of: Shape,
    chirp: Vec<Complex32>,
    /// Spectrum of the chirp's conjugate.
    kernel: Vec<Complex32>,
}

/// What a sweep depends on.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Shape {
    bins: usize,
    length: u64,
    step: (u64, u64),
    count: usize,
}

impl Sweep {
    /// The one of this shape, made if it is not kept; the one that was asked for longest ago makes room.
    fn of(shape: Shape, planner: &mut FftPlanner<f32>) -> Rc<Sweep> {
        SWEEPS.with_borrow_mut(|kept| {
            let known = kept.iter().position(|sweep| sweep.of == shape).and_then(|at| kept.remove(at));
            let sweep = known.unwrap_or_else(|| Rc::new(Sweep::new(shape, planner)));
            kept.truncate(KEPT - 1);
            kept.push_front(Rc::clone(&sweep));
            sweep
        })
    }

    fn new(of: Shape, planner: &mut FftPlanner<f32>) -> Sweep {
        // 2 k m = k² + m² − (m − k)²: a product with a chirp, a convolution with its conjugate, and a product again.
        let chirp = chirp(of.length, of.step, of.bins.max(of.count));
        let mut kernel = vec![Complex32::default(); super::fft::fast_len(of.bins + of.count - 1)];
        for (slot, value) in kernel.iter_mut().zip(&chirp[..of.count]) {
            *slot = value.conj();
        }
        for (slot, value) in kernel.iter_mut().rev().zip(&chirp[1..of.bins]) {
            *slot = value.conj();
        }
        planner.plan_fft_forward(kernel.len()).process(&mut kernel);
        Sweep { of, chirp, kernel }
    }
}

/// The real signal of `length` samples whose lower bins are `bins` (unscaled, as a forward transform gives them), read
/// at the moments `0, step, 2 · step …`: `count` of them. `step` is a ratio of samples. What lies above the bins is
/// taken as zero.
pub(super) fn read(bins: &[Complex32], length: usize, step: (u64, u64), count: usize) -> Vec<f64> {
    if bins.is_empty() || count == 0 || length == 0 || step.1 == 0 {
        return vec![0.0; count];
    }
    let shape = Shape { bins: bins.len(), length: length as u64, step, count: count.next_multiple_of(TOGETHER) };
    let (sweep, swept) = PLANNER.with_borrow_mut(|(planner, scratch)| {
        let sweep = Sweep::of(shape, planner);
        let size = sweep.kernel.len();
        // Each bin but the lowest stands for itself and for its mirror image.
        let mut swept: Vec<Complex32> = Vec::with_capacity(size);
        swept.extend(bins.iter().zip(&sweep.chirp).map(|(bin, c)| bin * c * 2.0));
        swept[0] = Complex32::new(bins[0].re, 0.0);
        swept.resize(size, Complex32::default());
        let (there, back) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
        there.process_with_scratch(&mut swept, room(scratch, there.get_inplace_scratch_len()));
        swept.iter_mut().zip(&sweep.kernel).for_each(|(s, k)| *s *= k);
        back.process_with_scratch(&mut swept, room(scratch, back.get_inplace_scratch_len()));
        (sweep, swept)
    });
    let scale = 1.0 / (swept.len() as f64 * length as f64);
    swept.iter().zip(&sweep.chirp[..count]).map(|(s, c)| f64::from(s.re * c.re - s.im * c.im) * scale).collect()
}

/// `exp(iπ · j² · step / length)` for each `j` below `count`. The phase is counted in whole parts of a turn, so that no
/// rounding gathers.
fn chirp(length: u64, (over, under): (u64, u64), count: usize) -> Vec<Complex32> {
    let turn = 2 * length * under;
    let (bend, mut slope, mut phase) = (2 * over % turn, over % turn, 0);
    let add = |a: u64, b: u64| if a >= turn - b { a - (turn - b) } else { a + b };
    let unit = 2.0 * PI / turn as f64;
    (0..count)
        .map(|_| {
            let (sin, cos) = (phase as f64 * unit).sin_cos();
            phase = add(phase, slope);
            slope = add(slope, bend);
            Complex32::new(cos as f32, sin as f32)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::fft;
    use super::*;
    use realfft::num_complex::Complex64;

    #[test]
    fn a_spectrum_is_read_as_its_sum_says() {
        let length = 90;
        let samples: Vec<f32> = (0..length).map(|n| ((n * n % 31) as f32 - 15.0) / 15.0).collect();
        let bins = &fft::forward_single(samples, length)[..40];
        let wide = |bin: &Complex32| Complex64::new(f64::from(bin.re), f64::from(bin.im));
        let (over, under) = (4801u64, 799u64);
        for (m, got) in read(bins, length, (over, under), 25).iter().enumerate() {
            let turn = 2.0 * PI * m as f64 * over as f64 / (under as f64 * length as f64);
            let sum: f64 =
                bins.iter().enumerate().skip(1).map(|(k, bin)| 2.0 * (wide(bin) * Complex64::cis(turn * k as f64)).re).sum();
            let want = (f64::from(bins[0].re) + sum) / length as f64;
            assert!((got - want).abs() < 1e-6, "{got} for {want} at {m}");
        }
    }

    #[test]
    fn nothing_is_read_from_nothing() {
        assert_eq!(read(&[], 10, (3, 2), 3), [0.0; 3]);
        assert!(read(&[Complex32::new(1.0, 0.0)], 10, (3, 2), 0).is_empty());
        assert!(read(&[Complex32::new(1.0, 0.0)], 10, (3, 2), 2).iter().all(|x| (x - 0.1).abs() < 1e-7));
    }
}
