//! The direct method: from a recording of the test signal to modulation transfer values and the index.
//!
//! Knows nothing of how octaves are taken out of a sound.

use super::bands::{Band, Heard};
use super::index::{heard_share, octave_indices, weighted};
use super::octaves::{Envelope, octaves};
use super::uncertainty::{self, Evidence};
use super::{Flag, MODULATIONS_HZ, SOURCE_DEPTH, Stipa, clock};
use hejnal_dsp::delay::{self, Signal};
use hejnal_dsp::distortion;
use hejnal_dsp::fft::Complex64;

/// Shorter sounds hold too few periods of the slowest modulation.
const SHORTEST_S: f64 = 5.0;
/// The standard asks for 15 s to 25 s; more than this is left out.
const LONGEST_S: f64 = 120.0;
/// The filters are still being filled, or already running dry, this long at either end.
const SETTLING_S: f64 = 0.05;
/// An octave that has fallen so far below the others is dead: at the level of a usual voice (60 dB(A)) speech in it
/// lies below the threshold of hearing, and what is left fluctuates by itself.
const DEAD_DB: f64 = 30.0;

/// STIPA by the direct method from a recording of the test signal (5 s at least, 15 s to 25 s recommended; the first
/// two minutes are taken).
///
/// `reference` gives the source's own modulation depths; without it they are 0.55, as the test signal has them.
/// `calibration_db` is the sound pressure level of a full-scale sine: with it masking and the hearing threshold are
/// taken into account. `None` for silence, values that are not finite, or too short a sound.
pub fn direct(capture: Signal, reference: Option<Signal>, calibration_db: Option<f64>) -> Option<Stipa> {
    let active = active_part(capture)?;
    let (received, clock) = measured(active.signal)?;
    let source = match reference {
        Some(reference) => measured(active_part(reference)?.signal)?.0.map(|b| b.depth),
        None => [[SOURCE_DEPTH; 2]; 7],
    };
    let ratio = |part: fn(&Band) -> [f64; 2]| -> [[f64; 2]; 7] {
        std::array::from_fn(|k| {
            std::array::from_fn(|i| if source[k][i] > 0.01 { part(&received[k])[i] / source[k][i] } else { 0.0 })
        })
    };
    let m = ratio(|b| b.depth);
    let deviation = ratio(|b| b.deviation);
    let levels = levels(&received, calibration_db);
    let heard = match calibration_db {
        Some(_) => {
            let share = heard_share(&levels);
            std::array::from_fn(|k| m[k].map(|m| m.min(1.0) * share[k]))
        }
        None => m.map(|pair| pair.map(|m| m.min(1.0))),
    };
    let present = received.map(|b| b.present);
    // Where levels are known the threshold of hearing says what is not heard.
    let fallen = uncertainty::fallen_db(&received);
    let carried = std::array::from_fn(|k| present[k] && (calibration_db.is_some() || fallen[k] < DEAD_DB));
    let mti = octave_indices(&heard, carried);
    let mut flags = uncertainty::doubts(&Evidence {
        m: &m,
        deviation: &deviation,
        received: &received,
        clock: &clock,
        clipped: active.clipped,
        carried,
        known: || reference.is_some_and(|reference| delay::seek_coloured(reference, capture).is_ok()),
    });
    let seconds = active.signal.samples.len() as f64 / active.signal.rate;
    let more = [
        (seconds < 15.0, Flag::Short),
        (active.cut, Flag::Long),
        (active.trimmed, Flag::Trimmed),
        (calibration_db.is_none(), Flag::NoMasking),
        ((0..7).any(|k| present[k] && !carried[k]), Flag::OctaveDead),
    ];
    flags.extend(more.iter().filter(|(raised, _)| *raised).map(|(_, flag)| *flag));
    flags.sort_unstable();
    Some(Stipa {
        uncertainty: uncertainty(&heard, &deviation, carried),
        m_uncertainty: deviation.map(|pair| pair.map(|sd| (2.0 * sd).max(super::FINEST))),
        mti_uncertainty: octave_uncertainty(&heard, &deviation, carried),
        band_level_uncertainty_db: super::BANDS_HZ.map(|hz| level_uncertainty_db(hz, seconds)),
        flags,
        clock_ppm: clock.map(|c| c.ppm),
        clock_ppm_uncertainty: clock.map(|c| 2.0 * c.deviation_ppm),
        seconds,
        carried,
        ..Stipa::new(m, mti, present, levels)
    })
}

