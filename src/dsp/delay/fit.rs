//! The joint fit: gain, delay and clock ratio by weighted Gauss-Newton, and the uncertainty from the residual.

use std::array::from_fn;

use super::search::Found;
use super::whiten;
use super::{Delay, MAX_PPM, Pair};
use crate::dsp::fft;
use crate::dsp::interp::sinc_at;

/// Blocks within which the noise is taken as one: half a packet of 20 ms.
const BLOCK_S: f64 = 0.01;
const MAX_ROUNDS: usize = 16;
/// Half-width of the part of a long reference fitted first, about what the search used.
const FIRST_SPAN_S: f64 = 6.0;
/// Rounds before the weights come in: they need a residual free of the first guess's error.
const PLAIN_ROUNDS: usize = 2;
/// Weights and parameters are made to agree in no more turns than this before the model is made anew.
const MAX_WEIGHINGS: usize = 12;
/// Standard deviation of clock ratios met before any measurement; keeps very short references sane.
const PRIOR_RATIO: f64 = 150e-6;
/// Smallest stated uncertainty: rounding in the samples themselves.
const FLOOR_S: f64 = 10e-9;
/// Share of the reference's energy that must lie within the capture.
const MIN_OVERLAP: f64 = 0.4;

type Vec3 = [f64; 3];
type Matrix3 = [Vec3; 3];

/// The parameters: capture time = centroid + delay + (reference time − centroid) · (1 + ratio).
#[derive(Debug, Clone, Copy)]
struct Parameters {
    gain: f64,
    delay: f64,
    ratio: f64,
}

/// Model values over a stretch of the capture.
struct Model {
    first: usize,
    value: Vec<f64>,
    /// Derivative with respect to delay, for unit gain.
    by_delay: Vec<f64>,
    /// Derivative with respect to the clock ratio, for unit gain.
    by_ratio: Vec<f64>,
}

/// Sums over one block: normal matrix, gradient, and powers.
#[derive(Debug, Clone, Copy, Default)]
struct Block {
    normal: Matrix3,
    gradient: Vec3,
    signal_power: f64,
    residual_power: f64,
    count: f64,
}

pub(super) fn fit(pair: &Pair, found: &Found) -> Option<Delay> {
    let slope = slope_of(pair);
    let mut at = Parameters { gain: 0.0, delay: found.delay, ratio: found.ratio };
    at.gain = initial_gain(pair, &slope, &at)?;
    // The search leaves the clock ratio uncertain by some ppm: the ends of a long reference only fall into place once its middle does.
    let mut span = FIRST_SPAN_S;
    while span < pair.reference_seconds() {
        at = iterate(pair, &slope, at, span, PLAIN_ROUNDS)?.at;
        span *= 3.0;
    }
    let solution = iterate(pair, &slope, at, f64::INFINITY, PLAIN_ROUNDS)?;
    let residual = residual(pair, &slope, &solution)?;
    if let Some(white) = whiten::whitened(pair, &residual)
        && let Some(better) = iterate(&white, &slope_of(&white), solution.at, f64::INFINITY, 0)
    {
        return conclude(&white, found, &better);
    }
    conclude(pair, found, &solution)
}

/// Parameters where the iteration settled, with the last round's blocks and weights.
struct Solution {
    at: Parameters,
    blocks: Vec<Block>,
    weights: Vec<f64>,
}

fn slope_of(pair: &Pair) -> Vec<f32> {
    let samples: Vec<f64> = pair.reference.iter().map(|x| f64::from(*x)).collect();
    fft::derivative(&samples, 64).iter().map(|d| *d as f32).collect()
}

/// Iterates on the part of the reference within `span` seconds of its centroid, the first `plain` rounds without weights.
fn iterate(pair: &Pair, slope: &[f32], mut at: Parameters, span: f64, plain: usize) -> Option<Solution> {
    let limit = 2.0 * MAX_PPM * 1e-6;
    let mut last = None;
    for round in 0..MAX_ROUNDS {
        let mut blocks = Model::at(pair, slope, &at, span)?.blocks(pair, &at);
        let (weights, step, deviation) = settle(&mut blocks, at.ratio, round < plain)?;
        at.gain += step[0];
        at.delay += step[1].clamp(-2e-4, 2e-4);
        at.ratio = (at.ratio + step[2].clamp(-1e-4, 1e-4)).clamp(-limit, limit);
        last = Some((blocks, weights));
        // What a small step leaves undone is its square.
        let settled = |i: usize| step[i].abs() < 0.05 * deviation[i];
        if round >= plain && settled(1) && settled(2) {
            break;
        }
    }
    last.map(|(blocks, weights)| Solution { at, blocks, weights })
}

