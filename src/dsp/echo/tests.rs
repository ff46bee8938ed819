//! Echo paths made up: plain, behind filters and in rooms, under noise.

use super::*;
use crate::align::Aligned;
use crate::filter::{Biquad, high_pass};
use crate::stimulus::{Random, burst, speech_like, speech_noise};

/// How many random trials: the few that every run affords, or `HEJNAL_TRIALS`.
fn trials(few: u64) -> u64 {
    std::env::var("HEJNAL_TRIALS").ok().and_then(|count| count.parse().ok()).unwrap_or(few)
}

/// `sent` through a path of `taps` (delay in samples, gain) at `gain_db`, with noise of `noise_db` re the sent
/// sound.
fn through(sent: &[f32], taps: &[(usize, f64)], gain_db: f64, noise_db: f64, seed: u64) -> Vec<f32> {
    let power = sent.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / sent.len() as f64;
    let mut random = Random::new(seed);
    let norm = taps.iter().map(|(_, g)| g * g).sum::<f64>().sqrt();
    let gain = 10f64.powf(gain_db / 20.0) / norm;
    let sigma = power.sqrt() * 10f64.powf(noise_db / 20.0);
    let echo = |n: usize| taps.iter().map(|(at, g)| n.checked_sub(*at).map_or(0.0, |i| g * f64::from(sent[i]))).sum::<f64>();
    (0..sent.len()).map(|n| (gain * echo(n) + sigma * random.gaussian()) as f32).collect()
}

fn laid_upon(sent: &[f32], returned: Vec<f32>) -> Echo {
    let nothing = Echo {
        echo: false,
        attenuation_db: 0.0,
        uncertainty_db: None,
        weighted_db: None,
        weighted_uncertainty_db: None,
        delay_s: None,
        delay_uncertainty_s: None,
        sent_dbfs: 0.0,
        returned_dbfs: 0.0,
    };
    let found = Aligned::exact(Vec::new(), Vec::new(), 8e3, 1.0).delay;
    heard(Signal::new(sent, 8e3), Signal::new(&returned, 8e3), found, nothing).unwrap()
}

/// An echo at `level_db` after 180 ms with three reflections, under near-end noise at `noise_db` re the sent sound.
fn check(level_db: f64, noise_db: f64) -> Echo {
    let sent = speech_noise(1, 8000, 8.0);
    let returned = through(&sent, &[(1440, 0.8), (1477, -0.5), (1540, 0.33)], level_db, noise_db, 7);
    echo(Signal::new(&sent, 8e3), Signal::new(&returned, 8e3)).unwrap()
}

#[test]
fn echo_level_and_delay_are_found() {
    for (level, noise) in [(-10.0, -60.0), (-45.0, -50.0)] {
        let found = check(level, noise);
        assert!(found.echo, "{level} dB under {noise}: {found:?}");
        // The reflections interfere over this spectrum, so their powers do not add up exactly.
        assert!((found.attenuation_db + level).abs() < 2.0, "{level} dB under {noise}: {found:?}");
        assert!((found.delay_s.unwrap() - 0.18).abs() < 0.0015, "{found:?}");
    }
}

/// A plain path has one loss, weighted or not; the stated uncertainty must cover the error in 19 of 20 trials, near
/// enough.
#[test]
fn a_plain_loss_is_read_within_the_stated_uncertainty() {
    let (mut outside, mut unknown) = (0, 0);
    let trials = trials(12);
    for seed in 0..trials {
        let (loss, noise) = (20.0 + (seed % 4) as f64 * 8.0, [-60.0, -45.0][seed as usize % 2]);
        let sent = if seed % 3 == 0 { burst(seed, 8000, 12.0) } else { speech_like(seed, 8000, 12.0) };
        let found = laid_upon(&sent, through(&sent, &[(0, 1.0)], -loss, noise, seed));
        let weighted =
            found.weighted_db.zip(found.weighted_uncertainty_db).map(|(db, uncertainty)| (db - loss).abs() > uncertainty);
        let plain = (found.attenuation_db - loss).abs() > found.uncertainty_db.unwrap();
        outside += usize::from(weighted == Some(true)) + usize::from(plain);
        // Only an echo as weak as the noise upon it may leave the weighted loss unknown.
        unknown += usize::from(weighted.is_none());
        assert!(weighted.is_some() || (loss, noise) == (44.0, -45.0), "seed {seed}: {found:?}");
    }
    assert!(unknown as u64 <= trials / 20, "{unknown} of {trials} weighted losses unknown");
    assert!(outside as u64 <= 1 + trials / 7, "{outside} of {} figures beyond their uncertainty", 2 * trials);
}

