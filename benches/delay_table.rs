//! The table of the delay's accuracy: `cargo bench --bench delay_table [-- TRIALS]`, 2,000 trials a row unless told.
//!
//! Each trial is a fresh burst of one second played at 48 kHz on one clock and recorded at 8 kHz on another, up to 100 ppm apart, through µ-law
//! with white noise and 5 % of packets lost; the trial's number is its seed. Then the bias through each codec once its own delay is off.

use audio_codec::opus::OpusApplication;
use audio_codec::{CodecType, Decoder, Encoder, create_decoder, create_encoder, create_opus_decoder, create_opus_encoder};
use hejnal::dsp::delay::{Delay, Signal, delay};
use hejnal::dsp::fft::derivative;
use hejnal::dsp::interp::resample_linear_clock;
use hejnal::dsp::stimulus::{Random, burst};

const TRIALS: u64 = 2000;
const LOSS: f64 = 0.05;
/// Full scale of 16 bits as the sound of a trial: speech peaks stay well inside.
const FULL_SCALE: f64 = 8000.0;

type Codec = (Box<dyn Encoder>, Box<dyn Decoder>);

fn named(codec: CodecType) -> Codec {
    (create_encoder(codec), create_decoder(codec))
}

/// One voice at 48 kHz: the general setting, whose only filter is a block for direct current.
fn opus() -> Codec {
    (create_opus_encoder(48_000, 1, OpusApplication::Audio), create_opus_decoder(48_000, 1))
}

/// One trial's outcome, seconds.
struct Trial {
    found: Option<Delay>,
    /// Delay at the reference's first sample, and the clock ratio.
    start: f64,
    ppm: f64,
    /// Cramér-Rao bound of the delay's standard deviation, from the noise that was added: codec and losses only make it harder.
    bound: f64,
}

impl Trial {
    fn error(&self) -> Option<(f64, &Delay)> {
        self.found.as_ref().map(|d| (d.seconds - self.start - d.t_ref_s * self.ppm * 1e-6, d))
    }
}

/// A burst as it arrives on the recording's clock: the sound, its reference, its start and its clock ratio.
fn arrival(seed: u64, rate: f64, most_ppm: f64, random: &mut Random) -> (Vec<f32>, Vec<f32>, f64, f64) {
    let reference = burst(seed, 48_000, 1.0);
    let (start, ppm) = (0.05 + 0.2 * random.uniform(), 2.0 * most_ppm * (random.uniform() - 0.5));
    let gain = (0.05 + 0.5 * random.uniform()) as f32;
    let mut sound = vec![0.0; (1.4 * rate) as usize];
    let stretch = 1.0 + ppm * 1e-6;
    resample_linear_clock(&reference, -start * 48e3 / stretch, 48e3 / rate / stretch, &mut sound);
    sound.iter_mut().for_each(|x| *x *= gain);
    (sound, reference, start, ppm)
}

/// Packets of 20 ms with noise of `sigma` through a codec; a lost one is silence, or the one before again where `conceal`.
fn through(
    (mut encoder, mut decoder): Codec,
    sound: &[f32],
    packet: usize,
    sigma: f64,
    conceal: bool,
    random: &mut Random,
) -> Vec<f32> {
    let mut heard: Vec<f32> = Vec::new();
    for packet in sound.chunks_exact(packet) {
        let value = |x: &f32, random: &mut Random| ((f64::from(*x) + sigma * random.gaussian()) * FULL_SCALE).round() as i16;
        let noisy: Vec<i16> = packet.iter().map(|x| value(x, random)).collect();
        let decoded = decoder.decode(&encoder.encode(&noisy));
        let lost = random.uniform() < LOSS;
        match heard.len().checked_sub(decoded.len()) {
            Some(before) if lost && conceal => heard.extend_from_within(before..),
            _ if lost => heard.extend(decoded.iter().map(|_| 0.0)),
            _ => heard.extend(decoded.iter().map(|x| (f64::from(*x) / FULL_SCALE) as f32)),
        }
    }
    heard
}

fn trial(seed: u64, snr_db: f64) -> Trial {
    let mut random = Random::new(seed ^ 0xABCD);
    let (sound, reference, start, ppm) = arrival(seed, 8e3, 100.0, &mut random);
    let energy: f64 = sound.iter().map(|x| f64::from(*x).powi(2)).sum();
    let sigma = (energy / 8000.0 * 10f64.powf(-snr_db / 10.0)).sqrt();
    let plain: Vec<f64> = sound.iter().map(|x| f64::from(*x)).collect();
    let slope = derivative(&plain, 64).iter().map(|d| (d * 8000.0).powi(2)).sum::<f64>();
    let capture = through(named(CodecType::PCMU), &sound, 160, sigma, false, &mut random);
    let found = delay(Signal::new(&reference, 48e3), Signal::new(&capture, 8e3));
    Trial { found, start, ppm, bound: sigma / slope.sqrt() }
}

