//! How much of a voice arrived as it was spoken: stretches that are lost or are something else, samples pressed flat against a ceiling, and the
//! colour of what arrived.
//!
//! Knows nothing of packets: a stretch that does not resemble what was spoken there is lost, whatever lost it.

use super::coloration::{Coloration, coloration, mean_square};
use super::delay::{Delay, Signal, delay};
use super::stimulus::BURST_BAND_HZ;
use super::{align, fft, interp};

/// Length of one look, in seconds: half a packet, so that a lost packet holds one whole look wherever it begins.
pub const LOOK_S: f64 = 0.010;
/// Below this correlation coefficient a look is lost: noise as strong as the voice itself leaves 0.7, chance alone 0.13.
const PRESENT: f64 = 0.5;
/// Nothing is said of the first and last moments of the reference, where filters settle, in seconds.
const EDGE_S: f64 = 0.030;
/// After a voice a room and a codec are quiet within so many seconds.
const LINGERS_S: f64 = 0.100;
/// What is within this share of the peak is at the ceiling. Of noise that is not pressed one sample in five thousand is.
const CEILING: f64 = 0.98;

/// What became of a voice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fidelity {
    pub delay: Delay,
    /// Looks at which the voice was expected.
    pub looks: usize,
    /// Those at which it was not there.
    pub lost: usize,
    /// Of these, those from the first look on: a beginning that was cut off.
    pub swallowed: usize,
    /// Over the band of the voices; none where too little of it arrived.
    pub coloration: Option<Coloration>,
    /// Share of the capture's samples, while the voice sounded, that stand at its greatest value.
    pub clipped: f64,
}

/// Compares what was heard with what was spoken, a voice without pauses; both are brought to `rate` (whole hertz). `None`: it is nowhere in the
/// capture.
pub fn fidelity(reference: Signal, capture: Signal, rate: u32) -> Option<Fidelity> {
    // A buffer that was adapted on the way leaves two delays: each half may stand where it stands, and the whole in neither place.
    let whole = delay(reference, capture);
    let half = reference.samples.len() / 2;
    let of_half = |samples, from_s: f64| {
        let found = delay(Signal::new(samples, reference.rate), capture)?;
        // Counted from the whole's beginning, as the other two are.
        Some(Delay { seconds: found.seconds - from_s, t_ref_s: found.t_ref_s + from_s, ..found })
    };
    let halves = [of_half(&reference.samples[..half], 0.0), of_half(&reference.samples[half..], half as f64 / reference.rate)];
    // What cannot be aligned is not resampled either: at an absurd rate that would take all memory.
    let alignments: Vec<Delay> = [whole, halves[0], halves[1]].into_iter().flatten().collect();
    let first = *alignments.first()?;
    let at_rate = |signal: Signal| -> Vec<f32> {
        fft::resample(signal.samples, signal.rate.round() as u32, rate).iter().map(|s| *s as f32).collect()
    };
    let (spoken, heard) = (at_rate(reference), at_rate(capture));
    let rate = f64::from(rate);
    let look = (LOOK_S * rate) as usize;
    let (from, to) = ((EDGE_S * rate) as usize, spoken.len().saturating_sub((EDGE_S * rate) as usize));
    if look == 0 || from + look > to {
        return None;
    }
    let (mut looks, mut lost, mut swallowed) = (0, 0, 0);
    for at in (from..=to - look).step_by(look) {
        let best = alignments.iter().map(|aligned| likeness(&spoken[at..at + look], at, &heard, aligned, rate));
        let is_lost = best.fold(0.0, f64::max) < PRESENT;
        swallowed += usize::from(is_lost && lost == looks);
        looks += 1;
        lost += usize::from(is_lost);
    }
    let noise = mean_square(after(capture, &first, reference));
    let coloration = coloration(&align::lay(reference, capture, first), BURST_BAND_HZ.0, BURST_BAND_HZ.1, noise);
    Some(Fidelity { delay: first, looks, lost, swallowed, coloration, clipped: clipped(capture, &first, reference) })
}

/// Correlation of a stretch of the reference, from sample `at` on, with what stands at its place in the capture.
fn likeness(spoken: &[f32], at: usize, heard: &[f32], aligned: &Delay, rate: f64) -> f64 {
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (offset, x) in spoken.iter().enumerate() {
        let t = (at + offset) as f64 / rate;
        let y = f64::from(interp::sinc_at(heard, (t + aligned.at(t)) * rate));
        let x = f64::from(*x);
        xy += x * y;
        xx += x * x;
        yy += y * y;
    }
    if xx > 0.0 && yy > 0.0 { (xy / (xx * yy).sqrt()).abs() } else { 0.0 }
}

