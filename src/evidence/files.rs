//! The files of a run's folder held against what the journal names, and the other way round.
//!
//! Opens nothing but ordinary files: a link or a pipe in a recording's place is none.

use super::{Finding, Kind, seal};
use crate::journal::audio;
use crate::journal::store::{FILE_NAME, GUARD_FILE};
use crate::report::{Model, junit};
use crate::unit::{Bilingual, both, harmless};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Report beside a journal.
pub(super) const REPORT: &str = "junit.xml";
/// No recording and no report of a run is larger.
const LARGEST_BYTES: u64 = 4 << 30;
/// No run's folder has more.
const MOST_FILES: usize = 200_000;

/// The recordings that a journal names: their hash, whether they were kept, and in which line they stand.
#[derive(Default)]
pub(super) struct Named(BTreeMap<String, (String, bool)>);

impl Named {
    /// Takes a name; tells what is wrong with it.
    pub fn name(&mut self, line: u64, file: &str, sha256: &str, kept: bool) -> Option<Finding> {
        let inside = file.strip_prefix(audio::DIRECTORY).and_then(|rest| rest.strip_prefix('/'));
        let is_sound = inside.is_some_and(|name| !name.is_empty() && !name.contains(['/', '\\', '\0']) && !name.starts_with('.'));
        if !is_sound {
            let what = both!("“{file}” is no recording of this run", "„{file}” nie jest nagraniem tego przebiegu");
            return Some(Finding::at(Kind::Order, line, &what));
        }
        let before = self.0.insert(file.to_string(), (sha256.to_string(), kept));
        let what = both!("{file} is recorded twice", "{file} nagrano dwa razy");
        before.map(|_| Finding::at(Kind::Order, line, &what))
    }

    /// What lies there; how many recordings are as named; of how many there is the hash alone.
    pub fn held_against(&self, folder: &Path) -> (Vec<Finding>, usize, usize) {
        let (mut findings, mut sound) = (Vec::new(), 0);
        for (file, (sha256, kept)) in &self.0 {
            if !*kept {
                continue;
            }
            match sha256_of(&folder.join(file)) {
                Ok(found) if found == *sha256 => sound += 1,
                found => findings.push(unlike(file, found.map(|_| ()))),
            }
        }
        let is_named = |file: &String| self.0.get(file).is_some_and(|(_, kept)| *kept) || OWN.contains(&file.as_str());
        findings.extend(below(folder).into_iter().filter(|file| !is_named(file)).map(|file| added(&file)));
        (findings, sound, self.0.values().filter(|(_, kept)| !kept).count())
    }
}

/// What lies beside recordings.
const OWN: [&str; 5] = [FILE_NAME, REPORT, GUARD_FILE, seal::LIST_FILE, seal::SIGNATURE_FILE];

/// A file that was changed, that cannot be read, or that is not there.
pub(super) fn unlike(file: &str, found: io::Result<()>) -> Finding {
    let file = harmless(file);
    match found {
        Ok(()) => Finding::new(
            Kind::Changed,
            both!("{file} is not the file that was written", "{file} to nie ten plik, który zapisano"),
        ),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Finding::new(Kind::Missing, both!("{file} is missing", "brakuje pliku {file}"))
        }
        Err(error) => Finding::new(Kind::Changed, both!("{file} cannot be read: {error}", "nie można odczytać {file}: {error}")),
    }
}

pub(super) fn added(file: &str) -> Finding {
    let file = harmless(file);
    Finding::new(Kind::Added, both!("{file} was not written by this run", "{file} nie pochodzi z tego przebiegu"))
}

/// The hash of an ordinary file.
pub(super) fn sha256_of(path: &Path) -> io::Result<String> {
    let mut input = ordinary(path)?;
    let mut hash = Sha256::new();
    let mut part = vec![0; 1 << 16];
    loop {
        let read = input.read(&mut part)?;
        if read == 0 {
            return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hash.update(part.get(..read).unwrap_or_default());
    }
}

pub(super) fn ordinary(path: &Path) -> io::Result<File> {
    let about = std::fs::symlink_metadata(path)?;
    if !about.is_file() || about.len() > LARGEST_BYTES {
        return Err(io::Error::other(Bilingual::new("not an ordinary file", "to nie jest zwykły plik")));
    }
    File::open(path)
}

/// All files below a folder, by their names from there with `/` between the parts.
pub(super) fn below(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![(folder.to_path_buf(), String::new())];
    while let Some((path, name)) = folders.pop() {
        for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
            let own = format!("{name}{}", entry.file_name().to_string_lossy());
            // A link to a folder is a file here: nothing beyond it belongs to the run.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push((entry.path(), format!("{own}/"))),
                _ if found.len() < MOST_FILES => _ = found.insert(own),
                _ => return found,
            }
        }
    }
    found
}

/// The report beside a journal must say what the journal says, if this hejnal has written it.
pub(super) fn report_beside(journal: &Path, model: &Model) -> Option<Finding> {
    let path: PathBuf = journal.with_file_name(REPORT);
    let is_own = model.header.as_ref().is_some_and(|header| header.hejnal == env!("CARGO_PKG_VERSION"));
    if !is_own || std::fs::symlink_metadata(&path).is_err() {
        return None;
    }
    let differs = || {
        Finding::new(Kind::Report, both!("{REPORT} does not say what the journal says", "{REPORT} nie mówi tego, co dziennik"))
    };
    let mut found = String::new();
    if ordinary(&path).and_then(|mut file| file.read_to_string(&mut found)).is_err() {
        return Some(differs());
    }
    let mut due = Vec::new();
    let written = junit::write(&mut due, journal, "", None);
    // Where the journal lay when it was written is another matter.
    let told = |text: &str| text.lines().map(junit::without_place).collect::<Vec<_>>().join("\n");
    (written.is_err() || told(&String::from_utf8_lossy(&due)) != told(&found)).then(differs)
}
