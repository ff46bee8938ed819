//! The command line: one match from what was typed to what is done. Knows nothing of how anything is done.

pub mod args;
mod matrix;
pub mod measure;
mod place;
mod prove;
mod run;
#[cfg(unix)]
mod twin;

use crate::fault::exit;
use crate::journal::read::{Story, read};
use crate::journal::{Entry, Event};
use crate::report::junit;
use crate::report::terminal::{Style, Terminal};
use crate::steps::{TABLES, World};
use crate::suite::{Book, book};
use crate::unit::Lang;
use args::{Args, Command};
use clap::CommandFactory as _;
use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

/// Does what was asked for; gives the process exit code.
pub fn main(args: Args) -> u8 {
    let result = match args.command {
        Command::Run(run) => run::run(&run),
        Command::Check(check) => run::check(&check),
        Command::Prove(typed) => prove::prove(&typed),
        Command::Steps { lang } => steps(lang),
        #[cfg(unix)]
        Command::Twin(args) => twin::run(&args),
        Command::Report { run, lang } => report(&run, lang),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Args::command(), "hejnal", &mut io::stdout());
            Ok(exit::ACCEPTED)
        }
    };
    result.unwrap_or_else(|refused: Refused| {
        let _nobody_reads = writeln!(io::stderr(), "hejnal: {}", refused.text);
        refused.exit_code
    })
}

/// Nothing was run: what to tell, and what to end with.
#[derive(Debug)]
struct Refused {
    text: String,
    exit_code: u8,
}

impl Refused {
    fn new(exit_code: u8, text: impl Display, remedy: impl Display) -> Refused {
        Refused { text: format!("{text}\n    {remedy}"), exit_code }
    }
}

fn phrase_book() -> Result<Book<World>, Refused> {
    Book::new(TABLES).map_err(|error| Refused::new(exit::HEJNAL, error, "this is a mistake in hejnal: report it"))
}

/// Colours and redraws only on a terminal; `NO_COLOR` (no-color.org) takes the colours away.
fn style() -> Style {
    let terminal = io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Style { colour: terminal && !no_colour, redraw: terminal }
}

fn steps(lang: Option<Lang>) -> Result<u8, Refused> {
    let phrases = phrase_book()?;
    let mut out = io::stdout().lock();
    for phrase in phrases.phrases() {
        let forms = match lang {
            Some(lang) => vec![book::wording(phrase, lang)],
            None => vec![phrase.en, phrase.pl],
        };
        // Whoever reads may have read enough and gone, as `head` does.
        let _reader_left = writeln!(out, "{}", forms.join("\n    "));
    }
    Ok(exit::ACCEPTED)
}

/// Shows a journal again. Its exit code is the run's own; of a run that never ended, or a journal that was altered, the bench's.
fn report(path: &Path, lang: Option<Lang>) -> Result<u8, Refused> {
    let story = read(path).map_err(|error| Refused::new(exit::BENCH, &error, error.remedy()))?;
    let own = story.entries.iter().find_map(|entry| match entry.event {
        Event::RunBegan { lang, .. } => Some(lang),
        _ => None,
    });
    let lang = lang.or(own).unwrap_or_default();
    let mut terminal = Terminal::new(io::stdout(), Style { redraw: false, ..style() }, lang, story.path.display().to_string());
    story.entries.iter().for_each(|entry| terminal.take(entry));
    terminal.finish();
    for damage in &story.damage {
        let _nobody_reads = writeln!(io::stderr(), "hejnal: {}: {damage}", story.path.display());
    }
    write_junit(&story)?;
    let ended = story.entries.iter().rev().find_map(|entry: &Entry| match entry.event {
        Event::RunEnded { exit_code, .. } => Some(exit_code),
        _ => None,
    });
    Ok(ended.filter(|_| story.is_authentic()).unwrap_or(exit::BENCH))
}

/// Writes `junit.xml` beside a journal.
fn write_junit(story: &Story) -> Result<(), Refused> {
    let path = story.path.with_file_name("junit.xml");
    let xml = junit::render(&story.entries, &story.path.display().to_string());
    std::fs::write(&path, xml).map_err(|error| {
        Refused::new(
            exit::BENCH,
            format!("failed to write {}: {error}", path.display()),
            "check that the directory may be written to",
        )
    })
}
