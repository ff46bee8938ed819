//! `measure stipa`, `measure stoi` and `measure pesq`.

use std::path::PathBuf;

use super::finding::{Failure, Finding};
use super::mtf::Matrix;
use super::{OutputArgs, PairArgs, cap, wav};
use crate::dsp::align::align;
use crate::dsp::pesq;
use crate::dsp::stipa::{self, Flag, Stipa};
use crate::dsp::stoi;

const DIRECT: &str = "STIPA, direct method, IEC 60268-16:2020 (edition 5), male speech, octave filters of class 1 (IEC 61260-1) without phase; \
     uncertainty k = 2 from the fluctuation beside the modulations";
const INDIRECT: &str = "STIPA, indirect method from an impulse response, IEC 60268-16:2020 (edition 5), clause 6, male speech; the response must be \
     free of noise";
/// STOI and PESQ are made for sentences; this much is more than any comparison needs, and bounds the time it takes.
const LONGEST_S: f64 = 600.0;
const STOI_METHOD: &str = "STOI (Taal et al. 2011) and ESTOI (Jensen and Taal 2016) at 10 kHz after alignment by `measure delay`; they rank \
     conditions of one path and are no share of words understood";

const PESQ_METHOD: &str = "ITU-T P.862 with the mapping of P.862.1 (narrowband) and P.862.2 (wideband, where both files reach 16 kHz), by the crate \
     pesq 0.2; made for 8 to 12 s of speech, superseded by P.863";

#[derive(Debug, clap::Args)]
pub(super) struct StipaArgs {
    /// Recording of the STIPA test signal (or an impulse response, with --impulse-response)
    capture: PathBuf,
    /// The signal that was played, if its modulation is not the standard's 0.55
    #[arg(long, value_name = "R.wav", conflicts_with = "impulse_response")]
    reference: Option<PathBuf>,
    /// Take the recording for an impulse response (indirect method)
    #[arg(long)]
    impulse_response: bool,
    /// Sound pressure level of a full-scale sine, in dB: with it, masking and the hearing threshold are taken into account
    #[arg(long, value_name = "DB", allow_negative_numbers = true)]
    calibration: Option<f64>,
    /// Ambient noise in use, seven octave levels from 125 Hz to 8 kHz in dB SPL: also states the index in that noise (annex M)
    #[arg(long, value_name = "L1,…,L7", value_delimiter = ',', requires = "calibration", conflicts_with = "impulse_response")]
    noise: Option<Vec<f64>>,
    /// Codec that the recording came through: the index is judged against what that codec alone allows
    #[arg(long, value_enum)]
    codec: Option<cap::Codec>,
    #[command(flatten)]
    pub output: OutputArgs,
}

pub(super) fn stipa(args: &StipaArgs) -> Result<Finding, Failure> {
    let capture = wav::read(&args.capture, args.output.channel)?;
    let reference = args.reference.as_ref().map(|path| wav::read(path, None)).transpose()?;
    if args.calibration.is_some_and(|db| !(0.0..=200.0).contains(&db)) {
        return Err(Failure::Refused("--calibration must lie within 0 to 200 dB".to_owned()));
    }
    let noise = args.noise.as_ref().map(|levels| noise_levels(levels)).transpose()?;
    let (result, method) = if args.impulse_response {
        (stipa::from_impulse_response(capture.signal()), INDIRECT)
    } else {
        (stipa::direct(capture.signal(), reference.as_ref().map(wav::Recording::signal), args.calibration), DIRECT)
    };
    // Without a single modulation of the test signal there is nothing that could be called an index.
    let found = result.as_ref().is_some_and(|r| !r.flags.contains(&Flag::NotTestSignal));
    let finding = Finding::new("stipa", found, method, &[&capture])
        .field("norm", "IEC 60268-16:2020")
        .field("speech", "male")
        .field("masking_and_threshold", args.calibration.is_some() && !args.impulse_response);
    Ok(match result {
        Some(result) if found => {
            let finding = judged(describe(finding, &result), &result, args.codec);
            noise.iter().fold(finding, |finding, noise| in_noise(finding, &result, noise))
        }
        Some(result) => absent(result.flags.iter().fold(finding, |f, flag| f.note(explain(*flag))))
            .field("m", result.m)
            .field("flags", &result.flags)
            .line("STI", "not measured: this is no recording of the test signal"),
        None => absent(finding)
            .field("m", Option::<[[f64; 2]; 7]>::None)
            .field("flags", [(); 0])
            .line("STI", why_not(args, reference.as_ref())),
    })
}

