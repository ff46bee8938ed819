//! The program's door: everything else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    hejnal::cli::main()
}
