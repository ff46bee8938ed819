//! The noise of a street with traffic, as it is on the average of many streets.

use super::composition::{noise, render};
use super::grid_len;
use crate::filter::a_weight;

/// Normalised spectrum of road traffic (EN 1793-3): A-weighted levels in third octaves from 100 Hz to 5 kHz, dB below
/// the whole [M].
const TRAFFIC_DBA: [f64; 18] =
    [-20.0, -20.0, -18.0, -16.0, -15.0, -14.0, -13.0, -12.0, -11.0, -9.0, -8.0, -9.0, -10.0, -11.0, -13.0, -15.0, -16.0, -18.0];
/// Mid-band frequency of the first, and the edges of the first and the last band, hertz.
const FIRST_HZ: f64 = 100.0;
const EDGES_HZ: (f64, f64) = (89.0, 5620.0);

/// Stationary noise with the spectrum of road traffic. The same waveform at every rate, and of `seconds` on the grid it
/// can be sounded over and over without a seam.
pub fn street_noise(seed: u64, rate_hz: u32, seconds: f64) -> Vec<f32> {
    const RATE: u32 = 48_000;
    let length = grid_len(seconds, RATE);
    let bins = noise(seed, length, RATE, EDGES_HZ.1, traffic_gain);
    render(&bins, length, RATE, rate_hz, seconds)
}

/// Amplitude density at a frequency, without the weighting, spread over each band's width.
fn traffic_gain(hz: f64) -> f64 {
    if !(EDGES_HZ.0..=EDGES_HZ.1).contains(&hz) {
        return 0.0;
    }
    let place = (10.0 * (hz / FIRST_HZ).log10()).clamp(0.0, (TRAFFIC_DBA.len() - 1) as f64);
    let low = (place as usize).min(TRAFFIC_DBA.len() - 2);
    let part = place - low as f64;
    let level = TRAFFIC_DBA[low] * (1.0 - part) + TRAFFIC_DBA[low + 1] * part;
    10f64.powf(level / 20.0) / a_weight(hz) / hz.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spectrum::spectrum;

    #[test]
    fn traffic_has_the_bands_of_its_table_and_no_seam() {
        let noise = street_noise(3, 48_000, 8.0);
        let found = spectrum(&noise, 48e3).unwrap();
        let whole = found.a_weighted_dbfs();
        let bands = found.third_octaves();
        for (n, expected) in TRAFFIC_DBA.iter().enumerate() {
            let band = bands[n + 7];
            let weighted = band.level_dbfs + 20.0 * a_weight(1000.0 * 10f64.powf((n as f64 - 10.0) / 10.0)).log10() - whole;
            assert!((weighted - expected).abs() < 1.2, "{} Hz: {weighted:.1} for {expected}", band.hz);
        }
        let jump = |a: f32, b: f32| (a - b).abs();
        let largest = noise.windows(2).map(|pair| jump(pair[0], pair[1])).fold(0.0, f32::max);
        assert!(jump(noise[0], noise[noise.len() - 1]) <= largest);
        assert!(street_noise(1, 8000, f64::NAN).is_empty() || street_noise(1, 0, 1.0).is_empty());
    }
}
