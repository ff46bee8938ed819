//! Everything that makes a result doubtful is said, and nothing else is.

use super::*;
use hejnal_dsp::stimulus::speech_noise;
use hejnal_dsp::{fft, interp};

const RATE: f64 = 24_000.0;

fn flags(samples: &[f32]) -> Vec<Flag> {
    measured(samples, RATE).flags
}

#[test]
fn length_and_level_are_doubted() {
    let signal = played(16.0);
    assert!(flags(&signal[..8 * 24_000]).contains(&Flag::Short));
    let clipped = flags(&signal.iter().map(|x| (x * 6.0).clamp(-0.8, 0.8)).collect::<Vec<_>>());
    assert!(clipped.contains(&Flag::Clipped) && !clipped.contains(&Flag::SuppressorSuspected), "{clipped:?}");
    let padded: Vec<f32> = vec![0.0; 48_000].into_iter().chain(signal.iter().copied()).collect();
    let padded = measured(&padded, RATE);
    assert!(padded.flags.contains(&Flag::Trimmed) && padded.sti > 0.99, "{padded:?}");
    let long: Vec<f32> = signal.iter().copied().cycle().take(130 * 24_000).collect();
    let long = measured(&long, RATE);
    assert!(long.flags.contains(&Flag::Long) && (long.seconds - 120.0).abs() < 0.01, "{long:?}");
    let telephone = measured(&test_signal(4, 8000, 16.0), 8e3);
    assert!(telephone.flags.contains(&Flag::BandsMissing) && (telephone.ceiling - 0.922).abs() < 0.001, "{telephone:?}");
    assert!((telephone.sti - telephone.ceiling).abs() < 0.01, "{telephone:?}");
}

#[test]
fn other_sounds_are_no_test_signal() {
    for other in [speech_noise(1, 24_000, 16.0), hejnal_dsp::stimulus::tone(24_000, 16.0, 1000.0, 0.01)] {
        assert!(flags(&other).contains(&Flag::NotTestSignal));
    }
    // Played at another rate than it was recorded for: the octaves and modulations are not where they should be.
    let wrong = measured(played(16.0), 26_122.0);
    assert!(wrong.flags.contains(&Flag::NotTestSignal), "{wrong:?}");
    for silent in [&[0.0; 480_000][..], &[f32::NAN; 480_000], &[0.1], &[]] {
        assert!(direct(Signal::new(silent, RATE), None, None).is_none());
    }
    let steady = direct(Signal::new(&[0.3; 480_000], RATE), None, None);
    assert!(steady.is_none_or(|s| s.flags.contains(&Flag::NotTestSignal)), "a level without sound");
    assert!(direct(Signal::new(played(4.0), RATE), None, None).is_none());
    assert!(
        from_impulse_response(Signal::new(&[], RATE)).is_none() && from_impulse_response(Signal::new(&[0.0; 10], RATE)).is_none()
    );
    assert!(from_impulse_response(Signal::new(&vec![0.1; 24_000 * 61], RATE)).is_none());
}

/// The clocks' difference is read within its uncertainty, followed, and flagged where it would do harm.
#[test]
fn clocks_apart_are_measured_and_followed() {
    let signal = played(20.0);
    let noise = speech_noise(9, 24_000, 20.0);
    for ppm in [-1500.0, -300.0, 0.0, 40.0, 300.0, 3000.0] {
        let mut captured = vec![0.0; 24_000 * 19];
        interp::resample_linear_clock(signal, 100.0, 1.0 / (1.0 + ppm * 1e-6), &mut captured);
        let result = measured(&captured, RATE);
        let (got, uncertainty) = (result.clock_ppm.unwrap(), result.clock_ppm_uncertainty.unwrap());
        assert!((got - ppm).abs() <= 1.5 * uncertainty + 10.0 && uncertainty < 350.0, "{ppm}: {got} ± {uncertainty}");
        assert_eq!(result.flags.contains(&Flag::ClockError), ppm.abs() > 100.0, "{ppm}: {got} ± {uncertainty}");
        assert!(result.sti > 0.99, "{ppm}: {}", result.sti);
        let mixed: Vec<f32> = captured.iter().zip(&noise).map(|(a, b)| a + 0.5 * b).collect();
        let result = measured(&mixed, RATE);
        assert!((result.clock_ppm.unwrap() - ppm).abs() < 2.0 * result.clock_ppm_uncertainty.unwrap(), "{ppm}: {result:?}");
    }
}

