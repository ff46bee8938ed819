//! What the delay is worth: its uncertainty from noise, from a path that does not delay every frequency alike, and from
//! distortion.

use super::fit::{Solution, invert, multiply};
use super::model::{Block, Matrix3, Rest, Vec3};
use super::prepare::Pair;
use super::search::Found;
use super::{Budget, Delay};
use crate::fft;

/// Smallest stated uncertainty: rounding in the samples themselves.
const FLOOR_S: f64 = 10e-9;
/// Samples of one spectrum in the sum over the whole.
const SEGMENT: usize = 4096;
/// A dispersion is only believed where noise alone would show it once in a hundred times (χ² of two degrees of
/// freedom).
const DISPERSION_SEEN: f64 = 9.21;
/// How much of the amplitude of a distortion may look like a shift in every block alike, as a standard deviation. From
/// experience (JCGM 100:2008, 4.3): up to 0.03 through A-law, G.722 and Opus without noise.
const COHERENT: f64 = 0.025;

/// The finding, in words of seconds and parts per million. `None` where the gain may as well be zero.
pub(super) fn conclude(pair: &Pair, found: &Found, solution: &Solution, rest: &Rest) -> Option<Delay> {
    let Solution { at, blocks, weights, inverse, .. } = solution;
    let (expanded, freedom) = expanded(solution);
    if at.gain.abs() < 2.5 * expanded[0] || !at.delay.is_finite() {
        return None;
    }
    let budget = Budget {
        scatter: expanded[1] / 2.0,
        freedom: freedom[1],
        dispersion: dispersion(pair, solution, rest, (expanded[1] / 2.0).powi(2) / inverse[1][1]),
        distortion: distortion(solution),
        rounding: FLOOR_S / 2.0,
    };
    // The rounding that limits the delay limits the clock ratio over the signal's length, too.
    let lever = (inverse[2][2] / inverse[1][1]).max(0.0).sqrt();
    let (signal, residual) = blocks
        .iter()
        .zip(weights)
        .fold((0.0, 0.0), |(s, r), (b, w)| (s + w * b.signal_power * b.count, r + w * b.residual_power * b.count));
    Some(Delay {
        seconds: at.delay,
        t_ref_s: at.pivot,
        ppm: at.ratio * 1e6,
        uncertainty: budget.expanded(),
        ppm_uncertainty: expanded[2].hypot(FLOOR_S * lever) * 1e6,
        confidence: found.confidence,
        gain: at.gain,
        snr_db: 10.0 * (signal / residual.max(signal * 1e-15)).log10(),
        budget,
    })
}

/// Expanded uncertainties (about 95 %) by the sandwich of block gradients (White 1980, clustered): right whatever the
/// noise's level or colour within a block. Each block pulls the fit towards itself, so its residual is enlarged by its
/// leverage (the jackknife form, MacKinnon and White 1985); few or unequal blocks widen the coverage factor (JCGM
/// 100:2008, G.4). With the degrees of freedom of each.
fn expanded(solution: &Solution) -> (Vec3, Vec3) {
    let Solution { blocks, weights, inverse, .. } = solution;
    let influence = |(block, weight): (&Block, &f64)| {
        let leverage: f64 = (0..3).flat_map(|a| (0..3).map(move |b| inverse[a][b] * weight * block.normal[b][a])).sum();
        let gradient = block.gradient.map(|x| weight * x / (1.0 - leverage.clamp(0.0, 0.7)));
        multiply(inverse, &gradient)
    };
    let influences: Vec<Vec3> = blocks.iter().zip(weights).map(influence).collect();
    let sums: [(f64, f64); 3] =
        std::array::from_fn(|i| influences.iter().fold((0.0, 0.0), |(s, f), z| (s + z[i].powi(2), f + z[i].powi(4))));
    // Gaussian influences of one size would give as many degrees of freedom as there are blocks.
    let freedom = sums.map(|(squares, fourths)| if fourths > 0.0 { (3.0 * squares * squares / fourths).max(3.0) } else { 3.0 });
    (std::array::from_fn(|i| 2.0 * (1.0 + 1.25 / freedom[i]) * sums[i].0.sqrt()), freedom)
}

