//! The command line: one match from what was typed to what is done. Knows nothing of how anything is done.

mod accuracy;
pub mod args;
mod called;
mod explore;
mod in_order;
mod language;
mod matrix;
pub mod measure;
mod operator;
mod place;
mod polish;
mod protocol;
mod prove;
mod report;
mod rig;
mod run;
mod runs;
mod steps;
mod twin;
mod usage;
mod verify;

use crate::fault::exit;
use crate::problem::Problem;
use crate::report::terminal::Style;
use crate::steps::{TABLES, World};
use crate::suite::{PhraseMatcher, panics};
use crate::unit::{Bilingual, both};
use args::{Args, Command, OnRig};
use clap::CommandFactory as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

/// Does what was asked for on the command line; gives the process exit code.
pub fn main() -> ExitCode {
    let words: Vec<std::ffi::OsString> = std::env::args_os().collect();
    let args = match polish::parse(&words, usage::lang_of(&words)) {
        Ok(args) => args,
        Err(error) => usage::refuse(&error, usage::lang_of(&words)),
    };
    let lang = args.command.lang();
    match panics::catch(|| dispatch(args.command)) {
        Ok(Ok(code)) => code,
        Ok(Err(refused)) => {
            complain(&refused.problem.show(lang));
            ExitCode::from(refused.exit_code)
        }
        // Scenarios catch their own; this is for what lies around them.
        Err((_, panicked)) => {
            let panics::Panicked { message, location } = panicked;
            let cause = both!("hejnal panicked: {message} (at {location})", "błąd wewnętrzny: {message} (w {location})");
            complain(&Problem::new(cause, OUR_MISTAKE).show(lang));
            ExitCode::from(exit::HEJNAL)
        }
    }
}

fn dispatch(command: Command) -> Result<ExitCode, Refused> {
    let code = match command {
        Command::Run(run) => run::run(&run)?,
        Command::Check(check) => run::check(&check)?,
        Command::Prove(typed) => prove::prove(&typed)?,
        Command::Explore(typed) => explore::explore(&typed)?,
        Command::Twin(typed) => twin::run(&typed)?,
        Command::Steps { figures: true, lang } => steps::figures(lang.unwrap_or(language::of_environment())),
        Command::Steps { lang, .. } => steps::list(lang)?,
        Command::Report(typed) => report::again(&typed)?,
        Command::Protocol(typed) => protocol::protocol(&typed)?,
        Command::Runs(typed) => runs::runs(&typed)?,
        Command::Verify { run, key, lang } => verify::verify(&run, key.as_deref(), lang)?,
        Command::Seal { run, key, lang } => verify::seal(&run, &key, lang.unwrap_or(language::of_environment()))?,
        Command::Keygen { file, lang } => verify::keygen(&file, lang.unwrap_or(language::of_environment()))?,
        Command::Rig { what: OnRig::Safe { rig, lang } } => rig::safe(&rig, lang)?,
        Command::Guard { rig, out, lang } => rig::guard(&rig, &out, lang)?,
        Command::Measure(measure) => return Ok(measure::run(&measure)),
        Command::Stimulus(stimulus) => return Ok(measure::run_stimulus(&stimulus)),
        Command::Accuracy(typed) => accuracy::accuracy(&typed)?,
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

/// What to do about a mistake of ours.
const OUR_MISTAKE: (&str, &str) = ("this is a mistake in hejnal: report it", "to błąd programu hejnal: zgłoś go");

/// Nothing was run: what to tell, and what to end with.
#[derive(Debug)]
struct Refused {
    problem: Problem,
    exit_code: u8,
}

impl Refused {
    fn new(exit_code: u8, cause: impl Into<Bilingual>, remedy: impl Into<Bilingual>) -> Refused {
        Refused { problem: Problem::new(cause, remedy), exit_code }
    }
}

fn phrase_book() -> Result<PhraseMatcher<World>, Refused> {
    PhraseMatcher::new(TABLES).map_err(|error| {
        let problem = Problem::new(("a phrase cannot be used", "nie można użyć frazy"), OUR_MISTAKE).with_detail(error);
        Refused { problem, exit_code: exit::HEJNAL }
    })
}

/// Colours and redraws only on a terminal; `NO_COLOR` (no-color.org) takes the colours away.
fn style() -> Style {
    let terminal = io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Style { colour: terminal && !no_colour, redraw: terminal, budgets: false }
}
