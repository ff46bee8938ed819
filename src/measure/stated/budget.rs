//! The table of what an uncertainty is made of, as a laboratory states it (JCGM 100:2008, 7.2.7).

use serde_json::{Value, json};

use crate::dsp::delay::{Contribution, Delay, Distribution, Source};
use crate::measure::Finding;
use crate::unit::{Bilingual, Estimate, Lang};

/// Adds a delay's budget: a line each for people, a list for programs.
pub(super) fn described(finding: Finding, found: &Delay) -> Finding {
    let lines = found.budget.contributions();
    let listed: Vec<Value> = lines.iter().map(as_json).collect();
    let heading =
        ("standard uncertainty; type, distribution, degrees of freedom", "niepewność standardowa; typ, rozkład, stopnie swobody");
    let finding = finding.field("budget", listed).line(("Uncertainty budget", "Budżet niepewności"), heading);
    lines.iter().fold(finding, |finding, line| {
        let (en, pl) = name(line.source);
        finding.line(Bilingual::new(format!("  {en}"), format!("  {pl}")), in_words(line))
    })
}

fn as_json(line: &Contribution) -> Value {
    json!({
        "contribution": code(line.source), "type": line.kind.to_string(), "distribution": distribution(line.distribution).0,
        "degrees_of_freedom": line.freedom, "standard_uncertainty_s": line.standard_s,
    })
}

fn in_words(line: &Contribution) -> Bilingual {
    let words = |lang: Lang| {
        let (en, pl) = distribution(line.distribution);
        let freedom = line.freedom.map_or("∞".to_owned(), |freedom| format!("{freedom:.0}"));
        let shape = if lang == Lang::Pl { pl } else { en };
        format!("{}; {}, {shape}, {freedom}", Estimate::seconds(two_digits(line.standard_s), 0.0).show(lang), line.kind)
    };
    Bilingual::new(words(Lang::En), words(Lang::Pl))
}

/// An uncertainty is stated to two digits (JCGM 100:2008, 7.2.6).
fn two_digits(value: f64) -> f64 {
    let scale = 10f64.powf(value.abs().max(1e-12).log10().floor() - 1.0);
    (value / scale).round() * scale
}

fn code(source: Source) -> &'static str {
    match source {
        Source::Scatter => "scatter",
        Source::Dispersion => "dispersion",
        Source::Distortion => "distortion",
        Source::Rounding => "rounding",
    }
}

fn name(source: Source) -> (&'static str, &'static str) {
    match source {
        Source::Scatter => ("scatter between stretches", "rozrzut między odcinkami"),
        Source::Dispersion => ("frequencies that are delayed unlike", "różnice opóźnienia między częstotliwościami"),
        Source::Distortion => ("distortion that follows the signal", "zniekształcenia zależne od sygnału"),
        Source::Rounding => ("rounding of the samples", "zaokrąglenie próbek"),
    }
}

fn distribution(of: Distribution) -> (&'static str, &'static str) {
    match of {
        Distribution::Student => ("t", "t Studenta"),
        Distribution::Normal => ("normal", "normalny"),
        Distribution::Rectangular => ("rectangular", "prostokątny"),
    }
}
