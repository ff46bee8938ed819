//! PESQ, STOI and ESTOI against the figures of independent implementations for the same 16-bit samples.
//!
//! The figures are those of PyPI's `pesq` 0.0.4 (the ITU's own C code underneath) and `pystoi` 0.4.1, printed by
//! `benches/golden_speech.py DIR` for the files that this test writes when `HEJNAL_GOLDEN=DIR` is set; neither Python
//! nor a file is needed to run it. The speech is synthetic: talk spurts of a buzzing voice with formants, damaged by
//! codecs, losses, noise, filters and time shifts.

use std::f64::consts::PI;

use audio_codec::g722::{Bitrate, G722Decoder, G722Encoder};
use audio_codec::{CodecType, Decoder, Encoder, create_decoder, create_encoder};

use super::{pesq, stoi};
use hejnal_dsp::delay::Signal;
use hejnal_dsp::fft;
use hejnal_dsp::stimulus::Random;

/// As a file of 16 bits keeps it.
fn rounded(samples: &[f32]) -> Vec<f32> {
    samples.iter().map(|x| (x * 32768.0).round().clamp(-32768.0, 32767.0) / 32768.0).collect()
}

fn at_8k(samples: &[f32]) -> Vec<f32> {
    rounded(&fft::resample(samples, 16_000, 8000).iter().map(|x| *x as f32).collect::<Vec<_>>())
}

fn with_noise(samples: &[f32], ratio_db: f64) -> Vec<f32> {
    let mut random = Random::new(77);
    let power = samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / samples.len() as f64;
    let sigma = (power * 10f64.powf(-ratio_db / 10.0)).sqrt();
    samples.iter().map(|x| x + (sigma * random.gaussian()) as f32).collect()
}

/// Packets lost without concealment.
fn with_losses(samples: &[f32], packet: usize, share: f64) -> Vec<f32> {
    let mut random = Random::new(9);
    let mut out = samples.to_vec();
    for lost in out.chunks_mut(packet) {
        if random.uniform() < share {
            lost.fill(0.0);
        }
    }
    out
}

fn coded(encoder: &mut dyn Encoder, decoder: &mut dyn Decoder, samples: &[f32], packet: usize) -> Vec<f32> {
    let linear: Vec<i16> = samples.iter().map(|x| (x * 32768.0) as i16).collect();
    let decoded = linear.chunks_exact(packet).flat_map(|p| decoder.decode(&encoder.encode(p)));
    decoded.map(|x| f32::from(x) / 32768.0).collect()
}

fn g711(law: CodecType, samples: &[f32]) -> Vec<f32> {
    coded(create_encoder(law).as_mut(), create_decoder(law).as_mut(), samples, 160)
}

fn g722(samples: &[f32]) -> Vec<f32> {
    coded(&mut G722Encoder::new(), &mut G722Decoder::with_options(Bitrate::Mode1_64000, false, false), samples, 320)
}

fn telephone(samples: &[f32], rate: f64) -> Vec<f32> {
    let plain: Vec<f64> = samples.iter().map(|x| f64::from(*x)).collect();
    let inside = |f: f64| f64::from(u8::from((300.0..=3400.0).contains(&(f * rate))));
    fft::filter(&plain, 4000, inside).iter().map(|x| *x as f32).collect()
}

/// From here on everything comes later.
fn slipped(samples: &[f32], at: usize, by: usize) -> Vec<f32> {
    [&samples[..at], &vec![0.0; by], &samples[at..]].concat()
}

/// Talk spurts of a buzzing voice: pitch, formants, level, length and pauses all differ, so that it can be aligned. 16
/// kHz.
pub(super) fn voice() -> Vec<f32> {
    let mut random = Random::new(5);
    let mut samples = Vec::new();
    while samples.len() < 96_000 {
        let length = 2000 + (4000.0 * random.uniform()) as usize;
        let pitch = 90.0 + 90.0 * random.uniform();
        let formants = [300.0 + 500.0 * random.uniform(), 1000.0 + 1300.0 * random.uniform()];
        let level = 0.02 + 0.06 * random.uniform();
        let gain = |hz: f64| formants.iter().map(|f| 1.0 / (1.0 + ((hz - f) / 120.0).powi(2))).sum::<f64>();
        for n in 0..length {
            let t = n as f64 / 16_000.0;
            let buzz: f64 = (1..25).map(|h| f64::from(h) * pitch).map(|hz| gain(hz) * (2.0 * PI * hz * t + hz).cos()).sum();
            let edge = (n as f64 / 300.0).min((length - n) as f64 / 1200.0).min(1.0);
            samples.push((level * buzz * edge) as f32);
        }
        let pause = (6000.0 * random.uniform().powi(3)) as usize;
        samples.extend(vec![0.0; pause]);
    }
    samples
}

