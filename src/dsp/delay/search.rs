//! Finding the signal: normalised cross-correlation over every lag, of a short section first, then of a long one over a
//! grid of clock ratios.

use super::prepare::{Padded, Pair};
use super::{MAX_PPM, Missing, ridge};
use crate::fft;
use crate::interp::sinc_at;

/// Standard deviations above chance needed: the largest of 10⁸ chance values stays below 6.
const DETECTION_Z: f64 = 7.5;
/// Below this another place is as good; if the reference resembles itself at that distance by so much, it may be a
/// repetition of itself, and if not, the sound has come twice.
const MIN_CONFIDENCE: f64 = 0.05;
const LIKE_ITSELF: f64 = 0.6;
/// A short section that stands out as far as this needs no second look.
const SURE: f64 = 0.2;
/// A short section of which less lies within the capture has no sharp place: its overlap may be a few periods.
const MOSTLY: f64 = 0.5;
/// Candidates closer than this belong to the same peak.
const SAME_PEAK_S: f64 = 0.003;
/// Longer references are searched by their middle: the fit then takes in the rest.
pub(super) const MAX_SEARCHED_S: f64 = 10.0;
/// A section may drift against the capture by this many periods of the highest frequency, end to end, and still
/// correlate (by a half at that frequency, by three quarters over the band).
const DRIFT_PERIODS: f64 = 0.6;
/// A stretch whose bandwidth is a smaller share of its frequency is nearly a tone: a period later it looks the same.
const NEARLY_A_TONE: f64 = 0.25;
/// The frequency of a sweep moves one way through so many pieces of a stretch, by so large a factor.
const PIECES: usize = 6;
const SWEPT: f64 = 1.2;
/// A repetition of which the reference holds so much again, so much alike, cannot be told from the original by what a
/// recording may have lost of either.
const HELD_AGAIN: f64 = 0.4;
const ALIKE: f64 = 0.95;

/// A coarse position: the moment `pivot` of the reference (seconds) stands `delay` later in the capture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub pivot: f64,
    pub delay: f64,
    pub ratio: f64,
    /// How far the ratio may be off.
    pub ratio_doubt: f64,
    pub confidence: f64,
    /// Share of the section that lies within the capture.
    pub held: f64,
}

/// Seconds of the reference that a search without a clock grid may use.
pub(super) fn quick_seconds(pair: &Pair) -> f64 {
    DRIFT_PERIODS / (pair.highest_hz() * MAX_PPM * 1e-6)
}

pub(super) fn search(pair: &Pair, capture: &Padded) -> Result<Found, Missing> {
    let quick = Section::of(pair, quick_seconds(pair));
    let spread = Spread::of(pair, &quick);
    if spread.is_narrow() || quick.is_swept(pair) {
        return ridge::search(pair, capture);
    }
    let at_once = best_of(pair, capture, &quick, &spread, (0.0, 0));
    if let Ok(found) = at_once
        && found.confidence > SURE
        && found.held > MOSTLY
    {
        return at_once;
    }
    let section = Section::of(pair, MAX_SEARCHED_S);
    // Clock ratios so close together that the section's ends stay within a quarter of a period of the highest
    // frequency.
    let step = 0.8 / (pair.highest_hz() * section.seconds(pair));
    let limit = MAX_PPM * 1e-6;
    let each_side = ((limit - step / 2.0) / step).ceil().max(0.0) as i32;
    let step = if each_side > 0 { limit / (f64::from(each_side) + 0.5) } else { 0.0 };
    best_of(pair, capture, &section, &Spread::of(pair, &section), (step, each_side))
}

