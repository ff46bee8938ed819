//! What one line of delay cannot say: the same sound that arrived before its strongest arrival, and a delay that
//! changed on the way, as a jitter buffer's does.
//!
//! What the fit leaves is correlated with the sound once more. Something of the sound that is there all along beside
//! the first is another arrival; something that is there where the first is not is the same arrival, slipped. All of
//! it without the sounds' own colour, which would smear every arrival over its neighbours.

use super::fit;
use super::model::{Parameters, Reading};
use super::prepare::{Pair, centroid};
use super::search::{Found, Section, Spread};
use super::{Course, Delay};
use crate::fft;

/// What stands beside a delay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Beside {
    /// An earlier and fainter arrival of the same sound.
    Earlier(Delay),
    /// The delay changed at this moment of the reference, seconds, give or take `within_s`: in a pause nobody can tell.
    Slip { before: Delay, after: Delay, at_s: f64, within_s: f64 },
}

/// How far about the strongest another is looked for, seconds: what a room, a line or a buffer brings about.
const REACH_S: f64 = 0.5;
/// Nearer than so, two arrivals are one that the path has coloured.
const NEAREST_S: f64 = 0.001;
/// Standard deviations above chance needed: as of the search itself.
const DETECTION_Z: f64 = 7.5;
/// An arrival more than 20 dB below the strongest does not begin a sound (ISO 3382-1:2009, A.3.4).
const HEARD: f64 = 0.1;
/// What a filter makes of one arrival lies this near to it, seconds, and 10 dB below it.
const RINGS_S: f64 = 0.005;
const RINGING: f64 = 0.32;
/// More arrivals are not told apart.
const MOST: usize = 4;
/// What of a sound lies on either side of a slip, at least, as a share of its energy.
const SIDE: f64 = 0.08;
/// About a slip nothing is believed for so long, seconds.
const TORN_S: f64 = 0.004;
/// Pieces in which it is told which delay holds, seconds.
const BLOCK_S: f64 = 0.005;
/// How far the clock ratio of a part may be off that of the whole.
const RATIO_DOUBT: f64 = 50e-6;

/// Whether so much of the capture is explained that neither an arrival that would be heard nor a slip can be left.
pub(super) fn is_explained(pair: &Pair, found: &Delay) -> bool {
    let at = Parameters::from(found);
    let Some(own) = laid(pair, &at) else { return false };
    let left: f64 = pair.capture.iter().zip(&own).map(|(y, m)| (f64::from(*y) - at.gain * f64::from(*m)).powi(2)).sum();
    left < (HEARD * at.gain).powi(2) * energy_of(&own)
}

/// `None`: nothing stands beside it.
pub(super) fn look(pair: &Pair, strongest: &Delay) -> Option<Course> {
    let at = Parameters { gain: fit::gain_at(pair, strongest)?, ..strongest.into() };
    let own = laid(pair, &at)?;
    let mut rest: Vec<f32> = pair.capture.iter().zip(&own).map(|(y, m)| y - at.gain as f32 * m).collect();
    let spread = Spread::of(pair, &Section { start: 0, len: pair.reference.len() });
    let freedom = spread.freedom(pair.reference_seconds());
    let mut others: Vec<Other> = Vec::new();
    while others.len() < MOST
        && let Some(other) = strongest_other(pair, &own, &rest, freedom, &others)
    {
        if others.is_empty()
            && let Some(slipped) = slip(pair, strongest, &at, &own, &other)
        {
            return Some(slipped);
        }
        let place = Parameters { delay: at.delay + other.lag_s, ..at };
        let model = laid(pair, &place)?;
        rest.iter_mut().zip(&model).for_each(|(r, m)| *r -= other.gain as f32 * m);
        others.push(other);
    }
    let least = |o: &Other| if o.lag_s > -RINGS_S { RINGING } else { HEARD } * at.gain.abs();
    let earlier = others.iter().filter(|o| o.lag_s < 0.0 && o.gain.abs() >= least(o));
    let first = earlier.min_by(|a, b| a.lag_s.total_cmp(&b.lag_s))?;
    two_arrivals(pair, strongest, first)
}

/// The reference as it stands in the capture at unit gain.
fn laid(pair: &Pair, at: &Parameters) -> Option<Vec<f32>> {
    Some(Reading::of(pair, at, f64::INFINITY, f64::INFINITY)?.laid(pair))
}

