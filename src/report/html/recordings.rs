//! Recordings of an attempt, copied beside the page and drawn, with the stretches in which nothing is heard.
//!
//! Knows nothing of who spoke.

use super::words::{LEVEL, SILENCE, TIME};
use crate::plot::{Mark, Plot, Series, waveform};
use crate::unit::Bilingual;
use crate::wav;
use std::path::Path;

/// Below this nothing is heard: −60 dBFS.
const SILENT: f32 = 0.001;
/// A shorter pause is part of a word.
const SHORTEST_S: f64 = 0.2;
/// More recordings of one attempt are linked, and not drawn.
pub(super) const MOST_DRAWN: usize = 6;

/// The picture of a recording; `None`: it cannot be read, which `hejnal verify` tells.
pub(super) fn picture(path: &Path, what: &str) -> Option<Plot> {
    let recording = wav::read(path, None).ok()?;
    let rate = f64::from(recording.rate);
    let marks = silences(&recording.samples, rate).into_iter();
    let marks = marks.map(|(from, to)| Mark { from, to, name: Bilingual::from(SILENCE) }).collect();
    let series = vec![Series { points: waveform(&recording.samples, rate), ..Series::default() }];
    let title = Bilingual::same(what);
    Some(Plot { title, x_label: TIME.into(), y_label: LEVEL.into(), series, marks, ..Plot::default() })
}

/// Stretches without sound, in seconds.
fn silences(samples: &[f32], rate: f64) -> Vec<(f64, f64)> {
    let mut found = Vec::new();
    let mut since = None;
    // One more that is loud closes the last stretch.
    for (place, sample) in samples.iter().copied().chain([1.0]).enumerate() {
        if sample.abs() < SILENT {
            since = since.or(Some(place));
        } else if let Some(from) = since.take() {
            let (from, to) = (from as f64 / rate, place as f64 / rate);
            if to - from >= SHORTEST_S {
                found.push((from, to));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_without_sound_is_found_where_it_is_long_enough() {
        let part = |level: f32, seconds: f64| vec![level; (seconds * 1000.0) as usize];
        let sound = [part(0.5, 1.0), part(0.0, 0.5), part(0.5, 0.5), part(0.0, 0.1), part(0.5, 0.1), part(0.0005, 0.3)].concat();
        assert_eq!(silences(&sound, 1000.0), [(1.0, 1.5), (2.2, 2.5)]);
        assert_eq!(silences(&[], 1000.0), []);
    }
}
