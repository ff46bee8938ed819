//! From feature files to a finished run: read, check, select, run, repeat.
//!
//! Only `glue` names cucumber. Knows nothing of instruments or of where a bench comes from: whatever can be entered, left and made safe is a
//! [`Stage`].

pub mod book;
mod glue;
pub mod lint;
pub mod model;
pub mod on_bench;
pub mod panics;
pub mod preamble;
pub mod proof;
pub mod run;
pub mod scan;
pub mod select;
pub mod signals;
pub mod stage;

pub use book::{Book, BookError};
pub use lint::{Needs, Problem};
pub use model::{Feature, Scenario, Step};
pub use on_bench::OnBench;
pub use run::{Finished, Options, run};
pub use select::{Selection, TagExpression};
pub use stage::{ScenarioInfo, Sink, Stage};
