//! The reference as it should stand in the capture, and the sums over blocks of 10 ms of which the fit is made.

use std::array::from_fn;
use std::ops::Range;

use super::Delay;
use super::prepare::Pair;
use crate::interp::sinc_slope_at;

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

impl From<&Delay> for Parameters {
    fn from(found: &Delay) -> Self {
        Parameters { gain: found.gain, delay: found.seconds, ratio: found.ppm * 1e-6, pivot: found.t_ref_s }
    }
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

/// The reference read at the capture's samples, where the parameters put it.
pub(super) struct Reading {
    at: Parameters,
    /// Samples of the capture that are looked at: blocks of `size`, each `every` blocks after the one before, from
    /// `first` to `last`.
    first: usize,
    last: usize,
    size: usize,
    every: usize,
    /// Of those samples, one after the other: the reference there, and its slope per reference sample.
    model: Vec<f32>,
    slope: Vec<f32>,
}

impl Reading {
    /// Of the reference within `span` seconds of the pivot. Of more than `wanted_s` seconds only so much is looked at,
    /// in blocks an equal distance apart. `None` if too little is covered.
    pub fn of(pair: &Pair, at: &Parameters, span: f64, wanted_s: f64) -> Option<Reading> {
        let origin = at.pivot + at.delay;
        let edge = |reference_s: f64| (origin + (reference_s - at.pivot) * (1.0 + at.ratio)) * pair.capture_rate;
        let first = edge((at.pivot - span).max(0.0)).ceil().max(0.0) as usize;
        let last = (edge((at.pivot + span).min(pair.reference_seconds())).floor().max(0.0) as usize).min(pair.capture.len());
        if last <= first + 8 {
            return None;
        }
        let size = ((BLOCK_S * pair.capture_rate) as usize).max(8);
        let every = (((last - first) as f64 / pair.capture_rate / wanted_s) as usize).max(1);
        let mut reading = Reading { at: *at, first, last, size, every, model: Vec::new(), slope: Vec::new() };
        // Reference position of the capture's sample 0, and per sample, in samples.
        let start = (at.pivot - origin / (1.0 + at.ratio)) * pair.reference_rate;
        let step = pair.reference_rate / (pair.capture_rate * (1.0 + at.ratio));
        let count = (last - first).div_ceil(every);
        (reading.model, reading.slope) = (Vec::with_capacity(count + size), Vec::with_capacity(count + size));
        for n in reading.ranges().flatten() {
            let (model, slope) = sinc_slope_at(&pair.reference, start + n as f64 * step);
            reading.model.push(model);
            reading.slope.push(slope);
        }
        Some(reading)
    }

    /// The capture's samples, block by block.
    fn ranges(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let (last, size) = (self.last, self.size);
        (self.first..last).step_by(size * self.every).map(move |from| from..(from + size).min(last))
    }

    /// The sums of each block. A gain of zero is replaced by the one that fits best; `None` if there is none.
    pub fn blocks(&mut self, pair: &Pair) -> Option<Vec<Block>> {
        let read = self.model.chunks(self.size).zip(self.slope.chunks(self.size));
        let times = |range: &Range<usize>| range.start as f64 / pair.capture_rate - self.at.pivot - self.at.delay;
        let sums: Vec<Sums> = self
            .ranges()
            .zip(read)
            .map(|(range, (model, slope))| {
                let from_s = times(&range);
                Sums::over(model, slope, &pair.capture[range], from_s, 1.0 / pair.capture_rate)
            })
            .collect();
        if self.at.gain == 0.0 {
            let total = |part: fn(&Sums) -> f64| sums.iter().map(part).sum::<f64>();
            self.at.gain = total(|s| s.my) / total(|s| s.mm);
        }
        let gain = self.at.gain;
        let by = self.by(pair);
        (gain.is_finite() && gain != 0.0).then(|| sums.iter().map(|s| s.block(gain, by)).collect())
    }

    /// How the model moves per second of delay and per unit of ratio and second since the pivot, in slopes.
    fn by(&self, pair: &Pair) -> (f64, f64) {
        let by_delay = -self.at.gain * pair.reference_rate / (1.0 + self.at.ratio);
        (by_delay, by_delay / (1.0 + self.at.ratio))
    }

    pub fn gain(&self) -> f64 {
        self.at.gain
    }

    /// A whole reading as long as the capture, zero where it holds nothing of the reference; for unit gain.
    pub fn laid(&self, pair: &Pair) -> Vec<f32> {
        let mut laid = vec![0.0; pair.capture.len()];
        laid[self.first..self.last].copy_from_slice(&self.model);
        laid
    }

    /// What is left of a whole reading once the parameters have moved to `to`, as far as the model is linear.
    pub fn rest(&self, pair: &Pair, to: &Parameters) -> Rest {
        let (by_delay, by_ratio) = self.by(pair);
        let (delay, ratio) = (by_delay * (to.delay - self.at.delay), by_ratio * (to.ratio - self.at.ratio));
        let origin = self.at.pivot + self.at.delay;
        let read = self.model.iter().zip(&self.slope).zip(&pair.capture[self.first..self.last]);
        let both = read.zip(self.first..).map(|(((m, d), y), n)| {
            let (m, d, t) = (f64::from(*m), f64::from(*d), n as f64 / pair.capture_rate - origin);
            ((f64::from(*y) - to.gain * m - (delay + ratio * t) * d) as f32, (by_delay * d) as f32)
        });
        let (residual, by_delay) = both.unzip();
        Rest { residual, by_delay, block_size: self.size }
    }
}

/// Products summed over a block: `m` model for unit gain, `d` its slope per reference sample, `y` capture, `t` seconds
/// since the pivot.
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
    /// The first sample stands `from_s` seconds after the pivot, each further one `step_s` later.
    fn over(model: &[f32], slope: &[f32], capture: &[f32], from_s: f64, step_s: f64) -> Sums {
        let mut sums = Sums { count: capture.len() as f64, ..Sums::default() };
        for (n, ((m, d), y)) in model.iter().zip(slope).zip(capture).enumerate() {
            let (m, d, y) = (f64::from(*m), f64::from(*d), f64::from(*y));
            let dt = d * (from_s + n as f64 * step_s);
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

    /// Normal matrix and gradient, where the model moves so much per second of delay and per unit of ratio and second.
    fn block(&self, gain: f64, (by_delay, by_ratio): (f64, f64)) -> Block {
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

/// What a fit leaves, sample by sample.
pub(super) struct Rest {
    pub residual: Vec<f32>,
    /// How the model moves per second of delay.
    pub by_delay: Vec<f32>,
    pub block_size: usize,
}
