//! The command line: one match from what was typed to what is done. Knows nothing of how anything is done.

pub mod args;
mod matrix;
pub mod measure;
mod operator;
mod place;
mod prove;
mod report;
mod run;
mod steps;
mod twin;

use crate::fault::exit;
use crate::report::terminal::Style;
use crate::steps::{TABLES, World};
use crate::suite::{PhraseMatcher, panics};
use crate::unit::Bilingual;
use args::{Args, Command};
use clap::CommandFactory as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

/// Does what was asked for; gives the process exit code.
pub fn main(args: Args) -> ExitCode {
    let lang = args.command.lang();
    match panics::catch(|| dispatch(args.command)) {
        Ok(Ok(code)) => code,
        Ok(Err(refused)) => {
            complain(refused.text.show(lang));
            complain_further(refused.remedy.show(lang));
            ExitCode::from(refused.exit_code)
        }
        // Scenarios catch their own; this is for what lies around them.
        Err((_, panicked)) => {
            complain(&format!("hejnal panicked: {} (at {})", panicked.message, panicked.location));
            complain_further("this is a mistake in hejnal: report it");
            ExitCode::from(exit::HEJNAL)
        }
    }
}

fn dispatch(command: Command) -> Result<ExitCode, Refused> {
    let code = match command {
        Command::Run(run) => run::run(&run)?,
        Command::Check(check) => run::check(&check)?,
        Command::Prove(typed) => prove::prove(&typed)?,
        Command::Twin(typed) => twin::run(&typed)?,
        Command::Steps { figures: true, lang } => steps::figures(lang.unwrap_or_default()),
        Command::Steps { lang, .. } => steps::list(lang)?,
        Command::Report { run, lang } => report::again(&run, lang)?,
        Command::Measure(measure) => return Ok(measure::run(&measure)),
        Command::Stimulus(stimulus) => return Ok(measure::run_stimulus(&stimulus)),
        Command::Operator(typed) => operator::operator(&typed)?,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "hejnal", &mut script);
            let _reader_left = io::stdout().write_all(&script);
            exit::ACCEPTED
        }
    };
    Ok(ExitCode::from(code))
}

/// Where nobody reads there is nobody to tell.
fn complain(text: &str) {
    let _nobody_reads = writeln!(io::stderr(), "hejnal: {text}");
}

fn complain_further(text: &str) {
    if !text.is_empty() {
        let _nobody_reads = writeln!(io::stderr(), "    {text}");
    }
}

/// Nothing was run: what to tell, and what to end with.
#[derive(Debug)]
struct Refused {
    text: Bilingual,
    remedy: Bilingual,
    exit_code: u8,
}

impl Refused {
    fn new(exit_code: u8, text: impl Into<Bilingual>, remedy: impl Into<Bilingual>) -> Refused {
        Refused { text: text.into(), remedy: remedy.into(), exit_code }
    }
}

fn phrase_book() -> Result<PhraseMatcher<World>, Refused> {
    let remedy = ("this is a mistake in hejnal: report it", "to błąd programu hejnal: zgłoś go");
    PhraseMatcher::new(TABLES).map_err(|error| Refused::new(exit::HEJNAL, error.to_string(), remedy))
}

/// Colours and redraws only on a terminal; `NO_COLOR` (no-color.org) takes the colours away.
fn style() -> Style {
    let terminal = io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Style { colour: terminal && !no_colour, redraw: terminal }
}
