//! Test sounds: composite-source bursts, speech-shaped noise, sweeps and tones, each the same waveform at every sample
//! rate.
//!
//! Knows nothing of outputs, levels in dB SPL or of what is measured with them. Every random part comes from a seed
//! given by the caller.

use std::f64::consts::PI;

mod composition;
mod street;
mod talk;
mod telephone;
mod voice;

pub use composition::render;
pub use street::street_noise;
pub use talk::{double_talk, near_of_double_talk, speech_like};
pub use telephone::{cadence, dial};
pub use voice::voice;

use super::fft;
use composition::noise;
use hejnal_rng::Rng;

/// Largest magnitude of every stimulus: −6 dBFS.
pub const PEAK: f32 = 0.5;
/// Band of the delay burst, in hertz: inside the telephone band, and clear of the filters at its edges.
pub const BURST_BAND_HZ: (f64, f64) = (500.0, 3000.0);
/// Beyond these there is next to nothing in speech, hertz.
const SPEECH_HZ: (f64, f64) = (90.0, 11000.0);
/// Stimuli are composed on a grid of this duration, a whole number of samples at every common rate.
const GRID_S: f64 = 0.04;
/// Composition rate of [`burst`]: no part of it lies above 4 kHz.
const BURST_RATE: u32 = 8000;

/// Random numbers for stimuli: the same on every machine.
#[derive(Debug, Clone)]
pub struct Random(Rng);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(Rng::seeded(seed))
    }

    pub fn next_u64(&mut self) -> u64 {
        self.0.bits()
    }

    /// Uniform in 0 (included) to 1 (excluded).
    pub fn uniform(&mut self) -> f64 {
        self.0.unit()
    }

    /// Normally distributed, mean 0, variance 1 (Box–Muller).
    pub fn gaussian(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (2.0 * PI * self.uniform()).cos()
    }
}

/// A composite-source burst for measuring delay (after ITU-T P.501, 7.2.1): 50 ms of a voiced sound, 200 ms of
/// pseudo-noise fresh for each `seed`, a pause of 100 ms, and so on for `seconds`; band-limited to [`BURST_BAND_HZ`].
///
/// The same seed and duration give the same waveform at any rate from 8 kHz up, so that a burst played at one rate can
/// be found in a capture at another. The result has `seconds · rate_hz` samples, rounded.
pub fn burst(seed: u64, rate_hz: u32, seconds: f64) -> Vec<f32> {
    let length = grid_len(seconds, BURST_RATE);
    let mut random = Random::new(seed);
    let voice = Voice::new(&mut random);
    let mut composed: Vec<f64> = (0..length).map(|i| composite(&mut random, &voice, i as f64 / f64::from(BURST_RATE))).collect();
    // Quiet ends keep the tails of the band filter from wrapping round.
    let quiet = (length / 16).min(120);
    for i in 0..quiet {
        composed[i] = 0.0;
        composed[length - 1 - i] = 0.0;
    }
    let mut bins = fft::forward(composed, length);
    for (k, bin) in bins.iter_mut().enumerate() {
        *bin *= band_gain(k as f64 * f64::from(BURST_RATE) / length as f64, BURST_BAND_HZ, 100.0);
    }
    render(&bins, length, BURST_RATE, rate_hz, seconds)
}

/// A voice without pauses, for finding out when a path was open: noise, flat over [`BURST_BAND_HZ`], never the same for
/// two seeds, and the same waveform at any rate from 8 kHz up.
pub fn steady_noise(seed: u64, rate_hz: u32, seconds: f64) -> Vec<f32> {
    let length = grid_len(seconds, BURST_RATE);
    let bins = noise(seed, length, BURST_RATE, BURST_BAND_HZ.1, |hz| band_gain(hz, BURST_BAND_HZ, 100.0));
    render(&bins, length, BURST_RATE, rate_hz, seconds)
}

/// The voiced part: harmonics of a gliding pitch, periodic for a pitch detector, yet without a repeated period to lock
/// on. Pitch and phases come from the seed, so that no two bursts have any part in common.
struct Voice {
    pitch: f64,
    phases: [f64; 16],
}

impl Voice {
    fn new(random: &mut Random) -> Self {
        Voice { pitch: 150.0 + 50.0 * random.uniform(), phases: [(); 16].map(|()| 2.0 * PI * random.uniform()) }
    }

