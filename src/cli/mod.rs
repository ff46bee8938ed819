//! The command line: what was typed, and which part of the library answers it.

pub mod measure;
