//! How far the clock of the recorder runs from the player's, read from the modulations themselves.
//!
//! Knows nothing of sample counters: a modulation whose phase turns between the two halves of a recording was played at
//! another frequency.

use std::f64::consts::PI;

use super::MODULATIONS_HZ;
use super::bands::Heard;

/// A difference of clocks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ClockError {
    /// Parts per million by which the recording runs long: positive where its clock is the faster one.
    pub ppm: f64,
    /// Standard deviation.
    pub deviation_ppm: f64,
}

/// Up to here the fastest modulation loses less than 0.001 in 20 s.
const HARMLESS_PPM: f64 = 100.0;

impl ClockError {
    /// Whether the difference is there beyond doubt, so that it is worth following. Reverberation turns phases too,
    /// hence five deviations.
    pub fn matters(&self) -> bool {
        self.ppm.abs() > 5.0 * self.deviation_ppm
    }

    pub fn is_harmful(&self) -> bool {
        self.matters() && self.ppm.abs() > HARMLESS_PPM
    }
}

/// The difference of clocks that explains the turn of all modulations best. `None` where too few are strong enough to
/// have a phase.
pub(super) fn error(heard: &Heard) -> Option<ClockError> {
    let turns: Vec<(f64, f64)> = heard
        .envelopes
        .iter()
        .zip(MODULATIONS_HZ)
        .filter_map(|(e, hz)| Some((e.as_ref()?, hz)))
        .flat_map(|(e, hz)| turns(heard, e, hz))
        .collect();
    if turns.len() < 4 {
        return None;
    }
    let sum: f64 = turns.iter().map(|(_, weight)| weight).sum();
    let mean = turns.iter().map(|(error, weight)| error * weight).sum::<f64>() / sum;
    // What the turns themselves say of their scatter, if that is more than their noise lets expect.
    let scatter = turns.iter().map(|(error, weight)| (error - mean).powi(2) * weight).sum::<f64>() / (turns.len() - 1) as f64;
    Some(ClockError { ppm: mean * 1e6, deviation_ppm: (scatter.max(1.0) / sum).sqrt() * 1e6 })
}

/// Relative frequency error of each modulation of an octave and its weight (one over its variance), where it stands out
/// of the fluctuation.
fn turns(heard: &Heard, envelope: &super::octaves::Envelope, [slow, fast]: [f64; 2]) -> Vec<(f64, f64)> {
    let periods = ((heard.to_s - heard.from_s) * slow / 2.0 + 1e-9).floor();
    if periods < 1.0 {
        return Vec::new();
    }
    let (half, spacing) = (periods / slow, slow / periods);
    let (middle, end) = (heard.from_s + half, heard.from_s + 2.0 * half);
    let wanted = [slow, fast, slow + spacing, slow + 2.0 * spacing, fast - spacing, fast + spacing];
    let (_, first) = envelope.components(heard.from_s, middle, wanted);
    let (_, second) = envelope.components(middle, end, wanted);
    let noise = |from: usize| (from..from + 2).map(|i| first[i].norm_sqr() + second[i].norm_sqr()).sum::<f64>() / 4.0;
    let one = |i: usize, hz: f64, noise: f64| {
        let strength = (first[i].norm() * second[i].norm()).max(1e-300);
        // Variance of a phase is half the noise over the signal; a thousandth is left for what is no noise.
        let variance = noise / strength.min(first[i].norm_sqr()).min(second[i].norm_sqr()) + 1e-6;
        let turn = (second[i] * first[i].conj()).arg();
        let per_error = -2.0 * PI * hz * half;
        (variance < 0.04).then_some((turn / per_error, per_error.powi(2) / variance))
    };
    [one(0, slow, noise(2)), one(1, fast, noise(4))].into_iter().flatten().collect()
}