    fn at(&self, time: f64) -> f64 {
        let phase = 2.0 * PI * (self.pitch * time + 0.5 * 900.0 * time * time);
        let harmonics = self.phases.iter().enumerate().skip(2);
        harmonics.map(|(h, start)| ((h + 1) as f64 * phase + start).cos()).sum::<f64>() * 0.4
    }
}

/// One sample of the composite source before band-limiting.
fn composite(random: &mut Random, voice: &Voice, time: f64) -> f64 {
    const VOICED: f64 = 0.05;
    const NOISE: f64 = 0.2;
    const PAUSE: f64 = 0.1;
    let noise = if random.next_u64() & 1 == 0 { 1.0 } else { -1.0 };
    let period = (time / (VOICED + NOISE + PAUSE)).floor();
    let within = time - period * (VOICED + NOISE + PAUSE);
    // The polarity alternates, as in the standard, so that nothing accumulates in the path's offset correction.
    let sign = if period as i64 % 2 == 0 { 1.0 } else { -1.0 };
    if within < VOICED {
        sign * voice.at(within)
    } else if within < VOICED + NOISE {
        sign * noise
    } else {
        0.0
    }
}

/// Stationary noise with the long-term spectrum of male speech (octave levels of IEC 60268-16:2020, annex A), 90 Hz to
/// 11 kHz.
pub fn speech_noise(seed: u64, rate_hz: u32, seconds: f64) -> Vec<f32> {
    const RATE: u32 = 48000;
    let length = grid_len(seconds, RATE);
    let bins = noise(seed, length, RATE, SPEECH_HZ.1, speech_gain);
    render(&bins, length, RATE, rate_hz, seconds)
}

/// Amplitude density of speech at a frequency: octave levels, interpolated on a logarithmic axis, spread over each
/// octave's width.
fn speech_gain(hz: f64) -> f64 {
    const OCTAVE_DB: [f64; 7] = [-2.5, 0.5, 0.0, -6.0, -12.0, -18.0, -24.0];
    if !(SPEECH_HZ.0..=SPEECH_HZ.1).contains(&hz) {
        return 0.0;
    }
    let octave = (hz / 125.0).log2().clamp(0.0, 6.0);
    let low = (octave as usize).min(5);
    let part = octave - low as f64;
    let level = OCTAVE_DB[low] * (1.0 - part) + OCTAVE_DB[low + 1] * part;
    10f64.powf(level / 20.0) / hz.sqrt()
}

/// How a sweep's frequency moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sweep {
    /// Constant hertz per second.
    Linear,
    /// Constant octaves per second (Farina).
    Exponential,
}

/// A sweep from `from_hz` to `to_hz` at [`PEAK`], with 10 ms raised-cosine edges (shorter for sweeps below 40 ms).
pub fn chirp(sweep: Sweep, rate_hz: u32, seconds: f64, from_hz: f64, to_hz: f64) -> Vec<f32> {
    let phase = |t: f64| match sweep {
        Sweep::Linear => 2.0 * PI * (from_hz * t + (to_hz - from_hz) * t * t / (2.0 * seconds)),
        Sweep::Exponential => {
            let rate = (to_hz / from_hz).ln() / seconds;
            2.0 * PI * from_hz * ((rate * t).exp() - 1.0) / rate
        }
    };
    gated(rate_hz, seconds, 0.01, |_, t| phase(t).sin())
}

/// Maximum-length sequence of `2^order − 1` values ± [`PEAK`], repeated for `seconds`: one value a sample, so a rate of
/// its own at every rate. `seed` says where in the sequence it begins. `None` unless the order is 10 to 20.
pub fn mls(seed: u64, order: u32, rate_hz: u32, seconds: f64) -> Option<Vec<f32>> {
    // Exponents of primitive polynomials besides the order and 0 (Stahnke 1973).
    const TAPS: [&[u32]; 11] = [&[3], &[2], &[6, 4, 1], &[4, 3, 1], &[5, 3, 1], &[1], &[5, 3, 2], &[3], &[7], &[5, 2, 1], &[3]];
    let taps = TAPS.get(usize::try_from(order.checked_sub(10)?).ok()?)?;
    let all = (1u64 << order) - 1;
    let mut state = (1 + Random::new(seed).next_u64() % all).min(all);
    let next = || {
        let out = state & 1;
        let feedback = taps.iter().fold(out, |bit, tap| bit ^ (state >> tap & 1));
        state = state >> 1 | feedback << (order - 1);
        if out == 1 { PEAK } else { -PEAK }
    };
    Some(std::iter::repeat_with(next).take(sample_count(seconds, rate_hz)).collect())
}

