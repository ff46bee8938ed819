//! When a known sound arrives, and how that changes.

use super::budget;
use crate::dsp::align::align;
use crate::dsp::delay::{self, Beside, Course, Delay, Signal};
use crate::dsp::spectrum::{self, Spectrum};
use crate::dsp::streaming_delay::{self, Source};
use crate::dsp::track::{self, Slip, Track};
use crate::measure::method;
use crate::measure::{Failure, Finding};
use crate::measure::{WavSource, signal};
use crate::plot::{Mark, Plot, Series, titled};
use crate::unit::{Bilingual, Estimate, Lang, Unit};
use crate::wav::Recording;

const TRACK_METHOD: (&str, &str) = (
    "a known sound is sought in its recording stretch by stretch; uncertainties are expanded (k = 2)",
    "znany dźwięk odszukany w jego nagraniu odcinek po odcinku; niepewności rozszerzone (k = 2)",
);

/// So much of a reference shows its spectrum, and so much of an aligned pair its correlation.
const LOOK_S: f64 = 5.0;
const ONE_OF_TWO: [&str; 9] =
    ["delay_s", "t_ref_s", "delay_at_start_s", "ppm", "uncertainty_s", "ppm_uncertainty", "gain", "gain_db", "snr_db"];
const OF_A_TRACK: [&str; 8] =
    ["first_delay_s", "ppm", "ppm_uncertainty", "creep_s", "creep_uncertainty_s", "scatter_s", "point_count", "slip_count"];

/// A reference and its recording.
#[derive(Debug)]
pub enum Pair {
    /// In memory.
    Whole(Recording, Recording),
    /// Too long for that, and read where something is looked for.
    Long(WavSource, WavSource),
}

/// Delay, gain and clock ratio; `pictures`: draw them too, which costs a correlation.
pub fn delay(pair: Pair, pictures: bool) -> Result<Finding, Failure> {
    let (reference, capture) = match pair {
        Pair::Whole(reference, capture) => (reference, capture),
        Pair::Long(reference, capture) => return long_delay(reference, capture, pictures),
    };
    let found = delay::course(signal(&reference), signal(&capture)).ok();
    let spectrum = spectrum::spectrum(&reference.samples, f64::from(reference.rate));
    let method = delay_method(reference.seconds(), spectrum.as_ref());
    let finding = Finding::new("delay", found.is_some(), method, &[&reference, &capture]);
    let finding = described(finding, found.as_ref(), spectrum.as_ref());
    Ok(match found {
        Some(found) if pictures => drawn(finding, &Stretch::of(reference), &Stretch::of(capture), &found.strongest),
        _ => finding,
    })
}

/// The sentence names the sound that was used: how long it is, and where its energy lies.
fn delay_method(seconds: f64, spectrum: Option<&Spectrum>) -> Bilingual {
    let words = |lang: Lang| {
        let length = Estimate::seconds((seconds * 1e3).round() * 1e-3, 0.0).show(lang);
        let hertz = |hz: f64| Estimate::new((hz / 10.0).round() * 10.0, 0.0, Unit::Hertz).show(lang);
        spectrum.and_then(Spectrum::occupied_hz).map_or(length.clone(), |(low, high)| match lang {
            Lang::En => format!("{length}, {} to {}", hertz(low), hertz(high)),
            Lang::Pl => format!("{length}, od {} do {}", hertz(low), hertz(high)),
        })
    };
    Bilingual::new(
        format!(
            "the first file's sound ({}) is sought in the second; delays count from the first sample of each file; uncertainties are expanded (k = 2)",
            words(Lang::En)
        ),
        format!(
            "dźwięk z pierwszego pliku ({}) odszukany w drugim; opóźnienia liczone od pierwszej próbki każdego pliku; niepewności rozszerzone (k = 2)",
            words(Lang::Pl)
        ),
    )
}

