//! When sound begins: the make and break of a contact that gates a tone, and the first arrival of speech-band sound
//! above noise.
//!
//! Knows nothing of relays or of calls. Positions are in frames of the given samples, counted from 0.

use std::f64::consts::PI;

use super::filter;
use super::segment;

/// A moment with its expanded uncertainty (k = 2), both in frames.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Onset {
    pub frame: f64,
    pub uncertainty_frames: f64,
}

/// A contact closing (`made`) or opening.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Edge {
    pub made: bool,
    #[serde(flatten)]
    pub at: Onset,
}

/// The first make of a contact that gates a tone near `tone_hz`: the start of its bounce, not the end. `None` if no
/// tone starts.
pub fn tone_onset(samples: &[f32], rate: f64, tone_hz: f64) -> Option<Onset> {
    gate_edges(samples, rate, tone_hz).iter().find(|edge| edge.made).map(|edge| edge.at)
}

/// The last break after which the tone stays away to the end of the samples. `None` if the tone never ends (or never
/// was).
pub fn tone_end(samples: &[f32], rate: f64, tone_hz: f64) -> Option<Onset> {
    gate_edges(samples, rate, tone_hz).last().filter(|edge| !edge.made).map(|edge| edge.at)
}

/// Every make and break, bounces included, of a contact that gates a free-running tone near `tone_hz` (up to ±2 %) into
/// the input.
///
/// The tone's amplitude and phase are taken from the closest stretch in which it is steady; then each sample speaks for
/// open or closed, and the most likely sequence is found. Pulses of contact shorter than about 0.1 ms are not told from
/// clicks. Empty when there is no tone of at least 10 ms, or it is weaker than the noise.
pub fn gate_edges(samples: &[f32], rate: f64, tone_hz: f64) -> Vec<Edge> {
    let usable = rate.is_finite() && tone_hz > 100.0 && tone_hz < 0.45 * rate && samples.iter().all(|x| x.is_finite());
    let Some(tone) = usable.then(|| Tone::find(samples, rate, tone_hz)).flatten() else {
        return Vec::new();
    };
    // A change must be carried by 0.07 ms of evidence, so that one click cannot decide (at low rates, by one sample).
    let evidence = tone.evidence(samples, 8.0 * (48_000.0 / rate).max(0.5));
    let (_, changes) = segment::two_state(&evidence, 12.0);
    let edge = |change: &segment::Change| Edge {
        made: change.on,
        // The change lies between two samples; smear of the converter's filter adds about one more.
        at: Onset { frame: change.at as f64 - 0.5, uncertainty_frames: 1.2 + change.spread },
    };
    changes.iter().map(edge).collect()
}

/// Phasor of the tone in one block: amplitude and phase at the block's first sample.
#[derive(Debug, Clone, Copy)]
struct Phasor {
    start: usize,
    re: f64,
    im: f64,
}

/// The tone as found in the blocks where it is steady.
struct Tone {
    /// Radians per sample.
    step: f64,
    block: usize,
    steady: Vec<Phasor>,
    noise: f64,
}

impl Tone {
    fn find(samples: &[f32], rate: f64, tone_hz: f64) -> Option<Tone> {
        let nominal = 2.0 * PI * tone_hz / rate;
        // Whole periods, 5 ms or more: the phasor of another block then leaks nothing.
        let periods = (0.005 * tone_hz).ceil().max(2.0);
        let block = ((periods * rate / tone_hz).round() as usize).max(8);
        let measured: Vec<(Phasor, f64, f64)> =
            samples.chunks_exact(block).enumerate().map(|(i, x)| phasor(i * block, x, nominal)).collect();
        let strongest = measured.iter().map(|(_, tone, _)| *tone).fold(0.0, f64::max);
        if strongest <= 1e-12 {
            return None;
        }
        let is_steady = |(_, tone, total): &(Phasor, f64, f64)| *tone > 0.5 * strongest && *tone > 0.5 * total;
        let inside = |i: usize| is_steady(&measured[i]) && measured.get(i + 1).is_some_and(is_steady);
        let pairs: Vec<usize> = (0..measured.len()).filter(|i| inside(*i)).collect();
        let step = nominal + frequency_offset(&measured, &pairs, nominal, block)?;
        let steady: Vec<Phasor> = measured
            .iter()
            .enumerate()
            .filter(|(_, m)| is_steady(m))
            .map(|(i, _)| phasor(i * block, &samples[i * block..(i + 1) * block], step).0)
            .collect();
        let mut quiet: Vec<f64> =
            measured.iter().filter(|(_, tone, _)| *tone < 0.05 * strongest).map(|(_, _, total)| *total).collect();
        let mut rest: Vec<f64> =
            measured.iter().filter(|m| is_steady(m)).map(|(_, tone, total)| (total - tone).max(0.0)).collect();
        let noise = median(&mut quiet).max(median(&mut rest)).max(1e-4 * strongest);
        Some(Tone { step, block, steady, noise })
    }

