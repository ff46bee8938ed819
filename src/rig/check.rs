//! From the file as written to the rig as meant.
use super::{Problem, Rig};
use std::path::Path;
pub(super) fn load(path: &Path) -> Result<Rig, Vec<Problem>> {
    let problems = super::problem::Problems::new(path.to_path_buf());
    Err(problems.into_sorted())
}