fn long_delay(mut reference: WavSource, mut capture: WavSource, pictures: bool) -> Result<Finding, Failure> {
    let found = streaming_delay::find(&mut reference, &mut capture)?;
    let length = reference.seconds();
    let Some(found) = found else {
        let finding = Finding::new("delay", false, delay_method(length, None), &[]);
        return Ok(described(finding, None, None).notes(reference.notes).notes(capture.notes));
    };
    let played = Stretch::read(&mut reference, found.t_ref_s, LOOK_S)?;
    let spectrum = spectrum::spectrum(&played.samples, played.rate);
    let finding = Finding::new("delay", true, delay_method(length, spectrum.as_ref()), &[]);
    let mut finding = described(finding, Some(&Course { strongest: found, beside: None }), spectrum.as_ref());
    if pictures {
        let heard = Stretch::read(&mut capture, found.t_ref_s + found.seconds, LOOK_S + 1.0)?;
        finding = drawn(finding, &played, &heard, &found);
    }
    Ok(finding.notes(reference.notes).notes(capture.notes))
}

/// Part of a recording, and when it begins.
struct Stretch {
    samples: Vec<f32>,
    rate: f64,
    from_s: f64,
}

impl Stretch {
    fn of(recording: Recording) -> Stretch {
        Stretch { rate: f64::from(recording.rate), samples: recording.samples, from_s: 0.0 }
    }

    /// So many seconds about a moment, as far as there are any.
    fn read(source: &mut WavSource, about_s: f64, seconds: f64) -> Result<Stretch, Failure> {
        let rate = source.rate();
        let from = ((about_s - seconds / 2.0).max(0.0) * rate) as usize;
        let samples = source.read(from..from + (seconds * rate) as usize)?;
        Ok(Stretch { samples, rate, from_s: from as f64 / rate })
    }

    fn signal(&self) -> Signal<'_> {
        Signal::new(&self.samples, self.rate)
    }
}

fn described(finding: Finding, found: Option<&Course>, spectrum: Option<&Spectrum>) -> Finding {
    match found {
        Some(found) => {
            let finding = told_beside(describe_delay(finding, &found.first(), spectrum), found, spectrum);
            budget::described(finding, &found.first())
        }
        None => absent(finding, &ONE_OF_TWO).field("confidence", 0.0).line(
            ("Delay", "Opóźnienie"),
            (
                "not found: the reference is not in the recording, or cannot be told from a repetition of itself",
                "nie zmierzono: w nagraniu nie ma wzorca albo nie da się go odróżnić od jego własnego powtórzenia",
            ),
        ),
    }
}

pub(in crate::measure) fn absent(finding: Finding, keys: &[&str]) -> Finding {
    keys.iter().fold(finding, |finding, key| finding.field(key, Option::<f64>::None))
}

fn decibel(value: f64, uncertainty: f64) -> Estimate {
    Estimate::new(value, uncertainty, Unit::Decibel)
}

fn parts_per_million(value: f64, uncertainty: f64) -> Estimate {
    Estimate::new(value, uncertainty, Unit::PartsPerMillion)
}

/// Gain and delay of one fit are wrong by the same noise: once against the sound, once against its slope.
fn gain_doubt_db(found: &Delay, spectrum: Option<&Spectrum>) -> f64 {
    20.0 * (1.0 + found.uncertainty * spectrum.map_or(f64::INFINITY, Spectrum::slope)).log10()
}