/// Whether the reference holds most of itself again somewhere else: of a sequence that is played over and over nobody
/// can say which turn of it a recording begins with.
pub(super) fn is_repeated(pair: &Pair) -> bool {
    let samples = &pair.reference;
    let length = fft::fast_len(2 * samples.len());
    let mut bins = fft::forward_single(samples.iter().copied(), length);
    bins.iter_mut().for_each(|bin| *bin *= bin.conj());
    let product = fft::inverse_single(bins, length);
    let mut before = vec![0.0];
    for x in samples {
        before.push(before[before.len() - 1] + f64::from(*x).powi(2));
    }
    let (count, whole) = (samples.len(), before[samples.len()]);
    let nearest = (SAME_PEAK_S * pair.reference_rate) as usize + 1;
    let furthest = ((1.0 - HELD_AGAIN) * count as f64) as usize;
    (nearest..furthest).any(|lag| {
        let energies = before[count - lag] * (whole - before[lag]);
        energies > 0.0 && f64::from(product[lag]) > ALIKE * energies.sqrt()
    })
}

/// The capture's spectrum with room for the section, where `capture` lacks it.
fn roomy(pair: &Pair, capture: &Padded, section: &Section) -> Option<Padded> {
    let room = section.len + 2;
    (capture.length < pair.capture.len() + room).then(|| Padded::of(&pair.capture, room))
}

/// The highest peak of a section over clock ratios `step` apart, as many to either side.
pub(super) fn best_of(
    pair: &Pair,
    capture: &Padded,
    section: &Section,
    spread: &Spread,
    (step, each_side): (f64, i32),
) -> Result<Found, Missing> {
    let roomy = roomy(pair, capture, section);
    let capture = roomy.as_ref().unwrap_or(capture);
    let energy = window_energy(&pair.capture, section.len);
    let mut best: Option<(f64, Correlation)> = None;
    for k in -each_side..=each_side {
        let ratio = f64::from(k) * step;
        let correlation = correlate(&section.template(pair, ratio), capture, &energy);
        if best.as_ref().is_none_or(|(_, b)| correlation.height() > b.height()) {
            best = Some((ratio, correlation));
        }
    }
    let (ratio, correlation) = best.ok_or(Missing::NotThere)?;
    let confidence = judge(pair, section, spread, &correlation)?;
    let lag = fractional_lag(&correlation, section.len);
    let pivot = section.centroid(pair, lag).ok_or(Missing::NotThere)?;
    let from_start = (pivot - section.start as f64 / pair.reference_rate) * (1.0 + ratio);
    let ratio_doubt = if each_side == 0 { MAX_PPM * 1e-6 } else { step / 2.0 };
    let inside = (lag + section.len as f64).min(pair.capture.len() as f64) - lag.max(0.0);
    let held = inside / section.len as f64;
    Ok(Found { pivot, delay: lag / pair.capture_rate + from_start - pivot, ratio, ratio_doubt, confidence, held })
}

/// A stretch of the reference, in working samples.
pub(super) struct Section {
    pub start: usize,
    pub len: usize,
}

impl Section {
    /// At most `seconds` about the reference's middle; further away where the middle is a pause.
    pub fn of(pair: &Pair, seconds: f64) -> Section {
        let samples = &pair.reference;
        let len = ((seconds * pair.reference_rate) as usize).clamp(1, samples.len());
        let power = |from: usize| samples[from..from + len].iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
        let middle = ((pair.centroid * pair.reference_rate) as usize).saturating_sub(len / 2).min(samples.len() - len);
        let mut places: Vec<usize> = (0..=samples.len() - len).step_by(len).chain([middle]).collect();
        places.sort_by_key(|place| place.abs_diff(middle));
        let usual = samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() * len as f64 / samples.len() as f64;
        let start = places.into_iter().find(|place| power(*place) > 0.5 * usual).unwrap_or(middle);
        Section { start, len }
    }

    /// The section as it looks on the capture's clock.
    fn template(&self, pair: &Pair, ratio: f64) -> Vec<f32> {
        let step = pair.reference_rate / (pair.capture_rate * (1.0 + ratio));
        let end = (self.start + self.len) as f64;
        let value = |n: usize| {
            let position = self.start as f64 + n as f64 * step;
            if position < end { sinc_at(&pair.reference, position) } else { 0.0 }
        };
        if step == 1.0 {
            return pair.reference[self.start..self.start + self.len].iter().copied().chain([0.0]).collect();
        }
        (0..self.len + 1).map(value).collect()
    }