/// The octaves' modulations, at the frequencies at which they were played if the two clocks differ.
fn measured(sound: Signal) -> Option<([Band; 7], Option<clock::ClockError>)> {
    let seconds = sound.samples.len() as f64 / sound.rate;
    let heard = Heard { envelopes: octaves(sound), from_s: SETTLING_S, to_s: seconds - SETTLING_S };
    heard.envelopes.iter().any(Option::is_some).then_some(())?;
    let clock = clock::error(&heard);
    let stretch = clock.filter(clock::ClockError::matters).map_or(1.0, |c| 1.0 / (1.0 + c.ppm * 1e-6));
    let bands = std::array::from_fn(|k| {
        heard.envelopes[k].as_ref().map_or(Band::default(), |envelope| {
            measure(envelope, MODULATIONS_HZ[k].map(|hz| hz * stretch), heard.from_s, heard.to_s)
        })
    });
    Some((bands, clock))
}

/// Modulation depths over a whole number of periods of the slower frequency (and so of the faster).
fn measure(envelope: &Envelope, [slow, fast]: [f64; 2], from_s: f64, to_s: f64) -> Band {
    let periods = ((to_s - from_s) * slow + 1e-9).floor();
    let end = from_s + periods / slow;
    // Neighbours at whole numbers of periods from the modulation hold none of it, only the carrier's fluctuation and
    // noise.
    let spacing = slow / periods.max(1.0);
    let beside = |hz: f64| [-3.0, -2.0, 2.0, 3.0].map(|n| hz + n * spacing);
    let products = [2.0 * slow, fast - slow, fast + slow, 2.0 * fast];
    let mut wanted = [0.0; 29];
    let parts: [&[f64]; 6] =
        [&[slow, fast], &beside(slow), &beside(fast), &products, &[3.0 * slow], MODULATIONS_HZ.as_flattened()];
    wanted.iter_mut().zip(parts.concat()).for_each(|(slot, hz)| *slot = hz);
    let (total, found) = envelope.components(from_s, end, wanted);
    let length = envelope.mean(from_s, end);
    if total <= 0.0 || length <= 1e-15 {
        return Band { present: true, ..Band::default() };
    }
    let depth = |c: &Complex64| 2.0 * c.norm() / total;
    let mean = |squares: &[f64]| squares.iter().sum::<f64>() / squares.len().max(1) as f64;
    let deviation = |near: &[Complex64], hz: [f64; 4]| {
        let usable: Vec<f64> = near.iter().zip(hz).filter(|(_, hz)| *hz > 0.5 * spacing).map(|(c, _)| depth(c).powi(2)).collect();
        (mean(&usable) / 2.0).sqrt()
    };
    let deviation = [deviation(&found[2..6], beside(slow)), deviation(&found[6..10], beside(fast))];
    let own = |hz: f64| wanted[..2].iter().chain(&wanted[10..15]).any(|known| (hz - known).abs() < 3.0 * spacing);
    let foreign: Vec<f64> =
        found[15..].iter().zip(&wanted[15..]).filter(|(_, hz)| !own(**hz)).map(|(c, _)| depth(c).powi(2)).collect();
    Band {
        depth: [depth(&found[0]), depth(&found[1])],
        deviation,
        distortion: std::array::from_fn(|i| depth(&found[10 + i])),
        foreign: mean(&foreign),
        third: depth(&found[14]),
        power: length,
        present: true,
    }
}

/// The part of a recording that is measured.
struct Active<'a> {
    signal: Signal<'a>,
    /// Silence before or after was left out.
    trimmed: bool,
    /// More than [`LONGEST_S`] was left out.
    cut: bool,
    clipped: bool,
}

