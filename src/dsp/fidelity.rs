//! How much of a voice arrived as it was spoken: stretches that are lost or are something else, samples pressed flat
//! against a ceiling, and the colour of what arrived.
//!
//! Knows nothing of packets: a stretch that does not resemble what was spoken there is lost, whatever lost it.
//! Resemblance is asked for in the band of the voices alone, and no more of it than the noise leaves that is there
//! without the voice: a street is no loss.

use super::coloration::{Coloration, coloration, mean_square};
use super::delay::{Delay, Signal, delay};
use super::stimulus::{BURST_BAND_HZ, band_gain};
use super::{align, fft, interp};
use std::cell::OnceCell;

/// Length of one look, in seconds: half a packet, so that a lost packet holds one whole look wherever it begins.
pub const LOOK_S: f64 = 0.010;
/// Below this share of the correlation coefficient that the noise leaves a look is lost.
const PRESENT: f64 = 0.5;
/// So much fainter than most looks of its voice a look is but a shade of what was spoken, dB: more than a syllable's
/// own depth (12 dB), which a station may add to by what it takes for noise.
const SHADE_DB: f64 = 18.0;
/// Where the noise leaves less, a look tells nothing: chance alone makes 0.14 of the 50 free values of a look.
const TELLING: f64 = 0.6;
/// What is purer than this needs no second look, dB.
const PURE_ENOUGH_DB: f64 = 15.0;
/// And beside noise that is stronger than that one in so many looks is hidden at the most.
const HIDDEN_ONE_IN: usize = 50;
/// Width of the edges of the band of the voices, hertz.
const BAND_EDGE_HZ: f64 = 100.0;
/// Nothing is said of the first and last moments of the reference, where filters settle, in seconds.
const EDGE_S: f64 = 0.030;
/// After a voice a room and a codec are quiet within so many seconds.
const LINGERS_S: f64 = 0.100;
/// What is within this share of the peak is at the ceiling. Of noise that is not pressed one sample in five thousand
/// is.
const CEILING: f64 = 0.98;

/// What became of a voice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fidelity {
    pub delay: Delay,
    /// Looks at which the voice was expected, and louder than the noise would hide.
    pub looks: usize,
    /// Those at which it was not there.
    pub lost: usize,
    /// Of these, those from the first look on: a beginning that was cut off.
    pub swallowed: usize,
    /// Of the others that are lost so many in a row.
    pub in_a_row: usize,
    /// So many may be lost to chance alone: noise of the voice's own strength hides one look in fifty.
    pub by_chance: usize,
    /// Over the band of the voices; none where too little of it arrived.
    pub coloration: Option<Coloration>,
    /// Share of the capture's samples, while the voice sounded, that stand at its greatest value.
    pub clipped: f64,
    /// Mean square of what the capture holds without the voice, full scale 1.
    pub noise: f64,
}