fn noise_levels(levels: &[f64]) -> Result<[f64; 7], Failure> {
    let wanted = "--noise must give seven levels, 125 Hz to 8 kHz, within -20 to 140 dB";
    let seven: [f64; 7] = levels.try_into().map_err(|_| Failure::Refused(format!("{wanted}; {} were given", levels.len())))?;
    match seven.iter().find(|level| !(-20.0..=140.0).contains(*level)) {
        Some(level) => Err(Failure::Refused(format!("{wanted}; {level} was given"))),
        None => Ok(seven),
    }
}

fn why_not(args: &StipaArgs, reference: Option<&wav::Recording>) -> String {
    if args.impulse_response {
        return "not measured: silence, or more than a minute, which is no impulse response".to_owned();
    }
    if reference.is_some_and(|r| stipa::direct(r.signal(), None, None).is_none()) {
        return "not measured: the reference holds silence, or less than 5 s of sound".to_owned();
    }
    "not measured: silence, or less than 5 s of sound".to_owned()
}

fn absent(finding: Finding) -> Finding {
    finding.field("sti", Option::<f64>::None).field("uncertainty", Option::<f64>::None).field("mti", Option::<[f64; 7]>::None)
}

fn describe(finding: Finding, result: &Stipa) -> Finding {
    let index = format!("{:.3} ± {:.3} (rating {})", result.sti, result.uncertainty, result.rating);
    let mut finding = finding.fields(result).line("STI", index.clone());
    if result.ceiling < 0.999 {
        finding = finding.line("At best", format!("{:.3} with the octaves that the sample rate carries", result.ceiling));
    }
    for k in 0..result.bands_hz.len() {
        let [slow, fast] = result.m[k];
        let level = result.band_level_db[k].map_or("missing".to_owned(), |l| format!("{l:.1} dB"));
        let value = format!("MTI {:.3}, m {slow:.3} and {fast:.3}, level {level}", result.mti[k]);
        finding = finding.line(format!("{:5.0} Hz", result.bands_hz[k]), value);
    }
    if let (Some(ppm), Some(uncertainty)) = (result.clock_ppm, result.clock_ppm_uncertainty) {
        finding =
            finding.line("Clock ratio", format!("{ppm:+.0} ppm ± {uncertainty:.0} ppm (positive: the recording runs long)"));
    }
    for flag in &result.flags {
        finding = finding.note(explain(*flag));
    }
    finding.plot(Matrix::new(format!("STI {index}"), result))
}

/// What the index is to be held against: the codec's own cap, that of the sample rate, or 1.
fn judged(finding: Finding, result: &Stipa, codec: Option<cap::Codec>) -> Finding {
    let (cap, against) = match codec {
        Some(codec) => (codec.cap().min(result.ceiling), codec.path()),
        None if result.ceiling < 0.999 => (result.ceiling, "the octaves that the sample rate carries"),
        None => (1.0, "a perfect path (no codec was named with --codec)"),
    };
    let below = cap - result.sti;
    let finding = finding.field("cap", cap).field("judged_against", against).field("below_cap", below);
    let finding = match codec {
        Some(_) => {
            finding.line("Judged against", format!("{against}: {cap:.3} at best, so the rest of the path takes {below:.3}"))
        }
        None => finding.line("Judged against", against),
    };
    match codec {
        Some(cap::Codec::Opus) => finding.note(
            "Opus follows the sound as a vocoder does at low rates: STIPA is no measure of it, only of what stands around it",
        ),
        _ => finding,
    }
}

