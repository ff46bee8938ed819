//! `measure stipa`, `measure stoi` and `measure pesq`.

use std::path::PathBuf;

use super::finding::{Failure, Finding};
use super::plot::{Plot, Series};
use super::{OutputArgs, PairArgs, wav};
use crate::dsp::align::align;
use crate::dsp::pesq;
use crate::dsp::stipa::{self, Flag, Stipa};
use crate::dsp::stoi;
use crate::unit::Bilingual;

const DIRECT: &str =
    "STIPA, direct method, IEC 60268-16:2020 (edition 5), male speech; uncertainty k = 2 from the carrier's own fluctuation";
const INDIRECT: &str = "STIPA, indirect method from an impulse response, IEC 60268-16:2020 (edition 5), clause 6, male speech";
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
    #[command(flatten)]
    pub output: OutputArgs,
}

pub(super) fn stipa(args: &StipaArgs) -> Result<Finding, Failure> {
    let capture = args.output.read(&args.capture, wav::MOST_OF_A_PAIR)?;
    let reference = args
        .reference
        .as_ref()
        .map(|path| wav::read_part(path, wav::Part { most: wav::MOST_OF_A_PAIR, ..wav::Part::default() }))
        .transpose()?;
    if args.calibration.is_some_and(|db| !(0.0..=200.0).contains(&db)) {
        return Err(Failure::refused((
            "--calibration must lie within 0 to 200 dB",
            "--calibration musi leżeć w zakresie od 0 do 200 dB",
        )));
    }
    let (result, method) = if args.impulse_response {
        (stipa::from_impulse_response(capture.signal()), INDIRECT)
    } else {
        (stipa::direct(capture.signal(), reference.as_ref().map(wav::Recording::signal), args.calibration), DIRECT)
    };
    // Without a single modulation of the test signal there is nothing that could be called an index.
    let found = result.as_ref().is_some_and(|r| !r.flags.contains(&Flag::NotTestSignal));
    let finding = Finding::new("stipa", found, method, &[&capture]);
    Ok(match result {
        Some(result) => describe(finding, &result),
        None => finding
            .field("sti", Option::<f64>::None)
            .field("mti", Option::<[f64; 7]>::None)
            .field("m", Option::<[[f64; 2]; 7]>::None)
            .field("flags", [(); 0])
            .line("STI", ("not measured: silence, or less than 5 s of sound", "nie zmierzono: cisza albo poniżej 5 s dźwięku")),
    })
}

fn describe(finding: Finding, result: &Stipa) -> Finding {
    let mut finding =
        finding.fields(result).line("STI", format!("{:.3} ± {:.3} (rating {})", result.sti, result.uncertainty, result.rating));
    if result.ceiling < 0.999 {
        finding = finding.line("At best", format!("{:.3} with the octaves that the sample rate carries", result.ceiling));
    }
    for k in 0..result.bands_hz.len() {
        let [slow, fast] = result.m[k];
        let level = result.band_level_db[k].map_or("missing".to_owned(), |l| format!("{l:.1} dB"));
        let value = format!("MTI {:.3}, m {slow:.3} and {fast:.3}, level {level}", result.mti[k]);
        finding = finding.line(format!("{:5.0} Hz", result.bands_hz[k]), value);
    }
    for flag in &result.flags {
        finding = finding.note(explain(*flag));
    }
    let points = result.bands_hz.iter().copied().zip(result.mti).collect();
    finding.plot(Plot {
        title: format!("STI {:.3}", result.sti).into(),
        x_label: ("octave / Hz", "oktawa / Hz").into(),
        y_label: ("modulation transfer index", "wskaźnik przenoszenia modulacji").into(),
        log_x: true,
        series: vec![Series { name: "MTI".into(), points, ..Series::default() }],
        ..Plot::default()
    })
}

fn explain(flag: Flag) -> &'static str {
    match flag {
        Flag::Short => "shorter than 15 s, so the carrier's own fluctuation is not averaged out",
        Flag::Clipped => "samples at full scale: the recording is overdriven",
        Flag::Trimmed => "silence before or after the test signal was left out",
        Flag::BandsMissing => {
            "the sample rate does not reach the highest octaves, which count as 0: compare only with what such a band allows, never with 1"
        }
        Flag::ModulationAboveLimit => {
            "a modulation transfer value exceeds 1.3: impulsive noise or processing, the result is invalid"
        }
        Flag::SuppressorSuspected => {
            "modulation is deeper than the source's: a noise suppressor or expander in the path makes the result worthless"
        }
        Flag::GainControlSuspected => "slow modulations are weakened against fast ones: an automatic gain control is suspected",
        Flag::NotTestSignal => "hardly any of the test signal's modulations are there: probably not a recording of it",
        Flag::NoMasking => "without --calibration masking and the hearing threshold are left out",
    }
}

pub(super) fn stoi(args: &PairArgs) -> Result<Finding, Failure> {
    let (reference, capture) = args.read()?;
    let result = align(reference.signal(), capture.signal())
        .and_then(|pair| stoi::intelligibility(&pair.reference, &pair.capture, pair.rate as u32));
    let finding = Finding::new("stoi", result.is_some(), STOI_METHOD, &[&reference, &capture]);
    Ok(match result {
        Some(result) => finding
            .fields(&result)
            .line("STOI", format!("{:.3}", result.stoi))
            .line("ESTOI", format!("{:.3}", result.estoi))
            .line(("Speech", "Mowa"), format!("{:.1} s", result.speech_s)),
        None => finding.field("stoi", Option::<f64>::None).field("estoi", Option::<f64>::None).line(
            "STOI",
            (
                "not measured: the reference is not in the recording, or there is less than 0.4 s of speech",
                "nie zmierzono: wzorca nie ma w nagraniu albo mowy jest poniżej 0,4 s",
            ),
        ),
    })
}

pub(super) fn pesq(args: &PairArgs) -> Result<Finding, Failure> {
    let (reference, capture) = args.read()?;
    let result = pesq::quality(reference.signal(), capture.signal());
    let finding = Finding::new("pesq", result.is_some(), PESQ_METHOD, &[&reference, &capture]);
    Ok(match result {
        Some(result) => finding
            .fields(&result)
            .line(("MOS-LQO, narrowband", "MOS-LQO, wąskopasmowe"), format!("{:.2}", result.mos_lqo))
            .line(
                ("MOS-LQO, wideband", "MOS-LQO, szerokopasmowe"),
                result.mos_lqo_wb.map_or(Bilingual::from(("rate below 16 kHz", "próbkowanie poniżej 16 kHz")), |s| {
                    Bilingual::new(format!("{s:.2}"), format!("{s:.2}").replace('.', ","))
                }),
            )
            .line(("Raw score", "Ocena surowa"), format!("{:.3}", result.raw)),
        None => finding
            .field("raw", Option::<f64>::None)
            .field("mos_lqo", Option::<f64>::None)
            .field("mos_lqo_wb", Option::<f64>::None)
            .line(
                "PESQ",
                (
                    "not measured: silence, or less than 0.5 s or more than 2 minutes of sound",
                    "nie zmierzono: cisza albo poniżej 0,5 s lub powyżej 2 minut dźwięku",
                ),
            ),
    })
}