/// Writes a file for the other implementations to read, if asked to.
fn keep(name: &str, samples: &[f32], rate: u32) {
    let Some(folder) = std::env::var_os("HEJNAL_GOLDEN") else { return };
    let spec = hound::WavSpec { channels: 1, sample_rate: rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let path = std::path::Path::new(&folder).join(format!("{name}.wav"));
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    samples.iter().for_each(|x| writer.write_sample((x * 32768.0) as i16).unwrap());
    writer.finalize().unwrap();
}

/// What each implementation says of one damaged recording.
struct Case {
    name: &'static str,
    heard: Vec<f32>,
    /// P.862.1, P.862.2 (only of 16 kHz), STOI, ESTOI.
    want: [f64; 4],
}

fn check(clean: &[f32], rate: u32, cases: Vec<Case>) {
    let mut apart = Vec::new();
    keep(&format!("{rate}_clean"), clean, rate);
    if rate == 16_000 {
        keep("narrow_clean", &at_8k(clean), 8000);
    }
    for Case { name, heard, want } in cases {
        let heard = rounded(&heard);
        keep(&format!("{rate}_{name}"), &heard, rate);
        if rate == 16_000 {
            keep(&format!("narrow_{name}"), &at_8k(&heard), 8000);
        }
        let signal = |samples| Signal::new(samples, f64::from(rate));
        let score = pesq::quality(signal(clean), signal(&heard)).unwrap();
        let length = clean.len().min(heard.len());
        let understood = stoi::intelligibility(&clean[..length], &heard[..length], rate).unwrap();
        let got = [score.mos_lqo, score.mos_lqo_wb.unwrap_or(0.0), understood.stoi, understood.estoi];
        for ((got, want), what) in got.iter().zip(want).zip(["P.862.1", "P.862.2", "STOI", "ESTOI"]) {
            if (got - want).abs() >= 0.001 {
                apart.push(format!("{name} at {rate} Hz: {what} {got:.4} for {want:.4}"));
            }
        }
    }
    assert!(apart.is_empty(), "{apart:#?}");
}

#[test]
fn wideband_speech_scores_as_elsewhere() {
    let clean = rounded(&voice());
    let case = |name, heard, want| Case { name, heard, want };
    let cases = vec![
        case("itself", clean.clone(), [4.5486, 4.6439, 1.0, 1.0]),
        case("noise", with_noise(&clean, 10.0), [1.7213, 1.0255, 0.8193, 0.6159]),
        case("losses", with_losses(&clean, 320, 0.10), [2.2543, 2.2129, 0.8800, 0.8736]),
        case("g722", g722(&clean), [4.1479, 2.9868, 0.9376, 0.8359]),
        case("telephone", telephone(&clean, 16e3), [4.2982, 4.0870, 0.8347, 0.6912]),
        case("slipped", slipped(&clean, 50_000, 480), [3.9366, 3.9009, 0.7861, 0.8407]),
    ];
    check(&clean, 16_000, cases);
}

#[test]
fn telephone_speech_scores_as_elsewhere() {
    let clean = at_8k(&rounded(&voice()));
    let case = |name, heard, want| Case { name, heard, want };
    let cases = vec![
        case("a_law", g711(CodecType::PCMA, &clean), [4.1634, 0.0, 0.9464, 0.8459]),
        case("mu_law_losses", with_losses(&g711(CodecType::PCMU, &clean), 160, 0.05), [3.3659, 0.0, 0.9157, 0.8246]),
        case("noise", with_noise(&clean, 20.0), [2.1474, 0.0, 0.8866, 0.7165]),
        case("telephone", telephone(&clean, 8e3), [4.2979, 0.0, 0.8529, 0.7097]),
    ];
    check(&clean, 8000, cases);
}
