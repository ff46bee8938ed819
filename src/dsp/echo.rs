//! Talker echo: how much of what one side sent comes back to it, and when.
//!
//! Knows nothing of hands-free devices. Near-end speech and noise in the returned signal are told from the echo by
//! coherence.

mod path;

use super::delay::{Delay, Signal, seek_coloured};
use super::level;
use super::response::Spectra;
use path::Path;

/// An echo, or how small one would have to be to be missed.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Echo {
    /// Whether an echo was heard. If not, the attenuation is at least `attenuation_db`.
    pub echo: bool,
    /// Level of the sent sound over that of its echo, dB, both over the band from 200 to 3600 Hz (speech band of the
    /// path).
    pub attenuation_db: f64,
    /// Expanded (k = 2), dB; null for a lower bound.
    pub uncertainty_db: Option<f64>,
    /// Echo loss weighted over 300 to 3400 Hz as for a talker (ITU-T G.122 annex B.4: the terminal coupling loss TCLw
    /// where the path is a terminal's), dB; null if no echo was heard, or if noise leaves nothing certain at the
    /// frequencies that weigh most.
    pub weighted_db: Option<f64>,
    /// Expanded (k = 2), dB.
    pub weighted_uncertainty_db: Option<f64>,
    /// From the sound sent to its echo received, seconds; null if none was heard.
    pub delay_s: Option<f64>,
    pub delay_uncertainty_s: Option<f64>,
    /// Level of the sent sound, dBFS (sine).
    pub sent_dbfs: f64,
    /// Level of all that was returned, echo or not, dBFS (sine).
    pub returned_dbfs: f64,
}

/// Why nothing can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoEcho {
    /// Shorter than half a second, at a rate outside 8 kHz to 1 MHz, or not finite.
    Unusable,
    /// What was sent is silent: it has no echo.
    NothingSent,
    /// What was returned is silent from end to end: a line that carries nothing says nothing of echoes.
    NothingReturned,
}

const BAND_HZ: (f64, f64) = (200.0, 3600.0);
/// Band and weighting of G.122: constant up to the logarithm of frequency.
const WEIGHTED_HZ: (f64, f64) = (300.0, 3400.0);
/// Segments that are laid upon each other: short ones are many, and long ones hold the tail of a room's echo.
/// Reflections within half of this of the strongest count.
const SHORT_S: f64 = 0.128;
const LONG_S: f64 = 0.512;
/// A tail is believed where long segments find so much more than short ones, dB.
const TAIL_DB: f64 = 0.2;
/// What a figure is not known better than, dB: the spectra's own resolution.
const FINEST_DB: f64 = 0.3;
/// Below this a recording carries nothing, not even the noise of a line.
const SILENT_DBFS: f64 = -90.0;
/// An echo this far below all that was returned is found in 10 s of sound, in 19 of 20 trials.
const DEPTH_DB: f64 = 20.0;

/// Looks for `sent` in `returned` (recorded on the same clock or one close to it).
pub fn echo(sent: Signal, returned: Signal) -> Result<Echo, NoEcho> {
    let usable = |s: &Signal| (8000.0..=1e6).contains(&s.rate) && s.samples.len() as f64 > 0.5 * s.rate;
    let alternating = |s: &Signal| level::rms_dbfs(&level::without_offset(s.samples));
    let levels = alternating(&sent).zip(alternating(&returned));
    let (sent_dbfs, returned_dbfs) = levels.filter(|_| usable(&sent) && usable(&returned)).ok_or(NoEcho::Unusable)?;
    if sent_dbfs < SILENT_DBFS {
        return Err(NoEcho::NothingSent);
    }
    if returned_dbfs < SILENT_DBFS {
        return Err(NoEcho::NothingReturned);
    }
    // What is returned bounds the echo from above in any case; a correlation over long enough a time by so much more.
    let seconds = (sent.samples.len() as f64 / sent.rate).min(returned.samples.len() as f64 / returned.rate);
    let bound = sent_dbfs - returned_dbfs + (DEPTH_DB + 10.0 * (seconds / 10.0).min(1.0).log10()).max(0.0);
    let none = Echo {
        echo: false,
        attenuation_db: bound,
        uncertainty_db: None,
        weighted_db: None,
        weighted_uncertainty_db: None,
        delay_s: None,
        delay_uncertainty_s: None,
        sent_dbfs,
        returned_dbfs,
    };
    Ok(seek_coloured(sent, returned).ok().and_then(|found| heard(sent, returned, found, none)).unwrap_or(none))
}