/// A steady tone at [`PEAK`] with raised-cosine edges of `edge_s` seconds.
pub fn tone(rate_hz: u32, seconds: f64, hz: f64, edge_s: f64) -> Vec<f32> {
    /// Samples from one sine that is worked out to the next: those between follow from it by the sum of two angles.
    const STRIDE: usize = 256;
    let turn = |samples: usize| (2.0 * PI * hz * (samples as f64 / f64::from(rate_hz))).sin_cos();
    let beyond: Vec<(f64, f64)> = (0..STRIDE).map(turn).collect();
    let mut at = (0.0, 1.0);
    gated(rate_hz, seconds, edge_s, |i, _| {
        if i.is_multiple_of(STRIDE) {
            at = turn(i);
        }
        let (sin, cos) = beyond[i % STRIDE];
        at.0 * cos + at.1 * sin
    })
}

fn gated(rate_hz: u32, seconds: f64, edge_s: f64, mut wave: impl FnMut(usize, f64) -> f64) -> Vec<f32> {
    let length = sample_count(seconds, rate_hz);
    let edge = edge_s.min(seconds / 4.0).max(1e-9);
    (0..length)
        .map(|i| {
            let t = i as f64 / f64::from(rate_hz);
            let value = wave(i, t) * raised_cosine(t.min(seconds - t) / edge);
            if value.is_finite() { (value * f64::from(PEAK)) as f32 } else { 0.0 }
        })
        .collect()
}

/// Gain of a band with raised-cosine edges `edge` hertz wide, inside the band.
pub(super) fn band_gain(hz: f64, (low, high): (f64, f64), edge: f64) -> f64 {
    raised_cosine((hz - low).min(high - hz) / edge)
}

/// From 0 to 1 as `part` goes there, without a corner at either end.
fn raised_cosine(part: f64) -> f64 {
    match part {
        ..=0.0 => 0.0,
        1.0.. => 1.0,
        _ => half_cosine(part),
    }
}

/// By itself: woven into a loop, the cosine would be worked out for every sample, and mostly be thrown away.
#[inline(never)]
fn half_cosine(part: f64) -> f64 {
    0.5 * (1.0 - (PI * part).cos())
}

fn sample_count(seconds: f64, rate_hz: u32) -> usize {
    if seconds.is_finite() && seconds > 0.0 { (seconds.min(36_000.0) * f64::from(rate_hz)).round() as usize } else { 0 }
}

