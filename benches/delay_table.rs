//! The tables of the timing measurements' accuracy: `cargo bench --bench delay_table [-- TRIALS] [KIND …]`, 2,000
//! trials a row unless told (a tenth of that for `drift`, `slips` and `press`), of all kinds unless some of `g711`,
//! `bias`, `drift`, `slips`, `press` are named. The number of a trial is its seed.
//!
//! A trial of delay is a fresh burst of one second played at 48 kHz on one clock and recorded on another, up to 100 ppm
//! apart, with white noise and 5 % of packets lost, through a codec. The bound is Cramér and Rao's for an unbiased
//! estimate of delay, gain and clock ratio together from the noisy sound *before* the codec and the losses, which only
//! take information away:
//!
//! ```text
//! σ² ≥ σₙ² / Σ (ds/dt)²,   s the clean sound at the capture's samples, σₙ² the variance of the noise of one sample
//! ```
//!
//! It holds at the centroid of (ds/dt)², where the cross terms of the Fisher matrix vanish: Σ s · ds/dt = 0 is that of
//! the gain, and Σ (t − t_ref) (ds/dt)² = 0, the definition of the centroid, that of the clock ratio. SNR is the
//! sound's mean power over the second to σₙ².

use std::thread;

use audio_codec::opus::OpusApplication;
use audio_codec::{CodecType, Decoder, Encoder, create_decoder, create_encoder, create_opus_decoder, create_opus_encoder};
use hejnal::dsp::delay::{Delay, Signal, delay};
use hejnal::dsp::fft::derivative;
use hejnal::dsp::interp::resample_linear_clock;
use hejnal::dsp::stimulus::{Random, burst};
use hejnal::dsp::streaming_delay::follow;
use hejnal::dsp::track::track;
use hejnal::measure::press::press_to_sound;

const TRIALS: u64 = 2000;
const LOSS: f64 = 0.05;
/// Full scale of 16 bits.
const FULL_SCALE: f64 = 32_768.0;

/// A codec at its rate, and the delay that it has by itself.
#[derive(Clone, Copy)]
struct Path {
    name: &'static str,
    /// `None`: Opus.
    codec: Option<CodecType>,
    rate: u32,
    own_s: f64,
}

const MU_LAW: Path = Path { name: "G.711 µ-law", codec: Some(CodecType::PCMU), rate: 8000, own_s: 0.0 };
const A_LAW: Path = Path { name: "G.711 A-law", codec: Some(CodecType::PCMA), rate: 8000, own_s: 0.0 };
/// ITU-T G.722, clause 2: two quadrature mirror filters of 24 taps at 16 kHz, 11.5 samples each, less the sample that
/// encoder and decoder share in taking and giving pairs.
const G722: Path = Path { name: "G.722", codec: Some(CodecType::G722), rate: 16_000, own_s: 22.0 / 16e3 };
/// RFC 6716, 2.1.2 and the reference encoder's look-ahead: 2.5 ms of overlap and 4 ms of delay compensation. One voice
/// at 48 kHz in the general setting.
const OPUS: Path = Path { name: "Opus", codec: None, rate: 48_000, own_s: 6.5e-3 };

impl Path {
    fn open(&self) -> (Box<dyn Encoder>, Box<dyn Decoder>) {
        match self.codec {
            Some(codec) => (create_encoder(codec), create_decoder(codec)),
            None => (create_opus_encoder(self.rate, 1, OpusApplication::Audio), create_opus_decoder(self.rate, 1)),
        }
    }

