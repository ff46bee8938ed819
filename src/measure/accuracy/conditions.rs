//! The rows of the table: a condition each, and the figure that is held against its truth.

use super::paths::{Path, add_noise, filtered, later, power, sum};
use super::{Outcome, Row};
use crate::dsp::continuity::continuity;
use crate::dsp::delay::{self, Beside, Course, Delay, Signal};
use crate::dsp::echo::echo;
use crate::dsp::filter::{Biquad, high_pass};
use crate::dsp::gaps::Rule;
use crate::dsp::response;
use crate::dsp::stimulus::{self, Random, Sweep};
use crate::intelligibility::stipa;
use crate::unit::Unit;

/// A delay measured with one of the sounds that `hejnal stimulus` makes.
const fn of(key: &'static str, name: (&'static str, &'static str), owed: bool, trial: fn(u64) -> Outcome) -> Row {
    Row { key, name, unit: Unit::Second, owed, trial }
}

/// All of the table.
pub const ROWS: &[Row] = &[
    of("delay-burst", ("delay, burst", "opóźnienie, sygnał złożony"), true, |n| {
        played(n, 16e3, |s| stimulus::burst(s, 16_000, 1.0))
    }),
    of("delay-bursts", ("delay, bursts", "opóźnienie, sygnały złożone"), true, |n| played(n, 8e3, bursts)),
    of("delay-speech-noise", ("delay, speech noise", "opóźnienie, szum o widmie mowy"), true, |n| {
        played(n, 16e3, |s| stimulus::speech_noise(s, 16_000, 4.0))
    }),
    of("delay-speech-like", ("delay, fluent speech", "opóźnienie, płynna mowa"), true, |n| {
        played(n, 16e3, |s| stimulus::speech_like(s, 16_000, 6.0))
    }),
    of("delay-stipa", ("delay, STIPA signal", "opóźnienie, sygnał STIPA"), true, |n| {
        played(n, 16e3, |s| stipa::test_signal(s, 16_000, 6.0))
    }),
    of("delay-chirp", ("delay, linear sweep", "opóźnienie, przestrajanie liniowe"), true, |n| {
        played(n, 48e3, |_| swept(Sweep::Linear))
    }),
    of("delay-sweep", ("delay, exponential sweep", "opóźnienie, przestrajanie wykładnicze"), true, |n| {
        played(n, 48e3, |_| swept(Sweep::Exponential))
    }),
    of("delay-mls", ("delay, maximum-length sequence", "opóźnienie, ciąg o maksymalnej długości"), true, |n| {
        played(n, 48e3, |s| stimulus::mls(s, 17, 48_000, 2.5).unwrap_or_default())
    }),
    of("delay-mls-turns", ("delay, sequence in several turns", "opóźnienie, ciąg w kilku obiegach"), false, |n| {
        played(n, 16e3, |s| stimulus::mls(s, 14, 16_000, 5.0).unwrap_or_default())
    }),
    of("delay-dtmf", ("delay, dialled digits", "opóźnienie, wybierane cyfry"), false, |n| {
        played(n, 16e3, |_| stimulus::dial("0123456789*#", 16_000, 0.07, 0.07).unwrap_or_default())
    }),
    of("delay-tone", ("delay, tone", "opóźnienie, ton"), false, |n| {
        played(n, 16e3, |_| stimulus::tone(16_000, 1.0, 1000.0, 0.01))
    }),
    of("delay-ringing", ("delay, ringing tone", "opóźnienie, zwrotny sygnał wywołania"), false, |n| {
        played(n, 16e3, |_| stimulus::cadence(16_000, 10.0, 425.0, &[(1.0, 4.0)]))
    }),
    of("delay-busy", ("delay, busy tone", "opóźnienie, sygnał zajętości"), false, |n| {
        played(n, 16e3, |_| stimulus::cadence(16_000, 10.0, 425.0, &[(0.5, 0.5)]))
    }),
    of("delay-double-talk", ("delay, one of two voices", "opóźnienie, jeden z dwóch głosów"), true, |n| {
        played(n, 8e3, |s| stimulus::near_of_double_talk(s, 8000, 10.0))
    }),
    of("delay-coloured", ("delay, small loudspeaker", "opóźnienie, mały głośnik"), true, coloured_delay),
    of("first-arrival", ("first of two arrivals", "pierwszy z dwóch sygnałów"), true, |n| arrival(n, true)),
    of("strongest-arrival", ("strongest of two arrivals", "najsilniejszy z dwóch sygnałów"), true, |n| arrival(n, false)),
    of("delay-before-slip", ("delay before a slip", "opóźnienie przed skokiem"), true, |n| slipped(n, Told::Before)),
    of("delay-after-slip", ("delay after a slip", "opóźnienie po skoku"), true, |n| slipped(n, Told::After)),
    of("moment-of-slip", ("moment of a slip", "chwila skoku"), true, |n| slipped(n, Told::Moment)),
    Row {
        key: "echo-loss",
        name: ("echo loss, small loudspeaker", "tłumienie echa, mały głośnik"),
        unit: Unit::Decibel,
        owed: true,
        trial: |n| echoed(n, false),
    },
    Row {
        key: "echo-weighted",
        name: ("weighted echo loss (G.122)", "ważone tłumienie echa (G.122)"),
        unit: Unit::Decibel,
        owed: true,
        trial: |n| echoed(n, true),
    },
    Row { key: "stipa-noise", name: ("STI in noise", "STI w szumie"), unit: Unit::Count, owed: true, trial: stipa_in_noise },
    of("lost-time", ("lost time, concealed", "czas utracony, maskowany"), true, lost),
    of("false-delay", ("delay where there is none", "opóźnienie tam, gdzie go nie ma"), false, |n| {
        wrong(n, |reference, capture| delay::course(reference, capture).is_ok())
    }),
    of("false-echo", ("echo where there is none", "echo tam, gdzie go nie ma"), false, |n| {
        wrong(n, |reference, capture| echo(reference, capture).is_ok_and(|found| found.echo))
    }),
    Row {
        key: "false-index",
        name: ("STI of other sounds", "STI innych dźwięków"),
        unit: Unit::Count,
        owed: false,
        trial: |n| {
            let sound = other(n, 16_000, 16.0);
            found_nothing(!stipa::direct(Signal::new(&sound, 16e3), None, None).is_some_and(|found| found.is_valid()))
        },
    },
];

