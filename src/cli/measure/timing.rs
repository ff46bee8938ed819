//! `measure delay` and `measure track`.

use super::finding::{Failure, Finding, digits, milliseconds};
use super::plot::{Plot, Series};
use super::reader::WavSource;
use super::{OutputArgs, PairArgs, wav, wav::Recording};
use crate::dsp::delay::{self, Delay};
use crate::dsp::follow;
use crate::dsp::onset;
use crate::dsp::press::{self, Press};
use crate::dsp::track::{self, Track};

const DELAY_METHOD: &str = "joint least-squares fit of gain, delay and clock ratio after normalised cross-correlation, with robust weights per \
     10 ms block; uncertainty is expanded (k = 2, about 95 %) and estimated from the residual; in the manner of ITU-T P.501 stimuli and \
     JCGM 100:2008";
const TRACK_METHOD: &str = "delay of each stretch of the reference as by `measure delay`, then weighted least squares for one drift between slips; \
     uncertainties are expanded (k = 2, about 95 %)";

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

/// Files longer than this are read piece by piece.
const READ_WHOLE_S: f64 = 300.0;
const ONE_OF_TWO: [&str; 7] = ["delay_s", "t_ref_s", "ppm", "uncertainty_s", "ppm_uncertainty", "gain", "snr_db"];

pub(super) fn delay(args: &PairArgs) -> Result<Finding, Failure> {
    if let Some((mut reference, mut capture)) = long(args)? {
        let found = follow::find(&mut reference, &mut capture)?;
        let finding = Finding::new("delay", found.is_some(), DELAY_METHOD, &[]).notes(reference.notes).notes(capture.notes);
        return Ok(described(finding, found.as_ref()));
    }
    let (reference, capture) = args.read()?;
    let found = delay::delay(reference.signal(), capture.signal());
    let finding = Finding::new("delay", found.is_some(), DELAY_METHOD, &[&reference, &capture]);
    let finding = described(finding, found.as_ref());
    Ok(match found {
        Some(found) => finding.plot(overlay(&reference, &capture, &found)),
        None => finding,
    })
}

/// Both files opened for reading piece by piece, if either is long.
fn long(args: &PairArgs) -> Result<Option<(WavSource, WavSource)>, Failure> {
    let reference = WavSource::open(&args.reference, None)?;
    let capture = WavSource::open(&args.capture, args.output.channel)?;
    let either = reference.seconds().max(capture.seconds()) > READ_WHOLE_S;
    Ok(either.then_some((reference, capture)))
}

fn described(finding: Finding, found: Option<&Delay>) -> Finding {
    match found {
        Some(found) => describe_delay(finding, found),
        None => absent(finding, &ONE_OF_TWO)
            .field("confidence", 0.0)
            .line("Delay", "not found: the reference is not in the recording, or cannot be told from a repetition of itself"),
    }
}

fn absent(finding: Finding, keys: &[&str]) -> Finding {
    keys.iter().fold(finding, |finding, key| finding.field(key, Option::<f64>::None))
}

fn describe_delay(finding: Finding, found: &Delay) -> Finding {
    let ppm_digits = digits(found.ppm_uncertainty);
    let inverted = if found.gain < 0.0 { ", inverted" } else { "" };
    finding
        .fields(found)
        .line("Delay", format!("{} at {:.3} s of the reference", milliseconds(found.seconds, found.uncertainty), found.t_ref_s))
        .line("Delay at its start", format!("{:.4} ms", found.at(0.0) * 1e3))
        .line(
            "Clock ratio",
            format!(
                "{:+.ppm_digits$} ppm ± {:.ppm_digits$} ppm (positive: the recording runs long)",
                found.ppm, found.ppm_uncertainty
            ),
        )
        .line("Gain", format!("{:.2} dB{inverted}", 20.0 * found.gain.abs().log10()))
        .line("Signal to residual", format!("{:.1} dB within the reference's band", found.snr_db))
        .line("Confidence", format!("{:.2} (how far the peak stands above the next candidate)", found.confidence))
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
        name: name.to_owned(),
        points: points.filter(|(t, _)| near(*t)).map(|(t, x)| (t * 1e3, x)).collect(),
    };
    Plot {
        title: "Recording and fitted reference".to_owned(),
        x_label: "time of the reference / ms".to_owned(),
        y_label: "amplitude / full scale".to_owned(),
        series: vec![series("reference, fitted", &mut { moved }), series("recording", &mut { recorded })],
        ..Plot::default()
    }
}

