//! How well and how fast the measuring floor works: `cargo bench --bench delay`.
//!
//! First the delay's error against its Cramér-Rao bound, through µ-law with 5 % of packets lost and clocks up to 120 ppm apart; then speeds in
//! multiples of real time.

#![expect(clippy::disallowed_methods, reason = "a benchmark is about wall-clock time")]

use std::hint::black_box;
use std::time::Instant;

use audio_codec::{CodecType, create_decoder, create_encoder};
use hejnal::dsp::delay::{Signal, delay};
use hejnal::dsp::fft::derivative;
use hejnal::dsp::interp::resample_linear_clock;
use hejnal::dsp::level::active_speech;
use hejnal::dsp::onset::gate_edges;
use hejnal::dsp::stimulus::{Random, burst, tone};

/// Runs `work` over and over for about a second and prints how much sound per second it gets through.
fn time(name: &str, sound_s: f64, mut work: impl FnMut()) {
    work();
    let start = Instant::now();
    let mut runs = 0;
    while start.elapsed().as_secs_f64() < 1.0 {
        work();
        runs += 1;
    }
    let each = start.elapsed().as_secs_f64() / f64::from(runs);
    println!("{name:<58} {:>9.3} ms  {:>9.0} × real time", each * 1e3, sound_s / each);
}

fn noisy(clean: &[f32], lead: usize, sigma: f64) -> Vec<f32> {
    let mut random = Random::new(1);
    let mut capture = vec![0.0; lead];
    capture.extend(clean);
    capture.extend(vec![0.0; lead]);
    capture.iter().map(|x| x + (sigma * random.gaussian()) as f32).collect()
}

/// One burst of a second at 48 kHz through the telephone: error in units of the bound, whether it was covered, and the bound; `None` if not found.
fn trial(seed: u64, snr_db: f64) -> (Option<(f64, bool)>, f64) {
    let mut random = Random::new(seed ^ 0xABCD);
    let reference = burst(seed, 48_000, 1.0);
    let (start, ppm, gain) = (0.05 + 0.2 * random.uniform(), 240.0 * (random.uniform() - 0.5), 0.05 + 0.5 * random.uniform());
    let mut clean = vec![0.0; 11_000];
    resample_linear_clock(&reference, -start * 48e3 / (1.0 + ppm * 1e-6), 6.0 / (1.0 + ppm * 1e-6), &mut clean);
    clean.iter_mut().for_each(|x| *x *= gain as f32);
    let power = clean.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / 8000.0;
    let sigma = (power * 10f64.powf(-snr_db / 10.0)).sqrt();
    let (mut encoder, mut decoder) = (create_encoder(CodecType::PCMU), create_decoder(CodecType::PCMU));
    let mut capture: Vec<f32> = Vec::new();
    for packet in clean.chunks(160) {
        let noisy: Vec<i16> = packet.iter().map(|x| ((f64::from(*x) + sigma * random.gaussian()) * 8000.0) as i16).collect();
        let heard = decoder.decode(&encoder.encode(&noisy));
        let kept = random.uniform() >= 0.05;
        capture.extend(heard.iter().map(|x| if kept { f32::from(*x) / 8000.0 } else { 0.0 }));
    }
    let plain: Vec<f64> = clean.iter().map(|x| f64::from(*x)).collect();
    let slope = derivative(&plain, 64).iter().map(|d| (d * 8000.0).powi(2)).sum::<f64>();
    let bound = sigma / slope.sqrt();
    let found = delay(Signal::new(&reference, 48e3), Signal::new(&capture, 8e3));
    let error = |d: &hejnal::dsp::delay::Delay| d.seconds - start - d.t_ref_s * ppm * 1e-6;
    (found.map(|d| (error(&d) / bound, error(&d).abs() <= d.uncertainty)), bound)
}

fn accuracy() {
    const TRIALS: u64 = 300;
    println!("{:>8} {:>10} {:>12} {:>12} {:>10} {:>10}", "SNR", "bound", "rms error", "worst", "covered", "not found");
    for snr_db in [30.0, 20.0, 10.0, 5.0, 0.0, -5.0, -10.0, -15.0, -20.0] {
        let results: Vec<_> = (0..TRIALS).map(|seed| trial(seed, snr_db)).collect();
        let bound = results.iter().map(|r| r.1).sum::<f64>() / TRIALS as f64 * 1e6;
        let found: Vec<(f64, bool)> = results.iter().filter_map(|r| r.0).collect();
        let count = found.len() as f64;
        let rms = (found.iter().map(|(e, _)| e * e).sum::<f64>() / count).sqrt();
        let worst = found.iter().map(|(e, _)| e.abs()).fold(0.0, f64::max);
        let covered = found.iter().filter(|(_, c)| *c).count() as f64 / count * 100.0;
        let missed = TRIALS as usize - found.len();
        println!("{snr_db:>5} dB {bound:>7.3} µs {rms:>8.3} × b {worst:>8.2} × b {covered:>8.1} % {missed:>10}");
    }
}

fn main() {
    accuracy();
    for (played, captured, seconds) in [(8000, 8000, 1.0), (48000, 8000, 1.0), (48000, 48000, 1.0), (8000, 8000, 10.0)] {
        let reference = burst(1, played, seconds);
        let capture = noisy(&burst(1, captured, seconds), captured as usize / 4, 0.1);
        let name = format!("delay, {seconds} s burst at {played} Hz in a capture at {captured} Hz");
        time(&name, capture.len() as f64 / f64::from(captured), || {
            let _ = black_box(delay(Signal::new(&reference, played.into()), Signal::new(&capture, captured.into())));
        });
    }
    let long = burst(2, 48000, 10.0);
    let mut out = vec![0.0; 479_000];
    time("move 48 kHz audio to another clock", 10.0, || resample_linear_clock(black_box(&long), 30.0, 1.000_05, &mut out));
    time("active speech level at 48 kHz", 10.0, || {
        black_box(active_speech(&long, 48e3));
    });
    let gated = noisy(&tone(48000, 1.0, 1000.0, 0.0), 24_000, 0.001);
    time("contact edges at 48 kHz", 2.0, || {
        black_box(gate_edges(&gated, 48e3, 1000.0));
    });
}
