//! The estimator against its bound: simulated telephone paths with known delay, clock ratio and noise.

use super::*;
use crate::stimulus::{Random, burst, steady_noise};
use crate::{fft, interp};

mod edges;

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

/// A reference, its capture at 8 kHz, and the truth.
struct Made {
    reference: Vec<f32>,
    capture: Vec<f32>,
    /// Of the reference's start.
    delay: f64,
    ppm: f64,
    /// Cramér-Rao bound of the delay's standard deviation.
    bound: f64,
}

fn simulate(seed: u64, path: Path) -> Made {
    let mut random = Random::new(seed ^ 0xABCD);
    let reference = burst(seed, CARD, SECONDS);
    let delay = 0.05 + 0.2 * random.uniform();
    let ppm = 240.0 * (random.uniform() - 0.5);
    let gain = 0.05 + random.uniform();
    let rate = 8000.0;
    let position = |n: usize| (n as f64 / rate - delay) / (1.0 + ppm * 1e-6) * f64::from(CARD);
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
    // Information on the delay at each frequency, over the noise's spectrum there (1, or that of the one-pole
    // low-pass).
    let length = fft::fast_len(clean.len());
    let bins = fft::forward(clean.iter().copied(), length);
    let information = |(k, bin): (usize, &fft::Complex64)| {
        let w = 2.0 * std::f64::consts::PI * k as f64 / length as f64;
        let noise = if path.coloured { 0.19 / (1.81 - 1.8 * w.cos()) } else { 1.0 };
        2.0 * (w * rate).powi(2) * bin.norm_sqr() / (length as f64 * noise)
    };
    let bound = sigma / bins.iter().enumerate().map(information).sum::<f64>().sqrt();
    Made { reference, capture: noisy.iter().map(|x| *x as f32).collect(), delay, ppm, bound }
}

fn trial(seed: u64, path: Path) -> Trial {
    let Made { reference, capture, delay: start, ppm, bound } = simulate(seed, path);
    let found = delay(Signal::new(&reference, 48e3), Signal::new(&capture, 8e3)).expect("the signal is there");
    let truth = start + found.t_ref_s * ppm * 1e-6;
    Trial {
        error: found.seconds - truth,
        stated: found.uncertainty,
        bound,
        ppm_error: found.ppm - ppm,
        ppm_stated: found.ppm_uncertainty,
    }
}

/// Runs trials and checks efficiency (error relative to the bound) and coverage.
fn check(path: Path, trials: u64, most: f64) {
    let results: Vec<Trial> = (0..trials).map(|seed| trial(seed, path)).collect();
    let count = results.len() as f64;
    let share = |inside: fn(&Trial) -> bool| results.iter().filter(|t| inside(t)).count() as f64 / count;
    let relative = (results.iter().map(|t| (t.error / t.bound).powi(2)).sum::<f64>() / count).sqrt();
    let worst = results.iter().map(|t| (t.error / t.bound).abs()).fold(0.0, f64::max);
    let covered = share(|t| t.error.abs() <= t.stated);
    let ppm_covered = share(|t| t.ppm_error.abs() <= t.ppm_stated);
    let told =
        format!("{:.0} dB: {relative:.3} × bound, worst {worst:.1}, covered {covered:.3}, ppm {ppm_covered:.3}", path.snr_db);
    assert!(relative < most && worst < 5.0 * most, "{told}");
    assert!((0.92..=0.98).contains(&covered) && (0.91..=0.99).contains(&ppm_covered), "{told}");
}

const TELEPHONE: Path = Path { snr_db: 0.0, loss: 0.05, mu_law: true, coloured: false };

#[test]
fn near_the_bound_through_g711_with_losses() {
    for snr_db in [20.0, 10.0, 0.0, -5.0] {
        check(Path { snr_db, ..TELEPHONE }, 100, 1.2);
    }
}

#[test]
fn near_the_bound_in_coloured_noise() {
    check(Path { coloured: true, ..TELEPHONE }, 100, 1.2);
}

#[test]
fn nothing_there_is_no_number() {
    let reference = burst(1, 8000, 1.0);
    let rate = 8e3;
    let mut random = Random::new(3);
    let noise: Vec<f32> = (0..16_000).map(|_| 0.1 * random.gaussian() as f32).collect();
    let unrelated: Vec<f32> = (0..16_000).map(|_| 0.1 * random.gaussian() as f32).collect();
    let other = burst(2, 8000, 1.0);
    let tone: Vec<f32> = (0..16_000).map(|i| (i as f32 * 0.7).sin()).collect();
    let broken: Vec<f32> = reference.iter().enumerate().map(|(i, x)| if i == 4000 { f32::NAN } else { *x }).collect();
    for capture in [&[][..], &[0.5], &[0.0; 16_000], &[0.7; 16_000], &noise, &other, &tone, &broken] {
        assert_eq!(delay(Signal::new(&reference, rate), Signal::new(capture, rate)), None);
        assert_eq!(delay(Signal::new(capture, rate), Signal::new(&unrelated, rate)), None);
    }
    for bad in [0.0, -8e3, f64::NAN, f64::INFINITY, 1e12] {
        assert_eq!(delay(Signal::new(&reference, bad), Signal::new(&reference, bad)), None);
    }
    assert_eq!(delay(Signal::new(&tone, rate), Signal::new(&tone, rate)), None, "a tone repeats itself");
}