fn found_nothing(nothing: bool) -> Outcome {
    if nothing { Outcome::Nothing } else { Outcome::False }
}

fn bursts(seed: u64) -> Vec<f32> {
    (0..4).flat_map(|k| stimulus::burst(4 * seed + k, 8000, 1.0)).collect()
}

fn swept(sweep: Sweep) -> Vec<f32> {
    stimulus::chirp(sweep, 48_000, 10.0, 100.0, 21_600.0)
}

fn stated(found: &Delay, truth: impl Fn(f64) -> f64) -> Outcome {
    Outcome::Stated { error: found.seconds - truth(found.t_ref_s), uncertainty: found.uncertainty }
}

fn course(reference: &[f32], capture: &[f32], rate: f64) -> Option<Course> {
    delay::course(Signal::new(reference, rate), Signal::new(capture, rate)).ok()
}

/// The delay of a sound through a path that was drawn.
fn played(seed: u64, rate: f64, sound: impl Fn(u64) -> Vec<f32>) -> Outcome {
    let mut random = Random::new(seed ^ 0x5EED);
    let (sound, path) = (sound(seed), Path::drawn(&mut random, rate));
    let heard = path.heard(&sound, &mut random);
    course(&sound, &heard, rate).map_or(Outcome::Refused, |found| stated(&found.first(), |t| path.delay_at(t)))
}

/// A small loudspeaker: what lies beneath some corner is lost.
fn loudspeaker(random: &mut Random, rate: f64) -> Vec<Biquad> {
    let order = [2, 4, 6][(random.next_u64() % 3) as usize];
    high_pass(order, rate, 250.0 + 2200.0 * random.uniform())
}