/// The stretch from the first to the last 100 ms with sound.
fn active_part(signal: Signal) -> Option<Active> {
    let block = if (1000.0..=1e6).contains(&signal.rate) { (0.1 * signal.rate) as usize } else { return None };
    let parts: Vec<Part> = signal.samples.chunks(block).map(Part::new).collect();
    // What is no number leaves no sum that is one.
    if parts.iter().any(|p| !p.power.is_finite()) {
        return None;
    }
    let mut sorted: Vec<f64> = parts.iter().map(|p| p.power).collect();
    sorted.sort_by(f64::total_cmp);
    let loud = sorted.get(sorted.len() * 3 / 4).copied().filter(|p| *p > 1e-12 * block as f64)?;
    let sounds = |p: &Part| p.power > 0.01 * loud;
    let first = parts.iter().position(sounds)?;
    let last = parts.iter().rposition(sounds)?;
    let end = ((last + 1) * block).min(signal.samples.len());
    let trimmed = first > 1 || end + 2 * block < signal.samples.len();
    let samples = if trimmed { signal.samples.get(first * block..end)? } else { signal.samples };
    let longest = (LONGEST_S * signal.rate) as usize;
    let cut = samples.len() > longest;
    let samples = samples.get(..longest).unwrap_or(samples);
    let clipped = is_clipped(&parts, signal.samples, block);
    (samples.len() as f64 >= SHORTEST_S * signal.rate).then_some(Active {
        signal: Signal { samples, rate: signal.rate },
        trimmed,
        cut,
        clipped,
    })
}

/// Energy and largest magnitude of 100 ms.
struct Part {
    power: f64,
    peak: f32,
}

impl Part {
    fn new(samples: &[f32]) -> Part {
        let energy = |part: &[f32]| part.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
        Part { power: energy(samples), peak: samples.iter().fold(0.0, |peak, x| peak.max(x.abs())) }
    }
}

/// Whether the sound sticks at its largest magnitude in several places. Magnitudes of a few steps of 16 bits stick by
/// themselves.
fn is_clipped(parts: &[Part], samples: &[f32], block: usize) -> bool {
    let limit = parts.iter().fold(0f32, |limit, p| limit.max(p.peak));
    let at_limit = parts.iter().zip(samples.chunks(block)).filter(|(p, _)| p.peak >= limit * (1.0 - 1e-4));
    let stretches: usize = at_limit.take(16).filter_map(|(_, part)| distortion::clipping(part)).map(|c| c.stretches).sum();
    limit > 0.003 && stretches >= 3
}

fn levels(received: &[Band; 7], calibration_db: Option<f64>) -> [Option<f64>; 7] {
    received.map(|b| (b.present && b.power > 0.0).then(|| 10.0 * (2.0 * b.power).log10() + calibration_db.unwrap_or(0.0)))
}

/// Expanded uncertainty of the index: each value's deviation through the index's own slope.
fn uncertainty(m: &[[f64; 2]; 7], deviation: &[[f64; 2]; 7], present: [bool; 7]) -> f64 {
    let index = |k: usize, i: usize, change: f64| {
        let mut moved = *m;
        moved[k][i] += change;
        weighted(&octave_indices(&moved, present))
    };
    let part = |k: usize, i: usize| (index(k, i, deviation[k][i]) - index(k, i, -deviation[k][i])) / 2.0;
    let sum: f64 = (0..7).flat_map(|k| [part(k, 0), part(k, 1)]).map(|p| p * p).sum();
    (2.0 * sum.sqrt()).max(super::FINEST)
}

/// The same of each octave's own index.
fn octave_uncertainty(m: &[[f64; 2]; 7], deviation: &[[f64; 2]; 7], present: [bool; 7]) -> [f64; 7] {
    let moved = |i: usize, sign: f64| -> [f64; 7] {
        let m: [[f64; 2]; 7] = std::array::from_fn(|k| {
            let mut pair = m[k];
            pair[i] += sign * deviation[k][i];
            pair
        });
        octave_indices(&m, present)
    };
    let half: [[f64; 7]; 2] = std::array::from_fn(|i| {
        let (up, down) = (moved(i, 1.0), moved(i, -1.0));
        std::array::from_fn(|k| (up[k] - down[k]) / 2.0)
    });
    std::array::from_fn(|k| (2.0 * half[0][k].hypot(half[1][k])).max(super::FINEST))
}

/// Expanded uncertainty of an octave's level, as for random noise of its bandwidth (IEC 61260-1): an octave is 0.707 of
/// its middle wide.
fn level_uncertainty_db(hz: f64, seconds: f64) -> f64 {
    2.0 * 4.343 / (hz * std::f64::consts::FRAC_1_SQRT_2 * seconds).sqrt()
}
