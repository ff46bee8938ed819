//! How lives that nobody wrote are to be lived.

use crate::cli::language::{lang, spoken};
use crate::unit::Lang;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Explore {
    /// So many lives [default: 100, or as many as --time has room for]
    #[arg(long, value_name = "N")]
    pub lives: Option<u64>,
    /// Begin no life after so long, e.g. "60 s" or "8 h"
    #[arg(long, value_name = "DURATION")]
    pub time: Option<String>,
    /// Seed of the lives: the same seed gives the same lives [default: the rig's]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Plant this defect in the virtual post, to see whether it is found
    #[arg(long, value_name = "ID")]
    pub defect: Option<String>,
    /// The rig's file; on a real post lives follow each other in real time
    #[arg(long, default_value = "rigs/virtual.yaml", value_name = "FILE")]
    pub rig: PathBuf,
    /// Lives at a time [default: as many as there are processors]
    #[arg(short = 'j', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Take the mains away at most so many times: in each life of a virtual post, in all lives of a real one [default:
    /// 10]
    #[arg(long, value_name = "N")]
    pub power_cycles: Option<u16>,
    /// Directory for what fails: its smallest life as features, and its journal [default: runs/<UTC time>-explore]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Language of the report
    #[arg(long, value_parser = lang, value_name = "en|pl", default_value = spoken())]
    pub lang: Lang,
}
