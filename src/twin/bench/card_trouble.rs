//! Everyday troubles of a sound card and of what hangs on it, and the path of sound that each leaves.
//!
//! Knows samples and seconds, nothing of jacks or of who plays what.

use super::sound_path::{EarSpoiled, Holed, MouthSpoiled, OutputsExchanged, Path, Reckoning, Slipping, Sound};
use std::f64::consts::TAU;

/// One at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardTrouble {
    /// After a minute somebody has exchanged the plugs of the first two outputs.
    OutputsExchanged,
    /// From a minute on everything is recorded one period late for 37 s of every 74.
    Slips,
    /// After a minute the mouth's loudspeaker strikes its stop.
    MouthDistorts,
    /// The ear's lead has a coupling capacitor that has dried out: nothing much below 700 Hz.
    EarWithoutBass,
    /// For six seconds of every twenty somebody speaks in a radio beside the ear.
    RadioBesideEar,
    /// The card's driver evens out what the ear hears, as telephony drivers do: 10 dB more become 4.
    EarEvenedOut,
    /// The ear's plug is loose: three clicks in every eleven seconds.
    EarCrackles,
    /// After a minute somebody has turned the ear's amplifier down by 10 dB.
    EarTurnedDown,
    /// The ear's amplifier reckons for 120 ms.
    EarReckons,
    /// The mouth's does.
    MouthReckons,
    /// The ear's amplifier is turned up so far that it cannot follow a voice.
    EarOverloads,
    /// The card's driver takes what is faint for noise and lets none of it through.
    EarGated,
    /// A telephone beside the ear asks for its network: for 1.5 seconds of every thirteen its pulses buzz in the lead.
    TelephoneBesideEar,
    /// After a minute a loose wire of the mouth's interrupts it for 150 ms of every two seconds.
    MouthStutters,
    /// After a minute the ear's amplifier gives a tenth.
    EarFades,
    /// After a minute the mouth's does.
    MouthFades,
    /// The mains hum in the ear's lead, in calls and out of them.
    EarHums,
    /// After a minute 10 ms of every second are not recorded.
    Holes,
    /// After a minute somebody has hung his jacket over the ear: nothing much above 700 Hz.
    EarMuffled,
    /// Or before the mouth.
    MouthMuffled,
    /// From a minute on the ear's amplifier gives 1.5 dB less every minute.
    EarAges,
    /// The mouth's does.
    MouthAges,
    /// The mouth's plug is loose: three clicks in every eleven seconds.
    MouthCrackles,
}

/// When those begin that do not begin at once, in seconds.
const FROM: f64 = 60.0;
const ALWAYS: f64 = f64::NEG_INFINITY;
const FADED: f32 = 0.1;
const HUM: f32 = 0.02;
/// By so many decibels every so many seconds.
const AGES: (f64, f64) = (60.0, 1.5);
/// Frames of every second.
const HOLE: u64 = 480;
const SLIPS_EVERY: f64 = 37.0;
/// Where the mouth's loudspeaker strikes, and what an amplifier turned up makes of it.
const STOP: f32 = 0.05;
const TURNED_UP: f32 = 1.5;
const CORNER: f64 = 700.0;
/// Every twenty seconds for six; 70 dB SPL at an ear that overloads at 112.
const RADIO: (f64, f64, f64) = (20.0, 6.0, 0.008);
/// How often a telephone asks, and for how long, in seconds; its pulses: how many a second, their share, their
/// amplitude (GSM: eight slots of 4.615 ms).
const ASKS: (f64, f64) = (13.0, 1.5);
const PULSES: (f64, f64, f32) = (216.7, 0.125, 0.03);
/// The power aimed at, and how fast the measured one follows (50 ms).
const EVEN: f32 = 2.5e-3;
const FOLLOWS: f32 = 4.2e-4;
/// In seconds.
const CLICKS: [f64; 3] = [1.3, 4.9, 5.2];
const CLICKS_EVERY: f64 = 11.0;
const CLICK: f64 = 0.004;
const FAINT: f32 = 6.3e-5;
const RECKONS: f64 = 0.12;
const TURNED_DOWN: f32 = 0.316;
/// Where an ear's amplifier ends that is turned up.
const OVERLOADS: f32 = 0.02;
/// How often a loose wire parts, and for how long, in seconds.
const PARTS: (f64, f64) = (2.0, 0.15);
/// A voice's pitch, its harmonics and its syllables.
const PITCH: f64 = 140.0;
const HARMONICS: [f64; 6] = [1.0, 2.0, 4.0, 7.0, 11.0, 18.0];
const SYLLABLES: f64 = 3.7;

