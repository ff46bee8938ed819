//! Whether a known sound came through whole.

use crate::dsp::continuity::{self, Continuity, Kind, Missing, Unknown};
use crate::dsp::gaps::Rule;
use crate::measure::method;
use crate::measure::{Finding, signal};
use crate::plot::{Mark, Plot, Series, waveform};
use crate::unit::{Bilingual, Estimate, Lang, Unit};
use crate::wav::Recording;

/// What is missing of the reference, torn by clicks or played twice.
pub fn gaps(reference: &Recording, capture: &Recording, rule: Rule) -> Finding {
    let found = continuity::continuity(signal(reference), signal(capture), rule);
    let finding = Finding::new("gaps", found.is_ok(), method::GAPS, &[reference, capture]);
    match found {
        Ok(found) => describe(finding, &found).plot(draw(capture, &found)),
        Err(why) => unknown(finding, why),
    }
}

fn unknown(finding: Finding, why: Unknown) -> Finding {
    let why = match why {
        Unknown::ReferenceSilent => (
            "not measured: the reference is silent, so nothing of it can be missing",
            "nie zmierzono: wzorzec jest ciszą, nie może go więc brakować",
        ),
        Unknown::NotThere => (
            "not measured: the recording holds sound, but not the reference",
            "nie zmierzono: w nagraniu jest dźwięk, ale nie wzorzec",
        ),
        Unknown::Unusable => ("not measured: the files are too short", "nie zmierzono: pliki są za krótkie"),
    };
    let keys =
        ["count", "total_s", "lost_s", "longest_s", "longest_onset_s", "click_count", "repeat_count", "delay_s", "one_way"];
    let finding = keys.iter().fold(finding, |finding, key| finding.field(key, Option::<f64>::None));
    let finding = ["gaps", "clicks", "repeats", "filled"].iter().fold(finding, |finding, key| finding.field(key, [(); 0]));
    finding.line(("Gaps", "Przerwy"), why)
}

fn describe(finding: Finding, found: &Continuity) -> Finding {
    let seconds = |(value, uncertainty): (f64, f64)| Estimate::seconds(value, uncertainty);
    let way = method::GAPS;
    let mut finding = finding
        .fields(found)
        .count("count", ("Gaps", "Przerwy"), found.gaps.len(), way)
        .figure("total_s", ("Together", "Razem"), seconds(found.total_s()), way)
        .figure("lost_s", ("Sound that did not arrive", "Dźwięk, który nie dotarł"), seconds(found.lost_s()), method::REPLACED)
        .figure("longest_s", ("Longest", "Najdłuższa"), seconds(found.longest_s()), way)
        .figure("longest_onset_s", ("Longest cut beginning", "Najdłużej ucięty początek"), seconds(found.longest_onset_s()), way);
    for missing in &found.gaps {
        let words = |lang: Lang, from: &str| format!("{from} {}: {}", place(missing.gap.start_s, lang), length(missing, lang));
        finding = finding.line(label(name(missing.kind)), Bilingual::new(words(Lang::En, "at"), words(Lang::Pl, "od")));
    }
    if found.alone {
        return finding.field("click_count", Option::<usize>::None).field("repeat_count", Option::<usize>::None).note((
            "the reference (a steady tone?) cannot be aligned, so the recording was measured by itself, times counted from its own start",
            "wzorca (ciągły ton?) nie da się wyrównać w czasie, więc zmierzono samo nagranie, licząc czas od jego początku",
        ));
    }
    finding = finding.count("click_count", ("Clicks", "Trzaski"), found.clicks.len(), method::CLICKS);
    for click in &found.clicks {
        let words = |lang: Lang, from: &str| {
            let prominence = Estimate::new(click.prominence_db.round(), 0.0, Unit::Decibel).show(lang);
            format!("{from} {}: {prominence}", place(click.at_s, lang))
        };
        finding = finding.line(label(("click", "trzask")), Bilingual::new(words(Lang::En, "at"), words(Lang::Pl, "w")));
    }
    finding = finding.count(
        "repeat_count",
        ("Stretches played twice", "Odcinki odtworzone dwukrotnie"),
        found.repeats.len(),
        method::REPEATS,
    );
    for repeat in &found.repeats {
        let length = Estimate::seconds(repeat.length_s, repeat.uncertainty_s);
        let words = |lang: Lang, from: &str| format!("{from} {}: {}", place(repeat.start_s, lang), length.show(lang));
        finding = finding.line(label(("repeated", "powtórzone")), Bilingual::new(words(Lang::En, "at"), words(Lang::Pl, "od")));
    }
    finding = finding.count(
        "filled_count",
        ("Stretches with another sound or none", "Odcinki z innym dźwiękiem albo bez dźwięku"),
        found.filled.len(),
        method::REPLACED,
    );
    for filled in &found.filled {
        let length = Estimate::seconds(filled.length_s, filled.uncertainty_s);
        let words = |lang: Lang, from: &str| format!("{from} {}: {}", place(filled.start_s, lang), length.show(lang));
        finding =
            finding.line(label(("something else", "co innego")), Bilingual::new(words(Lang::En, "at"), words(Lang::Pl, "od")));
    }
    finding
}

