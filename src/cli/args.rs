//! What was typed, as it was typed. What it means is decided elsewhere.

use super::measure::{MeasureArgs, StimulusArgs};
use crate::unit::Lang;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

const EXIT_CODES: &str = "\
Exit codes:
  0    every requirement that was checked is met
  1    the post does not meet at least one requirement
  2    the command line was not understood
  3    the bench could not judge: an instrument failed, or a figure lay too close to its limit
  4    a feature file is at fault
  70   a mistake in hejnal itself
  130  stopped by Ctrl-C or SIGTERM; the rig was made safe

Examples:
  hejnal run                              all scenarios on the virtual post, no hardware needed
  hejnal run --tags \"@S01 or @S02\"        two scenarios
  hejnal run --rig my-rig.yaml --lang pl  a rig of your own, in Polish
  hejnal check --rig my-rig.yaml          is everything in order? Nothing is moved
  hejnal report runs/latest               read the last run again";

/// Acceptance bench for city SOS posts: presses the button, listens and speaks at both ends, cuts fibre and power, and judges what the
/// post does.
#[derive(Debug, Parser)]
#[command(name = "hejnal", version, after_help = EXIT_CODES)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run scenarios and judge the post
    Run(Run),
    /// Check features and rig without moving anything
    Check(Check),
    /// List every phrase that a feature may use, by what it is for
    Steps {
        /// One language only
        #[arg(long, value_parser = lang, value_name = "en|pl")]
        lang: Option<Lang>,
    },
    /// Show a run again from its journal, and write its JUnit report anew
    Report {
        /// The run's directory or its journal.jsonl
        run: PathBuf,
        /// Language of the report; the run's own unless given
        #[arg(long, value_parser = lang, value_name = "en|pl")]
        lang: Option<Lang>,
    },
    /// Measure recordings: delay, levels, gaps, echo, response, intelligibility; no bench needed
    Measure(MeasureArgs),
    /// Write the sounds that recordings are measured by
    Stimulus(StimulusArgs),
    /// Print completions for a shell
    Completions { shell: clap_complete::Shell },
}

impl Command {
    /// The language asked for; English where none was.
    pub fn lang(&self) -> Lang {
        match self {
            Command::Run(run) => run.choice.lang,
            Command::Check(check) => check.choice.lang,
            Command::Steps { lang } | Command::Report { lang, .. } => lang.unwrap_or_default(),
            Command::Measure(_) | Command::Stimulus(_) | Command::Completions { .. } => Lang::En,
        }
    }
}

/// Which features, on which rig.
#[derive(Debug, clap::Args)]
pub struct Choice {
    /// Feature files or directories [default: features/en or features/pl]
    pub features: Vec<PathBuf>,
    /// The rig's file
    #[arg(long, default_value = "rigs/virtual.yaml", value_name = "FILE")]
    pub rig: PathBuf,
    /// Only scenarios with these tags, e.g. "@S01 or @S02" [default: "not @long and not @manual"]
    #[arg(long, value_name = "EXPR")]
    pub tags: Option<String>,
    /// Language of features and report
    #[arg(long, value_parser = lang, value_name = "en|pl", default_value = "en")]
    pub lang: Lang,
}

#[derive(Debug, clap::Args)]
pub struct Run {
    #[command(flatten)]
    pub choice: Choice,
    /// Directory for journal, report and recordings [default: runs/<UTC time>-<rig>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Seed of the virtual post and of the stimuli: the same seed gives the same run [default: the rig's]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Run everything so many times over
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: u32,
    /// Try a scenario again so many times when the bench failed it, never when the post did
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u32).range(..100))]
    pub retry: u32,
}

#[derive(Debug, clap::Args)]
pub struct Check {
    #[command(flatten)]
    pub choice: Choice,
}

fn lang(text: &str) -> Result<Lang, String> {
    match text {
        "en" => Ok(Lang::En),
        "pl" => Ok(Lang::Pl),
        _ => Err("write en or pl".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound_and_its_help_names_every_exit_code() {
        Args::command().debug_assert();
        let help = Args::command().render_help().to_string();
        for code in ["0 ", "1 ", "2 ", "3 ", "4 ", "70 ", "130 "] {
            assert!(help.contains(&format!("\n  {code}")), "{code:?} in {help}");
        }
    }
}