/// G.122: the weighting is 1/f, so a path that only carries the octave from 300 Hz loses 10 lg (ln(3400/300) /
/// ln 2) = 5.4 dB.
#[test]
fn weighting_follows_g_122() {
    let sent = speech_noise(5, 8000, 20.0);
    let x: Vec<f64> = sent.iter().map(|x| f64::from(*x)).collect();
    let band = |low: f64, high: f64| -> Vec<f32> {
        crate::fft::filter(&x, 800, |f| f64::from(u8::from((low..high).contains(&(f * 8000.0)))))
            .iter()
            .map(|x| *x as f32)
            .collect()
    };
    for (low, high) in [(300.0, 600.0), (600.0, 1200.0), (1700.0, 3400.0), (0.0, 4000.0)] {
        let part: f64 = (f64::min(high, 3400.0) / f64::max(low, 300.0)).ln() / (3400.0f64 / 300.0).ln();
        let found = laid_upon(&sent, band(low, high));
        assert!((found.weighted_db.unwrap() + 10.0 * part.log10()).abs() < 0.3, "{low} to {high} Hz: {found:?}");
    }
}

/// What the bound promises: an echo louder than it is found.
#[test]
fn an_echo_above_the_bound_is_not_missed() {
    let (mut missed, mut wrong) = (0, 0);
    let trials = trials(2);
    for seed in 0..trials {
        let sent = if seed % 2 == 0 { speech_like(seed, 8000, 10.0) } else { speech_noise(seed, 8000, 10.0) };
        let nothing = through(&sent, &[(1440, 1.0)], -200.0, -30.0, seed);
        let bound = echo(Signal::new(&sent, 8e3), Signal::new(&nothing, 8e3)).unwrap();
        wrong += usize::from(bound.echo);
        let louder = through(&sent, &[(1440, 1.0)], -bound.attenuation_db, -30.0, seed + 100);
        missed += usize::from(!echo(Signal::new(&sent, 8e3), Signal::new(&louder, 8e3)).unwrap().echo);
    }
    let few = missed as u64 <= trials / 15;
    assert!(few && wrong == 0, "of {trials}: {missed} echoes at the bound missed, {wrong} found where there was none");
}

#[test]
fn no_echo_gives_a_lower_bound_and_silence_none() {
    let found = check(-200.0, -40.0);
    assert!(!found.echo && found.attenuation_db > 40.0 && found.delay_s.is_none() && found.weighted_db.is_none(), "{found:?}");
    let sent = speech_noise(1, 8000, 5.0);
    let of = |sent: &[f32], returned: &[f32]| echo(Signal::new(sent, 8e3), Signal::new(returned, 8e3)).unwrap_err();
    assert_eq!(of(&sent, &[0.0; 40_000]), NoEcho::NothingReturned);
    assert_eq!(of(&[0.0; 8000], &sent), NoEcho::NothingSent);
    assert_eq!((of(&sent, &[]), of(&sent, &[f32::NAN; 8000])), (NoEcho::Unusable, NoEcho::Unusable));
}

/// G.122, B.4, of a high-pass.
fn weighted_loss_db(sections: &[Biquad]) -> f64 {
    let points = || (300..=3400).map(f64::from);
    let gain = |hz: f64| sections.iter().map(|section| section.power_gain(8e3, hz)).product::<f64>();
    -10.0 * (points().map(|hz| gain(hz) / hz).sum::<f64>() / points().map(|hz| 1.0 / hz).sum::<f64>()).log10()
}

/// Loss over the speech band between two sounds, dB.
fn loss_in_band(sent: &[f32], echo: &[f32]) -> f64 {
    let powers = crate::response::spectra(sent, echo, 8e3, 0.128).unwrap().powers(BAND_HZ.0, BAND_HZ.1);
    10.0 * (powers.reference / powers.capture).log10()
}

