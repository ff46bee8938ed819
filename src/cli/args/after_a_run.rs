//! What was typed about that which a run leaves behind.

use crate::cli::language::{lang, spoken};
use crate::journal::audio::Retention;
use crate::unit::Lang;
use std::path::PathBuf;

/// A run shown again.
#[derive(Debug, clap::Args)]
pub struct Report {
    /// The run's directory or its journal.jsonl
    pub run: PathBuf,
    /// Show the uncertainty budgets as well
    #[arg(long)]
    pub budgets: bool,
    /// Write pages for a browser into this directory, with pictures and recordings; it must be new or empty
    #[arg(long, value_name = "DIR")]
    pub html: Option<PathBuf>,
    /// Write the JUnit report to this file
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Write a summary in Markdown to this file, for the page of a build server
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Write the figures to this file as OpenMetrics text, a gauge for each kind
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<PathBuf>,
    /// Language of the report; the run's own unless given
    #[arg(long, value_parser = lang, value_name = "en|pl")]
    pub lang: Option<Lang>,
}

/// A paper that is signed.
#[derive(Debug, clap::Args)]
pub struct Protocol {
    /// Directories of runs, or their journals: one post, one or several runs
    #[arg(required = true, value_name = "RUN")]
    pub runs: Vec<PathBuf>,
    /// What no run can know: parties, contract, commission, documents; rigs/acceptance/case.yaml is one to copy
    /// [default: lines to write on]
    #[arg(long = "with", value_name = "FILE")]
    pub case: Option<PathBuf>,
    /// Directory for the page; it must be new or empty [default: protocols/<post>-<UTC time of the last run>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Public key that must have sealed the runs
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Language of the protocol
    #[arg(long, value_parser = lang, value_name = "en|pl", default_value = "pl")]
    pub lang: Lang,
}

/// The runs that lie in a folder.
#[derive(Debug, clap::Args)]
pub struct Runs {
    #[command(subcommand)]
    pub what: Option<OnRuns>,
    /// Where the runs lie
    #[arg(long = "in", value_name = "DIR", default_value = "runs", global = true)]
    pub folder: PathBuf,
    /// Language of the list
    #[arg(long, value_parser = lang, value_name = "en|pl", default_value = spoken(), global = true)]
    pub lang: Lang,
}

#[derive(Debug, clap::Subcommand)]
pub enum OnRuns {
    /// Delete old runs, never a sealed one; without --yes only tells which
    Prune(Prune),
}

#[derive(Debug, clap::Args)]
#[group(id = "which", required = true, multiple = true)]
pub struct Prune {
    /// Keep the newest so many
    #[arg(long, value_name = "N", group = "which")]
    pub keep: Option<usize>,
    /// Only those older than so many days
    #[arg(long, value_name = "DAYS", group = "which")]
    pub older: Option<u64>,
    /// Delete them
    #[arg(long)]
    pub yes: bool,
}

/// Which recordings of a run stay on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum KeepRecordings {
    /// Every one
    #[value(alias = "wszystkie")]
    All,
    /// Those of scenarios that did not pass, and of the others a megabyte
    #[value(alias = "rozstrzygające")]
    Deciding,
    /// None
    #[value(alias = "żadne")]
    None,
}

impl KeepRecordings {
    pub fn retention(self) -> Retention {
        match self {
            KeepRecordings::All => Retention::All,
            KeepRecordings::Deciding => Retention::Deciding,
            KeepRecordings::None => Retention::None,
        }
    }
}