/// Behind a small loudspeaker a sound has as many delays as frequencies: right is what lies between that of the
/// highest, which is the path's own, and a period of the corner.
fn coloured_delay(seed: u64) -> Outcome {
    let mut random = Random::new(seed ^ 0xC010);
    let sound =
        if seed.is_multiple_of(2) { stimulus::speech_noise(seed, 8000, 8.0) } else { stimulus::speech_like(seed, 8000, 8.0) };
    let path = Path { snr_db: 10.0 + 30.0 * random.uniform(), ..Path::drawn(&mut random, 8e3) };
    let mut heard = filtered(&path.clean(&sound), &loudspeaker(&mut random, 8e3));
    let loud = power(&heard);
    add_noise(&mut heard, loud, path.snr_db, &mut random);
    let Some(found) = course(&sound, &heard, 8e3) else { return Outcome::Refused };
    let found = found.first();
    Outcome::Stated { error: found.seconds - path.delay_at(found.t_ref_s) - 0.5e-3, uncertainty: 1.5e-3 + found.uncertainty }
}

/// A sound and an echo of it that is louder.
fn arrival(seed: u64, first: bool) -> Outcome {
    let mut random = Random::new(seed ^ 0xA221);
    let sound = match seed % 3 {
        0 => stimulus::burst(seed, 16_000, 1.0),
        1 => stimulus::speech_like(seed, 16_000, 4.0),
        _ => stimulus::chirp(Sweep::Exponential, 16_000, 4.0, 100.0, 7200.0),
    };
    let path = Path { snr_db: 15.0 + 25.0 * random.uniform(), ..Path::drawn(&mut random, 16e3) };
    let late = Path { delay_s: path.delay_s + 0.004 + 0.15 * random.uniform(), ..path };
    let direct = Path { gain: path.gain * 10f64.powf(-(1.0 + 11.0 * random.uniform()) / 20.0), ..path };
    let mut heard = sum(&direct.clean(&sound), &late.clean(&sound));
    add_noise(&mut heard, power(&sound) * path.gain.powi(2), path.snr_db, &mut random);
    let Some(found) = course(&sound, &heard, 16e3) else { return Outcome::Refused };
    if !matches!(found.beside, Some(Beside::Earlier(_))) {
        return Outcome::Refused;
    }
    if first { stated(&found.first(), |t| direct.delay_at(t)) } else { stated(&found.strongest, |t| late.delay_at(t)) }
}

enum Told {
    Before,
    After,
    Moment,
}

/// A jitter buffer that slips by 5 to 60 ms within the sound, either way.
fn slipped(seed: u64, told: Told) -> Outcome {
    let mut random = Random::new(seed ^ 0x5119);
    let sound = if seed.is_multiple_of(2) { stimulus::burst(seed, 8000, 1.0) } else { stimulus::speech_noise(seed, 8000, 3.0) };
    let path = Path { snr_db: 10.0 + 30.0 * random.uniform(), ..Path::drawn(&mut random, 8e3) };
    let clean = path.clean(&sound);
    let at = (0.2 + 0.6 * random.uniform()) * sound.len() as f64 / 8e3;
    let cut = ((at + path.delay_at(at)) * 8e3) as usize;
    let by = ((0.005 + 0.055 * random.uniform()) * 8e3) as usize;
    let grown = random.uniform() < 0.5;
    let (mut heard, moved) = if grown {
        ([&clean[..cut], &vec![0.0; by], &clean[cut..]].concat(), by as f64 / 8e3)
    } else {
        ([&clean[..cut], &clean[cut + by..]].concat(), -(by as f64) / 8e3)
    };
    add_noise(&mut heard, power(&sound) * path.gain.powi(2), path.snr_db, &mut random);
    let Some(Beside::Slip { before, after, at_s, within_s }) = course(&sound, &heard, 8e3).and_then(|found| found.beside) else {
        return Outcome::Refused;
    };
    match told {
        Told::Before => stated(&before, |t| path.delay_at(t)),
        Told::After => stated(&after, |t| path.delay_at(t) + moved),
        // Where the buffer left something out, the slip is as long as what it left out.
        Told::Moment => {
            let lost = if grown { 0.0 } else { by as f64 / 8e3 };
            let off = (at_s - at - lost / 2.0).abs() - lost / 2.0;
            Outcome::Stated { error: off.max(0.0), uncertainty: within_s }
        }
    }
}

