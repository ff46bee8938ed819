//! What makes a direct measurement doubtful.
//!
//! Knows nothing of how the figures were got.

use super::bands::Band;
use super::clock::ClockError;
use super::{Flag, SPEECH_LEVELS_DB};

/// What there is to doubt.
pub(super) struct Evidence<'a, K: Fn() -> bool> {
    pub m: &'a [[f64; 2]; 7],
    /// Standard deviation of each value.
    pub deviation: &'a [[f64; 2]; 7],
    pub received: &'a [Band; 7],
    pub clock: &'a Option<ClockError>,
    pub clipped: bool,
    /// Octaves in which the path carries anything.
    pub carried: [bool; 7],
    /// Whether the signal that was played is in the recording, whatever its modulations have come to.
    pub known: K,
}

pub(super) fn doubts<K: Fn() -> bool>(evidence: &Evidence<'_, K>) -> Vec<Flag> {
    let Evidence { m, deviation, received, clock, clipped, carried: alive, known } = evidence;
    let present: Vec<usize> = (0..7).filter(|k| received[*k].present).collect();
    let values = |k: usize| [(m[k][0], deviation[k][0]), (m[k][1], deviation[k][1])];
    let carried = carried(received);
    let each = || carried.iter().flat_map(|k| values(*k));
    let deepened = each().filter(|(m, u)| *m > 1.08 + 3.0 * u).count();
    let slow_weakened =
        carried.iter().filter(|k| m[**k][1] - m[**k][0] > 0.12 + 3.0 * deviation[**k][0].hypot(deviation[**k][1])).count();
    let no_test_signal = !is_recognised(received, *alive) && !known();
    // What clipping does to the modulations is explained by it.
    let suppressed = (deepened >= 2 || is_distorted(carried.iter().map(|k| &received[*k]))) && !clipped && !no_test_signal;
    let raised = [
        (present.len() < 7, Flag::BandsMissing),
        (*clipped, Flag::Clipped),
        (each().any(|(m, _)| m > 1.3), Flag::ModulationAboveLimit),
        (each().any(|(m, u)| m > 1.02 + 3.0 * u), Flag::ModulationAboveOne),
        (suppressed, Flag::SuppressorSuspected),
        (slow_weakened >= 2, Flag::GainControlSuspected),
        (clock.is_some_and(|c| c.is_harmful()), Flag::ClockError),
        (no_test_signal, Flag::NotTestSignal),
    ];
    raised.iter().filter(|(raised, _)| *raised).map(|(_, flag)| *flag).collect()
}

/// Intensity that follows the source's in a straight line, whatever noise or reverberation is added, has the two
/// modulations of each octave and nothing at their harmonics, sum and difference; a gain that acts upon the sound's own
/// level has. The evidence of all octaves is pooled.
fn is_distorted<'a>(received: impl Iterator<Item = &'a Band>) -> bool {
    let (mut surplus, mut marked, mut count) = (0.0, 0, 0.0f64);
    for band in received {
        let noise = band.deviation.iter().map(|d| d * d).sum::<f64>().max(1e-8);
        let excess = band.distortion.iter().map(|d| d * d - noise).sum::<f64>();
        surplus += excess / noise;
        count += 1.0;
        marked += usize::from(excess > 0.006 * band.depth.iter().map(|d| d * d).sum::<f64>());
    }
    // Each product's power scatters by its own mean, that of the noise by a third of it: 2.4 for the four of an octave.
    marked >= 3 && surplus > 5.0 * 2.4 * count.sqrt()
}

/// Whether this is a recording of the test signal, however bad: the two modulations of an octave stand out of what is
/// beside them and of those of the other octaves, both of them. By chance twice the geometric mean of the two ratios
/// has a mean of 1.57, a variance of 1.53 and a tail as e⁻ˣ; the limits are those of one recording in a million. A
/// voice has all modulations at once, a rhythm one of the two, and a switched tone more at three times its frequency
/// than at five.
fn is_recognised(received: &[Band; 7], alive: [bool; 7]) -> bool {
    const MOST: f64 = 60.0;
    const UNEQUAL: f64 = 4.0;
    const LEAST_NOISE: f64 = 1e-8;
    let evidence = |band: &Band| {
        let ratio = |i: usize| band.depth[i].powi(2) / (2.0 * band.deviation[i].powi(2)).max(band.foreign).max(LEAST_NOISE);
        let (low, high) = (ratio(0).min(ratio(1)), ratio(0).max(ratio(1)));
        if band.third > band.depth[1] { 0.0 } else { (2.0 * (low * high.min(UNEQUAL * low)).sqrt()).min(MOST) }
    };
    let each: Vec<f64> = (0..7).filter(|k| alive[*k]).map(|k| evidence(&received[k])).collect();
    let count = each.len() as f64;
    each.iter().any(|x| *x > 16.0 + count.max(1.0).ln())
        || each.iter().sum::<f64>() > 1.57 * count + 4.75 * (1.53 * count).sqrt() + 9.0
}

/// Gain of each octave against the test signal's spectrum, dB; `None`: nothing is there.
fn gains_db(received: &[Band; 7]) -> [Option<f64>; 7] {
    std::array::from_fn(|k| (received[k].power > 0.0).then(|| 10.0 * received[k].power.log10() - SPEECH_LEVELS_DB[k]))
}

/// How far the gain of each octave lies below their mean in power, dB: where but one octave arrives, that one is the
/// measure of the others.
pub(super) fn fallen_db(received: &[Band; 7]) -> [f64; 7] {
    let gains = gains_db(received);
    let there: Vec<f64> = gains.iter().flatten().map(|gain| 10f64.powf(gain / 10.0)).collect();
    let mean = 10.0 * (there.iter().sum::<f64>() / there.len().max(1) as f64).log10();
    gains.map(|gain| gain.map_or(f64::INFINITY, |gain| mean - gain))
}

/// Octaves that the path carries well: what a filter has all but removed fluctuates by itself and proves nothing.
fn carried(received: &[Band; 7]) -> Vec<usize> {
    const FALLEN_DB: f64 = 10.0;
    let gains = gains_db(received);
    let mut sorted: Vec<f64> = gains.iter().flatten().copied().collect();
    sorted.sort_by(f64::total_cmp);
    let usual = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    (0..7).filter(|k| gains[*k].is_some_and(|gain| gain > usual - FALLEN_DB)).collect()
}
