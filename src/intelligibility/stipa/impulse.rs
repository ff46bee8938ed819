//! The indirect method: from an impulse response to modulation transfer values and the index.
//!
//! Knows nothing of how the response was got; it must be free of noise, which would count as reverberation.

use super::index::{octave_indices, weighted};
use super::octaves::octaves;
use super::{FINEST, Flag, MODULATIONS_HZ, Stipa};
use hejnal_dsp::delay::Signal;

/// No room sounds longer; a longer file is something else.
const LONGEST_S: f64 = 60.0;

/// Levels are stated to one decimal.
const FINEST_DB: f64 = 0.05;

/// Modulation transfer of one octave, and its energy.
#[derive(Debug, Clone, Copy, Default)]
struct Decay {
    m: [f64; 2],
    energy: f64,
    present: bool,
}

/// STIPA by the indirect method from an impulse response free of noise (clause 6; Schroeder 1981). `None` for silence,
/// values that are not finite, or more than a minute.
pub fn from_impulse_response(response: Signal) -> Option<Stipa> {
    let usable = (1000.0..=1e6).contains(&response.rate)
        && response.samples.len() as f64 <= LONGEST_S * response.rate
        && response.samples.iter().all(|x| x.is_finite());
    if !usable || response.samples.iter().all(|x| *x == 0.0) {
        return None;
    }
    // The octave filters have a decay of their own, which a click passed through them shows; it is divided out.
    let mut click = vec![0.0; response.rate as usize];
    click[response.rate as usize / 2] = 1.0;
    let own = decays(Signal { samples: &click, rate: response.rate });
    let whole = Reading::of(response, &own);
    // What noise is left spreads evenly over the response, and the room's own decay does not: half of what follows the
    // peak holds half of it.
    let peak =
        response.samples.iter().enumerate().fold((0, 0f32), |best, (n, x)| if x.abs() > best.1 { (n, x.abs()) } else { best }).0;
    let half = response.samples.get(..peak + (response.samples.len() - peak).div_ceil(2)).unwrap_or(response.samples);
    let shorter = Reading::of(Signal::new(half, response.rate), &own);
    let doubt = |a: f64, b: f64| (2.0 * (a - b).abs()).max(FINEST);
    let Reading { received, m, mti, present } = whole;
    let mut flags = vec![Flag::NoMasking];
    if present.contains(&false) {
        flags.insert(0, Flag::BandsMissing);
    }
    let strongest = received.iter().map(|d| d.energy).fold(0.0, f64::max);
    let levels = received.map(|d| (d.energy > 0.0).then(|| 10.0 * (d.energy / strongest).log10()));
    let seconds = response.samples.len() as f64 / response.rate;
    Some(Stipa {
        flags,
        seconds,
        uncertainty: doubt(weighted(&mti), weighted(&shorter.mti)),
        mti_uncertainty: std::array::from_fn(|k| doubt(mti[k], shorter.mti[k])),
        m_uncertainty: std::array::from_fn(|k| std::array::from_fn(|i| doubt(m[k][i], shorter.m[k][i]))),
        band_level_uncertainty_db: std::array::from_fn(|k| {
            let (all, part) = (received[k].energy, shorter.received[k].energy);
            if all > 0.0 { (2.0 * 4.343 * (1.0 - part / all).abs()).max(FINEST_DB) } else { 0.0 }
        }),
        ..Stipa::new(m, mti, present, levels)
    })
}

/// What a response reads.
struct Reading {
    received: [Decay; 7],
    m: [[f64; 2]; 7],
    mti: [f64; 7],
    present: [bool; 7],
}

impl Reading {
    /// `own`: the decay of the octave filters alone.
    fn of(response: Signal, own: &[Decay; 7]) -> Reading {
        let received = decays(response);
        let m = std::array::from_fn(|k| {
            std::array::from_fn(|i| if own[k].m[i] > 0.0 { (received[k].m[i] / own[k].m[i]).min(1.0) } else { 0.0 })
        });
        let present = received.map(|d| d.present);
        Reading { received, m, mti: octave_indices(&m, present), present }
    }
}

/// Modulation transfer of each octave of an impulse response: the spectrum of its squared decay.
fn decays(response: Signal) -> [Decay; 7] {
    let envelopes = octaves(response);
    std::array::from_fn(|k| {
        let Some(envelope) = &envelopes[k] else { return Decay::default() };
        let (from, to) = envelope.reach();
        let (energy, found) = envelope.components(from, to, MODULATIONS_HZ[k]);
        let present = energy > 0.0;
        Decay { m: found.map(|c| if present { c.norm() / energy } else { 0.0 }), energy, present }
    })
}
