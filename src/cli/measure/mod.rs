//! `hejnal measure …` and `hejnal stimulus …`: the measuring floor for whoever has WAV files and no bench.
//!
//! Knows nothing of rigs, posts or verdicts: it states figures with their uncertainty and method, and leaves the
//! judging to others. For people the result is words in their language; with `--json` it is one object with stable keys
//! on standard output.

mod files;
pub(super) mod keys;
mod settings;
pub(super) mod stimulus;

use crate::fault::exit;
use crate::measure::{Failure, Finding, stated};
use crate::unit::{Bilingual, Lang};
use files::{OutputArgs, PairArgs, SingleArgs};
use serde_json::Value;
use settings::{DoubleTalkArgs, GapsArgs, LevelArgs, PressArgs, StipaArgs, TrackArgs};
use std::path::Path;
use std::process::ExitCode;

pub use stimulus::{StimulusArgs, run_stimulus};

const NO_PICTURE: (&str, &str) =
    ("nothing was measured, so there is nothing to draw", "niczego nie zmierzono, więc nie ma czego narysować");

/// Measure recordings: delay, clock drift, press to sound, levels, tones, gaps, echo, frequency response,
/// intelligibility.
///
/// WAV of 8 to 96 kHz, 8 to 32 bits, float or G.711, 1 to 8 channels. The first samples of both files are time zero. A
/// figure that cannot be measured is reported as not found (exit code 3), never guessed.
#[derive(Debug, clap::Args)]
#[command(after_long_help = keys::help(Lang::En))]
pub struct MeasureArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Delay, gain and clock ratio between a stimulus and its recording
    Delay(PairArgs),
    /// Course of the delay over a long recording: drift, creep and slips
    Track(TrackArgs),
    /// From the press to the first sound, both in one recording: a tone gated by the contact, and the ear
    Press(PressArgs),
    /// Frequency response, coherence and distortion
    Response(PairArgs),
    /// Talker echo: its level below the talker's own sound, weighted (ITU-T G.122) and not, and its delay
    Echo(PairArgs),
    /// What double talk costs the near voice (ITU-T P.340)
    DoubleTalk(DoubleTalkArgs),
    /// Lost or muted stretches, cut beginnings, clicks, packets played twice
    Gaps(GapsArgs),
    /// Levels: RMS, peak, A-weighted, third octaves, active speech (ITU-T P.56), noise floor, clipping
    Level(LevelArgs),
    /// Tones: distortion of a steady tone, dialled digits (ITU-T Q.23), call tones (ITU-T E.180)
    Tones(SingleArgs),
    /// Speech transmission index by STIPA (IEC 60268-16)
    Stipa(StipaArgs),
    /// Short-time objective intelligibility (STOI and ESTOI)
    Stoi(PairArgs),
    /// Perceptual quality of speech (ITU-T P.862, PESQ)
    Pesq(PairArgs),
}

impl What {
    fn output(&self) -> &OutputArgs {
        match self {
            What::Delay(a) | What::Response(a) | What::Echo(a) | What::Stoi(a) | What::Pesq(a) => &a.output,
            What::Track(a) => &a.pair.output,
            What::Press(a) => &a.output,
            What::DoubleTalk(a) => &a.output,
            What::Gaps(a) => &a.pair.output,
            What::Level(a) => &a.output,
            What::Tones(a) => &a.output,
            What::Stipa(a) => &a.output,
        }
    }

    /// The files that were named.
    fn inputs(&self) -> Vec<&Path> {
        match self {
            What::Delay(a) | What::Response(a) | What::Echo(a) | What::Stoi(a) | What::Pesq(a) => a.inputs(),
            What::Track(a) => a.pair.inputs(),
            What::Press(a) => a.inputs(),
            What::DoubleTalk(a) => a.inputs(),
            What::Gaps(a) => a.pair.inputs(),
            What::Level(a) => a.inputs(),
            What::Tones(a) => vec![&a.capture],
            What::Stipa(a) => a.inputs(),
        }
    }

    fn find(&self) -> Result<Finding, Failure> {
        match self {
            What::Delay(a) => stated::delay(a.open()?, a.output.plot.is_some()),
            What::Track(a) => a.find(),
            What::Press(a) => a.find(),
            What::Response(a) => a.read().map(|(reference, capture)| stated::response(&reference, &capture)),
            What::Echo(a) => a.read().map(|(sent, returned)| stated::echo(&sent, &returned)),
            What::DoubleTalk(a) => a.find(),
            What::Gaps(a) => a.find(),
            What::Level(a) => a.find(),
            What::Tones(a) => a.read().map(|capture| stated::tones(&capture)),
            What::Stipa(a) => a.find(),
            What::Stoi(a) => a.read_speech().map(|(reference, capture)| stated::stoi(&reference, &capture)),
            What::Pesq(a) => {
                a.read_speech().map(|(reference, capture)| stated::pesq(&reference, &capture, a.output.plot.is_some()))
            }
        }
    }
}

impl MeasureArgs {
    /// The language asked for.
    pub fn lang(&self) -> Lang {
        self.what.output().lang
    }
}

/// Measures and prints. Exit code 0: measured; 3: the files do not hold what was asked for, or cannot be read.
pub fn run(args: &MeasureArgs) -> ExitCode {
    let output = args.what.output();
    let told = |mut json: Value| {
        json["inputs"] = files::hashed(&args.what.inputs());
        println!("{json}");
    };
    ExitCode::from(match args.what.find().and_then(|finding| present(&finding, output, told)) {
        Ok(true) => exit::ACCEPTED,
        Ok(false) => exit::BENCH,
        Err(failure) => {
            eprintln!("hejnal measure: {}", failure.show(output.lang));
            if output.json {
                told(failure.to_json(output.lang));
            }
            exit::BENCH
        }
    })
}

/// Prints the finding and draws its plot; whether there was anything to find.
fn present(finding: &Finding, output: &OutputArgs, told: impl Fn(Value)) -> Result<bool, Failure> {
    match (&output.plot, finding.to_svg(output.lang)) {
        (Some(path), Some(svg)) => {
            std::fs::write(path, svg).map_err(|error| Failure::Write { path: path.clone(), error })?;
        }
        (Some(_), None) => eprintln!("hejnal measure: {}", Bilingual::from(NO_PICTURE).show(output.lang)),
        (None, _) => {}
    }
    if output.json {
        told(finding.to_json(output.lang));
    } else {
        print!("{}", finding.to_text(output.lang));
    }
    Ok(finding.found)
}

#[cfg(test)]
mod degenerate_inputs;
#[cfg(test)]
mod json_contract;
#[cfg(test)]
mod tests;