/// Finds weights and parameters that agree with each other, as far as the model is linear about where `blocks` were made; moves the blocks
/// there. Returns the weights, the whole step and the standard deviations that the weights promise.
fn settle(blocks: &mut [Block], ratio: f64, plain: bool) -> Option<(Vec<f64>, Vec3, Vec3)> {
    let mut whole = Vec3::default();
    for _ in 0..MAX_WEIGHINGS {
        let weights = if plain { plain_weights(blocks) } else { robust_weights(blocks) };
        let (step, deviation) = solve(blocks, &weights, ratio + whole[2])?;
        blocks.iter_mut().for_each(|block| block.shift(&step));
        whole = from_fn(|i| whole[i] + step[i]);
        if plain || (step[1].abs() < 0.005 * deviation[1] && step[2].abs() < 0.005 * deviation[2]) {
            return Some((weights, whole, deviation));
        }
    }
    let weights = robust_weights(blocks);
    let (_, deviation) = solve(blocks, &weights, ratio + whole[2])?;
    Some((weights, whole, deviation))
}

/// What the fit leaves, without the blocks that were rejected.
fn residual(pair: &Pair, slope: &[f32], solution: &Solution) -> Option<Vec<f64>> {
    let model = Model::at(pair, slope, &solution.at, f64::INFINITY)?;
    let size = block_size(pair);
    let kept = |i: usize| {
        let k = (i / size).min(solution.weights.len().saturating_sub(1));
        solution.blocks[k].residual_power < 3.0 / solution.weights[k].max(1e-300)
    };
    let left =
        |(i, w): (usize, &f64)| if kept(i) { f64::from(pair.capture[model.first + i]) - solution.at.gain * w } else { 0.0 };
    Some(model.value.iter().enumerate().map(left).collect())
}

fn block_size(pair: &Pair) -> usize {
    ((BLOCK_S * pair.capture_rate) as usize).max(8)
}

/// Gain by projection on the template at the coarse position. `None` if too little of the reference is inside the capture.
fn initial_gain(pair: &Pair, slope: &[f32], at: &Parameters) -> Option<f64> {
    let model = Model::at(pair, slope, at, f64::INFINITY)?;
    let own: f64 = model.value.iter().map(|w| w * w).sum();
    let whole: f64 = pair.reference.iter().map(|w| f64::from(*w).powi(2)).sum();
    let cross: f64 = model.value.iter().zip(&pair.capture[model.first..]).map(|(w, y)| w * f64::from(*y)).sum();
    (own > MIN_OVERLAP * whole && own > 0.0).then(|| cross / own)
}

impl Model {
    fn at(pair: &Pair, slope: &[f32], at: &Parameters, span: f64) -> Option<Model> {
        let origin = pair.centroid + at.delay;
        let edge = |reference_s: f64| (origin + (reference_s - pair.centroid) * (1.0 + at.ratio)) * pair.capture_rate;
        let first = edge((pair.centroid - span).max(0.0)).ceil().max(0.0) as usize;
        let last = (edge((pair.centroid + span).min(pair.reference_seconds())).floor().max(0.0) as usize).min(pair.capture.len());
        if last <= first + 8 {
            return None;
        }
        let per_second = pair.reference_rate;
        let capacity = last - first;
        let mut model = Model {
            first,
            value: Vec::with_capacity(capacity),
            by_delay: Vec::with_capacity(capacity),
            by_ratio: Vec::with_capacity(capacity),
        };
        for n in first..last {
            let lapse = n as f64 / pair.capture_rate - origin;
            let position = (pair.centroid + lapse / (1.0 + at.ratio)) * per_second;
            let by_time = f64::from(sinc_at(slope, position)) * per_second / (1.0 + at.ratio);
            model.value.push(f64::from(sinc_at(&pair.reference, position)));
            model.by_delay.push(-by_time);
            model.by_ratio.push(-by_time * lapse / (1.0 + at.ratio));
        }
        Some(model)
    }