/// Samples of the composition: `seconds`, rounded up to the grid.
pub fn grid_len(seconds: f64, rate_hz: u32) -> usize {
    let cells = (sample_count(seconds, rate_hz) as f64 / f64::from(rate_hz) / GRID_S - 1e-6).ceil().max(1.0);
    (cells * GRID_S * f64::from(rate_hz)).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interp;

    fn peak(samples: &[f32]) -> f32 {
        samples.iter().fold(0.0, |peak, x| peak.max(x.abs()))
    }

    #[test]
    fn one_seed_is_one_waveform_at_every_rate() {
        for seconds in [0.35, 1.0, 1.4] {
            let low = burst(7, 8000, seconds);
            let high = burst(7, 48000, seconds);
            assert_eq!((low.len(), high.len()), ((seconds * 8e3).round() as usize, (seconds * 48e3).round() as usize));
            for (i, x) in low.iter().enumerate() {
                assert!((x - high[6 * i]).abs() < 1e-6, "{seconds} s, sample {i}");
            }
            assert!(peak(&high) <= PEAK && peak(&high) > 0.45);
            let odd = burst(7, 8013, seconds);
            let at = 0.2 * 48000.0;
            assert!((odd[1603] - interp::sinc_at(&high, 1603.0 / 8013.0 * 48000.0)).abs() < 1e-3, "{at}");
        }
    }

    #[test]
    fn seeds_differ_and_repeat() {
        assert_eq!(burst(1, 8000, 1.0), burst(1, 8000, 1.0));
        let (a, b) = (burst(1, 8000, 1.0), burst(2, 8000, 1.0));
        let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(p, q)| p * q).sum::<f32>();
        assert!(dot(&a, &b).abs() / dot(&a, &a) < 0.1);
    }

    #[test]
    fn burst_stays_in_its_band() {
        let samples = burst(3, 48000, 1.0);
        let bins = fft::forward(samples.iter().map(|x| f64::from(*x)), samples.len());
        let (mut inside, mut outside) = (0.0, 0.0);
        for (hz, bin) in bins.iter().enumerate() {
            let within = (BURST_BAND_HZ.0..=BURST_BAND_HZ.1).contains(&(hz as f64));
            *if within { &mut inside } else { &mut outside } += bin.norm_sqr();
        }
        assert!(outside < inside * 1e-9);
    }

    /// The level over 20 ms, once in a syllable's length, is what a suppressor of noise goes by.
    #[test]
    fn a_voice_swells_and_sinks_and_never_ceases() {
        let (low, high) = (voice(7, 8000, 2.0), voice(7, 48_000, 2.0));
        assert!(low.iter().enumerate().all(|(i, x)| (x - high[6 * i]).abs() < 1e-6));
        let levels: Vec<f64> = low
            .chunks(160)
            .map(|look| 10.0 * (look.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / 160.0).log10())
            .collect();
        for syllable in levels.chunks_exact(25) {
            let (faint, loud) = syllable.iter().fold((0.0f64, -200.0f64), |(a, b), l| (a.min(*l), b.max(*l)));
            assert!((9.0..18.0).contains(&(loud - faint)), "{faint} to {loud} dB");
        }
    }

    #[test]
    fn speech_noise_falls_with_frequency() {
        let samples = speech_noise(5, 16000, 2.0);
        assert!(peak(&samples) <= PEAK);
        let band = |low: f64, high: f64| {
            let x: Vec<f64> = samples.iter().map(|x| f64::from(*x)).collect();
            fft::filter(&x, 0, |f| f64::from(u8::from((low..high).contains(&(f * 16000.0))))).iter().map(|x| x * x).sum::<f64>()
        };
        let fall = 10.0 * (band(354.0, 707.0) / band(2828.0, 5657.0)).log10();
        assert!((fall - 18.0).abs() < 1.5, "500 Hz is 18 dB above 4 kHz, here {fall:.1}");
    }

    /// What makes it worth having: its circular autocorrelation is one peak over a flat floor of −1.
    #[test]
    fn a_maximum_length_sequence_is_one() {
        for order in 10..=20 {
            let length = (1usize << order) - 1;
            let x = mls(7, order, 8000, 2.0 * length as f64 / 8000.0).unwrap();
            assert!(x[..length] == x[length..], "order {order}");
            let ones = x[..length].iter().filter(|x| **x > 0.0).count();
            assert_eq!(ones, length.div_ceil(2), "order {order}");
            for lag in [1, 2, 3, 17, length / 2, length - 1] {
                let sum: f64 = (0..length).map(|i| f64::from(x[i] * x[i + lag])).sum::<f64>() / f64::from(PEAK * PEAK);
                assert!((sum + 1.0).abs() < 1e-3, "order {order}, lag {lag}: {sum}");
            }
        }
        assert!(mls(1, 9, 8000, 1.0).is_none() && mls(1, 21, 8000, 1.0).is_none());
        assert_ne!(mls(1, 12, 8000, 0.1), mls(2, 12, 8000, 0.1));
    }

    #[test]
    fn nonsense_gives_silence_not_panic() {
        assert!(burst(1, 8000, f64::NAN).is_empty() && burst(1, 0, 1.0).is_empty() && burst(1, 8000, -1.0).is_empty());
        assert_eq!(burst(1, 8000, 0.001).len(), 8);
        assert_eq!(chirp(Sweep::Exponential, 8000, 0.1, 0.0, 0.0).len(), 800);
        assert_eq!(tone(8000, 0.5, 1000.0, 0.005).len(), 4000);
    }
}
