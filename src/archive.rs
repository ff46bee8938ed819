//! The runs that lie in a folder: what each is, as its own first and last lines say, which may go, and how it goes.
//! A sealed run is never touched, nor one that may be under way, nor a folder with something in it that no run wrote.
//!
//! Nothing here is judged: that is the matter of `evidence`.

use crate::clock::wall_clock;
use crate::evidence::is_sealed;
use crate::journal::audio;
use crate::journal::read::{Entries, last_event};
use crate::journal::store::{FILE_NAME, GUARD_FILE};
use crate::journal::{Ending, Event};
use crate::unit::harmless;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// What lies beside a run's recordings and belongs to it.
const OWN: [&str; 3] = [FILE_NAME, GUARD_FILE, "junit.xml"];
/// A run without an end whose journal was written to so lately may be under way.
const UNDER_WAY_SECONDS: u64 = 24 * 3600;

/// A run as it says itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub folder: PathBuf,
    pub began_unix_seconds: Option<u64>,
    pub rig: String,
    pub post: String,
    pub is_simulated: bool,
    /// `None`: it never wrote its end.
    pub ending: Option<Ending>,
    pub bytes: u64,
    pub is_sealed: bool,
    /// Files in it that no run writes, by their names from there.
    pub strangers: Vec<String>,
    /// When its journal was last written to.
    written_unix_seconds: u64,
}

/// Why a run stays although it is old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spared {
    Sealed,
    /// It has no end and was written to lately.
    UnderWay,
    /// Something lies in it that no run wrote.
    Strangers,
}

impl Listed {
    pub fn spared(&self) -> Option<Spared> {
        let now = wall_clock().as_secs();
        let is_fresh = self.written_unix_seconds.saturating_add(UNDER_WAY_SECONDS) > now;
        match self {
            _ if self.is_sealed => Some(Spared::Sealed),
            _ if self.ending.is_none() && is_fresh => Some(Spared::UnderWay),
            _ if !self.strangers.is_empty() => Some(Spared::Strangers),
            _ => None,
        }
    }
}

/// The runs in a folder, newest first. What is no run's folder is passed over, and so is a link to one.
///
/// # Errors
/// The folder cannot be read.
pub fn list(folder: &Path) -> io::Result<Vec<Listed>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(look(&entry.path()));
        }
    }
    found.sort_by(|one: &Listed, other| (other.began_unix_seconds, &other.folder).cmp(&(one.began_unix_seconds, &one.folder)));
    Ok(found)
}

/// A run by its first lines and its last; `None`: there is none.
fn look(folder: &Path) -> Option<Listed> {
    let path = folder.join(FILE_NAME);
    let about = std::fs::symlink_metadata(&path).ok().filter(std::fs::Metadata::is_file)?;
    let mut entries = Entries::open(&path).ok()?;
    let first = entries.next().ok()??;
    let second = entries.next().ok().flatten();
    let Event::RunBegan { simulated, rig, post, .. } = first.event else { return None };
    let began_unix_seconds = match second.map(|entry| entry.event) {
        Some(Event::WallClock { unix_seconds }) => Some(unix_seconds),
        _ => None,
    };
    let ending = match last_event(&path).ok().flatten() {
        Some(Event::RunEnded { ending, .. }) => Some(ending),
        _ => None,
    };
    let (mut bytes, mut strangers) = (0, Vec::new());
    for (name, size) in files(folder) {
        bytes += size;
        if !is_own(&name) {
            strangers.push(harmless(&name).into_owned());
        }
    }
    let written = about.modified().ok().and_then(|moment| moment.duration_since(UNIX_EPOCH).ok());
    Some(Listed {
        folder: folder.to_path_buf(),
        began_unix_seconds,
        rig: harmless(&rig).into_owned(),
        post: harmless(&post.identity).into_owned(),
        is_simulated: simulated,
        ending,
        bytes,
        is_sealed: is_sealed(folder),
        strangers,
        written_unix_seconds: written.map_or(u64::MAX, |written| written.as_secs()),
    })
}

/// Seal's files are a run's own as well, but such a run is not touched at all.
fn is_own(name: &str) -> bool {
    let is_recording = name.strip_prefix(audio::DIRECTORY).and_then(|rest| rest.strip_prefix('/'));
    OWN.contains(&name) || is_recording.is_some_and(|name| name.ends_with(".wav") && !name.contains('/'))
}

/// All files below a folder with their sizes; a link is one, and is not followed.
fn files(folder: &Path) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_path_buf(), String::new())];
    while let Some((path, before)) = folders.pop() {
        for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
            let name = format!("{before}{}", entry.file_name().to_string_lossy());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push((entry.path(), format!("{name}/"))),
                Ok(kind) if kind.is_file() => found.push((name, entry.metadata().map_or(0, |about| about.len()))),
                _ => found.push((format!("{name}@"), 0)),
            }
        }
    }
    found
}

/// Those that may go: beyond the newest `keep`, and older than so many days; what was left out asks for nothing. Beside
/// them those that stay although they are old, and why.
pub fn old(runs: &[Listed], keep: Option<usize>, older_days: Option<u64>, now: u64) -> (Vec<&Listed>, Vec<(&Listed, Spared)>) {
    let (mut go, mut stay) = (Vec::new(), Vec::new());
    for (place, run) in runs.iter().enumerate() {
        let is_beyond = keep.is_none_or(|keep| place >= keep);
        let age = run.began_unix_seconds.map(|began| now.saturating_sub(began) / (24 * 3600));
        let is_old = older_days.is_none_or(|days| age.is_some_and(|age| age >= days));
        match run.spared() {
            _ if !is_beyond || !is_old => {}
            Some(why) => stay.push((run, why)),
            None => go.push(run),
        }
    }
    (go, stay)
}

/// Deletes what a run wrote, its journal last: one that was begun and not finished is still known for a run.
///
/// # Errors
/// Something of it cannot be deleted.
pub fn delete(run: &Listed) -> io::Result<()> {
    // Looked at once more: somebody may have sealed it meanwhile.
    let again = look(&run.folder).ok_or(io::ErrorKind::NotFound)?;
    if again.spared().is_some() {
        return Err(io::ErrorKind::ResourceBusy.into());
    }
    let names: Vec<String> = files(&run.folder).into_iter().map(|(name, _)| name).collect();
    for name in names.iter().filter(|name| name.as_str() != FILE_NAME && is_own(name)) {
        std::fs::remove_file(run.folder.join(name))?;
    }
    let recordings = run.folder.join(audio::DIRECTORY);
    if recordings.is_dir() {
        std::fs::remove_dir(&recordings)?;
    }
    std::fs::remove_file(run.folder.join(FILE_NAME))?;
    std::fs::remove_dir(&run.folder)
}

/// Takes the link to the last run away, where that run is gone.
pub fn forget_latest(folder: &Path) {
    let link = folder.join("latest");
    if link.is_symlink() && !link.exists() {
        let _may_stay = std::fs::remove_file(&link);
    }
}

#[cfg(test)]
mod tests;