    fn blocks(&self, pair: &Pair, at: &Parameters) -> Vec<Block> {
        let size = block_size(pair);
        let total = self.value.len();
        let block = |start: usize| {
            let mut sums = Block::default();
            for i in start..(start + size).min(total) {
                let residual = f64::from(pair.capture[self.first + i]) - at.gain * self.value[i];
                let row = [self.value[i], at.gain * self.by_delay[i], at.gain * self.by_ratio[i]];
                sums.add(row, residual, at.gain * self.value[i]);
            }
            sums.signal_power /= sums.count;
            sums.residual_power /= sums.count;
            sums
        };
        (0..total).step_by(size).map(block).collect()
    }
}

impl Block {
    fn add(&mut self, row: Vec3, residual: f64, signal: f64) {
        for (a, x) in row.iter().enumerate() {
            self.gradient[a] += x * residual;
            for (b, y) in row.iter().enumerate() {
                self.normal[a][b] += x * y;
            }
        }
        self.signal_power += signal * signal;
        self.residual_power += residual * residual;
        self.count += 1.0;
    }

    /// The sums as they become when the parameters move by `step`.
    fn shift(&mut self, step: &Vec3) {
        let moved = multiply(&self.normal, step);
        let change: f64 = step.iter().zip(&moved).zip(&self.gradient).map(|((s, m), g)| s * (m - 2.0 * g)).sum();
        self.residual_power = (self.residual_power + change / self.count).max(0.0);
        self.gradient = from_fn(|i| self.gradient[i] - moved[i]);
    }
}

fn plain_weights(blocks: &[Block]) -> Vec<f64> {
    let count: f64 = blocks.iter().map(|b| b.count).sum();
    let power = blocks.iter().map(|b| b.residual_power * b.count).sum::<f64>() / count.max(1.0);
    vec![1.0 / power.max(1e-24); blocks.len()]
}

/// Inverse expected noise power of each block, cut down where the residual is far above it: a packet was lost or concealed there.
fn robust_weights(blocks: &[Block]) -> Vec<f64> {
    let (floor, share) = noise_model(blocks);
    let weight = |block: &Block| {
        let expected = floor + share * block.signal_power;
        let excess = (block.residual_power / expected - 1.6).max(0.0);
        1.0 / (expected * (1.0 + excess * excess))
    };
    blocks.iter().map(weight).collect()
}

/// Noise power = floor + share · signal power (a logarithmic codec's noise follows the signal), from the medians of the quiet and the loud half.
fn noise_model(blocks: &[Block]) -> (f64, f64) {
    let loudest = blocks.iter().map(|b| b.signal_power).fold(0.0, f64::max);
    let mut live: Vec<&Block> = blocks.iter().filter(|b| b.signal_power > 0.02 * loudest).collect();
    live.sort_by(|a, b| a.signal_power.total_cmp(&b.signal_power));
    let least = loudest * 1e-12 + 1e-24;
    let (quiet, loud) = live.split_at(live.len() / 2);
    let (Some(quiet), Some(loud)) = (medians(quiet), medians(loud)) else {
        return (live.first().map_or(least, |b| b.residual_power.max(least)), 0.0);
    };
    let rise = ((loud.1 - quiet.1) / (loud.0 - quiet.0).max(least)).max(0.0);
    let floor = quiet.1 - rise * quiet.0;
    if floor > 0.05 * quiet.1 {
        (floor.max(least), rise)
    } else {
        // The noise vanishes with the signal: keep a small floor so that no block gets all the weight.
        (0.05 * quiet.1.max(least), (loud.1 / loud.0.max(least)).max(0.0))
    }
}

