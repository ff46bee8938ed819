//! What is taken out of a recording before anything is concluded from it: its octaves, and the modulation of each.

use super::octaves::Envelope;

/// Modulation of one band's intensity.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Band {
    /// Depth at the two modulation frequencies.
    pub depth: [f64; 2],
    /// Standard deviation of each depth, from the fluctuation next to its frequency.
    pub deviation: [f64; 2],
    /// Depth at frequencies that only a path which is not linear in intensity makes out of the two: twice each, sum and
    /// difference.
    pub distortion: [f64; 4],
    /// Mean square depth at the frequencies at which other octaves are modulated, and this one is not.
    pub foreign: f64,
    /// Depth at three times the slower frequency: a tone that is switched has it, the test signal has not.
    pub third: f64,
    /// Mean intensity.
    pub power: f64,
    pub present: bool,
}

/// A recording's octaves and the stretch of them that holds the test signal.
pub(super) struct Heard {
    pub envelopes: [Option<Envelope>; 7],
    pub from_s: f64,
    pub to_s: f64,
}