fn describe_delay(finding: Finding, found: &Delay, spectrum: Option<&Spectrum>) -> Finding {
    let moment = |lang: Lang| Estimate::seconds((found.t_ref_s * 1e3).round() * 1e-3, 0.0).show(lang);
    let label = Bilingual::new(
        format!("Delay, at {} of the reference", moment(Lang::En)),
        format!("Opóźnienie, w chwili {} wzorca", moment(Lang::Pl)),
    );
    let start = Estimate::seconds(found.at(0.0), found.uncertainty.hypot(found.t_ref_s * found.ppm_uncertainty * 1e-6));
    let gain = decibel(20.0 * found.gain.abs().log10(), gain_doubt_db(found, spectrum));
    let values = spectrum.map_or(0.0, |spectrum| 2.0 * spectrum.bandwidth_hz() * spectrum.seconds);
    let rest = decibel(found.snr_db, 10.0 * (1.0 + 2.0 * (2.0 / values.max(1.0)).sqrt()).log10());
    let finding = finding
        .fields(found)
        .figure("delay_s", label, Estimate::seconds(found.seconds, found.uncertainty), method::DELAY_OF_FILES)
        .figure("delay_at_start_s", ("Delay at its start", "Opóźnienie na jego początku"), start, method::DELAY_OF_FILES)
        .figure(
            "ppm",
            ("Clock ratio", "Stosunek zegarów"),
            parts_per_million(found.ppm, found.ppm_uncertainty),
            method::CLOCK_RATIO,
        )
        .figure("gain_db", ("Gain", "Wzmocnienie"), gain, method::PATH_GAIN)
        .figure("snr_db", ("Signal to residual", "Sygnał do reszty"), rest, method::TO_RESIDUAL)
        .figure(
            "confidence",
            ("Confidence", "Pewność"),
            Estimate::new((found.confidence * 1e3).round() * 1e-3, 0.0, Unit::Count),
            method::CONFIDENCE,
        );
    if found.gain < 0.0 {
        return finding.note(("the path inverts the sound", "tor odwraca biegunowość dźwięku"));
    }
    finding
}

/// What one delay cannot say.
fn told_beside(finding: Finding, found: &Course, spectrum: Option<&Spectrum>) -> Finding {
    let delay = |one: &Delay| Estimate::seconds(one.seconds, one.uncertainty);
    let gain_db = |one: &Delay| gain_doubt_db(one, spectrum);
    match &found.beside {
        None => finding,
        Some(Beside::Earlier(first)) => {
            let late = &found.strongest;
            let louder = decibel(20.0 * (late.gain / first.gain).abs().log10(), gain_db(late).hypot(gain_db(first)));
            let apart = Estimate::seconds(late.seconds - first.seconds, late.uncertainty.hypot(first.uncertainty));
            finding
                .figure("strongest_s", ("Strongest arrival", "Najsilniejszy sygnał"), delay(late), method::ARRIVALS)
                .figure("strongest_over_first_db", ("  louder than the first by", "  głośniejszy od pierwszego o"), louder, method::ARRIVALS)
                .note(Bilingual::new(
                    format!(
                        "the sound arrives more than once: the delay is that of the first arrival, the strongest comes {} after it",
                        apart.show(Lang::En)
                    ),
                    format!(
                        "dźwięk dociera więcej niż raz: podane opóźnienie dotyczy pierwszego, najsilniejszy przychodzi o {} później",
                        apart.show(Lang::Pl)
                    ),
                ))
        }
        Some(Beside::Slip { before, after, at_s, within_s }) => {
            let moment = Estimate::seconds(*at_s, *within_s);
            let note = |lang: Lang| [delay(before).show(lang), delay(after).show(lang), moment.show(lang)];
            let ([a, b, t], [do_a, do_b, do_t]) = (note(Lang::En), note(Lang::Pl));
            finding
                .figure("delay_before_s", ("Delay before the slip", "Opóźnienie przed skokiem"), delay(before), method::SLIP_WITHIN)
                .figure("delay_after_s", ("Delay after the slip", "Opóźnienie po skoku"), delay(after), method::SLIP_WITHIN)
                .figure("slip_at_s", ("Slip, at so much of the reference", "Skok, w chwili wzorca"), moment, method::SLIP_WITHIN)
                .note(Bilingual::new(
                    format!("the delay is not one: it is {a} up to {t} of the reference and {b} from there on; stated is that of the longer part"),
                    format!("opóźnienie nie jest jedno: do chwili {do_t} wzorca wynosi {do_a}, a dalej {do_b}; podano to z dłuższej części"),
                ))
        }
    }
}

/// The alignment that shows the correlation is a measurement of its own: only for who wants to see it.
fn drawn(finding: Finding, reference: &Stretch, capture: &Stretch, found: &Delay) -> Finding {
    let finding = match correlation(reference, capture, found) {
        Some(plot) => finding.plot(plot),
        None => finding,
    };
    finding.plot(overlay(reference, capture, found))
}