    /// How much the part of it that goes on so many seconds later resembles what it was there, −1 to 1: where little of
    /// it does, what of the whole reference does.
    fn likeness(&self, pair: &Pair, seconds: f64) -> f64 {
        let lag = (seconds * pair.reference_rate).round() as usize;
        let likeness = |samples: &[f32]| {
            let pairs = || samples.iter().zip(samples.get(lag..).unwrap_or(&[]));
            let sums = pairs().fold((0.0, 0.0, 0.0), |(xy, xx, yy), (x, y)| {
                let (x, y) = (f64::from(*x), f64::from(*y));
                (xy + x * y, xx + x * x, yy + y * y)
            });
            sums.0 / (sums.1 * sums.2).sqrt().max(1e-300)
        };
        if 2 * lag < self.len { likeness(&pair.reference[self.start..self.start + self.len]) } else { likeness(&pair.reference) }
    }

    /// Whether its frequency moves one way, as the zero crossings of its pieces tell.
    fn is_swept(&self, pair: &Pair) -> bool {
        let samples = &pair.reference[self.start..self.start + self.len];
        let crossings = |piece: &[f32]| piece.windows(2).filter(|pair| (pair[0] < 0.0) != (pair[1] < 0.0)).count() as f64;
        let counts: Vec<f64> = samples.chunks_exact((self.len / PIECES).max(2)).map(crossings).collect();
        let (Some(first), Some(last)) = (counts.first(), counts.last()) else { return false };
        let rises = counts.windows(2).all(|pair| pair[0] < pair[1]) && *last > SWEPT * first;
        let falls = counts.windows(2).all(|pair| pair[0] > pair[1]) && *first > SWEPT * last;
        rises || falls
    }

    pub fn seconds(&self, pair: &Pair) -> f64 {
        self.len as f64 / pair.reference_rate
    }

    /// Where the energy lies of what the capture holds of it at `lag` (capture samples), seconds of the reference.
    fn centroid(&self, pair: &Pair, lag: f64) -> Option<f64> {
        let before = (-lag).max(0.0) as usize;
        let held = ((pair.capture.len() as f64 - lag).max(0.0) as usize).min(self.len);
        let powers = pair.reference.get(self.start + before..self.start + held)?.iter().map(|x| f64::from(*x).powi(2));
        let (energy, moment) = powers.enumerate().fold((0.0, 0.0), |(e, m), (n, p)| (e + p, m + n as f64 * p));
        (energy > 0.0).then(|| ((self.start + before) as f64 + moment / energy) / pair.reference_rate)
    }
}

/// Energy of the capture within a window of `len` starting at each lag; index 0 is lag `−len`.
fn window_energy(capture: &[f32], len: usize) -> Vec<f64> {
    let square = |i: usize| capture.get(i).map_or(0.0, |x| f64::from(*x).powi(2));
    let mut sum = 0.0;
    let lags = capture.len() + len;
    (0..=lags)
        .map(|k| {
            if k > 0 {
                sum += square(k - 1);
            }
            if k > len {
                sum -= square(k - len - 1);
            }
            sum.max(0.0)
        })
        .collect()
}

/// One correlation over all lags; index 0 is lag `−len` of the section.
struct Correlation {
    /// Plain correlation: sharp peak, for interpolation.
    plain: Vec<f32>,
    /// Square over the local energy of the capture, 0 to 1.
    normalised: Vec<f64>,
    best: usize,
}

impl Correlation {
    fn height(&self) -> f64 {
        self.normalised.get(self.best).map_or(0.0, |square| square.sqrt())
    }
}

fn correlate(template: &[f32], capture: &Padded, energy: &[f64]) -> Correlation {
    let mut product = fft::forward_single(template.iter().copied(), capture.length);
    product.iter_mut().zip(&capture.bins).for_each(|(w, y)| *w = y * w.conj());
    let circular = fft::inverse_single(product, capture.length);
    let len = template.len() - 1;
    let own: f64 = template.iter().map(|x| f64::from(*x).powi(2)).sum();
    let floor = energy.iter().fold(0f64, |max, e| max.max(*e)) * 1e-6 + 1e-30;
    // Negative lags stand at the end of the circular result.
    let (later, earlier) = circular.split_at(circular.len() - len);
    let mut plain = Vec::with_capacity(circular.len());
    plain.extend_from_slice(earlier);
    plain.extend_from_slice(later);
    plain.truncate(energy.len());
    let normalised: Vec<f64> = plain.iter().zip(energy).map(|(c, e)| f64::from(*c).powi(2) / ((e + floor) * own)).collect();
    let larger = |best: (usize, f64), (k, v): (usize, &f64)| if *v > best.1 { (k, *v) } else { best };
    let best = normalised.iter().enumerate().fold((0, 0.0), larger).0;
    Correlation { plain, normalised, best }
}