/// Compares what was heard with what was spoken, a voice without pauses; both are brought to `rate` (whole hertz).
/// `None`: it is nowhere in the capture.
pub fn fidelity(reference: Signal, capture: Signal, whole_rate: u32) -> Option<Fidelity> {
    let rate = f64::from(whole_rate);
    // What cannot be aligned is not resampled either: at an absurd rate that would take all memory.
    if !(1e3..=1e6).contains(&capture.rate) {
        return None;
    }
    let at_rate = |signal: Signal| -> Vec<f32> {
        fft::resample(signal.samples, signal.rate.round() as u32, whole_rate).iter().map(|s| *s as f32).collect()
    };
    // Brought there once: whatever is asked of it lies in the band of the voices.
    let brought = at_rate(capture);
    let near = Signal::new(&brought, capture.rate * rate / capture.rate.round());
    // A buffer that was adapted on the way leaves two delays: each half may stand where it stands, and the whole in
    // neither place.
    let whole = delay(reference, near);
    let half = reference.samples.len() / 2;
    let of_half = |samples, from_s: f64| {
        let found = delay(Signal::new(samples, reference.rate), near)?;
        // Counted from the whole's beginning, as the other two are.
        Some(Delay { seconds: found.seconds - from_s, t_ref_s: found.t_ref_s + from_s, ..found })
    };
    // Sought only where the whole leaves something open: mostly it does not.
    let sought = OnceCell::new();
    let halves = || {
        *sought.get_or_init(|| {
            [of_half(&reference.samples[..half], 0.0), of_half(&reference.samples[half..], half as f64 / reference.rate)]
        })
    };
    let first = whole.or_else(|| halves().into_iter().flatten().next())?;
    let (spoken, heard) = (at_rate(reference), in_band(&brought, rate));
    let look = (LOOK_S * rate) as usize;
    let (from, to) = ((EDGE_S * rate) as usize, spoken.len().saturating_sub((EDGE_S * rate) as usize));
    if look == 0 || from + look > to {
        return None;
    }
    let expected = Expected::of(&spoken, &heard, &first, rate);
    // How loud each look arrived; `None`: it did not.
    let mut found: Vec<Option<f64>> = Vec::new();
    for at in (from..=to - look).step_by(look) {
        let Some(present) = expected.least(&spoken[at..at + look]) else { continue };
        let arrived = |aligned: &Delay| {
            let (likeness, gain) = likeness(&spoken[at..at + look], at, &heard, aligned, rate);
            (likeness >= present).then_some(gain)
        };
        found.push(arrived(&first).or_else(|| halves().iter().flatten().find_map(arrived)));
    }
    let (looks, Lost { lost, swallowed, in_a_row }) = (found.len(), Lost::of(&found));
    let noise = mean_square(after(capture, &first, reference.samples.len() as f64 / reference.rate));
    let pair = align::lay(reference, near, first);
    let coloured = |pair: &align::Aligned| coloration(pair, BURST_BAND_HZ.0, BURST_BAND_HZ.1, noise);
    let mut coloration = coloured(&pair);
    // Where a buffer was adapted in the middle, the whole is pure nowhere; one of its halves is. Where a clock is
    // followed, no half is.
    if coloration.is_none_or(|found| found.purity_db < PURE_ENOUGH_DB) {
        let parts = [(&reference.samples[..half], 0.0), (&reference.samples[half..], half as f64 / reference.rate)];
        let parts = parts.into_iter().zip(halves()).filter_map(|((samples, from_s), aligned)| {
            let aligned = aligned?;
            // Counted from the half's own beginning.
            let aligned = Delay { seconds: aligned.seconds + from_s, t_ref_s: aligned.t_ref_s - from_s, ..aligned };
            coloured(&align::lay(Signal::new(samples, reference.rate), near, aligned))
        });
        let others = parts.chain(coloured(&pair.followed()));
        coloration = others.chain(coloration).max_by(|a, b| a.purity_db.total_cmp(&b.purity_db));
    }
    let by_chance = expected.hidden(looks, &spoken);
    let clipped = clipped(capture, &first, reference);
    Some(Fidelity { delay: first, looks, lost, swallowed, in_a_row, by_chance, coloration, clipped, noise })
}

/// What is within the band of the voices.
fn in_band(samples: &[f32], rate: f64) -> Vec<f32> {
    let samples: Vec<f64> = samples.iter().map(|x| f64::from(*x)).collect();
    let margin = (rate / BAND_EDGE_HZ) as usize;
    fft::filter(&samples, margin, |f| band_gain(f * rate, BURST_BAND_HZ, BAND_EDGE_HZ)).iter().map(|x| *x as f32).collect()
}

/// How much of a voice may be seen in a capture in which there is noise.
struct Expected {
    /// Power of what arrives over that of what was spoken.
    gain: f64,
    /// Power of what is there without the voice.
    noise: f64,
}

impl Expected {
    /// Both at one rate; `heard` in the band of the voices.
    fn of(spoken: &[f32], heard: &[f32], aligned: &Delay, rate: f64) -> Expected {
        let heard = Signal::new(heard, rate);
        let noise = mean_square(after(heard, aligned, spoken.len() as f64 / rate));
        let voice = (mean_square(while_sounding(heard, aligned, spoken.len() as f64 / rate)) - noise).max(0.0);
        Expected { gain: voice / mean_square(spoken).max(f64::MIN_POSITIVE), noise }
    }

    /// The least correlation at which a stretch of what was spoken is there; `None`: the noise hides whether it is.
    fn least(&self, spoken: &[f32]) -> Option<f64> {
        let voice = self.gain * mean_square(spoken);
        let left = if self.noise > 0.0 { (voice / (voice + self.noise)).sqrt() } else { 1.0 };
        (left >= TELLING).then_some(PRESENT * left)
    }

