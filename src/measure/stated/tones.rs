//! What a recording holds in the way of steady tones, dialled digits and the tones by which a network answers.

use crate::dsp::call_tone::{self, CallTone, Kind};
use crate::dsp::distortion::{self, Distortion};
use crate::dsp::dtmf::{self, Digit};
use crate::dsp::spectrum;
use crate::measure::Finding;
use crate::measure::method;
use crate::measure::spectrum_plot;
use crate::plot::{Mark, Plot, Series, titled, waveform};
use crate::unit::{Bilingual, Estimate, Lang, Unit};
use crate::wav::Recording;

const METHOD: (&str, &str) = (
    "tones in looks of 20 ms, 5 ms apart, and in the spectrum of the whole; uncertainties are expanded (k = 2)",
    "tony w oknach 20 ms co 5 ms oraz w widmie całości; niepewności rozszerzone (k = 2)",
);
const NONE: (&str, &str) = ("none", "brak");

/// A steady tone and its distortion, dialled digits, call tones.
pub fn tones(capture: &Recording) -> Finding {
    let rate = f64::from(capture.rate);
    let digits = dtmf::digits(&capture.samples, rate);
    let calls = call_tone::call_tones(&capture.samples, rate);
    // A tone in a cadence, or a pair, is no steady tone whose distortion could be stated: what switches it would count
    // as distortion.
    let switched = !digits.is_empty() || calls.iter().any(|call| call.kind != Kind::Dial);
    let steady = if switched { None } else { distortion::strongest_tone(&capture.samples, rate) };
    let found = !digits.is_empty() || !calls.is_empty() || steady.is_some();
    let mut finding = Finding::new("tones", found, METHOD, &[capture]);
    finding = steady_tone(finding, steady.as_ref());
    finding = dialled(finding, &digits);
    finding = called(finding, &calls);
    let digit = |d: &Digit| Mark { from: d.start_s, to: d.start_s + d.length_s, name: Bilingual::same(d.key) };
    let call = |t: &CallTone| Mark { from: t.start_s, to: t.start_s + t.length_s, name: name(t.kind).into() };
    // The harmonics of a steady tone show in its spectrum alone.
    let spectrum = steady.as_ref().and_then(|tone| Some((tone, spectrum::spectrum(&capture.samples, rate)?)));
    if let Some((tone, spectrum)) = spectrum {
        return finding.plot(spectrum_plot(title_of(tone), &spectrum));
    }
    finding.plot(Plot {
        title: title(&digits, &calls),
        x_label: ("time / s", "czas / s").into(),
        y_label: ("amplitude / full scale", "amplituda / pełna skala").into(),
        series: vec![Series { points: waveform(&capture.samples, rate), ..Series::default() }],
        marks: digits.iter().map(digit).chain(calls.iter().map(call)).collect(),
        ..Plot::default()
    })
}

pub(super) fn title_of(tone: &Distortion) -> Bilingual {
    titled(("Steady tone; THD+N", "Ton ciągły; THD+N"), decibel(tone.thd_n_db, tone.uncertainty_db))
}

/// The first that there is: what was dialled, what the network said.
fn title(digits: &[Digit], calls: &[CallTone]) -> Bilingual {
    if !digits.is_empty() {
        let keys: String = digits.iter().map(|digit| digit.key).collect();
        return Bilingual::new(format!("Dialled digits: {keys}"), format!("Wybrane cyfry: {keys}"));
    }
    if let Some(call) = calls.first() {
        let (en, pl) = name(call.kind);
        let hz = Estimate::new(call.hz, call.hz_uncertainty, Unit::Hertz);
        return titled(Bilingual::new(format!("Call tone: {en},"), format!("Sygnał tonowy: {pl},")), hz);
    }
    ("No tones", "Brak tonów").into()
}

fn decibel(value: f64, uncertainty: f64) -> Estimate {
    Estimate::new(value, uncertainty, Unit::Decibel)
}