/// Whether the peak is beyond chance and stands alone; its confidence if so.
fn judge(pair: &Pair, section: &Section, spread: &Spread, correlation: &Correlation) -> Result<f64, Missing> {
    let peak = correlation.height();
    if peak * spread.freedom(section.seconds(pair)).sqrt() < DETECTION_Z {
        return Err(Missing::NotThere);
    }
    let near = (SAME_PEAK_S * pair.capture_rate) as usize;
    let before = correlation.normalised.iter().take(correlation.best.saturating_sub(near)).enumerate();
    let after = correlation.normalised.iter().enumerate().skip(correlation.best + near + 1);
    let larger = |most: (usize, f64), (k, v): (usize, &f64)| if *v > most.1 { (k, *v) } else { most };
    let (at, second) = before.chain(after).fold((correlation.best, 0.0), larger);
    let confidence = (1.0 - second.sqrt() / peak).clamp(0.0, 1.0);
    let apart = at.abs_diff(correlation.best) as f64 / pair.capture_rate;
    if confidence < MIN_CONFIDENCE && section.likeness(pair, apart) > LIKE_ITSELF {
        return Err(Missing::Repeated);
    }
    Ok(confidence)
}

/// How a stretch's power is spread over frequency.
pub(super) struct Spread {
    /// (∫P)² / ∫P²: what bandwidth of white noise would fluctuate as much.
    bandwidth_hz: f64,
    /// Its mean frequency.
    pub centre_hz: f64,
}

impl Spread {
    pub fn of(pair: &Pair, section: &Section) -> Spread {
        let samples = &pair.reference[section.start..section.start + section.len];
        let length = fft::fast_len(samples.len());
        let bins = fft::forward(samples.iter().map(|x| f64::from(*x)), length);
        let (mut total, mut squares, mut moment) = (0.0, 0.0, 0.0);
        for (k, bin) in bins.iter().enumerate() {
            let power = bin.norm_sqr();
            total += power;
            squares += power * power;
            moment += k as f64 * power;
        }
        let hertz = pair.reference_rate / length as f64;
        if squares > 0.0 {
            Spread { bandwidth_hz: total * total / squares * hertz, centre_hz: moment / total * hertz }
        } else {
            Spread { bandwidth_hz: 0.0, centre_hz: 0.0 }
        }
    }

    fn is_narrow(&self) -> bool {
        self.bandwidth_hz < NEARLY_A_TONE * self.centre_hz
    }

    /// Independent values in so many seconds.
    pub fn freedom(&self, seconds: f64) -> f64 {
        2.0 * self.bandwidth_hz * seconds
    }
}

/// The lag in capture samples, between samples by a parabola.
fn fractional_lag(correlation: &Correlation, len: usize) -> f64 {
    let height = |k: usize| correlation.plain.get(k).map_or(0.0, |c| f64::from(c.abs()));
    // The normalisation moves the peak by a sample at most.
    let near = correlation.best.saturating_sub(2)..=correlation.best + 2;
    let best = near.max_by(|a, b| height(*a).total_cmp(&height(*b))).unwrap_or(correlation.best);
    let whole = best as f64 - len as f64;
    let Some(before) = best.checked_sub(1).map(height).filter(|_| best + 1 < correlation.plain.len()) else {
        return whole;
    };
    let (at, after) = (height(best), height(best + 1));
    let bend = before - 2.0 * at + after;
    let part = if bend < 0.0 { (0.5 * (before - after) / bend).clamp(-1.0, 1.0) } else { 0.0 };
    whole + part
}