    /// How many of the looks at what was spoken the noise may hide by chance.
    fn hidden(&self, looks: usize, spoken: &[f32]) -> usize {
        let is_pure = self.gain * mean_square(spoken) >= self.noise * 10f64.powf(PURE_ENOUGH_DB / 10.0);
        if is_pure { 0 } else { looks / HIDDEN_ONE_IN }
    }
}

/// How many of the looks are lost, in all, from the first on, and of the others in a row.
struct Lost {
    lost: usize,
    swallowed: usize,
    in_a_row: usize,
}

impl Lost {
    fn of(found: &[Option<f64>]) -> Lost {
        let is_lost = lost_of(found);
        let swallowed = is_lost.iter().take_while(|is_lost| **is_lost).count();
        let in_a_row = is_lost[swallowed..].split(|is_lost| !is_lost).map(<[bool]>::len).max().unwrap_or(0);
        Lost { lost: is_lost.iter().filter(|is_lost| **is_lost).count(), swallowed, in_a_row }
    }
}

/// Which of the looks are lost: those that are not there, and those that are a shade of the others.
fn lost_of(found: &[Option<f64>]) -> Vec<bool> {
    let mut gains: Vec<f64> = found.iter().flatten().copied().collect();
    gains.sort_by(f64::total_cmp);
    let usual = gains.get(gains.len() / 2).copied().unwrap_or(0.0);
    let shade = usual * 10f64.powf(-SHADE_DB / 20.0);
    found.iter().map(|gain| gain.is_none_or(|gain| gain < shade)).collect()
}

/// Correlation of a stretch of the reference, from sample `at` on, with what stands at its place in the capture, and
/// how loud it stands there.
fn likeness(spoken: &[f32], at: usize, heard: &[f32], aligned: &Delay, rate: f64) -> (f64, f64) {
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (offset, x) in spoken.iter().enumerate() {
        let t = (at + offset) as f64 / rate;
        let y = f64::from(interp::sinc_at(heard, (t + aligned.at(t)) * rate));
        let x = f64::from(*x);
        xy += x * y;
        xx += x * x;
        yy += y * y;
    }
    if xx > 0.0 && yy > 0.0 { ((xy / (xx * yy).sqrt()).abs(), (xy / xx).abs()) } else { (0.0, 0.0) }
}

/// What the capture holds once a voice of so many seconds is over, and what it leaves behind has died away; empty where
/// it ends before.
fn after<'s>(capture: Signal<'s>, aligned: &Delay, length: f64) -> &'s [f32] {
    let over = aligned.seconds + length + LINGERS_S;
    capture.samples.get((over.max(0.0) * capture.rate) as usize..).unwrap_or_default()
}

/// What the capture holds while a voice of so many seconds sounds, but for its edges.
fn while_sounding<'s>(capture: Signal<'s>, aligned: &Delay, length: f64) -> &'s [f32] {
    let place = |seconds: f64| ((seconds.max(0.0) * capture.rate) as usize).min(capture.samples.len());
    let from = place(aligned.seconds + EDGE_S);
    &capture.samples[from..place(aligned.seconds + length - EDGE_S).max(from)]
}

