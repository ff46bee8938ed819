//! Stretches in which a recording is not what was played, whatever stands in their place: silence, the packet before,
//! a fade, noise that a concealment makes up.
//!
//! Knows nothing of packets. What the path makes of the sound on the whole (level, band, delay of single frequencies)
//! is foretold from the rest of the recording; where that is not what is heard, something else was put there.

use std::ops::Range;

use super::align::Aligned;
use super::fft::{self, Complex64};
use super::response::{self, Spectra};

/// What stands in the place of the sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filling {
    Silence,
    /// What was heard before, as it was or fading.
    Repeat,
    /// Anything else.
    Other,
}

/// A stretch in which something else is heard.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Replaced {
    /// Seconds from the first sample.
    pub start_s: f64,
    pub length_s: f64,
    /// Expanded (k = 2) of both, seconds.
    pub uncertainty_s: f64,
    pub filling: Filling,
    /// How much earlier a repetition was heard first, seconds; 0 for anything else.
    pub lag_s: f64,
}

/// A telephone's band is enough, and bounds the work, hertz.
const RATE: u32 = 8000;
/// Spectra by which the path is known.
const SEGMENT_S: f64 = 0.128;
/// The path's own response lasts no longer to either side, samples.
const RINGS: usize = 160;
/// Looks, samples: 1 ms apart, 6 ms long.
const HOP: usize = 8;
const HOPS: usize = 6;
/// What is off by more of the sound's power than this is not that sound; one that is only turned down, by up to 8 dB,
/// is.
const OFF: f64 = 0.35;
/// And by so much more than noise and codec usually add.
const BEYOND_NOISE: f64 = 8.0;
/// A sound so much louder than the noise can be told from it.
const ABOVE_NOISE: f64 = 10.0;
/// Fainter than this against the sound on the whole nothing is missed.
const FAINTEST: f64 = 3e-3;
/// Stretches with no more sound between them are one, looks.
const BRIDGED: usize = 30;
const AGREED: usize = 3;
/// Shorter stretches are a click's, looks.
const SHORTEST: usize = 4;
/// Nothing is left of the sound.
const SILENT: f64 = 0.03;
/// A repetition resembles what was heard before so much.
const ALIKE: f64 = 0.85;
/// Concealment repeats a pitch period or a packet, samples.
const LAGS: Range<usize> = 20..641;

/// The stretches, in order.
pub fn replaced(pair: &Aligned) -> Vec<Replaced> {
    let at_rate = |samples: &[f32]| -> Vec<f32> {
        fft::resample(samples, pair.rate.round() as u32, RATE).iter().map(|x| *x as f32).collect()
    };
    let (reference, capture) = (at_rate(&pair.reference), at_rate(&pair.capture));
    let Some(first) = stretches(&reference, &capture, &[]) else { return Vec::new() };
    // What was replaced says nothing of the path: it is known better without it.
    let found = if first.is_empty() { first } else { stretches(&reference, &capture, &first).unwrap_or(first) };
    found.into_iter().map(|stretch| told(&reference, &capture, &stretch, pair.delay.gain)).collect()
}

/// The stretches in samples, the path known from what lies outside `damaged`.
fn stretches(reference: &[f32], capture: &[f32], damaged: &[Range<usize>]) -> Option<Vec<Range<usize>>> {
    let whole = |part: Range<usize>| damaged.iter().all(|d| d.end <= part.start || part.end <= d.start);
    let rate = f64::from(RATE);
    let spectra = response::spectra_where(reference, capture, rate, SEGMENT_S, whole)
        .or_else(|| response::spectra(reference, capture, rate, SEGMENT_S))?;
    let foretold = through(reference, &spectra);
    let looks = Looks::of(&foretold, capture);
    Some(
        looks
            .runs()
            .into_iter()
            .map(|run| run.start * HOP + HOP * (HOPS - 1) / 2..run.end * HOP + HOP * (HOPS - 1) / 2)
            .collect(),
    )
}

