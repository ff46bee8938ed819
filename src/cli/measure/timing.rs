//! `measure delay` and `measure track`.

use super::finding::{Failure, Finding};
use super::plot::{Plot, Series};
use super::{PairArgs, wav::Recording};
use crate::dsp::delay::{self, Delay};
use crate::dsp::method;
use crate::dsp::track::{self, Track};
use crate::unit::{Bilingual, Estimate, Lang, Unit};

#[derive(Debug, clap::Args)]
pub(super) struct TrackArgs {
    #[command(flatten)]
    pub pair: PairArgs,
    /// Length of each stretch of the reference, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0)]
    window: f64,
    /// How far the delay may wander from one stretch to the next, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 0.25)]
    reach: f64,
}

pub(super) fn delay(args: &PairArgs) -> Result<Finding, Failure> {
    let (reference, capture) = args.read()?;
    let found = delay::delay(reference.signal(), capture.signal());
    let finding = Finding::new("delay", found.is_some(), method::DELAY, &[&reference, &capture]);
    Ok(match found {
        Some(found) => describe_delay(finding, &found).plot(overlay(&reference, &capture, &found)),
        None => absent(finding, &["delay_s", "t_ref_s", "ppm", "uncertainty_s", "ppm_uncertainty", "gain", "snr_db"])
            .field("confidence", 0.0)
            .line(
                ("Delay", "Opóźnienie"),
                (
                    "not found: the reference is not in the recording, or cannot be told from a repetition of itself",
                    "nie znaleziono: wzorca nie ma w nagraniu albo nie da się go odróżnić od jego powtórzenia",
                ),
            ),
    })
}

fn absent(finding: Finding, keys: &[&str]) -> Finding {
    keys.iter().fold(finding, |finding, key| finding.field(key, Option::<f64>::None))
}

fn describe_delay(finding: Finding, found: &Delay) -> Finding {
    let inverted = if found.gain < 0.0 { (", inverted", ", odwrócone") } else { ("", "") };
    let gain = 20.0 * found.gain.abs().log10();
    let decibel = |value: f64| format!("{value:.2} dB");
    let place = format!("{:.3} s", found.t_ref_s);
    finding
        .fields(found)
        .figure("delay_s", ("Delay", "Opóźnienie"), Estimate::seconds(found.seconds, found.uncertainty), method::DELAY)
        .line(("  at the reference's moment", "  w chwili wzorca"), Bilingual::new(place.clone(), place.replace('.', ",")))
        .line(("Delay at its start", "Opóźnienie na jego początku"), both(format!("{:.4} ms", found.at(0.0) * 1e3)))
        .figure(
            "ppm",
            ("Clock ratio (positive: the recording runs long)", "Stosunek zegarów (dodatni: nagranie jest dłuższe)"),
            Estimate::new(found.ppm, found.ppm_uncertainty, Unit::PartsPerMillion),
            method::DELAY,
        )
        .line(("Gain", "Wzmocnienie"), Bilingual::new(decibel(gain) + inverted.0, decibel(gain).replace('.', ",") + inverted.1))
        .line(
            ("Signal to residual, in the reference's band", "Sygnał do reszty, w paśmie wzorca"),
            both(format!("{:.1} dB", found.snr_db)),
        )
        .line(
            ("Confidence: the peak over the next candidate", "Pewność: szczyt ponad następnym kandydatem"),
            both(format!("{:.2}", found.confidence)),
        )
}

/// The same figure with a decimal comma in Polish.
fn both(figure: String) -> Bilingual {
    Bilingual::new(figure.clone(), figure.replace('.', ","))
}

