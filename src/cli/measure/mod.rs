//! `hejnal measure …` and `hejnal stimulus …`: the measuring floor for whoever has WAV files and no bench.
//!
//! Knows nothing of rigs, posts or verdicts: it states figures with their uncertainty and method, and leaves the judging to others. For people
//! the result is words; with `--json` it is one object with stable keys on standard output.

mod cap;
mod finding;
mod mtf;
mod plot;
mod reader;
mod sound;
mod speech;
pub(super) mod stimulus;
mod timing;
pub(super) mod wav;

use std::path::PathBuf;
use std::process::ExitCode;

use finding::{Failure, Finding};

use crate::fault::exit;

pub use stimulus::{StimulusArgs, run_stimulus};

/// Measure recordings: delay, clock drift, press to sound, levels, gaps, echo, frequency response, intelligibility.
///
/// The first samples of both files are time zero. A figure that cannot be measured is reported as not found (exit code 3), never guessed.
#[derive(Debug, clap::Args)]
pub struct MeasureArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Delay, gain and clock ratio between a stimulus and its recording
    Delay(PairArgs),
    /// Course of the delay over a long recording: drift, creep and slips
    Track(timing::TrackArgs),
    /// From the press to the first sound, both in one recording: a tone gated by the contact, and the ear
    Press(timing::PressArgs),
    /// Frequency response, coherence and distortion
    Response(PairArgs),
    /// Talker echo: its level below the talker's own sound, and its delay
    Echo(PairArgs),
    /// Lost or muted stretches
    Gaps(sound::GapsArgs),
    /// Levels: RMS, peak, A-weighted, active speech level (ITU-T P.56)
    Level(SingleArgs),
    /// Speech transmission index by STIPA (IEC 60268-16)
    Stipa(speech::StipaArgs),
    /// Short-time objective intelligibility (STOI and ESTOI)
    Stoi(PairArgs),
    /// Perceptual quality of speech (ITU-T P.862, PESQ)
    Pesq(PairArgs),
}

#[derive(Debug, clap::Args)]
struct OutputArgs {
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
    /// Also draw the result into this SVG file
    #[arg(long, value_name = "OUT.svg")]
    plot: Option<PathBuf>,
    /// Channel of the recording, from 1
    #[arg(long, value_name = "N")]
    channel: Option<u16>,
}

/// A stimulus and its recording.
#[derive(Debug, clap::Args)]
struct PairArgs {
    /// What was played
    reference: PathBuf,
    /// What was recorded
    capture: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Debug, clap::Args)]
struct SingleArgs {
    /// What was recorded
    capture: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
}

impl PairArgs {
    fn read(&self) -> Result<(wav::Recording, wav::Recording), Failure> {
        let pair = (wav::read(&self.reference, None)?, wav::read(&self.capture, self.output.channel)?);
        for (recording, path) in [(&pair.0, &self.reference), (&pair.1, &self.capture)] {
            // A level without sound would pass for speech in a model that looks at power. Silence has an answer of its own.
            let level = recording.samples.first().copied().unwrap_or(0.0);
            if level != 0.0 && recording.samples.iter().all(|x| *x == level) {
                return Err(Failure::Refused(format!("{}: every sample is the same: there is no sound", path.display())));
            }
        }
        Ok(pair)
    }
}

/// Measures and prints. Exit code 0: measured; 3: the files do not hold what was asked for, or cannot be read.
pub fn run(args: &MeasureArgs) -> ExitCode {
    let (result, output) = match &args.what {
        What::Press(a) => (timing::press(a), &a.output),
        What::Delay(a) => (timing::delay(a), &a.output),
        What::Track(a) => (timing::track(a), &a.pair.output),
        What::Response(a) => (sound::response(a), &a.output),
        What::Echo(a) => (sound::echo(a), &a.output),
        What::Gaps(a) => (sound::gaps(a), &a.pair.output),
        What::Level(a) => (sound::level(a), &a.output),
        What::Stipa(a) => (speech::stipa(a), &a.output),
        What::Stoi(a) => (speech::stoi(a), &a.output),
        What::Pesq(a) => (speech::pesq(a), &a.output),
    };
    ExitCode::from(match result.and_then(|finding| present(&finding, output)) {
        Ok(true) => exit::ACCEPTED,
        Ok(false) => exit::BENCH,
        Err(failure) => {
            eprintln!("hejnal measure: {failure}");
            if output.json {
                println!("{}", failure.to_json());
            }
            exit::BENCH
        }
    })
}

/// Prints the finding and draws its plot; whether there was anything to find.
fn present(finding: &Finding, output: &OutputArgs) -> Result<bool, Failure> {
    if let (Some(path), Some(plot)) = (&output.plot, &finding.plot) {
        let failed = |error| Failure::Write { path: path.clone(), error };
        std::fs::write(path, plot.to_svg()).map_err(failed)?;
    }
    if output.json {
        println!("{}", finding.to_json());
    } else {
        print!("{}", finding.to_text());
    }
    Ok(finding.found)
}

#[cfg(test)]
mod tests;