/// The reference as the path would carry it.
fn through(reference: &[f32], spectra: &Spectra) -> Vec<f64> {
    let strongest = spectra.reference.iter().copied().fold(0.0, f64::max);
    let known = |k: usize| spectra.reference[k] > 1e-6 * strongest;
    let bins: Vec<Complex64> =
        (0..spectra.bins()).map(|k| if known(k) { spectra.transfer(k) } else { Complex64::default() }).collect();
    let short = 2 * (spectra.bins() - 1);
    let response = fft::inverse(bins, short);
    let length = fft::fast_len(reference.len() + 2 * RINGS);
    let mut laid = vec![0.0; length];
    let reach = RINGS.min(short / 2);
    for lag in 0..reach {
        let taper = 0.5 + 0.5 * (std::f64::consts::PI * lag as f64 / reach as f64).cos();
        laid[lag] = response[lag] * taper.sqrt();
        if lag > 0 {
            laid[length - lag] = response[short - lag] * taper.sqrt();
        }
    }
    let mut product = fft::forward(reference.iter().map(|x| f64::from(*x)), length);
    product.iter_mut().zip(fft::forward(laid, length)).for_each(|(x, h)| *x *= h);
    let mut out = fft::inverse(product, length);
    out.truncate(reference.len());
    out
}

/// Power of what is foretold and of what is off, look by look.
struct Looks {
    due: Vec<f64>,
    off: Vec<f64>,
}

impl Looks {
    fn of(foretold: &[f64], capture: &[f32]) -> Looks {
        let hops = |value: &dyn Fn(usize) -> f64| -> Vec<f64> {
            let count = foretold.len().min(capture.len()) / HOP;
            let sums: Vec<f64> = (0..count).map(|k| (k * HOP..(k + 1) * HOP).map(value).sum()).collect();
            sums.windows(HOPS).map(|window| window.iter().sum::<f64>() / (HOPS * HOP) as f64).collect()
        };
        Looks { due: hops(&|n| foretold[n].powi(2)), off: hops(&|n| (f64::from(capture[n]) - foretold[n]).powi(2)) }
    }

