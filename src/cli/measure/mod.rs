//! `hejnal measure …` and `hejnal stimulus …`: the measuring floor for whoever has WAV files and no bench.
//!
//! Knows nothing of rigs, posts or verdicts: it states figures with their uncertainty and method, and leaves the judging to others. For people
//! the result is words in their language; with `--json` it is one object with stable keys on standard output.

mod echo;
mod gaps;
mod keys;
mod level;
mod press;
mod response;
mod speech;
pub(super) mod stimulus;
mod stipa;
mod timing;
mod tones;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::fault::exit;
use crate::measure::{Failure, Finding};
use crate::unit::{Bilingual, Lang};
use crate::wav;

pub use stimulus::{StimulusArgs, run_stimulus};

const NO_PICTURE: (&str, &str) =
    ("nothing was measured, so there is nothing to draw", "niczego nie zmierzono, więc nie ma czego narysować");

/// Measure recordings: delay, clock drift, press to sound, levels, tones, gaps, echo, frequency response, intelligibility.
///
/// WAV of 8 to 96 kHz, 8 to 32 bits or float, 1 to 8 channels. The first samples of both files are time zero. A figure that cannot be measured is
/// reported as not found (exit code 3), never guessed.
#[derive(Debug, clap::Args)]
#[command(after_long_help = keys::help())]
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
    Press(press::PressArgs),
    /// Frequency response, coherence and distortion
    Response(PairArgs),
    /// Talker echo: its level below the talker's own sound, weighted (ITU-T G.122) and not, and its delay
    Echo(PairArgs),
    /// What double talk costs the near voice (ITU-T P.340)
    DoubleTalk(echo::DoubleTalkArgs),
    /// Lost or muted stretches, cut beginnings, clicks, packets played twice
    Gaps(gaps::GapsArgs),
    /// Levels: RMS, peak, A-weighted, third octaves, active speech (ITU-T P.56), noise floor, clipping
    Level(level::LevelArgs),
    /// Tones: distortion of a steady tone, dialled digits (ITU-T Q.23), call tones (ITU-T E.180)
    Tones(SingleArgs),
    /// Speech transmission index by STIPA (IEC 60268-16)
    Stipa(stipa::StipaArgs),
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
    /// Leave out so much of the recording's beginning
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    from: f64,
    /// Take no more than so much of the recording
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<f64>,
    /// Language of the words
    #[arg(long, value_parser = super::language::lang, value_name = "en|pl", default_value = super::language::spoken())]
    lang: Lang,
}

/// A stimulus and its recording.
#[derive(Debug, clap::Args)]
struct PairArgs {
    /// What was played
    reference: PathBuf,
    /// What was recorded
    capture: PathBuf,
    /// Channel of what was played, from 1
    #[arg(long, value_name = "N")]
    reference_channel: Option<u16>,
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

impl OutputArgs {
    /// The part of the recording that was asked for.
    fn read(&self, path: &Path, most: u64) -> Result<wav::Recording, Failure> {
        self.read_channel(path, self.channel, most)
    }

    /// The same of a channel that the measurement names itself.
    fn read_channel(&self, path: &Path, channel: Option<u16>, most: u64) -> Result<wav::Recording, Failure> {
        if !(0.0..=1e6).contains(&self.from) || self.seconds.is_some_and(|seconds| !(0.0..=1e6).contains(&seconds)) {
            return Err(Failure::refused((
                "--from and --seconds must lie within 0 to 1000000 s",
                "--from i --seconds muszą leżeć w zakresie od 0 do 1000000 s",
            )));
        }
        let part = wav::Part { channel, from_s: self.from, seconds: self.seconds, most };
        Ok(wav::read_part(path, part)?)
    }
}

impl PairArgs {
    fn read(&self) -> Result<(wav::Recording, wav::Recording), Failure> {
        let reference = wav::Part { channel: self.reference_channel, most: wav::MOST_OF_A_PAIR, ..wav::Part::default() };
        let pair = (wav::read_part(&self.reference, reference)?, self.output.read(&self.capture, wav::MOST_OF_A_PAIR)?);
        for (recording, path) in [(&pair.0, &self.reference), (&pair.1, &self.capture)] {
            // A level without sound would pass for speech in a model that looks at power. Silence has an answer of its own.
            let level = recording.samples.first().copied().unwrap_or(0.0);
            if level != 0.0 && recording.samples.iter().all(|x| *x == level) {
                let path = path.display();
                return Err(Failure::refused(Bilingual::new(
                    format!("{path}: every sample is the same: there is no sound"),
                    format!("{path}: wszystkie próbki są takie same: nie ma dźwięku"),
                )));
            }
        }
        Ok(pair)
    }
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

    fn find(&self) -> Result<Finding, Failure> {
        match self {
            What::Delay(a) => timing::delay(a),
            What::Track(a) => timing::track(a),
            What::Press(a) => press::press(a),
            What::Response(a) => response::response(a),
            What::Echo(a) => echo::echo(a),
            What::DoubleTalk(a) => echo::double_talk(a),
            What::Gaps(a) => gaps::gaps(a),
            What::Level(a) => level::level(a),
            What::Tones(a) => tones::tones(a),
            What::Stipa(a) => stipa::stipa(a),
            What::Stoi(a) => speech::stoi(a),
            What::Pesq(a) => speech::pesq(a),
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
    ExitCode::from(match args.what.find().and_then(|finding| present(&finding, output)) {
        Ok(true) => exit::ACCEPTED,
        Ok(false) => exit::BENCH,
        Err(failure) => {
            eprintln!("hejnal measure: {}", failure.show(output.lang));
            if output.json {
                println!("{}", failure.to_json(output.lang));
            }
            exit::BENCH
        }
    })
}

/// Prints the finding and draws its plot; whether there was anything to find.
fn present(finding: &Finding, output: &OutputArgs) -> Result<bool, Failure> {
    match (&output.plot, finding.to_svg(output.lang)) {
        (Some(path), Some(svg)) => {
            std::fs::write(path, svg).map_err(|error| Failure::Write { path: path.clone(), error })?;
        }
        (Some(_), None) => eprintln!("hejnal measure: {}", Bilingual::from(NO_PICTURE).show(output.lang)),
        (None, _) => {}
    }
    if output.json {
        println!("{}", finding.to_json(output.lang));
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
