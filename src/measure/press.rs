//! From the press to the first sound: the make of a contact that gates a tone into one input, and the first arrival of
//! sound in another input of the same recorder, so that both stand on one sample clock.
//!
//! What it reaches, as `cargo bench --bench delay_table` prints it:
//!
//! From press to sound, 200 trials a row:
//!
//! | noise      | bias      | σ        | worst    | stated   | covered | not found |
//! |-----------:|----------:|---------:|---------:|---------:|--------:|----------:|
//! | -67 dBFS   | +0.026 ms | 0.016 ms | 0.117 ms | 0.503 ms | 100.0 % |         0 |
//! | -47 dBFS   | +0.055 ms | 0.025 ms | 0.201 ms | 0.506 ms | 100.0 % |         0 |
//! | -31 dBFS   | +0.116 ms | 0.074 ms | 0.507 ms | 0.528 ms | 100.0 % |         0 |

use crate::dsp::onset::{first_sound, tone_onset};

/// What was found, in seconds of the recording.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Press {
    /// From the first make of the contact to the first arrival of sound.
    #[serde(rename = "press_to_sound_s")]
    pub seconds: f64,
    /// Expanded (k = 2): where the contact made, and where the sound rose above the noise.
    #[serde(rename = "uncertainty_s")]
    pub uncertainty: f64,
    pub press_s: f64,
    /// Expanded (k = 2).
    pub press_uncertainty_s: f64,
    pub sound_s: f64,
    /// Expanded (k = 2).
    pub sound_uncertainty_s: f64,
}

/// Noise is taken from the time before the press if there is as much as this, seconds.
const NOISE_S: f64 = 0.1;

/// A stretch from which the tone's leak into the ear is told, seconds.
const LEAK_S: f64 = 0.005;

/// The first sound in `ear` (300 to 3400 Hz, 6 dB above the noise before the press) after the first make of the contact
/// that gates a tone of `tone_hz` into `gate`. Both at `rate` hertz, from the same first frame. What of the tone leaks
/// into `ear` is taken off first.
///
/// `None` if no tone begins, if nothing rises above the noise after it, or if either is unusable.
pub fn press_to_sound(gate: &[f32], ear: &[f32], rate: f64, tone_hz: f64) -> Option<Press> {
    let usable = (1000.0..=1e6).contains(&rate) && gate.iter().chain(ear).all(|x| x.is_finite());
    let press = usable.then(|| tone_onset(gate, rate, tone_hz)).flatten()?;
    let from = press.frame.max(0.0) as usize;
    let (ear, doubt) = without_leak(ear, gate, (LEAK_S * rate) as usize);
    let before = ear.get(..from).filter(|before| before.len() as f64 > NOISE_S * rate);
    let noise_dbfs = before.and_then(|before| dbfs(band_power(before, rate) + doubt));
    let sound = first_sound(ear.get(from..)?, rate, noise_dbfs)?;
    let frames = sound.frame + from as f64 - press.frame;
    Some(Press {
        seconds: frames / rate,
        uncertainty: press.uncertainty_frames.hypot(sound.uncertainty_frames) / rate,
        press_s: press.frame / rate,
        press_uncertainty_s: press.uncertainty_frames / rate,
        sound_s: (sound.frame + from as f64) / rate,
        sound_uncertainty_s: sound.uncertainty_frames / rate,
    })
}

/// Mean square in the speech band.
fn band_power(samples: &[f32], rate: f64) -> f64 {
    let band = crate::dsp::filter::band_pass(samples, rate, 300.0, 3400.0);
    // The filter's own beginning is no noise.
    let settled = &band[band.len() / 4..];
    settled.iter().map(|x| x * x).sum::<f64>() / settled.len().max(1) as f64
}

/// 0 dBFS being a sine of full scale. `None` for digital silence.
fn dbfs(power: f64) -> Option<f64> {
    (power > 0.0).then(|| 10.0 * (2.0 * power).log10())
}

/// `ear` less what in it follows `gate` at once: the gate now and a frame ago, which between them make any phase of the
/// tone.
///
/// How much that is, is taken from the stretch of `window` frames in which the tone is on and least else is heard: the
/// sound itself would otherwise be taken for a leak. Also gives the mean square that a leak told wrongly may have put
/// in: of a fit of two unknowns over `window` frames, two in `window` parts of what it does not explain.
fn without_leak(ear: &[f32], gate: &[f32], window: usize) -> (Vec<f32>, f64) {
    let late: Vec<f32> = std::iter::once(0.0).chain(gate.iter().copied()).collect();
    let stretches = ear.chunks_exact(window).zip(gate.chunks_exact(window)).zip(late.chunks_exact(window));
    let leaks: Vec<Leak> = stretches.map(|((ear, gate), late)| Leak::of(ear, gate, late)).collect();
    let loudest = leaks.iter().map(|leak| leak.tone).fold(0.0, f64::max);
    let on = leaks.iter().filter(|leak| leak.tone > 0.5 * loudest && leak.rest.is_finite());
    let Some(leak) = on.min_by(|a, b| a.rest.total_cmp(&b.rest)) else {
        return (ear.to_vec(), 0.0);
    };
    let doubt = 2.0 * leak.rest.max(0.0) / (window as f64).powi(2);
    let leaked = gate.iter().zip(&late).map(|(a, b)| leak.now * f64::from(*a) + leak.before * f64::from(*b));
    let rest = ear.iter().zip(leaked.chain(std::iter::repeat(0.0))).map(|(y, leaked)| (f64::from(*y) - leaked) as f32).collect();
    (rest, doubt)
}