    /// Runs of looks in which something else is heard.
    fn runs(&self) -> Vec<Range<usize>> {
        let mean = self.due.iter().sum::<f64>() / self.due.len().max(1) as f64;
        let loud = |k: &usize| self.due[*k] > 0.1 * mean;
        let all = || 0..self.due.len();
        let share = median(all().filter(loud).map(|k| self.off[k] / self.due[k]));
        let floor = median(all().filter(|k| self.due[*k] < 0.01 * mean).map(|k| self.off[k]));
        let told = |k: usize| self.due[k] > (ABOVE_NOISE * floor).max(FAINTEST * mean);
        let is_off = |k: usize| self.off[k] > (OFF.max(BEYOND_NOISE * share) * self.due[k]).max(BEYOND_NOISE * floor);
        let mut runs: Vec<Range<usize>> = Vec::new();
        for k in all().filter(|k| told(*k) && is_off(*k)) {
            let joins = runs.last().is_some_and(|last| {
                let between = last.end..k;
                between.len() <= BRIDGED && between.filter(|k| told(*k)).count() <= AGREED
            });
            match runs.last_mut() {
                Some(last) if joins => last.end = k + 1,
                _ => runs.push(k..k + 1),
            }
        }
        runs.into_iter().filter(|run| run.len() >= SHORTEST).collect()
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    let middle = values.len() / 2;
    if values.is_empty() { 0.0 } else { *values.select_nth_unstable_by(middle, f64::total_cmp).1 }
}

/// What stands there.
fn told(reference: &[f32], capture: &[f32], stretch: &Range<usize>, gain: f64) -> Replaced {
    let energy = |x: &[f32]| x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    let end = stretch.end.min(capture.len());
    let (heard, due) = (&capture[stretch.start.min(end)..end], &reference[stretch.start.min(end)..end]);
    let repeat = LAGS.filter_map(|lag| {
        let before = capture.get(stretch.start.checked_sub(lag)?..end.checked_sub(lag)?)?;
        let product: f64 = heard.iter().zip(before).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
        Some((lag, product / (energy(heard) * energy(before)).sqrt().max(1e-300)))
    });
    let best = repeat.max_by(|a, b| a.1.total_cmp(&b.1));
    let (filling, lag) = match best {
        _ if energy(heard) < SILENT * energy(due) * gain.powi(2) => (Filling::Silence, 0),
        Some((lag, alike)) if alike >= ALIKE => (Filling::Repeat, lag),
        _ => (Filling::Other, 0),
    };
    let seconds = |samples: usize| samples as f64 / f64::from(RATE);
    Replaced {
        start_s: seconds(stretch.start),
        length_s: seconds(stretch.len()),
        uncertainty_s: seconds(HOP * HOPS),
        filling,
        lag_s: seconds(lag),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stimulus::{Random, speech_like, speech_noise};

    const RATE_S: f64 = 8000.0;

    /// How a receiver conceals a packet.
    #[derive(Debug, Clone, Copy)]
    enum How {
        Silence,
        Again,
        /// The packet before, again and again, fainter each time and within it.
        Fading,
        /// A pitch period of what was before.
        Pitch,
        Noise,
    }

    /// The sound behind a path with 5 % of its packets of 20 ms lost in bursts of one to four, and the time that was
    /// lost while there was something to lose.
    fn concealed(sound: &[f32], how: How, seed: u64) -> (Vec<f32>, f64) {
        let mut random = Random::new(seed ^ 0x9EA4);
        let mut heard: Vec<f32> = sound.iter().map(|x| 0.5 * x + 2e-4 * random.gaussian() as f32).collect();
        let mean = sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32;
        let (mut lost, mut packet) = (0, 3);
        while packet + 5 < sound.len() / 160 {
            if random.uniform() > 0.02 {
                packet += 1;
                continue;
            }
            let count = 1 + (random.next_u64() % 4) as usize;
            for n in packet * 160..(packet + count) * 160 {
                let within = (n - packet * 160) as f32 / (count * 160) as f32;
                heard[n] = match how {
                    How::Silence => 0.0,
                    How::Again => heard[n - 160],
                    How::Fading => heard[n - 160] * (1.0 - 0.3 * within),
                    How::Pitch => heard[n - 57],
                    How::Noise => 0.3 * mean.sqrt() * random.gaussian() as f32,
                };
            }
            let audible = |k: &usize| sound[k * 8..k * 8 + 8].iter().map(|x| x * x).sum::<f32>() / 8.0 > 0.01 * mean;
            lost += (packet * 20..(packet + count) * 20).filter(audible).count();
            packet += count + 3;
        }
        (heard, lost as f64 * 1e-3)
    }

    #[test]
    fn the_time_that_was_lost_is_told_whatever_conceals_it() {
        for seed in 0..4 {
            for (name, sound) in [("noise", speech_noise(seed, 8000, 12.0)), ("speech", speech_like(seed, 8000, 12.0))] {
                for how in [How::Silence, How::Again, How::Fading, How::Pitch, How::Noise] {
                    let (heard, lost) = concealed(&sound, how, seed);
                    let pair = Aligned::exact(sound.clone(), heard, RATE_S, 0.5);
                    let found: f64 = replaced(&pair).iter().map(|one| one.length_s).sum();
                    assert!((found - lost).abs() <= 0.2 * lost + 0.01, "{name} {seed}, {how:?}: {found:.3} s for {lost:.3} s");
                }
            }
        }
    }

    #[test]
    fn what_came_through_was_not_replaced() {
        for seed in 0..4 {
            for sound in [speech_noise(seed, 8000, 8.0), speech_like(seed, 8000, 8.0)] {
                let mut random = Random::new(seed);
                for noise in [0.0, 2e-4, 5e-3] {
                    let narrow = crate::filter::band_pass(&sound, 8e3, 300.0, 3400.0);
                    let heard: Vec<f32> = narrow.iter().map(|x| (0.5 * x + noise * random.gaussian()) as f32).collect();
                    let found = replaced(&Aligned::exact(sound.clone(), heard, RATE_S, 0.5));
                    assert!(found.is_empty(), "seed {seed}, noise {noise}: {found:?}");
                }
            }
        }
    }
}