/// Noise alone, many times: a detector that cries wolf would be seen here.
#[test]
fn noise_is_never_taken_for_the_signal() {
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let reference = burst(seed, 8000, 0.5);
        let mut capture: Vec<f32> = (0..24_000).map(|_| 0.05 * random.gaussian() as f32).collect();
        // A click and a stretch of other sound in otherwise still air.
        capture[..12_000].fill(0.0);
        capture[5000] = 0.9;
        assert_eq!(delay(Signal::new(&reference, 8e3), Signal::new(&capture, 8e3)), None, "seed {seed}");
    }
}

#[test]
fn rates_of_the_two_signals_may_differ() {
    for (from, to) in
        [(8000u32, 48000u32), (48000, 8000), (16000, 48000), (48000, 16000), (44100, 8000), (8000, 8000), (96000, 44100)]
    {
        let reference = burst(11, from, 1.0);
        let played = burst(11, to, 1.0);
        let lag = (to / 10) as usize;
        let mut capture = vec![0.0; lag];
        capture.extend(played.iter().map(|x| -0.3 * x));
        capture.extend(vec![0.0; lag]);
        let found = delay(Signal::new(&reference, f64::from(from)), Signal::new(&capture, f64::from(to))).expect("it is there");
        assert!((found.seconds - 0.1).abs() < 50e-9, "{from} to {to}: {found:?}");
        assert!((found.gain + 0.3).abs() < 1e-4 && found.ppm.abs() < 0.05 && found.confidence > 0.5, "{from} to {to}: {found:?}");
    }
}

#[test]
fn stated_rates_need_not_be_whole() {
    // A card known to run 50 ppm fast, and said to: no drift remains.
    let reference = burst(5, 48000, 1.0);
    let found = delay(Signal::new(&reference, 48002.4), Signal::new(&reference, 48000.0)).unwrap();
    assert!((found.ppm - 50.0).abs() < 0.05 && found.at(0.0).abs() < 1e-7, "{found:?}");
    let found = delay(Signal::new(&reference, 48002.4), Signal::new(&reference, 48002.4)).unwrap();
    assert!(found.ppm.abs() < 0.01 && found.seconds.abs() < 1e-8, "{found:?}");
}

#[test]
fn part_of_the_signal_is_enough() {
    let reference = burst(5, 8000, 2.0);
    for (cut, delay_s) in [(4000usize, -0.5), (0, 0.0)] {
        let capture = &reference[cut..cut + 10_000];
        let found = delay(Signal::new(&reference, 8e3), Signal::new(capture, 8e3)).expect("most of it is there");
        assert!((found.seconds - delay_s).abs() < 1e-7, "{found:?}");
    }
    assert_eq!(delay(Signal::new(&reference, 8e3), Signal::new(&reference[..2400], 8e3)), None);
    // Less than half of a long one, without its middle.
    let reference: Vec<f32> = (0..6).flat_map(|k| burst(k, 8000, 1.0)).collect();
    for (kept, delay_s) in [(26_000..48_000, -3.25), (0..22_000, 0.0)] {
        let found = delay(Signal::new(&reference, 8e3), Signal::new(&reference[kept], 8e3)).expect("nearly half is there");
        assert!((found.seconds - delay_s).abs() < 1e-7, "{found:?}");
    }
}

/// Without noise the residual promises more than single precision keeps.
#[test]
fn what_is_stated_covers_rounding_too() {
    for (seed, lead) in [(1, 100), (2, 613), (3, 2000)] {
        let reference = burst(seed, 8000, 2.0);
        let capture = [vec![0.0; lead], reference.clone(), vec![0.0; 400]].concat();
        let found = delay(Signal::new(&reference, 8e3), Signal::new(&capture, 8e3)).expect("it is there");
        assert!((found.seconds - lead as f64 / 8e3).abs() <= found.uncertainty, "{found:?}");
        assert!(found.ppm.abs() <= found.ppm_uncertainty, "{found:?}");
        assert!(found.ppm_uncertainty < 0.1, "{found:?}");
    }
}

/// Wherever the capture's part of a long reference lies, the middle within it, beside it or at its very edge.
#[test]
fn any_part_of_a_long_reference_is_placed_rightly() {
    let reference: Vec<f32> = steady_noise(1, 8000, 6.0);
    for from in (0..=26_000).step_by(1000) {
        let capture = [vec![0.0; 4000], reference[from..from + 22_000].to_vec()].concat();
        let found = delay(Signal::new(&reference, 8e3), Signal::new(&capture, 8e3)).expect("nearly half is there");
        let truth = 0.5 - from as f64 / 8e3;
        assert!((found.seconds - truth).abs() < 1e-7 && found.ppm.abs() < 0.1, "from {from}: {found:?} for {truth}");
    }
}

