//! The program's door: everything else is in the library.

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    hejnal::cli::main(hejnal::cli::args::Args::parse())
}
