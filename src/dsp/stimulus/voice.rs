//! A voice without pauses that swells and sinks like syllables.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::f64::consts::PI;

use super::steady_noise;

/// Where the modulation of running speech is strongest (IEC 60268-16, annex A), a whole number of times a second.
const SYLLABLES_HZ: f64 = 4.0;
const DEPTH_DB: f64 = 12.0;

/// [`steady_noise`], 12 dB fainter and back four times a second. What is steady, a good hands-free station takes for
/// the noise of a street and turns down; a voice it lets through. Loudest at its beginning.
pub fn voice(seed: u64, rate_hz: u32, seconds: f64) -> Vec<f32> {
    let mut samples = steady_noise(seed, rate_hz, seconds);
    SWELLS.with_borrow_mut(|swells| {
        let swells = swells.entry(rate_hz).or_default();
        let wanted = samples.len().min(rate_hz as usize);
        swells.extend((swells.len()..wanted).map(|n| swell(n as f64 / f64::from(rate_hz))));
        samples.iter_mut().zip(swells.iter().cycle()).for_each(|(sample, swell)| *sample *= swell);
    });
    samples
}

thread_local! {
    /// Up to a second of how every voice swells, by its rate: only what is beneath is fresh. The two ends of a call
    /// speak in turn, each at a rate of its own.
    static SWELLS: RefCell<BTreeMap<u32, Vec<f32>>> = const { RefCell::new(BTreeMap::new()) };
}

fn swell(seconds: f64) -> f32 {
    let sunk = 0.5 - 0.5 * (2.0 * PI * SYLLABLES_HZ * seconds).cos();
    10f64.powf(-DEPTH_DB * sunk / 20.0) as f32
}
