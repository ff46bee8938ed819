//! Intensity envelopes of the seven octaves: what everything else of the index is measured on.
//!
//! Knows nothing of test signals or modulations. Works block by block, so that neither memory nor cache grows with the
//! sound; each octave is taken out of a block's spectrum, moved down in frequency and brought back at the low rate that
//! its width needs. Single precision (an error of some 10⁻⁷) is ample here: a modulation is stated to 10⁻³.

use std::f64::consts::{FRAC_PI_2, PI};

use super::BANDS_HZ;
use hejnal_dsp::delay::Signal;
use hejnal_dsp::fft::{self, Complex32, Complex64};

/// A block lasts at least this long: the slowest filter rings a tenth of it.
const BLOCK_S: f64 = 1.2;
/// Edges of an octave filter, octaves from its centre: flat up to the first, nothing beyond the second, half the power
/// midway.
const FLAT: f64 = 0.38;
const STOP: f64 = 0.62;
/// An octave moved down in frequency begins above twice the fastest modulation: its own square must not reach the
/// modulations.
const LOWEST_HZ: f64 = 30.0;
/// Envelopes are averaged in groups to about this rate, hertz.
const ENVELOPE_HZ: f64 = 400.0;

/// The intensity of one octave over time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Envelope {
    /// Values per second.
    rate: f64,
    /// Rate before neighbours were averaged, and how many of them make one value.
    fine_rate: f64,
    group: usize,
    /// Values before the sound's first sample: the filters sound before their cause.
    lead: usize,
    /// Mean square of each group.
    values: Vec<f32>,
}

impl Envelope {
    /// Values between two moments of the sound, in seconds, and the moment of the first.
    fn span(&self, from_s: f64, to_s: f64) -> (&[f32], f64) {
        let index = |s: f64| (self.lead as f64 + s * self.rate).round().max(0.0) as usize;
        let end = index(to_s).min(self.values.len());
        let first = index(from_s).min(end);
        (self.values.get(first..end).unwrap_or(&[]), (first as f64 - self.lead as f64) / self.rate)
    }

    /// Sum of the intensity between two moments, and its Fourier components there, their phase from `from_s` on,
    /// corrected for the averaging of neighbours.
    pub fn components<const N: usize>(&self, from_s: f64, to_s: f64, hertz: [f64; N]) -> (f64, [Complex64; N]) {
        let (values, first_s) = self.span(from_s, to_s);
        let total = values.iter().map(|v| f64::from(*v)).sum();
        let one = |hz: f64| {
            let half = PI * hz / self.fine_rate;
            let droop = if self.group > 1 && half > 0.0 {
                (half * self.group as f64).sin() / (half.sin() * self.group as f64)
            } else {
                1.0
            };
            component(values, hz / self.rate) * Complex64::from_polar(1.0 / droop, -2.0 * PI * hz * (first_s - from_s))
        };
        (total, hertz.map(one))
    }

    /// Mean intensity between two moments.
    pub fn mean(&self, from_s: f64, to_s: f64) -> f64 {
        let (values, _) = self.span(from_s, to_s);
        values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len().max(1) as f64
    }

    /// First and last moment there is a value for, seconds.
    pub fn reach(&self) -> (f64, f64) {
        (-(self.lead as f64) / self.rate, (self.values.len() as f64 - self.lead as f64) / self.rate)
    }
}

/// Fourier component at `frequency` (cycles per value): short stretches by one table of phasors, the stretches by their
/// own.
fn component(values: &[f32], frequency: f64) -> Complex64 {
    const STRETCH: usize = 128;
    // Side by side, so that the processor can take several at once.
    const LANES: usize = 16;
    let phasor = |n: usize| Complex64::from_polar(1.0, -2.0 * PI * (frequency * n as f64).fract());
    let real: [f32; STRETCH] = std::array::from_fn(|n| phasor(n).re as f32);
    let imaginary: [f32; STRETCH] = std::array::from_fn(|n| phasor(n).im as f32);
    let stretch = |part: &[f32]| {
        let (mut re, mut im) = ([0f32; LANES], [0f32; LANES]);
        for ((v, a), b) in part.chunks(LANES).zip(real.chunks_exact(LANES)).zip(imaginary.chunks_exact(LANES)) {
            for (i, v) in v.iter().enumerate() {
                re[i] += v * a[i];
                im[i] += v * b[i];
            }
        }
        Complex64::new(re.iter().map(|x| f64::from(*x)).sum(), im.iter().map(|x| f64::from(*x)).sum())
    };
    values.chunks(STRETCH).enumerate().map(|(k, part)| stretch(part) * phasor(k * STRETCH)).sum()
}

