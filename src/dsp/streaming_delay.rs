//! Delays in recordings of any length: read piece by piece, so that two hours need no more memory than two minutes.
//!
//! Knows nothing of files: whoever has one lends it as a [`Source`].

use std::convert::Infallible;
use std::ops::Range;

use super::delay::{Budget, Delay, Missing, Signal, seek};
use super::track::{Point, track};

/// Sound that is read piece by piece; its first sample is time zero.
pub trait Source {
    /// Why a piece cannot be read.
    type Error;
    /// Hertz.
    fn rate(&self) -> f64;
    /// Samples altogether.
    fn frames(&self) -> usize;
    /// The samples of `frames`, which lies within the sound.
    fn read(&mut self, frames: Range<usize>) -> Result<Vec<f32>, Self::Error>;
}

impl Source for Signal<'_> {
    type Error = Infallible;

    fn rate(&self) -> f64 {
        self.rate
    }

    fn frames(&self) -> usize {
        self.samples.len()
    }

    fn read(&mut self, frames: Range<usize>) -> Result<Vec<f32>, Infallible> {
        Ok(self.samples.get(frames).unwrap_or(&[]).to_vec())
    }
}

/// Longest capture that is searched in one piece, seconds.
const AT_ONCE_S: f64 = 120.0;
/// Longest reference that is fitted as one, seconds: longer ones are followed, and a line laid through.
const FITTED_S: f64 = 60.0;
/// Stretches of a reference too long to be fitted as one, and how far their delays may wander, seconds.
const STRETCH_S: f64 = 5.0;
const WANDER_S: f64 = 0.25;
/// Pieces of the capture in a long search, seconds.
const PIECE_S: f64 = 60.0;
/// The part of the reference by which a long capture is searched, seconds.
const ANCHOR_S: f64 = 2.0;
/// How often the reach doubles while nothing is found.
const MOST_DOUBLINGS: i32 = 4;
/// Matches closer than this are one, seen in two overlapping pieces.
const SAME_PLACE_S: f64 = 0.003;

/// As [`delay`], for recordings of any length.
///
/// A reference beyond a minute is measured in stretches of 5 s and a line laid through their delays between slips; the
/// delay is that of the longest part without a slip, stated at the centroid of the whole reference's derivative energy.
/// Such a reference is looked for near its own time first; a shorter one everywhere, and one that is found in two
/// places is not found.
pub fn find<E, R, C>(reference: &mut R, capture: &mut C) -> Result<Option<Delay>, E>
where
    R: Source<Error = E>,
    C: Source<Error = E>,
{
    if !usable(reference) || !usable(capture) {
        return Ok(None);
    }
    if seconds(reference) > FITTED_S {
        return Ok(line(&windows(reference, capture, STRETCH_S, WANDER_S)?));
    }
    let whole = reference.read(0..reference.frames())?;
    let whole = Signal::new(&whole, reference.rate());
    if seconds(capture) <= AT_ONCE_S {
        let samples = capture.read(0..capture.frames())?;
        return Ok(seek(whole, Signal::new(&samples, capture.rate())).ok());
    }
    let (anchor, from_s) = loudest(whole);
    let mut places: Vec<Delay> = Vec::new();
    for centre_s in pieces(capture, 0.0) {
        let new = |d: &Delay| places.iter().all(|p| (p.seconds - d.seconds).abs() > SAME_PLACE_S);
        match near(anchor, capture, centre_s, PIECE_S / 2.0 + ANCHOR_S)? {
            Ok(found) if new(&found) => places.push(found),
            Err(Missing::Repeated) => return Ok(None),
            _ => {}
        }
    }
    places.sort_by(|a, b| b.gain.abs().total_cmp(&a.gain.abs()));
    match &places[..] {
        [] => Ok(None),
        // As loud a second time: a repetition.
        [best, second, ..] if second.gain.abs() > 0.7 * best.gain.abs() => Ok(None),
        [best, ..] => {
            let begins = best.at(0.0) - from_s;
            Ok(near(whole, capture, begins + seconds(reference) / 2.0, seconds(reference) / 2.0 + 1.0)?.ok())
        }
    }
}