/// Another place at which the sound stands.
struct Other {
    /// Later than the strongest arrival, seconds; negative where it is earlier.
    lag_s: f64,
    gain: f64,
}

/// Where what is left resembles the reference most, if that is beyond chance and none of those known.
fn strongest_other(pair: &Pair, own: &[f32], rest: &[f32], freedom: f64, known: &[Other]) -> Option<Other> {
    let rate = pair.capture_rate;
    let reach = ((REACH_S * rate) as usize).min(rest.len());
    let length = fft::fast_len(rest.len() + reach + 1);
    let mut product = fft::forward_single(own.iter().copied(), length);
    let heard = fft::forward_single(rest.iter().copied(), length);
    product.iter_mut().zip(&heard).for_each(|(m, y)| *m = y * m.conj());
    let values = fft::inverse_single(product, length);
    let value = |lag: i64| values.get(lag.rem_euclid(length as i64) as usize).copied().map_or(0.0, f64::from);
    let near = |a: f64, b: f64| (a - b).abs() < NEAREST_S;
    let is_new = |lag: &i64| {
        let lag_s = *lag as f64 / rate;
        !near(lag_s, 0.0) && known.iter().all(|other| !near(lag_s, other.lag_s))
    };
    let reach = reach as i64;
    let lag = (-reach..=reach).filter(is_new).max_by(|a, b| value(*a).abs().total_cmp(&value(*b).abs()))?;
    let (energy, left) = (energy_of(own), energy_of(rest));
    let height = value(lag).abs() / (energy * left).sqrt().max(1e-300);
    if height * freedom.sqrt() < DETECTION_Z {
        return None;
    }
    let (before, at, after) = (value(lag - 1).abs(), value(lag).abs(), value(lag + 1).abs());
    let bend = before - 2.0 * at + after;
    let part = if bend < 0.0 { (0.5 * (before - after) / bend).clamp(-1.0, 1.0) } else { 0.0 };
    Some(Other { lag_s: (lag as f64 + part) / rate, gain: value(lag) / energy })
}

fn energy_of(samples: &[f32]) -> f64 {
    samples.iter().map(|x| f64::from(*x).powi(2)).sum()
}

/// Both delays and the moment between them, if the sound stands at either place in turn rather than at both at once.
fn slip(pair: &Pair, strongest: &Delay, at: &Parameters, own: &[f32], other: &Other) -> Option<Course> {
    let moved = Parameters { delay: at.delay + other.lag_s, ..*at };
    let there = laid(pair, &moved)?;
    let block = ((BLOCK_S * pair.capture_rate) as usize).max(8);
    // Each delay alone explains its part of the sound: the gain is what the two explain together.
    let gain = (product(&pair.capture, own) + product(&pair.capture, &there)) / energy_of(own).max(1e-300);
    let left = |model: &[f32]| -> Vec<f64> {
        let pieces = pair.capture.chunks(block).zip(model.chunks(block));
        pieces.map(|(y, m)| y.iter().zip(m).map(|(y, m)| (f64::from(*y) - gain * f64::from(*m)).powi(2)).sum()).collect()
    };
    let (here_left, there_left) = (left(own), left(&there));
    let (early, late) = (Turn::of(&here_left, &there_left), Turn::of(&there_left, &here_left));
    let (turn, before, after) = if early.least <= late.least { (early, at, &moved) } else { (late, &moved, at) };
    if turn.least >= both_at_once(&pair.capture, own, &there) {
        return None;
    }
    let of_blocks = |blocks: f64| blocks * block as f64 / pair.capture_rate;
    let moment = of_blocks((turn.from + turn.to) as f64 / 2.0);
    // The moment of the reference that the earlier line has there.
    let at_s = before.pivot + (moment - before.pivot - before.delay) / (1.0 + before.ratio);
    let (early, late) = (side(pair, strongest, before, ..at_s - TORN_S)?, side(pair, strongest, after, at_s + TORN_S..)?);
    let enough = |part: &Side| part.share >= SIDE;
    let grown = late.found.at(at_s) - early.found.at(at_s);
    // Where the delay grew neither line explains what was put in, and the moment may be any of it.
    let put_in = grown.max(0.0) / 2.0;
    (enough(&early) && enough(&late) && grown.abs() >= NEAREST_S / 2.0).then(|| Course {
        strongest: if early.share >= late.share { early.found } else { late.found },
        beside: Some(Beside::Slip {
            before: early.found,
            after: late.found,
            at_s: at_s - put_in,
            within_s: of_blocks((turn.to - turn.from) as f64 / 2.0 + 1.0) + put_in,
        }),
    })
}

