//! `hejnal report`: a run shown again from its journal, with no bench.
//!
//! Knows nothing of how a report is worded.

use super::args::Report;
use super::rig::account_of_guard;
use super::{Refused, complain, style};
use crate::evidence::{self, Examined};
use crate::fault::exit;
use crate::journal::read::{Entries, file_of};
use crate::journal::store::JournalError;
use crate::journal::{Entry, Event};
use crate::report::terminal::{Style, Terminal};
use crate::report::{html, junit, markdown, metrics};
use crate::unit::{Bilingual, Lang, both};
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

/// Shows a journal again, and first of all what of it does not hold. Its exit code is what the run's scenarios come to;
/// of a run that never ended the bench's; of one that was changed afterwards a code of its own.
pub(super) fn again(typed: &Report) -> Result<u8, Refused> {
    let path = file_of(&typed.run);
    let examined = evidence::examine(&path, None).map_err(|error| unreadable(&error))?;
    let mut entries = Entries::open(&path).map_err(|error| unreadable(&error))?;
    let mut next = || entries.next().map_err(|error| unreadable(&error));
    let mut entry = next()?;
    let lang = typed.lang.or(entry.as_ref().and_then(lang_of)).unwrap_or_default();
    let style = Style { redraw: false, budgets: typed.budgets, ..style() };
    let findings: Vec<Bilingual> = examined.findings.iter().map(|finding| finding.what.clone()).collect();
    let mut terminal = Terminal::new(io::stdout(), style, lang, path.display().to_string()).doubting(&findings);
    while let Some(read) = entry {
        terminal.take(&read);
        entry = next()?;
    }
    let (_, exit_code) = terminal.finish();
    if let Some(account) = account_of_guard(&path) {
        let _nobody_reads = writeln!(io::stdout(), "{}", account.show(lang));
    }
    if let Some(cut) = entries.damage.iter().find(|damage| damage.is_a_cut()) {
        complain(&format!("{}: {}", path.display(), cut.account().show(lang)));
    }
    if let Some(folder) = &typed.html {
        write_html(&path, folder, &examined, lang)?;
    }
    if let Some(file) = &typed.markdown {
        let findings: Vec<Bilingual> = examined.findings.iter().map(|finding| finding.what.clone()).collect();
        let page = markdown::summary(&examined.model, &findings, lang);
        put(file, |out| out.write_all(page.as_bytes()))?;
    }
    // What a program reads bears no doubts.
    if (typed.junit.is_some() || typed.metrics.is_some()) && !examined.holds() {
        let remedy = ("see hejnal verify", "patrz hejnal verify");
        let cause =
            ("no report is made of evidence that does not hold", "z niewiarygodnego materiału dowodowego nie powstaje raport");
        return Err(Refused::new(exit::EVIDENCE, cause, remedy));
    }
    if let Some(file) = &typed.metrics {
        put(file, |out| metrics::write(out, &path))?;
    }
    if let Some(file) = &typed.junit {
        write_junit(&path, file, Some(lang))?;
    }
    Ok(exit_code)
}

/// Pages are never written into what a run left behind, nor over what is there.
pub(super) fn refuse_used_folder(run: &Path, folder: &Path) -> Result<(), Refused> {
    let shown = folder.display();
    let is_used = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    let run = std::path::absolute(run).ok();
    let is_within = std::path::absolute(folder).is_ok_and(|folder| run.is_some_and(|run| folder.starts_with(run)));
    if !is_used && !is_within {
        return Ok(());
    }
    let cause = match is_within {
        true => both!("{shown} belongs to what the run left behind", "{shown} należy do zapisu przebiegu"),
        false => both!("{shown} is not empty", "{shown} nie jest pusty"),
    };
    let remedy = ("name a new directory elsewhere", "podaj nowy katalog w innym miejscu");
    Err(Refused::new(exit::USAGE, cause, remedy))
}

/// Writes the pages of a run.
fn write_html(journal: &Path, folder: &Path, examined: &Examined, lang: Lang) -> Result<(), Refused> {
    refuse_used_folder(journal.parent().unwrap_or(Path::new(".")), folder)?;
    let findings: Vec<Bilingual> = examined.findings.iter().map(|finding| finding.what.clone()).collect();
    let seal = examined.sealed.account();
    let about = html::About { findings: &findings, last_hash: &examined.last_hash, seal: &seal, lang };
    html::write(journal, folder, about).map_err(|error| unreadable(&error))
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

/// What a run leaves beside its journal.
pub(super) const JUNIT: &str = "junit.xml";

/// Writes the JUnit report of a journal, in the run's language if no other is asked for.
pub(super) fn write_junit(journal: &Path, path: &Path, lang: Option<Lang>) -> Result<(), Refused> {
    put(path, |out| junit::write(out, journal, &journal.display().to_string(), lang))
}

/// Writes a file of a report.
fn put(path: &Path, write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), Refused> {
    let written = File::create(path).and_then(|file| {
        let mut out = BufWriter::new(file);
        write(&mut out)?;
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
