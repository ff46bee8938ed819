//! Where things lie: features, rigs and the directory of a run.

use crate::problem::Problem;
use crate::unit::{Bilingual, Utc, both};
use std::path::{Path, PathBuf};

/// A file or directory as named from the current directory, else beside the program, else beside its sources.
///
/// # Errors
/// It is in none of these places. What to name instead is for the caller to say.
pub fn find(path: &Path) -> Result<PathBuf, Problem> {
    let mut looked = vec![path.to_path_buf()];
    if path.is_relative() {
        let beside = std::env::current_exe().ok().and_then(|exe| exe.parent().map(|folder| folder.join(path)));
        looked.extend(beside);
        looked.push(Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    }
    match looked.iter().find(|candidate| candidate.exists()) {
        Some(found) => Ok(found.clone()),
        None => {
            let (what, looked) = (path.display(), looked.iter().map(|place| place.display().to_string()).collect::<Vec<_>>());
            let cause = both!("{what} was not found; looked at {}", "nie znaleziono {what}; sprawdzono: {}", looked.join(", "));
            Err(Problem::new(cause, Bilingual::default()))
        }
    }
}

/// A directory of its own for a run; two runs within a second get different ones.
pub fn run_directory(unix_seconds: u64, rig: &str) -> PathBuf {
    let plain: String = rig.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    let name = format!("{}-{plain}", Utc::from_unix(unix_seconds).compact());
    let first = Path::new("runs").join(&name);
    let later = (2..).map(|n| Path::new("runs").join(format!("{name}-{n}")));
    std::iter::once(first.clone()).chain(later).find(|path| !path.exists()).unwrap_or(first)
}

/// Makes `latest` beside a run point to it. A convenience: where links cannot be made there is none.
pub fn mark_latest(run: &Path) {
    let (Some(folder), Some(name)) = (run.parent(), run.file_name()) else { return };
    let link = folder.join("latest");
    if link.is_symlink() {
        let _may_be_gone = std::fs::remove_file(&link);
    }
    #[cfg(unix)]
    let _no_link = std::os::unix::fs::symlink(name, &link);
    #[cfg(not(unix))]
    let _no_link = std::fs::write(&link, name.to_string_lossy().as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_with_every_place_looked_at() {
        let error = find(Path::new("rigs/none.yaml")).unwrap_err();
        assert!(error.to_string().starts_with("rigs/none.yaml was not found; looked at rigs/none.yaml, "));
        assert_eq!(error.to_string().matches("none.yaml").count(), 4, "{error}");
        assert!(find(Path::new("rigs/virtual.yaml")).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn latest_follows_the_last_run_and_spares_what_is_no_link() {
        let scratch = tempfile::tempdir().unwrap();
        for run in ["one", "two"] {
            std::fs::create_dir(scratch.path().join(run)).unwrap();
            mark_latest(&scratch.path().join(run));
            assert_eq!(std::fs::read_link(scratch.path().join("latest")).unwrap(), Path::new(run));
        }
        std::fs::remove_file(scratch.path().join("latest")).unwrap();
        std::fs::write(scratch.path().join("latest"), "mine").unwrap();
        mark_latest(&scratch.path().join("one"));
        assert_eq!(std::fs::read_to_string(scratch.path().join("latest")).unwrap(), "mine");
    }
}
