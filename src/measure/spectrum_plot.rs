//! A spectrum as a picture.

use crate::dsp::spectrum::Spectrum;
use crate::plot::{Plot, Series};
use crate::unit::Bilingual;

/// The spectrum from 20 Hz up, in no more points than can be seen: the strongest component of each fiftieth of an
/// octave.
pub fn spectrum_plot(title: Bilingual, of: &Spectrum) -> Plot {
    let mut points: Vec<(f64, f64)> = Vec::new();
    let mut last = i64::MIN;
    for (k, power) in of.power.iter().enumerate() {
        let (hz, level) = (k as f64 * of.spacing_hz, 10.0 * (2.0 * power).max(1e-18).log10());
        let step = (50.0 * hz.log2()).floor() as i64;
        match points.last_mut().filter(|_| step == last) {
            Some(point) if point.1 < level => *point = (hz, level),
            Some(_) => {}
            None if hz >= 20.0 => points.push((hz, level)),
            None => {}
        }
        last = step;
    }
    Plot {
        title,
        x_label: ("frequency / Hz", "częstotliwość / Hz").into(),
        y_label: Bilingual::new(
            format!("level in {:.2} Hz / dBFS", of.spacing_hz),
            format!("poziom w {:.2} Hz / dBFS", of.spacing_hz).replace('.', ","),
        ),
        log_x: true,
        series: vec![Series { points, ..Series::default() }],
        ..Plot::default()
    }
}
