//! The post as its users know it: verbs and measurements.

mod fault;

pub use fault::{Fault, ScenarioError};