/// A few milliseconds of both signals about the loudest moment, the reference moved onto the recording.
fn overlay(reference: &Recording, capture: &Recording, found: &Delay) -> Plot {
    let loudest =
        reference.samples.iter().enumerate().fold((0, 0f32), |best, (i, x)| if x.abs() > best.1 { (i, x.abs()) } else { best }).0;
    let centre = loudest as f64 / f64::from(reference.rate);
    let near = |seconds: f64| (seconds - centre).abs() < 0.005;
    let moved =
        reference.samples.iter().enumerate().map(|(i, x)| (i as f64 / f64::from(reference.rate), f64::from(*x) * found.gain));
    let recorded = capture.samples.iter().enumerate().map(|(i, x)| {
        let at = i as f64 / f64::from(capture.rate);
        (found.t_ref_s + (at - found.seconds - found.t_ref_s) / (1.0 + found.ppm * 1e-6), f64::from(*x))
    });
    let series = |name: &str, points: &mut dyn Iterator<Item = (f64, f64)>| Series {
        name: name.into(),
        points: points.filter(|(t, _)| near(*t)).map(|(t, x)| (t * 1e3, x)).collect(),
        ..Series::default()
    };
    Plot {
        title: ("Recording and fitted reference", "Nagranie i dopasowany wzorzec").into(),
        x_label: ("time of the reference / ms", "czas wzorca / ms").into(),
        y_label: ("amplitude / full scale", "amplituda / pełna skala").into(),
        series: vec![series("reference, fitted", &mut { moved }), series("recording", &mut { recorded })],
        ..Plot::default()
    }
}

pub(super) fn track(args: &TrackArgs) -> Result<Finding, Failure> {
    let (reference, capture) = args.pair.read()?;
    if !(0.1..=60.0).contains(&args.window) || !(0.001..=60.0).contains(&args.reach) {
        return Err(Failure::refused((
            "--window must lie within 0.1 to 60 s, --reach within 0.001 to 60 s",
            "--window musi leżeć w zakresie od 0,1 do 60 s, --reach od 0,001 do 60 s",
        )));
    }
    let points = track::follow(reference.signal(), capture.signal(), args.window, args.reach);
    let tracked = track::track(&points);
    let finding = Finding::new("track", tracked.is_some(), method::TRACK, &[&reference, &capture]);
    Ok(match tracked {
        Some(tracked) => describe_track(finding, &tracked),
        None => absent(finding, &["ppm", "ppm_uncertainty", "creep_s", "creep_uncertainty_s", "scatter_s"])
            .field("points", &points)
            .field("slips", [(); 0])
            .line(
                ("Track", "Przebieg"),
                Bilingual::new(
                    format!("not found: {} of the stretches could be measured, two are needed", points.len()),
                    format!("nie znaleziono: zmierzono {} odcinków, potrzeba dwóch", points.len()),
                ),
            ),
    })
}

fn describe_track(finding: Finding, tracked: &Track) -> Finding {
    let first = tracked.points.first().map_or(0.0, |p| p.delay_s);
    let mut finding = finding
        .fields(tracked)
        .line(("Stretches measured", "Zmierzone odcinki"), tracked.points.len().to_string())
        .line(("First delay", "Pierwsze opóźnienie"), both(format!("{:.4} ms", first * 1e3)))
        .figure(
            "ppm",
            ("Drift", "Dryf"),
            Estimate::new(tracked.ppm, tracked.ppm_uncertainty, Unit::PartsPerMillion),
            method::TRACK,
        )
        .figure(
            "creep_s",
            ("Creep, first to last", "Pełzanie, od pierwszego do ostatniego"),
            Estimate::seconds(tracked.creep_s, tracked.creep_uncertainty_s),
            method::TRACK,
        )
        .line(("Scatter", "Rozrzut"), both(format!("{:.4} ms rms", tracked.scatter_s * 1e3)))
        .line(("Slips", "Skoki"), tracked.slips.len().to_string());
    for slip in &tracked.slips {
        let (size, after, before) = (
            Estimate::seconds(slip.size_s, slip.uncertainty_s),
            format!("{:.2} s", slip.after_s),
            format!("{:.2} s", slip.before_s),
        );
        let polish = format!("między {after} a {before}").replace('.', ",");
        let words = Bilingual::new(
            format!("between {after} and {before}: {}", size.show(Lang::En)),
            format!("{polish}: {}", size.show(Lang::Pl)),
        );
        finding = finding.line("", words);
    }
    let points = tracked.points.iter().map(|p| (p.at_s, p.delay_s * 1e3)).collect();
    finding.plot(Plot {
        title: ("Delay over the recording", "Opóźnienie w ciągu nagrania").into(),
        x_label: ("time of the reference / s", "czas wzorca / s").into(),
        y_label: ("delay / ms", "opóźnienie / ms").into(),
        series: vec![Series { name: ("delay", "opóźnienie").into(), points, ..Series::default() }],
        ..Plot::default()
    })
}