    /// Log-likelihood ratio of closed over open for each sample, held within ± `most`.
    fn evidence(&self, samples: &[f32], most: f64) -> Vec<f64> {
        let mut nearest = 0;
        let value = |(n, x): (usize, &f32)| {
            let centre = |p: &Phasor| (p.start + self.block / 2).abs_diff(n);
            while self.steady.get(nearest + 1).is_some_and(|next| centre(next) < centre(&self.steady[nearest])) {
                nearest += 1;
            }
            let phasor = self.steady[nearest];
            let angle = self.step * (n as f64 - phasor.start as f64);
            let tone = phasor.re * angle.cos() - phasor.im * angle.sin();
            let x = f64::from(*x);
            ((2.0 * x * tone - tone * tone) / (2.0 * self.noise)).clamp(-most, most)
        };
        samples.iter().enumerate().map(value).collect()
    }
}

/// The phasor of a block, the tone's mean-square value and the block's mean square about its mean.
fn phasor(start: usize, block: &[f32], step: f64) -> (Phasor, f64, f64) {
    let n = block.len() as f64;
    let mean = block.iter().map(|x| f64::from(*x)).sum::<f64>() / n;
    let (mut re, mut im, mut total) = (0.0, 0.0, 0.0);
    for (i, x) in block.iter().enumerate() {
        let x = f64::from(*x) - mean;
        let (sin, cos) = (step * i as f64).sin_cos();
        re += x * cos;
        im -= x * sin;
        total += x * x;
    }
    let phasor = Phasor { start, re: 2.0 * re / n, im: 2.0 * im / n };
    (phasor, 0.5 * (phasor.re * phasor.re + phasor.im * phasor.im), total / n)
}