/// An echo behind a small loudspeaker, 15 to 45 dB below what was sent, in noise 5 to 40 dB below it.
fn echoed(seed: u64, weighted: bool) -> Outcome {
    let mut random = Random::new(seed ^ 0xEC40);
    let sent =
        if seed.is_multiple_of(2) { stimulus::speech_noise(seed, 8000, 10.0) } else { stimulus::speech_like(seed, 8000, 12.0) };
    let sections = loudspeaker(&mut random, 8e3);
    let coloured = filtered(&sent, &sections);
    let (loss, by) = (15.0 + 30.0 * random.uniform(), (160.0 + 2400.0 * random.uniform()) as usize);
    let quieter: Vec<f32> = coloured.iter().map(|x| x * 10f64.powf(-loss / 20.0) as f32).collect();
    let mut returned = later(&quieter, by, 1000);
    add_noise(&mut returned, power(&quieter), 5.0 + 35.0 * random.uniform(), &mut random);
    let found = echo(Signal::new(&sent, 8e3), Signal::new(&returned, 8e3));
    let Some(found) = found.ok().filter(|found| found.echo) else { return Outcome::Refused };
    if weighted {
        let points = || (300..=3400).map(f64::from);
        let gain = |hz: f64| sections.iter().map(|section| section.power_gain(8e3, hz)).product::<f64>();
        let path = points().map(|hz| gain(hz) / hz).sum::<f64>() / points().map(|hz| 1.0 / hz).sum::<f64>();
        let truth = loss - 10.0 * path.log10();
        found
            .weighted_db
            .zip(found.weighted_uncertainty_db)
            .map_or(Outcome::Refused, |(db, uncertainty)| Outcome::Stated { error: db - truth, uncertainty })
    } else {
        let truth = response::spectra(&sent, &quieter, 8e3, 0.128).map(|spectra| spectra.powers(200.0, 3600.0));
        let truth = truth.map_or(f64::NAN, |powers| 10.0 * (powers.reference / powers.capture).log10());
        let uncertainty = found.uncertainty_db.unwrap_or(0.0);
        Outcome::Stated { error: found.attenuation_db - truth, uncertainty }
    }
}

/// Speech-shaped noise multiplies every modulation by S / (S + N): one ratio in every octave, −10 to 15 dB.
fn stipa_in_noise(seed: u64) -> Outcome {
    let mut random = Random::new(seed ^ 0x5712);
    let (signal, noise) = (stipa::test_signal(seed, 24_000, 20.0), stimulus::speech_noise(seed ^ 0xF00, 24_000, 20.0));
    let levels = |sound: &[f32]| stipa::direct(Signal::new(sound, 24e3), None, None).map(|found| found.band_level_db);
    let ratio_db = -10.0 + 25.0 * random.uniform();
    let Some((speech, other)) = levels(&signal).zip(levels(&noise)) else { return Outcome::Refused };
    let apart = speech[3].unwrap_or(0.0) - other[3].unwrap_or(0.0) - ratio_db;
    let gain = 10f64.powf(apart / 20.0) as f32;
    let heard: Vec<f32> = signal.iter().zip(&noise).map(|(a, b)| 0.3 * (a + gain * b)).collect();
    let Some(found) = stipa::direct(Signal::new(&heard, 24e3), None, None).filter(|found| found.is_valid()) else {
        return Outcome::Refused;
    };
    let transfer = |k: usize| {
        let ratio = speech[k].unwrap_or(0.0) - other[k].unwrap_or(0.0) - apart;
        1.0 / (1.0 + 10f64.powf(-ratio / 10.0))
    };
    let truth = stipa::index_of(&std::array::from_fn(|k| [transfer(k); 2]));
    Outcome::Stated { error: found.sti - truth, uncertainty: found.uncertainty }
}

