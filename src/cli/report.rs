//! `hejnal report`: a run shown again from its journal, with no bench.
//!
//! Knows nothing of how a report is worded.

use super::{Refused, complain, style};
use crate::fault::exit;
use crate::journal::Event;
use crate::journal::read::{LoadedJournal, read};
use crate::journal::store::JournalError;
use crate::report::junit;
use crate::report::terminal::{Style, Terminal};
use crate::unit::{Lang, both};
use std::io;
use std::path::Path;

/// Shows a journal again. Its exit code is the run's own; of a run that never ended, or a journal that was altered, the bench's.
pub(super) fn again(path: &Path, lang: Option<Lang>) -> Result<u8, Refused> {
    let story = read(path).map_err(|error| unreadable(&error))?;
    let lang = lang.or(lang_of(&story)).unwrap_or_default();
    let mut terminal = Terminal::new(io::stdout(), Style { redraw: false, ..style() }, lang, story.path.display().to_string());
    story.entries.iter().for_each(|entry| terminal.take(entry));
    terminal.finish();
    for damage in &story.damage {
        complain(&format!("{}: {damage}", story.path.display()));
    }
    write_junit(&story)?;
    let ended = story.entries.iter().rev().find_map(|entry| match entry.event {
        Event::RunEnded { exit_code, .. } => Some(exit_code),
        _ => None,
    });
    Ok(ended.filter(|_| story.is_authentic()).unwrap_or(exit::BENCH))
}

fn lang_of(story: &LoadedJournal) -> Option<Lang> {
    story.entries.iter().find_map(|entry| match entry.event {
        Event::RunBegan { lang, .. } => Some(lang),
        _ => None,
    })
}

pub(super) fn unreadable(error: &JournalError) -> Refused {
    Refused::new(exit::BENCH, both!("{error}", "nie można odczytać dziennika: {error}"), error.remedy())
}

/// Writes `junit.xml` beside a journal.
pub(super) fn write_junit(story: &LoadedJournal) -> Result<(), Refused> {
    let path = story.path.with_file_name("junit.xml");
    let xml = junit::render(&story.entries, &story.path.display().to_string());
    std::fs::write(&path, xml).map_err(|error| {
        let path = path.display();
        let text = both!("failed to write {path}: {error}", "nie udało się zapisać {path}: {error}");
        let remedy = ("check that the directory may be written to", "sprawdź, czy katalog pozwala na zapis");
        Refused::new(exit::BENCH, text, remedy)
    })
}
