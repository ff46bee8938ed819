//! The reference as it should stand in the capture, and the sums over blocks of 10 ms of which the fit is made.

use std::array::from_fn;

use super::prepare::Pair;
use crate::dsp::interp::sinc_slope_at;

/// Blocks within which the noise is taken as one: half a packet of 20 ms.
const BLOCK_S: f64 = 0.01;

pub(super) type Vec3 = [f64; 3];
pub(super) type Matrix3 = [Vec3; 3];

/// The parameters: capture time = pivot + delay + (reference time − pivot) · (1 + ratio).
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameters {
    pub gain: f64,
    pub delay: f64,
    pub ratio: f64,
    /// Seconds of the reference.
    pub pivot: f64,
}

impl Parameters {
    /// The same line, its delay stated at another moment.
    pub fn about(self, pivot: f64) -> Parameters {
        Parameters { delay: self.delay + (pivot - self.pivot) * self.ratio, pivot, ..self }
    }
}

/// Sums over one block, for parameters in the order gain, delay, ratio.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Block {
    pub normal: Matrix3,
    pub gradient: Vec3,
    /// Mean squares.
    pub signal_power: f64,
    pub residual_power: f64,
    pub count: f64,
}

/// Samples of the capture that a stretch of the reference covers, and how the reference is read there.
#[derive(Clone, Copy)]
struct Stretch {
    first: usize,
    last: usize,
    /// Reference position of the capture's sample 0, and per sample, in samples.
    start: f64,
    step: f64,
    /// Capture time of the pivot, seconds.
    origin: f64,
}

impl Stretch {
    fn of(pair: &Pair, at: &Parameters, span: f64) -> Option<Stretch> {
        let origin = at.pivot + at.delay;
        let edge = |reference_s: f64| (origin + (reference_s - at.pivot) * (1.0 + at.ratio)) * pair.capture_rate;
        let first = edge((at.pivot - span).max(0.0)).ceil().max(0.0) as usize;
        let last = (edge((at.pivot + span).min(pair.reference_seconds())).floor().max(0.0) as usize).min(pair.capture.len());
        let step = pair.reference_rate / (pair.capture_rate * (1.0 + at.ratio));
        let start = (at.pivot - origin / (1.0 + at.ratio)) * pair.reference_rate;
        (last > first + 8).then_some(Stretch { first, last, start, step, origin })
    }
}

fn block_size(pair: &Pair) -> usize {
    ((BLOCK_S * pair.capture_rate) as usize).max(8)
}

/// The sums of each block of the capture that the reference within `span` seconds of the pivot covers. A gain of zero is replaced by the one
/// that fits best. `None` if too little is covered.
pub(super) fn blocks(pair: &Pair, at: &mut Parameters, span: f64) -> Option<Vec<Block>> {
    let stretch = Stretch::of(pair, at, span)?;
    let size = block_size(pair);
    let mut sums: Vec<Sums> = (stretch.first..stretch.last)
        .step_by(size)
        .map(|from| Sums::over(pair, &stretch, from, (from + size).min(stretch.last)))
        .collect();
    if at.gain == 0.0 {
        let total = |part: fn(&Sums) -> f64| sums.iter().map(part).sum::<f64>();
        at.gain = total(|s| s.my) / total(|s| s.mm);
    }
    let scale = pair.reference_rate / (1.0 + at.ratio);
    (at.gain.is_finite() && at.gain != 0.0).then(|| sums.drain(..).map(|s| s.block(at.gain, scale, at.ratio)).collect())
}

/// Products summed over a block: `m` model for unit gain, `d` its slope per reference sample, `y` capture, `t` seconds since the pivot.
#[derive(Default, Clone, Copy)]
struct Sums {
    mm: f64,
    md: f64,
    mdt: f64,
    dd: f64,
    ddt: f64,
    ddtt: f64,
    my: f64,
    dy: f64,
    dyt: f64,
    yy: f64,
    count: f64,
}

impl Sums {
    fn over(pair: &Pair, stretch: &Stretch, from: usize, to: usize) -> Sums {
        let mut sums = Sums { count: (to - from) as f64, ..Sums::default() };
        let seconds = 1.0 / pair.capture_rate;
        for (n, y) in (from..to).zip(&pair.capture[from..to]) {
            let (m, d) = sinc_slope_at(&pair.reference, stretch.start + n as f64 * stretch.step);
            let (m, d, y) = (f64::from(m), f64::from(d), f64::from(*y));
            let t = n as f64 * seconds - stretch.origin;
            let dt = d * t;
            sums.mm += m * m;
            sums.md += m * d;
            sums.mdt += m * dt;
            sums.dd += d * d;
            sums.ddt += d * dt;
            sums.ddtt += dt * dt;
            sums.my += m * y;
            sums.dy += d * y;
            sums.dyt += dt * y;
            sums.yy += y * y;
        }
        sums
    }

    /// Normal matrix and gradient: the model moves by −gain · slope · `scale` per second of delay, and by that times `t` per unit of ratio.
    fn block(&self, gain: f64, scale: f64, ratio: f64) -> Block {
        let by_delay = -gain * scale;
        let by_ratio = by_delay / (1.0 + ratio);
        let cross = |a: usize, b: usize| match (a.min(b), a.max(b)) {
            (0, 0) => self.mm,
            (0, 1) => by_delay * self.md,
            (0, _) => by_ratio * self.mdt,
            (1, 1) => by_delay * by_delay * self.dd,
            (1, _) => by_delay * by_ratio * self.ddt,
            _ => by_ratio * by_ratio * self.ddtt,
        };
        let gradient = [self.my - gain * self.mm, by_delay * (self.dy - gain * self.md), by_ratio * (self.dyt - gain * self.mdt)];
        let residual = (self.yy - gain * (2.0 * self.my - gain * self.mm)).max(0.0);
        Block {
            normal: from_fn(|a| from_fn(|b| cross(a, b))),
            gradient,
            signal_power: gain * gain * self.mm / self.count,
            residual_power: residual / self.count,
            count: self.count,
        }
    }
}

impl Block {
    /// The sums as they become when the parameters move by `step`.
    pub fn shift(&mut self, step: &Vec3) {
        let moved: Vec3 = self.normal.map(|row| row.iter().zip(step).map(|(a, b)| a * b).sum());
        let change: f64 = step.iter().zip(&moved).zip(&self.gradient).map(|((s, m), g)| s * (m - 2.0 * g)).sum();
        self.residual_power = (self.residual_power + change / self.count).max(0.0);
        self.gradient = from_fn(|i| self.gradient[i] - moved[i]);
    }
}

/// What the whole fit leaves, sample by sample.
pub(super) struct Rest {
    pub residual: Vec<f64>,
    /// How the model moves per second of delay.
    pub by_delay: Vec<f64>,
    pub block_size: usize,
}

impl Rest {
    pub fn of(pair: &Pair, at: &Parameters) -> Option<Rest> {
        let stretch = Stretch::of(pair, at, f64::INFINITY)?;
        let scale = -at.gain * pair.reference_rate / (1.0 + at.ratio);
        let both = (stretch.first..stretch.last).zip(&pair.capture[stretch.first..stretch.last]).map(|(n, y)| {
            let (m, d) = sinc_slope_at(&pair.reference, stretch.start + n as f64 * stretch.step);
            (f64::from(*y) - at.gain * f64::from(m), scale * f64::from(d))
        });
        let (residual, by_delay) = both.unzip();
        Some(Rest { residual, by_delay, block_size: block_size(pair) })
    }
}
