//! A journal on disk: one line of JSON an entry, each chained to the one before by its SHA-256.
//!
//! The `WallClock` line stands outside the chain and carries no hash: two runs with the same seed differ in that line
//! alone. Knows nothing of what the events mean, nor of when they ought to be written down.

use super::{Entry, Event};
use crate::clock::Instant;
use crate::fault::{Blame, Blamed};
use crate::unit::Bilingual;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// File name of the journal within a run's directory.
pub const FILE_NAME: &str = "journal.jsonl";
/// What the guard of a run that made no end leaves beside it.
pub const GUARD_FILE: &str = "guard.json";

/// What the first chained line names as its predecessor.
pub(super) const NO_PREDECESSOR: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A journal could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("failed to {action} {path}: {cause}")]
    Io { action: &'static str, path: PathBuf, cause: io::Error },
    #[error("failed to write {path} as a WAV file: {cause}")]
    Wav { path: PathBuf, cause: Bilingual },
    #[error("{path} is not a journal of hejnal: {why}")]
    NotAJournal { path: PathBuf, why: Bilingual },
    #[error("{path} has journal format {found}, and this hejnal reads format {readable} alone")]
    OtherFormat { path: PathBuf, found: u32, readable: u32 },
}

impl Blamed for JournalError {
    fn blame(&self) -> Blame {
        Blame::Bench
    }
}

impl JournalError {
    /// What went wrong, in one sentence. Technical detail reads the same in both languages.
    pub fn account(&self) -> Bilingual {
        let pl = match self {
            JournalError::Io { action, path, cause } => {
                let could_not = match *action {
                    "open" => "otworzyć",
                    "read" => "odczytać",
                    "make" | "create" => "utworzyć",
                    _ => "zapisać",
                };
                format!("nie udało się {could_not} {}: {cause}", path.display())
            }
            JournalError::Wav { path, cause } => format!("nie udało się zapisać {} jako pliku WAV: {cause}", path.display()),
            JournalError::NotAJournal { path, why } => {
                format!("{} nie jest dziennikiem programu hejnal: {}", path.display(), why.pl)
            }
            JournalError::OtherFormat { path, found, readable } => format!(
                "{} ma format dziennika {found}, a ta wersja programu hejnal czyta tylko format {readable}",
                path.display()
            ),
        };
        Bilingual::new(self.to_string(), pl)
    }
    /// What to do about it, in one sentence for a technician.
    pub fn remedy(&self) -> Bilingual {
        Bilingual::from(match self {
            // The journal of a run is made anew: what is there already belongs to another run.
            JournalError::Io { cause, .. } if cause.kind() == io::ErrorKind::AlreadyExists => (
                "name another directory: the one named holds a run already",
                "podaj inny katalog: w podanym jest już zapis innego przebiegu",
            ),
            JournalError::Io { action: "open" | "read", .. } => {
                ("name a run's directory or its journal.jsonl", "podaj katalog przebiegu albo jego plik journal.jsonl")
            }
            JournalError::Io { .. } | JournalError::Wav { .. } => (
                "check that the disk has room and that the directory may be written to",
                "sprawdź, czy na dysku jest miejsce i czy katalog pozwala na zapis",
            ),
            JournalError::NotAJournal { .. } => {
                ("name a run's directory or its journal.jsonl", "podaj katalog przebiegu albo jego plik journal.jsonl")
            }
            JournalError::OtherFormat { .. } => (
                "read it with the version of hejnal that wrote it: its name stands in the journal's first line",
                "odczytaj go tą wersją programu hejnal, która go zapisała: jest podana w pierwszym wierszu dziennika",
            ),
        })
    }
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> JournalError {
        let path = path.to_path_buf();
        move |cause| JournalError::Io { action, path, cause }
    }
}

/// One line as it stands in the file.
#[derive(Serialize)]
struct LineOut<'a> {
    n: u64,
    at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    prev: Option<&'a str>,
    event: &'a Event,
}

/// The same, read back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LineIn {
    pub n: u64,
    pub at: Instant,
    #[serde(default)]
    pub prev: Option<String>,
    pub event: Event,
}

/// SHA-256 of bytes, in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A journal being written. Lines are gathered by [`append`](Journal::append) and put on disk by
/// [`commit`](Journal::commit).
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    /// Complete lines not yet on disk.
    pending: Vec<u8>,
    /// Bytes known to be on disk, all of them complete lines.
    on_disk: u64,
    next: u64,
    prev: String,
    outlives_power_cut: bool,
}

impl Journal {
    /// Begins `journal.jsonl` in a directory, which is made if need be. A journal that is there already is never
    /// overwritten.
    pub fn create(directory: &Path) -> Result<Journal, JournalError> {
        std::fs::create_dir_all(directory).map_err(JournalError::io("make", directory))?;
        let path = directory.join(FILE_NAME);
        let file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(JournalError::io("create", &path))?;
        // The file's name must survive a power cut too, not only its contents. Not every platform lets a directory be
        // opened.
        if let Ok(directory) = File::open(directory) {
            let _unsupported = directory.sync_all();
        }
        Ok(Journal::over(file, path))
    }

    /// With nothing in it yet.
    fn over(file: File, path: PathBuf) -> Journal {
        let (pending, prev) = (Vec::new(), NO_PREDECESSOR.to_string());
        Journal { file, path, pending, on_disk: 0, next: 0, prev, outlives_power_cut: true }
    }

