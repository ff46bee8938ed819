//! What makes a direct measurement doubtful.
//!
//! Knows nothing of how the figures were got.

use super::bands::Band;
use super::clock::ClockError;
use super::{Flag, SPEECH_LEVELS_DB};

/// What there is to doubt.
pub(super) struct Evidence<'a> {
    pub m: &'a [[f64; 2]; 7],
    /// Standard deviation of each value.
    pub deviation: &'a [[f64; 2]; 7],
    pub received: &'a [Band; 7],
    pub clock: &'a Option<ClockError>,
    pub clipped: bool,
}

pub(super) fn doubts(evidence: &Evidence) -> Vec<Flag> {
    let Evidence { m, deviation, received, clock, clipped } = evidence;
    let present: Vec<usize> = (0..7).filter(|k| received[*k].present).collect();
    let values = |k: usize| [(m[k][0], deviation[k][0]), (m[k][1], deviation[k][1])];
    let count = 2.0 * present.len().max(1) as f64;
    let clear = present.iter().flat_map(|k| values(*k)).filter(|(m, u)| *m > 3.0 * u && *m > 0.05).count() as f64;
    let carried = carried(received);
    let each = || carried.iter().flat_map(|k| values(*k));
    let deepened = each().filter(|(m, u)| *m > 1.08 + 3.0 * u).count();
    let slow_weakened =
        carried.iter().filter(|k| m[**k][1] - m[**k][0] > 0.12 + 3.0 * deviation[**k][0].hypot(deviation[**k][1])).count();
    let no_test_signal = clear < 0.25 * count;
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

/// Octaves that the path carries: what a filter has all but removed fluctuates by itself and proves nothing.
fn carried(received: &[Band; 7]) -> Vec<usize> {
    const FALLEN_DB: f64 = 10.0;
    let gain = |k: usize| (received[k].power > 0.0).then(|| 10.0 * received[k].power.log10() - SPEECH_LEVELS_DB[k]);
    let mut gains: Vec<f64> = (0..7).filter_map(gain).collect();
    gains.sort_by(f64::total_cmp);
    let usual = gains.get(gains.len() / 2).copied().unwrap_or(0.0);
    (0..7).filter(|k| gain(*k).is_some_and(|g| g > usual - FALLEN_DB)).collect()
}
