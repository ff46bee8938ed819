//! The `twin:` section: settings of the virtual post.
//!
//! Knows nothing of what a defect does: only the twin does.

/// How the virtual post behaves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Twin {
    /// The same seed gives the same run, byte for byte.
    pub seed: u64,
    /// Ids of the defects planted, e.g. `lamp-late`.
    pub defects: Vec<String>,
}