/// Cuts a long reference into windows of `window_s` and measures each in its neighbourhood of the capture, up to
/// `reach_s` either side of where the last one was found, and further while none is. Windows in which nothing is found
/// (pauses, losses) give no point.
pub fn follow<E, R, C>(reference: &mut R, capture: &mut C, window_s: f64, reach_s: f64) -> Result<Vec<Point>, E>
where
    R: Source<Error = E>,
    C: Source<Error = E>,
{
    if !usable(reference) || !usable(capture) {
        return Ok(Vec::new());
    }
    Ok(windows(reference, capture, window_s, reach_s)?.iter().filter_map(|window| window.found).map(|d| point(&d)).collect())
}

fn point(found: &Delay) -> Point {
    Point { at_s: found.t_ref_s, delay_s: found.seconds, uncertainty_s: found.uncertainty }
}

fn usable(source: &impl Source) -> bool {
    (1000.0..=1e6).contains(&source.rate())
}

fn seconds(source: &impl Source) -> f64 {
    source.frames() as f64 / source.rate()
}

/// The samples from `from_s` to `to_s`, as far as there are any, and the moment of the first.
fn piece<S: Source>(source: &mut S, from_s: f64, to_s: f64) -> Result<(Vec<f32>, f64), S::Error> {
    let rate = source.rate();
    let clip = |s: f64| ((s * rate).max(0.0) as usize).min(source.frames());
    let (from, to) = (clip(from_s), clip(to_s));
    Ok((source.read(from..to.max(from))?, from as f64 / rate))
}

/// Measures `part` within `reach_s` of a moment of the capture; the delay counts from `part`'s first sample.
fn near<C: Source>(part: Signal, capture: &mut C, centre_s: f64, reach_s: f64) -> Result<Result<Delay, Missing>, C::Error> {
    // A part without sound is nowhere: hours of capture need not be read to say so.
    if is_flat(part.samples) {
        return Ok(Err(Missing::NotThere));
    }
    let (samples, start_s) = piece(capture, centre_s - reach_s, centre_s + reach_s)?;
    let found = seek(part, Signal::new(&samples, capture.rate()));
    Ok(found.map(|d| Delay { seconds: d.seconds + start_s, ..d }))
}

/// Whether all samples are the same, so that there is no sound.
fn is_flat(samples: &[f32]) -> bool {
    samples.first().is_none_or(|first| samples.iter().all(|x| x == first))
}

/// Centres of the pieces of a capture, the nearest to `from_s` first.
fn pieces(capture: &impl Source, from_s: f64) -> Vec<f64> {
    let count = (seconds(capture) / PIECE_S).ceil() as usize;
    let mut centres: Vec<f64> = (0..count).map(|k| (k as f64 + 0.5) * PIECE_S).collect();
    centres.sort_by(|a, b| (a - from_s).abs().total_cmp(&(b - from_s).abs()));
    centres
}

/// The loudest part of a reference by which it can be searched, and its start in seconds.
fn loudest(reference: Signal) -> (Signal, f64) {
    let length = ((ANCHOR_S * reference.rate) as usize).min(reference.samples.len()).max(1);
    let power = |part: &&[f32]| part.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    let best = reference.samples.chunks_exact(length).enumerate().max_by(|a, b| power(&a.1).total_cmp(&power(&b.1)));
    let (k, part) = best.unwrap_or((0, reference.samples));
    (Signal::new(part, reference.rate), (k * length) as f64 / reference.rate)
}

/// One window of the reference: its part in the derivative's energy and that energy's moment, and what was found, in
/// whole-signal time.
struct Window {
    energy: f64,
    moment: f64,
    found: Option<Delay>,
}

fn windows<E, R, C>(reference: &mut R, capture: &mut C, window_s: f64, reach_s: f64) -> Result<Vec<Window>, E>
where
    R: Source<Error = E>,
    C: Source<Error = E>,
{
    let length = ((window_s.max(0.1) * reference.rate()) as usize).max(1);
    let count = reference.frames() / length;
    let Some((anchor, expected)) = anchor(reference, capture, count, length)? else {
        return Ok(Vec::new());
    };
    let mut windows = Vec::with_capacity(count);
    walk(reference, capture, (anchor..count).map(|k| (k, length)), expected, reach_s, &mut windows)?;
    let mut earlier = Vec::with_capacity(anchor);
    walk(reference, capture, (0..anchor).rev().map(|k| (k, length)), expected, reach_s, &mut earlier)?;
    earlier.reverse();
    earlier.append(&mut windows);
    Ok(earlier)
}

