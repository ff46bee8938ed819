//! Long recordings, drifting clocks and slipping jitter buffers, made from known delays.

use audio_codec::{CodecType, create_decoder, create_encoder};

use super::*;
use crate::delay::delay;
use crate::interp::{resample_linear_clock, sinc_at};
use crate::stimulus::{Random, burst};
use crate::track::Track;

fn bursts(count: u64, rate: u32) -> Vec<f32> {
    (0..count).flat_map(|k| burst(100 + k, rate, 1.0)).collect()
}

fn followed(reference: &[f32], rate: f64, capture: &[f32], capture_rate: f64) -> Track {
    let Ok(points) = follow(&mut Signal::new(reference, rate), &mut Signal::new(capture, capture_rate), 1.0, 0.1);
    track(&points).expect("it is there")
}

#[test]
fn a_long_recording_is_followed_over_a_slip() {
    let reference = bursts(6, 16_000);
    let ppm = 60e-6;
    let shift = |t: f64| 0.0731 + ppm * t + if t > 3.0 { 0.02 } else { 0.0 };
    let mut random = Random::new(5);
    let capture: Vec<f32> = (0..52_000)
        .map(|n| {
            let t = f64::from(n) / 8000.0;
            let source = t - shift(t - 0.08);
            0.4 * sinc_at(&reference, source * 16000.0) + 0.01 * random.gaussian() as f32
        })
        .collect();
    let track = followed(&reference, 16e3, &capture, 8e3);
    assert_eq!((track.points.len(), track.slips.len()), (6, 1), "{track:?}");
    assert!((track.slips[0].size_s - 0.02).abs() < 5e-6, "{track:?}");
    assert!((track.ppm - 60.0).abs() < 3.0, "{track:?}");
}

/// Ten seconds in noise as strong as the signal are enough for a clock: by one fit and by the track of its bursts.
#[test]
fn drift_is_known_to_a_millionth() {
    for seed in 0..6 {
        let mut random = Random::new(seed);
        let reference = bursts(10, 8000);
        let ppm = 200.0 * (random.uniform() - 0.5);
        let mut capture = vec![0.0; 88_000];
        resample_linear_clock(&reference, -2000.0, 1.0 / (1.0 + ppm * 1e-6), &mut capture);
        let rms = (reference.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / reference.len() as f64).sqrt();
        capture.iter_mut().for_each(|x| *x += (rms * random.gaussian()) as f32);
        let found = delay(Signal::new(&reference, 8e3), Signal::new(&capture, 8e3)).expect("it is there");
        let track = followed(&reference, 8e3, &capture, 8e3);
        assert!((found.ppm - ppm).abs() < 1.0 && (track.ppm - ppm).abs() < 1.0, "{seed}: {ppm} ppm, {found:?}, {track:?}");
        assert!(track.slips.is_empty(), "{seed}: {track:?}");
    }
}

/// A jitter buffer slips within a burst, forwards or back, behind a codec that loses packets: each is found, alone and
/// with its size.
#[test]
fn slips_are_found_through_codecs() {
    let sizes = [0.005, -0.005, 0.01, -0.02, 0.04, -0.06];
    for (seed, size) in (0u64..).zip(sizes.iter().chain(&sizes)) {
        let mut random = Random::new(seed);
        let codec = [CodecType::PCMU, CodecType::PCMA, CodecType::G722][seed as usize % 3];
        let rate = if codec == CodecType::G722 { 16_000 } else { 8000 };
        let reference = bursts(8, rate);
        let (mut encoder, mut decoder) = (create_encoder(codec), create_decoder(codec));
        let played = [vec![0.0; rate as usize / 5], reference.clone(), vec![0.0; rate as usize / 5]].concat();
        let mut heard: Vec<f32> = Vec::new();
        for packet in played.chunks_exact(rate as usize / 50) {
            let noisy: Vec<i16> = packet.iter().map(|x| ((f64::from(*x) + 0.01 * random.gaussian()) * 32_000.0) as i16).collect();
            let kept = random.uniform() >= 0.05;
            heard.extend(
                decoder.decode(&encoder.encode(&noisy)).iter().map(|x| if kept { f32::from(*x) / 32_000.0 } else { 0.0 }),
            );
        }
        let at = ((1.5 + 5.5 * random.uniform()) * f64::from(rate)) as usize;
        let by = (f64::abs(*size) * f64::from(rate)).round() as usize;
        let capture = if *size > 0.0 {
            [&heard[..at], &vec![0.0; by], &heard[at..]].concat()
        } else {
            [&heard[..at], &heard[at + by..]].concat()
        };
        let track = followed(&reference, f64::from(rate), &capture, f64::from(rate));
        let found = track.slips.first().map_or(0.0, |slip| slip.size_s);
        assert!(track.slips.len() == 1 && (found - size).abs() < 10e-6, "{seed}: {size} s at sample {at}, {:?}", track.slips);
    }
}

#[test]
fn a_minute_and_more_is_measured_in_stretches() {
    let reference = bursts(70, 8000);
    let ppm = -70.0;
    let mut capture = vec![0.0; 580_000];
    resample_linear_clock(&reference, -4000.0, 1.0 / (1.0 + ppm * 1e-6), &mut capture);
    let Ok(found) = find(&mut Signal::new(&reference, 8e3), &mut Signal::new(&capture, 8e3));
    let found = found.expect("it is there");
    let truth = 0.5 * (1.0 + ppm * 1e-6) + found.t_ref_s * ppm * 1e-6;
    assert!((found.ppm - ppm).abs() < 0.01 && (found.seconds - truth).abs() < 0.2e-6, "{found:?} for {truth}");
    assert!((found.t_ref_s - 35.0).abs() < 1.0 && found.confidence > 0.3 && (found.gain - 1.0).abs() < 0.01, "{found:?}");
}

/// A burst somewhere in a capture too long for one search: found once, not found where it stands twice or not at all.
#[test]
fn a_burst_is_found_in_a_long_capture() {
    let mut random = Random::new(9);
    let reference = burst(1, 8000, 1.0);
    let mut capture: Vec<f32> = (0..1_040_000).map(|_| 0.003 * random.gaussian() as f32).collect();
    let look = |capture: &[f32]| {
        let Ok(found) = find(&mut Signal::new(&reference, 8e3), &mut Signal::new(capture, 8e3));
        found
    };
    assert_eq!(look(&capture), None);
    let mut add = |at: usize| capture[at..at + reference.len()].iter_mut().zip(&reference).for_each(|(y, x)| *y += 0.5 * x);
    add(60 * 8000 - 4000);
    add(100 * 8000);
    let twice = capture.clone();
    capture[100 * 8000..102 * 8000].fill(0.0);
    let found = look(&capture).expect("it is there");
    assert!((found.seconds - 59.5).abs() < 1e-6, "{found:?}");
    assert_eq!(look(&twice), None);
}
