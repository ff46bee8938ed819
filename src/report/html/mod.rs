//! A run as a folder of pages for whoever signs: one page, its own stylesheet, pictures and recordings beside it. No
//! script, no style within the page and no `data:` address: Jenkins and GitLab show it as it is.
//!
//! Reads the journal once and keeps of each scenario the attempt that says most. Knows nothing of how a run is held
//! against itself: what was found is given to it.

mod course;
mod page;
pub mod protocol;
mod recordings;
mod scenario_section;
mod words;

use super::{Attempt, Keep, Model};
use crate::journal::read::Entries;
use crate::journal::store::JournalError;
use crate::journal::{Event, harmless_entry};
use crate::plot::{Picture, to_svg};
use crate::unit::{Bilingual, Lang};
use course::{Course, Wires};
use std::collections::BTreeMap;
use std::path::Path;

const STYLE: &str = include_str!("style.css");

/// What a page is made of beside its journal.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// What of the evidence does not hold; told before anything else.
    pub findings: &'a [Bilingual],
    /// The hash of the journal's last line.
    pub last_hash: &'a str,
    /// Whose seal it bears, in words.
    pub seal: &'a Bilingual,
    pub lang: Lang,
}

/// An attempt as it is shown.
struct Shown {
    attempt: Attempt,
    course: Course,
    /// Recordings, each with what is heard.
    recordings: Vec<(String, String)>,
}

/// Writes the pages of a journal into a folder, which is made; its recordings are copied there.
///
/// # Errors
/// The journal cannot be read, or nothing can be written there.
pub fn write(journal: &Path, folder: &Path, about: About<'_>) -> Result<(), JournalError> {
    let mut entries = Entries::open(journal)?;
    let mut model = Model::new(Keep::Tallies);
    let mut shown: BTreeMap<String, Shown> = BTreeMap::new();
    let (mut wires, mut course) = (Wires::default(), Course::default());
    let mut recordings = Vec::new();
    while let Some(entry) = entries.next()? {
        let entry = harmless_entry(&entry);
        wires.note(&entry.event);
        match &entry.event {
            Event::ScenarioBegan { .. } => {
                course.next(entry.at);
                recordings = Vec::new();
            }
            Event::Audio { file, what, kept: true, .. } => recordings.push((file.clone(), what.clone())),
            _ => course.note(&entry, &wires),
        }
        if let Some(attempt) = model.take(&entry).cloned() {
            let new = Shown { attempt, course: course.clone(), recordings: std::mem::take(&mut recordings) };
            keep(&mut shown, new);
        }
    }
    if let Some(attempt) = model.finish() {
        keep(&mut shown, Shown { attempt, course, recordings });
    }
    let mut out = Folder { path: folder, pictures: 0 };
    out.make()?;
    out.put("style.css", STYLE)?;
    let run = journal.parent().unwrap_or(Path::new("."));
    let mut sections = Vec::new();
    for scenario in &model.scenarios {
        let Some(one) = shown.get(&scenario.id) else { continue };
        sections.push(scenario_section::section(scenario, one, &mut out, run, &model, about.lang)?);
    }
    let page = page::page(&model, &sections, journal, about);
    out.put("index.html", &page)
}

/// The attempt that says most of its scenario: the last of the round that went worst, or the first where all went well.
fn keep(shown: &mut BTreeMap<String, Shown>, new: Shown) {
    let is_wanted = shown.get(&new.attempt.id).is_none_or(|known| {
        let is_retry = known.attempt.round == new.attempt.round;
        let (Some(known), Some(now)) = (&known.attempt.ending, &new.attempt.ending) else {
            return known.attempt.ending.is_some();
        };
        is_retry || known.clone().or_worse(now.clone()) != *known
    });
    if is_wanted {
        shown.insert(new.attempt.id.clone(), new);
    }
}

/// Where pages go.
struct Folder<'a> {
    path: &'a Path,
    pictures: usize,
}

impl Folder<'_> {
    fn make(&self) -> Result<(), JournalError> {
        for folder in [self.path.to_path_buf(), self.path.join("pictures"), self.path.join("audio")] {
            std::fs::create_dir_all(&folder).map_err(JournalError::io("make", &folder))?;
        }
        Ok(())
    }

    fn put(&self, name: &str, text: &str) -> Result<(), JournalError> {
        let path = self.path.join(name);
        std::fs::write(&path, text).map_err(JournalError::io("write", &path))
    }

    /// Puts a picture there; gives its name.
    fn picture(&mut self, picture: impl Into<Picture>, lang: Lang) -> Result<String, JournalError> {
        self.pictures += 1;
        let name = format!("pictures/{:03}.svg", self.pictures);
        self.put(&name, &to_svg(&[picture.into()], lang))?;
        Ok(name)
    }
}

#[cfg(test)]
mod tests;