/// The correlation of the aligned pair about the delay: a narrow peak alone is a sure finding.
fn correlation(reference: &Stretch, capture: &Stretch, found: &Delay) -> Option<Plot> {
    const REACH_S: f64 = 0.005;
    let pair = align(reference.signal(), capture.signal())?;
    // The pair ends with the reference: what is moved against it must stay inside.
    let reach = (REACH_S * pair.rate) as usize;
    let (centre, half) = (((found.t_ref_s - reference.from_s) * pair.rate) as usize, (LOOK_S / 2.0 * pair.rate) as usize);
    let from = centre.saturating_sub(half).max(reach);
    let to = (centre + half).min(pair.reference.len().saturating_sub(reach));
    let played = pair.reference.get(from..to)?;
    let energy = |samples: &[f32]| samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    let at = |lag: usize| {
        let heard = pair.capture.get(from + lag - reach..to + lag - reach)?;
        let product: f64 = played.iter().zip(heard).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
        Some(product / (energy(played) * energy(heard)).sqrt())
    };
    let delay_ms = |lag: usize| (found.seconds + (lag as f64 - reach as f64) / pair.rate) * 1e3;
    let points = (0..=2 * reach).map(|lag| (delay_ms(lag), at(lag).unwrap_or(f64::NAN))).collect();
    let (peak, doubt) = (found.seconds * 1e3, found.uncertainty * 1e3);
    let delay = Estimate::seconds(found.seconds, found.uncertainty);
    Some(Plot {
        title: titled(("Cross-correlation; delay", "Korelacja wzajemna; opóźnienie"), delay),
        x_label: ("delay / ms", "opóźnienie / ms").into(),
        y_label: ("correlation coefficient / 1", "współczynnik korelacji / 1").into(),
        series: vec![Series { points, ..Series::default() }],
        marks: vec![Mark { from: peak - doubt, to: peak + doubt, name: ("delay", "opóźnienie").into() }],
        ..Plot::default()
    })
}

/// A few milliseconds of both signals about the loudest moment, the reference moved onto the recording.
fn overlay(reference: &Stretch, capture: &Stretch, found: &Delay) -> Plot {
    let loudest =
        reference.samples.iter().enumerate().fold((0, 0f32), |best, (i, x)| if x.abs() > best.1 { (i, x.abs()) } else { best }).0;
    let moment = |i: usize, of: &Stretch| of.from_s + i as f64 / of.rate;
    let centre = moment(loudest, reference);
    let near = |seconds: f64| (seconds - centre).abs() < 0.005;
    let moved = reference.samples.iter().enumerate().map(|(i, x)| (moment(i, reference), f64::from(*x) * found.gain));
    let recorded = capture.samples.iter().enumerate().map(|(i, x)| {
        let at = moment(i, capture);
        (found.t_ref_s + (at - found.seconds - found.t_ref_s) / (1.0 + found.ppm * 1e-6), f64::from(*x))
    });
    let series = |name: (&str, &str), points: &mut dyn Iterator<Item = (f64, f64)>| Series {
        name: name.into(),
        points: points.filter(|(t, _)| near(*t)).map(|(t, x)| (t * 1e3, x)).collect(),
        ..Series::default()
    };
    Plot {
        title: ("Recording and fitted reference at its loudest", "Nagranie i dopasowany wzorzec w najgłośniejszym miejscu")
            .into(),
        x_label: ("time of the reference / ms", "czas wzorca / ms").into(),
        y_label: ("amplitude / full scale", "amplituda / pełna skala").into(),
        series: vec![
            series(("reference, fitted", "wzorzec, dopasowany"), &mut { moved }),
            series(("recording", "nagranie"), &mut { recorded }),
        ],
        ..Plot::default()
    }
}