/// The card's path of sound with this in it.
pub(in crate::twin) fn path_with(trouble: Option<CardTrouble>) -> Path {
    let path: Path = Box::new(Sound);
    let Some(trouble) = trouble else { return path };
    match trouble {
        CardTrouble::OutputsExchanged => Box::new(OutputsExchanged(path, FROM)),
        CardTrouble::Slips => Box::new(Slipping(path, slipped)),
        CardTrouble::Holes => Box::new(Holed(path, FROM, HOLE)),
        CardTrouble::MouthReckons => Box::new(Reckoning(path, RECKONS, 0.0)),
        CardTrouble::EarReckons => Box::new(Reckoning(path, 0.0, RECKONS)),
        CardTrouble::MouthDistorts => Box::new(MouthSpoiled(path, FROM, strike)),
        CardTrouble::MouthStutters => Box::new(MouthSpoiled(path, FROM, stutter)),
        CardTrouble::MouthFades => Box::new(MouthSpoiled(path, FROM, fade)),
        CardTrouble::EarMuffled => Box::new(EarSpoiled(path, FROM, muffle)),
        CardTrouble::MouthMuffled => Box::new(MouthSpoiled(path, FROM, muffle)),
        CardTrouble::MouthAges => Box::new(MouthSpoiled(path, FROM, age)),
        CardTrouble::MouthCrackles => Box::new(MouthSpoiled(path, FROM, crackle)),
        CardTrouble::EarAges => Box::new(EarSpoiled(path, FROM, age)),
        CardTrouble::EarFades => Box::new(EarSpoiled(path, FROM, fade)),
        CardTrouble::EarTurnedDown => Box::new(EarSpoiled(path, FROM, turn_down)),
        CardTrouble::EarHums => Box::new(EarSpoiled(path, ALWAYS, add_hum)),
        CardTrouble::EarWithoutBass => Box::new(EarSpoiled(path, ALWAYS, take_bass)),
        CardTrouble::RadioBesideEar => Box::new(EarSpoiled(path, ALWAYS, add_radio)),
        CardTrouble::TelephoneBesideEar => Box::new(EarSpoiled(path, ALWAYS, add_pulses)),
        CardTrouble::EarEvenedOut => Box::new(EarSpoiled(path, ALWAYS, even_out)),
        CardTrouble::EarCrackles => Box::new(EarSpoiled(path, ALWAYS, crackle)),
        CardTrouble::EarGated => Box::new(EarSpoiled(path, ALWAYS, gate)),
        CardTrouble::EarOverloads => Box::new(EarSpoiled(path, ALWAYS, overload)),
    }
}

/// By how many periods what is recorded at `seconds` is late.
fn slipped(seconds: f64) -> u64 {
    u64::from(seconds >= FROM && (((seconds - FROM) / SLIPS_EVERY) as u64).is_multiple_of(2))
}

fn add_pulses(first: f64, period: f64, samples: &mut [f32]) {
    let ((every, length), (pulses, share, amplitude)) = (ASKS, PULSES);
    for (n, sample) in samples.iter_mut().enumerate() {
        let at = first + n as f64 * period;
        if at.rem_euclid(every) < length && (at * pulses).rem_euclid(1.0) < share {
            *sample += amplitude;
        }
    }
}

fn strike(_: f64, _: f64, samples: &mut [f32]) {
    samples.iter_mut().for_each(|x| *x = x.clamp(-STOP, STOP) * TURNED_UP);
}

fn stutter(first: f64, period: f64, samples: &mut [f32]) {
    let (every, length) = PARTS;
    let parted = |n: usize| (first + n as f64 * period) % every < length;
    samples.iter_mut().enumerate().filter(|(n, _)| parted(*n)).for_each(|(_, x)| *x = 0.0);
}

fn fade(_: f64, _: f64, samples: &mut [f32]) {
    samples.iter_mut().for_each(|x| *x *= FADED);
}

fn age(first: f64, _: f64, samples: &mut [f32]) {
    let (every, db) = AGES;
    let gain = 10f64.powf(-(first - FROM).max(0.0) / every * db / 20.0) as f32;
    samples.iter_mut().for_each(|x| *x *= gain);
}

