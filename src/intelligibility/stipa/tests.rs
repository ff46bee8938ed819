//! Verification by the programme of edition 5: weights (A.2.2), phase of the filter bank (A.3.1.2), modulation depth
//! (C.3.2), the indirect method (C.3.3), slopes of the filter bank (C.4.2) and the worked example (annex M). The
//! signals are composed here from their description.

use std::f64::consts::PI;
use std::sync::LazyLock;

use super::index::*;
use super::*;
use hejnal_dsp::delay::Signal;

mod annex_m;
mod chance;
mod uncertainties;

/// How many seeds the statistical tests take each; `HEJNAL_SEEDS` asks for more.
fn seeds(usual: u64) -> u64 {
    std::env::var("HEJNAL_SEEDS").ok().and_then(|text| text.parse().ok()).map_or(usual, |asked: u64| asked.clamp(usual, 200))
}

/// The test signal at 24 kHz, which reaches all octaves; so many seconds of it.
fn played(seconds: f64) -> &'static [f32] {
    static SIGNAL: LazyLock<Vec<f32>> = LazyLock::new(|| test_signal(1, 24_000, 28.0));
    &SIGNAL[..(seconds * 24_000.0) as usize]
}

/// Intensity-modulated sounds of all octaves together: `carrier` gives an octave's sound at a moment, `m` its
/// modulation transfer.
fn composed(rate: f64, seconds: f64, carrier: impl Fn(usize, f64) -> f64, m: impl Fn(usize) -> f64) -> Vec<f32> {
    let value = |t: f64| {
        let band = |k: usize| {
            let [slow, fast] = MODULATIONS_HZ[k];
            let depth = m(k) * SOURCE_DEPTH;
            let intensity = 0.5 * (1.0 + depth * ((2.0 * PI * slow * t).sin() - (2.0 * PI * fast * t).sin()));
            intensity.max(0.0).sqrt() * carrier(k, t)
        };
        (0..7).map(band).sum::<f64>() * 0.1
    };
    (0..(rate * seconds) as usize).map(|i| value(i as f64 / rate) as f32).collect()
}

fn sine(k: usize, t: f64) -> f64 {
    (2.0 * PI * BANDS_HZ[k] * t).sin()
}

/// Sine carriers at the octave centres, each modulated at depth `m · 0.55` by both of its frequencies.
fn carriers(m: f64, rate: f64, seconds: f64) -> Vec<f32> {
    composed(rate, seconds, sine, |_| m)
}

fn measured(samples: &[f32], rate: f64) -> Stipa {
    direct(Signal::new(samples, rate), None, None).unwrap()
}

#[test]
fn sine_carriers_give_the_index_of_theory() {
    for (rate, seconds, steps) in [(48_000.0, 8.0, &[0u8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10][..]), (44_100.0, 18.0, &[3, 10])] {
        for step in steps {
            let m = f64::from(*step) / 10.0;
            let result = measured(&carriers(m, rate, seconds), rate);
            let theory = transmission_index(m);
            assert!((result.sti - theory).abs() < 0.002, "{rate} Hz, m = {m}: {} for {theory}", result.sti);
            assert!(result.m.iter().flatten().all(|got| (got - m).abs() < 0.005), "{rate} Hz, m = {m}: {:?}", result.m);
            assert_eq!(result.flags.contains(&Flag::NotTestSignal), m == 0.0, "m = {m}: {:?}", result.flags);
        }
    }
}

/// Two neighbouring octaves modulated, the others not: their weights less their redundancy (A.2.2).
#[test]
fn pairs_of_octaves_give_their_weights() {
    for (pair, want) in [0.127, 0.279, 0.398, 0.531, 0.486, 0.302].into_iter().enumerate() {
        let signal = composed(44_100.0, 8.0, sine, |k| f64::from(u8::from(k == pair || k == pair + 1)));
        let got = measured(&signal, 44_100.0).sti;
        assert!((got - want).abs() < 0.001, "octaves {pair} and {}: {got} for {want}", pair + 1);
    }
    assert!((weighted(&[1.0; 7]) - 1.0).abs() < 1e-9 && (weighted(&[0.5; 7]) - 0.5).abs() < 1e-9);
    assert_eq!((rating(0.77), rating(0.50), rating(0.2)), ("A+", "G", "U"));
}