fn label((en, pl): (&str, &str)) -> Bilingual {
    Bilingual::new(format!("  {en}"), format!("  {pl}"))
}

fn place(seconds: f64, lang: Lang) -> String {
    let text = format!("{seconds:.4} s");
    if lang == Lang::Pl { text.replace('.', ",") } else { text }
}

fn length(missing: &Missing, lang: Lang) -> String {
    let depth = Estimate::new(missing.gap.depth_db.round(), 0.0, Unit::Decibel).show(lang);
    format!("{}, −{depth}", Estimate::seconds(missing.gap.length_s, missing.gap.uncertainty_s).show(lang))
}

fn name(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::OneWay => ("nothing arrives", "nic nie dociera"),
        Kind::Beginning => ("beginning cut", "ucięty początek"),
        Kind::Onset => ("word cut", "ucięte słowo"),
        Kind::Lost => ("lost", "zgubione"),
        Kind::Muted => ("muted", "ściszone"),
    }
}

/// The recording's waveform with all that is wrong with it marked.
fn draw(capture: &Recording, found: &Continuity) -> Plot {
    // Gaps count from the reference's start, the picture from the recording's.
    let shift = found.delay_s.unwrap_or(0.0);
    let mark =
        |from: f64, length: f64, name: (&str, &str)| Mark { from: from + shift, to: from + shift + length, name: name.into() };
    let gaps = found.gaps.iter().map(|missing| mark(missing.gap.start_s, missing.gap.length_s, name(missing.kind)));
    let clicks = found.clicks.iter().map(|click| mark(click.at_s, 0.0, ("click", "trzask")));
    let repeats = found.repeats.iter().map(|repeat| mark(repeat.start_s, repeat.length_s, ("repeated", "powtórzone")));
    let mut marks: Vec<Mark> = gaps.chain(clicks).chain(repeats).collect();
    marks.sort_by(|a, b| a.from.total_cmp(&b.from));
    Plot {
        title: title(found),
        x_label: ("time of the recording / s", "czas nagrania / s").into(),
        y_label: ("amplitude / full scale", "amplituda / pełna skala").into(),
        series: vec![Series { points: waveform(&capture.samples, f64::from(capture.rate)), ..Series::default() }],
        marks,
        ..Plot::default()
    }
}

fn title(found: &Continuity) -> Bilingual {
    let count = found.gaps.len();
    let words = |lang: Lang, [gaps, longest]: [&str; 2]| {
        let (length, uncertainty) = found.longest_s();
        let longest =
            if count > 0 { format!(", {longest} {}", Estimate::seconds(length, uncertainty).show(lang)) } else { String::new() };
        format!("{gaps} {count}{longest}")
    };
    Bilingual::new(
        words(Lang::En, ["Recording, damage marked; gaps:", "longest"]),
        words(Lang::Pl, ["Nagranie z zaznaczonymi uszkodzeniami; przerwy:", "najdłuższa"]),
    )
}