/// Medians of signal power and of residual power.
fn medians(blocks: &[&Block]) -> Option<(f64, f64)> {
    let median = |power: fn(&Block) -> f64| {
        let mut values: Vec<f64> = blocks.iter().map(|b| power(b)).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    Some((median(|b| b.signal_power)?, median(|b| b.residual_power)?))
}

fn matrix(element: impl Fn(usize, usize) -> f64) -> Matrix3 {
    from_fn(|a| from_fn(|b| element(a, b)))
}

fn weighted(blocks: &[Block], weights: &[f64]) -> (Matrix3, Vec3) {
    let sum = |part: &dyn Fn(&Block) -> f64| blocks.iter().zip(weights).map(|(block, weight)| weight * part(block)).sum::<f64>();
    (matrix(|a, b| sum(&|block| block.normal[a][b])), from_fn(|a| sum(&|block| block.gradient[a])))
}

/// One Gauss-Newton step, with the clock-ratio prior, and the standard deviations that the weights promise.
fn solve(blocks: &[Block], weights: &[f64], ratio: f64) -> Option<(Vec3, Vec3)> {
    let (mut normal, mut gradient) = weighted(blocks, weights);
    let prior = 1.0 / (PRIOR_RATIO * PRIOR_RATIO);
    normal[2][2] += prior;
    gradient[2] -= prior * ratio;
    let inverse = invert(&normal)?;
    Some((multiply(&inverse, &gradient), from_fn(|i| inverse[i][i].sqrt())))
}

fn multiply(matrix: &Matrix3, vector: &Vec3) -> Vec3 {
    matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
}

/// Inverse of a symmetric positive definite matrix, scaled to unit diagonal first: its elements differ by ten orders of magnitude.
fn invert(m: &Matrix3) -> Option<Matrix3> {
    let scale = [0, 1, 2].map(|i| m[i][i].sqrt());
    if scale.iter().any(|s| !s.is_finite() || *s <= 0.0) {
        return None;
    }
    let n = |a: usize, b: usize| m[a][b] / (scale[a] * scale[b]);
    let minor = |a: usize, b: usize| {
        let (r, c) = ([(a + 1) % 3, (a + 2) % 3], [(b + 1) % 3, (b + 2) % 3]);
        n(r[0], c[0]) * n(r[1], c[1]) - n(r[0], c[1]) * n(r[1], c[0])
    };
    let determinant: f64 = (0..3).map(|b| n(0, b) * minor(0, b)).sum();
    (determinant > 1e-9).then(|| matrix(|a, b| minor(b, a) / (determinant * scale[a] * scale[b])))
}

/// Expanded uncertainties (about 95 %) by the sandwich of block gradients (White 1980, clustered): right whatever the noise's level or colour
/// within a block. Each block pulls the fit towards itself, so its residual is enlarged by its leverage (the jackknife form, MacKinnon and
/// White 1985); few or unequal blocks widen the coverage factor (JCGM 100:2008, G.4).
fn expanded(blocks: &[Block], weights: &[f64], inverse: &Matrix3) -> Vec3 {
    let (mut squares, mut fourths) = (Vec3::default(), Vec3::default());
    for (block, weight) in blocks.iter().zip(weights) {
        let leverage: f64 =
            (0..3).flat_map(|a| (0..3).map(move |b| (a, b))).map(|(a, b)| inverse[a][b] * weight * block.normal[b][a]).sum();
        let gradient = block.gradient.map(|x| weight * x / (1.0 - leverage.clamp(0.0, 0.7)));
        let influence = multiply(inverse, &gradient);
        for (i, z) in influence.iter().enumerate() {
            squares[i] += z * z;
            fourths[i] += z.powi(4);
        }
    }
    from_fn(|i| {
        // Gaussian influences of one size would give as many degrees of freedom as there are blocks.
        let freedom = if fourths[i] > 0.0 { (3.0 * squares[i] * squares[i] / fourths[i]).max(3.0) } else { 3.0 };
        2.0 * (1.0 + 1.25 / freedom) * squares[i].sqrt()
    })
}

fn conclude(pair: &Pair, found: &Found, solution: &Solution) -> Option<Delay> {
    let Solution { at, blocks, weights } = solution;
    let (mut normal, _) = weighted(blocks, weights);
    normal[2][2] += 1.0 / (PRIOR_RATIO * PRIOR_RATIO);
    let inverse = invert(&normal)?;
    let expanded = expanded(blocks, weights, &inverse);
    // A gain that may as well be zero is no signal.
    if at.gain.abs() < 2.5 * expanded[0] || !at.delay.is_finite() {
        return None;
    }
    let (signal, residual) = blocks
        .iter()
        .zip(weights)
        .fold((0.0, 0.0), |(s, r), (b, w)| (s + w * b.signal_power * b.count, r + w * b.residual_power * b.count));
    Some(Delay {
        seconds: at.delay,
        t_ref_s: pair.centroid,
        ppm: at.ratio * 1e6,
        uncertainty: expanded[1].hypot(FLOOR_S),
        ppm_uncertainty: expanded[2] * 1e6,
        confidence: found.confidence,
        gain: at.gain,
        snr_db: 10.0 * (signal / residual.max(signal * 1e-15)).log10(),
    })
}