fn in_noise(finding: Finding, result: &Stipa, noise: &[f64; 7]) -> Finding {
    match result.in_noise(noise) {
        Some((sti, mti)) => {
            let shown: Vec<String> = noise.iter().map(|level| format!("{level}")).collect();
            finding
                .field("noise_db", noise)
                .field("sti_in_noise", sti)
                .field("mti_in_noise", mti)
                .line("In noise", format!("{sti:.3} with {} dB in the octaves (annex M)", shown.join(", ")))
        }
        None => finding,
    }
}

fn explain(flag: Flag) -> &'static str {
    match flag {
        Flag::Short => "shorter than 15 s, so the carrier's own fluctuation is not averaged out",
        Flag::Long => "longer than two minutes: only the first two were measured",
        Flag::Clipped => "the recording sticks at its largest magnitude: it is overdriven",
        Flag::Trimmed => "silence before or after the test signal was left out",
        Flag::BandsMissing => {
            "the sample rate does not reach the highest octaves, which count as 0: compare only with what such a band allows, never with 1"
        }
        Flag::ModulationAboveOne => "a modulation transfer value exceeds 1 by more than its scatter and counts as 1",
        Flag::ModulationAboveLimit => {
            "a modulation transfer value exceeds 1.3: impulsive noise or processing, the result is invalid"
        }
        Flag::SuppressorSuspected => {
            "modulation is deeper than the source's, or bent: a noise suppressor or expander in the path makes the result worthless"
        }
        Flag::GainControlSuspected => "slow modulations are weakened against fast ones: an automatic gain control is suspected",
        Flag::ClockError => {
            "player and recorder run on clocks more than 100 ppm apart; the modulations were measured where they are"
        }
        Flag::NotTestSignal => "hardly any of the test signal's modulations are there: probably not a recording of it",
        Flag::NoMasking => "without --calibration masking and the hearing threshold are left out",
    }
}

/// Both recordings, refused where they are far longer than a comparison of speech needs.
fn read_speech(args: &PairArgs) -> Result<(wav::Recording, wav::Recording), Failure> {
    let (reference, capture) = args.read()?;
    for (path, recording) in [(&args.reference, &reference), (&args.capture, &capture)] {
        if recording.seconds() > LONGEST_S {
            return Err(Failure::Refused(format!(
                "{}: {:.0} s are too long for a comparison of speech: cut out {LONGEST_S:.0} s at most",
                path.display(),
                recording.seconds()
            )));
        }
    }
    Ok((reference, capture))
}

pub(super) fn stoi(args: &PairArgs) -> Result<Finding, Failure> {
    let (reference, capture) = read_speech(args)?;
    let result = align(reference.signal(), capture.signal())
        .and_then(|pair| stoi::intelligibility(&pair.reference, &pair.capture, pair.rate as u32));
    let finding = Finding::new("stoi", result.is_some(), STOI_METHOD, &[&reference, &capture]);
    Ok(match result {
        Some(result) => finding
            .fields(&result)
            .line("STOI", format!("{:.3}", result.stoi))
            .line("ESTOI", format!("{:.3}", result.estoi))
            .line("Speech", format!("{:.1} s", result.speech_s)),
        None => finding
            .field("stoi", Option::<f64>::None)
            .field("estoi", Option::<f64>::None)
            .line("STOI", "not measured: the reference is not in the recording, or there is less than 0.4 s of speech"),
    })
}

pub(super) fn pesq(args: &PairArgs) -> Result<Finding, Failure> {
    let (reference, capture) = read_speech(args)?;
    let result = pesq::quality(reference.signal(), capture.signal());
    let finding = Finding::new("pesq", result.is_some(), PESQ_METHOD, &[&reference, &capture]);
    Ok(match result {
        Some(result) => finding
            .fields(&result)
            .line("MOS-LQO, narrowband", format!("{:.2}", result.mos_lqo))
            .line("MOS-LQO, wideband", result.mos_lqo_wb.map_or("rate below 16 kHz".to_owned(), |s| format!("{s:.2}")))
            .line("Raw score", format!("{:.3}", result.raw)),
        None => finding
            .field("raw", Option::<f64>::None)
            .field("mos_lqo", Option::<f64>::None)
            .field("mos_lqo_wb", Option::<f64>::None)
            .line("PESQ", "not measured: silence, or less than 0.5 s or more than 2 minutes of sound"),
    })
}