/// Two carriers at the edges of the half octave: a filter bank that delays them differently loses modulation; 0.01 is
/// allowed (A.3.1.2).
#[test]
fn the_filter_bank_keeps_the_phase_of_modulations() {
    let edges = |k: usize, t: f64| [-0.25f64, 0.25].map(|octave| (2.0 * PI * BANDS_HZ[k] * octave.exp2() * t).sin()).iter().sum();
    for index in [0.1, 0.5, 0.9] {
        let ratio = 10f64.powf((30.0 * index - 15.0) / 10.0);
        let signal = composed(44_100.0, 8.0, edges, |_| ratio / (1.0 + ratio));
        let got = measured(&signal, 44_100.0).sti;
        assert!((got - index).abs() < 0.002, "{got} for {index}");
    }
}

/// A tone 41 dB above the modulated carrier, one octave beside it, must leave a depth of 0.5 (C.4.2).
#[test]
fn the_filter_bank_is_steep_enough() {
    for k in 0..7 {
        for other in [0.5, 2.0] {
            let [slow, fast] = MODULATIONS_HZ[k];
            let rate = 48_000.0;
            let value = |t: f64| {
                let intensity = 0.5 * (1.0 + SOURCE_DEPTH * ((2.0 * PI * slow * t).sin() - (2.0 * PI * fast * t).sin()));
                10f64.powf(-41.0 / 20.0) * intensity.sqrt() * sine(k, t) + (2.0 * PI * BANDS_HZ[k] * other * t).sin()
            };
            let signal: Vec<f32> = (0..(rate * 8.0) as usize).map(|i| (0.5 * value(i as f64 / rate)) as f32).collect();
            let m = measured(&signal, rate).m[k];
            assert!(m.iter().all(|m| m * SOURCE_DEPTH > 0.5), "{} Hz beside {} Hz: {m:?}", BANDS_HZ[k] * other, BANDS_HZ[k]);
        }
    }
}

/// Modulation transfer of an exponential decay (Schroeder 1981).
fn schroeder(hz: f64, reverberation: f64) -> f64 {
    1.0 / (1.0 + (2.0 * PI * hz * reverberation / (6.0 * 10f64.ln())).powi(2)).sqrt()
}

/// The index that such a decay has.
fn decay_index(reverberation: f64) -> f64 {
    let m = MODULATIONS_HZ.map(|pair| pair.map(|hz| schroeder(hz, reverberation)));
    weighted(&octave_indices(&m, [true; 7]))
}

/// Decaying sines in all octaves (C.3.3), and a click, which is a perfect path.
#[test]
fn the_indirect_method_follows_schroeder() {
    let rate = 44_100.0;
    for reverberation in [0.5, 1.0, 2.0, 4.0] {
        let value = |t: f64| (0..7).map(|k| sine(k, t)).sum::<f64>() * 0.1 * 10f64.powf(-3.0 * t / reverberation);
        let response: Vec<f32> = (0..(1.5 * reverberation * rate) as usize).map(|i| value(i as f64 / rate) as f32).collect();
        let got = from_impulse_response(Signal::new(&response, rate)).unwrap().sti;
        assert!((got - decay_index(reverberation)).abs() < 0.01, "{reverberation} s: {got} for {}", decay_index(reverberation));
    }
    for at in [0, 4800, 47_999] {
        let mut click = vec![0.0; 48_000];
        click[at] = 1.0;
        let result = from_impulse_response(Signal::new(&click, 48e3)).unwrap();
        assert!((result.sti - 1.0).abs() < 1e-3, "click at {at}: {result:?}");
    }
}

#[test]
fn own_test_signal_reads_one() {
    let signal = played(16.0);
    let result = measured(signal, 24e3);
    assert!(result.sti > 0.995 && result.uncertainty < 0.02, "{result:?}");
    assert!(result.m.iter().flatten().all(|m| (m - 1.0).abs() < 0.02), "{:?}", result.m);
    assert_eq!(result.flags, [Flag::NoMasking]);
    let against_itself = direct(Signal::new(signal, 24e3), Some(Signal::new(signal, 24e3)), None).unwrap();
    assert!((against_itself.sti - 1.0).abs() < 1e-9);
    let levels: Vec<f64> = result.band_level_db.iter().map(|l| l.unwrap() - result.band_level_db[2].unwrap()).collect();
    for (got, want) in levels.iter().zip(SPEECH_LEVELS_DB) {
        assert!((got - want).abs() < 0.1, "{levels:?}");
    }
}