/// Deviation from the nominal frequency, radians per sample, from the phase advance between neighbouring steady blocks.
fn frequency_offset(measured: &[(Phasor, f64, f64)], pairs: &[usize], nominal: f64, block: usize) -> Option<f64> {
    let (mut re, mut im) = (0.0, 0.0);
    for i in pairs {
        let (a, b) = (&measured[*i].0, &measured[*i + 1].0);
        re += b.re * a.re + b.im * a.im;
        im += b.im * a.re - b.re * a.im;
    }
    if pairs.is_empty() {
        return None;
    }
    // The nominal advance over a block is a whole number of turns only after rounding the block to samples.
    let advance = nominal * block as f64;
    let turn = im.atan2(re) - advance;
    let turn = turn - (turn / (2.0 * PI)).round() * 2.0 * PI;
    Some(turn / block as f64)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// The first arrival of sound in the speech band (300 to 3400 Hz) that stands at least 6 dB above the noise for 10 ms.
///
/// `noise_dbfs` is the noise level within that band if known; otherwise the quietest tenth of the stretch is taken for
/// noise. `None` if nothing rises above it. The uncertainty covers where the rise may begin, given the noise; a sound
/// that swells slowly is only as sharp.
pub fn first_sound(samples: &[f32], rate: f64, noise_dbfs: Option<f64>) -> Option<Onset> {
    let usable = (1000.0..=1e6).contains(&rate) && samples.iter().all(|x| x.is_finite());
    let window = (0.01 * rate) as usize;
    if !usable || samples.len() < 2 * window {
        return None;
    }
    // An offset would be a step at the first sample; the median is not moved by the sound itself.
    let offset = median(&mut samples.iter().map(|x| f64::from(*x)).collect::<Vec<f64>>()) as f32;
    let centred: Vec<f32> = samples.iter().map(|x| x - offset).collect();
    let band = filter::band_pass(&centred, rate, 300.0, 3400.0);
    let power: Vec<f64> = band.iter().map(|x| x * x).collect();
    let noise = match noise_dbfs {
        Some(level) => 10f64.powf(level / 10.0) / 2.0,
        None => quietest(&power, window),
    };
    let noise = noise.max(1e-14);
    let hop = (window / 10).max(1);
    let mean = |start: usize| power[start..start + window].iter().sum::<f64>() / window as f64;
    let start = (0..=power.len() - window).step_by(hop).find(|start| mean(*start) > 4.0 * noise)?;
    Some(pick(&power, start.saturating_sub(window), (start + window + hop).min(power.len()), noise, rate))
}

/// Noise power: the median of the windows that are not clearly above the quietest tenth. The tenth alone would read a
/// third too low.
fn quietest(power: &[f64], window: usize) -> f64 {
    let mut means: Vec<f64> = power.chunks_exact(window).map(|w| w.iter().sum::<f64>() / window as f64).collect();
    means.sort_by(f64::total_cmp);
    let tenth = means.len().div_ceil(10);
    let limit = 2.5 * means.iter().take(tenth).sum::<f64>() / tenth.max(1) as f64;
    means.retain(|mean| *mean <= limit);
    median(&mut means)
}

/// The most likely start of louder sound of unknown power after noise of known power, within `from..to`. A sound that
/// swells would be found at its strongest rise, so the stretch before each find is searched again for a weaker
/// beginning.
fn pick(power: &[f64], from: usize, to: usize, noise: f64, rate: f64) -> Onset {
    const CLEAR: f64 = 12.0;
    let reach = (0.01 * rate) as usize;
    let mut found = split(power, from, to, noise, rate);
    for _ in 0..4 {
        let at = found.frame as usize;
        let earlier = split(power, at.saturating_sub(reach), at, noise, rate);
        if earlier.gain < CLEAR {
            break;
        }
        found = earlier;
    }
    // Half a period of the lowest frequency may pass before a sound shows, and the filter's own delay is of that size.
    let rise = 0.0005 * rate;
    Onset { frame: found.frame, uncertainty_frames: found.width.hypot(rise) }
}

struct Split {
    frame: f64,
    width: f64,
    /// Log-likelihood over "all noise".
    gain: f64,
}

fn split(power: &[f64], from: usize, to: usize, noise: f64, rate: f64) -> Split {
    // Neighbouring samples of a band of 3.1 kHz are not independent: this many count as one.
    let dependent = (rate / 6200.0).max(1.0);
    let mut gains = Vec::with_capacity(to - from);
    let mut sum: f64 = 0.0;
    for (count, value) in power[from..to].iter().rev().enumerate() {
        sum += value;
        let n = count as f64 + 1.0;
        let ratio = (sum / n / noise).max(1.0);
        gains.push(0.5 * n * (ratio - 1.0 - ratio.ln()) / dependent);
    }
    gains.reverse();
    let best = gains.iter().enumerate().fold((0, f64::MIN), |b, (k, g)| if *g > b.1 { (k, *g) } else { b });
    let near = |(_, gain): &(usize, &f64)| **gain > best.1 - 2.0;
    let first = gains.iter().enumerate().find(near).map_or(best.0, |(k, _)| k);
    let last = gains.iter().enumerate().rev().find(near).map_or(best.0, |(k, _)| k);
    Split { frame: (from + best.0) as f64, width: (best.0 - first).max(last - best.0) as f64, gain: best.1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stimulus::{Random, burst};

    /// A bouncing gate on a tone: the samples, the first make, and the last break, in frames.
    fn gated(seed: u64, rate: f64, noise: f64) -> (Vec<f32>, f64, f64, usize) {
        let mut random = Random::new(seed);
        let hz = 1000.0 * (1.0 + 0.004 * (random.uniform() - 0.5));
        let phase = 2.0 * PI * random.uniform();
        let (make, hold) = (0.05 + 0.1 * random.uniform(), 0.15 + 0.1 * random.uniform());
        let mut edges = vec![make];
        for _ in 0..2 * (random.next_u64() % 4) {
            edges.push(edges[edges.len() - 1] + 0.0003 + 0.0008 * random.uniform());
        }
        edges.push(make + hold);
        let bounces = edges.len();
        let open = |t: f64| edges.iter().filter(|e| **e <= t).count() % 2 == 0;
        let samples = (0..(0.5 * rate) as usize).map(|i| {
            let t = i as f64 / rate;
            let tone = if open(t) { 0.0 } else { 0.3 * (2.0 * PI * hz * t + phase).sin() };
            (tone + noise * random.gaussian()) as f32
        });
        (samples.collect(), make * rate, (make + hold) * rate, bounces)
    }

    #[test]
    fn gate_is_found_through_bounce_and_noise() {
        for (rate, noise, limit_s) in
            [(48000.0, 0.0003, 60e-6), (48000.0, 0.02, 150e-6), (16000.0, 0.003, 150e-6), (8000.0, 0.001, 200e-6)]
        {
            let mut covered = 0;
            for seed in 0..100 {
                let (samples, make, end, bounces) = gated(seed, rate, noise);
                let edges = gate_edges(&samples, rate, 1000.0);
                let onset = tone_onset(&samples, rate, 1000.0).expect("a tone starts");
                let ending = tone_end(&samples, rate, 1000.0).expect("a tone ends");
                for (got, truth) in [(onset, make), (ending, end)] {
                    let error = (got.frame - truth) / rate;
                    assert!(error.abs() < limit_s, "{rate} Hz, noise {noise}, seed {seed}: {:.0} µs", error * 1e6);
                    covered += usize::from((got.frame - truth).abs() <= got.uncertainty_frames);
                }
                if noise < 0.001 && rate > 40e3 {
                    assert_eq!(edges.len(), bounces, "seed {seed}");
                }
            }
            assert!(covered >= 186, "{rate} Hz, noise {noise}: {covered} of 200 within the stated uncertainty");
        }
    }

    #[test]
    fn no_tone_is_no_edge() {
        let mut random = Random::new(1);
        let noise: Vec<f32> = (0..24000).map(|_| 0.1 * random.gaussian() as f32).collect();
        for samples in [&noise[..], &[], &[0.5], &[0.0; 4800], &[0.5; 4800], &[f32::NAN; 4800]] {
            assert!(gate_edges(samples, 48e3, 1000.0).is_empty());
            assert!(first_sound(samples, 48e3, None).is_none());
        }
        assert!(gate_edges(&noise, f64::NAN, 1000.0).is_empty() && gate_edges(&noise, 48e3, 0.0).is_empty());
        let steady: Vec<f32> = (0..9600).map(|i| (i as f32 * 0.13).sin()).collect();
        assert!(tone_onset(&steady, 48e3, 993.0).is_none() && tone_end(&steady, 48e3, 993.0).is_none());
    }

    #[test]
    fn first_sound_is_found_above_noise() {
        for (noise, limit) in [(0.0, 0.0015), (0.001, 0.0015), (0.02, 0.004)] {
            let mut covered = 0;
            for seed in 0..40 {
                let mut random = Random::new(seed);
                let at = 8000 + (random.uniform() * 8000.0) as usize;
                let mut samples: Vec<f32> = (0..32000).map(|_| (noise * random.gaussian()) as f32).collect();
                let sound = burst(seed, 16000, 0.5);
                // Cut into the noise part, so that the sound begins at once and its beginning is known.
                let first = 1600;
                for (slot, x) in samples[at..].iter_mut().zip(&sound[first..]) {
                    *slot += x;
                }
                let found = first_sound(&samples, 16000.0, None).expect("there is sound");
                let error = found.frame - at as f64;
                assert!(error.abs() / 16000.0 < limit, "noise {noise}, seed {seed}: {:.2} ms", error / 16.0);
                covered += usize::from(error.abs() <= found.uncertainty_frames);
            }
            assert!(covered >= 36, "noise {noise}: {covered} of 40");
        }
    }
}
