//! The recordings that a command line names, read as a measurement takes them.

use crate::measure::{Failure, WavSource, stated};
use crate::unit::{Bilingual, Lang};
use crate::wav::{self, Recording};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};

/// Files longer than this are read piece by piece.
const READ_WHOLE_S: f64 = 300.0;
/// STOI and PESQ are made for sentences; this much is more than any comparison needs, and bounds the time it takes.
const LONGEST_S: f64 = 600.0;

#[derive(Debug, clap::Args)]
pub(super) struct OutputArgs {
    /// Print one JSON object instead of words
    #[arg(long)]
    pub json: bool,
    /// Also draw the result into this SVG file
    #[arg(long, value_name = "OUT.svg")]
    pub plot: Option<PathBuf>,
    /// Channel of the recording, from 1
    #[arg(long, value_name = "N")]
    pub channel: Option<u16>,
    /// Leave out so much of the recording's beginning
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    pub from: f64,
    /// Take no more than so much of the recording
    #[arg(long, value_name = "SECONDS")]
    pub seconds: Option<f64>,
    /// Language of the words
    #[arg(long, value_parser = crate::cli::language::lang, value_name = "en|pl", default_value = crate::cli::language::spoken())]
    pub lang: Lang,
}

/// A stimulus and its recording.
#[derive(Debug, clap::Args)]
pub(super) struct PairArgs {
    /// What was played
    pub reference: PathBuf,
    /// What was recorded
    pub capture: PathBuf,
    /// Channel of what was played, from 1
    #[arg(long, value_name = "N")]
    pub reference_channel: Option<u16>,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, clap::Args)]
pub(super) struct SingleArgs {
    /// What was recorded
    pub capture: PathBuf,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// The files as a laboratory's record names them: by their contents. Those that cannot be read have none.
pub(super) fn hashed(paths: &[&Path]) -> Value {
    let hash = |path: &Path| {
        let mut hasher = Sha256::new();
        std::io::copy(&mut std::fs::File::open(path).ok()?, &mut hasher).ok()?;
        Some(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    };
    paths.iter().map(|path| json!({ "file": path.to_string_lossy(), "sha256": hash(path) })).collect()
}

impl OutputArgs {
    /// The part of the recording that was asked for.
    pub fn read(&self, path: &Path, most: u64) -> Result<wav::Recording, Failure> {
        self.read_channel(path, self.channel, most)
    }

    /// The same of a channel that the measurement names itself.
    pub fn read_channel(&self, path: &Path, channel: Option<u16>, most: u64) -> Result<wav::Recording, Failure> {
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
    pub fn inputs(&self) -> Vec<&Path> {
        vec![&self.reference, &self.capture]
    }

    pub fn read(&self) -> Result<(wav::Recording, wav::Recording), Failure> {
        let reference = wav::Part { channel: self.reference_channel, most: wav::MOST_OF_A_PAIR, ..wav::Part::default() };
        let pair = (wav::read_part(&self.reference, reference)?, self.output.read(&self.capture, wav::MOST_OF_A_PAIR)?);
        for (recording, path) in [(&pair.0, &self.reference), (&pair.1, &self.capture)] {
            // A level without sound would pass for speech in a model that looks at power. Silence has an answer of its
            // own.
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

    /// Both files as a search for a delay takes them: piece by piece if either is long.
    pub fn open(&self) -> Result<stated::Pair, Failure> {
        let reference = WavSource::open(&self.reference, self.reference_channel)?;
        let capture = WavSource::open(&self.capture, self.output.channel)?;
        let either = reference.seconds().max(capture.seconds()) > READ_WHOLE_S;
        // A part of the recording is asked for: it is read as one, and refused if it is too long for that.
        let whole = self.output.from == 0.0 && self.output.seconds.is_none();
        if either && whole {
            return Ok(stated::Pair::Long(reference, capture));
        }
        let (reference, capture) = self.read()?;
        Ok(stated::Pair::Whole(reference, capture))
    }

    /// Both recordings, refused where they are far longer than a comparison of speech needs.
    pub fn read_speech(&self) -> Result<(Recording, Recording), Failure> {
        let (reference, capture) = self.read()?;
        for (path, recording) in [(&self.reference, &reference), (&self.capture, &capture)] {
            if recording.seconds() > LONGEST_S {
                let (path, has) = (path.display(), recording.seconds());
                return Err(Failure::refused(Bilingual::new(
                    format!("{path}: {has:.0} s are too long for a comparison of speech: cut out {LONGEST_S:.0} s at most"),
                    format!("{path}: {has:.0} s to za długo na porównanie mowy: wytnij najwyżej {LONGEST_S:.0} s"),
                )));
            }
        }
        Ok((reference, capture))
    }
}

impl SingleArgs {
    pub fn read(&self) -> Result<wav::Recording, Failure> {
        self.output.read(&self.capture, wav::MOST)
    }
}
