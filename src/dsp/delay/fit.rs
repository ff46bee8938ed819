//! The joint fit: gain, delay and clock ratio by weighted Gauss-Newton.

use std::array::from_fn;
use std::f64::consts::PI;

use super::model::{Block, Matrix3, Parameters, Reading, Rest, Vec3};
use super::prepare::Pair;
use super::search::Found;
use super::uncertainty;
use super::{Delay, MAX_PPM, weights, whiten};

const MAX_ROUNDS: usize = 16;
/// Rounds of weights against parameters on the same sums.
const MAX_WEIGHINGS: usize = 8;
/// Standard deviation of clock ratios met before any measurement; keeps very short references sane.
pub(super) const PRIOR_RATIO: f64 = 150e-6;
/// Share of the reference's energy that must lie within the capture.
const MIN_OVERLAP: f64 = 0.4;
/// Steps of less than this phase at the highest frequency, in radians, leave a residual in which the noise can be seen.
const CLOSE: f64 = 0.2;
/// How far the ends of the fitted stretch may be off, in periods of the highest frequency: beyond a quarter the fit
/// would lock on a wrong one.
const WITHIN_REACH: f64 = 0.12;

/// Seconds of a stretch that a start looks at: it needs no more, if they lie all over the stretch.
const SAMPLED_S: f64 = 2.0;
/// Relative error of the interpolator's slope.
const SLOPE_ERROR: f64 = 0.01;

/// Parameters where the iteration settled, with the last round's reading, blocks and weights.
pub(super) struct Solution {
    pub at: Parameters,
    reading: Reading,
    pub blocks: Vec<Block>,
    pub weights: Vec<f64>,
    /// Inverse of the weighted normal matrix.
    pub inverse: Matrix3,
}

/// Below this ratio of signal to residual, in dB, the fit may stand beside the signal, and is begun once more in the
/// other way.
const DOUBTFUL_DB: f64 = 6.0;

/// Begins without weights: a capture that is silent for half its time would otherwise be taken for the rule and the
/// signal for the exception. Where little is explained so, begins with weights as well: a signal that is a hundred
/// times as strong at first as later throws an unweighted step far off. Where both lead to different places, what
/// leaves less stands.
pub(super) fn fit(pair: &Pair, found: &Found) -> Option<Delay> {
    let plain = begin(pair, found, Weighing::None).and_then(|at| finish(pair, found, at, Weighing::WhenClose));
    if plain.is_some_and(|delay| delay.snr_db > DOUBTFUL_DB) {
        return plain;
    }
    let Some(begun) = begin(pair, found, Weighing::Roughly) else {
        return plain;
    };
    if plain.is_some_and(|delay| same_place(pair, &delay, begun)) {
        return plain;
    }
    let weighted = finish(pair, found, begun, Weighing::FromTheStart);
    [plain, weighted].into_iter().flatten().max_by(|a, b| a.snr_db.total_cmp(&b.snr_db))
}

/// Whether the fit would come to `delay` from `begun` as well.
fn same_place(pair: &Pair, delay: &Delay, begun: Parameters) -> bool {
    let begun = begun.about(delay.t_ref_s);
    let apart = (begun.delay - delay.seconds).abs() + (begun.ratio - delay.ppm * 1e-6).abs() * pair.reference_seconds() / 2.0;
    2.0 * PI * pair.highest_hz() * apart < CLOSE
}

/// A start close enough for the whole reference: the ends of a long one only fall into place once the clock ratio is
/// known from its middle.
fn begin(pair: &Pair, found: &Found, weighing: Weighing) -> Option<Parameters> {
    let mut at = Parameters { gain: 0.0, delay: found.delay, ratio: found.ratio, pivot: found.pivot };
    let mut span = WITHIN_REACH / (pair.highest_hz() * found.ratio_doubt);
    let reach = found.pivot.max(pair.reference_seconds() - found.pivot);
    while span < reach {
        let part = iterate(pair, at, span, weighing)?;
        let doubt = 3.0 * part.inverse[2][2].sqrt();
        span = (WITHIN_REACH / (pair.highest_hz() * doubt)).clamp(1.5 * span, 6.0 * span);
        at = part.at;
    }
    // A look at a few blocks of a long one is cheap, and spares one at all of them.
    if reach > SAMPLED_S { Some(iterate(pair, at, f64::INFINITY, weighing)?.at) } else { Some(at) }
}

/// The gain that fits best where a delay was found in another form of the pair.
pub(super) fn gain_at(pair: &Pair, found: &Delay) -> Option<f64> {
    let mut reading = Reading::of(pair, &Parameters { gain: 0.0, ..found.into() }, f64::INFINITY, f64::INFINITY)?;
    reading.blocks(pair)?;
    Some(reading.gain())
}

fn finish(pair: &Pair, found: &Found, at: Parameters, weighing: Weighing) -> Option<Delay> {
    let solution = iterate(pair, at.about(pair.centroid), f64::INFINITY, weighing)?;
    enough(pair, &solution).then_some(())?;
    let rest = solution.reading.rest(pair, &solution.at);
    if let Some(white) = whiten::whitened(pair, &kept(&solution, &rest))
        && let Some(better) = iterate(&white, solution.at, f64::INFINITY, Weighing::FromTheStart)
    {
        let rest = better.reading.rest(&white, &better.at);
        return uncertainty::conclude(&white, found, &better, &rest);
    }
    uncertainty::conclude(pair, found, &solution, &rest)
}

/// Whether enough of the reference lies within the capture.
fn enough(pair: &Pair, solution: &Solution) -> bool {
    let own: f64 = solution.blocks.iter().map(|b| b.signal_power * b.count).sum::<f64>() / solution.at.gain.powi(2);
    let whole: f64 = pair.reference.iter().map(|w| f64::from(*w).powi(2)).sum();
    own > MIN_OVERLAP * whole * pair.capture_rate / pair.reference_rate
}

