//! WAV files beside a journal: 16 bit, mono, named by scenario so that two runs with one seed give the same files.
//!
//! Knows nothing of where the sound came from.

use super::Event;
use super::store::{JournalError, sha256_hex};
use crate::wav;
use std::path::Path;

/// Directory of the recordings within a run's directory.
pub const DIRECTORY: &str = "audio";

/// A file name for a recording, from the scenario's id, its attempt and what is heard: `S12-1-operator.wav`.
pub fn file_name(scenario: &str, attempt: u32, what: &str) -> String {
    let plain = |text: &str| -> String {
        text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '-' }).collect()
    };
    format!("{}-{attempt}-{}.wav", plain(scenario).to_uppercase(), plain(what))
}

/// Writes `samples` (full scale ± 1; what is beyond is clipped, what is no number is silence) under the run's directory
/// and returns the event that tells the journal so.
pub fn save(run: &Path, file_name: &str, what: &str, frames_per_second: u32, samples: &[f32]) -> Result<Event, JournalError> {
    let directory = run.join(DIRECTORY);
    std::fs::create_dir_all(&directory).map_err(JournalError::io("make", &directory))?;
    let path = directory.join(file_name);
    let bytes = wav::encode(samples, frames_per_second).map_err(|cause| JournalError::Wav { path: path.clone(), cause })?;
    std::fs::write(&path, &bytes).map_err(JournalError::io("write", &path))?;
    Ok(Event::Audio { file: format!("{DIRECTORY}/{file_name}"), sha256: sha256_hex(&bytes), what: what.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_named_for_its_scenario_and_hashed_as_it_stands_on_disk() {
        let scratch = tempfile::tempdir().unwrap();
        let name = file_name("S12.3", 2, "operator's ear");
        assert_eq!(name, "S12.3-2-operator-s-ear.wav");
        let event = save(scratch.path(), &name, "the operator", 8000, &[0.0, 0.5, 2.0, -2.0, f32::NAN]).unwrap();
        let path = scratch.path().join("audio/S12.3-2-operator-s-ear.wav");
        let sha256 = sha256_hex(&std::fs::read(&path).unwrap());
        assert_eq!(event, Event::Audio { file: format!("audio/{name}"), sha256, what: "the operator".into() });
        let samples: Vec<i16> = hound::WavReader::open(&path).unwrap().samples().map(Result::unwrap).collect();
        assert_eq!(samples, [0, 16384, 32767, -32768, 0]);
    }
}