/// The echo where it was found, if there is one.
fn heard(sent: Signal, returned: Signal, found: Delay, none: Echo) -> Option<Echo> {
    let path = Path::new(sent, returned, found);
    let short = path.spectra(SHORT_S)?;
    let (mut spectra, mut loss) = (Some(&short), in_band(&short)?);
    let long = path.spectra(LONG_S);
    if let Some(tailed) = long.as_ref().and_then(in_band)
        && loss.0 - tailed.0 > loss.1.hypot(tailed.1).max(TAIL_DB)
    {
        (spectra, loss) = (long.as_ref(), tailed);
    }
    let weighted = spectra.and_then(weighted);
    Some(Echo {
        echo: true,
        attenuation_db: loss.0,
        uncertainty_db: Some(loss.1.hypot(FINEST_DB)),
        weighted_db: weighted.map(|(value, _)| value),
        weighted_uncertainty_db: weighted.map(|(_, uncertainty)| uncertainty),
        delay_s: Some(found.seconds),
        delay_uncertainty_s: Some(found.uncertainty),
        ..none
    })
}

/// The part of a bin's power that is coherent with what was sent, and what noise adds to it by chance.
fn coherent(spectra: &Spectra, k: usize) -> (f64, f64) {
    let effective = spectra.effective();
    let raw = spectra.cross[k].norm_sqr() / spectra.reference[k].max(1e-300);
    let by_chance = (spectra.capture[k] - raw).max(0.0) / (effective - 1.0);
    (raw - by_chance, by_chance)
}

/// A sum of coherent powers, and its expanded uncertainty as a share of it: a magnitude square of which `by_chance` is
/// noise fluctuates by it, and by its product with the signal; neighbouring bins share half of it.
fn summed(spectra: &Spectra, (low, high): (f64, f64), weight: impl Fn(f64, usize) -> f64) -> (f64, f64) {
    let (mut sum, mut variance) = (0.0, 0.0);
    for k in 0..spectra.bins() {
        let hz = k as f64 * spectra.spacing_hz;
        if (low..=high).contains(&hz) {
            let ((power, by_chance), weight) = (coherent(spectra, k), weight(hz, k));
            sum += weight * power;
            variance += 1.5 * weight * weight * (by_chance * by_chance + 2.0 * by_chance * power.max(0.0));
        }
    }
    (sum, 2.0 * variance.sqrt() / sum.max(1e-300))
}

/// Level sent over level of the echo, dB, both over the speech band, with its expanded uncertainty. `None`: chance may
/// have made all of it, so that no echo was heard at all.
fn in_band(spectra: &Spectra) -> Option<(f64, f64)> {
    let sent = spectra.powers(BAND_HZ.0, BAND_HZ.1).reference;
    let (echo, doubt) = summed(spectra, BAND_HZ, |_, _| 1.0);
    (echo > 0.0 && doubt < 2.0).then(|| (10.0 * (sent / echo).log10(), 4.343 * doubt))
}

/// Power gain of the path, weighted by 1/f over the telephone band (G.122, equation B-4), as a loss in dB with its
/// expanded uncertainty.
fn weighted(spectra: &Spectra) -> Option<(f64, f64)> {
    let strongest = spectra.reference.iter().copied().fold(0.0, f64::max);
    // Where nothing was sent, nothing is known: those bins are left out of the average.
    let known = |hz: f64, k: usize| spectra.reference[k] >= 1e-6 * strongest && hz > 0.0;
    let (gain, doubt) = summed(spectra, WEIGHTED_HZ, |hz, k| if known(hz, k) { 1.0 / (hz * spectra.reference[k]) } else { 0.0 });
    let weights: f64 = (0..spectra.bins())
        .map(|k| (k as f64 * spectra.spacing_hz, k))
        .filter(|(hz, k)| (WEIGHTED_HZ.0..=WEIGHTED_HZ.1).contains(hz) && known(*hz, *k))
        .map(|(hz, _)| 1.0 / hz)
        .sum();
    (gain > 0.0 && weights > 0.0).then(|| (-10.0 * (gain / weights).log10(), (4.343 * doubt).hypot(FINEST_DB)))
}

#[cfg(test)]
mod tests;