/// The blocks at whose beginning one delay may have given way to another, and what the two leave at least.
struct Turn {
    least: f64,
    from: usize,
    to: usize,
}

impl Turn {
    /// From what either leaves in each block.
    fn of(first: &[f64], second: &[f64]) -> Turn {
        let mut sum: f64 = second.iter().sum();
        let mut sums = vec![sum];
        for (a, b) in first.iter().zip(second) {
            sum += a - b;
            sums.push(sum);
        }
        let least = sums.iter().copied().fold(f64::INFINITY, f64::min);
        // As likely are all moments that leave no more than a few blocks of noise besides.
        let most = least + 8.0 * least.max(0.0) / first.len().max(1) as f64 + 1e-4 * sums.iter().copied().fold(0.0, f64::max);
        let from = sums.iter().position(|sum| *sum <= most).unwrap_or(0);
        let to = sums.iter().rposition(|sum| *sum <= most).unwrap_or(from);
        Turn { least, from, to }
    }
}

/// What two arrivals leave that are both there all along, each with the gain that suits it.
fn both_at_once(capture: &[f32], one: &[f32], other: &[f32]) -> f64 {
    let (aa, ab, bb) = (energy_of(one), product(one, other), energy_of(other));
    let (ya, yb) = (product(capture, one), product(capture, other));
    let determinant = aa * bb - ab * ab;
    if determinant <= 1e-9 * aa * bb {
        return energy_of(capture);
    }
    let (a, b) = ((ya * bb - yb * ab) / determinant, (yb * aa - ya * ab) / determinant);
    energy_of(capture) - a * ya - b * yb
}

fn product(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// The sound on one side of a slip, and its share of the reference's energy.
struct Side {
    found: Delay,
    share: f64,
}

fn side(pair: &Pair, strongest: &Delay, at: &Parameters, kept: impl std::ops::RangeBounds<f64>) -> Option<Side> {
    let is_kept = |n: usize| kept.contains(&(n as f64 / pair.reference_rate));
    let reference: Vec<f32> = pair.reference.iter().enumerate().map(|(n, x)| if is_kept(n) { *x } else { 0.0 }).collect();
    let share = energy_of(&reference) / energy_of(&pair.reference).max(1e-300);
    let part = Pair { centroid: centroid(&reference)? / pair.reference_rate, reference, capture: pair.capture.clone(), ..*pair };
    let found = fit::fit(&part, &beginning(&part, strongest, at))?;
    Some(Side { found, share })
}

/// A fit begins where a line stands already.
fn beginning(pair: &Pair, strongest: &Delay, at: &Parameters) -> Found {
    let Parameters { delay, ratio, pivot, .. } = at.about(pair.centroid);
    Found { pivot, delay, ratio, ratio_doubt: RATIO_DOUBT, confidence: strongest.confidence, held: 1.0 }
}

/// Each of two arrivals in what the other leaves.
fn two_arrivals(pair: &Pair, strongest: &Delay, other: &Other) -> Option<Course> {
    let mut late = *strongest;
    let mut early = Parameters { gain: other.gain, delay: late.seconds + other.lag_s, ..(&late).into() };
    let mut first = None;
    for _ in 0..2 {
        let found = fit_without(pair, &(&late).into(), &early)?;
        early = (&found).into();
        first = Some(found);
        late = fit_without(pair, &early, &(&late).into())?;
    }
    let strongest = Delay { confidence: strongest.confidence, ..late };
    first
        .filter(|first| first.seconds < strongest.seconds)
        .map(|first| Course { strongest, beside: Some(Beside::Earlier(first)) })
}

/// The sound at `wanted`, the same sound at `other` taken away.
fn fit_without(pair: &Pair, other: &Parameters, wanted: &Parameters) -> Option<Delay> {
    let model = laid(pair, other)?;
    let capture = pair.capture.iter().zip(&model).map(|(y, m)| y - other.gain as f32 * m).collect();
    let part = Pair { reference: pair.reference.clone(), capture, ..*pair };
    let at = wanted.about(pair.centroid);
    let found = Found { pivot: at.pivot, delay: at.delay, ratio: at.ratio, ratio_doubt: RATIO_DOUBT, confidence: 1.0, held: 1.0 };
    fit::fit(&part, &found)
}
