//! What may be done with a rig alone.

use crate::cli::language::{lang, spoken};
use crate::unit::Lang;
use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum OnRig {
    /// Make the rig safe now: button released, mains on, fibre connected; each is read back
    Safe {
        /// The rig's file
        #[arg(long, value_name = "FILE")]
        rig: PathBuf,
        /// Language of the report
        #[arg(long, value_parser = lang, value_name = "en|pl", default_value = spoken())]
        lang: Lang,
    },
}