/// Zero-phase octave filter, power-complementary to its neighbours: flat over the half octave of the carrier with its
/// side bands, −3 dB half an octave away, and gone before the neighbours' carriers (edition 5 asks for 41 dB there,
/// annex C.4.2).
fn octave_gain(hz: f64, centre: f64) -> f64 {
    if hz <= 0.0 {
        return 0.0;
    }
    let depth = (((hz / centre).log2().abs() - FLAT) / (STOP - FLAT)).clamp(0.0, 1.0);
    // Smooth at both ends, so that the filter rings but shortly.
    (FRAC_PI_2 * depth * depth * (3.0 - 2.0 * depth)).cos()
}

/// One octave within a block's spectrum.
struct Band {
    /// First bin of the spectrum, and the gain from there on.
    first: usize,
    gains: Vec<f32>,
    /// Bin of the short spectrum that the first one is moved to.
    moved: usize,
    /// Length of the short block.
    short: usize,
    group: usize,
}

impl Band {
    /// `None` for an octave whose centre lies beyond the rate: a telephone channel carries half of the 4 kHz octave.
    fn new(centre: f64, rate: f64, length: usize) -> Option<Band> {
        if centre > 0.5 * rate {
            return None;
        }
        let spacing = rate / length as f64;
        let first = (centre * 2f64.powf(-STOP) / spacing) as usize;
        let last = ((centre * 2f64.powf(STOP) / spacing).ceil() as usize).min(length / 2);
        let scale = 1.0 / length as f64;
        let gains = (first..=last).map(|k| (octave_gain(k as f64 * spacing, centre) * scale) as f32).collect();
        let moved = first.min((LOWEST_HZ / spacing).ceil() as usize);
        // Moved by whole turns from one block to the next, so that no jump of phase between blocks looks like a
        // modulation.
        let moved = moved + (first - moved) % 4;
        // Twice the highest frequency stays clear of the sampling rate, so that squares fold back nowhere near the
        // modulations.
        let needed = (5 * (moved + last - first)).div_ceil(2);
        let short = [1usize, 3].map(|odd| odd * needed.div_ceil(odd).next_power_of_two()).into_iter().min()?.max(32).min(length);
        let fine_rate = rate * short as f64 / length as f64;
        let mut group = 1;
        while fine_rate / (2 * group) as f64 >= ENVELOPE_HZ && short.is_multiple_of(16 * group) {
            group *= 2;
        }
        Some(Band { first, gains, moved, short, group })
    }
}

/// Envelopes of the octaves that the sound's rate reaches.
pub(super) fn octaves(sound: Signal) -> [Option<Envelope>; 7] {
    let length = ((BLOCK_S * sound.rate) as usize).next_power_of_two().max(256);
    let bands = BANDS_HZ.map(|centre| Band::new(centre, sound.rate, length));
    let mut envelopes: [Option<Envelope>; 7] = std::array::from_fn(|k| {
        let band = bands[k].as_ref()?;
        let fine_rate = sound.rate * band.short as f64 / length as f64;
        let rate = fine_rate / band.group as f64;
        Some(Envelope { rate, fine_rate, group: band.group, lead: band.short / 8 / band.group, values: Vec::new() })
    });
    let (guard, hop) = (length / 8, length / 4 * 3);
    // A block cut off sharply would ring into its useful part, and do so block after block at a rate of its own.
    let fade: Vec<f32> =
        (0..guard / 2).map(|i| (0.5 - 0.5 * (PI * (i as f64 + 0.5) / (guard / 2) as f64).cos()) as f32).collect();
    let forward = fft::plan_forward_single(length);
    let (mut block, mut spectrum, mut scratch) =
        (forward.make_input_vec(), forward.make_output_vec(), forward.make_scratch_vec());
    // The first block's useful part begins one guard before the sound, the last one's ends at least one guard after it.
    for start in (0..sound.samples.len() + 2 * guard).step_by(hop) {
        let from = start.saturating_sub(2 * guard);
        block.fill(0.0);
        let part = sound.samples.get(from..(start + length - 2 * guard).min(sound.samples.len())).unwrap_or(&[]);
        let at = (2 * guard).saturating_sub(start);
        if let Some(slot) = block.get_mut(at..at + part.len()) {
            slot.copy_from_slice(part);
        }
        block.iter_mut().zip(&fade).for_each(|(x, gain)| *x *= gain);
        block.iter_mut().rev().zip(&fade).for_each(|(x, gain)| *x *= gain);
        let done = forward.process_with_scratch(&mut block, &mut spectrum, &mut scratch);
        debug_assert!(done.is_ok(), "the plan was made for these lengths");
        for (band, envelope) in bands.iter().zip(&mut envelopes) {
            if let (Some(band), Some(envelope)) = (band, envelope) {
                append(&spectrum, band, &mut envelope.values);
            }
        }
    }
    for envelope in envelopes.iter_mut().flatten() {
        let wanted = 2 * envelope.lead + (sound.samples.len() as f64 * envelope.rate / sound.rate).ceil() as usize;
        envelope.values.truncate(wanted);
    }
    envelopes
}

