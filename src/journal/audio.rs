//! WAV files beside a journal: 16 bit, mono, named by scenario so that two runs with one seed give the same files.
//!
//! Knows nothing of where the sound came from.

use super::Event;
use super::store::{JournalError, sha256_hex};
use crate::wav;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Directory of the recordings within a run's directory.
pub const DIRECTORY: &str = "audio";

/// So much of scenarios that passed is kept where only deciding recordings are: enough to hear how the post sounds.
const SAMPLE_OF_PASSED_BYTES: usize = 1_000_000;

/// Longest part of a file's name that comes from elsewhere.
const LONGEST_PART: usize = 60;

/// Which recordings of a run stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Retention {
    All,
    /// Those of scenarios that did not pass, and a little of the others.
    #[default]
    Deciding,
    None,
}

/// Which attempt a recording belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Take<'a> {
    pub scenario: &'a str,
    pub round: u32,
    pub attempt: u32,
    /// What is heard: `ear`.
    pub name: &'a str,
}

impl Take<'_> {
    /// `S12-r1-a2-operator.wav`. No letter of it can leave the folder or mean anything to a shell.
    pub fn file_name(&self) -> String {
        let plain = |text: &str| -> String {
            let letter = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '-' };
            let plain: String = text.chars().take(LONGEST_PART).map(letter).collect();
            plain.trim_start_matches('.').to_string()
        };
        let Take { scenario, round, attempt, name } = self;
        format!("{}-r{round}-a{attempt}-{}.wav", plain(scenario).to_uppercase(), plain(name))
    }
}

/// A run's recordings.
#[derive(Debug, Clone)]
pub struct Recordings {
    run: PathBuf,
    retention: Retention,
    /// What of scenarios that passed lies there already.
    sampled: usize,
}

impl Recordings {
    pub fn new(run: &Path, retention: Retention) -> Self {
        Recordings { run: run.to_path_buf(), retention, sampled: 0 }
    }

    /// Keeps `samples` (full scale ± 1; what is beyond is clipped, what is no number is silence) if they are to be
    /// kept, and returns the event that tells the journal so: one that is not kept has its hash there all the same, and
    /// whoever runs the same seed again can hold his recording against it.
    pub fn put(
        &mut self,
        take: Take<'_>,
        what: &str,
        frames_per_second: u32,
        samples: &[f32],
        is_deciding: bool,
    ) -> Result<Event, JournalError> {
        let directory = self.run.join(DIRECTORY);
        let file_name = take.file_name();
        let path = directory.join(&file_name);
        let bytes = wav::encode(samples, frames_per_second).map_err(|cause| JournalError::Wav { path: path.clone(), cause })?;
        let kept = match self.retention {
            Retention::All => true,
            Retention::None => false,
            Retention::Deciding => is_deciding || self.sampled + bytes.len() <= SAMPLE_OF_PASSED_BYTES,
        };
        if kept {
            self.sampled += if is_deciding { 0 } else { bytes.len() };
            std::fs::create_dir_all(&directory).map_err(JournalError::io("make", &directory))?;
            // What lies there is evidence already: nothing is written over it.
            let file = OpenOptions::new().write(true).create_new(true).open(&path);
            file.and_then(|mut file| file.write_all(&bytes)).map_err(JournalError::io("write", &path))?;
        }
        Ok(Event::Audio { file: format!("{DIRECTORY}/{file_name}"), sha256: sha256_hex(&bytes), what: what.to_string(), kept })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAKE: Take<'_> = Take { scenario: "S12.3", round: 3, attempt: 2, name: "operator's ear" };

    #[test]
    fn a_recording_is_named_for_its_attempt_and_hashed_as_it_stands_on_disk() {
        let scratch = tempfile::tempdir().unwrap();
        let mut recordings = Recordings::new(scratch.path(), Retention::All);
        let event = recordings.put(TAKE, "the operator", 8000, &[0.0, 0.5, 2.0, -2.0, f32::NAN], false).unwrap();
        let file = "audio/S12.3-r3-a2-operator-s-ear.wav".to_string();
        let path = scratch.path().join(&file);
        let sha256 = sha256_hex(&std::fs::read(&path).unwrap());
        assert_eq!(event, Event::Audio { file, sha256, what: "the operator".into(), kept: true });
        let samples: Vec<i16> = hound::WavReader::open(&path).unwrap().samples().map(Result::unwrap).collect();
        assert_eq!(samples, [0, 16384, 32767, -32768, 0]);
        // What lies there stays as it is.
        assert!(recordings.put(TAKE, "the operator", 8000, &[0.1], true).is_err());
        assert_eq!(
            sha256_hex(&std::fs::read(&path).unwrap()),
            sha256_hex(&wav::encode(&[0.0, 0.5, 2.0, -2.0, 0.0], 8000).unwrap())
        );
    }

    #[test]
    fn no_name_leads_out_of_the_folder_or_grows_without_end() {
        let hostile = Take { scenario: "../../etc\u{202e}/\u{1b}[31m", name: &"x".repeat(10_000), ..TAKE };
        let name = hostile.file_name();
        assert!(name.len() < 160 && !name.contains('/') && !name.starts_with('.') && name.is_ascii(), "{name}");
    }

    #[test]
    fn what_is_kept_is_a_setting_and_what_is_not_has_its_hash_in_the_journal() {
        // Half a second more than half of what may be kept of scenarios that passed.
        let long = vec![0.25; SAMPLE_OF_PASSED_BYTES / 4 + 4_000];
        for (setting, expected) in [
            (Retention::All, [true, true, true]),
            (Retention::Deciding, [true, false, true]),
            (Retention::None, [false, false, false]),
        ] {
            let scratch = tempfile::tempdir().unwrap();
            let mut recordings = Recordings::new(scratch.path(), setting);
            let said = [(1, false), (2, false), (3, true)].map(|(round, is_deciding)| {
                let event = recordings.put(Take { round, ..TAKE }, "ear", 8000, &long, is_deciding).unwrap();
                let Event::Audio { file, sha256, kept, .. } = event else { panic!("a recording") };
                assert_eq!(scratch.path().join(file).exists(), kept);
                assert_eq!(sha256, sha256_hex(&wav::encode(&long, 8000).unwrap()));
                kept
            });
            assert_eq!(said, expected, "{setting:?}");
        }
    }
}