/// How the gate leaks within one stretch.
struct Leak {
    now: f64,
    before: f64,
    /// Energy of the gate.
    tone: f64,
    /// Energy that the leak does not explain.
    rest: f64,
}

impl Leak {
    /// By least squares.
    fn of(ear: &[f32], gate: &[f32], late: &[f32]) -> Leak {
        let mut sums = [0.0; 6];
        for ((y, a), b) in ear.iter().zip(gate).zip(late) {
            let (y, a, b) = (f64::from(*y), f64::from(*a), f64::from(*b));
            sums.iter_mut().zip([a * a, a * b, b * b, a * y, b * y, y * y]).for_each(|(sum, term)| *sum += term);
        }
        let [aa, ab, bb, ay, by, yy] = sums;
        let determinant = aa * bb - ab * ab;
        let (now, before) = ((ay * bb - by * ab) / determinant, (by * aa - ay * ab) / determinant);
        Leak { now, before, tone: aa, rest: yy - now * ay - before * by }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::dsp::stimulus::{Random, burst};

    const RATE: f64 = 48_000.0;

    /// A press on a bouncing contact and a sound some time after it: both channels and the true time between.
    fn pressed(seed: u64, noise: f64, leak: f64) -> (Vec<f32>, Vec<f32>, f64) {
        let mut random = Random::new(seed);
        let (make, hold) = (0.15 + 0.1 * random.uniform(), 0.2);
        let bounces = [make, make + 0.0004, make + 0.0011, make + hold];
        let phase = 2.0 * PI * random.uniform();
        let closed = |t: f64| bounces.iter().filter(|edge| **edge <= t).count() % 2 == 1;
        let tone = |t: f64| if closed(t) { 0.3 * (2.0 * PI * 1000.0 * t + phase).sin() } else { 0.0 };
        let at = 14_400 + (random.uniform() * 24_000.0) as usize;
        let frames = 72_000;
        let mut gate = Vec::with_capacity(frames);
        let mut ear = Vec::with_capacity(frames);
        for n in 0..frames {
            let t = n as f64 / RATE;
            gate.push((tone(t) + 0.0003 * random.gaussian()) as f32);
            ear.push((leak * tone(t - 20e-6) + noise * random.gaussian()) as f32);
        }
        // Cut into the noise part, so that the sound begins at once and its beginning is known.
        let sound = burst(seed, 48_000, 0.5);
        ear[at..].iter_mut().zip(&sound[4800..]).for_each(|(y, x)| *y += x);
        (gate, ear, at as f64 / RATE - make)
    }

    #[test]
    fn the_time_between_is_within_what_is_stated() {
        for (noise, leak, most_s) in [(0.0005, 0.0, 0.0015), (0.02, 0.01, 0.004)] {
            let mut covered = 0;
            for seed in 0..30 {
                let (gate, ear, truth) = pressed(seed, noise, leak);
                let found = press_to_sound(&gate, &ear, RATE, 1000.0).expect("pressed and heard");
                let error = found.seconds - truth;
                assert!(error.abs() < most_s, "noise {noise}, seed {seed}: {:.2} ms, {found:?}", error * 1e3);
                assert!((found.sound_s - found.press_s - found.seconds).abs() < 1e-9);
                covered += usize::from(error.abs() <= found.uncertainty);
            }
            assert!(covered >= 27, "noise {noise}: {covered} of 30 within the stated uncertainty");
        }
    }

    #[test]
    fn no_press_or_no_sound_is_no_time() {
        let (gate, ear, _) = pressed(1, 0.001, 0.0);
        let still: Vec<f32> = ear.iter().take(12_000).cycle().take(ear.len()).copied().collect();
        assert_eq!(press_to_sound(&gate, &still, RATE, 1000.0), None);
        assert_eq!(press_to_sound(&still, &ear, RATE, 1000.0), None);
        for nothing in [&[][..], &[0.5], &[0.0; 4800], &[f32::NAN; 4800]] {
            assert_eq!(press_to_sound(&gate, nothing, RATE, 1000.0), None);
            assert_eq!(press_to_sound(nothing, &ear, RATE, 1000.0), None);
        }
        assert_eq!(press_to_sound(&gate, &ear, f64::NAN, 1000.0), None);
    }

    /// The tone leaks into the other channel, 17 dB above its noise: it is not taken for the sound.
    #[test]
    fn the_gate_itself_is_not_heard() {
        for seed in 0..10 {
            let (gate, ear, truth) = pressed(seed, 0.0002, 0.005);
            let found = press_to_sound(&gate, &ear, RATE, 1000.0).expect("pressed and heard");
            assert!((found.seconds - truth).abs() < 0.003, "seed {seed}: {found:?} for {truth}");
        }
    }

    #[test]
    fn rubbish_is_survived() {
        let mut random = Random::new(1);
        let values: [fn(&mut Random) -> f32; 5] =
            [|_| 0.0, |_| f32::NAN, |r| r.gaussian() as f32, |_| f32::INFINITY, |r| (r.gaussian() * 1e30) as f32];
        for value in values {
            for rate in [0.0, 1.0, 999.0, 8000.0, 1e9, -8000.0, f64::NAN, f64::INFINITY] {
                for (n, m) in [(0, 9000), (1, 2), (161, 4001), (9000, 160), (4001, 4001)] {
                    let x: Vec<f32> = (0..n).map(|_| value(&mut random)).collect();
                    let y: Vec<f32> = (0..m).map(|_| 0.1 * random.gaussian() as f32).collect();
                    let _ = (press_to_sound(&x, &y, rate, 1000.0), press_to_sound(&y, &x, rate, f64::NAN));
                }
            }
        }
    }
}
