//! `measure level`, `measure gaps`, `measure echo` and `measure response`.

use super::finding::{Failure, Finding, milliseconds};
use super::plot::{Plot, Series};
use super::wav::{self, Recording};
use super::{PairArgs, SingleArgs};
use crate::dsp::align::{Aligned, align};
use crate::dsp::gaps::Gap;
use crate::dsp::{distortion, echo, gaps, level, response};

const LEVEL_METHOD: &str = "RMS, peak and A-weighting (IEC 61672-1) over the whole recording; active speech level by ITU-T P.56, method B; \
     0 dBFS is a full-scale sine";
const GAPS_METHOD: &str = "the recording is moved onto the reference by its measured delay and clock ratio; a gap is a stretch, found by its most \
     likely edges, in which the reference sounds and the recording does not";
const ECHO_METHOD: &str = "power of what was returned coherent with what was sent, 200 to 3600 Hz, after alignment by `measure delay`; an echo \
     path loss in the manner of ITU-T G.122, not weighted; uncertainty k = 2";
const RESPONSE_METHOD: &str = "transfer function H1 (cross spectrum over reference spectrum, Welch) in third octaves after alignment, uncertainty \
     k = 2 from the coherence; distortion of a 1 kHz tone by IEC 60268-3 where the recording is one";

#[derive(Debug, clap::Args)]
pub(super) struct GapsArgs {
    #[command(flatten)]
    pub pair: PairArgs,
    /// Leave out gaps shorter than this, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 3.0)]
    shortest: f64,
    /// How far below the sound's level a gap must fall, in dB
    #[arg(long, value_name = "DB", default_value_t = 15.0)]
    depth: f64,
}

/// A recording below this carries nothing.
const SILENT_DBFS: f64 = -80.0;

fn decibel(value: Option<f64>, unit: &str) -> String {
    match value {
        Some(value) if value.is_finite() => format!("{value:.2} {unit}"),
        Some(_) => "digital silence".to_owned(),
        None => "none".to_owned(),
    }
}

pub(super) fn level(args: &SingleArgs) -> Result<Finding, Failure> {
    let capture = wav::read(&args.capture, args.output.channel)?;
    let samples = &capture.samples;
    let rms = level::rms_dbfs(samples);
    let active = level::active_speech(samples, f64::from(capture.rate));
    let weighted = level::a_weighted_dbfs(samples, f64::from(capture.rate));
    let peak = level::peak(samples).map(|peak| 20.0 * peak.log10());
    let clipped = distortion::clipping(samples);
    let found = rms.is_some_and(f64::is_finite);
    let finding = Finding::new("level", found, LEVEL_METHOD, &[&capture])
        .field("rms_dbfs", rms)
        .field("peak_dbfs", peak)
        .field("a_weighted_dbfs", weighted)
        .field("active_speech_dbfs", active.map(|a| a.level_dbfs))
        .field("activity", active.map(|a| a.activity))
        .field("clipped_stretches", clipped.map_or(0, |c| c.stretches))
        .field("clipped_share", clipped.map_or(0.0, |c| c.share))
        .field("seconds", capture.seconds())
        .line("Duration", format!("{:.3} s", capture.seconds()))
        .line("RMS", decibel(rms, "dBFS"))
        .line("Peak", decibel(peak, "dBFS"))
        .line("A-weighted", decibel(weighted, "dBFS(A)"))
        .line("Active speech level", decibel(active.map(|a| a.level_dbfs), "dBFS"))
        .line("Activity", active.map_or("none".to_owned(), |a| format!("{:.1} %", a.activity * 100.0)))
        .line("In dBm0", decibel(rms.map(|r| r + level::A_LAW_OVERLOAD_DBM0), "dBm0, if full scale is that of A-law"))
        .plot(level_plot(&capture));
    Ok(match clipped {
        Some(clipped) if clipped.stretches > 0 => finding.note(format!(
            "{} stretches of three or more samples stick at the largest magnitude ({:.3} of full scale)",
            clipped.stretches, clipped.limit
        )),
        _ => finding,
    })
}