/// How blocks are weighted against each other.
#[derive(Clone, Copy, PartialEq)]
enum Weighing {
    /// Not at all: only a start is wanted.
    None,
    /// From the first round; only a start is wanted.
    Roughly,
    /// Once the residual shows the noise.
    WhenClose,
    FromTheStart,
}

/// Iterates on the part of the reference within `span` seconds of the pivot.
fn iterate(pair: &Pair, mut at: Parameters, span: f64, weighing: Weighing) -> Option<Solution> {
    let limit = 2.0 * MAX_PPM * 1e-6;
    let phase = 2.0 * PI * pair.highest_hz();
    let lever = span.min(pair.reference_seconds() / 2.0);
    let rough = matches!(weighing, Weighing::None | Weighing::Roughly);
    let wanted_s = if rough { SAMPLED_S } else { f64::INFINITY };
    let mut weigh = matches!(weighing, Weighing::Roughly | Weighing::FromTheStart);
    let mut last = None;
    for round in 0..MAX_ROUNDS {
        let mut reading = Reading::of(pair, &at, span, wanted_s)?;
        let mut blocks = reading.blocks(pair)?;
        at.gain = reading.gain();
        let mut settled = settle(&mut blocks, at.ratio, weigh)?;
        let moved = |step: &Vec3| phase * (step[1].abs() + step[2].abs() * lever);
        let close = moved(&settled.step) < CLOSE;
        if !weigh && weighing == Weighing::WhenClose && (close || round >= 3) {
            weigh = true;
            if close {
                settled = settle(&mut blocks, at.ratio + settled.step[2], true)?.after(&settled);
            }
        }
        let Settled { weights, step, inverse } = settled;
        // How far the model may bend over the step, as a share of the step.
        let bend = moved(&step) + (step[0] / at.gain).abs() + SLOPE_ERROR;
        at.gain += step[0];
        at.delay += step[1].clamp(-2e-4, 2e-4);
        at.ratio = (at.ratio + step[2].clamp(-1e-4, 1e-4)).clamp(-limit, limit);
        let left = |i: usize| bend * step[i].abs() < 0.05 * inverse[i][i].sqrt();
        last = Some((reading, blocks, weights, inverse));
        if rough && close || weigh && close && left(1) && left(2) {
            break;
        }
    }
    last.map(|(reading, blocks, weights, inverse)| Solution { at, reading, blocks, weights, inverse })
}

/// Weights, the step to the parameters that agree with them, and the inverse of the normal matrix.
struct Settled {
    weights: Vec<f64>,
    step: Vec3,
    inverse: Matrix3,
}

impl Settled {
    /// As one step with the one `before` it.
    fn after(self, before: &Settled) -> Settled {
        Settled { step: from_fn(|i| before.step[i] + self.step[i]), ..self }
    }
}

/// Finds weights and parameters that agree with each other, as far as the model is linear about where `blocks` were
/// made; moves the blocks there.
fn settle(blocks: &mut [Block], ratio: f64, weigh: bool) -> Option<Settled> {
    let mut whole = Vec3::default();
    for _ in 0..MAX_WEIGHINGS {
        let weights = if weigh { weights::robust(blocks) } else { weights::plain(blocks) };
        let (step, inverse) = solve(blocks, &weights, ratio + whole[2])?;
        blocks.iter_mut().for_each(|block| block.shift(&step));
        whole = from_fn(|i| whole[i] + step[i]);
        let small = |i: usize| step[i].abs() < 0.005 * inverse[i][i].sqrt();
        if !weigh || small(1) && small(2) {
            return Some(Settled { weights, step: whole, inverse });
        }
    }
    let weights = weights::robust(blocks);
    let (_, inverse) = solve(blocks, &weights, ratio + whole[2])?;
    Some(Settled { weights, step: whole, inverse })
}

/// The residual without the blocks that were rejected.
fn kept(solution: &Solution, rest: &Rest) -> Vec<f32> {
    let trusted = |k: usize| solution.blocks[k].residual_power < 3.0 / solution.weights[k].max(1e-300);
    let mut residual = rest.residual.clone();
    for (k, block) in residual.chunks_mut(rest.block_size).enumerate() {
        if !trusted(k) {
            block.fill(0.0);
        }
    }
    residual
}

/// One Gauss-Newton step, with the clock-ratio prior, and the inverse of the normal matrix.
fn solve(blocks: &[Block], weights: &[f64], ratio: f64) -> Option<(Vec3, Matrix3)> {
    let (mut normal, mut gradient) = (Matrix3::default(), Vec3::default());
    for (block, weight) in blocks.iter().zip(weights) {
        for a in 0..3 {
            gradient[a] += weight * block.gradient[a];
            (0..3).for_each(|b| normal[a][b] += weight * block.normal[a][b]);
        }
    }
    let prior = 1.0 / (PRIOR_RATIO * PRIOR_RATIO);
    normal[2][2] += prior;
    gradient[2] -= prior * ratio;
    let inverse = invert(&normal)?;
    Some((multiply(&inverse, &gradient), inverse))
}

pub(super) fn multiply(matrix: &Matrix3, vector: &Vec3) -> Vec3 {
    matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
}

/// Inverse of a symmetric positive definite matrix, scaled to unit diagonal first: its elements differ by ten orders of
/// magnitude.
pub(super) fn invert(m: &Matrix3) -> Option<Matrix3> {
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
    (determinant > 1e-9).then(|| from_fn(|a| from_fn(|b| minor(b, a) / (determinant * scale[a] * scale[b]))))
}