/// Standard deviation over the band of the path's own delay, in seconds; 0 where noise alone explains what is seen.
///
/// A predictive or transforming codec, or a filter, delays one frequency more than another, so "the delay" is only
/// defined to within that spread (JCGM 100:2008, D.3.4). What the fit left is projected on the model's slope at each
/// frequency; a parabola in frequency is laid through the delays so found, by least squares weighted with the slope's
/// energy. `excess` is how far noise exceeds what the weights promise.
fn dispersion(pair: &Pair, solution: &Solution, rest: &Rest, excess: f64) -> f64 {
    let last = solution.weights.len().saturating_sub(1);
    let roots: Vec<f64> = solution.weights.iter().map(|weight| weight.sqrt()).collect();
    let root = |i: usize| roots[(i / rest.block_size).min(last)];
    let length = fft::fast_len(rest.residual.len().min(SEGMENT));
    let spectrum = |x: &[f32], from: usize| {
        let part = x.iter().enumerate().skip(from).take(length);
        fft::forward(part.map(|(i, x)| f64::from(*x) * root(i)), length)
    };
    let mut bins = vec![(0.0, 0.0); length / 2 + 1];
    for from in (0..rest.residual.len()).step_by(length) {
        let (residual, slope) = (spectrum(&rest.residual, from), spectrum(&rest.by_delay, from));
        for (sums, (r, s)) in bins.iter_mut().zip(residual.iter().zip(&slope)) {
            *sums = (sums.0 + s.norm_sqr(), sums.1 + (r * s.conj()).re);
        }
    }
    let (low, high) = pair.band;
    let (mut normal, mut gradient, mut whole) = (Matrix3::default(), Vec3::default(), 0.0);
    let bin = |f: f64| ((f * length as f64) as usize).min(bins.len() - 1);
    for (k, sums) in bins.iter().enumerate().take(bin(high) + 1).skip(bin(low)) {
        let x = (2.0 * k as f64 / length as f64 - low - high) / (high - low).max(1e-9);
        let (energy, cross) = (2.0 / length as f64 * sums.0, 2.0 / length as f64 * sums.1);
        let powers = [1.0, x, x * x];
        for a in 0..3 {
            gradient[a] += cross * powers[a];
            (0..3).for_each(|b| normal[a][b] += energy * powers[a] * powers[b]);
        }
        whole += energy;
    }
    let Some(inverse) = invert(&normal) else {
        return 0.0;
    };
    let curve = multiply(&inverse, &gradient);
    // What the parabola explains beyond one common delay.
    let explained = curve.iter().zip(&gradient).map(|(c, g)| c * g).sum::<f64>() - gradient[0] * gradient[0] / whole;
    if explained > DISPERSION_SEEN * excess.max(1e-9) { ((explained - 2.0 * excess) / whole).max(0.0).sqrt() } else { 0.0 }
}

/// Standard uncertainty of the delay from distortion, in seconds.
///
/// What rises with the signal is not noise but the codec's error, and an error that depends on the signal may repeat
/// itself in every block, so that no scatter between blocks shows it. Its power is the slope of the residual's power
/// over the signal's, less what chance may add.
fn distortion(solution: &Solution) -> f64 {
    let (mut sums, mut moved, mut signal) = ([0.0; 5], 0.0, 0.0);
    for (block, weight) in solution.blocks.iter().zip(&solution.weights) {
        if block.residual_power * weight > 3.0 {
            continue;
        }
        // The variance of a mean square of Gaussian noise; the band holds about three quarters of the samples' freedom.
        let certainty = weight * weight * block.count * 0.75 / 2.0;
        let (x, y) = (block.signal_power, block.residual_power);
        let terms = [1.0, x, x * x, y, x * y];
        sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += certainty * term);
        moved += weight * block.normal[1][1];
        signal += weight * block.signal_power * block.count;
    }
    let [n, x, xx, y, xy] = sums;
    let spread = n * xx - x * x;
    if spread <= 1e-9 * n * xx || moved <= 0.0 {
        return 0.0;
    }
    let (slope, doubt) = ((n * xy - x * y) / spread, (n / spread).sqrt());
    COHERENT * ((slope - 2.0 * doubt).max(0.0) * signal / moved).sqrt()
}
