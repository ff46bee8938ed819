//! Verification in the manner of annex C: sine carriers with known modulation, known noise, known decay.

use std::f64::consts::PI;

use super::*;
use crate::dsp::delay::Signal;
use crate::dsp::stimulus::{Random, speech_noise};

/// Sine carriers at the octave centres, each intensity-modulated at depth `m · 0.55` by both of its frequencies.
fn carriers(m: f64, rate: f64, seconds: f64) -> Vec<f32> {
    let value = |t: f64| {
        let band = |k: usize| {
            let [slow, fast] = MODULATIONS_HZ[k];
            let depth = m * SOURCE_DEPTH;
            let intensity = 0.5 * (1.0 + depth * ((2.0 * PI * slow * t).sin() - (2.0 * PI * fast * t).sin()));
            intensity.max(0.0).sqrt() * (2.0 * PI * BANDS_HZ[k] * t).sin()
        };
        (0..7).map(band).sum::<f64>() * 0.1
    };
    (0..(rate * seconds) as usize).map(|i| value(i as f64 / rate) as f32).collect()
}

#[test]
fn sine_carriers_give_the_index_of_theory() {
    for (rate, steps) in [(48_000.0, &[0u8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10][..]), (44_100.0, &[0, 3, 7, 10])] {
        for step in steps {
            let m = f64::from(*step) / 10.0;
            let result = direct(Signal::new(&carriers(m, rate, 8.0), rate), None, None).unwrap();
            let theory = transmission_index(m);
            assert!((result.sti - theory).abs() < 0.002, "{rate} Hz, m = {m}: {} for {theory}", result.sti);
            assert!(result.m.iter().flatten().all(|got| (got - m).abs() < 0.005), "{rate} Hz, m = {m}: {:?}", result.m);
            assert_eq!(result.flags.contains(&Flag::NotTestSignal), m == 0.0);
        }
    }
}

#[test]
fn weights_add_up_to_one() {
    assert!((weighted(&[1.0; 7]) - 1.0).abs() < 1e-9);
    assert!((weighted(&[0.5; 7]) - 0.5).abs() < 1e-9);
    assert_eq!((rating(0.77), rating(0.50), rating(0.2)), ("A+", "G", "U"));
}

#[test]
fn own_test_signal_reads_nearly_one() {
    let signal = test_signal(1, 24_000, 16.0);
    let result = direct(Signal::new(&signal, 24e3), None, None).unwrap();
    assert!(result.sti > 0.96 && result.uncertainty < 0.04, "{result:?}");
    assert_eq!(result.flags, [Flag::NoMasking]);
    let against_itself = direct(Signal::new(&signal, 24e3), Some(Signal::new(&signal, 24e3)), None).unwrap();
    assert!((against_itself.sti - 1.0).abs() < 1e-9);
    let measured: Vec<f64> = result.band_level_db.iter().map(|l| l.unwrap() - result.band_level_db[2].unwrap()).collect();
    for (got, want) in measured.iter().zip(SPEECH_LEVELS_DB) {
        assert!((got - want).abs() < 0.5, "{measured:?}");
    }
}

/// Noise of the speech's own spectrum at a given ratio multiplies every modulation by S / (S + N).
#[test]
fn noise_lowers_the_index_as_theory_says() {
    let mut covered = 0;
    for (seed, snr_db) in [(1, 0.0), (2, 6.0), (3, -6.0), (5, -3.0)] {
        let signal = test_signal(seed, 24_000, 16.0);
        let noise = speech_noise(seed + 50, 24_000, 16.0);
        let level = |x: &[f32]| direct(Signal::new(x, 24e3), None, None).unwrap().band_level_db.map(Option::unwrap);
        let (s, n) = (level(&signal), level(&noise));
        let gain = 10f64.powf((s[3] - n[3] - snr_db) / 20.0) as f32;
        let mixed: Vec<f32> = signal.iter().zip(&noise).map(|(a, b)| a + gain * b).collect();
        let result = direct(Signal::new(&mixed, 24e3), None, None).unwrap();
        let shift = 20.0 * f64::from(gain).log10();
        let mti: [f64; 7] = std::array::from_fn(|k| transmission_index(1.0 / (1.0 + 10f64.powf((n[k] + shift - s[k]) / 10.0))));
        let theory = weighted(&mti);
        assert!((result.sti - theory).abs() < 0.04, "{snr_db} dB: {} for {theory}", result.sti);
        covered += usize::from((result.sti - theory).abs() <= result.uncertainty);
    }
    assert!(covered >= 3, "{covered} of 4 within the stated uncertainty");
}