fn row(snr_db: f64, trials: u64) {
    let results: Vec<Trial> = (0..trials).map(|seed| trial(seed, snr_db)).collect();
    let bound = results.iter().map(|t| t.bound).sum::<f64>() / trials as f64;
    let errors: Vec<(f64, f64, &Delay)> = results.iter().filter_map(|t| t.error().map(|(e, d)| (e, e / t.bound, d))).collect();
    let count = errors.len() as f64;
    let rms = |pick: fn(&(f64, f64, &Delay)) -> f64| (errors.iter().map(|e| pick(e).powi(2)).sum::<f64>() / count).sqrt();
    let share = |inside: fn(&(f64, f64, &Delay)) -> bool| errors.iter().filter(|e| inside(e)).count() as f64 / count * 100.0;
    println!(
        "| {snr_db:>3} dB | {:>8.3} µs | {:>8.3} µs | {:>6.3} | {:>6.2} % | {:>8.2} µs | {:>6.2} % | {:>5} |",
        bound * 1e6,
        rms(|e| e.0) * 1e6,
        rms(|e| e.1),
        share(|e| e.0.abs() <= 2.5e-6),
        errors.iter().map(|e| e.0.abs()).fold(0.0, f64::max) * 1e6,
        share(|e| e.0.abs() <= e.2.uncertainty),
        results.len() - errors.len(),
    );
}

/// Mean and worst error through a codec at 30 dB, its own delay taken off; lost packets are concealed by the one before.
fn bias(name: &str, codec: impl Fn() -> Codec, rate: u32, own_s: f64, trials: u64) {
    let one = |seed: u64| {
        let mut random = Random::new(seed ^ 77);
        let (sound, reference, start, ppm) = arrival(seed, f64::from(rate), 100.0, &mut random);
        let rms = (sound.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / f64::from(rate)).sqrt();
        let capture = through(codec(), &sound, rate as usize / 50, 0.03 * rms, true, &mut random);
        let found = delay(Signal::new(&reference, 48e3), Signal::new(&capture, f64::from(rate)))?;
        Some((found.seconds - start - found.t_ref_s * ppm * 1e-6 - own_s, found.uncertainty))
    };
    let errors: Vec<(f64, f64)> = (0..trials).filter_map(one).collect();
    let mean = errors.iter().map(|e| e.0).sum::<f64>() / errors.len() as f64;
    let worst = errors.iter().map(|e| e.0.abs()).fold(0.0, f64::max);
    let covered = errors.iter().filter(|e| e.0.abs() <= e.1).count() as f64 / errors.len() as f64;
    println!(
        "| {name:<6} | {:>8.3} ms | {:>+8.3} µs | {:>8.3} µs | {:>6.1} % | {:>5} |",
        own_s * 1e3,
        mean * 1e6,
        worst * 1e6,
        covered * 100.0,
        trials as usize - errors.len()
    );
}

fn main() {
    let trials = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(TRIALS);
    println!("G.711 µ-law, {trials} trials a row, 5 % of packets lost, clocks within ±100 ppm\n");
    println!("| SNR    | bound       | σ           | σ/bound | ≤ 2.5 µs | worst      | covered  | not found |");
    println!("|-------:|------------:|------------:|--------:|---------:|-----------:|---------:|----------:|");
    for snr_db in [20.0, 10.0, 0.0, -5.0] {
        row(snr_db, trials);
    }
    println!("\n| codec  | own delay   | bias        | worst       | covered  | not found |");
    println!("|--------|------------:|------------:|------------:|---------:|----------:|");
    let few = (trials / 10).max(20);
    bias("PCMU", || named(CodecType::PCMU), 8000, 0.0, few);
    bias("PCMA", || named(CodecType::PCMA), 8000, 0.0, few);
    // Its quadrature mirror filters: 22 samples at 16 kHz.
    bias("G.722", || named(CodecType::G722), 16_000, 22.0 / 16e3, few);
    // RFC 6716, 2.1.2 and the encoder's look-ahead: 2.5 ms of overlap and 4 ms of delay compensation.
    bias("Opus", opus, 48_000, 6.5e-3, few);
}