/// What the capture holds once the voice is over, and what it leaves behind has died away; empty where it ends before.
fn after<'s>(capture: Signal<'s>, aligned: &Delay, reference: Signal) -> &'s [f32] {
    let over = aligned.seconds + reference.samples.len() as f64 / reference.rate + LINGERS_S;
    capture.samples.get((over.max(0.0) * capture.rate) as usize..).unwrap_or_default()
}

/// Share of the samples that stand at the greatest value, while the reference sounds.
fn clipped(capture: Signal, aligned: &Delay, reference: Signal) -> f64 {
    let length = reference.samples.len() as f64 / reference.rate;
    let place = |seconds: f64| ((seconds.max(0.0) * capture.rate) as usize).min(capture.samples.len());
    let sounding = &capture.samples
        [place(aligned.seconds + EDGE_S)..place(aligned.seconds + length - EDGE_S).max(place(aligned.seconds + EDGE_S))];
    let peak = sounding.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    if peak <= 0.0 || sounding.is_empty() {
        return 0.0;
    }
    let ceiling = peak * CEILING as f32;
    sounding.iter().filter(|sample| sample.abs() >= ceiling).count() as f64 / sounding.len() as f64
}

#[cfg(test)]
mod tests {
    use super::super::stimulus;
    use super::*;

    const RATE: u32 = 8000;

    /// A second of voice, 0.1 s late, changed on the way.
    fn heard(change: impl Fn(usize, f32) -> f32) -> Fidelity {
        let spoken = stimulus::steady_noise(1, RATE, 1.0);
        let noise = stimulus::steady_noise(2, RATE, 1.5);
        let mut capture = vec![0.0; 12_000];
        for (n, sample) in capture.iter_mut().enumerate() {
            let voice = n.checked_sub(800).and_then(|n| spoken.get(n)).copied().unwrap_or(0.0);
            *sample = change(n, voice) + 0.1 * noise[n];
        }
        let signal = |samples| Signal::new(samples, f64::from(RATE));
        fidelity(signal(&spoken), signal(&capture), RATE).expect("a voice")
    }

    #[test]
    fn a_voice_that_arrives_whole_is_whole() {
        for gain in [0.5, -0.5, 0.2] {
            let found = heard(|_, x| gain * x);
            assert_eq!(found.lost, 0, "{gain}: {found:?}");
            assert!(found.looks > 90 && found.clipped < 0.001, "{gain}: {found:?}");
            assert!((found.delay.seconds - 0.1).abs() < 1e-3, "{found:?}");
        }
    }

    #[test]
    fn lost_packets_are_counted_wherever_they_begin() {
        for offset in 0..20 {
            let hole = 4000 + 8 * offset..4160 + 8 * offset;
            let found = heard(|n, x| if hole.contains(&n) { 0.0 } else { x });
            assert!((1..=2).contains(&found.lost), "{offset}: {found:?}");
        }
        let half = heard(|n, x| if (n / 160) % 2 == 0 { 0.0 } else { x });
        assert!((0.4..0.6).contains(&(half.lost as f64 / half.looks as f64)), "{half:?}");
    }

    #[test]
    fn a_voice_pressed_against_a_ceiling_is_clipped() {
        let spoken = stimulus::steady_noise(1, RATE, 1.0);
        let peak = spoken.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
        let capture: Vec<f32> = spoken.iter().map(|x| x.clamp(-peak / 3.0, peak / 3.0)).collect();
        let signal = |samples| Signal::new(samples, f64::from(RATE));
        let found = fidelity(signal(&spoken), signal(&capture), RATE).expect("a voice");
        assert!(found.clipped > 0.05, "{found:?}");
    }

    #[test]
    fn a_buffer_that_is_adapted_loses_little() {
        let spoken = stimulus::steady_noise(1, RATE, 1.0);
        let mut capture = vec![0.0f32; 800];
        capture.extend_from_slice(&spoken[..4000]);
        // 20 ms are put in.
        capture.extend_from_slice(&spoken[3840..]);
        capture.resize(12_000, 0.0);
        let signal = |samples| Signal::new(samples, f64::from(RATE));
        let found = fidelity(signal(&spoken), signal(&capture), RATE).expect("a voice");
        assert!(found.lost <= 3, "{found:?}");
    }

    #[test]
    fn what_is_not_there_has_no_fidelity() {
        let signal = |samples| Signal::new(samples, f64::from(RATE));
        let (one, other) = (stimulus::steady_noise(1, RATE, 1.0), stimulus::steady_noise(2, RATE, 1.5));
        assert_eq!(fidelity(signal(&one), signal(&other), RATE), None);
        assert_eq!(fidelity(signal(&one), signal(&[]), RATE), None);
        assert_eq!(fidelity(signal(&[]), signal(&other), RATE), None);
    }
}