    /// A simulated run moves nothing and can be had again: it need not outlive its machine's power, only hejnal itself.
    pub fn of_simulation(self) -> Journal {
        Journal { outlives_power_cut: false, ..self }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds an entry. It is on disk only after the next [`commit`](Journal::commit).
    pub fn append(&mut self, at: Instant, event: Event) -> Entry {
        let chained = !matches!(event, Event::WallClock { .. });
        let line = LineOut { n: self.next, at, prev: chained.then_some(self.prev.as_str()), event: &event };
        // An event is made of strings, numbers and lists: it has no map keys that JSON could refuse, and the buffer
        // cannot fail.
        let line = serde_json::to_vec(&line).unwrap_or_default();
        if chained {
            self.prev = sha256_hex(&line);
        }
        self.pending.extend_from_slice(&line);
        self.pending.push(b'\n');
        let entry = Entry { n: self.next, at, event };
        self.next += 1;
        entry
    }

    /// Puts all entries so far on disk, and returns only when they are there; those of a simulation, when the operating
    /// system has them. On failure no half line stays behind and the entries are kept for the next attempt.
    pub fn commit(&mut self) -> Result<(), JournalError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let written = self.file.write_all(&self.pending);
        if let Err(cause) = written.and_then(|()| if self.outlives_power_cut { self.file.sync_data() } else { Ok(()) }) {
            let _best_effort = self.file.set_len(self.on_disk);
            let _best_effort = self.file.seek(SeekFrom::Start(self.on_disk));
            return Err(JournalError::Io { action: "write", path: self.path.clone(), cause });
        }
        self.on_disk += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::read::read;
    use super::*;
    use crate::journal::{Ending, FormatVersion, PostIdentity};
    use crate::unit::Lang;

    pub(crate) fn run_began() -> Event {
        let post = PostIdentity {
            identity: "SOS-0417".into(),
            place: "Piotrkowska 104".into(),
            profile: "existing-pole".into(),
            chip: "STM32F072CB".into(),
            firmware: "1.4.2".into(),
            firmware_sha256: "ab".repeat(32),
        };
        Event::RunBegan {
            format: FormatVersion::CURRENT,
            hejnal: "0.1.0".into(),
            lang: Lang::En,
            seed: 7,
            simulated: true,
            rig: "virtual".into(),
            rig_file: "rigs/virtual.yaml".into(),
            rig_sha256: "cd".repeat(32),
            post,
            planned: 1,
            takes_s: None,
            by: String::new(),
        }
    }

    fn write(directory: &Path, unix_seconds: u64) -> Vec<u8> {
        let mut journal = Journal::create(directory).unwrap();
        journal.append(Instant::ZERO, run_began());
        journal.append(Instant::ZERO, Event::WallClock { unix_seconds });
        journal.append(Instant::from_nanos(5), Event::Note { text: Bilingual::same("zażółć\ngęślą") });
        journal.commit().unwrap();
        journal.append(Instant::from_nanos(9), Event::StepEnded { ending: Ending::passed() });
        journal.commit().unwrap();
        std::fs::read(journal.path()).unwrap()
    }

    #[test]
    fn what_is_committed_is_read_back_and_the_chain_holds() {
        let scratch = tempfile::tempdir().unwrap();
        write(scratch.path(), 1);
        let journal = read(scratch.path()).unwrap();
        assert_eq!(journal.damage, []);
        assert_eq!(journal.entries.len(), 4);
        assert_eq!(journal.entries[2].event, Event::Note { text: Bilingual::same("zażółć\ngęślą") });
        assert!(!journal.reached_its_end());
    }

    #[test]
    fn two_runs_differ_in_the_wall_clock_line_alone() {
        let scratch = tempfile::tempdir().unwrap();
        let one = write(&scratch.path().join("1"), 1_700_000_000);
        let two = write(&scratch.path().join("2"), 1_800_000_000);
        let lines = |bytes: &[u8]| bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
        let different: Vec<usize> =
            lines(&one).iter().zip(lines(&two)).enumerate().filter(|(_, (a, b))| **a != *b).map(|(n, _)| n).collect();
        assert_eq!(different, [1]);
    }

    #[test]
    fn nothing_is_on_disk_before_commit_and_a_second_journal_never_overwrites_the_first() {
        let scratch = tempfile::tempdir().unwrap();
        let mut journal = Journal::create(scratch.path()).unwrap();
        journal.append(Instant::ZERO, run_began());
        assert_eq!(std::fs::read(journal.path()).unwrap(), b"");
        journal.commit().unwrap();
        assert!(std::fs::read(journal.path()).unwrap().ends_with(b"\n"));
        assert!(matches!(Journal::create(scratch.path()), Err(JournalError::Io { action: "create", .. })));
    }

    #[test]
    fn a_full_disk_is_told_and_the_entries_are_kept() {
        let Ok(file) = OpenOptions::new().write(true).open("/dev/full") else { return };
        let mut journal = Journal::over(file, PathBuf::from("/dev/full"));
        journal.append(Instant::ZERO, run_began());
        let error = journal.commit().unwrap_err();
        assert_eq!(error.blame(), Blame::Bench);
        assert!(error.to_string().starts_with("failed to write /dev/full"), "{error}");
        assert!(!journal.pending.is_empty());
    }
}
