//! From feature files to a finished run: read, check, select, run, repeat.
//!
//! Only `gherkin` and `cucumber_runner` name cucumber. Knows nothing of instruments or of where a bench comes from:
//! whatever can be entered, left and made safe is a [`RunnerPort`].

mod cucumber_runner;
pub mod explore;
mod gherkin;
pub mod lexer;
pub mod lint;
pub mod model;
pub mod on_bench;
pub mod panics;
pub mod phrase_matcher;
pub mod preamble;
pub mod proof;
pub mod run;
pub mod runner_port;
pub mod select;
pub mod signals;
pub mod usual_time;

pub use lint::Needs;
pub use model::{Feature, Scenario, Step};
pub use on_bench::OnBench;
pub use phrase_matcher::{PhraseMatcher, PhraseTableError};
pub use run::{Finished, Options, run};
pub use runner_port::{RunnerPort, ScenarioInfo, Sink};
pub use select::{Selection, TagExpression};