/// Small loudspeakers in front of small microphones: high-passes of any corner and order, some with reflections, at any
/// delay, under noise.
#[test]
fn behind_small_loudspeakers_the_loss_is_that_of_g_122() {
    let trials = trials(12);
    let (mut outside, mut unheard, mut worst) = (0, Vec::new(), 0f64);
    for seed in 0..trials {
        let mut random = Random::new(seed ^ 0xEC40);
        let sections = high_pass([2, 4, 6][seed as usize % 3], 8e3, 250.0 + 2200.0 * random.uniform());
        let sent = if seed % 2 == 0 { speech_noise(seed, 8000, 10.0) } else { speech_like(seed, 8000, 12.0) };
        let mut running = sections.clone();
        let coloured: Vec<f32> =
            sent.iter().map(|x| running.iter_mut().fold(f64::from(*x), |x, section| section.step(x)) as f32).collect();
        let (loss, late) = (15.0 + 30.0 * random.uniform(), (160.0 + 2400.0 * random.uniform()) as usize);
        let gain = 10f64.powf(-loss / 20.0);
        let clean: Vec<f32> = (0..sent.len() + 4000)
            .map(|n| n.checked_sub(late).and_then(|i| coloured.get(i)).map_or(0.0, |x| (gain * f64::from(*x)) as f32))
            .collect();
        let power = clean.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / sent.len() as f64;
        let sigma = power.sqrt() * 10f64.powf(-(5.0 + 35.0 * random.uniform()) / 20.0);
        let returned: Vec<f32> = clean.iter().map(|x| x + (sigma * random.gaussian()) as f32).collect();
        let found = echo(Signal::new(&sent, 8e3), Signal::new(&returned, 8e3)).unwrap();
        if !found.echo {
            unheard.push(seed);
            continue;
        }
        let off = [
            (found.attenuation_db - loss_in_band(&sent, &clean[late..late + sent.len()])).abs() / found.uncertainty_db.unwrap(),
            found.weighted_db.map_or(0.0, |db| (db - loss - weighted_loss_db(&sections)).abs())
                / found.weighted_uncertainty_db.unwrap_or(1.0),
        ];
        outside += off.iter().filter(|off| **off > 1.0).count() as u64;
        worst = off.iter().fold(worst, |worst, off| worst.max(*off));
        let delay = found.delay_s.unwrap() - late as f64 / 8e3;
        assert!((-0.0005..0.004).contains(&delay), "seed {seed}: {:.3} ms beside the path, {found:?}", delay * 1e3);
    }
    assert!(unheard.is_empty(), "not heard at all: {unheard:?}");
    assert!(outside <= 1 + trials / 10 && worst < 3.0, "{outside} of {} figures outside, the worst {worst:.2} times", 2 * trials);
}

/// A room's echo goes on for a third of a second: all of it counts.
#[test]
fn a_room_that_rings_is_read_whole() {
    let (trials, mut outside) = (trials(3), 0);
    for seed in 0..trials {
        let mut random = Random::new(seed ^ 0x400);
        let taps: Vec<f64> = (0..2400).map(|n| random.gaussian() * (-f64::from(n) / 350.0).exp()).collect();
        let sent = speech_noise(seed, 8000, 12.0);
        let gain = 0.03 / taps.iter().map(|t| t * t).sum::<f64>().sqrt();
        let sample = |n: usize| {
            let reach = taps.iter().zip(sent[..=n].iter().rev());
            gain * reach.map(|(t, x)| t * f64::from(*x)).sum::<f64>()
        };
        let returned: Vec<f32> = (0..sent.len()).map(|n| sample(n) as f32).collect();
        let found = echo(Signal::new(&sent, 8e3), Signal::new(&returned, 8e3)).unwrap();
        let truth = loss_in_band(&sent, &returned);
        let off = (found.attenuation_db - truth).abs() / found.uncertainty_db.unwrap();
        assert!(found.echo && off <= 2.0, "seed {seed}: {off:.2} times what is stated off {truth:.2}, {found:?}");
        outside += u64::from(off > 1.0);
    }
    assert!(outside <= trials / 20, "{outside} of {trials} outside what is stated");
}

/// Wherever noise is laid upon what was sent, a coherent share is left by chance.
#[test]
fn what_chance_alone_may_have_made_is_no_echo() {
    let sent = speech_noise(1, 8000, 8.0);
    let nothing = echo(Signal::new(&sent, 8e3), Signal::new(&through(&sent, &[(0, 1.0)], -300.0, -30.0, 1), 8e3)).unwrap();
    let mut found = 0;
    for seed in 0..40 {
        let noise = through(&sent, &[(0, 1.0)], -300.0, -30.0, seed);
        let laid = Aligned::exact(Vec::new(), Vec::new(), 8e3, 1.0).delay;
        let heard = heard(Signal::new(&sent, 8e3), Signal::new(&noise, 8e3), laid, nothing);
        found += usize::from(heard.is_some());
        assert!(heard.is_none_or(|echo| echo.uncertainty_db.is_some_and(|within| within < 9.0)), "{seed}: {heard:?}");
    }
    assert!(found <= 6, "{found} of 40 times noise was heard as an echo where it was sought");
}
