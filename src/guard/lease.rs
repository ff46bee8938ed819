//! One rig, one run: a lock on the rig's file that ends with its holder, and a number that only grows.
//!
//! The lock is the system's: no file that a killed run has left behind keeps anybody out. What is written in it says
//! who holds it, and whether the one before made an end.

use crate::clock::wall_clock;
use crate::journal::store::sha256_hex;
use crate::unit::{Bilingual, Utc, both};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

/// No record is longer.
const LONGEST_BYTES: u64 = 100_000;

/// Who has, or had, a rig.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenancy {
    /// Each holder has a greater one than all before.
    pub number: u64,
    pub process: u32,
    pub since_unix: u64,
    pub rig: PathBuf,
    /// Where its journal is.
    pub folder: PathBuf,
    /// It left the rig in order.
    ended: bool,
}

/// Held as long as this lives.
#[derive(Debug)]
pub struct Lease {
    file: File,
    tenancy: Tenancy,
}

/// The rig of a run that has died, kept from everybody else as long as this lives.
#[derive(Debug)]
pub struct Locked(#[expect(dead_code, reason = "its lock ends with it")] File);

#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    #[error("process {} has the rig", .0.process)]
    Held(Tenancy),
    #[error("{}: {error}", .path.display())]
    File { path: PathBuf, error: io::Error },
}

impl LeaseError {
    pub fn account(&self) -> Bilingual {
        match self {
            LeaseError::Held(Tenancy { process, since_unix, folder, .. }) => {
                let (since, folder) = (Utc::from_unix(*since_unix).iso(), folder.display());
                both!(
                    "the rig is in use: process {process} has it since {since} ({folder})",
                    "stanowisko jest zajęte: od {since} używa go proces {process} ({folder})"
                )
            }
            LeaseError::File { path, error } => {
                let path = path.display();
                both!(
                    "failed to note that the rig is in use in {path}: {error}",
                    "nie udało się zapisać zajęcia stanowiska w {path}: {error}"
                )
            }
        }
    }
    pub fn remedy(&self) -> Bilingual {
        match self {
            LeaseError::Held(_) => ("wait until it ends, or stop it", "poczekaj, aż się zakończy, albo go zatrzymaj").into(),
            LeaseError::File { .. } => (
                "see that this folder may be written to, or set XDG_STATE_HOME to one that may",
                "sprawdź prawo zapisu do tego katalogu albo wskaż inny w XDG_STATE_HOME",
            )
                .into(),
        }
    }
}

impl Lease {
    /// Takes the rig that this file describes; with it comes the tenancy before, if that did not make an end.
    ///
    /// # Errors
    /// Somebody has it, or the record cannot be written.
    pub fn take(rig: &Path, folder: &Path) -> Result<(Lease, Option<Tenancy>), LeaseError> {
        Lease::take_in(&state(), rig, folder)
    }

    /// Takes the rig of a run that has died, and leaves what stands written: whoever comes next is told of that run.
    ///
    /// # Errors
    /// Somebody has it, or there is no record to lock.
    pub fn take_over(rig: &Path) -> Result<Locked, LeaseError> {
        lock(&state(), rig, Path::new("")).map(|(_, file, _)| Locked(file))
    }

    fn take_in(state: &Path, rig: &Path, folder: &Path) -> Result<(Lease, Option<Tenancy>), LeaseError> {
        let (path, mut file, before) = lock(state, rig, folder)?;
        let rig = rig.canonicalize().unwrap_or_else(|_| rig.to_path_buf());
        let number = before.as_ref().map_or(0, |tenancy| tenancy.number).saturating_add(1);
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
        let tenancy = Tenancy::of(number, std::process::id(), &rig, &folder);
        write(&mut file, &tenancy).map_err(|error| LeaseError::File { path, error })?;
        Ok((Lease { file, tenancy }, before.filter(|tenancy| !tenancy.ended)))
    }

    pub fn tenancy(&self) -> &Tenancy {
        &self.tenancy
    }

    /// The rig was left in order.
    pub fn give_back(mut self) {
        self.tenancy.ended = true;
        // What is not written is told to the next one as a tenancy without an end: it looks at the rig, and rightly.
        let _looked_at_again = write(&mut self.file, &self.tenancy);
    }
}

impl Tenancy {
    fn of(number: u64, process: u32, rig: &Path, folder: &Path) -> Self {
        let since_unix = wall_clock().as_secs();
        Tenancy { number, process, since_unix, rig: rig.to_path_buf(), folder: folder.to_path_buf(), ended: false }
    }

