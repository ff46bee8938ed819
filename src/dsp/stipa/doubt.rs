//! What makes a direct measurement doubtful.
//!
//! Knows nothing of how the figures were got.

use super::Flag;
use super::analysis::Band;
use super::clock::ClockError;

/// What there is to doubt.
pub(super) struct Evidence<'a> {
    pub m: &'a [[f64; 2]; 7],
    /// Standard deviation of each value.
    pub deviation: &'a [[f64; 2]; 7],
    pub received: &'a [Band; 7],
    pub clock: &'a Option<ClockError>,
}

pub(super) fn doubts(evidence: &Evidence) -> Vec<Flag> {
    let Evidence { m, deviation, received, clock } = evidence;
    let present: Vec<usize> = (0..7).filter(|k| received[*k].present).collect();
    let each = || present.iter().flat_map(|k| [(m[*k][0], deviation[*k][0]), (m[*k][1], deviation[*k][1])]);
    let count = each().count().max(1) as f64;
    let clear = each().filter(|(m, u)| *m > 3.0 * u && *m > 0.05).count() as f64;
    let deepened = each().filter(|(m, u)| *m > 1.08 + 3.0 * u).count();
    let distorted = present.iter().filter(|k| is_distorted(&received[**k])).count();
    let slow_weakened =
        present.iter().filter(|k| m[**k][1] - m[**k][0] > 0.12 + 3.0 * deviation[**k][0].hypot(deviation[**k][1])).count();
    let raised = [
        (present.len() < 7, Flag::BandsMissing),
        (each().any(|(m, _)| m > 1.3), Flag::ModulationAboveLimit),
        (each().any(|(m, u)| m > 1.02 + 3.0 * u), Flag::ModulationAboveOne),
        (deepened >= 2 || distorted >= 2, Flag::SuppressorSuspected),
        (slow_weakened >= 2, Flag::GainControlSuspected),
        (clock.is_some_and(|c| c.is_harmful()), Flag::ClockError),
        (clear < 0.25 * count, Flag::NotTestSignal),
    ];
    raised.iter().filter(|(raised, _)| *raised).map(|(_, flag)| *flag).collect()
}

/// Intensity that follows the source's in a straight line, whatever noise or reverberation is added, has the two modulations and nothing at
/// their harmonics, sum and difference; a gain that acts upon the sound itself has.
fn is_distorted(band: &Band) -> bool {
    let noise = 2.0 * band.deviation.iter().map(|d| d * d).sum::<f64>() / 2.0;
    let excess = band.distortion.iter().map(|d| d * d - noise).sum::<f64>();
    let own = band.depth.iter().map(|d| d * d).sum::<f64>();
    // Four products, each of exponential distribution: three standard deviations of their sum.
    excess > 6.0 * noise && excess > 0.01 * own
}
