//! What a path does to the spectrum of a known sound.

use super::tones;
use crate::dsp::align::align;
use crate::dsp::response::{self, Response, ResponsePoint};
use crate::dsp::{distortion, spectrum};
use crate::measure::method;
use crate::measure::spectrum_plot;
use crate::measure::{Finding, signal};
use crate::plot::{Plot, Series, titled};
use crate::unit::{Bilingual, Estimate, Unit};
use crate::wav::Recording;

/// What the path does to each frequency, and how it distorts.
pub fn response(reference: &Recording, capture: &Recording) -> Finding {
    let result = align(signal(reference), signal(capture)).and_then(|pair| response::response(&pair));
    // A tone alone cannot be aligned, but it is what distortion is measured with.
    let tone = distortion::strongest_tone(&capture.samples, f64::from(capture.rate));
    let found = result.is_some() || tone.is_some();
    let mut finding = Finding::new("response", found, method::RESPONSE, &[reference, capture]);
    match &result {
        Some(result) => finding = describe(finding, result),
        None => {
            let keys = ["low_6db_hz", "high_6db_hz", "coherent_to_rest_db"];
            finding = keys.iter().fold(finding, |finding, key| finding.field(key, Option::<f64>::None)).field("points", [(); 0]);
            finding = finding.line(
                ("Response", "Charakterystyka"),
                ("not found: the reference is not in the recording", "nie zmierzono: w nagraniu nie ma wzorca"),
            );
        }
    }
    finding = finding.field("distortion", tone);
    if let (None, Some(tone)) = (&result, &tone)
        && let Some(spectrum) = spectrum::spectrum(&capture.samples, f64::from(capture.rate))
    {
        finding = finding.plot(spectrum_plot(tones::title_of(tone), &spectrum));
    }
    match tone {
        Some(tone) => {
            let level = Estimate::new(tone.level_dbfs, tone.level_uncertainty_db, Unit::DecibelFullScale);
            let ratio = |value: f64| Estimate::new(value, tone.uncertainty_db, Unit::Decibel);
            finding
                .figure(
                    "tone_hz",
                    ("Tone", "Ton"),
                    Estimate::new(tone.tone_hz, tone.tone_uncertainty_hz, Unit::Hertz),
                    method::TONE,
                )
                .figure("tone_dbfs", ("Its level", "Jego poziom"), level, method::TONE)
                .figure("thd_n_db", ("THD+N", "THD+N"), ratio(tone.thd_n_db), method::TONE)
                .figure("thd_db", ("THD, harmonics 2 to 10", "THD, harmoniczne 2 do 10"), ratio(tone.thd_db), method::TONE)
        }
        None => finding,
    }
}

fn describe(finding: Finding, result: &Response) -> Finding {
    let rest = Estimate::new(result.coherent_to_rest_db, result.coherent_to_rest_uncertainty_db, Unit::Decibel);
    // A corner lies within the band in which the response crosses it: half a third octave to either side.
    let corner = |hz: Option<f64>| hz.map(|hz| Estimate::new(hz, 0.122 * hz, Unit::Hertz));
    let nowhere = ("nowhere", "nigdzie");
    let mut finding = finding
        .fields(result)
        .figure("coherent_to_rest_db", ("Coherent to rest", "Część spójna do reszty"), rest, method::COHERENT)
        .figure_or(
            "low_6db_hz",
            ("Within 6 dB from", "W granicach 6 dB od"),
            corner(result.low_6db_hz),
            method::RESPONSE,
            nowhere,
        )
        .figure_or("high_6db_hz", ("… up to", "… do"), corner(result.high_6db_hz), method::RESPONSE, nowhere);
    for point in &result.points {
        let value = Estimate::new(point.magnitude_db, point.uncertainty_db, Unit::Decibel);
        let key = format!("magnitude_{:.0}_db", point.hz);
        let label = Bilingual::new(
            format!("  {:.0} Hz, coherence {:.3}", point.hz, point.coherence),
            format!("  {:.0} Hz, spójność {:.3}", point.hz, point.coherence).replace('.', ","),
        );
        finding = finding.figure(&key, label, value, method::RESPONSE);
    }
    draw(finding, result, rest)
}

fn draw(finding: Finding, result: &Response, rest: Estimate) -> Finding {
    let points = |value: fn(&ResponsePoint) -> f64| result.points.iter().map(|p| (p.hz, value(p))).collect();
    let line = |name: (&str, &str), points: Vec<(f64, f64)>| Series { name: name.into(), points, ..Series::default() };
    let frequency = Bilingual::from(("frequency / Hz", "częstotliwość / Hz"));
    let magnitude = Plot {
        title: titled(
            ("Frequency response; coherent to rest", "Charakterystyka częstotliwościowa; część spójna do reszty"),
            rest,
        ),
        x_label: frequency.clone(),
        y_label: ("recording over reference / dB", "nagranie do wzorca / dB").into(),
        log_x: true,
        series: vec![
            line(("magnitude", "moduł"), points(|p| p.magnitude_db)),
            line(("upper limit", "granica górna"), points(|p| p.magnitude_db + p.uncertainty_db.min(20.0))),
            line(("lower limit", "granica dolna"), points(|p| p.magnitude_db - p.uncertainty_db.min(20.0))),
        ],
        ..Plot::default()
    };
    let coherence = Plot {
        title: ("Coherence", "Spójność").into(),
        x_label: frequency,
        y_label: Bilingual::same("γ² / 1"),
        log_x: true,
        series: vec![line(("coherence", "spójność"), points(|p| p.coherence))],
        ..Plot::default()
    };
    finding.plot(magnitude).plot(coherence)
}