/// The course of the delay: stretches of `window` seconds, from one to the next moved by `reach` seconds at most.
pub fn track(pair: Pair, window: f64, reach: f64) -> Result<Finding, Failure> {
    let (points, notes) = match pair {
        Pair::Long(mut reference, mut capture) => {
            let points = streaming_delay::follow(&mut reference, &mut capture, window, reach)?;
            (points, [reference.notes, capture.notes].concat())
        }
        Pair::Whole(reference, capture) => {
            let Ok(points) = streaming_delay::follow(&mut signal(&reference), &mut signal(&capture), window, reach);
            (points, [reference.notes, capture.notes].concat())
        }
    };
    let tracked = track::track(&points);
    let finding = Finding::new("track", tracked.is_some(), TRACK_METHOD, &[]).notes(notes);
    Ok(match tracked {
        Some(tracked) => describe_track(finding, &tracked),
        None => {
            let why = Bilingual::new(
                format!("not found: {} of the stretches could be measured, two are needed", points.len()),
                format!("nie zmierzono: liczba zmierzonych odcinków {}, potrzebne są dwa", points.len()),
            );
            absent(finding, &OF_A_TRACK)
                .field("points", &points)
                .field("slips", [(); 0])
                .line(("Track", "Przebieg opóźnienia"), why)
        }
    })
}

fn describe_track(finding: Finding, tracked: &Track) -> Finding {
    let count = tracked.points.len();
    let first = tracked.points.first().map(|p| Estimate::seconds(p.delay_s, p.uncertainty_s));
    let drift = Some(parts_per_million(tracked.ppm, tracked.ppm_uncertainty)).filter(|drift| drift.uncertainty.is_finite());
    // Two points lie on a line whatever they scatter.
    let freedom = count.saturating_sub(tracked.slips.len() + 2);
    let spread = 2.0 * tracked.scatter_s / (2.0 * freedom as f64).sqrt();
    let scatter = (freedom > 0).then(|| Estimate::seconds(tracked.scatter_s, spread));
    let few = ("not measured: too few stretches between the slips", "nie zmierzono: za mało odcinków między skokami");
    let mut finding = finding
        .fields(tracked)
        .count("point_count", ("Stretches measured", "Zmierzone odcinki"), count, method::TRACK)
        .figure_or("first_delay_s", ("First delay", "Pierwsze opóźnienie"), first, method::TRACK, few)
        .figure_or("ppm", ("Drift", "Dryf"), drift, method::TRACK, few)
        .figure(
            "creep_s",
            ("Creep, first to last", "Narastanie, od pierwszego do ostatniego"),
            Estimate::seconds(tracked.creep_s, tracked.creep_uncertainty_s),
            method::TRACK,
        )
        .figure_or("scatter_s", ("Scatter, rms", "Rozrzut, wartość skuteczna"), scatter, method::SCATTER, few)
        .count("slip_count", ("Slips", "Skoki"), tracked.slips.len(), method::TRACK);
    for slip in &tracked.slips {
        finding = finding.line(("  slip", "  skok"), slip_in_words(slip));
    }
    let points = tracked.points.iter().map(|p| (p.at_s, p.delay_s * 1e3)).collect();
    let marks = tracked.slips.iter().map(|slip| Mark { from: slip.after_s, to: slip.before_s, name: ("slip", "skok").into() });
    let title = match drift {
        Some(drift) => titled(("Delay over the recording; drift", "Opóźnienie w czasie nagrania; dryf"), drift),
        None => ("Delay over the recording", "Opóźnienie w czasie nagrania").into(),
    };
    finding.plot(Plot {
        title,
        x_label: ("time of the reference / s", "czas wzorca / s").into(),
        y_label: ("delay / ms", "opóźnienie / ms").into(),
        series: vec![Series { points, dots: true, ..Series::default() }],
        marks: marks.collect(),
        ..Plot::default()
    })
}

fn slip_in_words(slip: &Slip) -> Bilingual {
    let words = |lang: Lang, [between, and]: [&str; 2]| {
        let at = |seconds: f64| Estimate::seconds((seconds * 100.0).round() / 100.0, 0.0).show(lang);
        let size = Estimate::seconds(slip.size_s, slip.uncertainty_s).show(lang);
        format!("{between} {} {and} {}: {size}", at(slip.after_s), at(slip.before_s))
    };
    Bilingual::new(words(Lang::En, ["between", "and"]), words(Lang::Pl, ["między", "a"]))
}