/// Share of the samples that stand at the greatest value, while the reference sounds.
fn clipped(capture: Signal, aligned: &Delay, reference: Signal) -> f64 {
    let sounding = while_sounding(capture, aligned, reference.samples.len() as f64 / reference.rate);
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
    fn what_fades_in_or_is_held_down_is_lost_where_it_is_a_shade() {
        let fades = heard(|n, x| x * ((n as f32 - 800.0) / 4000.0).clamp(0.0, 1.0).powi(2));
        assert!((12..=25).contains(&fades.swallowed) && fades.lost == fades.swallowed && fades.in_a_row == 0, "{fades:?}");
        let held = heard(|n, x| if (4000..4800).contains(&n) { 0.1 * x } else { x });
        assert!((8..=11).contains(&held.lost) && held.swallowed == 0 && held.in_a_row >= 8, "{held:?}");
        let swells = heard(|n, x| x * (0.6 + 0.4 * (n as f32 / 300.0).sin()));
        assert_eq!(swells.lost, 0, "{swells:?}");
    }

    #[test]
    fn lost_packets_are_counted_wherever_they_begin() {
        for offset in 0..20 {
            let hole = 4000 + 8 * offset..4160 + 8 * offset;
            let found = heard(|n, x| if hole.contains(&n) { 0.0 } else { x });
            assert!((1..=2).contains(&found.lost) && found.in_a_row == found.lost, "{offset}: {found:?}");
        }
        // Three packets hide six looks at the most, and a quarter more than that one more.
        for offset in 0..20 {
            let gap =
                |length: usize| heard(|n, x| if (4000 + 8 * offset..4000 + 8 * offset + length).contains(&n) { 0.0 } else { x });
            let [allowed, longer] = [480, 600].map(|length| gap(length).in_a_row);
            assert!(allowed <= 6 && longer > allowed, "{offset}: {allowed} {longer}");
        }
        let half = heard(|n, x| if (n / 160) % 2 == 0 { 0.0 } else { x });
        assert!((0.4..0.6).contains(&(half.lost as f64 / half.looks as f64)) && half.in_a_row <= 2, "{half:?}");
    }

    /// As [`heard`], of a swelling voice in a street: noise of every pitch, so many dB over the voice.
    fn in_a_street(above_db: f64, change: impl Fn(usize, f32) -> f32) -> Fidelity {
        let spoken = stimulus::voice(1, RATE, 1.0);
        let mut random = stimulus::Random::new(3);
        let noise = mean_square(&spoken).sqrt() * 10f64.powf(above_db / 20.0);
        let mut capture = vec![0.0; 12_400];
        for (n, sample) in capture.iter_mut().enumerate() {
            let voice = n.checked_sub(800).and_then(|n| spoken.get(n)).copied().unwrap_or(0.0);
            let hum = (n as f64 * 100.0 / f64::from(RATE) * std::f64::consts::TAU).sin();
            *sample = change(n, voice) + (noise * random.gaussian() + 0.3 * hum) as f32;
        }
        let signal = |samples| Signal::new(samples, f64::from(RATE));
        fidelity(signal(&spoken), signal(&capture), RATE).expect("a voice")
    }

    #[test]
    fn a_street_and_a_hum_lose_nothing_and_hide_no_hole() {
        for above_db in [-20.0, -16.0, -6.0, 0.0, 3.0] {
            let whole = in_a_street(above_db, |_, x| x);
            assert!(whole.lost <= whole.by_chance, "{above_db} dB: {whole:?}");
            assert!(whole.looks >= 25, "{above_db} dB: {whole:?}");
            let by_chance = if above_db > -15.0 { whole.looks / 50 } else { 0 };
            assert_eq!(whole.by_chance, by_chance, "{above_db} dB: {whole:?}");
            let half = in_a_street(above_db, |n, x| if (n / 320) % 2 == 0 { 0.0 } else { x });
            let share = half.lost as f64 / half.looks as f64;
            assert!((0.3..0.65).contains(&share), "{above_db} dB: {half:?}");
        }
    }

    #[test]
    fn a_clock_that_is_followed_sample_by_sample_leaves_a_voice_pure() {
        let spoken = stimulus::voice(1, RATE, 1.0);
        let purity = |capture: &[f32]| {
            let heard = Signal::new(capture, f64::from(RATE));
            let found = fidelity(Signal::new(&spoken, f64::from(RATE)), heard, RATE).expect("a voice");
            found.coloration.expect("enough of it").purity_db
        };
        // 190 ppm fast, and a sample left out whenever a whole one has gathered.
        let fast = |t: f64| interp::sinc_at(&spoken, t * (1.0 - 190e-6));
        let mut capture = vec![0.0f32; 800];
        capture.extend((0..8600u32).filter(|n| n % 5263 != 2000).map(|n| fast(f64::from(n))));
        capture.resize(12_400, 0.0);
        assert!(purity(&capture) > 12.0, "{}", purity(&capture));
        // Every other sample said twice is another matter, wherever it is laid.
        let mut coarse = vec![0.0f32; 800];
        coarse.extend(spoken.chunks_exact(2).flat_map(|pair| [pair[0], pair[0]]));
        coarse.resize(12_400, 0.0);
        assert!(purity(&coarse) < 4.0, "{}", purity(&coarse));
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