/// A voice that comes through for a fifth of a second and is then turned down by 40 dB, because the other end speaks: a
/// healthy post's first words.
#[test]
fn a_voice_that_is_turned_down_is_placed_rightly() {
    let reference: Vec<f32> = steady_noise(1, 8000, 9.0);
    for seconds in [4.0, 4.5, 6.0] {
        let reference = &reference[..(seconds * 8e3) as usize];
        let turned_down = |(n, x): (usize, &f32)| if n < 1600 { 0.2 * x } else { 0.002 * x };
        let capture: Vec<f32> = reference[6400..].iter().take(24_000).enumerate().map(turned_down).collect();
        let found = delay(Signal::new(reference, 8e3), Signal::new(&capture, 8e3));
        assert!(found.is_some_and(|d| (d.at(0.8) + 0.8).abs() < 5e-6), "of {seconds} s: {found:?}");
    }
}

#[test]
fn long_signals_hold_together_over_a_clock_difference() {
    let reference: Vec<f32> = (0..60).flat_map(|k| burst(k, 8000, 1.0)).collect();
    let ppm = 110.0;
    let mut capture = vec![0.0; 500_000];
    interp::resample_linear_clock(&reference, -3000.0, 1.0 / (1.0 + ppm * 1e-6), &mut capture);
    let found = delay(Signal::new(&reference, 8e3), Signal::new(&capture, 8e3)).unwrap();
    assert!((found.ppm - ppm).abs() < 0.02, "{found:?}");
    assert!((found.at(0.0) - 0.375 * (1.0 + ppm * 1e-6)).abs() < 2e-7, "{found:?}");
}

/// Through real codecs with 5 % of packets concealed by repeating the one before: each codec's own delay and nothing
/// else.
#[test]
fn codecs_shift_by_their_own_delay_only() {
    use audio_codec::{CodecType, create_decoder, create_encoder};
    // G.722 delays by its quadrature mirror filters: 22 samples at 16 kHz.
    for (codec, rate, own) in
        [(CodecType::G722, 16_000u32, 22.0 / 16e3), (CodecType::PCMU, 8000, 0.0), (CodecType::PCMA, 8000, 0.0)]
    {
        for seed in 0..20 {
            let mut random = Random::new(seed ^ 77);
            let reference = burst(seed, 48_000, 1.0);
            let truth = 0.05 + 0.1 * random.uniform();
            let mut sent = vec![0.0; (1.3 * f64::from(rate)) as usize];
            interp::resample_linear_clock(&reference, -truth * 48e3, 48e3 / f64::from(rate), &mut sent);
            let (mut encoder, mut decoder) = (create_encoder(codec), create_decoder(codec));
            let mut heard: Vec<i16> = Vec::new();
            for packet in sent.chunks(rate as usize / 50) {
                let noisy: Vec<i16> = packet.iter().map(|x| ((f64::from(*x) + 0.001 * random.gaussian()) * 2e4) as i16).collect();
                let decoded = decoder.decode(&encoder.encode(&noisy));
                let before = heard.len().checked_sub(decoded.len()).filter(|_| random.uniform() < 0.05);
                match before {
                    Some(from) => heard.extend_from_within(from..),
                    None => heard.extend(decoded.iter()),
                }
            }
            let capture: Vec<f32> = heard.iter().map(|x| f32::from(*x) / 32768.0).collect();
            let found = delay(Signal::new(&reference, 48e3), Signal::new(&capture, f64::from(rate))).expect("it is there");
            let error = found.seconds - truth - own;
            assert!(error.abs() < 0.5e-6 && found.ppm.abs() < 1.0, "{codec:?}, seed {seed}: {:.3} µs, {found:?}", error * 1e6);
        }
    }
}

/// A jitter buffer that slips within the burst: the longer part decides, and the confidence or the residual tells.
#[test]
fn a_slip_within_the_burst_does_not_drag_the_estimate() {
    for seed in 0..20 {
        let reference = burst(seed, 8000, 1.0);
        let mut random = Random::new(seed);
        let mut capture = vec![0.0; 800];
        capture.extend(&reference[..5600]);
        capture.extend([0.0; 160]);
        capture.extend(&reference[5600..]);
        let capture: Vec<f32> = capture.iter().map(|x| x + 0.01 * random.gaussian() as f32).collect();
        let found = delay(Signal::new(&reference, 8e3), Signal::new(&capture, 8e3)).expect("it is there");
        assert!((found.seconds - 0.1).abs() < 5e-6, "seed {seed}: {found:?}");
    }
}