/// A window that is found, and its delay: near its own time by preference. Three are tried near, two everywhere.
fn anchor<E, R, C>(reference: &mut R, capture: &mut C, count: usize, length: usize) -> Result<Option<(usize, f64)>, E>
where
    R: Source<Error = E>,
    C: Source<Error = E>,
{
    let rate = reference.rate();
    let tries: Vec<usize> = [2, 1, 3].iter().map(|quarter| count * quarter / 4).filter(|k| *k < count).collect();
    for (everywhere, tried) in [(false, &tries[..]), (true, &tries[..tries.len().min(2)])] {
        for k in tried {
            let from = k * length;
            let to = (from + length.max((ANCHOR_S * rate) as usize)).min(reference.frames());
            let samples = reference.read(from..to)?;
            let start_s = from as f64 / rate;
            let own = vec![start_s];
            for centre_s in if everywhere { pieces(capture, start_s) } else { own } {
                let reach_s = PIECE_S / 2.0 + window_seconds(&samples, rate);
                if let Ok(found) = near(Signal::new(&samples, rate), capture, centre_s, reach_s)? {
                    return Ok(Some((*k, found.seconds - start_s)));
                }
            }
        }
    }
    Ok(None)
}

fn window_seconds(samples: &[f32], rate: f64) -> f64 {
    samples.len() as f64 / rate
}

/// Measures windows one after the other, each expected where the last one was found.
fn walk<E, R, C>(
    reference: &mut R,
    capture: &mut C,
    order: impl Iterator<Item = (usize, usize)>,
    mut expected: f64,
    reach_s: f64,
    out: &mut Vec<Window>,
) -> Result<(), E>
where
    R: Source<Error = E>,
    C: Source<Error = E>,
{
    let rate = reference.rate();
    let mut misses = 0;
    for (k, length) in order {
        let samples = reference.read(k * length..(k + 1) * length)?;
        let start_s = (k * length) as f64 / rate;
        let half = window_seconds(&samples, rate) / 2.0;
        let reach = reach_s * f64::from(1 << misses.min(MOST_DOUBLINGS));
        let (energy, moment) = slope_energy(&samples);
        let found = near(Signal::new(&samples, rate), capture, start_s + expected + half, half + reach)?;
        let found = found.ok().map(|d| Delay { seconds: d.seconds - start_s, t_ref_s: d.t_ref_s + start_s, ..d });
        match &found {
            Some(found) => (expected, misses) = (found.seconds, 0),
            None => misses += 1,
        }
        out.push(Window { energy, moment: moment / rate + energy * start_s, found });
    }
    Ok(())
}

/// Energy of the slope, and its moment in samples.
fn slope_energy(samples: &[f32]) -> (f64, f64) {
    let steps = samples.windows(2).map(|w| f64::from(w[1] - w[0]).powi(2)).enumerate();
    steps.fold((0.0, 0.0), |(e, m), (n, d)| (e + d, m + (n as f64 + 0.5) * d))
}

/// One delay for the whole reference from those of its windows.
fn line(windows: &[Window]) -> Option<Delay> {
    let found: Vec<Delay> = windows.iter().filter_map(|w| w.found).collect();
    let track = track(&found.iter().map(point).collect::<Vec<_>>())?;
    let (energy, moment) = windows.iter().fold((0.0, 0.0), |(e, m), w| (e + w.energy, m + w.moment));
    let t_ref_s = moment / energy;
    let (seconds, uncertainty) = track.line_at(t_ref_s)?;
    let middle = |value: fn(&Delay) -> f64| {
        let mut values: Vec<f64> = found.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Some(Delay {
        seconds,
        t_ref_s,
        ppm: track.ppm,
        uncertainty,
        ppm_uncertainty: track.ppm_uncertainty,
        confidence: middle(|d| d.confidence),
        gain: middle(|d| d.gain),
        snr_db: middle(|d| d.snr_db),
        budget: Budget { scatter: uncertainty / 2.0, freedom: found.len() as f64 - 2.0, ..Budget::default() },
    })
}

#[cfg(test)]
mod tests;