/// A spectral suppressor as cheap stations have them: frames of 20 ms, a gain in each bin from what stands above the
/// noise.
fn suppressed(samples: &[f32], floor: f64) -> Vec<f32> {
    let length = 480;
    let window: Vec<f64> = (0..length).map(|i| (PI * (i as f64 + 0.5) / length as f64).sin()).collect();
    let starts = || (0..samples.len() - length).step_by(length / 2);
    let spectrum = |start: usize| fft::forward((0..length).map(|i| f64::from(samples[start + i]) * window[i]), length);
    let frames: Vec<Vec<fft::Complex64>> = starts().map(spectrum).collect();
    let noise = |k: usize| {
        let mut power: Vec<f64> = frames.iter().map(|f| f[k].norm_sqr()).collect();
        power.sort_by(f64::total_cmp);
        4.0 * power[..power.len() / 5].iter().sum::<f64>() / (power.len() / 5) as f64
    };
    let noise: Vec<f64> = (0..=length / 2).map(noise).collect();
    let mut gains = vec![1.0; noise.len()];
    let mut out = vec![0.0; samples.len()];
    for (start, frame) in starts().zip(&frames) {
        let bins = frame.iter().zip(&mut gains).zip(&noise).map(|((bin, gain), noise)| {
            let wanted = (1.0 - noise / bin.norm_sqr().max(1e-30)).max(0.0).sqrt().max(floor);
            *gain = 0.6 * *gain + 0.4 * wanted;
            bin * *gain
        });
        for (i, x) in fft::inverse(bins.collect(), length).iter().enumerate() {
            out[start + i] += x * window[i];
        }
    }
    out.iter().map(|x| *x as f32).collect()
}

#[test]
fn a_noise_suppressor_is_suspected() {
    let signal = played(18.0);
    let noise = speech_noise(51, 24_000, 18.0);
    let level = |x: &[f32]| hejnal_dsp::level::rms_dbfs(x).unwrap();
    for ratio_db in [15.0, 10.0, 5.0] {
        let gain = 10f64.powf((level(signal) - level(&noise) - ratio_db) / 20.0) as f32;
        let mixed: Vec<f32> = signal.iter().zip(&noise).map(|(a, b)| a + gain * b).collect();
        let honest = measured(&mixed, RATE);
        assert_eq!(honest.flags, [Flag::NoMasking], "{ratio_db} dB");
        let faked = measured(&suppressed(&mixed, 0.1), RATE);
        assert!(faked.flags.contains(&Flag::SuppressorSuspected), "{ratio_db} dB: {faked:?}");
        assert!(faked.sti >= honest.sti, "it fakes what it is suspected of");
    }
}

#[test]
fn modulation_beyond_the_source_is_flagged() {
    let deeper = flags(&carriers(1.15, RATE, 16.0));
    assert!(deeper.contains(&Flag::ModulationAboveOne) && !deeper.contains(&Flag::ModulationAboveLimit), "{deeper:?}");
    assert!(!flags(&carriers(1.0, RATE, 16.0)).contains(&Flag::GainControlSuspected));
    let lopsided = |slow_part: f64, fast_part: f64| -> Vec<f32> {
        let value = |t: f64| {
            let band = |k: usize| {
                let [slow, fast] = MODULATIONS_HZ[k].map(|hz| (2.0 * PI * hz * t).sin());
                (0.5 * (1.0 + SOURCE_DEPTH * (slow_part * slow - fast_part * fast))).max(0.0).sqrt() * sine(k, t)
            };
            (0..7).map(band).sum::<f64>() * 0.1
        };
        (0..16 * 24_000).map(|i| value(f64::from(i) / RATE) as f32).collect()
    };
    let impossible = flags(&lopsided(1.5, 0.3));
    assert!(
        impossible.contains(&Flag::ModulationAboveLimit) && impossible.contains(&Flag::SuppressorSuspected),
        "{impossible:?}"
    );
    // A gain control in each octave follows what is slow and leaves what is fast.
    let controlled = flags(&lopsided(0.6, 1.0));
    assert!(controlled.contains(&Flag::GainControlSuspected), "{controlled:?}");
}