    /// That this one did not make an end, for whoever comes next.
    pub fn told_as_unended(&self) -> Bilingual {
        let Tenancy { number, process, since_unix, folder, .. } = self;
        let (since, folder) = (Utc::from_unix(*since_unix).iso(), folder.display());
        both!(
            "the run before this one made no end: no. {number}, process {process}, begun {since}, {folder}",
            "poprzedni przebieg nie dobiegł końca: nr {number}, proces {process}, rozpoczęty {since}, {folder}"
        )
    }
}

/// The record of a rig, locked as long as the file is open; with it who had the rig before.
fn lock(state: &Path, rig: &Path, folder: &Path) -> Result<(PathBuf, File, Option<Tenancy>), LeaseError> {
    let rig = rig.canonicalize().unwrap_or_else(|_| rig.to_path_buf());
    let name = sha256_hex(rig.as_os_str().as_encoded_bytes());
    let path = state.join(format!("{}.lease", name.get(..16).unwrap_or(&name)));
    let failed = |error| LeaseError::File { path: path.clone(), error };
    std::fs::create_dir_all(state).map_err(failed)?;
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
    let locked = file.try_lock();
    let before = read(&mut file);
    match locked {
        Ok(()) => Ok((path, file, before)),
        Err(TryLockError::WouldBlock) => {
            // Whoever has just locked it may not have written yet.
            let unknown = Tenancy::of(0, 0, &rig, folder);
            Err(LeaseError::Held(before.filter(|tenancy| !tenancy.ended).unwrap_or(unknown)))
        }
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

fn read(file: &mut File) -> Option<Tenancy> {
    let mut bytes = Vec::new();
    file.take(LONGEST_BYTES).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn write(file: &mut File, tenancy: &Tenancy) -> io::Result<()> {
    let bytes = serde_json::to_vec(tenancy)?;
    file.rewind()?;
    file.write_all(&bytes)?;
    file.set_len(bytes.len() as u64)?;
    file.sync_data()
}

/// Where programs keep what outlasts them (XDG Base Directory Specification 0.8).
fn state() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = set("XDG_STATE_HOME").or_else(|| Some(set("HOME")?.join(".local/state")));
    base.unwrap_or_else(std::env::temp_dir).join("hejnal")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Place {
        folder: tempfile::TempDir,
        rig: PathBuf,
    }

    fn place() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let rig = folder.path().join("rig.yaml");
        std::fs::write(&rig, "name: bench").unwrap();
        Place { folder, rig }
    }

    impl Place {
        fn take(&self, run: &str) -> Result<(Lease, Option<Tenancy>), LeaseError> {
            Lease::take_in(&self.folder.path().join("state"), &self.rig, Path::new(run))
        }
    }

    #[test]
    fn who_comes_second_is_told_who_has_it_and_gets_it_afterwards_under_a_greater_number() {
        let place = place();
        let (first, before) = place.take("/runs/one").unwrap();
        assert_eq!((first.tenancy().number, before), (1, None));
        match place.take("/runs/two") {
            Err(LeaseError::Held(held)) => assert_eq!(held, *first.tenancy()),
            other => panic!("{other:?}"),
        }
        first.give_back();
        let (second, before) = place.take("/runs/two").unwrap();
        assert_eq!((second.tenancy().number, before), (2, None));
    }

    #[test]
    fn one_that_made_no_end_keeps_nobody_out_and_is_told() {
        let place = place();
        drop(place.take("/runs/one").unwrap());
        let (_, before) = place.take("/runs/two").unwrap();
        let before = before.expect("it made no end");
        assert_eq!((before.number, before.folder.as_path()), (1, Path::new("/runs/one")));
        assert!(before.told_as_unended().en.contains("no. 1, process "), "{before:?}");
    }

    #[test]
    fn a_rig_is_the_same_by_whatever_path_and_another_rig_is_another() {
        let place = place();
        let (_held, _) = place.take("/runs/one").unwrap();
        let state = place.folder.path().join("state");
        let roundabout = place.folder.path().join("state/../rig.yaml");
        assert!(matches!(Lease::take_in(&state, &roundabout, Path::new("/runs/two")), Err(LeaseError::Held(_))));
        let other = place.folder.path().join("other.yaml");
        std::fs::write(&other, "name: other").unwrap();
        assert!(Lease::take_in(&state, &other, Path::new("/runs/two")).is_ok());
    }

    #[test]
    fn what_is_no_record_is_as_none() {
        let place = place();
        place.take("/runs/one").unwrap().0.give_back();
        let state = place.folder.path().join("state");
        let record = std::fs::read_dir(&state).unwrap().next().unwrap().unwrap().path();
        std::fs::write(&record, "{ torn").unwrap();
        let (lease, before) = place.take("/runs/two").unwrap();
        assert_eq!((lease.tenancy().number, before), (1, None));
        lease.give_back();
        assert!(std::fs::read_to_string(&record).unwrap().ends_with('}'), "the longer text before is gone");
    }
}