fn turn_down(_: f64, _: f64, samples: &mut [f32]) {
    samples.iter_mut().for_each(|x| *x *= TURNED_DOWN);
}

fn overload(_: f64, _: f64, samples: &mut [f32]) {
    samples.iter_mut().for_each(|x| *x = x.clamp(-OVERLOADS, OVERLOADS));
}

fn add_hum(first: f64, period: f64, samples: &mut [f32]) {
    for (n, x) in samples.iter_mut().enumerate() {
        let at = first + n as f64 * period;
        *x += HUM * (TAU * (100.0 * at).fract()).sin() as f32;
    }
}

fn take_bass(_: f64, period: f64, samples: &mut [f32]) {
    (0..2).for_each(|_| without_bass(period, samples));
}

/// One pole, 6 dB an octave. It has settled within a millisecond of a stretch's beginning.
fn without_bass(period: f64, out: &mut [f32]) {
    let step = (1.0 - (-TAU * CORNER * period).exp()) as f32;
    let mut slow = out.first().copied().unwrap_or(0.0);
    for sample in out.iter_mut() {
        slow += step * (*sample - slow);
        *sample -= slow;
    }
}

/// Two poles.
fn muffle(_: f64, period: f64, out: &mut [f32]) {
    let step = (1.0 - (-TAU * CORNER * period).exp()) as f32;
    for _ in 0..2 {
        let mut slow = out.first().copied().unwrap_or(0.0);
        for sample in out.iter_mut() {
            slow += step * (*sample - slow);
            *sample = slow;
        }
    }
}

fn crackle(first: f64, period: f64, out: &mut [f32]) {
    for (n, sample) in out.iter_mut().enumerate() {
        let at = first + n as f64 * period;
        let click = CLICKS.iter().any(|click| (0.0..CLICK).contains(&(at % CLICKS_EVERY - click)));
        *sample = if click && at >= FROM { -*sample + 0.3 } else { *sample };
    }
}

/// Towards 26 dB below full scale, never by more than 24 dB.
fn even_out(_: f64, _: f64, out: &mut [f32]) {
    let mut power = 0.0f32;
    for sample in out.iter_mut() {
        power += FOLLOWS * (*sample * *sample - power);
        let gain = (EVEN / power.max(1e-9)).powf(0.3).clamp(0.063, 15.8);
        *sample = (*sample * gain).clamp(-1.0, 1.0);
    }
}

/// Whatever is fainter than 42 dB below full scale.
fn gate(_: f64, _: f64, out: &mut [f32]) {
    let mut power = 0.0f32;
    for sample in out.iter_mut() {
        power += FOLLOWS * (*sample * *sample - power);
        *sample = if power < FAINT { 0.0 } else { *sample };
    }
}

fn add_radio(first: f64, period: f64, out: &mut [f32]) {
    let (every, length, level) = RADIO;
    for (n, sample) in out.iter_mut().enumerate() {
        let at = first + n as f64 * period;
        if at < FROM || (at - FROM) % every >= length {
            continue;
        }
        let syllable = (TAU * (SYLLABLES * at).fract()).sin().max(0.0);
        let voice: f64 = HARMONICS.iter().map(|k| (TAU * (PITCH * k * at).fract()).sin() / k.sqrt()).sum();
        *sample += (level * syllable * voice) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_come_and_go_and_bass_is_missing() {
        let slips = [0.0, 59.9, 60.1, 96.9, 97.1, 133.9, 134.1].map(slipped);
        assert_eq!(slips, [0, 0, 1, 1, 0, 0, 1]);
        let gated = |amplitude: f32| {
            let mut sound = vec![amplitude; 4800];
            gate(0.0, 1.0 / 48_000.0, &mut sound);
            sound.last().copied()
        };
        assert_eq!([gated(0.1), gated(0.005)], [Some(0.1), Some(0.0)]);
        let left = |hertz: f64| {
            let mut sound: Vec<f32> = (0..4800).map(|n| (TAU * hertz * f64::from(n) / 48_000.0).sin() as f32).collect();
            take_bass(0.0, 1.0 / 48_000.0, &mut sound);
            sound[2400..].iter().fold(0.0f32, |most, x| most.max(x.abs()))
        };
        assert!(left(200.0) < 0.1 && left(3000.0) > 0.85, "{} {}", left(200.0), left(3000.0));
    }
}
