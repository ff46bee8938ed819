//! Recursive filters (causal, so nothing rings before an onset) and frequency weightings.
//!
//! Knows nothing of instruments; rates and frequencies are in hertz.

use std::f64::consts::PI;

/// A second-order section, transposed direct form II.
#[derive(Debug, Clone, Copy)]
pub struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
    state: [f64; 2],
}

impl Biquad {
    fn new(b: [f64; 3], a: [f64; 3]) -> Self {
        Biquad { b: b.map(|x| x / a[0]), a: [a[1] / a[0], a[2] / a[0]], state: [0.0; 2] }
    }

    /// Second-order low-pass; `q` = 1/√2 is Butterworth.
    pub fn low_pass(rate: f64, hz: f64, q: f64) -> Self {
        let (cos, alpha) = prewarp(rate, hz, q);
        Biquad::new([(1.0 - cos) / 2.0, 1.0 - cos, (1.0 - cos) / 2.0], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
    }

    /// Second-order high-pass.
    pub fn high_pass(rate: f64, hz: f64, q: f64) -> Self {
        let (cos, alpha) = prewarp(rate, hz, q);
        Biquad::new([(1.0 + cos) / 2.0, -1.0 - cos, (1.0 + cos) / 2.0], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
    }

    /// Square of the magnitude at a frequency.
    pub fn power_gain(&self, rate: f64, hz: f64) -> f64 {
        let turn = 2.0 * PI * hz / rate;
        let square = |c: [f64; 3]| {
            let sum = |part: fn(f64) -> f64| c.iter().enumerate().map(|(n, c)| c * part(n as f64 * turn)).sum::<f64>();
            sum(f64::cos).powi(2) + sum(f64::sin).powi(2)
        };
        square(self.b) / square([1.0, self.a[0], self.a[1]])
    }

    pub fn step(&mut self, x: f64) -> f64 {
        let y = self.b[0] * x + self.state[0];
        self.state[0] = self.b[1] * x - self.a[0] * y + self.state[1];
        self.state[1] = self.b[2] * x - self.a[1] * y;
        y
    }
}

/// Cosine and alpha of the bilinear transform, the frequency kept inside the band.
fn prewarp(rate: f64, hz: f64, q: f64) -> (f64, f64) {
    let w = 2.0 * PI * (hz / rate).clamp(1e-6, 0.49);
    (w.cos(), w.sin() / (2.0 * q))
}

/// Passes `samples` through fourth-order Butterworth high-pass and low-pass filters (24 dB an octave each). A `high`
/// above 0.45 of the rate is left out.
pub fn band_pass(samples: &[f32], rate: f64, low: f64, high: f64) -> Vec<f64> {
    const BUTTERWORTH_4: [f64; 2] = [0.541_196_1, 1.306_563];
    let mut sections: Vec<Biquad> = BUTTERWORTH_4.iter().map(|q| Biquad::high_pass(rate, low, *q)).collect();
    if high < 0.45 * rate {
        sections.extend(BUTTERWORTH_4.iter().map(|q| Biquad::low_pass(rate, high, *q)));
    }
    samples.iter().map(|x| sections.iter_mut().fold(f64::from(*x), |x, section| section.step(x))).collect()
}

/// A Butterworth high-pass of an even order, section by section.
pub fn high_pass(order: usize, rate: f64, hz: f64) -> Vec<Biquad> {
    let quality = |i: usize| 0.5 / (PI * (2.0 * i as f64 + 1.0) / (2.0 * order as f64)).sin();
    (0..order / 2).map(|i| Biquad::high_pass(rate, hz, quality(i))).collect()
}

/// Magnitude of the A weighting (IEC 61672-1:2013, 5.5.8), 1 at 1 kHz.
pub fn a_weight(hz: f64) -> f64 {
    let f2 = hz * hz;
    let ratio = (12194f64.powi(2) * f2 * f2)
        / ((f2 + 20.6f64.powi(2)) * ((f2 + 107.7f64.powi(2)) * (f2 + 737.9f64.powi(2))).sqrt() * (f2 + 12194f64.powi(2)));
    ratio * 10f64.powf(2.0 / 20.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gain of the band-pass for a steady tone, in dB.
    fn check(hz: f64, rate: f64) -> f64 {
        let input: Vec<f32> = (0..rate as usize).map(|i| (2.0 * PI * hz * i as f64 / rate).sin() as f32).collect();
        let output = band_pass(&input, rate, 300.0, 3400.0);
        let settled = &output[output.len() / 2..];
        10.0 * (2.0 * settled.iter().map(|x| x * x).sum::<f64>() / settled.len() as f64).log10()
    }

    #[test]
    fn band_pass_has_butterworth_edges() {
        for rate in [8000.0, 16000.0, 48000.0] {
            assert!((check(300.0, rate) + 3.01).abs() < 0.05);
            assert!(check(1000.0, rate).abs() < 0.05);
            assert!((check(150.0, rate) + 24.1).abs() < 0.3);
        }
        assert!((check(3400.0, 48000.0) + 3.01).abs() < 0.05);
    }

    #[test]
    fn the_gain_is_that_of_what_is_let_through() {
        for order in [2, 4, 6] {
            let sections = high_pass(order, 8000.0, 900.0);
            for hz in [300.0, 900.0, 2500.0] {
                let mut running = sections.clone();
                let input = |i: usize| (2.0 * PI * hz * i as f64 / 8e3).sin();
                let output: Vec<f64> =
                    (0..16_000).map(|i| running.iter_mut().fold(input(i), |x, section| section.step(x))).collect();
                let heard = 2.0 * output[8000..].iter().map(|x| x * x).sum::<f64>() / 8000.0;
                let told: f64 = sections.iter().map(|section| section.power_gain(8e3, hz)).product();
                assert!((heard / told - 1.0).abs() < 1e-3, "order {order}, {hz} Hz: {heard} for {told}");
            }
        }
    }

    #[test]
    fn a_weighting_matches_the_table() {
        for (hz, db) in [(31.5, -39.4), (125.0, -16.1), (1000.0, 0.0), (4000.0, 1.0), (8000.0, -1.1)] {
            let got: f64 = 20.0 * a_weight(hz).log10();
            assert!((got - db).abs() < 0.15, "{hz} Hz: {got:.2}");
        }
    }
}
