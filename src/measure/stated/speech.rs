//! How speech compares with itself after a path.

use super::timing::absent;
use crate::dsp::align::align;
use crate::dsp::level;
use crate::intelligibility::pesq;
use crate::intelligibility::stoi::{self, Intelligibility};
use crate::measure::method;
use crate::measure::{Finding, signal};
use crate::plot::{Plot, Series, titled};
use crate::unit::{Bilingual, Estimate, Lang, Unit};
use crate::wav::Recording;

const STOI_METHOD: (&str, &str) = (
    "both recordings aligned as by `measure delay` and compared at 10 kHz; uncertainties are expanded (k = 2)",
    "oba nagrania wyrównane w czasie jak w `measure delay` i porównane przy 10 kHz; niepewności rozszerzone (k = 2)",
);
const PESQ_METHOD: (&str, &str) = (
    "PESQ by the crate pesq 0.2; made for 8 to 12 s of speech, superseded by ITU-T P.863; uncertainties are expanded (k = 2)",
    "PESQ z biblioteki pesq 0.2; przeznaczony dla 8 do 12 s mowy, zastąpiony przez ITU-T P.863; niepewności rozszerzone (k = 2)",
);

fn score(value: f64, uncertainty: f64) -> Estimate {
    Estimate::new(value, uncertainty, Unit::Count)
}

/// How much of the words can be understood.
pub fn stoi(reference: &Recording, capture: &Recording) -> Finding {
    let result = align(signal(reference), signal(capture))
        .and_then(|pair| stoi::intelligibility(&pair.reference, &pair.capture, pair.rate as u32));
    let finding = Finding::new("stoi", result.is_some(), STOI_METHOD, &[reference, capture]);
    let Some(result) = result else {
        return absent(finding, &["stoi", "stoi_uncertainty", "estoi", "estoi_uncertainty", "speech_s"]).line(
            Bilingual::same("STOI"),
            (
                "not measured: the reference is not in the recording, or there is less than 0.4 s of speech",
                "nie zmierzono: w nagraniu nie ma wzorca albo mowy jest mniej niż 0,4 s",
            ),
        );
    };
    let whole = score(result.stoi, result.stoi_uncertainty);
    finding
        .fields(&result)
        .figure("stoi", Bilingual::same("STOI"), whole, method::STOI)
        .figure("estoi", Bilingual::same("ESTOI"), score(result.estoi, result.estoi_uncertainty), method::ESTOI)
        .figure("speech_s", ("Speech", "Mowa"), Estimate::seconds(result.speech_s, 2.0 * stoi::FRAME_S), method::SPEECH_TAKEN)
        .plot(course(&result, titled(Bilingual::same("STOI"), whole)))
}

/// Stretch by stretch, at the moment of the reference at which each begins: where the words are lost.
fn course(result: &Intelligibility, title: Bilingual) -> Plot {
    let line = |name: &str, value: fn(&stoi::Segment) -> f64| Series {
        name: Bilingual::same(name),
        points: result.segments.iter().map(|segment| (segment.at_s, value(segment))).collect(),
        ..Series::default()
    };
    Plot {
        title,
        x_label: ("time of the reference / s", "czas wzorca / s").into(),
        y_label: ("intelligibility of 384 ms / 1", "zrozumiałość odcinka 384 ms / 1").into(),
        series: vec![line("STOI", |s| s.stoi), line("ESTOI", |s| s.estoi)],
        ..Plot::default()
    }
}

/// How good a listener would call the speech; `pictures`: draw it too, which costs an alignment.
pub fn pesq(reference: &Recording, capture: &Recording, pictures: bool) -> Finding {
    let result = pesq::quality(signal(reference), signal(capture));
    let finding = Finding::new("pesq", result.is_some(), PESQ_METHOD, &[reference, capture]);
    let Some(result) = result else {
        return absent(finding, &["raw", "mos_lqo", "mos_lqo_wb"]).line(
            Bilingual::same("PESQ"),
            (
                "not measured: silence, or less than 0.5 s or more than 2 minutes of sound",
                "nie zmierzono: cisza, poniżej 0,5 s albo ponad 2 minuty dźwięku",
            ),
        );
    };
    let narrow = score(result.mos_lqo, result.mos_lqo_uncertainty);
    let wide = result.mos_lqo_wb.zip(result.mos_lqo_wb_uncertainty).map(|(value, doubt)| score(value, doubt));
    let slow = ("a rate is below 16 kHz", "częstotliwość próbkowania poniżej 16 kHz");
    finding
        .fields(&result)
        .figure("mos_lqo", ("MOS-LQO, narrowband", "MOS-LQO, wąskopasmowo"), narrow, method::PESQ_NARROW)
        .figure_or("mos_lqo_wb", ("MOS-LQO, wideband", "MOS-LQO, szerokopasmowo"), wide, method::PESQ_WIDE, slow)
        .figure("raw", ("Raw score", "Wynik surowy"), score(result.raw, result.raw_uncertainty), method::PESQ_RAW)
        .plot(levels(reference, capture, narrow, pictures))
}

/// Levels of both, the recording moved onto the reference where it can be: where the speech is quieter, filled or cut.
fn levels(reference: &Recording, capture: &Recording, score: Estimate, wanted: bool) -> Plot {
    const BLOCK_S: f64 = 0.032;
    // The model aligns by itself; this alignment is for the picture alone.
    let pair = wanted.then(|| align(signal(reference), signal(capture))).flatten();
    let (played, heard, rates) = match &pair {
        Some(pair) => (&pair.reference, &pair.capture, [pair.rate; 2]),
        None => (&reference.samples, &capture.samples, [f64::from(reference.rate), f64::from(capture.rate)]),
    };
    let course = |name: (&str, &str), samples: &[f32], rate: f64| {
        let block = (BLOCK_S * rate) as usize;
        let level =
            |(k, part): (usize, &[f32])| ((k * block) as f64 / rate, level::rms_dbfs(part).map_or(f64::NAN, |db| db.max(-90.0)));
        Series { name: name.into(), points: samples.chunks(block).enumerate().map(level).collect(), ..Series::default() }
    };
    let label = |lang: Lang, words: &str| format!("{words} {}", score.show(lang));
    Plot {
        title: Bilingual::new(label(Lang::En, "Levels of speech; MOS-LQO"), label(Lang::Pl, "Poziomy mowy; MOS-LQO")),
        x_label: ("time of the reference / s", "czas wzorca / s").into(),
        y_label: ("level of 32 ms / dBFS", "poziom 32 ms / dBFS").into(),
        series: vec![course(("reference", "wzorzec"), played, rates[0]), course(("recording", "nagranie"), heard, rates[1])],
        ..Plot::default()
    }
}