fn level_plot(capture: &Recording) -> Plot {
    let block = (capture.rate / 50) as usize;
    let points =
        capture.samples.chunks(block).enumerate().map(|(k, part)| (k as f64 / 50.0, level::rms_dbfs(part).unwrap_or(f64::NAN)));
    Plot {
        title: "Level in blocks of 20 ms".to_owned(),
        x_label: "time / s".to_owned(),
        y_label: "level / dBFS".to_owned(),
        series: vec![Series { name: "RMS".to_owned(), points: points.collect() }],
        ..Plot::default()
    }
}

pub(super) fn gaps(args: &GapsArgs) -> Result<Finding, Failure> {
    let (reference, capture) = args.pair.read()?;
    let rule = gaps::Rule { shortest_s: args.shortest * 1e-3, depth_db: args.depth, sound_rms: None };
    if !(1.0..=60_000.0).contains(&args.shortest) || !(3.0..=60.0).contains(&args.depth) {
        return Err(Failure::Refused("--shortest must lie within 1 to 60000 ms, --depth within 3 to 60 dB".to_owned()));
    }
    let mut finding = Finding::new("gaps", true, GAPS_METHOD, &[&reference, &capture]);
    let is_silent = |recording: &Recording| level::rms_dbfs(&recording.samples).is_none_or(|level| level < SILENT_DBFS);
    let (unsounded, silent) = (is_silent(&reference), is_silent(&capture));
    let found = if let Some(pair) = align(reference.signal(), capture.signal()) {
        finding = finding.field("delay_s", pair.delay.seconds);
        missing(&pair, rule)
    } else if !silent && !unsounded && align(reference.signal(), reference.signal()).is_none() {
        finding = finding.note(
            "the reference (a steady tone?) cannot be aligned, so the recording was measured by itself, times counted from its own start",
        );
        gaps::gaps(&capture.samples, f64::from(capture.rate), rule).unwrap_or_default()
    } else {
        let why = match (silent, unsounded) {
            (true, _) => "the recording is silent from end to end",
            (_, true) => "the reference is silent from end to end",
            _ => "the reference is not in the recording at all",
        };
        return Ok(Finding::new("gaps", false, GAPS_METHOD, &[&reference, &capture])
            .field("gaps", [(); 0])
            .field("silent", silent)
            .field("count", Option::<usize>::None)
            .field("total_s", Option::<f64>::None)
            .field("longest_s", Option::<f64>::None)
            .line("Gaps", format!("not measured: {why}")));
    };
    let total: f64 = found.iter().map(|g| g.length_s).sum();
    let longest = found.iter().map(|g| g.length_s).fold(0.0, f64::max);
    finding = finding
        .field("gaps", &found)
        .field("silent", false)
        .field("count", found.len())
        .field("total_s", total)
        .field("longest_s", longest)
        .line("Gaps", found.len().to_string())
        .line("Together", format!("{:.1} ms", total * 1e3))
        .line("Longest", format!("{:.1} ms", longest * 1e3));
    for gap in &found {
        finding = finding.line("", format!("at {:.4} s: {}", gap.start_s, milliseconds(gap.length_s, gap.uncertainty_s)));
    }
    Ok(finding)
}

/// Gaps of the aligned capture while the reference itself sounds.
fn missing(pair: &Aligned, rule: gaps::Rule) -> Vec<Gap> {
    let own = gaps::gaps(&pair.reference, pair.rate, rule).unwrap_or_default();
    let rms = |x: &[f32]| (x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / x.len().max(1) as f64).sqrt();
    // The level that the recording should have where it sounds: the reference's, through the fitted gain.
    let sound = rms(&pair.reference) * pair.delay.gain.abs();
    let rule = gaps::Rule { sound_rms: Some(sound), ..rule };
    let captured = gaps::gaps(&pair.capture, pair.rate, rule).unwrap_or_default();
    captured.iter().flat_map(|gap| outside(gap, &own)).filter(|gap| gap.length_s >= rule.shortest_s).collect()
}