/// Packets of 20 ms lost in bursts, concealed by silence, by the packet before, fading, or by noise; right is within a
/// fifth of what was lost while there was something to lose.
fn lost(seed: u64) -> Outcome {
    let mut random = Random::new(seed ^ 0x9EA4);
    let sound =
        if seed.is_multiple_of(2) { stimulus::speech_noise(seed, 8000, 10.0) } else { stimulus::speech_like(seed, 8000, 10.0) };
    let mut heard: Vec<f32> = sound.iter().map(|x| 0.5 * x + 2e-4 * random.gaussian() as f32).collect();
    let (mean, how) = (power(&sound), random.next_u64() % 4);
    let (mut gone, mut packet) = (0, 3);
    while packet + 5 < sound.len() / 160 {
        if random.uniform() > 0.02 {
            packet += 1;
            continue;
        }
        let count = 1 + (random.next_u64() % 4) as usize;
        for n in packet * 160..(packet + count) * 160 {
            heard[n] = match how {
                0 => 0.0,
                1 => heard[n - 160],
                2 => 0.8 * heard[n - 160],
                _ => (0.3 * mean.sqrt() * random.gaussian()) as f32,
            };
        }
        let audible = |k: &usize| power(&sound[k * 8..k * 8 + 8]) > 0.01 * mean;
        gone += (packet * 20..(packet + count) * 20).filter(audible).count();
        packet += count + 3;
    }
    let truth = gone as f64 * 1e-3;
    continuity(Signal::new(&sound, 8e3), Signal::new(&heard, 8e3), Rule::default())
        .map_or(Outcome::Refused, |found| Outcome::Stated { error: found.lost_s().0 - truth, uncertainty: 0.2 * truth + 0.01 })
}

/// A sound that is not the one that is looked for: another voice, bursts, noise, music, babble, tones, a street.
fn other(seed: u64, rate: u32, seconds: f64) -> Vec<f32> {
    let fresh = seed ^ 0x07E5;
    let mut random = Random::new(fresh);
    match seed % 8 {
        0 => stimulus::speech_like(fresh, rate, seconds),
        1 => stimulus::burst(fresh, rate, seconds),
        2 => stimulus::speech_noise(fresh, rate, seconds),
        3 => stimulus::street_noise(fresh, rate, seconds),
        4 => stimulus::cadence(rate, seconds, 200.0 + 1500.0 * random.uniform(), &[(0.1 + 0.6 * random.uniform(), 0.3)]),
        5 => (0..5).fold(Vec::new(), |babble, k| sum(&babble, &stimulus::speech_like(fresh + 1000 * k, rate, seconds))),
        6 => notes(&mut random, rate, seconds),
        _ => stimulus::voice(fresh, rate, seconds),
    }
}

/// Notes of the tempered scale, one after another.
fn notes(random: &mut Random, rate: u32, seconds: f64) -> Vec<f32> {
    let mut out = Vec::new();
    while out.len() < (seconds * f64::from(rate)) as usize {
        let hz = 220.0 * 2f64.powf((random.next_u64() % 30) as f64 / 12.0);
        let length = ((0.1 + 0.4 * random.uniform()) * f64::from(rate)) as usize;
        out.extend((0..length).map(|n| {
            let t = n as f64 / f64::from(rate);
            (0.2 * (-3.0 * t).exp() * (std::f64::consts::TAU * hz * t).sin()) as f32
        }));
    }
    out.truncate((seconds * f64::from(rate)) as usize);
    out
}

/// Whether something is found of a sound in a recording that does not hold it; every ninth time it is played backwards.
fn wrong(seed: u64, finds: impl Fn(Signal, Signal) -> bool) -> Outcome {
    let reference =
        if seed.is_multiple_of(2) { stimulus::burst(seed, 8000, 1.0) } else { stimulus::speech_like(seed, 8000, 4.0) };
    let mut capture = other(seed, 8000, 6.0);
    if seed.is_multiple_of(9) {
        capture = later(&reference.iter().rev().copied().collect::<Vec<f32>>(), 900, 4000);
    }
    let mut random = Random::new(seed ^ 0xFA15);
    let loud = power(&capture);
    add_noise(&mut capture, loud, 30.0, &mut random);
    found_nothing(!finds(Signal::new(&reference, 8e3), Signal::new(&capture, 8e3)))
}
