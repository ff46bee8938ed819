//! The estimator against its bound: simulated telephone paths with known delay, clock ratio and noise.

use super::*;
use crate::dsp::interp;
use crate::dsp::stimulus::{Random, burst};

const SECONDS: f64 = 1.0;
const CARD: u32 = 48000;

/// A path from a burst played at 48 kHz through an 8 kHz telephone channel.
#[derive(Clone, Copy)]
struct Path {
    snr_db: f64,
    loss: f64,
    mu_law: bool,
    /// Noise by a one-pole low-pass instead of white.
    coloured: bool,
}

struct Trial {
    error: f64,
    stated: f64,
    bound: f64,
    ppm_error: f64,
    ppm_stated: f64,
}

fn mu_law(x: f64) -> f64 {
    let magnitude = (x.abs() * 32768.0).min(32635.0) + 132.0;
    let exponent = (magnitude.log2().floor() as i32 - 7).max(0);
    let step = f64::from(1 << (exponent + 3));
    let mantissa = ((magnitude - 128.0 * f64::from(1 << exponent)) / step).floor().clamp(0.0, 15.0);
    let decoded = (mantissa * step + 128.0 * f64::from(1 << exponent) + step / 2.0 - 132.0) / 32768.0;
    decoded.copysign(x)
}

/// Plays a burst through the path; the capture is at 8 kHz, with the truth known to be `delay` at the reference's centroid.
fn simulate(seed: u64, path: Path) -> (Vec<f32>, Vec<f32>, f64, f64, f64) {
    let mut random = Random::new(seed ^ 0xABCD);
    let reference = burst(seed, CARD, SECONDS);
    let delay = 0.05 + 0.2 * random.uniform();
    let ppm = 240.0 * (random.uniform() - 0.5);
    let gain = 0.05 + random.uniform();
    let centroid = Pair::prepare(Signal::new(&reference, 48e3), Signal::new(&reference, 48e3)).unwrap().centroid;
    let rate = 8000.0;
    let position = |n: usize| (centroid + (n as f64 / rate - delay - centroid) / (1.0 + ppm * 1e-6)) * f64::from(CARD);
    let clean: Vec<f64> = (0..12_000).map(|n| gain * f64::from(interp::sinc_at(&reference, position(n)))).collect();
    let live = clean.iter().filter(|x| **x != 0.0).count().max(1) as f64;
    let sigma = (clean.iter().map(|x| x * x).sum::<f64>() / live).sqrt() * 10f64.powf(-path.snr_db / 20.0);
    let mut slow = 0.0;
    let mut noisy: Vec<f64> = clean
        .iter()
        .map(|x| {
            let white = random.gaussian();
            slow = 0.9 * slow + (1.0f64 - 0.81).sqrt() * white;
            let noise = x + sigma * if path.coloured { slow } else { white };
            if path.mu_law { mu_law(noise * 0.3) } else { noise }
        })
        .collect();
    for packet in noisy.chunks_mut(160) {
        if random.uniform() < path.loss {
            packet.fill(0.0);
        }
    }
    let slope: f64 = clean.windows(3).map(|w| ((w[2] - w[0]) * rate / 2.0).powi(2)).sum();
    let _ = slope;
    let derivative = fft::derivative(&clean, 64);
    let bound = sigma / (derivative.iter().map(|d| (d * rate).powi(2)).sum::<f64>()).sqrt();
    (reference, noisy.iter().map(|x| *x as f32).collect(), delay, ppm, bound)
}

fn trial(seed: u64, path: Path) -> Trial {
    let (reference, capture, truth, ppm, bound) = simulate(seed, path);
    let found = delay(Signal::new(&reference, 48e3), Signal::new(&capture, 8e3)).expect("the signal is there");
    Trial {
        error: found.seconds - truth,
        stated: found.uncertainty,
        bound,
        ppm_error: found.ppm - ppm,
        ppm_stated: found.ppm_uncertainty,
    }
}

#[test]
fn survey() {
    for (snr, loss, mu, col) in [
        (60.0, 0.0, true, false),
        (20.0, 0.05, true, false),
        (10.0, 0.05, true, false),
        (0.0, 0.05, true, false),
        (0.0, 0.0, false, false),
        (-5.0, 0.05, true, false),
        (0.0, 0.05, true, true),
    ] {
        let path = Path { snr_db: snr, loss, mu_law: mu, coloured: col };
        let trials: Vec<Trial> = (0..200).map(|s| trial(s, path)).collect();
        let n = trials.len() as f64;
        let rms = (trials.iter().map(|t| t.error * t.error).sum::<f64>() / n).sqrt();
        let eff = (trials.iter().map(|t| (t.error / t.bound).powi(2)).sum::<f64>() / n).sqrt();
        let mean = trials.iter().map(|t| t.error).sum::<f64>() / n;
        let cover = trials.iter().filter(|t| t.error.abs() <= t.stated).count() as f64 / n;
        let pcover = trials.iter().filter(|t| t.ppm_error.abs() <= t.ppm_stated).count() as f64 / n;
        let worst = trials.iter().map(|t| t.error.abs()).fold(0.0, f64::max);
        println!(
            "snr {snr} loss {loss} mu {mu} col {col}: rms {:.3} us mean {:.3} x bound {eff:.3} cover {cover:.3} ppm cover {pcover:.3} worst {:.2} us",
            rms * 1e6,
            mean * 1e6,
            worst * 1e6
        );
    }
}