/// The parts of `gap` that no pause of the reference explains.
fn outside(gap: &Gap, pauses: &[Gap]) -> Vec<Gap> {
    // A pause's edges are as soft as a gap's: two milliseconds of either belong to it.
    const EDGE: f64 = 0.002;
    let mut parts = vec![(gap.start_s, gap.start_s + gap.length_s)];
    for pause in pauses {
        let (from, to) = (pause.start_s - EDGE, pause.start_s + pause.length_s + EDGE);
        parts = parts.iter().flat_map(|(a, b)| [(*a, b.min(from)), (a.max(to), *b)]).filter(|(a, b)| b > a).collect();
    }
    parts.iter().map(|(a, b)| Gap { start_s: *a, length_s: b - a, ..*gap }).collect()
}

pub(super) fn echo(args: &PairArgs) -> Result<Finding, Failure> {
    let (sent, returned) = args.read()?;
    let found = echo::echo(sent.signal(), returned.signal());
    let finding = Finding::new("echo", found.is_some(), ECHO_METHOD, &[&sent, &returned]);
    let Some(found) = found else {
        return Ok(finding
            .field("echo", Option::<bool>::None)
            .line("Echo", "not measured: nothing was sent, or the files are too short"));
    };
    let finding = finding
        .fields(&found)
        .line("Sent", format!("{:.1} dBFS", found.sent_dbfs))
        .line("Returned, all of it", format!("{:.1} dBFS", found.returned_dbfs));
    Ok(match (found.echo, found.delay_s, found.delay_uncertainty_s, found.uncertainty_db) {
        (true, Some(delay), Some(delay_u), Some(level_u)) => finding
            .line("Echo attenuation", format!("{:.1} dB ± {level_u:.1} dB", found.attenuation_db))
            .line("Echo delay", milliseconds(delay, delay_u)),
        _ => finding.line("Echo", format!("none heard: attenuated by {:.1} dB at least", found.attenuation_db)),
    })
}

pub(super) fn response(args: &PairArgs) -> Result<Finding, Failure> {
    let (reference, capture) = args.read()?;
    let tone = distortion::distortion(&capture.samples, f64::from(capture.rate), 1000.0);
    let result = align(reference.signal(), capture.signal()).and_then(|pair| response::response(&pair));
    let found = result.is_some() || tone.is_some();
    let mut finding = Finding::new("response", found, RESPONSE_METHOD, &[&reference, &capture]);
    if let Some(result) = &result {
        finding = finding
            .fields(result)
            .line("Coherent to rest", format!("{:.1} dB", result.coherent_to_rest_db))
            .line("Within 6 dB of 1 kHz", band(result.low_6db_hz, result.high_6db_hz));
        for point in &result.points {
            let value =
                format!("{:+7.2} dB ± {:.2} dB, coherence {:.3}", point.magnitude_db, point.uncertainty_db, point.coherence);
            finding = finding.line(format!("{:6.0} Hz", point.hz), value);
        }
        finding = finding.plot(response_plot(result));
    }
    // A tone alone cannot be aligned, but it is what distortion is measured with.
    finding = finding.field("distortion", tone);
    Ok(match tone {
        Some(tone) => finding
            .line("Tone", format!("{:.2} Hz at {:.2} dBFS", tone.tone_hz, tone.level_dbfs))
            .line("THD+N", format!("{:.1} dB ({:.3} %)", tone.thd_n_db, 100.0 * 10f64.powf(tone.thd_n_db / 20.0)))
            .line("THD", format!("{:.1} dB", tone.thd_db)),
        None if !found => finding.line("Response", "not found: the reference is not in the recording"),
        None => finding,
    })
}

fn band(low: Option<f64>, high: Option<f64>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("{low:.0} to {high:.0} Hz"),
        _ => "nowhere".to_owned(),
    }
}

fn response_plot(result: &response::Response) -> Plot {
    let points = |value: fn(&response::ResponsePoint) -> f64| result.points.iter().map(|p| (p.hz, value(p))).collect();
    Plot {
        title: "Frequency response".to_owned(),
        x_label: "frequency / Hz".to_owned(),
        y_label: "recording over reference / dB".to_owned(),
        log_x: true,
        series: vec![
            Series { name: "magnitude".to_owned(), points: points(|p| p.magnitude_db) },
            Series { name: "upper limit".to_owned(), points: points(|p| p.magnitude_db + p.uncertainty_db.min(20.0)) },
            Series { name: "lower limit".to_owned(), points: points(|p| p.magnitude_db - p.uncertainty_db.min(20.0)) },
        ],
    }
}
