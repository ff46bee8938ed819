//! How fast the measuring floor works, in multiples of real time on one core: `cargo bench --bench delay [-- JSON]`.
//!
//! Real time is that of the sound worked through: for a delay, the seconds of the capture that is searched, which is
//! the reference and half a second more. With fresh bursts of a second in noise as strong as half of them.
//!
//! With the word `JSON` each line is an object for a program: `benches/against_scipy.py` sets them beside the same work
//! in SciPy. How well the delay is measured stands in `delay_table.rs`.

#![expect(clippy::disallowed_methods, reason = "a benchmark is about wall-clock time")]

use std::hint::black_box;
use std::time::Instant;

use hejnal::dsp::delay::{Signal, delay};
use hejnal::dsp::interp::resample_linear_clock;
use hejnal::dsp::onset::gate_edges;
use hejnal::dsp::speech_level::active_speech;
use hejnal::dsp::stimulus::{Random, burst, tone};
use hejnal::intelligibility::pesq::quality;
use hejnal::intelligibility::stipa;
use hejnal::intelligibility::stoi::intelligibility;

/// Runs `work` over and over for about a second and prints how much sound per second the fastest run got through: what
/// else the machine did meanwhile is not measured.
fn time(name: &str, sound_s: f64, mut work: impl FnMut()) {
    work();
    let begun = Instant::now();
    let mut each = f64::INFINITY;
    while begun.elapsed().as_secs_f64() < 1.0 {
        let start = Instant::now();
        work();
        each = start.elapsed().as_secs_f64().min(each);
    }
    if std::env::args().any(|word| word == "JSON") {
        println!("{{\"name\": \"{name}\", \"seconds\": {each}}}");
    } else {
        println!("{name:<58} {:>9.3} ms  {:>9.0} × real time", each * 1e3, sound_s / each);
    }
}

fn noisy(clean: &[f32], lead: usize, sigma: f64) -> Vec<f32> {
    let mut random = Random::new(1);
    let mut capture = vec![0.0; lead];
    capture.extend(clean);
    capture.extend(vec![0.0; lead]);
    capture.iter().map(|x| x + (sigma * random.gaussian()) as f32).collect()
}

/// Talk spurts of ten seconds for the models of speech: fresh bursts of a second, each with a pause.
fn talk(rate: u32) -> Vec<f32> {
    let spurt = |seed: u64| [burst(seed, rate, 0.8), vec![0.0; rate as usize / 5]].concat();
    (0..10).flat_map(spurt).collect()
}

fn main() {
    let shapes = [(8000, 8000, 1), (48000, 8000, 1), (48000, 48000, 1), (8000, 8000, 10), (48000, 8000, 10), (8000, 8000, 60)];
    for (played, captured, seconds) in shapes {
        let bursts = |rate: u32| (0..seconds).flat_map(|k| burst(1 + k, rate, 1.0)).collect::<Vec<f32>>();
        let reference = bursts(played);
        let capture = noisy(&bursts(captured), captured as usize / 4, 0.1);
        let name = format!("delay, {seconds} s at {played} Hz in a capture at {captured} Hz");
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
    speech();
}

/// Intelligibility and quality.
fn speech() {
    for rate in [8000, 48_000] {
        let signal = stipa::test_signal(1, rate, 16.0);
        time(&format!("STIPA, 16 s at {rate} Hz"), 16.0, || {
            black_box(stipa::direct(Signal::new(&signal, rate.into()), None, None));
        });
    }
    for (rate, name) in [(8000, "PESQ narrowband, 10 s at 8000 Hz"), (16_000, "PESQ narrowband and wideband, 10 s at 16000 Hz")] {
        let clean = talk(rate);
        let mut random = Random::new(3);
        let heard: Vec<f32> = clean.iter().map(|x| x + (0.01 * random.gaussian()) as f32).collect();
        time(name, 10.0, || {
            black_box(quality(Signal::new(&clean, rate.into()), Signal::new(&heard, rate.into())).expect("it is speech enough"));
        });
    }
    let clean = talk(10_000);
    let mut random = Random::new(3);
    let heard: Vec<f32> = clean.iter().map(|x| x + (0.01 * random.gaussian()) as f32).collect();
    time("STOI and ESTOI, 10 s at 10000 Hz", 10.0, || {
        black_box(intelligibility(&clean, &heard, 10_000));
    });
}