/// An exponential decay of reverberation time T transfers m(F) = 1 / √(1 + (2πF·T/13.8)²).
#[test]
fn reverberation_follows_schroeder() {
    let (rate, reverberation) = (48_000.0, 1.2);
    let mut random = Random::new(9);
    let decay = |i: usize| (-6.9078 * i as f64 / rate / reverberation).exp();
    let response: Vec<f32> = (0..(2.0 * rate) as usize).map(|i| (random.gaussian() * decay(i)) as f32).collect();
    let result = from_impulse_response(Signal::new(&response, rate)).unwrap();
    let theory = |hz: f64| 1.0 / (1.0 + (2.0 * PI * hz * reverberation / 13.8155).powi(2)).sqrt();
    for k in 2..7 {
        for (got, hz) in result.m[k].iter().zip(MODULATIONS_HZ[k]) {
            let want = theory(hz);
            assert!((got - want).abs() < 0.06, "{hz} Hz at {}: {got} for {want}", BANDS_HZ[k]);
        }
    }
    let mut click = vec![0.0; 48_000];
    click[4800] = 1.0;
    assert!((from_impulse_response(Signal::new(&click, rate)).unwrap().sti - 1.0).abs() < 1e-6);
}

#[test]
fn masking_and_threshold_only_lower_the_index() {
    let signal = test_signal(3, 24_000, 16.0);
    let at = |spl: f64| direct(Signal::new(&signal, 24e3), None, Some(spl)).unwrap().sti;
    let plain = direct(Signal::new(&signal, 24e3), None, None).unwrap().sti;
    assert!(at(90.0) < plain && at(120.0) < at(90.0) && at(30.0) < 0.8 * at(90.0), "{} {} {}", at(30.0), at(90.0), at(120.0));
    // The slope of masking at its corners (clause A.4.2).
    for (level, slope) in [(60.0, -35.0), (66.0, -28.1), (80.0, -19.8), (105.0, -10.0)] {
        assert!((masking_slope(level) - slope).abs() < 1e-9);
    }
}

#[test]
fn doubts_are_flagged() {
    let signal = test_signal(4, 24_000, 16.0);
    let flags = |samples: &[f32], rate: f64| direct(Signal::new(samples, rate), None, None).unwrap().flags;
    assert!(flags(&signal[..8 * 24_000], 24e3).contains(&Flag::Short));
    assert!(flags(&signal.iter().map(|x| (x * 6.0).clamp(-1.0, 1.0)).collect::<Vec<_>>(), 24e3).contains(&Flag::Clipped));
    let padded: Vec<f32> = vec![0.0; 48_000].into_iter().chain(signal.iter().copied()).collect();
    assert!(flags(&padded, 24e3).contains(&Flag::Trimmed));
    let telephone = direct(Signal::new(&test_signal(4, 8000, 16.0), 8e3), None, None).unwrap();
    assert!(telephone.flags.contains(&Flag::BandsMissing) && (telephone.ceiling - 0.922).abs() < 0.001, "{telephone:?}");
    assert!((telephone.sti - telephone.ceiling).abs() < 0.03, "{telephone:?}");
    assert!(flags(&speech_noise(1, 24_000, 16.0), 24e3).contains(&Flag::NotTestSignal));
    // Modulation deepened beyond the source's own, as a noise suppressor does.
    assert!(flags(&carriers(1.3, 24e3, 8.0), 24e3).contains(&Flag::SuppressorSuspected));
    assert!(direct(Signal::new(&[0.0; 480_000], 24e3), None, None).is_none());
    assert!(direct(Signal::new(&[f32::NAN; 480_000], 24e3), None, None).is_none());
    assert!(direct(Signal::new(&signal[..100], 24e3), None, None).is_none());
    assert!(
        from_impulse_response(Signal::new(&[], 24e3)).is_none() && from_impulse_response(Signal::new(&[0.0; 10], 24e3)).is_none()
    );
}

/// Male weights pair by pair (IEC 60268-16, annex A, table A.1 [M]): one octave alone at 1 leaves its own weight, two neighbours both less their
/// redundancy.
#[test]
fn weight_pairs_stand_as_in_the_table() {
    let only = |bands: &[usize]| weighted(&std::array::from_fn(|k| if bands.contains(&k) { 1.0 } else { 0.0 }));
    for (k, alpha) in [0.085, 0.127, 0.230, 0.233, 0.309, 0.224, 0.173].into_iter().enumerate() {
        assert!((only(&[k]) - alpha).abs() < 1e-12, "octave {k}");
    }
    for (k, both) in [0.127, 0.279, 0.398, 0.531, 0.486, 0.302].into_iter().enumerate() {
        assert!((only(&[k, k + 1]) - both).abs() < 1e-9, "octaves {k} and {}: {}", k + 1, only(&[k, k + 1]));
    }
}