fn steady_tone(finding: Finding, tone: Option<&Distortion>) -> Finding {
    let Some(tone) = tone else {
        let keys = ["tone_hz", "tone_dbfs", "thd_n_db", "thd_n", "thd_db"];
        let finding = keys.iter().fold(finding, |finding, key| finding.field(key, Option::<f64>::None));
        return finding.line(("Steady tone", "Ton ciągły"), NONE);
    };
    let ratio = 10f64.powf(tone.thd_n_db / 20.0);
    let spread = ratio * (10f64.powf(tone.uncertainty_db / 20.0) - 1.0);
    let level = Estimate::new(tone.level_dbfs, tone.level_uncertainty_db, Unit::DecibelFullScale);
    finding
        .figure(
            "tone_hz",
            ("Steady tone", "Ton ciągły"),
            Estimate::new(tone.tone_hz, tone.tone_uncertainty_hz, Unit::Hertz),
            method::TONE,
        )
        .figure("tone_dbfs", ("Its level", "Jego poziom"), level, method::TONE)
        .figure("thd_n_db", ("THD+N", "THD+N"), decibel(tone.thd_n_db, tone.uncertainty_db), method::TONE)
        .figure("thd_n", ("THD+N", "THD+N"), Estimate::new(ratio, spread, Unit::Ratio), method::TONE)
        .figure(
            "thd_db",
            ("THD, harmonics 2 to 10", "THD, harmoniczne 2 do 10"),
            decibel(tone.thd_db, tone.uncertainty_db),
            method::TONE,
        )
}

fn dialled(finding: Finding, digits: &[Digit]) -> Finding {
    let keys: String = digits.iter().map(|digit| digit.key).collect();
    let finding = finding.field("digits", digits).field("dialled", &keys);
    let finding = finding.count("digit_count", ("Digits", "Cyfry"), digits.len(), method::DTMF);
    digits.iter().fold(finding, |finding, digit| {
        let at = Estimate::seconds(digit.start_s, digit.uncertainty_s);
        let length = Estimate::seconds(digit.length_s, digit.uncertainty_s);
        let words = |lang: Lang, from: &str, level: &str| {
            format!(
                "{from} {}, {}, {level} {}",
                at.show(lang),
                length.show(lang),
                Estimate::new((digit.level_dbfs * 10.0).round() / 10.0, 0.0, Unit::DecibelFullScale).show(lang)
            )
        };
        finding.line(
            Bilingual::same(format!("  {}", digit.key)),
            Bilingual::new(words(Lang::En, "at", "level"), words(Lang::Pl, "od", "poziom")),
        )
    })
}

fn name(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Dial => ("dial tone", "sygnał zgłoszenia"),
        Kind::Ringing => ("ringing tone", "zwrotny sygnał wywołania"),
        Kind::Busy => ("busy or congestion", "zajętość lub niedostępność"),
        Kind::SpecialInformation => ("special information", "sygnał informacji specjalnej"),
        Kind::Unknown => ("tone of no known cadence", "ton o nieznanym rytmie"),
    }
}

fn called(finding: Finding, tones: &[CallTone]) -> Finding {
    let finding =
        finding.field("tones", tones).count("call_tone_count", ("Call tones", "Sygnały tonowe"), tones.len(), method::CALL_TONES);
    tones.iter().fold(finding, |finding, tone| {
        let words = |lang: Lang, [from, bursts, off]: [&str; 3]| {
            let time = |seconds: f64| Estimate::seconds(seconds, tone.uncertainty_s).show(lang);
            let pause = tone.off_s.map(|pause| format!(", {off} {}", time(pause))).unwrap_or_default();
            let hz = Estimate::new(tone.hz, tone.hz_uncertainty, Unit::Hertz).show(lang);
            format!("{from} {}, {bursts} {} × {}{pause}, {hz}", time(tone.start_s), tone.bursts, time(tone.on_s))
        };
        let (en, pl) = name(tone.kind);
        let value = Bilingual::new(words(Lang::En, ["at", "bursts:", "pause"]), words(Lang::Pl, ["od", "impulsy:", "przerwa"]));
        finding.line(Bilingual::new(format!("  {en}"), format!("  {pl}")), value)
    })
}
