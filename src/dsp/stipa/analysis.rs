//! From sound to modulation transfer values, and from those to the index.

use std::f64::consts::PI;

use super::{BANDS_HZ, Flag, MODULATIONS_HZ, SOURCE_DEPTH, Stipa, mask, rating, transmission_index, weighted};
use crate::dsp::delay::Signal;
use crate::dsp::fft::{self, Complex64};

/// Shorter sounds hold too few periods of the slowest modulation.
const SHORTEST_S: f64 = 5.0;

/// Modulation of one band's intensity.
#[derive(Debug, Clone, Copy, Default)]
struct Band {
    /// Depth at the two modulation frequencies.
    depth: [f64; 2],
    /// Standard deviation of each depth, from the fluctuation next to its frequency.
    deviation: [f64; 2],
    /// Mean intensity.
    power: f64,
    present: bool,
}

/// STIPA by the direct method from a recording of the test signal (5 s at least, 15 s or more recommended).
///
/// `reference` gives the source's own modulation depths; without it they are 0.55, as the test signal has them. `calibration_db` is the sound
/// pressure level of a full-scale sine: with it masking and the hearing threshold are taken into account. `None` for silence, values that are
/// not finite, or too short a sound.
pub fn direct(capture: Signal, reference: Option<Signal>, calibration_db: Option<f64>) -> Option<Stipa> {
    let (active, trimmed) = active_part(capture)?;
    let received = bands(active)?;
    let source = match reference {
        Some(reference) => bands(active_part(reference)?.0)?.map(|b| b.depth),
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
    let heard = if calibration_db.is_some() { mask(&m, &levels) } else { m };
    let mti = octave_indices(&heard, &received);
    let mut flags = doubts(&m, &deviation, &received);
    let seconds = active.samples.len() as f64 / active.rate;
    let clipped = active.samples.iter().filter(|x| x.abs() > 0.9999).count() > 2;
    let more = [
        (seconds < 15.0, Flag::Short),
        (clipped, Flag::Clipped),
        (trimmed, Flag::Trimmed),
        (calibration_db.is_none(), Flag::NoMasking),
    ];
    flags.extend(more.iter().filter(|(raised, _)| *raised).map(|(_, flag)| *flag));
    flags.sort_unstable();
    let uncertainty = uncertainty(&heard, &deviation, &received);
    Some(Stipa { uncertainty, flags, ..finish(&received, m, mti, calibration_db) })
}

/// STIPA by the indirect method from an impulse response free of noise (clause 6; Schroeder 1981).
pub fn from_impulse_response(response: Signal) -> Option<Stipa> {
    let finite = (1000.0..=1e6).contains(&response.rate) && response.samples.iter().all(|x| x.is_finite());
    if !finite || response.samples.iter().all(|x| *x == 0.0) {
        return None;
    }
    // The octave filters have a decay of their own, which a click passed through them shows; it is divided out.
    let mut click = vec![0.0; response.rate as usize];
    click[response.rate as usize / 2] = 1.0;
    let own = decays(Signal { samples: &click, rate: response.rate });
    let mut received = decays(response);
    for (band, own) in received.iter_mut().zip(&own) {
        band.depth = std::array::from_fn(|i| if own.depth[i] > 0.0 { (band.depth[i] / own.depth[i]).min(1.0) } else { 0.0 });
    }
    let m = received.map(|b| b.depth);
    let mti = octave_indices(&m, &received);
    let mut flags = vec![Flag::NoMasking];
    if received.iter().any(|b| !b.present) {
        flags.insert(0, Flag::BandsMissing);
    }
    Some(Stipa { flags, ..finish(&received, m, mti, None) })
}

/// Modulation transfer of each octave of an impulse response: the spectrum of its squared decay.
fn decays(response: Signal) -> [Band; 7] {
    let octaves = octaves(response, response.rate as usize / 4);
    std::array::from_fn(|k| {
        let Some(samples) = &octaves[k] else { return Band::default() };
        let power: f64 = samples.iter().map(|x| x * x).sum();
        let transfer = |hz: f64| component(samples.iter().map(|x| x * x), hz / response.rate).norm() / power;
        let depth = if power > 0.0 { MODULATIONS_HZ[k].map(transfer) } else { [0.0; 2] };
        Band { depth, power, present: power > 0.0, ..Band::default() }
    })
}

/// Everything that follows from the octaves and their indices.
fn finish(received: &[Band; 7], m: [[f64; 2]; 7], mti: [f64; 7], calibration_db: Option<f64>) -> Stipa {
    let sti = weighted(&mti);
    Stipa {
        sti,
        uncertainty: 0.0,
        rating: rating(sti),
        ceiling: weighted(&std::array::from_fn(|k| f64::from(u8::from(received[k].present)))),
        mti,
        m,
        band_level_db: levels(received, calibration_db),
        bands_hz: BANDS_HZ,
        modulations_hz: MODULATIONS_HZ,
        flags: Vec::new(),
    }
}

/// The stretch from the first to the last 100 ms with sound, and whether anything was cut off.
fn active_part(signal: Signal) -> Option<(Signal, bool)> {
    let usable = (1000.0..=1e6).contains(&signal.rate) && signal.samples.iter().all(|x| x.is_finite());
    let block = (0.1 * signal.rate) as usize;
    if !usable || block == 0 {
        return None;
    }
    let power: Vec<f64> = signal.samples.chunks(block).map(|b| b.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>()).collect();
    let mut sorted = power.clone();
    sorted.sort_by(f64::total_cmp);
    let loud = sorted.get(sorted.len() * 3 / 4).copied().filter(|p| *p > 1e-12 * block as f64)?;
    let sounds = |p: &f64| *p > 0.01 * loud;
    let first = power.iter().position(sounds)?;
    let last = power.iter().rposition(sounds)?;
    let end = ((last + 1) * block).min(signal.samples.len());
    let trimmed = first > 1 || end + 2 * block < signal.samples.len();
    let samples = if trimmed { signal.samples.get(first * block..end)? } else { signal.samples };
    (samples.len() as f64 >= SHORTEST_S * signal.rate).then_some((Signal { samples, rate: signal.rate }, trimmed))
}

/// The seven octaves of a signal; `None` for those whose lower half is beyond its rate: a telephone channel carries part of the 4 kHz octave.
fn octaves(signal: Signal, margin: usize) -> [Option<Vec<f64>>; 7] {
    let length = fft::fast_len(signal.samples.len() + margin);
    let spectrum = fft::forward(signal.samples.iter().map(|x| f64::from(*x)), length);
    BANDS_HZ.map(|centre| {
        if centre > 0.5 * signal.rate {
            return None;
        }
        let weigh = |(k, bin): (usize, &Complex64)| bin * octave_gain(k as f64 * signal.rate / length as f64, centre);
        let mut samples = fft::inverse(spectrum.iter().enumerate().map(weigh).collect(), length);
        samples.truncate(signal.samples.len());
        Some(samples)
    })
}

/// Zero-phase octave filter: flat over the half octave of the carrier and its side bands, and gone well before the neighbours' carriers (the
/// standard asks for 42 dB there).
fn octave_gain(hz: f64, centre: f64) -> f64 {
    const FLAT: f64 = 0.38;
    const STOP: f64 = 0.62;
    if hz <= 0.0 {
        return 0.0;
    }
    let depth = ((STOP - (hz / centre).log2().abs()) / (STOP - FLAT)).clamp(0.0, 1.0);
    0.5 * (1.0 - (PI * depth).cos())
}

fn bands(signal: Signal) -> Option<[Band; 7]> {
    let octaves = octaves(signal, (signal.rate * 0.05) as usize);
    let any = octaves.iter().any(Option::is_some);
    let measured =
        std::array::from_fn(|k| octaves[k].as_ref().map_or(Band::default(), |x| measure(x, MODULATIONS_HZ[k], signal.rate)));
    any.then_some(measured)
}

/// Modulation depths over a whole number of periods of the slower frequency (and so of the faster).
fn measure(samples: &[f64], modulations: [f64; 2], rate: f64) -> Band {
    let periods = (samples.len() as f64 * modulations[0] / rate + 1e-9).floor();
    let length = ((periods * rate / modulations[0]).round() as usize).min(samples.len());
    let intensity = || samples[..length].iter().map(|x| x * x);
    let total: f64 = intensity().sum();
    if total <= 1e-15 * length as f64 {
        return Band { present: true, ..Band::default() };
    }
    let depth = |hz: f64| 2.0 * component(intensity(), hz / rate).norm() / total;
    // Neighbours at whole numbers of periods from the modulation hold none of it, only the carrier's fluctuation and noise.
    let spacing = modulations[0] / periods.max(1.0);
    let beside = |hz: f64| {
        let near: Vec<f64> =
            [-3.0, -2.0, 2.0, 3.0].map(|n| hz + n * spacing).into_iter().filter(|f| *f > 0.5 * spacing).collect();
        (near.iter().map(|f| depth(*f).powi(2)).sum::<f64>() / near.len().max(1) as f64 / 2.0).sqrt()
    };
    Band { depth: modulations.map(depth), deviation: modulations.map(beside), power: total / length as f64, present: true }
}

/// Fourier component at `frequency` (cycles per sample), by a rotating phasor renewed often enough not to drift.
fn component(values: impl Iterator<Item = f64>, frequency: f64) -> Complex64 {
    const RENEW: usize = 1024;
    let turn = Complex64::from_polar(1.0, -2.0 * PI * frequency);
    let mut phasor = Complex64::new(1.0, 0.0);
    let mut sum = Complex64::default();
    for (n, value) in values.enumerate() {
        if n % RENEW == 0 {
            phasor = Complex64::from_polar(1.0, -2.0 * PI * (frequency * n as f64).fract());
        }
        sum += phasor * value;
        phasor *= turn;
    }
    sum
}

fn levels(received: &[Band; 7], calibration_db: Option<f64>) -> [Option<f64>; 7] {
    received.map(|b| (b.present && b.power > 0.0).then(|| 10.0 * (2.0 * b.power).log10() + calibration_db.unwrap_or(0.0)))
}

fn octave_indices(m: &[[f64; 2]; 7], received: &[Band; 7]) -> [f64; 7] {
    std::array::from_fn(|k| if received[k].present { m[k].map(transmission_index).iter().sum::<f64>() / 2.0 } else { 0.0 })
}

/// Expanded uncertainty of the index: each value's deviation through the index's own slope.
fn uncertainty(m: &[[f64; 2]; 7], deviation: &[[f64; 2]; 7], received: &[Band; 7]) -> f64 {
    let index = |k: usize, i: usize, change: f64| {
        let mut moved = *m;
        moved[k][i] += change;
        weighted(&octave_indices(&moved, received))
    };
    let part = |k: usize, i: usize| (index(k, i, deviation[k][i]) - index(k, i, -deviation[k][i])) / 2.0;
    let sum: f64 = (0..7).flat_map(|k| [part(k, 0), part(k, 1)]).map(|p| p * p).sum();
    2.0 * sum.sqrt()
}

fn doubts(m: &[[f64; 2]; 7], deviation: &[[f64; 2]; 7], received: &[Band; 7]) -> Vec<Flag> {
    let present: Vec<usize> = (0..7).filter(|k| received[*k].present).collect();
    let each = || present.iter().flat_map(|k| [(m[*k][0], deviation[*k][0]), (m[*k][1], deviation[*k][1])]);
    let count = each().count().max(1) as f64;
    let clear = each().filter(|(m, u)| *m > 3.0 * u && *m > 0.05).count() as f64;
    let deepened = each().filter(|(m, u)| *m > 1.08 + 3.0 * u).count();
    let slow_weakened =
        present.iter().filter(|k| m[**k][1] - m[**k][0] > 0.12 + 3.0 * deviation[**k][0].hypot(deviation[**k][1])).count();
    let raised = [
        (present.len() < 7, Flag::BandsMissing),
        (each().any(|(m, _)| m > 1.3), Flag::ModulationAboveLimit),
        (deepened >= 2, Flag::SuppressorSuspected),
        (slow_weakened >= 2, Flag::GainControlSuspected),
        (clear < 0.25 * count, Flag::NotTestSignal),
    ];
    raised.iter().filter(|(raised, _)| *raised).map(|(_, flag)| *flag).collect()
}
