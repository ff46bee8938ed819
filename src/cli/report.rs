//! `hejnal report`: a run shown again from its journal, with no bench.
//!
//! Knows nothing of how a report is worded.

use super::{Refused, complain, style};
use crate::fault::exit;
use crate::journal::read::{Damage, Entries, file_of};
use crate::journal::store::JournalError;
use crate::journal::{Entry, Event};
use crate::report::junit;
use crate::report::terminal::{Style, Terminal};
use crate::unit::{Lang, both};
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

/// Shows a journal again. Its exit code is the run's own; of a run that never ended, or a journal that was altered, the
/// bench's.
pub(super) fn again(path: &Path, budgets: bool, lang: Option<Lang>) -> Result<u8, Refused> {
    let path = file_of(path);
    let mut entries = Entries::open(&path).map_err(|error| unreadable(&error))?;
    let mut next = || entries.next().map_err(|error| unreadable(&error));
    let mut entry = next()?;
    let lang = lang.or(entry.as_ref().and_then(lang_of)).unwrap_or_default();
    let mut terminal = Terminal::new(io::stdout(), Style { redraw: false, budgets, ..style() }, lang, path.display().to_string());
    while let Some(read) = entry {
        terminal.take(&read);
        entry = next()?;
    }
    let (_, exit_code) = terminal.finish();
    for damage in &entries.damage {
        complain(&format!("{}: {}", path.display(), damage.account().show(lang)));
    }
    write_junit(&path, Some(lang))?;
    Ok(if entries.damage.iter().all(Damage::is_a_cut) { exit_code } else { exit::BENCH })
}

/// Its first entry says which language a run was told in.
fn lang_of(first: &Entry) -> Option<Lang> {
    match first.event {
        Event::RunBegan { lang, .. } => Some(lang),
        _ => None,
    }
}

pub(super) fn unreadable(error: &JournalError) -> Refused {
    Refused::new(exit::BENCH, error.account(), error.remedy())
}

/// Writes `junit.xml` beside a journal, in the run's language if no other is asked for.
pub(super) fn write_junit(journal: &Path, lang: Option<Lang>) -> Result<(), Refused> {
    let path = journal.with_file_name("junit.xml");
    let written = File::create(&path).and_then(|file| {
        let mut out = BufWriter::new(file);
        junit::write(&mut out, journal, &journal.display().to_string(), lang)?;
        out.flush()
    });
    written.map_err(|error| match error.downcast::<JournalError>() {
        Ok(error) => unreadable(&error),
        Err(error) => {
            let path = path.display();
            let text = both!("failed to write {path}: {error}", "nie udało się zapisać {path}: {error}");
            let remedy = ("check that the directory may be written to", "sprawdź, czy katalog pozwala na zapis");
            Refused::new(exit::BENCH, text, remedy)
        }
    })
}