#[test]
fn masking_threshold_and_noise_only_lower_the_index() {
    let signal = played(16.0);
    let at = |spl: f64| direct(Signal::new(signal, 24e3), None, Some(spl)).unwrap();
    let plain = measured(signal, 24e3);
    let [quiet, usual, loud] = [30.0, 90.0, 120.0].map(|spl| at(spl).sti);
    assert!(usual <= plain.sti && loud < usual && quiet < 0.8 * usual, "{quiet} {usual} {loud}");
    // The slope of masking at its corners (table A.2).
    for (level, slope) in [(60.0, -35.0), (65.0, -29.9), (66.0, -28.1), (80.0, -19.8), (105.0, -10.0)] {
        assert!((masking_slope(level) - slope).abs() < 1e-9);
    }
    let calibrated = at(90.0);
    let levels = calibrated.band_level_db.map(Option::unwrap);
    let (without, _) = calibrated.in_noise(&[-20.0; 7]).unwrap();
    assert!((without - calibrated.sti).abs() < 1e-3, "{without} for {}", calibrated.sti);
    // Noise as loud as the speech in every octave halves every modulation: about 0.5, less what masking takes.
    let (even, _) = calibrated.in_noise(&levels).unwrap();
    assert!((0.45..0.5).contains(&even), "{even}");
    assert!(plain.in_noise(&levels).is_none(), "without calibration noise has nothing to be set against");
}

/// Male weights pair by pair (IEC 60268-16, annex A, table A.1 [M]): one octave alone at 1 leaves its own weight, two
/// neighbours both less their redundancy.
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

/// The telephone's band, cut sharply, at 48 kHz: what lies beside it is dead, and an octave that is dead counts as 0.
#[test]
fn a_dead_octave_counts_as_nothing() {
    let signal = test_signal(3, 48_000, 18.0);
    let plain: Vec<f64> = signal.iter().map(|x| f64::from(*x)).collect();
    let narrow = hejnal_dsp::fft::filter(&plain, 48_000, |f| f64::from(u8::from((300.0..=3400.0).contains(&(f * 48e3)))));
    let mut random = hejnal_dsp::stimulus::Random::new(5);
    let heard: Vec<f32> = narrow.iter().map(|x| (x + 1e-5 * random.gaussian()) as f32).collect();
    let result = measured(&heard, 48e3);
    assert_eq!(result.carried, [false, true, true, true, true, true, false], "{result:?}");
    assert!(result.mti[0] == 0.0 && result.mti[6] == 0.0 && result.flags.contains(&Flag::OctaveDead), "{result:?}");
    assert!(result.is_valid() && result.sti < 0.93, "{result:?}");
}

/// Noise 10 dB above the speech in every octave: hardly a word is understood, and the index says so.
#[test]
fn an_index_near_zero_is_an_index() {
    for seed in 0..seeds(3) {
        let signal = test_signal(seed, 24_000, 24.0);
        let noise = hejnal_dsp::stimulus::speech_noise(seed + 40, 24_000, 24.0);
        let level = |x: &[f32]| measured(x, 24e3).band_level_db.map(Option::unwrap);
        let (speech, own) = (level(&signal), level(&noise));
        let gain = 10f64.powf((speech[3] - own[3] + 10.0) / 20.0) as f32;
        let heard: Vec<f32> = signal.iter().zip(&noise).map(|(x, n)| 0.1 * (x + gain * n)).collect();
        let result = measured(&heard, 24e3);
        assert!(result.is_valid() && result.sti < 0.2, "seed {seed}: {result:?}");
    }
}

/// Whatever is no test signal is none, however often its loudness changes.
#[test]
fn voices_and_switched_tones_are_no_test_signal() {
    use hejnal_dsp::stimulus::{cadence, speech_like, street_noise, voice};
    let mut others: Vec<(String, Vec<f32>)> = Vec::new();
    for seed in 0..seeds(4) {
        others.push((format!("speech {seed}"), speech_like(seed, 24_000, 16.0)));
        others.push((format!("voice {seed}"), voice(seed, 24_000, 16.0)));
        others.push((format!("street {seed}"), street_noise(seed, 24_000, 16.0)));
    }
    for (hz, on) in [(250.0, 0.5), (1000.0, 0.25), (8000.0, 0.2), (4000.0, 0.625), (500.0, 0.8)] {
        others.push((format!("{hz} Hz, {on} s"), cadence(24_000, 16.0, hz, &[(on, on)])));
    }
    for (name, sound) in others {
        let result = direct(Signal::new(&sound, 24e3), None, None);
        assert!(result.as_ref().is_none_or(|result| !result.is_valid()), "{name}: {result:?}");
    }
}