/// The useful part of one octave of a block, squared and averaged in groups.
fn append(spectrum: &[Complex32], band: &Band, values: &mut Vec<f32>) {
    let inverse = fft::plan_inverse_single(band.short);
    let (mut bins, mut samples) = (inverse.make_input_vec(), inverse.make_output_vec());
    let taken = spectrum.iter().skip(band.first).zip(&band.gains).map(|(bin, gain)| bin * gain);
    bins.iter_mut().skip(band.moved).zip(taken).for_each(|(slot, bin)| *slot = bin);
    if let Some(end) = bins.last_mut() {
        end.im = 0.0;
    }
    bins[0].im = 0.0;
    let done = inverse.process(&mut bins, &mut samples);
    debug_assert!(done.is_ok(), "the plan was made for these lengths");
    let useful = samples.get(band.short / 8..band.short / 8 * 7).unwrap_or(&[]);
    values.extend(useful.chunks_exact(band.group).map(|part| part.iter().map(|x| x * x).sum::<f32>() / band.group as f32));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Attenuation of the filter, dB.
    fn attenuation(hz: f64, centre: f64) -> f64 {
        -20.0 * octave_gain(hz, centre).max(1e-9).log10()
    }

    /// Class 1 of IEC 61260-1:2014, table 1 [M]: attenuation at octaves from the centre, at least and at most.
    #[test]
    fn filters_meet_class_1_and_more() {
        let limits = [
            (0.0, -0.4, 0.4),
            (0.125, -0.4, 0.5),
            (0.25, -0.4, 0.7),
            (0.375, -0.4, 1.4),
            (0.499, -0.4, 5.3),
            (0.501, 2.0, 1e9),
            (1.0, 16.6, 1e9),
            (2.0, 40.5, 1e9),
            (3.0, 60.0, 1e9),
        ];
        for centre in BANDS_HZ {
            for (octaves, least, most) in limits {
                for side in [-1.0, 1.0] {
                    let got = attenuation(centre * 2f64.powf(side * octaves), centre);
                    assert!((least..=most).contains(&got), "{centre} Hz, {octaves} octaves: {got}");
                }
            }
            assert!(attenuation(centre * 2.0, centre) > 42.0 && attenuation(centre / 2.0, centre) > 42.0);
        }
        // No power is lost or counted twice between neighbours.
        for hz in [600.0, 660.0, 707.1, 750.0, 800.0] {
            let sum = octave_gain(hz, 500.0).powi(2) + octave_gain(hz, 1000.0).powi(2);
            assert!((sum - 1.0).abs() < 1e-9, "{hz} Hz: {sum}");
        }
    }

    /// A tone's intensity stands where the tone does, at its level, at every rate, and nothing stands elsewhere.
    #[test]
    fn a_tone_has_its_level_and_its_place() {
        for rate in [8000.0, 16_000.0, 22_050.0, 44_100.0, 48_000.0, 96_000.0] {
            let tone = |i: usize| {
                (i as f64 / rate > 1.0 && i as f64 / rate < 3.0).then_some(0.1 * (2.0 * PI * 1000.0 * i as f64 / rate).sin())
            };
            let samples: Vec<f32> = (0..(4.0 * rate) as usize).map(|i| tone(i).unwrap_or(0.0) as f32).collect();
            let all = octaves(Signal::new(&samples, rate));
            let envelope = all[3].as_ref().unwrap();
            assert!((envelope.mean(1.2, 2.8) / 0.005 - 1.0).abs() < 1e-3, "{rate} Hz: {}", envelope.mean(1.2, 2.8));
            assert!(envelope.mean(0.0, 0.9) < 1e-6 && envelope.mean(3.1, 4.0) < 1e-6);
            assert!((envelope.mean(0.98, 1.02) / 0.0025 - 1.0).abs() < 0.05, "{rate} Hz: {}", envelope.mean(0.98, 1.02));
            assert!(all[2].as_ref().unwrap().mean(1.2, 2.8) < 1e-9 && all[4].as_ref().unwrap().mean(1.2, 2.8) < 1e-9);
            assert_eq!(all.iter().flatten().count(), if rate < 16_000.0 { 6 } else { 7 });
            let (from, to) = envelope.reach();
            assert!(from < -0.1 && to > 4.1, "{from} {to}");
        }
    }
}