    /// Packets of 20 ms with noise of `sigma`; a lost one is silence, or the one before again where `conceal`.
    fn through(&self, sound: &[f32], sigma: f64, conceal: bool, random: &mut Random) -> Vec<f32> {
        let (mut encoder, mut decoder) = self.open();
        let mut heard: Vec<f32> = Vec::new();
        for packet in sound.chunks_exact(self.rate as usize / 50) {
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
}

/// One trial's outcome.
#[derive(Clone, Copy)]
struct Trial {
    /// Seconds off the truth, and what was stated.
    error: f64,
    stated: f64,
    bound: f64,
}

/// The results of all trials, in order; both processors at work.
fn all<T: Send>(trials: u64, one: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let workers = thread::available_parallelism().map_or(1, |n| n.get() as u64).min(trials.max(1));
    let share = |worker: u64| (trials * worker / workers)..(trials * (worker + 1) / workers);
    thread::scope(|scope| {
        let one = &one;
        let handles: Vec<_> = (0..workers).map(|w| scope.spawn(move || share(w).map(one).collect::<Vec<T>>())).collect();
        handles.into_iter().flat_map(|handle| handle.join().expect("no trial panics")).collect()
    })
}

fn mean_square(samples: &[f32], count: f64) -> f64 {
    samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / count
}

fn trial(seed: u64, path: Path, snr_db: f64, conceal: bool) -> Option<Trial> {
    let mut random = Random::new(seed ^ 0xABCD);
    let rate = f64::from(path.rate);
    let reference = burst(seed, 48_000, 1.0);
    let (start, ppm) = (0.05 + 0.2 * random.uniform(), 200.0 * (random.uniform() - 0.5));
    let gain = (0.05 + 0.5 * random.uniform()) as f32;
    let mut sound = vec![0.0; (1.4 * rate) as usize];
    let stretch = 1.0 + ppm * 1e-6;
    resample_linear_clock(&reference, -start * 48e3 / stretch, 48e3 / rate / stretch, &mut sound);
    sound.iter_mut().for_each(|x| *x *= gain);
    let sigma = (mean_square(&sound, rate) * 10f64.powf(-snr_db / 10.0)).sqrt();
    let plain: Vec<f64> = sound.iter().map(|x| f64::from(*x)).collect();
    let slope = derivative(&plain, 64).iter().map(|d| (d * rate).powi(2)).sum::<f64>();
    let capture = path.through(&sound, sigma, conceal, &mut random);
    let found: Delay = delay(Signal::new(&reference, 48e3), Signal::new(&capture, rate))?;
    let error = found.seconds - start - found.t_ref_s * ppm * 1e-6 - path.own_s;
    Some(Trial { error, stated: found.uncertainty, bound: sigma / slope.sqrt() })
}

/// What a row says of its trials.
struct Row {
    found: Vec<Trial>,
    missed: usize,
}

impl Row {
    fn of(trials: u64, one: impl Fn(u64) -> Option<Trial> + Sync) -> Row {
        let results = all(trials, one);
        let found: Vec<Trial> = results.iter().filter_map(|trial| *trial).collect();
        Row { missed: results.len() - found.len(), found }
    }

    fn mean(&self, value: impl Fn(&Trial) -> f64) -> f64 {
        self.found.iter().map(value).sum::<f64>() / self.found.len() as f64
    }

    fn share(&self, inside: impl Fn(&Trial) -> bool) -> f64 {
        100.0 * self.mean(|trial| f64::from(u8::from(inside(trial))))
    }

    fn worst(&self) -> f64 {
        self.found.iter().map(|trial| trial.error.abs()).fold(0.0, f64::max)
    }
}

fn against_the_bound(path: Path, trials: u64) {
    println!("\n{}, {trials} trials a row, 5 % of packets lost, clocks within ±100 ppm\n", path.name);
    println!("| SNR    | bound    | σ        | σ/bound | ≤ 2.5 µs | worst   | covered | not found |");
    println!("|-------:|---------:|---------:|--------:|---------:|--------:|--------:|----------:|");
    for snr_db in [20.0, 10.0, 0.0, -5.0] {
        let row = Row::of(trials, |seed| trial(seed, path, snr_db, false));
        println!(
            "| {snr_db:>3} dB | {:>5.3} µs | {:>5.3} µs | {:>7.3} | {:>6.2} % | {:>4.2} µs | {:>5.2} % | {:>9} |",
            row.mean(|t| t.bound) * 1e6,
            row.mean(|t| t.error * t.error).sqrt() * 1e6,
            row.mean(|t| (t.error / t.bound).powi(2)).sqrt(),
            row.share(|t| t.error.abs() <= 2.5e-6),
            row.worst() * 1e6,
            row.share(|t| t.error.abs() <= t.stated),
            row.missed
        );
    }
}

/// At 30 dB, each codec's own delay taken off; lost packets are concealed by the one before.
fn bias(trials: u64) {
    println!("\nBias at 30 dB, {trials} trials a row, 5 % of packets concealed by the one before\n");
    println!("| codec       | own delay | bias      | worst    | stated   | covered | not found |");
    println!("|-------------|----------:|----------:|---------:|---------:|--------:|----------:|");
    for path in [MU_LAW, A_LAW, G722, OPUS] {
        let row = Row::of(trials, |seed| trial(seed, path, 30.0, true));
        println!(
            "| {:<11} | {:>6.3} ms | {:>+6.3} µs | {:>5.3} µs | {:>5.3} µs | {:>5.1} % | {:>9} |",
            path.name,
            path.own_s * 1e3,
            row.mean(|t| t.error) * 1e6,
            row.worst() * 1e6,
            row.mean(|t| t.stated) * 1e6,
            row.share(|t| t.error.abs() <= t.stated),
            row.missed
        );
    }
}

/// Ten bursts of a second, fresh for each seed.
fn ten_bursts(seed: u64, rate: u32) -> Vec<f32> {
    (0..10).flat_map(|k| burst(1000 + 10 * seed + k, rate, 1.0)).collect()
}

/// Errors of the clock ratio in parts per million, from ten seconds at 0 dB: by one fit and by the track of its bursts.
fn drift(trials: u64) {
    let one = |seed: u64, tracked: bool| {
        let mut random = Random::new(seed ^ 0xD21F);
        let reference = ten_bursts(seed, 8000);
        let ppm = 200.0 * (random.uniform() - 0.5);
        let mut capture = vec![0.0; 88_000];
        resample_linear_clock(&reference, -2000.0, 1.0 / (1.0 + ppm * 1e-6), &mut capture);
        let sigma = mean_square(&reference, reference.len() as f64).sqrt();
        capture.iter_mut().for_each(|x| *x += (sigma * random.gaussian()) as f32);
        let (mut reference, mut capture) = (Signal::new(&reference, 8e3), Signal::new(&capture, 8e3));
        let (found, stated) = if tracked {
            let Ok(points) = follow(&mut reference, &mut capture, 1.0, 0.1);
            track(&points).map(|t| (t.ppm, t.ppm_uncertainty))?
        } else {
            delay(reference, capture).map(|d| (d.ppm, d.ppm_uncertainty))?
        };
        Some(Trial { error: found - ppm, stated, bound: 1.0 })
    };
    println!("\nDrift from 10 s at 0 dB, {trials} trials a row, clocks within ±100 ppm\n");
    println!("| by              | σ         | worst     | covered | not found |");
    println!("|-----------------|----------:|----------:|--------:|----------:|");
    for (name, tracked) in [("one fit", false), ("track of bursts", true)] {
        let row = Row::of(trials, |seed| one(seed, tracked));
        let sigma = row.mean(|t| t.error * t.error).sqrt();
        let covered = row.share(|t| t.error.abs() <= t.stated);
        println!("| {name:<15} | {sigma:>5.3} ppm | {:>5.3} ppm | {covered:>5.1} % | {:>9} |", row.worst(), row.missed);
    }
}

/// A jitter buffer that slips once within ten seconds at 20 dB, at any moment, by 5 to 60 ms in either direction: found
/// alone, and its size.
fn slips(trials: u64) {
    let one = |seed: u64, path: Path| {
        let mut random = Random::new(seed ^ 0x5119);
        let rate = f64::from(path.rate);
        let reference = ten_bursts(seed, path.rate);
        let sigma = 0.1 * mean_square(&reference, reference.len() as f64).sqrt();
        let quiet = vec![0.0; path.rate as usize / 5];
        let heard = path.through(&[quiet.clone(), reference.clone(), quiet].concat(), sigma, false, &mut random);
        let at = ((1.5 + 7.5 * random.uniform()) * rate) as usize;
        let by = ((0.005 + 0.055 * random.uniform()) * rate) as usize;
        let (capture, size) = if random.uniform() < 0.5 {
            ([&heard[..at], &vec![0.0; by], &heard[at..]].concat(), by as f64 / rate)
        } else {
            ([&heard[..at], &heard[at + by..]].concat(), -(by as f64) / rate)
        };
        let Ok(points) = follow(&mut Signal::new(&reference, rate), &mut Signal::new(&capture, rate), 1.0, 0.1);
        let tracked = track(&points)?;
        let [slip] = tracked.slips[..] else { return None };
        Some(Trial { error: slip.size_s - size, stated: slip.uncertainty_s, bound: 1.0 })
    };
    println!("\nOne slip of 5 to 60 ms within 10 s at 20 dB, {trials} trials a row, 5 % of packets lost\n");
    println!("| codec       | found alone | ≤ 10 µs  | worst    | covered |");
    println!("|-------------|------------:|---------:|---------:|--------:|");
    for path in [MU_LAW, A_LAW, G722, OPUS] {
        let row = Row::of(trials, |seed| one(seed, path));
        println!(
            "| {:<11} | {:>9.2} % | {:>6.2} % | {:>5.2} µs | {:>5.1} % |",
            path.name,
            100.0 * row.found.len() as f64 / trials as f64,
            row.share(|t| t.error.abs() <= 10e-6),
            row.worst() * 1e6,
            row.share(|t| t.error.abs() <= t.stated)
        );
    }
}

/// From a bouncing contact's first make to a sound that begins at once, at 48 kHz.
fn press(trials: u64) {
    let one = |seed: u64, noise: f64| {
        let mut random = Random::new(seed ^ 0x9E55);
        let make = 0.15 + 0.1 * random.uniform();
        let edges = [make, make + 0.0004, make + 0.0011, make + 0.2];
        let phase = std::f64::consts::TAU * random.uniform();
        let closed = |t: f64| edges.iter().filter(|edge| **edge <= t).count() % 2 == 1;
        let at = 14_400 + (random.uniform() * 24_000.0) as usize;
        let tone = |t: f64| if closed(t) { 0.3 * (std::f64::consts::TAU * 1000.0 * t + phase).sin() } else { 0.0 };
        let gate: Vec<f32> = (0..72_000).map(|n| (tone(f64::from(n) / 48e3) + 0.0003 * random.gaussian()) as f32).collect();
        let mut ear: Vec<f32> = (0..72_000).map(|_| (noise * random.gaussian()) as f32).collect();
        ear[at..].iter_mut().zip(&burst(seed, 48_000, 0.5)[4800..]).for_each(|(y, x)| *y += x);
        let found = press_to_sound(&gate, &ear, 48e3, 1000.0)?;
        Some(Trial { error: found.seconds - (at as f64 / 48e3 - make), stated: found.uncertainty, bound: 1.0 })
    };
    println!("\nFrom press to sound, {trials} trials a row\n");
    println!("| noise      | bias      | σ        | worst    | stated   | covered | not found |");
    println!("|-----------:|----------:|---------:|---------:|---------:|--------:|----------:|");
    for noise in [0.0003, 0.003, 0.02] {
        let row = Row::of(trials, |seed| one(seed, noise));
        let bias = row.mean(|t| t.error);
        println!(
            "| {:>3.0} dBFS   | {:>+6.3} ms | {:>5.3} ms | {:>5.3} ms | {:>5.3} ms | {:>5.1} % | {:>9} |",
            20.0 * f64::log10(noise) + 3.01,
            bias * 1e3,
            row.mean(|t| (t.error - bias).powi(2)).sqrt() * 1e3,
            row.worst() * 1e3,
            row.mean(|t| t.stated) * 1e3,
            row.share(|t| t.error.abs() <= t.stated),
            row.missed
        );
    }
}

fn main() {
    let trials = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(TRIALS);
    let few = (trials / 10).max(20);
    let kinds: [(&str, &dyn Fn()); 6] = [
        ("g711", &|| against_the_bound(MU_LAW, trials)),
        ("g711", &|| against_the_bound(A_LAW, trials)),
        ("bias", &|| bias(trials)),
        ("drift", &|| drift(few)),
        ("slips", &|| slips(few)),
        ("press", &|| press(few)),
    ];
    let named: Vec<String> = std::env::args().filter(|word| kinds.iter().any(|(kind, _)| word == kind)).collect();
    kinds.iter().filter(|(kind, _)| named.is_empty() || named.iter().any(|word| word == kind)).for_each(|(_, print)| print());
}