pub(super) fn track(args: &TrackArgs) -> Result<Finding, Failure> {
    if !(0.1..=60.0).contains(&args.window) || !(0.001..=60.0).contains(&args.reach) {
        return Err(Failure::Refused("--window must lie within 0.1 to 60 s, --reach within 0.001 to 60 s".to_owned()));
    }
    let (points, notes) = if let Some((mut reference, mut capture)) = long(&args.pair)? {
        let points = follow::follow(&mut reference, &mut capture, args.window, args.reach)?;
        (points, [reference.notes, capture.notes].concat())
    } else {
        let (reference, capture) = args.pair.read()?;
        let Ok(points) = follow::follow(&mut reference.signal(), &mut capture.signal(), args.window, args.reach);
        (points, [reference.notes, capture.notes].concat())
    };
    let tracked = track::track(&points);
    let finding = Finding::new("track", tracked.is_some(), TRACK_METHOD, &[]).notes(notes);
    Ok(match tracked {
        Some(tracked) => describe_track(finding, &tracked),
        None => absent(finding, &["ppm", "ppm_uncertainty", "creep_s", "creep_uncertainty_s", "scatter_s"])
            .field("points", &points)
            .field("slips", [(); 0])
            .line("Track", format!("not found: {} of the stretches could be measured, two are needed", points.len())),
    })
}

fn describe_track(finding: Finding, tracked: &Track) -> Finding {
    let ppm_digits = digits(tracked.ppm_uncertainty);
    let first = tracked.points.first().map_or(0.0, |p| p.delay_s);
    let mut finding = finding
        .fields(tracked)
        .line("Stretches measured", tracked.points.len().to_string())
        .line("First delay", format!("{:.4} ms", first * 1e3))
        .line("Drift", format!("{:+.ppm_digits$} ppm ± {:.ppm_digits$} ppm", tracked.ppm, tracked.ppm_uncertainty))
        .line("Creep, first to last", milliseconds(tracked.creep_s, tracked.creep_uncertainty_s))
        .line("Scatter", format!("{:.4} ms rms", tracked.scatter_s * 1e3))
        .line("Slips", tracked.slips.len().to_string());
    for slip in &tracked.slips {
        let size = milliseconds(slip.size_s, slip.uncertainty_s);
        finding = finding.line("", format!("between {:.2} s and {:.2} s: {size}", slip.after_s, slip.before_s));
    }
    let points = tracked.points.iter().map(|p| (p.at_s, p.delay_s * 1e3)).collect();
    finding.plot(Plot {
        title: "Delay over the recording".to_owned(),
        x_label: "time of the reference / s".to_owned(),
        y_label: "delay / ms".to_owned(),
        series: vec![Series { name: "delay".to_owned(), points }],
        ..Plot::default()
    })
}

const PRESS_METHOD: &str = "make of the contact from the tone that it gates into one input (first bounce), first arrival of sound (300 to 3400 Hz, 6 dB \
     above the noise before the press) in another input of the same recorder, the gate's crosstalk taken off; one sample clock; uncertainty is \
     expanded (k = 2, about 95 %)";

#[derive(Debug, clap::Args)]
pub(super) struct PressArgs {
    /// What was recorded
    pub capture: std::path::PathBuf,
    /// Channel into which the relay contact gates a tone, from 1
    #[arg(long, value_name = "N", default_value_t = 1)]
    gate: u16,
    /// Channel in which the sound arrives, from 1
    #[arg(long, value_name = "N", default_value_t = 2)]
    ear: u16,
    /// Frequency of the gated tone, in hertz
    #[arg(long, value_name = "HZ", default_value_t = 1000.0)]
    tone: f64,
    #[command(flatten)]
    pub output: OutputArgs,
}

pub(super) fn press(args: &PressArgs) -> Result<Finding, Failure> {
    if args.output.channel.is_some() {
        return Err(Failure::Refused(
            "a press is measured between two channels: name them by --gate and --ear, not by --channel".to_owned(),
        ));
    }
    if args.gate == args.ear {
        return Err(Failure::Refused(format!(
            "--gate and --ear are both channel {}: the contact and the sound need one each",
            args.gate
        )));
    }
    if !(100.0..=3600.0).contains(&args.tone) {
        return Err(Failure::Refused("--tone must lie within 100 to 3600 Hz".to_owned()));
    }
    let gate = wav::read(&args.capture, Some(args.gate))?;
    let ear = wav::read(&args.capture, Some(args.ear))?;
    let rate = f64::from(gate.rate);
    let found = press::press_to_sound(&gate.samples, &ear.samples, rate, args.tone);
    let finding = Finding::new("press", found.is_some(), PRESS_METHOD, &[&gate]);
    let Some(found) = found else {
        let why = match onset::tone_onset(&gate.samples, rate, args.tone) {
            Some(_) => "no sound arrives after the press",
            None => "no contact closes: there is no tone that begins",
        };
        return Ok(absent(finding, &["press_to_sound_s", "uncertainty_s", "press_s", "sound_s"])
            .line("Press to sound", format!("not found: {why}")));
    };
    let Press { press_s, sound_s, seconds, uncertainty } = found;
    Ok(finding
        .fields(&found)
        .line("Press to sound", milliseconds(seconds, uncertainty))
        .line("Press at", format!("{press_s:.5} s"))
        .line("First sound at", format!("{sound_s:.5} s")))
}
